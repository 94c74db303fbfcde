/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/manager_internal.h"

#include "homeplug/port/port_watch.h"

#include <errno.h>
#include <string.h>

/* Notifications taken per wake-up, so that a storm of them leaves time for the outlets' frames. */
#define NOTIFICATIONS_PER_WAKE 64

static void look_at_all(const struct manager *manager)
{
	for (size_t i = 0; i < manager->evse_count; i++)
		evse_check_port(manager->evses[i]);
}

static void pass_on(void *context, const struct port_event *event)
{
	const struct manager *manager = context;

	if (event->news == PORT_NEWS_MISSED) {
		log_line(LOG_LEVEL_DEBUG,
			 "More interfaces changed at once than the kernel could tell. Looking at all.");
		look_at_all(manager);
		return;
	}
	for (size_t i = 0; i < manager->evse_count; i++)
		evse_port_event(manager->evses[i], event);
}

static void on_time_to_look(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	look_at_all(context);
}

static void look_instead(struct manager *manager, const char *why)
{
	const uint32_t every_ms = manager->settings->link_retry_ms;
	const struct timeval every = {.tv_sec = (time_t)(every_ms / 1000),
				      .tv_usec = (suseconds_t)(every_ms % 1000) * 1000};

	log_line(LOG_LEVEL_WARN, "The kernel does not tell about interfaces: %s. Looking every %u ms instead.", why,
		 every_ms);
	manager_unwatch_ports(manager);
	manager->port_watch_event = event_new(manager->base, -1, EV_PERSIST, on_time_to_look, manager);
	if (manager->port_watch_event == NULL || event_add(manager->port_watch_event, &every) != 0)
		log_line(LOG_LEVEL_ERROR, "No memory for a timer: interfaces that change are not noticed.");
	look_at_all(manager);
}

void manager_read_ports(struct manager *manager)
{
	enum port_result result = PORT_FRAME;

	for (int i = 0; i < NOTIFICATIONS_PER_WAKE && result == PORT_FRAME && manager->port_watch != NULL; i++)
		result = port_watch_read(manager->port_watch, pass_on, manager);
	if (result == PORT_ERROR)
		look_instead(manager, strerror(errno));
}

static void on_notification(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	manager_read_ports(context);
}

void manager_watch_ports(struct manager *manager)
{
	char error[PORT_ERROR_SIZE];

	manager->port_watch = port_watch_open(error);
	if (manager->port_watch == NULL) {
		look_instead(manager, error);
		return;
	}
	manager->port_watch_event = event_new(manager->base, port_watch_fd(manager->port_watch), EV_READ | EV_PERSIST,
					      on_notification, manager);
	manager->shared.ports_watched =
		manager->port_watch_event != NULL && event_add(manager->port_watch_event, NULL) == 0;
	if (!manager->shared.ports_watched)
		look_instead(manager, "no memory");
}

void manager_unwatch_ports(struct manager *manager)
{
	manager->shared.ports_watched = false;
	if (manager->port_watch_event != NULL)
		event_free(manager->port_watch_event);
	manager->port_watch_event = NULL;
	port_watch_close(manager->port_watch);
	manager->port_watch = NULL;
}

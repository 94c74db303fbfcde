/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/manager_internal.h"

#include "homeplug/link_watch.h"

#include <errno.h>
#include <string.h>

/* Notifications taken per wake-up, so that a storm of them leaves time for the outlets' frames. */
#define NOTIFICATIONS_PER_WAKE 64

static void look_at_all(const struct manager *manager)
{
	for (size_t i = 0; i < manager->evse_count; i++)
		evse_link_check(manager->evses[i]);
}

static void pass_on(void *context, const struct link_event *event)
{
	const struct manager *manager = context;

	if (event->news == LINK_NEWS_MISSED) {
		log_line(LOG_LEVEL_DEBUG,
			 "More interfaces changed at once than the kernel could tell. Looking at all.");
		look_at_all(manager);
		return;
	}
	for (size_t i = 0; i < manager->evse_count; i++)
		evse_link_event(manager->evses[i], event);
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
	const struct timeval every = {.tv_sec = every_ms / 1000, .tv_usec = (suseconds_t)(every_ms % 1000) * 1000};

	log_line(LOG_LEVEL_WARN, "The kernel does not tell about interfaces: %s. Looking every %u ms instead.", why,
		 every_ms);
	manager_unwatch_links(manager);
	manager->link_watch_event = event_new(manager->base, -1, EV_PERSIST, on_time_to_look, manager);
	if (manager->link_watch_event == NULL || event_add(manager->link_watch_event, &every) != 0)
		log_line(LOG_LEVEL_ERROR, "No memory for a timer: interfaces that change are not noticed.");
	look_at_all(manager);
}

void manager_read_links(struct manager *manager)
{
	enum link_result result = LINK_FRAME;

	for (int i = 0; i < NOTIFICATIONS_PER_WAKE && result == LINK_FRAME && manager->link_watch != NULL; i++)
		result = link_watch_read(manager->link_watch, pass_on, manager);
	if (result == LINK_ERROR)
		look_instead(manager, strerror(errno));
}

static void on_notification(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	manager_read_links(context);
}

void manager_watch_links(struct manager *manager)
{
	char error[LINK_ERROR_SIZE];

	manager->link_watch = link_watch_open(error);
	if (manager->link_watch == NULL) {
		look_instead(manager, error);
		return;
	}
	manager->link_watch_event = event_new(manager->base, link_watch_fd(manager->link_watch), EV_READ | EV_PERSIST,
					      on_notification, manager);
	manager->shared.links_watched =
		manager->link_watch_event != NULL && event_add(manager->link_watch_event, NULL) == 0;
	if (!manager->shared.links_watched)
		look_instead(manager, "no memory");
}

void manager_unwatch_links(struct manager *manager)
{
	manager->shared.links_watched = false;
	if (manager->link_watch_event != NULL)
		event_free(manager->link_watch_event);
	manager->link_watch_event = NULL;
	link_watch_close(manager->link_watch);
	manager->link_watch = NULL;
}

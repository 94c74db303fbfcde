/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

#include "homeplug/port/port_watch.h"

#include <errno.h>
#include <string.h>

/* Frames taken per wake-up, so that a flood on one link leaves time for the others. */
#define FRAMES_PER_WAKE 32

/* A name given to the configuration may be one of the interface's alternative names. */
static bool is_named(const struct evse *evse, const struct port_event *event)
{
	return strcmp(evse->interface, event->name) == 0 || (int)if_nametoindex(evse->interface) == event->ifindex;
}

static bool is_ready(const struct port_event *event)
{
	return event->news == PORT_NEWS_STATE && event->up && event->running;
}

/* Why the open link is of no use any more, or "" when it is. */
static void loss_of(const struct evse *evse, const struct port_event *event, char why[PORT_ERROR_SIZE])
{
	uint8_t mac[MAC_LEN];

	why[0] = '\0';
	port_mac(evse->link, mac);
	if (event->ifindex != port_ifindex(evse->link))
		return;
	if (event->news == PORT_NEWS_REMOVED)
		snprintf(why, PORT_ERROR_SIZE, "it was removed");
	else if (!is_named(evse, event))
		snprintf(why, PORT_ERROR_SIZE, "renamed to %s", event->name);
	else if (!event->up)
		snprintf(why, PORT_ERROR_SIZE, "it is down");
	else if (!event->running)
		snprintf(why, PORT_ERROR_SIZE, "no carrier");
	else if (!event->has_mac || !mac_equal(mac, event->mac))
		snprintf(why, PORT_ERROR_SIZE, "its MAC changed");
}

/* The present state of the open link's interface; false for a Unix socket, or when it cannot be told. */
static bool look(const struct evse *evse, struct port_event *now)
{
	int ifindex = port_ifindex(evse->link);

	return ifindex != 0 && port_watch_look(port_fd(evse->link), ifindex, now);
}

static void receive_failed(struct evse *evse, enum port_result result, int error)
{
	char why[PORT_ERROR_SIZE] = "";
	struct port_event now;

	if (result == PORT_DOWN && look(evse, &now))
		loss_of(evse, &now, why);
	if (why[0] == '\0' && result == PORT_DOWN)
		snprintf(why, sizeof(why), "it was down");
	else if (why[0] == '\0' && result == PORT_END)
		snprintf(why, sizeof(why), "closed by its peer");
	else if (why[0] == '\0')
		snprintf(why, sizeof(why), "receiving failed: %s", strerror(error));
	evse_link_lost(evse, why);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct evse *evse = context;
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)fd;
	(void)what;
	for (int i = 0; i < FRAMES_PER_WAKE && evse->link != NULL; i++) {
		enum port_result result = port_recv(evse->link, frame, sizeof(frame), &len);
		if (result == PORT_EMPTY)
			break;
		if (result == PORT_FRAME)
			evse_frame(evse, frame, len);
		else
			receive_failed(evse, result, errno);
	}
	explicit_bzero(frame, sizeof(frame)); /* CM_GET_KEY.CNF holds the key */
	evse_arm(evse);
}

/* Not before link_retry_ms: an interface that flaps, or fails again and again, must not keep us busy. */
static void try_later(struct evse *evse)
{
	evse->link_not_before_us = clock_now_us() + (uint64_t)evse->shared->settings->link_retry_ms * 1000;
	evse->link_retry_us = evse->link_not_before_us;
}

static bool is_watched(const struct evse *evse)
{
	return evse->shared->links_watched && port_is_live(evse->interface);
}

static bool watch(struct evse *evse)
{
	evse->readable = event_new(evse->shared->base, port_fd(evse->link), EV_READ | EV_PERSIST, on_readable, evse);
	return evse->readable != NULL && event_add(evse->readable, NULL) == 0;
}

static void open_failed(struct evse *evse, const char *error, bool gone)
{
	/* Once it has been said, missing, down or without carrier is all the same: it does not serve. */
	bool said = gone ? evse->link_error[0] != '\0' : strcmp(error, evse->link_error) == 0;

	log_line(said ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, "Outlet cannot serve: %s. Trying again. evse_id=%s", error,
		 evse->parameters.evse_id);
	snprintf(evse->link_error, sizeof(evse->link_error), "%s", error);
	if (!gone || !is_watched(evse))
		try_later(evse);
}

void evse_link_open(struct evse *evse)
{
	char error[PORT_ERROR_SIZE];
	char mac[MAC_TEXT_SIZE];

	evse->link_retry_us = SLAC_NEVER;
	evse->link = port_open(evse->interface, error);
	if (evse->link == NULL) {
		open_failed(evse, error, port_result_of_errno(errno) == PORT_DOWN);
		return;
	}
	if (!watch(evse)) {
		evse_link_close(evse);
		open_failed(evse, "no memory to wait for frames", false);
		return;
	}
	evse->link_error[0] = '\0';
	port_mac(evse->link, evse->slac.config.evse_mac);
	port_mac(evse->link, evse->modem.config.host_mac);
	port_mac(evse->link, evse->amp_map.config.evse_mac);
	log_line(evse_recovery_level(evse), "Interface is open. evse_id=%s interface=%s mac=%s",
		 evse->parameters.evse_id, evse->interface, mac_text(evse->slac.config.evse_mac, mac));
	evse_new_key(evse);
}

void evse_link_close(struct evse *evse)
{
	if (evse->readable != NULL)
		event_free(evse->readable);
	evse->readable = NULL;
	port_close(evse->link);
	evse->link = NULL;
}

enum log_level evse_recovery_level(const struct evse *evse)
{
	return log_burst_is_quiet(&evse->interface_losses) ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
}

static void log_loss(struct evse *evse, const char *why)
{
	const bool resets = modem_resets(&evse->modem); /* some interfaces have no carrier meanwhile */
	const bool loud = log_burst_pass(&evse->interface_losses, clock_now_us());
	const uint64_t count = evse->interface_losses.count;
	const char *from_now_on =
		count >= LOG_BURST_LOUD ? "; while it comes and goes this is logged once a minute" : "";

	log_line(!loud    ? LOG_LEVEL_DEBUG
		 : resets ? LOG_LEVEL_INFO
			  : LOG_LEVEL_ERROR,
		 "Interface is lost%s: %s. Trying again%s. evse_id=%s interface=%s count=%llu",
		 resets ? ", the modem is being reset" : "", why, from_now_on, evse->parameters.evse_id,
		 evse->interface, (unsigned long long)count);
}

void evse_link_settled(struct evse *evse)
{
	if (evse->link != NULL)
		log_line(LOG_LEVEL_INFO, "Interface has stayed for a minute, %s. evse_id=%s interface=%s losses=%llu",
			 evse->serving ? "the modem has its key" : "the modem has not confirmed its key",
			 evse->parameters.evse_id, evse->interface, (unsigned long long)evse->interface_losses.count);
	if (evse->serving)
		evse->not_serving_why[0] = '\0';
	evse->interface_losses = (struct log_burst){0};
}

void evse_link_lost(struct evse *evse, const char *why)
{
	const struct slac_evse_input input = {.kind = SLAC_EVSE_KEY_LOST, .reason = SLAC_REASON_LINK_LOST};

	log_loss(evse, why);
	snprintf(evse->link_error, sizeof(evse->link_error), "%s", why);
	evse_link_close(evse);
	modem_reset(&evse->modem);
	evse_set_serving(evse, false);
	evse_slac_input(evse, &input);
	try_later(evse);
}

static void open_when_allowed(struct evse *evse)
{
	if (evse->link_not_before_us <= clock_now_us())
		evse_link_open(evse);
	else
		evse->link_retry_us = evse->link_not_before_us;
}

void evse_link_event(struct evse *evse, const struct port_event *event)
{
	char why[PORT_ERROR_SIZE] = "";

	if (evse->link != NULL)
		loss_of(evse, event, why);
	if (why[0] != '\0')
		evse_link_lost(evse, why);
	if (evse->link == NULL && is_watched(evse) && is_named(evse, event)) {
		if (is_ready(event))
			open_when_allowed(evse);
		else
			evse->link_retry_us = SLAC_NEVER; /* the kernel will say when it is */
	}
	evse_arm(evse);
}

void evse_link_check(struct evse *evse)
{
	struct port_event now;

	if (evse->link == NULL && port_is_live(evse->interface))
		open_when_allowed(evse);
	else if (evse->link != NULL && look(evse, &now))
		evse_link_event(evse, &now);
	evse_arm(evse);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of an outlet: which one it may use, when it is opened, what comes in, and how it is lost. */
#include "slacd/evse_internal.h"

#include "homeplug/port/port_use.h"
#include "homeplug/port/port_watch.h"
#include "service/clock.h"
#include "slacd/link_answers.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>

/* Frames taken per wake-up, so that a flood on one port leaves time for the others. */
#define FRAMES_PER_WAKE 32
/*
 * So many are heard in vain before the kernel is asked to drop them: its filter costs as much as ten of them, and a
 * station that hears no neighbours needs none. More than a modem says to a new key.
 */
#define FRAMES_FOR_NOBODY 32
/* Some of each modem of the largest station; what is more waits for the next look. */
#define ANSWERS_PER_LOOK 1024

const char *evse_interface_of(const struct settings *settings, const struct api_evse_parameters *parameters)
{
	const struct settings_outlet *outlet = settings_outlet(settings, parameters->evse_id);

	return outlet != NULL && outlet->interface[0] != '\0' ? outlet->interface : parameters->network_interface;
}

bool evse_interface_is_local(const struct evse_shared *shared, const struct api_evse_parameters *parameters)
{
	const struct settings_outlet *outlet = settings_outlet(shared->settings, parameters->evse_id);
	const struct api_evse_parameters *local = api_parameters_find(shared->local_parameters, parameters->evse_id);

	if (outlet != NULL && outlet->interface[0] != '\0')
		return true;
	return local != NULL && strcmp(local->network_interface, parameters->network_interface) == 0;
}

/* A name given to the configuration may be one of the interface's alternative names. */
static bool is_named(const struct evse *evse, const struct port_event *event)
{
	return strcmp(evse->interface, event->name) == 0 || (int)if_nametoindex(evse->interface) == event->ifindex;
}

/*
 * The same for an outlet without a port, which is told of every interface: the kernel is not asked for each of them. Should
 * the name have changed since, there is an event for that, too.
 */
static bool waits_for(const struct evse *evse, const struct port_event *event)
{
	return event->has_no_other_name ? strcmp(evse->interface, event->name) == 0 : is_named(evse, event);
}

static bool is_ready(const struct port_event *event)
{
	return event->news == PORT_NEWS_STATE && event->up && event->running && !port_event_is_captured(event);
}

/* Why the open port is of no use any more, or "" when it is. */
static void loss_of(const struct evse *evse, const struct port_event *event, char why[PORT_ERROR_SIZE])
{
	uint8_t mac[MAC_LEN];

	why[0] = '\0';
	port_mac(evse->port, mac);
	if (event->ifindex != port_ifindex(evse->port))
		return;
	if (event->news == PORT_NEWS_REMOVED)
		snprintf(why, PORT_ERROR_SIZE, "it was removed");
	else if (!is_named(evse, event))
		snprintf(why, PORT_ERROR_SIZE, "renamed to %s", event->name);
	else if (port_event_is_captured(event))
		port_event_capture_text(event, why);
	else if (!event->up)
		snprintf(why, PORT_ERROR_SIZE, "it is down");
	else if (!event->running)
		snprintf(why, PORT_ERROR_SIZE, "no carrier");
	else if (!event->has_mac || !mac_equal(mac, event->mac))
		snprintf(why, PORT_ERROR_SIZE, "its MAC changed");
}

/* The present state of the open port's interface; false for a Unix socket, or when it cannot be told. */
static bool look(const struct evse *evse, struct port_event *now)
{
	int ifindex = port_ifindex(evse->port);

	return ifindex != 0 && port_watch_look(port_fd(evse->port), ifindex, now);
}

void evse_close_port(struct evse *evse)
{
	if (evse->readable != NULL)
		event_free(evse->readable);
	evse->readable = NULL;
	if (evse->port != NULL)
		link_answers_leave(evse->shared->link_answers, evse);
	port_close(evse->port);
	evse->port = NULL;
	evse->hearing = PORT_HEARS_ALL;
	evse->frames_for_nobody = 0;
	evse->port_failed_us = OUTLET_NEVER;
}

/* Not before port_retry_ms: an interface that flaps, or fails again and again, must not keep us busy. */
static void retry_later(struct evse *evse)
{
	evse->port_not_before_us = clock_now_us() + (uint64_t)evse->shared->settings->link_retry_ms * 1000;
	evse->port_retry_us = evse->port_not_before_us;
}

static void lose_port(struct evse *evse, const char *why)
{
	evse_log_port_lost(&evse->log, why, modem_is_resetting(&evse->outlet.modem), clock_now_us());
	snprintf(evse->port_error, sizeof(evse->port_error), "%s", why);
	evse_close_port(evse);
	evse_give_kind(evse, OUTLET_PORT_DOWN);
	retry_later(evse);
}

static void fail_to_receive(struct evse *evse, enum port_result result, int error)
{
	char why[PORT_ERROR_SIZE] = "";
	struct port_event now;

	report_queue_flush(evse->shared->reports);
	if (result == PORT_DOWN && look(evse, &now))
		loss_of(evse, &now, why);
	if (why[0] == '\0' && result == PORT_DOWN)
		snprintf(why, sizeof(why), "it was down");
	else if (why[0] == '\0' && result == PORT_END)
		snprintf(why, sizeof(why), "closed by its peer");
	else if (why[0] == '\0')
		snprintf(why, sizeof(why), "receiving failed: %s", strerror(error));
	lose_port(evse, why);
}

/* --- what nobody wants to hear --- */

/* At DEBUG everything that comes has its line. */
static bool wants_all(const struct evse *evse)
{
	return outlet_hears_cars(&evse->outlet) || log_enabled(LOG_LEVEL_DEBUG);
}

static bool hear(struct evse *evse, enum port_hearing hearing)
{
	const bool heard = port_hear(evse->port, hearing);

	evse->hearing = heard ? hearing : PORT_HEARS_ALL;
	if (!heard && !evse->filter_refused_said) {
		evse_log_filter_refused(&evse->log, strerror(errno));
		evse->filter_refused_said = true;
	}
	return heard;
}

/* Once a question was not answered with "up" the next answer is waited for. At DEBUG each has its line when it comes. */
static bool link_up_is_no_news(const struct evse *evse)
{
	return modem_link_is_steady(&evse->outlet.modem.link) && port_ifindex(evse->port) != 0 &&
	       !evse->filter_refused_said && !log_enabled(LOG_LEVEL_DEBUG);
}

/* Of the answers that were heard the kernel has a copy: they answer no later question. */
static void leave_link_answers_to_kernel(struct evse *evse)
{
	struct link_answers *answers = evse->shared->link_answers;

	evse_take_link_answers(evse->shared);
	if (link_answers_join(answers, evse, port_ifindex(evse->port)) && !hear(evse, PORT_HEARS_CHANGES))
		link_answers_leave(answers, evse);
}

void evse_hear_what_is_due(struct evse *evse)
{
	if (evse->port == NULL)
		return;
	if (evse->frames_for_nobody > 0 && wants_all(evse))
		evse->frames_for_nobody = 0;
	if (link_up_is_no_news(evse)) {
		if (evse->hearing == PORT_HEARS_ALL)
			leave_link_answers_to_kernel(evse);
	} else if (evse->hearing == PORT_HEARS_CHANGES || (evse->hearing == PORT_HEARS_QUIET && wants_all(evse))) {
		link_answers_leave(evse->shared->link_answers, evse);
		(void)hear(evse, PORT_HEARS_ALL);
	}
}

static void count_frame(struct evse *evse)
{
	if (evse->port == NULL || evse->frames_for_nobody >= FRAMES_FOR_NOBODY || wants_all(evse))
		return;
	evse->frames_for_nobody++;
	if (evse->frames_for_nobody < FRAMES_FOR_NOBODY)
		return;
	(void)hear(evse, PORT_HEARS_QUIET);
}

/* --- what comes in --- */

static void take_frame(struct evse *evse, const uint8_t *octets, size_t len)
{
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets, .len = len}};
	uint8_t ev_mac[MAC_LEN];

	if (outlet_frame_asks_validation(octets, len, ev_mac))
		input.frame.neighbour_validates =
			evse->shared->neighbour_validates(evse->shared->context, evse, ev_mac);
	evse_give(evse, &input);
	count_frame(evse);
}

void evse_take_link_answers(const struct evse_shared *shared)
{
	struct outlet_input input = {.kind = OUTLET_FRAME};
	uint8_t octets[MME_FRAME_MAX];
	struct evse *evse;

	input.frame.octets = octets;
	for (int i = 0; i < ANSWERS_PER_LOOK; i++) {
		if (!link_answers_next(shared->link_answers, &evse, octets, sizeof(octets), &input.frame.len))
			break;
		if (evse != NULL)
			evse_give_before_due(evse, &input);
	}
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct evse *evse = context;
	uint8_t octets[MME_FRAME_MAX];
	size_t len;

	(void)fd;
	(void)what;
	if (evse->hearing == PORT_HEARS_CHANGES)
		evse_take_link_answers(evse->shared); /* what comes now may contradict them */
	evse->takes_frames = true;
	for (int i = 0; i < FRAMES_PER_WAKE && evse->port != NULL; i++) {
		enum port_result result = port_recv(evse->port, octets, sizeof(octets), &len);
		if (result == PORT_EMPTY)
			break;
		if (result == PORT_FRAME)
			take_frame(evse, octets, len);
		else
			fail_to_receive(evse, result, errno);
	}
	evse->takes_frames = false;
	explicit_bzero(octets, sizeof(octets)); /* CM_GET_KEY.CNF holds the key */
	evse_arm_timer(evse);
}

static bool is_watched(const struct evse *evse)
{
	return evse->shared->ports_watched && port_is_live(evse->interface);
}

static bool wait_for_frames(struct evse *evse)
{
	evse->readable = event_new(evse->shared->base, port_fd(evse->port), EV_READ | EV_PERSIST, on_readable, evse);
	return evse->readable != NULL && event_add(evse->readable, NULL) == 0;
}

/* Whether there is nothing new to say: the loss of the port may have said it without the name of the interface. */
static bool is_said(const struct evse *evse, const char *error, int number)
{
	/* Once something has been said, missing, down or without carrier is all the same: it does not serve. */
	bool all_the_same = port_result_of_errno(number) == PORT_DOWN && number != EBUSY;

	return evse->port_error[0] != '\0' && (all_the_same || strstr(error, evse->port_error) != NULL);
}

/* There is no port, and this is why. */
static void tell_trouble(struct evse *evse, const char *why)
{
	snprintf(evse->port_error, sizeof(evse->port_error), "%s", why);
	evse->shared->trouble_changed(evse->shared->context);
}

static void fail_to_open(struct evse *evse, const char *error, int number)
{
	const bool gone = port_result_of_errno(number) == PORT_DOWN;
	const bool said = is_said(evse, error, number);

	evse_log_port_not_open(&evse->log, error, said);
	tell_trouble(evse, error);
	if (!gone || !is_watched(evse))
		retry_later(evse);
}

/*
 * False with the reason: the station has named the interface of the open port, and may not. *error: what kept it from being
 * looked at, 0: nothing did.
 */
static bool is_believed(const struct evse *evse, char why[INTERFACE_WHY_SIZE], int *error)
{
	const int ifindex = port_ifindex(evse->port);
	struct port_event now = {0};
	struct port_use use = {0};

	why[0] = '\0';
	*error = 0;
	if (evse->interface_is_local || evse->shared->settings->interfaces.is_listed)
		return true; /* by its name, which was looked at before */
	/* What cannot be looked at stays unknown, and is refused. */
	if (port_watch_look(port_fd(evse->port), ifindex, &now))
		port_use_look(port_fd(evse->port), ifindex, &use);
	else
		use.error = errno;
	*error = use.error;
	return interface_is_believed(&evse->shared->settings->interfaces, &now, &use, why);
}

/* It is said once, however often it is tried. */
static void refuse(struct evse *evse, const char *why)
{
	if (strcmp(evse->refusal, why) != 0)
		evse_log_port_refused(&evse->log, why, false);
	snprintf(evse->refusal, sizeof(evse->refusal), "%s", why);
	tell_trouble(evse, why);
}

/* Which the kernel does not tell when it is over. */
static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

/* The kernel tells when an address goes; an interface that changes all the time must not keep us busy. */
static void refuse_port(struct evse *evse, const char *why, int error)
{
	evse_close_port(evse);
	refuse(evse, why);
	retry_later(evse);
	if (is_watched(evse) && !is_shortage(error))
		evse->port_retry_us = OUTLET_NEVER;
}

/* A name that is refused stays so until the outlet gets another one. */
static bool may_use_name(struct evse *evse)
{
	char why[INTERFACE_WHY_SIZE];

	if (evse->interface_is_local ||
	    interface_name_is_believed(&evse->shared->settings->interfaces, evse->interface, why))
		return true;
	refuse(evse, why);
	return false;
}

/* What is empty already is not touched (evse_internal.h). */
static void forget_text(char *text)
{
	if (text[0] != '\0')
		text[0] = '\0';
}

static void use_port(struct evse *evse)
{
	struct outlet_input up = {.kind = OUTLET_PORT_UP};

	forget_text(evse->port_error);
	forget_text(evse->refusal);
	port_mac(evse->port, up.port_mac);
	evse_log_port_open(&evse->log, up.port_mac);
	evse_give(evse, &up);
}

void evse_open_port(struct evse *evse)
{
	char error[PORT_ERROR_SIZE];
	char why[INTERFACE_WHY_SIZE];
	int not_told;

	evse->port_retry_us = OUTLET_NEVER;
	if (!may_use_name(evse))
		return;
	evse->port = port_open(evse->interface, error);
	if (evse->port == NULL) {
		fail_to_open(evse, error, errno);
		return;
	}
	if (!is_believed(evse, why, &not_told)) {
		refuse_port(evse, why, not_told);
		return;
	}
	if (!wait_for_frames(evse)) {
		evse_close_port(evse);
		fail_to_open(evse, "no memory to wait for frames", ENOMEM);
		return;
	}
	use_port(evse);
}

static void open_port_when_allowed(struct evse *evse)
{
	if (evse->port_not_before_us <= clock_now_us())
		evse_open_port(evse);
	else
		evse->port_retry_us = evse->port_not_before_us;
}

/* A running car is not cut for an address that its interface gets meanwhile. */
static void look_at_use(struct evse *evse)
{
	const bool in_use = evse->outlet.pilot.vehicle_present;
	char why[INTERFACE_WHY_SIZE];
	int not_told;

	if (is_believed(evse, why, &not_told)) {
		forget_text(evse->refusal);
		return;
	}
	if (in_use && strcmp(evse->refusal, why) != 0)
		evse_log_port_refused(&evse->log, why, true);
	snprintf(evse->refusal, sizeof(evse->refusal), "%s", why);
	if (!in_use)
		lose_port(evse, why);
}

static void take_address_event(struct evse *evse, const struct port_event *event)
{
	if (evse->port != NULL && event->ifindex == port_ifindex(evse->port))
		look_at_use(evse);
	else if (evse->port == NULL && evse->refusal[0] != '\0' && is_watched(evse) && is_named(evse, event))
		open_port_when_allowed(evse);
}

static void take_interface_event(struct evse *evse, const struct port_event *event)
{
	char why[PORT_ERROR_SIZE] = "";

	if (evse->port != NULL)
		loss_of(evse, event, why);
	if (why[0] != '\0')
		lose_port(evse, why);
	if (evse->port == NULL && is_watched(evse) && waits_for(evse, event)) {
		if (is_ready(event) || port_event_is_captured(event)) /* then it fails, and says why */
			open_port_when_allowed(evse);
		else
			evse->port_retry_us = OUTLET_NEVER; /* the kernel will say when it is */
	}
}

void evse_port_tick(struct evse *evse, uint64_t now_us)
{
	if (evse->port_failed_us <= now_us)
		lose_port(evse, "sending failed, the interface is down");
	else if (evse->port_retry_us <= now_us)
		evse_open_port(evse);
}

void evse_give_up_refused_port(struct evse *evse)
{
	if (evse->port == NULL || evse->refusal[0] == '\0' || evse->outlet.pilot.vehicle_present)
		return;
	lose_port(evse, evse->refusal);
	evse_arm_timer(evse);
}

void evse_port_event(struct evse *evse, const struct port_event *event)
{
	report_queue_flush(evse->shared->reports);
	if (event->news == PORT_NEWS_ADDRESS)
		take_address_event(evse, event);
	else
		take_interface_event(evse, event);
	evse_arm_timer(evse);
}

void evse_check_port(struct evse *evse)
{
	struct port_event now;

	report_queue_flush(evse->shared->reports);
	if (evse->port == NULL && port_is_live(evse->interface))
		open_port_when_allowed(evse);
	else if (evse->port != NULL && look(evse, &now))
		take_interface_event(evse, &now);
	if (evse->port != NULL)
		look_at_use(evse);
	evse_arm_timer(evse);
}

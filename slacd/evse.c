/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse.h"

#include "cp/duty_cycle.h"
#include "homeplug/port/port.h"
#include "homeplug/port/port_use.h"
#include "homeplug/port/port_watch.h"
#include "slacd/clock.h"
#include "slacd/evse_log.h"
#include "slacd/interface_rule.h"
#include "slacd/outlet/outlet.h"
#include "slacd/record/recorder.h"
#include "slacd/timer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

/* Frames taken per wake-up, so that a flood on one port leaves time for the others. */
#define FRAMES_PER_WAKE 32
/* Pilot requests whose answer is known when it comes late. */
#define REQUESTS_KEPT 4
/* One more than the outlet keeps: it answers that one at once. */
#define QUESTIONS_MAX (OUTLET_QUESTIONS + 1)

_Static_assert((int)API_CP_A1 == (int)CP_STATE_A1 && (int)API_CP_D2 == (int)CP_STATE_D2 &&
		       (int)API_CP_E == (int)CP_STATE_E && (int)API_CP_F == (int)CP_STATE_F,
	       "cp_status states are passed on as they are");

struct evse {
	const struct evse_shared *shared;
	struct api_evse_parameters parameters;
	char interface[SETTINGS_TEXT_MAX];
	struct evse_log log;
	struct recorder *recorder; /* NULL: nothing is recorded */

	struct port *port; /* NULL while it cannot be opened */
	struct event *readable;
	struct event *timer;
	uint64_t timer_us;                /* what the timer is armed to, OUTLET_NEVER: not armed */
	uint64_t port_retry_us;           /* when to open the port again, OUTLET_NEVER: open, or the kernel will tell */
	uint64_t port_not_before_us;      /* not to be opened earlier, whatever the kernel tells */
	uint64_t port_failed_us;          /* sending has failed: it is given up then, OUTLET_NEVER: it has not */
	char port_error[PORT_ERROR_SIZE]; /* what was said last about it, "": it is open */
	bool interface_is_local;          /* the configuration names it: it is believed */
	char refusal[INTERFACE_WHY_SIZE]; /* why the station may not name it, as said last; "": it may */

	char request_ids[REQUESTS_KEPT][API_UUID_MAX]; /* of the last pilot requests, by the rest of their number */
	bool stopping;                                 /* evse_stop was called */
	bool stop_told;                                /* evse_shared.stopped was called */
	size_t slot;                                   /* of its pilot requests */
	uint32_t request_number;
	bool request_unsent;
	bool settings_wait; /* until no vehicle is there */
	struct metrics_counts counts;
	uint64_t received_us;                      /* when the frame that is being handled was read, 0: none is */
	char questions[QUESTIONS_MAX][API_ID_MAX]; /* ids of network questions, "": a free place */

	struct outlet outlet; /* the last member: most of it is not touched where few cars are heard */
};

/* --- effects --- */

static enum api_slac_state api_state(enum outlet_status_kind kind)
{
	switch (kind) {
	case OUTLET_MATCHING:
		return API_SLAC_MATCHING;
	case OUTLET_MATCHED:
		return API_SLAC_MATCHED;
	case OUTLET_FAILED:
		return API_SLAC_FAILED;
	case OUTLET_BASIC_CHARGING:
		return API_SLAC_BASIC_CHARGING;
	case OUTLET_UNMATCHED:
		break;
	}
	return API_SLAC_UNMATCHED;
}

static void send_octets(struct evse *evse, const struct outlet_effect *effect, uint64_t now_us)
{
	if (evse->port == NULL)
		return;
	if (port_send(evse->port, effect->frame.octets, effect->frame.len)) {
		metrics_count_sent(&evse->counts, effect->frame.name, evse->received_us, clock_now_us());
		evse_log_sent(&evse->log, effect->frame.name);
		return;
	}
	int error = errno;
	if (port_result_of_errno(error) == PORT_DOWN)
		evse->port_failed_us = now_us; /* the loss of the port says it */
	else
		evse_log_not_sent(&evse->log, effect->frame.name, strerror(error), now_us);
}

static void report_status(struct evse *evse, const struct outlet_status *status, uint64_t now_us)
{
	struct api_slac_status said = {
		.state = api_state(status->kind),
		.reason = slac_reason_text(status->reason),
		.has_ev_mac = status->has_ev,
		.has_attenuation = status->has_attenuation,
		.attenuation_ddb = status->attenuation_ddb,
		.record = recorder_status(evse->recorder, status),
	};

	if (status->has_ev) {
		memcpy(said.run_id, status->run_id, RUN_ID_LEN);
		memcpy(said.ev_mac, status->ev_mac, MAC_LEN);
	}
	outbox_slac_status(evse->shared->outbox, evse->parameters.evse_id, &said);
	evse_log_status(&evse->log, status, now_us);
}

static void request_pilot(struct evse *evse, const struct outlet_effect *effect)
{
	char *id = evse->request_ids[effect->pilot.number % REQUESTS_KEPT];

	evse->request_number = effect->pilot.number;
	evse->counts.pilot_requests[effect->pilot.request.kind]++;
	evse->request_unsent = !outbox_request_pilot(evse->shared->outbox, evse->slot, evse->parameters.evse_id,
						     &effect->pilot.request, id);
	if (evse->request_unsent)
		id[0] = '\0';
}

static void answer_network(struct evse *evse, const struct outlet_effect *effect)
{
	const struct nw_info *info = &effect->network.info;
	struct api_network network = {.snid = info->snid, .tei = info->tei, .role = info->role};
	char *id = evse->questions[effect->network.question];

	memcpy(network.nid, info->nid, NID_LEN);
	memcpy(network.cco_mac, info->cco_mac, MAC_LEN);
	outbox_network_info(evse->shared->outbox, id, evse->parameters.evse_id, &network,
			    effect->network.in_network ? 1 : 0);
	id[0] = '\0';
}

static void count_note(struct evse *evse, const struct outlet_note *note)
{
	evse->counts.pilot_refused += note->kind == OUTLET_NOTE_REQUEST_REFUSED;
	if (note->kind != OUTLET_NOTE_MODEM)
		return;
	evse->counts.modem_resets += note->modem.kind == MODEM_RESETTING;
	evse->counts.modem_restarts += note->modem.kind == MODEM_RESTARTED;
}

static void carry_out(struct evse *evse, const struct outlet_effect *effect, uint64_t now_us)
{
	switch (effect->kind) {
	case OUTLET_SEND:
		send_octets(evse, effect, now_us);
		break;
	case OUTLET_STATUS:
		report_status(evse, &effect->status, now_us);
		break;
	case OUTLET_PILOT_REQUEST:
		request_pilot(evse, effect);
		break;
	case OUTLET_ANSWER_NETWORK:
		answer_network(evse, effect);
		break;
	case OUTLET_SERVING:
		evse->shared->availability_changed(evse->shared->context);
		break;
	case OUTLET_NOTE:
		count_note(evse, &effect->note);
		evse_log_note(&evse->log, &effect->note, now_us);
		if (effect->note.kind == OUTLET_NOTE_MODEM && effect->note.modem.kind == MODEM_TROUBLE)
			evse->shared->trouble_changed(evse->shared->context);
		break;
	}
}

static void arm_timer(struct evse *evse)
{
	const uint64_t deadlines_us[] = {outlet_deadline(&evse->outlet), evse->port_retry_us, evse->port_failed_us,
					 evse_log_settled_us(&evse->log)};
	uint64_t next_us = OUTLET_NEVER;

	for (size_t i = 0; i < sizeof(deadlines_us) / sizeof(deadlines_us[0]); i++)
		if (deadlines_us[i] < next_us)
			next_us = deadlines_us[i];
	if (next_us == evse->timer_us)
		return;
	evse->timer_us = next_us;
	timer_arm(evse->timer, next_us);
}

static void give_once(struct evse *evse, const struct outlet_input *input)
{
	const uint64_t now_us = clock_now_us();
	const bool was_confirmed = evse->outlet.pilot.asking.confirmed;
	struct outlet_effects effects;

	evse->received_us = input->kind == OUTLET_FRAME ? now_us : 0;
	recorder_input(evse->recorder, &evse->outlet, input, now_us);
	outlet_input(&evse->outlet, input, now_us, &effects);
	for (size_t i = 0; i < effects.count; i++)
		carry_out(evse, &effects.items[i], now_us);
	recorder_effects(evse->recorder, &effects, now_us);
	outlet_effects_wipe(&effects);
	evse->counts.pilot_confirmed += !was_confirmed && evse->outlet.pilot.asking.confirmed;
}

bool evse_is_stopped(const struct evse *evse)
{
	return evse->stopping && outlet_has_stopped(&evse->outlet);
}

static void tell_stop(struct evse *evse)
{
	if (evse->stop_told || !evse_is_stopped(evse))
		return;
	evse->stop_told = true;
	evse->shared->stopped(evse->shared->context);
}

static void take_settings_when_empty(struct evse *evse)
{
	struct outlet_config config;

	if (!evse->settings_wait || !outlet_is_empty(&evse->outlet))
		return;
	settings_outlet_config(evse->shared->settings, evse->parameters.evse_id, evse->parameters.has_ac, &config);
	outlet_configure(&evse->outlet, &config);
	recorder_configure(evse->recorder);
	evse->settings_wait = false;
	log_line(LOG_LEVEL_DEBUG, "Outlet has taken the settings over. evse_id=%s", evse->parameters.evse_id);
}

static void give(struct evse *evse, const struct outlet_input *input)
{
	give_once(evse, input);
	if (evse->request_unsent) {
		const struct outlet_input unsent = {.kind = OUTLET_PILOT_NOT_SENT,
						    .active = outbox_is_connected(evse->shared->outbox)};
		evse->request_unsent = false;
		give_once(evse, &unsent);
	}
	take_settings_when_empty(evse);
	arm_timer(evse);
	tell_stop(evse);
}

static void give_kind(struct evse *evse, enum outlet_input_kind kind)
{
	const struct outlet_input input = {.kind = kind};

	give(evse, &input);
}

/* --- port --- */

/* A name given to the configuration may be one of the interface's alternative names. */
static bool is_named(const struct evse *evse, const struct port_event *event)
{
	return strcmp(evse->interface, event->name) == 0 || (int)if_nametoindex(evse->interface) == event->ifindex;
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

static void close_port(struct evse *evse)
{
	if (evse->readable != NULL)
		event_free(evse->readable);
	evse->readable = NULL;
	port_close(evse->port);
	evse->port = NULL;
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
	close_port(evse);
	give_kind(evse, OUTLET_PORT_DOWN);
	retry_later(evse);
}

static void fail_to_receive(struct evse *evse, enum port_result result, int error)
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
	lose_port(evse, why);
}

static void take_frame(struct evse *evse, const uint8_t *octets, size_t len)
{
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets, .len = len}};
	uint8_t ev_mac[MAC_LEN];

	if (outlet_frame_asks_validation(octets, len, ev_mac))
		input.frame.neighbour_validates =
			evse->shared->neighbour_validates(evse->shared->context, evse, ev_mac);
	give(evse, &input);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct evse *evse = context;
	uint8_t octets[MME_FRAME_MAX];
	size_t len;

	(void)fd;
	(void)what;
	for (int i = 0; i < FRAMES_PER_WAKE && evse->port != NULL; i++) {
		enum port_result result = port_recv(evse->port, octets, sizeof(octets), &len);
		if (result == PORT_EMPTY)
			break;
		if (result == PORT_FRAME)
			take_frame(evse, octets, len);
		else
			fail_to_receive(evse, result, errno);
	}
	explicit_bzero(octets, sizeof(octets)); /* CM_GET_KEY.CNF holds the key */
	arm_timer(evse);
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

/* False with the reason: the station has named the interface of the open port, and may not. */
static bool is_believed(const struct evse *evse, char why[INTERFACE_WHY_SIZE])
{
	const int ifindex = port_ifindex(evse->port);
	struct port_event now = {0};
	struct port_use use = {0};

	why[0] = '\0';
	if (evse->interface_is_local || evse->shared->settings->interfaces.is_listed)
		return true; /* by its name, which was looked at before */
	/* What cannot be looked at stays unknown, and is refused. */
	if (port_watch_look(port_fd(evse->port), ifindex, &now))
		port_use_look(port_fd(evse->port), ifindex, &use);
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

/* The kernel tells when an address goes; an interface that changes all the time must not keep us busy. */
static void refuse_port(struct evse *evse, const char *why)
{
	close_port(evse);
	refuse(evse, why);
	retry_later(evse);
	if (is_watched(evse))
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

static void use_port(struct evse *evse)
{
	struct outlet_input up = {.kind = OUTLET_PORT_UP};

	evse->port_error[0] = '\0';
	evse->refusal[0] = '\0';
	port_mac(evse->port, up.port_mac);
	evse_log_port_open(&evse->log, up.port_mac);
	give(evse, &up);
}

static void open_port(struct evse *evse)
{
	char error[PORT_ERROR_SIZE];
	char why[INTERFACE_WHY_SIZE];

	evse->port_retry_us = OUTLET_NEVER;
	if (!may_use_name(evse))
		return;
	evse->port = port_open(evse->interface, error);
	if (evse->port == NULL) {
		fail_to_open(evse, error, errno);
		return;
	}
	if (!is_believed(evse, why)) {
		refuse_port(evse, why);
		return;
	}
	if (!wait_for_frames(evse)) {
		close_port(evse);
		fail_to_open(evse, "no memory to wait for frames", ENOMEM);
		return;
	}
	use_port(evse);
}

static void open_port_when_allowed(struct evse *evse)
{
	if (evse->port_not_before_us <= clock_now_us())
		open_port(evse);
	else
		evse->port_retry_us = evse->port_not_before_us;
}

/* A running car is not cut for an address that its interface gets meanwhile. */
static void look_at_use(struct evse *evse)
{
	const bool in_use = evse->outlet.pilot.vehicle_present;
	char why[INTERFACE_WHY_SIZE];

	if (is_believed(evse, why)) {
		evse->refusal[0] = '\0';
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
	if (evse->port == NULL && is_watched(evse) && is_named(evse, event)) {
		if (is_ready(event) || port_event_is_captured(event)) /* then it fails, and says why */
			open_port_when_allowed(evse);
		else
			evse->port_retry_us = OUTLET_NEVER; /* the kernel will say when it is */
	}
}

void evse_port_event(struct evse *evse, const struct port_event *event)
{
	if (event->news == PORT_NEWS_ADDRESS)
		take_address_event(evse, event);
	else
		take_interface_event(evse, event);
	arm_timer(evse);
}

void evse_check_port(struct evse *evse)
{
	struct port_event now;

	if (evse->port == NULL && port_is_live(evse->interface))
		open_port_when_allowed(evse);
	else if (evse->port != NULL && look(evse, &now))
		take_interface_event(evse, &now);
	if (evse->port != NULL)
		look_at_use(evse);
	arm_timer(evse);
}

/* --- time --- */

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct evse *evse = context;
	uint64_t now_us = clock_now_us();

	(void)fd;
	(void)what;
	evse->timer_us = OUTLET_NEVER;
	if (evse->port_failed_us <= now_us)
		lose_port(evse, "sending failed, the interface is down");
	else if (evse->port_retry_us <= now_us)
		open_port(evse);
	give_kind(evse, OUTLET_TICK);
	if (evse_log_settled_us(&evse->log) <= now_us)
		evse_log_port_settled(&evse->log, evse->port != NULL, evse->outlet.serving);
	arm_timer(evse);
}

/* --- messages --- */

void evse_cp_status(struct evse *evse, const struct api_cp_status *status)
{
	const struct outlet_input input = {.kind = OUTLET_CP_STATUS,
					   .cp_status = {.state = (enum cp_state)status->state,
							 .has_duty = status->has_duty_cycle,
							 .duty = (uint32_t)(status->duty_cycle_percent * 100 + 0.5)}};

	give(evse, &input);
	if (evse->port != NULL && evse->refusal[0] != '\0' && !evse->outlet.pilot.vehicle_present)
		lose_port(evse, evse->refusal);
	arm_timer(evse);
}

static enum outlet_answer answer_of(enum api_cp_pwm_status status)
{
	switch (status) {
	case API_CP_PWM_VALID:
		return OUTLET_ANSWER_VALID;
	case API_CP_PWM_INVALID:
		return OUTLET_ANSWER_INVALID;
	case API_CP_PWM_ERROR:
		break;
	}
	return OUTLET_ANSWER_ERROR;
}

/* The number of the pilot request with this id. */
static bool find_request(const struct evse *evse, const char *id, uint32_t *number)
{
	for (uint32_t back = 0; back < REQUESTS_KEPT && *id != '\0'; back++) {
		*number = evse->request_number - back;
		if (strcmp(evse->request_ids[*number % REQUESTS_KEPT], id) == 0)
			return true;
	}
	return false;
}

void evse_cp_pwm_response(struct evse *evse, const char *id, const struct api_cp_pwm_response *response)
{
	struct outlet_input input = {.kind = OUTLET_PILOT_ANSWER, .pilot = {.answer = answer_of(response->status)}};

	if (!find_request(evse, id, &input.pilot.number)) {
		log_line(LOG_LEVEL_DEBUG, "Late or foreign cp_pwm response ignored. evse_id=%s id=%s",
			 evse->parameters.evse_id, id);
		return;
	}
	evse->log.answer_info = response->info;
	evse->log.answer_id = id;
	give(evse, &input);
	evse->log.answer_info = NULL;
	evse->log.answer_id = NULL;
}

/* What a status_code means for the pilot: X1 while the station is not ready, F when the outlet is out of order. */
static enum control_pilot_availability availability_of(enum api_evse_status status)
{
	switch (status) {
	case API_EVSE_READY:
	case API_EVSE_ISOLATION_MONITORING_ACTIVE: /* part of a DC session */
		return CONTROL_PILOT_READY;
	case API_EVSE_NOT_READY:
	case API_EVSE_UTILITY_INTERRUPT_EVENT:
		return CONTROL_PILOT_NOT_READY;
	case API_EVSE_SHUTDOWN:
	case API_EVSE_EMERGENCY_SHUTDOWN:
	case API_EVSE_MALFUNCTION:
		break;
	}
	return CONTROL_PILOT_OUT_OF_ORDER;
}

void evse_limits(struct evse *evse, const struct api_evse_limits *limits)
{
	struct outlet_input input = {.kind = OUTLET_LIMITS,
				     .limits = {.current = {.has_ac = limits->has_ac, .rcd_error = limits->rcd_error},
						.availability = availability_of(limits->status_code)}};

	for (size_t i = 0; i < 3; i++)
		input.limits.current.phase_da[i] = pilot_current_from_ampere(limits->max_current_a[i]);
	evse->log.status_code = api_evse_status_text(limits->status_code);
	give(evse, &input);
	evse->log.status_code = NULL;
}

void evse_limits_unreadable(struct evse *evse)
{
	give_kind(evse, OUTLET_LIMITS_UNREADABLE);
}

static void give_active(struct evse *evse, enum outlet_input_kind kind, bool active)
{
	const struct outlet_input input = {.kind = kind, .active = active};

	give(evse, &input);
}

void evse_authorization(struct evse *evse, bool accepted)
{
	give_active(evse, OUTLET_AUTHORIZATION, accepted);
}

void evse_hlc_charging(struct evse *evse, bool active)
{
	give_active(evse, OUTLET_HLC_CHARGING, active);
}

/* The forced states E and F lower, and come back as cp_status. */
void evse_other_request(struct evse *evse, const struct api_cp_pwm *request)
{
	const struct outlet_input input = {
		.kind = OUTLET_OTHER_REQUEST,
		.other = {.hlc = request->hlc, .current_da = request->current_deciampere},
	};

	if (!request->error_state && !request->fault_state)
		give(evse, &input);
}

void evse_data_link(struct evse *evse, enum api_data_link_action action)
{
	switch (action) {
	case API_DATA_LINK_TERMINATE:
		give_kind(evse, OUTLET_LINK_TERMINATE);
		break;
	case API_DATA_LINK_PAUSE:
		give_kind(evse, OUTLET_LINK_PAUSE);
		break;
	case API_DATA_LINK_RESUME:
		give_kind(evse, OUTLET_LINK_RESUME);
		break;
	}
}

enum api_link_state evse_link_state(const struct evse *evse)
{
	return outlet_is_connected(&evse->outlet) ? API_LINK_CONNECTED : API_LINK_UNKNOWN;
}

void evse_network_info(struct evse *evse, const char *id)
{
	struct outlet_input input = {.kind = OUTLET_NETWORK_QUESTION};

	/* There is always a free place: the outlet keeps fewer questions than there are places. */
	while (evse->questions[input.question][0] != '\0')
		input.question++;
	snprintf(evse->questions[input.question], API_ID_MAX, "%s", id);
	give(evse, &input);
}

void evse_reset(struct evse *evse)
{
	give_kind(evse, OUTLET_RESET);
}

void evse_take_settings(struct evse *evse)
{
	evse->settings_wait = true;
	take_settings_when_empty(evse);
}

void evse_broker_connected(struct evse *evse)
{
	give_kind(evse, OUTLET_BROKER_CONNECTED);
}

/* --- life --- */

const char *evse_interface_of(const struct settings *settings, const struct api_evse_parameters *parameters)
{
	const struct settings_outlet *outlet = settings_outlet(settings, parameters->evse_id);

	return outlet != NULL && outlet->interface[0] != '\0' ? outlet->interface : parameters->network_interface;
}

/* Whether a file of this host names the interface for this outlet, be it that a message names the same one. */
static bool is_local(const struct evse_shared *shared, const struct api_evse_parameters *parameters)
{
	const struct settings_outlet *outlet = settings_outlet(shared->settings, parameters->evse_id);
	const struct api_parameters *local = shared->local_parameters;

	if (outlet != NULL && outlet->interface[0] != '\0')
		return true;
	for (size_t i = 0; i < local->count; i++)
		if (strcmp(local->evses[i].evse_id, parameters->evse_id) == 0)
			return strcmp(local->evses[i].network_interface, parameters->network_interface) == 0;
	return false;
}

static struct recorder *new_recorder(const struct evse *evse)
{
	const struct recorder_outlet outlet = {.evse_id = evse->parameters.evse_id,
					       .interface = evse->interface,
					       .has_ac = evse->parameters.has_ac,
					       .single_phase = evse->parameters.ac_single_phase};

	return recorder_new(evse->shared->record_writer, evse->shared->settings, &outlet);
}

struct evse *evse_new(const struct evse_shared *shared, size_t slot, const struct api_evse_parameters *parameters,
		      const struct api_evse_limits *limits, const struct api_cp_status *status)
{
	struct outlet_config config;
	struct evse *evse = malloc(sizeof(*evse));

	if (evse == NULL)
		return NULL;
	memset(evse, 0, offsetof(struct evse, outlet));
	evse->shared = shared;
	evse->slot = slot;
	evse->parameters = *parameters;
	evse->timer_us = OUTLET_NEVER;
	evse->port_retry_us = OUTLET_NEVER;
	evse->port_failed_us = OUTLET_NEVER;
	evse->timer = evtimer_new(shared->base, on_timer, evse);
	if (evse->timer == NULL) {
		free(evse);
		return NULL;
	}
	snprintf(evse->interface, sizeof(evse->interface), "%s", evse_interface_of(shared->settings, parameters));
	evse->interface_is_local = is_local(shared, parameters);
	evse->log.evse_id = evse->parameters.evse_id;
	evse->log.interface = evse->interface;
	settings_outlet_config(shared->settings, parameters->evse_id, parameters->has_ac, &config);
	config.pilot.single_phase = parameters->ac_single_phase;
	evse->recorder = new_recorder(evse);
	outlet_init(&evse->outlet, &config, recorder_fill, evse->recorder);
	if (limits != NULL)
		evse_limits(evse, limits);
	if (status != NULL)
		evse_cp_status(evse, status);
	open_port(evse);
	give_kind(evse, OUTLET_START);
	return evse;
}

void evse_stop(struct evse *evse)
{
	evse->stopping = true;
	give_kind(evse, OUTLET_STOP);
	close_port(evse);
	evse->port_retry_us = OUTLET_NEVER;
	arm_timer(evse);
}

void evse_free(struct evse *evse)
{
	if (evse == NULL)
		return;
	if (!evse->stopping)
		evse_stop(evse);
	event_free(evse->timer);
	recorder_free(evse->recorder);
	outlet_wipe(&evse->outlet);
	free(evse);
}

const char *evse_id(const struct evse *evse)
{
	return evse->parameters.evse_id;
}

size_t evse_slot(const struct evse *evse)
{
	return evse->slot;
}

bool evse_available(const struct evse *evse)
{
	return evse->outlet.serving;
}

const char *evse_trouble(const struct evse *evse)
{
	return evse->port == NULL ? evse->port_error : evse->log.not_serving_why;
}

bool evse_last_status(const struct evse *evse, struct api_cp_status *status)
{
	const struct control_pilot *pilot = &evse->outlet.pilot;
	uint32_t duty;

	memset(status, 0, sizeof(*status));
	snprintf(status->evse_id, sizeof(status->evse_id), "%s", evse->parameters.evse_id);
	status->state = (enum api_cp_state)pilot->state;
	status->has_duty_cycle = control_pilot_would_stay(pilot, &duty) && duty > 0;
	status->duty_cycle_percent = status->has_duty_cycle ? duty / 100.0 : 0;
	return pilot->state_is_known;
}

const struct api_evse_parameters *evse_parameters(const struct evse *evse)
{
	return &evse->parameters;
}

uint64_t evse_validation_waits_since(const struct evse *evse, const uint8_t ev_mac[MAC_LEN])
{
	return outlet_validation_waits_since(&evse->outlet, ev_mac, clock_now_us());
}

bool evse_blocks_validation(const struct evse *evse, const uint8_t ev_mac[MAC_LEN], uint64_t since_us)
{
	return outlet_blocks_validation(&evse->outlet, ev_mac, since_us, clock_now_us());
}

void evse_metrics(const struct evse *evse, struct metrics_outlet *out)
{
	const struct pilot_asking *asking = &evse->outlet.pilot.asking;

	memset(out, 0, sizeof(*out));
	memcpy(out->evse_id, evse->parameters.evse_id, sizeof(out->evse_id));
	out->serving = evse_available(evse);
	out->matched = outlet_is_connected(&evse->outlet);
	out->offered_da = asking->confirmed ? asking->request.current_da : 0;
	out->counts = evse->counts;
	evse_log_count(&evse->log, &out->statistics);
}

void evse_statistics(const struct evse *evse, struct statistics *total)
{
	evse_log_count(&evse->log, total);
}

void evse_log_counters(const struct evse *evse)
{
	struct statistics own = {0};

	evse_statistics(evse, &own);
	statistics_log(&own, evse->parameters.evse_id);
}

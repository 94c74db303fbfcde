/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

#include "cp/duty_cycle.h"
#include "homeplug/port/port.h"
#include "service/clock.h"
#include "service/precise_timer.h"
#include "slacd/record/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)API_CP_A1 == (int)CP_STATE_A1 && (int)API_CP_D2 == (int)CP_STATE_D2 &&
		       (int)API_CP_E == (int)CP_STATE_E && (int)API_CP_F == (int)CP_STATE_F,
	       "cp_status states are passed on as they are");

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

/* `record` is the name of the file that will be written with it, or NULL. */
static void report_status(struct evse *evse, const struct outlet_status *status, const char *record, uint64_t now_us)
{
	struct api_slac_status said = {
		.state = api_state(status->kind),
		.reason = slac_reason_text(status->reason),
		.has_ev_mac = status->has_ev,
		.has_attenuation = status->has_attenuation,
		.attenuation_ddb = status->attenuation_ddb,
		.record = record,
		.has_sampling_time = evse->shared->telemetry != NULL,
	};

	if (said.has_sampling_time)
		said.sampling_ms = (int64_t)(clock_wall_of(now_us) / 1000);
	if (status->has_ev) {
		memcpy(said.run_id, status->run_id, RUN_ID_LEN);
		memcpy(said.ev_mac, status->ev_mac, MAC_LEN);
	}
	if (evse->shared->listener == NULL) {
		evse->said_id[0] = '\0';
		outbox_slac_status(evse->shared->outbox, evse->parameters.evse_id, &said, evse->said_id);
		evse->said = said;
		evse->said.record = NULL; /* it is a name of its own time */
		evse->basic_has_ended = false;
	}
	telemetry_publisher_status(evse->shared->telemetry, evse->parameters.evse_id, status, evse->outlet.connected_us,
				   now_us);
	evse_log_status(&evse->log, status, now_us);
}

static void request_pilot(struct evse *evse, const struct outlet_effect *effect)
{
	char *id = evse->request_ids[effect->pilot.number % REQUESTS_KEPT];

	evse->request_number = effect->pilot.number;
	evse->counts.pilot_requests[effect->pilot.request.kind]++;
	evse->basic_has_ended |= effect->pilot.request.kind == PILOT_HLC;
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

static void take_note(struct evse *evse, const struct outlet_note *note, uint64_t now_us)
{
	count_note(evse, note);
	evse_log_note(&evse->log, note, now_us);
	if (note->kind == OUTLET_NOTE_MODEM && note->modem.kind == MODEM_TROUBLE)
		evse->shared->trouble_changed(evse->shared->context);
}

static void carry_out(struct evse *evse, const struct outlet_effect *effect, uint64_t now_us)
{
	switch (effect->kind) {
	case OUTLET_SEND:
		send_octets(evse, effect, now_us);
		break;
	case OUTLET_STATUS:
		report_status(evse, &effect->status, recorder_status(evse->recorder, &effect->status), now_us);
		break;
	case OUTLET_PILOT_REQUEST:
		request_pilot(evse, effect);
		break;
	case OUTLET_ANSWER_NETWORK:
		answer_network(evse, effect);
		break;
	case OUTLET_WANTS_E_F:
		evse->e_f_wanted = true;
		log_line(LOG_LEVEL_INFO, "The E/F step is asked for. evse_id=%s", evse->parameters.evse_id);
		break;
	case OUTLET_SERVING:
		evse->shared->availability_changed(evse->shared->context);
		break;
	case OUTLET_NOTE:
		take_note(evse, &effect->note, now_us);
		break;
	}
}

/* --- what may wait until the frames that have come are answered --- */

/* Everything else is waited for, or ends a session, whose record goes with it. */
static bool can_wait(const struct outlet_effect *effect)
{
	return effect->kind == OUTLET_NOTE ||
	       (effect->kind == OUTLET_STATUS &&
		(effect->status.kind == OUTLET_MATCHING || effect->status.kind == OUTLET_MATCHED));
}

/* At DEBUG each frame has its lines, which stand where it stands: there nothing waits. */
static bool all_can_wait(const struct outlet_effects *effects)
{
	for (size_t i = 0; i < effects->count; i++)
		if (effects->items[i].kind != OUTLET_SEND && !can_wait(&effects->items[i]))
			return false;
	return !log_enabled(LOG_LEVEL_DEBUG);
}

static void answer_first(struct evse *evse, const struct outlet_effects *effects, uint64_t now_us)
{
	for (size_t i = 0; i < effects->count; i++)
		if (effects->items[i].kind == OUTLET_SEND)
			send_octets(evse, &effects->items[i], now_us);
	for (size_t i = 0; i < effects->count; i++) {
		const struct outlet_effect *effect = &effects->items[i];
		if (effect->kind == OUTLET_STATUS)
			(void)recorder_status(evse->recorder, &effect->status); /* no record is written with these */
		if (effect->kind == OUTLET_STATUS ||
		    (effect->kind == OUTLET_NOTE && !evse_log_is_silent(effect->note.kind)))
			report_queue_add(evse->shared->reports, evse, effect, now_us);
	}
}

static void carry_out_all(struct evse *evse, const struct outlet_effects *effects, uint64_t now_us)
{
	report_queue_flush(evse->shared->reports);
	for (size_t i = 0; i < effects->count; i++)
		carry_out(evse, &effects->items[i], now_us);
}

void evse_report(struct evse *evse, const struct outlet_effect *effect, uint64_t now_us)
{
	if (effect->kind == OUTLET_STATUS)
		report_status(evse, &effect->status, NULL, now_us);
	else
		take_note(evse, &effect->note, now_us);
}

void evse_arm_timer(struct evse *evse)
{
	if (evse->takes_frames)
		return;

	const uint64_t deadlines_us[] = {outlet_deadline(&evse->outlet), evse->port_retry_us, evse->port_failed_us,
					 evse_log_settled_us(&evse->log)};
	uint64_t next_us = OUTLET_NEVER;

	for (size_t i = 0; i < sizeof(deadlines_us) / sizeof(deadlines_us[0]); i++)
		if (deadlines_us[i] < next_us)
			next_us = deadlines_us[i];
	if (next_us == evse->timer_us)
		return;
	evse->timer_us = next_us;
	precise_timer_arm(evse->timer, next_us);
}

static void give_once(struct evse *evse, const struct outlet_input *input, uint64_t now_us)
{
	const bool was_confirmed = evse->outlet.pilot.asking.confirmed;
	struct outlet_effects effects;

	evse->received_us = input->kind == OUTLET_FRAME ? now_us : 0;
	recorder_input(evse->recorder, &evse->outlet, input, now_us);
	outlet_input(&evse->outlet, input, now_us, &effects);
	evse_hear_what_is_due(evse);
	if (input->kind == OUTLET_FRAME && all_can_wait(&effects))
		answer_first(evse, &effects, now_us);
	else
		carry_out_all(evse, &effects, now_us);
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

/* First how it is: who answers for the E/F step knows then what it is for. */
static void tell_listener(struct evse *evse)
{
	const struct evse_listener *listener = evse->shared->listener;
	const bool e_f_wanted = evse->e_f_wanted;

	evse->e_f_wanted = false;
	if (listener == NULL)
		return;
	listener->changed(listener->context, evse);
	if (e_f_wanted)
		listener->wants_e_f(listener->context, evse);
}

/* Of a pilot that is somebody else's nothing is known. */
static void tell_telemetry(const struct evse *evse)
{
	const struct control_pilot *pilot = &evse->outlet.pilot;

	if (evse->shared->telemetry == NULL)
		return;
	const struct telemetry_view view = {
		.has_pilot = pilot->state_is_known && !pilot->config.is_elsewhere,
		.pilot = (enum api_cp_state)pilot->state,
		.modem_version = evse->outlet.modem.identity.version,
		.has_offered = pilot->asking.confirmed,
		.offered_da = pilot->asking.request.current_da,
	};
	telemetry_publisher_look(evse->shared->telemetry, evse->parameters.evse_id, &view);
}

static void give_at(struct evse *evse, const struct outlet_input *input, uint64_t now_us)
{
	give_once(evse, input, now_us);
	if (evse->request_unsent) {
		const struct outlet_input unsent = {.kind = OUTLET_PILOT_NOT_SENT,
						    .active = outbox_is_connected(evse->shared->outbox)};
		evse->request_unsent = false;
		give_once(evse, &unsent, now_us);
	}
	take_settings_when_empty(evse);
	evse_arm_timer(evse);
	tell_listener(evse);
	tell_telemetry(evse);
	tell_stop(evse);
}

void evse_give(struct evse *evse, const struct outlet_input *input)
{
	give_at(evse, input, clock_now_us());
}

/* No input came after what is due: it would have done that. So no time goes back. */
void evse_give_before_due(struct evse *evse, const struct outlet_input *input)
{
	const uint64_t now_us = clock_now_us();
	const uint64_t due_us = outlet_deadline(&evse->outlet);

	give_at(evse, input, due_us <= now_us ? due_us - 1 : now_us);
}

void evse_give_kind(struct evse *evse, enum outlet_input_kind kind)
{
	const struct outlet_input input = {.kind = kind};

	evse_give(evse, &input);
}

/* --- time --- */

static void on_timer(void *context)
{
	struct evse *evse = context;
	uint64_t now_us;

	report_queue_flush(evse->shared->reports);
	evse_take_link_answers(evse->shared);
	evse->timer_us = OUTLET_NEVER;
	now_us = clock_now_us();
	evse_port_tick(evse, now_us);
	evse_give_kind(evse, OUTLET_TICK);
	if (evse_log_settled_us(&evse->log) <= now_us)
		evse_log_port_settled(&evse->log, evse->port != NULL, evse->outlet.serving);
	evse_arm_timer(evse);
}

/* --- messages --- */

void evse_repeat_status(struct evse *evse)
{
	const bool has_ended = evse->said.state == API_SLAC_BASIC_CHARGING && evse->basic_has_ended;

	if (evse->said_id[0] != '\0' && !has_ended)
		outbox_slac_status(evse->shared->outbox, evse->parameters.evse_id, &evse->said, evse->said_id);
}

void evse_cp_status(struct evse *evse, const struct api_cp_status *status)
{
	const struct outlet_input input = {.kind = OUTLET_CP_STATUS,
					   .cp_status = {.state = (enum cp_state)status->state,
							 .has_duty = status->has_duty_cycle,
							 .duty = (uint32_t)(status->duty_cycle_percent * 100 + 0.5)}};

	evse_give(evse, &input);
	evse_give_up_refused_port(evse);
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
	evse_give(evse, &input);
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
	evse_give(evse, &input);
	evse->log.status_code = NULL;
}

void evse_limits_unreadable(struct evse *evse)
{
	evse_give_kind(evse, OUTLET_LIMITS_UNREADABLE);
}

static void give_active(struct evse *evse, enum outlet_input_kind kind, bool active)
{
	const struct outlet_input input = {.kind = kind, .active = active};

	evse_give(evse, &input);
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
		evse_give(evse, &input);
}

void evse_data_link(struct evse *evse, enum api_data_link_action action)
{
	switch (action) {
	case API_DATA_LINK_TERMINATE:
		evse_give_kind(evse, OUTLET_LINK_TERMINATE);
		break;
	case API_DATA_LINK_PAUSE:
		evse_give_kind(evse, OUTLET_LINK_PAUSE);
		break;
	case API_DATA_LINK_RESUME:
		evse_give_kind(evse, OUTLET_LINK_RESUME);
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
	evse_give(evse, &input);
}

void evse_reset(struct evse *evse)
{
	evse_give_kind(evse, OUTLET_RESET);
}

void evse_take_settings(struct evse *evse)
{
	evse->settings_wait = true;
	take_settings_when_empty(evse);
	evse_hear_what_is_due(evse); /* the level of the log may be another one */
}

void evse_broker_connected(struct evse *evse)
{
	evse_give_kind(evse, OUTLET_BROKER_CONNECTED);
}

/* --- life --- */

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
	struct evse *evse = calloc(1, sizeof(*evse));

	if (evse == NULL)
		return NULL;
	evse->shared = shared;
	evse->slot = slot;
	evse->parameters = *parameters;
	evse->timer_us = OUTLET_NEVER;
	evse->port_retry_us = OUTLET_NEVER;
	evse->port_failed_us = OUTLET_NEVER;
	evse->timer = precise_timer_new(shared->timers, on_timer, evse);
	if (evse->timer == NULL) {
		free(evse);
		return NULL;
	}
	evse->interface = evse_interface_of(shared->settings, &evse->parameters);
	evse->interface_is_local = evse_interface_is_local(shared, parameters);
	evse->log.evse_id = evse->parameters.evse_id;
	evse->log.interface = evse->interface;
	evse->log.limits = &evse->log_limits;
	settings_outlet_config(shared->settings, parameters->evse_id, parameters->has_ac, &config);
	config.pilot.single_phase = parameters->ac_single_phase;
	evse->recorder = new_recorder(evse);
	outlet_init(&evse->outlet, &config, recorder_fill, evse->recorder);
	if (limits != NULL)
		evse_limits(evse, limits);
	if (status != NULL)
		evse_cp_status(evse, status);
	evse_open_port(evse);
	evse_give_kind(evse, OUTLET_START);
	return evse;
}

void evse_stop(struct evse *evse)
{
	evse->stopping = true;
	evse_give_kind(evse, OUTLET_STOP);
	evse_close_port(evse);
	evse->port_retry_us = OUTLET_NEVER;
	evse_arm_timer(evse);
}

void evse_free(struct evse *evse)
{
	if (evse == NULL)
		return;
	if (!evse->stopping)
		evse_stop(evse);
	precise_timer_free(evse->timer);
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

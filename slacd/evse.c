/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

#include "slacd/timer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)API_CP_A1 == (int)CP_STATE_A1 && (int)API_CP_D2 == (int)CP_STATE_D2 &&
		       (int)API_CP_E == (int)CP_STATE_E && (int)API_CP_F == (int)CP_STATE_F,
	       "cp_status states are passed on as they are");

static uint64_t nearest_deadline(const struct evse *evse)
{
	const uint64_t deadlines_us[] = {
		slac_evse_deadline(&evse->slac),     modem_deadline(&evse->modem), control_pilot_deadline(&evse->pilot),
		request_retry_deadline(&evse->pilot_retry), evse->link_retry_us, evse->network_requests.deadline_us,
	};
	uint64_t nearest_us = SLAC_NEVER;

	for (size_t i = 0; i < sizeof(deadlines_us) / sizeof(deadlines_us[0]); i++)
		if (deadlines_us[i] < nearest_us)
			nearest_us = deadlines_us[i];
	return nearest_us;
}

void evse_arm(struct evse *evse)
{
	uint64_t next_us = nearest_deadline(evse);

	if (next_us == evse->timer_us)
		return;
	evse->timer_us = next_us;
	timer_arm(evse->timer, next_us);
}

static void link_due(struct evse *evse)
{
	if (evse->link == NULL)
		evse_link_open(evse);
	else
		evse_link_lost(evse, "sending failed, the interface is down");
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct evse *evse = context;
	const struct slac_evse_input slac_tick = {.kind = SLAC_EVSE_TICK};
	const struct control_pilot_input pilot_tick = {.kind = CONTROL_PILOT_TICK};
	uint64_t now_us = clock_now_us();

	(void)fd;
	(void)what;
	evse->timer_us = SLAC_NEVER;
	if (evse->link_retry_us <= now_us)
		link_due(evse);
	if (modem_deadline(&evse->modem) <= now_us)
		evse_modem_tick(evse);
	if (slac_evse_deadline(&evse->slac) <= now_us)
		evse_slac_input(evse, &slac_tick);
	if (control_pilot_deadline(&evse->pilot) <= now_us)
		evse_pilot_input(evse, &pilot_tick);
	if (request_retry_due(&evse->pilot_retry, now_us))
		evse_pilot_request_send(evse);
	if (evse->network_requests.deadline_us <= now_us)
		evse_network_expire(evse);
	evse_arm(evse);
}

void evse_set_serving(struct evse *evse, bool serving)
{
	if (evse->serving == serving)
		return;
	evse->serving = serving;
	evse->shared->availability_changed(evse->shared->context);
}

static void init_slac(struct evse *evse)
{
	const struct settings *settings = evse->shared->settings;
	bool strict = strcmp(settings->slac_profile.text, "strict") == 0;
	struct slac_evse_config config;

	slac_evse_defaults(&config, strict);
	config.tt_evse_slac_init_ms = settings->tt_evse_slac_init_ms;
	config.tt_match_sequence_ms = settings->tt_match_sequence_ms;
	config.tt_evse_match_mnbc_ms = settings->tt_evse_match_mnbc_ms;
	config.tt_match_response_ms = settings->tt_match_response_ms;
	config.tt_evse_match_session_ms = settings->tt_evse_match_session_ms;
	config.missing_profile_db = settings->missing_profile_db;
	/* A DC outlet has nothing to fall back on: a late car is better served than refused. */
	config.listen_after_init = !strict && !evse->parameters.has_ac;
	slac_evse_init(&evse->slac, &config);
}

static uint32_t deciampere(double ampere)
{
	/* Rounded down; the small term keeps 16.3 A from becoming 16.2 A in binary. */
	return (uint32_t)floor(ampere * 10 + 1e-6);
}

static void init_pilot(struct evse *evse)
{
	const struct settings *settings = evse->shared->settings;
	const struct settings_outlet *outlet = settings_outlet(settings, evse->parameters.evse_id);
	bool own_current = outlet != NULL && outlet->nominal_current_a >= 0;
	const struct control_pilot_config config = {
		.has_ac = evse->parameters.has_ac,
		.hlc_at_start = settings->hlc_at_start,
		.step_f_ms = settings->step_f_ms,
		.step_x1_ms = settings->step_x1_ms,
		.step_x1_hlc_ms = settings->step_x1_hlc_ms,
		.init_retries = settings->slac_init_retries,
		.failed_pulses = settings->failed_pulses,
		.basic_charging_on_eim = settings->basic_charging_on_eim,
		.nominal_current_da = deciampere(own_current ? outlet->nominal_current_a : settings->nominal_current_a),
	};

	control_pilot_init(&evse->pilot, &config);
	request_retry_end(&evse->pilot_retry);
}

const char *evse_interface_of(const struct settings *settings, const struct api_evse_parameters *parameters)
{
	const struct settings_outlet *outlet = settings_outlet(settings, parameters->evse_id);

	return outlet != NULL && outlet->interface[0] != '\0' ? outlet->interface : parameters->network_interface;
}

struct evse *evse_new(const struct evse_shared *shared, const struct api_evse_parameters *parameters,
		      const struct api_evse_limits *limits)
{
	const struct modem_config modem_config = {.response_ms = shared->settings->modem_response_ms};
	const struct control_pilot_input start = {.kind = CONTROL_PILOT_START};
	struct evse *evse = calloc(1, sizeof(*evse));

	if (evse == NULL)
		return NULL;
	evse->shared = shared;
	evse->parameters = *parameters;
	evse->timer_us = SLAC_NEVER;
	evse->link_retry_us = SLAC_NEVER;
	evse->network_requests.deadline_us = SLAC_NEVER;
	evse->timer = evtimer_new(shared->base, on_timer, evse);
	if (evse->timer == NULL) {
		free(evse);
		return NULL;
	}
	snprintf(evse->interface, sizeof(evse->interface), "%s", evse_interface_of(shared->settings, parameters));
	init_slac(evse);
	modem_init(&evse->modem, &modem_config);
	init_pilot(evse);
	if (limits != NULL)
		evse_limits(evse, limits);
	evse_link_open(evse);
	evse_pilot_input(evse, &start);
	evse_arm(evse);
	return evse;
}

void evse_free(struct evse *evse)
{
	const struct slac_evse_input leave = {.kind = SLAC_EVSE_DISCONNECTED, .reason = SLAC_REASON_RESET};

	if (evse == NULL)
		return;
	if (evse->slac.vehicle_connected)
		evse_slac_input(evse, &leave);
	evse_link_close(evse);
	event_free(evse->timer);
	network_key_wipe(&evse->modem.key);
	network_key_wipe(&evse->slac.key);
	free(evse);
}

const char *evse_id(const struct evse *evse)
{
	return evse->parameters.evse_id;
}

bool evse_available(const struct evse *evse)
{
	return evse->serving;
}

void evse_cp_status(struct evse *evse, const struct api_cp_status *status)
{
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_STATE, .state = (enum cp_state)status->state};

	log_line(LOG_LEVEL_DEBUG, "Pilot state. evse_id=%s cp_state=%s", evse->parameters.evse_id,
		 cp_state_text(input.state));
	evse_pilot_input(evse, &input);
	evse_arm(evse);
}

/* The smallest of the connected phases; 0 when none is, or when the station sees a residual current. */
static uint32_t available_current(const struct api_evse_limits *limits)
{
	double smallest_a = 0;

	if (!limits->has_ac || limits->rcd_error)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		double phase_a = limits->max_current_a[i];
		if (phase_a > 0 && (smallest_a == 0 || phase_a < smallest_a))
			smallest_a = phase_a;
	}
	return deciampere(smallest_a);
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
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_LIMIT, .limit_da = available_current(limits)};
	const struct control_pilot_input availability = {.kind = CONTROL_PILOT_AVAILABILITY,
							 .availability = availability_of(limits->status_code)};

	if (availability.availability != evse->pilot.availability)
		log_line(LOG_LEVEL_WARN, "The station changes the outlet's status. evse_id=%s status_code=%s",
			 evse->parameters.evse_id, api_evse_status_text(limits->status_code));
	if (input.limit_da != evse->pilot.limit_da)
		log_line(LOG_LEVEL_INFO, "AC limit. evse_id=%s current=%u.%u A", evse->parameters.evse_id,
			 input.limit_da / 10, input.limit_da % 10);
	evse_pilot_input(evse, &input);
	evse_pilot_input(evse, &availability);
	evse_arm(evse);
}

void evse_authorization(struct evse *evse, bool accepted)
{
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_EIM, .active = accepted};

	evse_pilot_input(evse, &input);
	evse_arm(evse);
}

void evse_hlc_charging(struct evse *evse, bool active)
{
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_HLC_CHARGING, .active = active};

	evse_pilot_input(evse, &input);
	evse_arm(evse);
}

void evse_data_link(struct evse *evse, enum api_data_link_action action)
{
	const struct slac_evse_input terminate = {.kind = SLAC_EVSE_TERMINATE};

	switch (action) {
	case API_DATA_LINK_TERMINATE:
		evse->link_paused = false;
		evse_slac_input(evse, &terminate);
		evse_new_key(evse);
		break;
	case API_DATA_LINK_PAUSE:
		evse->link_paused = evse->slac.state == SLAC_EVSE_MATCHED;
		break;
	case API_DATA_LINK_RESUME:
		if (evse->link_paused)
			evse_same_key(evse);
		evse->link_paused = false;
		break;
	}
	evse_arm(evse);
}

enum api_link_state evse_link_state(const struct evse *evse)
{
	return evse->slac.state == SLAC_EVSE_MATCHED && !evse->link_paused ? API_LINK_CONNECTED : API_LINK_UNKNOWN;
}

void evse_reset(struct evse *evse)
{
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_RESET};

	evse->resetting = true;
	evse_pilot_input(evse, &input);
	evse->resetting = false;
	evse_arm(evse);
}

enum api_cp_state evse_cp_state(const struct evse *evse)
{
	return (enum api_cp_state)evse->pilot.state;
}

const struct api_evse_parameters *evse_parameters(const struct evse *evse)
{
	return &evse->parameters;
}

void evse_broker_connected(struct evse *evse)
{
	const struct control_pilot_input f_unheard = {.kind = CONTROL_PILOT_F_UNHEARD};
	uint64_t now_us = clock_now_us();

	if (evse->f_unheard) {
		evse_pilot_input(evse, &f_unheard);
		evse_arm(evse);
		return;
	}
	/* Answered or not: what the station reported in the meantime is lost, it reports again what it does now. */
	if (evse->pilot_asked && !evse->pilot_retry.wanted)
		request_retry_begin(&evse->pilot_retry, now_us);
	request_retry_reconnected(&evse->pilot_retry, now_us);
	evse_arm(evse);
}

void evse_log_counters(const struct evse *evse)
{
	for (int i = 0; i < MME_ERR_COUNT; i++) {
		if (evse->malformed[i].count > 0)
			log_line(LOG_LEVEL_INFO, "Frames not decoded. evse_id=%s reason=%s count=%llu",
				 evse->parameters.evse_id, mme_error_text((enum mme_error)i),
				 (unsigned long long)evse->malformed[i].count);
		if (evse->refused_fields[i].count > 0)
			log_line(LOG_LEVEL_INFO, "Messages with a wrong field. evse_id=%s field=%s count=%llu",
				 evse->parameters.evse_id, mme_error_text((enum mme_error)i),
				 (unsigned long long)evse->refused_fields[i].count);
	}
	for (int i = 0; i < SLAC_REASON_COUNT; i++)
		if (evse->refused[i].count > 0)
			log_line(LOG_LEVEL_INFO, "Messages refused. evse_id=%s reason=%s count=%llu",
				 evse->parameters.evse_id, slac_reason_text((enum slac_reason)i),
				 (unsigned long long)evse->refused[i].count);
}

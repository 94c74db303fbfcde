/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

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
		request_retry_deadline(&evse->pilot_retry), evse->link_retry_us,
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
	if (next_us == SLAC_NEVER) {
		event_del(evse->timer);
		return;
	}
	uint64_t now_us = clock_now_us();
	uint64_t wait_us = next_us > now_us ? next_us - now_us : 0;
	const struct timeval wait = {.tv_sec = (time_t)(wait_us / 1000000), .tv_usec = (suseconds_t)(wait_us % 1000000)};
	event_add(evse->timer, &wait);
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
		.nominal_current_da = deciampere(own_current ? outlet->nominal_current_a : settings->nominal_current_a),
	};

	control_pilot_init(&evse->pilot, &config);
	request_retry_end(&evse->pilot_retry);
}

struct evse *evse_new(const struct evse_shared *shared, const struct api_evse_parameters *parameters,
		      const struct api_evse_limits *limits)
{
	const struct settings_outlet *outlet = settings_outlet(shared->settings, parameters->evse_id);
	const struct modem_config modem_config = {.response_ms = shared->settings->modem_response_ms};
	const struct control_pilot_input start = {.kind = CONTROL_PILOT_START};
	struct evse *evse = calloc(1, sizeof(*evse));

	if (evse == NULL)
		return NULL;
	evse->shared = shared;
	evse->parameters = *parameters;
	evse->timer_us = SLAC_NEVER;
	evse->link_retry_us = SLAC_NEVER;
	evse->timer = evtimer_new(shared->base, on_timer, evse);
	if (evse->timer == NULL) {
		free(evse);
		return NULL;
	}
	bool own_interface = outlet != NULL && outlet->interface[0] != '\0';
	snprintf(evse->interface, sizeof(evse->interface), "%s",
		 own_interface ? outlet->interface : parameters->network_interface);
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
	if (evse == NULL)
		return;
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

void evse_limits(struct evse *evse, const struct api_evse_limits *limits)
{
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_LIMIT, .limit_da = available_current(limits)};

	if (input.limit_da != evse->pilot.limit_da)
		log_line(LOG_LEVEL_INFO, "AC limit. evse_id=%s current=%u.%u A", evse->parameters.evse_id,
			 input.limit_da / 10, input.limit_da % 10);
	evse_pilot_input(evse, &input);
	evse_arm(evse);
}

void evse_broker_connected(struct evse *evse)
{
	request_retry_reconnected(&evse->pilot_retry, clock_now_us());
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

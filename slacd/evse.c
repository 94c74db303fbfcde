/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

#include "slacd/timer.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)API_CP_A1 == (int)CP_STATE_A1 && (int)API_CP_D2 == (int)CP_STATE_D2 &&
		       (int)API_CP_E == (int)CP_STATE_E && (int)API_CP_F == (int)CP_STATE_F,
	       "cp_status states are passed on as they are");

static uint64_t nearest_deadline(const struct evse *evse)
{
	const uint64_t deadlines_us[] = {
		slac_evse_deadline(&evse->slac),
		modem_deadline(&evse->modem),
		control_pilot_deadline(&evse->pilot),
		request_retry_deadline(&evse->pilot_retry),
		evse->link_retry_us,
		evse->network_requests.deadline_us,
		amp_map_deadline(&evse->amp_map),
		log_burst_over_us(&evse->interface_losses),
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
	if (amp_map_deadline(&evse->amp_map) <= now_us)
		evse_amp_map_tick(evse);
	if (log_burst_over_us(&evse->interface_losses) <= now_us)
		evse_link_settled(evse);
	evse_arm(evse);
}

void evse_set_serving(struct evse *evse, bool serving)
{
	if (evse->serving == serving)
		return;
	evse->serving = serving;
	evse->shared->availability_changed(evse->shared->context);
}

const char *evse_interface_of(const struct settings *settings, const struct api_evse_parameters *parameters)
{
	const struct settings_outlet *outlet = settings_outlet(settings, parameters->evse_id);

	return outlet != NULL && outlet->interface[0] != '\0' ? outlet->interface : parameters->network_interface;
}

struct evse *evse_new(const struct evse_shared *shared, const struct api_evse_parameters *parameters,
		      const struct api_evse_limits *limits)
{
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
	evse_setup(evse);
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

/* The EV validates by closing and opening S2, which the pilot shows as C or D and B. */
static void tell_s2(struct evse *evse, enum cp_state state)
{
	bool open = state == CP_STATE_B1 || state == CP_STATE_B2;
	const struct slac_evse_input input = {.kind = open ? SLAC_EVSE_S2_OPEN : SLAC_EVSE_S2_CLOSED};

	if (cp_state_has_vehicle(state))
		evse_slac_input(evse, &input);
}

void evse_cp_status(struct evse *evse, const struct api_cp_status *status)
{
	const struct control_pilot_input input = {.kind = CONTROL_PILOT_STATE, .state = (enum cp_state)status->state};

	log_line(LOG_LEVEL_DEBUG, "Pilot state. evse_id=%s cp_state=%s", evse->parameters.evse_id,
		 cp_state_text(input.state));
	evse_pilot_input(evse, &input);
	tell_s2(evse, input.state);
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

static void take_counts(uint64_t *counts, const struct log_limit *limits, size_t number)
{
	for (size_t i = 0; i < number; i++)
		counts[i] = limits[i].count;
}

void evse_statistics(const struct evse *evse, struct statistics *total)
{
	struct statistics own = evse->sessions;

	own.foreign_modem_answers = evse->foreign_answers.count;
	take_counts(own.malformed, evse->malformed, MME_ERR_COUNT);
	take_counts(own.refused, evse->refused, SLAC_REASON_COUNT);
	take_counts(own.wrong_field, evse->refused_fields, MME_ERR_COUNT);
	statistics_add(total, &own);
}

void evse_log_counters(const struct evse *evse)
{
	struct statistics own = {0};
	char who[API_EVSE_ID_MAX + 16];

	snprintf(who, sizeof(who), "evse_id=%s", evse->parameters.evse_id);
	evse_statistics(evse, &own);
	statistics_log(&own, who);
}

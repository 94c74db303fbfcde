/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/smart_charging_internal.h"

#include "service/clock.h"

#include <string.h>

size_t smart_charging_find(const struct smart_charging *service, const char *evse_id)
{
	const struct api_evse_parameters *entry = api_parameters_find(&service->parameters, evse_id);
	const size_t place = entry != NULL ? (size_t)(entry - service->parameters.evses) : CHARGING_WHOLE_STATION;

	return place < service->station.evses.count ? place : CHARGING_WHOLE_STATION;
}

/* --- what a message means --- */

static enum cp_state state_of(enum api_cp_state state)
{
	static const enum cp_state states[] = {
		[API_CP_A1] = CP_STATE_A1, [API_CP_A2] = CP_STATE_A2, [API_CP_B1] = CP_STATE_B1,
		[API_CP_B2] = CP_STATE_B2, [API_CP_C1] = CP_STATE_C1, [API_CP_C2] = CP_STATE_C2,
		[API_CP_D1] = CP_STATE_D1, [API_CP_D2] = CP_STATE_D2, [API_CP_E] = CP_STATE_E,
		[API_CP_F] = CP_STATE_F,
	};

	return states[state];
}

static enum current_limit_slac slac_of(enum api_slac_state state)
{
	static const enum current_limit_slac states[] = {
		[API_SLAC_MATCHING] = CURRENT_LIMIT_SLAC_MATCHING,
		[API_SLAC_MATCHED] = CURRENT_LIMIT_SLAC_MATCHED,
		[API_SLAC_FAILED] = CURRENT_LIMIT_SLAC_FAILED,
		[API_SLAC_UNMATCHED] = CURRENT_LIMIT_SLAC_UNMATCHED,
		[API_SLAC_BASIC_CHARGING] = CURRENT_LIMIT_SLAC_BASIC_CHARGING,
	};

	return states[state];
}

static struct current_limit_input state_input(const struct api_cp_status *status)
{
	return (struct current_limit_input){
		.kind = CURRENT_LIMIT_CP_STATUS,
		.state = state_of(status->state),
		.has_duty = status->has_duty_cycle,
		.duty = (uint32_t)(status->duty_cycle_percent * 100 + 0.5),
	};
}

/* A cable that is not there, or does not tell, is no limit. One that tells 0 is: less than any current. */
static struct current_limit_input cable_input(const struct api_cable_info *cable)
{
	const bool holds = cable->is_connected && cable->has_rated_current;
	/* What is a little less than a whole number is meant to be that number. */
	const uint32_t told_ma = (uint32_t)(cable->rated_current_a * 1000 + 0.001);

	return (struct current_limit_input){.kind = CURRENT_LIMIT_CABLE,
					    .cable_ma = !holds ? 0 : (told_ma > 0 ? told_ma : 1)};
}

/* --- giving it to the core --- */

static void say_unknown(struct smart_charging *service, const struct api_charging_message *message, const char *evse_id)
{
	const bool loud = log_burst_pass(&service->unknown_evses, clock_now_us());

	/* During the boot no EVSE is known yet. */
	if (service->boot == BOOT_DONE)
		log_line(loud ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
			 "%s for an EVSE that is not in cs_parameters ignored. evse_id=%s count=%llu",
			 api_charging_kind_text(message->kind), evse_id,
			 (unsigned long long)service->unknown_evses.count);
}

static void give(struct smart_charging *service, const struct api_charging_message *message, const char *evse_id,
		 const struct current_limit_input *limit)
{
	const struct charging_station_input input = {
		.kind = CHARGING_STATION_LIMIT, .evse = smart_charging_find(service, evse_id), .limit = *limit};

	if (input.evse == CHARGING_WHOLE_STATION)
		say_unknown(service, message, evse_id);
	else
		smart_charging_give(service, &input);
}

/* slacd lets a car that speaks late in with 5 %, and says nothing else of it. */
static void take_other_request(struct smart_charging *service, const struct api_cp_pwm *request)
{
	const struct charging_station_input input = {
		.kind = CHARGING_STATION_LIMIT,
		.evse = smart_charging_find(service, request->evse_id),
		.limit = {.kind = CURRENT_LIMIT_HLC_REQUEST},
	};

	if (request->hlc && input.evse != CHARGING_WHOLE_STATION)
		smart_charging_give(service, &input);
}

/* slacd knows of no session when it begins, and of none any more when it ends in order. */
static void take_slac_service(struct smart_charging *service, enum api_service_state state)
{
	struct charging_station_input input = {
		.kind = CHARGING_STATION_LIMIT,
		.limit = {.kind = CURRENT_LIMIT_SLAC, .slac = CURRENT_LIMIT_SLAC_NONE},
	};

	if (state != API_SERVICE_STARTING && state != API_SERVICE_STOPPING)
		return;
	for (input.evse = 0; input.evse < service->station.evses.count; input.evse++)
		smart_charging_give(service, &input);
}

/* Other services ask for pilots, too: an answer that is not known is theirs, or comes late. */
static void take_answer(struct smart_charging *service, const struct api_charging_message *message)
{
	const struct api_cp_pwm_response *response = &message->station.data.cp_pwm;
	const size_t evse = smart_charging_find(service, response->evse_id);

	for (size_t i = 0; evse != CHARGING_WHOLE_STATION && i < REQUESTS_KEPT; i++) {
		const struct pilot_requests *requests = &service->requests[evse];
		const struct charging_station_input input = {
			.kind = CHARGING_STATION_LIMIT,
			.evse = evse,
			.limit = {.kind = CURRENT_LIMIT_ANSWER,
				  .number = requests->numbers[i],
				  .active = response->status == API_CP_PWM_VALID},
		};
		if (requests->ids[i][0] == '\0' || strcmp(requests->ids[i], message->id) != 0)
			continue;
		smart_charging_give(service, &input);
		return;
	}
	log_line(LOG_LEVEL_DEBUG, "Late or foreign cp_pwm response ignored. evse_id=%s id=%s", response->evse_id,
		 message->id);
}

/* The message that was heard before comes again when slacd says it once more, for whoever has missed it. */
static bool is_heard_again(struct smart_charging *service, size_t evse, const char *id, enum current_limit_slac slac)
{
	const bool again = service->station.limits[evse].slac == slac && id[0] != '\0' &&
			   strcmp(service->status_ids[evse], id) == 0;

	strcpy(service->status_ids[evse], id);
	return again;
}

static void take_slac_status(struct smart_charging *service, const struct api_charging_message *message)
{
	const struct api_slac_state_told *told = &message->data.slac_status;
	const size_t evse = smart_charging_find(service, told->evse_id);
	struct current_limit_input input = {.kind = CURRENT_LIMIT_SLAC, .slac = slac_of(told->state)};

	if (evse != CHARGING_WHOLE_STATION) {
		if (is_heard_again(service, evse, message->id, input.slac))
			return;
		input.active = current_limit_is_unheard(&service->station.limits[evse]);
	}
	give(service, message, told->evse_id, &input);
}

static void take_transaction(struct smart_charging *service, const struct api_transaction_status *told)
{
	static const enum charging_transaction_status states[] = {
		[API_TRANSACTION_STARTED] = CHARGING_TRANSACTION_STARTED,
		[API_TRANSACTION_IN_PROGRESS] = CHARGING_TRANSACTION_IN_PROGRESS,
		[API_TRANSACTION_ENDED] = CHARGING_TRANSACTION_ENDED,
	};
	struct charging_station_input input = {
		.kind = CHARGING_STATION_TRANSACTION,
		.evse = smart_charging_find(service, told->evse_id),
		.transaction.status = states[told->state],
	};

	_Static_assert(sizeof(input.transaction.id) == sizeof(told->transaction_id), "an id is not cut");
	memcpy(input.transaction.id, told->transaction_id, sizeof(input.transaction.id));
	smart_charging_give(service, &input);
}

void smart_charging_handle(struct smart_charging *service, const struct api_charging_message *message)
{
	struct current_limit_input input = {0};

	switch (message->kind) {
	case API_CHARGING_SERVICE_STATUS:
		charging_outbox_answer_service_status(&service->outbox, message->id, service->state);
		break;
	case API_CHARGING_SLAC_SERVICE:
		take_slac_service(service, message->data.slac_service);
		break;
	case API_CHARGING_PARAMETERS:
		smart_charging_take_parameters(service, message);
		break;
	case API_CHARGING_LIMITS:
		smart_charging_take_limits(service, message);
		break;
	case API_CHARGING_CP_PWM:
		take_answer(service, message);
		break;
	case API_CHARGING_CP_PWM_REQUEST:
		take_other_request(service, &message->station.data.cp_pwm_request);
		break;
	case API_CHARGING_CP_STATUS:
		input = state_input(&message->station.data.cp_status);
		give(service, message, message->station.data.cp_status.evse_id, &input);
		break;
	case API_CHARGING_SLAC_STATUS:
		take_slac_status(service, message);
		break;
	case API_CHARGING_HLC_CHARGING:
		input.kind = CURRENT_LIMIT_HLC_CHARGING;
		input.active = message->station.data.hlc_charging.active;
		give(service, message, message->station.data.hlc_charging.evse_id, &input);
		break;
	case API_CHARGING_CABLE_INFO:
		input = cable_input(&message->data.cable);
		give(service, message, message->data.cable.evse_id, &input);
		break;
	case API_CHARGING_TRANSACTION_STATUS:
		take_transaction(service, &message->data.transaction);
		break;
	case API_CHARGING_SET_PROFILE:
		smart_charging_set_profile(service, message);
		break;
	case API_CHARGING_CLEAR_PROFILE:
		smart_charging_clear_profile(service, message);
		break;
	case API_CHARGING_COMPOSITE:
		smart_charging_composite(service, message);
		break;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

/* Why basic charging was chosen although the car did not fail to speak. */
#define REASON_EIM "authorized_by_eim"

static void report(struct evse *evse, enum api_slac_state state, const char *reason)
{
	outbox_slac_status(evse->shared->outbox, evse->parameters.evse_id, NULL, state, reason);
	log_line(LOG_LEVEL_WARN, "SLAC status. evse_id=%s status=%s reason=%s", evse->parameters.evse_id,
		 api_slac_state_text(state), reason);
}

static void request(struct evse *evse, const struct pilot_request *wanted)
{
	if (evse->pilot_retry.wanted)
		log_line(LOG_LEVEL_DEBUG, "Pilot request is given up for a newer one. evse_id=%s request=%s",
			 evse->parameters.evse_id, pilot_request_text(evse->pilot_request.kind));
	evse->pilot_asked = true;
	evse->pilot_request = *wanted;
	if (wanted->kind == PILOT_F || wanted->kind == PILOT_HLC)
		evse->f_unheard = wanted->kind == PILOT_F;
	request_retry_begin(&evse->pilot_retry, clock_now_us());
	evse_pilot_request_send(evse);
}

static void end_matching(struct evse *evse, enum slac_reason reason)
{
	const struct slac_evse_input input = {.kind = SLAC_EVSE_DISCONNECTED, .reason = reason};

	evse->link_paused = false;
	evse_slac_input(evse, &input);
	/* The car that leaves knows the key: it must not stay in the network (TP_match_leave, 1 s). */
	evse_new_key(evse);
}

static void tell_slac(struct evse *evse, enum slac_evse_input_kind kind)
{
	const struct slac_evse_input input = {.kind = kind};

	evse_slac_input(evse, &input);
}

static void carry_out(struct evse *evse, const struct control_pilot_output *item)
{
	const char *init_reason = slac_reason_text(evse->init_reason);
	const char *id = evse->parameters.evse_id;

	switch (item->kind) {
	case CONTROL_PILOT_REQUEST:
		request(evse, &item->request);
		break;
	case CONTROL_PILOT_VEHICLE_CONNECTED:
		log_line(LOG_LEVEL_INFO, "Vehicle is connected. evse_id=%s", id);
		tell_slac(evse, SLAC_EVSE_CONNECTED);
		evse_check_key(evse);
		break;
	case CONTROL_PILOT_VEHICLE_LEFT:
		log_line(LOG_LEVEL_INFO, "Vehicle has left. evse_id=%s", id);
		end_matching(evse, evse->resetting ? SLAC_REASON_RESET : SLAC_REASON_VEHICLE_LEFT);
		break;
	case CONTROL_PILOT_FAULT:
		log_line(LOG_LEVEL_ERROR, "The station reports a pilot fault. evse_id=%s", id);
		end_matching(evse, SLAC_REASON_PILOT_FAULT);
		break;
	case CONTROL_PILOT_STOPPED:
		end_matching(evse, SLAC_REASON_EVSE_NOT_READY);
		break;
	case CONTROL_PILOT_PAUSE_LISTENING:
		tell_slac(evse, SLAC_EVSE_PAUSE);
		break;
	case CONTROL_PILOT_LISTEN:
		log_line(LOG_LEVEL_INFO, "A new window for CM_SLAC_PARM.REQ begins. evse_id=%s", id);
		tell_slac(evse, SLAC_EVSE_LISTEN);
		break;
	case CONTROL_PILOT_BASIC_CHARGING:
		report(evse, API_SLAC_BASIC_CHARGING, init_reason);
		break;
	case CONTROL_PILOT_BASIC_CHARGING_EIM:
		report(evse, API_SLAC_BASIC_CHARGING, REASON_EIM);
		break;
	case CONTROL_PILOT_NO_BASIC_CHARGING:
		report(evse, API_SLAC_FAILED, init_reason);
		break;
	}
}

void evse_pilot_input(struct evse *evse, const struct control_pilot_input *input)
{
	struct control_pilot_outputs out;
	enum control_pilot_phase before = evse->pilot.phase;

	control_pilot_input(&evse->pilot, input, clock_now_us(), &out);
	if (evse->pilot.phase != before)
		log_line(LOG_LEVEL_INFO, "Pilot: %s to %s. evse_id=%s", control_pilot_phase_text(before),
			 control_pilot_phase_text(evse->pilot.phase), evse->parameters.evse_id);
	for (size_t i = 0; i < out.count; i++)
		carry_out(evse, &out.items[i]);
}

void evse_pilot_request_send(struct evse *evse)
{
	const struct settings *settings = evse->shared->settings;
	struct request_retry *retry = &evse->pilot_retry;

	if (retry->waiting)
		log_line(LOG_LEVEL_WARN,
			 "Pilot request is not answered, repeating it. evse_id=%s request=%s attempt=%u",
			 evse->parameters.evse_id, pilot_request_text(evse->pilot_request.kind), retry->attempts);
	if (outbox_request_pilot(evse->shared->outbox, evse->parameters.evse_id, &evse->pilot_request, retry->id))
		request_retry_sent(retry, settings->request_timeout_ms, settings->request_backoff_max_ms,
				   clock_now_us());
	else
		request_retry_unsent(retry);
}

void evse_cp_pwm_response(struct evse *evse, const char *id, const struct api_cp_pwm_response *response)
{
	if (!request_retry_answered(&evse->pilot_retry, id)) {
		log_line(LOG_LEVEL_DEBUG, "Late or foreign cp_pwm response ignored. evse_id=%s id=%s",
			 evse->parameters.evse_id, id);
		return;
	}
	evse->f_unheard = false;
	if (response->status != API_CP_PWM_VALID) {
		log_line(
			LOG_LEVEL_ERROR,
			"The station refuses a pilot request, it will be repeated. evse_id=%s request=%s status=%s info=%s",
			evse->parameters.evse_id, pilot_request_text(evse->pilot_request.kind),
			api_cp_pwm_status_text(response->status), response->info);
		request_retry_refused(&evse->pilot_retry);
	}
	evse_arm(evse);
}

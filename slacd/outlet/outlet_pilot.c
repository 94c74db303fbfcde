/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/outlet_internal.h"

/* --- what the pilot's state machine says --- */

static void report(enum outlet_status_kind kind, enum slac_reason reason, struct outlet_effects *out)
{
	struct outlet_status *status = &outlet_effect(out, OUTLET_STATUS)->status;

	status->kind = kind;
	status->reason = reason;
}

/* A newer request takes an older one's place, so that the order is never swapped. */
static void want_request(struct outlet *outlet, const struct pilot_request *wanted, uint64_t now_us,
			 struct outlet_effects *out)
{
	if (outlet->retry.wanted)
		outlet_note(out, OUTLET_NOTE_REQUEST_GIVEN_UP)->value = outlet->request.kind;
	outlet->pilot_asked = true;
	outlet->request = *wanted;
	if (wanted->kind == PILOT_F || wanted->kind == PILOT_HLC)
		outlet->f_unheard = wanted->kind == PILOT_F;
	request_retry_begin(&outlet->retry, now_us);
}

static void end_matching(struct outlet *outlet, enum slac_reason reason)
{
	outlet->link_paused = false;
	outlet_queue_slac(outlet, SLAC_EVSE_DISCONNECTED, reason);
	/* The car that leaves knows the key: it must not stay in the network (TP_match_leave, 1 s). */
	outlet_queue(outlet, OUTLET_SET_NEW_KEY);
}

static void carry_out(struct outlet *outlet, const struct control_pilot_output *item, enum slac_reason left,
		      uint64_t now_us, struct outlet_effects *out)
{
	switch (item->kind) {
	case CONTROL_PILOT_REQUEST:
		want_request(outlet, &item->request, now_us, out);
		break;
	case CONTROL_PILOT_VEHICLE_CONNECTED:
		outlet_note(out, OUTLET_NOTE_VEHICLE_CONNECTED);
		outlet_queue_slac(outlet, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
		outlet_queue(outlet, OUTLET_CHECK_KEY);
		break;
	case CONTROL_PILOT_VEHICLE_LEFT:
		outlet_note(out, OUTLET_NOTE_VEHICLE_LEFT);
		end_matching(outlet, left);
		break;
	case CONTROL_PILOT_FAULT:
		outlet_note(out, OUTLET_NOTE_PILOT_FAULT);
		end_matching(outlet, SLAC_REASON_PILOT_FAULT);
		break;
	case CONTROL_PILOT_STOPPED:
		end_matching(outlet, SLAC_REASON_EVSE_NOT_READY);
		break;
	case CONTROL_PILOT_PAUSE_LISTENING:
		outlet_queue_slac(outlet, SLAC_EVSE_PAUSE, SLAC_REASON_NONE);
		break;
	case CONTROL_PILOT_LISTEN:
		outlet_note(out, OUTLET_NOTE_NEW_WINDOW);
		outlet_queue_slac(outlet, SLAC_EVSE_LISTEN, SLAC_REASON_NONE);
		break;
	case CONTROL_PILOT_BASIC_CHARGING:
		report(OUTLET_BASIC_CHARGING, outlet->init_reason, out);
		break;
	case CONTROL_PILOT_BASIC_CHARGING_EIM:
		report(OUTLET_BASIC_CHARGING, SLAC_REASON_AUTHORIZED_BY_EIM, out);
		break;
	case CONTROL_PILOT_NO_BASIC_CHARGING:
		report(OUTLET_FAILED, outlet->init_reason, out);
		break;
	}
}

void outlet_give_pilot(struct outlet *outlet, const struct control_pilot_input *input, uint64_t now_us,
		       struct outlet_effects *out)
{
	const enum control_pilot_phase before = outlet->pilot.phase;
	const bool by_reset = input->kind == CONTROL_PILOT_RESET;
	struct control_pilot_outputs list;

	control_pilot_input(&outlet->pilot, input, now_us, &list);
	if (outlet->pilot.phase != before) {
		struct outlet_note *note = outlet_note(out, OUTLET_NOTE_PILOT_PHASE);
		note->value = before;
		note->other_value = outlet->pilot.phase;
	}
	for (size_t i = 0; i < list.count; i++)
		carry_out(outlet, &list.items[i], by_reset ? SLAC_REASON_RESET : SLAC_REASON_VEHICLE_LEFT, now_us, out);
	if (input->kind == CONTROL_PILOT_LINK_LOST)
		outlet_note(out, OUTLET_NOTE_LINK_LOSS)->value = outlet->pilot.phase == CONTROL_PILOT_PULSE;
}

/* --- limits --- */

/* The smallest of the connected phases; 0 when none is, or when the station sees a residual current. */
static uint32_t available_current(const struct outlet_limits *limits)
{
	uint32_t smallest_da = 0;

	if (!limits->has_ac || limits->rcd_error)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		uint32_t phase_da = limits->phase_da[i];
		if (phase_da > 0 && (smallest_da == 0 || phase_da < smallest_da))
			smallest_da = phase_da;
	}
	return smallest_da;
}

void outlet_take_limits(struct outlet *outlet, const struct outlet_limits *limits, uint64_t now_us,
			struct outlet_effects *out)
{
	const struct control_pilot_input limit = {.kind = CONTROL_PILOT_LIMIT, .limit_da = available_current(limits)};
	const struct control_pilot_input availability = {.kind = CONTROL_PILOT_AVAILABILITY,
							 .availability = limits->availability};

	if (limits->availability != outlet->pilot.availability)
		outlet_note(out, OUTLET_NOTE_AVAILABILITY)->value = limits->availability;
	if (limit.limit_da != outlet->pilot.limit_da)
		outlet_note(out, OUTLET_NOTE_LIMIT)->value = limit.limit_da;
	outlet_give_pilot(outlet, &limit, now_us, out);
	outlet_give_pilot(outlet, &availability, now_us, out);
}

/* --- requests --- */

void outlet_ask_station(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	struct request_retry *retry = &outlet->retry;

	if (!request_retry_due(retry, now_us))
		return;
	if (retry->waiting) {
		struct outlet_note *note = outlet_note(out, OUTLET_NOTE_REQUEST_REPEATED);
		note->value = outlet->request.kind;
		note->other_value = retry->attempts;
	}
	outlet->request_number++;
	request_retry_sent(retry, outlet->request_timeout_ms, outlet->request_backoff_max_ms, now_us);
	struct outlet_effect *effect = outlet_effect(out, OUTLET_PILOT_REQUEST);
	effect->pilot.number = outlet->request_number;
	effect->pilot.request = outlet->request;
}

void outlet_take_answer(struct outlet *outlet, uint32_t number, enum outlet_answer answer, struct outlet_effects *out)
{
	if (number != outlet->request_number || !request_retry_answered(&outlet->retry)) {
		outlet_note(out, OUTLET_NOTE_ANSWER_IGNORED)->value = number;
		return;
	}
	outlet->f_unheard = false;
	if (answer == OUTLET_ANSWER_VALID)
		return;
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_REQUEST_REFUSED);
	note->value = outlet->request.kind;
	note->other_value = answer;
	request_retry_refused(&outlet->retry);
}

void outlet_reach_station(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	const struct control_pilot_input f_unheard = {.kind = CONTROL_PILOT_F_UNHEARD};

	if (outlet->f_unheard) {
		outlet_give_pilot(outlet, &f_unheard, now_us, out);
		return;
	}
	/* Answered or not: what the station reported meanwhile is lost, it reports again what it does now. */
	if (outlet->pilot_asked && !outlet->retry.wanted)
		request_retry_begin(&outlet->retry, now_us);
	request_retry_reconnected(&outlet->retry, now_us);
}

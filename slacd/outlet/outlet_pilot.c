/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/outlet_internal.h"

/* --- what the pilot's state machine says --- */

static void report(const struct outlet *outlet, enum outlet_status_kind kind, enum slac_reason reason,
		   struct outlet_effects *out)
{
	struct outlet_status *status = &outlet_effect(out, OUTLET_STATUS)->status;

	status->kind = kind;
	status->reason = reason;
	outlet_tell_ev(outlet, status);
}

static void end_matching(struct outlet *outlet, enum slac_reason reason)
{
	outlet->link_paused = false;
	outlet_queue_slac(outlet, SLAC_EVSE_DISCONNECTED, reason);
	/*
	 * A car that leaves and knows the key must not stay in the network (TP_match_leave, 1 s). A key that no car was
	 * told is kept: a contact that bounces, or a car that comes back at once, finds the outlet ready.
	 */
	outlet_queue(outlet, OUTLET_RENEW_KEY);
}

/* The station did not carry out F: the sequence ends here, at X1. */
static void fail_without_f(struct outlet *outlet, enum slac_reason reason, struct outlet_effects *out)
{
	report(outlet, OUTLET_FAILED, reason, out);
	outlet_queue_slac(outlet, SLAC_EVSE_PAUSE, SLAC_REASON_NONE);
}

static void note_request(const struct outlet *outlet, enum outlet_note_kind kind, uint32_t value,
			 struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, kind);

	note->value = outlet->pilot.asking.request.kind;
	note->other_value = value;
}

static void note_output(const struct outlet *outlet, enum control_pilot_output_kind kind, struct outlet_effects *out)
{
	switch (kind) {
	case CONTROL_PILOT_PULSE_GIVEN_UP:
		outlet_note(out, OUTLET_NOTE_PULSE_GIVEN_UP);
		break;
	case CONTROL_PILOT_REFUSED:
		note_request(outlet, OUTLET_NOTE_REQUEST_REFUSED, outlet->answer, out);
		break;
	case CONTROL_PILOT_CONTRADICTED:
		note_request(outlet, OUTLET_NOTE_PILOT_CONTRADICTED, 0, out);
		break;
	case CONTROL_PILOT_OVERTAKEN:
		note_request(outlet, OUTLET_NOTE_PILOT_OVERTAKEN, 0, out);
		break;
	case CONTROL_PILOT_ANSWER_LATE:
		outlet_note(out, OUTLET_NOTE_ANSWER_IGNORED);
		break;
	case CONTROL_PILOT_A_BELONGS_TO_F:
		outlet_note(out, OUTLET_NOTE_A_BELONGS_TO_F);
		break;
	case CONTROL_PILOT_LETS_LATE_CAR_IN:
		outlet_note(out, OUTLET_NOTE_LATE_CAR_LET_IN);
		break;
	case CONTROL_PILOT_HANDED_OVER:
		outlet_note(out, OUTLET_NOTE_HANDED_OVER);
		break;
	case CONTROL_PILOT_OTHER_MASTER:
		note_request(outlet, OUTLET_NOTE_OTHER_MASTER, 0, out);
		break;
	default:
		break; /* carried out */
	}
}

/* Whoever listens already, or has matched, is not disturbed. */
static void begin_again(struct outlet *outlet, struct outlet_effects *out)
{
	if (outlet_is_matching(outlet) || outlet_is_matched(outlet))
		return;
	outlet_note(out, OUTLET_NOTE_NEW_WINDOW);
	outlet_queue_slac(outlet, SLAC_EVSE_LISTEN, SLAC_REASON_NONE);
}

static void carry_out(struct outlet *outlet, enum control_pilot_output_kind kind, enum slac_reason left,
		      uint64_t now_us, struct outlet_effects *out)
{
	switch (kind) {
	case CONTROL_PILOT_VEHICLE_CONNECTED:
		outlet->connected_us = now_us;
		outlet->late_car = (struct outlet_late_car){0};
		outlet->init_reason = SLAC_REASON_NONE;
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
	case CONTROL_PILOT_LISTEN_ON:
		outlet_queue_slac(outlet, SLAC_EVSE_LISTEN_ON, SLAC_REASON_NONE);
		break;
	case CONTROL_PILOT_WANTS_E_F:
		outlet_effect(out, OUTLET_WANTS_E_F);
		break;
	case CONTROL_PILOT_BCD_AGAIN:
		begin_again(outlet, out);
		break;
	case CONTROL_PILOT_WOKEN:
		outlet_queue(outlet, OUTLET_RESUME_LINK);
		break;
	case CONTROL_PILOT_BASIC_CHARGING:
		report(outlet, OUTLET_BASIC_CHARGING, outlet->init_reason, out);
		break;
	case CONTROL_PILOT_BASIC_CHARGING_EIM:
		report(outlet, OUTLET_BASIC_CHARGING, SLAC_REASON_AUTHORIZED_BY_EIM, out);
		break;
	case CONTROL_PILOT_TAKEN_OVER:
		report(outlet, OUTLET_BASIC_CHARGING, SLAC_REASON_TAKEN_OVER, out);
		break;
	case CONTROL_PILOT_NO_BASIC_CHARGING:
		if (outlet->init_reason != SLAC_REASON_NO_MATCH_IN_TIME) /* matching has reported that */
			report(outlet, OUTLET_FAILED, outlet->init_reason, out);
		break;
	case CONTROL_PILOT_F_REFUSED:
		fail_without_f(outlet, SLAC_REASON_PILOT_REFUSED, out);
		break;
	case CONTROL_PILOT_F_UNCONFIRMED:
		fail_without_f(outlet, SLAC_REASON_PILOT_UNCONFIRMED, out);
		break;
	default:
		note_output(outlet, kind, out);
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
		carry_out(outlet, list.items[i], by_reset ? SLAC_REASON_RESET : SLAC_REASON_VEHICLE_LEFT, now_us, out);
	if (input->kind == CONTROL_PILOT_LINK_LOST)
		outlet_note(out, OUTLET_NOTE_LINK_LOSS)->value =
			outlet->pilot.phase == CONTROL_PILOT_LINK_LOST_X1 || outlet->pilot.phase == CONTROL_PILOT_PULSE;
}

/* --- limits --- */

void outlet_take_limits(struct outlet *outlet, const struct outlet_limits *limits, uint64_t now_us,
			struct outlet_effects *out)
{
	const struct control_pilot_input limit = {.kind = CONTROL_PILOT_LIMIT, .limits = limits->current};
	const struct control_pilot_input availability = {.kind = CONTROL_PILOT_AVAILABILITY,
							 .availability = limits->availability};
	const uint32_t before_da = outlet->pilot.limit_da;

	if (limits->availability != outlet->pilot.availability)
		outlet_note(out, OUTLET_NOTE_AVAILABILITY)->value = limits->availability;
	outlet_give_pilot(outlet, &limit, now_us, out);
	if (outlet->pilot.limit_da != before_da)
		outlet_note(out, OUTLET_NOTE_LIMIT)->value = outlet->pilot.limit_da;
	outlet_give_pilot(outlet, &availability, now_us, out);
}

/* --- requests --- */

void outlet_ask_station(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	struct control_pilot_sending sending;

	if (!control_pilot_send(&outlet->pilot, now_us, &sending))
		return;
	if (sending.sendings > 1)
		note_request(outlet, OUTLET_NOTE_REQUEST_REPEATED, sending.sendings - 1, out);
	outlet_effect(out, OUTLET_PILOT_REQUEST)->pilot = sending;
}

void outlet_take_answer(struct outlet *outlet, uint32_t number, enum outlet_answer answer, uint64_t now_us,
			struct outlet_effects *out)
{
	const struct control_pilot_input input = {
		.kind = CONTROL_PILOT_ANSWER, .number = number, .active = answer == OUTLET_ANSWER_VALID};

	outlet->answer = answer;
	outlet_give_pilot(outlet, &input, now_us, out);
}

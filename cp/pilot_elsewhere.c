/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/pilot_elsewhere.h"

#include "cp/pilot_step.h"

static bool is_same_vehicle(const struct control_pilot *pilot, uint64_t now_us)
{
	return pilot->e_f_asked_us != 0 && now_us - pilot->e_f_asked_us <= (uint64_t)PILOT_ELSEWHERE_E_F_MS * 1000;
}

static void forget_requests(struct control_pilot *pilot)
{
	pilot->pulses_sent = pilot->failed_pulses_sent = 0;
	pilot->e_f_asked_us = 0;
}

static void take_vehicle(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->session_open) {
		pilot_say(out, CONTROL_PILOT_BCD_AGAIN);
		return;
	}
	if (!is_same_vehicle(pilot, now_us))
		forget_requests(pilot);
	pilot->session_open = true;
	pilot_say(out, CONTROL_PILOT_VEHICLE_CONNECTED);
}

static void close_session(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (pilot->session_open)
		pilot_say(out, CONTROL_PILOT_VEHICLE_LEFT);
	pilot->session_open = false;
}

static void take_state(struct control_pilot *pilot, enum cp_state state, uint64_t now_us,
		       struct control_pilot_outputs *out)
{
	pilot->state = state;
	pilot->state_is_known = true;
	pilot->vehicle_present = cp_state_has_vehicle(state);
	if (pilot->phase != CONTROL_PILOT_HLC)
		return;
	if (pilot->vehicle_present)
		take_vehicle(pilot, now_us, out);
	else
		close_session(pilot, out);
}

static void ask_for_e_f(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->e_f_asked_us = now_us;
	pilot_say(out, CONTROL_PILOT_WANTS_E_F);
}

/*
 * As many as there would be F pulses, and one where basic charging would follow F. So it is in the window after a lost
 * link, too. The new window begins at once: the owner of the pilot may have no use for the E/F step.
 */
static void on_init_timeout(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const uint32_t most = pilot->config.init_retries + (pilot->config.has_ac ? 1 : 0);

	if (pilot->pulses_sent >= most) {
		pilot_say(out, CONTROL_PILOT_NO_BASIC_CHARGING);
		pilot_say(out, CONTROL_PILOT_LISTEN_ON);
		return;
	}
	pilot->pulses_sent++;
	ask_for_e_f(pilot, now_us, out);
	pilot_say(out, CONTROL_PILOT_LISTEN);
}

static void on_failed(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->failed_pulses_sent >= pilot->config.failed_pulses || !pilot->session_open)
		return;
	pilot->failed_pulses_sent++;
	ask_for_e_f(pilot, now_us, out);
}

static void on_slac(struct control_pilot *pilot, enum control_pilot_slac slac)
{
	pilot->slac = slac;
	if (slac == CONTROL_PILOT_SLAC_MATCHED)
		forget_requests(pilot);
}

static void on_start(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->phase = CONTROL_PILOT_HLC;
	if (pilot->vehicle_present)
		take_vehicle(pilot, now_us, out);
}

void pilot_elsewhere_input(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
			   struct control_pilot_outputs *out)
{
	switch (input->kind) {
	case CONTROL_PILOT_START:
		on_start(pilot, now_us, out);
		break;
	case CONTROL_PILOT_STATE:
		take_state(pilot, input->state, now_us, out);
		break;
	case CONTROL_PILOT_SLAC:
		on_slac(pilot, input->slac);
		break;
	case CONTROL_PILOT_INIT_TIMEOUT:
		on_init_timeout(pilot, now_us, out);
		break;
	case CONTROL_PILOT_FAILED:
		pilot->slac = CONTROL_PILOT_SLAC_IDLE;
		on_failed(pilot, now_us, out);
		break;
	case CONTROL_PILOT_LINK_LOST:
		pilot->slac = CONTROL_PILOT_SLAC_IDLE;
		if (pilot->config.pulse_on_link_loss && pilot->session_open)
			ask_for_e_f(pilot, now_us, out);
		break;
	case CONTROL_PILOT_STATE_UNTOLD:
		if (pilot->e_f_asked_us == 0)
			ask_for_e_f(pilot, now_us, out);
		break;
	case CONTROL_PILOT_RESET:
		close_session(pilot, out);
		break;
	case CONTROL_PILOT_END:
		pilot->phase = CONTROL_PILOT_ENDING;
		pilot_say(out, CONTROL_PILOT_ENDED);
		break;
	default:
		break; /* about requests, currents and authorizations, which are the owner's */
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/pilot_pause.h"

#include "cp/basic_charging.h"
#include "cp/pilot_step.h"

void pilot_pause_end(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool sleeps = pilot->resuming;

	if (pilot->slac == CONTROL_PILOT_SLAC_IDLE) {
		pilot_begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out); /* it was lost meanwhile */
		return;
	}
	if (!basic_charging_is_by_eim(pilot))
		pilot_begin_hlc(pilot, now_us);
	else if (pilot->nominal_is_open)
		basic_charging_begin(pilot, now_us, out);
	else
		pilot_begin_x1_step(pilot, pilot->config.step_x1_hlc_ms, now_us);
	if (sleeps)
		pilot_say(out, CONTROL_PILOT_WOKEN);
}

void pilot_pause_wake(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->phase != CONTROL_PILOT_PAUSED) {
		pilot_say(out, CONTROL_PILOT_WOKEN);
		return;
	}
	if (pilot->woken)
		return;
	pilot->woken = true;
	pilot->c_until_us = CONTROL_PILOT_NEVER;
	if (pilot->nominal_is_open)
		pilot_pause_end(pilot, now_us, out);
	else if (pilot->deadline_us == CONTROL_PILOT_NEVER)
		pilot->deadline_us = now_us + (uint64_t)pilot->config.step_x1_hlc_ms * 1000;
}

void pilot_pause_follow_vehicle(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool is_b = pilot->state == CP_STATE_B1 || pilot->state == CP_STATE_B2;

	if (pilot->phase != CONTROL_PILOT_PAUSED || pilot->woken)
		return;
	if (is_b && pilot->c_until_us != CONTROL_PILOT_NEVER)
		pilot_pause_wake(pilot, now_us, out);
	else if (is_b)
		pilot->b_in_pause = true;
	else if (pilot->b_in_pause && pilot->c_until_us == CONTROL_PILOT_NEVER)
		pilot->c_until_us = now_us + CONTROL_PILOT_WAKE_C_MS * 1000;
}

void pilot_pause_begin(struct control_pilot *pilot, uint64_t now_us)
{
	const bool is_in_session = pilot->phase == CONTROL_PILOT_HLC || pilot->phase == CONTROL_PILOT_X1_STEP ||
				   pilot->phase == CONTROL_PILOT_BASIC;

	if (!is_in_session && !(pilot->phase == CONTROL_PILOT_PAUSED && pilot->woken))
		return;
	pilot->resuming = true;
	pilot->nominal_is_open = false;
	pilot_enter_step(pilot, CONTROL_PILOT_PAUSED, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);
	pilot->b_in_pause = pilot->state == CP_STATE_B1 || pilot->state == CP_STATE_B2;
}

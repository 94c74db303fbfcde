/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/pilot_step.h"

#include <assert.h>

void pilot_say(struct control_pilot_outputs *out, enum control_pilot_output_kind kind)
{
	assert(out->count < CONTROL_PILOT_OUTPUTS);
	out->items[out->count++] = kind;
}

void pilot_ask(struct control_pilot *pilot, struct pilot_request request, uint64_t now_us)
{
	pilot_asking_want(&pilot->asking, request, now_us);
	pilot->refused = false;
	if (request.kind == PILOT_F)
		pilot->f_expected = pilot->f_was_asked = true;
	if (request.kind == PILOT_HLC)
		pilot->nominal_is_open = false;
}

void pilot_ask_kind(struct control_pilot *pilot, enum pilot_request_kind kind, uint64_t now_us)
{
	pilot_ask(pilot, (struct pilot_request){.kind = kind}, now_us);
}

/* --- phases --- */

void pilot_enter(struct control_pilot *pilot, enum control_pilot_phase phase)
{
	pilot->phase = phase;
	pilot->owes_x2 = false;
	pilot->x2_is_unseen = false;
	pilot->woken = false;
	pilot->c_until_us = CONTROL_PILOT_NEVER;
	pilot->hold_ms = 0;
	pilot->deadline_us = CONTROL_PILOT_NEVER;
}

bool pilot_has_step(const struct control_pilot *pilot)
{
	switch (pilot->phase) {
	case CONTROL_PILOT_PULSE:
	case CONTROL_PILOT_F_STEP:
	case CONTROL_PILOT_X1_STEP:
	case CONTROL_PILOT_AUTHORIZED:
	case CONTROL_PILOT_LINK_LOST_X1:
	case CONTROL_PILOT_PAUSED:
	case CONTROL_PILOT_REMATCH:
		return true;
	default:
		return false;
	}
}

void pilot_time_step(struct control_pilot *pilot, uint64_t now_us)
{
	if (pilot->woken)
		return; /* the pause ends, whatever is confirmed: 5 % may follow anything */
	if (!pilot_has_step(pilot) || !pilot->asking.confirmed)
		pilot->deadline_us = CONTROL_PILOT_NEVER;
	else if (pilot->deadline_us == CONTROL_PILOT_NEVER && pilot->hold_ms > 0)
		pilot->deadline_us = now_us + (uint64_t)pilot->hold_ms * 1000;
}

void pilot_enter_step(struct control_pilot *pilot, enum control_pilot_phase phase, enum pilot_request_kind kind,
		      uint32_t hold_ms, uint64_t now_us)
{
	pilot_enter(pilot, phase);
	pilot_ask_kind(pilot, kind, now_us);
	pilot->hold_ms = hold_ms;
}

void pilot_begin_hlc(struct control_pilot *pilot, uint64_t now_us)
{
	if (pilot->phase == CONTROL_PILOT_HLC)
		return;
	pilot_enter(pilot, CONTROL_PILOT_HLC);
	pilot_ask_kind(pilot, PILOT_HLC, now_us);
}

void pilot_begin_f_phase(struct control_pilot *pilot, enum control_pilot_phase phase, uint64_t now_us,
			 struct control_pilot_outputs *out)
{
	pilot_say(out, CONTROL_PILOT_PAUSE_LISTENING);
	pilot_enter_step(pilot, phase, PILOT_F, pilot->config.step_f_ms, now_us);
	pilot->f_sendings = 0;
	pilot->resuming = false;
}

void pilot_begin_x1_step(struct control_pilot *pilot, uint32_t hold_ms, uint64_t now_us)
{
	pilot_enter_step(pilot, CONTROL_PILOT_X1_STEP, PILOT_X1, hold_ms, now_us);
}

/* --- trust --- */

/* X1 is held for its time, from its confirmation on, before a nominal duty. */
static void hold_x1_again(struct control_pilot *pilot, enum control_pilot_phase phase, uint64_t now_us)
{
	pilot_enter(pilot, phase);
	if (pilot->asking.request.kind == PILOT_X1)
		pilot_asking_contradict(&pilot->asking, now_us);
	else
		pilot_ask_kind(pilot, PILOT_X1, now_us);
	pilot->hold_ms = pilot->config.step_x1_hlc_ms;
}

void pilot_distrust(struct control_pilot *pilot, uint64_t now_us)
{
	pilot->nominal_is_open = false;
	if (pilot->phase == CONTROL_PILOT_X1_STEP || pilot->phase == CONTROL_PILOT_BASIC)
		hold_x1_again(pilot, CONTROL_PILOT_X1_STEP, now_us);
	else if (pilot->phase == CONTROL_PILOT_AUTHORIZED)
		hold_x1_again(pilot, CONTROL_PILOT_AUTHORIZED, now_us);
	else
		pilot_asking_contradict(&pilot->asking, now_us);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sequence of the control pilot is made of: phases, each with the request that belongs to it. A step is a phase
 * whose request has to be in force for its time, from its confirmation on. Internal to the control pilot.
 */
#ifndef CP_PILOT_STEP_H
#define CP_PILOT_STEP_H

#include "cp/control_pilot.h"

/* Tells it to the caller of control_pilot_input. */
void pilot_say(struct control_pilot_outputs *out, enum control_pilot_output_kind kind);

/* From now on the phase wants this request. 5 % closes the way to a nominal duty. */
void pilot_ask(struct control_pilot *pilot, struct pilot_request request, uint64_t now_us);
/* The same, of a request that has no current. */
void pilot_ask_kind(struct control_pilot *pilot, enum pilot_request_kind kind, uint64_t now_us);

/* A phase without an end of its own. */
void pilot_enter(struct control_pilot *pilot, enum control_pilot_phase phase);
/* A phase that is left when its request was in force for hold_ms. */
void pilot_enter_step(struct control_pilot *pilot, enum control_pilot_phase phase, enum pilot_request_kind kind,
		      uint32_t hold_ms, uint64_t now_us);
/* Whether the present phase is such a one. */
bool pilot_has_step(const struct control_pilot *pilot);
/* The step's time begins when the station has confirmed it, and begins again when that turns out to be wrong. */
void pilot_time_step(struct control_pilot *pilot, uint64_t now_us);

/* 5 %, where it is not there already. */
void pilot_begin_hlc(struct control_pilot *pilot, uint64_t now_us);
/* PULSE or F_STEP: nobody listens while F is on the pilot. */
void pilot_begin_f_phase(struct control_pilot *pilot, enum control_pilot_phase phase, uint64_t now_us,
			 struct control_pilot_outputs *out);
/* X1 before a nominal duty. */
void pilot_begin_x1_step(struct control_pilot *pilot, uint32_t hold_ms, uint64_t now_us);

/*
 * The pilot is not what was confirmed, and may be 5 %. A nominal duty needs another X1 that is held for its time. Other
 * requests are only asked for again.
 */
void pilot_distrust(struct control_pilot *pilot, uint64_t now_us);

#endif

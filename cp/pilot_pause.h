/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pause of the data link: X1 until the vehicle, or the 15118 side, wants it back. The vehicle wakes us with B-C-B,
 * 200 to 400 ms each. Internal to the control pilot.
 */
#ifndef CP_PILOT_PAUSE_H
#define CP_PILOT_PAUSE_H

#include "cp/control_pilot.h"

/* CONTROL_PILOT_LINK_PAUSED. */
void pilot_pause_begin(struct control_pilot *pilot, uint64_t now_us);
/* The state that was reported may wake us. */
void pilot_pause_follow_vehicle(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out);
/* X1 lasts its time before the oscillator comes on again. Where it was not confirmed it has as much time from here. */
void pilot_pause_wake(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out);
/* The link is found again, or the E/F follows that a new matching begins with. */
void pilot_pause_end(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out);

#endif

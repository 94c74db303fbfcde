/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control pilot of an outlet whose pilot belongs to somebody else: no request is ever made. What is left to say is
 * when a vehicle comes and leaves, and when the owner of the pilot is to be asked for the E/F step. Internal to the
 * control pilot.
 *
 * All that the owner tells is whether the pilot is in B, C or D. E, F and an unplugged vehicle look alike.
 */
#ifndef CP_PILOT_ELSEWHERE_H
#define CP_PILOT_ELSEWHERE_H

#include "cp/control_pilot.h"

/*
 * The E/F step that was asked for ends within this time. A vehicle that comes then is the one that was there, and what
 * was asked for it goes on counting.
 */
#define PILOT_ELSEWHERE_E_F_MS 15000

/* control_pilot_input, where config.is_elsewhere. */
void pilot_elsewhere_input(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
			   struct control_pilot_outputs *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the last cp_status shows, and what it says of the request that was asked last. Questions only: nothing is
 * changed. Internal to the control pilot.
 */
#ifndef CP_PILOT_SHOWN_H
#define CP_PILOT_SHOWN_H

#include "cp/control_pilot.h"

/* The nominal current that the reported duty cycle stands for, 0 where it was not told or is no nominal one. */
uint32_t pilot_shown_current_da(const struct control_pilot *pilot);
/* The reported duty cycle stands for a nominal current below current_da, and by more than it may be rounded. */
bool pilot_shows_less_than(const struct control_pilot *pilot, uint32_t current_da);
/* The reported duty cycle asks for digital communication. */
bool pilot_shows_hlc(const struct control_pilot *pilot);

/* Whether this state, after that one, shows that the station has carried out what was asked last. */
bool pilot_shows_request(const struct control_pilot *pilot, enum cp_state before);
/* Whether it shows that the confirmed request is not in force (any more). Silence on duty shows nothing. */
bool pilot_contradicts_request(const struct control_pilot *pilot, enum cp_state before);
/*
 * A nominal duty may be asked for, but the station shows that the F or X1 which had to be held before it is gone: 5 %,
 * or any PWM while X2 was never sent. Such a station has restarted. It matters whatever is confirmed: an X2 that is due,
 * or is repeated, would follow 5 % directly.
 */
bool pilot_shows_no_way_to_nominal(const struct control_pilot *pilot);

#endif

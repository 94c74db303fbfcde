/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slacd leaves behind when it ends: the pilot as it is, where that is configured and in order, otherwise X1. Also
 * control_pilot_would_stay and control_pilot_has_ended. Internal to the control pilot.
 */
#ifndef CP_PILOT_END_H
#define CP_PILOT_END_H

#include "cp/control_pilot.h"

/* CONTROL_PILOT_END. */
void pilot_end_begin(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out);

#endif

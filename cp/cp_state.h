/* SPDX-License-Identifier: Apache-2.0 */
/* Control-pilot states of IEC 61851-1. Index 1: no PWM (oscillator off), index 2: PWM. */
#ifndef CP_CP_STATE_H
#define CP_CP_STATE_H

#include <stdbool.h>

enum cp_state {
	CP_STATE_A1, /* +12 V: no vehicle */
	CP_STATE_A2,
	CP_STATE_B1, /* +9 V: vehicle connected, not ready */
	CP_STATE_B2,
	CP_STATE_C1, /* +6 V: ready, no ventilation needed */
	CP_STATE_C2,
	CP_STATE_D1, /* +3 V: ready, ventilation needed */
	CP_STATE_D2,
	CP_STATE_E, /* 0 V: fault, or pilot shorted */
	CP_STATE_F, /* -12 V: station not available */
	CP_STATE_COUNT
};

/* "A1" ... "D2", "E", "F"; "?" for a value outside the enum. Never NULL. */
const char *cp_state_text(enum cp_state state);

/* A1 or A2. */
bool cp_state_is_unplugged(enum cp_state state);
/* B, C or D, with or without PWM: SLAC may be answered (ISO 15118-3, 6.3). */
bool cp_state_has_vehicle(enum cp_state state);
/* E or F: the state does not show whether a vehicle is there. */
bool cp_state_is_fault(enum cp_state state);
/* A2 ... D2. */
bool cp_state_shows_pwm(enum cp_state state);
/* A1 ... D1; E and F show neither. */
bool cp_state_shows_no_pwm(enum cp_state state);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/cp_state.h"

#include <stddef.h>

const char *cp_state_text(enum cp_state state)
{
	static const char *const texts[CP_STATE_COUNT] = {"A1", "A2", "B1", "B2", "C1", "C2", "D1", "D2", "E", "F"};

	return (size_t)state < CP_STATE_COUNT ? texts[state] : "?";
}

bool cp_state_is_unplugged(enum cp_state state)
{
	return state == CP_STATE_A1 || state == CP_STATE_A2;
}

bool cp_state_has_vehicle(enum cp_state state)
{
	return state >= CP_STATE_B1 && state <= CP_STATE_D2;
}

bool cp_state_is_fault(enum cp_state state)
{
	return state == CP_STATE_E || state == CP_STATE_F;
}

bool cp_state_shows_pwm(enum cp_state state)
{
	return state == CP_STATE_A2 || state == CP_STATE_B2 || state == CP_STATE_C2 || state == CP_STATE_D2;
}

bool cp_state_shows_no_pwm(enum cp_state state)
{
	return state == CP_STATE_A1 || state == CP_STATE_B1 || state == CP_STATE_C1 || state == CP_STATE_D1;
}

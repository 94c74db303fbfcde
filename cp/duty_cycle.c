/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/duty_cycle.h"

/* Where the two formulas meet: 51 A is 85 %, 52.5 A is the first current of the second formula. */
#define LOW_RANGE_MAX_DA  510
#define HIGH_RANGE_MIN_DA 525

uint32_t duty_cycle_from_current(uint32_t current_da)
{
	if (current_da < PILOT_CURRENT_MIN)
		return DUTY_CYCLE_X1;
	if (current_da > PILOT_CURRENT_MAX)
		current_da = PILOT_CURRENT_MAX;
	if (current_da < HIGH_RANGE_MIN_DA) {
		uint32_t coded_da = current_da < LOW_RANGE_MAX_DA ? current_da : LOW_RANGE_MAX_DA;
		return coded_da * 100 / 6;
	}
	return current_da * 4 + 6400;
}

enum duty_cycle_meaning duty_cycle_to_current(uint32_t duty, uint32_t *current_da)
{
	*current_da = 0;
	if (duty >= DUTY_CYCLE_X1)
		return DUTY_CYCLE_NOT_READY;
	if (duty >= 300 && duty <= 700)
		return DUTY_CYCLE_DIGITAL;
	if (duty < 800 || duty > 9700)
		return DUTY_CYCLE_NO_CHARGING;
	if (duty < 1000)
		*current_da = PILOT_CURRENT_MIN;
	else if (duty <= 8500)
		*current_da = duty * 6 / 100;
	else if (duty <= 9600)
		*current_da = (duty - 6400) / 4;
	else
		*current_da = PILOT_CURRENT_MAX;
	return DUTY_CYCLE_CURRENT;
}

uint32_t pilot_current_from_ampere(double ampere)
{
	/* The small term keeps 16.3 A from becoming 16.2 A in binary. */
	return (uint32_t)(ampere * 10 + 1e-6);
}

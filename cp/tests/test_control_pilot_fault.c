/* SPDX-License-Identifier: Apache-2.0 */
/* E and F that were not asked for. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void fault_without_a_vehicle_is_nobodys_fault(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_state_is(&bench, CP_STATE_F);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "connected");
}

static void fault_that_was_not_asked_for_is_said_once_and_recovers(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	for (enum cp_state fault = CP_STATE_E; fault <= CP_STATE_F; fault++) {
		bench_with_vehicle(&bench, &config, 320);
		bench_state_is(&bench, fault);
		bench_expect(&bench, "fault");
		bench_state_is(&bench, fault);
		bench_expect(&bench, "");
		bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_expect(&bench, "");
		bench_state_is(&bench, CP_STATE_B2);
		bench_expect(&bench, "connected");
		bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_expect(&bench, "basic charging, pause, F");
	}
}

static void unplug_during_a_fault_is_an_unplug(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 320);
	bench_state_is(&bench, CP_STATE_E);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "connected, high-level charging");
}

static void e_in_each_phase_is_a_fault_ends_the_offer_and_recovers(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < BENCH_FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, bench_fallback_phases[i], 320);
		bench_state_is(&bench, CP_STATE_E);
		bench_expect(&bench, "fault, high-level charging");
		bench_expect_rest(&bench);
		bench_state_is(&bench, CP_STATE_B2);
		bench_expect(&bench, "connected");
	}
}

static void f_after_the_vehicle_was_seen_again_is_a_fault(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_X1_STEP, CONTROL_PILOT_BASIC};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_in_fallback(&bench, phases[i], 320);
		bench_state_is(&bench, CP_STATE_C1);
		bench_state_is(&bench, CP_STATE_F);
		bench_expect(&bench, "fault, high-level charging");
		bench_state_is(&bench, CP_STATE_F);
		bench_expect(&bench, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fault_without_a_vehicle_is_nobodys_fault),
		cmocka_unit_test(fault_that_was_not_asked_for_is_said_once_and_recovers),
		cmocka_unit_test(unplug_during_a_fault_is_an_unplug),
		cmocka_unit_test(e_in_each_phase_is_a_fault_ends_the_offer_and_recovers),
		cmocka_unit_test(f_after_the_vehicle_was_seen_again_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A car that speaks when basic charging is prepared or done. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void late_car_in_basic_charging_gets_a_window_after_x1(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_expect(&bench, "lets late car in, X1");
	bench_expect_phase(&bench, CONTROL_PILOT_REMATCH);
	bench_expect_after_ms(&bench, 3000, "listen, high-level charging");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

static void late_car_in_x1_before_nominal_gets_its_window_after_a_whole_x1(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_X1_STEP, 160);
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_expect(&bench, "lets late car in, X1");
	bench_expect_after_ms(&bench, 3000, "listen, high-level charging");
}

static void late_car_in_f_gets_its_window_when_f_was_held(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_F_STEP, 160);
	bench_pass_ms(&bench, 1000);
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_expect(&bench, "lets late car in");
	bench_expect_after_ms(&bench, 4000, "listen, high-level charging");
}

static void vehicle_gets_one_such_window_and_the_next_one_another(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_pass_ms(&bench, 3000);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, F");
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_expect(&bench, "");
	bench_pass_ms(&bench, 5500);
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_A2);
	bench_state_is(&bench, CP_STATE_B2);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_expect(&bench, "lets late car in");
}

static void late_car_changes_nothing_elsewhere(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160); /* waiting for it: matching answers by itself */
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_expect(&bench, "");
	config.rematch_from_basic = false;
	bench_with_vehicle(&bench, &config, 160);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_pass_ms(&bench, 5500);
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
}

static void vehicle_authorized_by_eim_stays_at_nominal(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_pass_ms(&bench, 5500);
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
}

static void eim_during_x1_for_a_late_car_leads_to_nominal(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_pass_ms(&bench, 5500);
	bench_input(&bench, CONTROL_PILOT_LATE_CAR);
	bench_pass_ms(&bench, 1000);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 2000, "basic charging by EIM, listen on, X2(16.0)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_car_in_basic_charging_gets_a_window_after_x1),
		cmocka_unit_test(late_car_in_x1_before_nominal_gets_its_window_after_a_whole_x1),
		cmocka_unit_test(late_car_in_f_gets_its_window_when_f_was_held),
		cmocka_unit_test(vehicle_gets_one_such_window_and_the_next_one_another),
		cmocka_unit_test(late_car_changes_nothing_elsewhere),
		cmocka_unit_test(vehicle_authorized_by_eim_stays_at_nominal),
		cmocka_unit_test(eim_during_x1_for_a_late_car_leads_to_nominal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

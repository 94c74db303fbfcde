/* SPDX-License-Identifier: Apache-2.0 */
/* Asked for once more: the station restarted and has forgotten it. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void vehicle_without_pwm_has_5_percent_asked_for_once_more(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "connected, high-level charging");
	bench_state_is(&bench, CP_STATE_C1);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
	bench_state_is(&bench, CP_STATE_D1);
	bench_expect(&bench, "connected, high-level charging");
}

static void vehicle_that_loses_its_5_percent_has_it_asked_for_each_time(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 3; i++) {
		bench_state_is(&bench, CP_STATE_B1); /* the station has restarted */
		if (i < 2)
			bench_expect(&bench, "contradicted, high-level charging");
		else
			bench_expect_after_ms(&bench, 2000, "high-level charging");
		bench_state_is(&bench, CP_STATE_B2);
		bench_expect(&bench, "");
	}
	bench_state_is(&bench, CP_STATE_A2);
	bench_expect(&bench, "left, high-level charging");
	bench_state_is(&bench, CP_STATE_A1); /* PWM only for a vehicle: the station's business */
	bench_expect(&bench, "");
}

static void vehicle_that_loses_its_pwm_in_basic_charging_has_x2_asked_for_once_more(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_state_is(&bench, CP_STATE_C1); /* X2 is not there yet */
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_C2);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_C1);
	bench_expect(&bench, "X2(16.0)");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "");
}

static void vehicle_without_pwm_is_the_stations_business_where_it_sets_5_percent_itself(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.hlc_at_start = false;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "connected");
	bench_state_is(&bench, CP_STATE_C1);
	bench_expect(&bench, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vehicle_without_pwm_has_5_percent_asked_for_once_more),
		cmocka_unit_test(vehicle_that_loses_its_5_percent_has_it_asked_for_each_time),
		cmocka_unit_test(vehicle_that_loses_its_pwm_in_basic_charging_has_x2_asked_for_once_more),
		cmocka_unit_test(vehicle_without_pwm_is_the_stations_business_where_it_sets_5_percent_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

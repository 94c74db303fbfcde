/* SPDX-License-Identifier: Apache-2.0 */
/* Asked for once more: the station restarted, or never heard it. */
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
	bench_expect(&bench, "high-level charging, connected");
	bench_state_is(&bench, CP_STATE_C1);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
	bench_state_is(&bench, CP_STATE_D1);
	bench_expect(&bench, "high-level charging, connected");
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

static void f_that_the_station_never_heard_comes_again_from_every_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < BENCH_FALLBACK_PHASES; i++) {
		struct bench bench;
		bench_in_fallback(&bench, bench_fallback_phases[i], 160);
		bench_input(&bench, CONTROL_PILOT_F_UNHEARD);
		bench_expect(&bench, "pause, F");
		bench.now_us += 5000 * MS - 1;
		bench_input(&bench, CONTROL_PILOT_TICK);
		bench_expect(&bench, "");
		bench.now_us += 1;
		bench_input(&bench, CONTROL_PILOT_TICK);
		bench_expect(&bench, "X1");
		bench.now_us += 500 * MS;
		bench_input(&bench, CONTROL_PILOT_TICK);
		bench_expect(&bench, "X2(16.0)");
	}
}

static void f_unheard_means_nothing_at_5_percent_and_is_repeated_out_of_order(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_input(&bench, CONTROL_PILOT_F_UNHEARD);
	bench_expect(&bench, "");
	bench_availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
	bench_input(&bench, CONTROL_PILOT_F_UNHEARD);
	bench_expect(&bench, "F");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vehicle_without_pwm_has_5_percent_asked_for_once_more),
		cmocka_unit_test(vehicle_that_loses_its_pwm_in_basic_charging_has_x2_asked_for_once_more),
		cmocka_unit_test(f_that_the_station_never_heard_comes_again_from_every_step),
		cmocka_unit_test(f_unheard_means_nothing_at_5_percent_and_is_repeated_out_of_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

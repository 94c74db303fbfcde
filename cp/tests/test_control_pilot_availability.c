/* SPDX-License-Identifier: Apache-2.0 */
/* The station takes the outlet out of service, and back. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void not_ready_is_x1_out_of_order_is_f_and_ready_brings_the_session_back(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_availability_is(&bench, CONTROL_PILOT_NOT_READY);
	bench_expect(&bench, "stopped, X1");
	bench_expect_phase(&bench, CONTROL_PILOT_UNAVAILABLE);
	bench_availability_is(&bench, CONTROL_PILOT_NOT_READY);
	bench_expect(&bench, "");
	bench_availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
	bench_expect(&bench, "F");
	bench_state_is(&bench, CP_STATE_F);
	bench_expect(&bench, "");
	bench_expect_rest(&bench);
	bench_availability_is(&bench, CONTROL_PILOT_READY);
	bench_expect(&bench, "connected, high-level charging");
}

static void out_of_order_aborts_the_fallback_at_each_step(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < BENCH_FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, bench_fallback_phases[i], 320);
		bench_availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
		bench_expect(&bench, "stopped, F");
		bench.now_us += 60000 * MS;
		bench_input(&bench, CONTROL_PILOT_TICK);
		bench_expect(&bench, "");
		bench_limit_is(&bench, 100);
		bench_expect(&bench, "");
	}
}

static void f_of_an_outlet_that_is_out_of_order_is_asked_for_again_when_another_state_shows(void **state)
{
	static const enum cp_state states[] = {CP_STATE_A1, CP_STATE_B1, CP_STATE_C2};
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bench_init(&bench, &config);
		bench_input(&bench, CONTROL_PILOT_START);
		bench_availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
		bench_state_is(&bench, CP_STATE_F);
		bench_state_is(&bench, states[i]); /* the station has restarted */
		bench_expect(&bench, "contradicted, F");
	}
}

static void station_that_reports_a_for_f_is_asked_for_it_once_more_at_most(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "contradicted, left, F");
	for (int i = 0; i < 3; i++) {
		bench_state_is(&bench, CP_STATE_A1);
		bench_expect(&bench, "");
		bench_expect_rest(&bench);
	}
	bench_state_is(&bench, CP_STATE_A2); /* this is no F */
	bench_expect(&bench, "contradicted");
	bench_expect_after_ms(&bench, 2000, "F");
}

static void vehicle_that_comes_and_goes_while_out_of_service_is_nobodys_session(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_availability_is(&bench, CONTROL_PILOT_NOT_READY);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "X1");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "");
	bench_availability_is(&bench, CONTROL_PILOT_READY);
	bench_expect(&bench, "high-level charging");
}

static void vehicle_that_leaves_while_out_of_service_is_said_to_leave(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "contradicted, left, F"); /* F may be gone: it is asked for once more */
	bench_availability_is(&bench, CONTROL_PILOT_READY);
	bench_expect(&bench, "high-level charging");
}

static void fault_that_began_while_out_of_service_is_waited_for(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_availability_is(&bench, CONTROL_PILOT_NOT_READY);
	bench_state_is(&bench, CP_STATE_E);
	bench_expect(&bench, "");
	bench_availability_is(&bench, CONTROL_PILOT_READY);
	bench_expect(&bench, "high-level charging");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_RESET);
	bench_expect(&bench, "left");
	bench_state_is(&bench, CP_STATE_C2);
	bench_expect(&bench, "connected");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_ready_is_x1_out_of_order_is_f_and_ready_brings_the_session_back),
		cmocka_unit_test(out_of_order_aborts_the_fallback_at_each_step),
		cmocka_unit_test(f_of_an_outlet_that_is_out_of_order_is_asked_for_again_when_another_state_shows),
		cmocka_unit_test(station_that_reports_a_for_f_is_asked_for_it_once_more_at_most),
		cmocka_unit_test(vehicle_that_comes_and_goes_while_out_of_service_is_nobodys_session),
		cmocka_unit_test(vehicle_that_leaves_while_out_of_service_is_said_to_leave),
		cmocka_unit_test(fault_that_began_while_out_of_service_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Stations that report state A while the F that slacd asked for is on the pilot. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The circle that such a station makes: F, A, 5 %, the vehicle again. */
static void go_round(struct bench *bench)
{
	bench_input(bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(bench, "basic charging, pause, F");
	bench_state_is(bench, CP_STATE_A1);
	bench_expect(bench, "left, high-level charging");
	bench_state_is(bench, CP_STATE_B2);
	bench_expect(bench, "connected");
}

/* As far as the third A during F. */
static void report_a_three_times(struct bench *bench, const struct control_pilot_config *config)
{
	bench_with_vehicle(bench, config, 160);
	for (int i = 1; i < CONTROL_PILOT_A_IN_F; i++)
		go_round(bench);
	bench_input(bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_state_is(bench, CP_STATE_A1);
	bench_expect(bench, "A belongs to F");
}

static void third_a_in_f_belongs_to_it_and_the_sequence_goes_on(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	report_a_three_times(&bench, &config);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, ""); /* said once */
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	bench_state_is(&bench, CP_STATE_A1); /* not in F: the vehicle leaves */
	bench_expect(&bench, "left, high-level charging");
}

static void vehicle_has_the_longer_time_of_x1_to_show_again(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	report_a_three_times(&bench, &config);
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_pass_ms(&bench, 2900);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect_after_ms(&bench, 100, "X2(16.0)");
}

static void vehicle_that_has_really_left_is_noticed_at_the_end_of_x1_and_nominal_is_not_offered(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	report_a_three_times(&bench, &config);
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 3000, "left, high-level charging");
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "connected");
}

static void vehicle_that_says_a_again_in_x1_has_left(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	report_a_three_times(&bench, &config);
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
}

static void vehicle_that_has_left_in_a_pulse_is_noticed_when_its_window_is_over(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.failed_pulses = 10;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 1; i < CONTROL_PILOT_A_IN_F; i++) {
		bench_input(&bench, CONTROL_PILOT_FAILED);
		bench_state_is(&bench, CP_STATE_A1);
		bench_expect(&bench, "left, high-level charging");
		bench_state_is(&bench, CP_STATE_B2);
	}
	bench_input(&bench, CONTROL_PILOT_FAILED);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "A belongs to F");
	bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "left, high-level charging");
}

static void a_of_a_station_that_does_not_carry_out_f_is_an_a(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 1; i < CONTROL_PILOT_A_IN_F; i++)
		go_round(&bench);
	bench.station = BENCH_SILENT;
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "A belongs to F");
	bench_pass_ms(&bench, 2000 * CONTROL_PILOT_F_SENDINGS);
	bench_expect(&bench, "F unconfirmed, left, high-level charging");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

static void vehicle_that_left_in_f_takes_its_authorization_along(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	report_a_three_times(&bench, &config);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_availability_is(&bench, CONTROL_PILOT_NOT_READY);
	bench_expect(&bench, "left, X1");
	bench_availability_is(&bench, CONTROL_PILOT_READY);
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "connected");
}

static void a_outside_of_f_begins_to_count_anew(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 5; i++) {
		go_round(&bench);
		go_round(&bench);
		bench_state_is(&bench, CP_STATE_A1); /* this station tells the two apart: vehicles come and go */
		bench_expect(&bench, "left, high-level charging");
		bench_state_is(&bench, CP_STATE_B2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(third_a_in_f_belongs_to_it_and_the_sequence_goes_on),
		cmocka_unit_test(vehicle_has_the_longer_time_of_x1_to_show_again),
		cmocka_unit_test(vehicle_that_has_really_left_is_noticed_at_the_end_of_x1_and_nominal_is_not_offered),
		cmocka_unit_test(vehicle_that_says_a_again_in_x1_has_left),
		cmocka_unit_test(vehicle_that_has_left_in_a_pulse_is_noticed_when_its_window_is_over),
		cmocka_unit_test(a_of_a_station_that_does_not_carry_out_f_is_an_a),
		cmocka_unit_test(vehicle_that_left_in_f_takes_its_authorization_along),
		cmocka_unit_test(a_outside_of_f_begins_to_count_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

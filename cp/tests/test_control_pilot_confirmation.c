/* SPDX-License-Identifier: Apache-2.0 */
/* The steps run from what the station confirms or shows, and wait for it. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* F is asked for, and the station does not answer. */
static void ask_silent_station_for_f(struct bench *bench)
{
	const struct control_pilot_config config = bench_config_ac();

	bench_with_vehicle(bench, &config, 160);
	bench->station = BENCH_SILENT;
	bench_input(bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(bench, "basic charging, pause, F");
}

static void f_that_is_not_answered_is_repeated_every_2_s_and_the_sequence_waits(void **state)
{
	struct bench bench;

	(void)state;
	ask_silent_station_for_f(&bench);
	for (int i = 0; i < 4; i++)
		bench_expect_after_ms(&bench, 2000, "F");
	bench_expect_phase(&bench, CONTROL_PILOT_F_STEP);
	bench.station = BENCH_OBEYS;
	bench_expect_after_ms(&bench, 2000, "F");
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 500, "X2(16.0)");
}

static void time_of_f_runs_from_its_answer(void **state)
{
	struct bench bench;

	(void)state;
	ask_silent_station_for_f(&bench);
	bench_pass_ms(&bench, 1900);
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 5000, "X1");
}

static void late_answer_to_an_earlier_sending_of_f_confirms_it(void **state)
{
	struct bench bench;

	(void)state;
	ask_silent_station_for_f(&bench);
	const uint32_t first = bench_last_number(&bench);
	bench_pass_ms(&bench, 7000);
	bench_answer(&bench, first, true);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 5000, "X1");
}

static void time_of_f_runs_from_the_state_that_shows_it_and_later_signs_do_not_prolong_it(void **state)
{
	struct bench bench;

	(void)state;
	ask_silent_station_for_f(&bench);
	bench_pass_ms(&bench, 1000);
	bench_state_is(&bench, CP_STATE_F);
	bench_expect(&bench, "");
	bench_pass_ms(&bench, 1500);
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_state_is(&bench, CP_STATE_F);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 3500, "X1");
}

static void silent_station_whose_state_obeys_gets_f_x1_and_x2_in_their_times(void **state)
{
	struct bench bench;

	(void)state;
	ask_silent_station_for_f(&bench);
	bench_state_is(&bench, CP_STATE_F);
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect_after_ms(&bench, 500, "X2(16.0)");
	bench_state_with_duty_is(&bench, CP_STATE_B2, 2666);
	bench_expect_rest(&bench);
}

static void x1_that_is_not_confirmed_is_repeated_every_2_s_and_nominal_waits_for_ever(void **state)
{
	struct bench bench;

	(void)state;
	for (int refuses = 0; refuses <= 1; refuses++) {
		bench_in_fallback(&bench, CONTROL_PILOT_F_STEP, 160);
		bench.station = refuses ? BENCH_REFUSES : BENCH_SILENT;
		bench_expect_after_ms(&bench, 5000, refuses ? "refused, X1" : "X1");
		for (int i = 0; i < 100; i++)
			bench_expect_after_ms(&bench, 2000, refuses ? "refused, X1" : "X1");
		bench_expect_phase(&bench, CONTROL_PILOT_X1_STEP);
		bench.station = BENCH_OBEYS;
		bench_expect_after_ms(&bench, 2000, "X1");
		bench_expect_after_ms(&bench, 500, "X2(16.0)");
	}
}

static void each_state_without_pwm_that_follows_one_with_it_or_f_shows_x1(void **state)
{
	static const enum cp_state states[] = {CP_STATE_B1, CP_STATE_C1, CP_STATE_D1};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bench_in_fallback(&bench, CONTROL_PILOT_F_STEP, 160);
		bench_state_is(&bench, CP_STATE_F);
		bench.station = BENCH_SILENT;
		bench_pass_ms(&bench, 5000);
		bench_state_is(&bench, states[i]);
		bench_expect_after_ms(&bench, 500, "X2(16.0)");
	}
}

static void a_shows_x1_only_after_a_with_pwm(void **state)
{
	static const enum cp_state before[] = {CP_STATE_A2, CP_STATE_F, CP_STATE_E};
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bench_init(&bench, &config);
		bench_input(&bench, CONTROL_PILOT_START);
		bench_state_is(&bench, before[i]);
		bench.station = BENCH_SILENT;
		bench_availability_is(&bench, CONTROL_PILOT_NOT_READY);
		bench_expect(&bench, "X1");
		bench_state_is(&bench, CP_STATE_A1);
		if (before[i] == CP_STATE_A2)
			bench_expect_rest(&bench);
		else
			bench_expect_after_ms(&bench, 2000, "X1"); /* some stations report A for F */
	}
}

static void state_without_pwm_that_was_there_before_shows_nothing_of_x1(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_state_is(&bench, CP_STATE_B1); /* the station has restarted, and 5 % is on its way to it */
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	bench.station = BENCH_SILENT;
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "X1");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 2000, "X1");
}

static void x1_of_an_older_request_is_not_taken_for_the_present_one(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench.station = BENCH_SILENT;
	bench_availability_is(&bench, CONTROL_PILOT_NOT_READY);
	bench_expect(&bench, "stopped, X1");
	bench_availability_is(&bench, CONTROL_PILOT_READY);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "X1");
	bench_state_is(&bench, CP_STATE_B1); /* the first X1: 5 % and the second one are still on their way */
	bench_expect_after_ms(&bench, 2000, "X1");
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

static void state_from_before_the_request_was_sent_shows_nothing(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench.station = BENCH_BUSY;
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_state_is(&bench, CP_STATE_F);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 100, "F"); /* still asked for */
}

static void vehicle_that_is_shown_during_a_confirmed_f_begins_it_again(void **state)
{
	static const enum cp_state states[] = {CP_STATE_B1, CP_STATE_B2, CP_STATE_C2};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bench_in_fallback(&bench, CONTROL_PILOT_F_STEP, 160);
		bench_pass_ms(&bench, 4000);
		bench_state_is(&bench, states[i]);
		bench_expect(&bench, "contradicted, F");
		bench_expect_after_ms(&bench, 5000, "X1");
	}
}

static void pwm_that_is_shown_during_a_confirmed_x1_holds_x1_again_for_the_longer_time(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_X1_STEP, 160);
	bench_pass_ms(&bench, 400);
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "contradicted, X1");
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

static void pwm_that_is_shown_when_nominal_is_due_holds_x1_again_instead(void **state)
{
	struct bench bench;

	(void)state;
	for (int with_duty = 0; with_duty <= 1; with_duty++) {
		bench_in_fallback(&bench, CONTROL_PILOT_X1_STEP, 160);
		bench.now_us += 500 * MS; /* the state came while X2 was due */
		if (with_duty)
			bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
		else
			bench_state_is(&bench, CP_STATE_B2);
		bench_expect(&bench, "contradicted, X1");
		bench_expect_after_ms(&bench, 3000, "X2(16.0)");
	}
}

static void five_percent_in_basic_charging_is_x1_for_its_time_before_nominal_confirmed_or_not(void **state)
{
	static const enum bench_station stations[] = {BENCH_OBEYS, BENCH_SILENT, BENCH_BUSY};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bench_in_fallback(&bench, CONTROL_PILOT_X1_STEP, 160);
		bench.station = stations[i];
		bench_expect_after_ms(&bench, 500, "X2(16.0)");
		bench.station = BENCH_OBEYS;
		bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
		bench_expect(&bench, "contradicted, X1");
		bench_expect_after_ms(&bench, 3000, "X2(16.0)");
	}
}

static void five_percent_while_the_current_is_taken_away_closes_nominal(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench.station = BENCH_SILENT;
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "X1");
	bench_state_with_duty_is(&bench, CP_STATE_B2, 500); /* the station restarted before it heard X1 */
	bench_expect(&bench, "contradicted");
	bench_limit_is(&bench, 160);
	bench_expect(&bench, "");
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

static void five_percent_while_out_of_service_closes_nominal(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_pass_ms(&bench, 5500);
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	bench.station = BENCH_SILENT;
	bench_availability_is(&bench, CONTROL_PILOT_NOT_READY);
	bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
	bench.station = BENCH_OBEYS;
	bench_availability_is(&bench, CONTROL_PILOT_READY);
	bench_expect(&bench, "connected, basic charging by EIM, X1");
	bench_expect_after_ms(&bench, 3000, "listen on, X2(16.0)");
}

static void station_that_confirms_and_contradicts_each_time_makes_no_loop_of_messages(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_F_STEP, CONTROL_PILOT_X1_STEP};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_in_fallback(&bench, phases[i], 160);
		const char *request = phases[i] == CONTROL_PILOT_F_STEP ? "contradicted, F" : "contradicted, X1";
		bench_state_is(&bench, CP_STATE_B2);
		bench_expect(&bench, request);
		for (int k = 0; k < 5; k++) {
			bench_state_is(&bench, CP_STATE_B2);
			bench_expect(&bench, "contradicted");
			bench_expect_after_ms(&bench, 2000, request + sizeof("contradicted, ") - 1);
		}
	}
}

static void valid_to_5_percent_after_f_was_confirmed_asks_for_f_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_F_STEP, 160);
	bench_pass_ms(&bench, 4000);
	bench_answer(&bench, bench_last_number(&bench) - 1, true);
	bench_expect(&bench, "overtaken, F");
	bench_expect_after_ms(&bench, 5000, "X1");
}

static void valid_to_an_older_request_after_x1_or_x2_was_confirmed_closes_nominal(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_X1_STEP, CONTROL_PILOT_BASIC};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_in_fallback(&bench, phases[i], 160);
		bench_answer(&bench, bench_last_number(&bench) - 1, true);
		bench_expect(&bench, "overtaken, X1");
		bench_expect_after_ms(&bench, 3000, "X2(16.0)");
	}
}

static void refusal_of_an_older_request_means_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_X1_STEP, 160);
	bench_answer(&bench, bench_last_number(&bench) - 1, false);
	bench_expect(&bench, "late");
	bench_expect_after_ms(&bench, 500, "X2(16.0)");
}

static void request_that_was_not_handed_over_is_tried_again_after_100_ms(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench.station = BENCH_BUSY;
	bench_limit_is(&bench, 60);
	bench_expect(&bench, "X2(6.0)");
	for (int i = 0; i < 30; i++)
		bench_expect_after_ms(&bench, 100, "X2(6.0)");
	bench.station = BENCH_OBEYS;
	bench_expect_after_ms(&bench, 100, "X2(6.0)");
	bench_expect_rest(&bench);
}

static void busy_connection_does_not_count_as_a_station_that_does_not_carry_out_f(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench.station = BENCH_BUSY;
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_pass_ms(&bench, 60000);
	bench_expect_phase(&bench, CONTROL_PILOT_F_STEP);
	bench.station = BENCH_OBEYS;
	bench_expect_after_ms(&bench, 100, "F");
	bench_expect_after_ms(&bench, 5000, "X1");
}

static void without_a_connection_each_step_waits_and_goes_on_with_it(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_HLC, CONTROL_PILOT_F_STEP,
							  CONTROL_PILOT_X1_STEP};
	static const char *const texts[] = {"F", "X1", "X1"};
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bench_with_vehicle(&bench, &config, 160);
		if (phases[i] != CONTROL_PILOT_HLC)
			bench_in_fallback(&bench, phases[i], 160);
		bench.station = BENCH_UNREACHABLE;
		if (phases[i] == CONTROL_PILOT_HLC)
			bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_pass_ms(&bench, 600000);
		bench_expect_rest(&bench);
		bench.station = BENCH_OBEYS;
		bench_input(&bench, CONTROL_PILOT_REACHABLE);
		bench_expect(&bench, texts[i]);
		bench_pass_ms(&bench, 5500);
		bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	}
}

static void request_in_force_goes_out_again_with_a_new_connection(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "high-level charging");
	bench_expect_rest(&bench);
}

/* A station that restarted meanwhile may be at 5 % by itself. It says so, or nothing has to be asked. */
static void x2_that_is_in_force_is_not_asked_for_again_with_a_new_connection(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "");
	bench_expect_rest(&bench);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 500);
	bench_expect(&bench, "contradicted, X1");
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

static void new_limit_goes_by_x1_as_long_as_nothing_was_heard_since_the_new_connection(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_limit_is(&bench, 100);
	bench_expect(&bench, "X1");
	bench_expect_after_ms(&bench, 3000, "X2(10.0)");
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 1666);
	bench_limit_is(&bench, 60);
	bench_expect(&bench, "X2(6.0)");
}

/* The station may have restarted meanwhile, and gone to 5 % by itself. */
static void x1_of_a_limit_is_held_again_before_nominal_with_a_new_connection(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "X1");
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "X1");
	bench_limit_is(&bench, 160);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

static void step_before_nominal_begins_again_with_a_new_connection(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_F_STEP, 160);
	bench_pass_ms(&bench, 4000);
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "F");
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_pass_ms(&bench, 400);
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "X1");
	bench.station = BENCH_UNREACHABLE;
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
	bench.station = BENCH_OBEYS;
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "X1");
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

/* Nobody knows whether the station got it, or has restarted since. */
static void change_of_a_nominal_current_goes_by_x1_with_a_new_connection(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench.station = BENCH_UNREACHABLE;
	bench_limit_is(&bench, 100);
	bench.station = BENCH_OBEYS;
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "X1");
	bench_expect_after_ms(&bench, 3000, "X2(10.0)");
}

static void state_that_contradicts_counts_also_while_the_request_is_sent_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench.station = BENCH_SILENT;
	bench_state_with_duty_is(&bench, CP_STATE_C2, 5333);
	bench_expect(&bench, "contradicted, X1");
}

static void five_percent_that_a_station_overrides_with_a_current_is_asked_for_every_2_s(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2666);
	bench_expect(&bench, "contradicted, high-level charging");
	bench.station = BENCH_SILENT;
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2666);
	bench_expect(&bench, "contradicted");
	for (int i = 0; i < 20; i++)
		bench_expect_after_ms(&bench, 2000, "high-level charging");
	bench_state_with_duty_is(&bench, CP_STATE_B2, 500);
	bench_expect_rest(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f_that_is_not_answered_is_repeated_every_2_s_and_the_sequence_waits),
		cmocka_unit_test(time_of_f_runs_from_its_answer),
		cmocka_unit_test(late_answer_to_an_earlier_sending_of_f_confirms_it),
		cmocka_unit_test(time_of_f_runs_from_the_state_that_shows_it_and_later_signs_do_not_prolong_it),
		cmocka_unit_test(silent_station_whose_state_obeys_gets_f_x1_and_x2_in_their_times),
		cmocka_unit_test(x1_that_is_not_confirmed_is_repeated_every_2_s_and_nominal_waits_for_ever),
		cmocka_unit_test(each_state_without_pwm_that_follows_one_with_it_or_f_shows_x1),
		cmocka_unit_test(a_shows_x1_only_after_a_with_pwm),
		cmocka_unit_test(state_without_pwm_that_was_there_before_shows_nothing_of_x1),
		cmocka_unit_test(x1_of_an_older_request_is_not_taken_for_the_present_one),
		cmocka_unit_test(state_from_before_the_request_was_sent_shows_nothing),
		cmocka_unit_test(vehicle_that_is_shown_during_a_confirmed_f_begins_it_again),
		cmocka_unit_test(pwm_that_is_shown_during_a_confirmed_x1_holds_x1_again_for_the_longer_time),
		cmocka_unit_test(pwm_that_is_shown_when_nominal_is_due_holds_x1_again_instead),
		cmocka_unit_test(five_percent_in_basic_charging_is_x1_for_its_time_before_nominal_confirmed_or_not),
		cmocka_unit_test(five_percent_while_the_current_is_taken_away_closes_nominal),
		cmocka_unit_test(five_percent_while_out_of_service_closes_nominal),
		cmocka_unit_test(station_that_confirms_and_contradicts_each_time_makes_no_loop_of_messages),
		cmocka_unit_test(valid_to_5_percent_after_f_was_confirmed_asks_for_f_again),
		cmocka_unit_test(valid_to_an_older_request_after_x1_or_x2_was_confirmed_closes_nominal),
		cmocka_unit_test(refusal_of_an_older_request_means_nothing),
		cmocka_unit_test(request_that_was_not_handed_over_is_tried_again_after_100_ms),
		cmocka_unit_test(busy_connection_does_not_count_as_a_station_that_does_not_carry_out_f),
		cmocka_unit_test(without_a_connection_each_step_waits_and_goes_on_with_it),
		cmocka_unit_test(request_in_force_goes_out_again_with_a_new_connection),
		cmocka_unit_test(x2_that_is_in_force_is_not_asked_for_again_with_a_new_connection),
		cmocka_unit_test(new_limit_goes_by_x1_as_long_as_nothing_was_heard_since_the_new_connection),
		cmocka_unit_test(x1_of_a_limit_is_held_again_before_nominal_with_a_new_connection),
		cmocka_unit_test(step_before_nominal_begins_again_with_a_new_connection),
		cmocka_unit_test(change_of_a_nominal_current_goes_by_x1_with_a_new_connection),
		cmocka_unit_test(state_that_contradicts_counts_also_while_the_request_is_sent_again),
		cmocka_unit_test(five_percent_that_a_station_overrides_with_a_current_is_asked_for_every_2_s),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

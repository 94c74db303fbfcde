/* SPDX-License-Identifier: Apache-2.0 */
/* A station that does not carry out F never gets a nominal duty. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* As far as the first of the sendings of F that this station does not carry out. */
static void ask_for_f(struct bench *bench, const struct control_pilot_config *config, enum bench_station station)
{
	bench_with_vehicle(bench, config, 160);
	bench->station = station;
	bench_input(bench, CONTROL_PILOT_INIT_TIMEOUT);
}

static void f_that_is_refused_so_often_ends_at_x1_and_says_so(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	ask_for_f(&bench, &config, BENCH_REFUSES);
	bench_expect(&bench, "basic charging, pause, refused, F");
	for (int i = 1; i < CONTROL_PILOT_F_SENDINGS; i++)
		bench_expect_after_ms(&bench, 2000, "refused, F");
	bench_expect_after_ms(&bench, 2000, "F refused, refused, X1");
	bench_expect_phase(&bench, CONTROL_PILOT_NOT_OBEYED);
}

static void f_that_nothing_shows_ends_at_x1_with_a_reason_of_its_own(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	ask_for_f(&bench, &config, BENCH_SILENT);
	for (int i = 1; i < CONTROL_PILOT_F_SENDINGS; i++)
		bench_expect_after_ms(&bench, 2000, "F");
	bench_expect_after_ms(&bench, 2000, "F unconfirmed, X1");
	bench_expect_phase(&bench, CONTROL_PILOT_NOT_OBEYED);
}

static void station_that_answers_valid_and_shows_the_vehicle_does_not_carry_out_f(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	ask_for_f(&bench, &config, BENCH_OBEYS);
	for (int i = 0; i < 40 && bench.pilot.phase == CONTROL_PILOT_F_STEP; i++) {
		bench_state_is(&bench, CP_STATE_B2);
		bench_pass_ms(&bench, 1000);
	}
	bench_expect_phase(&bench, CONTROL_PILOT_NOT_OBEYED);
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "contradicted, X1");
}

static void answer_to_the_last_sending_is_awaited(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	ask_for_f(&bench, &config, BENCH_SILENT);
	bench_pass_ms(&bench, 2000 * CONTROL_PILOT_F_SENDINGS - 1);
	bench_expect_phase(&bench, CONTROL_PILOT_F_STEP);
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect_after_ms(&bench, 5000, "X1");
}

/* A station that refuses F and then carries out whatever else it is asked for. */
static void refuse_f(struct bench *bench, const struct control_pilot_config *config)
{
	ask_for_f(bench, config, BENCH_REFUSES);
	bench_pass_ms(bench, 2000 * CONTROL_PILOT_F_SENDINGS - 1);
	bench->station = BENCH_OBEYS;
	bench_pass_ms(bench, 1);
	bench_expect(bench, "F refused, X1");
}

static void x1_stays_whatever_comes_while_the_vehicle_is_there(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	refuse_f(&bench, &config);
	bench_pass_ms(&bench, 3600000);
	bench_expect_rest(&bench);
	bench_limit_is(&bench, 320);
	bench_expect(&bench, "");
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_F); /* the F at last */
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_C1);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_FAILED);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_LINK_LOST);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "X1");
	bench_expect_phase(&bench, CONTROL_PILOT_NOT_OBEYED);
}

static void unplug_clears_it_and_the_next_vehicle_gets_the_whole_fallback(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	refuse_f(&bench, &config);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "connected");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, F");
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 500, "X2(16.0)");
}

static void f_before_an_authorized_nominal_duty_is_no_exception(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench.station = BENCH_REFUSES;
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "basic charging by EIM, pause, refused, F");
	bench_pass_ms(&bench, 2000 * CONTROL_PILOT_F_SENDINGS);
	bench_expect(&bench, "F refused, refused, X1");
	bench_expect_phase(&bench, CONTROL_PILOT_NOT_OBEYED);
}

static void pulse_that_is_not_carried_out_goes_back_to_5_percent_and_a_new_window(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.failed_pulses = 10;
	bench_with_vehicle(&bench, &config, 160);
	bench.station = BENCH_SILENT;
	bench_input(&bench, CONTROL_PILOT_FAILED);
	bench_expect(&bench, "pause, F");
	for (int i = 1; i < CONTROL_PILOT_F_SENDINGS; i++)
		bench_expect_after_ms(&bench, 2000, "F");
	bench_expect_after_ms(&bench, 2000, "pulse given up, listen, high-level charging");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

static void retry_whose_pulse_is_missing_leads_to_the_whole_sequence_not_to_x1_and_nominal(void **state)
{
	const struct control_pilot_config config = bench_config_retries(1);
	struct bench bench;

	(void)state;
	ask_for_f(&bench, &config, BENCH_REFUSES);
	bench_pass_ms(&bench, 2000 * CONTROL_PILOT_F_SENDINGS);
	bench_expect(&bench, "pulse given up, listen, refused, high-level charging");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, refused, F");
	bench_pass_ms(&bench, 2000 * CONTROL_PILOT_F_SENDINGS);
	bench_expect(&bench, "F refused, refused, X1");
	bench_expect_phase(&bench, CONTROL_PILOT_NOT_OBEYED);
}

static void missing_pulse_of_the_last_vehicle_is_forgotten(void **state)
{
	const struct control_pilot_config config = bench_config_retries(1);
	struct bench bench;

	(void)state;
	ask_for_f(&bench, &config, BENCH_SILENT);
	bench_pass_ms(&bench, 2000 * CONTROL_PILOT_F_SENDINGS);
	bench.station = BENCH_OBEYS;
	bench_state_is(&bench, CP_STATE_A1);
	bench_state_is(&bench, CP_STATE_B2);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, X1");
}

static void f_of_an_outlet_that_is_out_of_order_is_asked_for_for_ever(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	for (int refuses = 0; refuses <= 1; refuses++) {
		bench_with_vehicle(&bench, &config, 160);
		bench.station = refuses ? BENCH_REFUSES : BENCH_SILENT;
		bench_availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
		for (int i = 0; i < 5 * CONTROL_PILOT_F_SENDINGS; i++)
			bench_expect_after_ms(&bench, 2000, refuses ? "refused, F" : "F");
		bench_expect_phase(&bench, CONTROL_PILOT_UNAVAILABLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f_that_is_refused_so_often_ends_at_x1_and_says_so),
		cmocka_unit_test(f_that_nothing_shows_ends_at_x1_with_a_reason_of_its_own),
		cmocka_unit_test(station_that_answers_valid_and_shows_the_vehicle_does_not_carry_out_f),
		cmocka_unit_test(answer_to_the_last_sending_is_awaited),
		cmocka_unit_test(x1_stays_whatever_comes_while_the_vehicle_is_there),
		cmocka_unit_test(unplug_clears_it_and_the_next_vehicle_gets_the_whole_fallback),
		cmocka_unit_test(f_before_an_authorized_nominal_duty_is_no_exception),
		cmocka_unit_test(pulse_that_is_not_carried_out_goes_back_to_5_percent_and_a_new_window),
		cmocka_unit_test(retry_whose_pulse_is_missing_leads_to_the_whole_sequence_not_to_x1_and_nominal),
		cmocka_unit_test(missing_pulse_of_the_last_vehicle_is_forgotten),
		cmocka_unit_test(f_of_an_outlet_that_is_out_of_order_is_asked_for_for_ever),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

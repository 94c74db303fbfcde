/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the service leaves a defined pilot behind. */
#include "cp/duty_cycle.h"
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Brings a pilot into a phase. The station is silent from then on. */
static void be_in(struct bench *bench, enum control_pilot_phase phase, bool keep_at_exit)
{
	struct control_pilot_config config = bench_config_eim();

	config.keep_at_exit = keep_at_exit;
	config.failed_pulses = 1;
	bench_with_vehicle(bench, &config, 160);
	switch (phase) {
	case CONTROL_PILOT_PULSE:
		bench_input(bench, CONTROL_PILOT_FAILED);
		break;
	case CONTROL_PILOT_F_STEP:
	case CONTROL_PILOT_X1_STEP:
	case CONTROL_PILOT_BASIC:
		bench_input(bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_pass_ms(bench, phase == CONTROL_PILOT_F_STEP ? 0 : phase == CONTROL_PILOT_X1_STEP ? 5000 : 5500);
		break;
	case CONTROL_PILOT_AUTHORIZED:
		bench_state_is(bench, CP_STATE_A1);
		bench_switched(bench, CONTROL_PILOT_EIM, true);
		break;
	case CONTROL_PILOT_NOT_OBEYED:
		bench->station = BENCH_SILENT;
		bench_input(bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_pass_ms(bench, 2000 * CONTROL_PILOT_F_SENDINGS);
		bench_answer(bench, bench_last_number(bench), true);
		break;
	case CONTROL_PILOT_UNAVAILABLE:
		bench_availability_is(bench, CONTROL_PILOT_OUT_OF_ORDER);
		break;
	default:
		break;
	}
	bench_expect_phase(bench, phase);
	bench->station = BENCH_SILENT;
}

static void expect_x1_until_confirmed(struct bench *bench)
{
	bench_expect(bench, "X1");
	bench_expect_phase(bench, CONTROL_PILOT_ENDING);
	assert_false(control_pilot_has_ended(&bench->pilot));
	bench_expect_after_ms(bench, 2000, "X1");
	bench_answer(bench, bench_last_number(bench), true);
	bench_expect(bench, "ended");
	assert_true(control_pilot_has_ended(&bench->pilot));
	bench_expect_rest(bench);
}

static void expect_ended_at_once(struct bench *bench)
{
	bench_expect(bench, "ended");
	bench_expect_phase(bench, CONTROL_PILOT_ENDING);
	assert_true(control_pilot_has_ended(&bench->pilot));
	bench_expect_rest(bench);
}

static void end_asks_for_x1_in_each_phase_and_has_ended_when_it_is_confirmed(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_HLC, CONTROL_PILOT_PULSE, CONTROL_PILOT_F_STEP,
							  CONTROL_PILOT_BASIC, CONTROL_PILOT_UNAVAILABLE};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		be_in(&bench, phases[i], false);
		bench_input(&bench, CONTROL_PILOT_END);
		expect_x1_until_confirmed(&bench);
	}
}

static void end_in_a_confirmed_x1_has_ended_at_once(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_X1_STEP, CONTROL_PILOT_AUTHORIZED,
							  CONTROL_PILOT_NOT_OBEYED};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
		for (int keep = 0; keep <= 1; keep++) {
			be_in(&bench, phases[i], keep != 0);
			bench_input(&bench, CONTROL_PILOT_END);
			expect_ended_at_once(&bench);
		}
}

static void end_before_the_start_asks_for_nothing(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_END);
	expect_ended_at_once(&bench);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "");
}

static void five_percent_and_a_confirmed_x2_stay_where_configured(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_HLC, CONTROL_PILOT_BASIC};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		be_in(&bench, phases[i], true);
		bench_input(&bench, CONTROL_PILOT_END);
		expect_ended_at_once(&bench);
	}
}

static void what_would_stay_is_told_with_its_duty_cycle(void **state)
{
	static const struct {
		enum control_pilot_phase phase;
		bool keep;
		bool stays;
		uint32_t duty;
	} cases[] = {
		{CONTROL_PILOT_HLC, true, true, DUTY_CYCLE_HLC},
		{CONTROL_PILOT_BASIC, true, true, 2666}, /* 16 A, and no state has told it */
		{CONTROL_PILOT_BASIC, false, false, 0},
		{CONTROL_PILOT_F_STEP, true, false, 0},
		{CONTROL_PILOT_X1_STEP, true, false, 0},
	};
	struct bench bench;
	uint32_t duty;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		be_in(&bench, cases[i].phase, cases[i].keep);
		assert_int_equal(control_pilot_would_stay(&bench.pilot, &duty), cases[i].stays);
		if (cases[i].stays)
			assert_int_equal(duty, cases[i].duty);
	}
}

/* slacd has asked for X1 last, for the limit. The service has raised the current since. */
static void what_another_service_has_asked_for_is_told_as_what_would_stay(void **state)
{
	struct bench bench;
	uint32_t duty;

	(void)state;
	be_in(&bench, CONTROL_PILOT_BASIC, true);
	bench.station = BENCH_OBEYS;
	bench_other_asks(&bench, false, 160);
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "X1");
	bench_limit_is(&bench, 160);
	bench_other_asks(&bench, false, 100);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 1667);
	assert_true(control_pilot_would_stay(&bench.pilot, &duty));
	assert_int_equal(duty, duty_cycle_from_current(100));
	bench_other_asks(&bench, false, 0);
	assert_true(control_pilot_would_stay(&bench.pilot, &duty));
	assert_int_equal(duty, DUTY_CYCLE_X1);
}

static void f_never_stays(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_PULSE, CONTROL_PILOT_F_STEP,
							  CONTROL_PILOT_UNAVAILABLE};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		be_in(&bench, phases[i], true);
		bench_input(&bench, CONTROL_PILOT_END);
		expect_x1_until_confirmed(&bench);
	}
}

static void five_percent_that_is_not_confirmed_may_still_be_the_f_before_it(void **state)
{
	struct bench bench;

	(void)state;
	be_in(&bench, CONTROL_PILOT_PULSE, true);
	bench_pass_ms(&bench, 5000);
	bench_expect(&bench, "listen, high-level charging");
	bench_input(&bench, CONTROL_PILOT_END);
	expect_x1_until_confirmed(&bench);
}

static void x2_that_is_not_confirmed_does_not_stay(void **state)
{
	struct bench bench;

	(void)state;
	be_in(&bench, CONTROL_PILOT_BASIC, true);
	bench_limit_is(&bench, 100);
	bench_expect(&bench, "X2(10.0)");
	bench_input(&bench, CONTROL_PILOT_END);
	expect_x1_until_confirmed(&bench);
}

static void five_percent_that_the_station_set_itself_stays_where_configured(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.hlc_at_start = false;
	for (int keep = 0; keep <= 1; keep++) {
		config.keep_at_exit = keep != 0;
		bench_with_vehicle(&bench, &config, 160);
		bench.station = BENCH_SILENT;
		bench_input(&bench, CONTROL_PILOT_END);
		if (keep)
			expect_ended_at_once(&bench);
		else
			expect_x1_until_confirmed(&bench);
	}
}

static void state_without_pwm_confirms_the_x1_of_the_end(void **state)
{
	struct bench bench;

	(void)state;
	be_in(&bench, CONTROL_PILOT_BASIC, false);
	bench_input(&bench, CONTROL_PILOT_END);
	bench_expect(&bench, "X1");
	bench_state_is(&bench, CP_STATE_C1);
	bench_expect(&bench, "ended");
}

static void x1_of_the_end_reaches_a_station_that_was_away(void **state)
{
	struct bench bench;

	(void)state;
	be_in(&bench, CONTROL_PILOT_F_STEP, false);
	bench.station = BENCH_UNREACHABLE;
	bench_input(&bench, CONTROL_PILOT_END);
	bench_expect(&bench, "X1");
	bench_expect_rest(&bench);
	bench.station = BENCH_OBEYS;
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "ended, X1");
}

static void nothing_begins_again_after_the_end(void **state)
{
	struct bench bench;

	(void)state;
	be_in(&bench, CONTROL_PILOT_HLC, false);
	bench.station = BENCH_OBEYS;
	bench_input(&bench, CONTROL_PILOT_END);
	bench_expect(&bench, "ended, X1");
	for (enum cp_state s = CP_STATE_A1; s < CP_STATE_COUNT; s++)
		if (s != CP_STATE_A2 && s != CP_STATE_B2 && s != CP_STATE_C2 && s != CP_STATE_D2) {
			bench_state_is(&bench, s);
			bench_expect(&bench, "");
		}
	bench_limit_is(&bench, 320);
	bench_expect(&bench, "");
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_availability_is(&bench, CONTROL_PILOT_OUT_OF_ORDER);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_RESET);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_END);
	bench_expect(&bench, "");
	assert_true(control_pilot_has_ended(&bench.pilot));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(end_asks_for_x1_in_each_phase_and_has_ended_when_it_is_confirmed),
		cmocka_unit_test(end_in_a_confirmed_x1_has_ended_at_once),
		cmocka_unit_test(end_before_the_start_asks_for_nothing),
		cmocka_unit_test(five_percent_and_a_confirmed_x2_stay_where_configured),
		cmocka_unit_test(what_would_stay_is_told_with_its_duty_cycle),
		cmocka_unit_test(what_another_service_has_asked_for_is_told_as_what_would_stay),
		cmocka_unit_test(f_never_stays),
		cmocka_unit_test(five_percent_that_is_not_confirmed_may_still_be_the_f_before_it),
		cmocka_unit_test(x2_that_is_not_confirmed_does_not_stay),
		cmocka_unit_test(five_percent_that_the_station_set_itself_stays_where_configured),
		cmocka_unit_test(state_without_pwm_confirms_the_x1_of_the_end),
		cmocka_unit_test(x1_of_the_end_reaches_a_station_that_was_away),
		cmocka_unit_test(nothing_begins_again_after_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The current of basic charging: the station's limit, the cap, and 6 A. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void current_is_the_smaller_of_limit_and_cap_and_never_below_6_a(void **state)
{
	static const struct {
		uint32_t limit_da, cap_da;
		const char *text;
	} rows[] = {
		{320, 0, "X2(32.0)"},
		{320, 160, "X2(16.0)"},
		{160, 320, "X2(16.0)"},
		{163, 0, "X2(16.3)"},
		{60, 0, "X2(6.0)"},
		{61, 60, "X2(6.0)"},
		{800, 0, "X2(80.0)"},
		{801, 0, "X2(80.0)"},
		{5000, 0, "X2(80.0)"},
		{320, 59, ""},
		{59, 0, ""},
		{59, 320, ""},
		{1, 0, ""},
		{0, 0, ""},
		{0, 160, ""},
	};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct control_pilot_config config = bench_config_ac();
		config.nominal_current_da = rows[i].cap_da;
		bench_with_vehicle(&bench, &config, rows[i].limit_da);
		bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_expect_after_ms(&bench, 5000, "X1");
		bench_expect_after_ms(&bench, 500, rows[i].text); /* "": it stays X1 */
		bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	}
}

static void limit_change_while_basic_charging_is_passed_on_at_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 320);
	bench_limit_is(&bench, 160);
	bench_expect(&bench, "X2(16.0)");
	bench_limit_is(&bench, 160);
	bench_expect(&bench, "");
	bench_limit_is(&bench, 59);
	bench_expect(&bench, "X1");
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "");
	bench_limit_is(&bench, 60);
	bench_expect(&bench, "X2(6.0)");
	bench_limit_is(&bench, 900);
	bench_expect(&bench, "X2(80.0)");
	bench_limit_is(&bench, 901);
	bench_expect(&bench, "");
}

static void limit_change_before_basic_charging_waits_for_it(void **state)
{
	static const enum control_pilot_phase phases[] = {CONTROL_PILOT_F_STEP, CONTROL_PILOT_X1_STEP};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_in_fallback(&bench, phases[i], 320);
		bench_limit_is(&bench, 130);
		bench_expect(&bench, "");
		while (bench.pilot.phase != CONTROL_PILOT_BASIC) {
			bench.now_us = control_pilot_deadline(&bench.pilot);
			bench_input(&bench, CONTROL_PILOT_TICK);
		}
		bench_expect(&bench, "X2(13.0)");
	}
}

static void limit_change_during_high_level_charging_asks_for_nothing(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 320);
	bench_limit_is(&bench, 160);
	bench_expect(&bench, "");
}

static void lower_limit_goes_out_at_once_whatever_is_pending(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench.station = BENCH_SILENT;
	bench_limit_is(&bench, 320);
	bench_expect(&bench, "X2(32.0)");
	bench_pass_ms(&bench, 100);
	bench_limit_is(&bench, 100);
	bench_expect(&bench, "X2(10.0)");
	bench_pass_ms(&bench, 100);
	bench_limit_is(&bench, 60);
	bench_expect(&bench, "X2(6.0)");
	bench_pass_ms(&bench, 100);
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "X1");
}

static void lower_current_is_asked_for_every_2_s_until_it_is_confirmed(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench.station = BENCH_SILENT;
	bench_limit_is(&bench, 60);
	for (int i = 0; i < 100; i++)
		bench_expect_after_ms(&bench, 2000, "X2(6.0)");
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2666);
	bench_expect(&bench, ""); /* still 16 A */
	bench_expect_after_ms(&bench, 2000, "X2(6.0)");
	bench_state_with_duty_is(&bench, CP_STATE_C2, 1000);
	bench_expect_rest(&bench);
}

static void higher_current_is_asked_for_with_waits_that_double(void **state)
{
	static const uint64_t waits_ms[] = {2000, 4000, 8000, 16000, 30000, 30000};
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench.station = BENCH_SILENT;
	bench_limit_is(&bench, 320);
	for (size_t i = 0; i < 6; i++)
		bench_expect_after_ms(&bench, waits_ms[i], "X2(32.0)");
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2666);
	bench_expect_after_ms(&bench, 30000, "X2(32.0)"); /* still 16 A */
	bench_state_with_duty_is(&bench, CP_STATE_C2, 5333);
	bench_expect_rest(&bench);
}

static void limit_that_is_told_again_is_asked_for_again_while_it_is_not_confirmed(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench.station = BENCH_UNREACHABLE;
	bench_limit_is(&bench, 60);
	bench.station = BENCH_OBEYS;
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "X1");
	bench_expect_after_ms(&bench, 3000, "X2(6.0)");
	bench_expect_rest(&bench);
}

static void current_above_the_one_that_was_confirmed_ends_it(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_state_with_duty_is(&bench, CP_STATE_C2, 5333);
	bench_expect(&bench, "contradicted, X1");
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

/* IEC 61851-1 allows one percentage point. */
static void duty_within_the_tolerance_of_the_standard_is_right(void **state)
{
	static const uint32_t duties[] = {2566, 2600, 2666, 2667, 2700, 2766};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(duties) / sizeof(duties[0]); i++) {
		bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
		bench_state_with_duty_is(&bench, CP_STATE_C2, duties[i]);
		bench_expect(&bench, "");
		bench_expect_rest(&bench);
	}
	bench_state_with_duty_is(&bench, CP_STATE_C2, 2767);
	bench_expect(&bench, "contradicted, X1");
}

static void limit_that_cannot_be_read_is_no_permission(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_input(&bench, CONTROL_PILOT_LIMIT); /* all zero */
	bench_expect(&bench, "X1");
	bench_limit_is(&bench, 160);
	bench_expect(&bench, "X2(16.0)");
}

static void phase_that_was_ever_told_a_limit_is_connected_and_0_there_is_0_a(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_phase_limits_are(&bench, 0, 160, 160);
	bench_expect(&bench, "X1");
	bench_phase_limits_are(&bench, 160, 130, 100);
	bench_expect(&bench, "X2(10.0)");
	bench_phase_limits_are(&bench, 160, 130, 0);
	bench_expect(&bench, "X1");
	bench_phase_limits_are(&bench, 160, 0, 130);
	bench_expect(&bench, "");
	bench_phase_limits_are(&bench, 160, 130, 130);
	bench_expect(&bench, "X2(13.0)");
}

static void phase_that_never_had_a_limit_is_not_connected(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_phase_limits_are(&bench, 130, 100, 0);
	bench_expect(&bench, "X2(10.0)");
	bench_phase_limits_are(&bench, 130, 120, 0);
	bench_expect(&bench, "X2(12.0)");
}

static void phase_that_had_a_limit_before_the_start_is_connected(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_phase_limits_are(&bench, 160, 160, 160);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_phase_limits_are(&bench, 160, 160, 0);
	bench_state_is(&bench, CP_STATE_B2);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 500, "");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
}

static void outlet_with_one_phase_looks_at_l1_alone(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.single_phase = true;
	bench_with_vehicle(&bench, &config, 160);
	bench_phase_limits_are(&bench, 200, 100, 60);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 500, "X2(20.0)");
	bench_phase_limits_are(&bench, 200, 0, 0);
	bench_expect(&bench, "");
	bench_phase_limits_are(&bench, 0, 200, 200);
	bench_expect(&bench, "X1");
}

static void nothing_is_available_without_ac_or_with_a_residual_current(void **state)
{
	static const struct control_pilot_limits limits[] = {
		{.has_ac = false, .phase_da = {160, 160, 160}},
		{.has_ac = true, .rcd_error = true, .phase_da = {160, 160, 160}},
	};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
		bench_limits_are(&bench, &limits[i]);
		bench_expect(&bench, "X1");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(current_is_the_smaller_of_limit_and_cap_and_never_below_6_a),
		cmocka_unit_test(limit_change_while_basic_charging_is_passed_on_at_once),
		cmocka_unit_test(limit_change_before_basic_charging_waits_for_it),
		cmocka_unit_test(limit_change_during_high_level_charging_asks_for_nothing),
		cmocka_unit_test(lower_limit_goes_out_at_once_whatever_is_pending),
		cmocka_unit_test(lower_current_is_asked_for_every_2_s_until_it_is_confirmed),
		cmocka_unit_test(higher_current_is_asked_for_with_waits_that_double),
		cmocka_unit_test(limit_that_is_told_again_is_asked_for_again_while_it_is_not_confirmed),
		cmocka_unit_test(current_above_the_one_that_was_confirmed_ends_it),
		cmocka_unit_test(duty_within_the_tolerance_of_the_standard_is_right),
		cmocka_unit_test(limit_that_cannot_be_read_is_no_permission),
		cmocka_unit_test(phase_that_was_ever_told_a_limit_is_connected_and_0_there_is_0_a),
		cmocka_unit_test(phase_that_never_had_a_limit_is_not_connected),
		cmocka_unit_test(phase_that_had_a_limit_before_the_start_is_connected),
		cmocka_unit_test(outlet_with_one_phase_looks_at_l1_alone),
		cmocka_unit_test(nothing_is_available_without_ac_or_with_a_residual_current),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

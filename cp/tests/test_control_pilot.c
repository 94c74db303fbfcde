/* SPDX-License-Identifier: Apache-2.0 */
/* The fallback to basic charging: F, X1, X2. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void the_defaults_are_the_standards_times_and_differ_in_what_strict_asks_for(void **state)
{
	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		struct control_pilot_config config;
		control_pilot_defaults(&config, strict != 0);
		assert_true(config.hlc_at_start);
		assert_int_equal(config.request_timeout_ms, 2000);
		assert_int_equal(config.request_backoff_max_ms, 30000);
		assert_int_equal(config.step_f_ms, 5000);
		assert_int_equal(config.step_x1_ms, 500);
		assert_int_equal(config.step_x1_hlc_ms, 3000);
		assert_int_equal(config.init_retries, strict ? 2 : 0);
		assert_int_equal(config.nominal_needs_eim, strict);
		assert_int_equal(config.failed_pulses, 0);
		assert_int_equal(config.nominal_current_da, 0);
		assert_false(config.has_ac);
		assert_false(config.single_phase);
		assert_false(config.keep_at_exit);
		assert_int_equal(config.pulse_on_link_loss, strict);
		assert_int_equal(config.pulse_unless_nominal, strict);
		assert_int_equal(config.rematch_from_basic, !strict);
		assert_false(config.basic_charging_on_eim);
	}
}

static void fallback_is_f_for_5_s_then_x1_for_half_a_second_then_x2(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 320);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, F");
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 500, "X2(32.0)");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	bench_expect_rest(&bench);
}

static void configured_step_times_are_used(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.step_f_ms = 4000;
	config.step_x1_ms = 3000;
	bench_with_vehicle(&bench, &config, 320);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect_after_ms(&bench, 4000, "X1");
	bench_expect_after_ms(&bench, 3000, "X2(32.0)");
}

static void x1_lasts_its_time_also_after_a_late_call(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_F_STEP, 320);
	bench.now_us += 60000 * MS;
	bench_input(&bench, CONTROL_PILOT_TICK);
	bench_expect(&bench, "X1");
	bench_expect_after_ms(&bench, 500, "X2(32.0)");
}

static void f_that_comes_back_as_a_state_is_no_unplug_and_no_fault(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < BENCH_FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, bench_fallback_phases[i], 320);
		const uint64_t deadline_us = control_pilot_deadline(&bench.pilot);
		bench.now_us += 1;
		bench_state_is(&bench, CP_STATE_F); /* in X1 and X2: late */
		bench_expect(&bench, "");
		if (bench_fallback_phases[i] != CONTROL_PILOT_F_STEP)
			bench_state_is(&bench, CP_STATE_B1);
		bench_expect(&bench, "");
		bench_expect_phase(&bench, bench_fallback_phases[i]);
		assert_int_equal(control_pilot_deadline(&bench.pilot), deadline_us);
	}
}

static void unplug_at_each_step_aborts_and_returns_to_high_level_charging(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < BENCH_FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, bench_fallback_phases[i], 320);
		bench.now_us += 100 * MS;
		bench_state_is(&bench, CP_STATE_A1);
		bench_expect(&bench, "left, high-level charging");
		bench_expect_phase(&bench, CONTROL_PILOT_HLC);
		bench_expect_rest(&bench);
		bench.now_us += 60000 * MS;
		bench_input(&bench, CONTROL_PILOT_TICK);
		bench_expect(&bench, "");
		bench_state_is(&bench, CP_STATE_B2);
		bench_expect(&bench, "connected");
	}
}

static void next_vehicle_gets_the_whole_fallback_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_BASIC, 160);
	bench_state_is(&bench, CP_STATE_A1);
	bench_state_is(&bench, CP_STATE_B2);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, F");
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 500, "X2(16.0)");
}

static void init_timeout_during_the_fallback_or_without_a_vehicle_does_nothing(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < BENCH_FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, bench_fallback_phases[i], 320);
		const uint64_t deadline_us = control_pilot_deadline(&bench.pilot);
		bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_expect(&bench, "");
		assert_int_equal(control_pilot_deadline(&bench.pilot), deadline_us);
	}
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "");
}

static void dc_only_outlet_never_asks_for_x2(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.has_ac = false;
	bench_with_vehicle(&bench, &config, 320);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "no basic charging");
	bench_expect_rest(&bench);
	bench_limit_is(&bench, 630);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
}

static void nominal_that_is_due_when_the_vehicle_leaves_is_never_sent(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_fallback(&bench, CONTROL_PILOT_X1_STEP, 320);
	bench.now_us = control_pilot_deadline(&bench.pilot);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_are_the_standards_times_and_differ_in_what_strict_asks_for),
		cmocka_unit_test(fallback_is_f_for_5_s_then_x1_for_half_a_second_then_x2),
		cmocka_unit_test(configured_step_times_are_used),
		cmocka_unit_test(x1_lasts_its_time_also_after_a_late_call),
		cmocka_unit_test(f_that_comes_back_as_a_state_is_no_unplug_and_no_fault),
		cmocka_unit_test(unplug_at_each_step_aborts_and_returns_to_high_level_charging),
		cmocka_unit_test(next_vehicle_gets_the_whole_fallback_again),
		cmocka_unit_test(init_timeout_during_the_fallback_or_without_a_vehicle_does_nothing),
		cmocka_unit_test(dc_only_outlet_never_asks_for_x2),
		cmocka_unit_test(nominal_that_is_due_when_the_vehicle_leaves_is_never_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(current_is_the_smaller_of_limit_and_cap_and_never_below_6_a),
		cmocka_unit_test(limit_change_while_basic_charging_is_passed_on_at_once),
		cmocka_unit_test(limit_change_before_basic_charging_waits_for_it),
		cmocka_unit_test(limit_change_during_high_level_charging_asks_for_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

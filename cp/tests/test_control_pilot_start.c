/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the pilot at the start, and what is kept from before it. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void start_asks_for_high_level_charging(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "high-level charging");
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "");
	assert_true(control_pilot_deadline(&bench.pilot) == CONTROL_PILOT_NEVER);
}

static void start_asks_for_nothing_where_configured_otherwise(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.hlc_at_start = false;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "connected");
}

static void nothing_happens_before_the_start(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "");
	bench_limit_is(&bench, 320);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "");
	assert_true(control_pilot_deadline(&bench.pilot) == CONTROL_PILOT_NEVER);
}

static void limit_from_before_the_start_is_kept(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_limit_is(&bench, 200);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_state_is(&bench, CP_STATE_B2);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench.now_us += 5000 * MS;
	bench_input(&bench, CONTROL_PILOT_TICK);
	bench.now_us += 500 * MS;
	bench_input(&bench, CONTROL_PILOT_TICK);
	bench_expect(&bench, "X2(20.0)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_asks_for_high_level_charging),
		cmocka_unit_test(start_asks_for_nothing_where_configured_otherwise),
		cmocka_unit_test(nothing_happens_before_the_start),
		cmocka_unit_test(limit_from_before_the_start_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The power-line link of a matched vehicle is lost: options A (E/F) and B (wait) of ISO 15118-3. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct control_pilot_config pulse_on_link_loss(void)
{
	struct control_pilot_config config = bench_config_ac();

	config.pulse_on_link_loss = true;
	return config;
}

static void match_and_lose_link(struct bench *bench)
{
	bench_slac_is(bench, CONTROL_PILOT_SLAC_MATCHING);
	bench_slac_is(bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_input(bench, CONTROL_PILOT_LINK_LOST);
}

static void lost_link_leaves_the_pilot_as_it_is_by_default(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	match_and_lose_link(&bench);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

static void each_lost_link_is_one_pulse_where_configured(void **state)
{
	const struct control_pilot_config config = pulse_on_link_loss();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 3; i++) {
		match_and_lose_link(&bench);
		bench_expect(&bench, "pause, F");
		bench_expect_phase(&bench, CONTROL_PILOT_PULSE);
		bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	}
}

static void lost_link_of_a_charging_iso15118_session_gets_no_pulse(void **state)
{
	const struct control_pilot_config config = pulse_on_link_loss();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
	match_and_lose_link(&bench);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

static void lost_link_in_basic_charging_changes_nothing(void **state)
{
	const struct control_pilot_config config = pulse_on_link_loss();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 500, "X2(16.0)");
	bench_input(&bench, CONTROL_PILOT_LINK_LOST);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
}

static void vehicle_that_leaves_during_the_pulse_ends_it(void **state)
{
	const struct control_pilot_config config = pulse_on_link_loss();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	match_and_lose_link(&bench);
	bench_expect(&bench, "pause, F");
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lost_link_leaves_the_pilot_as_it_is_by_default),
		cmocka_unit_test(each_lost_link_is_one_pulse_where_configured),
		cmocka_unit_test(lost_link_of_a_charging_iso15118_session_gets_no_pulse),
		cmocka_unit_test(lost_link_in_basic_charging_changes_nothing),
		cmocka_unit_test(vehicle_that_leaves_during_the_pulse_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

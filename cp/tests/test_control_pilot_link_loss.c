/* SPDX-License-Identifier: Apache-2.0 */
/* The power-line link of a matched vehicle is lost: X1 and E/F, or waiting ([V2G3-M07-05] to -09). */
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

static void each_lost_link_is_x1_then_one_pulse_where_configured(void **state)
{
	const struct control_pilot_config config = pulse_on_link_loss();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 3; i++) {
		match_and_lose_link(&bench);
		bench_expect(&bench, "pause, X1");
		bench_expect_after_ms(&bench, 3000, "pause, F");
		bench_expect_phase(&bench, CONTROL_PILOT_PULSE);
		bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	}
}

static void x1_of_a_lost_link_lasts_its_time_from_the_confirmation(void **state)
{
	const struct control_pilot_config config = pulse_on_link_loss();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench.station = BENCH_SILENT;
	match_and_lose_link(&bench);
	bench_pass_ms(&bench, 60000);
	bench_expect_phase(&bench, CONTROL_PILOT_LINK_LOST_X1);
	bench.station = BENCH_OBEYS;
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect_after_ms(&bench, 3000, "pause, F");
}

static void in_strict_the_choice_to_wait_is_there_at_a_nominal_duty_only(void **state)
{
	struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	config.pulse_unless_nominal = true;
	bench_with_vehicle(&bench, &config, 160);
	match_and_lose_link(&bench);
	bench_expect(&bench, "pause, X1");
	bench_with_vehicle(&bench, &config, 160);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
	bench_input(&bench, CONTROL_PILOT_LINK_LOST);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
}

static void in_strict_the_nominal_duty_may_be_that_of_another_service(void **state)
{
	struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	config.pulse_unless_nominal = true;
	bench_with_vehicle(&bench, &config, 160);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
	bench_other_asks(&bench, false, 100);
	bench_limit_is(&bench, 0);
	bench_expect(&bench, "X1");
	bench_limit_is(&bench, 160);
	bench_other_asks(&bench, false, 100);
	bench_input(&bench, CONTROL_PILOT_LINK_LOST);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
}

static void at_a_nominal_duty_a_lost_link_is_x1_f_and_nominal_again(void **state)
{
	struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	config.pulse_on_link_loss = true;
	bench_with_vehicle(&bench, &config, 160);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
	bench_input(&bench, CONTROL_PILOT_LINK_LOST);
	bench_expect(&bench, "pause, X1");
	bench_expect_after_ms(&bench, 3000, "pause, F");
	bench_expect_after_ms(&bench, 5000, "basic charging by EIM, X1");
	bench_expect_after_ms(&bench, 500, "listen on, X2(16.0)");
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

static void vehicle_that_leaves_during_x1_or_the_pulse_ends_it(void **state)
{
	const struct control_pilot_config config = pulse_on_link_loss();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	match_and_lose_link(&bench);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
	bench_state_is(&bench, CP_STATE_B2);
	match_and_lose_link(&bench);
	bench_expect_after_ms(&bench, 3000, "pause, F");
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lost_link_leaves_the_pilot_as_it_is_by_default),
		cmocka_unit_test(each_lost_link_is_x1_then_one_pulse_where_configured),
		cmocka_unit_test(x1_of_a_lost_link_lasts_its_time_from_the_confirmation),
		cmocka_unit_test(in_strict_the_choice_to_wait_is_there_at_a_nominal_duty_only),
		cmocka_unit_test(in_strict_the_nominal_duty_may_be_that_of_another_service),
		cmocka_unit_test(at_a_nominal_duty_a_lost_link_is_x1_f_and_nominal_again),
		cmocka_unit_test(lost_link_of_a_charging_iso15118_session_gets_no_pulse),
		cmocka_unit_test(vehicle_that_leaves_during_x1_or_the_pulse_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

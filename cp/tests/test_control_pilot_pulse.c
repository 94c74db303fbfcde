/* SPDX-License-Identifier: Apache-2.0 */
/* F pulses: retries of the initialization ([V2G3-M06-07]), and after a failed matching. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void each_retry_is_an_f_pulse_and_a_new_window_then_x1_without_another_f(void **state)
{
	const struct control_pilot_config config = bench_config_retries(2);
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 2; i++) {
		bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_expect(&bench, "pause, F");
		bench_expect_phase(&bench, CONTROL_PILOT_PULSE);
		bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	}
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, X1");
	bench_expect_after_ms(&bench, 500, "X2(16.0)");
}

static void the_echo_of_a_pulse_is_no_fault_and_does_not_end_it(void **state)
{
	const struct control_pilot_config config = bench_config_retries(1);
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_state_is(&bench, CP_STATE_F);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	bench_state_is(&bench, CP_STATE_F); /* late */
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_F); /* not ours any more */
	bench_expect(&bench, "fault");
}

static void retries_count_anew_for_the_next_vehicle_and_after_a_match(void **state)
{
	const struct control_pilot_config config = bench_config_retries(1);
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
	bench_state_is(&bench, CP_STATE_B2);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "pause, F");
	bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_IDLE);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "pause, F");
}

static void failed_matching_gets_its_pulses_and_no_more(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.failed_pulses = 2;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 2; i++) {
		bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
		bench_input(&bench, CONTROL_PILOT_FAILED);
		bench_expect(&bench, "pause, F");
		bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	}
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	bench_input(&bench, CONTROL_PILOT_FAILED);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

/* It is the E/F that must come before nominal. */
static void pulse_that_is_not_carried_out_is_a_failure_where_the_vehicle_was_authorized_meanwhile(void **state)
{
	struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	config.failed_pulses = 1;
	bench_with_vehicle(&bench, &config, 160);
	bench.station = BENCH_SILENT;
	bench_input(&bench, CONTROL_PILOT_FAILED);
	bench_expect(&bench, "pause, F");
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	for (int i = 1; i < CONTROL_PILOT_F_SENDINGS; i++)
		bench_expect_after_ms(&bench, 2000, "F");
	bench_expect_after_ms(&bench, 2000, "F unconfirmed, X1");
	bench_expect_phase(&bench, CONTROL_PILOT_NOT_OBEYED);
}

static void dc_outlet_gets_its_pulses_then_listens_on_and_never_x2(void **state)
{
	struct control_pilot_config config = bench_config_retries(2);
	struct bench bench;

	(void)state;
	config.has_ac = false;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 2; i++) {
		bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_expect(&bench, "pause, F");
		bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	}
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "no basic charging, listen on");
	bench_expect_rest(&bench);
	config.failed_pulses = 1;
	config.init_retries = 0;
	bench_with_vehicle(&bench, &config, 160);
	bench_input(&bench, CONTROL_PILOT_FAILED);
	bench_expect(&bench, "pause, F");
	bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "no basic charging, listen on");
}

static void failed_matching_gets_no_pulse_by_default(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	bench_input(&bench, CONTROL_PILOT_FAILED);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT); /* of the window after the failure */
	bench_expect(&bench, "basic charging, pause, F");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_retry_is_an_f_pulse_and_a_new_window_then_x1_without_another_f),
		cmocka_unit_test(the_echo_of_a_pulse_is_no_fault_and_does_not_end_it),
		cmocka_unit_test(retries_count_anew_for_the_next_vehicle_and_after_a_match),
		cmocka_unit_test(failed_matching_gets_its_pulses_and_no_more),
		cmocka_unit_test(pulse_that_is_not_carried_out_is_a_failure_where_the_vehicle_was_authorized_meanwhile),
		cmocka_unit_test(dc_outlet_gets_its_pulses_then_listens_on_and_never_x2),
		cmocka_unit_test(failed_matching_gets_no_pulse_by_default),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

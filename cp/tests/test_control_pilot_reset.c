/* SPDX-License-Identifier: Apache-2.0 */
/* A reset: everything from the beginning, whatever is plugged in. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void reset_begins_anew_with_the_vehicle_from_each_step(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < BENCH_FALLBACK_PHASES; i++) {
		bench_in_fallback(&bench, bench_fallback_phases[i], 320);
		bench_input(&bench, CONTROL_PILOT_RESET);
		bench_expect(&bench, "left, connected, high-level charging");
		bench_expect_rest(&bench);
		bench_slac_is(&bench, CONTROL_PILOT_SLAC_IDLE);
		bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_expect(&bench, "basic charging, pause, F");
	}
}

static void session_after_a_reset_has_its_own_pulses_and_its_own_fallback(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.failed_pulses = 1;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 2; i++) {
		bench_input(&bench, CONTROL_PILOT_FAILED);
		bench_expect(&bench, "pause, F");
		bench_pass_ms(&bench, 5000);
		bench_input(&bench, CONTROL_PILOT_FAILED);
		bench_expect(&bench, "");
		bench_input(&bench, CONTROL_PILOT_RESET);
		bench_expect(&bench, "left, connected");
	}
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, F");
}

static void reset_drops_authorization_and_15118_session_also_while_out_of_service(void **state)
{
	static const enum control_pilot_availability at[] = {CONTROL_PILOT_READY, CONTROL_PILOT_NOT_READY};
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_with_vehicle(&bench, &config, 160);
		bench_switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
		bench_switched(&bench, CONTROL_PILOT_EIM, true);
		bench_availability_is(&bench, at[i]);
		bench_input(&bench, CONTROL_PILOT_RESET);
		bench_expect(&bench, at[i] == CONTROL_PILOT_READY ? "left, connected" : "");
		bench_availability_is(&bench, CONTROL_PILOT_READY);
		bench_slac_is(&bench, CONTROL_PILOT_SLAC_IDLE);
		bench_expect_phase(&bench, CONTROL_PILOT_HLC);
		bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_expect(&bench, "basic charging, pause, F");
	}
}

static void reset_without_a_vehicle_or_before_the_start_does_nothing(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_RESET);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_START);
	bench_input(&bench, CONTROL_PILOT_RESET);
	bench_expect(&bench, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reset_begins_anew_with_the_vehicle_from_each_step),
		cmocka_unit_test(session_after_a_reset_has_its_own_pulses_and_its_own_fallback),
		cmocka_unit_test(reset_drops_authorization_and_15118_session_also_while_out_of_service),
		cmocka_unit_test(reset_without_a_vehicle_or_before_the_start_does_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A running 15118 session (hlc_charging). */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void running_15118_session_is_never_cut(void **state)
{
	struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	config.failed_pulses = 1;
	bench_with_vehicle(&bench, &config, 160);
	bench_switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
	bench_input(&bench, CONTROL_PILOT_FAILED);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "listen");
	bench_switched(&bench, CONTROL_PILOT_HLC_CHARGING, false);
	bench_expect(&bench, "");
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, F");
}

static void eim_that_was_accepted_during_a_15118_session_counts_when_it_ends(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_switched(&bench, CONTROL_PILOT_HLC_CHARGING, false);
	bench_expect(&bench, "basic charging by EIM, pause, F");
}

static void session_of_15118_ends_with_its_vehicle_and_needs_one(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
	bench_state_is(&bench, CP_STATE_A1);
	bench_switched(&bench, CONTROL_PILOT_HLC_CHARGING, true); /* late */
	bench_state_is(&bench, CP_STATE_B2);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "basic charging, pause, F");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(running_15118_session_is_never_cut),
		cmocka_unit_test(eim_that_was_accepted_during_a_15118_session_counts_when_it_ends),
		cmocka_unit_test(session_of_15118_ends_with_its_vehicle_and_needs_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

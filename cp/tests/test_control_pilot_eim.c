/* SPDX-License-Identifier: Apache-2.0 */
/* Authorization by EIM (doc/protocol.md, section 9.4). */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void begin_authorized(struct bench *bench, const struct control_pilot_config *config)
{
	bench_init(bench, config);
	bench_input(bench, CONTROL_PILOT_START);
	bench_limit_is(bench, 160);
	bench_switched(bench, CONTROL_PILOT_EIM, true);
	bench_expect(bench, "X1");
	bench_expect_phase(bench, CONTROL_PILOT_AUTHORIZED);
}

static void eim_before_plug_in_is_x1_and_nominal_at_once_when_x1_was_held(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	begin_authorized(&bench, &config);
	bench_expect_after_ms(&bench, 3000, "");
	bench_expect_rest(&bench);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "connected, basic charging by EIM, listen on, X2(16.0)");
	bench_input(&bench,
		    CONTROL_PILOT_INIT_TIMEOUT); /* of the window after a failed match: the car may still speak */
	bench_expect(&bench, "listen on");
}

static void eim_just_before_plug_in_holds_x1_for_its_time_first(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	begin_authorized(&bench, &config);
	bench_pass_ms(&bench, 1000);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "connected, basic charging by EIM");
	bench_expect_after_ms(&bench, 2000, "listen on, X2(16.0)");
}

static void eim_before_plug_in_never_leads_from_5_percent_to_nominal(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	for (uint64_t held_ms = 0; held_ms <= 6000; held_ms += 3000) {
		begin_authorized(&bench, &config);
		bench_pass_ms(&bench, held_ms);
		bench_state_is(&bench, CP_STATE_B2); /* the station confirmed X1, and shows PWM */
		bench_expect(&bench, "contradicted, connected, basic charging by EIM, X1");
		bench_expect_after_ms(&bench, 3000, "listen on, X2(16.0)");
	}
}

static void eim_before_plug_in_waits_for_the_confirmation_of_x1(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_limit_is(&bench, 160);
	bench.station = BENCH_SILENT;
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_pass_ms(&bench, 60000);
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "connected, basic charging by EIM");
	bench_pass_ms(&bench, 10000);
	bench_expect(&bench, "X1");
	bench_answer(&bench, bench_last_number(&bench), true);
	bench_expect_after_ms(&bench, 3000, "listen on, X2(16.0)");
}

static void x1_of_an_authorization_that_the_station_takes_back_is_held_again(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	begin_authorized(&bench, &config);
	bench_pass_ms(&bench, 60000);
	bench_state_is(&bench, CP_STATE_A2); /* the station has restarted, with PWM */
	bench_expect(&bench, "contradicted, X1");
	bench_expect_after_ms(&bench, 3000, "");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "connected, basic charging by EIM, listen on, X2(16.0)");
}

static void x1_of_an_authorization_that_is_refused_on_a_reconnection_is_held_again(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	begin_authorized(&bench, &config);
	bench_pass_ms(&bench, 60000);
	bench.station = BENCH_REFUSES;
	bench_input(&bench, CONTROL_PILOT_REACHABLE);
	bench_expect(&bench, "refused, X1");
	bench.station = BENCH_OBEYS;
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "connected, basic charging by EIM");
	bench_expect_after_ms(&bench, 2000, "X1");
	bench_expect_after_ms(&bench, 3000, "listen on, X2(16.0)");
}

static void eim_before_the_first_parm_req_is_f_x1_nominal(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "basic charging by EIM, pause, F");
	bench_expect_after_ms(&bench, 5000, "X1");
	bench_expect_after_ms(&bench, 500, "listen on, X2(16.0)");
}

static void eim_during_or_after_a_match_is_x1_for_3_s_and_the_match_goes_on(void **state)
{
	static const enum control_pilot_slac at[] = {CONTROL_PILOT_SLAC_MATCHING, CONTROL_PILOT_SLAC_MATCHED};
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_with_vehicle(&bench, &config, 160);
		bench_slac_is(&bench, at[i]);
		bench_switched(&bench, CONTROL_PILOT_EIM, true);
		bench_expect(&bench, "X1");
		bench_expect_after_ms(&bench, 3000, "X2(16.0)");
	}
}

static void eim_after_a_failed_match_is_as_without_a_match(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	bench_input(&bench, CONTROL_PILOT_FAILED);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "basic charging by EIM, pause, F");
}

static void eim_during_a_pulse_makes_it_the_f_before_nominal(void **state)
{
	struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	config.init_retries = 2;
	bench_with_vehicle(&bench, &config, 160);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 5000, "basic charging by EIM, X1");
	bench_expect_after_ms(&bench, 500, "listen on, X2(16.0)");
}

static void eim_withdrawn_and_given_again_after_a_reconnection_holds_x1_before_nominal(void **state)
{
	struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	config.nominal_needs_eim = true;
	bench_with_vehicle(&bench, &config, 160);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_pass_ms(&bench, 5000 + 500);
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	bench_input(&bench, CONTROL_PILOT_REACHABLE); /* the station may have been at 5 % since */
	bench_switched(&bench, CONTROL_PILOT_EIM, false);
	bench_expect(&bench, "X1");
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 3000, "listen on, X2(16.0)");
}

static void eim_withdrawn_before_plug_in_leaves_5_percent(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, CONTROL_PILOT_START);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_switched(&bench, CONTROL_PILOT_EIM, false);
	bench_expect(&bench, "high-level charging");
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "connected");
}

static void eim_then_e_then_a_vehicle_is_x1_for_its_time_before_nominal(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_pass_ms(&bench, 10000); /* F, X1, X2 */
	bench_state_is(&bench, CP_STATE_E);
	bench_expect(&bench, "fault, high-level charging");
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "connected, basic charging by EIM, X1");
	bench_expect_after_ms(&bench, 3000, "listen on, X2(16.0)");
}

static void eim_counts_for_one_vehicle_only(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
	bench_state_is(&bench, CP_STATE_B2);
	bench_expect(&bench, "connected");
}

static void eim_does_nothing_without_the_option_without_ac_and_during_a_15118_session(void **state)
{
	const struct control_pilot_config without_option = bench_config_ac();
	struct control_pilot_config without_ac = bench_config_eim();
	const struct control_pilot_config with = bench_config_eim();
	struct bench bench;

	(void)state;
	without_ac.has_ac = false;
	bench_with_vehicle(&bench, &without_option, 160);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_with_vehicle(&bench, &without_ac, 160);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_with_vehicle(&bench, &with, 160);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_switched(&bench, CONTROL_PILOT_HLC_CHARGING, true);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

/* [V2G3-M06-07], [V2G2-852], [V2G2-853]: the oscillator stays off until somebody pays. */
static void nominal_duty_waits_for_eim_where_it_needs_it(void **state)
{
	struct control_pilot_config config = bench_config_retries(2);
	struct bench bench;

	(void)state;
	config.nominal_needs_eim = true;
	bench_with_vehicle(&bench, &config, 160);
	for (int i = 0; i < 2; i++) {
		bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
		bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
	}
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect_after_ms(&bench, 500, "");
	bench_expect_phase(&bench, CONTROL_PILOT_BASIC);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "X2(16.0)");
	bench_switched(&bench, CONTROL_PILOT_EIM, false);
	bench_expect(&bench, "X1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eim_before_plug_in_is_x1_and_nominal_at_once_when_x1_was_held),
		cmocka_unit_test(eim_just_before_plug_in_holds_x1_for_its_time_first),
		cmocka_unit_test(eim_before_plug_in_never_leads_from_5_percent_to_nominal),
		cmocka_unit_test(eim_before_plug_in_waits_for_the_confirmation_of_x1),
		cmocka_unit_test(x1_of_an_authorization_that_the_station_takes_back_is_held_again),
		cmocka_unit_test(eim_withdrawn_and_given_again_after_a_reconnection_holds_x1_before_nominal),
		cmocka_unit_test(x1_of_an_authorization_that_is_refused_on_a_reconnection_is_held_again),
		cmocka_unit_test(eim_then_e_then_a_vehicle_is_x1_for_its_time_before_nominal),
		cmocka_unit_test(eim_before_the_first_parm_req_is_f_x1_nominal),
		cmocka_unit_test(eim_during_or_after_a_match_is_x1_for_3_s_and_the_match_goes_on),
		cmocka_unit_test(eim_after_a_failed_match_is_as_without_a_match),
		cmocka_unit_test(eim_during_a_pulse_makes_it_the_f_before_nominal),
		cmocka_unit_test(eim_withdrawn_before_plug_in_leaves_5_percent),
		cmocka_unit_test(eim_counts_for_one_vehicle_only),
		cmocka_unit_test(eim_does_nothing_without_the_option_without_ac_and_during_a_15118_session),
		cmocka_unit_test(nominal_duty_waits_for_eim_where_it_needs_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

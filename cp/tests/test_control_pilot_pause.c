/* SPDX-License-Identifier: Apache-2.0 */
/* The data link of a matched vehicle is paused: X1, and what ends the pause. */
#include "cp/tests/control_pilot_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void pause_of(struct bench *bench, const struct control_pilot_config *config)
{
	bench_with_vehicle(bench, config, 160);
	bench_slac_is(bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_input(bench, CONTROL_PILOT_LINK_PAUSED);
	bench_expect(bench, "X1");
	bench_expect_phase(bench, CONTROL_PILOT_PAUSED);
}

static void begin_pause(struct bench *bench)
{
	const struct control_pilot_config config = bench_config_ac();

	pause_of(bench, &config);
}

static void toggle(struct bench *bench)
{
	bench_state_is(bench, CP_STATE_C1);
	bench_expect(bench, "");
	bench_pass_ms(bench, 300);
}

static void pause_is_x1_and_nothing_else_is_asked_for(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 3000, "");
	bench_expect_rest(&bench);
	bench_limit_is(&bench, 100);
	bench_expect(&bench, "");
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_PAUSED);
}

static void b_c_b_turns_5_percent_on_again(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_state_is(&bench, CP_STATE_B1);
	bench_pass_ms(&bench, 60000);
	toggle(&bench);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "woken, high-level charging");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

static void b_c_b_right_after_x1_waits_for_the_time_of_x1(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_state_is(&bench, CP_STATE_B1);
	bench_pass_ms(&bench, 200);
	toggle(&bench);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 2500, "woken, high-level charging");
}

static void vehicle_that_was_in_c_must_open_s2_first(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_state_is(&bench, CP_STATE_C2);
	bench_input(&bench, CONTROL_PILOT_LINK_PAUSED);
	bench_state_is(&bench, CP_STATE_C1);
	bench_pass_ms(&bench, 60000);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "");
	bench_expect_rest(&bench);
	toggle(&bench);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "woken, high-level charging");
}

static void vehicle_that_stays_in_c_wants_to_charge(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_state_is(&bench, CP_STATE_B1);
	bench_pass_ms(&bench, 60000);
	bench_state_is(&bench, CP_STATE_C1);
	bench_expect_after_ms(&bench, CONTROL_PILOT_WAKE_C_MS, "woken, high-level charging");
}

static void resume_turns_5_percent_on_again_also_where_x1_was_never_confirmed(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_pass_ms(&bench, 3000);
	bench_input(&bench, CONTROL_PILOT_WAKE);
	bench_expect(&bench, "woken, high-level charging");
	bench_with_vehicle(&bench, &config, 160);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	bench.station = BENCH_UNREACHABLE;
	bench_input(&bench, CONTROL_PILOT_LINK_PAUSED);
	bench_pass_ms(&bench, 60000);
	bench_input(&bench, CONTROL_PILOT_WAKE);
	bench_expect(&bench, "");
	bench.station = BENCH_OBEYS;
	bench_expect_after_ms(&bench, 3000, "woken, high-level charging");
}

static void resume_without_a_pause_only_looks_for_the_link(void **state)
{
	const struct control_pilot_config config = bench_config_ac();
	struct bench bench;

	(void)state;
	bench_with_vehicle(&bench, &config, 160);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_input(&bench, CONTROL_PILOT_WAKE);
	bench_expect(&bench, "woken");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

static void link_that_is_not_found_after_the_pause_is_followed_by_a_pulse_whatever_is_configured(void **state)
{
	struct bench bench;

	(void)state;
	for (int hlc = 0; hlc < 2; hlc++) {
		begin_pause(&bench);
		bench_switched(&bench, CONTROL_PILOT_HLC_CHARGING, hlc);
		bench_pass_ms(&bench, 3000);
		bench_input(&bench, CONTROL_PILOT_WAKE);
		bench_input(&bench, CONTROL_PILOT_FAILED);
		bench_expect(&bench, "pause, F");
		bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
		bench_input(&bench, CONTROL_PILOT_FAILED); /* of the new matching: it is one like any other */
		bench_expect(&bench, "");
	}
}

static void link_that_was_found_again_is_lost_as_any_other(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_pass_ms(&bench, 3000);
	bench_input(&bench, CONTROL_PILOT_WAKE);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_input(&bench, CONTROL_PILOT_LINK_LOST);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

static void link_that_was_lost_in_the_pause_is_followed_by_a_pulse_at_the_wake_up(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_state_is(&bench, CP_STATE_B1);
	bench_pass_ms(&bench, 60000);
	bench_input(&bench, CONTROL_PILOT_LINK_LOST);
	bench_expect(&bench, "");
	bench_expect_phase(&bench, CONTROL_PILOT_PAUSED);
	toggle(&bench);
	bench_state_is(&bench, CP_STATE_B1);
	bench_expect(&bench, "pause, F");
	bench_expect_after_ms(&bench, 5000, "listen, high-level charging");
}

static void vehicle_whose_link_was_lost_in_the_pause_may_speak_at_any_time(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_pass_ms(&bench, 60000);
	bench_input(&bench, CONTROL_PILOT_LINK_LOST);
	bench_pass_ms(&bench, 20000);
	bench_input(&bench, CONTROL_PILOT_INIT_TIMEOUT);
	bench_expect(&bench, "listen on");
	bench_expect_phase(&bench, CONTROL_PILOT_PAUSED);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	bench_expect(&bench, "high-level charging");
}

static void vehicle_that_speaks_in_the_pause_is_awake_and_its_match_goes_on(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_pass_ms(&bench, 1000);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 2000, "high-level charging");
	bench_expect_phase(&bench, CONTROL_PILOT_HLC);
}

static void new_match_is_one_like_any_other(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHED);
	bench_expect_after_ms(&bench, 3000, "high-level charging");
	bench_input(&bench, CONTROL_PILOT_LINK_LOST);
	bench_expect(&bench, "");
	begin_pause(&bench);
	bench_pass_ms(&bench, 3000);
	bench_input(&bench, CONTROL_PILOT_WAKE);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_IDLE); /* terminated while the link is looked for */
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_MATCHING);
	bench_input(&bench, CONTROL_PILOT_FAILED);
	bench_expect(&bench, "");
}

static void pause_that_ends_with_its_session_leaves_an_authorized_vehicle_on_its_way_to_nominal(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	pause_of(&bench, &config);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_IDLE);
	bench_expect(&bench, "basic charging by EIM, pause, F");
}

static void pause_ends_with_its_session_and_with_its_vehicle(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_slac_is(&bench, CONTROL_PILOT_SLAC_IDLE);
	bench_expect(&bench, "high-level charging");
	begin_pause(&bench);
	bench_state_is(&bench, CP_STATE_A1);
	bench_expect(&bench, "left, high-level charging");
	begin_pause(&bench);
	bench_state_is(&bench, CP_STATE_F);
	bench_expect(&bench, "fault, high-level charging");
}

static void second_pause_before_the_wake_up_is_over_begins_it_anew(void **state)
{
	struct bench bench;

	(void)state;
	begin_pause(&bench);
	bench_pass_ms(&bench, 1000);
	bench_input(&bench, CONTROL_PILOT_WAKE);
	bench_input(&bench, CONTROL_PILOT_LINK_PAUSED);
	bench_expect(&bench, "X1");
	bench_expect_after_ms(&bench, 3000, "");
	bench_expect_phase(&bench, CONTROL_PILOT_PAUSED);
	bench_input(&bench, CONTROL_PILOT_LINK_PAUSED); /* once more means nothing */
	bench_expect(&bench, "");
}

static void vehicle_authorized_by_eim_wakes_to_a_nominal_duty_after_x1_alone(void **state)
{
	const struct control_pilot_config config = bench_config_eim();
	struct bench bench;

	(void)state;
	pause_of(&bench, &config);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_expect(&bench, "");
	bench_pass_ms(&bench, 3000);
	bench_input(&bench, CONTROL_PILOT_WAKE);
	bench_expect(&bench, "woken, X2(16.0)");
	pause_of(&bench, &config);
	bench_switched(&bench, CONTROL_PILOT_EIM, true);
	bench_pass_ms(&bench, 60000);
	bench_state_with_duty_is(&bench, CP_STATE_B2, 500); /* the station has restarted */
	bench_expect(&bench, "contradicted, X1");
	bench_input(&bench, CONTROL_PILOT_WAKE);
	bench_expect_after_ms(&bench, 3000, "woken, X1");
	bench_expect_after_ms(&bench, 3000, "X2(16.0)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pause_is_x1_and_nothing_else_is_asked_for),
		cmocka_unit_test(b_c_b_turns_5_percent_on_again),
		cmocka_unit_test(b_c_b_right_after_x1_waits_for_the_time_of_x1),
		cmocka_unit_test(vehicle_that_was_in_c_must_open_s2_first),
		cmocka_unit_test(vehicle_that_stays_in_c_wants_to_charge),
		cmocka_unit_test(resume_turns_5_percent_on_again_also_where_x1_was_never_confirmed),
		cmocka_unit_test(resume_without_a_pause_only_looks_for_the_link),
		cmocka_unit_test(link_that_is_not_found_after_the_pause_is_followed_by_a_pulse_whatever_is_configured),
		cmocka_unit_test(link_that_was_found_again_is_lost_as_any_other),
		cmocka_unit_test(link_that_was_lost_in_the_pause_is_followed_by_a_pulse_at_the_wake_up),
		cmocka_unit_test(vehicle_whose_link_was_lost_in_the_pause_may_speak_at_any_time),
		cmocka_unit_test(vehicle_that_speaks_in_the_pause_is_awake_and_its_match_goes_on),
		cmocka_unit_test(new_match_is_one_like_any_other),
		cmocka_unit_test(pause_that_ends_with_its_session_leaves_an_authorized_vehicle_on_its_way_to_nominal),
		cmocka_unit_test(pause_ends_with_its_session_and_with_its_vehicle),
		cmocka_unit_test(second_pause_before_the_wake_up_is_over_begins_it_anew),
		cmocka_unit_test(vehicle_authorized_by_eim_wakes_to_a_nominal_duty_after_x1_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

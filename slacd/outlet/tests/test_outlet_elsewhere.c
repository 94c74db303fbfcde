/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outlet whose pilot is somebody else's: no request is ever made for it (outlet_watch checks that at every input), and
 * its owner is asked for the E/F step where an F pulse would follow.
 */
#include "slacd/outlet/tests/outlet_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void begin_elsewhere(void)
{
	site.config.pilot.is_elsewhere = true;
	site.config.slac.validation = SLAC_VALIDATION_OFF;
	site_begin();
	site_open_port();
	while (modem_state(&site.outlet.modem) != MODEM_READY)
		site_answer_of_modem();
	site_give_kind(OUTLET_START);
	site_expect("");
}

static void enter_bcd(void)
{
	site_show(CP_STATE_B2);
	site_answer_of_modem();
}

static void leave_bcd(void)
{
	site_show(CP_STATE_A1);
}

static void match(void)
{
	enter_bcd();
	site_match_until_request();
	site_car_says(CM_SLAC_MATCH_REQ);
	assert_true(outlet_is_matched(&site.outlet));
}

static int set_up(void **state)
{
	(void)state;
	site_set_up();
	return 0;
}

static void nothing_is_asked_at_the_start_and_at_the_end(void **state)
{
	(void)state;
	begin_elsewhere();
	site_give_active(OUTLET_BROKER_CONNECTED, true);
	site_expect("");
	site_give_kind(OUTLET_STOP);
	site_expect("");
	assert_true(outlet_has_stopped(&site.outlet));
}

static void a_car_is_matched_and_leaves(void **state)
{
	(void)state;
	begin_elsewhere();
	site_show(CP_STATE_B2);
	site_expect_note(OUTLET_NOTE_VEHICLE_CONNECTED);
	site_answer_of_modem();
	assert_true(outlet_is_matching(&site.outlet));
	site_match_until_request();
	site_car_says(CM_SLAC_MATCH_REQ);
	site_expect("CM_SLAC_MATCH.CNF, matched");
	leave_bcd();
	site_expect("unmatched vehicle_left, CM_SET_KEY.REQ");
	assert_true(outlet_is_empty(&site.outlet));
}

static void a_second_enter_bcd_disturbs_nothing(void **state)
{
	(void)state;
	begin_elsewhere();
	enter_bcd();
	const uint64_t window_us = site.outlet.slac.deadline_us;
	site_tick_after(5 * SECOND);
	site_show(CP_STATE_B2);
	site_expect("");
	assert_true(site.outlet.slac.deadline_us == window_us);
	site_match_until_request();
	site_show(CP_STATE_B2);
	site_expect("");
	site_car_says(CM_SLAC_MATCH_REQ);
	site_expect("CM_SLAC_MATCH.CNF, matched");
	site_show(CP_STATE_B2);
	site_expect("");
}

static void leaving_in_the_middle_of_matching_ends_it(void **state)
{
	(void)state;
	begin_elsewhere();
	enter_bcd();
	site_match_until_request();
	leave_bcd();
	site_expect("unmatched vehicle_left");
	site_car_says(CM_SLAC_MATCH_REQ);
	site_expect("");
}

static void a_silent_car_gets_e_f_once_and_is_listened_to_without_end(void **state)
{
	(void)state;
	begin_elsewhere();
	enter_bcd();
	site_tick_due(20 * SECOND);
	site_expect("wants E/F");
	assert_true(outlet_is_matching(&site.outlet)); /* whether or not the owner heeds it */
	site_tick_due(20 * SECOND);
	site_expect("failed no_parm_req");
	assert_false(outlet_is_matching(&site.outlet));
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("CM_SLAC_PARM.CNF, matching");
}

/* reset(false), leave_bcd, F, enter_bcd. */
static void do_e_f(void)
{
	site_give_kind(OUTLET_RESET);
	leave_bcd();
	site_expect("");
	site_tick_after(4 * SECOND);
	enter_bcd();
}

static void the_e_f_step_makes_no_new_vehicle_and_another_car_does(void **state)
{
	(void)state;
	begin_elsewhere();
	enter_bcd();
	site_tick_due(20 * SECOND);
	site_expect("wants E/F");
	do_e_f();
	site_tick_due(20 * SECOND);
	site_expect("failed no_parm_req"); /* not once more */
	leave_bcd();
	site_tick_after(20 * SECOND);
	enter_bcd();
	site_tick_due(20 * SECOND);
	site_expect("wants E/F");
}

static void e_f_is_asked_for_as_often_as_there_would_be_pulses(void **state)
{
	(void)state;
	site.config.pilot.init_retries = 2;
	begin_elsewhere();
	enter_bcd();
	for (int i = 0; i < 3; i++) {
		site_tick_due(20 * SECOND);
		site_expect("wants E/F");
	}
	site_tick_due(20 * SECOND);
	site_expect("failed no_parm_req");
}

static void a_failed_matching_asks_for_e_f_where_pulses_are_configured(void **state)
{
	(void)state;
	site.config.pilot.failed_pulses = 1;
	site.config.slac.listen_after_failure = true;
	begin_elsewhere();
	enter_bcd();
	site_car_says(CM_SLAC_PARM_REQ);
	site_tick_due(400 * MS);
	site_expect("failed no_start_atten_char, wants E/F");
	site_car_says(CM_SLAC_PARM_REQ);
	site_tick_due(400 * MS);
	site_expect("failed no_start_atten_char");
}

static void a_lost_link_asks_for_e_f_where_it_is_configured(void **state)
{
	(void)state;
	site.config.pilot.pulse_on_link_loss = true;
	begin_elsewhere();
	match();
	site_give_kind(OUTLET_PORT_DOWN);
	site_expect("not serving, unmatched link_lost, wants E/F");
}

/* As a station would be asked for F then. */
static void a_lost_link_that_is_waited_for_asks_for_e_f_when_the_window_is_over(void **state)
{
	(void)state;
	site.config.slac.listen_after_failure = true;
	begin_elsewhere();
	match();
	site_give_kind(OUTLET_PORT_DOWN);
	site_expect("not serving, unmatched link_lost");
	site_tick_due(20 * SECOND);
	site_expect("wants E/F");
	site_tick_due(20 * SECOND);
	site_expect("failed key_not_set");
}

static void after_a_reset_nobody_is_answered_before_enter_bcd(void **state)
{
	(void)state;
	begin_elsewhere();
	match();
	site_give_kind(OUTLET_RESET);
	site_expect("unmatched reset, CM_SET_KEY.REQ");
	site_answer_of_modem();
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("");
	enter_bcd();
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("CM_SLAC_PARM.CNF, matching");
}

static void after_a_terminate_nobody_is_answered_before_enter_bcd(void **state)
{
	(void)state;
	begin_elsewhere();
	match();
	site_give_kind(OUTLET_LINK_TERMINATE);
	site_expect("unmatched terminated, CM_SET_KEY.REQ");
	site_answer_of_modem();
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("");
	assert_false(outlet_is_matching(&site.outlet));
	site_show(CP_STATE_B2);
	site_expect_note(OUTLET_NOTE_NEW_WINDOW);
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("CM_SLAC_PARM.CNF, matching");
}

static void a_terminate_in_the_middle_of_matching_ends_it(void **state)
{
	(void)state;
	begin_elsewhere();
	enter_bcd();
	site_match_until_request();
	site_give_kind(OUTLET_LINK_TERMINATE);
	site_expect("unmatched terminated");
	site_car_says(CM_SLAC_MATCH_REQ);
	site_expect("");
}

static void a_paused_link_stays_matched_until_the_car_leaves(void **state)
{
	(void)state;
	begin_elsewhere();
	match();
	site_give_kind(OUTLET_LINK_PAUSE);
	site_expect("");
	assert_true(outlet_is_matched(&site.outlet));
	assert_false(outlet_is_connected(&site.outlet));
	leave_bcd();
	site_expect("unmatched vehicle_left, CM_SET_KEY.REQ");
}

static void a_car_that_speaks_before_any_enter_bcd_brings_e_f_once(void **state)
{
	(void)state;
	begin_elsewhere();
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("");
	site_expect_note(OUTLET_NOTE_PILOT_UNREPORTED);
	for (int i = 0; i < 12; i++) {
		site_tick_after(200 * MS);
		site_car_says(CM_SLAC_PARM_REQ);
		site_expect(i == 1 ? "wants E/F" : "");
	}
}

static void a_neighbours_car_before_any_enter_bcd_brings_no_e_f(void **state)
{
	(void)state;
	begin_elsewhere();
	for (int i = 0; i < 12; i++) {
		site_car_says(CM_SLAC_PARM_REQ);
		site_expect("");
		site_tick_after(1100 * MS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_asked_at_the_start_and_at_the_end, set_up),
		cmocka_unit_test_setup(a_car_is_matched_and_leaves, set_up),
		cmocka_unit_test_setup(a_second_enter_bcd_disturbs_nothing, set_up),
		cmocka_unit_test_setup(leaving_in_the_middle_of_matching_ends_it, set_up),
		cmocka_unit_test_setup(a_silent_car_gets_e_f_once_and_is_listened_to_without_end, set_up),
		cmocka_unit_test_setup(the_e_f_step_makes_no_new_vehicle_and_another_car_does, set_up),
		cmocka_unit_test_setup(e_f_is_asked_for_as_often_as_there_would_be_pulses, set_up),
		cmocka_unit_test_setup(a_failed_matching_asks_for_e_f_where_pulses_are_configured, set_up),
		cmocka_unit_test_setup(a_lost_link_asks_for_e_f_where_it_is_configured, set_up),
		cmocka_unit_test_setup(a_lost_link_that_is_waited_for_asks_for_e_f_when_the_window_is_over, set_up),
		cmocka_unit_test_setup(after_a_reset_nobody_is_answered_before_enter_bcd, set_up),
		cmocka_unit_test_setup(after_a_terminate_nobody_is_answered_before_enter_bcd, set_up),
		cmocka_unit_test_setup(a_terminate_in_the_middle_of_matching_ends_it, set_up),
		cmocka_unit_test_setup(a_paused_link_stays_matched_until_the_car_leaves, set_up),
		cmocka_unit_test_setup(a_car_that_speaks_before_any_enter_bcd_brings_e_f_once, set_up),
		cmocka_unit_test_setup(a_neighbours_car_before_any_enter_bcd_brings_no_e_f, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

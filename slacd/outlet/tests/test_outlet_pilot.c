/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same as test_outlet.c between the pilot and the other parts of an outlet: a car that is silent or speaks late, EIM,
 * faults, limits and other services, and the requests to the station.
 */
#include "slacd/outlet/tests/outlet_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* --- a car that speaks late --- */

static void silent_car_gets_basic_charging(void)
{
	site_tick_due(20 * SECOND);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(5 * SECOND);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(500 * MS);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
}

static void a_late_car_that_goes_on_asking_gets_another_window(void **state)
{
	(void)state;
	site_set_up();
	site_plug();
	silent_car_gets_basic_charging();
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("");
	site_expect_note(OUTLET_NOTE_LATE_CAR);
	site_tick_after(250 * MS);
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("");
	site_tick_after(250 * MS);
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("ask X1");
	site_expect_note(OUTLET_NOTE_LATE_CAR_LET_IN);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(3 * SECOND);
	site_expect("ask high-level charging");
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("CM_SLAC_PARM.CNF, matching");
}

/* Its own outlet answers it, so that it does not repeat its request. */
static void a_neighbours_car_does_not_disturb_basic_charging(void **state)
{
	(void)state;
	site_set_up();
	site_plug();
	silent_car_gets_basic_charging();
	for (int i = 0; i < 10; i++) {
		site_car_says(CM_SLAC_PARM_REQ);
		site_expect("");
		site_tick_after(1100 * MS);
	}
}

/* --- other services --- */

static void another_service_takes_the_current_over_and_the_limit_stays_ours(void **state)
{
	struct outlet_input other = {.kind = OUTLET_OTHER_REQUEST, .other = {.current_da = 100}};

	(void)state;
	site_set_up();
	site_plug();
	silent_car_gets_basic_charging();
	site_give(&other);
	site_expect("");
	site_expect_note(OUTLET_NOTE_HANDED_OVER);
	other.other.current_da = 630;
	site_give(&other);
	site_expect("ask X2 160");
}

/* --- the pilot --- */

static void a_car_that_is_silent_gets_basic_charging(void **state)
{
	(void)state;
	site_set_up();
	site_plug();
	site_tick_due(20 * SECOND);
	site_expect("basic_charging no_parm_req, ask F");
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("");
	site_tick_due(5 * SECOND);
	site_expect("ask X1");
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(500 * MS);
	site_expect("ask X2 160");
	site_tell_limit(100, CONTROL_PILOT_READY);
	site_expect("ask X2 100");
}

static void a_car_that_is_silent_at_a_dc_outlet_fails(void **state)
{
	(void)state;
	site_set_up();
	site.config.pilot.has_ac = false;
	site.config.slac.dc_only = true;
	site_plug();
	site_tick_due(20 * SECOND);
	site_expect("failed no_parm_req");
	site_show(CP_STATE_A2);
	site_expect("unmatched vehicle_left, ask high-level charging");
}

static void eim_while_a_match_runs_does_not_show_f(void **state)
{
	(void)state;
	site_set_up();
	site.config.pilot.basic_charging_on_eim = true;
	site_plug();
	site_car_says(CM_SLAC_PARM_REQ);
	site_give_active(OUTLET_AUTHORIZATION, true);
	site_expect("ask X1"); /* the pilot knows that matching runs */

	site_set_up();
	site.config.pilot.basic_charging_on_eim = true;
	site_match();
	site_give_active(OUTLET_AUTHORIZATION, true);
	site_expect("ask X1"); /* ... and that it has matched */

	site_set_up();
	site.config.pilot.basic_charging_on_eim = true;
	site_plug();
	site_give_active(OUTLET_AUTHORIZATION, true);
	site_expect("basic_charging authorized_by_eim, ask F");
}

static void a_running_15118_session_is_not_cut_by_silence(void **state)
{
	(void)state;
	site_set_up();
	site_plug();
	site_give_active(OUTLET_HLC_CHARGING, true);
	site_tick_due(20 * SECOND);
	site_expect("");
	site_expect_note(OUTLET_NOTE_NEW_WINDOW);
}

static void a_pilot_fault_fails_the_session_and_renews_the_key(void **state)
{
	(void)state;
	site_set_up();
	site_match();
	site_show(CP_STATE_E);
	site_expect("failed pilot_fault, CM_SET_KEY.REQ");
	site_answer_of_modem();
	site_show(CP_STATE_B2);
	site_expect("CM_GET_KEY.REQ");
	site_expect_note(OUTLET_NOTE_VEHICLE_CONNECTED);
	site_show(CP_STATE_A2);
	site_expect("unmatched vehicle_left, ask high-level charging");
}

static void a_station_that_is_not_ready_ends_the_session(void **state)
{
	(void)state;
	site_set_up();
	site_match();
	site_tell_limit(160, CONTROL_PILOT_NOT_READY);
	site_expect("failed evse_not_ready, CM_SET_KEY.REQ, ask X1");
	site_answer_of_modem();
	site_tell_limit(160, CONTROL_PILOT_READY);
	site_expect("CM_GET_KEY.REQ, ask high-level charging");
}

static void a_failed_matching_is_followed_by_an_f_pulse_where_configured(void **state)
{
	(void)state;
	site_set_up();
	site.config.pilot.failed_pulses = 1;
	site_plug();
	site_car_says(CM_SLAC_PARM_REQ);
	site_tick_due(400 * MS);
	site_expect("failed no_start_atten_char, ask F");
}

static void a_match_forgives_the_failures_before_it(void **state)
{
	(void)state;
	site_set_up();
	site.config.pilot.failed_pulses = 1;
	site_plug();
	site_car_says(CM_SLAC_PARM_REQ);
	site_tick_due(400 * MS);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(5 * SECOND);
	site_expect("ask high-level charging");
	site.car = slac_car_again(&site.car);
	site_match_until_request();
	site_car_says(CM_SLAC_MATCH_REQ);
	site_give_kind(OUTLET_LINK_TERMINATE);
	site_answer_of_modem();
	site.car = slac_car_again(&site.car);
	site_car_says(CM_SLAC_PARM_REQ);
	site_tick_after(400 * MS);
	site_expect("failed no_start_atten_char, ask F");
}

static void the_available_current_is_the_smallest_of_the_connected_phases(void **state)
{
	struct outlet_input input = {.kind = OUTLET_LIMITS,
				     .limits = {.current = {.has_ac = true, .phase_da = {160, 0, 130}}}};

	(void)state;
	site_set_up();
	site_plug();
	site_tick_due(20 * SECOND);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_after(5 * SECOND);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_after(500 * MS);
	site_give(&input);
	site_expect("ask X2 130");
	input.limits.current.phase_da[1] = 200;
	site_give(&input);
	site_expect("");
	input.limits.current.phase_da[1] = 0; /* it was connected a moment ago */
	site_give(&input);
	site_expect("ask X1");
	input.limits.current.phase_da[1] = 100;
	site_give(&input);
	site_expect("ask X2 100");
	input.limits.current.rcd_error = true;
	site_give(&input);
	site_expect("ask X1");
	input.limits.current.rcd_error = false;
	input.limits.current.has_ac = false;
	site_give(&input);
	site_expect("");
}

/* --- pilot requests --- */

static void a_request_is_repeated_until_it_is_answered(void **state)
{
	(void)state;
	site_set_up();
	site_begin();
	site_give_kind(OUTLET_START);
	site_expect("ask high-level charging");
	const uint32_t first = site.request_number;
	site_tick_due(SECOND);
	site_expect("ask high-level charging");
	site_expect_note(OUTLET_NOTE_REQUEST_REPEATED);
	assert_int_equal(site.request_number, first + 1);
	site_answer_request(first, OUTLET_ANSWER_VALID); /* it came late; a repeat asks for the same thing */
	site_expect("");
	assert_true(outlet_deadline(&site.outlet) == OUTLET_NEVER);
}

static void a_request_that_is_refused_is_repeated(void **state)
{
	(void)state;
	site_set_up();
	site_begin();
	site_give_kind(OUTLET_START);
	site_answer_request(site.request_number, OUTLET_ANSWER_ERROR);
	site_expect("");
	site_expect_note(OUTLET_NOTE_REQUEST_REFUSED);
	site_tick_due(SECOND);
	site_expect("ask high-level charging");
}

static void a_station_that_is_reached_again_is_asked_again(void **state)
{
	const struct outlet_input unsent = {.kind = OUTLET_PILOT_NOT_SENT, .active = false};

	(void)state;
	site_set_up();
	site_begin();
	site_give_kind(OUTLET_START);
	site_give(&unsent);
	site_expect("");
	site_give_kind(OUTLET_BROKER_CONNECTED);
	site_expect("ask high-level charging");
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_give_kind(OUTLET_BROKER_CONNECTED); /* what it reported meanwhile is lost */
	site_expect("ask high-level charging");
}

static void an_f_that_the_station_never_heard_is_waited_for(void **state)
{
	(void)state;
	site_set_up();
	site_plug();
	site_tick_due(20 * SECOND);
	site_expect("basic_charging no_parm_req, ask F");
	site.now_us += 5 * SECOND;
	site_give_kind(OUTLET_TICK);
	site_expect("ask F"); /* it is not answered */
	site_give_kind(OUTLET_BROKER_CONNECTED);
	site_expect("ask F");
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_after(5 * SECOND);
	site_expect("ask X1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_late_car_that_goes_on_asking_gets_another_window),
		cmocka_unit_test(a_neighbours_car_does_not_disturb_basic_charging),
		cmocka_unit_test(another_service_takes_the_current_over_and_the_limit_stays_ours),
		cmocka_unit_test(a_car_that_is_silent_gets_basic_charging),
		cmocka_unit_test(a_car_that_is_silent_at_a_dc_outlet_fails),
		cmocka_unit_test(eim_while_a_match_runs_does_not_show_f),
		cmocka_unit_test(a_running_15118_session_is_not_cut_by_silence),
		cmocka_unit_test(a_pilot_fault_fails_the_session_and_renews_the_key),
		cmocka_unit_test(a_station_that_is_not_ready_ends_the_session),
		cmocka_unit_test(a_failed_matching_is_followed_by_an_f_pulse_where_configured),
		cmocka_unit_test(a_match_forgives_the_failures_before_it),
		cmocka_unit_test(the_available_current_is_the_smallest_of_the_connected_phases),
		cmocka_unit_test(a_request_is_repeated_until_it_is_answered),
		cmocka_unit_test(a_request_that_is_refused_is_repeated),
		cmocka_unit_test(a_station_that_is_reached_again_is_asked_again),
		cmocka_unit_test(an_f_that_the_station_never_heard_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

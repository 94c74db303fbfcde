/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies between the parts of an outlet: what a failed session, a lost port, a paused link and so on mean for the other
 * parts, and in which order it is done. Each expectation lists all effects of one input but for the notes. Of the pilot:
 * test_outlet_pilot.c.
 */
#include "slacd/outlet/tests/outlet_site.h"
#include "tools/car/modem_sim_vendor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* --- the service begins --- */

static void the_port_opens_and_the_modem_gets_a_key_before_a_car_is_served(void **state)
{
	(void)state;
	site_set_up();
	site_begin();
	site_expect("");
	site_open_port();
	site_expect("CM_SET_KEY.REQ");
	site_answer_of_modem();
	site_expect("serving");
	site_give_kind(OUTLET_START);
	site_expect("ask high-level charging");
}

static void without_random_octets_no_key_is_set_and_no_car_is_served(void **state)
{
	(void)state;
	site_set_up();
	site_begin();
	site.watch.fill_fails = true;
	site_open_port();
	site_expect("");
	site_expect_note(OUTLET_NOTE_NO_RANDOM);
	assert_true(outlet_deadline(&site.outlet) == OUTLET_NEVER);
}

static void a_vehicle_that_comes_before_the_key_is_answered_when_it_is_set(void **state)
{
	(void)state;
	site_set_up();
	site_begin();
	site_give_kind(OUTLET_START);
	site_open_port();
	site_show(CP_STATE_B2);
	site_expect("");
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("");
	site_answer_of_modem();
	site_expect("serving");
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("CM_SLAC_PARM.CNF, matching");
}

/* --- a match --- */

static void each_answer_comes_before_the_status_that_reports_it(void **state)
{
	(void)state;
	site_set_up();
	site_serve();
	site_show(CP_STATE_B2);
	site_expect("CM_GET_KEY.REQ");
	site_answer_of_modem();
	site_expect("");
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("CM_SLAC_PARM.CNF, matching");
	site_car_says(CM_START_ATTEN_CHAR_IND);
	site_expect("");
	site_car_sounds();
	site_expect("CM_ATTEN_CHAR.IND");
	site_car_says(CM_ATTEN_CHAR_RSP);
	site_expect("");
	site_car_says(CM_SLAC_MATCH_REQ);
	site_expect("CM_SLAC_MATCH.CNF, matched");
	assert_true(outlet_is_connected(&site.outlet));
	assert_int_equal(site.out.items[site.out.count - 1].status.attenuation_ddb, 120);
}

static void matched_waits_for_the_link_where_it_is_awaited(void **state)
{
	(void)state;
	site_set_up();
	site_await_link();
	site_plug();
	site_match_until_request();
	site_car_says(CM_SLAC_MATCH_REQ);
	site_expect("CM_SLAC_MATCH.CNF, CM_NW_STATS.REQ");
	site_poll_says(false);
	site_expect("");
	site_tick_due(50 * MS);
	site_expect("CM_NW_STATS.REQ");
	site_poll_says(true);
	site_expect("matched");
}

static void the_own_amplitude_map_follows_the_status(void **state)
{
	(void)state;
	site_set_up();
	site.config.amp_map.initiate = true;
	site_match_with_link();
	site_expect("matched, CM_AMP_MAP.REQ");
	site.now_us += 100 * MS;
	site_give_kind(OUTLET_LINK_TERMINATE);
	site_tick_after(SECOND);
	site_expect("not serving, CM_SET_KEY.REQ"); /* the modem has not answered; the amplitude map is not repeated */
}

static void a_second_cars_validation_waits_for_the_neighbours(void **state)
{
	uint8_t octets[256], ev_mac[MAC_LEN];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets, .neighbour_validates = true}};

	(void)state;
	site_set_up();
	site_plug();
	site_match_until_request();
	const struct mme validate = slac_car_validate(&site.car, 0);
	assert_int_equal(mme_encode(&validate, octets, sizeof(octets), &input.frame.len), MME_OK);
	assert_true(outlet_frame_asks_validation(octets, input.frame.len, ev_mac));
	assert_memory_equal(ev_mac, site.car.mac, MAC_LEN);
	site_give(&input);
	site_expect("CM_VALIDATE.CNF");
	site_expect_note(OUTLET_NOTE_PUT_OFF);
	assert_true(outlet_validation_waits_since(&site.outlet, ev_mac, site.now_us + SECOND) == site.now_us);
	input.frame.neighbour_validates = false;
	site_give(&input);
	site_expect("CM_VALIDATE.CNF");
	assert_true(outlet_blocks_validation(&site.outlet, slac_car(2).mac, site.now_us, site.now_us));
}

static void the_pilots_toggles_are_counted_for_the_validation(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct mme first = slac_car_validate(&car, 0), second = slac_car_validate(&car, 9);
	struct mme result;

	(void)state;
	site_set_up();
	site_plug();
	site_match_until_request();
	site_give_frame(&first);
	site_expect("CM_VALIDATE.CNF");
	site_give_frame(&second);
	site_expect("");
	site_show(CP_STATE_C2);
	site_show(CP_STATE_B2);
	site_expect("");
	site_tick_due(SECOND);
	site_expect("CM_VALIDATE.CNF");
	for (size_t i = 0; i < site.out.count; i++)
		if (site.out.items[i].kind == OUTLET_SEND)
			assert_int_equal(
				mme_decode(site.out.items[i].frame.octets, site.out.items[i].frame.len, &result),
				MME_OK);
	assert_int_equal(result.validate_cnf.toggle_num, 1);
}

static void nothing_but_a_validation_asks_for_a_turn(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct mme frame = slac_car_message(&car, CM_SLAC_MATCH_REQ);
	uint8_t octets[256], ev_mac[MAC_LEN];
	size_t len;

	(void)state;
	assert_int_equal(mme_encode(&frame, octets, sizeof(octets), &len), MME_OK);
	assert_false(outlet_frame_asks_validation(octets, len, ev_mac));
	assert_false(outlet_frame_asks_validation(octets, 10, ev_mac));
}

/* --- a session ends --- */

static void a_vehicle_that_leaves_is_reported_its_key_is_renewed_and_the_pilot_comes_last(void **state)
{
	uint8_t told[NMK_LEN];

	(void)state;
	site_set_up();
	site_match();
	memcpy(told, site.key, NMK_LEN);
	site_show(CP_STATE_A2);
	site_expect("unmatched vehicle_left, CM_SET_KEY.REQ, ask high-level charging");
	assert_memory_not_equal(site.key, told, NMK_LEN);
	assert_false(outlet_is_connected(&site.outlet));
}

static void a_session_that_fails_with_the_key_told_renews_it(void **state)
{
	(void)state;
	site_set_up();
	site_match_without_link();
	site_expect("failed no_power_line_link, CM_SET_KEY.REQ");
}

static const struct outlet_status *last_status(void)
{
	for (size_t i = site.out.count; i > 0; i--)
		if (site.out.items[i - 1].kind == OUTLET_STATUS)
			return &site.out.items[i - 1].status;
	fail_msg("no status");
	return NULL;
}

static void expect_failed_with_12_db(enum slac_reason reason)
{
	assert_int_equal(last_status()->kind, OUTLET_FAILED);
	assert_int_equal(last_status()->reason, reason);
	assert_true(last_status()->has_attenuation);
	assert_int_equal(last_status()->attenuation_ddb, 120);
}

static void what_was_measured_is_told_though_the_session_fails_before_the_match(void **state)
{
	(void)state;
	site_set_up();
	site_plug();
	site_match_until_request();
	site_show(CP_STATE_E);
	expect_failed_with_12_db(SLAC_REASON_PILOT_FAULT);
}

/* The run has ended by then, and its slot is empty. */
static void what_was_measured_is_told_though_the_session_fails_after_the_key(void **state)
{
	(void)state;
	site_set_up();
	site_match_without_link();
	expect_failed_with_12_db(SLAC_REASON_NO_JOIN);

	site_set_up();
	site_match();
	site_show(CP_STATE_E);
	expect_failed_with_12_db(SLAC_REASON_PILOT_FAULT);

	site_set_up();
	site_match();
	site_tell_limit(160, CONTROL_PILOT_NOT_READY);
	expect_failed_with_12_db(SLAC_REASON_EVSE_NOT_READY);
}

static void what_was_measured_in_another_session_is_not_told(void **state)
{
	(void)state;
	site_set_up();
	site_match();
	site_show(CP_STATE_A1);
	site_answer_of_modem();
	site_show(CP_STATE_B2);
	site_car_says(CM_SLAC_PARM_REQ);
	site_tick_due(400 * MS);
	assert_int_equal(last_status()->reason, SLAC_REASON_NO_START_ATTEN_CHAR);
	assert_false(last_status()->has_attenuation);
}

static void a_session_that_fails_before_the_key_was_told_keeps_it(void **state)
{
	(void)state;
	site_set_up();
	site_plug();
	site_car_says(CM_SLAC_PARM_REQ);
	site_tick_due(400 * MS);
	site_expect("failed no_start_atten_char");
}

static void a_link_that_is_lost_ends_the_session(void **state)
{
	(void)state;
	site_set_up();
	site.config.pilot.pulse_on_link_loss = true;
	site_match_with_link();
	site_tick_due(SECOND);
	site_poll_says(false);
	for (int i = 0; i < 2; i++) {
		site_tick_due(200 * MS);
		site_poll_says(false);
	}
	site_tick_due(200 * MS);
	site_expect("unmatched power_line_link_lost, CM_SET_KEY.REQ, ask X1");
	site_expect_note(OUTLET_NOTE_LINK_LOSS);
	site_answer_of_modem();
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(3 * SECOND);
	site_expect("ask F");
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(5 * SECOND);
	site_expect("ask high-level charging");
	site_expect_note(OUTLET_NOTE_NEW_WINDOW);
}

static void a_car_that_begins_again_is_not_held_to_its_old_link(void **state)
{
	(void)state;
	site_set_up();
	site.config.slac.rematch_matched_ev = true;
	site_match_with_link();
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("CM_SLAC_PARM.CNF, matching");
	assert_true(outlet_deadline(&site.outlet) == site.now_us + 400 * MS);
	site_car_says(CM_START_ATTEN_CHAR_IND);
	site_car_sounds();
	site_car_says(CM_ATTEN_CHAR_RSP);
	site_car_says(CM_SLAC_MATCH_REQ);
	site_expect("CM_SLAC_MATCH.CNF, CM_NW_STATS.REQ");
	site_poll_says(true);
	site_expect("matched");
}

static void a_late_answer_does_not_leave_a_question_overdue(void **state)
{
	(void)state;
	site_set_up();
	site_match_with_link();
	site_tick_due(SECOND);
	site.now_us += 999 * MS;
	site_poll_says(false);
	site_expect("CM_NW_STATS.REQ");
	assert_true(outlet_deadline(&site.outlet) > site.now_us);
}

static void the_15118_side_ends_the_link_and_the_key(void **state)
{
	(void)state;
	site_set_up();
	site_match();
	site_give_kind(OUTLET_LINK_TERMINATE);
	site_expect("unmatched terminated, CM_SET_KEY.REQ");
	site_answer_of_modem();
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("CM_SLAC_PARM.CNF, matching");
	site_show(CP_STATE_A2); /* no car was told the new key: it stays */
	site_expect("unmatched vehicle_left, ask high-level charging");
}

static void a_reset_ends_the_session_and_begins_with_the_vehicle_that_is_there(void **state)
{
	(void)state;
	site_set_up();
	site_match();
	site_give_kind(OUTLET_RESET);
	site_expect("unmatched reset, CM_SET_KEY.REQ");
	site_expect_note(OUTLET_NOTE_VEHICLE_CONNECTED);
	assert_int_equal(site.outlet.slac.state, SLAC_EVSE_WAIT_PARM);
	site_answer_of_modem();
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("CM_SLAC_PARM.CNF, matching");
}

static void the_service_ends_and_the_vehicle_is_unmatched(void **state)
{
	(void)state;
	site_set_up();
	site_match();
	site_give_kind(OUTLET_STOP);
	site_expect("unmatched reset, ask X1");
	assert_false(outlet_has_stopped(&site.outlet));
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	assert_true(outlet_has_stopped(&site.outlet));
	site_set_up();
	site_serve();
	site_give_kind(OUTLET_STOP);
	site_expect("ask X1");
}

/* --- the port --- */

static void a_lost_port_unmatches_and_nothing_is_sent_until_it_is_back(void **state)
{
	(void)state;
	site_set_up();
	site_match();
	site_give_kind(OUTLET_PORT_DOWN);
	site_expect("not serving, unmatched link_lost");
	site_car_says(CM_SLAC_PARM_REQ);
	site_expect("");
	site_tick_after(SECOND);
	site_expect("");
	site_open_port();
	site_expect("CM_SET_KEY.REQ");
	site_answer_of_modem();
	site_expect("serving");
}

static void a_port_that_is_down_already_is_not_lost_again(void **state)
{
	(void)state;
	site_set_up();
	site_begin();
	site_give_kind(OUTLET_PORT_DOWN);
	site_expect("");
}

/* --- the data link sleeps --- */

static void a_paused_link_keeps_its_key_and_comes_back_with_it(void **state)
{
	uint8_t told[NMK_LEN];

	(void)state;
	site_set_up();
	site_match_with_link();
	memcpy(told, site.key, NMK_LEN);
	site_give_kind(OUTLET_LINK_PAUSE);
	site_expect("ask X1");
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(3 * SECOND);
	assert_false(outlet_is_connected(&site.outlet));
	assert_true(outlet_deadline(&site.outlet) == OUTLET_NEVER); /* the link is not watched */
	memset(site.key, 0, sizeof(site.key));
	site_give_kind(OUTLET_LINK_RESUME);
	site_expect("CM_SET_KEY.REQ, CM_NW_STATS.REQ, ask high-level charging");
	assert_memory_equal(site.key, told, NMK_LEN);
	site_poll_says(true);
	site_expect("matched");
	assert_true(outlet_is_connected(&site.outlet));
}

static void a_paused_link_that_never_comes_back_fails_with_the_match(void **state)
{
	(void)state;
	site_set_up();
	site_match_with_link();
	site_give_kind(OUTLET_LINK_PAUSE);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(3 * SECOND);
	site_give_kind(OUTLET_LINK_RESUME);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_poll_says(false);
	while (site.outlet.slac.state == SLAC_EVSE_JOINING)
		site_tick_after(outlet_deadline(&site.outlet) - site.now_us);
	assert_non_null(strstr(site.said, "failed no_power_line_link"));
	assert_non_null(strstr(site.said, "CM_SET_KEY.REQ"));
	assert_non_null(strstr(site.said, "ask F")); /* the car looks for another network */
}

static void a_car_that_sleeps_wakes_the_outlet_by_closing_and_opening_s2(void **state)
{
	(void)state;
	site_set_up();
	site_match_with_link();
	site_give_kind(OUTLET_LINK_PAUSE);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_show(CP_STATE_B1);
	site_tick_due(3 * SECOND);
	site_show(CP_STATE_C1);
	site_expect("");
	site_tick_after(300 * MS);
	site_show(CP_STATE_B1);
	site_expect("CM_SET_KEY.REQ, CM_NW_STATS.REQ, ask high-level charging");
	site_expect_note(OUTLET_NOTE_LINK_RESUMED);
	site_poll_says(true);
	site_expect("matched");
}

static void a_match_that_is_lost_while_the_car_sleeps_is_followed_by_f_when_it_wakes(void **state)
{
	(void)state;
	site_set_up();
	site_match_with_link();
	site_give_kind(OUTLET_LINK_PAUSE);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(3 * SECOND);
	site_give_kind(OUTLET_PORT_DOWN);
	site_expect("not serving, unmatched link_lost");
	site_give_kind(OUTLET_LINK_RESUME);
	site_expect("ask F");
}

static void a_match_that_is_lost_while_the_car_sleeps_can_be_terminated(void **state)
{
	(void)state;
	site_set_up();
	site_match_with_link();
	site_give_kind(OUTLET_LINK_PAUSE);
	site_answer_request(site.request_number, OUTLET_ANSWER_VALID);
	site_tick_due(3 * SECOND);
	site_give_kind(OUTLET_PORT_DOWN);
	site_give_kind(OUTLET_LINK_TERMINATE);
	site_expect("ask F");
}

static void without_a_matched_car_nothing_is_paused_or_resumed(void **state)
{
	(void)state;
	site_set_up();
	site_plug();
	site_give_kind(OUTLET_LINK_PAUSE);
	site_expect("");
	site_expect_note(OUTLET_NOTE_PAUSE_REFUSED);
	site_give_kind(OUTLET_LINK_RESUME);
	site_expect("");
}

/* --- the modem --- */

/* It says so, whether it is true or not. */
static void modem_says_that_it_restarts(void)
{
	struct modem_mme announcement;
	uint8_t octets[MME_FRAME_MIN];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets}};

	modem_sim_announce(&site.modem, test_evse_mac, &announcement);
	assert_int_equal(modem_mme_encode(&announcement, octets, sizeof(octets), &input.frame.len), MME_OK);
	site_give(&input);
}

static void a_modem_that_restarts_costs_a_running_matching_but_not_a_match(void **state)
{
	(void)state;
	site_set_up();
	site_plug();
	site_car_says(CM_SLAC_PARM_REQ);
	modem_sim_lose_key(&site.modem);
	modem_says_that_it_restarts();
	site_expect("VS_HST_ACTION.RSP, CM_GET_KEY.REQ");
	site_answer_of_modem();
	site_expect("CM_SET_KEY.REQ, failed modem_restarted");

	site_set_up();
	site_match();
	modem_sim_lose_key(&site.modem);
	modem_says_that_it_restarts();
	site_expect("VS_HST_ACTION.RSP, CM_GET_KEY.REQ");
	site_answer_of_modem();
	site_expect("CM_SET_KEY.REQ");
	assert_true(outlet_is_connected(&site.outlet));
}

/* Anybody on the line can say so in the modem's name: it is asked, and says that it has its key. */
static void a_restart_that_did_not_happen_costs_nothing(void **state)
{
	(void)state;
	site_set_up();
	site_plug();
	site_car_says(CM_SLAC_PARM_REQ);
	modem_says_that_it_restarts();
	site_answer_of_modem();
	site_expect("");
	site_car_says(CM_START_ATTEN_CHAR_IND);
	assert_int_equal(site.outlet.slac.runs[0].state, SLAC_RUN_SOUNDING);
}

static void a_silent_modem_is_not_served_with_and_its_key_stays_pending(void **state)
{
	(void)state;
	site_set_up();
	site.config.modem.key_repeat_ms = site.config.modem.response_ms;
	site_match();
	modem_sim_lose_key(&site.modem);
	site_show(CP_STATE_A2);
	site_expect("unmatched vehicle_left, CM_SET_KEY.REQ, ask high-level charging");
	site_tick_due(SECOND);
	site_expect("not serving, CM_SET_KEY.REQ, ask high-level charging");
	site_answer_of_modem();
	site_expect("serving");
}

/* --- the network question --- */

static void serve_with_a_qualcomm_modem(void)
{
	site_set_up();
	site.config.modem.family = MODEM_QUALCOMM;
	site.modem.family = MODEM_QUALCOMM;
	site_serve();
	site_tick_due(300 * UINT64_C(1000)); /* the answer to the key came first: it is asked again */
	site_answer_of_modem();
}

static void questions_for_the_network_are_answered_with_one_frame(void **state)
{
	(void)state;
	serve_with_a_qualcomm_modem();
	site_ask_network(3);
	site_expect("VS_NW_INFO.REQ");
	site_ask_network(4);
	site_expect("");
	site.modem.linked = true;
	site_answer_of_modem();
	site_expect("network 3 known, network 4 known");
}

static void questions_for_the_network_end_also_without_an_answer(void **state)
{
	(void)state;
	serve_with_a_qualcomm_modem();
	for (uint32_t i = 0; i < OUTLET_QUESTIONS; i++)
		site_ask_network(i);
	site_ask_network(OUTLET_QUESTIONS);
	site_expect("network 4 unknown");
	site_tick_due(SECOND);
	site_expect("network 0 unknown, network 1 unknown, network 2 unknown, network 3 unknown");
	site_expect_note(OUTLET_NOTE_NETWORK_UNTOLD);
}

static void another_modem_is_not_asked_for_the_network(void **state)
{
	(void)state;
	site_set_up();
	site_serve();
	site_ask_network(0);
	site_expect("network 0 unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_port_opens_and_the_modem_gets_a_key_before_a_car_is_served),
		cmocka_unit_test(without_random_octets_no_key_is_set_and_no_car_is_served),
		cmocka_unit_test(a_vehicle_that_comes_before_the_key_is_answered_when_it_is_set),
		cmocka_unit_test(each_answer_comes_before_the_status_that_reports_it),
		cmocka_unit_test(matched_waits_for_the_link_where_it_is_awaited),
		cmocka_unit_test(the_own_amplitude_map_follows_the_status),
		cmocka_unit_test(a_second_cars_validation_waits_for_the_neighbours),
		cmocka_unit_test(the_pilots_toggles_are_counted_for_the_validation),
		cmocka_unit_test(nothing_but_a_validation_asks_for_a_turn),
		cmocka_unit_test(a_vehicle_that_leaves_is_reported_its_key_is_renewed_and_the_pilot_comes_last),
		cmocka_unit_test(a_session_that_fails_with_the_key_told_renews_it),
		cmocka_unit_test(what_was_measured_is_told_though_the_session_fails_before_the_match),
		cmocka_unit_test(what_was_measured_is_told_though_the_session_fails_after_the_key),
		cmocka_unit_test(what_was_measured_in_another_session_is_not_told),
		cmocka_unit_test(a_session_that_fails_before_the_key_was_told_keeps_it),
		cmocka_unit_test(a_link_that_is_lost_ends_the_session),
		cmocka_unit_test(a_car_that_begins_again_is_not_held_to_its_old_link),
		cmocka_unit_test(a_late_answer_does_not_leave_a_question_overdue),
		cmocka_unit_test(the_15118_side_ends_the_link_and_the_key),
		cmocka_unit_test(a_reset_ends_the_session_and_begins_with_the_vehicle_that_is_there),
		cmocka_unit_test(the_service_ends_and_the_vehicle_is_unmatched),
		cmocka_unit_test(a_lost_port_unmatches_and_nothing_is_sent_until_it_is_back),
		cmocka_unit_test(a_port_that_is_down_already_is_not_lost_again),
		cmocka_unit_test(a_paused_link_keeps_its_key_and_comes_back_with_it),
		cmocka_unit_test(a_paused_link_that_never_comes_back_fails_with_the_match),
		cmocka_unit_test(a_car_that_sleeps_wakes_the_outlet_by_closing_and_opening_s2),
		cmocka_unit_test(a_match_that_is_lost_while_the_car_sleeps_is_followed_by_f_when_it_wakes),
		cmocka_unit_test(a_match_that_is_lost_while_the_car_sleeps_can_be_terminated),
		cmocka_unit_test(without_a_matched_car_nothing_is_paused_or_resumed),
		cmocka_unit_test(a_modem_that_restarts_costs_a_running_matching_but_not_a_match),
		cmocka_unit_test(a_restart_that_did_not_happen_costs_nothing),
		cmocka_unit_test(a_silent_modem_is_not_served_with_and_its_key_stays_pending),
		cmocka_unit_test(questions_for_the_network_are_answered_with_one_frame),
		cmocka_unit_test(questions_for_the_network_end_also_without_an_answer),
		cmocka_unit_test(another_modem_is_not_asked_for_the_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

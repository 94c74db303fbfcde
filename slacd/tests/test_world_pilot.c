/* SPDX-License-Identifier: Apache-2.0 */
/* Windows and pulses, authorization by EIM, a station that is not ready, a pilot fault. */
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* --- windows --- */

static void two_pulses_with_a_window_each_then_x1_and_x2(void **state)
{
	(void)state;
	play("set pilot.slac_init_retries 2\nboot");
	size_t from = mark();
	play("cs plug\nrun 120000");
	assert_pilots(from, E1, "f hlc f hlc x1 x2:32.0");
	assert_statuses(from, E1, "basic_charging:no_parm_req");
	size_t f = line_of(from, F);
	size_t hlc = line_of(f, HLC);
	assert_later_ms(f, line_of(from, B2), 20000);
	assert_later_ms(hlc, f, 5000);
	size_t second = line_of(hlc, F);
	assert_later_ms(second, hlc, 20000);
	assert_later_ms(line_of(second, X1), line_of(second, HLC), 20000);
	assert_later_ms(line_of(second, X2), line_of(second, X1), 500);
	assert_in_order(from, (const char *[]){"\"basic_charging\"", X1, NULL});
}

static void next_vehicle_has_all_its_pulses_again(void **state)
{
	(void)state;
	play("set pilot.slac_init_retries 1\nboot");
	for (int vehicle = 0; vehicle < 2; vehicle++) {
		size_t from = mark();
		play("cs plug\nrun 60000\ncs unplug\nrun 1000");
		assert_pilots(from, E1, "f hlc x1 x2:32.0 hlc");
	}
}

static void late_car_is_matched_in_the_second_window(void **state)
{
	(void)state;
	play("set pilot.slac_init_retries 2\nboot");
	size_t from = mark();
	play("cs plug");
	play_until(HLC);
	play_until(HLC);
	play("car plc0 plug\n" LONG);
	assert_pilots(from, E1, "f hlc");
	assert_statuses(from, E1, "matching matched");
}

static void car_that_speaks_during_a_pulse_is_answered_after_it(void **state)
{
	(void)state;
	play("set pilot.slac_init_retries 1\nboot");
	size_t from = mark();
	play("cs plug");
	play_until("station *\"state\":\"F\"");
	play("car plc0 plug\n" LONG);
	assert_in_order(from, (const char *[]){F, "< CM_SLAC_PARM.REQ", HLC, "> CM_SLAC_PARM.CNF", NULL});
	assert_statuses(from, E1, "matching matched");
	assert_pilots(from, E1, "f hlc");
}

static void failed_matching_is_followed_by_one_pulse_where_configured(void **state)
{
	(void)state;
	play("set pilot.failed_pulses 1\nboot / --stop-at parm");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\nrun 120000");
	assert_statuses(from, E1, "matching failed:no_start_atten_char basic_charging:no_parm_req");
	assert_pilots(from, E1, "f hlc f x1 x2:32.0");
}

static void new_run_after_failed_is_matched(void **state)
{
	(void)state;
	play("set modem.link_detection off\nboot / --stop-at parm"); /* the next car brings a modem of its own */
	size_t from = mark();
	play("cs plug\ncar plc0 plug");
	play_until("\"failed\"");
	play("car plc0 kill\nev plc0\ncar plc0 plug\nrun 10000");
	assert_statuses(from, E1, "matching failed:no_start_atten_char matching matched");
	assert_pilots(from, E1, "");
}

static void strict_profile_leaves_failed_as_it_is(void **state)
{
	(void)state;
	play("set slac.profile strict\nboot / --stop-at parm");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\nrun 120000");
	assert_statuses(from, E1, "matching failed:no_start_atten_char");
	assert_pilots(from, E1, "");
}

/* --- EIM --- */

static void authorization_before_plug_in_goes_to_x1_then_nominal_and_slac_is_still_answered(void **state)
{
	(void)state;
	play(EIM "boot");
	size_t from = mark();
	play("cs authorize\nrun 1000\ncs plug\nrun 5000");
	assert_later_ms(line_of(from, X2), line_of(from, X1), 3000);
	play("car plc0 plug\nrun 5000");
	assert_statuses(from, E1, "basic_charging:authorized_by_eim matching matched");
	assert_pilots(from, E1, "x1 x2:32.0");
	from = mark();
	play("cs unplug\nrun 1000\ncs plug\nrun 10000"); /* it ended with its vehicle */
	assert_pilots(from, E1, "hlc");
}

static void authorization_while_waiting_goes_by_f_and_x1(void **state)
{
	(void)state;
	play(EIM "boot");
	size_t from = mark();
	play("cs plug\nrun 1000\ncs authorize\nrun 10000");
	size_t f = line_of(from, F);
	assert_later_ms(line_of(from, X1), f, 5000);
	assert_later_ms(line_of(from, X2), f, 5500);
	assert_pilots(from, E1, "f x1 x2:32.0");
	assert_statuses(from, E1, "basic_charging:authorized_by_eim");
}

static void authorization_while_matching_goes_by_x1_for_3_s_and_the_match_goes_on(void **state)
{
	(void)state;
	play(EIM "boot / --rsp-to-match-ms 600");
	size_t from = mark();
	play("cs plug\ncar plc0 plug");
	play_until("\"matching\"");
	play("cs authorize\nrun 10000");
	assert_later_ms(line_of(from, X2), line_of(from, X1), 3000);
	assert_pilots(from, E1, "x1 x2:32.0");
	assert_statuses(from, E1, "matching matched");
}

static void rejected_withdrawn_and_unconfigured_authorizations_lead_to_no_current(void **state)
{
	(void)state;
	play(EIM "boot");
	size_t from = mark();
	play("cs authorize\ncs deauthorize\ncs plug\nrun 15000");
	assert_pilots(from, E1, "x1 hlc");
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("boot");
	from = mark();
	play("cs authorize\ncs plug\ncs authorize\nrun 15000");
	assert_pilots(from, E1, "");
}

static void running_session_is_cut_neither_by_the_time_out_nor_by_an_authorization(void **state)
{
	(void)state;
	play(EIM "boot");
	size_t from = mark();
	play("cs plug\ncs hlc_charging on\ncs authorize\n" LONG);
	assert_pilots(from, E1, "");
	assert_statuses(from, E1, "");
	play("cs hlc_charging off\n" LONG);
	assert_pilots(from, E1, "f x1 x2:32.0");
}

static void strict_profile_stays_at_x1_until_an_authorization_is_accepted(void **state)
{
	(void)state;
	play("set slac.profile strict\nset pilot.slac_init_retries 0\nboot");
	size_t from = mark();
	play("cs plug\nrun 60000");
	assert_pilots(from, E1, "f x1");
	play("cs authorize\nrun 1000");
	assert_pilots(from, E1, "f x1 x2:32.0");
	assert_statuses(from, E1, "basic_charging:no_parm_req");
}

/* --- availability --- */

static void station_that_is_not_ready_ends_the_match_and_a_ready_one_begins_anew(void **state)
{
	(void)state;
	play("boot / --rsp-to-match-ms 600");
	size_t from = mark();
	play("cs plug\ncar plc0 plug");
	play_until("\"matching\"");
	play("cs status_code evse_not_ready\nrun 5000");
	assert_statuses(from, E1, "matching failed:evse_not_ready");
	assert_pilots(from, E1, "x1");
	from = mark();
	play("cs status_code evse_ready\nrun 1000\ncar plc0 unplug\ncar plc0 plug\nrun 5000");
	assert_statuses(from, E1, "matching matched");
	assert_pilots(from, E1, "hlc");
}

static void outlet_out_of_order_shows_f(void **state)
{
	(void)state;
	play("boot\ncs plug\ncar plc0 plug");
	play_until("\"matched\"");
	size_t from = mark();
	play("cs status_code evse_malfunction\nrun 5000");
	assert_statuses(from, E1, "failed:evse_not_ready");
	assert_pilots(from, E1, "f");
	line_of(from, "> CM_SET_KEY.REQ"); /* the car that knew the key is put out */
}

static void pilot_fault_ends_the_match_and_does_not_bring_the_current_back_by_itself(void **state)
{
	(void)state;
	play("boot / --rsp-to-match-ms 600");
	size_t from = mark();
	play("cs plug\ncar plc0 plug");
	play_until("\"matching\"");
	play("cs state E\nrun 1000");
	assert_statuses(from, E1, "matching failed:pilot_fault");
	play("car plc0 unplug\ncs state B2\ncar plc0 plug\nrun 5000");
	assert_statuses(from, E1, "matching failed:pilot_fault matching matched");
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("boot\ncs plug");
	play_until(X2);
	from = mark();
	play("cs state E\n" LONG);
	assert_pilots(from, E1, "hlc");
	play("cs state B2\n" LONG);
	assert_pilots(from, E1, "hlc f x1 x2:32.0");
}

static void vehicle_that_is_there_at_the_start_is_matched(void **state)
{
	static const char *const states[] = {"cs state B1", "cs state C1", "cs state C2"};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		play("wire evse0 plc0\nstation --evse DE*TST*E1=evse0\nrun 10");
		play(states[i]);
		play("ev plc0\nslacd start\nrun 1000\ncar plc0 plug\nrun 5000");
		assert_statuses(0, E1, "matching matched");
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(two_pulses_with_a_window_each_then_x1_and_x2),
		STORY(next_vehicle_has_all_its_pulses_again),
		STORY(late_car_is_matched_in_the_second_window),
		STORY(car_that_speaks_during_a_pulse_is_answered_after_it),
		STORY(failed_matching_is_followed_by_one_pulse_where_configured),
		STORY(new_run_after_failed_is_matched),
		STORY(strict_profile_leaves_failed_as_it_is),
		STORY(authorization_before_plug_in_goes_to_x1_then_nominal_and_slac_is_still_answered),
		STORY(authorization_while_waiting_goes_by_f_and_x1),
		STORY(authorization_while_matching_goes_by_x1_for_3_s_and_the_match_goes_on),
		STORY(rejected_withdrawn_and_unconfigured_authorizations_lead_to_no_current),
		STORY(running_session_is_cut_neither_by_the_time_out_nor_by_an_authorization),
		STORY(strict_profile_stays_at_x1_until_an_authorization_is_accepted),
		STORY(station_that_is_not_ready_ends_the_match_and_a_ready_one_begins_anew),
		STORY(outlet_out_of_order_shows_f),
		STORY(pilot_fault_ends_the_match_and_does_not_bring_the_current_back_by_itself),
		STORY(vehicle_that_is_there_at_the_start_is_matched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

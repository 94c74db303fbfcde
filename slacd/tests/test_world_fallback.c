/* SPDX-License-Identifier: Apache-2.0 */
/* A car that does not speak: the way to basic charging, at the times of the standard, and what ends it. */
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void silent_car_gets_f_after_20_s_x1_after_25_s_and_its_current_after_25_5_s(void **state)
{
	(void)state;
	play("boot --max-current 16");
	size_t from = mark();
	play("cs plug\nrun 40000");
	size_t connected = line_of(from, B2);
	assert_later_ms(line_of(from, F), connected, 20000);
	assert_later_ms(line_of(from, X1), connected, 25000);
	assert_later_ms(line_of(from, "slacd *\"current\":16.0"), connected, 25500);
	assert_pilots(from, E1, "f x1 x2:16.0");
	assert_statuses(from, E1, "basic_charging:no_parm_req");
	assert_in_order(from, (const char *[]){"\"basic_charging\"", F, NULL});
}

static void unplug_before_the_time_out_asks_for_high_level_charging_only(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("cs plug\nrun 19900\ncs unplug\n" LONG);
	assert_pilots(from, E1, "hlc");
	assert_statuses(from, E1, "unmatched:vehicle_left");
}

/* Unplugged at a step, then nothing follows but 5 %, and the next car is matched. */
static void unplug_at(const char *step, const char *pilots)
{
	play("boot");
	size_t from = mark();
	play("cs plug");
	play_until(step);
	play("run 100\ncs unplug\n" LONG);
	assert_pilots(from, E1, pilots);
	assert_statuses(from, E1, "basic_charging:no_parm_req unmatched:vehicle_left");
	from = mark();
	play("cs plug\ncar plc0 plug\nrun 3000");
	assert_statuses(from, E1, "matching matched");
}

static void unplug_in_f_returns_to_high_level_charging(void **state)
{
	(void)state;
	unplug_at(F, "f hlc");
}

static void unplug_in_x1_returns_to_high_level_charging(void **state)
{
	(void)state;
	unplug_at(X1, "f x1 hlc");
}

static void unplug_in_x2_returns_to_high_level_charging(void **state)
{
	(void)state;
	unplug_at(X2, "f x1 x2:32.0 hlc");
}

static void car_that_speaks_in_time_stops_the_fallback(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("cs plug\nrun 19900\ncar plc0 plug\n" LONG);
	assert_statuses(from, E1, "matching matched");
	assert_pilots(from, E1, "");
}

/* The line about a car that speaks when its time is over, and the setting that would have let it in. */
#define INIT     "slac.tt_evse_slac_init_ms, up to 50000"
#define FALLBACK "slac.tt_fallback_ms"
#define LATE(seconds, setting)                                                                                         \
	"log      INFO A car speaks " seconds " s after the plug-in, when its time (" setting ") was over: "
#define NOT_ANSWERED "it is not answered. evse_id=DE?TST?E1"

static void car_that_speaks_while_current_flows_gets_another_window_where_configured(void **state)
{
	(void)state;
	play("boot\ncs plug");
	play_until(X2);
	size_t from = mark();
	play("car plc0 plug\n" LONG);
	assert_count(
		from,
		LATE("25.5", INIT) "it gets another window if it goes on asking (slac.rematch_from_basic). evse_id="
				   "DE?TST?E1",
		1);
	assert_statuses(from, E1, "matching matched");
	assert_pilots(from, E1, "x1 hlc");
	assert_later_ms(line_of(from, "\"hlc\":true"), line_of(from, "\"current\":0.0"), 3000);
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("set slac.rematch_from_basic false\nboot\ncs plug");
	play_until(X2);
	from = mark();
	play("car plc0 plug\n" LONG);
	assert_count(from, LATE("25.5", INIT) NOT_ANSWERED, 1);
	assert_none(from, "> CM_SLAC_PARM.CNF");
	assert_statuses(from, E1, "");
	assert_pilots(from, E1, "");
}

static void car_that_speaks_where_the_station_has_not_carried_out_f_is_promised_nothing(void **state)
{
	(void)state;
	play("set mqtt.request_timeout_ms 100\nboot\ncs answer invalid f\ncs plug");
	play_until("failed*pilot_refused");
	size_t from = mark();
	play("car plc0 plug\n" LONG);
	assert_count(from, LATE("*", INIT) NOT_ANSWERED, 1);
	assert_statuses(from, E1, "");
	assert_pilots(from, E1, "x1");
}

static void car_that_speaks_late_while_a_session_runs_is_promised_nothing(void **state)
{
	(void)state;
	play("boot\ncs plug");
	play_until(X2);
	size_t from = mark();
	play("cs hlc_charging on\nrun 100\ncar plc0 plug\n" LONG);
	assert_count(from, LATE("*", INIT) NOT_ANSWERED, 1);
	assert_statuses(from, E1, "");
	assert_pilots(from, E1, "");
}

/* Its matchings fail, until the whole time is over. Then nothing keeps basic charging off. */
static void car_that_goes_on_after_the_whole_time_is_not_answered_which_is_said(void **state)
{
	(void)state;
	play("set slac.tt_fallback_ms 21000\nboot / --stop-at parm\ncs plug\nrun 19900\ncar plc0 plug");
	play_until("basic_charging*no_match_in_time");
	size_t from = mark();
	play("car plc0 unplug\ncar plc0 plug\n" LONG);
	assert_count(from, LATE("*", FALLBACK) NOT_ANSWERED, 1);
	assert_statuses(from, E1, "");
	assert_pilots(from, E1, "x1 x2:32.0");
}

/* It has missed no window: it is answered as soon as F is over. */
static void car_that_speaks_while_eim_leads_to_basic_charging_is_not_late(void **state)
{
	(void)state;
	play(EIM "boot\ncs plug\nrun 1000\ncs authorize");
	size_t from = play_until(F);
	play("car plc0 plug\n" LONG);
	assert_in_order(from, (const char *[]){"< CM_SLAC_PARM.REQ", X1, "\"matched\"", NULL});
	assert_none(from, "A car speaks");
}

/* The time of the vehicle before was over. This one has had no window that a longer time would have kept open. */
static void car_that_speaks_when_the_authorization_was_withdrawn_has_missed_no_window(void **state)
{
	(void)state;
	play(EIM "set slac.tt_fallback_ms 21000\nboot / --stop-at parm\ncs plug\nrun 19900\ncar plc0 plug");
	play_until("basic_charging*no_match_in_time");
	play("car plc0 unplug\ncs unplug\nrun 5000\ncs plug\nrun 1000\ncs authorize");
	play_until(F);
	size_t from = mark();
	play("cs tap rejected\nrun 100\ncar plc0 plug\nrun 3000");
	assert_count(
		from,
		"log      INFO A car speaks * s after the plug-in, outside of a window: it gets another window if it",
		1);
	assert_count(from, "log      INFO The late car goes on asking", 1);
}

static void current_follows_the_limit_and_is_x1_below_6_a(void **state)
{
	(void)state;
	play("boot --max-current 16\ncs plug");
	play_until("slacd *\"current\":16.0");
	size_t from = mark();
	play("cs limit 10.5\nrun 100\ncs limit 5.9\nrun 100\ncs limit 6\nrun 100\ncs limit 80\nrun 100");
	play("cs limit 0\nrun 100\ncs limit 16.3\nrun 100");
	assert_pilots(from, E1, "x2:10.5 x1 x2:6.0 x2:80.0 x1 x2:16.3");
	from = mark();
	play("cs unplug\nrun 100\ncs limit 10\nrun 1000");
	assert_pilots(from, E1, "hlc");
}

static void limit_that_changes_during_f_is_the_one_offered(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("cs plug");
	play_until(F);
	play("cs limit 13\nrun 10000");
	assert_pilots(from, E1, "f x1 x2:13.0");
}

static void configured_current_caps_the_stations_limit(void **state)
{
	(void)state;
	play("set outlets.DE*TST*E1.nominal_current_a 8\nboot");
	size_t from = mark();
	play("cs plug\nrun 40000");
	assert_pilots(from, E1, "f x1 x2:8.0");
}

static void limits_of(const char *phases, const char *rcd_error)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "publish cs/josev {\"id\":\"l\",\"name\":\"cs_status_and_limits\",\"type\":\"update\",\"data\":{"
		 "\"evses\":[{\"evse_id\":\"" E1 "\",\"status_code\":\"evse_ready\",\"ac\":{\"max_current\":{%s},"
		 "\"nominal_voltage\":230,\"rcd_error\":%s}}]}}\nrun 100",
		 phases, rcd_error);
	play(line);
}

static void smallest_connected_phase_decides_and_a_residual_current_forbids_all(void **state)
{
	(void)state;
	play("boot");
	limits_of("\"l1\":20,\"l2\":0,\"l3\":13.4", "false");
	size_t from = mark();
	play("cs plug\nrun 40000");
	assert_pilots(from, E1, "f x1"); /* l2 was told 32 A at the boot: it is connected, and 0 means 0 */
	limits_of("\"l1\":20,\"l2\":16,\"l3\":13.4", "false");
	assert_pilots(from, E1, "f x1 x2:13.4");
	limits_of("\"l1\":20,\"l2\":16,\"l3\":13.4", "true");
	assert_pilots(from, E1, "f x1 x2:13.4 x1");
}

static void dc_outlet_fails_is_asked_for_nothing_and_matches_a_late_car(void **state)
{
	(void)state;
	play("boot --evse DE*TST*E1=evse0:dc");
	size_t from = mark();
	play("cs plug\n" LONG);
	assert_statuses(from, E1, "failed:no_parm_req");
	assert_pilots(from, E1, "");
	assert_later_ms(line_of(from, "\"failed\""), line_of(from, B2), 20000);
	play("car plc0 plug\nrun 3000");
	assert_statuses(from, E1, "failed:no_parm_req matching matched");
}

static void setting_without_effect_on_a_dc_outlet_is_named_at_the_start(void **state)
{
	(void)state;
	play("set pilot.nominal_needs_eim true\nset pilot.nominal_current_a 16\nboot --evse DE*TST*E1=evse0:dc");
	line_of(0, "log      WARN Setting without effect on this outlet: the outlet has no AC. evse_id=DE?TST?E1 "
		   "setting=pilot.nominal_needs_eim");
	assert_count(0, "log      WARN Setting without effect", 2);
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("set pilot.nominal_needs_eim true\nset pilot.nominal_current_a 16\nboot");
	assert_none(0, "log      WARN Setting without effect");
}

static void reported_f_is_no_unplug(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("cs plug\nrun 40000");
	line_of(from, "station *\"state\":\"F\"");
	assert_none(from, "Vehicle has left");
	assert_count(from, HLC, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(silent_car_gets_f_after_20_s_x1_after_25_s_and_its_current_after_25_5_s),
		STORY(unplug_before_the_time_out_asks_for_high_level_charging_only),
		STORY(unplug_in_f_returns_to_high_level_charging),
		STORY(unplug_in_x1_returns_to_high_level_charging),
		STORY(unplug_in_x2_returns_to_high_level_charging),
		STORY(car_that_speaks_in_time_stops_the_fallback),
		STORY(car_that_speaks_while_current_flows_gets_another_window_where_configured),
		STORY(car_that_speaks_where_the_station_has_not_carried_out_f_is_promised_nothing),
		STORY(car_that_speaks_late_while_a_session_runs_is_promised_nothing),
		STORY(car_that_goes_on_after_the_whole_time_is_not_answered_which_is_said),
		STORY(car_that_speaks_while_eim_leads_to_basic_charging_is_not_late),
		STORY(car_that_speaks_when_the_authorization_was_withdrawn_has_missed_no_window),
		STORY(current_follows_the_limit_and_is_x1_below_6_a),
		STORY(limit_that_changes_during_f_is_the_one_offered),
		STORY(configured_current_caps_the_stations_limit),
		STORY(smallest_connected_phase_decides_and_a_residual_current_forbids_all),
		STORY(dc_outlet_fails_is_asked_for_nothing_and_matches_a_late_car),
		STORY(setting_without_effect_on_a_dc_outlet_is_named_at_the_start),
		STORY(reported_f_is_no_unplug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

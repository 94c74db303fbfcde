/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon counts for its metrics page while it works. */
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(name, value)         "metrics  slacd_" name "{evse_id=\"DE?TST?E1\"} " value
#define OF(name, label, kind, n)   "metrics  slacd_" name "{evse_id=\"DE?TST?E1\"," label "=\"" kind "\"} " n
#define SESSIONS(outcome, why, n)  OF("sessions_total", "outcome=\"" outcome "\",reason", why, n)
#define ANSWERS(message, n)        OF("answers_total", "message", message, n)
#define PILOT_REQUESTS(request, n) OF("pilot_requests_total", "request", request, n)
#define SERVICE(name, value)       "metrics  slacd_" name " " value

/* Each of these stands on the page as it is now; a NULL ends them. */
static void page_has(const char *const *lines)
{
	size_t from = mark();

	play("slacd metrics");
	for (; *lines != NULL; lines++)
		line_of(from, *lines);
}

static void match_is_counted_with_all_its_answers(void **state)
{
	(void)state;
	play("boot\n" MATCHED);
	page_has((const char *[]){SERVICE("ready", "1"), SERVICE("broker_connected", "1"), COUNT("outlet_serving", "1"),
				  COUNT("outlet_matched", "1"), COUNT("pilot_offered_amperes", "0.0"),
				  SESSIONS("matched", "", "1"), ANSWERS("CM_SLAC_PARM.CNF", "1"),
				  ANSWERS("CM_ATTEN_CHAR.IND", "1"), ANSWERS("CM_SLAC_MATCH.CNF", "1"),
				  COUNT("answer_seconds_count", "3"), PILOT_REQUESTS("hlc", "1"),
				  COUNT("pilot_confirmed_total", "1"), COUNT("pilot_refused_total", "0"),
				  COUNT("modem_resets_total", "0"), COUNT("modem_restarts_total", "0"), NULL});
	play("cs unplug\ncar plc0 unplug\nrun 5000\ncs plug\ncar plc0 plug\nrun 5000");
	page_has((const char *[]){SESSIONS("matched", "", "2"), SESSIONS("unmatched", "vehicle_left", "1"),
				  ANSWERS("CM_SLAC_MATCH.CNF", "2"), NULL});
}

/* A car is answered before anything is said of it (report_queue.h). */
static void what_is_told_of_a_frame_comes_before_what_is_asked_after_it(void **state)
{
	size_t from;

	(void)state;
	play("boot\ncs plug\nrun 100");
	from = mark();
	play("car plc0 plug");
	play_until("> CM_SLAC_PARM.CNF");
	assert_none(from, "slacd *\"matching\"");
	play("slacd statistics");
	assert_in_order(from, (const char *[]){"slacd *\"matching\"", "log      INFO Statistics", NULL});
	play_until("> CM_SLAC_MATCH.CNF");
	assert_none(from, "WAIT_MATCH to MATCHED");
	play("slacd metrics");
	assert_in_order(from, (const char *[]){"log      INFO *WAIT_MATCH to MATCHED", "metrics  slacd_ready", NULL});
}

static void way_to_basic_charging_is_counted_and_what_is_offered_told(void **state)
{
	(void)state;
	play("boot --max-current 16\ncs plug\nrun 40000");
	page_has((const char *[]){COUNT("outlet_matched", "0"), COUNT("pilot_offered_amperes", "16.0"),
				  SESSIONS("basic_charging", "no_parm_req", "1"), PILOT_REQUESTS("hlc", "1"),
				  PILOT_REQUESTS("f", "1"), PILOT_REQUESTS("x1", "1"), PILOT_REQUESTS("x2", "1"),
				  COUNT("pilot_confirmed_total", "4"), COUNT("pilot_refused_total", "0"), NULL});
}

static void refusals_of_the_station_are_counted_and_confirm_nothing(void **state)
{
	(void)state;
	play("boot\ncs answer invalid f\ncs plug\nrun 21000");
	page_has((const char *[]){PILOT_REQUESTS("f", "1"), COUNT("pilot_confirmed_total", "1"),
				  COUNT("pilot_refused_total", "1"), COUNT("pilot_offered_amperes", "0.0"), NULL});
}

static void message_of_a_car_that_is_not_there_is_counted_as_refused(void **state)
{
	(void)state;
	play("boot\ncar plc0 plug\nrun 100");
	page_has((const char *[]){OF("messages_refused_total", "reason", "no_vehicle", "1"),
				  ANSWERS("CM_SLAC_PARM.CNF", "0"), COUNT("answer_seconds_count", "0"), NULL});
}

static void resets_and_restarts_of_the_modem_are_told_apart(void **state)
{
	(void)state;
	play("set modem.reset_after_session true\nboot\n" MATCHED "cs unplug\nrun 20000");
	page_has((const char *[]){COUNT("modem_resets_total", "1"), COUNT("modem_restarts_total", "0"), NULL});
	story_end(state);
	story_begin(state);
	play("boot / --modem-fault reboot-at:parm:120:lose-key:announce\ncs plug\ncar plc0 plug\nrun 20000");
	page_has((const char *[]){COUNT("modem_resets_total", "0"), COUNT("modem_restarts_total", "1"), NULL});
}

static void service_without_its_broker_is_told(void **state)
{
	(void)state;
	play("boot\nbroker down\nrun 1000");
	page_has((const char *[]){SERVICE("broker_connected", "0"), COUNT("outlet_serving", "1"), NULL});
	play("broker up\nrun 10000");
	page_has((const char *[]){SERVICE("broker_connected", "1"), NULL});
}

static void outlet_whose_interface_is_down_is_not_serving(void **state)
{
	(void)state;
	play("boot\nwire-down evse0\nrun 1000");
	page_has((const char *[]){COUNT("outlet_serving", "0"), NULL});
	play("wire-up evse0\nrun 10000");
	page_has((const char *[]){COUNT("outlet_serving", "1"), NULL});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(match_is_counted_with_all_its_answers),
		STORY(what_is_told_of_a_frame_comes_before_what_is_asked_after_it),
		STORY(way_to_basic_charging_is_counted_and_what_is_offered_told),
		STORY(refusals_of_the_station_are_counted_and_confirm_nothing),
		STORY(message_of_a_car_that_is_not_there_is_counted_as_refused),
		STORY(resets_and_restarts_of_the_modem_are_told_apart),
		STORY(service_without_its_broker_is_told),
		STORY(outlet_whose_interface_is_down_is_not_serving),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

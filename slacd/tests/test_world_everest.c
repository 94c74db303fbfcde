/* SPDX-License-Identifier: Apache-2.0 */
/* slacd with EVerest in the place of the station: what EVerest hears of it, in which order, and what it does not hear. */
#include "mqtt/api/api.h"
#include "service/log.h"
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/recorded.h"
#include "slacd/tests/world/story.h"
#include "tools/everest/everest_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TO_US(name, payload) "publish everest_api/1/slac/m1/e2m/" name " " payload "\n"
#define ENTER                TO_US("enter_bcd", "{}")
#define LEAVE                TO_US("leave_bcd", "{}")
#define RESET                TO_US("reset", "false")
#define HEARTBEAT(count)     TO_US("heartbeat", count)
#define BEACON               "publish everest_api/ready_beacon {}\n"
#define SAYS                 "slacd    everest_api/1/slac/m1/m2e/"
#define CHECK                SAYS "communication_check "

#define ONE_OUTLET "set outlets {\"DE*TST*E1\":{\"interface\":\"evse0\",\"everest_module\":\"m1\"}}\n"
#define EVEREST    "set mqtt.dialect everest\nset mqtt.everest_heartbeat_ms 0\n"
#define LINE       "wire evse0 plc0\nev plc0 --join-ms 50\n"
/* Without heartbeats, which are a matter of their own. */
#define BOOT EVEREST ONE_OUTLET LINE "slacd start\nrun 2000\n"
#define BEATING                                                                                                        \
	EVEREST "set mqtt.everest_heartbeat_ms 1000\n" ONE_OUTLET LINE                                                 \
		"slacd start\nrun 1000\n" HEARTBEAT("0") "run 500\n"
#define MATCHED_UP ENTER "run 10\ncar plc0 plug\nawait dlink_ready true\nrun 100\n"

/* The payloads that this module was told, but for the checks: "MATCHING MATCHED dlink=true ...". */
static const char *said_to(size_t from, const char *module)
{
	static char said[2048];
	char begin[128];
	size_t len = 0;

	snprintf(begin, sizeof(begin), " slacd    everest_api/1/slac/%s/m2e/", module);
	said[0] = '\0';
	for (size_t line = from; line < record_count(); line++) {
		const char *name = strstr(record_text(line), begin);
		char words[256];
		if (name == NULL || strstr(name, "communication_check") != NULL)
			continue;
		name += strlen(begin);
		const char *payload = strchr(name, ' ') + 1;
		if (strncmp(name, "state ", 6) == 0)
			snprintf(words, sizeof(words), "%.*s", (int)strcspn(payload + 1, "\""), payload + 1);
		else
			snprintf(words, sizeof(words), "%.*s=%s", (int)(payload - 1 - name), name, payload);
		len += (size_t)snprintf(said + len, sizeof(said) - len, "%s%s", len > 0 ? " " : "", words);
	}
	return said;
}

static void hears(size_t from, const char *expected)
{
	assert_string_equal(said_to(from, "m1"), expected);
}

#define CLEAR_INTERFACE  "clear_error {\"type\":\"CommunicationFault\",\"sub_type\":\"interface\"}"
#define CLEARS(sub_type) "clear_error={\"type\":\"CommunicationFault\",\"sub_type\":\"" sub_type "\"}"
/* An earlier slacd may have raised errors. */
#define UNMATCHED_AT_START "dlink_ready=false UNMATCHED " CLEARS("interface") " " CLEARS("modem")

/* Under valgrind each step takes long. */
static int so_many(int usually, int under_valgrind)
{
	return getenv("SLACD_VALGRIND") == NULL ? usually : under_valgrind;
}

/* --- one car --- */

static void a_match_is_told_in_everests_own_order(void **state)
{
	(void)state;
	play(BOOT);
	hears(0, UNMATCHED_AT_START);
	size_t from = mark();
	play(MATCHED_UP);
	const char *said = said_to(from, "m1");
	assert_true(strncmp(said, "MATCHING ev_mac_address=\"", 24) == 0);
	assert_non_null(strstr(said, "\" MATCHED dlink_ready=true"));
	for (const char *c = strchr(said, '"') + 1; *c != '"'; c++)
		assert_non_null(strchr("0123456789ABCDEF:", *c));
	from = mark();
	play(LEAVE "car plc0 unplug\nrun 50\n" RESET "run 30000");
	hears(from, "dlink_ready=false UNMATCHED");
	assert_none(0, "slacd *josev"); /* nothing of the other dialect */
	assert_none(0, "slacd *cp_pwm");
	assert_none(0, "slacd *service_status");
}

static void with_the_setting_matching_begins_with_the_first_request(void **state)
{
	(void)state;
	play("set mqtt.everest_matching_at parm_req\n" BOOT);
	size_t from = mark();
	play(ENTER "run 5000");
	hears(from, "");
	play("car plc0 plug\nawait dlink_ready true");
	line_of(from, SAYS "state \"MATCHING\"");
}

static void a_silent_car_gets_the_error_routine_once_and_then_no_match(void **state)
{
	(void)state;
	play(BOOT);
	size_t from = mark();
	play(ENTER "run 60000");
	hears(from, "MATCHING request_error_routine=null UNMATCHED");
	assert_later_ms(line_of(from, SAYS "request_error_routine"), line_of(from, "other *enter_bcd"), 20000);
	assert_later_ms(line_of(from, SAYS "state \"UNMATCHED\""), line_of(from, "other *enter_bcd"), 40000);
	from = mark();
	play("car plc0 plug\nawait dlink_ready true"); /* it is listened to all the same */
	line_of(from, SAYS "state \"MATCHED\"");
}

/* EvseManager's answer to the request: reset(false), leave_bcd, F for 4 s, enter_bcd. */
static void the_e_f_step_of_everest_wakes_a_car_that_slept(void **state)
{
	(void)state;
	play(BOOT ENTER "await request_error_routine");
	size_t from = mark();
	play("run 10\n" RESET LEAVE "run 4000\n" ENTER "car plc0 plug\nawait dlink_ready true");
	const char *said = said_to(from, "m1");
	assert_true(strncmp(said, "UNMATCHED MATCHING ev_mac", 25) == 0);
}

static void a_link_that_is_paused_stays_matched(void **state)
{
	(void)state;
	play(BOOT MATCHED_UP);
	size_t from = mark();
	play(TO_US("dlink_pause", "{}") "run 60000");
	hears(from, "");
	play(LEAVE "run 100");
	hears(from, "dlink_ready=false UNMATCHED");
}

static void terminate_and_error_leave_the_network_with_a_fresh_key(void **state)
{
	static const char *const commands[] = {TO_US("dlink_terminate", "{}"), TO_US("dlink_error", "{}"), RESET};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		play(BOOT MATCHED_UP);
		size_t from = mark();
		play(commands[i]);
		play("run 100");
		hears(from, "dlink_ready=false UNMATCHED");
		line_of(from, "evse0    > CM_SET_KEY.REQ");
		from = mark();
		play("car plc0 unplug\ncar plc0 plug\nrun 5000");
		hears(from, ""); /* not before the next enter_bcd */
		play(ENTER "car plc0 unplug\ncar plc0 plug\nawait dlink_ready true");
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

static void reset_true_means_nothing(void **state)
{
	(void)state;
	play(BOOT MATCHED_UP);
	size_t from = mark();
	play(TO_US("reset", "true") "run 1000");
	hears(from, "");
}

static void what_comes_twice_or_in_the_middle_harms_nothing(void **state)
{
	(void)state;
	play(BOOT ENTER ENTER "car plc0 plug\nawait CM_MNBC_SOUND.IND\n" ENTER "await dlink_ready true\n" ENTER
			      "run 100");
	size_t from = mark();
	play(LEAVE LEAVE RESET RESET "car plc0 unplug\nrun 1000");
	hears(from, "dlink_ready=false UNMATCHED");
	from = mark();
	play(ENTER "car plc0 plug\nawait CM_MNBC_SOUND.IND\n" LEAVE "run 1000");
	hears(from, "MATCHING UNMATCHED");
}

/* --- EVerest that starts anew --- */

static void restart_tells_all_again(const char *in, const char *expected)
{
	play(in);
	size_t from = mark();
	play("run 3000\n" BEACON "run 50\n" HEARTBEAT("0") "run 200"); /* both signs are of one start */
	hears(from, expected);
	from = mark();
	play("run 3000\n" HEARTBEAT("0") "run 200");
	hears(from, expected);
}

static void everest_that_restarts_hears_the_present_state_again(void **state)
{
	static const struct {
		const char *in;
		const char *expected;
	} cases[] = {
		{BEATING, "dlink_ready=false UNMATCHED"},
		{BEATING ENTER "run 10\n", "dlink_ready=false MATCHING"},
		{BEATING ENTER "car plc0 plug\nawait CM_MNBC_SOUND.IND\nrun 6000\n", "MATCHED dlink_ready=true"},
		{BEATING MATCHED_UP, "MATCHED dlink_ready=true"},
		{BEATING MATCHED_UP TO_US("dlink_pause", "{}") "run 10\n", "MATCHED dlink_ready=true"},
		{BEATING MATCHED_UP RESET "run 10\n", "dlink_ready=false UNMATCHED"},
		{BEATING ENTER "run 41000\n", "dlink_ready=false UNMATCHED"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		restart_tells_all_again(cases[i].in, cases[i].expected);
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

static void a_heartbeat_that_stops_is_said_once_and_its_return_too(void **state)
{
	(void)state;
	play(BEATING HEARTBEAT("1"));
	size_t from = mark();
	play("run 30000");
	assert_count(from, "log      WARN EVerest's heartbeat has stopped.", 1);
	from = mark();
	play(HEARTBEAT("32") "run 500");
	assert_count(from, "log      INFO EVerest's heartbeat is back.", 1);
	hears(from, ""); /* nothing was said that it could have missed */
}

static void what_was_said_while_everest_was_silent_is_said_again(void **state)
{
	(void)state;
	play(BEATING HEARTBEAT("1") "run 10000\n" ENTER "run 1000");
	size_t from = mark();
	play(HEARTBEAT("12") "run 500\n" HEARTBEAT("13") "run 500");
	hears(from, "dlink_ready=false MATCHING");
}

static void everest_that_never_speaks_is_named_once(void **state)
{
	(void)state;
	play(EVEREST "set mqtt.everest_heartbeat_ms 1000\n" ONE_OUTLET LINE "slacd start\nrun 60000");
	assert_count(0, "log      WARN EVerest is not heard.*everest_module*module=m1", 1);
}

/* --- slacd, and the broker --- */

static void slacd_that_restarts_says_unmatched_and_asks_for_e_f_when_a_car_speaks(void **state)
{
	(void)state;
	play(BOOT MATCHED_UP "slacd kill\nrun 500");
	size_t from = mark();
	play("slacd start\nrun 3000");
	hears(from, UNMATCHED_AT_START);
	play("car plc0 unplug\ncar plc0 plug\nrun 3000");
	hears(from, UNMATCHED_AT_START " request_error_routine=null");
	assert_none(from, "will "); /* EVerest watches slacd by its checks */
}

static void what_happens_while_the_broker_is_away_is_told_as_it_is_then(void **state)
{
	(void)state;
	play(BOOT ENTER "run 100\nbroker down\nrun 10\ncar plc0 plug\nrun 10000");
	size_t from = mark();
	assert_none(0, "slacd    (kept)");
	play("broker up\nrun 10000");
	const char *said = said_to(from, "m1");
	assert_true(strncmp(said, "ev_mac_address=\"", 16) == 0);
	assert_non_null(strstr(said, "\" MATCHED dlink_ready=true"));
}

static void what_changed_while_the_broker_was_away_is_told_at_once(void **state)
{
	(void)state;
	play(BEATING MATCHED_UP HEARTBEAT("1") "run 100\nbroker down\nrun 10\ncar plc0 fault link-lost\nrun 10000");
	size_t from = mark();
	play("broker up\nrun 6000");
	hears(from, "dlink_ready=false UNMATCHED MATCHING");
	from = mark();
	play(HEARTBEAT("18") "run 500"); /* EVerest may have come back later */
	hears(from, "dlink_ready=false MATCHING");
}

static void another_match_while_the_broker_was_away_is_another_link(void **state)
{
	(void)state;
	play(BEATING MATCHED_UP HEARTBEAT("1") "run 100\nbroker down\nrun 10\ncar plc0 unplug\nrun 5000\n"
					       "car plc0 plug\nrun 5000");
	size_t from = mark();
	play("broker up\nrun 6000");
	const char *said = said_to(from, "m1");
	assert_ptr_equal(strstr(said, "dlink_ready=false UNMATCHED ev_mac_address="), said);
	assert_non_null(strstr(said, "\" MATCHED dlink_ready=true"));
}

/* However many messages wait, and however the heartbeats go on. */
static void what_the_broker_client_did_not_take_is_told_when_it_does(void **state)
{
	(void)state;
	play(BEATING MATCHED_UP HEARTBEAT("1") "run 100\nbroker full\n" LEAVE
					       "car plc0 unplug\nrun 900\n" HEARTBEAT("2") "run 900\n" HEARTBEAT("3"));
	size_t from = mark();
	assert_count(0, "log      WARN Message to EVerest is lost. topic=*dlink_ready *", 1);
	play("broker room\nrun 600");
	hears(from, "dlink_ready=false UNMATCHED");
	play("run 2000");
	hears(from, "dlink_ready=false UNMATCHED");
}

static void another_match_that_the_broker_client_did_not_take_is_another_link(void **state)
{
	(void)state;
	play("set mqtt.everest_check_s 0\n" BOOT MATCHED_UP "broker full\n" LEAVE "car plc0 unplug\nrun 1000\n" ENTER
	     "car plc0 plug\nrun 9000");
	size_t from = mark();
	play("broker room\nrun 600");
	const char *said = said_to(from, "m1");
	assert_ptr_equal(strstr(said, "dlink_ready=false UNMATCHED ev_mac_address="), said);
	assert_non_null(strstr(said, "\" MATCHED dlink_ready=true"));
}

static void another_module_needs_a_restart(void **state)
{
	(void)state;
	play(BOOT);
	size_t from = mark();
	play("set outlets {\"DE*TST*E1\":{\"interface\":\"evse0\",\"everest_module\":\"m2\"}}\nslacd reload\n" ENTER
	     "run 100");
	line_of(from,
		"log      WARN Setting has changed and needs a restart. setting=outlets.DE?TST?E1.everest_module");
	hears(from, "MATCHING");
}

static void a_broker_that_was_away_for_nothing_costs_no_message(void **state)
{
	(void)state;
	play(BEATING MATCHED_UP HEARTBEAT("1") "run 100\nbroker down\nrun 2000");
	size_t from = mark();
	play("broker up\nrun 6000\n" HEARTBEAT("8") "run 500");
	hears(from, "");
}

/* --- checks --- */

static void checks_come_three_times_in_their_period_and_end_with_an_orderly_end(void **state)
{
	(void)state;
	play(BOOT);
	size_t from = mark();
	play("run 60000");
	assert_count(from, CHECK "true", 36);
	assert_none(0, CHECK "false");
	play(MATCHED_UP);
	from = mark();
	play("slacd stop");
	hears(from, "dlink_ready=false UNMATCHED");
	assert_count(from, CHECK "false", 1);
	assert_true(line_of(from, CHECK "false") > line_of(from, SAYS "state \"UNMATCHED\""));
}

static void checks_follow_their_settings(void **state)
{
	(void)state;
	play("set mqtt.everest_check_s 1\nset mqtt.everest_check_ends false\n" BOOT);
	size_t from = mark();
	play("run 10000\nslacd stop");
	assert_count(from, CHECK "true", 30);
	assert_none(0, CHECK "false");
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("set mqtt.everest_check_s 0\n" BOOT "run 10000\nslacd stop");
	assert_none(0, CHECK);
}

static void a_killed_slacd_says_no_false(void **state)
{
	(void)state;
	play(BOOT "slacd kill\nrun 1000");
	assert_none(0, CHECK "false");
}

/* --- errors --- */

static void an_interface_that_is_missing_is_an_error_until_the_outlet_serves(void **state)
{
	(void)state;
	play(BOOT);
	size_t from = mark();
	play("wire-remove evse0\nrun 1000");
	const char *said = said_to(from, "m1");
	assert_ptr_equal(
		strstr(said, "raise_error={\"type\":\"CommunicationFault\",\"sub_type\":\"interface\",\"message\""),
		said);
	size_t again = mark();
	play(BEACON "run 100");
	assert_non_null(strstr(said_to(again, "m1"), "UNMATCHED raise_error={"));
	from = mark();
	play("wire evse0 plc0\nev plc0 --join-ms 50\nrun 5000");
	hears(from, CLEARS("interface"));
}

/* Otherwise the outlet would be out of service until EVerest starts anew. */
static void an_error_does_not_outlive_the_slacd_that_raised_it(void **state)
{
	(void)state;
	play(BOOT "wire-remove evse0\nrun 1000\nslacd kill\nrun 500\nwire evse0 plc0\nev plc0 --join-ms 50");
	size_t from = mark();
	play("slacd start\nrun 3000");
	hears(from, UNMATCHED_AT_START);
	play("wire-remove evse0\nrun 1000");
	from = mark();
	play("slacd stop");
	hears(from, CLEARS("interface"));
	assert_true(line_of(from, CHECK "false") > line_of(from, SAYS "clear_error"));
}

/* EVerest may come back to the broker after slacd. */
static void the_end_of_an_error_is_told_again_where_it_may_not_have_been_heard(void **state)
{
	(void)state;
	play(BEATING HEARTBEAT("1") "wire-remove evse0\nrun 500\n" HEARTBEAT(
		"2") "run 500\nbroker down\nrun 10\n"
		     "wire evse0 plc0\nev plc0 --join-ms 50\nrun 10000\nbroker up\nrun 6000");
	size_t from = mark();
	play(HEARTBEAT("18") "run 500");
	hears(from, "dlink_ready=false UNMATCHED " CLEARS("interface"));
	from = mark();
	play(HEARTBEAT("19") "run 500\n" BEACON "run 500");
	hears(from, "dlink_ready=false UNMATCHED");
}

/* It may be of a second EVerest, which knows nothing of the error. */
static void a_lower_count_is_no_proof_that_everest_has_no_errors(void **state)
{
	(void)state;
	play(BEATING HEARTBEAT("20") "wire-remove evse0\nrun 500\n" HEARTBEAT(
		"21") "run 500\nbroker down\nrun 10\n"
		      "wire evse0 plc0\nev plc0 --join-ms 50\nrun 10000\nbroker up\nrun 6000");
	size_t from = mark();
	play(HEARTBEAT("7") "run 500\n" HEARTBEAT("3") "run 600");
	assert_count(from, SAYS CLEAR_INTERFACE, 2);
}

static void a_silent_modem_is_an_error_of_its_own(void **state)
{
	(void)state;
	play(EVEREST ONE_OUTLET "wire evse0 plc0\nev plc0 --join-ms 50 --modem-fault silent\nslacd start\nrun 30000");
	assert_count(0, SAYS "raise_error*\"sub_type\":\"modem\"", 1);
}

/* --- what is wrong, foreign or too much --- */

static void what_does_not_convert_is_said_once_and_dropped(void **state)
{
	(void)state;
	play(BOOT MATCHED_UP);
	size_t from = mark();
	play(TO_US("reset", "0") TO_US("reset", "\"false\"") TO_US("reset", "null") TO_US("leave_bcd", "null")
		     TO_US("leave_bcd", "true") TO_US("heartbeat", "-1") "run 1000");
	hears(from, "");
	assert_count(from, "log      WARN MQTT message refused.*name=reset*expected=\"true or false\" count=1", 1);
	assert_count(from, "log      WARN MQTT message refused.*name=reset", 1);
	assert_count(from, "log      WARN MQTT message refused.*name=leave_bcd", 1);
	assert_count(from, "log      WARN MQTT message refused.*name=heartbeat", 1);
}

static void another_module_is_none_of_ours(void **state)
{
	(void)state;
	play(BOOT MATCHED_UP);
	size_t from = mark();
	play("publish everest_api/1/slac/other/e2m/leave_bcd {}\npublish everest_api/1/slac/other/e2m/reset false\n"
	     "publish everest_api/2/slac/m1/e2m/leave_bcd {}\npublish everest_api/1/slac/m1/m2e/leave_bcd {}\n"
	     "publish everest_api/1/slac/m1/e2m/unheard {}\nrun 1000");
	hears(from, "");
	assert_count(from, "log      WARN Message of a module of EVerest that no outlet has ignored.*module=other", 1);
}

static void a_flood_ends_in_the_state_of_its_last_message(void **state)
{
	(void)state;
	play(BOOT);
	size_t from = mark();
	const int times = so_many(3000, 50);
	for (int i = 0; i < times; i++)
		play(ENTER LEAVE);
	play("run 2000");
	assert_count(from, SAYS "state \"MATCHING\"", (size_t)times);
	from = mark();
	play(MATCHED_UP);
	line_of(from, SAYS "state \"MATCHED\"");
}

/* Each would be told all: twice a second is enough for who starts so often, and the log has it in few lines. */
static void a_flood_of_starts_is_not_answered_one_by_one(void **state)
{
	const int times = so_many(1000, 50);

	(void)state;
	play(BEATING "run 2000");
	size_t from = mark();
	for (int i = 0; i < times; i++)
		play(BEACON HEARTBEAT("0") HEARTBEAT("7") HEARTBEAT("3"));
	play("run 2000");
	assert_count(from, SAYS "state \"UNMATCHED\"", 2);
	assert_count(from, "log      INFO EVerest is ready. count=*", LOG_BURST_LOUD);
	assert_count(from, "log      INFO EVerest has started anew.*", LOG_BURST_LOUD - 1);
	assert_count(from, "log      WARN EVerest starts anew again and again.*", 1);
}

/* --- modules --- */

#define NO_MODULE    "set outlets {\"DE*TST*E1\":{\"interface\":\"evse0\"}}\n"
#define QUERY        "slacd    everest_api/query-modules/slac {\"headers\":{\"replyTo\":\"slacd/c1/everest\"}}"
#define ENTRY(id)    "{\"type\":\"slac\",\"module_id\":\"" id "\",\"version\":1}"
#define ANSWER(list) "publish slacd/c1/everest {\"apis\":[" list "]}\n"

static void the_module_is_found_by_asking_where_one_outlet_has_none(void **state)
{
	(void)state;
	play("set mqtt.client_id c1\n" EVEREST NO_MODULE LINE "slacd start\nrun 2500");
	assert_count(0, QUERY, 2);
	hears(0, "");
	play(ANSWER("{\"type\":\"auth\",\"module_id\":\"m0\",\"version\":1}," ENTRY("m1")) "run 1000");
	hears(0, UNMATCHED_AT_START);
	play(MATCHED_UP "run 60000");
	assert_count(0, QUERY, 2);
}

#define UNANSWERED                                                                                                     \
	"log      WARN EVerest has not told of its slac modules within 7 s: expected an answer to "                    \
	"side/everest_api/query-modules/slac. Is mqtt.everest_prefix 'side/' right? Or set "                           \
	"outlets.DE*TST*E1.everest_module."

static void a_question_for_modules_that_nobody_answers_is_said_once(void **state)
{
	(void)state;
	play("set mqtt.client_id c1\nset mqtt.everest_prefix side/\n" EVEREST NO_MODULE LINE "slacd start\nrun 6900");
	assert_none(0, UNANSWERED);
	play("run 300000");
	assert_count(0, UNANSWERED, 1);
	size_t from = mark();
	play("broker down\nrun 1000\nbroker up\nrun 10000");
	assert_count(from, UNANSWERED, 1);
	from = mark();
	play(ANSWER(ENTRY("m1")) "run 60000");
	assert_none(from, UNANSWERED);
}

static void a_module_that_nobody_could_name_keeps_no_other_from_being_found(void **state)
{
	(void)state;
	play("set mqtt.client_id c1\n" EVEREST NO_MODULE LINE
	     "slacd start\nrun 100\n" ANSWER(ENTRY("a/b") "," ENTRY("m1")) "run 1000");
	hears(0, UNMATCHED_AT_START);
	assert_count(0,
		     "log      WARN Entry of an MQTT message left out. topic=slacd/c1/everest name=modules "
		     "member=apis?0?.module_id expected=*",
		     1);
}

static void with_two_modules_nobody_can_tell_which_one_it_is(void **state)
{
	(void)state;
	play("set mqtt.client_id c1\n" EVEREST NO_MODULE LINE "slacd start\nrun 100\n" ANSWER(ENTRY("m1"))
		     ANSWER(ENTRY("m2")) "run 1000");
	assert_count(0, "log      ERROR EVerest has 2 slac modules that no outlet names. Set outlets.DE\\*TST\\*E1", 0);
	assert_count(0, "log      ERROR EVerest has 2 slac modules that no outlet names.", 1);
	hears(0, "");
}

static void two_outlets_have_nothing_to_do_with_each_other(void **state)
{
	(void)state;
	play("set mqtt.everest_prefix site/\n" EVEREST
	     "set outlets {\"DE*TST*E1\":{\"interface\":\"evse0\",\"everest_module\":\"m1\"},"
	     "\"DE*TST*E2\":{\"interface\":\"evse1\",\"everest_module\":\"m2\"}}\n" LINE
	     "wire evse1 plc1\nev plc1 --join-ms 50\nslacd start\nrun 2000");
	assert_count(0, "slacd    site/everest_api/1/slac/m1/m2e/state \"UNMATCHED\"", 1);
	assert_count(0, "slacd    site/everest_api/1/slac/m2/m2e/state \"UNMATCHED\"", 1);
	size_t from = mark();
	play("publish site/everest_api/1/slac/m2/e2m/enter_bcd {}\n" ENTER "car plc1 plug\nrun 10000");
	assert_count(from, "slacd    site/everest_api/1/slac/m2/m2e/dlink_ready true", 1);
	assert_none(from, "slacd    site/everest_api/1/slac/m1/m2e/state");
}

/* More outlets than are said at once: their interfaces are missing, which is said, too. */
static void many_outlets_are_told_of_one_after_the_other(void **state)
{
	const int count = so_many(API_EVSES_MAX, 40);
	char outlets[32768];
	size_t len = 0;

	(void)state;
	for (int i = 0; i < count; i++)
		len += (size_t)snprintf(outlets + len, sizeof(outlets) - len,
					"%s\"E%d\":{\"interface\":\"none%d\",\"everest_module\":\"m%d\"}",
					i > 0 ? "," : "set outlets {", i, i, i);
	snprintf(outlets + len, sizeof(outlets) - len, "}");
	play(EVEREST);
	play(outlets);
	play("slacd start\nrun 2000");
	for (int turn = 0; turn < 2; turn++) {
		const size_t from = mark();
		play(BEACON "run 700");
		assert_count(from, "slacd    everest_api/1/slac/m*/m2e/state \"UNMATCHED\"", (size_t)count);
		assert_count(from, "slacd    everest_api/1/slac/m*/m2e/raise_error *", (size_t)count);
		assert_non_null(strstr(said_to(from, "m39"), "UNMATCHED raise_error")); /* behind the first ones */
	}
	assert_none(0, "log      WARN MQTT message dropped");
}

static void a_configuration_that_everest_cannot_use_is_refused(void **state)
{
	static const struct {
		const char *settings;
		const char *said;
	} cases[] = {
		{"set outlets {}", "outlets: expected at least one outlet"},
		{"set outlets {\"E1\":{\"everest_module\":\"m1\"}}", "outlets.E1.interface: expected"},
		{"set outlets {\"E1\":{\"interface\":\"a\"},\"E2\":{\"interface\":\"b\"}}",
		 "outlets.E2.everest_module: expected an id"},
		{"set outlets {\"E1\":{\"interface\":\"a\",\"everest_module\":\"m\"},"
		 "\"E2\":{\"interface\":\"b\",\"everest_module\":\"m\"}}",
		 "outlets.E2.everest_module: expected a module of its own"},
		{ONE_OUTLET "set service.cs_config_file x", "service.cs_config_file: expected none"},
		{ONE_OUTLET "set mqtt.everest_prefix a/+/", "mqtt.everest_prefix: 'a/+/' is not valid"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char pattern[128];
		play("set mqtt.dialect everest");
		play(cases[i].settings);
		play("slacd start");
		snprintf(pattern, sizeof(pattern), "slacd *does not start: %s", cases[i].said);
		line_of(0, pattern);
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

/* --- anything in any order, judged by the rules of everest-sim --- */

/* A message takes its way: what EVerest says counts for slacd a little later. A vehicle counts at once. */
#define ON_ITS_WAY_US 1000

struct judge {
	struct rules rules;
	bool has_begun;
	size_t order_count;
	struct {
		uint64_t at_us;
		enum rules_command command;
	} orders[16];
};

static const struct {
	const char *name;
	enum rules_command command;
} commands[] = {{"enter_bcd {}", RULES_ENTER},         {"leave_bcd {}", RULES_LEAVE},
		{"reset false", RULES_RESET},          {"dlink_terminate {}", RULES_TERMINATE},
		{"dlink_error {}", RULES_DLINK_ERROR}, {"dlink_pause {}", RULES_PAUSE}};

static void take_order(struct judge *judge, const char *said, uint64_t now_us)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(said, commands[i].name) != 0)
			continue;
		if (commands[i].command == RULES_ENTER) {
			rules_say(&judge->rules, RULES_ENTER, now_us);
			return;
		}
		assert_true(judge->order_count < 16);
		judge->orders[judge->order_count].at_us = now_us + ON_ITS_WAY_US;
		judge->orders[judge->order_count++].command = commands[i].command;
	}
}

static void run_orders(struct judge *judge, uint64_t now_us)
{
	size_t kept = 0;

	for (size_t i = 0; i < judge->order_count; i++) {
		if (judge->orders[i].at_us > now_us)
			judge->orders[kept++] = judge->orders[i];
		else
			rules_say(&judge->rules, judge->orders[i].command, judge->orders[i].at_us);
	}
	judge->order_count = kept;
}

static void judge_line(struct judge *judge, size_t line, unsigned seed)
{
	const uint64_t now_us = record_time_us(line);
	const char *said = strstr(record_text(line), " slacd    everest_api/1/slac/m1/m2e/");
	const char *heard = strstr(record_text(line), " other    everest_api/1/slac/m1/e2m/");
	bool is_kept = true;

	if (!judge->has_begun && said != NULL)
		rules_begin(&judge->rules, 5000000, now_us);
	judge->has_begun = judge->has_begun || said != NULL;
	run_orders(judge, now_us);
	if (judge->has_begun && said != NULL) {
		char name[64];
		said += strlen(" slacd    everest_api/1/slac/m1/m2e/");
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(said, " "), said);
		is_kept = rules_hear(&judge->rules, name, strchr(said, ' ') + 1, false, now_us);
	}
	if (heard != NULL)
		take_order(judge, heard + strlen(" other    everest_api/1/slac/m1/e2m/"), now_us);
	if (strstr(record_text(line), " other    everest_api/ready_beacon") != NULL)
		rules_restart(&judge->rules, now_us);
	if (!is_kept || (judge->has_begun && !rules_tick(&judge->rules, now_us)))
		fail_msg("seed %u: %s: %s", seed, judge->rules.why, record_text(line));
}

static void anything_in_any_order_keeps_the_rules(void **state)
{
	static const char *const steps[] = {
		ENTER,
		ENTER,
		ENTER,
		LEAVE,
		RESET,
		TO_US("dlink_terminate", "{}"),
		TO_US("dlink_error", "{}"),
		TO_US("dlink_pause", "{}"),
		BEACON,
		HEARTBEAT("7"),
		"car plc0 plug",
		"car plc0 plug",
		"car plc0 plug",
		"car plc0 unplug",
		"car plc0 fault link-lost",
		"car plc0 fault no-link",
		"car plc0 fault none",
		"car plc0 fault none",
		"wire-down evse0",
		"wire-up evse0",
		"wire-up evse0",
		"run 30",
		"run 300",
		"run 3000",
		"run 15000",
		"run 25000",
	};

	for (unsigned first = 1; first <= (unsigned)so_many(30, 2); first++) {
		unsigned seed = first;
		struct judge judge = {0};
		play(first % 3 == 0 ? "set slac.profile strict" : "set slac.profile field");
		play(BOOT);
		for (int i = 0; i < 60; i++) {
			play(steps[(unsigned)rand_r(&seed) % (sizeof(steps) / sizeof(steps[0]))]);
			play("run 5");
		}
		play("run 2000");
		for (size_t line = 0; line < record_count(); line++)
			judge_line(&judge, line, first);
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

/* --- records --- */

/* Each story ends with that; here there is something of everything. */
static void sessions_of_an_everest_outlet_are_replayed_to_the_same_decisions(void **state)
{
	const size_t before = recorded_total()->records;

	play("set slac.profile strict\n" BOOT MATCHED_UP LEAVE "car plc0 unplug\nrun 3000\n" ENTER "run 90000\n" LEAVE
	     "run 3000\n" MATCHED_UP TO_US("dlink_terminate", "{}") "run 100\n" ENTER "run 100\n" RESET
								    "run 100\n" LEAVE "run 1000");
	assert_int_equal(story_end(state), 0);
	assert_true(recorded_total()->records >= before + (size_t)so_many(3, 0)); /* valgrind: none is kept */
	story_begin(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_match_is_told_in_everests_own_order),
		STORY(with_the_setting_matching_begins_with_the_first_request),
		STORY(a_silent_car_gets_the_error_routine_once_and_then_no_match),
		STORY(the_e_f_step_of_everest_wakes_a_car_that_slept),
		STORY(a_link_that_is_paused_stays_matched),
		STORY(terminate_and_error_leave_the_network_with_a_fresh_key),
		STORY(reset_true_means_nothing),
		STORY(what_comes_twice_or_in_the_middle_harms_nothing),
		STORY(everest_that_restarts_hears_the_present_state_again),
		STORY(a_heartbeat_that_stops_is_said_once_and_its_return_too),
		STORY(what_was_said_while_everest_was_silent_is_said_again),
		STORY(everest_that_never_speaks_is_named_once),
		STORY(slacd_that_restarts_says_unmatched_and_asks_for_e_f_when_a_car_speaks),
		STORY(what_happens_while_the_broker_is_away_is_told_as_it_is_then),
		STORY(what_changed_while_the_broker_was_away_is_told_at_once),
		STORY(another_match_while_the_broker_was_away_is_another_link),
		STORY(what_the_broker_client_did_not_take_is_told_when_it_does),
		STORY(another_match_that_the_broker_client_did_not_take_is_another_link),
		STORY(another_module_needs_a_restart),
		STORY(a_broker_that_was_away_for_nothing_costs_no_message),
		STORY(checks_come_three_times_in_their_period_and_end_with_an_orderly_end),
		STORY(checks_follow_their_settings),
		STORY(a_killed_slacd_says_no_false),
		STORY(an_interface_that_is_missing_is_an_error_until_the_outlet_serves),
		STORY(an_error_does_not_outlive_the_slacd_that_raised_it),
		STORY(the_end_of_an_error_is_told_again_where_it_may_not_have_been_heard),
		STORY(a_lower_count_is_no_proof_that_everest_has_no_errors),
		STORY(a_silent_modem_is_an_error_of_its_own),
		STORY(what_does_not_convert_is_said_once_and_dropped),
		STORY(another_module_is_none_of_ours),
		STORY(a_flood_ends_in_the_state_of_its_last_message),
		STORY(a_flood_of_starts_is_not_answered_one_by_one),
		STORY(the_module_is_found_by_asking_where_one_outlet_has_none),
		STORY(a_question_for_modules_that_nobody_answers_is_said_once),
		STORY(a_module_that_nobody_could_name_keeps_no_other_from_being_found),
		STORY(with_two_modules_nobody_can_tell_which_one_it_is),
		STORY(two_outlets_have_nothing_to_do_with_each_other),
		STORY(many_outlets_are_told_of_one_after_the_other),
		STORY(a_configuration_that_everest_cannot_use_is_refused),
		STORY(anything_in_any_order_keeps_the_rules),
		STORY(sessions_of_an_everest_outlet_are_replayed_to_the_same_decisions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A station and services as the Josev API has them: names, topics, authorizations, the members of a status. */
#include "slacd/card_requests.h"
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define JOSEV  "set mqtt.status_message slac_status\n"
#define NO_RUN "\"run_id\":\"0x0000000000000000\""

/* Messages of services that are not slacd: on a topic, with an id. */
#define SAY(topic, id, name, type, data)                                                                               \
	"publish " topic " {\"id\":\"" id "\",\"name\":\"" name "\",\"type\":\"" type "\",\"data\":" data "}\n"
#define SESSION(topic, rest)                                                                                           \
	SAY(topic, "h", "hlc_charging", "update", "{\"evse_id\":\"DE*TST*E1\",\"status\":" rest "}")
#define AUTHORIZED(topic, token_type, status)                                                                          \
	SAY(topic, "u", "authorization", "update",                                                                     \
	    "{\"evse_id\":\"DE*TST*E1\",\"token_type\":\"" token_type "\",\"status\":\"" status "\"}")
#define TAPPED(id, token_type)                                                                                         \
	SAY("cs/josev", id, "authorization", "request",                                                                \
	    "{\"evse_id\":\"DE*TST*E1\",\"id_token\":\"04A2B1C8\",\"token_type\":\"" token_type "\"}")
#define ANSWERED(topic, id, status) SAY(topic, id, "authorization", "response", "{\"status\":\"" status "\"}")

/* --- the SLAC status --- */

static void every_status_has_a_run_id_of_its_own_vehicle(void **state)
{
	(void)state;
	play(JOSEV "boot");
	size_t from = mark();
	play("cs plug\nrun 30000\ncs unplug\nrun 1000");
	line_of(from, "slacd *slac_status*" NO_RUN ",\"status\":\"basic_charging\"}");
	line_of(from, "slacd *slac_status*" NO_RUN ",\"status\":\"unmatched\"}");
	play("cs plug\ncar plc0 plug");
	play_until("\"matched\"");
	play("cs unplug\ncar plc0 unplug\nrun 1000");
	assert_none(from, "slacd *slac_status*\"matching\"*" NO_RUN);
	/* What the car before said is not the silent one's. */
	from = mark();
	play("cs plug\nrun 30000");
	line_of(from, "slacd *slac_status*" NO_RUN ",\"status\":\"basic_charging\"}");
}

static void fallback_after_a_failure_has_the_run_and_the_car_that_failed(void **state)
{
	(void)state;
	play("boot / --stop-at parm --run-id abcdef0123456789 --ev-mac 00:18:87:0a:a1:d6");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\nrun 60000\ncs unplug\nrun 500");
	line_of(from,
		"slacd *\"run_id\":\"0xABCDEF0123456789\",\"status\":\"matching\",\"ev_mac\":\"00:18:87:0A:A1:D6\"}");
	line_of(from,
		"slacd *\"run_id\":\"0xABCDEF0123456789\",\"status\":\"failed\"*\"ev_mac\":\"00:18:87:0A:A1:D6\"*}");
	line_of(from, "slacd *\"run_id\":\"0xABCDEF0123456789\",\"status\":\"basic_charging\"*"
		      "\"ev_mac\":\"00:18:87:0A:A1:D6\"*}");
	line_of(from, "slacd *\"run_id\":\"0xABCDEF0123456789\",\"status\":\"unmatched\"*"
		      "\"ev_mac\":\"00:18:87:0A:A1:D6\"*}");
}

static void matched_tells_the_car_and_the_attenuation_once_measured(void **state)
{
	(void)state;
	play("boot / --profile 23");
	size_t from = mark();
	play("cs plug\ncar plc0 plug");
	play_until("\"matched\"");
	line_of(from, "slacd *\"status\":\"matched\",\"ev_mac\":\"*\",\"attenuation_db\":23.0}");
	assert_none(from, "\"matching\"*attenuation_db");
	play("cs unplug\nrun 100");
	line_of(from, "slacd *\"unmatched\",\"reason\":\"vehicle_left\",\"ev_mac\":\"");
}

/* The match is over by then, and the station takes the outlet out of service. */
static void failed_tells_the_attenuation_that_was_measured(void **state)
{
	(void)state;
	play("boot / --profile 23");
	size_t from = mark();
	play("cs plug\ncar plc0 plug");
	play_until("\"matched\"");
	play("cs status_code evse_not_ready\nrun 1000");
	line_of(from,
		"slacd *\"status\":\"failed\",\"reason\":\"evse_not_ready\",\"ev_mac\":\"*\",\"attenuation_db\":23.0");
}

static void josev_status_has_exactly_its_members_unless_more_are_wanted(void **state)
{
	(void)state;
	play(JOSEV "boot");
	play("cs plug\ncar plc0 plug");
	play_until("\"matched\"");
	play("cs unplug\nrun 100");
	assert_none(0, "slac_status*ev_mac");
	assert_none(0, "slac_status*attenuation_db");
	assert_none(0, "slacd *slac_status*reason");
}

static void josev_status_has_more_members_where_they_are_wanted(void **state)
{
	(void)state;
	play(JOSEV "set mqtt.status_extra true\nboot");
	play("cs plug\ncar plc0 plug");
	play_until("slac_status*\"matched\",\"ev_mac\":\"*\",\"attenuation_db\":20.0}");
	play("cs unplug\nrun 100");
	line_of(0, "slacd *slac_status*\"reason\":\"vehicle_left\"");
}

/* --- what other services say --- */

static void no_fallback_during(const char *said)
{
	play("boot");
	size_t from = mark();
	play("cs plug\nrun 1000");
	play(said);
	play("run 60000");
	assert_pilots(from, E1, "");
	play(SESSION("josev/cs", "false"));
	play("run 60000"); /* and when it is over there is nothing in the way */
	assert_statuses(from, E1, "basic_charging:no_parm_req");
}

static void session_is_heard_where_slacd_speaks(void **state)
{
	(void)state;
	no_fallback_during(SESSION("josev/cs", "true"));
}

static void session_is_heard_where_it_is_told_to_ocpp(void **state)
{
	(void)state;
	no_fallback_during(SESSION("iso15118/ocpp", "true"));
}

static void session_that_pauses_is_not_over(void **state)
{
	(void)state;
	no_fallback_during(SESSION("josev/cs", "true") SESSION("josev/cs", "false,\"action\":\"pause\""));
}

static void pause_of_the_session_alone_pauses_no_pilot(void **state)
{
	(void)state;
	play("boot\ncs plug\ncar plc0 plug");
	play_until("\"matched\"");
	play(SESSION("josev/cs", "true") SESSION("josev/cs", "false,\"action\":\"pause\"") "run 1000");
	size_t from = mark();
	play("cs state B1\nrun 60000\ncs state B1\nrun 60000");
	assert_count(from, HLC "*", 2);
	assert_pilots(from, E1, "hlc");
	assert_statuses(from, E1, "");
}

static void services_have_a_topic_of_their_own_where_one_is_set(void **state)
{
	(void)state;
	play("set mqtt.topics_from_services [\"site/services\"]\nboot");
	size_t from = mark();
	play("cs plug\nrun 1000\n" SESSION("site/services", "true") "run 60000");
	assert_pilots(from, E1, "");
}

static void own_messages_that_come_back_are_not_obeyed(void **state)
{
	(void)state;
	play("boot\ncs plug\ncar plc0 plug");
	play_until("\"matched\"");
	play("cs unplug\ncar plc0 unplug\nrun 5000\ncs plug");
	play_until(X2); /* of another service it would be the handover */
	play("run 1000");
	line_of(0, "log      INFO Pilot: X1_STEP to BASIC.*");
	assert_none(0, "log *Another service *");
	assert_none(0, "log      WARN MQTT message refused*");
}

#define PLUGGED "{\"evse_id\":\"DE*TST*E1\",\"state\":\"B2\"}"
#define REFUSED(topic)                                                                                                 \
	"log      WARN MQTT message refused. topic=" topic                                                             \
	" name=cp_status member=topic expected=\"the station's topic\"*"

static void what_the_station_says_is_taken_from_its_topic_only(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	/* A mistake is said once a minute. */
	play(SAY("josev/cs", "1", "cp_status", "update", PLUGGED) "run 60000");
	play(SAY("iso15118/ocpp", "1", "cp_status", "update", PLUGGED) "run 60000");
	play(SAY("iso15118/slac", "1", "cp_status", "update", PLUGGED) "run 60000");
	assert_statuses(from, E1, "");
	assert_count(from, REFUSED("josev/cs"), 1);
	assert_count(from, REFUSED("iso15118/ocpp"), 1);
	assert_count(from, REFUSED("iso15118/slac"), 1);
	assert_count(from, "log      WARN *", 3);
}

static void data_link_is_taken_from_the_15118_service_only(void **state)
{
	(void)state;
	play("boot\ncs plug\ncar plc0 plug");
	play_until("\"matched\"");
	size_t from = mark();
	play(SAY("cs/josev", "1", "slac_data_link", "update", "{\"evse_id\":\"DE*TST*E1\",\"action\":\"terminate\"}"));
	play(SAY("josev/cs", "1", "slac_data_link", "update", "{\"evse_id\":\"DE*TST*E1\",\"action\":\"terminate\"}"));
	play("run 100");
	assert_statuses(from, E1, "");
	line_of(from, "log *topic=cs/josev name=slac_data_link member=topic");
	play("cs data_link terminate\nrun 100");
	assert_statuses(from, E1, "unmatched:terminated");
}

/* --- authorization --- */

static void card_that_is_accepted_is_an_authorization(void **state)
{
	(void)state;
	play(EIM "boot");
	size_t from = mark();
	play("cs tap accepted\ncs plug\nrun 10000");
	assert_pilots(from, E1, "x1 x2:32.0");
	assert_statuses(from, E1, "basic_charging:authorized_by_eim");
}

static void card_that_is_rejected_is_none(void **state)
{
	(void)state;
	play(EIM "boot");
	size_t from = mark();
	play("cs tap rejected\ncs plug\nrun 10000");
	assert_pilots(from, E1, "");
	play("cs tap accepted\nrun 100");
	line_of(from, "slacd *authorized_by_eim");
}

static void rejection_and_deauthorization_end_an_authorization(void **state)
{
	static const char *const ends[] = {"cs tap rejected", AUTHORIZED("josev/cs", "ISO14443", "deauthorized"),
					   AUTHORIZED("josev/cs", "central", "rejected"),
					   AUTHORIZED("cs/josev", "local", "deauthorized")};

	(void)state;
	play(EIM "boot");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t from = mark();
		play("cs tap accepted\nrun 100");
		play(ends[i]);
		play("run 100\ncs plug\nrun 5000\ncs unplug\nrun 100");
		assert_none(from, "slacd *authorized_by_eim");
	}
}

static void token_that_the_driver_shows_is_external_and_a_contract_is_not(void **state)
{
	static const char *const others[] = {AUTHORIZED("josev/cs", "e_maid", "accepted"),
					     AUTHORIZED("josev/cs", "no_authorization", "accepted"),
					     AUTHORIZED("iso15118/ocpp", "e_maid", "accepted"),
					     TAPPED("t", "no_authorization") ANSWERED("josev/cs", "t", "accepted")};
	static const char *const external[] = {AUTHORIZED("josev/cs", "ISO14443", "accepted"),
					       AUTHORIZED("josev/cs", "central", "accepted"),
					       AUTHORIZED("iso15118/ocpp", "mac_address", "accepted"),
					       TAPPED("t", "key_code") ANSWERED("josev/cs", "t", "accepted"),
					       TAPPED("t", "ISO15693") ANSWERED("iso15118/ocpp", "t", "accepted"),
					       AUTHORIZED("cs/josev", "local", "accepted")};

	(void)state;
	play(EIM "boot");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		size_t from = mark();
		play(others[i]);
		play("run 10\ncs plug\nrun 5000\ncs unplug\nrun 100");
		assert_none(from, "slacd *authorized_by_eim");
	}
	for (size_t i = 0; i < sizeof(external) / sizeof(external[0]); i++) {
		size_t from = mark();
		play(external[i]);
		play("run 10\ncs plug\nrun 5000\ncs unplug\nrun 100");
		line_of(from, "slacd *authorized_by_eim");
	}
}

static void contract_that_ends_takes_no_card_back(void **state)
{
	(void)state;
	play(EIM "boot\ncs tap accepted\n" AUTHORIZED("josev/cs", "e_maid", "rejected") "run 100\ncs plug\nrun 5000");
	line_of(0, "slacd *authorized_by_eim");
}

static void answer_counts_once_and_only_with_the_id_of_a_request(void **state)
{
	(void)state;
	play(EIM "boot\n" ANSWERED("josev/cs", "nobody", "accepted") "run 10\ncs plug\nrun 5000");
	assert_none(0, "slacd *authorized_by_eim");
	play(TAPPED("t", "ISO14443") ANSWERED("josev/cs", "t", "rejected") ANSWERED("josev/cs", "t", "accepted"));
	play("run 5000");
	assert_none(0, "slacd *authorized_by_eim");
}

static void card_before_the_plug_in_is_for_the_only_outlet(void **state)
{
	static const char tap[] = SAY("cs/josev", "t", "authorization", "request", "{\"token_type\":\"ISO14443\"}");

	(void)state;
	play(EIM "boot");
	play(tap);
	play(ANSWERED("josev/cs", "t", "accepted") "run 10\ncs plug\nrun 5000");
	line_of(0, "slacd *authorized_by_eim");
}

static void oldest_of_too_many_open_requests_is_forgotten(void **state)
{
	char line[256];

	(void)state;
	play(EIM "boot");
	play(TAPPED("first", "ISO14443") TAPPED("second", "ISO14443"));
	for (int i = 0; i < CARD_REQUESTS_MAX - 1; i++) {
		snprintf(line, sizeof(line),
			 "publish cs/josev {\"id\":\"n%d\",\"name\":\"authorization\",\"type\":\"request\",\"data\":{"
			 "\"evse_id\":\"DE*TST*E1\",\"token_type\":\"ISO14443\"}}",
			 i);
		play(line);
	}
	play(ANSWERED("josev/cs", "first", "accepted") "run 10\ncs plug\nrun 5000");
	assert_none(0, "slacd *authorized_by_eim");
	play(ANSWERED("josev/cs", "second", "accepted") "run 10");
	line_of(0, "slacd *authorized_by_eim");
}

/* --- the pilot --- */

static void forced_state_is_asked_for_with_a_current_of_0(void **state)
{
	(void)state;
	play("boot\ncs plug\nrun 30000");
	line_of(0, "slacd *\"hlc\":false,\"current\":0.0,\"error_state\":false,\"fault_state\":true}");
	assert_none(0, "slacd *\"hlc\":false,\"error_state\"");
	assert_none(0, "slacd *\"hlc\":true,\"current\"");
}

static void pilot_state_without_what_nobody_reads_is_taken(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("publish cs/josev {\"name\":\"cp_status\",\"type\":\"update\",\"data\":{\"evse_id\":\"DE*TST*E1\",\"state\":\"B2\","
	     "\"max_voltage\":null,\"min_voltage\":\"?\",\"duty_cycle\":null}}\nrun 22000");
	assert_statuses(from, E1, "basic_charging:no_parm_req");
	assert_pilots(from, E1, "f");
}

static void limits(const char *l1, const char *l2)
{
	char line[512];

	snprintf(
		line, sizeof(line),
		"publish cs/josev {\"id\":\"1\",\"name\":\"cs_status_and_limits\",\"type\":\"update\",\"data\":{\"evses\":[{"
		"\"evse_id\":\"DE*TST*E1\",\"status_code\":\"evse_ready\",\"ac\":{\"max_current\":{\"l1\":%s,\"l2\":%s,"
		"\"l3\":0},\"rcd_error\":false}}]}}\nrun 100",
		l1, l2);
	play(line);
}

static void outlet_is_of(const char *connector_type)
{
	char line[512];

	snprintf(
		line, sizeof(line),
		"publish cs/josev {\"id\":\"1\",\"name\":\"cs_parameters\",\"type\":\"update\",\"data\":{\"parameters\":[{"
		"\"evse_id\":\"DE*TST*E1\",\"network_interface\":\"evse0\",\"connectors\":[{\"services\":{\"ac\":{"
		"\"connector_type\":\"%s\"}}}]}]}}\nrun 2000",
		connector_type);
	play(line);
}

static void l1_alone_decides_at_a_single_phase_outlet(void **state)
{
	(void)state;
	play("boot");
	outlet_is_of("AC_single_phase_core");
	limits("16", "10");
	size_t from = mark();
	play("cs plug\nrun 30000\ncs unplug\nrun 1000");
	assert_pilots(from, E1, "f x1 x2:16.0 hlc");
	outlet_is_of("AC_three_phase_core");
	limits("16", "10");
	from = mark();
	play("cs plug\nrun 30000");
	assert_pilots(from, E1, "f x1 x2:10.0");
}

/* --- reset --- */

static void reset_of_the_station_is_not_slacds(void **state)
{
	(void)state;
	play("boot\ncs plug\ncar plc0 plug");
	play_until("\"matched\"");
	size_t from = mark();
	play(SAY("josev/cs", "r", "reset", "request", "{}") SAY("iso15118/ocpp", "r", "reset", "request", "{}"));
	play(SAY("josev/cs", "r", "slac_reset", "request", "{}") "run 100");
	assert_statuses(from, E1, "");
	assert_none(from, "slacd *\"response\"");
}

static void reset_of_slacd_is_answered_with_a_name_of_its_own(void **state)
{
	(void)state;
	play("boot");
	play(SAY("cs/josev", "r1", "slac_reset", "request", "{\"evse_id\":\"DE*TST*E1\"}") "run 100");
	line_of(0, "slacd *\"name\":\"slac_reset\",\"type\":\"response\",\"data\":{\"status\":\"accepted\"}}");
	size_t from = mark();
	play(SAY("cs/josev", "r2", "reset", "request", "{\"evse_id\":\"DE*OTHER\"}") "run 100");
	line_of(from, "slacd *\"name\":\"slac_reset\",\"type\":\"response\",\"data\":{\"status\":\"rejected\"}}");
	assert_none(0, "slacd *\"name\":\"reset\"");
}

static void reset_is_answered_with_its_former_name_where_that_is_wanted(void **state)
{
	(void)state;
	play("set mqtt.reset_message reset\nboot");
	play(SAY("cs/josev", "r1", "reset", "request", "{}") "run 100");
	line_of(0, "slacd *\"name\":\"reset\",\"type\":\"response\",\"data\":{\"status\":\"accepted\"}}");
	size_t from = mark();
	play(SAY("cs/josev", "r2", "slac_reset", "request", "{}") "run 100");
	line_of(from, "slacd *\"name\":\"slac_reset\",\"type\":\"response\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(every_status_has_a_run_id_of_its_own_vehicle),
		STORY(fallback_after_a_failure_has_the_run_and_the_car_that_failed),
		STORY(matched_tells_the_car_and_the_attenuation_once_measured),
		STORY(failed_tells_the_attenuation_that_was_measured),
		STORY(josev_status_has_exactly_its_members_unless_more_are_wanted),
		STORY(josev_status_has_more_members_where_they_are_wanted),
		STORY(session_is_heard_where_slacd_speaks),
		STORY(session_is_heard_where_it_is_told_to_ocpp),
		STORY(session_that_pauses_is_not_over),
		STORY(pause_of_the_session_alone_pauses_no_pilot),
		STORY(services_have_a_topic_of_their_own_where_one_is_set),
		STORY(own_messages_that_come_back_are_not_obeyed),
		STORY(what_the_station_says_is_taken_from_its_topic_only),
		STORY(data_link_is_taken_from_the_15118_service_only),
		STORY(card_that_is_accepted_is_an_authorization),
		STORY(card_that_is_rejected_is_none),
		STORY(rejection_and_deauthorization_end_an_authorization),
		STORY(token_that_the_driver_shows_is_external_and_a_contract_is_not),
		STORY(contract_that_ends_takes_no_card_back),
		STORY(answer_counts_once_and_only_with_the_id_of_a_request),
		STORY(card_before_the_plug_in_is_for_the_only_outlet),
		STORY(oldest_of_too_many_open_requests_is_forgotten),
		STORY(forced_state_is_asked_for_with_a_current_of_0),
		STORY(pilot_state_without_what_nobody_reads_is_taken),
		STORY(l1_alone_decides_at_a_single_phase_outlet),
		STORY(reset_of_the_station_is_not_slacds),
		STORY(reset_of_slacd_is_answered_with_a_name_of_its_own),
		STORY(reset_is_answered_with_its_former_name_where_that_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What slac-monitor shows after which messages. Asked of the JSON, as the page is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants them first. */
#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "mqtt/api/tests/messages.h"
#include "tools/monitor/monitor_view.h"
#include "tools/monitor/tests/page_view.h"

#define NOON UINT64_C(1700000000000)

static const struct monitor_about about = {.broker = "localhost:1883", .has_records = true};
static struct monitor *monitor;
static char text[8192];

static int set_up(void **state)
{
	static const char *const names[] = {"josev/cs", "second/cs"};

	(void)state;
	monitor = monitor_new(names, COUNT(names));
	return monitor == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	monitor_free(monitor);
	see_nothing();
	return 0;
}

/* --- what is shown --- */

static void look(uint64_t since)
{
	size_t len = 0;
	char *line = monitor_view(monitor, &about, since, &len);

	see(line, len);
}

/* --- what is said --- */

static void slacd_says(const char *payload, uint64_t now_ms)
{
	monitor_take(monitor, 0, MONITOR_FROM_SLACD, payload, strlen(payload), now_ms);
}

static void station_says(const char *payload, uint64_t now_ms)
{
	monitor_take(monitor, 0, MONITOR_FROM_STATION, payload, strlen(payload), now_ms);
}

static const char *slac_status(const char *evse_id, const char *rest)
{
	snprintf(text, sizeof(text),
		 ENVELOPE("slac_service_status", "update", "{\"evse_id\":\"%s\",\"run_id\":\"0x0123456789ABCDEF\",%s}"),
		 evse_id, rest);
	return text;
}

static const char *service_status(const char *service, const char *status)
{
	snprintf(text, sizeof(text),
		 ENVELOPE("service_status", "update",
			  "{\"service\":\"%s\",\"software_version\":\"0.1.0\",\"api_version\":\"3.11\","
			  "\"status\":\"%s\"}"),
		 service, status);
	return text;
}

static const char *pilot(const char *evse_id, const char *state)
{
	snprintf(text, sizeof(text), ENVELOPE("cp_status", "update", "{\"evse_id\":\"%s\",\"state\":\"%s\"}"), evse_id,
		 state);
	return text;
}

/* --- tests --- */

static void at_the_start_nothing_is_known(void **state)
{
	(void)state;
	look(0);
	is("all", "true");
	is("broker.connected", "false");
	is("broker.where", "localhost:1883");
	is("stations.0.name", "josev/cs");
	is("stations.1.name", "second/cs");
	is_not_there("stations.0.service");
	assert_int_equal(count("outlets"), 0);
	is("records", "true");
}

static void each_message_is_shown(void **state)
{
	(void)state;
	slacd_says(SERVICE_STATUS_UPDATE, NOON);
	station_says(PARAMETERS_RESPONSE, NOON);
	station_says(LIMITS_RESPONSE, NOON);
	station_says(CP_STATUS_UPDATE, NOON + 1);
	slacd_says(SLAC_SERVICE_STATUS_UPDATE, NOON + 2);
	slacd_says(CP_PWM_REQUEST, NOON + 3);
	look(0);
	is("stations.0.service", "ready");
	is("stations.0.version", "0.1.0");
	assert_int_equal(count("outlets"), 2);
	is("outlets.0.evse_id", EVSE_1);
	is("outlets.0.interface", "eth1");
	is("outlets.0.pilot.state", "B2");
	is("outlets.0.pilot.duty_percent", "5.0");
	is("outlets.0.pilot.at_ms", "1700000000001");
	is("outlets.0.slac.status", "failed");
	is("outlets.0.slac.reason", "sounding_timeout");
	is("outlets.0.slac.ev_mac", "00:18:87:00:A1:D6");
	is("outlets.0.slac.attenuation_db", "12.5");
	is("outlets.0.slac.at_ms", "1700000000002");
	is("outlets.0.verdicts.0.record", "20231213T155819.979904Z-E1-failed.pcapng");
	is("outlets.0.request.signal", "X2");
	is("outlets.0.request.current_a", "16.0");
	is("outlets.0.request.answer", "none");
	is("outlets.0.limits.status_code", "evse_ready");
	is("outlets.0.limits.l2_a", "15.5");
	is("outlets.1.limits.status_code", "evse_malfunction");
	is_not_there("outlets.1.limits.l1_a");
	is_not_there("outlets.1.slac");
}

static void each_pilot_request_has_its_name(void **state)
{
	static const struct {
		const char *from, *to, *signal;
	} requests[] = {{"\"hlc\":false,\"current\":16.0", "\"hlc\":true", "5 %"},
			{"16.0", "0", "X1"},
			{"16.0,\"error_state\":false,\"fault_state\":false",
			 "0,\"error_state\":false,\"fault_state\":true", "F"},
			{"16.0,\"error_state\":false", "0,\"error_state\":true", "E"}};

	(void)state;
	for (size_t i = 0; i < COUNT(requests); i++) {
		slacd_says(message_changed(CP_PWM_REQUEST, requests[i].from, requests[i].to), NOON);
		look(0);
		is("outlets.0.request.signal", requests[i].signal);
		is_not_there("outlets.0.request.current_a");
	}
}

static void an_answer_belongs_to_the_last_request(void **state)
{
	(void)state;
	slacd_says(CP_PWM_REQUEST, NOON);
	station_says(message_changed(CP_PWM_RESPONSE, MESSAGE_ID, "another"), NOON);
	look(0);
	is("outlets.0.request.answer", "none");
	station_says(CP_PWM_RESPONSE, NOON);
	look(0);
	is("outlets.0.request.answer", "invalid");
	is("outlets.0.request.info", "too high");
	slacd_says(message_changed(CP_PWM_REQUEST, MESSAGE_ID, "another"), NOON);
	look(0);
	is("outlets.0.request.answer", "none");
	is("outlets.0.request.info", "");
}

static void only_what_has_changed_is_told_again(void **state)
{
	(void)state;
	station_says(PARAMETERS_RESPONSE, NOON);
	station_says(pilot("DE*ABC*E1", "B2"), NOON);
	const uint64_t seen = monitor->change;
	station_says(pilot("DE*ABC*E1", "B2"), NOON + 9);
	station_says(PARAMETERS_RESPONSE, NOON + 9);
	assert_int_equal(monitor->change, seen);
	station_says(pilot("DE*ABC*E2", "C2"), NOON + 10);
	look(seen);
	is("all", "false");
	assert_int_equal(count("outlets"), 1);
	is("outlets.0.evse_id", "DE*ABC*E2");
	look(monitor->change);
	assert_int_equal(count("outlets"), 0);
	look(0);
	is("outlets.0.pilot.at_ms", "1700000000000"); /* B2 since then */
}

static void an_outlet_goes_when_the_station_names_it_no_longer(void **state)
{
	(void)state;
	station_says(pilot("GONE", "B2"), NOON);
	monitor_take(monitor, 1, MONITOR_FROM_STATION, CP_STATUS_UPDATE, strlen(CP_STATUS_UPDATE), NOON);
	const uint64_t seen = monitor->change;
	station_says(PARAMETERS_RESPONSE, NOON);
	look(seen);
	is("all", "true");
	assert_int_equal(count("outlets"), 3);
	is("outlets.0.evse_id", "DE*ABC*E1");
	is("outlets.0.station", "0");
	is("outlets.1.evse_id", "DE*ABC*E2");
	is("outlets.2.evse_id", "DE*ABC*E1"); /* the other station's, of the same name */
	is("outlets.2.station", "1");
	/* An entry that cannot be read is about an outlet that is there. */
	station_says(message_changed(PARAMETERS_RESPONSE, "\"network_interface\":\"eth2\"", "\"network_interface\":2"),
		     NOON);
	look(0);
	assert_int_equal(count("outlets"), 3);
}

static void an_outlet_that_went_does_not_come_back_by_its_end(void **state)
{
	(void)state;
	slacd_says(slac_status("GONE", "\"status\":\"matched\""), NOON); /* slacd may have its parameters from a file */
	look(0);
	assert_int_equal(count("outlets"), 1);
	station_says(PARAMETERS_RESPONSE, NOON);
	slacd_says(slac_status("GONE", "\"status\":\"unmatched\",\"reason\":\"reset\""), NOON);
	slacd_says(message_changed(CP_PWM_REQUEST, EVSE_1, "GONE"), NOON);
	look(0);
	assert_int_equal(count("outlets"), 2);
	station_says(pilot("NEW", "A1"), NOON); /* before it is named */
	look(0);
	assert_int_equal(count("outlets"), 3);
}

static void the_latest_verdicts_are_kept(void **state)
{
	char rest[64];

	(void)state;
	for (unsigned i = 0; i < MONITOR_VERDICTS_MAX + 3; i++) {
		slacd_says(slac_status("E", "\"status\":\"matching\""), NOON);
		snprintf(rest, sizeof(rest), "\"status\":\"failed\",\"reason\":\"r%u\"", i);
		slacd_says(slac_status("E", rest), NOON + i);
		slacd_says(slac_status("E", rest), NOON + 100); /* once more, as its PUBACK was lost */
	}
	look(0);
	assert_int_equal(count("outlets.0.verdicts"), MONITOR_VERDICTS_MAX);
	is("outlets.0.verdicts.0.reason", "r10");
	is("outlets.0.verdicts.0.at_ms", "1700000000010");
	is("outlets.0.verdicts.7.reason", "r3");
}

static void a_car_that_has_left_is_in_the_verdicts_only(void **state)
{
	(void)state;
	slacd_says(SLAC_SERVICE_STATUS_UPDATE, NOON);
	station_says(pilot(EVSE_1, "A1"), NOON);
	look(0);
	is("outlets.0.slac.status", "failed");
	is_not_there("outlets.0.slac.ev_mac");
	is_not_there("outlets.0.slac.attenuation_db");
	is("outlets.0.verdicts.0.ev_mac", "00:18:87:00:A1:D6");
}

static void a_service_that_starts_knows_of_no_session(void **state)
{
	(void)state;
	slacd_says(service_status("slac", "ready"), NOON);
	slacd_says(SLAC_SERVICE_STATUS_UPDATE, NOON);
	slacd_says(service_status("iso15118", "error"), NOON);
	look(0);
	is("stations.0.service", "ready");
	slacd_says(service_status("slac", "error"), NOON + 5);
	look(0);
	is("stations.0.service", "error");
	is("stations.0.at_ms", "1700000000005");
	is("outlets.0.slac.status", "failed");
	const uint64_t seen = monitor->change;
	slacd_says(service_status("slac", "starting"), NOON);
	look(seen);
	is_not_there("outlets.0.slac");
	assert_int_equal(count("outlets.0.verdicts"), 1);
}

static void a_full_table_takes_no_further_outlet_and_says_so(void **state)
{
	char evse_id[16];

	(void)state;
	for (unsigned i = 0; i <= MONITOR_OUTLETS_MAX; i++) {
		snprintf(evse_id, sizeof(evse_id), "E%u", i);
		station_says(pilot(evse_id, "A1"), NOON);
	}
	station_says(pilot("E0", "B1"), NOON);
	look(0);
	assert_int_equal(count("outlets"), MONITOR_OUTLETS_MAX);
	is("no_room", "1");
	is("outlets.0.evse_id", "E0");
	is("outlets.0.pilot.state", "B1");
}

static void what_cannot_be_read_is_counted_and_named(void **state)
{
	(void)state;
	station_says(CP_PWM_REQUEST, NOON); /* not on this topic */
	slacd_says(CP_STATUS_UPDATE, NOON); /* the station's: not for this side */
	slacd_says(message_changed(SLAC_SERVICE_STATUS_UPDATE, "failed", "tired"), NOON);
	look(0);
	is("unread", "2");
	assert_non_null(strstr(json_object_get_string(at("unread_why")),
			       "slacd of josev/cs: slac_service_status: data.status: expected"));
	assert_int_equal(count("outlets"), 0);
	station_says("}", NOON);
	look(0);
	is("unread", "3");
}

static void what_was_too_large_to_be_handed_over_is_counted_too(void **state)
{
	(void)state;
	station_says("}", NOON);
	const uint64_t seen = monitor->change;
	monitor_take_too_large(monitor, 2);
	look(seen);
	is("unread", "3");
	is("unread_why", "somebody at the broker: expected at most 262144 octets");
	assert_true(monitor->change > seen);
	monitor_take_too_large(monitor, 5); /* of all, not of the new ones */
	look(0);
	is("unread", "6");
}

static void any_text_is_only_text(void **state)
{
	(void)state;
	slacd_says(slac_status("<script>alert('\\\"')</script>&", "\"status\":\"matched\""), NOON);
	look(0);
	is("outlets.0.evse_id", "<script>alert('\"')</script>&");
	monitor_take_disconnected(monitor, "not \xff UTF-8", NOON);
	look(0);
	is("broker.reason", "?");
}

static void the_broker_is_away_since_the_first_time(void **state)
{
	(void)state;
	monitor_take_disconnected(monitor, "no route", NOON);
	monitor_take_disconnected(monitor, "refused", NOON + 10);
	look(0);
	is("broker.reason", "refused");
	is("broker.at_ms", "1700000000000");
	monitor_take_connected(monitor, NOON + 20);
	look(0);
	is("broker.connected", "true");
	is("broker.reason", "");
	monitor_take_disconnected(monitor, "lost", NOON + 30);
	look(0);
	is("broker.at_ms", "1700000000030");
}

static void what_was_heard_before_the_connection_broke_is_told_apart(void **state)
{
	(void)state;
	monitor_take_connected(monitor, NOON);
	station_says(pilot("E1", "B2"), NOON);
	station_says(pilot("E2", "A1"), NOON);
	monitor_take_disconnected(monitor, "lost", NOON);
	monitor_take_connected(monitor, NOON);
	const uint64_t seen = monitor->change;
	station_says(pilot("E1", "B2"), NOON); /* still so */
	look(seen);
	assert_int_equal(count("outlets"), 1);
	is("broker.connection", "2");
	is("outlets.0.connection", "2");
	look(0);
	is("outlets.1.connection", "1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(at_the_start_nothing_is_known),
		TEST(each_message_is_shown),
		TEST(each_pilot_request_has_its_name),
		TEST(an_answer_belongs_to_the_last_request),
		TEST(only_what_has_changed_is_told_again),
		TEST(an_outlet_goes_when_the_station_names_it_no_longer),
		TEST(an_outlet_that_went_does_not_come_back_by_its_end),
		TEST(the_latest_verdicts_are_kept),
		TEST(a_car_that_has_left_is_in_the_verdicts_only),
		TEST(a_service_that_starts_knows_of_no_session),
		TEST(a_full_table_takes_no_further_outlet_and_says_so),
		TEST(what_cannot_be_read_is_counted_and_named),
		TEST(what_was_too_large_to_be_handed_over_is_counted_too),
		TEST(any_text_is_only_text),
		TEST(what_was_heard_before_the_connection_broke_is_told_apart),
		TEST(the_broker_is_away_since_the_first_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

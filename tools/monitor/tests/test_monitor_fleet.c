/* SPDX-License-Identifier: Apache-2.0 */
/* What the fleet's page shows after which messages. Asked of the JSON, as the page is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants them first. */
#include <cmocka.h>

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "tools/monitor/monitor_fleet_view.h"
#include "tools/monitor/tests/page_view.h"

#define NOON UINT64_C(1700000000000)
#define CONNECTOR                                                                                                      \
	"{\"evse_id\":\"DE*SIM*ES1*1\",\"plugged\":true,\"cable\":32,\"ready\":true,\"consumption_l1\":16.5,"          \
	"\"consumption_l2\":0,\"consumption_l3\":0,\"behaviour\":\"normal\",\"attenuation\":20,\"faulted\":false,"     \
	"\"id_tag\":\"\",\"state\":\"matched\",\"reason\":\"\",\"pilot\":\"C2\",\"duty_percent\":5.0,"                 \
	"\"offered_current_a\":16.0,\"drawn_a\":[16.0,0,0],\"ev_mac\":\"00:18:87:00:A1:D6\",\"run_id\":\"0x01\","      \
	"\"attenuation_db\":20.5,\"sessions_matched\":3,\"sessions_failed\":1,\"at\":\"2026-11-27T09:10:11.123Z\"}"
#define ALIVE                                                                                                          \
	"{\"status\":\"Alive\",\"id\":\"S1\",\"connectors\":2,\"link\":\"unix\",\"slacd\":\"ready\",\"stopped\":[\"slacd\",7,\"slac-ev\"],\"restarts\":4}"

static const struct monitor_fleet_about about = {.broker = "localhost:1883", .has_outlets = true};
static const struct monitor_fleet_behaviour words[] = {{"normal", NULL, "nobody misbehaves"},
						       {"stop-at", "STEP", "falls silent"}};
static const struct monitor_fleet_behaviours behaviours = {.words = words, .count = 2};
static struct monitor_fleet *fleet;

static int set_up(void **state)
{
	(void)state;
	fleet = monitor_fleet_new(&behaviours);
	return fleet == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	monitor_fleet_free(fleet);
	see_nothing();
	return 0;
}

/* --- what is shown --- */

static void look(uint64_t since)
{
	size_t len = 0;
	char *line = monitor_fleet_view(fleet, &about, since, &len);

	see(line, len);
}

static bool hear(const char *topic, const char *payload)
{
	return monitor_fleet_take(fleet, topic, payload, strlen(payload), NOON);
}

static void hear_station(unsigned number, const char *status)
{
	char topic[64], payload[64];

	snprintf(topic, sizeof(topic), "fleet/stations/S%u/status", number);
	snprintf(payload, sizeof(payload), "{\"status\":\"%s\"}", status);
	assert_true(hear(topic, *status != '\0' ? payload : ""));
}

static void hear_connector(unsigned station, unsigned number, const char *slac)
{
	char topic[64], payload[64];

	snprintf(topic, sizeof(topic), "fleet/stations/S%u/connectors/%u/status", station, number);
	snprintf(payload, sizeof(payload), "{\"state\":\"%s\"}", slac);
	assert_true(hear(topic, *slac != '\0' ? payload : ""));
}

/* --- tests --- */

static void at_the_start_nothing_is_known_but_how_cars_may_behave(void **state)
{
	(void)state;
	look(0);
	is("all", "true");
	is("outlets", "true");
	is("broker.connected", "false");
	is("behaviours.0.name", "normal");
	is_not_there("behaviours.0.argument");
	is("behaviours.1.argument", "STEP");
	is("behaviours.1.help", "falls silent");
	is_not_there("launcher.status");
	assert_int_equal(count("stations"), 0);
	look(1);
	is_not_there("behaviours"); /* they do not change */
}

static void each_message_is_shown(void **state)
{
	(void)state;
	hear("fleet/launcher/status", "{\"status\":\"Alive\",\"version\":\"0.1.0\",\"stations\":1,\"max_stations\":256,"
				      "\"setups\":[\"demo\",\"not a name\",7]}");
	hear("fleet/stations/S1/status", ALIVE);
	hear("fleet/stations/S1/connectors/1/status", CONNECTOR);
	hear("fleet/launcher/error",
	     "{\"error\":\"no such command\",\"topic\":\"fleet/launcher/cmd\",\"payload\":\"\\n{\"}");
	hear("fleet/stations/S1/error", "{\"error\":\"cable: expected A\"}");
	look(0);
	is("launcher.status", "Alive");
	is("launcher.max_stations", "256");
	is("launcher.setups", "[ \"demo\" ]");
	is("stations.0.id", "S1");
	is("stations.0.status", "Alive");
	is("stations.0.connectors", "2");
	is("stations.0.restarts", "4");
	is("stations.0.stopped", "slacd, slac-ev");
	is("connectors.0.station", "S1");
	is("connectors.0.number", "1");
	is("connectors.0.evse_id", "DE*SIM*ES1*1");
	is("connectors.0.plugged", "true");
	is("connectors.0.consumption_l1", "16.5");
	is("connectors.0.drawn_a", "[ 16.0, 0.0, 0.0 ]");
	is("connectors.0.attenuation_db", "20.5");
	is("connectors.0.sessions_matched", "3");
	is("connectors.0.at", "2026-11-27T09:10:11.123Z");
	is("errors.0.from", "");
	is("errors.0.payload", "\n{"); /* whatever it was */
	is("errors.1.from", "S1");
	is("errors.1.error", "cable: expected A");
	is("unread", "0");
}

static void only_what_has_changed_is_told_again(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 200; i++) {
		hear_station(i, "Alive");
		hear_connector(i, 1, "unmatched");
		hear_connector(i, 2, "unmatched");
	}
	const uint64_t seen = fleet->change;
	look(0);
	assert_int_equal(count("stations"), 200);
	assert_int_equal(count("connectors"), 400);
	hear_connector(77, 2, "matched");
	hear_station(78, "Dead");
	look(seen);
	is("all", "false");
	assert_int_equal(count("stations"), 1);
	is("stations.0.id", "S78");
	is("stations.0.status", "Dead");
	assert_int_equal(count("connectors"), 1);
	is("connectors.0.station", "S77");
	is("connectors.0.state", "matched");
	is_not_there("launcher");
}

static void a_connector_is_as_it_was_told_last(void **state)
{
	(void)state;
	hear("fleet/stations/S1/status", ALIVE);
	hear("fleet/stations/S1/connectors/1/status", CONNECTOR);
	hear("fleet/stations/S1/connectors/1/status", "{\"state\":\"unmatched\",\"attenuation_db\":null}");
	look(0);
	is("connectors.0.state", "unmatched");
	is_not_there("connectors.0.attenuation_db");
	is_not_there("connectors.0.ev_mac");
}

static void a_dead_station_stays_with_what_was_known_of_it(void **state)
{
	(void)state;
	hear("fleet/stations/S1/status", ALIVE);
	hear("fleet/stations/S1/connectors/1/status", CONNECTOR);
	hear("fleet/stations/S1/status", "{\"status\":\"Dead\"}");
	look(0);
	is("stations.0.status", "Dead");
	is("stations.0.connectors", "2");
	assert_int_equal(count("connectors"), 1);
}

static void a_cleared_status_removes_station_and_outlets(void **state)
{
	(void)state;
	hear_station(1, "Alive");
	hear_station(2, "Alive");
	hear_connector(1, 1, "matched");
	hear_connector(2, 1, "matched");
	hear_connector(2, 2, "matched");
	const uint64_t seen = fleet->change;
	hear_connector(2, 1, "");
	hear_station(1, "");
	look(seen);
	is("all", "true");
	assert_int_equal(count("stations"), 1);
	assert_int_equal(count("connectors"), 1);
	is("connectors.0.number", "2");
	assert_int_equal(fleet->outlet_count, 1);
	const uint64_t seen_then = fleet->change;
	hear_station(2, "");
	look(seen_then);
	is("all", "true");
	assert_int_equal(count("stations"), 0);
	/* What is cleared twice, or was never there. */
	hear_station(1, "");
	hear_connector(3, 1, "");
	look(0);
	assert_int_equal(count("stations"), 0);
}

static void an_outlet_waits_for_its_station(void **state)
{
	(void)state;
	hear_connector(1, 2, "matched");
	look(0);
	assert_int_equal(count("stations"), 0);
	assert_int_equal(count("connectors"), 0);
	assert_null(monitor_fleet_find(fleet, "S1"));
	const uint64_t seen = fleet->change;
	hear_station(1, "Alive");
	look(seen);
	assert_int_equal(count("stations"), 1);
	assert_int_equal(count("connectors"), 1);
	is("connectors.0.number", "2");
}

static void outlets_are_in_the_order_of_their_numbers(void **state)
{
	(void)state;
	hear_station(1, "Alive");
	hear_connector(1, 10, "matched");
	hear_connector(1, 2, "matched");
	hear_connector(1, 1, "matched");
	look(0);
	is("connectors.0.number", "1");
	is("connectors.1.number", "2");
	is("connectors.2.number", "10");
	assert_non_null(monitor_fleet_find_outlet(monitor_fleet_find(fleet, "S1"), 10));
	assert_null(monitor_fleet_find_outlet(monitor_fleet_find(fleet, "S1"), 3));
}

static void who_comes_when_there_is_no_room_is_counted(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= MONITOR_FLEET_STATIONS_MAX; i++)
		hear_station(i, "Alive");
	for (unsigned i = 1; i <= MONITOR_FLEET_CONNECTORS_MAX; i++)
		hear_connector(1, i, "matched");
	assert_int_equal(fleet->no_room, 0);
	hear_station(5000, "Alive");
	hear_connector(1, MONITOR_FLEET_CONNECTORS_MAX + 1, "matched");
	look(0);
	is("no_room", "2");
	assert_int_equal(count("stations"), MONITOR_FLEET_STATIONS_MAX);
	assert_int_equal(count("connectors"), MONITOR_FLEET_CONNECTORS_MAX);
	hear_station(1, "");
	hear_station(5000, "Alive");
	assert_int_equal(fleet->no_room, 2);
}

static void outlets_of_all_stations_are_bounded(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= MONITOR_FLEET_OUTLETS_MAX; i++)
		hear_connector(i / MONITOR_FLEET_CONNECTORS_MAX, i % MONITOR_FLEET_CONNECTORS_MAX + 1, "matched");
	assert_int_equal(fleet->outlet_count, MONITOR_FLEET_OUTLETS_MAX);
	assert_int_equal(fleet->no_room, 1);
}

static void a_station_that_has_not_told_itself_makes_room(void **state)
{
	(void)state;
	for (unsigned i = 1; i < MONITOR_FLEET_STATIONS_MAX; i++)
		hear_station(i, "Alive");
	hear_connector(2000, 1, "matched");
	const uint64_t seen = fleet->change;
	hear_station(3000, "Alive");
	look(seen);
	is("all", "false"); /* of what was not shown nobody needs to be told that it went */
	assert_int_equal(count("stations"), 1);
	assert_int_equal(fleet->no_room, 0);
	assert_non_null(monitor_fleet_find(fleet, "S3000"));
	assert_int_equal(fleet->outlet_count, 0);
}

static void the_latest_errors_are_kept(void **state)
{
	char payload[64];

	(void)state;
	for (unsigned i = 0; i < MONITOR_FLEET_ERRORS_MAX + 3; i++) {
		snprintf(payload, sizeof(payload), "{\"error\":\"number %u\"}", i);
		hear("fleet/launcher/error", payload);
	}
	look(0);
	assert_int_equal(count("errors"), MONITOR_FLEET_ERRORS_MAX);
	is("errors.0.error", "number 3");
	const uint64_t seen = fleet->change;
	hear("fleet/launcher/error", "{\"error\":\"one more\"}");
	look(seen);
	assert_int_equal(count("errors"), 1);
	is("errors.0.error", "one more");
}

static void what_cannot_be_read_is_counted_with_its_reason(void **state)
{
	static const struct {
		const char *topic, *payload, *why;
	} bad[] = {
		{"fleet/stations/S1/status", "no JSON", "fleet/stations/S1/status: expected one JSON object"},
		{"fleet/stations/S1/status", "[]", "expected a JSON object"},
		{"fleet/stations/S1/status", "{\"id\":\"S1\"}", "status: expected Starting, Alive or Dead"},
		{"fleet/stations/S1/status", "{\"status\":\"Alive\",\"connectors\":-1}",
		 "connectors: expected a whole"},
		{"fleet/stations/S1/status", "{\"status\":\"Alive\",\"stopped\":{}}", "stopped: expected an array"},
		{"fleet/launcher/status", "{}", "status: expected Alive or Dead"},
		{"fleet/launcher/error", "{}", "error: expected one sentence"},
		{"fleet/stations/S1/connectors/1/status", "{\"plugged\":1}", "plugged: expected true or false"},
		{"fleet/stations/S1/connectors/1/status", "{\"drawn_a\":[1,2]}", "drawn_a: expected an array of 3"},
		{"fleet/stations/S1/connectors/1/status", "{\"drawn_a\":[1,2,\"3\"]}",
		 "drawn_a: expected an array of 3"},
		{"fleet/stations/S1/connectors/1/status", "{\"pilot\":\"C\\u00012\"}",
		 "pilot: expected a text without"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(hear(bad[i].topic, bad[i].payload));
		assert_int_equal(fleet->unread, i + 1);
		if (strstr(fleet->unread_why, bad[i].why) == NULL)
			fail_msg("'%s' is not in '%s'", bad[i].why, fleet->unread_why);
	}
	look(0);
	assert_int_equal(count("stations"), 0);
}

static void other_topics_are_none_of_a_fleet(void **state)
{
	static const char *const topics[] = {"josev/cs",
					     "fleet/launcher/cmd",
					     "fleet/stations//status",
					     "fleet/stations/a b/status",
					     "fleet/stations/S1/josev/cs",
					     "fleet/stations/S1/connectors/0/status",
					     "fleet/stations/S1/connectors/01/status",
					     "fleet/stations/S1/connectors/12345/status",
					     "fleet/stations/S1/connectors/1/error",
					     "fleet/stations/S1/connectors/1/car",
					     "fleet/stations/S23456789012345678901234567890123/status"};

	(void)state;
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
		if (hear(topics[i], "{\"status\":\"Alive\"}"))
			fail_msg("%s was taken", topics[i]);
	assert_int_equal(fleet->change, 1);
	assert_int_equal(fleet->station_count, 0);
}

static void what_went_while_there_was_no_connection_goes(void **state)
{
	(void)state;
	monitor_fleet_take_connected(fleet, NOON);
	hear("fleet/launcher/status", "{\"status\":\"Alive\"}");
	hear_station(1, "Alive");
	hear_station(2, "Alive");
	hear_connector(2, 1, "matched");
	hear_connector(2, 2, "matched");
	monitor_fleet_forget_unheard(fleet);
	monitor_fleet_take_disconnected(fleet, "connection lost", NOON + 1);
	monitor_fleet_forget_unheard(fleet);
	look(0);
	is("broker.reason", "connection lost");
	assert_int_equal(count("stations"), 2);
	assert_true(monitor_fleet_has_launcher(fleet));
	monitor_fleet_take_connected(fleet, NOON + 2);
	hear_station(2, "Alive");
	hear_connector(2, 2, "unmatched"); /* and no first one */
	hear_connector(3, 1, "matched");   /* whose station is none */
	monitor_fleet_forget_unheard(fleet);
	assert_int_equal(fleet->station_count, 1);
	look(0);
	is("broker.connected", "true");
	assert_int_equal(count("stations"), 1);
	is("stations.0.id", "S2");
	assert_int_equal(count("connectors"), 1);
	is("connectors.0.number", "2");
	assert_false(monitor_fleet_has_launcher(fleet));
}

static void a_launcher_that_is_dead_or_cleared_is_none(void **state)
{
	(void)state;
	hear("fleet/launcher/status", "{\"status\":\"Alive\"}");
	assert_true(monitor_fleet_has_launcher(fleet));
	hear("fleet/launcher/status", "{\"status\":\"Dead\"}");
	assert_false(monitor_fleet_has_launcher(fleet));
	hear("fleet/launcher/status", "");
	look(0);
	is_not_there("launcher.status");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(at_the_start_nothing_is_known_but_how_cars_may_behave),
		TEST(each_message_is_shown),
		TEST(only_what_has_changed_is_told_again),
		TEST(a_connector_is_as_it_was_told_last),
		TEST(a_dead_station_stays_with_what_was_known_of_it),
		TEST(a_cleared_status_removes_station_and_outlets),
		TEST(an_outlet_waits_for_its_station),
		TEST(outlets_are_in_the_order_of_their_numbers),
		TEST(who_comes_when_there_is_no_room_is_counted),
		TEST(outlets_of_all_stations_are_bounded),
		TEST(a_station_that_has_not_told_itself_makes_room),
		TEST(the_latest_errors_are_kept),
		TEST(what_cannot_be_read_is_counted_with_its_reason),
		TEST(other_topics_are_none_of_a_fleet),
		TEST(what_went_while_there_was_no_connection_goes),
		TEST(a_launcher_that_is_dead_or_cleared_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

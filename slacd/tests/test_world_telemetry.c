/* SPDX-License-Identifier: Apache-2.0 */
/* Telemetry of the whole daemon: what a subscriber of the retained values sees, and what cars and the station do not. */
#include "slacd/tests/world/daemon.h"
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ON     "set mqtt.telemetry telemetry/S1\n"
#define VALUE  "slacd    (retained) telemetry/S1/"
#define PAUSES "log      WARN Telemetry pauses"
#define SECOND 1000000u

/* "state" and so on, as they are written in topics. */
static const char *const names[] = {
	"state",         "reason",           "pilot",           "ev_mac",        "attenuation_db",
	"modem_version", "sessions_matched", "sessions_failed", "last_match_ms", "offered_current_a"};

#define NAMES (sizeof(names) / sizeof(names[0]))

/* The payload with which the broker has retained this value, "" when it was cleared, or NULL. */
static const char *retained(const char *evse_id, const char *name)
{
	const char *found = NULL;
	char begin[160];

	snprintf(begin, sizeof(begin), " " VALUE "%s/%s ", evse_id, name);
	for (size_t line = 0; line < record_count(); line++) {
		const char *at = strstr(record_text(line), begin);
		if (at != NULL)
			found = at + strlen(begin);
	}
	return found;
}

/* `value` as JSON. */
static void assert_value(const char *evse_id, const char *name, const char *value)
{
	const char *payload = retained(evse_id, name);
	char expected[160];

	snprintf(expected, sizeof(expected), "{\"value\":%s,\"sampling_time\":\"2023-12-13T15:", value);
	if (payload == NULL || strncmp(payload, expected, strlen(expected)) != 0)
		fail_msg("%s %s: %s instead of %s", evse_id, name, payload != NULL ? payload : "none", expected);
}

/* Between two messages of one topic there is a second, wherever they stand in the record. */
static void assert_rate(size_t from)
{
	for (size_t i = 0; i < NAMES; i++) {
		char pattern[160];
		uint64_t last_us = 0;
		snprintf(pattern, sizeof(pattern), " " VALUE E1 "/%s ", names[i]);
		for (size_t line = from; line < record_count(); line++) {
			if (strstr(record_text(line), pattern) == NULL)
				continue;
			if (last_us != 0 && record_time_us(line) - last_us < SECOND)
				fail_msg("too soon: %s", record_text(line));
			last_us = record_time_us(line);
		}
	}
}

static void without_the_setting_there_is_none(void **state)
{
	(void)state;
	play("boot\n" MATCHED "cs unplug\nrun 3000");
	assert_none(0, "(retained)");
	assert_none(0, "sampling_time");
}

static void outlet_that_starts_tells_all_its_values(void **state)
{
	(void)state;
	play(ON "boot");
	assert_value(E1, "state", "\"unmatched\"");
	assert_value(E1, "reason", "\"\"");
	assert_value(E1, "pilot", "\"A2\"");
	assert_value(E1, "ev_mac", "\"\"");
	assert_value(E1, "attenuation_db", "null");
	assert_value(E1, "sessions_matched", "0");
	assert_value(E1, "sessions_failed", "0");
	assert_value(E1, "last_match_ms", "null");
	assert_value(E1, "offered_current_a", "0.0");
	assert_rate(0);
}

static void session_is_told(void **state)
{
	(void)state;
	play(ON "boot\nrun 2000\n" MATCHED "run 2000");
	assert_value(E1, "state", "\"matched\"");
	assert_value(E1, "reason", "\"\"");
	assert_value(E1, "pilot", "\"B2\"");
	assert_value(E1, "ev_mac", "\"02:45:56:00:00:01\"");
	assert_value(E1, "sessions_matched", "1");
	assert_string_not_equal(retained(E1, "modem_version"), "");
	assert_null(strstr(retained(E1, "attenuation_db"), "null"));
	const int match_ms = atoi(retained(E1, "last_match_ms") + strlen("{\"value\":"));
	assert_in_range(match_ms, 100, 5000);
	play("cs unplug\nrun 2000");
	assert_value(E1, "state", "\"unmatched\"");
	assert_value(E1, "reason", "\"vehicle_left\"");
	assert_value(E1, "pilot", "\"A2\"");
	assert_rate(0);
}

/* A match that fails, and a car that charges by the duty cycle. */
static void fallback_is_told_with_its_current(void **state)
{
	(void)state;
	play(ON "boot\nrun 2000\ncs plug\nrun 60000");
	assert_value(E1, "state", "\"basic_charging\"");
	assert_value(E1, "reason", "\"no_parm_req\"");
	assert_value(E1, "offered_current_a", "32.0");
	play("cs limit 10\nrun 3000");
	assert_value(E1, "offered_current_a", "10.0");
	assert_none(0, VALUE E1 "/offered_current_a {\"value\":null*{\"value\":null");
	assert_rate(0);
}

static void status_has_the_time_when_it_happened(void **state)
{
	size_t line;

	(void)state;
	play(ON "boot\nbroker hang\n");
	play("broker go\n" MATCHED);
	line = line_of(0, "slacd    josev/cs *\"matched\"*,\"sampling_time\":\"2023-12-13T15:00:*Z\"}}");
	/* The world began at 15:00. */
	const char *time = strstr(record_text(line), "T15:00:") + strlen("T15:00:");
	assert_in_range((uint64_t)(atof(time) * 1000 + 0.5), record_time_us(line) / 1000 - 1,
			record_time_us(line) / 1000 + 1);
}

static void josev_status_has_the_members_of_that_api_only(void **state)
{
	(void)state;
	play(ON "set mqtt.status_message slac_status\nboot\n" MATCHED);
	assert_none(0, "josev/cs *sampling_time");
}

static void storm_is_told_once_a_second_and_the_last_one_wins(void **state)
{
	(void)state;
	play(ON "boot\nrun 3000");
	const size_t from = mark();
	for (int i = 0; i < 40; i++)
		play("cs plug\nrun 40\ncs unplug\nrun 33");
	play("cs plug\nrun 2000");
	assert_rate(from);
	assert_value(E1, "pilot", "\"B2\"");
	const size_t after = mark();
	play("run 5000");
	assert_none(after, "(retained)");
}

static void all_is_told_again_to_a_broker_that_came_back(void **state)
{
	(void)state;
	play(ON "boot\n" MATCHED "run 3000\nbroker down\nrun 100\ncs unplug\nrun 3000");
	const size_t from = mark();
	play("broker up\nrun 8000");
	for (size_t i = 0; i < NAMES; i++) {
		char pattern[160];
		snprintf(pattern, sizeof(pattern), VALUE E1 "/%s *", names[i]);
		line_of(from, pattern);
	}
	assert_value(E1, "state", "\"unmatched\"");
	assert_value(E1, "sessions_matched", "1");
	assert_rate(0);
}

static void nothing_waits_while_the_broker_has_no_room(void **state)
{
	(void)state;
	play(ON "boot\nrun 3000");
	const size_t from = mark();
	play("broker full\ncs plug\ncar plc0 plug\nrun 5000");
	assert_none(from, "(retained)");
	play("broker room\nrun 2000");
	assert_value(E1, "state", "\"matched\"");
	assert_value(E1, "sessions_matched", "1");
	assert_count(from, VALUE E1 "/state *", 1); /* `matching` was never sent */
	assert_rate(0);
}

/* Somebody waits for values that the broker does not want. */
static void connection_that_ends_over_values_is_said_with_what_to_do(void **state)
{
	(void)state;
	play(ON "boot\nrun 3000\nbroker down\nrun 100\nbroker up\nrun 5000");
	assert_none(0, PAUSES "*");
	play("cs plug\nrun 500\nbroker hang\ncar plc0 plug\nrun 2000\nbroker down\nrun 1000");
	line_of(0, PAUSES " for 60 s*over a value. May slacd publish below 'telemetry/S1/', retained?*");
}

/* As in the same world without telemetry: what the car and the station see, and when. */
static void cars_and_the_station_see_nothing_of_it(void **state)
{
	static const char story[] = "boot\ncs plug\ncar plc0 plug\nrun 5000\ncs unplug\nrun 3000\n"
				    "cs plug\ncar plc0 plug\nrun 5000\n";
	static char seen[2][400][200];
	size_t count[2];

	for (int on = 0; on < 2; on++) {
		size_t n = 0;
		if (on == 1)
			play(ON);
		play(story);
		for (size_t line = 0; line < record_count() && n < 400; line++) {
			const char *text = record_text(line);
			if (strstr(text, " evse0 ") != NULL || strstr(text, "cp_pwm") != NULL)
				snprintf(seen[on][n++], sizeof(seen[on][0]), "%llu %.150s",
					 (unsigned long long)record_time_us(line), text);
		}
		count[on] = n;
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
	assert_true(count[0] > 50);
	assert_int_equal(count[0], count[1]);
	for (size_t i = 0; i < count[0]; i++)
		assert_string_equal(seen[0][i], seen[1][i]);
}

#define OUTLET(evse_id, interface)                                                                                     \
	"{\"evse_id\":\"" evse_id                                                                                      \
	"\",\"network_interface\":\"" interface "\",\"supports_eim\":true,\"connectors\":[{\"id\":1,\"services\":{\"ac\":{}}}]}"
#define PARAMETERS(list)                                                                                               \
	"publish cs/josev {\"id\":\"p\",\"name\":\"cs_parameters\",\"type\":\"update\",\"data\":"                      \
	"{\"sw_version\":\"1\",\"number_of_evses\":1,\"parameters\":[" list "]}}\n"

static void values_of_an_outlet_that_is_no_more_are_cleared(void **state)
{
	(void)state;
	play(ON "wire evse1 plc1\nboot\n" PARAMETERS(OUTLET(E1, "evse0") "," OUTLET(E2, "evse1")) "run 3000");
	assert_value(E2, "state", "\"unmatched\"");
	play(PARAMETERS(OUTLET(E1, "evse0")) "run 3000");
	for (size_t i = 0; i < NAMES; i++) {
		assert_string_equal(retained(E2, names[i]), "");
		assert_string_not_equal(retained(E1, names[i]), "");
	}
	/* A broker that may not have heard hears it again. */
	const size_t from = mark();
	play("broker down\nrun 10\nbroker up\nrun 3000");
	assert_count(from, VALUE E2 "/state ", 1);
	assert_string_equal(retained(E2, "state"), "");
	play(PARAMETERS(OUTLET(E1, "evse0") "," OUTLET(E2, "evse1")) "run 3000");
	assert_value(E2, "state", "\"unmatched\"");
}

static void outlet_with_other_parameters_keeps_its_values(void **state)
{
	(void)state;
	play(ON "wire evse1 plc1\nboot\n" MATCHED "cs unplug\nrun 3000");
	const size_t from = mark();
	play(PARAMETERS(OUTLET(E1, "evse1")) "run 5000");
	assert_none(from, VALUE E1 "/sessions_*");
	assert_none(from, VALUE E1 "/state*");
	assert_value(E1, "sessions_matched", "1");
}

/* What holds at the end is not what held a moment before it. */
static void end_is_told(void **state)
{
	(void)state;
	play(ON "boot\nrun 3000\n" MATCHED "slacd stop\nrun 10");
	assert_value(E1, "state", "\"unmatched\"");
	assert_value(E1, "reason", "\"reset\"");
}

static void outlets_name_is_written_as_one_level(void **state)
{
	(void)state;
	play(ON "wire evse0 plc0\nstation --evse DE/TST+E#1=evse0\nev plc0\nrun 10\nslacd start\nrun 3000");
	assert_non_null(retained("DE%2FTST%2BE%231", "state"));
}

static void everest_has_values_too_but_for_the_pilot(void **state)
{
	(void)state;
	play(ON
	     "set mqtt.dialect everest\nset mqtt.everest_heartbeat_ms 0\n"
	     "set outlets {\"DE*TST*E1\":{\"interface\":\"evse0\",\"everest_module\":\"m1\"}}\n"
	     "wire evse0 plc0\nev plc0 --join-ms 50\nslacd start\nrun 3000\n"
	     "publish everest_api/1/slac/m1/e2m/enter_bcd {}\nrun 10\ncar plc0 plug\nawait dlink_ready true\nrun 3000");
	assert_value(E1, "state", "\"matched\"");
	assert_value(E1, "sessions_matched", "1");
	assert_value(E1, "pilot", "\"\"");
	assert_value(E1, "offered_current_a", "null");
	const size_t from = mark();
	play("broker down\nrun 100\nbroker up\nrun 3000");
	line_of(from, VALUE E1 "/state {\"value\":\"matched\"*");
}

static void prefix_that_is_none_is_refused(void **state)
{
	static const char *const wrong[] = {"telemetry", "telemetry/+", "/S1", "telemetry/", "a//b", "$SYS/S1"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		daemon_set("mqtt.telemetry", wrong[i]);
		assert_false(daemon_start());
	}
	line_of(0, "slacd    does not start: mqtt.telemetry: 'telemetry' is not valid, expected ROOT/STATION*");
}

static void change_waits_for_the_restart(void **state)
{
	(void)state;
	play(ON "boot\nrun 2000");
	const size_t from = mark();
	play("set mqtt.telemetry telemetry/S2\nslacd reload\n" MATCHED);
	line_of(from, "log      WARN *mqtt.telemetry*");
	assert_none(from, "telemetry/S2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(without_the_setting_there_is_none),
		STORY(outlet_that_starts_tells_all_its_values),
		STORY(session_is_told),
		STORY(fallback_is_told_with_its_current),
		STORY(status_has_the_time_when_it_happened),
		STORY(josev_status_has_the_members_of_that_api_only),
		STORY(storm_is_told_once_a_second_and_the_last_one_wins),
		STORY(all_is_told_again_to_a_broker_that_came_back),
		STORY(nothing_waits_while_the_broker_has_no_room),
		STORY(connection_that_ends_over_values_is_said_with_what_to_do),
		STORY(cars_and_the_station_see_nothing_of_it),
		STORY(values_of_an_outlet_that_is_no_more_are_cleared),
		STORY(outlet_with_other_parameters_keeps_its_values),
		STORY(end_is_told),
		STORY(outlets_name_is_written_as_one_level),
		STORY(everest_has_values_too_but_for_the_pilot),
		STORY(prefix_that_is_none_is_refused),
		STORY(change_waits_for_the_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

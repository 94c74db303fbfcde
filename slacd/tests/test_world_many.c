/* SPDX-License-Identifier: Apache-2.0 */
/* As many outlets as one service can have, each with a modem and a car of its own. */
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/script.h"
#include "slacd/tests/world/story.h"
#include "slacd/tests/world/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OUTLETS_MAX 256
#define VALUE       "slacd    (retained) telemetry/S1/"

/* valgrind would need minutes. */
static int outlet_count(void)
{
	return getenv("SLACD_VALGRIND") == NULL ? OUTLETS_MAX : 16;
}

/* One line for each outlet; `format` may have its number up to three times. */
static void play_for_each(const char *format)
{
	char line[256];

	for (int i = 0; i < outlet_count(); i++) {
		snprintf(line, sizeof(line), format, i, i, i);
		play(line);
	}
}

static void boot_all(void)
{
	static char station[OUTLETS_MAX * 40];
	size_t used = (size_t)snprintf(station, sizeof(station), "station");

	play_for_each("wire evse%d plc%d");
	for (int i = 0; i < outlet_count(); i++)
		used += (size_t)snprintf(station + used, sizeof(station) - used, " --evse DE*TST*E%d=evse%d", i, i);
	play(station);
	play_for_each("ev plc%d --modem-mac 02:50:4c:00:01:%02x --ev-mac 02:45:56:00:01:%02x");
	play("run 10\nslacd start\nrun 3000");
}

/*
 * The last word of the service comes when each car that was matched is unmatched. With telemetry, whose values change all
 * at once.
 */
static void all_match_in_the_same_instant_and_all_end_well(void **state)
{
	size_t from;

	(void)state;
	play("set mqtt.telemetry telemetry/S1");
	boot_all();
	assert_count(0, VALUE "*/sessions_matched {\"value\":0,*", (size_t)outlet_count());
	assert_count(0, "log      INFO Interface is open", (size_t)outlet_count());
	assert_count(0, "slacd *\"status\":\"ready\"", 1);
	from = record_count();
	play_for_each("cs plug DE*TST*E%d");
	play_for_each("car plc%d plug");
	play("run 3000");
	assert_count(from, "slacd *\"status\":\"matching\"", (size_t)outlet_count());
	assert_count(from, "slacd *\"status\":\"matched\"", (size_t)outlet_count());
	assert_count(from, VALUE "*/state {\"value\":\"matched\"*", (size_t)outlet_count());
	assert_count(from, VALUE "*/sessions_matched {\"value\":1,*", (size_t)outlet_count());
	from = record_count();
	play("slacd stop");
	assert_count(from, "slacd *\"status\":\"unmatched\"", (size_t)outlet_count());
	assert_count(from, "slacd *\"status\":\"stopping\"", 1);
	assert_none(0, "log      WARN");
}

/* Without session records: a story's are searched for keys, of which there are hundreds here. */
static int begin(void **state)
{
	(void)state;
	world_open();
	return 0;
}

static int end(void **state)
{
	(void)state;
	return world_close() ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_match_in_the_same_instant_and_all_end_well, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

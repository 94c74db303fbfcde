/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every session of a world leaves a record: each is replayed to the same decisions, octet for octet, and no six octets
 * of a key are in any.
 */
#include "slacd/tests/world/daemon.h"
#include "slacd/tests/world/recorded.h"
#include "slacd/tests/world/script.h"
#include "slacd/tests/world/sequence.h"
#include "slacd/tests/world/story.h"
#include "slacd/tests/world/trace_script.h"
#include "slacd/tests/world/world.h"
#include "tools/replay/tests/trace_files.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* For Valgrind; test_world_random has more. */
#define SEQUENCES 1

/* --- one world --- */

static void begin_world(void)
{
	world_open();
	recorded_begin();
	daemon_set("record.memory_kib", "256");
}

static void end_world(const char *who)
{
	recorded_end(who);
	if (!world_close())
		fail_msg("%s: something was left open", who);
}

static void play_world(const char *who, const char *script)
{
	begin_world();
	script_run(script);
	end_world(who);
}

/* --- worlds --- */

static void the_scripts_of_the_vectors(void **state)
{
	static const char *const names[] = {"match",     "fallback",       "unplug_in_f",
					    "link_lost", "interface_lost", "broker_away"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[4096];
		char *text = NULL;
		size_t size = 0;
		snprintf(path, sizeof(path), "%s/world/%s.txt", getenv("SLACD_VECTORS"), names[i]);
		FILE *file = fopen(path, "re");
		if (file == NULL || getdelim(&text, &size, '\0', file) < 0)
			fail_msg("%s cannot be read", path);
		fclose(file);
		play_world(names[i], text);
		free(text);
	}
}

static void whatever_happens(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SEQUENCES; seed++) {
		char who[32];
		char *script = sequence_new(seed);
		snprintf(who, sizeof(who), "seed %llu", (unsigned long long)seed);
		play_world(who, script);
		free(script);
	}
}

static void captures_of_cars(void **state)
{
	(void)state;
	if (getenv("SLACD_VALGRIND") != NULL)
		return;
	if (trace_folder() == NULL)
		print_message("SLACD_TRACES names no folder of captures\n");
	else
		trace_scripts(play_world);
}

/* A match of an hour, which is asked for its link each second: the middle does not fit. */
static void a_long_session_keeps_its_begin_and_its_end(void **state)
{
	const size_t with_gap = recorded_total()->with_gap;

	(void)state;
	if (getenv("SLACD_VALGRIND") != NULL)
		return;
	play_world("a long session", "boot / --modem-mac 00:b0:52:00:00:77\n" MATCHED
				     "run 3600000\ncs unplug\ncar plc0 unplug\nrun 5000\n");
	assert_true(recorded_total()->with_gap > with_gap);
}

/* --- which sessions leave one --- */

static size_t names_in_folder(char name[256])
{
	struct dirent **names = NULL;
	const int count = scandir(recorded_folder(), &names, NULL, alphasort);
	size_t records = 0;

	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.') {
			snprintf(name, 256, "%s", names[i]->d_name);
			records++;
		}
		free(names[i]);
	}
	free(names);
	return records;
}

/* How many records the script leaves; `name` gets the last one's. */
static size_t records_of(const char *when, const char *script, char name[256])
{
	begin_world();
	daemon_set("record.when", when);
	script_run(script);
	daemon_kill();
	return names_in_folder(name);
}

#define CAR    "boot / --modem-mac 00:b0:52:00:00:77\n"
#define UNPLUG "cs unplug\ncar plc0 unplug\nrun 5000\n"

static void a_match_and_its_end_leave_none_unless_always(void **state)
{
	char name[256];

	(void)state;
	assert_int_equal(records_of("failed", CAR MATCHED UNPLUG, name), 0);
	end_world("failed");
	assert_int_equal(records_of("never", CAR MATCHED UNPLUG, name), 0);
	end_world("never");
	assert_int_equal(records_of("always", CAR MATCHED UNPLUG, name), 1);
	assert_non_null(strstr(name, "Z-DE_TST_E1-unmatched-vehicle_left.pcapng"));
	end_world("always");
}

static void the_status_names_the_record_of_a_session_that_failed(void **state)
{
	char name[256], pattern[512];

	(void)state;
	assert_int_equal(records_of("failed", "boot\ncs plug\nrun 25000\n", name), 1);
	assert_non_null(strstr(name, "Z-DE_TST_E1-basic_charging-no_parm_req.pcapng"));
	snprintf(pattern, sizeof(pattern), "slacd *\"status\":\"basic_charging\"*\"record\":\"%s\"", name);
	assert_count(0, pattern, 1);
	assert_count(0, "\"record\"", 1);
	snprintf(pattern, sizeof(pattern), "log *INFO Session record. evse_id=DE?TST?E1 file=%s", name);
	assert_count(0, pattern, 1);
	end_world("no car");
}

static void a_car_that_leaves_in_the_middle_of_its_match_has_failed(void **state)
{
	char name[256];

	(void)state;
	assert_int_equal(records_of("failed", CAR "cs plug\ncar plc0 plug\nawait \"matching\"\nrun 200\n" UNPLUG, name),
			 1);
	assert_non_null(strstr(name, "-unmatched-vehicle_left.pcapng"));
	end_world("unplugged");
	assert_int_equal(records_of("failed", "boot\ncs plug\nrun 1000\n" UNPLUG, name), 0);
	end_world("never spoke");
}

/* The outlet was out of service. Its next vehicle's record begins with that vehicle. */
static void a_vehicle_that_nobody_served_is_in_no_record(void **state)
{
	char name[256];
	size_t len;

	(void)state;
	assert_int_equal(records_of("failed",
				    "boot\ncs status_code evse_not_ready\nrun 1000\ncs plug\nrun 1000\n"
				    "cs unplug\nrun 60000\ncs status_code evse_ready\nrun 60000\ncs plug\nrun 25000\n",
				    name),
			 1);
	assert_non_null(strstr(name, "Z-DE_TST_E1-basic_charging-no_parm_req.pcapng"));
	uint8_t *octets = recorded_take(name, &len);
	assert_non_null(memmem(octets, len, "MESSAGE=cp_status state=B", strlen("MESSAGE=cp_status state=B")));
	assert_null(memmem(octets, len, "MESSAGE=cp_status state=A", strlen("MESSAGE=cp_status state=A")));
	free(octets);
	end_world("not served");
}

/* It asks again each second, and says nothing else. */
static void a_car_that_fails_again_and_again_leaves_a_few(void **state)
{
	char script[4096] = "boot\ncs plug\nrun 100\n";
	char name[256];
	size_t len = strlen(script);

	(void)state;
	for (unsigned i = 1; i <= 10; i++)
		len += (size_t)snprintf(script + len, sizeof(script) - len,
					"frame plc0 ffffffffffff02000000009988e101646000000000%014x%02x\nrun 1000\n", 0,
					i);
	assert_int_equal(records_of("failed", script, name), 3);
	assert_count(0, "slacd *\"status\":\"failed\"", 10);
	assert_non_null(strstr(name, "-failed-no_start_atten_char.pcapng"));
	end_world("again and again");
}

/* Sessions that end as fast as the station likes: what is left out is not said of each. */
static void a_station_that_faults_again_and_again_does_not_fill_the_log(void **state)
{
	char script[4096] = "boot\n";
	char name[256];
	size_t len = strlen(script);

	(void)state;
	for (unsigned i = 0; i < 80; i++)
		len += (size_t)snprintf(script + len, sizeof(script) - len,
					"cs state B1\nrun 20\ncs state E\nrun 20\n");
	assert_int_equal(records_of("failed", script, name), 3);
	assert_count(0, "log      INFO Session record is left out: *status=failed reason=pilot_fault", 60);
	assert_count(0, "log      WARN More than 60 session records that are left out in a minute, *evse_id=DE?TST?E1",
		     1);
	end_world("faults");
}

static int end_group(void **state)
{
	const struct recorded_total *total = recorded_total();

	(void)state;
	print_message("%zu records of %zu octets: %zu inputs, %zu decisions\n", total->records, total->octets,
		      total->inputs, total->decisions);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_scripts_of_the_vectors),
		cmocka_unit_test(whatever_happens),
		cmocka_unit_test(captures_of_cars),
		cmocka_unit_test(a_long_session_keeps_its_begin_and_its_end),
		cmocka_unit_test(a_match_and_its_end_leave_none_unless_always),
		cmocka_unit_test(the_status_names_the_record_of_a_session_that_failed),
		cmocka_unit_test(a_car_that_leaves_in_the_middle_of_its_match_has_failed),
		cmocka_unit_test(a_vehicle_that_nobody_served_is_in_no_record),
		cmocka_unit_test(a_car_that_fails_again_and_again_leaves_a_few),
		cmocka_unit_test(a_station_that_faults_again_and_again_does_not_fill_the_log),
	};

	if (getenv("SLACD_VECTORS") == NULL)
		return 77;
	return cmocka_run_group_tests(tests, NULL, end_group);
}

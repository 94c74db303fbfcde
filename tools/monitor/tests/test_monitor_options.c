/* SPDX-License-Identifier: Apache-2.0 */
/* Which stations slac-monitor listens to by its options, with and without a fleet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants them first. */
#include <cmocka.h>

#include <getopt.h>
#include <string.h>

#include "tools/monitor/monitor_options.h"

#define OPTIONS_MAX 16

static struct monitor_options options;

static enum command_line_action read_options(const char *const *words)
{
	char *argv[OPTIONS_MAX] = {(char *)(uintptr_t) "slac-monitor"};
	int argc = 1;

	while (words[argc - 1] != NULL) {
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
		argc++;
	}
	optind = 0; /* getopt begins anew */
	return monitor_options_read(argc, argv, &options);
}

static void without_options_there_is_one_station_and_no_fleet(void **state)
{
	static const char *const words[] = {NULL};

	(void)state;
	assert_int_equal(read_options(words), COMMAND_LINE_RUN);
	assert_false(options.fleet);
	assert_int_equal(options.station_count, 1);
	assert_string_equal(options.from_slacd[0], "josev/cs");
	assert_string_equal(options.from_station[0], "cs/josev");
}

static void a_fleet_is_alone_unless_stations_are_named(void **state)
{
	static const char *const alone[] = {"--fleet", NULL};
	static const char *const beside[] = {"--topic-from-station", "cs/josev", "--fleet",
					     "--topic-to-station",   "josev/cs", NULL};

	static const char *const half[] = {"--fleet", "--topic-to-station", "site/1", NULL};

	(void)state;
	assert_int_equal(read_options(half), COMMAND_LINE_RUN);
	assert_int_equal(options.station_count, 1);
	assert_string_equal(options.from_station[0], "cs/josev");
	assert_int_equal(read_options(alone), COMMAND_LINE_RUN);
	assert_true(options.fleet);
	assert_int_equal(options.station_count, 0);
	assert_int_equal(read_options(beside), COMMAND_LINE_RUN);
	assert_true(options.fleet);
	assert_int_equal(options.station_count, 1);
}

static void what_is_wrong_is_refused(void **state)
{
	static const char *const lonely[] = {"--fleet", "--topic-to-station", "a", "--topic-to-station", "b", NULL};
	static const char *const value[] = {"--fleet=yes", NULL};
	static const char *const where[] = {"--fleet", "--listen", "8015", NULL};
	static const char *const nobody[] = {"--mqtt-user", "", NULL};

	(void)state;
	assert_int_equal(read_options(lonely), COMMAND_LINE_BAD);
	assert_int_equal(read_options(value), COMMAND_LINE_BAD);
	assert_int_equal(read_options(where), COMMAND_LINE_BAD);
	assert_int_equal(read_options(nobody), COMMAND_LINE_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_options_there_is_one_station_and_no_fleet),
		cmocka_unit_test(a_fleet_is_alone_unless_stations_are_named),
		cmocka_unit_test(what_is_wrong_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

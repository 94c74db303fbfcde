/* SPDX-License-Identifier: Apache-2.0 */
/* What slacd does in the scripts of test-vectors/world, line for line as it was recorded. */
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/script.h"
#include "slacd/tests/world/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *read_vector(const char *name, const char *ending)
{
	char path[4096];
	char *text = NULL;
	size_t size = 0;

	snprintf(path, sizeof(path), "%s/world/%s.%s", getenv("SLACD_VECTORS"), name, ending);
	FILE *file = fopen(path, "re");
	if (file == NULL || getdelim(&text, &size, '\0', file) < 0)
		fail_msg("%s cannot be read", path);
	fclose(file);
	return text;
}

/* The vector's next line, without its end; NULL after the last one. */
static char *next_line(char **rest)
{
	return strsep(rest, "\n");
}

static void is_as_recorded(const char *name)
{
	char *script = read_vector(name, "txt");
	char *expected = read_vector(name, "log");
	char *rest = expected;

	script_run(script);
	for (size_t line = 0; line < record_count(); line++) {
		const char *wanted = next_line(&rest);
		if (wanted == NULL || strcmp(record_text(line), wanted) != 0)
			fail_msg("%s.log line %zu:\n%s\nbut now\n%s", name, line + 1,
				 wanted != NULL ? wanted : "(the end)", record_text(line));
	}
	assert_string_equal(rest, ""); /* nothing is missing */
	free(script);
	free(expected);
}

/* Session records would be lines of the log. */
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

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)
#define RECORD(name)                                                                                                   \
	static void record_of_##name(void **state)                                                                     \
	{                                                                                                              \
		(void)state;                                                                                           \
		is_as_recorded(#name);                                                                                 \
	}

RECORD(match)
RECORD(fallback)
RECORD(unplug_in_f)
RECORD(link_lost)
RECORD(interface_lost)
RECORD(broker_away)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(record_of_match),     TEST(record_of_fallback),       TEST(record_of_unplug_in_f),
		TEST(record_of_link_lost), TEST(record_of_interface_lost), TEST(record_of_broker_away),
	};

	if (getenv("SLACD_VECTORS") == NULL)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

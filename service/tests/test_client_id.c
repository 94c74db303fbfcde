/* SPDX-License-Identifier: Apache-2.0 */
/* The client id where none is configured. */
#include "service/client_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MACHINE "0123456789abcdef0123456789abcdef"

static const uint8_t some[CLIENT_ID_RANDOM] = {0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4};
static const uint8_t others[CLIENT_ID_RANDOM] = {9, 9, 9, 9, 9, 9, 9, 9};

static void machine_and_outlet_make_the_same_id_at_each_start(void **state)
{
	char one[CLIENT_ID_SIZE];
	char again[CLIENT_ID_SIZE];

	(void)state;
	client_id_make("slacd", MACHINE, "E1", some, one);
	client_id_make("slacd", MACHINE, "E1", others, again);
	assert_string_equal(one, again);
	assert_int_equal(strlen(one), 22);
	assert_null(strstr(one, "01234567"));
	client_id_make("slacd", MACHINE, "E2", some, again);
	assert_string_not_equal(one, again);
	client_id_make("smart", MACHINE, "E1", some, again);
	assert_memory_equal(again, "smart-", 6);
	assert_string_not_equal(one + 6, again + 6);
	client_id_make("slacd", "f123456789abcdef0123456789abcdef", "E1", some, again);
	assert_string_not_equal(one, again);
}

static void what_is_not_known_is_made_up_for_by_chance(void **state)
{
	char id[CLIENT_ID_SIZE];

	(void)state;
	client_id_make("slacd", "", "E1", some, id);
	assert_string_equal(id, "slacd-deadbeef01020304");
	client_id_make("slacd", MACHINE, NULL, some, id);
	assert_string_equal(id, "slacd-deadbeef01020304");
}

static void machine_id_is_32_digits_or_none(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} cases[] = {{MACHINE "\n", MACHINE}, {"uninitialized\n", ""}, {"", ""}, {"0123\n", ""}};
	char path[] = "/tmp/test-machine-id-XXXXXX";
	char id[MACHINE_ID_SIZE];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FILE *file = fopen(path, "we");
		assert_non_null(file);
		fputs(cases[i].text, file);
		fclose(file);
		client_id_read_machine_id(path, id);
		assert_string_equal(id, cases[i].expected);
	}
	close(fd);
	unlink(path);
	client_id_read_machine_id(path, id);
	assert_string_equal(id, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machine_and_outlet_make_the_same_id_at_each_start),
		cmocka_unit_test(what_is_not_known_is_made_up_for_by_chance),
		cmocka_unit_test(machine_id_is_32_digits_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The client id where none is configured, and the topics that are listened to. */
#include "service/client_id.h"
#include "slacd/hearing.h"

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
	client_id_make(MACHINE, "E1", some, one);
	client_id_make(MACHINE, "E1", others, again);
	assert_string_equal(one, again);
	assert_int_equal(strlen(one), 22);
	assert_null(strstr(one, "01234567"));
	client_id_make(MACHINE, "E2", some, again);
	assert_string_not_equal(one, again);
	client_id_make("f123456789abcdef0123456789abcdef", "E1", some, again);
	assert_string_not_equal(one, again);
}

static void what_is_not_known_is_made_up_for_by_chance(void **state)
{
	char id[CLIENT_ID_SIZE];

	(void)state;
	client_id_make("", "E1", some, id);
	assert_string_equal(id, "slacd-deadbeef01020304");
	client_id_make(MACHINE, NULL, some, id);
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

static void topic_says_whose_it_is(void **state)
{
	struct settings settings;
	struct hearing hearing;

	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	hearing_init(&hearing, &settings, "0123456789ab");
	assert_int_equal(hearing.count, 4);
	assert_int_equal(hearing_from(&hearing, "cs/josev"), API_FROM_STATION);
	assert_int_equal(hearing_from(&hearing, "iso15118/slac"), API_FROM_ISO15118);
	assert_int_equal(hearing_from(&hearing, "josev/cs"), API_FROM_SERVICES);
	assert_int_equal(hearing_from(&hearing, "iso15118/ocpp"), API_FROM_SERVICES);
	assert_int_equal(hearing_from(&hearing, "josev/c"), 0);
	assert_int_equal(hearing_from(&hearing, "josev/cs/x"), 0);
}

static void one_topic_may_be_everybodys(void **state)
{
	struct settings settings;
	struct hearing hearing;

	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	strcpy(settings.topic_from_iso15118.text, "cs/josev");
	strcpy(settings.topics_from_services.topic[1].text, "josev/cs");
	hearing_init(&hearing, &settings, "0123456789ab");
	assert_int_equal(hearing.count, 2);
	assert_int_equal(hearing_from(&hearing, "cs/josev"), API_FROM_STATION | API_FROM_ISO15118);
	assert_int_equal(hearing_from(&hearing, "josev/cs"), API_FROM_SERVICES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machine_and_outlet_make_the_same_id_at_each_start),
		cmocka_unit_test(what_is_not_known_is_made_up_for_by_chance),
		cmocka_unit_test(machine_id_is_32_digits_or_none),
		cmocka_unit_test(topic_says_whose_it_is),
		cmocka_unit_test(one_topic_may_be_everybodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

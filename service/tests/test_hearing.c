/* SPDX-License-Identifier: Apache-2.0 */
/* The topics that a service listens on. */
#include "service/hearing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void topic_says_whose_it_is(void **state)
{
	struct hearing hearing;

	(void)state;
	hearing_init(&hearing, "0123456789ab");
	hearing_add(&hearing, "cs/josev", API_FROM_STATION);
	hearing_add(&hearing, "josev/cs", API_FROM_SERVICES);
	hearing_add(&hearing, "iso15118/ocpp", API_FROM_SERVICES);
	assert_int_equal(hearing.count, 3);
	assert_string_equal(hearing.topics[1], "josev/cs");
	assert_int_equal(hearing_from(&hearing, "cs/josev"), API_FROM_STATION);
	assert_int_equal(hearing_from(&hearing, "josev/cs"), API_FROM_SERVICES);
	assert_int_equal(hearing_from(&hearing, "iso15118/ocpp"), API_FROM_SERVICES);
	assert_int_equal(hearing_from(&hearing, "josev/c"), 0);
	assert_int_equal(hearing_from(&hearing, "josev/cs/x"), 0);
}

static void one_topic_may_be_everybodys(void **state)
{
	struct hearing hearing;

	(void)state;
	hearing_init(&hearing, "0123456789ab");
	hearing_add(&hearing, "cs/josev", API_FROM_STATION);
	hearing_add(&hearing, "cs/josev", API_FROM_ISO15118);
	hearing_add(&hearing, "josev/cs", API_FROM_SERVICES);
	hearing_add(&hearing, "josev/cs", API_FROM_SERVICES);
	assert_int_equal(hearing.count, 2);
	assert_int_equal(hearing_from(&hearing, "cs/josev"), API_FROM_STATION | API_FROM_ISO15118);
	assert_int_equal(hearing_from(&hearing, "josev/cs"), API_FROM_SERVICES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topic_says_whose_it_is),
		cmocka_unit_test(one_topic_may_be_everybodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

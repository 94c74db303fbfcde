/* SPDX-License-Identifier: Apache-2.0 */
/* What is not for slacd, and members that it does not know. */
#include "mqtt/api/tests/api_parse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void service_status_request_for_another_service_is_ignored(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(SERVICE_STATUS_REQUEST, "\"slac\"", "\"iso15118\""), API_IGNORED);
}

static void unknown_names_are_ignored_whatever_else_they_carry(void **state)
{
	(void)state;
	memset(&parse_error, 0, sizeof(parse_error));
	assert_int_equal(parse(ENVELOPE("stop_charging", "update", "{\"evse_id\":5}")), API_IGNORED);
	assert_int_equal(parse("{\"name\":\"hello\"}"), API_IGNORED);
	assert_int_equal(parse("{\"name\":\"cp_status\\u0000\"}"), API_IGNORED);
	assert_int_equal(parse("{\"name\":\"\",\"data\":NaN}"), API_IGNORED);
	assert_string_equal(parse_error.expected, "");
}

static void messages_in_the_other_direction_are_ignored(void **state)
{
	static const char *const outbound[] = OUTBOUND_MESSAGES;

	(void)state;
	for (size_t i = 0; i < COUNT(outbound); i++)
		assert_int_equal(parse(outbound[i]), API_IGNORED);
}

static void unknown_members_are_skipped(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "\"evse_id\"", "\"future\":{\"a\":[1,NaN]},\"evse_id\""),
			 API_OK);
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "\"type\"", "\"version\":2,\"type\""), API_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(service_status_request_for_another_service_is_ignored),
		cmocka_unit_test(unknown_names_are_ignored_whatever_else_they_carry),
		cmocka_unit_test(messages_in_the_other_direction_are_ignored),
		cmocka_unit_test(unknown_members_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

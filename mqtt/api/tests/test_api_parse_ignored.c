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

static void members_that_are_null_count_as_absent(void **state)
{
	static const struct {
		const char *valid;
		const char *from;
		const char *to;
	} cases[] = {
		{CP_PWM_RESPONSE, "\"too high\"", "null"},
		{CP_STATUS_UPDATE, "9.1", "null"},
		{CP_STATUS_UPDATE, "-11.9", "null"},
		{CP_STATUS_UPDATE, "\"duty_cycle\":5", "\"duty_cycle\":null"},
		{LIMITS_RESPONSE, "15.5", "null"},
		{LIMITS_RESPONSE, "\"dc\":{", "\"ac\":null,\"dc\":{"},
		{PARAMETERS_RESPONSE, "\"scheduled\"", "null"},
		{PARAMETERS_RESPONSE, "\"AC_three_phase_core\"", "null"},
		{PARAMETERS_RESPONSE, "230", "null"},
		{PARAMETERS_RESPONSE, "\"dc_bpt\":{}", "\"dc_bpt\":null"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (parse_changed(cases[i].valid, cases[i].from, cases[i].to) != API_OK || parsed.bad_count > 0)
			fail_msg("%s -> %s", cases[i].from, cases[i].to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(service_status_request_for_another_service_is_ignored),
		cmocka_unit_test(unknown_names_are_ignored_whatever_else_they_carry),
		cmocka_unit_test(messages_in_the_other_direction_are_ignored),
		cmocka_unit_test(unknown_members_are_skipped),
		cmocka_unit_test(members_that_are_null_count_as_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

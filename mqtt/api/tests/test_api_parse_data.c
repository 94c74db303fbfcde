/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of outlets: data without an envelope, as files have it. */
#include "mqtt/api/tests/api_parse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A parameters[] or evses[] of `count` entries, as data. */
static char *list(const char *member, const char *rest, size_t count)
{
	const size_t size = 64 + count * 256;
	char *text = malloc(size);
	size_t used = (size_t)snprintf(text, size, "{\"%s\":[", member);

	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, size - used, "%s{\"evse_id\":\"E%zu\",%s}", i ? "," : "", i,
					 rest);
	snprintf(text + used, size - used, "]}");
	return text;
}

static void as_many_outlets_as_documented_are_taken_and_one_more_is_refused(void **state)
{
	static const char parameters[] = "\"supports_eim\":true,\"network_interface\":\"e\",\"connectors\":[]";
	static const char limits[] = "\"status_code\":\"evse_ready\"";
	static struct api_parameters p;
	static struct api_limits l;
	char *text;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		text = list("parameters", parameters, API_EVSES_MAX + more);
		assert_int_equal(api_parse_parameters_data(text, strlen(text), &p, &parse_error),
				 more ? API_INVALID : API_OK);
		free(text);
		text = list("evses", limits, API_EVSES_MAX + more);
		assert_int_equal(api_parse_limits_data(text, strlen(text), &l, &parse_error),
				 more ? API_INVALID : API_OK);
		free(text);
	}
	assert_int_equal(p.count, API_EVSES_MAX);
	assert_int_equal(l.count, API_EVSES_MAX);
	assert_string_equal(parse_error.member, "data.evses");
	assert_string_equal(parse_error.expected, "an array of at most 256 entries");
}

static void data_files_are_read_with_the_same_checks(void **state)
{
	static const char wrong[] = "{\"parameters\":[{\"evse_id\":5}]}";
	struct api_parameters p;
	struct api_limits l;

	(void)state;
	assert_int_equal(
		api_parse_parameters_data(PARAMETERS_DATA "\n", strlen(PARAMETERS_DATA "\n"), &p, &parse_error),
		API_OK);
	assert_int_equal(p.count, 2);
	assert_int_equal(api_parse_limits_data(LIMITS_DATA, strlen(LIMITS_DATA), &l, &parse_error), API_OK);
	assert_int_equal(l.count, 2);
	assert_int_equal(api_parse_parameters_data(wrong, strlen(wrong), &p, &parse_error), API_INVALID);
	assert_string_equal(parse_error.name, "cs_parameters");
	assert_string_equal(parse_error.member, "data.parameters[0].evse_id");
	assert_int_equal(p.count, 2);
	assert_int_equal(api_parse_limits_data("", 0, &l, &parse_error), API_MALFORMED);
	assert_int_equal(api_parse_limits_data("[]", 2, &l, &parse_error), API_MALFORMED);
	assert_int_equal(api_parse_limits_data("{}", 2, &l, &parse_error), API_INVALID);
	assert_string_equal(parse_error.member, "data.evses");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_outlets_as_documented_are_taken_and_one_more_is_refused),
		cmocka_unit_test(data_files_are_read_with_the_same_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

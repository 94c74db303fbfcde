/* SPDX-License-Identifier: Apache-2.0 */
/* A payload as one line of a log. */
#include "mqtt/api/api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void becomes(const char *payload, size_t size, const char *expected)
{
	char out[256];

	memset(out, 'x', sizeof(out));
	assert_int_equal(api_compact(payload, strlen(payload), out, size), strlen(expected));
	assert_string_equal(out, expected);
}

static void several_lines_become_one(void **state)
{
	(void)state;
	becomes("{\n  \"id\": \"1\",\r\n\t\"data\": {\n    \"max\": [16.0, 0 ,\n 16]\n  }\n}\n", 256,
		"{\"id\":\"1\",\"data\":{\"max\":[16.0,0,16]}}");
}

static void texts_keep_their_spaces_and_quotes(void **state)
{
	(void)state;
	becomes("{ \"info\" : \"no \\\" fault,  none \\\\\" , \"a b\" : 1 }", 256,
		"{\"info\":\"no \\\" fault,  none \\\\\",\"a b\":1}");
}

static void what_does_not_fit_is_cut(void **state)
{
	(void)state;
	becomes("{ \"id\": 1 }", 5, "{\"id");
	becomes("{ \"id\": 1 }", 1, "");
}

static void payload_needs_no_end(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(api_compact("{ }{", 3, out, sizeof(out)), 2);
	assert_string_equal(out, "{}");
	assert_int_equal(api_compact("", 0, out, sizeof(out)), 0);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_lines_become_one),
		cmocka_unit_test(texts_keep_their_spaces_and_quotes),
		cmocka_unit_test(what_does_not_fit_is_cut),
		cmocka_unit_test(payload_needs_no_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

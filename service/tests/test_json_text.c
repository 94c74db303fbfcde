/* SPDX-License-Identifier: Apache-2.0 */
/* Where the JSON of a file is wrong, and what it gives twice. */
#include "service/json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char error[JSON_TEXT_ERROR_SIZE];

static void assert_error(const char *text, const char *expected)
{
	struct json_object *root = json_text_parse(text, strlen(text), error);

	assert_null(root);
	/* What json-c says behind it differs between its versions. */
	if (strncmp(error, expected, strlen(expected)) != 0)
		fail_msg("%s, not %s", error, expected);
}

static void assert_accepted(const char *text)
{
	struct json_object *root = json_text_parse(text, strlen(text), error);

	if (root == NULL)
		fail_msg("%s: %s", text, error);
	json_object_put(root);
}

static void an_error_has_its_line_and_its_column(void **state)
{
	(void)state;
	assert_error("{\n  \"a\": 1,\n  x\n}", "not valid JSON at line 3, column 3: ");
	assert_error("[1,]", "not valid JSON at line 1, column 4: ");
	assert_error("{\"\xc3\xa4\xe2\x82\xac\":?}", "not valid JSON at line 1, column 7: ");
	assert_error("{\"a\": 1\n", "not valid JSON at line 2, column 1: ");
	assert_error("{} x", "not valid JSON at line 1, column 4: ");
	assert_error("", "not valid JSON at line 1, column 1: ");
	assert_error("null", "expected one JSON object, it is null");
}

static void text_behind_a_nul_is_not_left_out(void **state)
{
	(void)state;
	assert_null(json_text_parse("{}\n\0{}", 6, error));
	assert_string_equal(error, "not valid JSON at line 2, column 1: a NUL octet");
}

static void a_member_given_twice_is_named_by_its_path(void **state)
{
	(void)state;
	assert_error("{\"a\":1,\"a\":1}", "a: given twice, the second time at line 1, column 8");
	assert_error("{\"a\":{},\n\"b\":{\"c\":1,\n \"c\":2}}",
		     "b.c: given twice, the second time at line 3, column 2");
	assert_error("{\"a\":[1,[],{\"b\":{}},{\"b\":1,\"b\":2}]}",
		     "a[3].b: given twice, the second time at line 1, column 28");
	assert_error("[[0,{\"a\":null,\"a\":null}]]", "[0][1].a: given twice, the second time at line 1, column 15");
	assert_error("{\"\":1,\"\":1}", ": given twice, the second time at line 1, column 7");
	assert_error("{\"a\\\"\":1,\"a\\u0022\":1}", "a\": given twice, the second time at line 1, column 10");
}

static void what_only_looks_like_it_is_accepted(void **state)
{
	(void)state;
	assert_accepted("{\"a\":\"a\",\"b\":[\"a\",\"a\"],\"c\":{\"a\":1,\"b\":1,\"c\":1},\"d\":{\"a\":1}}");
	assert_accepted("{\"a\":\"\\\",\\\"a\\\":1\",\"b\":\"{\\\"a\\\":[\"}");
	assert_accepted("{\"a\":1,\"A\":1,\" a\":1,\"a\\\\\":1}");
	assert_accepted("[{\"a\":1},{\"a\":1}]");
}

static void depth_has_a_bound(void **state)
{
	char text[256];

	(void)state;
	memset(text, '[', 128);
	memset(text + 128, ']', 127);
	text[255] = '\0';
	assert_error(text, "not valid JSON at line 1, column 17: ");
	assert_accepted("[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_has_its_line_and_its_column),
		cmocka_unit_test(text_behind_a_nul_is_not_left_out),
		cmocka_unit_test(a_member_given_twice_is_named_by_its_path),
		cmocka_unit_test(what_only_looks_like_it_is_accepted),
		cmocka_unit_test(depth_has_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

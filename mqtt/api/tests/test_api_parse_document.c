/* SPDX-License-Identifier: Apache-2.0 */
/* The document as a whole: JSON, UTF-8 and the bounds. */
#include "mqtt/api/tests/api_parse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_truncation_of_every_message_is_malformed(void **state)
{
	static const char *const messages[] = INBOUND_MESSAGES;

	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		size_t len = strlen(messages[i]);
		for (size_t cut = 0; cut < len; cut++) {
			/* A buffer of exactly this size lets the sanitizers see one octet too many. */
			char *exact = malloc(cut ? cut : 1);
			memcpy(exact, messages[i], cut);
			assert_int_equal(api_parse(exact, cut, EVERYWHERE, &parsed, &parse_error), API_MALFORMED);
			free(exact);
		}
		assert_int_equal(parse(messages[i]), API_OK);
	}
}

static void every_octet_flipped_never_crashes(void **state)
{
	static const char *const messages[] = INBOUND_MESSAGES;

	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		size_t len = strlen(messages[i]);
		char *copy = malloc(len);
		for (size_t at = 0; at < len; at++) {
			memcpy(copy, messages[i], len);
			copy[at] = (char)(copy[at] ^ 0x21);
			api_parse(copy, len, EVERYWHERE, &parsed, &parse_error);
			copy[at] = (char)0xff;
			assert_int_equal(api_parse(copy, len, EVERYWHERE, &parsed, &parse_error), API_MALFORMED);
		}
		free(copy);
	}
}

static void what_is_no_json_object_is_malformed(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"5",
		"null",
		"[]",
		"\"cp_status\"",
		"{",
		"{}",
		"{\"name\":5}",
		"{\"id\":\"1\",\"type\":\"update\",\"data\":{}}",
		CP_STATUS_UPDATE "x",
		CP_STATUS_UPDATE CP_STATUS_UPDATE,
		"/* comment */" CP_STATUS_UPDATE,
		"{'name':'cp_status'}",
		"\xef\xbb\xbf" CP_STATUS_UPDATE,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		if (parse(texts[i]) != API_MALFORMED)
			fail_msg("taken: %s", texts[i]);
		assert_true(parse_error.expected[0]);
	}
}

static void white_space_around_is_fine(void **state)
{
	(void)state;
	assert_int_equal(parse(" \t" CP_STATUS_UPDATE "\r\n "), API_OK);
}

static void nul_octets_are_malformed(void **state)
{
	static const char after[] = CP_STATUS_UPDATE "\0";
	static const char inside[] = "{\"name\":\"cp\0_status\"}";

	(void)state;
	assert_int_equal(api_parse(after, sizeof(after) - 1, EVERYWHERE, &parsed, &parse_error), API_MALFORMED);
	assert_int_equal(api_parse(inside, sizeof(inside) - 1, EVERYWHERE, &parsed, &parse_error), API_MALFORMED);
}

static void invalid_utf8_is_malformed(void **state)
{
	static const char *const texts[] = {
		"\x80",
		"\xc3",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xed\xa0\x80",
		"\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xe2\x82",
		"\xf0\x9f\x98",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", texts[i]), API_MALFORMED);
}

static void characters_outside_ascii_are_read(void **state)
{
	(void)state;
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", "S\xc3\xa4ule \xe2\x82\xac \xf0\x9f\x98\x80"),
			 API_OK);
	assert_string_equal(parsed.data.cp_status.evse_id, "S\xc3\xa4ule \xe2\x82\xac \xf0\x9f\x98\x80");
	/* A terminal takes them for commands, or shows the rest in another order. */
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", "S\\u009bule"), API_INVALID);
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", "S\\u202eule"), API_INVALID);
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", "S\\u2066ule"), API_INVALID);
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", "S\\u061cule"), API_INVALID);
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", "S\\u00a0ule"), API_OK);
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "DE*ABC*E1", "S\\u00e4ule"), API_OK);
	assert_string_equal(parsed.data.cp_status.evse_id, "S\xc3\xa4ule");
}

static void nesting_above_the_bound_is_malformed(void **state)
{
	char deep[2 * 5000 + 1];

	(void)state;
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "\"B2\"", "\"B2\",\"x\":[[[[[[[[[[[[5]]]]]]]]]]]]"), API_OK);
	memset(deep, '[', 5000);
	memset(deep + 5000, ']', 5000);
	deep[10000] = '\0';
	assert_int_equal(parse(deep), API_MALFORMED);
	memset(deep, '[', 50);
	memset(deep + 50, ']', 50);
	deep[100] = '\0';
	assert_int_equal(parse_changed(CP_STATUS_UPDATE, "5}", "5,\"x\":[[[[[[[[[[[[[[[[[[5]]]]]]]]]]]]]]]]]]}"),
			 API_MALFORMED);
}

static void payload_above_the_bound_is_too_large(void **state)
{
	const size_t len = 1024 * 1024;
	char *big = malloc(len);

	(void)state;
	memset(big, ' ', len);
	memcpy(big, CP_STATUS_UPDATE, strlen(CP_STATUS_UPDATE));
	assert_int_equal(api_parse(big, len, EVERYWHERE, &parsed, &parse_error), API_TOO_LARGE);
	assert_int_equal(api_parse(big, API_PAYLOAD_MAX + 1, EVERYWHERE, &parsed, &parse_error), API_TOO_LARGE);
	assert_int_equal(api_parse(big, API_PAYLOAD_MAX, EVERYWHERE, &parsed, &parse_error), API_OK);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_truncation_of_every_message_is_malformed),
		cmocka_unit_test(every_octet_flipped_never_crashes),
		cmocka_unit_test(what_is_no_json_object_is_malformed),
		cmocka_unit_test(white_space_around_is_fine),
		cmocka_unit_test(nul_octets_are_malformed),
		cmocka_unit_test(invalid_utf8_is_malformed),
		cmocka_unit_test(characters_outside_ascii_are_read),
		cmocka_unit_test(nesting_above_the_bound_is_malformed),
		cmocka_unit_test(payload_above_the_bound_is_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

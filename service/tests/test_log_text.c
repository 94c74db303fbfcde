/* SPDX-License-Identifier: Apache-2.0 */
/* What others have sent, as the log shows it. */
#include "service/log_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_SIZE 64

static void expect_len(const char *text, size_t len, const char *shown)
{
	char out[TEXT_SIZE];
	const size_t used = log_text_copy(out, sizeof(out) - 1, text, len);

	assert_in_range(used, 0, sizeof(out) - 1);
	out[used] = '\0';
	assert_string_equal(out, shown);
}

static void expect(const char *text, const char *shown)
{
	expect_len(text, strlen(text), shown);
}

static void text_of_any_language_stays_as_it_is(void **state)
{
	static const char *const texts[] = {
		"", "evse_id=DE*ABC*E1", "Ladesäule À", "充电", "\xf0\x9f\x94\x8c", "\xc2\xa0", "~"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect(texts[i], texts[i]);
}

static void control_characters_do_not_reach_a_terminal(void **state)
{
	char text[3] = {0}, shown[16];

	(void)state;
	expect("a\nb\r\tc\033[31m", "a?b??c?[31m");
	expect_len("\0", 1, "?");
	expect("\x7f", "\\u007f");
	for (unsigned code = 0x80; code <= 0x9f; code++) {
		snprintf(text, sizeof(text), "%c%c", 0xc2, (int)code);
		snprintf(shown, sizeof(shown), "\\u%04x", code);
		expect(text, shown);
		snprintf(text, sizeof(text), "%c", (int)code); /* one octet, as Latin-1 has it */
		snprintf(shown, sizeof(shown), "\\x%02x", code);
		expect(text, shown);
	}
}

static void marks_that_turn_the_direction_are_shown_as_such(void **state)
{
	static const struct {
		const char *text;
		const char *shown;
	} rows[] = {
		{"\xd8\x9c", "\\u061c"},
		{"\xe2\x80\x8e", "\\u200e"},
		{"\xe2\x80\x8f", "\\u200f"},
		{"\xe2\x80\xaa", "\\u202a"},
		{"\xe2\x80\xab", "\\u202b"},
		{"\xe2\x80\xac", "\\u202c"},
		{"\xe2\x80\xad", "\\u202d"},
		{"\xe2\x80\xae", "\\u202e"},
		{"\xe2\x81\xa6", "\\u2066"},
		{"\xe2\x81\xa7", "\\u2067"},
		{"\xe2\x81\xa8", "\\u2068"},
		{"\xe2\x81\xa9", "\\u2069"},
		{"\xe2\x80\xaf", "\xe2\x80\xaf"} /* a narrow blank */,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(rows[i].text, rows[i].shown);
}

static void octets_that_are_no_utf_8_are_shown_as_such(void **state)
{
	(void)state;
	expect("\xff", "\\xff");
	expect("\xc3", "\\xc3");                   /* cut off */
	expect("\xe2\x80", "\\xe2\\x80");          /* likewise */
	expect("\xc0\x8a", "\\xc0\\x8a");          /* a newline in more octets than it needs */
	expect("\xe0\x82\x9b", "\\xe0\\x82\\x9b"); /* a C1 in more octets than it needs */
	expect("\xed\xa0\x80", "\\xed\\xa0\\x80"); /* half a pair of UTF-16 */
	expect("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	expect("\xc3(", "\\xc3(");
}

static void what_does_not_fit_ends_the_text_before_an_escape(void **state)
{
	char out[8];

	(void)state;
	memset(out, 'z', sizeof(out));
	assert_int_equal(log_text_copy(out, 7, "ab\xe2\x80\xae", 5), 2);
	assert_memory_equal(out, "abzzzzzz", 8);
	assert_int_equal(log_text_copy(out, 8, "ab\xe2\x80\xae", 5), 8);
	assert_memory_equal(out, "ab\\u202e", 8);
	assert_int_equal(log_text_copy(out, 0, "a", 1), 0);
}

static void plain_text_is_what_needs_no_copy(void **state)
{
	(void)state;
	assert_true(log_text_is_plain("", 0));
	assert_true(log_text_is_plain(" ~evse_id=DE*ABC*E1", 19));
	assert_false(log_text_is_plain("a\x1f", 2));
	assert_false(log_text_is_plain("a\x7f", 2));
	assert_false(log_text_is_plain("\xc3\xa4", 2));
	assert_true(log_text_is_plain("a\x7f", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_any_language_stays_as_it_is),
		cmocka_unit_test(control_characters_do_not_reach_a_terminal),
		cmocka_unit_test(marks_that_turn_the_direction_are_shown_as_such),
		cmocka_unit_test(octets_that_are_no_utf_8_are_shown_as_such),
		cmocka_unit_test(plain_text_is_what_needs_no_copy),
		cmocka_unit_test(what_does_not_fit_ends_the_text_before_an_escape),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

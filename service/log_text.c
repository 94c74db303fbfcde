/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Octets of the UTF-8 sequence that begins with this one, by its first octet; 0: none does. */
static size_t sequence_len(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* The code point at `text`, and its octets; 0 octets: this is no UTF-8. */
static size_t take_code_point(const uint8_t *text, size_t left, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const size_t len = sequence_len(text[0]);

	if (len == 0 || len > left)
		return 0;
	*code = len == 1 ? text[0] : text[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3fu);
	}
	const bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
	return *code < least[len] || *code > 0x10ffff || surrogate ? 0 : len;
}

static bool is_to_be_escaped(uint32_t code)
{
	const bool turns_direction = code == 0x061c || code == 0x200e || code == 0x200f ||
				     (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);

	return (code >= 0x7f && code <= 0x9f) || turns_direction;
}

/* How many octets from the beginning on are printable ASCII. */
static size_t plain_len(const uint8_t *text, size_t len)
{
	size_t plain = 0;

	while (plain < len && text[plain] >= 0x20 && text[plain] < 0x7f)
		plain++;
	return plain;
}

bool log_text_is_plain(const char *text, size_t len)
{
	return plain_len((const uint8_t *)text, len) == len;
}

size_t log_text_copy(char *out, size_t room, const char *text, size_t len)
{
	const uint8_t *octets = (const uint8_t *)text;
	size_t used = 0;

	for (size_t at = 0; at < len;) {
		uint32_t code = 0;
		const size_t taken = take_code_point(octets + at, len - at, &code);
		char shown[8] = "?";
		size_t shown_len = 1;
		if (taken == 0) {
			shown_len = (size_t)snprintf(shown, sizeof(shown), "\\x%02x", octets[at]);
		} else if (is_to_be_escaped(code)) {
			shown_len = (size_t)snprintf(shown, sizeof(shown), "\\u%04x", (unsigned)code & 0xffffu);
		} else if (code >= 0x20) {
			memcpy(shown, text + at, taken);
			shown_len = taken;
		}
		if (shown_len > room - used)
			break;
		memcpy(out + used, shown, shown_len);
		used += shown_len;
		at += taken == 0 ? 1 : taken;
	}
	return used;
}

void log_text_line(char *out, size_t size, const char *text, size_t len)
{
	out[log_text_copy(out, size - 1, text, len)] = '\0';
}

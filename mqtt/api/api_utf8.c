/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_utf8.h"

#include <stdint.h>

/* Length of the character at p, 0 when it is malformed or longer than left. */
static size_t character(const uint8_t *p, size_t left)
{
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n > left)
		return 0;
	/* RFC 3629, section 4: these four first octets narrow the second one. */
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

bool api_utf8_valid(const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t at = 0;

	while (at < len) {
		size_t n = character(p + at, len - at);

		if (n == 0)
			return false;
		at += n;
	}
	return true;
}

size_t api_utf8_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((uint8_t)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

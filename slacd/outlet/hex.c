/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/hex.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

void hex_write(const uint8_t *octets, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++) {
		*out++ = digits[octets[i] >> 4];
		*out++ = digits[octets[i] & 0x0f];
	}
	*out = '\0';
}

static int digit_of(char c)
{
	const char *place = c == '\0' ? NULL : strchr(digits, c);

	return place != NULL ? (int)(place - digits) : -1;
}

bool hex_read(const char *text, uint8_t *octets, size_t len)
{
	if (strlen(text) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		const int high = digit_of(text[2 * i]);
		const int low = digit_of(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		octets[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

size_t api_compact(const char *payload, size_t len, char *out, size_t size)
{
	bool in_text = false;
	bool escaped = false;
	size_t used = 0;

	for (size_t i = 0; i < len && used + 1 < size; i++) {
		const char c = payload[i];
		if (!in_text && is_space(c))
			continue;
		if (c == '"' && !escaped)
			in_text = !in_text;
		escaped = in_text && c == '\\' && !escaped;
		out[used++] = c;
	}
	out[used] = '\0';
	return used;
}

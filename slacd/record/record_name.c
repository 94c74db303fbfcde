/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/record/record_writer.h"

#include <string.h>

/* '0' stands for any digit. */
#define TIME_PATTERN "00000000T000000.000000Z-"
#define ENDING       ".pcapng"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool record_writer_is_name(const char *name)
{
	const size_t len = strlen(name);

	if (len < strlen(TIME_PATTERN) + strlen(ENDING) || strcmp(name + len - strlen(ENDING), ENDING) != 0)
		return false;
	for (size_t i = 0; i < strlen(TIME_PATTERN); i++)
		if (TIME_PATTERN[i] == '0' ? !is_digit(name[i]) : name[i] != TIME_PATTERN[i])
			return false;
	return strchr(name, '/') == NULL;
}

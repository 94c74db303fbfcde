/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/attenuation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_SIZE  1024
#define SEPARATORS ", \t\r\n"

/* Values in dB, at most SLAC_GROUPS; their number, or -1 when one is no number from 0 to 255. */
static int values_parse(const char *text, uint8_t aag_db[SLAC_GROUPS])
{
	int count = 0;

	for (text += strspn(text, SEPARATORS); *text != '\0'; text += strspn(text, SEPARATORS)) {
		char *end;
		unsigned long value = strtoul(text, &end, 10);
		if (end == text || *text == '-' || value > UINT8_MAX || count == SLAC_GROUPS)
			return -1;
		if (*end != '\0' && strchr(SEPARATORS, *end) == NULL)
			return -1;
		aag_db[count++] = (uint8_t)value;
		text = end;
	}
	return count;
}

static bool file_read(const char *path, char text[LIST_SIZE])
{
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return false;
	size_t len = fread(text, 1, LIST_SIZE - 1, file);
	text[len] = '\0';
	bool whole = feof(file) != 0;
	fclose(file);
	return whole;
}

bool attenuation_parse(const char *text, uint8_t aag_db[SLAC_GROUPS])
{
	uint8_t parsed[SLAC_GROUPS];
	char list[LIST_SIZE];
	int count = values_parse(text, parsed);

	if (count < 0 && file_read(text, list))
		count = values_parse(list, parsed);
	if (count == 1)
		memset(parsed, parsed[0], SLAC_GROUPS);
	else if (count != SLAC_GROUPS)
		return false;
	memcpy(aag_db, parsed, SLAC_GROUPS);
	return true;
}

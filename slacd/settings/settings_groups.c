/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/settings/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DB_MAX 255

static bool same_for_all(const struct settings_groups *groups)
{
	for (size_t i = 1; i < SLAC_GROUPS; i++)
		if (groups->db[i] != groups->db[0])
			return false;
	return true;
}

const char *settings_groups_text(const struct settings_groups *groups, char out[SETTINGS_GROUPS_TEXT_SIZE])
{
	size_t count = same_for_all(groups) ? 1 : SLAC_GROUPS;
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(out + len, SETTINGS_GROUPS_TEXT_SIZE - len, "%s%d", i == 0 ? "" : ",",
					groups->db[i]);
	return out;
}

static bool read_value(const char **text, int16_t *db)
{
	char *end;

	errno = 0;
	long value = strtol(*text, &end, 10);
	if (end == *text || errno != 0 || value < -DB_MAX || value > DB_MAX)
		return false;
	*text = end;
	*db = (int16_t)value;
	return true;
}

bool settings_groups_parse(const char *text, struct settings_groups *out)
{
	struct settings_groups groups;
	size_t count = 0;

	do {
		if (count == SLAC_GROUPS || !read_value(&text, &groups.db[count++]))
			return false;
	} while (*text++ == ',');
	if (text[-1] != '\0' || (count != 1 && count != SLAC_GROUPS))
		return false;
	for (size_t i = count; i < SLAC_GROUPS; i++)
		groups.db[i] = groups.db[0];
	*out = groups;
	return true;
}

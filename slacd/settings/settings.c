/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/settings/settings.h"

#include "slacd/settings/settings_table.h"

#include <string.h>

static const struct setting *find_setting(const char *section, const char *name)
{
	for (size_t i = 0; i < settings_table_count; i++)
		if (strcmp(settings_table[i].section, section) == 0 && strcmp(settings_table[i].name, name) == 0)
			return &settings_table[i];
	return NULL;
}

void settings_defaults(struct settings *settings)
{
	char expected[API_EXPECTED_MAX];

	memset(settings, 0, sizeof(*settings));
	for (size_t i = 0; i < settings_table_count; i++)
		setting_assign(settings, &settings_table[i], settings_table[i].initial, expected, sizeof(expected));
}

bool settings_set(struct settings *settings, const char *path, const char *value, const char *source,
		  char error[SETTINGS_ERROR_SIZE])
{
	char section[32];
	char expected[API_EXPECTED_MAX];
	const char *dot = strchr(path, '.');

	snprintf(section, sizeof(section), "%.*s", (int)(dot - path), path);
	if (setting_give(settings, find_setting(section, dot + 1), value, expected, sizeof(expected)))
		return true;
	snprintf(error, SETTINGS_ERROR_SIZE, "%s: '%.100s' is not valid, expected %s", source, value, expected);
	return false;
}

static bool outside_standard(const struct settings *settings, const struct setting *setting)
{
	if (setting->standard_max == 0)
		return false;
	unsigned value = *(const unsigned *)setting_value(settings, setting);
	return value < setting->standard_min || value > setting->standard_max;
}

static const struct setting *nonstandard_timer(const struct settings *settings)
{
	for (size_t i = 0; i < settings_table_count; i++)
		if (outside_standard(settings, &settings_table[i]))
			return &settings_table[i];
	return NULL;
}

bool settings_nonstandard_timer(const struct settings *settings, const char **which)
{
	const struct setting *setting = nonstandard_timer(settings);

	if (setting != NULL)
		*which = setting->name;
	return setting != NULL;
}

bool settings_check(const struct settings *settings, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	const struct setting *setting = nonstandard_timer(settings);

	if (setting == NULL || settings->allow_nonstandard_timers)
		return true;
	snprintf(
		error, SETTINGS_ERROR_SIZE,
		"%.200s: %s.%s: %u ms is outside the standard's %g ... %g ms; for a bench set slac.allow_nonstandard_timers",
		source, setting->section, setting->name, *(const unsigned *)setting_value(settings, setting),
		setting->standard_min, setting->standard_max);
	return false;
}

const struct settings_outlet *settings_outlet(const struct settings *settings, const char *evse_id)
{
	for (size_t i = 0; i < settings->outlet_count; i++)
		if (strcmp(settings->outlets[i].evse_id, evse_id) == 0)
			return &settings->outlets[i];
	return NULL;
}

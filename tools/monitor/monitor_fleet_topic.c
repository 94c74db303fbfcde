/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_fleet_topic.h"

#include <string.h>

#define ROOT       "fleet/"
#define STATIONS   "stations/"
#define CONNECTORS "/connectors/"
/* A number of more digits is no connector's. */
#define DIGITS_MAX 4

static bool is_name_character(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
	       (character >= '0' && character <= '9') || character == '_' || character == '-';
}

static size_t name_len(const char *text)
{
	size_t len = 0;

	while (is_name_character(text[len]))
		len++;
	return len;
}

bool monitor_fleet_is_id(const char *text)
{
	const size_t len = name_len(text);

	return len > 0 && len < MONITOR_FLEET_ID_SIZE && text[len] == '\0';
}

bool monitor_fleet_is_setup(const char *text)
{
	const size_t len = name_len(text);

	return len > 0 && len < MONITOR_FLEET_SETUP_SIZE && text[len] == '\0';
}

/* A number from 1, without leading zeros: each connector has one topic. */
static size_t read_number(const char *text, unsigned *number)
{
	size_t len = 0;

	*number = 0;
	while (text[len] >= '0' && text[len] <= '9' && len < DIGITS_MAX)
		*number = *number * 10 + (unsigned)(text[len++] - '0');
	return *text == '0' ? 0 : len;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

bool monitor_fleet_place_read(const char *path, char id[MONITOR_FLEET_ID_SIZE], unsigned *number, const char **rest)
{
	if (!begins(path, STATIONS))
		return false;
	path += strlen(STATIONS);
	const size_t len = name_len(path);
	if (len == 0 || len >= MONITOR_FLEET_ID_SIZE)
		return false;
	memset(id, 0, MONITOR_FLEET_ID_SIZE);
	memcpy(id, path, len);
	path += len;
	*number = 0;
	if (begins(path, CONNECTORS)) {
		path += strlen(CONNECTORS);
		const size_t digits = read_number(path, number);
		if (digits == 0)
			return false;
		path += digits;
	}
	*rest = path;
	return true;
}

bool monitor_fleet_topic_read(const char *topic, struct monitor_fleet_topic *out)
{
	const char *rest;

	*out = (struct monitor_fleet_topic){.number = 0};
	if (!begins(topic, ROOT))
		return false;
	topic += strlen(ROOT);
	if (begins(topic, "launcher/")) {
		rest = topic + strlen("launcher");
		out->kind = strcmp(rest, "/status") == 0 ? MONITOR_FLEET_LAUNCHER_STATUS : MONITOR_FLEET_LAUNCHER_ERROR;
	} else {
		if (!monitor_fleet_place_read(topic, out->id, &out->number, &rest))
			return false;
		out->kind = strcmp(rest, "/status") != 0 ? MONITOR_FLEET_STATION_ERROR
			    : out->number > 0            ? MONITOR_FLEET_CONNECTOR_STATUS
							 : MONITOR_FLEET_STATION_STATUS;
	}
	return strcmp(rest, "/status") == 0 || (strcmp(rest, "/error") == 0 && out->number == 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet.h"

#include <stdio.h>
#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
#define EVSE    "DE*SIM*E"

static const char *const links[] = {[FLEET_LINK_UNIX] = "unix", [FLEET_LINK_VETH] = "veth"};

const char *fleet_link_text(enum fleet_link link)
{
	return links[link];
}

bool fleet_link_read(const char *text, enum fleet_link *link)
{
	for (unsigned i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (strcmp(text, links[i]) != 0)
			continue;
		*link = (enum fleet_link)i;
		return true;
	}
	return false;
}

static bool is_word(const char *text, size_t size)
{
	const size_t len = strlen(text);

	return len > 0 && len < size && strspn(text, LETTERS) == len;
}

bool fleet_id_is_valid(const char *id)
{
	return is_word(id, FLEET_ID_SIZE);
}

bool fleet_name_is_valid(const char *name)
{
	return is_word(name, FLEET_NAME_SIZE);
}

void fleet_evse_id(const char *id, unsigned connector, char out[FLEET_EVSE_ID_SIZE])
{
	snprintf(out, FLEET_EVSE_ID_SIZE, EVSE "%s*%u", id, connector);
	for (char *letter = out + strlen(EVSE); *letter != '\0'; letter++) {
		if (*letter >= 'a' && *letter <= 'z')
			*letter = (char)(*letter - 'a' + 'A');
		else if (*letter == '_' || *letter == '-')
			*letter = '*';
	}
}

void fleet_station_topic(const char *id, const char *what, char out[FLEET_TOPIC_SIZE])
{
	snprintf(out, FLEET_TOPIC_SIZE, FLEET_STATIONS "%s/%s", id, what);
}

void fleet_connector_topic(const char *id, unsigned connector, const char *what, char out[FLEET_TOPIC_SIZE])
{
	snprintf(out, FLEET_TOPIC_SIZE, FLEET_STATIONS "%s/connectors/%u/%s", id, connector, what);
}

void fleet_telemetry_prefix(const char *id, char out[FLEET_TOPIC_SIZE])
{
	snprintf(out, FLEET_TOPIC_SIZE, "fleet/telemetry/%s", id);
}

/* 1 ... FLEET_CONNECTORS_MAX, as it is written: no sign, no leading zero. */
static const char *read_connector(const char *text, unsigned *connector)
{
	unsigned number = 0;

	if (*text == '0')
		return NULL;
	for (; *text >= '0' && *text <= '9'; text++) {
		number = number * 10 + (unsigned)(*text - '0');
		if (number > FLEET_CONNECTORS_MAX)
			return NULL;
	}
	*connector = number;
	return number > 0 && *text == '/' ? text + 1 : NULL;
}

bool fleet_topic_read(const char *topic, struct fleet_topic *out)
{
	static const char connectors[] = "connectors/";

	if (strncmp(topic, FLEET_STATIONS, strlen(FLEET_STATIONS)) != 0)
		return false;
	topic += strlen(FLEET_STATIONS);
	const size_t len = strcspn(topic, "/");
	if (len == 0 || len >= FLEET_ID_SIZE || topic[len] != '/')
		return false;
	memcpy(out->id, topic, len);
	out->id[len] = '\0';
	out->connector = 0;
	out->what = topic + len + 1;
	if (strncmp(out->what, connectors, strlen(connectors)) == 0)
		out->what = read_connector(out->what + strlen(connectors), &out->connector);
	return out->what != NULL && *out->what != '\0' && strchr(out->what, '/') == NULL && fleet_id_is_valid(out->id);
}

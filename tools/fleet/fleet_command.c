/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_command.h"

#include "service/log_text.h"
#include "tools/fleet/fleet_json.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 200

static const struct word {
	const char *text;
	const char *members[5];
	bool of_station; /* a keeper knows it, too */
} words[] = {
	[FLEET_START] = {"start", {"command", "id", "connectors", "link", NULL}, false},
	[FLEET_KILL] = {"kill", {"command", "id", NULL}, true},
	[FLEET_RESTART] = {"restart", {"command", "id", NULL}, true},
	[FLEET_CLOSE] = {"close", {"command", "id", NULL}, true},
	[FLEET_CLOSE_LAUNCHER] = {"close_launcher", {"command", NULL}, false},
	[FLEET_SAVE] = {"save", {"command", "name", NULL}, false},
	[FLEET_LOAD] = {"load", {"command", "name", NULL}, false},
};

#define WORDS (sizeof(words) / sizeof(words[0]))

static bool is_id_or_all(const char *text)
{
	return strcmp(text, "*") == 0 || fleet_id_is_valid(text);
}

static bool read_kind(const struct fleet_json *json, bool of_station, struct fleet_command *out)
{
	const char *expected =
		of_station ? "kill, restart or close" : "start, kill, restart, close, close_launcher, save or load";
	char text[16] = "";

	if (!fleet_json_text(json, "command", NULL, expected, text, sizeof(text)))
		return fleet_json_fail(json, "command", expected);
	for (unsigned i = 0; i < WORDS; i++) {
		if (strcmp(words[i].text, text) != 0 || (of_station && !words[i].of_station))
			continue;
		out->kind = (enum fleet_command_kind)i;
		return true;
	}
	return fleet_json_fail(json, "command", expected);
}

static void read_start(const struct fleet_json *json, struct fleet_command *out)
{
	fleet_json_text(json, "id", fleet_id_is_valid, FLEET_EXPECTED_ID, out->id, sizeof(out->id));
	if (!fleet_json_whole(json, "connectors", 1, FLEET_CONNECTORS_MAX, &out->connectors))
		out->connectors = 0;
	out->has_link = fleet_json_link(json, "link", &out->link);
}

static void read_members(const struct fleet_json *json, struct fleet_command *out)
{
	switch (out->kind) {
	case FLEET_START:
		read_start(json, out);
		return;
	case FLEET_KILL:
	case FLEET_RESTART:
	case FLEET_CLOSE:
		fleet_json_text(json, "id", is_id_or_all, FLEET_EXPECTED_ID ", or * for all stations", out->id,
				sizeof(out->id));
		if (strcmp(out->id, "*") == 0)
			out->id[0] = '\0';
		return;
	case FLEET_SAVE:
	case FLEET_LOAD:
		if (!fleet_json_text(json, "name", fleet_name_is_valid, FLEET_EXPECTED_NAME, out->name,
				     sizeof(out->name)))
			fleet_json_fail(json, "name", FLEET_EXPECTED_NAME);
		return;
	case FLEET_CLOSE_LAUNCHER:
		return;
	}
}

static bool read(const char *payload, size_t len, bool of_station, struct fleet_command *out, char *error)
{
	static const char *const command_alone[] = {"command", NULL};
	struct fleet_json json = {.path = "", .error = error};
	struct fleet_command command = {.kind = FLEET_START};

	json.object = fleet_json_parse(payload, len, error);
	if (json.object == NULL)
		return false;
	if (read_kind(&json, of_station, &command) &&
	    fleet_json_members(&json, of_station ? command_alone : words[command.kind].members))
		read_members(&json, &command);
	json_object_put(json.object);
	if (*error != '\0')
		return false;
	*out = command;
	return true;
}

bool fleet_launcher_command_read(const char *payload, size_t len, struct fleet_command *out,
				 char error[FLEET_ERROR_SIZE])
{
	return read(payload, len, false, out, error);
}

bool fleet_station_command_read(const char *payload, size_t len, struct fleet_command *out,
				char error[FLEET_ERROR_SIZE])
{
	return read(payload, len, true, out, error);
}

const char *fleet_station_command_text(enum fleet_command_kind kind)
{
	switch (kind) {
	case FLEET_KILL:
		return "{\"command\":\"kill\"}";
	case FLEET_RESTART:
		return "{\"command\":\"restart\"}";
	default:
		return "{\"command\":\"close\"}";
	}
}

size_t fleet_error_build(const char *error, const char *topic, const char *payload, size_t len, char *out, size_t size)
{
	struct json_object *object = json_object_new_object();
	char clean[FLEET_ERROR_SIZE];
	char shown[SHOWN_MAX];

	log_text_line(clean, sizeof(clean), error, strlen(error));
	log_text_line(shown, sizeof(shown), payload, len);
	fleet_json_add_text(object, "error", clean);
	fleet_json_add_text(object, "topic", topic);
	fleet_json_add_text(object, "payload", shown);
	return fleet_json_write(object, out, size);
}

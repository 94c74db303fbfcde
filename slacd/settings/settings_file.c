/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/settings/settings.h"

#include "slacd/file.h"
#include "slacd/settings/settings_table.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define FILE_DEPTH_MAX  8
#define GROUPS_EXPECTED "a whole number from -255 to 255 dB, or an array of 58"

struct parse {
	struct settings *settings;
	const char *file;
	char *error;
};

static bool wrong(const struct parse *parse, const char *section, const char *name, const char *expected)
{
	snprintf(parse->error, SETTINGS_ERROR_SIZE, "%.200s: %.64s%s%.64s: expected %.150s", parse->file, section,
		 *name != '\0' ? "." : "", name, expected);
	return false;
}

static bool type_is_right(const struct setting *setting, struct json_object *value)
{
	switch (setting->type) {
	case SETTING_UINT:
		return json_object_is_type(value, json_type_int);
	case SETTING_FAIL_OR_DB:
		return json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_string);
	case SETTING_BOOL:
		return json_object_is_type(value, json_type_boolean);
	case SETTING_CURRENT:
		return json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double);
	case SETTING_TEXT:
	case SETTING_CHOICE:
		return json_object_is_type(value, json_type_string);
	case SETTING_TOPICS:
		return json_object_is_type(value, json_type_array);
	case SETTING_GROUPS:
		return json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_array);
	}
	return false;
}

static const char *type_expected(const struct setting *setting)
{
	switch (setting->type) {
	case SETTING_UINT:
		return "a whole number";
	case SETTING_FAIL_OR_DB:
		return "\"fail\", or a whole number from 0 to 255 dB";
	case SETTING_BOOL:
		return "true or false";
	case SETTING_CURRENT:
		return "0, or a current from 6 to 80 A";
	case SETTING_TOPICS:
		return "an array of 1 to 4 topics";
	case SETTING_GROUPS:
		return GROUPS_EXPECTED;
	case SETTING_TEXT:
	case SETTING_CHOICE:
		break;
	}
	return setting->choices != NULL ? setting->choices : "a text";
}

static bool read_topics(const struct parse *parse, const struct setting *setting, struct json_object *array)
{
	size_t count = json_object_array_length(array);

	if (count == 0 || count > SETTINGS_TOPICS_MAX)
		return wrong(parse, setting->section, setting->name, type_expected(setting));
	for (size_t i = 0; i < count; i++) {
		struct json_object *topic = json_object_array_get_idx(array, i);
		size_t len = (size_t)json_object_get_string_len(topic);
		if (!json_object_is_type(topic, json_type_string) || len == 0 || len >= SETTINGS_TEXT_MAX)
			return wrong(parse, setting->section, setting->name, "topics of 1 to 255 octets");
		strcpy(parse->settings->topics_to_station[i].text, json_object_get_string(topic));
	}
	parse->settings->topics_to_station_count = count;
	return true;
}

/* One number, or an array of 58. */
static bool read_groups(struct json_object *value, struct settings_groups *groups)
{
	if (!json_object_is_type(value, json_type_array))
		return json_object_is_type(value, json_type_int) &&
		       settings_groups_parse(json_object_get_string(value), groups);
	if (json_object_array_length(value) != SLAC_GROUPS)
		return false;
	for (size_t i = 0; i < SLAC_GROUPS; i++) {
		struct json_object *item = json_object_array_get_idx(value, i);
		int64_t db = json_object_get_int64(item);
		if (!json_object_is_type(item, json_type_int) || db < -255 || db > 255)
			return false;
		groups->db[i] = (int16_t)db;
	}
	return true;
}

static bool read_setting(const struct parse *parse, const char *section, const char *name, struct json_object *value)
{
	char expected[API_EXPECTED_MAX];

	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		if (strcmp(setting->section, section) != 0 || strcmp(setting->name, name) != 0)
			continue;
		if (!type_is_right(setting, value))
			return wrong(parse, section, name, type_expected(setting));
		if (setting->type == SETTING_TOPICS)
			return read_topics(parse, setting, value);
		if (setting->type == SETTING_GROUPS)
			return read_groups(value, setting_member(parse->settings, setting)) ||
			       wrong(parse, section, name, GROUPS_EXPECTED);
		if (!setting_give(parse->settings, setting, json_object_get_string(value), expected, sizeof(expected)))
			return wrong(parse, section, name, expected);
		return true;
	}
	return wrong(parse, section, name, "no such setting (slacd --help lists them)");
}

static bool read_outlet_member(const struct parse *parse, const char *path, struct settings_outlet *outlet,
			       const char *name, struct json_object *value)
{
	if (strcmp(name, "interface") == 0) {
		size_t len = (size_t)json_object_get_string_len(value);
		if (!json_object_is_type(value, json_type_string) || len == 0 || len >= sizeof(outlet->interface))
			return wrong(parse, path, name, "the name of an interface, or unix:PATH");
		strcpy(outlet->interface, json_object_get_string(value));
		return true;
	}
	if (strcmp(name, "attn_rx_db") == 0) {
		outlet->has_attn_rx = true;
		return read_groups(value, &outlet->attn_rx) || wrong(parse, path, name, GROUPS_EXPECTED);
	}
	if (strcmp(name, "nominal_current_a") != 0)
		return wrong(parse, path, name, "interface, nominal_current_a or attn_rx_db, nothing else");
	double current = json_object_get_double(value);
	bool is_number = json_object_is_type(value, json_type_double) || json_object_is_type(value, json_type_int);
	if (!is_number || !(current == 0 || (current >= 6 && current <= 80)))
		return wrong(parse, path, name, "0, or a current from 6 to 80 A");
	outlet->nominal_current_a = current;
	return true;
}

static bool read_outlet(const struct parse *parse, const char *evse_id, struct json_object *object)
{
	struct settings *settings = parse->settings;
	char path[API_EVSE_ID_MAX + 16];

	snprintf(path, sizeof(path), "outlets.%.64s", evse_id);
	if (!json_object_is_type(object, json_type_object))
		return wrong(parse, path, "", "an object");
	if (strlen(evse_id) == 0 || strlen(evse_id) >= API_EVSE_ID_MAX || settings->outlet_count == API_EVSES_MAX)
		return wrong(parse, path, "", "at most 64 outlets, each with an evse_id of 1 to 63 octets");
	struct settings_outlet *outlet = &settings->outlets[settings->outlet_count++];
	memset(outlet, 0, sizeof(*outlet));
	strcpy(outlet->evse_id, evse_id);
	outlet->nominal_current_a = -1;
	json_object_object_foreach(object, name, value)
	{
		if (!read_outlet_member(parse, path, outlet, name, value))
			return false;
	}
	return true;
}

static bool read_section(const struct parse *parse, const char *section, struct json_object *object)
{
	bool outlets = strcmp(section, "outlets") == 0;

	if (!json_object_is_type(object, json_type_object))
		return wrong(parse, section, "", "an object");
	json_object_object_foreach(object, name, value)
	{
		if (outlets ? !read_outlet(parse, name, value) : !read_setting(parse, section, name, value))
			return false;
	}
	return true;
}

static bool read_root(const struct parse *parse, struct json_object *root)
{
	if (!json_object_is_type(root, json_type_object))
		return wrong(parse, "the file", "", "one JSON object");
	json_object_object_foreach(root, section, object)
	{
		bool known = strcmp(section, "outlets") == 0;
		for (size_t i = 0; i < settings_table_count; i++)
			known = known || strcmp(settings_table[i].section, section) == 0;
		if (!known)
			return wrong(parse, section, "", "mqtt, slac, pilot, modem, service or outlets");
		if (!read_section(parse, section, object))
			return false;
	}
	return true;
}

bool settings_read_file(struct settings *settings, const char *path, char error[SETTINGS_ERROR_SIZE])
{
	const struct parse parse = {.settings = settings, .file = path, .error = error};
	size_t len;
	char *text = file_read(path, &len, error, SETTINGS_ERROR_SIZE);

	if (text == NULL)
		return false;
	struct json_tokener *tokener = json_tokener_new_ex(FILE_DEPTH_MAX);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	struct json_object *root = json_tokener_parse_ex(tokener, text, (int)len + 1);
	bool ok = json_tokener_get_error(tokener) == json_tokener_success;
	if (!ok)
		snprintf(error, SETTINGS_ERROR_SIZE, "%s: not valid JSON at octet %zu: %s", path,
			 json_tokener_get_parse_end(tokener), json_tokener_error_desc(json_tokener_get_error(tokener)));
	else
		ok = read_root(&parse, root);
	json_object_put(root);
	json_tokener_free(tokener);
	free(text);
	return ok;
}

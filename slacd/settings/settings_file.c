/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/settings/settings.h"

#include "service/file.h"
#include "service/json_text.h"
#include "slacd/settings/settings_table.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_OCTETS 160

struct parse {
	struct settings *settings;
	const char *file;
	char *error;
};

static bool wrong(const struct parse *parse, const char *path, const char *expected)
{
	snprintf(parse->error, SETTINGS_ERROR_SIZE, "%.160s: %.160s: expected %.160s", parse->file, path, expected);
	return false;
}

static bool wrong_setting(const struct parse *parse, const struct setting *setting)
{
	char expected[API_EXPECTED_MAX];

	setting_expectation(setting, expected, sizeof(expected));
	return wrong(parse, setting->path, expected);
}

void settings_no_such(const char *path, const char *source, char error[SETTINGS_ERROR_SIZE])
{
	const char *name = strchr(path, '.');

	for (size_t i = 0; name != NULL && i < settings_table_count; i++) {
		const char *other = settings_table[i].path;
		if (strcmp(strchr(other, '.'), name) == 0) {
			snprintf(error, SETTINGS_ERROR_SIZE, "%.200s: %.160s: no such setting, expected %s", source,
				 path, other);
			return;
		}
	}
	snprintf(error, SETTINGS_ERROR_SIZE, "%.200s: %.160s: no such setting (slacd --help lists them)", source, path);
}

static bool is_number(const struct json_object *value)
{
	return json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double);
}

/* What follows a NUL would be lost without a word. */
static bool is_text(struct json_object *value)
{
	return json_object_is_type(value, json_type_string) &&
	       strlen(json_object_get_string(value)) == (size_t)json_object_get_string_len(value);
}

static bool type_is_right(const struct setting *setting, struct json_object *value)
{
	switch (setting->type) {
	case SETTING_WHOLE:
		return json_object_is_type(value, json_type_int);
	case SETTING_FAIL_OR_DB:
		return json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_string);
	case SETTING_BOOL:
		return json_object_is_type(value, json_type_boolean);
	case SETTING_CURRENT:
		return is_number(value);
	case SETTING_TEXT:
	case SETTING_TOPIC:
	case SETTING_CHOICE:
		return is_text(value);
	case SETTING_TOPICS:
	case SETTING_INTERFACES:
	case SETTING_GROUPS:
		break; /* read as they are */
	}
	return true;
}

/* Not an empty one. */
static bool read_text(struct json_object *value, char out[SETTINGS_TEXT_MAX])
{
	return is_text(value) && json_object_get_string_len(value) > 0 &&
	       setting_take_text(out, json_object_get_string(value));
}

/* An array of at most `most` texts, none of them empty. */
static bool read_texts(struct json_object *array, struct settings_text *texts, size_t most, size_t *count)
{
	if (!json_object_is_type(array, json_type_array) || json_object_array_length(array) > most)
		return false;
	*count = json_object_array_length(array);
	for (size_t i = 0; i < *count; i++) {
		if (!read_text(json_object_array_get_idx(array, i), texts[i].text))
			return false;
	}
	return true;
}

static bool is_among(const struct settings_topics *topics, size_t count, const char *topic)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(topics->topic[i].text, topic) == 0)
			return true;
	return false;
}

static bool read_topics(struct json_object *array, struct settings_topics *topics)
{
	size_t count;

	if (!read_texts(array, topics->topic, SETTINGS_TOPICS_MAX, &count) || count == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (is_among(topics, i, topics->topic[i].text) ||
		    !setting_take_topic(&topics->topic[i], json_object_get_string(json_object_array_get_idx(array, i))))
			return false;
	topics->count = count;
	return true;
}

/* An empty array: the station may name none. */
static bool read_interfaces(struct json_object *value, struct settings_interfaces *interfaces)
{
	interfaces->is_listed = !json_object_is_type(value, json_type_string);
	if (interfaces->is_listed)
		return read_texts(value, interfaces->pattern, SETTINGS_INTERFACES_MAX, &interfaces->count);
	interfaces->count = 0;
	return strcmp(json_object_get_string(value), "auto") == 0;
}

/* One number for all, or an array of 58. */
static bool read_groups(struct json_object *value, int16_t groups[SLAC_GROUPS])
{
	bool is_array = json_object_is_type(value, json_type_array);

	if (is_array && json_object_array_length(value) != SLAC_GROUPS)
		return false;
	for (size_t i = 0; i < SLAC_GROUPS; i++) {
		struct json_object *item = is_array ? json_object_array_get_idx(value, i) : value;
		int64_t db = json_object_get_int64(item);
		if (!json_object_is_type(item, json_type_int) || db < -SETTINGS_RECEIVE_DB_MAX ||
		    db > SETTINGS_RECEIVE_DB_MAX)
			return false;
		groups[i] = (int16_t)db;
	}
	return true;
}

static bool read_setting(const struct parse *parse, const char *path, struct json_object *value)
{
	const struct setting *setting = setting_find(path);
	char expected[API_EXPECTED_MAX];
	bool ok;

	if (setting == NULL) {
		settings_no_such(path, parse->file, parse->error);
		return false;
	}
	void *target = (char *)parse->settings + setting->offset;
	parse->settings->given[setting - settings_table] = true;
	if (setting->type == SETTING_TOPICS)
		ok = read_topics(value, target);
	else if (setting->type == SETTING_INTERFACES)
		ok = read_interfaces(value, target);
	else if (setting->type == SETTING_GROUPS)
		ok = read_groups(value, target);
	else
		ok = type_is_right(setting, value) &&
		     setting_give(parse->settings, setting, json_object_get_string(value), expected, sizeof(expected));
	return ok || wrong_setting(parse, setting);
}

static bool read_outlet_member(const struct parse *parse, const char *path, struct settings_outlet *outlet,
			       const char *name, struct json_object *value)
{
	if (strcmp(name, "interface") == 0)
		return read_text(value, outlet->interface) ||
		       wrong(parse, path, "the name of an interface, or unix:PATH, without control characters");
	if (strcmp(name, "everest_module") == 0)
		return (is_text(value) && everest_take_module(outlet->everest_module, json_object_get_string(value))) ||
		       wrong(parse, path, "the id of EVerest's module, 1 to 63 of the characters A-Z a-z 0-9 _ . -");
	if (strcmp(name, "attn_rx_db") == 0) {
		outlet->has_attn_rx = true;
		return read_groups(value, outlet->attn_rx_db) ||
		       wrong(parse, path, "a whole number from -255 to 255 dB, or an array of 58");
	}
	if (strcmp(name, "nominal_current_a") == 0) {
		outlet->has_nominal_current = true;
		return (is_number(value) &&
			setting_take_current(json_object_get_double(value), &outlet->nominal_current_da)) ||
		       wrong(parse, path, "0, or a current from 6 to 80 A");
	}
	return wrong(parse, path, "interface, everest_module, nominal_current_a or attn_rx_db, nothing else");
}

static bool read_outlet(const struct parse *parse, const char *evse_id, struct json_object *object)
{
	char path[PATH_MAX_OCTETS];
	char expected[32];

	snprintf(path, sizeof(path), "outlets.%.64s", evse_id);
	if (!json_object_is_type(object, json_type_object))
		return wrong(parse, path, "an object");
	if (strlen(evse_id) == 0 || strlen(evse_id) >= API_EVSE_ID_MAX || setting_has_control_character(evse_id))
		return wrong(parse, path, "an evse_id of 1 to 63 octets without control characters");
	struct settings_outlet *outlet = settings_add_outlet(parse->settings, evse_id);
	if (outlet == NULL) {
		snprintf(expected, sizeof(expected), "at most %d outlets", API_EVSES_MAX);
		return wrong(parse, path, expected);
	}
	json_object_object_foreach(object, name, value)
	{
		snprintf(path, sizeof(path), "outlets.%.64s.%.64s", evse_id, name);
		if (!read_outlet_member(parse, path, outlet, name, value))
			return false;
	}
	return true;
}

static bool read_section(const struct parse *parse, const char *section, struct json_object *object)
{
	bool outlets = strcmp(section, "outlets") == 0;
	char path[PATH_MAX_OCTETS];

	if (!json_object_is_type(object, json_type_object))
		return wrong(parse, section, "an object");
	json_object_object_foreach(object, name, value)
	{
		snprintf(path, sizeof(path), "%s.%.64s", section, name);
		bool is_outlet = outlets && setting_find(path) == NULL;
		if (is_outlet ? !read_outlet(parse, name, value) : !read_setting(parse, path, value))
			return false;
	}
	return true;
}

static bool is_section(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < settings_table_count; i++)
		if (strncmp(settings_table[i].path, name, len) == 0 && settings_table[i].path[len] == '.')
			return true;
	return false;
}

static bool read_root(const struct parse *parse, struct json_object *root)
{
	if (!json_object_is_type(root, json_type_object))
		return wrong(parse, "the file", "one JSON object");
	json_object_object_foreach(root, section, object)
	{
		if (!is_section(section))
			return wrong(parse, section, "mqtt, slac, pilot, modem, service, record, outlets or bench");
		if (!read_section(parse, section, object))
			return false;
	}
	return true;
}

/* Where the comment that begins at `text` ends, or NULL. */
static char *end_of_comment(char *text)
{
	if (text[1] == '/')
		return text + strcspn(text, "\n");
	char *end = strstr(text + 2, "*/");
	return end != NULL ? end + 2 : NULL;
}

/*
 * Overwrites each comment with blanks, so that the places in an error are those of the file. A comment begins outside
 * of a string. NULL, or where a comment begins that does not end.
 */
static const char *blank_comments(char *text)
{
	bool in_string = false;

	for (; *text != '\0'; text++) {
		if (in_string && *text == '\\' && text[1] != '\0') {
			text++;
		} else if (*text == '"') {
			in_string = !in_string;
		} else if (!in_string && *text == '/' && (text[1] == '/' || text[1] == '*')) {
			char *end = end_of_comment(text);
			if (end == NULL)
				return text;
			memset(text, ' ', (size_t)(end - text));
			text = end - 1;
		}
	}
	return NULL;
}

static bool fail(const struct parse *parse, const char *what)
{
	snprintf(parse->error, SETTINGS_ERROR_SIZE, "%.120s: %.384s", parse->file, what);
	return false;
}

static bool fail_endless_comment(const struct parse *parse, const char *text, const char *comment)
{
	char place[JSON_TEXT_PLACE_SIZE];
	char what[JSON_TEXT_ERROR_SIZE];

	json_text_place(text, (size_t)(comment - text), place);
	snprintf(what, sizeof(what), "not valid JSON at %s: this comment does not end", place);
	return fail(parse, what);
}

bool settings_read_text(struct settings *settings, const char *source, char *text, size_t len,
			char error[SETTINGS_ERROR_SIZE])
{
	const struct parse parse = {.settings = settings, .file = source, .error = error};
	char what[JSON_TEXT_ERROR_SIZE];
	const char *endless = blank_comments(text);

	if (endless != NULL)
		return fail_endless_comment(&parse, text, endless);
	struct json_object *root = json_text_parse(text, len, what);
	if (root == NULL)
		return fail(&parse, what);
	bool ok = read_root(&parse, root);
	json_object_put(root);
	return ok;
}

bool settings_read_file(struct settings *settings, const char *path, char error[SETTINGS_ERROR_SIZE])
{
	size_t len;
	char *text = file_read(path, &len, error, SETTINGS_ERROR_SIZE);
	bool ok = text != NULL && settings_read_text(settings, path, text, len, error);

	free(text);
	return ok;
}

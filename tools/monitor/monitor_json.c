/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_json.h"

#include "mqtt/api/api_text.h"

#include <stdio.h>
#include <string.h>

struct monitor_json monitor_json_object(void)
{
	struct monitor_json object = {.value = json_object_new_object()};

	object.failed = object.value == NULL;
	return object;
}

struct monitor_json monitor_json_array(void)
{
	struct monitor_json array = {.value = json_object_new_array()};

	array.failed = array.value == NULL;
	return array;
}

struct json_object *monitor_json_finish(struct monitor_json *json)
{
	if (!json->failed)
		return json->value;
	json_object_put(json->value);
	return NULL;
}

void monitor_json_append(struct monitor_json *array, struct json_object *value)
{
	if (array->failed || value == NULL || json_object_array_add(array->value, value) != 0) {
		json_object_put(value);
		array->failed = true;
	}
}

void monitor_json_add(struct monitor_json *object, const char *key, struct json_object *value)
{
	if (object->failed || value == NULL || json_object_object_add(object->value, key, value) != 0) {
		json_object_put(value);
		object->failed = true;
	}
}

void monitor_json_add_text(struct monitor_json *object, const char *key, const char *text)
{
	monitor_json_add(object, key, json_object_new_string(api_utf8_valid(text, strlen(text)) ? text : "?"));
}

void monitor_json_add_number(struct monitor_json *object, const char *key, uint64_t number)
{
	monitor_json_add(object, key, json_object_new_int64((int64_t)number));
}

void monitor_json_add_bool(struct monitor_json *object, const char *key, bool value)
{
	monitor_json_add(object, key, json_object_new_boolean(value));
}

void monitor_json_add_decimal(struct monitor_json *object, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", value);
	monitor_json_add(object, key, json_object_new_double_s(value, text));
}

char *monitor_json_line(struct json_object *value, size_t *len)
{
	const char *line =
		json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *text = value != NULL && line != NULL ? strdup(line) : NULL;

	json_object_put(value);
	if (text != NULL)
		*len = strlen(text);
	return text;
}

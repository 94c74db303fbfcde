/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_json.h"

#include "mqtt/api/api_text.h"
#include "service/json_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX    64
#define EXPECTED_MAX 192
#define ONE_LINE     (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

struct json_object *fleet_json_parse(const char *payload, size_t len, char error[FLEET_ERROR_SIZE])
{
	char why[JSON_TEXT_ERROR_SIZE];
	struct json_object *object = NULL;

	error[0] = '\0';
	if (!api_utf8_valid(payload, len)) {
		snprintf(error, FLEET_ERROR_SIZE, "expected a JSON object in UTF-8");
		return NULL;
	}
	object = json_text_parse(payload, len, why);
	if (object == NULL) {
		snprintf(error, FLEET_ERROR_SIZE, "expected a JSON object: %s", why);
		return NULL;
	}
	if (json_object_is_type(object, json_type_object))
		return object;
	json_object_put(object);
	snprintf(error, FLEET_ERROR_SIZE, "expected a JSON object, e.g. {\"command\":\"start\"}");
	return NULL;
}

/* What is there instead, short and on one line. */
static void show(struct json_object *value, char out[SHOWN_MAX])
{
	const char *text = json_object_to_json_string_ext(value, ONE_LINE);
	const size_t len = api_utf8_cut(text, strlen(text), SHOWN_MAX - 4);

	snprintf(out, SHOWN_MAX, "%.*s%s", (int)len, text, text[len] != '\0' ? "..." : "");
}

bool fleet_json_fail(const struct fleet_json *json, const char *member, const char *expected)
{
	const char *dot = *json->path != '\0' && *member != '\0' ? "." : "";
	struct json_object *value = NULL;
	char shown[SHOWN_MAX] = "";

	if (*json->error != '\0')
		return false;
	if (*member != '\0' && json_object_object_get_ex(json->object, member, &value))
		show(value, shown);
	if (*json->path == '\0' && *member == '\0')
		snprintf(json->error, FLEET_ERROR_SIZE, "expected %s", expected);
	else
		snprintf(json->error, FLEET_ERROR_SIZE, "%.64s%s%.64s: expected %s%s%s", json->path, dot, member,
			 expected, *shown != '\0' ? ", not " : "", shown);
	return false;
}

bool fleet_json_is_good(const struct fleet_json *json)
{
	return *json->error == '\0';
}

bool fleet_json_members(const struct fleet_json *json, const char *const *names)
{
	char expected[EXPECTED_MAX] = "one of the members";
	size_t used = strlen(expected);

	json_object_object_foreach(json->object, key, value)
	{
		size_t i = 0;
		(void)value;
		while (names[i] != NULL && strcmp(names[i], key) != 0)
			i++;
		if (names[i] != NULL)
			continue;
		for (i = 0; names[i] != NULL && used < sizeof(expected); i++)
			used += (size_t)snprintf(expected + used, sizeof(expected) - used, "%s %s", i > 0 ? "," : "",
						 names[i]);
		return fleet_json_fail(json, key, expected);
	}
	return fleet_json_is_good(json);
}

/* False: it is absent. The value of null is NULL, which is of no type that is expected. */
static bool get(const struct fleet_json *json, const char *member, struct json_object **value)
{
	*value = NULL;
	return json_object_object_get_ex(json->object, member, value) != 0;
}

bool fleet_json_bool(const struct fleet_json *json, const char *member, bool *out)
{
	struct json_object *value;

	if (!get(json, member, &value))
		return false;
	if (!json_object_is_type(value, json_type_boolean))
		return fleet_json_fail(json, member, "true or false");
	*out = json_object_get_boolean(value) != 0;
	return true;
}

static bool is_number(struct json_object *value, double min, double max, double *out)
{
	const bool is_one = json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double);

	*out = is_one ? json_object_get_double(value) : 0;
	return is_one && isfinite(*out) && *out >= min && *out <= max;
}

bool fleet_json_whole(const struct fleet_json *json, const char *member, int min, int max, int *out)
{
	struct json_object *value;
	char expected[EXPECTED_MAX];
	double number;

	if (!get(json, member, &value))
		return false;
	if (is_number(value, min, max, &number) && floor(number) >= number) {
		*out = (int)number;
		return true;
	}
	snprintf(expected, sizeof(expected), "a whole number from %d to %d", min, max);
	return fleet_json_fail(json, member, expected);
}

bool fleet_json_number(const struct fleet_json *json, const char *member, double min, double max, double *out)
{
	struct json_object *value;
	char expected[EXPECTED_MAX];
	double number;

	if (!get(json, member, &value))
		return false;
	if (is_number(value, min, max, &number)) {
		*out = number;
		return true;
	}
	snprintf(expected, sizeof(expected), "a number from %g to %g", min, max);
	return fleet_json_fail(json, member, expected);
}

bool fleet_json_text(const struct fleet_json *json, const char *member, bool (*is_valid)(const char *text),
		     const char *expected, char *out, size_t size)
{
	struct json_object *value;

	if (!get(json, member, &value))
		return false;
	const char *text = json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
	if (text == NULL || strlen(text) != (size_t)json_object_get_string_len(value) || strlen(text) >= size ||
	    (is_valid != NULL && !is_valid(text)))
		return fleet_json_fail(json, member, expected);
	strcpy(out, text);
	return true;
}

static bool is_link(const char *text)
{
	enum fleet_link link;

	return fleet_link_read(text, &link);
}

bool fleet_json_link(const struct fleet_json *json, const char *member, enum fleet_link *out)
{
	char text[8];

	return fleet_json_text(json, member, is_link, "unix or veth", text, sizeof(text)) && fleet_link_read(text, out);
}

/* --- writing --- */

void fleet_json_add_text(struct json_object *object, const char *member, const char *text)
{
	json_object_object_add(object, member, json_object_new_string(text));
}

size_t fleet_json_write(struct json_object *object, char *out, size_t size)
{
	const char *text = json_object_to_json_string_ext(object, ONE_LINE);
	const size_t len = text != NULL ? strlen(text) : size;

	if (len < size)
		memcpy(out, text, len + 1);
	json_object_put(object);
	return len < size ? len : 0;
}

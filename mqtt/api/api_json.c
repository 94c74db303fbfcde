/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_json.h"

#include "mqtt/api/api_time.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)

/* Writes an error about the text as a whole, and returns `result`. */
static enum api_result fail_document(struct api_error *error, enum api_result result, const char *expected)
{
	memset(error, 0, sizeof(*error));
	snprintf(error->expected, sizeof(error->expected), "%s", expected);
	return result;
}

static bool is_white_space(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r\n", text[i]))
			return false;
	return true;
}

/* Parses the text and checks that only white space follows. NULL on failure. */
static struct json_object *tokenize(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(API_DEPTH_MAX);
	struct json_object *root;
	size_t end;

	if (tokener == NULL)
		return NULL;
	/* Strict mode refuses comments and single quotes. What follows the object is checked below. */
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	root = json_tokener_parse_ex(tokener, text, (int)len);
	end = json_tokener_get_parse_end(tokener);
	if (json_tokener_get_error(tokener) != json_tokener_success || end > len ||
	    !is_white_space(text + end, len - end)) {
		json_object_put(root);
		root = NULL;
	}
	json_tokener_free(tokener);
	return root;
}

enum api_result api_json_parse(const char *text, size_t len, struct json_object **root, struct api_error *error)
{
	struct json_object *parsed;

	if (len > API_PAYLOAD_MAX)
		return fail_document(error, API_TOO_LARGE, "at most " TEXT(API_PAYLOAD_MAX) " octets");
	if (len == 0 || memchr(text, '\0', len) || !api_utf8_valid(text, len))
		return fail_document(error, API_MALFORMED, "UTF-8 text without NUL");
	parsed = tokenize(text, len);
	if (parsed == NULL)
		return fail_document(error, API_MALFORMED, "one JSON object, nested at most 16 deep");
	if (!json_object_is_type(parsed, json_type_object)) {
		json_object_put(parsed);
		return fail_document(error, API_MALFORMED, "a JSON object");
	}
	*root = parsed;
	return API_OK;
}

/* Appends the path of node to `path`, the outermost parent first. */
static void append_path(const struct api_node *node, char *path, size_t size)
{
	size_t used;

	if (node->parent == NULL)
		return;
	append_path(node->parent, path, size);
	used = strlen(path);
	if (node->member != NULL)
		snprintf(path + used, size - used, "%s%s", used ? "." : "", node->member);
	else
		snprintf(path + used, size - used, "[%zu]", node->index);
}

bool api_json_fail(const struct api_node *node, const char *member, const char *expected)
{
	struct api_error *error = node->error;
	size_t used;

	error->member[0] = '\0';
	append_path(node, error->member, sizeof(error->member));
	used = strlen(error->member);
	if (member != NULL)
		snprintf(error->member + used, sizeof(error->member) - used, "%s%s", used ? "." : "", member);
	snprintf(error->expected, sizeof(error->expected), "%s", expected);
	error->is_missing = member != NULL && !api_json_has(node, member);
	return false;
}

static struct json_object *get(const struct api_node *node, const char *member)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(node->value, member, &value);
	return value;
}

static struct json_object *get_typed(const struct api_node *node, const char *member, enum json_type type,
				     const char *expected)
{
	struct json_object *value = get(node, member);

	if (json_object_is_type(value, type) && value != NULL)
		return value;
	api_json_fail(node, member, expected);
	return NULL;
}

bool api_json_has(const struct api_node *node, const char *member)
{
	return get(node, member) != NULL;
}

bool api_json_object(const struct api_node *node, const char *member, struct api_node *out)
{
	struct json_object *value = get_typed(node, member, json_type_object, "an object");

	if (value == NULL)
		return false;
	*out = (struct api_node){.value = value, .parent = node, .member = member, .error = node->error};
	return true;
}

/* What is expected is put together for an error only: most messages have none. */
static bool fail_array(const struct api_node *node, const char *member, size_t max)
{
	char expected[64];

	snprintf(expected, sizeof(expected), "an array of at most %zu entries", max);
	return api_json_fail(node, member, expected);
}

bool api_json_array(const struct api_node *node, const char *member, size_t max, struct api_node *out, size_t *count)
{
	struct json_object *value = get(node, member);

	if (!json_object_is_type(value, json_type_array) || json_object_array_length(value) > max)
		return fail_array(node, member, max);
	*count = json_object_array_length(value);
	*out = (struct api_node){.value = value, .parent = node, .member = member, .error = node->error};
	return true;
}

bool api_json_element(const struct api_node *array, size_t index, struct api_node *out)
{
	struct api_node element = {.value = json_object_array_get_idx(array->value, index),
				   .parent = array,
				   .index = index,
				   .error = array->error};

	if (element.value == NULL || !json_object_is_type(element.value, json_type_object))
		return api_json_fail(&element, NULL, "an object");
	*out = element;
	return true;
}

bool api_json_bool(const struct api_node *node, const char *member, bool *out)
{
	struct json_object *value = get_typed(node, member, json_type_boolean, "true or false");

	if (value == NULL)
		return false;
	*out = json_object_get_boolean(value);
	return true;
}

static bool fail_number(const struct api_node *node, const char *member, double min, double max, const char *unit)
{
	char expected[API_EXPECTED_MAX];

	snprintf(expected, sizeof(expected), "a number from %g to %g %s", min, max, unit);
	return api_json_fail(node, member, expected);
}

bool api_json_number(const struct api_node *node, const char *member, double min, double max, const char *unit,
		     double *out)
{
	struct json_object *value = get(node, member);
	double number;

	if (!json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_double))
		return fail_number(node, member, min, max, unit);
	number = json_object_get_double(value);
	if (!isfinite(number) || number < min || number > max)
		return fail_number(node, member, min, max, unit);
	*out = number;
	return true;
}

bool api_json_whole(const struct api_node *node, const char *member, uint32_t min, uint32_t max, uint32_t *out)
{
	char expected[API_EXPECTED_MAX];
	double number;

	if (!api_json_number(node, member, min, max, "", &number) || number != floor(number)) {
		snprintf(expected, sizeof(expected), "a whole number from %u to %u", min, max);
		return api_json_fail(node, member, expected);
	}
	*out = (uint32_t)number;
	return true;
}

static bool get_time(const struct api_node *node, const char *member, bool (*read)(const char *text, int64_t *out),
		     int64_t *out)
{
	struct json_object *value = get(node, member);
	const char *text =
		value != NULL && json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";

	/* A text with a NUL inside must not pass as the part before it. */
	if (*text == '\0' || strlen(text) != (size_t)json_object_get_string_len(value) || !read(text, out))
		return api_json_fail(node, member,
				     "a time as in RFC 3339 from 1970 on, e.g. 2023-05-15T17:00:00+01:00");
	return true;
}

bool api_json_time(const struct api_node *node, const char *member, int64_t *out)
{
	return get_time(node, member, api_time_read, out);
}

bool api_json_time_ms(const struct api_node *node, const char *member, int64_t *out)
{
	return get_time(node, member, api_time_read_ms, out);
}

static bool fail_text(const struct api_node *node, const char *member, size_t size)
{
	char expected[API_EXPECTED_MAX];

	snprintf(expected, sizeof(expected), "a text of 1 to %zu octets without control characters", size - 1);
	return api_json_fail(node, member, expected);
}

bool api_json_text(const struct api_node *node, const char *member, char *out, size_t size)
{
	struct json_object *value = get(node, member);
	size_t len;

	if (!json_object_is_type(value, json_type_string))
		return fail_text(node, member, size);
	len = (size_t)json_object_get_string_len(value);
	if (len == 0 || len >= size || !api_text_printable(json_object_get_string(value), len))
		return fail_text(node, member, size);
	memcpy(out, json_object_get_string(value), len + 1);
	return true;
}

bool api_json_text_cut(const struct api_node *node, const char *member, char *out, size_t size)
{
	struct json_object *value = get_typed(node, member, json_type_string, "a text without control characters");
	const char *text;
	size_t len;

	if (value == NULL)
		return false;
	text = json_object_get_string(value);
	len = (size_t)json_object_get_string_len(value);
	if (!api_text_printable(text, len))
		return api_json_fail(node, member, "a text without control characters");
	len = api_utf8_cut(text, len, size - 1);
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

static bool get_enum(const struct api_node *node, const char *member, const struct api_texts *texts,
		     int (*compare)(const char *, const char *), int *out)
{
	struct json_object *value = get(node, member);
	char expected[API_EXPECTED_MAX] = "one of";

	/* A text with a NUL inside (\u0000) must not pass as the part before it. */
	if (value != NULL && json_object_is_type(value, json_type_string) &&
	    strlen(json_object_get_string(value)) == (size_t)json_object_get_string_len(value)) {
		for (size_t i = 0; i < texts->count; i++) {
			if (compare(texts->texts[i], json_object_get_string(value)) != 0)
				continue;
			*out = (int)i;
			return true;
		}
	}
	for (size_t i = 0; i < texts->count; i++) {
		size_t used = strlen(expected);
		snprintf(expected + used, sizeof(expected) - used, "%s %s", i ? "," : "", texts->texts[i]);
	}
	return api_json_fail(node, member, expected);
}

bool api_json_enum(const struct api_node *node, const char *member, const struct api_texts *texts, int *out)
{
	return get_enum(node, member, texts, strcmp, out);
}

bool api_json_enum_any_case(const struct api_node *node, const char *member, const struct api_texts *texts, int *out)
{
	return get_enum(node, member, texts, strcasecmp, out);
}

bool api_json_evse_id(const struct api_node *node, char out[API_EVSE_ID_MAX])
{
	return api_json_text(node, "evse_id", out, API_EVSE_ID_MAX);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_field.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PHASES 3

static bool is_number(struct json_object *value, const struct monitor_field *field, double *out)
{
	if (!json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_double))
		return false;
	*out = json_object_get_double(value);
	return isfinite(*out) && *out >= field->min && *out <= field->max;
}

static bool read_phases(const struct monitor_field *field, const struct api_node *node, double *out)
{
	struct json_object *array = NULL;
	char expected[API_EXPECTED_MAX];
	double numbers[PHASES];
	size_t read = 0;

	if (json_object_object_get_ex(node->value, field->name, &array) &&
	    json_object_is_type(array, json_type_array) && json_object_array_length(array) == PHASES)
		while (read < PHASES && is_number(json_object_array_get_idx(array, read), field, &numbers[read]))
			read++;
	if (read < PHASES) {
		snprintf(expected, sizeof(expected), "an array of %d numbers from %g to %g %s", PHASES, field->min,
			 field->max, field->unit);
		return api_json_fail(node, field->name, expected);
	}
	for (size_t i = 0; i < PHASES; i++)
		out[i] = numbers[i];
	return true;
}

static bool read_quote(const struct monitor_field *field, const struct api_node *node, char *out)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(node->value, field->name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return api_json_fail(node, field->name, "a text");
	const char *text = json_object_get_string(value);
	const size_t len = api_utf8_cut(text, (size_t)json_object_get_string_len(value), field->size - 1);
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

/* A word that is no text, or does not fit any more, is left out: they are for eyes only. */
static bool read_words(const struct monitor_field *field, const struct api_node *node, char *out)
{
	struct json_object *array = NULL;
	size_t used = 0;

	json_object_object_get_ex(node->value, field->name, &array);
	if (!json_object_is_type(array, json_type_array))
		return api_json_fail(node, field->name, "an array of texts");
	*out = '\0';
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *word = json_object_array_get_idx(array, i);
		const size_t len = json_object_is_type(word, json_type_string)
					   ? (size_t)json_object_get_string_len(word)
					   : field->size;
		if (used + len + 3 > field->size)
			continue;
		used += (size_t)snprintf(out + used, field->size - used, "%s%s", used > 0 ? ", " : "",
					 json_object_get_string(word));
	}
	return true;
}

static bool read_field(const struct monitor_field *field, const struct api_node *node, void *out)
{
	char *place = (char *)out + field->offset;

	switch (field->kind) {
	case MONITOR_FIELD_TEXT:
		return api_json_text_cut(node, field->name, place, field->size);
	case MONITOR_FIELD_QUOTE:
		return read_quote(field, node, place);
	case MONITOR_FIELD_WORDS:
		return read_words(field, node, place);
	case MONITOR_FIELD_BOOL:
		return api_json_bool(node, field->name, (bool *)(void *)place);
	case MONITOR_FIELD_NUMBER:
		return api_json_number(node, field->name, field->min, field->max, field->unit, (double *)(void *)place);
	case MONITOR_FIELD_WHOLE:
		return api_json_whole(node, field->name, (uint32_t)field->min, (uint32_t)field->max,
				      (uint32_t *)(void *)place);
	default:
		return read_phases(field, node, (double *)(void *)place);
	}
}

bool monitor_fields_read(const struct monitor_field *fields, size_t count, const struct api_node *node, void *out,
			 uint32_t *known)
{
	for (size_t i = 0; i < count; i++) {
		if (!api_json_has(node, fields[i].name))
			continue;
		if (!read_field(&fields[i], node, out))
			return false;
		*known |= UINT32_C(1) << i;
	}
	return true;
}

static struct json_object *phases_of(const double *numbers)
{
	struct monitor_json array = monitor_json_array();

	for (size_t i = 0; i < PHASES; i++)
		monitor_json_append(&array, json_object_new_double(numbers[i]));
	return monitor_json_finish(&array);
}

static void write_field(const struct monitor_field *field, const void *in, struct monitor_json *object)
{
	const char *place = (const char *)in + field->offset;

	switch (field->kind) {
	case MONITOR_FIELD_TEXT:
	case MONITOR_FIELD_QUOTE:
	case MONITOR_FIELD_WORDS:
		monitor_json_add_text(object, field->name, place);
		break;
	case MONITOR_FIELD_BOOL:
		monitor_json_add_bool(object, field->name, *(const bool *)(const void *)place);
		break;
	case MONITOR_FIELD_NUMBER:
		monitor_json_add(object, field->name, json_object_new_double(*(const double *)(const void *)place));
		break;
	case MONITOR_FIELD_WHOLE:
		monitor_json_add_number(object, field->name, *(const uint32_t *)(const void *)place);
		break;
	default:
		monitor_json_add(object, field->name, phases_of((const double *)(const void *)place));
		break;
	}
}

void monitor_fields_write(const struct monitor_field *fields, size_t count, const void *in, uint32_t known,
			  struct monitor_json *object)
{
	for (size_t i = 0; i < count; i++)
		if (known & UINT32_C(1) << i)
			write_field(&fields[i], in, object);
}

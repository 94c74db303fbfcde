/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_json.h"
#include "mqtt/api/api_time.h"
#include "mqtt/api/api_writer.h"
#include "mqtt/api/telemetry/api_telemetry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* 2^53 - 1: a double holds each whole number up to here, and is none of them for any other. */
#define WHOLE_MAX 9007199254740991.0

static bool has_decimal(enum api_telemetry_kind kind)
{
	return kind == API_TELEMETRY_ATTENUATION || kind == API_TELEMETRY_OFFERED_CURRENT;
}

/* --- to the broker --- */

static void write_value(struct api_writer *writer, enum api_telemetry_kind kind,
			const struct api_telemetry_value *value)
{
	char text[32];

	switch (value->type) {
	case API_TELEMETRY_TEXT:
		api_writer_text(writer, writer->root, "value", value->text);
		break;
	case API_TELEMETRY_NUMBER:
		snprintf(text, sizeof(text), "%.*f", has_decimal(kind) ? 1 : 0, value->number);
		api_writer_json(writer, writer->root, "value", text);
		break;
	case API_TELEMETRY_NULL:
		api_writer_json(writer, writer->root, "value", "null");
		break;
	}
}

size_t api_telemetry_build(char *out, size_t size, enum api_telemetry_kind kind,
			   const struct api_telemetry_sample *sample)
{
	struct api_writer writer;
	char time[API_TIME_MS_SIZE];

	api_writer_begin_object(&writer, out, size);
	write_value(&writer, kind, &sample->value);
	api_time_write_ms(sample->sampling_ms, time);
	api_writer_text(&writer, writer.root, "sampling_time", time);
	return api_writer_finish(&writer);
}

/* --- from the broker --- */

static bool take_text(const struct api_node *node, struct json_object *given, struct api_telemetry_value *out)
{
	const size_t len = json_object_is_type(given, json_type_string) && given != NULL
				   ? (size_t)json_object_get_string_len(given)
				   : API_TELEMETRY_TEXT_MAX;

	if (len >= API_TELEMETRY_TEXT_MAX || !api_text_printable(json_object_get_string(given), len))
		return api_json_fail(node, "value", "a text of at most 63 octets without control characters");
	out->type = API_TELEMETRY_TEXT;
	memcpy(out->text, json_object_get_string(given), len);
	return true;
}

static bool is_word(const struct api_texts *words, const char *text)
{
	int value;

	return api_texts_find(words, text, &value);
}

static bool is_mac(const char *text)
{
	static const char shape[] = "xx:xx:xx:xx:xx:xx";

	for (size_t i = 0; i < sizeof(shape); i++)
		if (shape[i] == 'x' ? text[i] == '\0' || strchr("0123456789ABCDEF", text[i]) == NULL
				    : text[i] != shape[i])
			return false;
	return true;
}

static bool take_word(const struct api_node *node, struct json_object *given, enum api_telemetry_kind kind,
		      struct api_telemetry_value *out)
{
	if (!take_text(node, given, out))
		return false;
	if (kind == API_TELEMETRY_STATE && !is_word(&api_texts_slac_state, out->text))
		return api_json_fail(node, "value", "one of matching, matched, failed, unmatched, basic_charging");
	if (out->text[0] == '\0')
		return true;
	if (kind == API_TELEMETRY_PILOT && !is_word(&api_texts_cp_state, out->text))
		return api_json_fail(node, "value", "one of A1, A2, B1, B2, C1, C2, D1, D2, E, F, or \"\"");
	if (kind == API_TELEMETRY_EV_MAC && !is_mac(out->text))
		return api_json_fail(node, "value", "a MAC as in 00:18:87:00:A1:D6, or \"\"");
	return true;
}

static bool take_number(const struct api_node *node, double max, struct api_telemetry_value *out)
{
	out->type = API_TELEMETRY_NUMBER;
	return api_json_number(node, "value", -max, max, "", &out->number);
}

static bool take_count(const struct api_node *node, struct api_telemetry_value *out)
{
	if (!take_number(node, WHOLE_MAX, out))
		return false;
	return (out->number >= 0 && !(out->number > floor(out->number))) ||
	       api_json_fail(node, "value", "a whole number from 0 on");
}

static bool take_measure(const struct api_node *node, struct api_telemetry_value *out)
{
	out->type = API_TELEMETRY_NUMBER;
	return api_json_number(node, "value", 0, 1000, "", &out->number);
}

static bool may_be_null(enum api_telemetry_kind kind)
{
	return has_decimal(kind) || kind == API_TELEMETRY_LAST_MATCH || kind == API_TELEMETRY_UNKNOWN;
}

static bool take_value(const struct api_node *node, enum api_telemetry_kind kind, struct api_telemetry_value *out)
{
	struct json_object *given = NULL;

	if (!json_object_object_get_ex(node->value, "value", &given))
		return api_json_fail(node, "value", "a value");
	if (given == NULL && may_be_null(kind))
		return true;
	switch (kind) {
	case API_TELEMETRY_STATE:
	case API_TELEMETRY_REASON:
	case API_TELEMETRY_PILOT:
	case API_TELEMETRY_EV_MAC:
	case API_TELEMETRY_MODEM_VERSION:
		return take_word(node, given, kind, out);
	case API_TELEMETRY_ATTENUATION:
	case API_TELEMETRY_OFFERED_CURRENT:
		return take_measure(node, out);
	case API_TELEMETRY_SESSIONS_MATCHED:
	case API_TELEMETRY_SESSIONS_FAILED:
	case API_TELEMETRY_LAST_MATCH:
		return take_count(node, out);
	case API_TELEMETRY_UNKNOWN:
		break;
	}
	if (json_object_is_type(given, json_type_string))
		return take_text(node, given, out);
	if (json_object_is_type(given, json_type_int) || json_object_is_type(given, json_type_double))
		return take_number(node, WHOLE_MAX, out) ||
		       api_json_fail(node, "value", "a number from -9007199254740991 to 9007199254740991");
	return api_json_fail(node, "value", "a number, a text or null");
}

enum api_result api_telemetry_parse(enum api_telemetry_kind kind, const char *payload, size_t len,
				    struct api_telemetry_sample *out, struct api_error *error)
{
	struct api_telemetry_sample read = {.value = {.type = API_TELEMETRY_NULL}};
	struct json_object *root;
	enum api_result result = API_TOO_LARGE;

	if (len == 0)
		return API_IGNORED;
	memset(error, 0, sizeof(*error));
	if (len > API_TELEMETRY_PAYLOAD_MAX)
		snprintf(error->expected, sizeof(error->expected), "at most %d octets", API_TELEMETRY_PAYLOAD_MAX);
	else
		result = api_json_parse(payload, len, &root, error);
	snprintf(error->name, sizeof(error->name), "%s", api_telemetry_name(kind));
	if (result != API_OK)
		return result;
	const struct api_node node = {.value = root, .error = error};
	const bool is_right =
		take_value(&node, kind, &read.value) && api_json_time_ms(&node, "sampling_time", &read.sampling_ms);
	json_object_put(root);
	if (!is_right)
		return API_INVALID;
	*out = read;
	return API_OK;
}

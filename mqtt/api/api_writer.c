/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_writer.h"
#include "mqtt/api/api_text.h"

#include <stdio.h>
#include <string.h>

void api_writer_value(struct api_writer *writer, struct json_object *object, const char *key, struct json_object *value)
{
	const unsigned flags = JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY;

	if (object == NULL || value == NULL || json_object_object_add_ex(object, key, value, flags) != 0) {
		json_object_put(value);
		writer->failed = true;
	}
}

void api_writer_text(struct api_writer *writer, struct json_object *object, const char *key, const char *text)
{
	struct json_object *value = NULL;

	if (text != NULL && api_utf8_valid(text, strlen(text)))
		value = json_object_new_string(text);
	api_writer_value(writer, object, key, value);
}

void api_writer_bool(struct api_writer *writer, const char *key, bool value)
{
	api_writer_value(writer, writer->data, key, json_object_new_boolean(value));
}

static void write_hex(struct api_writer *writer, struct json_object *object, const char *key, const char *prefix,
		      const char *separator, const char digits[16], const uint8_t *octets, size_t len)
{
	char text[64];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", prefix);

	for (size_t i = 0; i < len && used + 4 < sizeof(text); i++) {
		if (i > 0 && *separator != '\0')
			text[used++] = *separator;
		text[used++] = digits[octets[i] >> 4];
		text[used++] = digits[octets[i] & 0x0f];
	}
	text[used] = '\0';
	api_writer_text(writer, object, key, text);
}

void api_writer_hex(struct api_writer *writer, struct json_object *object, const char *key, const char *prefix,
		    const char *separator, const uint8_t *octets, size_t len)
{
	write_hex(writer, object, key, prefix, separator, "0123456789abcdef", octets, len);
}

void api_writer_capital_hex(struct api_writer *writer, struct json_object *object, const char *key, const char *prefix,
			    const char *separator, const uint8_t *octets, size_t len)
{
	write_hex(writer, object, key, prefix, separator, "0123456789ABCDEF", octets, len);
}

void api_writer_begin(struct api_writer *writer, const char *id, const char *name, enum api_type type)
{
	struct json_object *data = json_object_new_object();

	*writer = (struct api_writer){.root = json_object_new_object()};
	api_writer_text(writer, writer->root, "id", id);
	api_writer_text(writer, writer->root, "name", name);
	api_writer_text(writer, writer->root, "type", api_type_text(type));
	api_writer_value(writer, writer->root, "data", data);
	/* On failure `data` has been freed. */
	writer->data = writer->failed ? NULL : data;
}

void api_writer_service_status(struct api_writer *writer, const char *id, enum api_type type, const char *service,
			       const char *software_version, enum api_service_state state)
{
	api_writer_begin(writer, id, "service_status", type);
	api_writer_text(writer, writer->data, "service", service);
	api_writer_text(writer, writer->data, "software_version", software_version);
	api_writer_text(writer, writer->data, "api_version", API_VERSION);
	api_writer_text(writer, writer->data, "status", api_service_state_text(state));
}

size_t api_writer_finish(struct api_writer *writer, char *out, size_t size)
{
	const char *text = NULL;
	size_t len = 0;

	if (size > 0)
		out[0] = '\0';
	if (!writer->failed)
		text = json_object_to_json_string_length(writer->root,
							 JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	if (text == NULL || len >= size)
		len = 0;
	else
		memcpy(out, text, len + 1);
	json_object_put(writer->root);
	return len;
}

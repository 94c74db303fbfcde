/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_writer.h"
#include "mqtt/api/api_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- octets --- */

/* There is always room for the NUL behind it. */
static void put(struct api_writer *writer, const char *text, size_t len)
{
	if (writer->failed || len >= writer->size - writer->len) {
		writer->failed = true;
		return;
	}
	memcpy(writer->out + writer->len, text, len);
	writer->len += len;
}

static void put_text(struct api_writer *writer, const char *text)
{
	put(writer, text, strlen(text));
}

static bool is_escaped(char octet)
{
	return (unsigned char)octet < 0x20 || octet == '"' || octet == '\\';
}

static void put_escaped(struct api_writer *writer, char octet)
{
	static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	char escape[8];

	for (const char *pair = named; *pair != '\0'; pair += 2)
		if (*pair == octet) {
			put(writer, (const char[]){'\\', pair[1]}, 2);
			return;
		}
	snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)(unsigned char)octet);
	put_text(writer, escape);
}

static void put_string(struct api_writer *writer, const char *text)
{
	put(writer, "\"", 1);
	while (*text != '\0') {
		size_t plain = 0;
		while (text[plain] != '\0' && !is_escaped(text[plain]))
			plain++;
		put(writer, text, plain);
		text += plain;
		if (*text != '\0')
			put_escaped(writer, *text++);
	}
	put(writer, "\"", 1);
}

/* --- places --- */

static void end_within(struct api_writer *writer, unsigned place)
{
	while (writer->innermost > place) {
		put(writer, writer->is_array[writer->innermost] ? "]" : "}", 1);
		writer->innermost--;
		writer->has_members = true;
	}
}

static void begin_member(struct api_writer *writer, unsigned place, const char *key)
{
	if (place == 0 || place > writer->innermost) {
		writer->failed = true;
		return;
	}
	end_within(writer, place);
	if (writer->has_members)
		put(writer, ",", 1);
	writer->has_members = true;
	if (key == NULL)
		return;
	put(writer, "\"", 1);
	put_text(writer, key);
	put(writer, "\":", 2);
}

/* An object or an array, whose beginning is to be written here. 0: that has failed. */
static unsigned open_place(struct api_writer *writer, bool is_array)
{
	if (writer->innermost == API_WRITER_DEPTH_MAX)
		writer->failed = true;
	put(writer, is_array ? "[" : "{", 1);
	if (writer->failed)
		return 0;
	writer->is_array[++writer->innermost] = is_array;
	writer->has_members = false;
	return writer->innermost;
}

unsigned api_writer_object(struct api_writer *writer, unsigned place, const char *key)
{
	begin_member(writer, place, key);
	return open_place(writer, false);
}

unsigned api_writer_array(struct api_writer *writer, unsigned place, const char *key)
{
	begin_member(writer, place, key);
	return open_place(writer, true);
}

/* --- values --- */

void api_writer_json(struct api_writer *writer, unsigned place, const char *key, const char *json)
{
	begin_member(writer, place, key);
	put_text(writer, json);
}

void api_writer_integer(struct api_writer *writer, unsigned place, const char *key, int64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, value);
	api_writer_json(writer, place, key, digits);
}

void api_writer_text(struct api_writer *writer, unsigned place, const char *key, const char *text)
{
	begin_member(writer, place, key);
	if (text != NULL && api_utf8_valid(text, strlen(text)))
		put_string(writer, text);
	else
		writer->failed = true;
}

void api_writer_bool(struct api_writer *writer, const char *key, bool value)
{
	api_writer_json(writer, writer->data, key, value ? "true" : "false");
}

static void write_hex(struct api_writer *writer, unsigned place, const char *key, const char *prefix,
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
	api_writer_text(writer, place, key, text);
}

void api_writer_hex(struct api_writer *writer, unsigned place, const char *key, const char *prefix,
		    const char *separator, const uint8_t *octets, size_t len)
{
	write_hex(writer, place, key, prefix, separator, "0123456789abcdef", octets, len);
}

void api_writer_capital_hex(struct api_writer *writer, unsigned place, const char *key, const char *prefix,
			    const char *separator, const uint8_t *octets, size_t len)
{
	write_hex(writer, place, key, prefix, separator, "0123456789ABCDEF", octets, len);
}

/* --- messages --- */

void api_writer_begin_object(struct api_writer *writer, char *out, size_t size)
{
	*writer = (struct api_writer){.out = out, .size = size};
	writer->root = open_place(writer, false);
}

void api_writer_begin_envelope(struct api_writer *writer, char *out, size_t size, const char *id, const char *name,
			       enum api_type type)
{
	api_writer_begin_object(writer, out, size);
	api_writer_text(writer, writer->root, "id", id);
	api_writer_text(writer, writer->root, "name", name);
	api_writer_text(writer, writer->root, "type", api_type_text(type));
}

void api_writer_begin(struct api_writer *writer, char *out, size_t size, const char *id, const char *name,
		      enum api_type type)
{
	api_writer_begin_envelope(writer, out, size, id, name, type);
	writer->data = api_writer_object(writer, writer->root, "data");
}

void api_writer_service_status(struct api_writer *writer, char *out, size_t size, const char *id, enum api_type type,
			       const char *service, const char *software_version, enum api_service_state state)
{
	api_writer_begin(writer, out, size, id, "service_status", type);
	api_writer_text(writer, writer->data, "service", service);
	api_writer_text(writer, writer->data, "software_version", software_version);
	api_writer_text(writer, writer->data, "api_version", API_VERSION);
	api_writer_text(writer, writer->data, "status", api_service_state_text(state));
}

size_t api_writer_finish(struct api_writer *writer)
{
	end_within(writer, 0);
	if (writer->failed)
		writer->len = 0;
	if (writer->size > 0)
		writer->out[writer->len] = '\0';
	return writer->len;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_envelope.h"

#include <stdio.h>
#include <string.h>

static const struct api_row *find_name(const struct api_row *rows, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

static const struct api_row *find_type(const struct api_row *rows, size_t count, const char *name, int type)
{
	for (size_t i = 0; i < count; i++)
		if ((int)rows[i].type == type && strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* Empties the error, for a message of this name. */
static void begin_error(struct api_error *error, const char *name)
{
	memset(error, 0, sizeof(*error));
	snprintf(error->name, sizeof(error->name), "%s", name);
}

/* Reads type, id and data of a message whose name is known. */
static enum api_result read_known(const struct api_node *root, const char *name, const struct api_row *rows,
				  size_t count, struct api_envelope *envelope, void *out)
{
	struct api_node data;
	int type;

	if (!api_json_enum(root, "type", &api_texts_type, &type))
		return API_INVALID;
	envelope->row = find_type(rows, count, name, type);
	if (envelope->row == NULL)
		return API_IGNORED;
	if (!api_json_text(root, "id", envelope->id, sizeof(envelope->id)) || !api_json_object(root, "data", &data))
		return API_INVALID;
	return envelope->row->read(&data, out);
}

static enum api_result read_root(struct json_object *value, const struct api_row *rows, size_t count,
				 struct api_envelope *envelope, void *out, struct api_error *error)
{
	struct api_error found; /* an ignored message must not change the error of the caller */
	struct api_node root = {.value = value, .error = &found};
	struct json_object *name = NULL;
	const struct api_row *row;
	enum api_result result;

	begin_error(&found, "");
	json_object_object_get_ex(value, "name", &name);
	if (!json_object_is_type(name, json_type_string)) {
		api_json_fail(&root, "name", "the name of the message, a text");
		*error = found;
		return API_MALFORMED;
	}
	row = find_name(rows, count, json_object_get_string(name));
	if (row == NULL || strlen(row->name) != (size_t)json_object_get_string_len(name))
		return API_IGNORED;
	begin_error(&found, row->name);
	result = read_known(&root, row->name, rows, count, envelope, out);
	if (result == API_INVALID)
		*error = found;
	return result;
}

enum api_result api_envelope_parse(const char *payload, size_t len, const struct api_row *rows, size_t count,
				   struct api_envelope *envelope, void *out, struct api_error *error)
{
	struct json_object *value;
	enum api_result result = api_json_parse(payload, len, &value, error);

	if (result != API_OK)
		return result;
	result = read_root(value, rows, count, envelope, out, error);
	json_object_put(value);
	return result;
}

enum api_result api_envelope_parse_data(const char *text, size_t len, const struct api_row *row, void *out,
					struct api_error *error)
{
	struct json_object *value;
	enum api_result result = api_json_parse(text, len, &value, error);
	/* A node for the envelope, so that the path of a member is the same as in a message. */
	struct api_node envelope = {.error = error};
	struct api_node data = {.parent = &envelope, .member = "data", .error = error};

	if (result != API_OK)
		return result;
	begin_error(error, row->name);
	data.value = value;
	result = row->read(&data, out);
	json_object_put(value);
	return result;
}

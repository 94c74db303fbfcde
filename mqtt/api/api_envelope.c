/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_envelope.h"

#include <stdio.h>
#include <string.h>

static const struct api_row *find_name(const struct api_rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->rows[i].name, name) == 0)
			return &rows->rows[i];
	return NULL;
}

/* Where messages of this name are taken from, of whatever type; 0: from anywhere. */
static unsigned taken_from(const struct api_rows *rows, const char *name)
{
	unsigned from = 0;

	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->rows[i].name, name) == 0)
			from |= rows->rows[i].from;
	return from;
}

static const struct api_row *find_type(const struct api_rows *rows, const char *name, int type)
{
	for (size_t i = 0; i < rows->count; i++)
		if ((int)rows->rows[i].type == type && strcmp(rows->rows[i].name, name) == 0)
			return &rows->rows[i];
	return NULL;
}

/* Empties the error, for a message of this name. */
static void begin_error(struct api_error *error, const char *name)
{
	memset(error, 0, sizeof(*error));
	snprintf(error->name, sizeof(error->name), "%s", name);
}

/* A message that slacd receives, on a topic that it does not belong to: a mistake, or somebody who may not send it. */
static enum api_result refuse_place(const struct api_node *root, unsigned right, unsigned heard)
{
	static const struct {
		enum api_from from;
		const char *who;
	} places[] = {{API_FROM_STATION, "the station's"},
		      {API_FROM_ISO15118, "the ISO 15118 service's"},
		      {API_FROM_SERVICES, "the other services'"},
		      {API_FROM_OCPP, "OCPP's"}};
	char expected[API_EXPECTED_MAX] = "";
	size_t used = 0;

	if ((heard & API_FROM_SERVICES) && (right & API_ROW_SERVICES_TOO))
		return API_IGNORED;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (right & places[i].from)
			used += (size_t)snprintf(expected + used, sizeof(expected) - used, "%s%s",
						 used > 0 ? " or " : "", places[i].who);
	snprintf(expected + used, sizeof(expected) - used, " topic");
	api_json_fail(root, "topic", expected);
	return API_ELSEWHERE;
}

/* On a shared topic it is for somebody else, or one's own. Elsewhere it is a mistake. */
static enum api_result refuse_type(const struct api_node *root, const struct api_rows *rows, const char *name,
				   unsigned heard)
{
	char expected[API_EXPECTED_MAX] = "";
	size_t used = 0;

	if (taken_from(rows, name) == 0 || (heard & API_FROM_SERVICES))
		return API_IGNORED;
	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->rows[i].name, name) == 0 && (rows->rows[i].from & heard))
			used += (size_t)snprintf(expected + used, sizeof(expected) - used, "%s%s",
						 used > 0 ? " or " : "", api_type_text(rows->rows[i].type));
	api_json_fail(root, "type", expected);
	return API_INVALID;
}

/* Of an update the id means nothing. */
static bool read_id(const struct api_node *root, enum api_type type, char id[API_ID_MAX])
{
	struct api_error unread;
	struct api_node quiet = *root;

	id[0] = '\0';
	if (type != API_UPDATE)
		return api_json_text(root, "id", id, API_ID_MAX);
	quiet.error = &unread;
	api_json_text(&quiet, "id", id, API_ID_MAX);
	return true;
}

/* Reads type, id and data of a message whose name is known. */
static enum api_result read_known(const struct api_node *root, const char *name, unsigned from,
				  const struct api_rows *rows, struct api_envelope *envelope, void *out)
{
	const unsigned right = taken_from(rows, name);
	struct api_node data;
	int type;

	/* The services' topics are full of what is not for slacd: there a message counts by its name and its type. */
	if (right != 0 && (right & from) == 0 && (from & API_FROM_SERVICES) == 0)
		return refuse_place(root, right, from);
	if (!api_json_enum(root, "type", &api_texts_type, &type))
		return right == 0 || (right & from) != 0 ? API_INVALID : API_IGNORED;
	envelope->row = find_type(rows, name, type);
	if (envelope->row == NULL)
		return refuse_type(root, rows, name, from);
	if (envelope->row->from != 0 && (envelope->row->from & from) == 0)
		return refuse_place(root, envelope->row->from, from);
	if (!read_id(root, envelope->row->type, envelope->id))
		return API_INVALID;
	if (!api_json_object(root, "data", &data)) {
		if ((envelope->row->from & API_ROW_ANSWERED) == 0)
			return API_INVALID;
		data = (struct api_node){.error = root->error};
	}
	return envelope->row->read(&data, out);
}

static enum api_result read_root(struct json_object *value, unsigned from, const struct api_rows *rows,
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
	row = find_name(rows, json_object_get_string(name));
	if (row == NULL || strlen(row->name) != (size_t)json_object_get_string_len(name))
		return API_IGNORED;
	begin_error(&found, row->name);
	result = read_known(&root, row->name, from, rows, envelope, out);
	if (result == API_INVALID || result == API_ELSEWHERE)
		*error = found;
	return result;
}

enum api_result api_envelope_parse(const char *payload, size_t len, unsigned from, const struct api_rows *rows,
				   struct api_envelope *envelope, void *out, struct api_error *error)
{
	struct json_object *value;
	enum api_result result = api_json_parse(payload, len, &value, error);

	if (result != API_OK)
		return result;
	result = read_root(value, from, rows, envelope, out, error);
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

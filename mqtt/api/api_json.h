/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checked reading of JSON members. Every reader either delivers a value within its bounds, or writes into the error
 * what was expected of which member, by its path from the envelope. Internal to the MQTT messages.
 */
#ifndef MQTT_API_API_JSON_H
#define MQTT_API_API_JSON_H

#include "mqtt/api/api.h"
#include "mqtt/api/api_text.h"

#include <json-c/json.h>

/*
 * A place in the JSON text. Only an error needs the path, which is then put together from the parents. Therefore a
 * parent must outlive its children (all of them are locals of nested calls).
 */
struct api_node {
	struct json_object *value;
	const struct api_node *parent;
	const char *member; /* name in the parent object; NULL for an element of an array, or for the envelope */
	size_t index;       /* place in the parent array */
	struct api_error *error;
};

/*
 * Parses a whole text: at most API_PAYLOAD_MAX octets, valid UTF-8 without NUL, one JSON object, nothing but
 * white space after it. The caller puts *root (json_object_put). API_OK, API_TOO_LARGE or API_MALFORMED.
 */
enum api_result api_json_parse(const char *text, size_t len, struct json_object **root, struct api_error *error);

/* Writes the error for `member` of `node` (NULL: for `node`). Always returns false, for `return`. */
bool api_json_fail(const struct api_node *node, const char *member, const char *expected);

/* Whether the member exists and is not null. For optional members. */
bool api_json_has(const struct api_node *node, const char *member);

/* Required members. Each returns false, error written and output unchanged, when a check fails. */
bool api_json_object(const struct api_node *node, const char *member, struct api_node *out);
bool api_json_array(const struct api_node *node, const char *member, size_t max, struct api_node *out, size_t *count);
bool api_json_element(const struct api_node *array, size_t index, struct api_node *out); /* an object */
bool api_json_bool(const struct api_node *node, const char *member, bool *out);
/* A finite number in min ... max. unit is for the error text, e.g. "A". */
bool api_json_number(const struct api_node *node, const char *member, double min, double max, const char *unit,
		     double *out);
/* A whole number in min ... max; 16.0 is one. */
bool api_json_whole(const struct api_node *node, const char *member, uint32_t min, uint32_t max, uint32_t *out);
/* A time (api_time.h), as seconds since 1970. */
bool api_json_time(const struct api_node *node, const char *member, int64_t *out);
/* Likewise as milliseconds. */
bool api_json_time_ms(const struct api_node *node, const char *member, int64_t *out);
/* 1 ... size-1 octets without control characters (they would break log lines). */
bool api_json_text(const struct api_node *node, const char *member, char *out, size_t size);
/* As api_json_text, but a longer text is cut between two characters, and an empty one is allowed. */
bool api_json_text_cut(const struct api_node *node, const char *member, char *out, size_t size);
/* A text of the table; *out is its index, i.e. the enum's value. */
bool api_json_enum(const struct api_node *node, const char *member, const struct api_texts *texts, int *out);
/* Likewise without regard to the case of letters. */
bool api_json_enum_any_case(const struct api_node *node, const char *member, const struct api_texts *texts, int *out);
/* evse_id as it is in every message about one outlet. */
bool api_json_evse_id(const struct api_node *node, char out[API_EVSE_ID_MAX]);

#endif

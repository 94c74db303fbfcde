/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict reading of small JSON objects: a member that nobody knows, a wrong type and a value out of range are refused,
 * with a text that says what was expected. Pure.
 */
#ifndef TOOLS_FLEET_FLEET_JSON_H
#define TOOLS_FLEET_FLEET_JSON_H

#include "tools/fleet/fleet.h"

#include <json-c/json.h>

/* An object that is being read, and its first mistake. */
struct fleet_json {
	struct json_object *object; /* lent */
	const char *path;           /* where it is, e.g. "stations[3]"; "": the whole payload */
	char *error;                /* FLEET_ERROR_SIZE octets; "": no mistake yet */
};

/*
 * Parses a payload of `len` octets with a NUL behind them. NULL, and `error` says why: no JSON, no object. The caller gives
 * it back with json_object_put.
 */
struct json_object *fleet_json_parse(const char *payload, size_t len, char error[FLEET_ERROR_SIZE]);

/* Notes that a member is not what was `expected` ("": the object itself). False, for return. */
bool fleet_json_fail(const struct fleet_json *json, const char *member, const char *expected);
/* Whether no mistake was found so far. */
bool fleet_json_is_good(const struct fleet_json *json);

/* Refuses members that are not in the list, which ends with NULL. */
bool fleet_json_members(const struct fleet_json *json, const char *const *names);

/* A member that is there; each returns false, *out unchanged, where it is absent or wrong: the latter is noted. */
bool fleet_json_bool(const struct fleet_json *json, const char *member, bool *out);
bool fleet_json_whole(const struct fleet_json *json, const char *member, int min, int max, int *out);
bool fleet_json_number(const struct fleet_json *json, const char *member, double min, double max, double *out);
/* `expected` says what it should be where `is_valid`, which may be NULL, denies. */
bool fleet_json_text(const struct fleet_json *json, const char *member, bool (*is_valid)(const char *text),
		     const char *expected, char *out, size_t size);
bool fleet_json_link(const struct fleet_json *json, const char *member, enum fleet_link *out);

/* --- writing --- */

void fleet_json_add_text(struct json_object *object, const char *member, const char *text);
/* On one line, with a NUL behind it; the object is given back. Returns the length, 0: it does not fit, or no memory. */
size_t fleet_json_write(struct json_object *object, char *out, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that is being made for a page. Where memory is short once, the whole of it has failed, and need not be asked after each step. */
#ifndef TOOLS_MONITOR_MONITOR_JSON_H
#define TOOLS_MONITOR_MONITOR_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An object or an array. */
struct monitor_json {
	struct json_object *value;
	bool failed;
};

struct monitor_json monitor_json_object(void);
struct monitor_json monitor_json_array(void);
/* The value, which the caller owns, or NULL where it is not whole. */
struct json_object *monitor_json_finish(struct monitor_json *json);

/* At the end of an array. It owns the value then; NULL is a failure. */
void monitor_json_append(struct monitor_json *array, struct json_object *value);
/* Members of an object, likewise. */
void monitor_json_add(struct monitor_json *object, const char *key, struct json_object *value);
/* What is not UTF-8 (a reason of the system's) would make the whole line unreadable: it is "?". */
void monitor_json_add_text(struct monitor_json *object, const char *key, const char *text);
void monitor_json_add_number(struct monitor_json *object, const char *key, uint64_t number);
void monitor_json_add_bool(struct monitor_json *object, const char *key, bool value);
/* With one place behind the point. */
void monitor_json_add_decimal(struct monitor_json *object, const char *key, double value);

/* Gives the value away and returns it as one line; *len is without the NUL. NULL without memory; the caller frees it. */
char *monitor_json_line(struct json_object *value, size_t *len);

#endif

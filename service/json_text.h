/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of a file: what is wrong is told with its place, and nothing may be given twice. */
#ifndef SERVICE_JSON_TEXT_H
#define SERVICE_JSON_TEXT_H

#include <json-c/json.h>
#include <stddef.h>

#define JSON_TEXT_DEPTH_MAX  16
#define JSON_TEXT_PLACE_SIZE 64
#define JSON_TEXT_ERROR_SIZE 384

/*
 * Parses one JSON value of `len` octets, with a NUL after them, nested at most JSON_TEXT_DEPTH_MAX deep. The caller gives it
 * back with json_object_put. NULL, and `error` says what is wrong and where: the text is no JSON, has a NUL inside, or
 * gives a member of an object twice (json-c alone would take the last one).
 */
struct json_object *json_text_parse(const char *text, size_t len, char error[JSON_TEXT_ERROR_SIZE]);

/* "line 3, column 14" for the octet at `offset`; both begin with 1, a column is a character. */
void json_text_place(const char *text, size_t offset, char place[JSON_TEXT_PLACE_SIZE]);

#endif

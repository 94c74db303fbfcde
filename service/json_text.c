/* SPDX-License-Identifier: Apache-2.0 */
#include "service/json_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PATH_SIZE 192

/* An object or an array that is open. */
struct level {
	struct json_object *names; /* those of an object so far, NULL: an array */
	bool name_is_next;
	char name[64]; /* the present member of an object */
	size_t index;  /* the present element of an array */
};

struct scan {
	struct json_tokener *tokener; /* for the names */
	struct level levels[JSON_TEXT_DEPTH_MAX];
	size_t depth;
};

void json_text_place(const char *text, size_t offset, char place[JSON_TEXT_PLACE_SIZE])
{
	size_t line = 1;
	size_t column = 1;

	for (size_t i = 0; i < offset; i++) {
		bool begins_character = ((unsigned char)text[i] & 0xc0) != 0x80;
		column = text[i] == '\n' ? 1 : column + begins_character;
		line += text[i] == '\n';
	}
	snprintf(place, JSON_TEXT_PLACE_SIZE, "line %zu, column %zu", line, column);
}

static void fail_json(const char *text, size_t offset, const char *what, char error[JSON_TEXT_ERROR_SIZE])
{
	char place[JSON_TEXT_PLACE_SIZE];

	json_text_place(text, offset, place);
	snprintf(error, JSON_TEXT_ERROR_SIZE, "not valid JSON at %s: %s", place, what);
}

/* --- what is there twice: the text is known to be JSON --- */

/* "outlets.E1.interface", "parameters[2].evse_id". */
static void write_path(const struct scan *scan, char path[PATH_SIZE])
{
	size_t len = 0;

	path[0] = '\0';
	for (size_t i = 0; i < scan->depth && len < PATH_SIZE; i++) {
		const struct level *level = &scan->levels[i];
		if (level->names != NULL)
			len += (size_t)snprintf(path + len, PATH_SIZE - len, "%s%s", len > 0 ? "." : "", level->name);
		else
			len += (size_t)snprintf(path + len, PATH_SIZE - len, "[%zu]", level->index);
	}
}

/* The octet behind the string that begins at `text`. */
static const char *end_of_string(const char *text)
{
	for (text++; *text != '"' && *text != '\0'; text++)
		if (*text == '\\' && text[1] != '\0')
			text++;
	return *text == '"' ? text + 1 : text;
}

/* False when the object has a member of this name already. An escape sequence does not make it another name. */
static bool take_name(struct scan *scan, struct level *level, const char *begin, const char *end)
{
	struct json_object *name = json_tokener_parse_ex(scan->tokener, begin, (int)(end - begin));
	const char *decoded = name != NULL ? json_object_get_string(name) : "";
	bool is_new = !json_object_object_get_ex(level->names, decoded, NULL);

	snprintf(level->name, sizeof(level->name), "%s", decoded);
	json_object_object_add(level->names, decoded, NULL);
	json_object_put(name);
	level->name_is_next = false;
	return is_new;
}

static void open_level(struct scan *scan, bool is_object)
{
	if (scan->depth == JSON_TEXT_DEPTH_MAX)
		return; /* json-c has refused it */
	scan->levels[scan->depth++] = (struct level){
		.names = is_object ? json_object_new_object() : NULL,
		.name_is_next = is_object,
	};
}

static void close_level(struct scan *scan)
{
	if (scan->depth > 0)
		json_object_put(scan->levels[--scan->depth].names);
}

static void begin_next(struct scan *scan)
{
	struct level *level = scan->depth > 0 ? &scan->levels[scan->depth - 1] : NULL;

	if (level == NULL)
		return;
	level->name_is_next = level->names != NULL;
	level->index++;
}

/* Where the second one of two equal names of an object begins, or NULL. */
static const char *find_second(struct scan *scan, const char *text)
{
	while (*text != '\0') {
		struct level *level = scan->depth > 0 ? &scan->levels[scan->depth - 1] : NULL;
		const char *next = *text == '"' ? end_of_string(text) : text + 1;
		if (*text == '"' && level != NULL && level->name_is_next && !take_name(scan, level, text, next))
			return text;
		if (*text == '{' || *text == '[')
			open_level(scan, *text == '{');
		else if (*text == '}' || *text == ']')
			close_level(scan);
		else if (*text == ',')
			begin_next(scan);
		text = next;
	}
	return NULL;
}

static bool is_without_doubles(const char *text, char error[JSON_TEXT_ERROR_SIZE])
{
	struct scan scan = {.tokener = json_tokener_new()};
	char path[PATH_SIZE];
	char place[JSON_TEXT_PLACE_SIZE];

	if (scan.tokener == NULL) {
		snprintf(error, JSON_TEXT_ERROR_SIZE, "no memory");
		return false;
	}
	const char *second = find_second(&scan, text);
	if (second != NULL) {
		write_path(&scan, path);
		json_text_place(text, (size_t)(second - text), place);
		snprintf(error, JSON_TEXT_ERROR_SIZE, "%s: given twice, the second time at %s", path, place);
	}
	while (scan.depth > 0)
		close_level(&scan);
	json_tokener_free(scan.tokener);
	return second == NULL;
}

/* --- JSON --- */

struct json_object *json_text_parse(const char *text, size_t len, char error[JSON_TEXT_ERROR_SIZE])
{
	struct json_tokener *tokener;
	struct json_object *root;

	if (strlen(text) != len) {
		fail_json(text, strlen(text), "a NUL octet", error);
		return NULL;
	}
	tokener = json_tokener_new_ex(JSON_TEXT_DEPTH_MAX);
	if (tokener == NULL) {
		snprintf(error, JSON_TEXT_ERROR_SIZE, "no memory");
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tokener, text, (int)len + 1);
	enum json_tokener_error result = json_tokener_get_error(tokener);
	if (result != json_tokener_success) {
		fail_json(text, json_tokener_get_parse_end(tokener), json_tokener_error_desc(result), error);
	} else if (root == NULL) {
		snprintf(error, JSON_TEXT_ERROR_SIZE, "expected one JSON object, it is null");
	} else if (!is_without_doubles(text, error)) {
		json_object_put(root);
		root = NULL;
	}
	json_tokener_free(tokener);
	return root;
}

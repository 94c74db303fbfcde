/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what a message is without parsing it. Reads each octet once, keeps nothing and allocates nothing. */
#include "mqtt/api/api_envelope.h"

#include <string.h>

/* What is left of the payload. */
struct rest {
	const char *at;
	const char *end;
};

/* What stands between two quotes. */
struct text {
	const char *start;
	size_t len;
	bool has_escape; /* only a parser knows what it means */
};

static bool text_is(const struct text *text, const char *word)
{
	return text->start != NULL && text->len == strlen(word) && memcmp(text->start, word, text->len) == 0;
}

static void skip_white_space(struct rest *rest)
{
	while (rest->at < rest->end && strchr(" \t\r\n", *rest->at) != NULL && *rest->at != '\0')
		rest->at++;
}

/* Takes one octet away, if it is this one. */
static bool take(struct rest *rest, char octet)
{
	if (rest->at == rest->end || *rest->at != octet)
		return false;
	rest->at++;
	return true;
}

/* Takes a text with its quotes away. False when there is none, or it does not end. */
static bool take_text(struct rest *rest, struct text *text)
{
	if (!take(rest, '"'))
		return false;
	*text = (struct text){.start = rest->at};
	for (; rest->at < rest->end && *rest->at != '"'; rest->at++) {
		if (*rest->at != '\\')
			continue;
		text->has_escape = true;
		rest->at++;
		if (rest->at == rest->end)
			return false;
	}
	text->len = (size_t)(rest->at - text->start);
	return take(rest, '"');
}

/* The members of the envelope that a look is for. NULL: it is not there, or only a parser can read it. */
struct seen {
	struct text name;
	struct text type;
	struct text id;
};

/* Where a member of this name goes; NULL for one that the look is not for. */
static struct text *place_of(struct seen *seen, const struct text *member)
{
	if (text_is(member, "name"))
		return &seen->name;
	if (text_is(member, "type"))
		return &seen->type;
	return text_is(member, "id") ? &seen->id : NULL;
}

/* Takes the value of a member away, where it is a plain text. */
static void take_value(struct rest *rest, struct text *value)
{
	*value = (struct text){0};
	skip_white_space(rest);
	if (!take(rest, ':'))
		return;
	skip_white_space(rest);
	if (!take_text(rest, value) || value->has_escape)
		*value = (struct text){0};
}

/* Whether api_parse says that a message of this row is on the wrong topic, so that it must be read. */
static bool is_mistake(const struct api_row *row, const struct text *type, unsigned from)
{
	if ((from & API_FROM_SERVICES) == 0)
		return true;
	return (row->from & API_ROW_SERVICES_TOO) == 0 &&
	       (type->start == NULL || text_is(type, api_texts_type.texts[row->type]));
}

/* What name and type say of a message that was heard on a topic of `from`. */
static enum api_look look_of_name(const struct text *name, const struct text *type, unsigned from,
				  const struct api_rows *rows)
{
	enum api_look found = API_LOOK_FOREIGN;

	for (size_t i = 0; i < rows->count; i++) {
		const struct api_row *row = &rows->rows[i];
		if (!text_is(name, row->name))
			continue;
		if (row->from & from)
			return row->from & API_ROW_QUESTION ? API_LOOK_QUESTION : API_LOOK_NEWS;
		if (is_mistake(row, type, from))
			found = API_LOOK_UNCLEAR;
	}
	return found;
}

/* An answer has the id of the question, and is somebody else's. */
static bool is_own(const struct seen *seen, const char *own_ids)
{
	size_t len = own_ids != NULL ? strlen(own_ids) : 0;

	return len > 0 && seen->id.len >= len && memcmp(seen->id.start + seen->id.len - len, own_ids, len) == 0 &&
	       (text_is(&seen->type, "request") || text_is(&seen->type, "update"));
}

static enum api_look look_of(const struct seen *seen, unsigned from, const struct api_rows *rows, const char *own_ids)
{
	enum api_look found =
		seen->name.start != NULL ? look_of_name(&seen->name, &seen->type, from, rows) : API_LOOK_UNCLEAR;

	return found != API_LOOK_FOREIGN && is_own(seen, own_ids) ? API_LOOK_OWN : found;
}

/*
 * Of two members `name` a parser takes the last one; hence the look at the whole payload, so that no message that
 * api_parse would take is called foreign.
 */
enum api_look api_envelope_look(const char *payload, size_t len, unsigned from, const struct api_rows *rows,
				const char *own_ids)
{
	struct rest rest = {payload, payload + len};
	struct seen seen = {0};
	struct text text;
	size_t depth = 0;
	char before = '\0'; /* the last octet that is no white space; '"' after a text */

	for (skip_white_space(&rest); rest.at < rest.end; skip_white_space(&rest)) {
		if (*rest.at == '"') {
			bool is_member = depth == 1 && (before == '{' || before == ',');
			if (!take_text(&rest, &text) || (is_member && text.has_escape))
				return API_LOOK_UNCLEAR;
			if (is_member && place_of(&seen, &text) != NULL)
				take_value(&rest, place_of(&seen, &text));
			before = '"';
			continue;
		}
		before = *rest.at++;
		if (before == '{' || before == '[')
			depth++;
		else if ((before == '}' || before == ']') && depth-- == 0)
			return API_LOOK_UNCLEAR;
	}
	return depth == 0 ? look_of(&seen, from, rows, own_ids) : API_LOOK_UNCLEAR;
}

enum api_look api_look(const char *payload, size_t len, unsigned from, const char *own_ids)
{
	return api_envelope_look(payload, len, from, &api_rows_of_slacd, own_ids);
}

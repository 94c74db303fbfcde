/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the name of a message without parsing it. Reads each octet once, keeps nothing and allocates nothing. */
#include "mqtt/api/api.h"

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
	return text->len == strlen(word) && memcmp(text->start, word, text->len) == 0;
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

static bool is_question(enum api_kind kind)
{
	return kind == API_SERVICE_STATUS || kind == API_SLAC_LINK_STATUS || kind == API_SLAC_NETWORK_INFO;
}

/* Takes the value of the member `name` away, and says what it names. */
static enum api_look take_name(struct rest *rest)
{
	struct text name;

	skip_white_space(rest);
	if (!take(rest, ':'))
		return API_LOOK_UNCLEAR;
	skip_white_space(rest);
	if (!take_text(rest, &name) || name.has_escape)
		return API_LOOK_UNCLEAR;
	for (enum api_kind kind = API_SERVICE_STATUS; kind <= API_RESET; kind++)
		if (text_is(&name, api_kind_text(kind)))
			return is_question(kind) ? API_LOOK_QUESTION : API_LOOK_NEWS;
	return API_LOOK_FOREIGN;
}

/*
 * Of two members `name` a parser takes the last one; hence the look at the whole payload, so that no message that
 * api_parse would take is called foreign.
 */
enum api_look api_look(const char *payload, size_t len)
{
	struct rest rest = {payload, payload + len};
	enum api_look found = API_LOOK_UNCLEAR;
	struct text text;
	size_t depth = 0;
	char before = '\0'; /* the last octet that is no white space; '"' after a text */

	for (skip_white_space(&rest); rest.at < rest.end; skip_white_space(&rest)) {
		if (*rest.at == '"') {
			bool is_member = depth == 1 && (before == '{' || before == ',');
			if (!take_text(&rest, &text) || (is_member && text.has_escape))
				return API_LOOK_UNCLEAR;
			if (is_member && text_is(&text, "name"))
				found = take_name(&rest);
			before = '"';
			continue;
		}
		before = *rest.at++;
		if (before == '{' || before == '[')
			depth++;
		else if ((before == '}' || before == ']') && depth-- == 0)
			return API_LOOK_UNCLEAR;
	}
	return depth == 0 ? found : API_LOOK_UNCLEAR;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_text.h"
#include "mqtt/api/telemetry/api_telemetry.h"

#include <stdio.h>
#include <string.h>

static const char *const names[API_TELEMETRY_KINDS] = {
	[API_TELEMETRY_STATE] = "state",
	[API_TELEMETRY_REASON] = "reason",
	[API_TELEMETRY_PILOT] = "pilot",
	[API_TELEMETRY_EV_MAC] = "ev_mac",
	[API_TELEMETRY_ATTENUATION] = "attenuation_db",
	[API_TELEMETRY_MODEM_VERSION] = "modem_version",
	[API_TELEMETRY_SESSIONS_MATCHED] = "sessions_matched",
	[API_TELEMETRY_SESSIONS_FAILED] = "sessions_failed",
	[API_TELEMETRY_LAST_MATCH] = "last_match_ms",
	[API_TELEMETRY_OFFERED_CURRENT] = "offered_current_a",
};

/* What may not stand in one level of a topic, and what stands for it. */
static const struct {
	char octet;
	char written[4];
} escapes[] = {{'/', "%2F"}, {'+', "%2B"}, {'#', "%23"}, {'%', "%25"}};

#define ESCAPES (sizeof(escapes) / sizeof(escapes[0]))

const char *api_telemetry_name(enum api_telemetry_kind kind)
{
	return (size_t)kind < API_TELEMETRY_KINDS ? names[kind] : "?";
}

static bool is_text(const char *text, size_t len)
{
	return api_utf8_valid(text, len) && api_text_printable(text, len);
}

bool api_telemetry_prefix_is_valid(const char *prefix)
{
	const size_t len = strlen(prefix);
	const char *slash = strrchr(prefix, '/');

	return len < API_TELEMETRY_PREFIX_MAX && slash != NULL && slash != prefix && slash[1] != '\0' &&
	       strlen(slash + 1) < API_TELEMETRY_STATION_MAX && prefix[0] != '/' && prefix[0] != '$' &&
	       strstr(prefix, "//") == NULL && strpbrk(prefix, "+#") == NULL && is_text(prefix, len);
}

/* The way to write an octet of an evse_id, or NULL: as it is. */
static const char *escape_of(char octet)
{
	for (size_t i = 0; i < ESCAPES; i++)
		if (escapes[i].octet == octet)
			return escapes[i].written;
	return NULL;
}

static size_t write_evse_id(char *out, size_t size, const char *evse_id)
{
	size_t used = 0;

	for (; *evse_id != '\0'; evse_id++) {
		const char *written = escape_of(*evse_id);
		const size_t len = written != NULL ? strlen(written) : 1;
		if (used + len >= size)
			return 0;
		memcpy(out + used, written != NULL ? written : evse_id, len);
		used += len;
	}
	out[used] = '\0';
	return used;
}

size_t api_telemetry_topic(char *out, size_t size, const char *prefix, const char *evse_id,
			   enum api_telemetry_kind kind)
{
	char level[3 * API_EVSE_ID_MAX];
	const size_t level_len = write_evse_id(level, sizeof(level), evse_id);
	const int len = snprintf(out, size, "%s/%s/%s", prefix, level, api_telemetry_name(kind));

	if (level_len > 0 && len > 0 && (size_t)len < size)
		return (size_t)len;
	if (size > 0)
		out[0] = '\0';
	return 0;
}

/* Copies one level. */
static bool take_level(char *out, size_t size, const char *level, size_t len)
{
	if (len == 0 || len >= size || !is_text(level, len))
		return false;
	memcpy(out, level, len);
	out[len] = '\0';
	return true;
}

/* Takes the octet that stands at `text`, written as it is or not; its length, 0: it is none. */
static size_t take_octet(const char *text, size_t left, char *out)
{
	*out = *text;
	if (escape_of(*text) == NULL)
		return 1;
	for (size_t i = 0; i < ESCAPES; i++) {
		const size_t len = strlen(escapes[i].written);
		if (left < len || memcmp(text, escapes[i].written, len) != 0)
			continue;
		*out = escapes[i].octet;
		return len;
	}
	return 0;
}

static bool take_evse_id(char out[API_EVSE_ID_MAX], const char *level, size_t len)
{
	char evse_id[API_EVSE_ID_MAX];
	size_t used = 0;

	for (size_t at = 0, taken; at < len; at += taken) {
		if (used == sizeof(evse_id))
			return false;
		taken = take_octet(level + at, len - at, &evse_id[used++]);
		if (taken == 0)
			return false;
	}
	return take_level(out, API_EVSE_ID_MAX, evse_id, used);
}

static bool take_name(struct api_telemetry_topic *out, const char *name)
{
	const size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (name[len] != '\0' || !take_level(out->name, sizeof(out->name), name, len))
		return false;
	out->kind = API_TELEMETRY_UNKNOWN;
	for (size_t i = 0; i < API_TELEMETRY_KINDS; i++)
		if (strcmp(names[i], name) == 0)
			out->kind = (enum api_telemetry_kind)i;
	return true;
}

/* The slash before `end`, or NULL. */
static const char *slash_before(const char *topic, const char *end)
{
	return memrchr(topic, '/', (size_t)(end - topic));
}

bool api_telemetry_topic_read(const char *topic, struct api_telemetry_topic *out)
{
	struct api_telemetry_topic read;
	const char *name = slash_before(topic, topic + strlen(topic));
	const char *evse_id = name != NULL ? slash_before(topic, name) : NULL;

	if (evse_id == NULL)
		return false;
	const char *slash = slash_before(topic, evse_id);
	const char *station = slash != NULL ? slash + 1 : topic;
	if (!take_level(read.station, sizeof(read.station), station, (size_t)(evse_id - station)) ||
	    !take_evse_id(read.evse_id, evse_id + 1, (size_t)(name - evse_id - 1)) || !take_name(&read, name + 1))
		return false;
	*out = read;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_filter.h"

#include "mqtt/api/api_text.h"

#include <stdio.h>
#include <string.h>

static const char telemetry_expected[] =
	"a filter of at most 255 octets that ends with the levels of station, outlet and value, e.g. telemetry/+/+/+";
static const char status_expected[] =
	"a filter of at most 255 octets with a level + that is the station, e.g. stations/+/josev/cs, or STATION=TOPIC with a"
	" name of at most 63 octets and a topic without wildcards";
static const char too_many[] = "no more than 16 filters in all";

_Static_assert(HISTORY_FILTERS_MAX <= BROKER_SUBSCRIPTIONS_MAX, "each filter can be subscribed to");

static bool is_filter(const char *text)
{
	return strlen(text) < HISTORY_FILTER_SIZE && broker_filter_is_valid(text);
}

static struct history_filter *add(struct history_filters *filters, const char *topic)
{
	struct history_filter *filter = &filters->filters[filters->count++];

	*filter = (struct history_filter){0};
	snprintf(filter->topic, sizeof(filter->topic), "%s", topic);
	return filter;
}

const char *history_filters_add_telemetry(struct history_filters *filters, const char *text)
{
	static const char levels[] = "/+/+/+";
	const size_t len = strlen(text);

	if (!is_filter(text) || len <= strlen(levels) || strcmp(text + len - strlen(levels), levels) != 0)
		return telemetry_expected;
	if (filters->count == HISTORY_FILTERS_MAX)
		return too_many;
	add(filters, text);
	return NULL;
}

/* A name for a log line and for a report. */
static bool take_name(const char *text, size_t len, char name[HISTORY_STATION_SIZE])
{
	if (len == 0 || len >= HISTORY_STATION_SIZE || !api_utf8_valid(text, len) || !api_text_printable(text, len))
		return false;
	memcpy(name, text, len);
	name[len] = '\0';
	return true;
}

const char *history_filters_add_status(struct history_filters *filters, const char *text)
{
	const bool has_wildcard = strchr(text, '+') != NULL;
	const char *end_of_name = has_wildcard ? NULL : strchr(text, '=');
	char station[HISTORY_STATION_SIZE] = "";

	if (!has_wildcard) {
		if (end_of_name == NULL || !take_name(text, (size_t)(end_of_name - text), station))
			return status_expected;
		text = end_of_name + 1;
	}
	if (!is_filter(text) || strchr(text, '#') != NULL)
		return status_expected;
	if (filters->count == HISTORY_FILTERS_MAX)
		return too_many;
	struct history_filter *filter = add(filters, text);
	filter->is_status = true;
	memcpy(filter->station, station, sizeof(station));
	return NULL;
}

/* Steps over one level of a topic or a filter. */
static const char *next_level(const char *at, size_t *len)
{
	*len = strcspn(at, "/");
	return at[*len] == '/' ? at + *len + 1 : NULL;
}

/*
 * Whether the topic is of the filter, level by level. *station becomes the first level that the filter has a + for.
 */
static bool matches(const char *filter, const char *topic, const char **station, size_t *station_len)
{
	*station = NULL;
	while (filter != NULL && topic != NULL) {
		size_t filter_len;
		size_t topic_len;
		const char *level = filter;
		const char *told = topic;
		filter = next_level(filter, &filter_len);
		topic = next_level(topic, &topic_len);
		const bool is_any = filter_len == 1 && *level == '+';
		if (is_any && *station == NULL) {
			*station = told;
			*station_len = topic_len;
		}
		if (!is_any && (filter_len != topic_len || memcmp(level, told, filter_len) != 0))
			return false;
	}
	return filter == NULL && topic == NULL;
}

const struct history_filter *history_filters_find(const struct history_filters *filters, const char *topic)
{
	const char *station;
	size_t len;

	for (size_t i = 0; i < filters->count; i++)
		if (matches(filters->filters[i].topic, topic, &station, &len))
			return &filters->filters[i];
	return NULL;
}

bool history_filter_station(const struct history_filter *filter, const char *topic, char station[HISTORY_STATION_SIZE])
{
	const char *told;
	size_t len = 0;

	if (filter->station[0] != '\0') {
		memcpy(station, filter->station, sizeof(filter->station));
		return true;
	}
	return matches(filter->topic, topic, &told, &len) && told != NULL && take_name(told, len, station);
}

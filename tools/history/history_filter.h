/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slac-history subscribes to, and what the topic of a message says: whether it is a value or a status, and of which
 * station. Pure.
 */
#ifndef TOOLS_HISTORY_HISTORY_FILTER_H
#define TOOLS_HISTORY_HISTORY_FILTER_H

#include "mqtt/broker/broker.h"
#include "tools/history/history_row.h"

#define HISTORY_FILTERS_MAX 16 /* as many as can be subscribed to */
#define HISTORY_FILTER_SIZE 256

struct history_filter {
	bool is_status;
	char topic[HISTORY_FILTER_SIZE]; /* what is subscribed to */
	char station
		[HISTORY_STATION_SIZE]; /* of a status topic without a wildcard; "": the topic of a message says it */
};

struct history_filters {
	size_t count;
	struct history_filter filters[HISTORY_FILTERS_MAX];
};

/* Each adds a filter. Returns NULL, or what was expected instead of the text. */
const char *history_filters_add_telemetry(struct history_filters *filters, const char *text);
const char *history_filters_add_status(struct history_filters *filters, const char *text);

/* The first filter that a topic is of, or NULL. */
const struct history_filter *history_filters_find(const struct history_filters *filters, const char *topic);

/*
 * The station that a topic of this status filter is of. False: the name in the topic is too long, empty, or has
 * characters that a log line must not have (api_text_printable).
 */
bool history_filter_station(const struct history_filter *filter, const char *topic, char station[HISTORY_STATION_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any payloads, one a line, as if both slacd and the station had sent it: what is shown then is one line of JSON, has
 * each outlet, and nothing that has not changed.
 */
#include "tools/monitor/monitor_view.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t outlets_of(const struct monitor *monitor, uint64_t since)
{
	static const struct monitor_about about = {.broker = "localhost:1883"};
	struct json_object *view, *outlets;
	size_t len, count;
	char *text = monitor_view(monitor, &about, since, &len);

	if (text == NULL || strlen(text) != len || strpbrk(text, "\r\n") != NULL)
		abort();
	view = json_tokener_parse(text);
	if (view == NULL || !json_object_object_get_ex(view, "outlets", &outlets))
		abort();
	count = json_object_array_length(outlets);
	json_object_put(view);
	free(text);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"josev/cs"};
	struct monitor *monitor = monitor_new(names, 1);
	uint64_t now_ms = 1;

	if (monitor == NULL)
		return 0;
	while (size > 0) {
		const uint8_t *end = memchr(data, '\n', size);
		const size_t len = end != NULL ? (size_t)(end - data) : size;
		/* Each line from both: most are for one of them. */
		monitor_take(monitor, 0, MONITOR_FROM_SLACD, (const char *)data, len, now_ms++);
		monitor_take(monitor, 0, MONITOR_FROM_STATION, (const char *)data, len, now_ms++);
		data += len + (end != NULL);
		size -= len + (end != NULL);
	}
	if (outlets_of(monitor, 0) != monitor->outlet_count ||
	    outlets_of(monitor, monitor->change) > monitor->outlet_count)
		abort();
	const uint64_t seen = monitor->change;
	monitor_take_disconnected(monitor, "gone", now_ms);
	if (seen >= monitor->gone_change && outlets_of(monitor, seen) != 0)
		abort();
	monitor_free(monitor);
	return 0;
}

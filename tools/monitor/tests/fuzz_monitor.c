/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any payloads, one a line, as if both slacd and the station had sent it; behind a topic of a fleet and a space, as if its
 * launcher or a keeper had; behind a path of the fleet's page and a space, as if that had asked for it. What is shown
 * then is one line of JSON, has each outlet, and nothing that has not changed; what is published has no wildcard in its
 * topic, and is JSON.
 */
#include "tools/monitor/monitor_behaviours.h"
#include "tools/monitor/monitor_fleet_command.h"
#include "tools/monitor/monitor_fleet_view.h"
#include "tools/monitor/monitor_guard.h"
#include "tools/monitor/monitor_view.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_of(char *text, size_t len, const char *member)
{
	struct json_object *view, *members;

	if (text == NULL || strlen(text) != len || strpbrk(text, "\r\n") != NULL)
		abort();
	view = json_tokener_parse(text);
	if (view == NULL || !json_object_object_get_ex(view, member, &members))
		abort();
	const size_t count = json_object_array_length(members);
	json_object_put(view);
	free(text);
	return count;
}

static size_t outlets_of(const struct monitor *monitor, uint64_t since)
{
	static const struct monitor_about about = {.broker = "localhost:1883"};
	size_t len = 0;
	char *text = monitor_view(monitor, &about, since, &len);

	return count_of(text, len, "outlets");
}

static size_t connectors_of(const struct monitor_fleet *fleet, uint64_t since)
{
	static const struct monitor_fleet_about about = {.broker = "localhost:1883"};
	size_t len = 0;
	char *text = monitor_fleet_view(fleet, &about, since, &len);

	return count_of(text, len, "connectors");
}

static void ask(const struct monitor_fleet *fleet, const char *path, const char *body, size_t len)
{
	struct monitor_fleet_command command;
	struct api_error error;
	struct json_object *payload;

	if (monitor_fleet_command(fleet, path, body, len, &command, &error) != MONITOR_FLEET_DONE)
		return;
	payload = json_tokener_parse(command.payload);
	if (strncmp(command.topic, "fleet/", 6) != 0 || strpbrk(command.topic, "+#") != NULL ||
	    !json_object_is_type(payload, json_type_object))
		abort();
	json_object_put(payload);
}

/* The line as the headers that tell where a request comes from. */
static void guard(const char *line)
{
	const struct monitor_post post = {
		.host = "127.0.0.1:8015", .origin = line, .content_type = line, .token = line};

	if (monitor_guard_check(&post, "00000000000000000000000000000000") == MONITOR_GUARD_PASSED)
		abort();
}

/* Both of them: most lines are for one. */
static void take(struct monitor *monitor, struct monitor_fleet *fleet, const char *line, size_t len, uint64_t now_ms)
{
	char *copy = malloc(len + 1);

	memcpy(copy, line, len);
	copy[len] = '\0';
	char *space = memchr(copy, ' ', len);
	if (space != NULL) {
		*space = '\0';
		const size_t rest = len - (size_t)(space + 1 - copy);
		monitor_fleet_take(fleet, copy, space + 1, rest, now_ms);
		if (*copy == '/')
			ask(fleet, copy + 1, space + 1, rest);
		*space = ' ';
	}
	guard(copy);
	free(copy);
	monitor_take(monitor, 0, MONITOR_FROM_SLACD, line, len, now_ms);
	monitor_take(monitor, 0, MONITOR_FROM_STATION, line, len, now_ms);
}

static void check_fleet(struct monitor_fleet *fleet)
{
	const uint64_t seen = fleet->change;

	if (connectors_of(fleet, 0) > fleet->outlet_count || connectors_of(fleet, seen) > fleet->outlet_count)
		abort();
	monitor_fleet_take_connected(fleet, 1);
	if (seen >= fleet->gone_change && connectors_of(fleet, seen) != 0)
		abort();
	monitor_fleet_forget_unheard(fleet);
	if (fleet->station_count != 0 || fleet->outlet_count != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"josev/cs"};
	struct monitor *monitor = monitor_new(names, 1);
	struct monitor_fleet *fleet = monitor_fleet_new(monitor_behaviours());
	uint64_t now_ms = 1;

	while (size > 0) {
		const uint8_t *end = memchr(data, '\n', size);
		const size_t len = end != NULL ? (size_t)(end - data) : size;
		take(monitor, fleet, (const char *)data, len, now_ms++);
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
	check_fleet(fleet);
	monitor_free(monitor);
	monitor_fleet_free(fleet);
	return 0;
}

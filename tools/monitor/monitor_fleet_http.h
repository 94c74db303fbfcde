/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The paths of the fleet's page, with --fleet only:
 *
 *     GET /fleet                                   the page, with the token of this run
 *     GET /fleet/events, /fleet/state.json         what it shows (monitor_fleet_view.h)
 *     POST /fleet/launcher, /fleet/stations/…      what it asks for (monitor_fleet_command.h): 202, or why not as JSON:
 *                                                  {"error":…,"field":…,"expected":…}
 *
 * A POST is taken from a page of this server (monitor_guard.h), or from a program that has read the token there.
 */
#ifndef TOOLS_MONITOR_MONITOR_FLEET_HTTP_H
#define TOOLS_MONITOR_MONITOR_FLEET_HTTP_H

#include "tools/monitor/monitor_events.h"
#include "tools/monitor/monitor_fleet_view.h"

#include <stdbool.h>

/* All lent. */
struct monitor_fleet_serving {
	const struct monitor_fleet *fleet;
	const struct monitor_fleet_about *about;
	/* False: there is no connection to the broker. */
	bool (*publish)(void *context, const char *topic, const char *payload, size_t len);
	void *context;
};

struct monitor_fleet_http;

/* `serving` is copied. NULL without memory. */
struct monitor_fleet_http *monitor_fleet_http_new(struct event_base *base, const struct monitor_fleet_serving *serving,
						  unsigned patience_ms);
/* After the server was freed. NULL is allowed. */
void monitor_fleet_http_free(struct monitor_fleet_http *http);

/* Answers a request for "/fleet", "/fleet.html" or what is below "/fleet/". `body` is empty, and the answer's. */
void monitor_fleet_http_answer(struct monitor_fleet_http *http, struct evhttp_request *request, const char *path,
			       struct evbuffer *body);
/* The model may have changed. */
void monitor_fleet_http_changed(struct monitor_fleet_http *http);
/* How many pages are open. */
size_t monitor_fleet_http_pages(const struct monitor_fleet_http *http);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The paths of slac-monitor, GET only but for those of a fleet (monitor_fleet_http.h):
 *
 *     /, /page.css, /page.js   the page; that of a fleet where there is no station
 *     /events                  what it shows, and what changes (monitor_events.h)
 *     /state.json              what it shows, once
 *     /records.json            the records that can be opened
 *     /records/NAME            one of them, as a page
 *
 * Whoever can connect may read all of it. A server on the loopback, or with a fleet, answers requests for "localhost" and for addresses
 * only, so that a page of another site cannot read it under a name of its own (DNS rebinding).
 */
#ifndef TOOLS_MONITOR_MONITOR_HTTP_H
#define TOOLS_MONITOR_MONITOR_HTTP_H

#include "tools/monitor/monitor_fleet_http.h"
#include "tools/monitor/monitor_view.h"

#define MONITOR_CONNECTIONS_MAX (2 * MONITOR_PAGES_MAX + 32)

struct monitor_http;

/* Texts are lent. */
struct monitor_serving {
	const char *where;                         /* http_server_is_address */
	const char *records;                       /* directory of the records; NULL: none */
	unsigned patience_ms;                      /* how long a page may take nothing of what it is sent */
	const struct monitor_fleet_serving *fleet; /* NULL: none */
};

/* Everything is lent. NULL with `error`, of HTTP_SERVER_ERROR_SIZE. */
struct monitor_http *monitor_http_new(struct event_base *base, const struct monitor_serving *serving,
				      const struct monitor *monitor, const struct monitor_about *about, char *error);
/* Ends it, and the pages that are open. NULL is allowed. */
void monitor_http_free(struct monitor_http *http);

/* The model may have changed. */
void monitor_http_changed(struct monitor_http *http);
/* How many pages are open. */
size_t monitor_http_pages(const struct monitor_http *http);

#endif

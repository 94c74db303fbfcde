/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages that are open: each is told of changes as server-sent events (HTML, section 9.2), at most ten times a second.
 *
 *     event: state     data: struct monitor_source's view, everything first and then what has changed
 *     event: alive     each MONITOR_ALIVE_S: where it does not come, what the page shows is old
 *     event: full      there are MONITOR_PAGES_MAX pages already; the connection ends
 *
 * A page that does not take what it was sent is sent nothing more until it has: then all changes since in one. Who takes
 * nothing for `patience_ms` is dropped. So no more than one event waits for each page.
 */
#ifndef TOOLS_MONITOR_MONITOR_EVENTS_H
#define TOOLS_MONITOR_MONITOR_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/http.h>

#define MONITOR_PAGES_MAX    32
#define MONITOR_ALIVE_S      10
#define MONITOR_MIN_EVENT_MS 100

/* What the pages show. */
struct monitor_source {
	/* One line of JSON with what has changed after the change number `since`, 0: everything. As monitor_view. */
	char *(*view)(const void *context, uint64_t since, size_t *len);
	/* The number of the last change. */
	uint64_t (*change)(const void *context);
	const void *context; /* lent */
};

struct monitor_events;

/* NULL without memory. */
struct monitor_events *monitor_events_new(struct event_base *base, const struct monitor_source *source,
					  unsigned patience_ms);
/* After the server was freed, which ends the connections. NULL is allowed. */
void monitor_events_free(struct monitor_events *events);

/* A page asks for events: this answers the request. */
void monitor_events_join(struct monitor_events *events, struct evhttp_request *request);
/* Somebody asks for everything, once: likewise. `body` is empty, and the answer's. */
void monitor_events_answer(const struct monitor_events *events, struct evhttp_request *request, struct evbuffer *body);
/* What is shown may have changed. */
void monitor_events_changed(struct monitor_events *events);
/* How many pages there are. */
size_t monitor_events_pages(const struct monitor_events *events);

#endif

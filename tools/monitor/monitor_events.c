/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_events.h"

#include "tools/monitor/monitor_answer.h"

#include <stdbool.h>
#include <stdlib.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

/* After how many milliseconds a page connects again. */
#define RETRY "retry: 2000\n"

/* One page. */
struct reader {
	struct monitor_events *events; /* NULL: not in use */
	struct evhttp_request *request;
	uint64_t seen;  /* number of the last change that it was sent */
	bool is_behind; /* it has not taken the last event yet */
};

struct monitor_events {
	struct monitor_source source;
	struct timeval patience;
	struct event *flush;
	struct event *alive;
	struct evbuffer *news; /* the event with what changed after news_since, up to news_change; NULL: none yet */
	uint64_t news_since;
	uint64_t news_change;
	struct reader readers[MONITOR_PAGES_MAX];
	size_t reader_count;
};

static uint64_t last_change(const struct monitor_events *events)
{
	return events->source.change(events->source.context);
}

size_t monitor_events_pages(const struct monitor_events *events)
{
	return events->reader_count;
}

void monitor_events_changed(struct monitor_events *events)
{
	const struct timeval soon = {.tv_usec = MONITOR_MIN_EVENT_MS * 1000};

	if (events->reader_count > 0 && !evtimer_pending(events->flush, NULL))
		evtimer_add(events->flush, &soon);
}

static void on_taken(struct evhttp_connection *connection, void *context)
{
	struct reader *reader = context;

	(void)connection;
	if (reader->events == NULL)
		return;
	reader->is_behind = false;
	if (reader->seen != last_change(reader->events))
		monitor_events_changed(reader->events);
}

static void send_event(struct reader *reader, struct evbuffer *event)
{
	reader->is_behind = true;
	evhttp_send_reply_chunk_with_cb(reader->request, event, on_taken, reader);
}

static struct evbuffer *make_news(const struct monitor_events *events, uint64_t since)
{
	struct evbuffer *event = evbuffer_new();
	size_t len = 0;
	char *view = events->source.view(events->source.context, since, &len);
	const bool is_whole = event != NULL && view != NULL &&
			      evbuffer_add_printf(event, "%sevent: state\ndata: ", since == 0 ? RETRY : "") > 0 &&
			      evbuffer_add(event, view, len) == 0 && evbuffer_add_printf(event, "\n\n") > 0;

	free(view);
	if (is_whole)
		return event;
	if (event != NULL)
		evbuffer_free(event);
	return NULL;
}

/* Pages that have seen the same are sent the same: made once, and once in memory however many have not taken it yet. */
static struct evbuffer *news_since(struct monitor_events *events, uint64_t since)
{
	if (events->news != NULL && events->news_since == since && events->news_change == last_change(events))
		return events->news;
	if (events->news != NULL)
		evbuffer_free(events->news);
	events->news = make_news(events, since);
	events->news_since = since;
	events->news_change = last_change(events);
	return events->news;
}

static void send_changes(struct reader *reader)
{
	struct evbuffer *news = news_since(reader->events, reader->seen);
	struct evbuffer *event = evbuffer_new();

	if (event != NULL && news != NULL && evbuffer_add_buffer_reference(event, news) == 0) {
		reader->seen = last_change(reader->events);
		send_event(reader, event);
	}
	if (event != NULL)
		evbuffer_free(event);
}

static void on_flush(evutil_socket_t fd, short what, void *context)
{
	struct monitor_events *events = context;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < MONITOR_PAGES_MAX; i++) {
		struct reader *reader = &events->readers[i];
		if (reader->events != NULL && !reader->is_behind && reader->seen != last_change(events))
			send_changes(reader);
	}
}

static void on_alive(evutil_socket_t fd, short what, void *context)
{
	struct monitor_events *events = context;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < MONITOR_PAGES_MAX; i++) {
		struct evbuffer *event;
		if (events->readers[i].events == NULL || events->readers[i].is_behind)
			continue;
		event = evbuffer_new();
		if (event != NULL && evbuffer_add_printf(event, "event: alive\ndata:\n\n") > 0)
			send_event(&events->readers[i], event);
		if (event != NULL)
			evbuffer_free(event);
	}
}

struct monitor_events *monitor_events_new(struct event_base *base, const struct monitor_source *source,
					  unsigned patience_ms)
{
	struct monitor_events *events = calloc(1, sizeof(*events));

	if (events == NULL)
		return NULL;
	events->source = *source;
	events->patience = (struct timeval){.tv_sec = patience_ms / 1000, .tv_usec = patience_ms % 1000 * 1000};
	events->flush = evtimer_new(base, on_flush, events);
	events->alive = event_new(base, -1, EV_PERSIST, on_alive, events);
	if (events->flush != NULL && events->alive != NULL)
		return events;
	monitor_events_free(events);
	return NULL;
}

void monitor_events_free(struct monitor_events *events)
{
	if (events == NULL)
		return;
	if (events->flush != NULL)
		event_free(events->flush);
	if (events->alive != NULL)
		event_free(events->alive);
	if (events->news != NULL)
		evbuffer_free(events->news);
	free(events);
}

/* --- pages come and go --- */

static void on_gone(struct evhttp_connection *connection, void *context)
{
	struct reader *reader = context;
	struct monitor_events *events = reader->events;

	(void)connection;
	if (events == NULL)
		return;
	reader->events = NULL;
	/* libevent leaves a request that is being answered to whoever answers it, unless the whole server ends. */
	if (evhttp_request_get_connection(reader->request) == NULL)
		evhttp_request_free(reader->request);
	if (--events->reader_count == 0)
		event_del(events->alive);
}

static void begin_answer(struct evhttp_request *request)
{
	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "text/event-stream");
	evhttp_send_reply_start(request, HTTP_OK, "OK");
}

static void refuse(struct evhttp_request *request)
{
	struct evbuffer *event = evbuffer_new();

	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "text/event-stream");
	if (event != NULL)
		evbuffer_add_printf(event, "retry: 10000\nevent: full\ndata: %d\n\n", MONITOR_PAGES_MAX);
	evhttp_send_reply(request, HTTP_OK, "OK", event);
	if (event != NULL)
		evbuffer_free(event);
}

static struct reader *find_free(struct monitor_events *events)
{
	for (size_t i = 0; i < MONITOR_PAGES_MAX; i++)
		if (events->readers[i].events == NULL)
			return &events->readers[i];
	return NULL;
}

void monitor_events_join(struct monitor_events *events, struct evhttp_request *request)
{
	const struct timeval interval = {.tv_sec = MONITOR_ALIVE_S};
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	struct reader *reader = find_free(events);

	if (reader == NULL) {
		refuse(request);
		return;
	}
	*reader = (struct reader){.events = events, .request = request};
	if (events->reader_count++ == 0)
		event_add(events->alive, &interval);
	/* It has said all that it will say. */
	bufferevent_set_timeouts(evhttp_connection_get_bufferevent(connection), NULL, &events->patience);
	evhttp_connection_set_closecb(connection, on_gone, reader);
	begin_answer(request);
	send_changes(reader);
}

void monitor_events_answer(const struct monitor_events *events, struct evhttp_request *request, struct evbuffer *body)
{
	size_t len = 0;
	char *view = events->source.view(events->source.context, 0, &len);

	if (view == NULL || evbuffer_add(body, view, len) != 0)
		monitor_answer_refusal(request, HTTP_INTERNAL, "Internal Server Error", "no memory");
	else
		monitor_answer(request, "application/json", body);
	free(view);
}

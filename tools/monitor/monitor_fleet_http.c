/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_fleet_http.h"

#include "tools/monitor/monitor_answer.h"
#include "tools/monitor/monitor_fleet_command.h"
#include "tools/monitor/monitor_guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/util.h>

#define BELOW "/fleet/"
/* The place of the token in fleet.html. */
#define TOKEN_MARK "FLEET-TOKEN"

struct monitor_fleet_http {
	struct monitor_fleet_serving serving;
	struct monitor_events *events;
	char token[MONITOR_TOKEN_SIZE];
};

/* --- what is shown --- */

static char *view_of(const void *context, uint64_t since, size_t *len)
{
	const struct monitor_fleet_serving *serving = context;

	return monitor_fleet_view(serving->fleet, serving->about, since, len);
}

static uint64_t change_of(const void *context)
{
	const struct monitor_fleet_serving *serving = context;

	return serving->fleet->change;
}

static void answer_page(const struct monitor_fleet_http *http, struct evhttp_request *request, struct evbuffer *body)
{
	const struct monitor_page *page = monitor_page_find("fleet.html");
	const unsigned char *mark = memmem(page->octets, page->len, TOKEN_MARK, strlen(TOKEN_MARK));
	const size_t before = (size_t)(mark - page->octets);
	const size_t after = before + strlen(TOKEN_MARK);

	evbuffer_add(body, page->octets, before);
	evbuffer_add(body, http->token, strlen(http->token));
	evbuffer_add(body, page->octets + after, page->len - after);
	monitor_answer(request, monitor_page_type(page), body);
}

/* --- what is asked for --- */

static void answer_error(struct evhttp_request *request, int code, const char *reason, const char *field,
			 const char *expected, const char *error)
{
	struct monitor_json object = monitor_json_object();
	struct evbuffer *body = evbuffer_new();
	size_t len = 0;

	monitor_json_add_text(&object, "error", error);
	if (*field != '\0')
		monitor_json_add_text(&object, "field", field);
	if (*expected != '\0')
		monitor_json_add_text(&object, "expected", expected);
	char *line = monitor_json_line(monitor_json_finish(&object), &len);
	if (body != NULL && line != NULL)
		evbuffer_add(body, line, len);
	free(line);
	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "application/json");
	evhttp_send_reply(request, code, reason, body);
	if (body != NULL)
		evbuffer_free(body);
}

static void answer_result(struct evhttp_request *request, enum monitor_fleet_result result,
			  const struct api_error *error)
{
	char text[API_MEMBER_MAX + API_EXPECTED_MAX + 16];

	snprintf(text, sizeof(text), "%s%sexpected %s", error->member, error->member[0] != '\0' ? ": " : "",
		 error->expected);
	switch (result) {
	case MONITOR_FLEET_BAD:
		answer_error(request, HTTP_BADREQUEST, "Bad Request", error->member, error->expected, text);
		break;
	case MONITOR_FLEET_MISSING:
		answer_error(request, HTTP_NOTFOUND, "Not Found", "", "", error->expected);
		break;
	default:
		answer_error(request, 409, "Conflict", "", "", error->expected);
		break;
	}
}

static void obey(struct monitor_fleet_http *http, struct evhttp_request *request, const char *path)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(request);
	const size_t len = evbuffer_get_length(in);
	const char *body = (const char *)evbuffer_pullup(in, -1);
	struct monitor_fleet_command command;
	struct api_error error;
	const enum monitor_fleet_result result = monitor_fleet_command(
		http->serving.fleet, path, body != NULL ? body : "", body != NULL ? len : 0, &command, &error);

	if (result != MONITOR_FLEET_DONE)
		answer_result(request, result, &error);
	else if (!http->serving.publish(http->serving.context, command.topic, command.payload, strlen(command.payload)))
		answer_error(request, HTTP_SERVUNAVAIL, "Service Unavailable", "", "",
			     "there is no connection to the MQTT broker: nothing was sent");
	else
		evhttp_send_reply(request, 202, "Accepted", NULL);
}

static void answer_post(struct monitor_fleet_http *http, struct evhttp_request *request, const char *path)
{
	const struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	const struct monitor_post post = {.host = evhttp_find_header(headers, "Host"),
					  .origin = evhttp_find_header(headers, "Origin"),
					  .site = evhttp_find_header(headers, "Sec-Fetch-Site"),
					  .content_type = evhttp_find_header(headers, "Content-Type"),
					  .token = evhttp_find_header(headers, "X-Fleet-Token")};

	switch (monitor_guard_check(&post, http->token)) {
	case MONITOR_GUARD_TYPE:
		answer_error(request, 415, "Unsupported Media Type", "Content-Type", "application/json",
			     "Content-Type: expected application/json");
		break;
	case MONITOR_GUARD_ORIGIN:
		answer_error(request, 403, "Forbidden", "Origin", "the page of this slac-monitor",
			     "Origin: expected the page of this slac-monitor");
		break;
	case MONITOR_GUARD_TOKEN:
		answer_error(request, 403, "Forbidden", "X-Fleet-Token", "the token of the page /fleet",
			     "X-Fleet-Token: expected the token of the page /fleet, which is another one after each "
			     "start: load the page again");
		break;
	default:
		obey(http, request, path);
		break;
	}
}

void monitor_fleet_http_answer(struct monitor_fleet_http *http, struct evhttp_request *request, const char *path,
			       struct evbuffer *body)
{
	const char *below = strncmp(path, BELOW, strlen(BELOW)) == 0 ? path + strlen(BELOW) : "";

	if (evhttp_request_get_command(request) == EVHTTP_REQ_POST)
		answer_post(http, request, below);
	else if (strcmp(path, "/fleet") == 0 || strcmp(path, "/fleet.html") == 0)
		answer_page(http, request, body);
	else if (strcmp(below, "events") == 0)
		monitor_events_join(http->events, request);
	else if (strcmp(below, "state.json") == 0)
		monitor_events_answer(http->events, request, body);
	else
		monitor_answer_refusal(request, HTTP_NOTFOUND, "Not Found", "slac-monitor has no such page.");
}

/* --- its life --- */

struct monitor_fleet_http *monitor_fleet_http_new(struct event_base *base, const struct monitor_fleet_serving *serving,
						  unsigned patience_ms)
{
	struct monitor_fleet_http *http = calloc(1, sizeof(*http));
	uint8_t random[16];

	if (http == NULL)
		return NULL;
	http->serving = *serving;
	evutil_secure_rng_get_bytes(random, sizeof(random));
	monitor_token_write(random, http->token);
	const struct monitor_source source = {.view = view_of, .change = change_of, .context = &http->serving};
	http->events = monitor_events_new(base, &source, patience_ms);
	if (http->events != NULL)
		return http;
	free(http);
	return NULL;
}

void monitor_fleet_http_free(struct monitor_fleet_http *http)
{
	if (http == NULL)
		return;
	monitor_events_free(http->events);
	free(http);
}

void monitor_fleet_http_changed(struct monitor_fleet_http *http)
{
	monitor_events_changed(http->events);
}

size_t monitor_fleet_http_pages(const struct monitor_fleet_http *http)
{
	return monitor_events_pages(http->events);
}

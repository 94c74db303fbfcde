/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_http.h"

#include "service/http_server.h"
#include "tools/monitor/monitor_answer.h"
#include "tools/monitor/monitor_records.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <event2/util.h>

#define RECORD_PATH "/records/"
/* The page of a record has its style in it, and no script. */
#define RECORD_POLICY                                                                                                  \
	"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "   \
	"frame-ancestors 'none'"

struct monitor_http {
	struct http_server *server;
	struct monitor_events *events;
	struct monitor_fleet_http *fleet; /* NULL: none */
	const struct monitor *monitor;
	const struct monitor_about *about;
	const char *records; /* NULL: none */
	bool checks_host;
};

/* --- answers --- */

static char *view_of(const void *context, uint64_t since, size_t *len)
{
	const struct monitor_http *http = context;

	return monitor_view(http->monitor, http->about, since, len);
}

static uint64_t change_of(const void *context)
{
	const struct monitor_http *http = context;

	return http->monitor->change;
}

static void answer_page(struct evhttp_request *request, const struct monitor_page *page, struct evbuffer *body)
{
	evbuffer_add(body, page->octets, page->len);
	monitor_answer(request, monitor_page_type(page), body);
}

static void answer_records(const struct monitor_http *http, struct evhttp_request *request, struct evbuffer *body)
{
	char error[MONITOR_RECORD_ERROR_MAX];

	if (http->records == NULL)
		monitor_answer_refusal(request, HTTP_NOTFOUND, "Not Found",
				       "slac-monitor was started without --records");
	else if (!monitor_records_list(http->records, body, error))
		monitor_answer_refusal(request, HTTP_INTERNAL, "Internal Server Error", error);
	else
		monitor_answer(request, "application/json", body);
}

static void answer_record(const struct monitor_http *http, struct evhttp_request *request, const char *name,
			  struct evbuffer *body)
{
	char error[MONITOR_RECORD_ERROR_MAX] = "";
	enum monitor_record_result result = MONITOR_RECORD_MISSING;

	if (http->records != NULL)
		result = monitor_records_open(http->records, name, body, error);
	if (result == MONITOR_RECORD_WRITTEN)
		monitor_answer(request, "text/html; charset=utf-8", body);
	else if (result == MONITOR_RECORD_MISSING)
		monitor_answer_refusal(request, HTTP_NOTFOUND, "Not Found",
				       "There is no such record (any more): the oldest ones make room for new ones.");
	else
		monitor_answer_refusal(request, HTTP_INTERNAL, "Internal Server Error", error);
}

/* --- requests --- */

/* "localhost" or an address, with or without a port. In brackets there can be nothing but an address. */
static bool is_no_name(const char *host)
{
	const size_t len = strcspn(host, ":");
	const char *port = host[len] == ':' ? host + len + 1 : "";
	char name[INET_ADDRSTRLEN];
	struct in_addr four;

	if (*host == '[')
		return true;
	if (len >= sizeof(name) || port[strspn(port, "0123456789")] != '\0')
		return false;
	memcpy(name, host, len);
	name[len] = '\0';
	return evutil_ascii_strcasecmp(name, "localhost") == 0 || inet_pton(AF_INET, name, &four) == 1;
}

/*
 * By the header Host itself, which is of the browser. evhttp_request_get_host prefers what the request line tells, and a
 * page of another site may ask for the path "//localhost/fleet".
 */
static bool may_ask(const struct monitor_http *http, struct evhttp_request *request)
{
	const char *host = evhttp_find_header(evhttp_request_get_input_headers(request), "Host");

	return !http->checks_host || host == NULL || is_no_name(host);
}

static bool is_of_fleet(const char *path)
{
	return strcmp(path, "/fleet") == 0 || strcmp(path, "/fleet.html") == 0 || strncmp(path, "/fleet/", 7) == 0;
}

static void route_fleet(struct monitor_http *http, struct evhttp_request *request, const char *path,
			struct evbuffer *body)
{
	if (http->fleet != NULL)
		monitor_fleet_http_answer(http->fleet, request, path, body);
	else
		monitor_answer_refusal(request, HTTP_NOTFOUND, "Not Found", "slac-monitor was started without --fleet");
}

/* Where there is a fleet only, that is the page. */
static void answer_first(struct monitor_http *http, struct evhttp_request *request, struct evbuffer *body)
{
	if (http->monitor->station_count > 0) {
		answer_page(request, monitor_page_find("page.html"), body);
		return;
	}
	evhttp_add_header(evhttp_request_get_output_headers(request), "Location", "fleet");
	evhttp_send_reply(request, HTTP_MOVETEMP, "Found", NULL);
}

static void route_get(struct monitor_http *http, struct evhttp_request *request, const char *path,
		      struct evbuffer *body)
{
	const struct monitor_page *page = monitor_page_find(path + 1);

	if (strcmp(path, "/") == 0)
		answer_first(http, request, body);
	else if (page != NULL)
		answer_page(request, page, body);
	else if (strcmp(path, "/events") == 0)
		monitor_events_join(http->events, request);
	else if (strcmp(path, "/state.json") == 0)
		monitor_events_answer(http->events, request, body);
	else if (strcmp(path, "/records.json") == 0)
		answer_records(http, request, body);
	else if (strncmp(path, RECORD_PATH, strlen(RECORD_PATH)) == 0)
		answer_record(http, request, path + strlen(RECORD_PATH), body);
	else if (strcmp(path, "/favicon.ico") == 0)
		evhttp_send_reply(request, HTTP_NOCONTENT, "No Content", NULL);
	else
		monitor_answer_refusal(request, HTTP_NOTFOUND, "Not Found", "slac-monitor has no such page.");
}

static void route(struct monitor_http *http, struct evhttp_request *request, const char *path, struct evbuffer *body)
{
	const bool is_record = strncmp(path, RECORD_PATH, strlen(RECORD_PATH)) == 0;

	monitor_answer_headers(request, is_record ? RECORD_POLICY : MONITOR_PAGE_POLICY);
	if (!may_ask(http, request))
		monitor_answer_refusal(request, 421, "Misdirected Request",
				       "slac-monitor answers for \"localhost\" and addresses only.");
	else if (is_of_fleet(path))
		route_fleet(http, request, path, body);
	else if (evhttp_request_get_command(request) != EVHTTP_REQ_GET)
		monitor_answer_refusal(request, HTTP_BADMETHOD, "Method Not Allowed", "This page can be read only.");
	else
		route_get(http, request, path, body);
}

static void on_request(struct evhttp_request *request, void *context)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	struct evbuffer *body = evbuffer_new();
	size_t len = 0;
	char *decoded = path != NULL ? evhttp_uridecode(path, 0, &len) : NULL;

	/* A name with a NUL in it is none. */
	if (body == NULL || decoded == NULL || strlen(decoded) != len)
		evhttp_send_error(request, body == NULL ? HTTP_INTERNAL : HTTP_BADREQUEST, NULL);
	else
		route(context, request, *decoded == '/' ? decoded : "/", body);
	free(decoded);
	if (body != NULL)
		evbuffer_free(body);
}

/* --- the server --- */

/*
 * On the loopback, and wherever something can be changed: a page of another site must not come in under a name of its own.
 * Whatever stands before a Unix socket has a name.
 */
static bool checks_host(const char *where, bool has_fleet)
{
	struct sockaddr_storage address;
	int len = (int)sizeof(address);

	if (evutil_parse_sockaddr_port(where, (struct sockaddr *)&address, &len) != 0)
		return false;
	if (has_fleet)
		return true;
	if (address.ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)&address)->sin6_addr);
	return ntohl(((const struct sockaddr_in *)(const void *)&address)->sin_addr.s_addr) >> 24 == 127;
}

struct monitor_http *monitor_http_new(struct event_base *base, const struct monitor_serving *serving,
				      const struct monitor *monitor, const struct monitor_about *about, char *error)
{
	struct monitor_http *http = calloc(1, sizeof(*http));

	snprintf(error, HTTP_SERVER_ERROR_SIZE, "%s: %s", serving->where, strerror(ENOMEM));
	if (http == NULL)
		return NULL;
	http->monitor = monitor;
	http->about = about;
	http->records = serving->records;
	http->checks_host = checks_host(serving->where, serving->fleet != NULL);
	const struct monitor_source source = {.view = view_of, .change = change_of, .context = http};
	http->events = monitor_events_new(base, &source, serving->patience_ms);
	if (serving->fleet != NULL)
		http->fleet = monitor_fleet_http_new(base, serving->fleet, serving->patience_ms);
	if (http->events != NULL && (serving->fleet == NULL || http->fleet != NULL))
		http->server = http_server_new(base, serving->where, MONITOR_CONNECTIONS_MAX, error);
	if (http->server == NULL) {
		monitor_http_free(http);
		return NULL;
	}
	/* No HEAD: of events nothing but the headers would be sent, and the connection would stay. */
	if (http->fleet != NULL)
		http_server_allow_post(http->server);
	else
		evhttp_set_allowed_methods(http_server_evhttp(http->server), EVHTTP_REQ_GET);
	evhttp_set_gencb(http_server_evhttp(http->server), on_request, http);
	return http;
}

void monitor_http_free(struct monitor_http *http)
{
	if (http == NULL)
		return;
	http_server_free(http->server);
	monitor_events_free(http->events);
	monitor_fleet_http_free(http->fleet);
	free(http);
}

void monitor_http_changed(struct monitor_http *http)
{
	monitor_events_changed(http->events);
	if (http->fleet != NULL)
		monitor_fleet_http_changed(http->fleet);
}

size_t monitor_http_pages(const struct monitor_http *http)
{
	return monitor_events_pages(http->events) + (http->fleet != NULL ? monitor_fleet_http_pages(http->fleet) : 0);
}

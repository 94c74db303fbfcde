/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_http.h"

#include "service/http_server.h"
#include "tools/monitor/monitor_pages.h"
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
/* Nothing but what this server itself has, and no script and no style in the page. */
#define PAGE_POLICY                                                                                                    \
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "          \
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
/* The page of a record has its style in it, and no script. */
#define RECORD_POLICY                                                                                                  \
	"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "   \
	"frame-ancestors 'none'"

struct monitor_http {
	struct http_server *server;
	struct monitor_events *events;
	const struct monitor *monitor;
	const struct monitor_about *about;
	const char *records; /* NULL: none */
	bool is_loopback;
};

/* --- answers --- */

static void add_header(struct evhttp_request *request, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

static void add_headers(struct evhttp_request *request, const char *policy)
{
	add_header(request, "Content-Security-Policy", policy);
	add_header(request, "X-Content-Type-Options", "nosniff");
	add_header(request, "Referrer-Policy", "no-referrer");
	add_header(request, "Cross-Origin-Resource-Policy", "same-origin");
	add_header(request, "Cache-Control", "no-store");
}

static void answer(struct evhttp_request *request, const char *type, struct evbuffer *body)
{
	add_header(request, "Content-Type", type);
	evhttp_send_reply(request, HTTP_OK, "OK", body);
}

static void refuse(struct evhttp_request *request, int code, const char *reason, const char *why)
{
	struct evbuffer *body = evbuffer_new();

	if (body != NULL)
		evbuffer_add_printf(body, "%s\n", why);
	add_header(request, "Content-Type", "text/plain; charset=utf-8");
	evhttp_send_reply(request, code, reason, body);
	if (body != NULL)
		evbuffer_free(body);
}

static void answer_page(struct evhttp_request *request, const struct monitor_page *page, struct evbuffer *body)
{
	static const struct {
		const char *ending, *type;
	} types[] = {{".html", "text/html; charset=utf-8"},
		     {".css", "text/css; charset=utf-8"},
		     {".js", "text/javascript; charset=utf-8"}};
	const char *type = types[0].type;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(strrchr(page->name, '.'), types[i].ending) == 0)
			type = types[i].type;
	evbuffer_add(body, page->octets, page->len);
	answer(request, type, body);
}

static void answer_state(const struct monitor_http *http, struct evhttp_request *request, struct evbuffer *body)
{
	size_t len = 0;
	char *view = monitor_view(http->monitor, http->about, 0, &len);

	if (view == NULL || evbuffer_add(body, view, len) != 0)
		refuse(request, HTTP_INTERNAL, "Internal Server Error", "no memory");
	else
		answer(request, "application/json", body);
	free(view);
}

static void answer_records(const struct monitor_http *http, struct evhttp_request *request, struct evbuffer *body)
{
	char error[MONITOR_RECORD_ERROR_MAX];

	if (http->records == NULL)
		refuse(request, HTTP_NOTFOUND, "Not Found", "slac-monitor was started without --records");
	else if (!monitor_records_list(http->records, body, error))
		refuse(request, HTTP_INTERNAL, "Internal Server Error", error);
	else
		answer(request, "application/json", body);
}

static void answer_record(const struct monitor_http *http, struct evhttp_request *request, const char *name,
			  struct evbuffer *body)
{
	char error[MONITOR_RECORD_ERROR_MAX] = "";
	enum monitor_record_result result = MONITOR_RECORD_MISSING;

	if (http->records != NULL)
		result = monitor_records_open(http->records, name, body, error);
	if (result == MONITOR_RECORD_WRITTEN)
		answer(request, "text/html; charset=utf-8", body);
	else if (result == MONITOR_RECORD_MISSING)
		refuse(request, HTTP_NOTFOUND, "Not Found",
		       "There is no such record (any more): the oldest ones make room for new ones.");
	else
		refuse(request, HTTP_INTERNAL, "Internal Server Error", error);
}

/* --- requests --- */

static bool is_address(const char *host)
{
	struct in_addr four;

	return *host == '[' || inet_pton(AF_INET, host, &four) == 1;
}

static bool may_ask(const struct monitor_http *http, struct evhttp_request *request)
{
	const char *host = evhttp_request_get_host(request);

	return !http->is_loopback || host == NULL || is_address(host) ||
	       evutil_ascii_strcasecmp(host, "localhost") == 0;
}

static const struct monitor_page *find_page(const char *path)
{
	const char *name = strcmp(path, "/") == 0 ? "page.html" : path + 1;

	for (size_t i = 0; i < monitor_page_count; i++)
		if (strcmp(monitor_pages[i].name, name) == 0)
			return &monitor_pages[i];
	return NULL;
}

static void route(struct monitor_http *http, struct evhttp_request *request, const char *path, struct evbuffer *body)
{
	const bool is_record = strncmp(path, RECORD_PATH, strlen(RECORD_PATH)) == 0;
	const struct monitor_page *page = find_page(path);

	add_headers(request, is_record ? RECORD_POLICY : PAGE_POLICY);
	if (!may_ask(http, request))
		refuse(request, 421, "Misdirected Request",
		       "slac-monitor listens on the loopback and answers for \"localhost\" and addresses only.");
	else if (page != NULL)
		answer_page(request, page, body);
	else if (strcmp(path, "/events") == 0)
		monitor_events_join(http->events, request);
	else if (strcmp(path, "/state.json") == 0)
		answer_state(http, request, body);
	else if (strcmp(path, "/records.json") == 0)
		answer_records(http, request, body);
	else if (is_record)
		answer_record(http, request, path + strlen(RECORD_PATH), body);
	else if (strcmp(path, "/favicon.ico") == 0)
		evhttp_send_reply(request, HTTP_NOCONTENT, "No Content", NULL);
	else
		refuse(request, HTTP_NOTFOUND, "Not Found", "slac-monitor has no such page.");
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

static bool is_loopback(const char *where)
{
	struct sockaddr_storage address;
	int len = (int)sizeof(address);

	if (evutil_parse_sockaddr_port(where, (struct sockaddr *)&address, &len) != 0)
		return false; /* a Unix socket: whatever stands before it has a name */
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
	http->is_loopback = is_loopback(serving->where);
	http->events = monitor_events_new(base, monitor, about, serving->patience_ms);
	if (http->events != NULL)
		http->server = http_server_new(base, serving->where, MONITOR_CONNECTIONS_MAX, error);
	if (http->server == NULL) {
		monitor_http_free(http);
		return NULL;
	}
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
	free(http);
}

void monitor_http_changed(struct monitor_http *http)
{
	monitor_events_changed(http->events);
}

size_t monitor_http_pages(const struct monitor_http *http)
{
	return monitor_events_pages(http->events);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/metrics_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct metrics_server {
	struct http_server *http;
	metrics_server_write write;
	const void *context;
};

static void answer(struct evhttp_request *request, void *context)
{
	const struct metrics_server *server = context;
	struct evbuffer *page = evbuffer_new();

	if (page == NULL || !server->write(server->context, page)) {
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	} else {
		evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
				  "text/plain; version=0.0.4; charset=utf-8");
		evhttp_send_reply(request, HTTP_OK, "OK", page);
	}
	if (page != NULL)
		evbuffer_free(page);
}

struct metrics_server *metrics_server_new(struct event_base *base, const char *where, metrics_server_write write,
					  const void *context, char error[HTTP_SERVER_ERROR_SIZE])
{
	struct metrics_server *server = calloc(1, sizeof(*server));

	snprintf(error, HTTP_SERVER_ERROR_SIZE, "%s: %s", where, strerror(ENOMEM));
	if (server == NULL)
		return NULL;
	server->write = write;
	server->context = context;
	server->http = http_server_new(base, where, METRICS_SERVER_CONNECTIONS, error);
	if (server->http != NULL && evhttp_set_cb(http_server_evhttp(server->http), "/metrics", answer, server) == 0)
		return server;
	metrics_server_free(server);
	return NULL;
}

void metrics_server_free(struct metrics_server *server)
{
	if (server == NULL)
		return;
	http_server_free(server->http);
	free(server);
}

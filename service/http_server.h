/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libevent's HTTP server with bounds of its own: GET and HEAD only, at most 4 KiB of headers and no body (but for
 * http_server_allow_post), and so many connections at once: the next ones wait, up to 1 s longer than they must. A
 * connection that is silent for 10 s is closed, and one that says 8 KiB more than was answered. What is asked for beyond
 * the callbacks of evhttp is answered with 404 or 405. There is no login and no TLS: it listens on the loopback or a Unix socket, or behind a proxy.
 */
#ifndef SERVICE_HTTP_SERVER_H
#define SERVICE_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/event.h>
#include <event2/http.h>

#define HTTP_SERVER_ERROR_SIZE 256
#define HTTP_SERVER_TIMEOUT_S  10
#define HTTP_SERVER_BODY_MAX   2048

struct http_server;

/* "ADDRESS:PORT" ("127.0.0.1:9470", "[::1]:9470") or the absolute path of a Unix socket. */
bool http_server_is_address(const char *where);

/*
 * Listens at `where` (http_server_is_address). A Unix socket that a predecessor left behind is replaced, nothing else
 * at its path is. NULL, and a text in `error`, where that is not possible. The caller owns it.
 */
struct http_server *http_server_new(struct event_base *base, const char *where, unsigned connections,
				    char error[HTTP_SERVER_ERROR_SIZE]);
/*
 * GET and POST are allowed instead, with a body of at most HTTP_SERVER_BODY_MAX octets: a larger one is answered with
 * 413.
 */
void http_server_allow_post(struct http_server *server);
/* Where callbacks are set. */
struct evhttp *http_server_evhttp(struct http_server *server);
/* Ends it, with its connections, and removes its Unix socket. NULL is allowed. */
void http_server_free(struct http_server *server);

#endif

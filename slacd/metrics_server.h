/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /metrics over HTTP (slacd/http_server.h). At most METRICS_SERVER_CONNECTIONS are open at once.
 */
#ifndef SLACD_METRICS_SERVER_H
#define SLACD_METRICS_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/buffer.h>
#include <event2/event.h>

#define METRICS_SERVER_ERROR_SIZE  256
#define METRICS_SERVER_CONNECTIONS 16

struct metrics_server;

/* Appends the page; false without memory. */
typedef bool (*metrics_server_write)(const void *context, struct evbuffer *out);

/* "ADDRESS:PORT" ("127.0.0.1:9470", "[::1]:9470") or the absolute path of a Unix socket. */
bool metrics_server_is_address(const char *where);

/*
 * Listens at `where` (metrics_server_is_address). A Unix socket that a predecessor left behind is replaced, nothing else
 * at its path is. NULL, and a text in `error`, where that is not possible. The caller owns it; `context` is lent.
 */
struct metrics_server *metrics_server_new(struct event_base *base, const char *where, metrics_server_write write,
					  const void *context, char error[METRICS_SERVER_ERROR_SIZE]);
/* Ends it, and removes its Unix socket. NULL is allowed. */
void metrics_server_free(struct metrics_server *server);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /metrics over HTTP (service/http_server.h). At most METRICS_SERVER_CONNECTIONS are open at once.
 */
#ifndef SLACD_METRICS_SERVER_H
#define SLACD_METRICS_SERVER_H

#include "service/http_server.h"

#include <stdbool.h>

#include <event2/buffer.h>

#define METRICS_SERVER_CONNECTIONS 16

struct metrics_server;

/* Appends the page; false without memory. */
typedef bool (*metrics_server_write)(const void *context, struct evbuffer *out);

/*
 * Listens at `where` (http_server_is_address). A Unix socket that a predecessor left behind is replaced, nothing else
 * at its path is. NULL, and a text in `error`, where that is not possible. The caller owns it; `context` is lent.
 */
struct metrics_server *metrics_server_new(struct event_base *base, const char *where, metrics_server_write write,
					  const void *context, char error[HTTP_SERVER_ERROR_SIZE]);
/* Ends it, and removes its Unix socket. NULL is allowed. */
void metrics_server_free(struct metrics_server *server);

#endif

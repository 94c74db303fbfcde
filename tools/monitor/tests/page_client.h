/* SPDX-License-Identifier: Apache-2.0 */
/* A client of slac-monitor's server in the same process: it waits on the server's event loop. For the tests. */
#ifndef TOOLS_MONITOR_TESTS_PAGE_CLIENT_H
#define TOOLS_MONITOR_TESTS_PAGE_CLIENT_H

#include <stdint.h>
#include <sys/socket.h>

#include <event2/event.h>

#define GOT_SIZE (8 * 1024 * 1024)

/* What was heard last. */
extern char got[GOT_SIZE];

/* The server's event loop, and its Unix socket. Both lent. */
void client_begin(struct event_base *server, const char *path);

int connect_to(const struct sockaddr *address, socklen_t len);
/* A port that nobody has. */
uint16_t free_port(void);
/* A connection to the server's socket. */
int join(void);
void say(int fd, const char *request);
/* Reads until `end` is in it, or, where it is NULL, until the connection ends. */
void hear(int fd, const char *end);
/* A whole request on a connection of its own, until that ends; or a GET of this path. */
void ask_with(const char *request);
void ask(const char *path);
/* Whether this is in what was heard. */
void has(const char *text);
void has_not(const char *text);

#endif

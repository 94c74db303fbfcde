/* SPDX-License-Identifier: Apache-2.0 */
#include "service/http_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define HEADERS_MAX  4096
#define TURN_S       1
#define READ_AT_ONCE 4096
#define READ_MAX     8192 /* more than a whole request */
#define BACKLOG      8
#define SOCKET_RIGHT 0660

struct http_server {
	struct evhttp *http;
	struct evconnlistener *listener; /* of http */
	struct event *turn;              /* when the listener waits: clients may have gone since */
	struct bufferevent **connections;
	unsigned connection_count;
	unsigned connections_max;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* of its Unix socket, or "" */
};

/* --- the address --- */

static bool is_path(const char *where)
{
	return *where == '/' && strlen(where) < sizeof(((struct sockaddr_un *)0)->sun_path);
}

/* HOST:PORT, and [HOST]:PORT for an IPv6 address. */
static bool is_address(const char *where)
{
	struct sockaddr_storage address;
	int len = (int)sizeof(address);
	const char *colon = strrchr(where, ':');
	unsigned number;
	char rest;

	if (colon == NULL || sscanf(colon + 1, "%5u%c", &number, &rest) != 1 || number == 0 || number > 65535)
		return false;
	if (*where != '[' && memchr(where, ':', (size_t)(colon - where)) != NULL)
		return false; /* an IPv6 address without a port */
	return evutil_parse_sockaddr_port(where, (struct sockaddr *)&address, &len) == 0;
}

bool http_server_is_address(const char *where)
{
	return is_path(where) || is_address(where);
}

/* --- requests --- */

static void refuse(struct evhttp_request *request, void *context)
{
	(void)context;
	evhttp_send_error(request, HTTP_NOTFOUND, NULL);
}

/* --- connections --- */

/* evhttp has let it go: nobody is told of its events any more. */
static bool is_let_go(struct bufferevent *connection)
{
	bufferevent_event_cb on_event = NULL;

	bufferevent_getcb(connection, NULL, NULL, &on_event, NULL);
	return on_event == NULL;
}

static void forget_connections(struct http_server *server, bool all)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < server->connection_count; i++) {
		if (all || is_let_go(server->connections[i]))
			bufferevent_decref(server->connections[i]);
		else
			server->connections[kept++] = server->connections[i];
	}
	server->connection_count = kept;
}

static void wait_for_turn(struct http_server *server)
{
	const struct timeval soon = {.tv_sec = TURN_S};

	evconnlistener_disable(server->listener);
	evtimer_add(server->turn, &soon);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct http_server *server = context;

	(void)fd;
	(void)what;
	forget_connections(server, false);
	if (server->connection_count < server->connections_max)
		evconnlistener_enable(server->listener);
	else
		wait_for_turn(server);
}

/*
 * evhttp bounds neither what it reads of the next requests while the answer to the last one waits, nor the line that
 * tells a chunk's size. Who says that much is ended as if it had been silent. A high watermark would not do: while it is
 * reached libevent calls evhttp again and again, and counts no silence.
 */
static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context)
{
	(void)info;
	if (evbuffer_get_length(input) > READ_MAX)
		bufferevent_trigger_event(context, BEV_EVENT_READING | BEV_EVENT_TIMEOUT, BEV_OPT_DEFER_CALLBACKS);
}

/* evhttp does not bound the connections. A reference tells of each of them whether evhttp has let it go. */
static struct bufferevent *new_connection(struct event_base *base, void *context)
{
	struct http_server *server = context;
	struct bufferevent *connection = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);

	if (connection == NULL)
		return NULL;
	if (evbuffer_add_cb(bufferevent_get_input(connection), on_input, connection) == NULL) {
		bufferevent_free(connection);
		return NULL;
	}
	bufferevent_set_max_single_read(connection, READ_AT_ONCE);
	forget_connections(server, false);
	bufferevent_incref(connection);
	server->connections[server->connection_count++] = connection;
	if (server->connection_count == server->connections_max)
		wait_for_turn(server);
	return connection;
}

/* --- listening --- */

/* A socket file stays behind when a process dies. Nobody listens on it any more; a file of another kind is not ours. */
static bool remove_old_socket(const char *path)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return errno == ENOENT;
	if (!S_ISSOCK(status.st_mode)) {
		errno = EEXIST;
		return false;
	}
	return unlink(path) == 0;
}

static int new_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* The descriptor, or -1 and it is closed. */
static int keep_if(bool is_open, int fd)
{
	if (is_open)
		return fd;
	const int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static int listen_at_path(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int fd = new_socket(AF_UNIX);

	if (fd < 0)
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	return keep_if(remove_old_socket(path) && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
			       chmod(path, SOCKET_RIGHT) == 0 && listen(fd, BACKLOG) == 0,
		       fd);
}

/* Not by name: a host that has no other address yet would not be given its own loopback. */
static int listen_at_address(const char *where)
{
	struct sockaddr_storage address;
	int len = (int)sizeof(address);
	const int on = 1;

	if (evutil_parse_sockaddr_port(where, (struct sockaddr *)&address, &len) != 0) {
		errno = EINVAL;
		return -1;
	}
	const int fd = new_socket(address.ss_family);
	if (fd < 0)
		return -1;
	return keep_if(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
			       bind(fd, (const struct sockaddr *)&address, (socklen_t)len) == 0 &&
			       listen(fd, BACKLOG) == 0,
		       fd);
}

static struct evhttp_bound_socket *bind_at(struct http_server *server, const char *where)
{
	const int fd = is_path(where) ? listen_at_path(where) : listen_at_address(where);

	if (fd < 0)
		return NULL;
	if (is_path(where))
		snprintf(server->path, sizeof(server->path), "%s", where);
	return evhttp_accept_socket_with_handle(server->http, fd);
}

static bool listen_at(struct http_server *server, const char *where)
{
	struct evhttp_bound_socket *bound = bind_at(server, where);

	if (bound == NULL)
		return false;
	server->listener = evhttp_bound_socket_get_listener(bound);
	evhttp_set_bevcb(server->http, new_connection, server);
	return true;
}

static struct evhttp *new_http(struct event_base *base)
{
	struct evhttp *http = evhttp_new(base);

	if (http == NULL)
		return NULL;
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(http, HEADERS_MAX);
	evhttp_set_max_body_size(http, 0);
	evhttp_set_timeout(http, HTTP_SERVER_TIMEOUT_S);
	evhttp_set_gencb(http, refuse, NULL);
	return http;
}

struct http_server *http_server_new(struct event_base *base, const char *where, unsigned connections,
				    char error[HTTP_SERVER_ERROR_SIZE])
{
	struct http_server *server = calloc(1, sizeof(*server));

	errno = ENOMEM;
	if (server != NULL) {
		server->connections = calloc(connections, sizeof(struct bufferevent *));
		server->connections_max = connections;
		server->http = new_http(base);
		server->turn = evtimer_new(base, on_turn, server);
	}
	if (server != NULL && server->connections != NULL && server->http != NULL && server->turn != NULL &&
	    listen_at(server, where))
		return server;
	snprintf(error, HTTP_SERVER_ERROR_SIZE, "%s: %s", where, strerror(errno));
	http_server_free(server);
	return NULL;
}

void http_server_allow_post(struct http_server *server)
{
	evhttp_set_allowed_methods(server->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST);
	evhttp_set_max_body_size(server->http, HTTP_SERVER_BODY_MAX);
}

struct evhttp *http_server_evhttp(struct http_server *server)
{
	return server->http;
}

void http_server_free(struct http_server *server)
{
	if (server == NULL)
		return;
	if (server->http != NULL)
		evhttp_free(server->http);
	forget_connections(server, true);
	free(server->connections);
	if (server->turn != NULL)
		event_free(server->turn);
	if (server->path[0] != '\0')
		unlink(server->path);
	free(server);
}

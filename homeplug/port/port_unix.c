/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_ops.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * The fd of a connecting port is its socket. That of a listening port is an epoll descriptor over the listening
 * socket and the present peer, so that it stays the same when peers come and go.
 */
struct unix_port {
	struct port base;
	int listen_fd; /* -1: the connecting side */
	int peer_fd;   /* -1: no peer */
	bool bound;    /* this port made the socket file and removes it */
	struct sockaddr_un address;
};

static void fail(char error[PORT_ERROR_SIZE], const char *path, const char *what)
{
	snprintf(error, PORT_ERROR_SIZE, "unix socket %.107s: %s", path, what);
}

static void fail_errno(char error[PORT_ERROR_SIZE], const char *path, const char *call)
{
	char what[128];

	snprintf(what, sizeof(what), "%s: %s", call, strerror(errno));
	fail(error, path, what);
}

/* FNV-1a over process id, path and role: the two ends differ even within one process. */
static void mac_derive(const char *path, bool listens, uint8_t mac[MAC_LEN])
{
	uint64_t hash = 0xcbf29ce484222325u ^ (uint64_t)getpid() ^ (uint64_t)listens << 32;

	for (const char *c = path; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
	hash *= 0x100000001b3u;
	for (size_t i = 1; i < MAC_LEN; i++)
		mac[i] = (uint8_t)(hash >> (8 * i));
	mac[0] = 0x02;
}

static int socket_new(void)
{
	return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool watch(const struct unix_port *u, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(u->base.fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void peer_drop(struct unix_port *u)
{
	if (u->peer_fd >= 0)
		close(u->peer_fd);
	u->peer_fd = -1;
}

/* Accepts all waiting peers. The last one stays, the others are closed. */
static void peers_accept(struct unix_port *u)
{
	int fd;

	while ((fd = accept4(u->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		peer_drop(u);
		u->peer_fd = fd;
		if (!watch(u, fd))
			peer_drop(u);
	}
}

static enum port_result peer_recv(const struct unix_port *u, uint8_t *frame, size_t size, size_t *len)
{
	ssize_t n = recv(u->peer_fd, frame, size, 0);

	if (n < 0)
		return port_result_of_errno(errno);
	*len = (size_t)n;
	return n > 0 ? PORT_FRAME : PORT_END;
}

static enum port_result connect_recv(struct port *port, uint8_t *frame, size_t size, size_t *len)
{
	return peer_recv((const struct unix_port *)port, frame, size, len);
}

static enum port_result listen_recv(struct port *port, uint8_t *frame, size_t size, size_t *len)
{
	struct unix_port *u = (struct unix_port *)port;

	peers_accept(u);
	if (u->peer_fd < 0)
		return PORT_EMPTY;
	enum port_result result = peer_recv(u, frame, size, len);
	if (result == PORT_END || result == PORT_ERROR)
		peer_drop(u);
	return result;
}

static bool unix_send(struct port *port, const uint8_t *frame, size_t len)
{
	const struct unix_port *u = (const struct unix_port *)port;

	if (u->peer_fd < 0) {
		errno = ENOTCONN;
		return false;
	}
	return send(u->peer_fd, frame, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool unix_connected(const struct port *port)
{
	return ((const struct unix_port *)port)->peer_fd >= 0;
}

static void connect_close(struct port *port)
{
	peer_drop((struct unix_port *)port);
	free(port);
}

static void listen_close(struct port *port)
{
	struct unix_port *u = (struct unix_port *)port;

	peer_drop(u);
	if (u->bound)
		unlink(u->address.sun_path);
	if (u->listen_fd >= 0)
		close(u->listen_fd);
	if (u->base.fd >= 0)
		close(u->base.fd);
	free(u);
}

static const struct port_ops connect_ops = {
	.recv = connect_recv,
	.send = unix_send,
	.connected = unix_connected,
	.close = connect_close,
};

static const struct port_ops listen_ops = {
	.recv = listen_recv,
	.send = unix_send,
	.connected = unix_connected,
	.close = listen_close,
};

static struct unix_port *unix_new(const char *path, const struct port_ops *ops, char error[PORT_ERROR_SIZE])
{
	struct unix_port *u;

	if (path[0] == '\0' || strlen(path) >= sizeof(u->address.sun_path)) {
		fail(error, path, path[0] == '\0' ? "a path is expected" : "the path is too long");
		return NULL;
	}
	u = calloc(1, sizeof(*u));
	if (u == NULL) {
		fail_errno(error, path, "port");
		return NULL;
	}
	u->base.ops = ops;
	u->base.fd = u->listen_fd = u->peer_fd = -1;
	u->address.sun_family = AF_UNIX;
	strcpy(u->address.sun_path, path);
	mac_derive(path, ops == &listen_ops, u->base.mac);
	return u;
}

struct port *port_open_unix(const char *path, char error[PORT_ERROR_SIZE])
{
	struct unix_port *u = unix_new(path, &connect_ops, error);

	if (u == NULL)
		return NULL;
	u->peer_fd = socket_new();
	u->base.fd = u->peer_fd;
	if (u->peer_fd < 0) {
		fail_errno(error, path, "socket");
	} else if (connect(u->peer_fd, (const struct sockaddr *)&u->address, sizeof(u->address)) == 0) {
		return &u->base;
	} else if (errno == ENOENT || errno == ECONNREFUSED) {
		fail(error, path, "nobody listens there");
	} else {
		fail_errno(error, path, "connect");
	}
	connect_close(&u->base);
	return NULL;
}

/*
 * Whether no process listens on the socket file any more. A datagram socket is used to ask, because it cannot connect
 * to a SOCK_SEQPACKET listener: a connection would replace the present peer of a living listener.
 */
static bool socket_is_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	int connected = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	bool refused = connected < 0 && errno == ECONNREFUSED;
	close(fd);
	return refused && lstat(address->sun_path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static bool bind_path(int fd, const struct sockaddr_un *address)
{
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return true;
	if (errno != EADDRINUSE)
		return false;
	if (!socket_is_stale(address) || unlink(address->sun_path) < 0) {
		errno = EADDRINUSE;
		return false;
	}
	return bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
}

struct port *port_listen_unix(const char *path, char error[PORT_ERROR_SIZE])
{
	struct unix_port *u = unix_new(path, &listen_ops, error);

	if (u == NULL)
		return NULL;
	u->base.fd = epoll_create1(EPOLL_CLOEXEC);
	u->listen_fd = socket_new();
	if (u->base.fd < 0 || u->listen_fd < 0)
		fail_errno(error, path, "socket");
	else if (!(u->bound = bind_path(u->listen_fd, &u->address)))
		fail_errno(error, path, "bind");
	else if (listen(u->listen_fd, 1) < 0 || !watch(u, u->listen_fd))
		fail_errno(error, path, "listen");
	else
		return &u->base;
	listen_close(&u->base);
	return NULL;
}

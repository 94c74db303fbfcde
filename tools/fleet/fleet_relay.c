/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_relay.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WAITING_MAX 65536

/* Two ends, 0: slacd's, 1: the broker's. */
struct fleet_relay {
	struct event_base *base;
	struct event *listener;
	struct sockaddr_un path;
	struct sockaddr_storage broker;
	socklen_t broker_len;
	struct bufferevent *ends[2];
};

static void hang_up(struct fleet_relay *relay)
{
	for (int i = 0; i < 2; i++) {
		if (relay->ends[i] != NULL)
			bufferevent_free(relay->ends[i]);
		relay->ends[i] = NULL;
	}
}

static struct bufferevent *other_end(const struct fleet_relay *relay, const struct bufferevent *end)
{
	return relay->ends[end == relay->ends[0]];
}

static void on_read(struct bufferevent *end, void *context)
{
	struct bufferevent *other = other_end(context, end);

	evbuffer_add_buffer(bufferevent_get_output(other), bufferevent_get_input(end));
	if (evbuffer_get_length(bufferevent_get_output(other)) >= WAITING_MAX)
		bufferevent_disable(end, EV_READ);
}

/* All that waited for it was sent. */
static void on_written(struct bufferevent *end, void *context)
{
	bufferevent_enable(other_end(context, end), EV_READ);
}

static void on_last_written(struct bufferevent *end, void *context)
{
	(void)end;
	hang_up(context);
}

/* What was said before the end goes on first, DISCONNECT above all: without it the broker tells slacd's last will. */
static void on_event(struct bufferevent *end, short what, void *context)
{
	struct bufferevent *other = other_end(context, end);

	if ((what & BEV_EVENT_EOF) && evbuffer_get_length(bufferevent_get_output(other)) > 0)
		bufferevent_setcb(other, NULL, on_last_written, on_event, context);
	else if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		hang_up(context);
}

static struct bufferevent *new_end(struct fleet_relay *relay, int fd)
{
	struct bufferevent *end = bufferevent_socket_new(relay->base, fd, BEV_OPT_CLOSE_ON_FREE);

	if (end == NULL)
		return NULL;
	bufferevent_setcb(end, on_read, on_written, on_event, relay);
	bufferevent_setwatermark(end, EV_READ, 0, WAITING_MAX);
	return end;
}

static void on_caller(evutil_socket_t listener, short what, void *context)
{
	struct fleet_relay *relay = context;
	const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	const int upstream = socket(relay->broker.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1;

	(void)what;
	if (fd < 0 || upstream < 0) {
		if (fd >= 0)
			close(fd);
		if (upstream >= 0)
			close(upstream);
		return;
	}
	setsockopt(upstream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	hang_up(relay);
	relay->ends[0] = new_end(relay, fd);
	relay->ends[1] = new_end(relay, upstream);
	if (relay->ends[0] == NULL || relay->ends[1] == NULL ||
	    bufferevent_socket_connect(relay->ends[1], (struct sockaddr *)&relay->broker, (int)relay->broker_len) !=
		    0 ||
	    bufferevent_enable(relay->ends[0], EV_READ | EV_WRITE) != 0 ||
	    bufferevent_enable(relay->ends[1], EV_READ | EV_WRITE) != 0)
		hang_up(relay);
}

static bool look_up(struct fleet_relay *relay, const char *host, uint16_t port)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char service[8];

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(host, service, &hints, &found) != 0)
		return false;
	memcpy(&relay->broker, found->ai_addr, found->ai_addrlen);
	relay->broker_len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

static bool listen_at(struct fleet_relay *relay, const char *path)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	relay->path.sun_family = AF_UNIX;
	snprintf(relay->path.sun_path, sizeof(relay->path.sun_path), "%s", path);
	unlink(relay->path.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&relay->path, sizeof(relay->path)) != 0 || listen(fd, 4) != 0) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	relay->listener = event_new(relay->base, fd, EV_READ | EV_PERSIST, on_caller, relay);
	if (relay->listener == NULL)
		close(fd);
	return relay->listener != NULL && event_add(relay->listener, NULL) == 0;
}

struct fleet_relay *fleet_relay_new(struct event_base *base, const char *path, const char *host, uint16_t port,
				    char error[FLEET_ERROR_SIZE])
{
	struct fleet_relay *relay = calloc(1, sizeof(*relay));

	if (relay == NULL) {
		snprintf(error, FLEET_ERROR_SIZE, "no memory");
		return NULL;
	}
	relay->base = base;
	if (look_up(relay, host, port) && listen_at(relay, path))
		return relay;
	snprintf(error, FLEET_ERROR_SIZE, "%.100s: no way from there to the broker %.100s port %u: %s", path, host,
		 port, strerror(errno));
	fleet_relay_free(relay);
	return NULL;
}

void fleet_relay_free(struct fleet_relay *relay)
{
	if (relay == NULL)
		return;
	hang_up(relay);
	if (relay->listener != NULL) {
		const int fd = (int)event_get_fd(relay->listener);
		event_free(relay->listener);
		close(fd);
		unlink(relay->path.sun_path);
	}
	free(relay);
}

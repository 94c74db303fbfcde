/* SPDX-License-Identifier: Apache-2.0 */
/* The socket behind which is the broker, with a broker and a slacd that are played on real sockets. */
#include "tools/fleet/fleet_relay.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define TURNS_MAX  1000000
#define FULL_TURNS 100
#define RECEIVE    4096

static struct event_base *base;
static struct fleet_relay *relay;
static char path[64];
static int listener;

static int begin(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	char error[FLEET_ERROR_SIZE];
	const int room = RECEIVE;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/test_fleet_relay_%ld", (long)getpid());
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* The broker takes little at a time. */
	setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(listener, (struct sockaddr *)&address, len) != 0 || listen(listener, 1) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &len) != 0)
		return -1;
	base = event_base_new();
	relay = fleet_relay_new(base, path, "127.0.0.1", ntohs(address.sin_port), error);
	return relay == NULL;
}

static int end(void **state)
{
	(void)state;
	fleet_relay_free(relay);
	event_base_free(base);
	close(listener);
	libevent_global_shutdown();
	return 0;
}

static int call(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* As much as fits on the way to a broker that does not read. */
static size_t fill(int caller)
{
	static const char said[16384];
	size_t sent = 0;

	for (unsigned full = 0; full < FULL_TURNS; full++) {
		const ssize_t n = send(caller, said, sizeof(said), MSG_DONTWAIT);
		if (n > 0) {
			sent += (size_t)n;
			full = 0;
		}
		turn();
	}
	return sent;
}

/* All that comes until the connection ends. */
static size_t drain(int broker)
{
	static char heard[65536];
	size_t got = 0;

	for (unsigned i = 0; i < TURNS_MAX; i++) {
		const ssize_t n = read(broker, heard, sizeof(heard));
		if (n == 0)
			break;
		if (n > 0)
			got += (size_t)n;
		turn();
	}
	return got;
}

/* slacd says its last words and DISCONNECT, and is gone. */
static void what_was_said_before_the_end_goes_on(void **state)
{
	const int caller = call();
	int broker = -1;

	(void)state;
	for (unsigned i = 0; broker < 0 && i < TURNS_MAX; i++) {
		turn();
		broker = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	}
	assert_true(broker >= 0);
	const size_t sent = fill(caller);
	close(caller);
	assert_int_equal(drain(broker), sent);
	close(broker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_said_before_the_end_goes_on, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

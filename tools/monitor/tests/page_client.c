/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants them first. */
#include <cmocka.h>

#include "tools/monitor/tests/page_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

char got[GOT_SIZE];
static struct event_base *base;
static const char *where;

void client_begin(struct event_base *server, const char *path)
{
	base = server;
	where = path;
}

int connect_to(const struct sockaddr *address, socklen_t len)
{
	const int fd = socket(address->sa_family, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, address, len), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

uint16_t free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	return ntohs(address.sin_port);
}

int join(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", where);
	return connect_to((const struct sockaddr *)&address, sizeof(address));
}

void say(int fd, const char *request)
{
	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
}

void hear(int fd, const char *end)
{
	size_t len = 0;

	for (;;) {
		const ssize_t result = read(fd, got + len, sizeof(got) - 1 - len);
		if (result > 0)
			len += (size_t)result;
		got[len] = '\0';
		if (end != NULL ? strstr(got, end) != NULL : result == 0 || (result < 0 && errno != EAGAIN))
			return;
		if (result == 0)
			fail_msg("ended without '%s': %s", end, got);
		if (result < 0)
			event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	}
}

void ask_with(const char *request)
{
	const int fd = join();

	say(fd, request);
	hear(fd, NULL);
	close(fd);
}

void ask(const char *path)
{
	char request[512];

	snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\n\r\n", path);
	ask_with(request);
}

void has(const char *text)
{
	if (strstr(got, text) == NULL)
		fail_msg("no '%s' in: %.2000s", text, got);
}

void has_not(const char *text)
{
	if (strstr(got, text) != NULL)
		fail_msg("'%s' in: %.2000s", text, got);
}

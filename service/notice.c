/* SPDX-License-Identifier: Apache-2.0 */
#include "service/notice.h"

#include "service/clock.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#define RETRY_MS      100
#define DATAGRAM_SIZE (NOTICE_STATUS_SIZE + 64)

struct notice {
	int socket; /* -1: nobody listens */
	struct sockaddr_un address;
	socklen_t address_len;
	struct event *watchdog; /* NULL: none was asked for */
	struct event *retry;
	enum notice_state state;
	char status[NOTICE_STATUS_SIZE];
	bool reload_due;    /* RELOADING=1 was not said yet */
	bool state_due;     /* nor was the present state */
	bool status_due;    /* nor the present status */
	uint64_t reload_us; /* when it began */
};

/* False when it must be tried again. Any other error is final: there is nobody to tell it. */
static bool send_datagram(const struct notice *notice, const char *text)
{
	const ssize_t sent = sendto(notice->socket, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
				    (const struct sockaddr *)&notice->address, notice->address_len);

	return sent >= 0 || (errno != EAGAIN && errno != ENOBUFS && errno != EINTR);
}

static bool say_reload(const struct notice *notice)
{
	char text[DATAGRAM_SIZE];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)notice->reload_us);
	return send_datagram(notice, text);
}

static bool say_state(const struct notice *notice)
{
	static const char *const words[] = {
		[NOTICE_STARTING] = "", [NOTICE_READY] = "READY=1\n", [NOTICE_STOPPING] = "STOPPING=1\n"};
	char text[DATAGRAM_SIZE];

	snprintf(text, sizeof(text), "%sSTATUS=%s", notice->state_due ? words[notice->state] : "", notice->status);
	return send_datagram(notice, text);
}

/* Each in a datagram of its own: of READY and RELOADING in one the service manager takes the latter for the later. */
static void say_what_is_due(struct notice *notice)
{
	const struct timeval later = {.tv_usec = RETRY_MS * 1000};

	if (notice->reload_due)
		notice->reload_due = !say_reload(notice);
	if (!notice->reload_due && (notice->state_due || notice->status_due) && say_state(notice)) {
		notice->state_due = false;
		notice->status_due = false;
	}
	if (notice->reload_due || notice->state_due || notice->status_due)
		event_add(notice->retry, &later);
	else
		event_del(notice->retry);
}

static void on_retry(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	say_what_is_due(context);
}

static void on_watchdog(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)send_datagram(context, "WATCHDOG=1");
}

/* A path, or the name of an abstract socket after '@'. */
static bool take_address(struct notice *notice, const char *name)
{
	const size_t len = strlen(name);

	if ((*name != '/' && *name != '@') || len < 2 || len >= sizeof(notice->address.sun_path)) {
		errno = EINVAL;
		return false;
	}
	notice->address.sun_family = AF_UNIX;
	memcpy(notice->address.sun_path, name, len);
	if (*name == '@')
		notice->address.sun_path[0] = '\0';
	notice->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return true;
}

/* How often the service manager wants to hear of us, in microseconds; 0: it does not. */
static uint64_t watchdog_us(void)
{
	const char *period = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");

	if (period == NULL || (pid != NULL && strtol(pid, NULL, 10) != getpid()))
		return 0;
	return strtoull(period, NULL, 10);
}

static bool begin_watchdog(struct notice *notice, struct event_base *base)
{
	const uint64_t half_us = watchdog_us() / 2;
	const struct timeval half = {.tv_sec = (time_t)(half_us / 1000000),
				     .tv_usec = (suseconds_t)(half_us % 1000000)};

	if (half_us == 0)
		return true;
	notice->watchdog = event_new(base, -1, EV_PERSIST, on_watchdog, notice);
	return notice->watchdog != NULL && event_add(notice->watchdog, &half) == 0;
}

static bool open_socket(struct notice *notice, struct event_base *base)
{
	const char *name = getenv("NOTIFY_SOCKET");

	if (name == NULL || *name == '\0')
		return true;
	if (!take_address(notice, name))
		return false;
	notice->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return notice->socket >= 0 && begin_watchdog(notice, base);
}

struct notice *notice_open(struct event_base *base)
{
	struct notice *notice = calloc(1, sizeof(*notice));

	if (notice == NULL)
		return NULL;
	notice->socket = -1;
	notice->retry = evtimer_new(base, on_retry, notice);
	if (notice->retry != NULL && open_socket(notice, base))
		return notice;
	const int error = errno;
	notice_close(notice);
	errno = error;
	return NULL;
}

void notice_close(struct notice *notice)
{
	if (notice == NULL)
		return;
	if (notice->watchdog != NULL)
		event_free(notice->watchdog);
	if (notice->retry != NULL)
		event_free(notice->retry);
	if (notice->socket >= 0)
		close(notice->socket);
	free(notice);
}

void notice_tell(struct notice *notice, enum notice_state state, const char *status)
{
	if (notice == NULL || notice->socket < 0)
		return;
	notice->state_due = notice->state_due || state != notice->state;
	notice->status_due = notice->status_due || strncmp(status, notice->status, sizeof(notice->status) - 1) != 0;
	notice->state = state;
	snprintf(notice->status, sizeof(notice->status), "%s", status);
	say_what_is_due(notice);
}

void notice_tell_reload(struct notice *notice)
{
	if (notice == NULL || notice->socket < 0)
		return;
	notice->reload_due = true;
	notice->reload_us = clock_now_us();
	notice->state_due = true;
	if (say_reload(notice))
		notice->reload_due = false;
}

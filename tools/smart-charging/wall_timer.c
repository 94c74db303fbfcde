/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/wall_timer.h"

#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

/*
 * Later than the clock of Linux can be (the year 2255), so that it is never due. With 32 bits the clock ends in 2038, and
 * so does this.
 */
#define LATEST_S (sizeof(time_t) > 4 ? INT64_C(9000000000) : INT64_C(2147483647))

struct wall_timer {
	int fd;
	struct event *event;
	int64_t second; /* that it is armed for */
	void (*due)(void *context);
	void *context;
};

/* With a second that has passed it is due at once. */
static void set_time(const struct wall_timer *timer)
{
	struct itimerspec at = {.it_value.tv_sec = (time_t)LATEST_S};

	if (timer->second < LATEST_S)
		at.it_value.tv_sec = timer->second > 0 ? (time_t)timer->second : 1;
	(void)timerfd_settime(timer->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, NULL);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct wall_timer *timer = context;
	uint64_t expirations;

	(void)what;
	/* ECANCELED: the clock was set. It counts on, and is armed anew all the same. */
	if (read(fd, &expirations, sizeof(expirations)) < 0 && errno != ECANCELED)
		return;
	timer->second = WALL_TIMER_NEVER;
	set_time(timer);
	timer->due(timer->context);
}

static bool open_timer(struct wall_timer *timer, struct event_base *base)
{
	timer->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer->fd < 0)
		return false;
	timer->event = event_new(base, timer->fd, EV_READ | EV_PERSIST, on_readable, timer);
	return timer->event != NULL && event_add(timer->event, NULL) == 0;
}

struct wall_timer *wall_timer_new(struct event_base *base, void (*due)(void *context), void *context)
{
	struct wall_timer *timer = calloc(1, sizeof(*timer));

	if (timer == NULL)
		return NULL;
	*timer = (struct wall_timer){.fd = -1, .second = WALL_TIMER_NEVER, .due = due, .context = context};
	if (open_timer(timer, base)) {
		set_time(timer);
		return timer;
	}
	const int error = errno;
	wall_timer_free(timer);
	errno = error;
	return NULL;
}

void wall_timer_free(struct wall_timer *timer)
{
	if (timer == NULL)
		return;
	if (timer->event != NULL)
		event_free(timer->event);
	if (timer->fd >= 0)
		close(timer->fd);
	free(timer);
}

void wall_timer_arm(struct wall_timer *timer, int64_t second)
{
	if (second == timer->second)
		return;
	timer->second = second;
	set_time(timer);
}

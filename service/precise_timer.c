/* SPDX-License-Identifier: Apache-2.0 */
#include "service/precise_timer.h"

#include "service/clock.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct precise_timer {
	TAILQ_ENTRY(precise_timer) entry; /* of those that are armed */
	struct precise_timers *timers;
	uint64_t deadline_us; /* PRECISE_TIMER_NEVER: not armed */
	precise_timer_due *due;
	void *context;
};

TAILQ_HEAD(precise_timer_list, precise_timer);

struct precise_timers {
	int fd;
	uint64_t set_us;  /* what the descriptor is set to */
	uint64_t turn_us; /* the time of the last turn: what was due by then has been called */
	struct event *expired;
	struct event *turn;
	struct precise_timer_list armed; /* the first one is due first */
};

/* A descriptor that was set anew is not readable any more; with 0 it is switched off. */
static void set(struct precise_timers *timers, uint64_t deadline_us)
{
	const uint64_t at_us = deadline_us == PRECISE_TIMER_NEVER ? 0 : deadline_us;
	const struct itimerspec time = {
		.it_value = {.tv_sec = (time_t)(at_us / 1000000), .tv_nsec = (long)(at_us % 1000000) * 1000}};

	timers->set_us = deadline_us;
	(void)timerfd_settime(timers->fd, TFD_TIMER_ABSTIME, &time, NULL);
}

static uint64_t first_deadline(const struct precise_timers *timers)
{
	const struct precise_timer *first = TAILQ_FIRST(&timers->armed);

	return first != NULL ? first->deadline_us : PRECISE_TIMER_NEVER;
}

/* Frames that have come by now are heard before: their events are in this turn, too. */
static void on_expired(evutil_socket_t fd, short what, void *context)
{
	const struct precise_timers *timers = context;

	(void)fd;
	(void)what;
	event_active(timers->turn, 0, 0);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct precise_timers *timers = context;

	(void)fd;
	(void)what;
	timers->turn_us = clock_now_us();
	timers->set_us = 0; /* nothing is earlier: it is set once, at the end */
	while (first_deadline(timers) <= timers->turn_us) {
		struct precise_timer *first = TAILQ_FIRST(&timers->armed);
		precise_timer_arm(first, PRECISE_TIMER_NEVER);
		first->due(first->context);
	}
	set(timers, first_deadline(timers));
}

struct precise_timers *precise_timers_new(struct event_base *base)
{
	struct precise_timers *timers = calloc(1, sizeof(*timers));

	if (timers == NULL)
		return NULL;
	TAILQ_INIT(&timers->armed);
	timers->set_us = PRECISE_TIMER_NEVER;
	timers->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timers->fd >= 0) {
		timers->expired = event_new(base, timers->fd, EV_READ | EV_PERSIST, on_expired, timers);
		timers->turn = evtimer_new(base, on_turn, timers);
		if (timers->expired != NULL && timers->turn != NULL && event_add(timers->expired, NULL) == 0)
			return timers;
		errno = ENOMEM;
	}
	const int error = errno;
	precise_timers_free(timers);
	errno = error;
	return NULL;
}

void precise_timers_free(struct precise_timers *timers)
{
	if (timers == NULL)
		return;
	if (timers->expired != NULL)
		event_free(timers->expired);
	if (timers->turn != NULL)
		event_free(timers->turn);
	if (timers->fd >= 0)
		close(timers->fd);
	free(timers);
}

struct precise_timer *precise_timer_new(struct precise_timers *timers, precise_timer_due *due, void *context)
{
	struct precise_timer *timer = calloc(1, sizeof(*timer));

	if (timer != NULL)
		*timer = (struct precise_timer){
			.timers = timers, .deadline_us = PRECISE_TIMER_NEVER, .due = due, .context = context};
	return timer;
}

void precise_timer_free(struct precise_timer *timer)
{
	precise_timer_arm(timer, PRECISE_TIMER_NEVER);
	free(timer);
}

/* The latest one stands last: most are armed to be later than the others. */
static void insert(struct precise_timer_list *armed, struct precise_timer *timer)
{
	struct precise_timer *before = TAILQ_LAST(armed, precise_timer_list);

	while (before != NULL && before->deadline_us > timer->deadline_us)
		before = TAILQ_PREV(before, precise_timer_list, entry);
	if (before != NULL)
		TAILQ_INSERT_AFTER(armed, before, timer, entry);
	else
		TAILQ_INSERT_HEAD(armed, timer, entry);
}

void precise_timer_arm(struct precise_timer *timer, uint64_t deadline_us)
{
	struct precise_timers *timers = timer->timers;

	if (timer->deadline_us != PRECISE_TIMER_NEVER)
		TAILQ_REMOVE(&timers->armed, timer, entry);
	/* What is due at once has the next turn: one that arms itself again and again must not hold up this one. */
	timer->deadline_us = deadline_us > timers->turn_us ? deadline_us : timers->turn_us + 1;
	if (deadline_us == PRECISE_TIMER_NEVER)
		return;
	insert(&timers->armed, timer);
	if (timer->deadline_us < timers->set_us)
		set(timers, timer->deadline_us);
}

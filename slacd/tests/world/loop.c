/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/loop.h"

#include "service/precise_timer.h"
#include "slacd/tests/world/wire.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

/* More happenings at one moment than any script can mean: something calls itself again and again. */
#define AT_ONE_MOMENT_MAX 1000000

struct event {
	struct event *next;
	evutil_socket_t fd;
	bool persists;
	bool reads; /* waits for its descriptor */
	bool armed;
	uint64_t due_us;
	uint64_t period_us;
	uint64_t order;
	enum loop_owner owner;
	event_callback_fn callback;
	void *context;
};

struct post {
	struct post *next;
	uint64_t due_us;
	uint64_t order;
	enum loop_owner owner;
	loop_action *action;
	void *context;
};

static struct {
	uint64_t now_us;
	uint64_t order;
	uint64_t happened; /* at this moment */
	enum loop_owner owner;
	struct event *events; /* in the order in which they were made */
	struct post *posts;   /* in the order in which they are due */
} loop;

static void carry_out(struct post *post)
{
	enum loop_owner before = loop_become(post->owner);

	loop.posts = post->next;
	post->action(post->context);
	free(post);
	loop_become(before);
}

void loop_open(void)
{
	loop.now_us = LOOP_BEGIN_US;
	loop.order = 0;
	loop.happened = 0;
	loop.owner = LOOP_WORLD;
	loop.events = NULL;
	loop.posts = NULL;
}

bool loop_close(void)
{
	bool clean = loop.events == NULL;

	/* What is still on its way frees itself when it arrives nowhere. */
	while (loop.posts != NULL)
		carry_out(loop.posts);
	while (loop.events != NULL)
		event_free(loop.events);
	return clean;
}

struct event_base *loop_base(void)
{
	return (struct event_base *)&loop;
}

uint64_t loop_now_us(void)
{
	return loop.now_us;
}

uint64_t loop_elapsed_us(void)
{
	return loop.now_us - LOOP_BEGIN_US;
}

enum loop_owner loop_become(enum loop_owner owner)
{
	enum loop_owner before = loop.owner;

	loop.owner = owner;
	return before;
}

enum loop_owner loop_owner(void)
{
	return loop.owner;
}

/* A test cannot go on without memory. */
static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (memory == NULL)
		abort();
	return memory;
}

/* --- what is posted --- */

void loop_post(uint64_t delay_us, enum loop_owner owner, loop_action *action, void *context)
{
	struct post *post = allocate(sizeof(*post));
	struct post **place = &loop.posts;

	*post = (struct post){.due_us = loop.now_us + delay_us,
			      .order = loop.order++,
			      .owner = owner,
			      .action = action,
			      .context = context};
	while (*place != NULL && (*place)->due_us <= post->due_us)
		place = &(*place)->next;
	post->next = *place;
	*place = post;
}

void loop_cancel(const void *context)
{
	struct post **place = &loop.posts;

	while (*place != NULL) {
		struct post *post = *place;
		if (post->context != context) {
			place = &post->next;
			continue;
		}
		*place = post->next;
		free(post);
	}
}

/* --- libevent --- */

struct event *event_new(struct event_base *base, evutil_socket_t fd, short what, event_callback_fn callback,
			void *context)
{
	struct event *event = allocate(sizeof(*event));
	struct event **place = &loop.events;

	(void)base;
	*event = (struct event){.fd = fd,
				.persists = (what & EV_PERSIST) != 0,
				.order = loop.order++,
				.owner = loop.owner,
				.callback = callback,
				.context = context};
	while (*place != NULL)
		place = &(*place)->next;
	*place = event;
	return event;
}

static uint64_t microseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

int event_add(struct event *event, const struct timeval *timeout)
{
	if (event->fd >= 0)
		event->reads = true;
	if (timeout == NULL)
		return 0;
	event->armed = true;
	event->due_us = loop.now_us + microseconds(timeout);
	event->period_us = event->persists ? microseconds(timeout) : 0;
	return 0;
}

int event_del(struct event *event)
{
	event->reads = false;
	event->armed = false;
	return 0;
}

int event_pending(const struct event *event, short what, struct timeval *due)
{
	(void)what;
	(void)due;
	return event->armed || event->reads;
}

void event_free(struct event *event)
{
	struct event **place = &loop.events;

	while (*place != event)
		place = &(*place)->next;
	*place = event->next;
	free(event);
}

/* --- timers that are due to the microsecond, as all are here --- */

struct precise_timer {
	struct event *event;
	precise_timer_due *due;
	void *context;
};

struct precise_timers *precise_timers_new(struct event_base *base)
{
	return (struct precise_timers *)base;
}

void precise_timers_free(struct precise_timers *timers)
{
	(void)timers;
}

static void on_due(evutil_socket_t fd, short what, void *context)
{
	const struct precise_timer *timer = context;

	(void)fd;
	(void)what;
	timer->due(timer->context);
}

struct precise_timer *precise_timer_new(struct precise_timers *timers, precise_timer_due *due, void *context)
{
	struct precise_timer *timer = allocate(sizeof(*timer));

	*timer = (struct precise_timer){
		.event = event_new((struct event_base *)timers, -1, 0, on_due, timer), .due = due, .context = context};
	return timer;
}

void precise_timer_free(struct precise_timer *timer)
{
	event_free(timer->event);
	free(timer);
}

void precise_timer_arm(struct precise_timer *timer, uint64_t deadline_us)
{
	timer->event->armed = deadline_us != PRECISE_TIMER_NEVER;
	timer->event->due_us = deadline_us > loop.now_us ? deadline_us : loop.now_us;
}

/* --- the end --- */

/* A simulator that has nothing more to do ends with its world. */
int event_base_loopexit(struct event_base *base, const struct timeval *timeout)
{
	(void)base;
	(void)timeout;
	return 0;
}

static bool broken;

int event_base_loopbreak(struct event_base *base)
{
	(void)base;
	broken = true;
	return 0;
}

bool loop_is_broken(void *context)
{
	(void)context;
	return broken;
}

void loop_forget_break(void)
{
	broken = false;
}

/* --- time --- */

static void call(struct event *event, short what)
{
	enum loop_owner before = loop_become(event->owner);

	event->callback(event->fd, what, event->context);
	loop_become(before);
}

static bool read_one(void)
{
	for (struct event *event = loop.events; event != NULL; event = event->next) {
		if (!event->reads || !wire_is_readable(event->fd))
			continue;
		event->reads = event->persists;
		call(event, EV_READ);
		return true;
	}
	return false;
}

static bool is_before(const struct event *a, const struct event *b)
{
	if (a->due_us != b->due_us)
		return a->due_us < b->due_us;
	return a->owner != b->owner ? a->owner < b->owner : a->order < b->order;
}

static struct event *next_timer(void)
{
	struct event *next = NULL;

	for (struct event *event = loop.events; event != NULL; event = event->next)
		if (event->armed && (next == NULL || is_before(event, next)))
			next = event;
	return next;
}

static void fire(struct event *event)
{
	event->armed = event->period_us > 0;
	event->due_us = loop.now_us + event->period_us;
	call(event, EV_TIMEOUT);
}

static void advance(uint64_t to_us)
{
	if (to_us <= loop.now_us)
		return;
	loop.now_us = to_us;
	loop.happened = 0;
}

/* One thing that happens up to until_us; false: nothing does. */
static bool happen(uint64_t until_us)
{
	struct event *timer = next_timer();
	struct post *post = loop.posts;
	bool is_post = post != NULL && (timer == NULL || post->due_us <= timer->due_us);

	if (++loop.happened > AT_ONE_MOMENT_MAX) {
		fprintf(stderr, "the world stands still: it is never done with this moment\n");
		abort();
	}
	if (read_one())
		return true;
	if (is_post && post->due_us <= until_us) {
		advance(post->due_us);
		carry_out(post);
		return true;
	}
	if (!is_post && timer != NULL && timer->due_us <= until_us) {
		advance(timer->due_us);
		fire(timer);
		return true;
	}
	return false;
}

bool loop_run(uint64_t until_us, bool (*done)(void *context), void *context)
{
	do {
		if (done != NULL && done(context))
			return true;
	} while (happen(until_us));
	advance(until_us);
	return done != NULL && done(context);
}

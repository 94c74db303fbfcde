/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wakes the event loop at a time of the wall clock, and whenever that clock is set (timerfd, TFD_TIMER_CANCEL_ON_SET): what
 * was said about times until then is to be judged anew.
 */
#ifndef TOOLS_SMART_CHARGING_WALL_TIMER_H
#define TOOLS_SMART_CHARGING_WALL_TIMER_H

#include <stdint.h>

struct event_base;
struct wall_timer;

/* Seconds since 1970, UTC. */
#define WALL_TIMER_NEVER INT64_MAX

/* NULL with errno set where the kernel gives none. base must outlive it. Not armed yet. */
struct wall_timer *wall_timer_new(struct event_base *base, void (*due)(void *context), void *context);
/* NULL is allowed. */
void wall_timer_free(struct wall_timer *timer);

/* Calls `due` once the wall clock shows this second, or is set before. WALL_TIMER_NEVER: only when it is set. */
void wall_timer_arm(struct wall_timer *timer, int64_t second);

#endif

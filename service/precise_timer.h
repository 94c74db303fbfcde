/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers that are due to the microsecond. libevent's own are late by up to a tick of the kernel, or cost a system call in
 * each turn of the loop. These share one timerfd, which is set only where a deadline comes that is earlier than what it is
 * set to: one that is put off or given up costs a wake-up for nothing at most.
 */
#ifndef SERVICE_PRECISE_TIMER_H
#define SERVICE_PRECISE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#define PRECISE_TIMER_NEVER UINT64_MAX

struct event_base;
struct precise_timer;
struct precise_timers;

/* Is called once for each time it was armed, behind the other events of the same turn of the loop. */
typedef void precise_timer_due(void *context);

/* The timers of a loop. NULL: errno tells. The caller frees it, after all of its timers. */
struct precise_timers *precise_timers_new(struct event_base *base);
/* NULL is allowed. */
void precise_timers_free(struct precise_timers *timers);

/* One that is not armed. NULL without memory. */
struct precise_timer *precise_timer_new(struct precise_timers *timers, precise_timer_due *due, void *context);
void precise_timer_free(struct precise_timer *timer);

/* Arms it to deadline_us (monotonic microseconds; at once when it is past), PRECISE_TIMER_NEVER disarms it. */
void precise_timer_arm(struct precise_timer *timer, uint64_t deadline_us);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop of a service, and the signals that it watches. */
#ifndef SERVICE_EVENT_LOOP_H
#define SERVICE_EVENT_LOOP_H

#include <event2/event.h>

/*
 * One for a single thread; what libevent itself has to say goes to the log. Its timers may be late by a tick of the kernel,
 * 4 to 10 ms (precise_timer.h has others). NULL without memory. The
 * caller frees it (event_base_free).
 */
struct event_base *event_loop_new(void);

/* Calls `callback` at each signal of this number. NULL where it cannot be watched. */
struct event *event_loop_watch_signal(struct event_base *base, int number, event_callback_fn callback, void *context);
/* NULL is allowed. */
void event_loop_unwatch_signal(struct event *event);

#endif

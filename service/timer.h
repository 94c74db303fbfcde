/* SPDX-License-Identifier: Apache-2.0 */
/* A libevent timer that is armed to a point of the monotonic clock. */
#ifndef SERVICE_TIMER_H
#define SERVICE_TIMER_H

#include <stdint.h>

#define TIMER_NEVER UINT64_MAX

struct event;

/* Arms `timer` to deadline_us (monotonic microseconds; at once when it is past); TIMER_NEVER disarms it. */
void timer_arm(struct event *timer, uint64_t deadline_us);

#endif

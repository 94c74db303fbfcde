/* SPDX-License-Identifier: Apache-2.0 */
#include "service/timer.h"

#include "service/clock.h"

#include <event2/event.h>

void timer_arm(struct event *timer, uint64_t deadline_us)
{
	if (deadline_us == TIMER_NEVER) {
		event_del(timer);
		return;
	}
	uint64_t now_us = clock_now_us();
	uint64_t wait_us = deadline_us > now_us ? deadline_us - now_us : 0;
	const struct timeval wait = {.tv_sec = (time_t)(wait_us / 1000000),
				     .tv_usec = (suseconds_t)(wait_us % 1000000)};
	event_add(timer, &wait);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The timer of the wall clock, which is not set here: what the kernel is asked for is looked at. */
#include "tools/smart-charging/wall_timer.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/timerfd.h>

#include <cmocka.h>

/* Linux takes no time for its clock that is later (2232), where time_t has 64 bits. */
#define LATEST_CLOCK_S 8277292036

static time_t armed_for;

int __real_timerfd_settime(int fd, int flags, const struct itimerspec *wanted, struct itimerspec *before);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *wanted, struct itimerspec *before);

int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *wanted, struct itimerspec *before)
{
	armed_for = wanted->it_value.tv_sec;
	return __real_timerfd_settime(fd, flags, wanted, before);
}

static void do_nothing(void *context)
{
	(void)context;
}

/* One that is due for want of anything to wait for would be due for ever. */
static void without_a_time_it_is_due_at_none_that_the_clock_can_have(void **state)
{
	struct event_base *base = event_base_new();
	struct wall_timer *timer = wall_timer_new(base, do_nothing, NULL);

	(void)state;
	if (sizeof(time_t) > 4)
		assert_true(armed_for > (time_t)LATEST_CLOCK_S);
	wall_timer_arm(timer, 4000000000);
	wall_timer_arm(timer, WALL_TIMER_NEVER);
	assert_true(sizeof(time_t) == 4 ? armed_for > 0 : armed_for > (time_t)LATEST_CLOCK_S);
	wall_timer_free(timer);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_time_it_is_due_at_none_that_the_clock_can_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

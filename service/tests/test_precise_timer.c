/* SPDX-License-Identifier: Apache-2.0 */
/* Timers that share a descriptor, on the real clock: when each is called, and how often the kernel is asked. */
#include "service/precise_timer.h"

#include "service/clock.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cmocka.h>

#define MS        UINT64_C(1000)
#define HOUR_US   (3600000 * MS)
#define CALLS_MAX 16

static struct event_base *base;
static struct precise_timers *timers;
/* One letter for each call. */
static char calls[CALLS_MAX];
static size_t call_count;
static unsigned times_set;

int __real_timerfd_settime(int fd, int flags, const struct itimerspec *time, struct itimerspec *before);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *time, struct itimerspec *before);

int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *time, struct itimerspec *before)
{
	times_set++;
	return __real_timerfd_settime(fd, flags, time, before);
}

static void note(void *name)
{
	assert_true(call_count < CALLS_MAX - 1);
	calls[call_count++] = *(const char *)name;
}

static int begin(void **state)
{
	(void)state;
	memset(calls, 0, sizeof(calls));
	call_count = 0;
	times_set = 0;
	base = event_base_new();
	assert_non_null(base);
	timers = precise_timers_new(base);
	assert_non_null(timers);
	return 0;
}

static int end(void **state)
{
	(void)state;
	precise_timers_free(timers);
	event_base_free(base);
	return 0;
}

static struct precise_timer *new_timer(const char *name)
{
	struct precise_timer *timer = precise_timer_new(timers, note, (void *)name);

	assert_non_null(timer);
	return timer;
}

static void await_calls(size_t count)
{
	while (call_count < count)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

static void each_is_called_once_in_the_order_of_deadlines_and_not_too_early(void **state)
{
	(void)state;
	struct precise_timer *a = new_timer("a");
	struct precise_timer *b = new_timer("b");
	struct precise_timer *c = new_timer("c");
	const uint64_t began_us = clock_now_us();
	precise_timer_arm(b, began_us + 4 * MS + 300);
	precise_timer_arm(c, began_us + 8 * MS);
	precise_timer_arm(a, began_us + 2 * MS);
	await_calls(2);
	assert_true(clock_now_us() >= began_us + 4 * MS + 300);
	await_calls(3);
	assert_true(clock_now_us() >= began_us + 8 * MS);
	assert_string_equal(calls, "abc");
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	assert_string_equal(calls, "abc");
	precise_timer_free(a);
	precise_timer_free(b);
	precise_timer_free(c);
}

static void deadline_that_is_past_is_due_at_once(void **state)
{
	(void)state;
	struct precise_timer *a = new_timer("a");
	precise_timer_arm(a, 0);
	await_calls(1);
	precise_timer_arm(a, clock_now_us() - MS);
	await_calls(2);
	assert_string_equal(calls, "aa");
	precise_timer_free(a);
}

static void one_that_was_disarmed_or_freed_is_not_called(void **state)
{
	(void)state;
	struct precise_timer *a = new_timer("a");
	struct precise_timer *b = new_timer("b");
	struct precise_timer *c = new_timer("c");
	precise_timer_arm(a, 0);
	precise_timer_arm(b, 0);
	precise_timer_arm(c, 0);
	precise_timer_arm(a, PRECISE_TIMER_NEVER);
	precise_timer_free(b);
	await_calls(1);
	assert_string_equal(calls, "c");
	precise_timer_free(a);
	precise_timer_free(c);
}

static void kernel_is_asked_for_earlier_deadlines_only_and_once_a_turn(void **state)
{
	(void)state;
	struct precise_timer *a = new_timer("a");
	struct precise_timer *b = new_timer("b");
	const uint64_t began_us = clock_now_us();
	precise_timer_arm(a, began_us + MS);
	assert_int_equal(times_set, 1);
	precise_timer_arm(a, began_us + HOUR_US);
	precise_timer_arm(b, began_us + HOUR_US);
	precise_timer_arm(b, began_us + 2 * HOUR_US);
	assert_int_equal(times_set, 1);
	/* It expires for nothing, and is set to what is wanted now. */
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(call_count, 0);
	assert_int_equal(times_set, 2);
	precise_timer_arm(a, 0);
	precise_timer_arm(b, 0);
	assert_int_equal(times_set, 3);
	await_calls(2);
	assert_int_equal(times_set, 4);
	precise_timer_free(a);
	precise_timer_free(b);
}

static void one_that_is_given_up_wakes_the_loop_once_at_most(void **state)
{
	(void)state;
	struct precise_timer *a = new_timer("a");
	precise_timer_arm(a, clock_now_us());
	precise_timer_arm(a, PRECISE_TIMER_NEVER);
	assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	times_set = 0;
	for (int i = 0; i < 3; i++)
		assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	assert_int_equal(times_set, 0);
	assert_int_equal(call_count, 0);
	precise_timer_free(a);
}

static void arm_at_once(void *context)
{
	note((void *)"t");
	precise_timer_arm(*(struct precise_timer **)context, 0);
}

static void one_that_is_always_due_has_one_call_a_turn(void **state)
{
	struct precise_timer *timer = NULL;

	(void)state;
	timer = precise_timer_new(timers, arm_at_once, &timer);
	assert_non_null(timer);
	precise_timer_arm(timer, 0);
	for (size_t i = 1; i <= 3; i++) {
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
		assert_int_equal(call_count, i);
	}
	precise_timer_free(timer);
}

static void on_octet(evutil_socket_t fd, short what, void *context)
{
	char octet;

	(void)what;
	assert_int_equal(read(fd, &octet, 1), 1);
	note(context);
}

static void what_has_come_is_heard_before_what_is_due(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	struct precise_timer *timer = new_timer("t");
	struct event *readable = event_new(base, ends[0], EV_READ, on_octet, (void *)"o");
	assert_int_equal(event_add(readable, NULL), 0);
	precise_timer_arm(timer, 0); /* it expires first */
	assert_int_equal(write(ends[1], "", 1), 1);
	await_calls(2);
	assert_string_equal(calls, "ot");
	event_free(readable);
	precise_timer_free(timer);
	close(ends[0]);
	close(ends[1]);
}

#define TIMER_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TIMER_TEST(each_is_called_once_in_the_order_of_deadlines_and_not_too_early),
		TIMER_TEST(deadline_that_is_past_is_due_at_once),
		TIMER_TEST(one_that_was_disarmed_or_freed_is_not_called),
		TIMER_TEST(kernel_is_asked_for_earlier_deadlines_only_and_once_a_turn),
		TIMER_TEST(one_that_is_given_up_wakes_the_loop_once_at_most),
		TIMER_TEST(one_that_is_always_due_has_one_call_a_turn),
		TIMER_TEST(what_has_come_is_heard_before_what_is_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

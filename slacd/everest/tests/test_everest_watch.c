/* SPDX-License-Identifier: Apache-2.0 */
/* EVerest's heartbeat: what its count and its silence mean, and when EVerest is told again. */
#include "slacd/everest/everest_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000)

static struct everest_watch watch;
static uint64_t now_us;

static int begin(void **state)
{
	(void)state;
	memset(&watch, 0, sizeof(watch));
	watch.interval_ms = 1000;
	now_us = 100 * SECOND;
	everest_watch_begin(&watch, now_us);
	return 0;
}

static void beat(uint64_t count, enum everest_news expected, bool expect_repeat)
{
	bool repeat;

	assert_int_equal(everest_watch_heartbeat(&watch, count, now_us, &repeat), expected);
	assert_true(repeat == expect_repeat);
}

static void wait_s(uint64_t seconds, enum everest_news expected)
{
	now_us += seconds * SECOND;
	assert_int_equal(everest_watch_tick(&watch, now_us), expected);
}

static void a_count_that_goes_on_is_no_news(void **state)
{
	(void)state;
	beat(0, EVEREST_NEWS_FIRST, true);
	for (uint64_t count = 1; count < 10; count++) {
		wait_s(1, EVEREST_NEWS_NONE);
		beat(count, EVEREST_NEWS_NONE, false);
	}
}

static void everest_that_was_there_before_heard_the_first_words(void **state)
{
	(void)state;
	everest_watch_say(&watch);
	beat(4711, EVEREST_NEWS_FIRST, false);
}

static void a_count_from_the_beginning_or_backwards_is_a_restart(void **state)
{
	(void)state;
	beat(7, EVEREST_NEWS_FIRST, false);
	beat(0, EVEREST_NEWS_RESTARTED, true);
	beat(1, EVEREST_NEWS_NONE, false);
	beat(9, EVEREST_NEWS_NONE, false);     /* some were lost */
	beat(3, EVEREST_NEWS_RESTARTED, true); /* its 0 was lost */
}

static void the_beacon_and_the_first_heartbeat_are_one_start(void **state)
{
	(void)state;
	assert_true(everest_watch_beacon(&watch, now_us));
	beat(0, EVEREST_NEWS_FIRST, false);
	now_us += 5 * SECOND;
	beat(0, EVEREST_NEWS_RESTARTED, true);
	assert_false(everest_watch_beacon(&watch, now_us + SECOND / 2));
	now_us += 5 * SECOND;
	assert_true(everest_watch_beacon(&watch, now_us));
	now_us += SECOND / 2;
	assert_true(everest_watch_beacon(&watch, now_us)); /* two beacons are two starts */
	beat(0, EVEREST_NEWS_RESTARTED, false);
	assert_true(everest_watch_beacon(&watch, now_us)); /* and so is a third one, however soon */
}

static void silence_is_told_once_after_three_heartbeats(void **state)
{
	(void)state;
	beat(5, EVEREST_NEWS_FIRST, false);
	wait_s(2, EVEREST_NEWS_NONE);
	assert_true(everest_watch_deadline(&watch) == now_us + SECOND);
	wait_s(1, EVEREST_NEWS_SILENT);
	assert_true(everest_watch_deadline(&watch) == EVEREST_WATCH_NEVER);
	wait_s(100, EVEREST_NEWS_NONE);
	beat(108, EVEREST_NEWS_BACK, false);
	wait_s(3, EVEREST_NEWS_SILENT);
	everest_watch_say(&watch);
	beat(111, EVEREST_NEWS_BACK, true); /* it has missed that */
	beat(112, EVEREST_NEWS_NONE, false);
}

static void who_never_speaks_is_told_later(void **state)
{
	(void)state;
	everest_watch_say(&watch);
	wait_s(9, EVEREST_NEWS_NONE);
	wait_s(1, EVEREST_NEWS_UNHEARD);
	wait_s(100, EVEREST_NEWS_NONE);
	beat(50, EVEREST_NEWS_FIRST, true);
}

static void while_the_broker_is_away_nobody_is_silent(void **state)
{
	(void)state;
	beat(5, EVEREST_NEWS_FIRST, false);
	everest_watch_pause(&watch);
	wait_s(100, EVEREST_NEWS_NONE);
	everest_watch_begin(&watch, now_us);
	wait_s(2, EVEREST_NEWS_NONE);
	beat(107, EVEREST_NEWS_NONE, false); /* nothing was said */
	everest_watch_pause(&watch);
	everest_watch_say(&watch);
	everest_watch_begin(&watch, now_us);
	beat(108, EVEREST_NEWS_NONE, true);
}

static void without_an_interval_nobody_is_silent(void **state)
{
	(void)state;
	watch.interval_ms = 0;
	wait_s(1000, EVEREST_NEWS_NONE);
	beat(0, EVEREST_NEWS_FIRST, true);
	wait_s(1000, EVEREST_NEWS_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_count_that_goes_on_is_no_news, begin),
		cmocka_unit_test_setup(everest_that_was_there_before_heard_the_first_words, begin),
		cmocka_unit_test_setup(a_count_from_the_beginning_or_backwards_is_a_restart, begin),
		cmocka_unit_test_setup(the_beacon_and_the_first_heartbeat_are_one_start, begin),
		cmocka_unit_test_setup(silence_is_told_once_after_three_heartbeats, begin),
		cmocka_unit_test_setup(who_never_speaks_is_told_later, begin),
		cmocka_unit_test_setup(while_the_broker_is_away_nobody_is_silent, begin),
		cmocka_unit_test_setup(without_an_interval_nobody_is_silent, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

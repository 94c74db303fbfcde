/* SPDX-License-Identifier: Apache-2.0 */
/* Which of many similar lines are written, on virtual time. */
#include "service/log_budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define S         UINT64_C(1000000)
#define START_US  (5 * S) /* a machine that has just started */
#define LINES_MAX 4

static unsigned written_of(struct log_burst *burst, unsigned events, uint64_t period_us, uint64_t *now_us)
{
	unsigned written = 0;

	for (unsigned i = 0; i < events; i++, *now_us += period_us)
		written += log_burst_pass(burst, *now_us);
	return written;
}

static void events_that_are_a_minute_apart_are_all_written(void **state)
{
	struct log_burst burst = {0};
	uint64_t now_us = START_US;

	(void)state;
	assert_int_equal(written_of(&burst, 20, 60 * S, &now_us), 20);
	assert_false(log_burst_is_quiet(&burst));
	assert_true(log_burst_over_us(&burst) == UINT64_MAX);
	assert_int_equal(burst.count, 1);
}

static void the_first_events_of_a_burst_are_written_then_one_a_minute(void **state)
{
	struct log_burst burst = {0};
	uint64_t now_us = START_US;

	(void)state;
	assert_int_equal(written_of(&burst, LOG_BURST_LOUD, S, &now_us), LOG_BURST_LOUD);
	assert_false(log_burst_is_quiet(&burst));
	/* The last one was written a second ago. */
	assert_int_equal(written_of(&burst, 59, S, &now_us), 0);
	assert_true(log_burst_is_quiet(&burst));
	assert_int_equal(written_of(&burst, 1, S, &now_us), 1);
	assert_int_equal(written_of(&burst, 600, S, &now_us), 10);
	assert_int_equal(burst.count, LOG_BURST_LOUD + 660);
}

static void a_quiet_burst_is_over_a_minute_after_its_last_event(void **state)
{
	struct log_burst burst = {0};
	uint64_t now_us = START_US;

	(void)state;
	(void)written_of(&burst, LOG_BURST_LOUD + 1, S, &now_us);
	assert_true(log_burst_over_us(&burst) == now_us - S + 60 * S);
	now_us = log_burst_over_us(&burst);
	assert_int_equal(written_of(&burst, LOG_BURST_LOUD, S, &now_us), LOG_BURST_LOUD);
	assert_int_equal(burst.count, LOG_BURST_LOUD);
}

static unsigned written_lines(struct log_budget *budget, unsigned lines, uint64_t now_us)
{
	unsigned written = 0;

	for (unsigned i = 0; i < lines; i++) {
		(void)log_budget_renew(budget, LINES_MAX, now_us);
		written += log_budget_pass(budget, LINES_MAX);
	}
	return written;
}

static void a_budget_writes_no_more_than_its_lines_in_a_minute(void **state)
{
	struct log_budget budget = {0};

	(void)state;
	assert_int_equal(written_lines(&budget, 3, START_US), 3);
	assert_int_equal(written_lines(&budget, 10, START_US + 60 * S - 1), LINES_MAX - 3);
	assert_true(budget.began_us == START_US);
}

static void a_budget_that_is_renewed_tells_what_was_left_out(void **state)
{
	struct log_budget budget = {0};

	(void)state;
	(void)written_lines(&budget, LINES_MAX + 7, START_US);
	assert_int_equal(log_budget_renew(&budget, LINES_MAX, START_US + 60 * S - 1), 0);
	assert_int_equal(log_budget_renew(&budget, LINES_MAX, START_US + 60 * S), 7);
	assert_int_equal(log_budget_renew(&budget, LINES_MAX, START_US + 60 * S), 0);
	assert_int_equal(written_lines(&budget, LINES_MAX + 1, START_US + 60 * S), LINES_MAX);
}

static void a_budget_that_was_enough_has_left_nothing_out(void **state)
{
	struct log_budget budget = {0};

	(void)state;
	for (unsigned minute = 0; minute < 5; minute++) {
		assert_int_equal(log_budget_renew(&budget, LINES_MAX, START_US + minute * 60 * S), 0);
		assert_int_equal(written_lines(&budget, LINES_MAX, START_US + minute * 60 * S), LINES_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_that_are_a_minute_apart_are_all_written),
		cmocka_unit_test(the_first_events_of_a_burst_are_written_then_one_a_minute),
		cmocka_unit_test(a_quiet_burst_is_over_a_minute_after_its_last_event),
		cmocka_unit_test(a_budget_writes_no_more_than_its_lines_in_a_minute),
		cmocka_unit_test(a_budget_that_is_renewed_tells_what_was_left_out),
		cmocka_unit_test(a_budget_that_was_enough_has_left_nothing_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

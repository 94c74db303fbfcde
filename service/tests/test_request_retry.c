/* SPDX-License-Identifier: Apache-2.0 */
/* When a request is sent again, on virtual time. */
#include "service/request_retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MS         UINT64_C(1000)
#define START_US   (5000 * MS)
#define TIMEOUT_MS 2000
#define MAX_MS     15000

/* Nothing may depend on what was there before request_retry_begin. */
static struct request_retry rubbish(void)
{
	struct request_retry retry;

	memset(&retry, 1, sizeof(retry));
	return retry;
}

static void sent(struct request_retry *retry, uint64_t now_us)
{
	request_retry_sent(retry, TIMEOUT_MS, MAX_MS, now_us);
}

static void new_request_is_due_at_once(void **state)
{
	struct request_retry retry = rubbish();

	(void)state;
	request_retry_begin(&retry, START_US);
	assert_true(request_retry_due(&retry, START_US));
	assert_int_equal(request_retry_deadline(&retry), START_US);
}

static void unanswered_request_is_repeated_with_a_wait_that_doubles_up_to_the_most(void **state)
{
	static const uint64_t waits_ms[] = {2000, 4000, 8000, 15000, 15000, 15000};
	struct request_retry retry = rubbish();
	uint64_t now_us = START_US;

	(void)state;
	request_retry_begin(&retry, now_us);
	for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
		sent(&retry, now_us);
		assert_int_equal(request_retry_deadline(&retry), now_us + waits_ms[i] * MS);
		now_us += waits_ms[i] * MS;
		assert_false(request_retry_due(&retry, now_us - 1));
		assert_true(request_retry_due(&retry, now_us));
	}
	assert_int_equal(retry.attempts, 6);
}

static void answer_ends_the_repeating(void **state)
{
	struct request_retry retry = rubbish();

	(void)state;
	request_retry_begin(&retry, START_US);
	sent(&retry, START_US);
	assert_true(request_retry_answered(&retry));
	assert_true(request_retry_deadline(&retry) == REQUEST_NEVER);
	assert_false(request_retry_due(&retry, START_US + 3600000 * MS));
	assert_false(request_retry_answered(&retry));
}

static void answer_before_the_request_was_sent_counts_for_nothing(void **state)
{
	struct request_retry retry = rubbish();

	(void)state;
	request_retry_begin(&retry, START_US);
	assert_false(request_retry_answered(&retry));
	assert_true(request_retry_due(&retry, START_US));
}

static void new_request_gives_up_the_outstanding_one(void **state)
{
	struct request_retry retry = rubbish();

	(void)state;
	request_retry_begin(&retry, START_US);
	sent(&retry, START_US);
	request_retry_begin(&retry, START_US + 100 * MS);
	assert_true(request_retry_due(&retry, START_US + 100 * MS));
	assert_false(request_retry_answered(&retry));
	sent(&retry, START_US + 100 * MS);
	assert_int_equal(request_retry_deadline(&retry), START_US + 100 * MS + TIMEOUT_MS * MS);
}

static void request_without_a_connection_waits_for_it(void **state)
{
	struct request_retry retry = rubbish();
	const uint64_t later_us = START_US + 3600000 * MS;

	(void)state;
	request_retry_begin(&retry, START_US);
	request_retry_unsent(&retry);
	assert_true(request_retry_deadline(&retry) == REQUEST_NEVER);
	assert_false(request_retry_due(&retry, later_us));
	request_retry_reconnected(&retry, later_us);
	assert_true(request_retry_due(&retry, later_us));
}

static void request_that_was_not_sent_has_no_answer(void **state)
{
	struct request_retry retry = rubbish();

	(void)state;
	request_retry_begin(&retry, START_US);
	sent(&retry, START_US);
	request_retry_unsent(&retry);
	assert_false(request_retry_answered(&retry));
}

static void reconnection_repeats_the_outstanding_request_with_a_first_wait(void **state)
{
	struct request_retry retry = rubbish();
	const uint64_t later_us = START_US + 100 * MS;

	(void)state;
	request_retry_begin(&retry, START_US);
	sent(&retry, START_US);
	sent(&retry, START_US);
	request_retry_reconnected(&retry, later_us);
	assert_true(request_retry_due(&retry, later_us));
	assert_false(request_retry_answered(&retry));
	sent(&retry, later_us);
	assert_int_equal(request_retry_deadline(&retry), later_us + TIMEOUT_MS * MS);
}

static void reconnection_wakes_nothing_that_is_answered_or_ended(void **state)
{
	struct request_retry retry = rubbish();

	(void)state;
	request_retry_begin(&retry, START_US);
	sent(&retry, START_US);
	request_retry_answered(&retry);
	request_retry_reconnected(&retry, START_US);
	assert_false(request_retry_due(&retry, UINT64_MAX - 1));
	request_retry_begin(&retry, START_US);
	request_retry_end(&retry);
	request_retry_reconnected(&retry, START_US);
	assert_false(request_retry_due(&retry, UINT64_MAX - 1));
	assert_true(request_retry_deadline(&retry) == REQUEST_NEVER);
}

static void the_longest_waits_do_not_wrap(void **state)
{
	struct request_retry retry = rubbish();

	(void)state;
	request_retry_begin(&retry, START_US);
	for (int i = 0; i < 40; i++)
		request_retry_sent(&retry, 1000, UINT32_MAX, START_US);
	assert_int_equal(request_retry_deadline(&retry), START_US + (uint64_t)UINT32_MAX * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_request_is_due_at_once),
		cmocka_unit_test(unanswered_request_is_repeated_with_a_wait_that_doubles_up_to_the_most),
		cmocka_unit_test(answer_ends_the_repeating),
		cmocka_unit_test(answer_before_the_request_was_sent_counts_for_nothing),
		cmocka_unit_test(new_request_gives_up_the_outstanding_one),
		cmocka_unit_test(request_without_a_connection_waits_for_it),
		cmocka_unit_test(request_that_was_not_sent_has_no_answer),
		cmocka_unit_test(reconnection_repeats_the_outstanding_request_with_a_first_wait),
		cmocka_unit_test(reconnection_wakes_nothing_that_is_answered_or_ended),
		cmocka_unit_test(the_longest_waits_do_not_wrap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The whole time from the plug-in to basic charging is bounded, whatever is heard (tt_fallback_ms). */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define FALLBACK_MS 60000

static bool is_over(const struct bench *bench)
{
	return bench->out.count > 0 && bench->out.items[bench->out.count - 1].kind == SLAC_EVSE_INIT_TIMEOUT;
}

/* `cars` of 1 to 65536, one after the other. */
static struct slac_car neighbour_of(uint64_t request, uint32_t cars)
{
	struct slac_car car = slac_car(2);

	car.mac[3] ^= (uint8_t)(request % cars / 256);
	car.mac[4] ^= (uint8_t)(request % cars);
	return car;
}

/*
 * Each `period_ms` one of the neighbours asks, until the outlet stops to listen or `ms` have passed. How long that took,
 * in ms.
 */
static uint64_t hear_neighbours(struct bench *bench, uint32_t cars, uint64_t period_ms, uint64_t ms)
{
	const uint64_t from_us = bench->now_us;
	uint64_t next_us = bench->now_us;
	uint64_t request = 0;

	for (;;) {
		const uint64_t due_us = slac_evse_deadline(&bench->evse);
		if (next_us >= from_us + ms * MS && due_us >= from_us + ms * MS)
			break;
		if (due_us <= next_us) {
			bench_tick_at(bench, due_us);
			if (is_over(bench))
				break;
			continue;
		}
		bench->now_us = next_us;
		const struct slac_car neighbour = neighbour_of(request++, cars);
		bench_say(bench, &neighbour, CM_SLAC_PARM_REQ);
		next_us += period_ms * MS;
	}
	return (bench->now_us - from_us) / MS;
}

static void neighbour_that_asks_for_ever_does_not_hold_up_the_fallback(void **state)
{
	const struct slac_car neighbour = neighbour_of(0, 1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	assert_int_equal(hear_neighbours(&bench, 1, 300, 100000), FALLBACK_MS);
	bench_expect(&bench, "WAIT_START>FAILED no_match_in_time@2, failed no_match_in_time@2, "
			     "init_timeout no_match_in_time");
	bench_expect_state(&bench, SLAC_EVSE_EXPIRED);
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
	bench_say(&bench, &neighbour, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ init_expired@2");
}

static void flood_of_requests_from_anywhere_does_not_hold_it_up_either(void **state)
{
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	assert_int_equal(hear_neighbours(&bench, 65536, 1, 100000), FALLBACK_MS);
	bench_expect_state(&bench, SLAC_EVSE_EXPIRED);
}

static void every_run_in_progress_ends_with_it_and_one_failed_is_reported(void **state)
{
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench.now_us += 15000 * MS;
	for (unsigned round = 0; round < 5; round++) /* each waits 10 s for CM_SLAC_MATCH.REQ, and begins again */
		for (uint8_t i = 2; i <= 4; i++) {
			const struct slac_car neighbour = slac_car(i);
			bench_bring_to(&bench, &neighbour, SLAC_RUN_WAIT_MATCH);
			bench.now_us += 3000 * MS;
		}
	bench_expect_after_ms(&bench, 0,
			      "WAIT_MATCH>FAILED no_match_in_time@2, WAIT_MATCH>FAILED no_match_in_time@3, "
			      "WAIT_MATCH>FAILED no_match_in_time@4, failed no_match_in_time@2, "
			      "init_timeout no_match_in_time");
}

static void silent_car_beside_silence_falls_back_after_the_window_as_before(void **state)
{
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_expect_after_ms(&bench, 20000, "init_timeout");
}

static void window_after_a_failure_ends_with_the_bound(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	for (unsigned i = 0; i < 3; i++) {
		bench.now_us += 16000 * MS;
		bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	}
	bench_expect_after_ms(&bench, FALLBACK_MS - 3 * 16400, "init_timeout no_match_in_time");
}

static void car_that_was_told_the_key_is_given_its_time_to_join(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_for_link(&bench, FIELD);
	bench.now_us += 19000 * MS;
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	for (unsigned i = 0; i < 100; i++) {
		bench.now_us += 390 * MS;
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	}
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED); /* after 58 s */
	bench_tick_at(&bench, bench.now_us + 11999 * MS);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 1, "failed no_power_line_link");
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse)); /* its time is over as well: at once */
	bench_expect(&bench, "init_timeout no_match_in_time");
}

static void match_ends_the_bound_and_its_end_begins_it_anew(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_for_link(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_input(&bench, SLAC_EVSE_LINK_UP, SLAC_REASON_NONE);
	bench_expect(&bench, "matched");
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
	bench.now_us += 1000000 * MS;
	bench_input(&bench, SLAC_EVSE_LINK_LOST, SLAC_REASON_NONE);
	bench_expect(&bench, "unmatched power_line_link_lost");
	bench_key_set(&bench, 2);
	assert_int_equal(hear_neighbours(&bench, 1, 300, 100000), FALLBACK_MS);
}

/* The 15118 side has ended the session: there is no time limit, but for what begins then. */
static void terminated_session_is_followed_by_the_bound_when_a_car_speaks(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, FIELD, SLAC_RUN_MATCHED);
	bench_input(&bench, SLAC_EVSE_TERMINATE, SLAC_REASON_NONE);
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
	bench.now_us += 1000000 * MS;
	bench_key_set(&bench, 2);
	assert_int_equal(hear_neighbours(&bench, 1, 300, 100000), FALLBACK_MS);
}

static void window_after_an_f_is_given_in_full_and_is_bounded_too(void **state)
{
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	hear_neighbours(&bench, 1, 300, 100000);
	bench_input(&bench, SLAC_EVSE_PAUSE, SLAC_REASON_NONE);
	bench.now_us += 5000 * MS;
	bench_input(&bench, SLAC_EVSE_LISTEN, SLAC_REASON_NONE);
	assert_int_equal(hear_neighbours(&bench, 1, 300, 100000), 20000);
	bench_expect(&bench, "WAIT_START>FAILED no_match_in_time@2, failed no_match_in_time@2, "
			     "init_timeout no_match_in_time");
}

static void bound_is_never_shorter_than_the_window(void **state)
{
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.tt_fallback_ms = 10000;
	bench_ready(&bench, &config);
	bench_expect_after_ms(&bench, 20000, "init_timeout");
}

static void strict_and_an_outlet_without_ac_have_no_bound(void **state)
{
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	hear_neighbours(&bench, 1, 300, 600000);
	bench_expect_state(&bench, SLAC_EVSE_MATCHING);
	config.dc_only = true;
	bench_ready(&bench, &config);
	hear_neighbours(&bench, 1, 300, 600000);
	bench_expect_state(&bench, SLAC_EVSE_MATCHING);
}

static void outlet_that_stays_failed_falls_back_where_a_bound_is_set(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	config.tt_fallback_ms = FALLBACK_MS;
	bench_ready(&bench, &config);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_expect_state(&bench, SLAC_EVSE_FAILED);
	bench_expect_after_ms(&bench, FALLBACK_MS - 400, "init_timeout no_match_in_time");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbour_that_asks_for_ever_does_not_hold_up_the_fallback),
		cmocka_unit_test(flood_of_requests_from_anywhere_does_not_hold_it_up_either),
		cmocka_unit_test(every_run_in_progress_ends_with_it_and_one_failed_is_reported),
		cmocka_unit_test(silent_car_beside_silence_falls_back_after_the_window_as_before),
		cmocka_unit_test(window_after_a_failure_ends_with_the_bound),
		cmocka_unit_test(car_that_was_told_the_key_is_given_its_time_to_join),
		cmocka_unit_test(match_ends_the_bound_and_its_end_begins_it_anew),
		cmocka_unit_test(terminated_session_is_followed_by_the_bound_when_a_car_speaks),
		cmocka_unit_test(window_after_an_f_is_given_in_full_and_is_bounded_too),
		cmocka_unit_test(bound_is_never_shorter_than_the_window),
		cmocka_unit_test(strict_and_an_outlet_without_ac_have_no_bound),
		cmocka_unit_test(outlet_that_stays_failed_falls_back_where_a_bound_is_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

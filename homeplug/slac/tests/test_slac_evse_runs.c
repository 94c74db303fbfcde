/* SPDX-License-Identifier: Apache-2.0 */
/* A car's further requests and runs, EVSE side: repeated, restarted, and after one that failed. */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* --- repeated and restarted requests --- */

static void doubled_parm_req_is_answered_twice_and_the_session_goes_on(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	const struct mme first = *bench_sent(&bench, &car, CM_SLAC_PARM_CNF);
	bench.now_us += 7 * MS;
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF");
	assert_memory_equal(bench_sent(&bench, &car, CM_SLAC_PARM_CNF), &first, sizeof(first));
	bench.now_us += 125 * MS;
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "WAIT_START>SOUNDING");
}

static void parm_req_with_the_same_run_id_restarts_the_run_in_every_state(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 1; i < BENCH_WAITING_STATES; i++) {
		char step[128];
		bench_ready_as(&bench, STRICT);
		bench_bring_to(&bench, &car, bench_waiting_states[i]);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		snprintf(step, sizeof(step), "CM_SLAC_PARM.CNF, %s>WAIT_START new_run",
			 slac_run_state_text(bench_waiting_states[i]));
		bench_expect(&bench, step);
		bench_expect_whole_run(&bench, &car);
	}
}

static void parm_req_with_a_new_run_id_restarts_the_run_in_every_state(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct slac_car again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < BENCH_WAITING_STATES; i++) {
		char step[128];
		bench_ready_as(&bench, STRICT);
		bench_bring_to(&bench, &car, bench_waiting_states[i]);
		bench_say(&bench, &again, CM_SLAC_PARM_REQ);
		snprintf(step, sizeof(step), "CM_SLAC_PARM.CNF, %s>WAIT_START new_run",
			 slac_run_state_text(bench_waiting_states[i]));
		bench_expect(&bench, step);
		bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
		bench_expect(&bench, "!CM_START_ATTEN_CHAR.IND field run_id");
		bench_say(&bench, &again, CM_SLAC_PARM_REQ);
		bench_expect_whole_run(&bench, &again);
	}
}

static void failed_status_names_the_run_that_failed_last(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct slac_car again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	bench_say(&bench, &again, CM_SLAC_PARM_REQ);
	bench_expect_after_ms(&bench, 400, "WAIT_START>FAILED no_start_atten_char, failed no_start_atten_char");
	assert_memory_equal(bench.out.items[1].run_id, again.run_id, RUN_ID_LEN);
	assert_memory_equal(bench.out.items[1].ev_mac, again.mac, MAC_LEN);
}

static void unplug_after_a_restart_names_the_new_run_id(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct slac_car again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	bench_bring_to(&bench, &again, SLAC_RUN_SOUNDING);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "SOUNDING>FAILED vehicle_left, unmatched vehicle_left");
	assert_memory_equal(bench.out.items[1].run_id, again.run_id, RUN_ID_LEN);
}

/* --- after a failure --- */

static void strict_failed_run_id_stays_silent_and_a_new_one_is_answered(void **state)
{
	const struct slac_car car = slac_car(1);
	const struct slac_car again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_expect_state(&bench, SLAC_EVSE_FAILED);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ run_failed");
	bench_say(&bench, &again, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FAILED>WAIT_START new_run, matching");
	bench_expect_whole_run(&bench, &again);
}

static void field_failed_run_id_may_try_again(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_expect_state(&bench, SLAC_EVSE_WAIT_PARM);
	bench.now_us += 19000 * MS;
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FAILED>WAIT_START new_run, matching");
	bench_expect_whole_run(&bench, &car);
}

static void field_waits_another_init_time_after_a_failure(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_expect_after_ms(&bench, 20000, "init_timeout");
}

static void strict_waits_for_nothing_after_a_failure(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
}

static void expect_silence_for_the_failed_run_id(struct bench *bench, const struct slac_car *car)
{
	const struct slac_car again = slac_car_again(car);

	bench_say(bench, car, CM_SLAC_PARM_REQ);
	bench_expect(bench, "!CM_SLAC_PARM.REQ run_failed");
	bench_say(bench, &again, CM_SLAC_PARM_REQ);
	bench_expect_run(bench, car, SLAC_RUN_WAIT_START);
}

static void strict_failed_run_id_stays_silent_through_a_new_key_a_pulse_and_a_terminated_link(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_MODEM_RESTARTED);
	bench_key_set(&bench, 1);
	expect_silence_for_the_failed_run_id(&bench, &car);
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_input(&bench, SLAC_EVSE_TERMINATE, SLAC_REASON_NONE);
	expect_silence_for_the_failed_run_id(&bench, &car);
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_input(&bench, SLAC_EVSE_PAUSE, SLAC_REASON_NONE);
	bench_input(&bench, SLAC_EVSE_LISTEN, SLAC_REASON_NONE);
	expect_silence_for_the_failed_run_id(&bench, &car);
}

static void failed_run_id_of_the_last_vehicle_is_forgotten(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect_run(&bench, &car, SLAC_RUN_WAIT_START);
}

/* --- failures are counted --- */

/* While a window is open, a car asks and says no more. */
static void fail_matching(struct bench *bench, const struct slac_car *car)
{
	bench->now_us += 15000 * MS;
	bench_bring_to(bench, car, SLAC_RUN_FAILED);
}

/* SLAC_CONN_MAX_MATCH failures each begin the window anew, one more no longer does. */
static void expect_failures_counted_from_zero(struct bench *bench)
{
	uint64_t last_us = 0;

	for (uint8_t i = 1; i <= SLAC_CONN_MAX_MATCH; i++) {
		const struct slac_car neighbour = slac_car(i);
		fail_matching(bench, &neighbour);
		last_us = bench->now_us + 20000 * MS;
		assert_int_equal(slac_evse_deadline(&bench->evse), last_us);
	}
	const struct slac_car neighbour = slac_car(SLAC_CONN_MAX_MATCH + 1);
	fail_matching(bench, &neighbour);
	assert_int_equal(slac_evse_deadline(&bench->evse), last_us);
	bench_tick_at(bench, last_us);
	bench_expect(bench, "init_timeout");
}

/* A busy neighbour must not keep a silent car from basic charging. */
/* Without the bound on the whole time (test_slac_fallback.c), which would be shorter. */
static void ready_without_bound(struct bench *bench)
{
	struct slac_evse_config config = bench_config(FIELD);

	config.tt_fallback_ms = 0;
	bench_ready(bench, &config);
}

static void window_begins_anew_three_times_and_then_ends(void **state)
{
	struct bench bench;

	(void)state;
	ready_without_bound(&bench);
	expect_failures_counted_from_zero(&bench);
}

static void failures_of_one_vehicle_do_not_shorten_the_window_of_the_next(void **state)
{
	struct bench bench;

	(void)state;
	ready_without_bound(&bench);
	expect_failures_counted_from_zero(&bench);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	expect_failures_counted_from_zero(&bench);
}

static void failures_before_a_match_do_not_shorten_the_window_after_it(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_for_link(&bench, FIELD);
	for (int i = 0; i < SLAC_CONN_MAX_MATCH; i++)
		fail_matching(&bench, &car);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_input(&bench, SLAC_EVSE_LINK_UP, SLAC_REASON_NONE);
	bench_expect(&bench, "matched");
	bench_input(&bench, SLAC_EVSE_LINK_LOST, SLAC_REASON_NONE);
	bench_expect(&bench, "unmatched power_line_link_lost");
	bench_expect_listens_or_stays_failed(&bench, FIELD);
	fail_matching(&bench, &car);
	bench_expect_after_ms(&bench, 20000, "init_timeout");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubled_parm_req_is_answered_twice_and_the_session_goes_on),
		cmocka_unit_test(parm_req_with_the_same_run_id_restarts_the_run_in_every_state),
		cmocka_unit_test(parm_req_with_a_new_run_id_restarts_the_run_in_every_state),
		cmocka_unit_test(failed_status_names_the_run_that_failed_last),
		cmocka_unit_test(unplug_after_a_restart_names_the_new_run_id),
		cmocka_unit_test(strict_failed_run_id_stays_silent_and_a_new_one_is_answered),
		cmocka_unit_test(field_failed_run_id_may_try_again),
		cmocka_unit_test(field_waits_another_init_time_after_a_failure),
		cmocka_unit_test(strict_waits_for_nothing_after_a_failure),
		cmocka_unit_test(strict_failed_run_id_stays_silent_through_a_new_key_a_pulse_and_a_terminated_link),
		cmocka_unit_test(failed_run_id_of_the_last_vehicle_is_forgotten),
		cmocka_unit_test(window_begins_anew_three_times_and_then_ends),
		cmocka_unit_test(failures_of_one_vehicle_do_not_shorten_the_window_of_the_next),
		cmocka_unit_test(failures_before_a_match_do_not_shorten_the_window_after_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

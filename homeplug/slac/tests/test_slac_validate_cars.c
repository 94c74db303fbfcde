/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation with several cars and outlets, EVSE side: one car at a time may toggle, on the outlet and in the whole
 * station, since nobody could tell whose toggles a pilot shows.
 */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Step 1 of the car is put off until `ms` from now, not longer. */
static void expect_waiting(struct bench *bench, const struct slac_car *car, uint64_t ms)
{
	bench->now_us += ms * MS - 1;
	bench_validate(bench, car, 0);
	bench_expect_validate_cnf(bench, car, VALIDATE_NOT_READY, 0);
	bench->now_us++;
	bench_validate(bench, car, 0);
	bench_expect_validate_cnf(bench, car, VALIDATE_READY, 0);
}

/* In vain, every 0.5 s. */
static void ask_for_3_s(struct bench *bench, const struct slac_car *car)
{
	for (int i = 0; i < 6; i++) {
		bench->now_us += 500 * MS;
		bench_validate(bench, car, 0);
		bench_expect_validate_cnf(bench, car, VALIDATE_NOT_READY, 0);
	}
}

static void validate_beside_neighbour(struct bench *bench, const struct slac_car *car, uint8_t timer)
{
	const struct mme frame = slac_car_validate(car, timer);
	const struct slac_evse_input input = {.kind = SLAC_EVSE_FRAME, .frame = &frame, .neighbour_validates = true};

	slac_evse_input(&bench->evse, &input, bench->now_us, &bench->out);
}

static void another_run_is_not_ready_until_the_first_has_validated(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, FIELD, SLAC_RUN_WAIT_MATCH);
	bench_bring_to(&bench, &other, SLAC_RUN_WAIT_MATCH);
	const uint64_t session_us = slac_evse_deadline(&bench.evse);
	bench_validate(&bench, &car, 0);
	bench_validate(&bench, &other, 0);
	bench_expect(&bench, "~CM_VALIDATE.REQ validation_put_off@2, CM_VALIDATE.CNF@2");
	bench_expect_validate_cnf(&bench, &other, VALIDATE_NOT_READY, 0);
	bench_validate(&bench, &car, 19);
	bench.now_us += 500 * MS;
	bench_validate(&bench, &other, 0);
	bench_expect_validate_cnf(&bench, &other, VALIDATE_NOT_READY, 0);
	bench_expect_run(&bench, &other, SLAC_RUN_WAIT_MATCH);
	bench_toggle(&bench, 1);
	bench_expect_after_ms(&bench, 1500, "CM_VALIDATE.CNF, TOGGLING>WAIT_MATCH");
	bench_expect_validate_cnf(&bench, &car, VALIDATE_SUCCESS, 1);
	bench_validate(&bench, &other, 0);
	bench_expect(&bench, "CM_VALIDATE.CNF@2, WAIT_MATCH>WAIT_TOGGLE@2");
	bench_expect_validate_cnf(&bench, &other, VALIDATE_READY, 0);
	bench_validate(&bench, &other, 4);
	bench_expect_after_ms(&bench, 500, "CM_VALIDATE.CNF@2, TOGGLING>WAIT_MATCH@2");
	bench_expect_validate_cnf(&bench, &other, VALIDATE_SUCCESS, 0);
	bench_validate(&bench, &car, 19);
	bench_expect_validate_cnf(&bench, &car, VALIDATE_SUCCESS, 1);
	assert_true(bench.now_us < session_us);
}

static void not_ready_does_not_prolong_the_session_time_and_is_the_reason(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &other, FIELD, SLAC_RUN_WAIT_MATCH);
	const uint64_t session_us = slac_evse_deadline(&bench.evse);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_TOGGLE);
	bench_validate(&bench, &car, 34);
	ask_for_3_s(&bench, &other);
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "CM_VALIDATE.CNF, TOGGLING>WAIT_MATCH");
	bench_tick_at(&bench, session_us);
	bench_expect(&bench, "WAIT_MATCH>FAILED validation_put_off@2");
}

static void a_car_that_had_its_turn_does_not_blame_others(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_MATCH);
	validate_beside_neighbour(&bench, &car, 0);
	bench_validate(&bench, &car, 0);
	bench_validate(&bench, &car, BENCH_TIMER);
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_MATCH>FAILED no_match_req, failed no_match_req");
}

/* It asks again at once with each result; the other car must not wait for more than one of its turns. */
static void a_greedy_car_does_not_keep_another_from_its_turn(void **state)
{
	const struct slac_car greedy = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &greedy, STRICT, SLAC_RUN_WAIT_TOGGLE);
	bench_bring_to(&bench, &other, SLAC_RUN_WAIT_MATCH);
	bench_validate(&bench, &greedy, 34);
	ask_for_3_s(&bench, &other);
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_validate(&bench, &greedy, 0);
	bench_expect_validate_cnf(&bench, &greedy, VALIDATE_NOT_READY, 0);
	bench_validate(&bench, &other, 0);
	bench_expect_validate_cnf(&bench, &other, VALIDATE_READY, 0);
}

/* The EV may not have heard that its run is over, and toggles on: nobody else may be taken for it. */
static void a_car_whose_run_has_ended_may_toggle_until_its_time_is_over(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_TOGGLE);
	bench_bring_to(&bench, &other, SLAC_RUN_WAIT_MATCH);
	for (int i = 0; i < 3; i++)
		bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_TOGGLE>FAILED no_validate_req");
	expect_waiting(&bench, &other, 3500);

	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_TOGGLING);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	bench_bring_to(&bench, &other, SLAC_RUN_WAIT_MATCH);
	expect_waiting(&bench, &other, BENCH_TOGGLING_MS);
}

static void a_car_that_begins_anew_toggles_no_more(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_TOGGLING);
	bench_bring_to(&bench, &other, SLAC_RUN_WAIT_MATCH);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_validate(&bench, &other, 0);
	bench_expect_validate_cnf(&bench, &other, VALIDATE_READY, 0);
}

static void a_car_that_matches_ends_another_ones_validation(void **state)
{
	static const enum slac_run_state states[] = {SLAC_RUN_WAIT_TOGGLE, SLAC_RUN_TOGGLING};
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char text[160];
		bench_ready_at(&bench, &other, STRICT, states[i]);
		bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		snprintf(text, sizeof(text),
			 "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, %s>FAILED other_ev_matched@2, matched",
			 slac_run_state_text(states[i]));
		bench_expect(&bench, text);
		bench_validate(&bench, &other, 19);
		bench_expect(&bench, "!CM_VALIDATE.REQ run_failed@2");
		assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
	}
}

/* --- a neighbouring outlet --- */

static void a_car_waits_while_a_neighbouring_outlet_validates_another_one(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_MATCH);
	validate_beside_neighbour(&bench, &car, 0);
	bench_expect_validate_cnf(&bench, &car, VALIDATE_NOT_READY, 0);
	bench_expect_run(&bench, &car, SLAC_RUN_WAIT_MATCH);
	bench_validate(&bench, &car, 0);
	bench_expect_validate_cnf(&bench, &car, VALIDATE_READY, 0);

	/* Begun is begun: the neighbour's car is the one that waits now. */
	validate_beside_neighbour(&bench, &car, BENCH_TIMER);
	bench_toggle(&bench, 2);
	bench_expect_after_ms(&bench, BENCH_TOGGLING_MS, "CM_VALIDATE.CNF, TOGGLING>WAIT_MATCH");
	bench_expect_validate_cnf(&bench, &car, VALIDATE_SUCCESS, 2);
}

static bool waits_for(const struct bench *bench, const struct slac_car *car)
{
	return slac_validation_blocks(&bench->evse.validation, car->mac, SLAC_VALIDATION_NOT_WAITING, bench->now_us);
}

static void an_outlet_tells_its_neighbours_from_ready_to_the_result(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_MATCH);
	assert_false(waits_for(&bench, &other));
	bench_validate(&bench, &car, 0);
	assert_true(waits_for(&bench, &other));
	assert_false(waits_for(&bench, &car));
	bench_validate(&bench, &car, BENCH_TIMER);
	assert_true(waits_for(&bench, &other));
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect_validate_cnf(&bench, &car, VALIDATE_SUCCESS, 0);
	assert_false(waits_for(&bench, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_run_is_not_ready_until_the_first_has_validated),
		cmocka_unit_test(not_ready_does_not_prolong_the_session_time_and_is_the_reason),
		cmocka_unit_test(a_car_that_had_its_turn_does_not_blame_others),
		cmocka_unit_test(a_greedy_car_does_not_keep_another_from_its_turn),
		cmocka_unit_test(a_car_whose_run_has_ended_may_toggle_until_its_time_is_over),
		cmocka_unit_test(a_car_that_begins_anew_toggles_no_more),
		cmocka_unit_test(a_car_that_matches_ends_another_ones_validation),
		cmocka_unit_test(a_car_waits_while_a_neighbouring_outlet_validates_another_one),
		cmocka_unit_test(an_outlet_tells_its_neighbours_from_ready_to_the_result),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

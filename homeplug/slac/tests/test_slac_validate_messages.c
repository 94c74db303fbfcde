/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation, EVSE side, of a car that does not keep to its two steps (doc/conformance.md, CmValidate_001
 * ... _013): messages that do not come, come again, or are wrong or out of place.
 */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* --- step 2 does not come --- */

static void ready_is_sent_three_times_400_ms_apart_and_then_the_run_fails(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bench_ready_at(&bench, &car, strict != 0, SLAC_RUN_WAIT_TOGGLE);
		for (int i = 0; i < 2; i++) {
			bench_expect_after_ms(&bench, 400, "CM_VALIDATE.CNF");
			bench_expect_validate_cnf(&bench, &car, VALIDATE_READY, 0);
		}
		bench_expect_after_ms(&bench, 400, "WAIT_TOGGLE>FAILED no_validate_req, failed no_validate_req");
		bench_expect_state(&bench, strict ? SLAC_EVSE_FAILED : SLAC_EVSE_WAIT_PARM);
		bench_validate(&bench, &car, 19);
		bench_expect(&bench, "!CM_VALIDATE.REQ run_failed");
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed");
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		bench_expect(&bench, strict ? "!CM_SLAC_PARM.REQ run_failed"
					    : "CM_SLAC_PARM.CNF, FAILED>WAIT_START new_run, matching");
		bench_bring_to(&bench, &again, SLAC_RUN_MATCHED);
	}
}

static void step_2_counts_until_the_last_microsecond_of_the_third_wait(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int late = 0; late <= 1; late++) {
		bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_TOGGLE);
		bench_expect_after_ms(&bench, 400, "CM_VALIDATE.CNF");
		bench_expect_after_ms(&bench, 400, "CM_VALIDATE.CNF");
		bench.now_us += 400 * MS - (late ? 0 : 1);
		bench_validate(&bench, &car, 19);
		bench_expect(&bench, late ? "WAIT_TOGGLE>FAILED no_validate_req, failed no_validate_req, "
					    "!CM_VALIDATE.REQ run_failed"
					  : "WAIT_TOGGLE>TOGGLING");
	}
}

/* CmValidate_002, for 3.5 s: longer nobody keeps the pilot from the other cars. Our own repeats are still two. */
static void step_1_again_is_answered_each_time(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_TOGGLE);
	for (int i = 0; i < 11; i++) {
		bench.now_us += 300 * MS;
		bench_validate(&bench, &car, 0);
		bench_expect(&bench, "CM_VALIDATE.CNF");
		bench_expect_validate_cnf(&bench, &car, VALIDATE_READY, 0);
	}
	bench.now_us += 300 * MS;
	bench_validate(&bench, &car, 0);
	bench_expect(&bench, "!CM_VALIDATE.REQ unexpected");
	bench_expect_after_ms(&bench, 100, "CM_VALIDATE.CNF");
	bench_expect_after_ms(&bench, 400, "CM_VALIDATE.CNF");
	bench_expect_after_ms(&bench, 400, "WAIT_TOGGLE>FAILED no_validate_req, failed no_validate_req");
}

/* CmValidate_005 ... 008: no answer, no further Ready, and the run is dead; it is another car's turn. */
static void step_2_that_gives_up_ends_the_matching(void **state)
{
	static const uint8_t results[] = {VALIDATE_NOT_READY, VALIDATE_SUCCESS, VALIDATE_FAILURE,
					  VALIDATE_NOT_REQUIRED};
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(results); i++)
		for (int beside = 0; beside <= 1; beside++) {
			struct mme frame = slac_car_validate(&car, 19);
			bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_TOGGLE);
			if (beside)
				bench_bring_to(&bench, &other, SLAC_RUN_WAIT_MATCH);
			frame.validate_req.result = results[i];
			bench_frame(&bench, &frame);
			bench_expect(&bench, beside ? "WAIT_TOGGLE>FAILED validation_ended"
						    : "WAIT_TOGGLE>FAILED validation_ended, failed validation_ended");
			bench_validate(&bench, &car, 19);
			bench_expect(&bench, "!CM_VALIDATE.REQ run_failed");
			bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
			bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed");
			if (beside) {
				bench_validate(&bench, &other, 0);
				bench_expect(&bench, "CM_VALIDATE.CNF@2, WAIT_MATCH>WAIT_TOGGLE@2");
			} else {
				bench_expect_deaf(&bench, &car);
			}
		}
}

static void a_fourth_validation_of_a_run_is_not_begun(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_MATCH);
	for (int i = 0; i < 3; i++) {
		bench_validate(&bench, &car, 0);
		bench_validate(&bench, &car, 19);
		bench_expect_result_after_ms(&bench, &car, 2000, 0);
	}
	bench_validate(&bench, &car, 0);
	bench_expect(&bench, "!CM_VALIDATE.REQ unexpected");
	bench_expect_after_ms(&bench, 400, "WAIT_MATCH>FAILED no_match_req, failed no_match_req");
}

/* C_EV_match_retry is for each message: CM_ATTEN_CHAR.IND and an earlier validation have used up theirs. */
static void the_repeats_of_a_validation_are_its_own(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_RSP);
	bench_expect_after_ms(&bench, 200, "CM_ATTEN_CHAR.IND");
	bench_expect_after_ms(&bench, 200, "CM_ATTEN_CHAR.IND");
	bench_say(&bench, &car, CM_ATTEN_CHAR_RSP);
	for (int validation = 0; validation < 2; validation++) {
		bench_validate(&bench, &car, 0);
		bench_expect_after_ms(&bench, 400, "CM_VALIDATE.CNF");
		bench_expect_after_ms(&bench, 400, "CM_VALIDATE.CNF");
		bench_validate(&bench, &car, 19);
		bench_expect_result_after_ms(&bench, &car, 2000, 0);
	}
}

static void a_car_that_goes_on_after_a_repeated_ready_is_served(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_TOGGLE);
	bench_expect_after_ms(&bench, 400, "CM_VALIDATE.CNF");
	bench_validate(&bench, &car, 9);
	bench_toggle(&bench, 3);
	bench_expect_result_after_ms(&bench, &car, 1000, 3);
}

/* --- wrong, doubled and misplaced messages --- */

/* CmValidate_004. Only a result that is known ends the matching, and only once slacd waits for step 2. */
static void a_wrong_field_in_either_step_changes_nothing(void **state)
{
	static const enum slac_run_state states[] = {SLAC_RUN_WAIT_MATCH, SLAC_RUN_WAIT_TOGGLE};
	static const uint8_t results[] = {
		5, 0xff, VALIDATE_NOT_READY, VALIDATE_SUCCESS, VALIDATE_FAILURE, VALIDATE_NOT_REQUIRED};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (uint8_t timer = 0; timer <= 19; timer = (uint8_t)(timer + 19)) {
			struct mme frame = slac_car_validate(&car, timer);
			bench_ready_at(&bench, &car, STRICT, states[i]);
			bench.now_us += 100 * MS;
			const struct slac_evse before = bench_without_diagnosis(&bench);
			for (size_t r = 0; r < sizeof(results); r++) {
				frame.validate_req.signal_type = r % 2 != 0 ? 1 : 0xff;
				frame.validate_req.result = r == 0 ? VALIDATE_READY : results[r];
				bench_frame(&bench, &frame);
				bench_expect(&bench, "!CM_VALIDATE.REQ field signal_type");
			}
			frame.validate_req.signal_type = 0;
			for (size_t r = 0; r < (i == 0 ? sizeof(results) : 2); r++) {
				frame.validate_req.result = results[r];
				bench_frame(&bench, &frame);
				bench_expect(&bench, "!CM_VALIDATE.REQ field result");
			}
			const struct slac_evse after = bench_without_diagnosis(&bench);
			assert_memory_equal(&after, &before, sizeof(before));
		}
}

static void step_2_without_step_1_is_unexpected(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_MATCH);
	const struct slac_evse before = bench.evse;
	bench_validate(&bench, &car, 19);
	bench_expect(&bench, "!CM_VALIDATE.REQ unexpected");
	assert_memory_equal(&bench.evse, &before, sizeof(before));
}

static void nothing_the_car_says_disturbs_the_window(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_TOGGLING);
	bench_toggle(&bench, 1);
	bench.now_us += 500 * MS;
	bench_validate(&bench, &car, 40);
	bench_expect(&bench, "!CM_VALIDATE.REQ unexpected");
	bench_validate(&bench, &car, 0);
	bench_expect(&bench, "!CM_VALIDATE.REQ unexpected");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ unexpected");
	bench_toggle(&bench, 1);
	bench_expect_result_after_ms(&bench, &car, 1500, 2);
}

static void the_result_is_sent_again_when_step_2_is_repeated(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_TOGGLING);
	bench_toggle(&bench, 2);
	bench_expect_result_after_ms(&bench, &car, 2000, 2);
	const uint64_t deadline_us = slac_evse_deadline(&bench.evse);
	for (int i = 0; i < 3; i++) {
		bench.now_us += 100 * MS;
		bench_validate(&bench, &car, 19);
		bench_expect(&bench, "CM_VALIDATE.CNF");
		bench_expect_validate_cnf(&bench, &car, VALIDATE_SUCCESS, 2);
		assert_int_equal(slac_evse_deadline(&bench.evse), deadline_us);
	}
}

static void a_second_validation_counts_from_nothing(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_TOGGLING);
	bench_toggle(&bench, 3);
	bench_s2(&bench, true);
	bench_expect_result_after_ms(&bench, &car, 2000, 3);
	bench_validate(&bench, &car, 0);
	bench_expect_validate_cnf(&bench, &car, VALIDATE_READY, 0);
	bench_validate(&bench, &car, 19);
	bench_s2(&bench, false);
	bench_toggle(&bench, 1);
	bench_expect_result_after_ms(&bench, &car, 2000, 1);
}

static void a_new_run_forgets_the_validation(void **state)
{
	static const enum slac_run_state states[] = {SLAC_RUN_WAIT_TOGGLE, SLAC_RUN_TOGGLING};
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_ready_at(&bench, &car, STRICT, states[i]);
		bench_toggle(&bench, 2);
		bench_bring_to(&bench, &again, SLAC_RUN_WAIT_MATCH);
		bench_validate(&bench, &again, 19);
		bench_expect(&bench, "!CM_VALIDATE.REQ unexpected");
		bench_say(&bench, &again, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
	}
}

static void a_car_that_is_not_known_is_not_validated(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_TOGGLING);
	bench_validate(&bench, &other, 0);
	bench_expect(&bench, "!CM_VALIDATE.REQ unknown_run@2");
}

static void validation_match_and_rsp_out_of_place_are_refused(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < BENCH_WAITING_STATES - 1; i++) {
		bench_ready_as(&bench, STRICT);
		bench_bring_to(&bench, &car, bench_waiting_states[i]);
		bench_say(&bench, &car, CM_VALIDATE_REQ);
		bench_expect(&bench, "!CM_VALIDATE.REQ unexpected");
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "!CM_SLAC_MATCH.REQ unexpected");
		if (bench_waiting_states[i] == SLAC_RUN_WAIT_RSP)
			continue;
		bench_say(&bench, &car, CM_ATTEN_CHAR_RSP);
		bench_expect(&bench, "!CM_ATTEN_CHAR.RSP unexpected");
		bench_expect_run(&bench, &car, bench_waiting_states[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ready_is_sent_three_times_400_ms_apart_and_then_the_run_fails),
		cmocka_unit_test(step_2_counts_until_the_last_microsecond_of_the_third_wait),
		cmocka_unit_test(step_1_again_is_answered_each_time),
		cmocka_unit_test(step_2_that_gives_up_ends_the_matching),
		cmocka_unit_test(a_fourth_validation_of_a_run_is_not_begun),
		cmocka_unit_test(the_repeats_of_a_validation_are_its_own),
		cmocka_unit_test(a_car_that_goes_on_after_a_repeated_ready_is_served),
		cmocka_unit_test(a_wrong_field_in_either_step_changes_nothing),
		cmocka_unit_test(step_2_without_step_1_is_unexpected),
		cmocka_unit_test(nothing_the_car_says_disturbs_the_window),
		cmocka_unit_test(the_result_is_sent_again_when_step_2_is_repeated),
		cmocka_unit_test(a_second_validation_counts_from_nothing),
		cmocka_unit_test(a_new_run_forgets_the_validation),
		cmocka_unit_test(a_car_that_is_not_known_is_not_validated),
		cmocka_unit_test(validation_match_and_rsp_out_of_place_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation by toggling S2, EVSE side (doc/conformance.md, CmValidate_001 ... _013 and the even CmSlacMatch
 * cases): the two steps, what is counted on the pilot, and what comes of it.
 */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* --- the two steps --- */

static void a_validation_goes_through_and_the_match_follows(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++)
		for (unsigned toggles = 0; toggles <= 3; toggles++) {
			bench_ready_at(&bench, &car, strict != 0, SLAC_RUN_WAIT_MATCH);
			bench_validate(&bench, &car, 0);
			bench_expect(&bench, "CM_VALIDATE.CNF, WAIT_MATCH>WAIT_TOGGLE");
			bench_expect_validate_cnf(&bench, &car, VALIDATE_READY, 0);
			bench_validate(&bench, &car, 19);
			bench_expect(&bench, "WAIT_TOGGLE>TOGGLING");
			bench_toggle(&bench, toggles);
			bench_expect_result_after_ms(&bench, &car, 2000, toggles);
			bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
			bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
		}
}

static void the_window_is_timer_plus_one_times_100_ms(void **state)
{
	static const uint8_t timers[] = {1, 5, 19, 34};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
		bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_TOGGLE);
		bench_validate(&bench, &car, timers[i]);
		bench_toggle(&bench, 1);
		bench_expect_result_after_ms(&bench, &car, (timers[i] + UINT64_C(1)) * 100, 1);
	}
}

/* CmSlacMatch_006: however late in TT_EVSE_match_session the validation began. */
static void after_the_result_the_car_has_400_ms_and_in_the_field_10_s(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		const uint64_t ms = strict ? 400 : 10000;
		bench_ready_at(&bench, &car, strict != 0, SLAC_RUN_WAIT_MATCH);
		bench.now_us += 9000 * MS;
		bench_validate(&bench, &car, 0);
		bench_validate(&bench, &car, 19);
		bench_expect_result_after_ms(&bench, &car, 2000, 0);
		bench.now_us += ms * MS - 1;
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
		bench_ready_at(&bench, &car, strict != 0, SLAC_RUN_TOGGLING);
		bench_expect_result_after_ms(&bench, &car, 2000, 0);
		bench_expect_after_ms(&bench, ms, "WAIT_MATCH>FAILED no_match_req, failed no_match_req");
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed");
	}
}

static void slow_after_validation_alone_decides_how_long_the_car_has(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int slow = 0; slow <= 1; slow++) {
		struct slac_evse_config config = bench_config(slow != 0);
		config.slow_after_validation = slow != 0;
		bench_ready(&bench, &config);
		bench_bring_to(&bench, &car, SLAC_RUN_TOGGLING);
		bench_expect_result_after_ms(&bench, &car, 2000, 0);
		assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, (slow ? 10000 : 400) * MS);
	}
}

/* TT_EVSE_vald_toggle has a maximum: nobody keeps the pilot from the other cars for longer. */
static void no_window_is_longer_than_3500_ms(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_TOGGLE);
	bench_validate(&bench, &car, 255);
	bench_expect_result_after_ms(&bench, &car, 3500, 0);
}

static void the_session_time_does_not_run_while_the_car_toggles(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_MATCH);
	bench.now_us += 9000 * MS;
	bench_validate(&bench, &car, 0);
	bench_validate(&bench, &car, 34);
	bench_expect_result_after_ms(&bench, &car, 3500, 0);
}

/* --- what is a toggle --- */

static void only_b_c_b_within_the_window_counts(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_WAIT_MATCH);
	bench_toggle(&bench, 1);
	bench_validate(&bench, &car, 0);
	bench_toggle(&bench, 1);
	bench_s2(&bench, true); /* closed before, opened within: half a toggle */
	bench_validate(&bench, &car, 19);
	bench_s2(&bench, false);
	bench_toggle(&bench, 2);
	bench_s2(&bench, true); /* closed within, opened after */
	bench_expect_result_after_ms(&bench, &car, 2000, 2);
	bench_s2(&bench, false);
	bench_toggle(&bench, 1);
	bench_validate(&bench, &car, 19);
	bench_expect_validate_cnf(&bench, &car, VALIDATE_SUCCESS, 2);
}

/* C to D and back is S2 closed all the while; the station may repeat a state. */
static void a_repeated_state_is_no_second_toggle(void **state)
{
	static const bool closed[] = {false, true, true, true, false, false, true, false, false};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_TOGGLING);
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		bench_s2(&bench, closed[i]);
	bench_expect_result_after_ms(&bench, &car, 2000, 2);
}

static void a_toggle_that_ends_at_the_limit_is_late(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int late = 0; late <= 1; late++) {
		bench_ready_at(&bench, &car, STRICT, SLAC_RUN_TOGGLING);
		bench_s2(&bench, true);
		bench.now_us += BENCH_TOGGLING_MS * MS - (late ? 0 : 1);
		bench_input(&bench, SLAC_EVSE_S2_OPEN, SLAC_REASON_NONE);
		if (!late)
			bench_tick_at(&bench, bench.now_us + 1);
		bench_expect(&bench, "CM_VALIDATE.CNF, TOGGLING>WAIT_MATCH");
		bench_expect_validate_cnf(&bench, &car, VALIDATE_SUCCESS, late ? 0 : 1);
	}
}

static void more_toggles_than_the_field_holds_are_not_wrapped(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_at(&bench, &car, STRICT, SLAC_RUN_TOGGLING);
	bench_toggle(&bench, 300);
	bench_expect_result_after_ms(&bench, &car, 2000, 255);
}

static void the_pilot_toggles_without_a_validation_and_nothing_happens(void **state)
{
	static const enum slac_run_state states[] = {SLAC_RUN_WAIT_START, SLAC_RUN_SOUNDING, SLAC_RUN_WAIT_RSP,
						     SLAC_RUN_WAIT_MATCH, SLAC_RUN_MATCHED,  SLAC_RUN_FAILED};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		bench_ready_at(&bench, &car, STRICT, states[i]);
		const struct slac_evse before = bench.evse;
		bench_toggle(&bench, 3);
		assert_memory_equal(&bench.evse, &before, sizeof(before));
	}
}

/* --- not carried out --- */

static void refused_validation_leaves_session_time_and_match_alone(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++)
		for (uint8_t timer = 0; timer <= 19; timer = (uint8_t)(timer + 19)) {
			struct slac_evse_config config = bench_config(strict != 0);
			config.validation = SLAC_VALIDATION_OFF;
			bench_ready(&bench, &config);
			bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
			bench.now_us += 5000 * MS;
			const struct slac_evse before = bench.evse;
			bench_validate(&bench, &car, timer);
			bench_expect_validate_cnf(&bench, &car, strict ? VALIDATE_FAILURE : VALIDATE_NOT_REQUIRED, 0);
			assert_memory_equal(&bench.evse, &before, sizeof(before));
			bench.now_us += 5000 * MS - 1;
			bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
			bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
		}
}

/* Where a station leaves validation out: the field profile says that none is needed, the standard that it failed. */
static void validation_is_answered_not_required_and_matching_goes_on(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		struct slac_evse_config config = bench_config(strict != 0);
		config.validation = SLAC_VALIDATION_OFF;
		bench_ready(&bench, &config);
		bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
		const uint64_t deadline_us = slac_evse_deadline(&bench.evse);
		bench.now_us += 500 * MS;
		bench_say(&bench, &car, CM_VALIDATE_REQ);
		bench_expect(&bench, "CM_VALIDATE.CNF");
		const struct validate_cnf *cnf = &bench_sent(&bench, &car, CM_VALIDATE_CNF)->validate_cnf;
		assert_int_equal(cnf->signal_type, 0);
		assert_int_equal(cnf->toggle_num, 0);
		assert_int_equal(cnf->result, strict ? 3 : 4);
		assert_int_equal(slac_evse_deadline(&bench.evse), deadline_us);
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
	}
}

/* --- not required --- */

static void ready_where_none_is_required(struct bench *bench, const struct slac_car *car, bool strict)
{
	struct slac_evse_config config = bench_config(strict);

	config.validation = SLAC_VALIDATION_NOT_REQUIRED;
	bench_ready(bench, &config);
	bench_bring_to(bench, car, SLAC_RUN_WAIT_MATCH);
}

/* CmValidate_012: the car goes on with the match, and has the time that it had. */
static void a_car_that_need_not_validate_is_matched(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		ready_where_none_is_required(&bench, &car, strict != 0);
		const uint64_t deadline_us = slac_evse_deadline(&bench.evse);
		for (int i = 0; i < 5; i++) {
			bench.now_us += 500 * MS;
			bench_validate(&bench, &car, 0);
			bench_expect(&bench, "CM_VALIDATE.CNF");
			bench_expect_validate_cnf(&bench, &car, VALIDATE_NOT_REQUIRED, 0);
			assert_int_equal(slac_evse_deadline(&bench.evse), deadline_us);
		}
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
	}
}

/* CmValidate_011. */
static void a_car_that_toggles_all_the_same_gets_its_number(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	ready_where_none_is_required(&bench, &car, STRICT);
	for (unsigned toggles = 1; toggles <= 3; toggles++) {
		bench_validate(&bench, &car, 0);
		bench_expect_validate_cnf(&bench, &car, VALIDATE_NOT_REQUIRED, 0);
		bench_validate(&bench, &car, 19);
		bench_expect(&bench, "WAIT_MATCH>TOGGLING");
		bench_toggle(&bench, toggles);
		bench_expect_result_after_ms(&bench, &car, 2000, toggles);
		bench_validate(&bench, &car, 19); /* the result was lost */
		bench_expect_validate_cnf(&bench, &car, VALIDATE_SUCCESS, toggles);
	}
	bench_validate(&bench, &car, 0);
	bench_validate(&bench, &car, 19); /* a fourth time: the result of the third */
	bench_expect_validate_cnf(&bench, &car, VALIDATE_SUCCESS, 3);
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
}

static void a_car_that_was_not_told_so_does_not_toggle(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	ready_where_none_is_required(&bench, &car, STRICT);
	bench_validate(&bench, &car, 19);
	bench_expect(&bench, "!CM_VALIDATE.REQ unexpected");
}

static void two_cars_do_not_toggle_at_once_where_none_is_required_either(void **state)
{
	const struct slac_car first = slac_car(1), second = slac_car(2);
	struct bench bench;

	(void)state;
	ready_where_none_is_required(&bench, &first, STRICT);
	bench_bring_to(&bench, &second, SLAC_RUN_WAIT_MATCH);
	bench_validate(&bench, &first, 0);
	bench_validate(&bench, &second, 0);
	bench_expect_validate_cnf(&bench, &second, VALIDATE_NOT_REQUIRED, 0);
	bench_validate(&bench, &first, 19);
	bench_expect(&bench, "WAIT_MATCH>TOGGLING");
	bench_validate(&bench, &second, 19);
	bench_expect(&bench, "~CM_VALIDATE.REQ validation_put_off@2, CM_VALIDATE.CNF@2");
	bench_expect_validate_cnf(&bench, &second, VALIDATE_NOT_READY, 0);
	bench_toggle(&bench, 1);
	bench_expect_result_after_ms(&bench, &first, 2000, 1);
	bench_validate(&bench, &second, 19);
	bench_expect(&bench, "WAIT_MATCH>TOGGLING@2");
}

/* --- the match after a validation (even CmSlacMatch cases) --- */

static void validated_match_req_is_checked_like_any_other(void **state)
{
	static const size_t octets[] = {
		offsetof(struct mme, slac_match_req.application_type),
		offsetof(struct mme, slac_match_req.security_type),
		offsetof(struct mme, slac_match_req.mvf_length),
		offsetof(struct mme, slac_match_req.pev_id),
		offsetof(struct mme, slac_match_req.pev_mac),
		offsetof(struct mme, slac_match_req.evse_id),
		offsetof(struct mme, slac_match_req.evse_mac),
		offsetof(struct mme, slac_match_req.run_id),
	};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++) {
		struct mme frame = slac_car_message(&car, CM_SLAC_MATCH_REQ);
		((uint8_t *)&frame)[octets[i]] ^= 1;
		bench_ready_at(&bench, &car, STRICT, SLAC_RUN_TOGGLING);
		bench_expect_result_after_ms(&bench, &car, 2000, 0);
		bench_frame(&bench, &frame);
		assert_int_equal(bench.out.items[0].reason, SLAC_REASON_FIELD);
		bench_expect_silence(&bench);
		bench.now_us += 400 * MS - 1;
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
		const struct mme first = *bench_sent(&bench, &car, CM_SLAC_MATCH_CNF);
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		assert_memory_equal(bench_sent(&bench, &car, CM_SLAC_MATCH_CNF), &first, sizeof(first));
	}
}

/* --- what ends everything --- */

static void unplug_lost_key_and_termination_end_a_validation(void **state)
{
	static const enum slac_run_state states[] = {SLAC_RUN_WAIT_TOGGLE, SLAC_RUN_TOGGLING};
	static const struct {
		enum slac_evse_input_kind kind;
		enum slac_reason reason;
		const char *text;
	} ends[] = {
		{SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT, "FAILED vehicle_left, unmatched vehicle_left"},
		{SLAC_EVSE_DISCONNECTED, SLAC_REASON_PILOT_FAULT, "FAILED pilot_fault, failed pilot_fault"},
		{SLAC_EVSE_KEY_LOST, SLAC_REASON_MODEM_RESTARTED, "FAILED modem_restarted, failed modem_restarted"},
		{SLAC_EVSE_TERMINATE, SLAC_REASON_NONE, "FAILED terminated, unmatched terminated"},
	};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < sizeof(ends) / sizeof(ends[0]); j++) {
			char text[128];
			bench_ready_at(&bench, &car, STRICT, states[i]);
			bench_input(&bench, ends[j].kind, ends[j].reason);
			snprintf(text, sizeof(text), "%s>%s", slac_run_state_text(states[i]), ends[j].text);
			bench_expect(&bench, text);
			bench_expect_deaf(&bench, &car);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_validation_goes_through_and_the_match_follows),
		cmocka_unit_test(the_window_is_timer_plus_one_times_100_ms),
		cmocka_unit_test(after_the_result_the_car_has_400_ms_and_in_the_field_10_s),
		cmocka_unit_test(slow_after_validation_alone_decides_how_long_the_car_has),
		cmocka_unit_test(no_window_is_longer_than_3500_ms),
		cmocka_unit_test(the_session_time_does_not_run_while_the_car_toggles),
		cmocka_unit_test(only_b_c_b_within_the_window_counts),
		cmocka_unit_test(a_repeated_state_is_no_second_toggle),
		cmocka_unit_test(a_toggle_that_ends_at_the_limit_is_late),
		cmocka_unit_test(more_toggles_than_the_field_holds_are_not_wrapped),
		cmocka_unit_test(the_pilot_toggles_without_a_validation_and_nothing_happens),
		cmocka_unit_test(refused_validation_leaves_session_time_and_match_alone),
		cmocka_unit_test(validation_is_answered_not_required_and_matching_goes_on),
		cmocka_unit_test(a_car_that_need_not_validate_is_matched),
		cmocka_unit_test(a_car_that_toggles_all_the_same_gets_its_number),
		cmocka_unit_test(a_car_that_was_not_told_so_does_not_toggle),
		cmocka_unit_test(two_cars_do_not_toggle_at_once_where_none_is_required_either),
		cmocka_unit_test(validated_match_req_is_checked_like_any_other),
		cmocka_unit_test(unplug_lost_key_and_termination_end_a_validation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

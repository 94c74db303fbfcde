/* SPDX-License-Identifier: Apache-2.0 */
/* What ends matching from outside, EVSE side: unplug, a fault of the pilot, a lost key. */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* --- unplug, fault --- */

static void unplug_in_every_state_ends_everything(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < BENCH_WAITING_STATES; i++) {
		char text[128];
		bench_ready_as(&bench, FIELD);
		bench_bring_to(&bench, &car, bench_waiting_states[i]);
		bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
		snprintf(text, sizeof(text), "%s>FAILED vehicle_left, unmatched vehicle_left",
			 slac_run_state_text(bench_waiting_states[i]));
		bench_expect(&bench, text);
		bench_expect_deaf(&bench, &car);
	}
}

static void unplug_before_matching_when_matched_and_after_failure_reports_unmatched(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "unmatched vehicle_left");
	assert_false(bench.out.items[0].has_run_id);
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "unmatched vehicle_left");
	bench_expect_deaf(&bench, &car);
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_FAILED);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "unmatched vehicle_left");
	bench_expect_deaf(&bench, &car);
}

static void pilot_fault_reports_failed_and_silences(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_PILOT_FAULT);
	bench_expect(&bench, "SOUNDING>FAILED pilot_fault, failed pilot_fault");
	bench_expect_deaf(&bench, &car);
}

static void next_vehicle_that_never_speaks_has_no_run_id(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	assert_true(bench.out.items[0].has_run_id);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	assert_false(bench.out.items[0].has_run_id);
}

static void next_vehicle_starts_afresh_with_the_next_key(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	const struct slac_match_cnf first = bench_sent(&bench, &car, CM_SLAC_MATCH_CNF)->slac_match_cnf;
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "");
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, 20000 * MS);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ key_not_set");
	bench_key_set(&bench, 1);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	const struct slac_match_cnf *second = &bench_sent(&bench, &car, CM_SLAC_MATCH_CNF)->slac_match_cnf;
	assert_memory_not_equal(second->nmk, first.nmk, NMK_LEN);
	assert_memory_not_equal(second->nid, first.nid, NID_LEN);
}

/* --- lost key --- */

static void lost_key_ends_runs_and_nothing_is_answered_until_the_next(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < BENCH_WAITING_STATES; i++) {
		char text[128];
		bench_ready_as(&bench, FIELD);
		bench_bring_to(&bench, &car, bench_waiting_states[i]);
		bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_LINK_LOST);
		snprintf(text, sizeof(text), "%s>FAILED link_lost, failed link_lost",
			 slac_run_state_text(bench_waiting_states[i]));
		bench_expect(&bench, text);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ key_not_set");
		bench_key_set(&bench, 1);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "CM_SLAC_PARM.CNF, FAILED>WAIT_START new_run, matching");
	}
}

static void lost_key_of_a_matched_outlet_is_unmatched(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_LINK_LOST);
	bench_expect(&bench, "unmatched link_lost");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect_silence(&bench);
	bench_key_set(&bench, 1);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
}

static void lost_key_of_a_matched_outlet_ends_it_as_its_profile_says(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bench_ready_as(&bench, strict != 0);
		bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
		bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_LINK_LOST);
		bench_expect(&bench, "unmatched link_lost");
		bench_expect_state(&bench, strict ? SLAC_EVSE_FAILED : SLAC_EVSE_WAIT_PARM);
		assert_int_equal(slac_evse_deadline(&bench.evse) == SLAC_NEVER, strict);
	}
}

static void lost_key_is_wiped(void **state)
{
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, FIELD);
	bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_LINK_LOST);
	assert_true(octets_are_zero(bench.evse.key.nmk, NMK_LEN));
}

static void key_that_is_set_once_more_stops_the_answers_but_not_the_run(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
	bench_input(&bench, SLAC_EVSE_KEY_PENDING, SLAC_REASON_NONE);
	bench_expect(&bench, "");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ key_not_set");
	bench_key_set(&bench, 0);
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
	bench_input(&bench, SLAC_EVSE_KEY_PENDING, SLAC_REASON_NONE);
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unplug_in_every_state_ends_everything),
		cmocka_unit_test(unplug_before_matching_when_matched_and_after_failure_reports_unmatched),
		cmocka_unit_test(pilot_fault_reports_failed_and_silences),
		cmocka_unit_test(next_vehicle_that_never_speaks_has_no_run_id),
		cmocka_unit_test(next_vehicle_starts_afresh_with_the_next_key),
		cmocka_unit_test(lost_key_ends_runs_and_nothing_is_answered_until_the_next),
		cmocka_unit_test(lost_key_of_a_matched_outlet_is_unmatched),
		cmocka_unit_test(lost_key_of_a_matched_outlet_ends_it_as_its_profile_says),
		cmocka_unit_test(lost_key_is_wiped),
		cmocka_unit_test(key_that_is_set_once_more_stops_the_answers_but_not_the_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* From the car's choice to the link: joining (PLCLinkStatus_001 ... _003, CmSlacMatch_003). */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define JOIN_MS   12000
#define RESUME_MS 6000

static void bring_to_joining(struct bench *bench, const struct slac_car *car, bool strict)
{
	bench_ready_for_link(bench, strict);
	bench_bring_to(bench, car, SLAC_RUN_MATCHED);
	bench_expect_state(bench, SLAC_EVSE_JOINING);
}

static void link_is(struct bench *bench, enum slac_evse_input_kind kind)
{
	bench_input(bench, kind, SLAC_REASON_NONE);
}

static void bring_to_link(struct bench *bench, const struct slac_car *car, bool strict)
{
	bring_to_joining(bench, car, strict);
	link_is(bench, SLAC_EVSE_LINK_UP);
	bench_expect(bench, "matched");
}

/* --- joining --- */

static void matched_is_reported_when_the_link_is_up_and_not_before(void **state)
{
	static const enum slac_evse_input_kind kinds[] = {SLAC_EVSE_LINK_UP, SLAC_EVSE_LINK_UNKNOWN};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++)
		for (size_t i = 0; i < 2; i++) {
			bench_ready_for_link(&bench, strict != 0);
			bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
			bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
			bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, watch_link");
			bench_expect_state(&bench, SLAC_EVSE_JOINING);
			bench.now_us += 7000 * MS;
			link_is(&bench, kinds[i]);
			bench_expect(&bench, "matched");
			assert_memory_equal(bench.out.items[0].run_id, car.run_id, RUN_ID_LEN);
			assert_memory_equal(bench.out.items[0].ev_mac, car.mac, MAC_LEN);
			bench_expect_state(&bench, SLAC_EVSE_MATCHED);
			assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
			link_is(&bench, kinds[i]);
			bench_expect(&bench, "");
		}
}

static void no_link_within_tt_match_join_is_a_failure(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bring_to_joining(&bench, &car, strict != 0);
		bench_expect_after_ms(&bench, JOIN_MS, "failed no_power_line_link");
		bench_expect_listens_or_stays_failed(&bench, strict != 0);
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect_silence(&bench);
	}
}

static void the_link_counts_until_the_last_microsecond(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++)
		for (int late = 0; late <= 1; late++) {
			bring_to_joining(&bench, &car, strict != 0);
			bench.now_us += JOIN_MS * MS - (late ? 0 : 1);
			link_is(&bench, SLAC_EVSE_LINK_UP);
			bench_expect(&bench, late ? "failed no_power_line_link" : "matched");
		}
}

static void a_configured_join_time_is_used(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	config.await_link = true;
	config.tt_match_join_ms = 9001;
	bench_ready(&bench, &config);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_expect_after_ms(&bench, 9001, "failed no_power_line_link");
}

static void a_late_link_does_not_bring_a_failed_match_back(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bring_to_joining(&bench, &car, strict != 0);
		bench_expect_after_ms(&bench, JOIN_MS, "failed no_power_line_link");
		const struct slac_evse before = bench.evse;
		bench.now_us += 10 * MS;
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "");
		link_is(&bench, SLAC_EVSE_LINK_LOST);
		bench_expect(&bench, "");
		assert_memory_equal(&bench.evse, &before, sizeof(before));
	}
}

static void a_new_run_after_a_failed_join_is_served(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bring_to_joining(&bench, &car, strict != 0);
		bench_expect_after_ms(&bench, JOIN_MS, "failed no_power_line_link");
		bench_say(&bench, &again, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching");
		bench_bring_to(&bench, &again, SLAC_RUN_MATCHED);
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "matched");
		assert_memory_equal(bench.out.items[0].run_id, again.run_id, RUN_ID_LEN);
	}
}

static void the_cnf_is_sent_again_while_joining_and_when_matched(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bring_to_joining(&bench, &car, strict != 0);
		const struct mme first = *bench_sent(&bench, &car, CM_SLAC_MATCH_CNF);
		const uint64_t join_us = slac_evse_deadline(&bench.evse);
		for (int i = 0; i < 3; i++) {
			bench.now_us += 200 * MS;
			bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
			bench_expect(&bench, "CM_SLAC_MATCH.CNF");
			assert_memory_equal(bench_sent(&bench, &car, CM_SLAC_MATCH_CNF), &first, sizeof(first));
			assert_int_equal(slac_evse_deadline(&bench.evse), join_us);
		}
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF");
		assert_memory_equal(bench_sent(&bench, &car, CM_SLAC_MATCH_CNF), &first, sizeof(first));
		bench_expect_state(&bench, SLAC_EVSE_MATCHED);
	}
}

static void a_wrong_match_req_while_joining_gets_no_key(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car), other = slac_car(2);
	struct bench bench;

	(void)state;
	bring_to_joining(&bench, &car, STRICT);
	bench_say(&bench, &again, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ field run_id");
	bench_say(&bench, &other, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ unknown_run@2");
}

/* The car did not find the network and begins again before TT_match_join is over. */
static void strict_joining_car_is_not_answered_again(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	bring_to_joining(&bench, &car, STRICT);
	bench_say(&bench, &again, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF");
}

static void field_joining_car_may_begin_again(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	const struct slac_car *const cars[] = {&car, &again};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bring_to_joining(&bench, &car, FIELD);
		bench.now_us += 5000 * MS;
		bench_say(&bench, cars[i], CM_SLAC_PARM_REQ);
		bench_expect(&bench, "CM_SLAC_PARM.CNF, MATCHED>WAIT_START new_run, matching");
		bench_expect_state(&bench, SLAC_EVSE_MATCHING);
		link_is(&bench, SLAC_EVSE_LINK_UP); /* of the key it was given before */
		bench_expect(&bench, "");
		bench_bring_to(&bench, cars[i], SLAC_RUN_MATCHED);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, watch_link");
		bench_expect_after_ms(&bench, JOIN_MS, "failed no_power_line_link");
	}
}

/* A key is one car's: whoever else asks waits for the next one. */
static void nobody_else_is_answered_with_a_key_that_a_car_was_given(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bring_to_link(&bench, &car, FIELD);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect_state(&bench, SLAC_EVSE_MATCHING);
	bench_say(&bench, &other, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@2");
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char, failed no_start_atten_char");
	bench_say(&bench, &other, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@2");
	bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_VEHICLE_LEFT);
	bench_key_set(&bench, 0); /* the same key once more */
	bench_say(&bench, &other, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@2");
	bench_key_set(&bench, 1);
	bench_say(&bench, &other, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF@2, FREE>WAIT_START@2, matching@2");
}

static void another_car_is_served_after_a_failed_join(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bring_to_joining(&bench, &car, strict != 0);
		bench_expect_after_ms(&bench, JOIN_MS, "failed no_power_line_link");
		bench_key_set(&bench, 1);
		bench_bring_to(&bench, &other, SLAC_RUN_MATCHED);
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "matched@2");
	}
}

/* PLCLinkStatus_003, and what the field does instead. */
static void once_the_link_is_up_only_the_field_profile_answers_its_car_again(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bring_to_link(&bench, &car, STRICT);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched");
	bring_to_link(&bench, &car, FIELD);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, MATCHED>WAIT_START new_run, matching");
}

static void without_await_link_the_link_is_neither_watched_nor_needed(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_MATCHED);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
	link_is(&bench, SLAC_EVSE_LINK_UP);
	bench_expect(&bench, "");
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
}

static void news_of_the_link_before_the_match_is_nothing(void **state)
{
	static const enum slac_evse_input_kind kinds[] = {SLAC_EVSE_LINK_UP, SLAC_EVSE_LINK_UNKNOWN,
							  SLAC_EVSE_LINK_LOST, SLAC_EVSE_REJOIN, SLAC_EVSE_LINK_PAUSED};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int i = SLAC_RUN_FREE; i <= SLAC_RUN_TOGGLING; i++) {
		bench_ready_for_link(&bench, STRICT);
		if (i != SLAC_RUN_FREE)
			bench_bring_to(&bench, &car, (enum slac_run_state)i);
		const struct slac_evse before = bench.evse;
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			link_is(&bench, kinds[k]);
			bench_expect(&bench, "");
		}
		assert_memory_equal(&bench.evse, &before, sizeof(before));
	}
}

/* --- the link is lost, paused, joined again --- */

static void a_lost_link_is_unmatched(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bring_to_link(&bench, &car, strict != 0);
		bench.now_us += 3600000 * MS;
		link_is(&bench, SLAC_EVSE_LINK_LOST);
		bench_expect(&bench, "unmatched power_line_link_lost");
		bench_expect_listens_or_stays_failed(&bench, strict != 0);
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect_silence(&bench);
		bench.now_us += 15000 * MS;
		bench_bring_to(&bench, &again, SLAC_RUN_MATCHED);
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "matched");
	}
}

static void a_link_that_never_was_up_cannot_be_lost(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bring_to_joining(&bench, &car, STRICT);
	link_is(&bench, SLAC_EVSE_LINK_LOST);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, JOIN_MS, "failed no_power_line_link");
}

static void a_rejoin_has_t_conn_resume(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bring_to_link(&bench, &car, strict != 0);
		bench.now_us += 3600000 * MS;
		link_is(&bench, SLAC_EVSE_REJOIN);
		bench_expect(&bench, "watch_link");
		bench_expect_state(&bench, SLAC_EVSE_JOINING);
		bench.now_us += RESUME_MS * MS - 1;
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "matched");
		bench_expect_state(&bench, SLAC_EVSE_MATCHED);

		link_is(&bench, SLAC_EVSE_REJOIN);
		bench_expect_after_ms(&bench, RESUME_MS, "failed no_power_line_link");
		bench_expect_listens_or_stays_failed(&bench, strict != 0);
	}
}

static void a_rejoin_while_joining_does_not_prolong_it(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bring_to_joining(&bench, &car, STRICT);
	bench.now_us += 1000 * MS;
	link_is(&bench, SLAC_EVSE_REJOIN);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, JOIN_MS - 1000, "failed no_power_line_link");
}

/* The 15118 side may change its mind: a car that sleeps on is not lost. */
static void a_rejoin_that_is_paused_waits_for_no_link(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bring_to_link(&bench, &car, strict != 0);
		for (int pause = 1; pause <= 2; pause++) {
			link_is(&bench, SLAC_EVSE_REJOIN);
			bench.now_us += RESUME_MS * MS - 1;
			link_is(&bench, SLAC_EVSE_LINK_PAUSED);
			bench_expect(&bench, "");
			bench_expect_state(&bench, SLAC_EVSE_MATCHED);
			bench_tick_at(&bench, bench.now_us + 3600000 * MS);
			bench_expect(&bench, "");
		}
		link_is(&bench, SLAC_EVSE_REJOIN);
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "matched");
	}
}

static void a_first_join_cannot_be_paused(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct bench bench;

	(void)state;
	bring_to_link(&bench, &car, STRICT);
	link_is(&bench, SLAC_EVSE_REJOIN); /* the next car has nothing of it */
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	bench_key_set(&bench, 1);
	bench_bring_to(&bench, &other, SLAC_RUN_MATCHED);
	link_is(&bench, SLAC_EVSE_LINK_PAUSED);
	bench_expect(&bench, "");
	bench_expect_state(&bench, SLAC_EVSE_JOINING);
	bench_expect_after_ms(&bench, JOIN_MS, "failed no_power_line_link@2");
}

/* --- what ends joining from outside --- */

static void unplug_while_joining_silences(void **state)
{
	static const struct {
		enum slac_reason reason;
		const char *text;
	} ends[] = {
		{SLAC_REASON_VEHICLE_LEFT, "unmatched vehicle_left"},
		{SLAC_REASON_RESET, "unmatched reset"},
		{SLAC_REASON_PILOT_FAULT, "failed pilot_fault"},
	};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++)
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			bring_to_joining(&bench, &car, strict != 0);
			bench_input(&bench, SLAC_EVSE_DISCONNECTED, ends[i].reason);
			bench_expect(&bench, ends[i].text);
			bench_expect_deaf(&bench, &car);
		}
}

static void unplug_at_the_join_limit_reports_both_in_order(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bring_to_joining(&bench, &car, STRICT);
	bench.now_us += JOIN_MS * MS;
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	bench_expect(&bench, "failed no_power_line_link, unmatched vehicle_left");
	bench_expect_deaf(&bench, &car);
}

static void a_terminated_link_is_unmatched_and_the_car_may_speak_at_any_time(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++)
		for (int up = 0; up <= 1; up++) {
			bring_to_joining(&bench, &car, strict != 0);
			if (up)
				link_is(&bench, SLAC_EVSE_LINK_UP);
			bench_input(&bench, SLAC_EVSE_TERMINATE, SLAC_REASON_NONE);
			bench_expect(&bench, "unmatched terminated");
			bench_tick_at(&bench, bench.now_us + 3600000 * MS);
			bench_expect(&bench, "");
			link_is(&bench, SLAC_EVSE_LINK_UP);
			bench_expect(&bench, "");
			bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
			bench_expect(&bench, "!CM_SLAC_MATCH.REQ unknown_run");
			bench_bring_to(&bench, &again, SLAC_RUN_MATCHED);
			link_is(&bench, SLAC_EVSE_LINK_UP);
			bench_expect(&bench, "matched");
		}
}

static void a_key_lost_while_joining_is_a_failure(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bring_to_joining(&bench, &car, strict != 0);
		bench_input(&bench, SLAC_EVSE_KEY_LOST, SLAC_REASON_MODEM_RESTARTED);
		bench_expect(&bench, "failed modem_restarted");
		bench_expect_listens_or_stays_failed(&bench, strict != 0);
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "");
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect_silence(&bench);
		bench_say(&bench, &again, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ key_not_set");
		bench_key_set(&bench, 1);
		bench_bring_to(&bench, &again, SLAC_RUN_MATCHED);
		bench_expect_key(&bench, &again, 1);
	}
}

static void a_new_window_does_not_disturb_a_car_that_joins_or_has_joined(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bring_to_joining(&bench, &car, FIELD);
	for (int up = 0; up <= 1; up++) {
		const struct slac_evse before = bench.evse;
		bench_input(&bench, SLAC_EVSE_LISTEN, SLAC_REASON_NONE);
		bench_expect(&bench, "");
		bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
		bench_expect(&bench, "");
		assert_memory_equal(&bench.evse, &before, sizeof(before));
		link_is(&bench, SLAC_EVSE_LINK_UP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matched_is_reported_when_the_link_is_up_and_not_before),
		cmocka_unit_test(no_link_within_tt_match_join_is_a_failure),
		cmocka_unit_test(the_link_counts_until_the_last_microsecond),
		cmocka_unit_test(a_configured_join_time_is_used),
		cmocka_unit_test(a_late_link_does_not_bring_a_failed_match_back),
		cmocka_unit_test(a_new_run_after_a_failed_join_is_served),
		cmocka_unit_test(the_cnf_is_sent_again_while_joining_and_when_matched),
		cmocka_unit_test(a_wrong_match_req_while_joining_gets_no_key),
		cmocka_unit_test(strict_joining_car_is_not_answered_again),
		cmocka_unit_test(field_joining_car_may_begin_again),
		cmocka_unit_test(nobody_else_is_answered_with_a_key_that_a_car_was_given),
		cmocka_unit_test(another_car_is_served_after_a_failed_join),
		cmocka_unit_test(once_the_link_is_up_only_the_field_profile_answers_its_car_again),
		cmocka_unit_test(without_await_link_the_link_is_neither_watched_nor_needed),
		cmocka_unit_test(news_of_the_link_before_the_match_is_nothing),
		cmocka_unit_test(a_lost_link_is_unmatched),
		cmocka_unit_test(a_link_that_never_was_up_cannot_be_lost),
		cmocka_unit_test(a_rejoin_has_t_conn_resume),
		cmocka_unit_test(a_rejoin_while_joining_does_not_prolong_it),
		cmocka_unit_test(a_rejoin_that_is_paused_waits_for_no_link),
		cmocka_unit_test(a_first_join_cannot_be_paused),
		cmocka_unit_test(unplug_while_joining_silences),
		cmocka_unit_test(unplug_at_the_join_limit_reports_both_in_order),
		cmocka_unit_test(a_terminated_link_is_unmatched_and_the_car_may_speak_at_any_time),
		cmocka_unit_test(a_key_lost_while_joining_is_a_failure),
		cmocka_unit_test(a_new_window_does_not_disturb_a_car_that_joins_or_has_joined),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

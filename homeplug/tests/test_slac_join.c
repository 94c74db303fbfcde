/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the car's choice to the link: joining (PLCLinkStatus_001 ... _003, CmSlacMatch_003), and the choice itself
 * where several cars ask one outlet or one car is audible at two.
 */
#include "homeplug/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define STRICT true
#define FIELD  false

#define JOIN_MS 12000

static void ready(struct bench *bench, bool strict)
{
	struct slac_evse_config config = bench_config(strict);

	config.await_link = true;
	bench_ready(bench, &config);
}

static void bring_to_joining(struct bench *bench, const struct slac_car *car, bool strict)
{
	ready(bench, strict);
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

/* What a failure or a lost link leaves: the standard waits for nothing, the field profile for another attempt. */
static void expect_listens_or_stays_failed(struct bench *bench, bool strict)
{
	bench_expect_state(bench, strict ? SLAC_EVSE_FAILED : SLAC_EVSE_WAIT_PARM);
	if (strict)
		assert_true(slac_evse_deadline(&bench->evse) == SLAC_NEVER);
	else
		assert_int_equal(slac_evse_deadline(&bench->evse) - bench->now_us, 20000 * MS);
}

/* The car was given the key of bench_key_set(bench, number). */
static void expect_key(const struct bench *bench, const struct slac_car *car, uint8_t number)
{
	const struct slac_match_cnf *cnf = &bench_sent(bench, car, CM_SLAC_MATCH_CNF)->slac_match_cnf;

	assert_int_equal(cnf->nmk[0], BENCH_NMK(number));
	assert_int_equal(cnf->nid[0], BENCH_NID(number));
}

static void expect_deaf(struct bench *bench, const struct slac_car *car)
{
	static const enum mmtype types[] = {CM_SLAC_PARM_REQ,	  CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND,
					    CM_ATTEN_PROFILE_IND, CM_ATTEN_CHAR_RSP,	   CM_VALIDATE_REQ,
					    CM_SLAC_MATCH_REQ};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		bench_say(bench, car, types[i]);
		bench_expect_silence(bench);
	}
	link_is(bench, SLAC_EVSE_LINK_UP);
	bench_expect(bench, "");
	link_is(bench, SLAC_EVSE_REJOIN);
	bench_expect(bench, "");
	assert_true(slac_evse_deadline(&bench->evse) == SLAC_NEVER);
	bench_tick_at(bench, bench->now_us + 60000 * MS);
	bench_expect(bench, "");
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
			ready(&bench, strict != 0);
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
		expect_listens_or_stays_failed(&bench, strict != 0);
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

/* A busy neighbour must not keep a silent car from basic charging. */
static void window_begins_anew_three_times_and_then_ends(void **state)
{
	struct bench bench;
	uint64_t last_us = 0;

	(void)state;
	bench_ready_as(&bench, FIELD);
	for (uint8_t i = 1; i <= SLAC_CONN_MAX_MATCH + 1; i++) {
		const struct slac_car neighbour = slac_car(i);
		bench.now_us += 15000 * MS;
		bench_say(&bench, &neighbour, CM_SLAC_PARM_REQ);
		bench_expect_run(&bench, &neighbour, SLAC_RUN_WAIT_START);
		bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
		if (i == SLAC_CONN_MAX_MATCH)
			last_us = bench.now_us + 20000 * MS;
	}
	assert_int_equal(slac_evse_deadline(&bench.evse), last_us);
	bench_tick_at(&bench, last_us);
	bench_expect(&bench, "init_timeout");
}

static void other_cars_are_refused_while_one_joins(void **state)
{
	const struct slac_car car = slac_car(1), loser = slac_car(2), late = slac_car(3);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		ready(&bench, strict != 0);
		bench_bring_to(&bench, &loser, SLAC_RUN_WAIT_MATCH);
		bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, WAIT_MATCH>FAILED other_ev_matched@2, "
				     "watch_link");
		bench_say(&bench, &loser, CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed@2");
		bench_say(&bench, &loser, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@2");
		bench_say(&bench, &late, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@3");
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "matched");
		bench_say(&bench, &late, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@3");
	}
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
							  SLAC_EVSE_LINK_LOST, SLAC_EVSE_REJOIN};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int i = SLAC_RUN_FREE; i <= SLAC_RUN_TOGGLING; i++) {
		ready(&bench, STRICT);
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
		expect_listens_or_stays_failed(&bench, strict != 0);
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

static void a_rejoin_has_tt_match_join_again(void **state)
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
		bench.now_us += JOIN_MS * MS - 1;
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "matched");
		bench_expect_state(&bench, SLAC_EVSE_MATCHED);

		link_is(&bench, SLAC_EVSE_REJOIN);
		bench_expect_after_ms(&bench, JOIN_MS, "failed no_power_line_link");
		expect_listens_or_stays_failed(&bench, strict != 0);
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
			expect_deaf(&bench, &car);
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
	expect_deaf(&bench, &car);
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
		expect_listens_or_stays_failed(&bench, strict != 0);
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "");
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		bench_expect_silence(&bench);
		bench_say(&bench, &again, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ key_not_set");
		bench_key_set(&bench, 1);
		bench_bring_to(&bench, &again, SLAC_RUN_MATCHED);
		expect_key(&bench, &again, 1);
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

/* --- several cars at one outlet --- */

static void as_many_cars_as_configured_run_in_parallel_and_one_more_is_refused(void **state)
{
	struct bench bench;

	(void)state;
	for (uint32_t runs = 1; runs <= SLAC_EVSE_RUNS; runs++) {
		struct slac_evse_config config = bench_config(STRICT);
		const struct slac_car late = slac_car((uint8_t)(runs + 1));
		char text[64];
		config.parallel_runs = runs;
		bench_ready(&bench, &config);
		for (uint32_t i = 1; i <= runs; i++) {
			const struct slac_car car = slac_car((uint8_t)i);
			bench_say(&bench, &car, CM_SLAC_PARM_REQ);
			bench_sent(&bench, &car, CM_SLAC_PARM_CNF);
		}
		bench_say(&bench, &late, CM_SLAC_PARM_REQ);
		snprintf(text, sizeof(text), "!CM_SLAC_PARM.REQ table_full@%u", (unsigned)runs + 1);
		bench_expect(&bench, text);
		bench_tick_at(&bench, slac_evse_deadline(&bench.evse)); /* every run has failed: there is room */
		bench_say(&bench, &late, CM_SLAC_PARM_REQ);
		bench_sent(&bench, &late, CM_SLAC_PARM_CNF);
	}
}

static void the_car_that_runs_alone_may_begin_again_where_one_run_is_allowed(void **state)
{
	const struct slac_car car = slac_car(1), again = slac_car_again(&car);
	struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	config.parallel_runs = 1;
	bench_ready(&bench, &config);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	bench_say(&bench, &again, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, SOUNDING>WAIT_START new_run");
}

/* Five cars, each in another state. */
static void bring_five(struct bench *bench, struct slac_car cars[SLAC_EVSE_RUNS])
{
	static const enum slac_run_state states[SLAC_EVSE_RUNS] = {
		SLAC_RUN_WAIT_MATCH, SLAC_RUN_TOGGLING, SLAC_RUN_WAIT_RSP, SLAC_RUN_SOUNDING, SLAC_RUN_WAIT_START,
	};

	for (uint8_t i = 0; i < SLAC_EVSE_RUNS; i++) {
		cars[i] = slac_car((uint8_t)(i + 1));
		bench_bring_to(bench, &cars[i], states[i]);
	}
}

static void the_winner_ends_the_other_four_and_the_outlet_is_its_own(void **state)
{
	struct slac_car cars[SLAC_EVSE_RUNS];
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		ready(&bench, strict != 0);
		bring_five(&bench, cars);
		bench_say(&bench, &cars[0], CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, TOGGLING>FAILED other_ev_matched@2, "
				     "WAIT_RSP>FAILED other_ev_matched@3, SOUNDING>FAILED other_ev_matched@4, "
				     "WAIT_START>FAILED other_ev_matched@5, watch_link");
		bench_tick_at(&bench, bench.now_us + 11000 * MS); /* every time of theirs is over: nothing */
		bench_expect(&bench, "");
		for (size_t i = 1; i < SLAC_EVSE_RUNS; i++) {
			bench_sounds(&bench, &cars[i], 10);
			bench_expect_silence(&bench);
			bench_say(&bench, &cars[i], CM_ATTEN_CHAR_RSP);
			bench_expect_silence(&bench);
			bench_say(&bench, &cars[i], CM_SLAC_MATCH_REQ);
			bench_expect_silence(&bench);
		}
		link_is(&bench, SLAC_EVSE_LINK_UP);
		bench_expect(&bench, "matched");
	}
}

static void unplug_ends_five_runs_with_one_report(void **state)
{
	struct slac_car cars[SLAC_EVSE_RUNS];
	struct bench bench;

	(void)state;
	ready(&bench, STRICT);
	bring_five(&bench, cars);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	assert_int_equal(bench.out.count, SLAC_EVSE_RUNS + 1);
	assert_int_equal(bench.out.items[SLAC_EVSE_RUNS].kind, SLAC_EVSE_STATUS);
	assert_int_equal(bench.out.items[SLAC_EVSE_RUNS].status, SLAC_STATUS_UNMATCHED);
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		expect_deaf(&bench, &cars[i]);
}

/* --- one car, audible at two outlets --- */

static const uint8_t far_evse_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x55, 0xaa};
static const uint8_t far_modem_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x55, 0xbb};

#define NEAR_DB 15
#define FAR_DB	55

struct outlets {
	struct bench near;
	struct bench far;
};

static void both_ready(struct outlets *outlets, bool strict)
{
	struct slac_evse_config config = bench_config(strict);
	struct network_key key;
	const struct slac_evse_input input = {.kind = SLAC_EVSE_KEY_SET, .key = &key, .modem_mac = far_modem_mac};

	bench_ready(&outlets->near, &config);
	memcpy(config.evse_mac, far_evse_mac, MAC_LEN);
	bench_ready(&outlets->far, &config);
	memset(key.nmk, BENCH_NMK(9), NMK_LEN);
	memset(key.nid, BENCH_NID(9), NID_LEN);
	slac_evse_input(&outlets->far.evse, &input, outlets->far.now_us, &outlets->far.out);
}

static void both_hear(struct outlets *outlets, const struct slac_car *car, enum mmtype type)
{
	bench_say(&outlets->near, car, type);
	bench_say(&outlets->far, car, type);
}

/* Each modem measures the sound; both reports cross the power line and are heard at both outlets. */
static void both_measure(struct outlets *outlets, const struct slac_car *car)
{
	const struct mme near = slac_car_profile(car, SLAC_GROUPS, NEAR_DB);
	struct mme far = slac_car_profile(car, SLAC_GROUPS, FAR_DB);

	memcpy(far.src, far_modem_mac, MAC_LEN);
	both_hear(outlets, car, CM_MNBC_SOUND_IND);
	bench_frame(&outlets->near, &far);
	bench_expect(&outlets->near, "!CM_ATTEN_PROFILE.IND other_modem");
	bench_frame(&outlets->far, &near);
	bench_expect(&outlets->far, "!CM_ATTEN_PROFILE.IND other_modem");
	bench_frame(&outlets->near, &near);
	bench_frame(&outlets->far, &far);
}

static void expect_reported(const struct bench *bench, const struct slac_car *car, uint8_t db)
{
	const struct atten_char_ind *ind = &bench_sent(bench, car, CM_ATTEN_CHAR_IND)->atten_char_ind;

	assert_int_equal(ind->num_sounds, SLAC_NUM_SOUNDS);
	for (size_t i = 0; i < SLAC_GROUPS; i++)
		assert_int_equal(ind->aag_db[i], db);
}

/* Until the car has heard both outlets' attenuation. */
static void both_sounded(struct outlets *outlets, const struct slac_car *car, bool strict)
{
	both_ready(outlets, strict);
	both_hear(outlets, car, CM_SLAC_PARM_REQ);
	bench_sent(&outlets->near, car, CM_SLAC_PARM_CNF);
	bench_sent(&outlets->far, car, CM_SLAC_PARM_CNF);
	both_hear(outlets, car, CM_START_ATTEN_CHAR_IND);
	for (unsigned i = 0; i < SLAC_NUM_SOUNDS; i++)
		both_measure(outlets, car);
	expect_reported(&outlets->near, car, NEAR_DB);
	expect_reported(&outlets->far, car, FAR_DB);
	both_hear(outlets, car, CM_ATTEN_CHAR_RSP);
}

static void a_car_heard_at_two_outlets_is_matched_at_the_one_it_chooses(void **state)
{
	const struct slac_car car = slac_car(1);
	struct outlets outlets;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		both_sounded(&outlets, &car, strict != 0);
		const struct mme to_near = slac_car_message(&car, CM_SLAC_MATCH_REQ);
		bench_frame(&outlets.far, &to_near);
		bench_expect(&outlets.far, "!CM_SLAC_MATCH.REQ not_for_evse");
		bench_frame(&outlets.near, &to_near);
		bench_expect(&outlets.near, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
		expect_key(&outlets.near, &car, 0);
		bench_expect_after_ms(&outlets.far, 10000, "WAIT_MATCH>FAILED no_match_req, failed no_match_req");
		expect_listens_or_stays_failed(&outlets.far, strict != 0);
	}
}

static void the_outlet_not_chosen_serves_its_own_car_afterwards(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct outlets outlets;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		both_sounded(&outlets, &car, strict != 0);
		bench_tick_at(&outlets.far, slac_evse_deadline(&outlets.far.evse));
		bench_say(&outlets.far, &other, CM_SLAC_PARM_REQ);
		bench_expect(&outlets.far, "CM_SLAC_PARM.CNF@2, FREE>WAIT_START@2, matching@2");
		bench_say(&outlets.far, &other, CM_START_ATTEN_CHAR_IND);
		struct mme profile = slac_car_profile(&other, SLAC_GROUPS, NEAR_DB);
		memcpy(profile.src, far_modem_mac, MAC_LEN);
		for (unsigned i = 0; i < SLAC_NUM_SOUNDS; i++)
			bench_frame(&outlets.far, &profile);
		expect_reported(&outlets.far, &other, NEAR_DB);
		bench_say(&outlets.far, &other, CM_ATTEN_CHAR_RSP);
		bench_say(&outlets.far, &other, CM_SLAC_MATCH_REQ);
		bench_expect(&outlets.far, "CM_SLAC_MATCH.CNF@2, WAIT_MATCH>MATCHED@2, matched@2");
		expect_key(&outlets.far, &other, 9);
	}
}

/* Both have a car of their own plugged in, and each hears the other's too. */
static void two_cars_heard_at_two_outlets_each_find_their_own(void **state)
{
	const struct slac_car car = slac_car(1), other = slac_car(2);
	struct outlets outlets;

	(void)state;
	both_ready(&outlets, STRICT);
	both_hear(&outlets, &car, CM_SLAC_PARM_REQ);
	both_hear(&outlets, &other, CM_SLAC_PARM_REQ);
	both_hear(&outlets, &other, CM_START_ATTEN_CHAR_IND);
	both_hear(&outlets, &car, CM_START_ATTEN_CHAR_IND);
	for (unsigned i = 0; i < SLAC_NUM_SOUNDS; i++) {
		both_measure(&outlets, &car);
		both_measure(&outlets, &other);
	}
	both_hear(&outlets, &car, CM_ATTEN_CHAR_RSP);
	both_hear(&outlets, &other, CM_ATTEN_CHAR_RSP);
	bench_say(&outlets.near, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&outlets.near, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, WAIT_MATCH>FAILED other_ev_matched@2, "
				    "matched");
	bench_say(&outlets.far, &other, CM_SLAC_MATCH_REQ);
	bench_expect(&outlets.far, "CM_SLAC_MATCH.CNF@2, WAIT_MATCH>MATCHED@2, WAIT_MATCH>FAILED other_ev_matched, "
				   "matched@2");
}

/* --- a run that failed --- */

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

static void init_timeout_without_a_key_does_not_blame_the_car(void **state)
{
	const struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	bench_expect_after_ms(&bench, 20000, "init_timeout key_not_set");
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
		cmocka_unit_test(window_begins_anew_three_times_and_then_ends),
		cmocka_unit_test(other_cars_are_refused_while_one_joins),
		cmocka_unit_test(another_car_is_served_after_a_failed_join),
		cmocka_unit_test(once_the_link_is_up_only_the_field_profile_answers_its_car_again),
		cmocka_unit_test(without_await_link_the_link_is_neither_watched_nor_needed),
		cmocka_unit_test(news_of_the_link_before_the_match_is_nothing),
		cmocka_unit_test(a_lost_link_is_unmatched),
		cmocka_unit_test(a_link_that_never_was_up_cannot_be_lost),
		cmocka_unit_test(a_rejoin_has_tt_match_join_again),
		cmocka_unit_test(a_rejoin_while_joining_does_not_prolong_it),
		cmocka_unit_test(unplug_while_joining_silences),
		cmocka_unit_test(unplug_at_the_join_limit_reports_both_in_order),
		cmocka_unit_test(a_terminated_link_is_unmatched_and_the_car_may_speak_at_any_time),
		cmocka_unit_test(a_key_lost_while_joining_is_a_failure),
		cmocka_unit_test(a_new_window_does_not_disturb_a_car_that_joins_or_has_joined),
		cmocka_unit_test(as_many_cars_as_configured_run_in_parallel_and_one_more_is_refused),
		cmocka_unit_test(the_car_that_runs_alone_may_begin_again_where_one_run_is_allowed),
		cmocka_unit_test(the_winner_ends_the_other_four_and_the_outlet_is_its_own),
		cmocka_unit_test(unplug_ends_five_runs_with_one_report),
		cmocka_unit_test(a_car_heard_at_two_outlets_is_matched_at_the_one_it_chooses),
		cmocka_unit_test(the_outlet_not_chosen_serves_its_own_car_afterwards),
		cmocka_unit_test(two_cars_heard_at_two_outlets_each_find_their_own),
		cmocka_unit_test(strict_failed_run_id_stays_silent_through_a_new_key_a_pulse_and_a_terminated_link),
		cmocka_unit_test(key_that_is_set_once_more_stops_the_answers_but_not_the_run),
		cmocka_unit_test(init_timeout_without_a_key_does_not_blame_the_car),
		cmocka_unit_test(failed_run_id_of_the_last_vehicle_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

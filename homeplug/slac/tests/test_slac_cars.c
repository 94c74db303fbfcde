/* SPDX-License-Identifier: Apache-2.0 */
/* Several cars at one outlet: how many run at once, and what one's match or failure is to the others. */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define FIVE SLAC_C_EVSE_MATCH_PARALLEL

static void five_cars_at_once_are_served_and_one_ends_matched(void **state)
{
	struct slac_car cars[FIVE];
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	for (uint8_t i = 0; i < FIVE; i++) {
		cars[i] = slac_car((uint8_t)(i + 1));
		bench_say(&bench, &cars[i], CM_SLAC_PARM_REQ);
		bench_sent(&bench, &cars[i], CM_SLAC_PARM_CNF);
	}
	for (size_t i = 0; i < FIVE; i++)
		bench_say(&bench, &cars[i], CM_START_ATTEN_CHAR_IND);
	for (unsigned sound = 0; sound < 10; sound++)
		for (size_t i = 0; i < FIVE; i++) {
			const struct mme profile = slac_car_profile(&cars[i], SLAC_GROUPS, (uint8_t)(20 + 10 * i));
			bench_frame(&bench, &profile);
			if (sound < 9)
				continue;
			const struct mme *ind = bench_sent(&bench, &cars[i], CM_ATTEN_CHAR_IND);
			assert_int_equal(ind->atten_char_ind.aag_db[0], 20 + 10 * i);
			assert_memory_equal(ind->atten_char_ind.run_id, cars[i].run_id, RUN_ID_LEN);
		}
	for (size_t i = 0; i < FIVE; i++)
		bench_say(&bench, &cars[i], CM_ATTEN_CHAR_RSP);
	bench_say(&bench, &cars[2], CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF@3, WAIT_MATCH>MATCHED@3, WAIT_MATCH>FAILED other_ev_matched, "
			     "WAIT_MATCH>FAILED other_ev_matched@2, WAIT_MATCH>FAILED other_ev_matched@4, "
			     "WAIT_MATCH>FAILED other_ev_matched@5, matched@3");
	bench_say(&bench, &cars[0], CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed");
}

static void sixth_car_is_refused_while_five_run(void **state)
{
	const struct slac_car sixth = slac_car(6);
	struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	config.parallel_runs = FIVE;
	bench_ready(&bench, &config);
	for (uint8_t i = 1; i <= FIVE; i++) {
		const struct slac_car car = slac_car(i);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	}
	bench_say(&bench, &sixth, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "!CM_SLAC_PARM.REQ table_full@6");
}

static void slot_of_the_run_that_failed_first_is_used_again(void **state)
{
	const struct slac_car second = slac_car(2), fourth = slac_car(4), sixth = slac_car(6);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	for (uint8_t i = 1; i <= FIVE; i++) {
		const struct slac_car car = slac_car(i);
		bench_bring_to(&bench, &car, i == 4 ? SLAC_RUN_WAIT_START : SLAC_RUN_WAIT_MATCH);
	}
	bench.now_us += 10 * MS;
	bench_say(&bench, &second, CM_SLAC_PARM_REQ);
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char@4");
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char@2");
	bench_say(&bench, &sixth, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF@6, FREE>WAIT_START@6");
	bench_expect_run(&bench, &fourth, SLAC_RUN_FREE);
	bench_expect_run(&bench, &second, SLAC_RUN_FAILED);
}

static void matching_fails_only_with_its_last_run(void **state)
{
	const struct slac_car first = slac_car(1), second = slac_car(2);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_say(&bench, &first, CM_SLAC_PARM_REQ);
	bench.now_us += 100 * MS;
	bench_say(&bench, &second, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF@2, FREE>WAIT_START@2");
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char");
	bench_tick_at(&bench, slac_evse_deadline(&bench.evse));
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char@2, failed no_start_atten_char@2");
}

static void all_deadlines_of_five_cars_due_at_once_are_handled_in_one_call(void **state)
{
	struct bench bench;
	size_t sent = 0;

	(void)state;
	bench_ready_as(&bench, STRICT);
	for (uint8_t i = 1; i <= FIVE; i++) {
		const struct slac_car car = slac_car(i);
		bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
		bench_sounds(&bench, &car, 9);
	}
	bench.now_us += 600 * MS;
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	for (size_t i = 0; i < bench.out.count; i++)
		sent += bench.out.items[i].kind == SLAC_EVSE_SEND;
	assert_int_equal(sent, FIVE);
	assert_int_equal(bench.out.items[bench.out.count - 1].status, SLAC_STATUS_UNMATCHED);
	assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
}

static void as_many_cars_as_configured_run_in_parallel_and_one_more_is_refused(void **state)
{
	struct bench bench;

	(void)state;
	for (uint32_t runs = 1; runs <= FIVE; runs++) {
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
static void bring_five(struct bench *bench, struct slac_car cars[FIVE])
{
	static const enum slac_run_state states[FIVE] = {
		SLAC_RUN_WAIT_MATCH, SLAC_RUN_TOGGLING, SLAC_RUN_WAIT_RSP, SLAC_RUN_SOUNDING, SLAC_RUN_WAIT_START,
	};

	for (uint8_t i = 0; i < FIVE; i++) {
		cars[i] = slac_car((uint8_t)(i + 1));
		bench_bring_to(bench, &cars[i], states[i]);
	}
}

static void the_winner_ends_the_other_four_and_the_outlet_is_its_own(void **state)
{
	struct slac_car cars[FIVE];
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bench_ready_for_link(&bench, strict != 0);
		bring_five(&bench, cars);
		bench_say(&bench, &cars[0], CM_SLAC_MATCH_REQ);
		bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, TOGGLING>FAILED other_ev_matched@2, "
				     "WAIT_RSP>FAILED other_ev_matched@3, SOUNDING>FAILED other_ev_matched@4, "
				     "WAIT_START>FAILED other_ev_matched@5, watch_link");
		bench_tick_at(&bench, bench.now_us + 11000 * MS); /* every time of theirs is over: nothing */
		bench_expect(&bench, "");
		for (size_t i = 1; i < FIVE; i++) {
			bench_sounds(&bench, &cars[i], 10);
			bench_expect_silence(&bench);
			bench_say(&bench, &cars[i], CM_ATTEN_CHAR_RSP);
			bench_expect_silence(&bench);
			bench_say(&bench, &cars[i], CM_SLAC_MATCH_REQ);
			bench_expect_silence(&bench);
		}
		bench_input(&bench, SLAC_EVSE_LINK_UP, SLAC_REASON_NONE);
		bench_expect(&bench, "matched");
	}
}

static void other_cars_are_refused_while_one_joins(void **state)
{
	const struct slac_car car = slac_car(1), loser = slac_car(2), late = slac_car(3);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bench_ready_for_link(&bench, strict != 0);
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
		bench_input(&bench, SLAC_EVSE_LINK_UP, SLAC_REASON_NONE);
		bench_expect(&bench, "matched");
		bench_say(&bench, &late, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ already_matched@3");
	}
}

static void unplug_ends_five_runs_with_one_report(void **state)
{
	struct slac_car cars[FIVE];
	struct bench bench;

	(void)state;
	bench_ready_for_link(&bench, STRICT);
	bring_five(&bench, cars);
	bench_input(&bench, SLAC_EVSE_DISCONNECTED, SLAC_REASON_VEHICLE_LEFT);
	assert_int_equal(bench.out.count, FIVE + 1);
	assert_int_equal(bench.out.items[FIVE].kind, SLAC_EVSE_STATUS);
	assert_int_equal(bench.out.items[FIVE].status, SLAC_STATUS_UNMATCHED);
	for (size_t i = 0; i < FIVE; i++)
		bench_expect_deaf(&bench, &cars[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_cars_at_once_are_served_and_one_ends_matched),
		cmocka_unit_test(sixth_car_is_refused_while_five_run),
		cmocka_unit_test(slot_of_the_run_that_failed_first_is_used_again),
		cmocka_unit_test(matching_fails_only_with_its_last_run),
		cmocka_unit_test(all_deadlines_of_five_cars_due_at_once_are_handled_in_one_call),
		cmocka_unit_test(as_many_cars_as_configured_run_in_parallel_and_one_more_is_refused),
		cmocka_unit_test(the_car_that_runs_alone_may_begin_again_where_one_run_is_allowed),
		cmocka_unit_test(the_winner_ends_the_other_four_and_the_outlet_is_its_own),
		cmocka_unit_test(other_cars_are_refused_while_one_joins),
		cmocka_unit_test(unplug_ends_five_runs_with_one_report),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cars that are plugged in elsewhere, and whoever else sends CM_SLAC_PARM.REQ, do not keep the car that is plugged in
 * here from its match.
 */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIVE SLAC_C_EVSE_MATCH_PARALLEL
/* A car repeats CM_SLAC_PARM.REQ after TT_match_response. */
#define REPEAT_US (200 * MS)

static void ready_with_slots(struct bench *bench, uint32_t slots, bool strict)
{
	struct slac_evse_config config = bench_config(strict);

	config.parallel_runs = slots;
	config.tt_fallback_ms = 0; /* some of the tests take longer */
	bench_ready(bench, &config);
}

/* Five slots, all in this state since now. */
static void fill(struct bench *bench, bool strict, enum slac_run_state state)
{
	ready_with_slots(bench, FIVE, strict);
	for (uint8_t i = 1; i <= FIVE; i++) {
		const struct slac_car car = slac_car(i);
		bench_bring_to(bench, &car, state);
	}
}

static void ask(struct bench *bench, uint8_t number, const char *text)
{
	const struct slac_car car = slac_car(number);

	bench_say(bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(bench, text);
}

static void forty_neighbours_that_choose_their_own_outlets_do_not_delay_the_car(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bench_ready_as(&bench, strict != 0);
		for (uint8_t i = 2; i <= 41; i++) {
			const struct slac_car neighbour = slac_car(i);
			bench_bring_to(&bench, &neighbour, i % 2 == 0 ? SLAC_RUN_WAIT_MATCH : SLAC_RUN_SOUNDING);
		}
		bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
		bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
		assert_int_equal(bench.out.count, 1 + 1 + 40 + 1); /* CM_SLAC_MATCH.CNF, its step, theirs, the status */
		assert_int_equal(bench.out.items[42].kind, SLAC_EVSE_STATUS);
		assert_int_equal(bench.out.items[42].status, SLAC_STATUS_MATCHED);
		assert_memory_equal(bench.out.items[42].ev_mac, car.mac, MAC_LEN);
	}
}

static void car_that_asks_again_takes_the_place_of_the_oldest_that_was_only_answered(void **state)
{
	struct bench bench;

	(void)state;
	ready_with_slots(&bench, FIVE, FIELD);
	for (uint8_t i = 1; i <= FIVE; i++) {
		const struct slac_car car = slac_car(i);
		bench_bring_to(&bench, &car, i == 2 || i == 4 ? SLAC_RUN_WAIT_START : SLAC_RUN_WAIT_MATCH);
		bench.now_us += 20 * MS;
	}
	ask(&bench, 6, "!CM_SLAC_PARM.REQ table_full@6");
	bench.now_us += REPEAT_US;
	ask(&bench, 2, "CM_SLAC_PARM.CNF@2"); /* to ask again makes it no younger */
	ask(&bench, 6, "WAIT_START>FAILED displaced@2, CM_SLAC_PARM.CNF@6, FREE>WAIT_START@6");
	bench_expect_state(&bench, SLAC_EVSE_MATCHING);
}

static void then_of_the_one_that_waits_for_match_req_longest(void **state)
{
	struct bench bench;

	(void)state;
	ready_with_slots(&bench, FIVE, FIELD);
	for (uint8_t i = 1; i <= FIVE; i++) {
		const struct slac_car car = slac_car((uint8_t)(FIVE + 1 - i));
		bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
		bench.now_us += 10 * MS;
	}
	bench.now_us += 1500 * MS - 50 * MS - 2 * REPEAT_US;
	ask(&bench, 6, "!CM_SLAC_PARM.REQ table_full@6");
	bench.now_us += REPEAT_US;
	ask(&bench, 6, "!CM_SLAC_PARM.REQ table_full@6"); /* they may choose us yet */
	bench.now_us += REPEAT_US;
	ask(&bench, 6, "WAIT_MATCH>FAILED displaced@5, CM_SLAC_PARM.CNF@6, FREE>WAIT_START@6");
}

static void car_that_asks_once_displaces_nobody(void **state)
{
	struct bench bench;

	(void)state;
	fill(&bench, FIELD, SLAC_RUN_WAIT_MATCH);
	bench.now_us += 3000 * MS;
	for (uint8_t i = 6; i < 100; i++)
		bench_say(&bench, &(struct slac_car){.mac = {2, 0, 0, 0, 9, i}}, CM_SLAC_PARM_REQ);
	for (uint8_t i = 1; i <= FIVE; i++) {
		const struct slac_car car = slac_car(i);
		bench_expect_run(&bench, &car, SLAC_RUN_WAIT_MATCH);
	}
}

/* The pace of a car: a request that is sent twice at once is one, and after a second it is a new one. */
static void car_asks_again_after_a_while_not_at_once(void **state)
{
	static const struct {
		unsigned ms;
		bool again;
	} rows[] = {{7, false},  {40, false},  {64, true},    {200, true},
		    {592, true}, {616, false}, {1500, false}, {100000, false}};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ready_with_slots(&bench, 1, FIELD);
		ask(&bench, 1, "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching");
		for (unsigned ms = 0; ms < rows[i].ms; ms++) {
			bench.now_us += MS;
			ask(&bench, 1, "CM_SLAC_PARM.CNF");
			if (ms == 0)
				ask(&bench, 6, "!CM_SLAC_PARM.REQ table_full@6");
		}
		bench.now_us += MS;
		ask(&bench, 6,
		    rows[i].again ? "WAIT_START>FAILED displaced, CM_SLAC_PARM.CNF@6, FREE>WAIT_START@6"
				  : "!CM_SLAC_PARM.REQ table_full@6");
	}
}

/* Four sound, one validates. */
static void car_that_sounds_or_validates_keeps_its_place(void **state)
{
	static const enum slac_run_state states[] = {SLAC_RUN_WAIT_TOGGLE, SLAC_RUN_TOGGLING};
	const struct slac_car first = slac_car(1), second = slac_car(2);
	struct bench bench;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		ready_with_slots(&bench, 2, FIELD);
		bench_bring_to(&bench, &first, states[k]);
		bench_bring_to(&bench, &second, SLAC_RUN_SOUNDING);
		ask(&bench, 6, "!CM_SLAC_PARM.REQ table_full@6");
		bench.now_us += 399 * MS;
		ask(&bench, 6, "!CM_SLAC_PARM.REQ table_full@6");
		bench_sounds(&bench, &second, SLAC_NUM_SOUNDS);
		bench_expect_run(&bench, &second, SLAC_RUN_WAIT_RSP);
		ask(&bench, 6, "!CM_SLAC_PARM.REQ table_full@6");
	}
}

static void car_that_has_validated_keeps_its_place(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	ready_with_slots(&bench, 1, FIELD);
	bench_bring_to(&bench, &car, SLAC_RUN_TOGGLING);
	bench_toggle(&bench, 2);
	bench_expect_result_after_ms(&bench, &car, BENCH_TOGGLING_MS, 2);
	bench.now_us += 2000 * MS;
	ask(&bench, 6, "!CM_SLAC_PARM.REQ table_full@6");
	bench.now_us += REPEAT_US;
	ask(&bench, 6, "!CM_SLAC_PARM.REQ table_full@6");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
}

static void displaced_car_may_begin_again_with_the_same_run_id(void **state)
{
	const struct slac_car late = slac_car(6), first = slac_car(1);
	struct bench bench;

	(void)state;
	fill(&bench, STRICT, SLAC_RUN_WAIT_START);
	ask(&bench, 6, "!CM_SLAC_PARM.REQ table_full@6");
	bench.now_us += REPEAT_US;
	ask(&bench, 6, "WAIT_START>FAILED displaced, CM_SLAC_PARM.CNF@6, FREE>WAIT_START@6");
	bench_say(&bench, &first, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "!CM_START_ATTEN_CHAR.IND unknown_run");
	bench_say(&bench, &late, CM_START_ATTEN_CHAR_IND);
	bench.now_us += REPEAT_US; /* the other four have failed */
	bench_say(&bench, &first, CM_SLAC_PARM_REQ);
	bench_expect_run(&bench, &first, SLAC_RUN_WAIT_START);
}

static void turn_is_given_once_to_who_goes_on_asking(void **state)
{
	struct bench bench;
	unsigned displaced = 0;

	(void)state;
	ready_with_slots(&bench, FIVE, FIELD);
	/* Six addresses that never go on, each every 200 ms, for 200 s. */
	for (unsigned i = 0; i < 6000; i++) {
		const struct slac_car car = slac_car((uint8_t)(i % 6 + 1));
		bench.now_us += REPEAT_US / 6;
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		for (size_t k = 0; k < bench.out.count; k++)
			displaced += bench.out.items[k].reason == SLAC_REASON_DISPLACED;
	}
	assert_in_range(displaced, 1, 6);
}

/* An address that no car has: one of a group, none at all, ours, our modem's. */
static void message_from_an_address_that_no_car_has_is_refused(void **state)
{
	const uint8_t *const sources[] = {mac_broadcast, (const uint8_t *)"\x03\0\0\0\0\1",
					  (const uint8_t *)"\0\0\0\0\0", test_evse_mac, test_modem_mac};
	static const enum mmtype types[] = {CM_SLAC_PARM_REQ,  CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND,
					    CM_ATTEN_CHAR_RSP, CM_VALIDATE_REQ,         CM_SLAC_MATCH_REQ};
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		for (size_t k = 0; k < sizeof(types) / sizeof(types[0]); k++) {
			struct mme frame = slac_car_message(&car, types[k]);
			bench_ready_as(&bench, FIELD);
			memcpy(frame.src, sources[i], MAC_LEN);
			bench_frame(&bench, &frame);
			assert_int_equal(bench.out.count, 1);
			assert_int_equal(bench.out.items[0].kind, SLAC_EVSE_IGNORED);
			assert_int_equal(bench.out.items[0].reason, SLAC_REASON_NOT_FOR_EVSE);
		}
}

/* --- floods --- */

struct flood {
	uint32_t per_second;
	uint32_t addresses; /* 0: each frame has its own */
	uint64_t sent;
	uint64_t next_us;
};

static struct slac_car flooder(const struct flood *flood)
{
	const uint64_t number = flood->addresses == 0 ? flood->sent : flood->sent % flood->addresses;
	struct slac_car car = {.mac = {0x06, 0xf1, (uint8_t)(number >> 24), (uint8_t)(number >> 16),
				       (uint8_t)(number >> 8), (uint8_t)number}};

	memset(car.run_id, 0xf1, RUN_ID_LEN);
	return car;
}

static void flood_until(struct bench *bench, struct flood *flood, uint64_t end_us)
{
	for (; flood->next_us < end_us; flood->next_us += 1000000 / flood->per_second) {
		const struct slac_car car = flooder(flood);
		bench->now_us = flood->next_us;
		bench_say(bench, &car, CM_SLAC_PARM_REQ);
		flood->sent++;
	}
	bench_tick_at(bench, end_us);
}

static bool is_answered(const struct bench *bench, enum mmtype type)
{
	for (size_t i = 0; i < bench->out.count; i++)
		if (bench->out.items[i].kind == SLAC_EVSE_SEND && bench->out.items[i].frame.mmtype == type)
			return true;
	return false;
}

/* A car as slow as the standard lets it be. How often it had to ask. */
static unsigned match_in_flood(struct bench *bench, struct flood *flood, const struct slac_car *car)
{
	unsigned asked = 0;

	do {
		flood_until(bench, flood, bench->now_us + REPEAT_US);
		bench_say(bench, car, CM_SLAC_PARM_REQ);
	} while (++asked < 50 && !is_answered(bench, CM_SLAC_PARM_CNF));
	flood_until(bench, flood, bench->now_us + 99 * MS);
	bench_say(bench, car, CM_START_ATTEN_CHAR_IND);
	bench_expect_run(bench, car, SLAC_RUN_SOUNDING);
	flood_until(bench, flood, bench->now_us + 500 * MS);
	bench_sounds(bench, car, SLAC_NUM_SOUNDS);
	assert_true(is_answered(bench, CM_ATTEN_CHAR_IND));
	flood_until(bench, flood, bench->now_us + 50 * MS);
	bench_say(bench, car, CM_ATTEN_CHAR_RSP);
	flood_until(bench, flood, bench->now_us + 700 * MS);
	bench_say(bench, car, CM_SLAC_MATCH_REQ);
	assert_true(is_answered(bench, CM_SLAC_MATCH_CNF));
	return asked;
}

/* Ten cars, each plugged in while the flood goes on. */
static void ten_of_ten_match(uint32_t slots, uint32_t per_second, uint32_t addresses)
{
	struct flood flood = {.per_second = per_second, .addresses = addresses};

	for (uint8_t i = 0; i < 10; i++) {
		const struct slac_car car = slac_car((uint8_t)(i + 1));
		struct bench bench;
		ready_with_slots(&bench, slots, FIELD);
		flood.next_us = bench.now_us;
		flood_until(&bench, &flood, bench.now_us + i * 77 * MS);
		const unsigned asked = match_in_flood(&bench, &flood, &car);
		if (asked > 2)
			fail_msg("%u slots, %u frames/s of %u addresses, car %u: asked %u times", (unsigned)slots,
				 (unsigned)per_second, (unsigned)addresses, i, asked);
	}
}

static void flood_of_requests_costs_the_car_one_repetition_at_most(void **state)
{
	static const uint32_t rates[] = {30, 100, 300, 1000, 3000, 10000, 50000};
	static const uint32_t addresses[] = {0, 1, 10, 100, 150};

	(void)state;
	for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
		if (rates[r] > 1000 && getenv("SLACD_VALGRIND") != NULL)
			return; /* millions of frames */
		for (size_t a = 0; a < sizeof(addresses) / sizeof(addresses[0]); a++)
			ten_of_ten_match(SLAC_EVSE_RUNS, rates[r], addresses[a]);
		ten_of_ten_match(FIVE, rates[r], 0);
		ten_of_ten_match(FIVE, rates[r], 10);
	}
	/* More addresses than the table could serve; none of them asks at the pace of a car. */
	ten_of_ten_match(SLAC_EVSE_RUNS, 50000, 2000);
	ten_of_ten_match(SLAC_EVSE_RUNS, 1000, 1000);
	ten_of_ten_match(SLAC_EVSE_RUNS, 3000, 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forty_neighbours_that_choose_their_own_outlets_do_not_delay_the_car),
		cmocka_unit_test(car_that_asks_again_takes_the_place_of_the_oldest_that_was_only_answered),
		cmocka_unit_test(then_of_the_one_that_waits_for_match_req_longest),
		cmocka_unit_test(car_that_asks_once_displaces_nobody),
		cmocka_unit_test(car_asks_again_after_a_while_not_at_once),
		cmocka_unit_test(car_that_sounds_or_validates_keeps_its_place),
		cmocka_unit_test(car_that_has_validated_keeps_its_place),
		cmocka_unit_test(displaced_car_may_begin_again_with_the_same_run_id),
		cmocka_unit_test(turn_is_given_once_to_who_goes_on_asking),
		cmocka_unit_test(message_from_an_address_that_no_car_has_is_refused),
		cmocka_unit_test(flood_of_requests_costs_the_car_one_repetition_at_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A key that is not confirmed is given again: how long an outlet is deaf. The modem is a standard one. */
#include "homeplug/modem/tests/modem_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void bench_with_key(struct bench *bench, uint8_t n)
{
	struct modem_config config = bench_config(MODEM_STANDARD);

	config.key_repeat_ms = 100;
	bench_init(bench, &config);
	bench_set_key(bench, n);
	bench_expect(bench, "CM_SET_KEY.REQ");
}

static void bench_with_key_set(struct bench *bench, uint8_t n)
{
	bench_with_key(bench, n);
	bench_confirm(bench, n, SET_KEY_RESULT_TAKEN);
	bench_expect(bench, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
	bench_say_link(bench, MODEM_NW_STATS_CNF, false);
}

static const uint8_t *sent_nonce(const struct bench *bench)
{
	return bench->out.items[bench->out.count - 1].frame.set_key_req.my_nonce;
}

static void lost_confirmation_costs_a_tenth_of_a_second(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	const struct mme first = bench.out.items[0].frame;
	bench_expect_after_ms(&bench, 100, "KEY_SLOW, CM_SET_KEY.REQ");
	assert_int_equal(bench.out.items[0].waited_ms, 100);
	assert_memory_equal(&bench.out.items[1].frame, &first, sizeof(first));
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
	assert_int_equal(bench.out.items[1].waited_ms, 100);
	assert_int_equal(bench.modem.key.attempts, 2);
}

static void unconfirmed_key_is_given_again_less_and_less_often_until_the_modem_is_silent(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench_expect_after_ms(&bench, 100, "KEY_SLOW, CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 200, "CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 400, "CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 300, "SILENT, CM_SET_KEY.REQ"); /* response_ms after the first */
	for (int i = 0; i < 100; i++)
		bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
}

static void each_key_begins_anew(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	for (int i = 0; i < 4; i++) {
		bench.now_us = modem_deadline(&bench.modem);
		modem_tick(&bench.modem, bench.now_us, &bench.out);
	}
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect_state(&bench, MODEM_READY);
	bench_let_be(&bench);
	bench_set_key(&bench, 2);
	bench_expect_after_ms(&bench, 100, "KEY_SLOW, CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 200, "CM_SET_KEY.REQ");
}

/* The confirmations of the repeats come when the modem has its key. */
static void slow_modem_is_ready_with_its_first_confirmation(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench_expect_after_ms(&bench, 100, "KEY_SLOW, CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 200, "CM_SET_KEY.REQ");
	bench_wait_ms(&bench, 200);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
	assert_int_equal(bench.out.items[1].waited_ms, 500);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "");
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN); /* that of the last repeat, after the next key was given */
	bench_expect_state(&bench, MODEM_SET_KEY);
}

static void one_key_is_on_its_way(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench_wait_ms(&bench, 60);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 40, "CM_SET_KEY.REQ"); /* the older one is not given again */
	assert_memory_equal(sent_nonce(&bench), "\x02\x02\x02\x02", NONCE_LEN);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
}

static void third_key_waits_a_tenth_of_a_second_at_most(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench, 1);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET");
	for (uint8_t n = 3; n < 20; n++) {
		bench_set_key(&bench, n);
		if (modem_state(&bench.modem) == MODEM_RETRY) {
			bench_expect(&bench, "");
			bench_expect_after_ms(&bench, 100, "CM_SET_KEY.REQ");
		} else {
			bench_expect(&bench, "CM_SET_KEY.REQ");
		}
		bench_confirm(&bench, n, SET_KEY_RESULT_TAKEN);
		bench_expect(&bench, "KEY_SET");
	}
}

static void modem_that_lost_the_key_is_given_it_again_as_soon(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench, 1);
	bench_let_be(&bench);
	bench_check_key(&bench);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED);
	bench_expect(&bench, "KEY_LOST, CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 100, "KEY_SLOW, CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET");
}

static void modem_quicker_than_the_repeat_is_asked_once(void **state)
{
	struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	config.key_repeat_ms = 5000; /* more than response_ms */
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lost_confirmation_costs_a_tenth_of_a_second),
		cmocka_unit_test(unconfirmed_key_is_given_again_less_and_less_often_until_the_modem_is_silent),
		cmocka_unit_test(each_key_begins_anew),
		cmocka_unit_test(slow_modem_is_ready_with_its_first_confirmation),
		cmocka_unit_test(one_key_is_on_its_way),
		cmocka_unit_test(third_key_waits_a_tenth_of_a_second_at_most),
		cmocka_unit_test(modem_that_lost_the_key_is_given_it_again_as_soon),
		cmocka_unit_test(modem_quicker_than_the_repeat_is_asked_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

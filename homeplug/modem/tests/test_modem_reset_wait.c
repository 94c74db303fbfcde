/* SPDX-License-Identifier: Apache-2.0 */
/* The wait for a local modem that resets: down, and up again. */
#include "homeplug/modem/tests/modem_reset_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void second_reset_confirmation_does_not_begin_anew(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	const uint64_t deadline_us = modem_deadline(&bench.modem);
	bench.now_us += 100 * MS;
	bench_say_reset_cnf(&bench, 0);
	bench_expect(&bench, "");
	bench_say_reset_cnf(&bench, 1);
	bench_expect(&bench, "");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_WAIT_UP);
	assert_int_equal(modem_deadline(&bench.modem), deadline_us);
}

/* The modem still answers on its way down. It is up again when it answers after it was away. */
static void answers_before_it_goes_down_do_not_end_the_wait(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	bench_say_version(&bench, MODEM_QUALCOMM); /* before it is asked */
	bench_expect(&bench, "");
	for (int i = 0; i < 3; i++) {
		bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect(&bench, "");
	}
	for (int i = 0; i < 20; i++)
		bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "CM_GET_KEY.REQ");
}

static void one_unanswered_question_is_enough(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_wait_ms(&bench, 199);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, ""); /* that was in time */
	bench_expect_after_ms(&bench, 1, "VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "CM_GET_KEY.REQ");
}

static void every_reset_is_waited_for_anew(void **state)
{
	struct bench bench;

	(void)state;
	bench_verifying(&bench);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_say_reset_cnf(&bench, 0);
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_WAIT_UP);
}

static void modem_that_answers_every_question_for_two_seconds_was_reset_faster_than_it_was_asked(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	const uint64_t began_us = bench.now_us;
	for (int i = 0; i < 9; i++) {
		bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect(&bench, "");
	}
	bench.now_us = began_us + 2000 * MS - 1;
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "");
	bench.now_us = began_us + 2000 * MS;
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "CM_GET_KEY.REQ");
}

static void modem_that_does_not_come_back_is_silent_and_identified_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	for (int i = 0; i < 49; i++)
		bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 200, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	assert_int_equal(bench.out.items[0].waited_ms, 10000);
	bench_expect_state(&bench, MODEM_IDENTIFY);
	assert_false(bench.modem.identity.has_mac);
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ"); /* said once */
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ"); /* it was reset for this key */
}

static void wait_ends_at_its_limit_also_between_two_questions(void **state)
{
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	config.reset_after_key = true;
	config.reset_ms = 500;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_say_reset_cnf(&bench, 0);
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 100, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

static void answer_in_the_last_microsecond_is_in_time(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	for (int i = 0; i < 49; i++)
		bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench.now_us += 200 * MS - 1;
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "CM_GET_KEY.REQ");
}

static void another_station_does_not_end_the_wait(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IGNORED source_mac");
	bench_expect_state(&bench, MODEM_WAIT_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(second_reset_confirmation_does_not_begin_anew),
		cmocka_unit_test(answers_before_it_goes_down_do_not_end_the_wait),
		cmocka_unit_test(one_unanswered_question_is_enough),
		cmocka_unit_test(every_reset_is_waited_for_anew),
		cmocka_unit_test(modem_that_answers_every_question_for_two_seconds_was_reset_faster_than_it_was_asked),
		cmocka_unit_test(modem_that_does_not_come_back_is_silent_and_identified_again),
		cmocka_unit_test(wait_ends_at_its_limit_also_between_two_questions),
		cmocka_unit_test(answer_in_the_last_microsecond_is_in_time),
		cmocka_unit_test(another_station_does_not_end_the_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

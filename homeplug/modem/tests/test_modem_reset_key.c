/* SPDX-License-Identifier: Apache-2.0 */
/* The key of a local modem that was reset, and a key given while it resets. */
#include "homeplug/modem/tests/modem_reset_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The key did not survive: that is no refusal, and no reason to reset again. */
static void key_lost_by_the_reset_is_set_again(void **state)
{
	struct bench bench;

	(void)state;
	for (uint8_t nid_of = 0; nid_of <= 7; nid_of += 7) {
		bench_verifying(&bench);
		bench_tell_key(&bench, 1, nid_of, nid_of, GET_KEY_REFUSED);
		bench_expect(&bench, "CM_SET_KEY.REQ");
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	}
}

static void key_nobody_verifies_after_the_reset_is_set_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_verifying(&bench);
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void refusal_after_the_reset_is_one(void **state)
{
	struct bench bench;

	(void)state;
	bench_verifying(&bench);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_REFUSED);
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_expect(&bench, "CM_GET_KEY.REQ, VS_NW_INFO.REQ");
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_REFUSED);
	bench_expect(&bench, "REFUSED");
	bench_expect_after_ms(&bench, 1000, "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

static void key_not_taken_after_the_reset_is_said(void **state)
{
	struct bench bench;

	(void)state;
	bench_verifying(&bench);
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "KEY_UNANSWERED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

static void key_given_while_the_modem_resets_is_sent_when_it_is_up(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_set_key(&bench, 2);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_WAIT_UP);
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	assert_memory_equal(bench.out.items[0].frame.set_key_req.my_nonce, "\x02\x02\x02\x02", NONCE_LEN);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
}

static void key_given_before_a_reset_that_does_not_come_is_sent_then(void **state)
{
	struct bench bench;

	(void)state;
	bench_resetting(&bench);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "");
	bench_say_reset_cnf(&bench, 1);
	bench_expect(&bench, "NOT_RESET result, CM_SET_KEY.REQ");
	bench_resetting(&bench);
	bench.now_us += 400 * MS;
	bench_set_key(&bench, 2);
	bench_expect_after_ms(&bench, 600, "NOT_RESET, CM_SET_KEY.REQ");
	assert_memory_equal(bench.out.items[1].frame.set_key_req.my_nonce, "\x02\x02\x02\x02", NONCE_LEN);
}

static void key_that_survived_is_taken_for_granted_only_from_ones_own_nonce(void **state)
{
	struct bench bench;

	(void)state;
	bench_verifying(&bench);
	bench_tell_key(&bench, 2, 1, 1, GET_KEY_GRANTED);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_expect_state(&bench, MODEM_VERIFY);
}

static void key_lost_later_is_set_again_without_another_reset(void **state)
{
	struct bench bench;

	(void)state;
	bench_verifying(&bench);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	bench_check_key(&bench);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_REFUSED);
	bench_expect(&bench, "KEY_LOST, CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_lost_by_the_reset_is_set_again),
		cmocka_unit_test(key_nobody_verifies_after_the_reset_is_set_again),
		cmocka_unit_test(refusal_after_the_reset_is_one),
		cmocka_unit_test(key_not_taken_after_the_reset_is_said),
		cmocka_unit_test(key_given_while_the_modem_resets_is_sent_when_it_is_up),
		cmocka_unit_test(key_given_before_a_reset_that_does_not_come_is_sent_then),
		cmocka_unit_test(key_that_survived_is_taken_for_granted_only_from_ones_own_nonce),
		cmocka_unit_test(key_lost_later_is_set_again_without_another_reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The reset that is due after a session, with the key that follows it. */
#include "homeplug/modem/tests/modem_reset_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Ready with key 1; a Qualcomm modem that is to be reset after sessions. */
static void bench_after_sessions(struct bench *bench)
{
	struct modem_config config = bench_config(MODEM_AUTO);

	config.reset_after_session = true;
	bench_ready(bench, &config, MODEM_QUALCOMM);
	bench_say_link(bench, MODEM_NW_STATS_CNF, false);
}

/* A reset is due, the modem does not say what it is, and takes the key once more. */
static void bench_tick_until_asked_again(struct bench *bench, uint8_t key)
{
	bench_expect_state(bench, MODEM_IDENTIFY);
	for (int i = 0; i < 3 && modem_state(&bench->modem) != MODEM_SET_KEY; i++) {
		bench->now_us = modem_deadline(&bench->modem);
		modem_tick(&bench->modem, bench->now_us, &bench->out);
	}
	bench_expect_state(bench, MODEM_SET_KEY);
	bench_confirm(bench, key, SET_KEY_RESULT_TAKEN);
	bench_expect_state(bench, MODEM_READY);
}

static void only_the_key_that_follows_a_session_is_followed_by_a_reset(void **state)
{
	struct bench bench;

	(void)state;
	bench_after_sessions(&bench);
	bench_set_key_after_session(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
	bench_say_reset_cnf(&bench, 1);
	expect_set(&bench, "NOT_RESET result, KEY_SET");
	bench_let_be(&bench);
	bench_set_key(&bench, 3);
	bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "KEY_SET");
}

/* The car of the session still knows the key that the modem has. */
static void newer_key_inherits_a_reset_that_is_due(void **state)
{
	struct bench bench;

	(void)state;
	bench_after_sessions(&bench);
	bench_set_key_after_session(&bench, 2);
	bench_let_be(&bench);
	bench_set_key(&bench, 3);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
	bench_let_be(&bench);
	bench_set_key(&bench, 4); /* no second reset for this key: the modem resets already */
	bench_say_reset_cnf(&bench, 1);
	bench_expect(&bench, "NOT_RESET result, CM_SET_KEY.REQ");
	bench_confirm(&bench, 4, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "KEY_SET");
}

static void reset_that_is_due_is_not_forgotten_with_the_interface(void **state)
{
	struct bench bench;

	(void)state;
	bench_after_sessions(&bench);
	bench_set_key_after_session(&bench, 2);
	modem_forget(&bench.modem);
	bench_set_key(&bench, 3);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
}

/* The modem could not be reset, as it was not identified. The session's key is gone from it all the same. */
static void reset_is_not_made_up_for_later(void **state)
{
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	config.reset_after_session = true;
	bench_ready(&bench, &config, MODEM_STANDARD);
	bench_set_key_after_session(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_tick_until_asked_again(&bench, 2);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_let_be(&bench);
	bench_set_key(&bench, 3);
	bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void reset_of_a_modem_that_had_its_key_is_not_due_after_the_interface_was_gone(void **state)
{
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	config.reset_after_session = true;
	bench_ready(&bench, &config, MODEM_STANDARD);
	bench_set_key_after_session(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_tick_until_asked_again(&bench, 2);
	modem_forget(&bench.modem);
	bench_set_key(&bench, 3);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void session_that_ends_without_an_interface_is_followed_by_a_reset(void **state)
{
	struct bench bench;

	(void)state;
	bench_after_sessions(&bench);
	bench_set_key_after_session(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_say_reset_cnf(&bench, 1); /* refuses the reset of the session before */
	for (int losses = 1; losses <= 2; losses++) {
		modem_forget(&bench.modem);
		modem_remember_session(&bench.modem);
		if (losses == 2) {
			bench_set_key(&bench, 3);
			modem_forget(&bench.modem);
		}
		bench_set_key(&bench, 4);
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_confirm(&bench, 4, SET_KEY_RESULT_TAKEN);
		bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
		bench_say_reset_cnf(&bench, 1);
		bench_expect_state(&bench, MODEM_READY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_key_that_follows_a_session_is_followed_by_a_reset),
		cmocka_unit_test(newer_key_inherits_a_reset_that_is_due),
		cmocka_unit_test(reset_that_is_due_is_not_forgotten_with_the_interface),
		cmocka_unit_test(reset_is_not_made_up_for_later),
		cmocka_unit_test(reset_of_a_modem_that_had_its_key_is_not_due_after_the_interface_was_gone),
		cmocka_unit_test(session_that_ends_without_an_interface_is_followed_by_a_reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The interface goes while the local modem resets. */
#include "homeplug/modem/tests/modem_reset_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void gone_interface_ends_the_reset(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	modem_forget(&bench.modem);
	bench_expect_rest(&bench);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "");
	bench_set_key(&bench, 2);
	bench_expect(&bench, "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_SET_KEY.REQ"); /* it is not reset again */
}

/* The interface goes and comes back; the modem takes key n on it. */
static void lose_interface_and_take_key(struct bench *bench, uint8_t n)
{
	modem_forget(&bench->modem);
	bench_set_key(bench, n);
	bench_say_version(bench, MODEM_QUALCOMM);
	bench_expect_state(bench, MODEM_SET_KEY);
	bench_confirm(bench, n, SET_KEY_RESULT_TAKEN);
}

/* Some interfaces have no carrier while their modem resets: each key would be followed by another reset, for ever. */
static void reset_cut_short_with_the_interface_is_not_repeated_after_the_next_key(void **state)
{
	static void (*const stages[])(struct bench * bench) = {bench_resetting, bench_waiting, bench_verifying};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		stages[i](&bench);
		assert_true(modem_is_resetting(&bench.modem));
		lose_interface_and_take_key(&bench, 2);
		expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
		assert_false(modem_is_resetting(&bench.modem));
		bench_let_be(&bench);
		bench_set_key(&bench, 3); /* without losing the interface */
		bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
		bench_expect_state(&bench, MODEM_RESET);
	}
}

static void reset_cut_short_counts_until_a_key_is_set(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	modem_forget(&bench.modem);
	bench_set_key(&bench, 2);
	bench_set_key(&bench, 3);
	lose_interface_and_take_key(&bench, 4); /* a reset cost the carrier again */
	expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

/*
 * Nothing answers: its silence is said after so many attempts, of 1000 ms where the key goes out with the questions (no
 * reset is to follow it), else of 1300.
 */
static void expect_silence_after(struct bench *bench, unsigned attempts)
{
	const char *questions = "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ";
	const char *silent = "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ";

	bench_set_key(bench, 2);
	for (unsigned i = 1; i <= attempts; i++) {
		const bool key_is_sent = modem_state(&bench->modem) == MODEM_SET_KEY;
		bench_expect_after_ms(bench, 300, key_is_sent ? "" : "CM_SET_KEY.REQ");
		bench_expect_after_ms(bench, key_is_sent ? 700 : 1000, i == attempts ? silent : questions);
	}
}

/* The interface may be back before the modem is. */
static void silence_after_a_reset_cut_short_is_said_when_reset_ms_are_over(void **state)
{
	static void (*const stages[])(struct bench * bench) = {bench_resetting, bench_waiting};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		stages[i](&bench); /* reset_ms, 10 s, begin */
		bench_wait_ms(&bench, 100);
		modem_forget(&bench.modem);
		bench_wait_ms(&bench, 4000);
		expect_silence_after(&bench, 5); /* after 10.3 s */
	}
}

static void interface_that_was_away_for_reset_ms_leaves_no_patience(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	modem_forget(&bench.modem);
	bench_wait_ms(&bench, 10000);
	expect_silence_after(&bench, 1);
}

static void modem_that_announces_itself_after_a_reset_cut_short_has_not_restarted_by_itself(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	modem_forget(&bench.modem);
	bench_set_key(&bench, 2);
	bench_expect_after_ms(&bench, 300, "");
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, "VS_HST_ACTION.RSP, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

static void refusal_after_a_reset_cut_short_is_said_at_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	modem_forget(&bench.modem);
	bench_set_key(&bench, 2);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 2, 2);
	bench_expect(&bench, "REFUSED");
}

static void key_that_is_set_ends_the_patience_after_a_reset_cut_short(void **state)
{
	struct bench bench;

	(void)state;
	bench_resetting(&bench);
	lose_interface_and_take_key(&bench, 1);
	expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	modem_forget(&bench.modem);
	expect_silence_after(&bench, 1);
}

static void interface_lost_at_another_time_cuts_no_reset_short(void **state)
{
	struct bench bench;

	(void)state;
	bench_verifying(&bench);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	lose_interface_and_take_key(&bench, 2);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
	bench_with_key_sent(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_expect_state(&bench, MODEM_VERIFY);
	assert_false(modem_is_resetting(&bench.modem));
	lose_interface_and_take_key(&bench, 2);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gone_interface_ends_the_reset),
		cmocka_unit_test(reset_cut_short_with_the_interface_is_not_repeated_after_the_next_key),
		cmocka_unit_test(reset_cut_short_counts_until_a_key_is_set),
		cmocka_unit_test(silence_after_a_reset_cut_short_is_said_when_reset_ms_are_over),
		cmocka_unit_test(interface_that_was_away_for_reset_ms_leaves_no_patience),
		cmocka_unit_test(modem_that_announces_itself_after_a_reset_cut_short_has_not_restarted_by_itself),
		cmocka_unit_test(refusal_after_a_reset_cut_short_is_said_at_once),
		cmocka_unit_test(key_that_is_set_ends_the_patience_after_a_reset_cut_short),
		cmocka_unit_test(interface_lost_at_another_time_cuts_no_reset_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

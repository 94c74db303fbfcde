/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the local modem is still there and has its key. */
#include "homeplug/modem/tests/modem_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A standard modem, key 1 is sent. */
static void bench_with_key(struct bench *bench)
{
	const struct modem_config config = bench_config(MODEM_STANDARD);

	bench_init(bench, &config);
	bench_set_key(bench, 1);
}

/* The modem has answered a link question, so no check asks for the link. */
static void bench_with_key_set(struct bench *bench)
{
	bench_with_key(bench);
	bench_confirm(bench, 1, SET_KEY_RESULT_TAKEN);
	bench_say_link(bench, MODEM_NW_STATS_CNF, false);
}

/* Ready with key n. */
static void expect_done(const struct bench *bench, uint8_t n, const char *text)
{
	const struct network_key key = bench_key(n);

	bench_expect(bench, text);
	bench_expect_state(bench, MODEM_READY);
	bench_expect_rest(bench);
	assert_memory_equal(bench->modem.key.given.nmk, key.nmk, NMK_LEN);
	assert_true(bench->modem.identity.has_mac);
	assert_memory_equal(bench->modem.identity.mac, bench_modem_mac, MAC_LEN);
}

static void check_key(struct bench *bench)
{
	bench_check_key(bench);
	bench_expect(bench, "CM_GET_KEY.REQ");
	bench_expect_state(bench, MODEM_READY);
}

static void checked_key_that_is_there_changes_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench);
	check_key(&bench);
	assert_memory_equal(bench.out.items[0].frame.get_key_req.my_nonce, "\x01\x01\x01\x01", NONCE_LEN);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	expect_done(&bench, 1, "");
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED); /* asked once, answered once */
	expect_done(&bench, 1, "");
}

/* A captured modem names the new network at once and refuses the key for some seconds. */
static void refusal_with_our_network_changes_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench);
	check_key(&bench);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_REFUSED);
	expect_done(&bench, 1, "");
}

static void answer_that_names_no_network_changes_nothing(void **state)
{
	static const enum get_key_result results[] = {GET_KEY_GRANTED, GET_KEY_REFUSED, GET_KEY_UNSUPPORTED};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bench_with_key_set(&bench);
		check_key(&bench);
		bench_tell_key(&bench, 1, 0, 7, results[i]);
		expect_done(&bench, 1, results[i] == GET_KEY_REFUSED ? "KEY_UNNAMED" : "");
	}
	check_key(&bench);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_UNSUPPORTED);
	expect_done(&bench, 1, "");
}

static void modem_that_refuses_and_names_no_network_is_said_once_until_another_may_be_there(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench);
	for (int i = 0; i < 3; i++) {
		check_key(&bench);
		bench_tell_key(&bench, 1, 0, 0, GET_KEY_REFUSED);
		expect_done(&bench, 1, i == 0 ? "KEY_UNNAMED" : "");
	}
	modem_forget(&bench.modem);
	bench_set_key(&bench, 1);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_check_key(&bench);
	bench_tell_key(&bench, 1, 0, 0, GET_KEY_REFUSED);
	bench_expect(&bench, "KEY_UNNAMED");
}

/* The modem may be one that answers no such question, so that is not silence. */
static void missing_answer_of_a_modem_that_never_gave_one_changes_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_let_be(&bench);
	bench_check_key(&bench);
	expect_done(&bench, 1, "CM_GET_KEY.REQ, CM_NW_STATS.REQ");
	modem_tick(&bench.modem, bench.now_us + 3600000 * MS, &bench.out);
	expect_done(&bench, 1, "");
}

static void lost_key_is_set_again_with_the_same_nonce(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench);
	for (unsigned i = 0; i < 3; i++) {
		bench_let_be(&bench);
		check_key(&bench);
		if (i == 0)
			bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED);
		else if (i == 1)
			bench_tell_key(&bench, 1, 7, 7, GET_KEY_REFUSED);
		else
			bench_tell_key(&bench, 1, 1, 7, GET_KEY_GRANTED);
		bench_expect(&bench, "KEY_LOST, CM_SET_KEY.REQ");
		const struct set_key_req *req = &bench.out.items[1].frame.set_key_req;
		assert_memory_equal(req->my_nonce, "\x01\x01\x01\x01", NONCE_LEN);
		assert_memory_equal(req->new_key, bench.modem.key.given.nmk, NMK_LEN);
		bench_expect_state(&bench, MODEM_SET_KEY);
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		expect_done(&bench, 1, "KEY_SET");
	}
}

/* The outlet could serve in between, so that it cannot any more is said again. */
static void silence_and_refusal_are_said_again_for_a_lost_key(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench);
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "REFUSED");
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_say_link(&bench, MODEM_NW_STATS_CNF, false);
	check_key(&bench);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED);
	bench_expect(&bench, "KEY_LOST, CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "REFUSED");
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
}

static void answer_of_another_station_or_nonce_is_no_answer_to_the_check(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench);
	check_key(&bench);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED);
	bench_expect(&bench, "IGNORED source_mac");
	memcpy(bench.src, bench_modem_mac, MAC_LEN);
	bench_tell_key(&bench, 2, 7, 7, GET_KEY_GRANTED);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_expect_state(&bench, MODEM_READY);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED); /* the check is still open */
	bench_expect(&bench, "KEY_LOST, CM_SET_KEY.REQ");
}

static void key_on_its_way_is_not_checked(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench);
	bench_check_key(&bench);
	bench_expect(&bench, "");
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_check_key(&bench);
	bench_expect(&bench, "");
}

static void check_of_the_old_key_ends_with_a_new_one(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench);
	check_key(&bench);
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	expect_done(&bench, 2, "IGNORED your_nonce");
	bench_tell_key(&bench, 2, 1, 1, GET_KEY_GRANTED);
	expect_done(&bench, 2, "");
}

/* --- whether it is still there --- */

static void bench_qualcomm(struct bench *bench)
{
	const struct modem_config config = bench_config(MODEM_AUTO);

	bench_ready(bench, &config, MODEM_QUALCOMM);
	bench_say_link(bench, MODEM_NW_STATS_CNF, false);
}

static const char silent[] = "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ";

static void modem_that_answers_no_check_twice_is_silent_and_given_the_same_key(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	bench_check_key(&bench);
	bench_expect(&bench, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 1000, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
	bench_expect_state(&bench, MODEM_READY);
	bench_expect_after_ms(&bench, 1000, silent);
	assert_false(bench.modem.identity.has_mac);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm, CM_SET_KEY.REQ");
	assert_memory_equal(bench.out.items[1].frame.set_key_req.my_nonce, "\x01\x01\x01\x01", NONCE_LEN);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_expect_rest(&bench);
}

static void silence_tells_how_long_was_waited(void **state)
{
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	config.response_ms = 700;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	bench_say_link(&bench, MODEM_NW_STATS_CNF, false);
	bench_check_key(&bench);
	bench_expect_after_ms(&bench, 700, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 700, silent);
	assert_int_equal(bench.out.items[0].waited_ms, 700);
	assert_int_equal(bench.out.items[0].error, MME_OK);
}

static void silence_names_another_modem_that_answers_instead_of_ours(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	bench_check_key(&bench);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IGNORED source_mac");
	assert_memory_equal(bench.out.items[0].ours, bench_modem_mac, MAC_LEN);
	bench_expect_after_ms(&bench, 1000, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 1000, silent);
	assert_int_equal(bench.out.items[0].error, MME_ERR_SOURCE_MAC);
	assert_memory_equal(bench.out.items[0].from, bench_other_mac, MAC_LEN);
	assert_memory_equal(bench.out.items[0].ours, bench_modem_mac, MAC_LEN);
}

static void another_modem_heard_before_the_questions_does_not_explain_the_silence(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_check_key(&bench);
	bench_expect_after_ms(&bench, 1000, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 1000, silent);
	assert_int_equal(bench.out.items[0].error, MME_OK);
	bench_say_version(&bench, MODEM_QUALCOMM); /* this modem is taken for ours now */
	memcpy(bench.src, bench_modem_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IGNORED source_mac");
	assert_memory_equal(bench.out.items[0].ours, bench_other_mac, MAC_LEN);
}

static void another_modem_heard_before_the_key_does_not_explain_the_silence(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, silent);
	assert_int_equal(bench.out.items[0].error, MME_OK);
}

static void any_answer_in_the_last_microsecond_shows_that_the_modem_is_there(void **state)
{
	struct bench bench;

	(void)state;
	for (int answer = 0; answer < 4; answer++) {
		for (int repeated = 0; repeated <= 1; repeated++) {
			bench_qualcomm(&bench);
			bench_check_key(&bench);
			if (repeated)
				bench_expect_after_ms(&bench, 1000, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
			bench.now_us += 1000 * MS - 1;
			if (answer == 0)
				bench_say_version(&bench, MODEM_QUALCOMM);
			else if (answer == 1)
				bench_tell_key(&bench, 1, 0, 0, GET_KEY_UNSUPPORTED);
			else
				bench_say_link(&bench, answer == 2 ? MODEM_NW_STATS_CNF : MODEM_VS_PL_LNK_STATUS_CNF,
					       false);
			bench_expect(&bench, "");
			bench_expect_rest(&bench);
			bench_expect_state(&bench, MODEM_READY);
		}
	}
}

static void other_stations_and_older_answers_do_not_show_that_the_modem_is_there(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	bench_check_key(&bench);
	bench_expect_after_ms(&bench, 1000, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
	bench_tell_key(&bench, 9, 1, 1, GET_KEY_GRANTED);
	bench_expect(&bench, "IGNORED your_nonce");
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IGNORED source_mac");
	bench_expect_after_ms(&bench, 1000, silent);
}

static void modem_that_answers_the_version_only_is_there(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	for (int i = 0; i < 10; i++) {
		bench_check_key(&bench);
		bench_expect(&bench, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect(&bench, "");
		bench_expect_rest(&bench);
	}
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED); /* this answer still counts */
	bench_expect(&bench, "KEY_LOST, CM_SET_KEY.REQ");
}

/* A modem of no vendor that has once answered CM_GET_KEY, or CM_NW_STATS. */
static void standard_modem_is_missed_once_it_has_answered_any_question(void **state)
{
	struct bench bench;

	(void)state;
	for (int stats = 0; stats <= 1; stats++) {
		const char *check = stats ? "CM_GET_KEY.REQ" : "CM_GET_KEY.REQ, CM_NW_STATS.REQ";
		bench_with_key(&bench);
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		bench_check_key(&bench);
		bench_expect_rest(&bench);
		if (stats)
			bench_say_link(&bench, MODEM_NW_STATS_CNF, false);
		else
			bench_tell_key(&bench, 1, 1, 1, GET_KEY_REFUSED);
		bench_expect_rest(&bench);
		bench_check_key(&bench);
		bench_expect(&bench, check);
		bench_expect_after_ms(&bench, 1000, check);
		bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
	}
}

/* The modem that takes its place may be one that answers no such question. */
static void what_a_silent_modem_answered_is_not_expected_of_the_next(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_check_key(&bench);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_REFUSED);
	bench_set_key(&bench, 2);
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_check_key(&bench);
	expect_done(&bench, 2, "CM_GET_KEY.REQ, CM_NW_STATS.REQ");
}

static void check_during_a_check_asks_nothing_and_puts_nothing_off(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	bench_check_key(&bench);
	bench_wait_ms(&bench, 600);
	bench_check_key(&bench);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 400, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
	bench_check_key(&bench);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 1000, silent);
}

static void watched_link_decides_whether_the_modem_is_there(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	bench_check_key(&bench);
	modem_watch_link(&bench.modem, bench.now_us, &bench.out);
	bench_say_link(&bench, MODEM_NW_STATS_CNF, true);
	bench_expect(&bench, "LINK_UP");
	bench_check_key(&bench);
	for (int i = 0; i < 4; i++) { /* the polls, the check and its repetition */
		bench.now_us = modem_deadline(&bench.modem);
		modem_tick(&bench.modem, bench.now_us, &bench.out);
		bench_expect_state(&bench, MODEM_READY);
	}
	bench_expect(&bench, "LINK_LOST");
	bench_expect_rest(&bench);
	assert_true(bench.modem.identity.has_mac);
}

static void new_key_ends_a_check(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	bench_check_key(&bench);
	bench_wait_ms(&bench, 500);
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 2, "KEY_SET");
}

/* --- another modem says that it has restarted --- */

static void exchanged_modem_is_found_by_its_restart(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, "IGNORED source_mac, CM_GET_KEY.REQ, VS_SW_VER.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IGNORED source_mac");
	bench_expect_after_ms(&bench, 1000, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 1000, silent);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm, CM_SET_KEY.REQ");
	assert_memory_equal(bench.modem.identity.mac, bench_other_mac, MAC_LEN);
}

static void restarts_of_others_start_one_check_each_second(void **state)
{
	struct bench bench;

	(void)state;
	bench_qualcomm(&bench);
	for (int i = 0; i < 3; i++) {
		memcpy(bench.src, bench_other_mac, MAC_LEN);
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		bench_expect(&bench, "IGNORED source_mac, CM_GET_KEY.REQ, VS_SW_VER.REQ");
		memcpy(bench.src, bench_modem_mac, MAC_LEN);
		bench_say_version(&bench, MODEM_QUALCOMM);
		memcpy(bench.src, bench_other_mac, MAC_LEN);
		bench.now_us += 1000 * MS - 1;
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		bench_expect(&bench, "IGNORED source_mac");
		bench.now_us += 1;
	}
	assert_int_equal(bench.modem.identity.foreign_answers, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checked_key_that_is_there_changes_nothing),
		cmocka_unit_test(refusal_with_our_network_changes_nothing),
		cmocka_unit_test(answer_that_names_no_network_changes_nothing),
		cmocka_unit_test(modem_that_refuses_and_names_no_network_is_said_once_until_another_may_be_there),
		cmocka_unit_test(missing_answer_of_a_modem_that_never_gave_one_changes_nothing),
		cmocka_unit_test(lost_key_is_set_again_with_the_same_nonce),
		cmocka_unit_test(silence_and_refusal_are_said_again_for_a_lost_key),
		cmocka_unit_test(answer_of_another_station_or_nonce_is_no_answer_to_the_check),
		cmocka_unit_test(key_on_its_way_is_not_checked),
		cmocka_unit_test(check_of_the_old_key_ends_with_a_new_one),
		cmocka_unit_test(modem_that_answers_no_check_twice_is_silent_and_given_the_same_key),
		cmocka_unit_test(silence_tells_how_long_was_waited),
		cmocka_unit_test(silence_names_another_modem_that_answers_instead_of_ours),
		cmocka_unit_test(another_modem_heard_before_the_questions_does_not_explain_the_silence),
		cmocka_unit_test(another_modem_heard_before_the_key_does_not_explain_the_silence),
		cmocka_unit_test(any_answer_in_the_last_microsecond_shows_that_the_modem_is_there),
		cmocka_unit_test(other_stations_and_older_answers_do_not_show_that_the_modem_is_there),
		cmocka_unit_test(modem_that_answers_the_version_only_is_there),
		cmocka_unit_test(standard_modem_is_missed_once_it_has_answered_any_question),
		cmocka_unit_test(what_a_silent_modem_answered_is_not_expected_of_the_next),
		cmocka_unit_test(check_during_a_check_asks_nothing_and_puts_nothing_off),
		cmocka_unit_test(watched_link_decides_whether_the_modem_is_there),
		cmocka_unit_test(new_key_ends_a_check),
		cmocka_unit_test(exchanged_modem_is_found_by_its_restart),
		cmocka_unit_test(restarts_of_others_start_one_check_each_second),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

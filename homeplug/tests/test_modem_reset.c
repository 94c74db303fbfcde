/* SPDX-License-Identifier: Apache-2.0 */
/* The reset of the local modem after a key. */
#include "homeplug/tests/modem_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The family, found by asking, is to be reset after each key; key 1 is sent. */
static void bench_with_key_sent(struct bench *bench, enum modem_family family)
{
	struct modem_config config = bench_config(MODEM_AUTO);

	config.reset_after_key = true;
	bench_init(bench, &config);
	bench_set_key(bench, 1);
	bench_say_version(bench, family);
	bench_expect_state(bench, MODEM_SET_KEY);
}

static void bench_resetting(struct bench *bench)
{
	bench_with_key_sent(bench, MODEM_QUALCOMM);
	bench_confirm(bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(bench, "RESETTING, VS_RS_DEV.REQ");
	bench_expect_state(bench, MODEM_RESET);
}

static void bench_waiting(struct bench *bench)
{
	bench_resetting(bench);
	bench_say_reset_cnf(bench, 0);
	bench_expect(bench, "");
	bench_expect_state(bench, MODEM_WAIT_UP);
}

/* It went down for half a second and is asked for its key. */
static void bench_verifying(struct bench *bench)
{
	bench_waiting(bench);
	bench_expect_after_ms(bench, 200, "VS_SW_VER.REQ");
	bench_expect_after_ms(bench, 200, "VS_SW_VER.REQ");
	bench_say_version(bench, MODEM_QUALCOMM);
	bench_expect(bench, "CM_GET_KEY.REQ");
	bench_expect_state(bench, MODEM_VERIFY);
}

static void expect_set(const struct bench *bench, const char *text)
{
	bench_expect(bench, text);
	bench_expect_state(bench, MODEM_READY);
	bench_expect_rest(bench);
}

static void qualcomm_modem_is_reset_and_its_key_verified(void **state)
{
	struct bench bench;

	(void)state;
	bench_verifying(&bench);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void lumissil_modem_is_reset_without_a_confirmation(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_sent(&bench, MODEM_LUMISSIL);
	const uint8_t request_id = bench.modem.request_id;
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "RESETTING, NSCM_RESET_DEVICE.REQ");
	const struct modem_mme *req = &bench.out.items[1].message;
	assert_memory_equal(req->dst, mac_local_modem, MAC_LEN);
	assert_int_equal(req->nscm_reset_device_req.mode, NSCM_RESET_NORMAL);
	assert_int_equal(req->nscm_reset_device_req.request_id, request_id + 1);
	bench_expect_state(&bench, MODEM_WAIT_UP);
	bench_expect_after_ms(&bench, 200, "NSCM_GET_VERSION.REQ");
	bench_expect_after_ms(&bench, 200, "NSCM_GET_VERSION.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM); /* not the modem that is reset */
	bench_expect(&bench, "");
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "CM_GET_KEY.REQ");
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	expect_set(&bench, "KEY_SET, NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void configured_modem_that_never_said_what_it_is_is_not_reset(void **state)
{
	static const enum modem_family families[] = {MODEM_QUALCOMM, MODEM_LUMISSIL};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct modem_config config = bench_config(families[i]);
		config.reset_after_key = true;
		bench_init(&bench, &config);
		bench_set_key(&bench, 1);
		bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		bench_expect_state(&bench, MODEM_IDENTIFY); /* asked once more */
		bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		bench_expect_state(&bench, MODEM_READY);
		assert_int_equal(bench.out.items[0].kind, MODEM_NOT_RESET);
		assert_int_equal(bench.out.items[0].error, MME_OK);
		bench_say_version(&bench, families[i]); /* late, but for the next key */
		bench_let_be(&bench);
		bench_set_key(&bench, 2);
		bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
		assert_int_equal(bench.out.items[0].kind, MODEM_RESETTING);
	}
}

static void missing_reset_is_said_once_for_each_key(void **state)
{
	struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	config.reset_after_key = true;
	bench_ready(&bench, &config, MODEM_STANDARD);
	bench_expect(&bench, "UNIDENTIFIED standard, NOT_RESET, KEY_SET, CM_NW_STATS.REQ");
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "KEY_SET, CM_NW_STATS.REQ");
	bench_let_be(&bench);
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "NOT_RESET, KEY_SET, CM_NW_STATS.REQ");
}

static void standard_modem_is_not_reset(void **state)
{
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	config.reset_after_key = true;
	config.reset_after_session = true;
	bench_init(&bench, &config);
	bench_set_key_after_session(&bench, 1);
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "NOT_RESET, KEY_SET, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_NW_STATS.REQ");
}

static void modem_that_came_back_after_its_identification_is_reset_all_the_same(void **state)
{
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	config.reset_after_key = true;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm, CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
}

static void verified_key_is_followed_by_a_reset_as_well(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_sent(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
	bench_expect_state(&bench, MODEM_RESET);
}

static void every_key_is_followed_by_a_reset_of_its_own(void **state)
{
	struct bench bench;

	(void)state;
	bench_verifying(&bench);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
}

/* Ready with key 1; a Qualcomm modem that is to be reset after sessions. */
static void bench_after_sessions(struct bench *bench)
{
	struct modem_config config = bench_config(MODEM_AUTO);

	config.reset_after_session = true;
	bench_ready(bench, &config, MODEM_QUALCOMM);
	bench_say_link(bench, MODEM_NW_STATS_CNF, false);
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
	bench_set_key(&bench, 4); /* this one inherits none: the modem resets already */
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
	modem_reset(&bench.modem);
	bench_set_key(&bench, 3);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
}

/* It was not known that it could reset, but the session's key is gone from it. */
/* A reset is due, the modem does not say what it is, and takes the key once more. */
static void bench_tick_until_asked_again(struct bench *bench, uint8_t key)
{
	bench_expect_state(bench, MODEM_IDENTIFY);
	for (int i = 0; i < 3 && bench->modem.state != MODEM_SET_KEY; i++) {
		bench->now_us = modem_deadline(&bench->modem);
		modem_tick(&bench->modem, bench->now_us, &bench->out);
	}
	bench_expect_state(bench, MODEM_SET_KEY);
	bench_confirm(bench, key, SET_KEY_RESULT_TAKEN);
	bench_expect_state(bench, MODEM_READY);
}

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
	modem_reset(&bench.modem);
	bench_set_key(&bench, 3);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
	expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void modem_that_cannot_reset_keeps_its_key(void **state)
{
	struct bench bench;

	(void)state;
	bench_resetting(&bench);
	bench_say_reset_cnf(&bench, 1);
	expect_set(&bench, "NOT_RESET result, KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_reset_cnf(&bench, 0); /* too late */
	expect_set(&bench, "");
}

static void modem_that_does_not_confirm_the_reset_keeps_its_key(void **state)
{
	struct bench bench;

	(void)state;
	bench_resetting(&bench);
	bench_expect_after_ms(&bench, 1000, "NOT_RESET, KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	expect_set(&bench, "NOT_RESET, KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void another_stations_reset_confirmation_is_ignored(void **state)
{
	struct bench bench;

	(void)state;
	bench_resetting(&bench);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_reset_cnf(&bench, 0);
	bench_expect(&bench, "IGNORED source_mac");
	bench_expect_state(&bench, MODEM_RESET);
}

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

/* It answers on its way down: up is when it was away in between. */
static void answers_before_it_goes_down_do_not_end_the_wait(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	bench_say_version(&bench, MODEM_QUALCOMM); /* not even asked */
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
	assert_false(bench.modem.has_mac);
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
	bench_expect(&bench, "CM_GET_KEY.REQ");
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

static void gone_interface_ends_the_reset(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	modem_reset(&bench.modem);
	bench_expect_rest(&bench);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "");
	bench_set_key(&bench, 2);
	bench_expect(&bench, "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

/* The interface goes and comes back; the modem takes key n on it. */
static void lose_interface_and_take_key(struct bench *bench, uint8_t n)
{
	modem_reset(&bench->modem);
	bench_set_key(bench, n);
	bench_say_version(bench, MODEM_QUALCOMM);
	bench_expect(bench, "IDENTIFIED qualcomm, CM_SET_KEY.REQ");
	bench_confirm(bench, n, SET_KEY_RESULT_TAKEN);
}

/* Some interfaces have no carrier while their modem resets: each key would be followed by another reset, for ever. */
static void reset_cut_short_with_the_interface_is_not_repeated_after_the_next_key(void **state)
{
	static void (*const stages[])(struct bench *bench) = {bench_resetting, bench_waiting, bench_verifying};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		stages[i](&bench);
		assert_true(modem_resets(&bench.modem));
		lose_interface_and_take_key(&bench, 2);
		expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
		assert_false(modem_resets(&bench.modem));
		bench_let_be(&bench);
		bench_set_key(&bench, 3); /* with an interface all the time */
		bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
		bench_expect_state(&bench, MODEM_RESET);
	}
}

static void reset_cut_short_counts_until_a_key_is_set(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	modem_reset(&bench.modem);
	bench_set_key(&bench, 2);
	bench_set_key(&bench, 3);
	lose_interface_and_take_key(&bench, 4); /* its carrier came and went */
	expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
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
	assert_false(modem_resets(&bench.modem));
	lose_interface_and_take_key(&bench, 2);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
}

static void session_that_ends_without_an_interface_is_followed_by_a_reset(void **state)
{
	struct bench bench;

	(void)state;
	bench_after_sessions(&bench);
	bench_set_key_after_session(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_say_reset_cnf(&bench, 1); /* of the session before */
	for (int losses = 1; losses <= 2; losses++) {
		modem_reset(&bench.modem);
		modem_session_ended(&bench.modem);
		if (losses == 2) {
			bench_set_key(&bench, 3);
			modem_reset(&bench.modem);
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
		cmocka_unit_test(qualcomm_modem_is_reset_and_its_key_verified),
		cmocka_unit_test(lumissil_modem_is_reset_without_a_confirmation),
		cmocka_unit_test(configured_modem_that_never_said_what_it_is_is_not_reset),
		cmocka_unit_test(missing_reset_is_said_once_for_each_key),
		cmocka_unit_test(standard_modem_is_not_reset),
		cmocka_unit_test(modem_that_came_back_after_its_identification_is_reset_all_the_same),
		cmocka_unit_test(verified_key_is_followed_by_a_reset_as_well),
		cmocka_unit_test(every_key_is_followed_by_a_reset_of_its_own),
		cmocka_unit_test(only_the_key_that_follows_a_session_is_followed_by_a_reset),
		cmocka_unit_test(newer_key_inherits_a_reset_that_is_due),
		cmocka_unit_test(reset_that_is_due_is_not_forgotten_with_the_interface),
		cmocka_unit_test(reset_is_not_made_up_for_later),
		cmocka_unit_test(reset_of_a_modem_that_had_its_key_is_not_due_after_the_interface_was_gone),
		cmocka_unit_test(modem_that_cannot_reset_keeps_its_key),
		cmocka_unit_test(modem_that_does_not_confirm_the_reset_keeps_its_key),
		cmocka_unit_test(another_stations_reset_confirmation_is_ignored),
		cmocka_unit_test(second_reset_confirmation_does_not_begin_anew),
		cmocka_unit_test(answers_before_it_goes_down_do_not_end_the_wait),
		cmocka_unit_test(one_unanswered_question_is_enough),
		cmocka_unit_test(every_reset_is_waited_for_anew),
		cmocka_unit_test(modem_that_answers_every_question_for_two_seconds_was_reset_faster_than_it_was_asked),
		cmocka_unit_test(modem_that_does_not_come_back_is_silent_and_identified_again),
		cmocka_unit_test(wait_ends_at_its_limit_also_between_two_questions),
		cmocka_unit_test(answer_in_the_last_microsecond_is_in_time),
		cmocka_unit_test(another_station_does_not_end_the_wait),
		cmocka_unit_test(key_lost_by_the_reset_is_set_again),
		cmocka_unit_test(key_nobody_verifies_after_the_reset_is_set_again),
		cmocka_unit_test(refusal_after_the_reset_is_one),
		cmocka_unit_test(key_not_taken_after_the_reset_is_said),
		cmocka_unit_test(key_given_while_the_modem_resets_is_sent_when_it_is_up),
		cmocka_unit_test(key_given_before_a_reset_that_does_not_come_is_sent_then),
		cmocka_unit_test(key_that_survived_is_taken_for_granted_only_from_ones_own_nonce),
		cmocka_unit_test(key_lost_later_is_set_again_without_another_reset),
		cmocka_unit_test(gone_interface_ends_the_reset),
		cmocka_unit_test(reset_cut_short_with_the_interface_is_not_repeated_after_the_next_key),
		cmocka_unit_test(reset_cut_short_counts_until_a_key_is_set),
		cmocka_unit_test(interface_lost_at_another_time_cuts_no_reset_short),
		cmocka_unit_test(session_that_ends_without_an_interface_is_followed_by_a_reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The local modem's key. The modem is a standard one, so that nothing but the key is in the way. */
#include "homeplug/modem/tests/modem_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t zeros[MAC_LEN];

static void bench_with_key(struct bench *bench, uint8_t n)
{
	const struct modem_config config = bench_config(MODEM_STANDARD);

	bench_init(bench, &config);
	bench_set_key(bench, n);
}

static void bench_with_key_set(struct bench *bench)
{
	const struct modem_config config = bench_config(MODEM_STANDARD);

	bench_ready(bench, &config, MODEM_STANDARD);
	bench_say_link(bench, MODEM_NW_STATS_CNF, false);
}

static void bench_with_unclear_key(struct bench *bench)
{
	bench_with_key(bench, 1);
	bench_confirm(bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_expect(bench, "UNIDENTIFIED standard, CM_GET_KEY.REQ");
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

static void defaults_are_the_values_of_the_contract(void **state)
{
	struct modem_config config;

	(void)state;
	modem_defaults(&config, true);
	assert_int_equal(config.key_repeat_ms, 100);
	assert_int_equal(config.link_detection, MODEM_LINK_AUTO);
	assert_int_equal(config.identify_ms, 300);
	assert_int_equal(config.response_ms, 1000);
	assert_false(config.reset_after_key);
	assert_false(config.reset_after_session);
	assert_int_equal(config.reset_ms, 10000);
	assert_int_equal(config.poll_ms, 200);
	assert_int_equal(config.supervise_ms, 1200);
	assert_int_equal(config.link_lost_polls, 3);
}

static void set_key_req_has_the_fields_of_table_a8(void **state)
{
	const struct network_key key = bench_key(1);
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	const struct mme *frame = &bench.out.items[0].frame;
	assert_memory_equal(frame->dst, "\x00\xb0\x52\x00\x00\x01", MAC_LEN);
	assert_memory_equal(frame->src, bench_host_mac, MAC_LEN);
	const struct set_key_req *req = &frame->set_key_req;
	assert_int_equal(req->key_type, 1);
	assert_memory_equal(req->my_nonce, "\x01\x01\x01\x01", NONCE_LEN);
	assert_memory_equal(req->your_nonce, zeros, NONCE_LEN);
	assert_int_equal(req->pid, 4);
	assert_int_equal(req->prn, 0);
	assert_int_equal(req->pmn, 0);
	assert_int_equal(req->cco_capability, 0);
	assert_int_equal(req->new_eks, 1);
	assert_memory_equal(req->nid, key.nid, NID_LEN);
	assert_memory_equal(req->new_key, key.nmk, NMK_LEN);
}

static void idle_modem_is_silent(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_expect_rest(&bench);
	modem_tick(&bench.modem, UINT64_MAX - 1, &bench.out);
	bench_expect(&bench, "");
	bench_confirm(&bench, 0, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "");
	modem_check_key(&bench.modem, bench.now_us, &bench.out);
	bench_expect(&bench, "");
	assert_false(bench.modem.identity.has_mac);
	bench_expect_state(&bench, MODEM_IDLE);
}

static void confirmed_key_is_set(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 1, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 2, "KEY_SET, CM_NW_STATS.REQ");
}

static void silent_modem_is_asked_each_second_for_ever_and_said_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	const struct mme first = bench.out.items[0].frame;
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
	for (int i = 0; i < 5000; i++)
		bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	assert_memory_equal(&bench.out.items[0].frame, &first, sizeof(first));
	assert_int_equal(bench.modem.key.attempts, 5002);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 1, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
}

static void silence_is_said_again_for_the_next_key(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
	bench_set_key(&bench, 2);
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
}

static void unclear_confirmation_is_verified_and_taken_where_the_network_is_the_new_one(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_unclear_key(&bench);
	const struct mme *frame = &bench.out.items[1].frame;
	assert_memory_equal(frame->dst, mac_local_modem, MAC_LEN);
	assert_memory_equal(frame->src, bench_host_mac, MAC_LEN);
	assert_int_equal(frame->get_key_req.request_type, 0);
	assert_int_equal(frame->get_key_req.key_type, KEY_TYPE_NMK);
	assert_int_equal(frame->get_key_req.pid, KEY_PID_HLE);
	assert_memory_equal(frame->get_key_req.nid, bench.modem.key.given.nid, NID_LEN);
	assert_memory_equal(frame->get_key_req.my_nonce, "\x01\x01\x01\x01", NONCE_LEN);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	expect_done(&bench, 1, "KEY_SET, CM_NW_STATS.REQ");
}

/* A modem that hands out no keys still names its network. */
static void refused_get_key_with_the_new_network_is_enough(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_unclear_key(&bench);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_REFUSED);
	expect_done(&bench, 1, "KEY_SET, CM_NW_STATS.REQ");
}

static void unclear_confirmation_with_the_old_network_is_a_refusal_and_tried_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_unclear_key(&bench);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED);
	bench_expect(&bench, "REFUSED");
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED);
	bench_expect(&bench, ""); /* said once */
	bench_expect_after_ms(&bench, 2000, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 1, "KEY_SET, CM_NW_STATS.REQ");
}

static void unclear_confirmation_of_a_modem_without_a_network_is_a_refusal(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_unclear_key(&bench);
	bench_tell_key(&bench, 1, 0, 0, GET_KEY_REFUSED);
	bench_expect(&bench, "REFUSED");
	bench_expect_state(&bench, MODEM_RETRY);
}

/* Captured modems did this: the NID of the last CM_SET_KEY.REQ, but another key. */
static void new_network_with_another_key_is_a_refusal(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_unclear_key(&bench);
	bench_tell_key(&bench, 1, 1, 7, GET_KEY_GRANTED);
	bench_expect(&bench, "REFUSED");
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
}

static void unclear_confirmation_that_nobody_verifies_is_said_once_and_tried_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_unclear_key(&bench);
	bench_expect_after_ms(&bench, 1000, "REFUSED");
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_expect(&bench, "CM_GET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "");
	bench_expect_after_ms(&bench, 2000, "CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
}

static void refusal_is_said_again_for_the_next_key(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "REFUSED");
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 2, 0xff);
	bench_expect(&bench, "REFUSED");
}

static void other_results_are_refusals(void **state)
{
	struct bench bench;

	(void)state;
	for (unsigned result = 2; result <= 255; result++) {
		bench_with_key(&bench, 1);
		bench_confirm(&bench, 1, (uint8_t)result);
		bench_expect(&bench, "REFUSED");
		bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	}
}

static void confirmation_with_an_older_nonce_is_ignored(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 9);
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
	bench_set_key(&bench, 1);
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	const uint64_t deadline_us = modem_deadline(&bench.modem);
	bench.now_us += 400 * MS;
	bench_confirm(&bench, 9, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_expect_state(&bench, MODEM_SET_KEY);
	assert_false(bench.modem.identity.has_mac);
	assert_int_equal(modem_deadline(&bench.modem), deadline_us);
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_tell_key(&bench, 9, 1, 1, GET_KEY_GRANTED);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_expect_state(&bench, MODEM_VERIFY);
}

static void newer_key_waits_for_the_confirmation_of_the_older_one(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench_wait_ms(&bench, 100);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "");
	bench_set_key(&bench, 3); /* only the last one is sent */
	bench_expect(&bench, "");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED your_nonce");
	assert_memory_equal(bench.out.items[0].from, bench_modem_mac, MAC_LEN);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	assert_memory_equal(bench.out.items[0].frame.set_key_req.my_nonce, "\x03\x03\x03\x03", NONCE_LEN);
	assert_int_equal(bench.modem.key.attempts, 1);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 3, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
}

static void newer_key_is_sent_when_the_older_one_is_not_confirmed_in_time(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench_wait_ms(&bench, 400);
	bench_set_key(&bench, 2);
	bench_expect_after_ms(&bench, 600, "CM_SET_KEY.REQ");
	assert_memory_equal(bench.out.items[0].frame.set_key_req.my_nonce, "\x02\x02\x02\x02", NONCE_LEN);
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
}

static void confirmation_of_an_older_key_does_not_count_for_the_newer_one(void **state)
{
	static const uint8_t results[] = {SET_KEY_RESULT_TAKEN, SET_KEY_RESULT_UNCLEAR, 0xff};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(results); i++) {
		bench_with_key(&bench, 1);
		bench_set_key(&bench, 2);
		bench_confirm(&bench, 1, results[i]);
		bench_expect(&bench, "CM_SET_KEY.REQ");
		bench_expect_state(&bench, MODEM_SET_KEY);
		assert_false(bench.modem.identity.has_mac);
	}
}

static void newer_key_waits_for_the_verification_of_the_older_one(void **state)
{
	struct bench bench;

	(void)state;
	for (int answered = 0; answered <= 1; answered++) {
		bench_with_unclear_key(&bench);
		bench_wait_ms(&bench, 300);
		bench_set_key(&bench, 2);
		bench_expect(&bench, "");
		if (answered) {
			bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
			bench_expect(&bench, "CM_SET_KEY.REQ");
		} else {
			bench_expect_after_ms(&bench, 700, "CM_SET_KEY.REQ");
		}
		bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
		expect_done(&bench, 2, "KEY_SET, CM_NW_STATS.REQ");
	}
}

static void newer_key_replaces_a_refused_one_at_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench_confirm(&bench, 1, 0xff);
	bench_expect_state(&bench, MODEM_RETRY);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 2, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
}

static void third_key_in_a_second_waits_until_it_is_over(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench);
	bench_wait_ms(&bench, 100);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_set_key(&bench, 3);
	bench_expect(&bench, "");
	bench_set_key(&bench, 4);
	bench_expect_after_ms(&bench, 900, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 4, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 4, "KEY_SET");
}

static void second_confirmation_does_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "");
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_expect(&bench, "");
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "");
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_READY);
}

static void confirmation_while_the_key_is_verified_or_waits_does_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_unclear_key(&bench);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_VERIFY);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED);
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_RETRY);
}

static void confirmation_for_another_host_does_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	memcpy(bench.dst, mac_broadcast, MAC_LEN);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_SET_KEY);
	assert_int_equal(bench.modem.identity.foreign_answers, 0);
}

static void answers_of_another_station_are_ignored_and_counted(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key_set(&bench);
	bench_set_key(&bench, 2);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED source_mac");
	memcpy(bench.src, bench_modem_mac, MAC_LEN);
	bench_confirm(&bench, 2, SET_KEY_RESULT_UNCLEAR);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_tell_key(&bench, 2, 2, 2, GET_KEY_GRANTED);
	bench_expect(&bench, "IGNORED source_mac");
	bench_expect_state(&bench, MODEM_VERIFY);
	assert_memory_equal(bench.out.items[0].from, bench_other_mac, MAC_LEN);
	assert_int_equal(bench.modem.identity.foreign_answers, 2);
	bench_expect_after_ms(&bench, 1000, "REFUSED");
}

static void frames_that_are_no_answers_do_nothing(void **state)
{
	static const enum mmtype types[] = {CM_SET_KEY_REQ, CM_GET_KEY_REQ, CM_SLAC_PARM_REQ, CM_SLAC_MATCH_REQ,
					    CM_ATTEN_PROFILE_IND};
	struct bench bench;
	struct mme frame;

	(void)state;
	bench_with_key_set(&bench);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		mme_init(&frame, types[i], bench_other_mac, bench_host_mac);
		modem_frame(&bench.modem, &frame, bench.now_us, &bench.out);
		bench_expect(&bench, "");
	}
	assert_int_equal(bench.modem.identity.foreign_answers, 0);
}

static void reset_wipes_the_key_and_waits_for_nothing(void **state)
{
	struct bench bench;

	(void)state;
	for (int ready = 0; ready <= 1; ready++) {
		bench_with_key(&bench, 1);
		if (ready)
			bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		modem_forget(&bench.modem);
		assert_true(octets_are_zero(bench.modem.key.given.nmk, NMK_LEN));
		assert_false(bench.modem.identity.has_mac);
		bench_expect_state(&bench, MODEM_IDLE);
		bench_expect_rest(&bench);
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		bench_expect(&bench, "");
	}
	bench_set_key(&bench, 2);
	modem_forget(&bench.modem);
	bench_set_key(&bench, 3); /* nothing that was sent before is waited for */
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 3, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_the_values_of_the_contract),
		cmocka_unit_test(set_key_req_has_the_fields_of_table_a8),
		cmocka_unit_test(idle_modem_is_silent),
		cmocka_unit_test(confirmed_key_is_set),
		cmocka_unit_test(silent_modem_is_asked_each_second_for_ever_and_said_once),
		cmocka_unit_test(silence_is_said_again_for_the_next_key),
		cmocka_unit_test(unclear_confirmation_is_verified_and_taken_where_the_network_is_the_new_one),
		cmocka_unit_test(refused_get_key_with_the_new_network_is_enough),
		cmocka_unit_test(unclear_confirmation_with_the_old_network_is_a_refusal_and_tried_again),
		cmocka_unit_test(unclear_confirmation_of_a_modem_without_a_network_is_a_refusal),
		cmocka_unit_test(new_network_with_another_key_is_a_refusal),
		cmocka_unit_test(unclear_confirmation_that_nobody_verifies_is_said_once_and_tried_again),
		cmocka_unit_test(refusal_is_said_again_for_the_next_key),
		cmocka_unit_test(other_results_are_refusals),
		cmocka_unit_test(confirmation_with_an_older_nonce_is_ignored),
		cmocka_unit_test(newer_key_waits_for_the_confirmation_of_the_older_one),
		cmocka_unit_test(newer_key_is_sent_when_the_older_one_is_not_confirmed_in_time),
		cmocka_unit_test(confirmation_of_an_older_key_does_not_count_for_the_newer_one),
		cmocka_unit_test(newer_key_waits_for_the_verification_of_the_older_one),
		cmocka_unit_test(newer_key_replaces_a_refused_one_at_once),
		cmocka_unit_test(third_key_in_a_second_waits_until_it_is_over),
		cmocka_unit_test(second_confirmation_does_nothing),
		cmocka_unit_test(confirmation_while_the_key_is_verified_or_waits_does_nothing),
		cmocka_unit_test(confirmation_for_another_host_does_nothing),
		cmocka_unit_test(answers_of_another_station_are_ignored_and_counted),
		cmocka_unit_test(frames_that_are_no_answers_do_nothing),
		cmocka_unit_test(reset_wipes_the_key_and_waits_for_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

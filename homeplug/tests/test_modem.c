/* SPDX-License-Identifier: Apache-2.0 */
/* The local modem's key, on virtual time. */
#include "homeplug/modem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MS UINT64_C(1000)

static const uint8_t host_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
static const uint8_t modem_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xbb};
static const uint8_t zeros[MAC_LEN];

struct bench {
	struct modem modem;
	struct modem_outputs out;
	uint64_t now_us;
};

static void bench_init(struct bench *bench)
{
	struct modem_config config = {.response_ms = 1000};

	memset(bench, 0xa5, sizeof(*bench)); /* nothing may depend on what was there */
	memcpy(config.host_mac, host_mac, MAC_LEN);
	bench->now_us = 3000 * MS;
	modem_init(&bench->modem, &config);
}

static struct network_key key_number(uint8_t n)
{
	struct network_key key;

	memset(key.nmk, 0xc0 + n, NMK_LEN);
	memset(key.nid, 0x10 + n, NID_LEN);
	return key;
}

/* Key number n, nonce n n n n. */
static void set_key(struct bench *bench, uint8_t n)
{
	const struct network_key key = key_number(n);
	uint8_t nonce[NONCE_LEN];

	memset(nonce, n, NONCE_LEN);
	modem_set_key(&bench->modem, &key, nonce, bench->now_us, &bench->out);
}

static void bench_with_key(struct bench *bench, uint8_t n)
{
	bench_init(bench);
	set_key(bench, n);
}

static void confirm(struct bench *bench, uint8_t n, uint8_t result)
{
	struct mme frame;

	mme_init(&frame, CM_SET_KEY_CNF, modem_mac, host_mac);
	frame.set_key_cnf.result = result;
	memset(frame.set_key_cnf.your_nonce, n, NONCE_LEN);
	modem_frame(&bench->modem, &frame, bench->now_us, &bench->out);
}

/* CM_GET_KEY.CNF to nonce n: the NID of key `nid_of` and, where granted, the NMK of key `nmk_of`. */
static void tell_nid_and_key(struct bench *bench, uint8_t n, uint8_t nid_of, uint8_t nmk_of,
			     enum get_key_result result)
{
	const struct network_key key = key_number(nid_of), other = key_number(nmk_of);
	struct mme frame;

	mme_init(&frame, CM_GET_KEY_CNF, modem_mac, host_mac);
	frame.get_key_cnf.result = (uint8_t)result;
	frame.get_key_cnf.key_type = KEY_TYPE_NMK;
	memset(frame.get_key_cnf.your_nonce, n, NONCE_LEN);
	memcpy(frame.get_key_cnf.nid, key.nid, NID_LEN);
	if (result == GET_KEY_GRANTED)
		memcpy(frame.get_key_cnf.key, other.nmk, NMK_LEN);
	modem_frame(&bench->modem, &frame, bench->now_us, &bench->out);
}

static void tell_key(struct bench *bench, uint8_t n, uint8_t key, enum get_key_result result)
{
	tell_nid_and_key(bench, n, key, key, result);
}

/* Outputs in order, e.g. "SILENT, CM_SET_KEY.REQ". */
static void expect(const struct bench *bench, const char *wanted)
{
	static const char *const kinds[] = {"", "KEY_SET", "SILENT", "REFUSED", "IGNORED"};
	char text[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < bench->out.count; i++) {
		const struct modem_output *item = &bench->out.items[i];
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%s%s", i == 0 ? "" : ", ",
					item->kind == MODEM_SEND ? mme_name(item->frame.mmtype)
								 : kinds[item->kind],
					item->kind == MODEM_IGNORED ? " " : "",
					item->kind == MODEM_IGNORED ? mme_error_text(item->error) : "");
	}
	assert_string_equal(text, wanted);
}

/* Nothing a microsecond before the deadline, which is one second away; then `text`. */
static void expect_after_1_s(struct bench *bench, const char *text)
{
	const uint64_t due_us = bench->now_us + 1000 * MS;

	assert_int_equal(modem_deadline(&bench->modem), due_us);
	modem_tick(&bench->modem, due_us - 1, &bench->out);
	expect(bench, "");
	bench->now_us = due_us;
	modem_tick(&bench->modem, due_us, &bench->out);
	expect(bench, text);
}

static void expect_done(const struct bench *bench, uint8_t n)
{
	const struct network_key key = key_number(n);

	expect(bench, "KEY_SET");
	assert_int_equal(bench->modem.state, MODEM_READY);
	assert_true(modem_deadline(&bench->modem) == MODEM_NEVER);
	assert_memory_equal(bench->modem.key.nmk, key.nmk, NMK_LEN);
	assert_memory_equal(bench->modem.mac, modem_mac, MAC_LEN);
}

static void set_key_req_has_the_fields_of_table_a8(void **state)
{
	const struct network_key key = key_number(1);
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	expect(&bench, "CM_SET_KEY.REQ");
	const struct mme *frame = &bench.out.items[0].frame;
	assert_memory_equal(frame->dst, "\x00\xb0\x52\x00\x00\x01", MAC_LEN);
	assert_memory_equal(frame->src, host_mac, MAC_LEN);
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
	struct bench bench;

	(void)state;
	bench_init(&bench);
	assert_true(modem_deadline(&bench.modem) == MODEM_NEVER);
	modem_tick(&bench.modem, UINT64_MAX - 1, &bench.out);
	expect(&bench, "");
	confirm(&bench, 0, SET_KEY_RESULT_TAKEN);
	expect(&bench, "");
}

static void confirmed_key_is_set(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 1);
}

static void silent_modem_is_asked_each_second_for_ever_and_said_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	const struct mme first = bench.out.items[0].frame;
	expect_after_1_s(&bench, "SILENT, CM_SET_KEY.REQ");
	for (int i = 0; i < 5000; i++)
		expect_after_1_s(&bench, "CM_SET_KEY.REQ");
	assert_memory_equal(&bench.out.items[0].frame, &first, sizeof(first));
	confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 1);
}

static void silence_is_said_again_for_the_next_key(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	expect_after_1_s(&bench, "SILENT, CM_SET_KEY.REQ");
	set_key(&bench, 2);
	expect_after_1_s(&bench, "SILENT, CM_SET_KEY.REQ");
}

static void unclear_confirmation_is_verified_and_taken_where_the_network_is_the_new_one(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	expect(&bench, "CM_GET_KEY.REQ");
	const struct mme *frame = &bench.out.items[0].frame;
	assert_memory_equal(frame->dst, mac_local_modem, MAC_LEN);
	assert_int_equal(frame->get_key_req.request_type, 0);
	assert_int_equal(frame->get_key_req.key_type, KEY_TYPE_NMK);
	assert_int_equal(frame->get_key_req.pid, KEY_PID_HLE);
	assert_memory_equal(frame->get_key_req.nid, bench.modem.key.nid, NID_LEN);
	assert_memory_equal(frame->get_key_req.my_nonce, "\x01\x01\x01\x01", NONCE_LEN);
	tell_key(&bench, 1, 1, GET_KEY_GRANTED);
	expect_done(&bench, 1);
}

/* A modem that hands out no keys still names its network. */
static void refused_get_key_with_the_new_network_is_enough(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	tell_key(&bench, 1, 1, GET_KEY_REFUSED);
	expect_done(&bench, 1);
}

static void unclear_confirmation_with_the_old_network_is_a_refusal_and_tried_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	tell_key(&bench, 1, 7, GET_KEY_GRANTED);
	expect(&bench, "REFUSED");
	expect_after_1_s(&bench, "CM_SET_KEY.REQ");
	confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	tell_key(&bench, 1, 7, GET_KEY_GRANTED);
	expect(&bench, ""); /* said once */
	expect_after_1_s(&bench, "CM_SET_KEY.REQ");
	confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 1);
}

/* Captured modems did this: the NID of the last CM_SET_KEY.REQ, but another key. */
static void new_network_with_another_key_is_a_refusal(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	tell_nid_and_key(&bench, 1, 1, 7, GET_KEY_GRANTED);
	expect(&bench, "REFUSED");
	expect_after_1_s(&bench, "CM_SET_KEY.REQ");
}

static void unclear_confirmation_that_nobody_verifies_is_said_once_and_tried_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	expect_after_1_s(&bench, "REFUSED, CM_SET_KEY.REQ");
	confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	expect(&bench, "CM_GET_KEY.REQ");
	expect_after_1_s(&bench, "CM_SET_KEY.REQ");
	expect_after_1_s(&bench, "SILENT, CM_SET_KEY.REQ");
	expect_after_1_s(&bench, "CM_SET_KEY.REQ");
}

static void refusal_is_said_again_for_the_next_key(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	confirm(&bench, 1, 0xff);
	expect(&bench, "REFUSED");
	set_key(&bench, 2);
	confirm(&bench, 2, 0xff);
	expect(&bench, "REFUSED");
}

static void other_results_are_refusals(void **state)
{
	struct bench bench;

	(void)state;
	for (unsigned result = 2; result <= 255; result++) {
		bench_with_key(&bench, 1);
		confirm(&bench, 1, (uint8_t)result);
		expect(&bench, "REFUSED");
		expect_after_1_s(&bench, "CM_SET_KEY.REQ");
	}
}

static void confirmation_with_another_nonce_is_ignored(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	const uint64_t deadline_us = modem_deadline(&bench.modem);
	bench.now_us += 400 * MS;
	confirm(&bench, 9, SET_KEY_RESULT_TAKEN);
	expect(&bench, "IGNORED your_nonce");
	assert_int_equal(bench.modem.state, MODEM_SET_KEY);
	assert_int_equal(modem_deadline(&bench.modem), deadline_us);
	confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	tell_key(&bench, 9, 1, GET_KEY_GRANTED);
	expect(&bench, "IGNORED your_nonce");
	assert_int_equal(bench.modem.state, MODEM_VERIFY);
}

static void late_confirmation_of_an_older_key_is_ignored(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	bench.now_us += 100 * MS;
	set_key(&bench, 2);
	confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect(&bench, "IGNORED your_nonce");
	confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 2);
}

static void second_confirmation_does_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	expect(&bench, "");
	confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	expect(&bench, "");
	tell_key(&bench, 1, 7, GET_KEY_GRANTED);
	expect(&bench, "");
	assert_int_equal(bench.modem.state, MODEM_READY);
}

static void confirmation_for_another_host_does_nothing(void **state)
{
	struct bench bench;
	struct mme frame;

	(void)state;
	bench_with_key(&bench, 1);
	mme_init(&frame, CM_SET_KEY_CNF, modem_mac, mac_broadcast);
	frame.set_key_cnf.result = SET_KEY_RESULT_TAKEN;
	memset(frame.set_key_cnf.your_nonce, 1, NONCE_LEN);
	modem_frame(&bench.modem, &frame, bench.now_us, &bench.out);
	expect(&bench, "");
	assert_int_equal(bench.modem.state, MODEM_SET_KEY);
}

static void new_key_takes_the_modem_out_of_readiness(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, 1);
	confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	set_key(&bench, 2);
	expect(&bench, "CM_SET_KEY.REQ");
	assert_int_equal(bench.modem.state, MODEM_SET_KEY);
	assert_int_equal(bench.modem.attempts, 1);
}

static void reset_wipes_the_key_and_waits_for_nothing(void **state)
{
	struct bench bench;

	(void)state;
	for (int ready = 0; ready <= 1; ready++) {
		bench_with_key(&bench, 1);
		if (ready)
			confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		modem_reset(&bench.modem);
		assert_true(octets_are_zero(bench.modem.key.nmk, NMK_LEN));
		assert_int_equal(bench.modem.state, MODEM_IDLE);
		assert_true(modem_deadline(&bench.modem) == MODEM_NEVER);
		confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		expect(&bench, "");
	}
	set_key(&bench, 2);
	confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	expect_done(&bench, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_key_req_has_the_fields_of_table_a8),
		cmocka_unit_test(idle_modem_is_silent),
		cmocka_unit_test(confirmed_key_is_set),
		cmocka_unit_test(silent_modem_is_asked_each_second_for_ever_and_said_once),
		cmocka_unit_test(silence_is_said_again_for_the_next_key),
		cmocka_unit_test(unclear_confirmation_is_verified_and_taken_where_the_network_is_the_new_one),
		cmocka_unit_test(refused_get_key_with_the_new_network_is_enough),
		cmocka_unit_test(unclear_confirmation_with_the_old_network_is_a_refusal_and_tried_again),
		cmocka_unit_test(new_network_with_another_key_is_a_refusal),
		cmocka_unit_test(unclear_confirmation_that_nobody_verifies_is_said_once_and_tried_again),
		cmocka_unit_test(refusal_is_said_again_for_the_next_key),
		cmocka_unit_test(other_results_are_refusals),
		cmocka_unit_test(confirmation_with_another_nonce_is_ignored),
		cmocka_unit_test(late_confirmation_of_an_older_key_is_ignored),
		cmocka_unit_test(second_confirmation_does_nothing),
		cmocka_unit_test(confirmation_for_another_host_does_nothing),
		cmocka_unit_test(new_key_takes_the_modem_out_of_readiness),
		cmocka_unit_test(reset_wipes_the_key_and_waits_for_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Restarts of the local modem that it tells with VS_HST_ACTION.IND. */
#include "homeplug/modem/tests/modem_reset_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void host_action_is_answered_with_what_it_said(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	for (unsigned action = 0; action <= 255; action++) {
		if (action == VS_HOST_LOADER_READY || action == VS_HOST_CONFIGURE_MEMORY)
			continue;
		bench_ready(&bench, &config, MODEM_QUALCOMM);
		bench_say_host_action(&bench, (uint8_t)action);
		expect_set(&bench, "VS_HST_ACTION.RSP");
		const struct modem_mme *rsp = &bench.out.items[0].message;
		assert_memory_equal(rsp->dst, bench_modem_mac, MAC_LEN);
		assert_memory_equal(rsp->src, bench_host_mac, MAC_LEN);
		assert_int_equal(rsp->vs_hst_action.status, 0);
		assert_int_equal(rsp->vs_hst_action.action, action);
		assert_int_equal(rsp->vs_hst_action.session_id, 7);
		assert_int_equal(rsp->vs_hst_action.retries, 0x1234);
	}
}

static void restarted_modem_is_identified_and_given_the_same_key_again(void **state)
{
	static const uint8_t actions[] = {VS_HOST_LOADER_READY, VS_HOST_CONFIGURE_MEMORY};
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_ready(&bench, &config, MODEM_QUALCOMM);
		bench_restart(&bench, actions[i]);
		bench_expect(&bench, "RESTARTED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
		bench_say_host_action(&bench, actions[i]); /* the modem repeats it */
		bench_expect(&bench, "VS_HST_ACTION.RSP");
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN); /* a confirmation from before the restart */
		bench_expect(&bench, "");
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect(&bench, "CM_SET_KEY.REQ"); /* as it was before */
		assert_memory_equal(bench.out.items[0].frame.set_key_req.my_nonce, "\x01\x01\x01\x01", NONCE_LEN);
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		expect_set(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	}
}

static void restarted_modem_that_does_not_answer_is_given_the_key_and_keeps_its_family(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect_after_ms(&bench, 1000, "RESTARTED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	assert_int_equal(bench.modem.identity.family, MODEM_QUALCOMM);
	bench_expect_after_ms(&bench, 1000, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

static void restart_of_a_standard_modem_sets_the_key_at_once(void **state)
{
	const struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_STANDARD);
	bench_restart(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, "RESTARTED, CM_SET_KEY.REQ");
}

static void restart_with_a_key_on_its_way_sets_it_again(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	for (int step = 0; step < 3; step++) {
		bench_init(&bench, &config);
		bench_set_key(&bench, 1);
		bench_say_version(&bench, MODEM_QUALCOMM);
		if (step > 0)
			bench_confirm(&bench, 1, step == 1 ? SET_KEY_RESULT_UNCLEAR : 0xff);
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		bench_expect(&bench, "VS_HST_ACTION.RSP, RESTARTED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	}
}

static void restart_before_the_modem_is_known_changes_nothing(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY); /* no key is wanted yet */
	bench_expect(&bench, "VS_HST_ACTION.RSP");
	bench_expect_rest(&bench);
	bench_set_key(&bench, 1);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, "VS_HST_ACTION.RSP");
	bench_expect_state(&bench, MODEM_SET_KEY);
	bench_expect_after_ms(&bench, 300, "");
}

static void restart_is_part_of_our_reset(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, "VS_HST_ACTION.RSP");
	bench_expect_state(&bench, MODEM_WAIT_UP);
}

static void restart_confirms_a_reset_whose_confirmation_was_lost(void **state)
{
	struct bench bench;

	(void)state;
	bench_resetting(&bench);
	bench_say_host_action(&bench, VS_HOST_FIRMWARE_STORED);
	bench_expect_state(&bench, MODEM_RESET);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, "VS_HST_ACTION.RSP");
	bench_expect_state(&bench, MODEM_WAIT_UP);
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
}

static void another_stations_or_hosts_restart_is_none_of_ours(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench,
		     "IGNORED source_mac, CM_GET_KEY.REQ, VS_SW_VER.REQ, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_expect_state(&bench, MODEM_READY);
	assert_memory_equal(bench.out.items[0].from, bench_other_mac, MAC_LEN);
	assert_int_equal(bench.modem.identity.foreign_answers, 1);
	memcpy(bench.src, bench_modem_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM); /* ours is still there */
	memcpy(bench.dst, mac_broadcast, MAC_LEN);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	expect_set(&bench, "");
}

/* Of a modem that had its key, and has it no more. */
static const char believed[] = "RESTARTED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ";
/* Of one that had not. */
static const char restarted[] = "VS_HST_ACTION.RSP, RESTARTED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ";

static void indication_repeated_within_a_second_is_no_second_restart(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	bench_restart(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, believed);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_say_host_action(&bench, VS_HOST_CONFIGURE_MEMORY); /* the key is being set */
	bench_expect(&bench, "VS_HST_ACTION.RSP");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench.now_us += 1000 * MS - 1;
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	expect_set(&bench, "VS_HST_ACTION.RSP");
	bench.now_us += 1;
	bench_restart(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, believed);
}

static void flood_of_indications_is_one_restart_each_second(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	unsigned restarts = 0, keys = 0;
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	for (unsigned ms = 0; ms < 10000; ms++) {
		bench.now_us += MS;
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		restarts += bench.out.count > 1;
		bench_tell_key(&bench, 1, 9, 9, GET_KEY_GRANTED);
		bench_say_version(&bench, MODEM_QUALCOMM);
		keys += bench.out.count > 0;
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	}
	assert_int_equal(restarts, 10);
	assert_int_equal(keys, 10);
}

/* The modem announces the reset when it has come up; its key is already being verified by then. */
static void indication_repeated_after_our_reset_is_no_restart(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "CM_GET_KEY.REQ");
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, "VS_HST_ACTION.RSP");
	bench_expect_state(&bench, MODEM_VERIFY);
}

/* One CM_SET_KEY.REQ at a time, also to a modem that has restarted. */
static void key_of_a_modem_that_restarts_before_it_confirms_waits_for_its_second(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	for (int confirmed = 0; confirmed <= 1; confirmed++) {
		bench_init(&bench, &config);
		bench_set_key(&bench, 1);
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_wait_ms(&bench, 100);
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		bench_expect(&bench, restarted);
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect(&bench, "");
		if (confirmed) { /* a confirmation from before the restart, which has lost the key again */
			bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
			bench_expect(&bench, "CM_SET_KEY.REQ");
		} else {
			bench_expect_after_ms(&bench, 900, "CM_SET_KEY.REQ");
		}
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	}
}

/* The modem restarts before any question was open long enough to count as unanswered. */
static void modem_that_restarts_again_and_again_is_said_once(void **state)
{
	static const char said[] = "VS_HST_ACTION.RSP, RESTARTED, RESTARTS, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ";
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	for (int restart = 1; restart <= 100; restart++) {
		if (restart == 1)
			bench_restart(&bench, VS_HOST_LOADER_READY);
		else
			bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		bench_expect(&bench, restart == 1 ? believed : restart == 2 ? said : restarted);
		bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
		bench_wait_ms(&bench, 800);
	}
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect_state(&bench, MODEM_READY);
	for (int restart = 1; restart <= 3; restart++) { /* and comes up each time */
		bench_let_be(&bench);
		bench_restart(&bench, VS_HOST_LOADER_READY);
		bench_expect(&bench, believed);
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	}
}

static void restarts_before_the_next_key_was_given_are_not_held_against_it(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	bench_restart(&bench, VS_HOST_LOADER_READY);
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_wait_ms(&bench, 800);
	bench_set_key(&bench, 2);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, restarted);
}

/* The modem announces the reset when it has come up; its key has been verified by then. */
static void indication_shortly_after_our_reset_is_no_restart(void **state)
{
	struct bench bench;

	(void)state;
	bench_waiting(&bench);
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_expect_after_ms(&bench, 200, "VS_SW_VER.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "CM_GET_KEY.REQ");
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, "VS_HST_ACTION.RSP");
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	bench.now_us += 1000 * MS - 1;
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	expect_set(&bench, "VS_HST_ACTION.RSP");
	bench.now_us += 1;
	bench_restart(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, believed);
}

static void confirmation_of_before_the_restart_sets_no_key(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, restarted);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_IDENTIFY);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "CM_SET_KEY.REQ");
}

static void what_was_heard_before_the_interface_was_gone_hides_nothing_after_it(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	for (int interface = 0; interface < 2; interface++) {
		memcpy(bench.src, bench_other_mac, MAC_LEN);
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		bench_expect(
			&bench,
			"IGNORED source_mac, CM_GET_KEY.REQ, VS_SW_VER.REQ, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
		memcpy(bench.src, bench_modem_mac, MAC_LEN);
		bench_restart(&bench, VS_HOST_LOADER_READY);
		bench_expect(&bench, believed);
		modem_forget(&bench.modem);
		bench_set_key(&bench, 2);
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
		bench_expect_state(&bench, MODEM_READY);
	}
}

/* Anybody on the line can say so in the modem's name. */
static void restart_of_a_modem_that_still_has_its_key_is_not_believed(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	for (unsigned i = 0; i < 10; i++) {
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		bench_expect(&bench, "VS_HST_ACTION.RSP, CM_GET_KEY.REQ");
		bench_expect_state(&bench, MODEM_READY);
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		bench_expect(&bench, "VS_HST_ACTION.RSP");
		/* The modem says the key, or refuses to say it and names its network. */
		bench_tell_key(&bench, 1, 1, 1, i % 2 == 0 ? GET_KEY_GRANTED : GET_KEY_REFUSED);
		bench_expect(&bench, "NOT_RESTARTED");
		expect_set(&bench, "NOT_RESTARTED");
		bench.now_us += 1000 * MS;
	}
}

static void flood_in_the_name_of_a_modem_that_has_its_key_costs_one_question_a_second(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	unsigned questions = 0;
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	for (unsigned ms = 0; ms < 10000; ms++) {
		bench.now_us += MS;
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		questions += bench.out.count > 1;
		bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
		bench_expect_state(&bench, MODEM_READY);
	}
	assert_int_equal(questions, 10);
}

static void answer_that_does_not_name_our_network_shows_a_restart(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		bench_ready(&bench, &config, MODEM_QUALCOMM);
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		if (i == 0)
			bench_tell_key(&bench, 1, 9, 9, GET_KEY_REFUSED);
		else if (i == 1)
			bench_tell_key(&bench, 1, 1, 9, GET_KEY_GRANTED); /* the network's name, and another key */
		else
			bench_tell_key(&bench, 1, 9, 9, GET_KEY_UNSUPPORTED);
		bench_expect(&bench, believed);
	}
}

static void answer_without_our_nonce_is_none(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_tell_key(&bench, 77, 9, 9, GET_KEY_GRANTED);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	bench_expect(&bench, "NOT_RESTARTED");
}

static void key_that_is_given_meanwhile_ends_the_doubt(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	bench_let_be(&bench);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect_state(&bench, MODEM_READY);
	assert_true(modem_deadline(&bench.modem) == MODEM_NEVER);
}

/* A group's address, or our own. */
static void word_from_an_address_that_no_modem_has_is_none(void **state)
{
	const uint8_t *const sources[] = {mac_broadcast, (const uint8_t *)"\0\0\0\0\0", bench_host_mac};
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bench_init(&bench, &config);
		bench_set_key(&bench, 1);
		memcpy(bench.src, sources[i], MAC_LEN);
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect(&bench, "");
		bench_expect_after_ms(&bench, 300, "");
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		bench_expect(&bench, "");
		bench_expect_state(&bench, MODEM_SET_KEY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_action_is_answered_with_what_it_said),
		cmocka_unit_test(restarted_modem_is_identified_and_given_the_same_key_again),
		cmocka_unit_test(restarted_modem_that_does_not_answer_is_given_the_key_and_keeps_its_family),
		cmocka_unit_test(restart_of_a_standard_modem_sets_the_key_at_once),
		cmocka_unit_test(restart_with_a_key_on_its_way_sets_it_again),
		cmocka_unit_test(restart_before_the_modem_is_known_changes_nothing),
		cmocka_unit_test(restart_is_part_of_our_reset),
		cmocka_unit_test(restart_confirms_a_reset_whose_confirmation_was_lost),
		cmocka_unit_test(another_stations_or_hosts_restart_is_none_of_ours),
		cmocka_unit_test(indication_repeated_within_a_second_is_no_second_restart),
		cmocka_unit_test(flood_of_indications_is_one_restart_each_second),
		cmocka_unit_test(indication_repeated_after_our_reset_is_no_restart),
		cmocka_unit_test(key_of_a_modem_that_restarts_before_it_confirms_waits_for_its_second),
		cmocka_unit_test(modem_that_restarts_again_and_again_is_said_once),
		cmocka_unit_test(restarts_before_the_next_key_was_given_are_not_held_against_it),
		cmocka_unit_test(indication_shortly_after_our_reset_is_no_restart),
		cmocka_unit_test(confirmation_of_before_the_restart_sets_no_key),
		cmocka_unit_test(what_was_heard_before_the_interface_was_gone_hides_nothing_after_it),
		cmocka_unit_test(restart_of_a_modem_that_still_has_its_key_is_not_believed),
		cmocka_unit_test(flood_in_the_name_of_a_modem_that_has_its_key_costs_one_question_a_second),
		cmocka_unit_test(answer_that_does_not_name_our_network_shows_a_restart),
		cmocka_unit_test(answer_without_our_nonce_is_none),
		cmocka_unit_test(word_from_an_address_that_no_modem_has_is_none),
		cmocka_unit_test(key_that_is_given_meanwhile_ends_the_doubt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

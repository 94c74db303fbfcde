/* SPDX-License-Identifier: Apache-2.0 */
/* After which keys the local modem is reset, and what it answers. */
#include "homeplug/modem/tests/modem_reset_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

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
		bench_say_version(&bench, families[i]); /* too late for this key; the next one is followed by a reset */
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
	bench_restart(&bench, VS_HOST_LOADER_READY);
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
		cmocka_unit_test(modem_that_cannot_reset_keeps_its_key),
		cmocka_unit_test(modem_that_does_not_confirm_the_reset_keeps_its_key),
		cmocka_unit_test(another_stations_reset_confirmation_is_ignored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

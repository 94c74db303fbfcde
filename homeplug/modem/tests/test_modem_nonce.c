/* SPDX-License-Identifier: Apache-2.0 */
/* A modem that confirms its key without the nonce of the request: it is not known whether it has taken this key. */
#include "homeplug/modem/tests/modem_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define VERIFY "NOT_ECHOED, CM_GET_KEY.REQ, VS_NW_INFO.REQ"
#define SET    "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ"

/* What stands in place of the nonce. */
static const uint8_t odd_nonces[] = {0, 0xee};

/* A modem that has said what it is owes the confirmation of key 1. */
static void bench_asked(struct bench *bench, bool unverified_key_is_taken)
{
	struct modem_config config = bench_config(MODEM_AUTO);

	config.unverified_key_is_taken = unverified_key_is_taken;
	bench_init(bench, &config);
	bench_set_key(bench, 1);
	bench_say_version(bench, MODEM_QUALCOMM);
	bench_expect(bench, "IDENTIFIED qualcomm");
}

static void bench_unechoed(struct bench *bench, bool unverified_key_is_taken)
{
	bench_asked(bench, unverified_key_is_taken);
	bench_confirm(bench, 0, SET_KEY_RESULT_TAKEN);
	bench_expect(bench, VERIFY);
	bench_expect_state(bench, MODEM_VERIFY);
}

static void profiles_differ_in_what_an_unverified_key_is(void **state)
{
	struct modem_config config;

	(void)state;
	modem_defaults(&config, true);
	assert_false(config.unverified_key_is_taken);
	modem_defaults(&config, false);
	assert_true(config.unverified_key_is_taken);
}

static void confirmation_without_our_nonce_is_verified_and_taken_where_the_modem_tells_the_key(void **state)
{
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(odd_nonces); i++)
		for (uint8_t result = SET_KEY_RESULT_UNCLEAR; result <= SET_KEY_RESULT_TAKEN; result++) {
			bench_asked(&bench, false);
			bench_confirm(&bench, odd_nonces[i], result);
			bench_expect(&bench, VERIFY);
			bench_tell_key(&bench, 1, 1, 1, GET_KEY_GRANTED);
			bench_expect(&bench, SET);
		}
}

/* A modem that does not echo the nonce of one request will not do so for another. */
static void its_answer_counts_without_the_nonce_as_well(void **state)
{
	struct bench bench;

	(void)state;
	bench_unechoed(&bench, false);
	bench_tell_key(&bench, 0, 1, 1, GET_KEY_GRANTED);
	bench_expect(&bench, SET);
	bench_unechoed(&bench, true);
	bench_tell_key(&bench, 0, 7, 7, GET_KEY_GRANTED);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 1000, "REFUSED");
}

static void network_of_the_modem_verifies_the_key(void **state)
{
	struct bench bench;

	(void)state;
	bench_unechoed(&bench, false);
	bench_tell_key(&bench, 0, 0, 0, GET_KEY_REFUSED); /* it hands out no keys */
	bench_expect(&bench, "");
	bench_tell_network(&bench, 0); /* it is in no network yet */
	bench_expect(&bench, "");
	bench_tell_network(&bench, 1);
	bench_expect(&bench, SET);
	bench_asked(&bench, false);
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_expect(&bench, "CM_GET_KEY.REQ, VS_NW_INFO.REQ");
	bench_tell_network(&bench, 1);
	bench_expect(&bench, SET);
}

static void network_of_another_modem_proves_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_unechoed(&bench, false);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_tell_network(&bench, 1);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_VERIFY);
}

static void key_that_the_modem_contradicts_is_refused(void **state)
{
	struct bench bench;

	(void)state;
	for (int by_network = 0; by_network <= 1; by_network++) {
		bench_unechoed(&bench, true);
		if (by_network)
			bench_tell_network(&bench, 7);
		else
			bench_tell_key(&bench, 1, 7, 7, GET_KEY_GRANTED);
		bench_expect(&bench, "");
		bench_expect_after_ms(&bench, 1000, "REFUSED");
		assert_int_equal(bench.out.items[0].result, SET_KEY_RESULT_TAKEN);
	}
}

static void key_that_nobody_tells_is_taken_in_the_field_and_refused_in_strict(void **state)
{
	struct bench bench;

	(void)state;
	bench_unechoed(&bench, true);
	bench_expect_after_ms(&bench, 1000, "UNVERIFIED, " SET);
	bench_unechoed(&bench, false);
	bench_expect_after_ms(&bench, 1000, "REFUSED");
	/* A modem that says neither "taken" nor our nonce has not taken it in the field, either. */
	bench_asked(&bench, true);
	bench_confirm(&bench, 0, SET_KEY_RESULT_UNCLEAR);
	bench_expect_after_ms(&bench, 1000, "REFUSED");
}

static void refusal_without_our_nonce_is_a_refusal(void **state)
{
	struct bench bench;

	(void)state;
	bench_asked(&bench, true);
	bench_confirm(&bench, 0, 2);
	bench_expect(&bench, "NOT_ECHOED, REFUSED");
	assert_int_equal(bench.out.items[1].result, 2);
}

static void late_confirmation_of_an_older_key_counts_for_none(void **state)
{
	struct bench bench;

	(void)state;
	bench_asked(&bench, true);
	bench_expect_after_ms(&bench, 1000, "KEY_UNANSWERED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_set_key(&bench, 2);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, SET);
	bench_let_be(&bench);
	bench_set_key(&bench, 3);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_expect_state(&bench, MODEM_SET_KEY);
}

static void nothing_counts_while_no_request_is_open(void **state)
{
	struct bench bench;

	(void)state;
	bench_asked(&bench, true);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, SET);
	bench_confirm(&bench, 0, 2);
	bench_expect(&bench, "IGNORED your_nonce");
	bench_expect_state(&bench, MODEM_READY);
}

/* Whoever answers first would be taken for ours. */
static void modem_that_is_not_known_has_to_prove_it(void **state)
{
	struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	config.unverified_key_is_taken = true;
	for (int proves = 0; proves <= 1; proves++) {
		bench_init(&bench, &config);
		bench_set_key(&bench, 1);
		bench_confirm(&bench, 0, SET_KEY_RESULT_TAKEN);
		bench_expect(&bench, "NOT_ECHOED, UNIDENTIFIED standard, CM_GET_KEY.REQ");
		if (!proves) {
			bench_expect_after_ms(&bench, 1000, "REFUSED");
			continue;
		}
		bench_tell_key(&bench, 0, 1, 1, GET_KEY_GRANTED);
		bench_expect(&bench, "KEY_SET, CM_NW_STATS.REQ");
	}
}

static void each_key_of_such_a_modem_is_verified(void **state)
{
	struct bench bench;

	(void)state;
	bench_unechoed(&bench, false);
	bench_tell_network(&bench, 1);
	bench_expect(&bench, SET);
	bench_say_link(&bench, MODEM_NW_STATS_CNF, false);
	bench_let_be(&bench);
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 0, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, VERIFY);
	bench_tell_network(&bench, 1); /* the one before */
	bench_tell_network(&bench, 2);
	bench_expect(&bench, "KEY_SET");
}

static void newer_key_is_sent_when_the_verification_is_over(void **state)
{
	struct bench bench;

	(void)state;
	for (int answered = 0; answered <= 1; answered++) {
		bench_unechoed(&bench, true);
		bench_set_key(&bench, 2);
		bench_tell_network(&bench, 1);
		bench_expect(&bench, "");
		if (answered)
			bench_tell_key(&bench, 0, 1, 1, GET_KEY_GRANTED);
		else
			bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
		bench_expect(&bench, "CM_SET_KEY.REQ");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_differ_in_what_an_unverified_key_is),
		cmocka_unit_test(confirmation_without_our_nonce_is_verified_and_taken_where_the_modem_tells_the_key),
		cmocka_unit_test(its_answer_counts_without_the_nonce_as_well),
		cmocka_unit_test(network_of_the_modem_verifies_the_key),
		cmocka_unit_test(network_of_another_modem_proves_nothing),
		cmocka_unit_test(key_that_the_modem_contradicts_is_refused),
		cmocka_unit_test(key_that_nobody_tells_is_taken_in_the_field_and_refused_in_strict),
		cmocka_unit_test(refusal_without_our_nonce_is_a_refusal),
		cmocka_unit_test(late_confirmation_of_an_older_key_counts_for_none),
		cmocka_unit_test(nothing_counts_while_no_request_is_open),
		cmocka_unit_test(modem_that_is_not_known_has_to_prove_it),
		cmocka_unit_test(each_key_of_such_a_modem_is_verified),
		cmocka_unit_test(newer_key_is_sent_when_the_verification_is_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

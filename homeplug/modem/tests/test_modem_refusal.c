/* SPDX-License-Identifier: Apache-2.0 */
/* A local modem that refuses its key, and the search for another one. */
#include "homeplug/modem/tests/modem_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void bench_qualcomm(struct bench *bench, const struct modem_config *config)
{
	bench_init(bench, config);
	bench_set_key(bench, 1);
	bench_say_version(bench, MODEM_QUALCOMM);
	bench_expect(bench, config->reset_after_key ? "IDENTIFIED qualcomm, CM_SET_KEY.REQ" : "IDENTIFIED qualcomm");
}

static void bench_refused(struct bench *bench)
{
	const struct modem_config config = bench_config(MODEM_AUTO);

	bench_qualcomm(bench, &config);
	bench_confirm(bench, 1, 0xff);
	bench_expect(bench, "REFUSED");
	bench_expect_state(bench, MODEM_RETRY);
}

static const char questions[] = "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ";

/* --- result 0 --- */

static void result_0_is_a_success_where_that_is_configured(void **state)
{
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	assert_false(config.unclear_key_is_taken);
	config.unclear_key_is_taken = true;
	bench_qualcomm(&bench, &config);
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_qualcomm(&bench, &config);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_qualcomm(&bench, &config);
	bench_confirm(&bench, 1, 2);
	bench_expect(&bench, "REFUSED");
	config.unclear_key_is_taken = false;
	bench_qualcomm(&bench, &config);
	bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
	bench_expect(&bench, "CM_GET_KEY.REQ, VS_NW_INFO.REQ");
}

/* --- the wait --- */

static void refusals_of_a_key_are_waited_for_longer_and_longer_up_to_30_s(void **state)
{
	static const unsigned waits_ms[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000};
	struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	for (size_t i = 0; i < sizeof(waits_ms) / sizeof(*waits_ms); i++) {
		bench_confirm(&bench, 1, 0xff);
		bench_expect(&bench, i == 0 ? "REFUSED" : "");
		bench_expect_after_ms(&bench, waits_ms[i], "CM_SET_KEY.REQ");
	}
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 2, 0xff); /* the next key begins anew */
	bench_expect(&bench, "REFUSED");
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
}

static void key_that_was_taken_and_is_refused_later_begins_anew(void **state)
{
	const struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	bench_confirm(&bench, 1, 0xff);
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_let_be(&bench);
	bench_restart(&bench, VS_HOST_LOADER_READY);
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "REFUSED");
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
}

static void response_time_longer_than_30_s_is_not_cut_short(void **state)
{
	struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	config.response_ms = 40000;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	for (int i = 0; i < 3; i++) {
		bench_confirm(&bench, 1, 0xff);
		bench_expect_after_ms(&bench, 40000, "CM_SET_KEY.REQ");
	}
}

static void refusals_before_the_modem_was_silent_do_not_lengthen_the_wait(void **state)
{
	const struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	for (unsigned wait_ms = 1000; wait_ms <= 8000; wait_ms *= 2) {
		bench_confirm(&bench, 1, 0xff);
		bench_expect_after_ms(&bench, wait_ms, "CM_SET_KEY.REQ");
	}
	bench_expect_after_ms(&bench, 1000, "SILENT, CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, 0xff);
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
}

/* The outlet may have waited up to 30 s, and a car is there now. */
static void vehicle_that_is_connected_ends_the_wait(void **state)
{
	const struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	for (unsigned wait_ms = 1000; wait_ms <= 8000; wait_ms *= 2) {
		bench_confirm(&bench, 1, 0xff);
		bench_expect_after_ms(&bench, wait_ms, "CM_SET_KEY.REQ");
	}
	bench_confirm(&bench, 1, 0xff);
	bench_wait_ms(&bench, 1000);
	bench_check_key(&bench);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
}

/* --- what is said --- */

static void refusal_tells_the_result(void **state)
{
	static const uint8_t results[] = {2, 0xff};
	struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bench_init(&bench, &config);
		bench_set_key(&bench, 1);
		bench_confirm(&bench, 1, results[i]);
		bench_expect(&bench, "REFUSED");
		assert_int_equal(bench.out.items[0].result, results[i]);
	}
	for (int answered = 0; answered <= 1; answered++) {
		bench_init(&bench, &config);
		bench_set_key(&bench, 1);
		bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
		if (answered)
			bench_tell_key(&bench, 1, 7, 7, GET_KEY_REFUSED);
		else
			bench_expect_after_ms(&bench, 1000, "REFUSED");
		bench_expect(&bench, "REFUSED");
		assert_int_equal(bench.out.items[0].result, SET_KEY_RESULT_UNCLEAR);
	}
}

/* The key was sent. The modem refuses it, or is silent, until the key is sent again. Returns whether that was said. */
static bool goes_wrong(struct bench *bench, bool refused, const char *said)
{
	bool is_said;

	if (refused) {
		bench_confirm(bench, 1, 0xff);
		is_said = bench->out.count > 0;
		if (is_said)
			bench_expect(bench, said);
		bench_expect_after_ms(bench, 1000, "CM_SET_KEY.REQ");
		return is_said;
	}
	bench->now_us += 1000 * MS;
	modem_tick(&bench->modem, bench->now_us, &bench->out);
	is_said = bench->out.count > 1;
	bench_expect(bench, is_said ? said : "CM_SET_KEY.REQ");
	return is_said;
}

static void change_of_the_cause_is_said_at_once_and_again_when_it_changes_back(void **state)
{
	const struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	assert_true(goes_wrong(&bench, true, "REFUSED"));
	assert_true(goes_wrong(&bench, false, "SILENT, CM_SET_KEY.REQ"));
	assert_false(goes_wrong(&bench, true, "")); /* too early to be said; the trouble lasts */
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "REFUSED");
	bench_expect_after_ms(&bench, 2000, "CM_SET_KEY.REQ");
	assert_true(goes_wrong(&bench, false, "SILENT, CM_SET_KEY.REQ"));
}

static void causes_that_alternate_are_said_less_and_less_often(void **state)
{
	const struct modem_config config = bench_config(MODEM_STANDARD);
	unsigned said = 0, late = 0;
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	for (unsigned i = 0; i < 600; i++) { /* 1 s each */
		const bool is_said = goes_wrong(&bench, i % 2 == 0, i % 2 == 0 ? "REFUSED" : "SILENT, CM_SET_KEY.REQ");
		said += is_said;
		late += is_said && i >= 300;
	}
	assert_in_range(said, 15, 26);
	assert_in_range(late, 9, 10); /* changes are said 30 s apart, and only when the other trouble is found */
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_let_be(&bench);
	bench_set_key(&bench, 1);
	assert_true(goes_wrong(&bench, true, "REFUSED"));
	assert_true(goes_wrong(&bench, false, "SILENT, CM_SET_KEY.REQ"));
	assert_false(goes_wrong(&bench, true, ""));
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "REFUSED");
}

/* --- another modem --- */

static void modem_that_refused_is_passed_over_for_another_one(void **state)
{
	struct bench bench;

	(void)state;
	bench_refused(&bench);
	assert_true(bench.modem.identity.has_mac);
	bench_expect_after_ms(&bench, 1000, questions);
	assert_false(bench.modem.identity.has_mac);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_IDENTIFY);
	bench.now_us += 300 * MS - 1;
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "IDENTIFIED lumissil, CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	assert_memory_equal(bench.modem.identity.mac, bench_other_mac, MAC_LEN);
}

static void modem_that_refused_and_is_alone_may_still_take_the_key(void **state)
{
	struct bench bench;

	(void)state;
	bench_refused(&bench);
	bench_expect_after_ms(&bench, 1000, questions);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	/* the modem has said what it is, and MODEM_IDENTIFIED said so already */
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	assert_int_equal(bench.modem.identity.family, MODEM_QUALCOMM);
	assert_memory_equal(bench.modem.identity.mac, bench_modem_mac, MAC_LEN);
}

static void modem_that_refused_at_first_is_reset_when_it_takes_the_key(void **state)
{
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	config.reset_after_key = true;
	bench_qualcomm(&bench, &config);
	bench_confirm(&bench, 1, 0xff);
	bench_expect_after_ms(&bench, 1000, questions);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "RESETTING, VS_RS_DEV.REQ");
}

static void modem_that_refuses_again_and_again_is_said_once(void **state)
{
	static const unsigned waits_ms[] = {1000, 2000, 4000, 8000};
	struct bench bench;

	(void)state;
	bench_refused(&bench);
	for (size_t i = 0; i < 4; i++) {
		bench_expect_after_ms(&bench, waits_ms[i], questions);
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect(&bench, "");
		bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
		bench_confirm(&bench, 1, 0xff);
		bench_expect(&bench, "");
	}
}

/* Both are standard modems: the answer of the one that refuses comes first. */
static void another_modem_that_takes_the_key_after_the_refusal_is_learnt(void **state)
{
	const struct modem_config config = bench_config(MODEM_STANDARD);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "REFUSED");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN); /* the modem that has just refused cannot confirm */
	bench_expect(&bench, "");
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
	assert_memory_equal(bench.modem.identity.mac, bench_other_mac, MAC_LEN);
}

/* Both had the key with the questions, and it is not known yet which is ours: the one that says what it is. */
static void modem_that_refuses_before_it_is_known_may_not_be_ours(void **state)
{
	static const uint8_t results[] = {SET_KEY_RESULT_UNCLEAR, 0xff};
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(results); i++) {
		bench_init(&bench, &config);
		bench_set_key(&bench, 1);
		memcpy(bench.src, bench_other_mac, MAC_LEN);
		bench_confirm(&bench, 1, results[i]);
		bench_expect(&bench, "");
		bench_expect_state(&bench, MODEM_IDENTIFY);
		memcpy(bench.src, bench_modem_mac, MAC_LEN);
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect(&bench, "IDENTIFIED qualcomm, CM_SET_KEY.REQ");
		bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
		bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	}
}

static void modem_that_refuses_and_does_not_say_what_it_is_is_given_the_key_again(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_set_key(&bench, 1);
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "REFUSED");
	bench_expect_after_ms(&bench, 1000, questions);
}

static void while_the_refusal_is_waited_for_only_the_known_modem_is_heard(void **state)
{
	struct bench bench;

	(void)state;
	bench_refused(&bench);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED source_mac");
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "IGNORED source_mac");
	bench_expect_state(&bench, MODEM_RETRY);
}

static void next_key_forgives_the_modem_that_refused(void **state)
{
	struct bench bench;

	(void)state;
	bench_refused(&bench);
	bench_set_key(&bench, 2); /* in the wait: at once */
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_refused(&bench);
	bench_expect_after_ms(&bench, 1000, questions);
	bench_set_key(&bench, 2); /* with another key it is passed over no more */
	bench_expect(&bench, "");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "CM_SET_KEY.REQ");
}

static void key_that_waits_its_time_after_a_refused_one_is_sent_without_an_identification(void **state)
{
	struct bench bench;

	(void)state;
	bench_refused(&bench);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_set_key(&bench, 3);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 1000, "CM_SET_KEY.REQ");
}

/* A modem that takes the key in a later identification without having answered that one is unidentified. */
static void modem_that_refused_has_to_say_what_it_is_each_time_it_is_asked(void **state)
{
	struct bench bench;

	(void)state;
	bench_refused(&bench);
	bench_expect_after_ms(&bench, 1000, questions);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "KEY_UNANSWERED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_NW_STATS.REQ");
}

static void modem_whose_key_is_set_is_forgiven(void **state)
{
	struct bench bench;

	(void)state;
	bench_refused(&bench);
	bench_expect_after_ms(&bench, 1000, questions);
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_NW_STATS.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void unverified_key_is_refused_by_the_modem_that_was_asked(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	for (int answered = 0; answered <= 1; answered++) {
		bench_qualcomm(&bench, &config);
		bench_confirm(&bench, 1, SET_KEY_RESULT_UNCLEAR);
		if (answered) {
			bench_tell_key(&bench, 1, 7, 7, GET_KEY_REFUSED);
			bench_expect(&bench, "REFUSED");
		} else {
			bench_expect_after_ms(&bench, 1000, "REFUSED");
		}
		bench_expect_after_ms(&bench, 1000, questions);
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect(&bench, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(result_0_is_a_success_where_that_is_configured),
		cmocka_unit_test(refusals_of_a_key_are_waited_for_longer_and_longer_up_to_30_s),
		cmocka_unit_test(key_that_was_taken_and_is_refused_later_begins_anew),
		cmocka_unit_test(response_time_longer_than_30_s_is_not_cut_short),
		cmocka_unit_test(refusals_before_the_modem_was_silent_do_not_lengthen_the_wait),
		cmocka_unit_test(vehicle_that_is_connected_ends_the_wait),
		cmocka_unit_test(refusal_tells_the_result),
		cmocka_unit_test(change_of_the_cause_is_said_at_once_and_again_when_it_changes_back),
		cmocka_unit_test(causes_that_alternate_are_said_less_and_less_often),
		cmocka_unit_test(modem_that_refused_is_passed_over_for_another_one),
		cmocka_unit_test(modem_that_refused_and_is_alone_may_still_take_the_key),
		cmocka_unit_test(modem_that_refused_at_first_is_reset_when_it_takes_the_key),
		cmocka_unit_test(modem_that_refuses_again_and_again_is_said_once),
		cmocka_unit_test(another_modem_that_takes_the_key_after_the_refusal_is_learnt),
		cmocka_unit_test(modem_that_refuses_before_it_is_known_may_not_be_ours),
		cmocka_unit_test(modem_that_refuses_and_does_not_say_what_it_is_is_given_the_key_again),
		cmocka_unit_test(while_the_refusal_is_waited_for_only_the_known_modem_is_heard),
		cmocka_unit_test(next_key_forgives_the_modem_that_refused),
		cmocka_unit_test(key_that_waits_its_time_after_a_refused_one_is_sent_without_an_identification),
		cmocka_unit_test(modem_that_refused_has_to_say_what_it_is_each_time_it_is_asked),
		cmocka_unit_test(modem_whose_key_is_set_is_forgiven),
		cmocka_unit_test(unverified_key_is_refused_by_the_modem_that_was_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

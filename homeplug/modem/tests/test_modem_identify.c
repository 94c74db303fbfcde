/* SPDX-License-Identifier: Apache-2.0 */
/* Which modem it is: its family, version and MAC. */
#include "homeplug/modem/tests/modem_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void bench_with_key(struct bench *bench, enum modem_family configured)
{
	const struct modem_config config = bench_config(configured);

	bench_init(bench, &config);
	bench_set_key(bench, 1);
}

static void expect_identity(const struct bench *bench, enum modem_family family, const char *version,
			    const uint8_t mac[MAC_LEN])
{
	assert_int_equal(bench->modem.identity.family, family);
	assert_string_equal(bench->modem.identity.version, version);
	assert_true(bench->modem.identity.has_mac);
	assert_memory_equal(bench->modem.identity.mac, mac, MAC_LEN);
}

static void unknown_modem_is_asked_in_every_vendors_words_and_has_the_key_at_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	bench_expect(&bench, "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_SET_KEY.REQ");
	for (size_t i = 0; i < 2; i++) {
		assert_memory_equal(bench.out.items[i].message.dst, mac_local_modem, MAC_LEN);
		assert_memory_equal(bench.out.items[i].message.src, bench_host_mac, MAC_LEN);
	}
	assert_int_equal(bench.out.items[1].message.nscm_request.request_id, bench.modem.request_id);
	bench_expect_state(&bench, MODEM_SET_KEY);
	assert_int_equal(bench.modem.identity.family, MODEM_AUTO);
}

static void configured_modem_is_asked_in_its_vendors_words_only(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "VS_SW_VER.REQ, CM_SET_KEY.REQ");
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm");
	bench_with_key(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "NSCM_GET_VERSION.REQ, CM_SET_KEY.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "");
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "IDENTIFIED lumissil");
}

static void standard_modem_is_given_the_key_at_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_STANDARD);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "");
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "");
	assert_int_equal(bench.modem.identity.family, MODEM_STANDARD);
	assert_false(bench.modem.identity.has_mac);
}

static void first_answer_identifies_the_modem(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm");
	expect_identity(&bench, MODEM_QUALCOMM, "MAC-QCA7005-1.2.5", bench_modem_mac);
	bench_say_version(&bench, MODEM_LUMISSIL); /* the second is too late */
	bench_expect(&bench, "");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "");
	expect_identity(&bench, MODEM_QUALCOMM, "MAC-QCA7005-1.2.5", bench_modem_mac);
	bench_with_key(&bench, MODEM_AUTO);
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "IDENTIFIED lumissil");
	expect_identity(&bench, MODEM_LUMISSIL, "1.2.3.4.5", bench_modem_mac);
}

static void longest_lumissil_version_fits(void **state)
{
	struct modem_mme message;
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	modem_mme_init(&message, MODEM_NSCM_GET_VERSION_CNF, bench_modem_mac, bench_host_mac);
	memset(message.nscm_get_version_cnf.version, 0xff, sizeof(message.nscm_get_version_cnf.version));
	bench_message(&bench, &message);
	expect_identity(&bench, MODEM_LUMISSIL, "65535.65535.65535.65535.65535", bench_modem_mac);
}

static void modem_that_may_not_tell_its_version_is_identified_all_the_same(void **state)
{
	struct modem_mme message;
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	modem_mme_init(&message, MODEM_VS_SW_VER_CNF, bench_modem_mac, bench_host_mac);
	message.vs_sw_ver_cnf.mstatus = 1;
	bench_message(&bench, &message);
	bench_expect(&bench, "IDENTIFIED qualcomm");
	expect_identity(&bench, MODEM_QUALCOMM, "", bench_modem_mac);
}

static void modem_that_answers_none_is_ready_at_once_and_a_standard_one_in_time(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, CM_NW_STATS.REQ");
	bench_expect_state(&bench, MODEM_READY);
	expect_identity(&bench, MODEM_AUTO, "", bench_modem_mac);
	bench_expect_after_ms(&bench, 300,
			      "UNIDENTIFIED standard, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, "
			      "CM_NW_STATS.REQ");
	expect_identity(&bench, MODEM_STANDARD, "", bench_modem_mac);
	bench_expect_rest(&bench);
}

static void modem_that_confirms_before_it_answers_is_asked_no_second_time(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, CM_NW_STATS.REQ");
	bench_say_link(&bench, MODEM_NW_STATS_CNF, false);
	memcpy(bench.src, bench_other_mac, MAC_LEN); /* the modem that has the key is ours */
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "IGNORED source_mac");
	memcpy(bench.src, bench_modem_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm, VS_PL_LNK_STATUS.REQ");
	expect_identity(&bench, MODEM_QUALCOMM, "MAC-QCA7005-1.2.5", bench_modem_mac);
	bench_expect_rest(&bench);
}

static void modem_that_answers_first_is_ours_though_another_confirms_before_it(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm");
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED source_mac");
	bench_expect_state(&bench, MODEM_SET_KEY);
	memcpy(bench.src, bench_modem_mac, MAC_LEN);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

/* Its family decides how it is reset. */
static void modem_that_is_to_be_reset_is_identified_before_it_has_a_key(void **state)
{
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	config.reset_after_session = true;
	for (int after_session = 0; after_session <= 1; after_session++) {
		bench_init(&bench, &config);
		if (after_session)
			bench_set_key_after_session(&bench, 1);
		else
			bench_set_key(&bench, 1);
		bench_expect(&bench, after_session ? "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ"
						   : "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_SET_KEY.REQ");
		bench_expect_state(&bench, after_session ? MODEM_IDENTIFY : MODEM_SET_KEY);
	}
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm, CM_SET_KEY.REQ");
}

static void configured_modem_that_does_not_answer_is_what_it_was_configured_as(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_QUALCOMM);
	bench_expect_after_ms(&bench, 300, "");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED qualcomm, KEY_SET, VS_SW_VER.REQ, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_with_key(&bench, MODEM_LUMISSIL);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, CM_NW_STATS.REQ");
	bench_expect_after_ms(&bench, 300,
			      "UNIDENTIFIED lumissil, NSCM_GET_VERSION.REQ, NSCM_GET_D_LINK_STATUS.REQ, "
			      "CM_NW_STATS.REQ");
}

static void confirmation_that_is_no_refusal_tells_the_mac(void **state)
{
	static const uint8_t results[] = {SET_KEY_RESULT_TAKEN, SET_KEY_RESULT_UNCLEAR};
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(results); i++) {
		bench_with_key(&bench, MODEM_STANDARD);
		bench_confirm(&bench, 1, results[i]);
		assert_int_equal(bench.out.items[0].kind, MODEM_UNIDENTIFIED);
		expect_identity(&bench, MODEM_STANDARD, "", bench_modem_mac);
	}
}

static void late_answer_still_identifies(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	bench_expect_after_ms(&bench, 300, "");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm");
	expect_identity(&bench, MODEM_QUALCOMM, "MAC-QCA7005-1.2.5", bench_modem_mac);
	bench_expect_state(&bench, MODEM_SET_KEY);
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

/* The modem was starting up when it was asked first. */
static void modem_that_answers_once_it_has_the_key_is_asked_for_its_link_too(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_STANDARD);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_NW_STATS.REQ");
	bench_say_link(&bench, MODEM_NW_STATS_CNF, false);
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "IDENTIFIED lumissil, NSCM_GET_D_LINK_STATUS.REQ");
	expect_identity(&bench, MODEM_LUMISSIL, "1.2.3.4.5", bench_modem_mac);
	bench_expect_state(&bench, MODEM_READY);
	bench_expect_rest(&bench);
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "");
}

static void late_answer_of_another_station_is_ignored(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_STANDARD);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IGNORED source_mac");
	expect_identity(&bench, MODEM_STANDARD, "", bench_modem_mac);
	assert_int_equal(bench.modem.identity.foreign_answers, 1);
}

static void answer_to_another_host_does_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	memcpy(bench.dst, bench_other_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "");
	bench_expect_state(&bench, MODEM_SET_KEY);
	assert_false(bench.modem.identity.has_mac);
	assert_int_equal(bench.modem.identity.foreign_answers, 0);
}

static void identified_modem_is_not_asked_again_for_the_next_key(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_link(&bench, MODEM_NW_STATS_CNF, false);
	for (uint8_t n = 2; n < 10; n++) {
		bench_let_be(&bench);
		bench_set_key(&bench, n);
		bench_expect(&bench, "CM_SET_KEY.REQ");
		bench_confirm(&bench, n, SET_KEY_RESULT_TAKEN);
		bench_expect(&bench, "KEY_SET");
	}
}

static void unidentified_modem_has_the_next_key_at_once_and_is_asked_behind_it(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_STANDARD);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_NW_STATS.REQ");
}

static void key_given_during_the_identification_is_sent_when_the_first_is_confirmed(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	const uint64_t deadline_us = modem_deadline(&bench.modem);
	bench.now_us += 100 * MS;
	bench_set_key(&bench, 2);
	bench_expect(&bench, ""); /* the first is on its way */
	assert_int_equal(modem_deadline(&bench.modem), deadline_us);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN); /* not sent yet: nobody can confirm it */
	bench_expect(&bench, "IGNORED your_nonce");
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "IDENTIFIED lumissil");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	assert_memory_equal(bench.out.items[0].frame.set_key_req.my_nonce, "\x02\x02\x02\x02", NONCE_LEN);
}

static void silent_modem_is_identified_again_each_time_and_said_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	bench_expect_after_ms(&bench, 300, "");
	bench_expect_after_ms(&bench, 700, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	for (int i = 0; i < 1000; i++) {
		bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
		bench_expect_after_ms(&bench, 1000, "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	}
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm, CM_SET_KEY.REQ");
}

static void modem_with_another_mac_is_learnt_when_the_first_one_is_silent(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED source_mac");
	bench_expect_after_ms(&bench, 1000, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	assert_false(bench.modem.identity.has_mac);
	assert_string_equal(bench.modem.identity.version, "");
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "IDENTIFIED lumissil, CM_SET_KEY.REQ");
	expect_identity(&bench, MODEM_LUMISSIL, "1.2.3.4.5", bench_other_mac);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	memcpy(bench.src, bench_modem_mac, MAC_LEN);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "IGNORED source_mac");
}

static void modem_after_a_silent_one_is_as_unknown_as_the_first(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	bench_set_key(&bench, 2);
	bench_expect_after_ms(&bench, 1000, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_NW_STATS.REQ");
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "IDENTIFIED lumissil, NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	expect_identity(&bench, MODEM_LUMISSIL, "1.2.3.4.5", bench_other_mac);
}

static void modem_that_answers_but_takes_no_key_is_said_once_and_named_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm");
	bench_expect_after_ms(&bench, 1000, "KEY_UNANSWERED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	for (int i = 0; i < 100; i++) {
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect(&bench, "CM_SET_KEY.REQ");
		bench_expect_after_ms(&bench, 1000, "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	}
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ"); /* then the modem is silent, which is another trouble */
	bench_expect_after_ms(&bench, 1000, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_set_key(&bench, 2); /* with another key both troubles are said again */
	bench_expect_after_ms(&bench, 1000, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect_after_ms(&bench, 1000, "KEY_UNANSWERED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

/* The modem tells its version too late to be identified by it; that it answers counts all the same. */
static void late_answer_shows_that_the_modem_is_not_silent(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	bench_expect_after_ms(&bench, 300, "");
	bench_wait_ms(&bench, 699);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm");
	bench_expect_after_ms(&bench, 1, "KEY_UNANSWERED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

/* A version that the modem tells while it has its key is no answer to the questions that come with the next. */
static void answer_of_before_does_not_count_for_the_next_key(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_STANDARD);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_set_key(&bench, 2);
	bench_expect_after_ms(&bench, 1000, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

static void modem_is_named_again_where_anything_about_it_has_changed(void **state)
{
	struct modem_mme message;
	struct bench bench;

	(void)state;
	for (int change = 0; change < 4; change++) {
		bench_with_key(&bench, MODEM_AUTO);
		bench_say_version(&bench, MODEM_QUALCOMM);
		bench_expect_after_ms(&bench, 1000, "KEY_UNANSWERED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
		if (change == 1)
			memcpy(bench.src, bench_other_mac, MAC_LEN);
		modem_mme_init(&message, MODEM_VS_SW_VER_CNF, bench.src, bench_host_mac);
		strcpy(message.vs_sw_ver_cnf.version, change == 2 ? "MAC-QCA7005-1.2.6" : "MAC-QCA7005-1.2.5");
		if (change == 3)
			bench_say_version(&bench, MODEM_LUMISSIL);
		else
			bench_message(&bench, &message);
		bench_expect(&bench, change == 0   ? "CM_SET_KEY.REQ"
				     : change == 3 ? "IDENTIFIED lumissil, CM_SET_KEY.REQ"
						   : "IDENTIFIED qualcomm, CM_SET_KEY.REQ");
	}
}

static void unidentified_modem_is_said_once_until_it_is_identified(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_STANDARD);
	for (int i = 0; i < 3; i++) {
		bench_let_be(&bench);
		bench_set_key(&bench, 2);
		bench_expect_after_ms(&bench, 1000, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
		bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
		bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
		bench_expect(&bench, "KEY_SET, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_NW_STATS.REQ");
	}
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_let_be(&bench);
	bench_set_key(&bench, 3);
	bench_expect_after_ms(&bench, 1000, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_confirm(&bench, 3, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_NW_STATS.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM); /* MODEM_UNIDENTIFIED was said in between */
	bench_expect(&bench, "IDENTIFIED qualcomm, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

/* The modem confirms after 1100 ms, when it is already being identified again. */
static void confirmation_that_comes_during_the_next_identification_counts(void **state)
{
	struct bench bench;

	(void)state;
	bench_with_key(&bench, MODEM_AUTO);
	bench_expect_after_ms(&bench, 300, "");
	bench_expect_after_ms(&bench, 700, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_wait_ms(&bench, 100);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_NW_STATS.REQ");
	bench_expect_rest(&bench);
}

static void gone_interface_means_an_unknown_modem(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	modem_forget(&bench.modem);
	assert_int_equal(bench.modem.identity.family, MODEM_AUTO);
	assert_string_equal(bench.modem.identity.version, "");
	bench_set_key(&bench, 2);
	bench_say_version(&bench, MODEM_QUALCOMM); /* the same modem; after the interface was gone it is said again */
	bench_expect(&bench, "IDENTIFIED qualcomm");
	modem_forget(&bench.modem);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ, CM_SET_KEY.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm");
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	expect_identity(&bench, MODEM_QUALCOMM, "MAC-QCA7005-1.2.5", bench_other_mac);
}

/* Requests, and answers to what other hosts asked, from our modem and from another one. */
static void other_messages_do_nothing(void **state)
{
	static const enum modem_message others[] = {
		MODEM_NW_STATS_REQ,         MODEM_VS_SW_VER_REQ,         MODEM_VS_RS_DEV_REQ,
		MODEM_VS_PL_LNK_STATUS_REQ, MODEM_VS_HST_ACTION_RSP,     MODEM_VS_ATTEN_CHAR_IND,
		MODEM_NSCM_GET_VERSION_REQ, MODEM_NSCM_RESET_DEVICE_REQ, MODEM_NSCM_GET_D_LINK_STATUS_REQ,
	};
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	for (size_t i = 0; i < 2 * sizeof(others) / sizeof(*others); i++) {
		memcpy(bench.src, i % 2 ? bench_other_mac : bench_modem_mac, MAC_LEN);
		bench_say(&bench, others[i / 2]);
		bench_expect(&bench, "");
	}
	assert_int_equal(bench.modem.identity.foreign_answers, 0);
}

static void families_have_words(void **state)
{
	(void)state;
	assert_string_equal(modem_family_text(MODEM_AUTO), "auto");
	assert_string_equal(modem_family_text(MODEM_QUALCOMM), "qualcomm");
	assert_string_equal(modem_family_text(MODEM_LUMISSIL), "lumissil");
	assert_string_equal(modem_family_text(MODEM_STANDARD), "standard");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_modem_is_asked_in_every_vendors_words_and_has_the_key_at_once),
		cmocka_unit_test(configured_modem_is_asked_in_its_vendors_words_only),
		cmocka_unit_test(standard_modem_is_given_the_key_at_once),
		cmocka_unit_test(first_answer_identifies_the_modem),
		cmocka_unit_test(longest_lumissil_version_fits),
		cmocka_unit_test(modem_that_may_not_tell_its_version_is_identified_all_the_same),
		cmocka_unit_test(modem_that_answers_none_is_ready_at_once_and_a_standard_one_in_time),
		cmocka_unit_test(modem_that_confirms_before_it_answers_is_asked_no_second_time),
		cmocka_unit_test(modem_that_answers_first_is_ours_though_another_confirms_before_it),
		cmocka_unit_test(modem_that_is_to_be_reset_is_identified_before_it_has_a_key),
		cmocka_unit_test(configured_modem_that_does_not_answer_is_what_it_was_configured_as),
		cmocka_unit_test(confirmation_that_is_no_refusal_tells_the_mac),
		cmocka_unit_test(late_answer_still_identifies),
		cmocka_unit_test(modem_that_answers_once_it_has_the_key_is_asked_for_its_link_too),
		cmocka_unit_test(late_answer_of_another_station_is_ignored),
		cmocka_unit_test(answer_to_another_host_does_nothing),
		cmocka_unit_test(identified_modem_is_not_asked_again_for_the_next_key),
		cmocka_unit_test(unidentified_modem_has_the_next_key_at_once_and_is_asked_behind_it),
		cmocka_unit_test(key_given_during_the_identification_is_sent_when_the_first_is_confirmed),
		cmocka_unit_test(silent_modem_is_identified_again_each_time_and_said_once),
		cmocka_unit_test(modem_with_another_mac_is_learnt_when_the_first_one_is_silent),
		cmocka_unit_test(modem_after_a_silent_one_is_as_unknown_as_the_first),
		cmocka_unit_test(modem_that_answers_but_takes_no_key_is_said_once_and_named_once),
		cmocka_unit_test(late_answer_shows_that_the_modem_is_not_silent),
		cmocka_unit_test(answer_of_before_does_not_count_for_the_next_key),
		cmocka_unit_test(modem_is_named_again_where_anything_about_it_has_changed),
		cmocka_unit_test(unidentified_modem_is_said_once_until_it_is_identified),
		cmocka_unit_test(confirmation_that_comes_during_the_next_identification_counts),
		cmocka_unit_test(gone_interface_means_an_unknown_modem),
		cmocka_unit_test(other_messages_do_nothing),
		cmocka_unit_test(families_have_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the power-line link is up. */
#include "homeplug/modem/tests/modem_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define VENDOR MODEM_VS_PL_LNK_STATUS_CNF
#define STATS  MODEM_NW_STATS_CNF

static void watch(struct bench *bench)
{
	modem_watch_link(&bench->modem, bench->now_us, &bench->out);
}

static void bench_unknowing(struct bench *bench, enum modem_family family, enum modem_link_detection detection)
{
	struct modem_config config = bench_config(family == MODEM_STANDARD ? MODEM_STANDARD : MODEM_AUTO);

	config.link_detection = detection;
	bench_ready(bench, &config, family);
}

/* A Qualcomm modem that answers its vendor's question only. */
static void bench_telling(struct bench *bench)
{
	bench_unknowing(bench, MODEM_QUALCOMM, MODEM_LINK_AUTO);
	bench_expect(bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_link(bench, VENDOR, false);
	bench_expect(bench, "");
}

static void bench_joining(struct bench *bench)
{
	bench_telling(bench);
	watch(bench);
	bench_expect(bench, "VS_PL_LNK_STATUS.REQ");
	assert_int_equal(bench->modem.link.state, MODEM_LINK_JOINING);
}

static void bench_linked(struct bench *bench)
{
	bench_joining(bench);
	bench_say_link(bench, VENDOR, true);
	bench_expect(bench, "LINK_UP");
	assert_int_equal(bench->modem.link.state, MODEM_LINK_IS_UP);
}

/* The same with a Lumissil modem that answers both questions. */
static void bench_lumissil_linked(struct bench *bench)
{
	bench_unknowing(bench, MODEM_LUMISSIL, MODEM_LINK_AUTO);
	bench_expect(bench, "KEY_SET, NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_link(bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, false);
	bench_say_link(bench, STATS, false);
	watch(bench);
	bench_expect(bench, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_link(bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, true);
	bench_expect(bench, "LINK_UP");
}

/* At the next instant that is a multiple of supervise_ms, whatever the last one asked was. */
static void expect_at_common_instant(struct bench *bench, const char *text)
{
	bench_expect_after_ms(bench, 1000 - bench->now_us / MS % 1000, text);
}

static void expect_unwatched(const struct bench *bench)
{
	assert_int_equal(bench->modem.link.state, MODEM_LINK_UNWATCHED);
	bench_expect_rest(bench);
}

/* --- whether it can tell --- */

static void modem_that_has_answered_no_link_question_cannot_tell(void **state)
{
	struct bench bench;

	(void)state;
	bench_unknowing(&bench, MODEM_QUALCOMM, MODEM_LINK_AUTO);
	watch(&bench);
	bench_expect(&bench, "LINK_UNKNOWN");
	expect_unwatched(&bench);
	bench_say_link(&bench, STATS, false); /* too late for this watch; the next one knows that the modem answers */
	watch(&bench);
	bench_expect(&bench, "CM_NW_STATS.REQ");
}

static void link_that_is_not_to_be_asked_for_is_unknown(void **state)
{
	struct bench bench;

	(void)state;
	bench_unknowing(&bench, MODEM_QUALCOMM, MODEM_LINK_OFF);
	bench_expect(&bench, "KEY_SET");
	bench_say_link(&bench, VENDOR, true);
	watch(&bench);
	bench_expect(&bench, "LINK_UNKNOWN");
	expect_unwatched(&bench);
}

static void modem_without_a_key_is_not_watched(void **state)
{
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	config.link_detection = MODEM_LINK_ON;
	bench_init(&bench, &config);
	watch(&bench);
	bench_expect(&bench, "LINK_UNKNOWN");
	expect_unwatched(&bench);
}

static void link_detection_that_is_on_asks_every_way_until_one_is_answered(void **state)
{
	struct bench bench;

	(void)state;
	bench_unknowing(&bench, MODEM_QUALCOMM, MODEM_LINK_ON);
	watch(&bench);
	bench_expect(&bench, "VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	for (int i = 0; i < 100; i++)
		bench_expect_after_ms(&bench, 200, "VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_link(&bench, VENDOR, false);
	bench_expect_after_ms(&bench, 200, "VS_PL_LNK_STATUS.REQ");
	bench_unknowing(&bench, MODEM_STANDARD, MODEM_LINK_ON);
	watch(&bench);
	bench_expect(&bench, "CM_NW_STATS.REQ");
}

static void only_the_ways_that_are_answered_are_asked(void **state)
{
	struct bench bench;

	(void)state;
	bench_unknowing(&bench, MODEM_STANDARD, MODEM_LINK_AUTO);
	bench_expect(&bench, "UNIDENTIFIED standard, KEY_SET, CM_NW_STATS.REQ");
	bench_say_link(&bench, STATS, false);
	watch(&bench);
	bench_expect(&bench, "CM_NW_STATS.REQ");
	bench_say_link(&bench, VENDOR, true); /* a standard modem is not taken for a vendor's */
	bench_expect(&bench, "");
	bench_say_link(&bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, true);
	bench_expect(&bench, "");
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, true);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 200, "CM_NW_STATS.REQ");
	bench_say_link(&bench, STATS, true);
	bench_expect(&bench, "LINK_UP");
	bench_lumissil_linked(&bench);
	bench_expect_after_ms(&bench, 1000, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	assert_memory_equal(bench.out.items[0].message.dst, mac_local_modem, MAC_LEN);
	assert_int_equal(bench.out.items[0].message.nscm_request.request_id, bench.modem.request_id);
}

static void link_status_of_a_modem_that_may_not_tell_it_says_nothing(void **state)
{
	struct modem_mme message;
	struct bench bench;

	(void)state;
	bench_unknowing(&bench, MODEM_QUALCOMM, MODEM_LINK_AUTO);
	modem_mme_init(&message, VENDOR, bench_modem_mac, bench_host_mac);
	message.vs_pl_lnk_status_cnf.mstatus = 1;
	message.vs_pl_lnk_status_cnf.link_status = 1;
	bench_message(&bench, &message);
	assert_false(bench.modem.link.tells_vendor);
	bench_joining(&bench);
	bench_message(&bench, &message);
	bench_expect(&bench, "");
	message.vs_pl_lnk_status_cnf.mstatus = 0;
	message.vs_pl_lnk_status_cnf.link_status = 2;
	bench_message(&bench, &message);
	bench_expect(&bench, "");
	assert_int_equal(bench.modem.link.state, MODEM_LINK_JOINING);
}

static void modem_is_asked_how_it_tells_its_link_until_it_answers(void **state)
{
	struct bench bench;

	(void)state;
	bench_unknowing(&bench, MODEM_QUALCOMM, MODEM_LINK_AUTO);
	for (uint8_t n = 2; n < 5; n++) {
		bench_let_be(&bench);
		bench_set_key(&bench, n);
		bench_confirm(&bench, n, SET_KEY_RESULT_TAKEN);
		bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
		bench_check_key(&bench);
		bench_expect(&bench, "CM_GET_KEY.REQ, VS_SW_VER.REQ, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	}
	bench_say_link(&bench, STATS, false);
	bench_check_key(&bench);
	bench_expect(&bench, "CM_GET_KEY.REQ, VS_SW_VER.REQ");
	watch(&bench);
	bench_expect(&bench, "CM_NW_STATS.REQ");
}

static void next_key_of_the_same_modem_needs_no_new_probe(void **state)
{
	struct bench bench;

	(void)state;
	bench_telling(&bench);
	bench_set_key(&bench, 2);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET");
	watch(&bench);
	bench_expect(&bench, "VS_PL_LNK_STATUS.REQ");
}

/* --- joining --- */

static void joining_link_is_asked_for_each_200_ms_for_ever(void **state)
{
	struct bench bench;

	(void)state;
	bench_joining(&bench);
	for (int i = 0; i < 1000; i++) {
		if (i % 3 == 0)
			bench_say_link(&bench, VENDOR, false);
		bench_expect_after_ms(&bench, 200, "VS_PL_LNK_STATUS.REQ");
	}
	bench_say_link(&bench, VENDOR, true);
	bench_expect(&bench, "LINK_UP");
	bench_expect_after_ms(&bench, 1000,
			      "VS_PL_LNK_STATUS.REQ"); /* polls from before the link was up do not count */
	bench_say_link(&bench, VENDOR, true);
	bench_expect(&bench, "");
}

static void any_way_that_says_up_is_enough(void **state)
{
	struct bench bench;

	(void)state;
	bench_telling(&bench);
	bench_say_link(&bench, STATS, false);
	watch(&bench);
	bench_expect(&bench, "VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_link(&bench, VENDOR, false);
	bench_expect(&bench, "");
	bench_say_link(&bench, STATS, true);
	bench_expect(&bench, "LINK_UP");
	for (int i = 0; i < 10; i++) {
		bench_expect_after_ms(&bench, 1000, "VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
		bench_say_link(&bench, i % 2 ? VENDOR : STATS, true);
		bench_say_link(&bench, i % 2 ? STATS : VENDOR, false);
		bench_expect(&bench, "");
	}
}

static void repeated_watch_asks_nothing_more(void **state)
{
	struct bench bench;

	(void)state;
	bench_joining(&bench);
	watch(&bench);
	bench_expect(&bench, "");
	bench_linked(&bench);
	watch(&bench);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 1000, "VS_PL_LNK_STATUS.REQ");
}

static void unwatched_link_is_asked_for_and_told_no_more(void **state)
{
	struct bench bench;

	(void)state;
	bench_joining(&bench);
	modem_unwatch_link(&bench.modem);
	expect_unwatched(&bench);
	bench_say_link(&bench, VENDOR, true);
	bench_expect(&bench, "");
	bench_linked(&bench);
	modem_unwatch_link(&bench.modem);
	expect_unwatched(&bench);
	bench_say_link(&bench, VENDOR, false);
	bench_expect(&bench, "");
	watch(&bench);
	bench_expect(&bench, "VS_PL_LNK_STATUS.REQ");
	bench_say_link(&bench, VENDOR, true);
	bench_expect(&bench, "LINK_UP");
}

static void other_stations_and_hosts_do_not_tell_of_our_link(void **state)
{
	struct bench bench;

	(void)state;
	bench_joining(&bench);
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_link(&bench, VENDOR, true);
	bench_expect(&bench, "IGNORED source_mac");
	bench_say_link(&bench, STATS, true);
	bench_expect(&bench, "IGNORED source_mac");
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, true);
	bench_expect(&bench, "IGNORED source_mac");
	memcpy(bench.src, bench_modem_mac, MAC_LEN);
	memcpy(bench.dst, bench_other_mac, MAC_LEN);
	bench_say_link(&bench, VENDOR, true);
	bench_expect(&bench, "");
	assert_int_equal(bench.modem.link.state, MODEM_LINK_JOINING);
	assert_int_equal(bench.modem.identity.foreign_answers, 3);
}

/* --- up --- */

static void three_bad_polls_in_a_row_are_a_lost_link_said_once(void **state)
{
	struct bench bench;

	(void)state;
	for (int silent = 0; silent <= 1; silent++) {
		bench_linked(&bench);
		bench_expect_after_ms(&bench, 1000, "VS_PL_LNK_STATUS.REQ");
		for (int i = 0; i < 2; i++) {
			if (!silent)
				bench_say_link(&bench, VENDOR, false);
			bench_expect_after_ms(&bench, silent ? 1000 : 200, "VS_PL_LNK_STATUS.REQ");
		}
		if (!silent)
			bench_say_link(&bench, VENDOR, false);
		bench_expect_after_ms(&bench, silent ? 1000 : 200, "LINK_LOST");
		expect_unwatched(&bench);
		bench_expect_state(&bench, MODEM_READY);
		bench_say_link(&bench, VENDOR, true);
		bench_expect(&bench, "");
	}
}

static void number_of_bad_polls_is_configured(void **state)
{
	struct bench bench;

	(void)state;
	bench_linked(&bench);
	bench.modem.config.link_lost_polls = 1;
	bench_expect_after_ms(&bench, 1000, "VS_PL_LNK_STATUS.REQ");
	bench_say_link(&bench, VENDOR, false);
	bench_expect_after_ms(&bench, 200, "LINK_LOST");
}

static void slow_modem_has_not_lost_its_link(void **state)
{
	struct bench bench;

	(void)state;
	bench_linked(&bench);
	for (int i = 0; i < 100; i++) {
		expect_at_common_instant(&bench, "VS_PL_LNK_STATUS.REQ");
		bench_wait_ms(&bench, 999);
		bench_say_link(&bench, VENDOR, true);
		bench_expect(&bench, "");
	}
}

/* One way says that the link is down. The other has not answered yet, and has response_ms for it. */
static void way_that_is_slow_to_answer_is_waited_for(void **state)
{
	struct bench bench;

	(void)state;
	bench_lumissil_linked(&bench);
	bench_expect_after_ms(&bench, 1000, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_wait_ms(&bench, 150);
	bench_say_link(&bench, MODEM_NW_STATS_CNF, false);
	bench_wait_ms(&bench, 849);
	bench_say_link(&bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, true);
	for (int i = 0; i < 3; i++) {
		bench_expect_after_ms(&bench, i == 0 ? 1 : 1000, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
		bench_say_link(&bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, false);
		bench_say_link(&bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, false); /* still one way only */
	}
	bench_expect_after_ms(&bench, 1000, "LINK_LOST");
}

static void next_question_is_hastened_to_200_ms_when_every_way_has_said_down(void **state)
{
	struct bench bench;

	(void)state;
	bench_lumissil_linked(&bench);
	bench_expect_after_ms(&bench, 1000, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_wait_ms(&bench, 150);
	bench_say_link(&bench, MODEM_NW_STATS_CNF, false);
	bench_say_link(&bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, false);
	bench_expect_after_ms(&bench, 50, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_link(&bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, false);
	bench_wait_ms(&bench, 500);
	bench_say_link(&bench, MODEM_NW_STATS_CNF, false); /* late: the 200 ms are long over */
	assert_true(modem_deadline(&bench.modem) <= bench.now_us);
	modem_tick(&bench.modem, bench.now_us, &bench.out);
	bench_expect(&bench, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void one_good_poll_forgives_the_bad_ones(void **state)
{
	struct bench bench;

	(void)state;
	bench_linked(&bench);
	for (int i = 0; i < 100; i++) {
		expect_at_common_instant(&bench, "VS_PL_LNK_STATUS.REQ");
		bench_say_link(&bench, VENDOR, false);
		bench_expect_after_ms(&bench, 200, "VS_PL_LNK_STATUS.REQ");
		bench_expect_after_ms(&bench, 1000, "VS_PL_LNK_STATUS.REQ");
		bench_say_link(&bench, VENDOR, false);
		bench_wait_ms(&bench, 199);
		bench_say_link(&bench, VENDOR, true);
		bench_expect(&bench, "");
	}
}

/* Also an answer that says up after one that says down. */
static void repeated_answers_neither_count_nor_put_off_the_next_poll(void **state)
{
	struct bench bench;

	(void)state;
	bench_linked(&bench);
	bench_wait_ms(&bench, 999);
	bench_say_link(&bench, VENDOR, true);
	bench_expect_after_ms(&bench, 1, "VS_PL_LNK_STATUS.REQ");
	for (int i = 0; i < 5; i++) {
		bench_say_link(&bench, VENDOR, false);
		bench_expect(&bench, "");
	}
	bench_expect_after_ms(&bench, 200, "VS_PL_LNK_STATUS.REQ");
	bench_say_link(&bench, VENDOR, false);
	bench_say_link(&bench, VENDOR, true);
	bench_expect(&bench, "");
	expect_at_common_instant(&bench, "VS_PL_LNK_STATUS.REQ");
}

static void joining_link_is_asked_for_less_and_less_often(void **state)
{
	static const unsigned waits_ms[] = {50, 100, 200, 400, 500, 500, 500};
	struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	config.join_poll_ms = 50;
	config.join_poll_max_ms = 500;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	bench_say_link(&bench, VENDOR, false);
	for (int i = 0; i < 2; i++) { /* each link begins anew */
		watch(&bench);
		bench_expect(&bench, "VS_PL_LNK_STATUS.REQ");
		for (size_t poll = 0; poll < sizeof(waits_ms) / sizeof(*waits_ms); poll++) {
			bench_say_link(&bench, VENDOR, false);
			bench_expect_after_ms(&bench, waits_ms[poll], "VS_PL_LNK_STATUS.REQ");
		}
		modem_unwatch_link(&bench.modem);
	}
}

/* Whenever its link came up, a modem is asked with all the others, and never later than supervise_ms after an answer. */
static void links_that_are_up_are_asked_for_at_the_same_instants(void **state)
{
	struct bench bench;

	(void)state;
	for (uint64_t up_ms = 0; up_ms < 1000; up_ms += 50) {
		bench_joining(&bench);
		bench.now_us += up_ms * MS;
		modem_tick(&bench.modem, bench.now_us, &bench.out);
		bench_say_link(&bench, VENDOR, true);
		for (int poll = 0; poll < 4; poll++) {
			const uint64_t due_us = modem_deadline(&bench.modem);
			assert_in_range(due_us, bench.now_us + 1, bench.now_us + 1000 * MS);
			assert_in_range(due_us, bench.modem.link.poll_us + 200 * MS, UINT64_MAX);
			bench.now_us = due_us;
			modem_tick(&bench.modem, bench.now_us, &bench.out);
			assert_true(poll == 0 || bench.now_us % (1000 * MS) == 0);
			bench.now_us += 3 * MS;
			bench_say_link(&bench, VENDOR, true);
		}
	}
}

static void lost_link_can_be_watched_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_linked(&bench);
	for (int i = 0; i < 10; i++) {
		for (int poll = 0; poll < 3; poll++) {
			if (poll == 0)
				expect_at_common_instant(&bench, "VS_PL_LNK_STATUS.REQ");
			else
				bench_expect_after_ms(&bench, 200, "VS_PL_LNK_STATUS.REQ");
			bench_say_link(&bench, VENDOR, false);
		}
		bench_expect_after_ms(&bench, 200, "LINK_LOST");
		watch(&bench);
		bench_expect(&bench, "VS_PL_LNK_STATUS.REQ");
		bench_expect_after_ms(&bench, 200, "VS_PL_LNK_STATUS.REQ");
		bench_say_link(&bench, VENDOR, true);
		bench_expect(&bench, "LINK_UP");
	}
}

/* --- NSCM_D_LINK_READY.IND --- */

static void lumissil_modem_says_by_itself_that_the_link_is_up(void **state)
{
	struct bench bench;

	(void)state;
	bench_unknowing(&bench, MODEM_LUMISSIL, MODEM_LINK_AUTO);
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, false);
	watch(&bench);
	bench_expect(&bench, "LINK_UNKNOWN"); /* the indication does not show that the modem answers questions */
	bench_say_link(&bench, STATS, false);
	watch(&bench);
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, false);
	bench_expect(&bench, "");
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, true);
	bench_expect(&bench, "LINK_UP");
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, true);
	bench_expect(&bench, "");
}

static void lumissil_modem_that_says_down_is_asked_at_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_lumissil_linked(&bench);
	bench_wait_ms(&bench, 500);
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, false);
	bench_expect(&bench, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, false); /* asked already */
	bench_expect(&bench, "");
	for (int i = 0; i < 2; i++) {
		bench_say_link(&bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, false);
		bench_say_link(&bench, STATS, false);
		bench_expect_after_ms(&bench, 200, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	}
	bench_say_link(&bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, false);
	bench_say_link(&bench, STATS, false);
	bench_expect_after_ms(&bench, 200, "LINK_LOST");
}

static void lumissil_modem_that_says_down_is_not_asked_faster_than_each_200_ms(void **state)
{
	struct bench bench;

	(void)state;
	bench_lumissil_linked(&bench);
	bench_wait_ms(&bench, 50);
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, false);
	bench_expect(&bench, "");
	bench_expect_after_ms(&bench, 150, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_link(&bench, STATS, true);
	bench_wait_ms(&bench, 200);
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, false);
	bench_expect(&bench, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void late_confirmation_that_says_down_hastens_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_lumissil_linked(&bench);
	bench_say_link(&bench, STATS, false);
	bench_expect_after_ms(&bench, 1000, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_linked(&bench);
	bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, false); /* a message of another vendor's modems */
	bench_expect_after_ms(&bench, 1000, "VS_PL_LNK_STATUS.REQ");
}

static void flood_of_down_indications_makes_no_flood_of_questions(void **state)
{
	struct bench bench;
	size_t asked = 0;

	(void)state;
	bench_lumissil_linked(&bench);
	for (uint64_t ms = 0; ms < 10000; ms++) { /* each question is answered with up */
		bench.now_us += MS;
		if (modem_deadline(&bench.modem) <= bench.now_us)
			modem_tick(&bench.modem, bench.now_us, &bench.out);
		else
			bench_say_link(&bench, MODEM_NSCM_D_LINK_READY_IND, false);
		if (bench.out.count > 0) {
			bench_expect(&bench, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
			asked++;
			bench_say_link(&bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, true);
		}
	}
	assert_int_equal(asked, 50); /* one in each 200 ms */
	assert_int_equal(bench.modem.link.state, MODEM_LINK_IS_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modem_that_has_answered_no_link_question_cannot_tell),
		cmocka_unit_test(link_that_is_not_to_be_asked_for_is_unknown),
		cmocka_unit_test(modem_without_a_key_is_not_watched),
		cmocka_unit_test(link_detection_that_is_on_asks_every_way_until_one_is_answered),
		cmocka_unit_test(only_the_ways_that_are_answered_are_asked),
		cmocka_unit_test(link_status_of_a_modem_that_may_not_tell_it_says_nothing),
		cmocka_unit_test(modem_is_asked_how_it_tells_its_link_until_it_answers),
		cmocka_unit_test(next_key_of_the_same_modem_needs_no_new_probe),
		cmocka_unit_test(joining_link_is_asked_for_each_200_ms_for_ever),
		cmocka_unit_test(any_way_that_says_up_is_enough),
		cmocka_unit_test(repeated_watch_asks_nothing_more),
		cmocka_unit_test(unwatched_link_is_asked_for_and_told_no_more),
		cmocka_unit_test(other_stations_and_hosts_do_not_tell_of_our_link),
		cmocka_unit_test(three_bad_polls_in_a_row_are_a_lost_link_said_once),
		cmocka_unit_test(number_of_bad_polls_is_configured),
		cmocka_unit_test(slow_modem_has_not_lost_its_link),
		cmocka_unit_test(way_that_is_slow_to_answer_is_waited_for),
		cmocka_unit_test(next_question_is_hastened_to_200_ms_when_every_way_has_said_down),
		cmocka_unit_test(one_good_poll_forgives_the_bad_ones),
		cmocka_unit_test(repeated_answers_neither_count_nor_put_off_the_next_poll),
		cmocka_unit_test(joining_link_is_asked_for_less_and_less_often),
		cmocka_unit_test(links_that_are_up_are_asked_for_at_the_same_instants),
		cmocka_unit_test(lost_link_can_be_watched_again),
		cmocka_unit_test(lumissil_modem_says_by_itself_that_the_link_is_up),
		cmocka_unit_test(lumissil_modem_that_says_down_is_asked_at_once),
		cmocka_unit_test(lumissil_modem_that_says_down_is_not_asked_faster_than_each_200_ms),
		cmocka_unit_test(late_confirmation_that_says_down_hastens_nothing),
		cmocka_unit_test(flood_of_down_indications_makes_no_flood_of_questions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

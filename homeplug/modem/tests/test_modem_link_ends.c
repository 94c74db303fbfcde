/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the watched link when the local modem gets a key, restarts, is silent or is another one. */
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

/* A Qualcomm modem that answers its vendor's question only. */
static void bench_telling(struct bench *bench)
{
	const struct modem_config config = bench_config(MODEM_AUTO);

	bench_ready(bench, &config, MODEM_QUALCOMM);
	bench_say_link(bench, VENDOR, false);
}

static void bench_joining(struct bench *bench)
{
	bench_telling(bench);
	watch(bench);
	bench_expect(bench, "VS_PL_LNK_STATUS.REQ");
}

static void bench_linked(struct bench *bench)
{
	bench_joining(bench);
	bench_say_link(bench, VENDOR, true);
	bench_expect(bench, "LINK_UP");
}

static void expect_unwatched(const struct bench *bench)
{
	assert_int_equal(bench->modem.link.state, MODEM_LINK_UNWATCHED);
	bench_expect_rest(bench);
}

static void new_key_ends_watching_silently(void **state)
{
	struct bench bench;

	(void)state;
	bench_linked(&bench);
	bench_set_key(&bench, 2);
	bench_expect(&bench, "CM_SET_KEY.REQ");
	assert_int_equal(bench.modem.link.state, MODEM_LINK_UNWATCHED);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET");
	expect_unwatched(&bench);
}

static void gone_interface_ends_watching_silently(void **state)
{
	struct bench bench;

	(void)state;
	bench_linked(&bench);
	modem_forget(&bench.modem);
	expect_unwatched(&bench);
	modem_tick(&bench.modem, bench.now_us + 60000 * MS, &bench.out);
	bench_expect(&bench, "");
}

static void link_of_a_restarted_modem_is_watched_on(void **state)
{
	struct bench bench;

	(void)state;
	bench_linked(&bench);
	bench_wait_ms(&bench, 900);
	bench_restart(&bench, VS_HOST_LOADER_READY);
	bench_expect(&bench, "RESTARTED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_expect_after_ms(&bench, 100, "VS_PL_LNK_STATUS.REQ");
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET"); /* no link question: the watched link is polled anyway */
	bench_expect_after_ms(&bench, 1000, "VS_PL_LNK_STATUS.REQ");
	bench_say_link(&bench, VENDOR, true);
	bench_expect_after_ms(&bench, 1000, "VS_PL_LNK_STATUS.REQ");
}

static void link_of_a_modem_that_lost_its_key_is_watched_on(void **state)
{
	struct bench bench;

	(void)state;
	bench_linked(&bench);
	modem_check_key(&bench.modem, bench.now_us, &bench.out);
	bench_tell_key(&bench, 1, 7, 7, GET_KEY_REFUSED);
	bench_expect(&bench, "KEY_LOST, CM_SET_KEY.REQ");
	assert_int_equal(bench.modem.link.state, MODEM_LINK_IS_UP);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET");
	bench_expect_after_ms(&bench, 1000, "VS_PL_LNK_STATUS.REQ");
}

static void link_of_a_silent_modem_is_lost_once(void **state)
{
	struct bench bench;
	unsigned lost = 0;

	(void)state;
	bench_linked(&bench);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	for (int i = 0; i < 100; i++) {
		bench.now_us = modem_deadline(&bench.modem);
		modem_tick(&bench.modem, bench.now_us, &bench.out);
		for (size_t n = 0; n < bench.out.count; n++)
			lost += bench.out.items[n].kind == MODEM_LINK_LOST;
	}
	assert_int_equal(lost, 1);
	assert_int_equal(bench.modem.link.state, MODEM_LINK_UNWATCHED);
}

static void what_a_silent_modem_could_tell_is_forgotten(void **state)
{
	struct bench bench;

	(void)state;
	bench_telling(&bench);
	bench_say_link(&bench, STATS, false);
	bench_set_key(&bench, 2);
	bench_expect_after_ms(&bench, 1000, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	assert_false(bench.modem.link.tells_vendor);
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_confirm(&bench, 2, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
	watch(&bench);
	bench_expect(&bench, "LINK_UNKNOWN");
}

static void restarted_modem_of_another_family_has_to_show_again_what_it_can_tell(void **state)
{
	struct bench bench;

	(void)state;
	bench_telling(&bench);
	bench_restart(&bench, VS_HOST_LOADER_READY);
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	watch(&bench);
	bench_expect(&bench, "LINK_UNKNOWN");
}

/* Another modem was fitted while the link was awaited: it is asked in every way that it may know. */
static void modem_that_comes_back_as_another_one_is_asked_every_way(void **state)
{
	struct bench bench;

	(void)state;
	bench_joining(&bench);
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	while (bench.modem.identity.has_mac) { /* until it counts as silent */
		bench.now_us = modem_deadline(&bench.modem);
		modem_tick(&bench.modem, bench.now_us, &bench.out);
	}
	memcpy(bench.src, bench_other_mac, MAC_LEN);
	bench_say_version(&bench, MODEM_LUMISSIL);
	bench_expect(&bench, "IDENTIFIED lumissil, CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET");
	bench.now_us = modem_deadline(&bench.modem);
	modem_tick(&bench.modem, bench.now_us, &bench.out);
	bench_expect(&bench, "NSCM_GET_D_LINK_STATUS.REQ, CM_NW_STATS.REQ");
	bench_say_link(&bench, MODEM_NSCM_GET_D_LINK_STATUS_CNF, true);
	bench_expect(&bench, "LINK_UP");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_key_ends_watching_silently),
		cmocka_unit_test(gone_interface_ends_watching_silently),
		cmocka_unit_test(link_of_a_restarted_modem_is_watched_on),
		cmocka_unit_test(link_of_a_modem_that_lost_its_key_is_watched_on),
		cmocka_unit_test(link_of_a_silent_modem_is_lost_once),
		cmocka_unit_test(what_a_silent_modem_could_tell_is_forgotten),
		cmocka_unit_test(restarted_modem_of_another_family_has_to_show_again_what_it_can_tell),
		cmocka_unit_test(modem_that_comes_back_as_another_one_is_asked_every_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

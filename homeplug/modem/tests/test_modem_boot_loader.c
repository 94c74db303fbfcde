/* SPDX-License-Identifier: Apache-2.0 */
/* A Qualcomm modem that has started without its firmware: it tells a version, and takes no key. */
#include "homeplug/modem/tests/modem_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char questions[] = "VS_SW_VER.REQ, NSCM_GET_VERSION.REQ";

static void bench_in_boot_loader(struct bench *bench)
{
	const struct modem_config config = bench_config(MODEM_AUTO);

	bench_init(bench, &config);
	bench_set_key(bench, 1);
	bench_say_boot_loader(bench);
	bench_expect(bench, "IDENTIFIED qualcomm");
}

static void key_that_a_boot_loader_does_not_confirm_is_said_as_that_and_once(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_boot_loader(&bench);
	bench_expect_after_ms(&bench, 1000, "BOOT_LOADER, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	for (int i = 0; i < 10; i++) {
		bench_say_boot_loader(&bench);
		bench_expect(&bench, "CM_SET_KEY.REQ");
		bench_expect_after_ms(&bench, 1000, questions);
	}
	bench_say_version(&bench, MODEM_QUALCOMM);
	bench_expect(&bench, "IDENTIFIED qualcomm, CM_SET_KEY.REQ");
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

/* A modem passes through its boot loader each time it starts. */
static void modem_that_starts_is_not_accused(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_boot_loader(&bench);
	bench_confirm(&bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(&bench, "KEY_SET, VS_PL_LNK_STATUS.REQ, CM_NW_STATS.REQ");
}

static void refusals_and_restarts_of_a_boot_loader_have_that_cause(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_boot_loader(&bench);
	bench_confirm(&bench, 1, 0xff);
	bench_expect(&bench, "BOOT_LOADER");
	bench_in_boot_loader(&bench);
	for (int i = 0; i < 3; i++) {
		bench_say_host_action(&bench, VS_HOST_LOADER_READY);
		bench_say_boot_loader(&bench);
		bench_let_be(&bench);
		modem_tick(&bench.modem, bench.now_us, &bench.out);
	}
	bench_say_host_action(&bench, VS_HOST_LOADER_READY);
	assert_int_equal(bench.modem.trouble.said, MODEM_TROUBLE_BOOT_LOADER);
}

static void modem_that_answers_nothing_any_more_is_silent(void **state)
{
	struct bench bench;

	(void)state;
	bench_in_boot_loader(&bench);
	bench_expect_after_ms(&bench, 1000, "BOOT_LOADER, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_expect_after_ms(&bench, 300, "CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "SILENT, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

static void modem_that_has_its_key_and_tells_a_boot_loader_has_restarted(void **state)
{
	const struct modem_config config = bench_config(MODEM_AUTO);
	struct bench bench;

	(void)state;
	bench_ready(&bench, &config, MODEM_QUALCOMM);
	bench_let_be(&bench);
	bench_check_key(&bench);
	bench_say_boot_loader(&bench);
	bench_expect(&bench, "CM_GET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "RESTARTED, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
	bench_say_boot_loader(&bench);
	bench_expect(&bench, "IDENTIFIED qualcomm, CM_SET_KEY.REQ");
	bench_expect_after_ms(&bench, 1000, "BOOT_LOADER, VS_SW_VER.REQ, NSCM_GET_VERSION.REQ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_that_a_boot_loader_does_not_confirm_is_said_as_that_and_once),
		cmocka_unit_test(modem_that_starts_is_not_accused),
		cmocka_unit_test(refusals_and_restarts_of_a_boot_loader_have_that_cause),
		cmocka_unit_test(modem_that_answers_nothing_any_more_is_silent),
		cmocka_unit_test(modem_that_has_its_key_and_tells_a_boot_loader_has_restarted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/tests/modem_reset_fixture.h"

void bench_with_key_sent(struct bench *bench, enum modem_family family)
{
	struct modem_config config = bench_config(MODEM_AUTO);

	config.reset_after_key = true;
	bench_init(bench, &config);
	bench_set_key(bench, 1);
	bench_say_version(bench, family);
	bench_expect_state(bench, MODEM_SET_KEY);
}

void bench_resetting(struct bench *bench)
{
	bench_with_key_sent(bench, MODEM_QUALCOMM);
	bench_confirm(bench, 1, SET_KEY_RESULT_TAKEN);
	bench_expect(bench, "RESETTING, VS_RS_DEV.REQ");
	bench_expect_state(bench, MODEM_RESET);
}

void bench_waiting(struct bench *bench)
{
	bench_resetting(bench);
	bench_say_reset_cnf(bench, 0);
	bench_expect(bench, "");
	bench_expect_state(bench, MODEM_WAIT_UP);
}

void bench_verifying(struct bench *bench)
{
	bench_waiting(bench);
	bench_expect_after_ms(bench, 200, "VS_SW_VER.REQ");
	bench_expect_after_ms(bench, 200, "VS_SW_VER.REQ");
	bench_say_version(bench, MODEM_QUALCOMM);
	bench_expect(bench, "CM_GET_KEY.REQ");
	bench_expect_state(bench, MODEM_VERIFY);
}

void expect_set(const struct bench *bench, const char *text)
{
	bench_expect(bench, text);
	bench_expect_state(bench, MODEM_READY);
	bench_expect_rest(bench);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Further runs, EV side: after one that failed, and after a match. */
#include "tools/car/tests/slac_ev_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A run that fails 600 ms after it began, every 1000 ms. */
static struct slac_ev_config config_that_repeats(void)
{
	struct slac_ev_config config = ev_bench_config();

	config.parm_repeats = 2;
	config.tt_matching_repetition_ms = 10000;
	return config;
}

static void failed_run_is_followed_by_another_after_a_pause(void **state)
{
	struct slac_ev_config config = config_that_repeats();
	uint8_t fresh_id[RUN_ID_LEN];
	struct ev_bench bench;

	(void)state;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	ev_bench_run_until(&bench, SLAC_EV_BEFORE_NEXT_RUN);
	assert_string_equal(bench.out.items[bench.out.count - 1].step.text, "no_parm_cnf");
	ev_bench_receive_parm_cnf(&bench);
	assert_int_equal(bench.out.count, 0);
	ev_bench_tick_after_ms(&bench, 400);
	memset(fresh_id, 1, sizeof(fresh_id));
	assert_memory_equal(ev_bench_expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast)->slac_parm_req.run_id,
			    fresh_id, RUN_ID_LEN);
	/* The answers must be of this run. */
	ev_bench_receive_parm_cnf(&bench);
	ev_bench_expect_state(&bench, SLAC_EV_WAIT_PARM_CNF);
}

static void run_id_can_be_kept(void **state)
{
	struct slac_ev_config config = config_that_repeats();
	struct ev_bench bench;

	(void)state;
	config.keep_run_id = true;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	ev_bench_run_until(&bench, SLAC_EV_BEFORE_NEXT_RUN);
	ev_bench_tick_after_ms(&bench, 400);
	assert_memory_equal(ev_bench_expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast)->slac_parm_req.run_id,
			    ev_bench_run_id, RUN_ID_LEN);
	ev_bench_receive_parm_cnf(&bench);
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_START);
}

static void no_run_begins_after_the_repetition_time(void **state)
{
	struct slac_ev_config config = config_that_repeats();
	struct ev_bench bench;
	unsigned runs = 0;

	(void)state;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	for (; bench.ev.state != SLAC_EV_FAILED; runs++) {
		for (int i = 0; i < 3; i++)
			ev_bench_tick_after_ms(&bench, 200);
		if (bench.ev.state == SLAC_EV_BEFORE_NEXT_RUN)
			ev_bench_tick_after_ms(&bench, 400);
	}
	ev_bench_expect_failed(&bench, "no_parm_cnf");
	assert_int_equal(runs, 10);
	assert_int_equal(bench.now_us, EV_BENCH_START_US + 9600 * MS);
}

static void second_attempt_forgets_the_first(void **state)
{
	struct ev_bench bench;

	(void)state;
	ev_bench_at_wait_match_cnf(&bench);
	ev_bench_receive_match_cnf(&bench, ev_bench_evse_mac);
	ev_bench_start(&bench);
	ev_bench_expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast);
	assert_int_equal(bench.ev.evse_count, 0);
	assert_true(octets_are_zero(bench.ev.key.nmk, NMK_LEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failed_run_is_followed_by_another_after_a_pause),
		cmocka_unit_test(run_id_can_be_kept),
		cmocka_unit_test(no_run_begins_after_the_repetition_time),
		cmocka_unit_test(second_attempt_forgets_the_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

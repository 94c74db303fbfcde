/* SPDX-License-Identifier: Apache-2.0 */
/* The times of matching, EVSE side: each fires when the standard says, and what comes at its very end. */
#include "homeplug/slac/tests/slac_evse_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void init_timer_runs_20_s_and_a_later_request_is_silent(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	for (int strict = 0; strict <= 1; strict++) {
		bench_ready_as(&bench, strict != 0);
		bench_expect_after_ms(&bench, 20000, "init_timeout");
		bench_expect_state(&bench, SLAC_EVSE_EXPIRED);
		assert_true(slac_evse_deadline(&bench.evse) == SLAC_NEVER);
		bench_say(&bench, &car, CM_SLAC_PARM_REQ);
		bench_expect(&bench, "!CM_SLAC_PARM.REQ init_expired");
	}
}

static void request_a_microsecond_before_the_init_timeout_is_answered(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench.now_us = slac_evse_deadline(&bench.evse) - 1;
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching");
}

static void request_at_the_init_timeout_is_late(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench.now_us = slac_evse_deadline(&bench.evse);
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "init_timeout, !CM_SLAC_PARM.REQ init_expired");
}

static void init_timeout_without_a_key_does_not_blame_the_car(void **state)
{
	const struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	bench_expect_after_ms(&bench, 20000, "init_timeout key_not_set");
}

static void late_request_is_answered_where_configured(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(FIELD);
	struct bench bench;

	(void)state;
	config.dc_only = config.dc_listens_after_init = true;
	bench_ready(&bench, &config);
	bench_expect_after_ms(&bench, 20000, "init_timeout");
	bench_say(&bench, &car, CM_SLAC_PARM_REQ);
	bench_expect(&bench, "CM_SLAC_PARM.CNF, FREE>WAIT_START, matching");
}

static void second_connected_does_not_restart_the_init_timer(void **state)
{
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	const uint64_t deadline_us = slac_evse_deadline(&bench.evse);
	bench.now_us += 5000 * MS;
	bench_input(&bench, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	assert_int_equal(slac_evse_deadline(&bench.evse), deadline_us);
}

static void init_timer_ends_with_the_first_request(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	const uint64_t init_us = slac_evse_deadline(&bench.evse);
	bench.now_us = init_us - 300 * MS;
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
	bench_tick_at(&bench, init_us);
	bench_expect(&bench, "");
}

static void start_atten_char_is_awaited_400_ms(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	bench_expect_after_ms(&bench, 400, "WAIT_START>FAILED no_start_atten_char, failed no_start_atten_char");
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "!CM_START_ATTEN_CHAR.IND run_failed");
}

static void start_atten_char_at_399_ms_counts_and_at_400_ms_is_late(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	bench.now_us += 400 * MS - 1;
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "WAIT_START>SOUNDING");

	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	bench.now_us += 400 * MS;
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_expect(&bench, "WAIT_START>FAILED no_start_atten_char, failed no_start_atten_char, "
			     "!CM_START_ATTEN_CHAR.IND run_failed");
}

static void sounding_ends_600_ms_after_the_first_start(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	bench.now_us += 20 * MS;
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench.now_us += 20 * MS;
	bench_say(&bench, &car, CM_START_ATTEN_CHAR_IND);
	bench_sounds(&bench, &car, 9);
	bench_expect_after_ms(&bench, 560, "CM_ATTEN_CHAR.IND, SOUNDING>WAIT_RSP");
	assert_int_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND)->atten_char_ind.num_sounds, 9);
}

static void atten_char_is_sent_three_times_200_ms_apart(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_RSP);
	const struct mme first = *bench_sent(&bench, &car, CM_ATTEN_CHAR_IND);
	for (int i = 0; i < 2; i++) {
		bench_expect_after_ms(&bench, 200, "CM_ATTEN_CHAR.IND");
		assert_memory_equal(bench_sent(&bench, &car, CM_ATTEN_CHAR_IND), &first, sizeof(first));
	}
	bench_expect_after_ms(&bench, 200, "WAIT_RSP>FAILED no_atten_char_rsp, failed no_atten_char_rsp");
	bench_say(&bench, &car, CM_ATTEN_CHAR_RSP);
	bench_expect(&bench, "!CM_ATTEN_CHAR.RSP run_failed");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed");
}

static void rsp_counts_until_the_last_microsecond_of_the_third_wait(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_RSP);
	bench_expect_after_ms(&bench, 200, "CM_ATTEN_CHAR.IND");
	bench_expect_after_ms(&bench, 200, "CM_ATTEN_CHAR.IND");
	bench.now_us += 200 * MS - 1;
	bench_say(&bench, &car, CM_ATTEN_CHAR_RSP);
	bench_expect(&bench, "WAIT_RSP>WAIT_MATCH");
}

static void match_req_is_awaited_10_s(void **state)
{
	const struct slac_car car = slac_car(1);
	struct bench bench;

	(void)state;
	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
	bench_expect_after_ms(&bench, 10000, "WAIT_MATCH>FAILED no_match_req, failed no_match_req");
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "!CM_SLAC_MATCH.REQ run_failed");

	bench_ready_as(&bench, STRICT);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
	bench.now_us += 10000 * MS - 1;
	bench_say(&bench, &car, CM_SLAC_MATCH_REQ);
	bench_expect(&bench, "CM_SLAC_MATCH.CNF, WAIT_MATCH>MATCHED, matched");
}

static void configured_times_are_used(void **state)
{
	const struct slac_car car = slac_car(1);
	struct slac_evse_config config = bench_config(STRICT);
	struct bench bench;

	(void)state;
	config.tt_evse_slac_init_ms = 50000;
	config.tt_match_sequence_ms = 300;
	config.tt_evse_match_mnbc_ms = 800;
	config.tt_match_response_ms = 150;
	config.tt_evse_match_session_ms = 9000;
	config.c_ev_match_retry = 0;
	bench_ready(&bench, &config);
	assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, 50000 * MS);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_START);
	assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, 300 * MS);
	bench_bring_to(&bench, &car, SLAC_RUN_SOUNDING);
	assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, 800 * MS);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_MATCH);
	assert_int_equal(slac_evse_deadline(&bench.evse) - bench.now_us, 9000 * MS);
	bench_bring_to(&bench, &car, SLAC_RUN_WAIT_RSP);
	bench_expect_after_ms(&bench, 150, "WAIT_RSP>FAILED no_atten_char_rsp, failed no_atten_char_rsp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_timer_runs_20_s_and_a_later_request_is_silent),
		cmocka_unit_test(request_a_microsecond_before_the_init_timeout_is_answered),
		cmocka_unit_test(request_at_the_init_timeout_is_late),
		cmocka_unit_test(init_timeout_without_a_key_does_not_blame_the_car),
		cmocka_unit_test(late_request_is_answered_where_configured),
		cmocka_unit_test(second_connected_does_not_restart_the_init_timer),
		cmocka_unit_test(init_timer_ends_with_the_first_request),
		cmocka_unit_test(start_atten_char_is_awaited_400_ms),
		cmocka_unit_test(start_atten_char_at_399_ms_counts_and_at_400_ms_is_late),
		cmocka_unit_test(sounding_ends_600_ms_after_the_first_start),
		cmocka_unit_test(atten_char_is_sent_three_times_200_ms_apart),
		cmocka_unit_test(rsp_counts_until_the_last_microsecond_of_the_third_wait),
		cmocka_unit_test(match_req_is_awaited_10_s),
		cmocka_unit_test(configured_times_are_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Validation by toggling S2, EV side: who is validated, the two steps, and what comes of it. */
#include "tools/car/tests/slac_ev_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct slac_ev_config config_with_limits(void)
{
	struct slac_ev_config config = ev_bench_config();

	config.signalattn_direct_db = 10;
	config.signalattn_indirect_db = 20;
	config.vald_nb_toggles = 2;
	config.wait_for_all_evses = true;
	return config;
}

/* Two EVSEs between the limits, `ev_bench_evse_mac` the nearer one; step 1 to it has just gone out. */
static void at_step_1(struct ev_bench *bench, const struct slac_ev_config *config)
{
	ev_bench_at_wait_atten_char(bench, config);
	ev_bench_receive_atten_char(bench, ev_bench_other_evse_mac, 18);
	ev_bench_receive_atten_char(bench, ev_bench_evse_mac, 15);
	ev_bench_run_until(bench, SLAC_EV_WAIT_VALIDATE_READY);
}

static void receive_validate_cnf(struct ev_bench *bench, const uint8_t src[MAC_LEN], enum validate_result result,
				 uint8_t toggle_num)
{
	struct mme frame;

	mme_init(&frame, CM_VALIDATE_CNF, src, ev_bench_mac);
	frame.validate_cnf.toggle_num = toggle_num;
	frame.validate_cnf.result = (uint8_t)result;
	ev_bench_receive(bench, &frame);
}

static void expect_validate_req(const struct ev_bench *bench, const uint8_t dst[MAC_LEN], uint8_t timer)
{
	const struct mme *frame = ev_bench_expect_sent(bench, CM_VALIDATE_REQ, dst);

	assert_int_equal(validate_req_check(&frame->validate_req), MME_OK);
	assert_int_equal(frame->validate_req.timer, timer);
}

/* The last call moved S2 as said and did not speak. */
static void expect_s2(const struct ev_bench *bench, bool closed)
{
	assert_null(ev_bench_sent(bench, 0));
	assert_int_not_equal(bench->out.count, 0);
	assert_int_equal(bench->out.items[0].kind, SLAC_EV_S2);
	assert_int_equal(bench->out.items[0].s2.closed, closed);
}

/* Goes through the toggles; the number of B-C-B, after which S2 is open. */
static unsigned count_toggles(struct ev_bench *bench)
{
	unsigned edges = 0;

	while (bench->ev.state == SLAC_EV_TOGGLING) {
		ev_bench_tick_after_ms(bench, 300);
		expect_s2(bench, edges % 2 == 0);
		edges++;
	}
	assert_int_equal(edges % 2, 0);
	ev_bench_expect_state(bench, SLAC_EV_WAIT_VALIDATE_RESULT);
	return edges / 2;
}

static void expect_match_req_to(struct ev_bench *bench, const uint8_t dst[MAC_LEN])
{
	ev_bench_expect_state(bench, SLAC_EV_BEFORE_MATCH);
	ev_bench_tick_after_ms(bench, 50);
	ev_bench_expect_sent(bench, CM_SLAC_MATCH_REQ, dst);
}

static void evse_at_the_direct_limit_is_matched_without_validation(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	ev_bench_at_wait_atten_char(&bench, &config);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 10);
	ev_bench_tick_at(&bench, slac_ev_deadline(&bench.ev));
	expect_match_req_to(&bench, ev_bench_evse_mac);
}

static void evse_between_the_limits_is_validated_before_the_match(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	ev_bench_at_wait_atten_char(&bench, &config);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 20);
	ev_bench_tick_at(&bench, slac_ev_deadline(&bench.ev));
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_VALIDATE);
	ev_bench_tick_after_ms(&bench, 50);
	expect_validate_req(&bench, ev_bench_evse_mac, 0);

	bench.now_us += 5 * MS;
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
	/* B C B C B of 300 ms each, one phase more and 200 ms to see an edge: 2.0 s. */
	expect_validate_req(&bench, ev_bench_evse_mac, 19);
	assert_int_equal(count_toggles(&bench), 2);
	assert_int_equal(slac_ev_deadline(&bench.ev), bench.now_us + (2000 + 200 - 4 * 300) * MS);

	bench.now_us += 500 * MS;
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_SUCCESS, 2);
	expect_match_req_to(&bench, ev_bench_evse_mac);
	ev_bench_receive_match_cnf(&bench, ev_bench_evse_mac);
	ev_bench_expect_state(&bench, SLAC_EV_MATCHED);
}

static void evse_above_the_indirect_limit_is_not_found(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	ev_bench_at_wait_atten_char(&bench, &config);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 21);
	ev_bench_tick_at(&bench, slac_ev_deadline(&bench.ev));
	ev_bench_expect_failed(&bench, "attenuation_too_high");
}

static void without_an_indirect_limit_everything_else_is_validated(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	config.signalattn_indirect_db = 0;
	ev_bench_at_wait_atten_char(&bench, &config);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 90);
	ev_bench_tick_at(&bench, slac_ev_deadline(&bench.ev));
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_VALIDATE);
}

static void toggles_are_one_to_three_at_random(void **state)
{
	struct slac_ev_config config = config_with_limits();
	unsigned seen[4] = {0};
	struct ev_bench bench;

	(void)state;
	config.vald_nb_toggles = 0;
	for (uint8_t i = 0; i < 6; i++) {
		at_step_1(&bench, &config);
		bench.random = i;
		receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
		const unsigned toggles = count_toggles(&bench);
		assert_in_range(toggles, 1, 3);
		seen[toggles]++;
	}
	assert_true(seen[1] == 2 && seen[2] == 2 && seen[3] == 2);
}

static void shortest_and_longest_toggling_fit_the_timer(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	config.vald_nb_toggles = 1;
	config.vald_state_duration_ms = 200;
	at_step_1(&bench, &config);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
	expect_validate_req(&bench, ev_bench_evse_mac, 9);

	config.vald_nb_toggles = 3;
	config.vald_state_duration_ms = 400;
	at_step_1(&bench, &config);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
	expect_validate_req(&bench, ev_bench_evse_mac, 33);
}

static void unanswered_step_1_is_repeated_and_then_the_next_evse_is_tried(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	at_step_1(&bench, &config);
	for (int i = 0; i < 2; i++) {
		ev_bench_tick_after_ms(&bench, 200);
		expect_validate_req(&bench, ev_bench_evse_mac, 0);
	}
	ev_bench_tick_after_ms(&bench, 200);
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_VALIDATE);
	ev_bench_tick_after_ms(&bench, 50);
	expect_validate_req(&bench, ev_bench_other_evse_mac, 0);
}

static void evse_that_does_not_require_validation_is_matched(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	at_step_1(&bench, &config);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_NOT_REQUIRED, 0);
	expect_match_req_to(&bench, ev_bench_evse_mac);
}

static void evse_that_is_not_ready_is_asked_again(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	config.not_ready_repeats = 3;
	at_step_1(&bench, &config);
	for (int i = 0; i < 3; i++) {
		receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_NOT_READY, 0);
		ev_bench_tick_after_ms(&bench, 500);
		expect_validate_req(&bench, ev_bench_evse_mac, 0);
	}
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_NOT_READY, 0);
	ev_bench_tick_after_ms(&bench, 50);
	expect_validate_req(&bench, ev_bench_other_evse_mac, 0);
}

static void wrong_results_drop_the_evse(void **state)
{
	static const struct {
		enum validate_result result;
		uint8_t toggle_num;
	} wrong[] = {{VALIDATE_SUCCESS, 1}, {VALIDATE_SUCCESS, 3},   {VALIDATE_SUCCESS, 0},     {VALIDATE_FAILURE, 2},
		     {VALIDATE_FAILURE, 0}, {VALIDATE_NOT_READY, 2}, {VALIDATE_NOT_REQUIRED, 2}};
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		at_step_1(&bench, &config);
		receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
		count_toggles(&bench);
		receive_validate_cnf(&bench, ev_bench_evse_mac, wrong[i].result, wrong[i].toggle_num);
		ev_bench_expect_state(&bench, SLAC_EV_BEFORE_VALIDATE);
		ev_bench_tick_after_ms(&bench, 50);
		expect_validate_req(&bench, ev_bench_other_evse_mac, 0);
	}
}

static void refusal_of_step_1_by_all_evses_fails(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	at_step_1(&bench, &config);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_FAILURE, 0);
	ev_bench_tick_after_ms(&bench, 50);
	receive_validate_cnf(&bench, ev_bench_other_evse_mac, VALIDATE_FAILURE, 0);
	ev_bench_expect_failed(&bench, "validation_failed");
}

static void missing_result_is_asked_for_again_and_then_the_next_evse_is_tried(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	at_step_1(&bench, &config);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
	count_toggles(&bench);
	ev_bench_tick_after_ms(&bench, 2000 + 200 - 4 * 300);
	expect_validate_req(&bench, ev_bench_evse_mac, 19);
	ev_bench_tick_after_ms(&bench, 200);
	expect_validate_req(&bench, ev_bench_evse_mac, 19);
	ev_bench_tick_after_ms(&bench, 200);
	ev_bench_tick_after_ms(&bench, 50);
	expect_validate_req(&bench, ev_bench_other_evse_mac, 0);
}

/* With the first EVSE refused there is still time for another one to report. */
static void evse_that_reports_after_a_refusal_counts(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	config.wait_for_all_evses = false;
	ev_bench_at_wait_atten_char(&bench, &config);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 15);
	ev_bench_tick_after_ms(&bench, 50);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_FAILURE, 0);
	ev_bench_expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
	ev_bench_receive_atten_char(&bench, ev_bench_other_evse_mac, 9);
	expect_match_req_to(&bench, ev_bench_other_evse_mac);
}

/* The EVSE repeats Ready when step 2 was lost. */
static void repeated_ready_starts_the_toggles_again(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	at_step_1(&bench, &config);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
	bench.now_us += 10 * MS;
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0); /* doubled on the line */
	assert_int_equal(bench.out.count, 0);
	ev_bench_tick_at(&bench, slac_ev_deadline(&bench.ev));
	expect_s2(&bench, true);
	bench.now_us += 110 * MS;
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
	assert_int_equal(bench.out.items[0].kind, SLAC_EV_S2);
	assert_false(bench.out.items[0].s2.closed);
	expect_validate_req(&bench, ev_bench_evse_mac, 19);
	assert_int_equal(count_toggles(&bench), 2);
}

static void ready_restarts_the_toggles_only_twice(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	at_step_1(&bench, &config);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
	for (int i = 0; i < 2; i++) {
		bench.now_us += 250 * MS;
		receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
		expect_validate_req(&bench, ev_bench_evse_mac, 19);
	}
	bench.now_us += 250 * MS;
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
	assert_int_equal(bench.out.count, 0);
}

static void foreign_validate_cnf_is_ignored(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;
	struct mme frame;

	(void)state;
	at_step_1(&bench, &config);
	receive_validate_cnf(&bench, ev_bench_other_evse_mac, VALIDATE_READY, 0);
	assert_int_equal(bench.out.count, 0);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_SUCCESS, 0);
	assert_int_equal(bench.out.count, 0);
	mme_init(&frame, CM_VALIDATE_CNF, ev_bench_evse_mac, ev_bench_mac);
	frame.validate_cnf.signal_type = 1;
	frame.validate_cnf.result = VALIDATE_READY;
	ev_bench_receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);

	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_SUCCESS, 2); /* before one toggle was made */
	assert_int_equal(bench.out.count, 0);
	count_toggles(&bench);
	receive_validate_cnf(&bench, ev_bench_other_evse_mac, VALIDATE_SUCCESS, 2);
	assert_int_equal(bench.out.count, 0);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_SUCCESS, 2);
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_MATCH);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_FAILURE, 0);
	assert_int_equal(bench.out.count, 0);
}

static void no_random_octets_for_the_toggles_fails(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	config.vald_nb_toggles = 0;
	at_step_1(&bench, &config);
	bench.random_fails = true;
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_READY, 0);
	ev_bench_expect_failed(&bench, "no_random");
}

static void dropped_evse_counts_again_in_the_next_run(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct ev_bench bench;

	(void)state;
	config.tt_matching_repetition_ms = 10000;
	config.keep_run_id = true;
	ev_bench_at_wait_atten_char(&bench, &config);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 15);
	ev_bench_run_until(&bench, SLAC_EV_WAIT_VALIDATE_READY);
	receive_validate_cnf(&bench, ev_bench_evse_mac, VALIDATE_FAILURE, 0);
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_NEXT_RUN);
	ev_bench_tick_after_ms(&bench, 400);
	ev_bench_receive_parm_cnf(&bench);
	ev_bench_run_until(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 15);
	ev_bench_run_until(&bench, SLAC_EV_WAIT_VALIDATE_READY);
	expect_validate_req(&bench, ev_bench_evse_mac, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evse_at_the_direct_limit_is_matched_without_validation),
		cmocka_unit_test(evse_between_the_limits_is_validated_before_the_match),
		cmocka_unit_test(evse_above_the_indirect_limit_is_not_found),
		cmocka_unit_test(without_an_indirect_limit_everything_else_is_validated),
		cmocka_unit_test(toggles_are_one_to_three_at_random),
		cmocka_unit_test(shortest_and_longest_toggling_fit_the_timer),
		cmocka_unit_test(unanswered_step_1_is_repeated_and_then_the_next_evse_is_tried),
		cmocka_unit_test(evse_that_does_not_require_validation_is_matched),
		cmocka_unit_test(evse_that_is_not_ready_is_asked_again),
		cmocka_unit_test(wrong_results_drop_the_evse),
		cmocka_unit_test(refusal_of_step_1_by_all_evses_fails),
		cmocka_unit_test(missing_result_is_asked_for_again_and_then_the_next_evse_is_tried),
		cmocka_unit_test(evse_that_reports_after_a_refusal_counts),
		cmocka_unit_test(repeated_ready_starts_the_toggles_again),
		cmocka_unit_test(ready_restarts_the_toggles_only_twice),
		cmocka_unit_test(foreign_validate_cnf_is_ignored),
		cmocka_unit_test(no_random_octets_for_the_toggles_fails),
		cmocka_unit_test(dropped_evse_counts_again_in_the_next_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

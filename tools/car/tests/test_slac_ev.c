/* SPDX-License-Identifier: Apache-2.0 */
/* Matching, EV side: one run, from CM_SLAC_PARM.REQ to the match. */
#include "tools/car/tests/slac_ev_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t zero_id[SLAC_ID_LEN];

static void expect_start_atten_char(const struct ev_bench *bench)
{
	const struct mme *frame = ev_bench_expect_sent(bench, CM_START_ATTEN_CHAR_IND, mac_broadcast);
	const struct start_atten_char_ind *ind = &frame->start_atten_char_ind;

	assert_int_equal(start_atten_char_ind_check(ind, ev_bench_run_id, true), MME_OK);
	assert_memory_equal(ind->forwarding_sta, ev_bench_mac, MAC_LEN);
}

static void expect_sound(const struct ev_bench *bench, uint8_t cnt)
{
	const struct mnbc_sound_ind *ind =
		&ev_bench_expect_sent(bench, CM_MNBC_SOUND_IND, mac_broadcast)->mnbc_sound_ind;
	uint8_t rnd[SOUND_RND_LEN];

	assert_int_equal(mnbc_sound_ind_check(ind, ev_bench_run_id), MME_OK);
	assert_int_equal(ind->cnt, cnt);
	assert_memory_equal(ind->sender_id, zero_id, SLAC_ID_LEN);
	/* Drawn by the bench one after the other: fresh octets for each sound. */
	memset(rnd, SLAC_NUM_SOUNDS - cnt, sizeof(rnd));
	assert_memory_equal(ind->rnd, rnd, sizeof(rnd));
}

static void matches_with_exact_times(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	ev_bench_init(&bench, &config);
	assert_true(slac_ev_deadline(&bench.ev) == SLAC_EV_NEVER);
	ev_bench_start(&bench);
	const struct mme *parm = ev_bench_expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast);
	assert_int_equal(slac_parm_req_check(&parm->slac_parm_req), MME_OK);
	assert_memory_equal(parm->slac_parm_req.run_id, ev_bench_run_id, RUN_ID_LEN);

	bench.now_us += 7 * MS;
	ev_bench_receive_parm_cnf(&bench);
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_START);
	assert_null(ev_bench_sent(&bench, 0));
	for (uint64_t i = 0; i < 3; i++) {
		ev_bench_tick_after_ms(&bench, i == 0 ? 50 : 20);
		expect_start_atten_char(&bench);
	}
	for (uint8_t cnt = 10; cnt-- > 0;) {
		ev_bench_tick_after_ms(&bench, 20);
		expect_sound(&bench, cnt);
	}
	ev_bench_expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
	assert_int_equal(slac_ev_deadline(&bench.ev), EV_BENCH_START_US + (7 + 50 + 1200) * MS);

	bench.now_us += 11 * MS;
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 20);
	const struct mme *rsp = ev_bench_expect_sent(&bench, CM_ATTEN_CHAR_RSP, ev_bench_evse_mac);
	assert_int_equal(atten_char_rsp_check(&rsp->atten_char_rsp, ev_bench_mac, ev_bench_run_id), MME_OK);
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_MATCH);

	ev_bench_tick_after_ms(&bench, 50);
	const struct mme *req = ev_bench_expect_sent(&bench, CM_SLAC_MATCH_REQ, ev_bench_evse_mac);
	assert_int_equal(
		slac_match_req_check(&req->slac_match_req, ev_bench_mac, ev_bench_evse_mac, ev_bench_run_id, false),
		MME_OK);
	bench.now_us += 3 * MS;
	ev_bench_receive_match_cnf(&bench, ev_bench_evse_mac);
	ev_bench_expect_state(&bench, SLAC_EV_MATCHED);
	assert_true(slac_ev_deadline(&bench.ev) == SLAC_EV_NEVER);
	assert_int_equal(bench.ev.key.nid[0], 0x3a);
	assert_int_equal(bench.ev.key.nmk[NMK_LEN - 1], 0x5b);
}

static void parm_req_is_repeated_until_the_limit(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	config.parm_repeats = 3;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	for (int i = 0; i < 3; i++) {
		ev_bench_tick_after_ms(&bench, 200);
		ev_bench_expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast);
	}
	ev_bench_tick_after_ms(&bench, 200);
	ev_bench_expect_failed(&bench, "no_parm_cnf");
	assert_null(ev_bench_sent(&bench, 0));
}

static void parm_cnf_at_the_limit_comes_after_the_repeat(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	bench.now_us += 200 * MS;
	ev_bench_receive_parm_cnf(&bench);
	/* The repeat that was due goes out first, then the answer counts. */
	ev_bench_expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast);
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_START);
}

static void double_parm_req_sends_each_twice(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	config.double_parm_req = true;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ev_bench_sent(&bench, 0)->mmtype, CM_SLAC_PARM_REQ);
		assert_int_equal(ev_bench_sent(&bench, 1)->mmtype, CM_SLAC_PARM_REQ);
		assert_memory_equal(ev_bench_sent(&bench, 0), ev_bench_sent(&bench, 1), sizeof(struct mme));
		assert_null(ev_bench_sent(&bench, 2));
		ev_bench_tick_after_ms(&bench, 200);
	}
	ev_bench_receive_parm_cnf(&bench);
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_START);
	ev_bench_receive_parm_cnf(&bench);
	assert_int_equal(bench.out.count, 0);
}

static void parm_cnf_of_another_run_or_car_is_ignored(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;
	struct mme frame = ev_bench_parm_cnf();

	(void)state;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	/* What pyPLC answered to a Taycan: not an echo in the last octets. */
	frame.slac_parm_cnf.run_id[7] = 0;
	ev_bench_receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);
	frame = ev_bench_parm_cnf();
	frame.dst[5] ^= 1;
	ev_bench_receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);
	ev_bench_expect_state(&bench, SLAC_EV_WAIT_PARM_CNF);
}

static void sounds_are_spaced_as_configured(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	config.batch_msg_interval_ms = 40;
	config.parm_to_start_ms = 100;
	config.num_sounds = 4;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	ev_bench_receive_parm_cnf(&bench);
	ev_bench_tick_after_ms(&bench, 100);
	for (int i = 0; i < 6; i++)
		ev_bench_tick_after_ms(&bench, 40);
	assert_int_equal(ev_bench_expect_sent(&bench, CM_MNBC_SOUND_IND, mac_broadcast)->mnbc_sound_ind.cnt, 0);
	ev_bench_expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
}

static void late_call_makes_no_burst(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	ev_bench_receive_parm_cnf(&bench);
	ev_bench_tick_after_ms(&bench, 50);
	ev_bench_tick_at(&bench, bench.now_us + 70 * MS);
	expect_start_atten_char(&bench);
	ev_bench_tick_after_ms(&bench, 20);
	expect_start_atten_char(&bench);
}

static void spacing_of_zero_gives_one_message_per_call(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	config.batch_msg_interval_ms = 0;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	ev_bench_receive_parm_cnf(&bench);
	ev_bench_tick_after_ms(&bench, 50);
	for (int i = 0; i < 12; i++) {
		assert_non_null(ev_bench_sent(&bench, 0));
		assert_null(ev_bench_sent(&bench, 1));
		ev_bench_tick_at(&bench, slac_ev_deadline(&bench.ev));
	}
	expect_sound(&bench, 0);
	assert_int_equal(bench.now_us, EV_BENCH_START_US + 50 * MS);
}

static void no_answer_to_the_sounds_fails(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	ev_bench_at_wait_atten_char(&bench, &config);
	/* TT_EV_atten_results runs since the first START, 12 intervals before the last sound. */
	ev_bench_tick_after_ms(&bench, 1200 - 12 * 20);
	ev_bench_expect_failed(&bench, "no_atten_char");
}

static void nearest_evse_is_chosen(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	config.wait_for_all_evses = true;
	ev_bench_at_wait_atten_char(&bench, &config);
	ev_bench_receive_atten_char(&bench, ev_bench_other_evse_mac, 51);
	ev_bench_expect_sent(&bench, CM_ATTEN_CHAR_RSP, ev_bench_other_evse_mac);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 33);
	ev_bench_expect_sent(&bench, CM_ATTEN_CHAR_RSP, ev_bench_evse_mac);
	ev_bench_expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
	ev_bench_tick_after_ms(&bench, 1200 - 12 * 20);
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_MATCH);
	ev_bench_tick_after_ms(&bench, 50);
	ev_bench_expect_sent(&bench, CM_SLAC_MATCH_REQ, ev_bench_evse_mac);
	assert_int_equal(bench.ev.evse_count, 2);
}

/* A difference below one dB decides: one group of 58 is one dB higher. */
static void mean_is_compared_in_hundredths(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;
	struct mme frame = ev_bench_atten_char_ind(ev_bench_other_evse_mac, 20);

	(void)state;
	config.wait_for_all_evses = true;
	ev_bench_at_wait_atten_char(&bench, &config);
	frame.atten_char_ind.aag_db[57] = 21;
	ev_bench_receive(&bench, &frame);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 20);
	ev_bench_run_until(&bench, SLAC_EV_WAIT_MATCH_CNF);
	ev_bench_expect_sent(&bench, CM_SLAC_MATCH_REQ, ev_bench_evse_mac);
	assert_int_equal(bench.ev.evses[0].mean_db_x100, 2001);
	assert_int_equal(bench.ev.evses[1].mean_db_x100, 2000);
}

static void evse_above_the_limit_is_not_matched(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	config.signalattn_direct_db = 40;
	config.signalattn_indirect_db = 40;
	ev_bench_at_wait_atten_char(&bench, &config);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 41);
	ev_bench_expect_sent(&bench, CM_ATTEN_CHAR_RSP, ev_bench_evse_mac);
	ev_bench_expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
	ev_bench_tick_at(&bench, slac_ev_deadline(&bench.ev));
	ev_bench_expect_failed(&bench, "attenuation_too_high");
	ev_bench_at_wait_atten_char(&bench, &config);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 40);
	ev_bench_expect_state(&bench, SLAC_EV_BEFORE_MATCH);
}

/* Charger frames seen in the field that no car may take for its attenuation. */
static void foreign_atten_char_is_dropped(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	ev_bench_at_wait_atten_char(&bench, &config);
	struct mme frame = ev_bench_atten_char_ind(ev_bench_evse_mac, 20);
	memcpy(frame.atten_char_ind.source_address, ev_bench_evse_mac, MAC_LEN);
	ev_bench_receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);

	frame = ev_bench_atten_char_ind(ev_bench_evse_mac, 20);
	memcpy(frame.dst, mac_broadcast, MAC_LEN);
	memcpy(frame.atten_char_ind.source_address, mac_broadcast, MAC_LEN);
	ev_bench_receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);

	frame = ev_bench_atten_char_ind(ev_bench_evse_mac, 20);
	frame.atten_char_ind.run_id[0] ^= 1;
	ev_bench_receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);

	frame = ev_bench_atten_char_ind(ev_bench_evse_mac, 20);
	frame.atten_char_ind.num_groups = 0;
	ev_bench_receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);
	ev_bench_expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
}

static void repeated_atten_char_is_answered_again(void **state)
{
	struct ev_bench bench;

	(void)state;
	ev_bench_at_wait_match_cnf(&bench);
	for (int i = 0; i < 2; i++) {
		ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 20);
		ev_bench_expect_sent(&bench, CM_ATTEN_CHAR_RSP, ev_bench_evse_mac);
		ev_bench_expect_state(&bench, SLAC_EV_WAIT_MATCH_CNF);
	}
	assert_int_equal(bench.ev.evse_count, 1);
	ev_bench_receive_match_cnf(&bench, ev_bench_evse_mac);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 20);
	assert_int_equal(bench.out.count, 0);
}

static void answer_while_still_sounding_counts(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	ev_bench_init(&bench, &config);
	ev_bench_start(&bench);
	ev_bench_receive_parm_cnf(&bench);
	for (int i = 0; i < 8; i++)
		ev_bench_tick_at(&bench, slac_ev_deadline(&bench.ev));
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 20);
	ev_bench_expect_sent(&bench, CM_ATTEN_CHAR_RSP, ev_bench_evse_mac);
	ev_bench_expect_state(&bench, SLAC_EV_SOUNDING);
	ev_bench_run_until(&bench, SLAC_EV_BEFORE_MATCH);
	expect_sound(&bench, 0);
}

static void lost_match_cnf_is_asked_for_again(void **state)
{
	struct ev_bench bench;

	(void)state;
	ev_bench_at_wait_match_cnf(&bench);
	for (int i = 0; i < 2; i++) {
		ev_bench_tick_after_ms(&bench, 200);
		ev_bench_expect_sent(&bench, CM_SLAC_MATCH_REQ, ev_bench_evse_mac);
	}
	ev_bench_receive_match_cnf(&bench, ev_bench_evse_mac);
	ev_bench_expect_state(&bench, SLAC_EV_MATCHED);

	ev_bench_at_wait_match_cnf(&bench);
	ev_bench_tick_after_ms(&bench, 200);
	ev_bench_tick_after_ms(&bench, 200);
	ev_bench_tick_after_ms(&bench, 200);
	ev_bench_expect_failed(&bench, "no_match_cnf");
}

static void foreign_match_cnf_is_ignored(void **state)
{
	struct ev_bench bench;

	(void)state;
	ev_bench_at_wait_match_cnf(&bench);
	ev_bench_receive_match_cnf(&bench, ev_bench_other_evse_mac);
	assert_int_equal(bench.out.count, 0);

	struct mme frame = ev_bench_match_cnf(ev_bench_evse_mac);
	frame.slac_match_cnf.run_id[0] ^= 1;
	ev_bench_receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);

	frame = ev_bench_match_cnf(ev_bench_evse_mac);
	frame.slac_match_cnf.pev_mac[0] ^= 1;
	ev_bench_receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);
	ev_bench_expect_state(&bench, SLAC_EV_WAIT_MATCH_CNF);
}

static void ninth_evse_is_not_considered(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;
	uint8_t mac[MAC_LEN];

	(void)state;
	config.wait_for_all_evses = true;
	ev_bench_at_wait_atten_char(&bench, &config);
	memcpy(mac, ev_bench_evse_mac, MAC_LEN);
	for (uint8_t i = 0; i < SLAC_EV_EVSES; i++) {
		mac[5] = i;
		ev_bench_receive_atten_char(&bench, mac, (uint8_t)(40 - i));
		ev_bench_expect_sent(&bench, CM_ATTEN_CHAR_RSP, mac);
	}
	ev_bench_receive_atten_char(&bench, ev_bench_other_evse_mac, 1);
	assert_int_equal(bench.out.count, 0);
	ev_bench_run_until(&bench, SLAC_EV_WAIT_MATCH_CNF);
	ev_bench_expect_sent(&bench, CM_SLAC_MATCH_REQ, mac);
}

static void no_random_octets_fails(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	ev_bench_init(&bench, &config);
	bench.random_fails = true;
	ev_bench_start(&bench);
	ev_bench_receive_parm_cnf(&bench);
	ev_bench_run_until(&bench, SLAC_EV_FAILED);
	ev_bench_expect_failed(&bench, "no_random");
}

static void idle_car_is_silent(void **state)
{
	struct slac_ev_config config = ev_bench_config();
	struct ev_bench bench;

	(void)state;
	ev_bench_init(&bench, &config);
	ev_bench_receive_parm_cnf(&bench);
	assert_int_equal(bench.out.count, 0);
	ev_bench_receive_atten_char(&bench, ev_bench_evse_mac, 20);
	assert_int_equal(bench.out.count, 0);
	ev_bench_receive_match_cnf(&bench, ev_bench_evse_mac);
	assert_int_equal(bench.out.count, 0);
	ev_bench_tick_at(&bench, EV_BENCH_START_US + 3600 * 1000 * MS);
	assert_int_equal(bench.out.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_with_exact_times),
		cmocka_unit_test(parm_req_is_repeated_until_the_limit),
		cmocka_unit_test(parm_cnf_at_the_limit_comes_after_the_repeat),
		cmocka_unit_test(double_parm_req_sends_each_twice),
		cmocka_unit_test(parm_cnf_of_another_run_or_car_is_ignored),
		cmocka_unit_test(sounds_are_spaced_as_configured),
		cmocka_unit_test(late_call_makes_no_burst),
		cmocka_unit_test(spacing_of_zero_gives_one_message_per_call),
		cmocka_unit_test(no_answer_to_the_sounds_fails),
		cmocka_unit_test(nearest_evse_is_chosen),
		cmocka_unit_test(mean_is_compared_in_hundredths),
		cmocka_unit_test(evse_above_the_limit_is_not_matched),
		cmocka_unit_test(foreign_atten_char_is_dropped),
		cmocka_unit_test(repeated_atten_char_is_answered_again),
		cmocka_unit_test(answer_while_still_sounding_counts),
		cmocka_unit_test(lost_match_cnf_is_asked_for_again),
		cmocka_unit_test(foreign_match_cnf_is_ignored),
		cmocka_unit_test(ninth_evse_is_not_considered),
		cmocka_unit_test(no_random_octets_fails),
		cmocka_unit_test(idle_car_is_silent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

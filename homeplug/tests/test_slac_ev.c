/* SPDX-License-Identifier: Apache-2.0 */
/* One car on virtual time: no test sleeps. */
#include "homeplug/slac_ev.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define START_US UINT64_C(5000000)
#define MS	 UINT64_C(1000)

static const uint8_t ev_mac[MAC_LEN] = {0x02, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5};
static const uint8_t evse_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
static const uint8_t other_evse_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x55, 0xaa};
static const uint8_t run_id[RUN_ID_LEN] = {1, 2, 3, 4, 5, 6, 7, 8};
static const uint8_t zero_id[SLAC_ID_LEN];

/* A car, the time and what its last call gave. */
struct bench {
	struct slac_ev ev;
	struct slac_ev_outputs out;
	uint64_t now_us;
	uint8_t random;
	bool random_fails;
};

static bool random_counting(void *ctx, uint8_t *out, size_t n)
{
	struct bench *bench = ctx;

	memset(out, ++bench->random, n);
	return !bench->random_fails;
}

static struct slac_ev_config config_default(void)
{
	struct slac_ev_config config;

	slac_ev_defaults(&config);
	memcpy(config.ev_mac, ev_mac, MAC_LEN);
	memcpy(config.run_id, run_id, RUN_ID_LEN);
	return config;
}

static void bench_init(struct bench *bench, const struct slac_ev_config *config)
{
	memset(bench, 0, sizeof(*bench));
	bench->now_us = START_US;
	slac_ev_init(&bench->ev, config, random_counting, bench);
}

static void start(struct bench *bench)
{
	slac_ev_start(&bench->ev, bench->now_us, &bench->out);
}

static void tick_at(struct bench *bench, uint64_t now_us)
{
	bench->now_us = now_us;
	slac_ev_tick(&bench->ev, now_us, &bench->out);
}

/* Goes to the deadline, which must be `ms` away; nothing happens one microsecond before it. */
static void tick_after_ms(struct bench *bench, uint64_t ms)
{
	uint64_t expected_us = bench->now_us + ms * MS;

	assert_int_equal(slac_ev_deadline(&bench->ev), expected_us);
	slac_ev_tick(&bench->ev, expected_us - 1, &bench->out);
	assert_int_equal(bench->out.count, 0);
	tick_at(bench, expected_us);
}

static void receive(struct bench *bench, const struct mme *frame)
{
	slac_ev_frame(&bench->ev, frame, bench->now_us, &bench->out);
}

/* The n-th frame of the last call's outputs, NULL if there are fewer. */
static const struct mme *sent(const struct bench *bench, size_t n)
{
	for (size_t i = 0; i < bench->out.count; i++)
		if (bench->out.items[i].kind == SLAC_EV_SEND && n-- == 0)
			return &bench->out.items[i].frame;
	return NULL;
}

static const struct mme *expect_sent(const struct bench *bench, enum mmtype type, const uint8_t dst[MAC_LEN])
{
	const struct mme *frame = sent(bench, 0);

	assert_non_null(frame);
	assert_null(sent(bench, 1));
	assert_string_equal(mme_name(frame->mmtype), mme_name((uint16_t)type));
	assert_memory_equal(frame->src, ev_mac, MAC_LEN);
	assert_memory_equal(frame->dst, dst, MAC_LEN);
	return frame;
}

static void expect_state(const struct bench *bench, enum slac_ev_state state)
{
	assert_string_equal(slac_ev_state_text(bench->ev.state), slac_ev_state_text(state));
}

/* The last call failed with this reason, and nothing more will happen. */
static void expect_failed(const struct bench *bench, const char *text)
{
	const struct slac_ev_output *last = &bench->out.items[bench->out.count - 1];

	assert_int_not_equal(bench->out.count, 0);
	assert_int_equal(last->kind, SLAC_EV_STEP);
	assert_int_equal(last->step.state, SLAC_EV_FAILED);
	assert_string_equal(last->step.text, text);
	assert_true(slac_ev_deadline(&bench->ev) == SLAC_EV_NEVER);
}

static struct mme parm_cnf(void)
{
	struct mme frame;

	mme_init(&frame, CM_SLAC_PARM_CNF, evse_mac, ev_mac);
	frame.slac_parm_cnf.num_sounds = SLAC_NUM_SOUNDS;
	frame.slac_parm_cnf.time_out = SLAC_TIME_OUT;
	frame.slac_parm_cnf.resp_type = SLAC_RESP_TYPE;
	memcpy(frame.slac_parm_cnf.m_sound_target, mac_broadcast, MAC_LEN);
	memcpy(frame.slac_parm_cnf.forwarding_sta, ev_mac, MAC_LEN);
	memcpy(frame.slac_parm_cnf.run_id, run_id, RUN_ID_LEN);
	return frame;
}

static struct mme atten_char_ind(const uint8_t src[MAC_LEN], uint8_t db)
{
	struct mme frame;

	mme_init(&frame, CM_ATTEN_CHAR_IND, src, ev_mac);
	memcpy(frame.atten_char_ind.source_address, ev_mac, MAC_LEN);
	memcpy(frame.atten_char_ind.run_id, run_id, RUN_ID_LEN);
	frame.atten_char_ind.num_sounds = SLAC_NUM_SOUNDS;
	frame.atten_char_ind.num_groups = SLAC_GROUPS;
	memset(frame.atten_char_ind.aag_db, db, SLAC_GROUPS);
	return frame;
}

static struct mme match_cnf(const uint8_t src[MAC_LEN])
{
	struct mme frame;

	mme_init(&frame, CM_SLAC_MATCH_CNF, src, ev_mac);
	frame.slac_match_cnf.mvf_length = SLAC_MATCH_CNF_MVF_LENGTH;
	memcpy(frame.slac_match_cnf.pev_mac, ev_mac, MAC_LEN);
	memcpy(frame.slac_match_cnf.evse_mac, src, MAC_LEN);
	memcpy(frame.slac_match_cnf.run_id, run_id, RUN_ID_LEN);
	memset(frame.slac_match_cnf.nid, 0x3a, NID_LEN);
	memset(frame.slac_match_cnf.nmk, 0x5b, NMK_LEN);
	return frame;
}

static void receive_parm_cnf(struct bench *bench)
{
	struct mme frame = parm_cnf();

	receive(bench, &frame);
}

static void receive_atten_char(struct bench *bench, const uint8_t src[MAC_LEN], uint8_t db)
{
	struct mme frame = atten_char_ind(src, db);

	receive(bench, &frame);
}

static void receive_match_cnf(struct bench *bench, const uint8_t src[MAC_LEN])
{
	struct mme frame = match_cnf(src);

	receive(bench, &frame);
}

/* Deadline after deadline until the car is in `state`. */
static void run_until(struct bench *bench, enum slac_ev_state state)
{
	for (int i = 0; i < 300 && bench->ev.state != state; i++)
		tick_at(bench, slac_ev_deadline(&bench->ev));
	expect_state(bench, state);
}

static void bench_at_wait_atten_char(struct bench *bench, const struct slac_ev_config *config)
{
	bench_init(bench, config);
	start(bench);
	receive_parm_cnf(bench);
	run_until(bench, SLAC_EV_WAIT_ATTEN_CHAR);
}

static void bench_at_wait_match_cnf(struct bench *bench)
{
	struct slac_ev_config config = config_default();

	bench_at_wait_atten_char(bench, &config);
	receive_atten_char(bench, evse_mac, 20);
	run_until(bench, SLAC_EV_WAIT_MATCH_CNF);
}

static void expect_start_atten_char(const struct bench *bench)
{
	const struct mme *frame = expect_sent(bench, CM_START_ATTEN_CHAR_IND, mac_broadcast);
	const struct start_atten_char_ind *ind = &frame->start_atten_char_ind;

	assert_int_equal(start_atten_char_ind_check(ind, run_id, true), MME_OK);
	assert_memory_equal(ind->forwarding_sta, ev_mac, MAC_LEN);
}

static void expect_sound(const struct bench *bench, uint8_t cnt)
{
	const struct mnbc_sound_ind *ind =
		&expect_sent(bench, CM_MNBC_SOUND_IND, mac_broadcast)->mnbc_sound_ind;
	uint8_t rnd[SOUND_RND_LEN];

	assert_int_equal(mnbc_sound_ind_check(ind, run_id), MME_OK);
	assert_int_equal(ind->cnt, cnt);
	assert_memory_equal(ind->sender_id, zero_id, SLAC_ID_LEN);
	/* The n-th call of random_counting: fresh octets for each sound. */
	memset(rnd, SLAC_NUM_SOUNDS - cnt, sizeof(rnd));
	assert_memory_equal(ind->rnd, rnd, sizeof(rnd));
}

static void matches_with_exact_times(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	assert_true(slac_ev_deadline(&bench.ev) == SLAC_EV_NEVER);
	start(&bench);
	const struct mme *parm = expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast);
	assert_int_equal(slac_parm_req_check(&parm->slac_parm_req), MME_OK);
	assert_memory_equal(parm->slac_parm_req.run_id, run_id, RUN_ID_LEN);

	bench.now_us += 7 * MS;
	receive_parm_cnf(&bench);
	expect_state(&bench, SLAC_EV_BEFORE_START);
	assert_null(sent(&bench, 0));
	for (uint64_t i = 0; i < 3; i++) {
		tick_after_ms(&bench, i == 0 ? 50 : 20);
		expect_start_atten_char(&bench);
	}
	for (uint8_t cnt = 10; cnt-- > 0;) {
		tick_after_ms(&bench, 20);
		expect_sound(&bench, cnt);
	}
	expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
	assert_int_equal(slac_ev_deadline(&bench.ev), START_US + (7 + 50 + 1200) * MS);

	bench.now_us += 11 * MS;
	receive_atten_char(&bench, evse_mac, 20);
	const struct mme *rsp = expect_sent(&bench, CM_ATTEN_CHAR_RSP, evse_mac);
	assert_int_equal(atten_char_rsp_check(&rsp->atten_char_rsp, ev_mac, run_id), MME_OK);
	expect_state(&bench, SLAC_EV_BEFORE_MATCH);

	tick_after_ms(&bench, 50);
	const struct mme *req = expect_sent(&bench, CM_SLAC_MATCH_REQ, evse_mac);
	assert_int_equal(slac_match_req_check(&req->slac_match_req, ev_mac, evse_mac, run_id, false), MME_OK);
	bench.now_us += 3 * MS;
	receive_match_cnf(&bench, evse_mac);
	expect_state(&bench, SLAC_EV_MATCHED);
	assert_true(slac_ev_deadline(&bench.ev) == SLAC_EV_NEVER);
	assert_int_equal(bench.ev.key.nid[0], 0x3a);
	assert_int_equal(bench.ev.key.nmk[NMK_LEN - 1], 0x5b);
}

static void parm_req_is_repeated_until_the_limit(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	config.parm_repeats = 3;
	bench_init(&bench, &config);
	start(&bench);
	for (int i = 0; i < 3; i++) {
		tick_after_ms(&bench, 200);
		expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast);
	}
	tick_after_ms(&bench, 200);
	expect_failed(&bench, "no_parm_cnf");
	assert_null(sent(&bench, 0));
}

static void parm_cnf_at_the_limit_comes_after_the_repeat(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	start(&bench);
	bench.now_us += 200 * MS;
	receive_parm_cnf(&bench);
	/* The repeat that was due goes out first, then the answer counts. */
	expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast);
	expect_state(&bench, SLAC_EV_BEFORE_START);
}

static void double_parm_req_sends_each_twice(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	config.double_parm_req = true;
	bench_init(&bench, &config);
	start(&bench);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(sent(&bench, 0)->mmtype, CM_SLAC_PARM_REQ);
		assert_int_equal(sent(&bench, 1)->mmtype, CM_SLAC_PARM_REQ);
		assert_memory_equal(sent(&bench, 0), sent(&bench, 1), sizeof(struct mme));
		assert_null(sent(&bench, 2));
		tick_after_ms(&bench, 200);
	}
	receive_parm_cnf(&bench);
	expect_state(&bench, SLAC_EV_BEFORE_START);
	receive_parm_cnf(&bench);
	assert_int_equal(bench.out.count, 0);
}

static void parm_cnf_of_another_run_or_car_is_ignored(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;
	struct mme frame = parm_cnf();

	(void)state;
	bench_init(&bench, &config);
	start(&bench);
	/* What pyPLC answered to a Taycan: not an echo in the last octets. */
	frame.slac_parm_cnf.run_id[7] = 0;
	receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);
	frame = parm_cnf();
	frame.dst[5] ^= 1;
	receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);
	expect_state(&bench, SLAC_EV_WAIT_PARM_CNF);
}

static void sounds_are_spaced_as_configured(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	config.batch_msg_interval_ms = 40;
	config.parm_to_start_ms = 100;
	config.num_sounds = 4;
	bench_init(&bench, &config);
	start(&bench);
	receive_parm_cnf(&bench);
	tick_after_ms(&bench, 100);
	for (int i = 0; i < 6; i++)
		tick_after_ms(&bench, 40);
	assert_int_equal(expect_sent(&bench, CM_MNBC_SOUND_IND, mac_broadcast)->mnbc_sound_ind.cnt, 0);
	expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
}

static void late_call_makes_no_burst(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	start(&bench);
	receive_parm_cnf(&bench);
	tick_after_ms(&bench, 50);
	tick_at(&bench, bench.now_us + 70 * MS);
	expect_start_atten_char(&bench);
	tick_after_ms(&bench, 20);
	expect_start_atten_char(&bench);
}

static void spacing_of_zero_gives_one_message_per_call(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	config.batch_msg_interval_ms = 0;
	bench_init(&bench, &config);
	start(&bench);
	receive_parm_cnf(&bench);
	tick_after_ms(&bench, 50);
	for (int i = 0; i < 12; i++) {
		assert_non_null(sent(&bench, 0));
		assert_null(sent(&bench, 1));
		tick_at(&bench, slac_ev_deadline(&bench.ev));
	}
	expect_sound(&bench, 0);
	assert_int_equal(bench.now_us, START_US + 50 * MS);
}

static void no_answer_to_the_sounds_fails(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	bench_at_wait_atten_char(&bench, &config);
	/* TT_EV_atten_results runs since the first START, 12 intervals before the last sound. */
	tick_after_ms(&bench, 1200 - 12 * 20);
	expect_failed(&bench, "no_atten_char");
}

static void nearest_evse_is_chosen(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	config.wait_for_all_evses = true;
	bench_at_wait_atten_char(&bench, &config);
	receive_atten_char(&bench, other_evse_mac, 51);
	expect_sent(&bench, CM_ATTEN_CHAR_RSP, other_evse_mac);
	receive_atten_char(&bench, evse_mac, 33);
	expect_sent(&bench, CM_ATTEN_CHAR_RSP, evse_mac);
	expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
	tick_after_ms(&bench, 1200 - 12 * 20);
	expect_state(&bench, SLAC_EV_BEFORE_MATCH);
	tick_after_ms(&bench, 50);
	expect_sent(&bench, CM_SLAC_MATCH_REQ, evse_mac);
	assert_int_equal(bench.ev.evse_count, 2);
}

/* A difference below one dB decides: one group of 58 is one dB higher. */
static void mean_is_compared_in_hundredths(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;
	struct mme frame = atten_char_ind(other_evse_mac, 20);

	(void)state;
	config.wait_for_all_evses = true;
	bench_at_wait_atten_char(&bench, &config);
	frame.atten_char_ind.aag_db[57] = 21;
	receive(&bench, &frame);
	receive_atten_char(&bench, evse_mac, 20);
	run_until(&bench, SLAC_EV_WAIT_MATCH_CNF);
	expect_sent(&bench, CM_SLAC_MATCH_REQ, evse_mac);
	assert_int_equal(bench.ev.evses[0].mean_db_x100, 2001);
	assert_int_equal(bench.ev.evses[1].mean_db_x100, 2000);
}

static void evse_above_the_limit_is_not_matched(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	config.signalattn_direct_db = 40;
	config.signalattn_indirect_db = 40;
	bench_at_wait_atten_char(&bench, &config);
	receive_atten_char(&bench, evse_mac, 41);
	expect_sent(&bench, CM_ATTEN_CHAR_RSP, evse_mac);
	expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
	tick_at(&bench, slac_ev_deadline(&bench.ev));
	expect_failed(&bench, "attenuation_too_high");
	bench_at_wait_atten_char(&bench, &config);
	receive_atten_char(&bench, evse_mac, 40);
	expect_state(&bench, SLAC_EV_BEFORE_MATCH);
}

/* Charger frames seen in the field that no car may take for its attenuation. */
static void foreign_atten_char_is_dropped(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	bench_at_wait_atten_char(&bench, &config);
	struct mme frame = atten_char_ind(evse_mac, 20);
	memcpy(frame.atten_char_ind.source_address, evse_mac, MAC_LEN);
	receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);

	frame = atten_char_ind(evse_mac, 20);
	memcpy(frame.dst, mac_broadcast, MAC_LEN);
	memcpy(frame.atten_char_ind.source_address, mac_broadcast, MAC_LEN);
	receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);

	frame = atten_char_ind(evse_mac, 20);
	frame.atten_char_ind.run_id[0] ^= 1;
	receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);

	frame = atten_char_ind(evse_mac, 20);
	frame.atten_char_ind.num_groups = 0;
	receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);
	expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
}

static void repeated_atten_char_is_answered_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_at_wait_match_cnf(&bench);
	for (int i = 0; i < 2; i++) {
		receive_atten_char(&bench, evse_mac, 20);
		expect_sent(&bench, CM_ATTEN_CHAR_RSP, evse_mac);
		expect_state(&bench, SLAC_EV_WAIT_MATCH_CNF);
	}
	assert_int_equal(bench.ev.evse_count, 1);
	receive_match_cnf(&bench, evse_mac);
	receive_atten_char(&bench, evse_mac, 20);
	assert_int_equal(bench.out.count, 0);
}

static void answer_while_still_sounding_counts(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	start(&bench);
	receive_parm_cnf(&bench);
	for (int i = 0; i < 8; i++)
		tick_at(&bench, slac_ev_deadline(&bench.ev));
	receive_atten_char(&bench, evse_mac, 20);
	expect_sent(&bench, CM_ATTEN_CHAR_RSP, evse_mac);
	expect_state(&bench, SLAC_EV_SOUNDING);
	run_until(&bench, SLAC_EV_BEFORE_MATCH);
	expect_sound(&bench, 0);
}

static void lost_match_cnf_is_asked_for_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_at_wait_match_cnf(&bench);
	for (int i = 0; i < 2; i++) {
		tick_after_ms(&bench, 200);
		expect_sent(&bench, CM_SLAC_MATCH_REQ, evse_mac);
	}
	receive_match_cnf(&bench, evse_mac);
	expect_state(&bench, SLAC_EV_MATCHED);

	bench_at_wait_match_cnf(&bench);
	tick_after_ms(&bench, 200);
	tick_after_ms(&bench, 200);
	tick_after_ms(&bench, 200);
	expect_failed(&bench, "no_match_cnf");
}

static void foreign_match_cnf_is_ignored(void **state)
{
	struct bench bench;

	(void)state;
	bench_at_wait_match_cnf(&bench);
	receive_match_cnf(&bench, other_evse_mac);
	assert_int_equal(bench.out.count, 0);

	struct mme frame = match_cnf(evse_mac);
	frame.slac_match_cnf.run_id[0] ^= 1;
	receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);

	frame = match_cnf(evse_mac);
	frame.slac_match_cnf.pev_mac[0] ^= 1;
	receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);
	expect_state(&bench, SLAC_EV_WAIT_MATCH_CNF);
}

static void ninth_evse_is_not_considered(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;
	uint8_t mac[MAC_LEN];

	(void)state;
	config.wait_for_all_evses = true;
	bench_at_wait_atten_char(&bench, &config);
	memcpy(mac, evse_mac, MAC_LEN);
	for (uint8_t i = 0; i < SLAC_EV_EVSES; i++) {
		mac[5] = i;
		receive_atten_char(&bench, mac, (uint8_t)(40 - i));
		expect_sent(&bench, CM_ATTEN_CHAR_RSP, mac);
	}
	receive_atten_char(&bench, other_evse_mac, 1);
	assert_int_equal(bench.out.count, 0);
	run_until(&bench, SLAC_EV_WAIT_MATCH_CNF);
	expect_sent(&bench, CM_SLAC_MATCH_REQ, mac);
}

static void second_attempt_forgets_the_first(void **state)
{
	struct bench bench;

	(void)state;
	bench_at_wait_match_cnf(&bench);
	receive_match_cnf(&bench, evse_mac);
	start(&bench);
	expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast);
	assert_int_equal(bench.ev.evse_count, 0);
	assert_true(octets_are_zero(bench.ev.key.nmk, NMK_LEN));
}

static void no_random_octets_fails(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	bench.random_fails = true;
	start(&bench);
	receive_parm_cnf(&bench);
	run_until(&bench, SLAC_EV_FAILED);
	expect_failed(&bench, "no_random");
}

static void idle_car_is_silent(void **state)
{
	struct slac_ev_config config = config_default();
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	receive_parm_cnf(&bench);
	assert_int_equal(bench.out.count, 0);
	receive_atten_char(&bench, evse_mac, 20);
	assert_int_equal(bench.out.count, 0);
	receive_match_cnf(&bench, evse_mac);
	assert_int_equal(bench.out.count, 0);
	tick_at(&bench, START_US + 3600 * 1000 * MS);
	assert_int_equal(bench.out.count, 0);
}

/* --- validation --- */

static struct slac_ev_config config_with_limits(void)
{
	struct slac_ev_config config = config_default();

	config.signalattn_direct_db = 10;
	config.signalattn_indirect_db = 20;
	config.vald_nb_toggles = 2;
	config.wait_for_all_evses = true;
	return config;
}

/* Two EVSEs between the limits, `evse_mac` the nearer one; step 1 to it has just gone out. */
static void bench_at_step_1(struct bench *bench, const struct slac_ev_config *config)
{
	bench_at_wait_atten_char(bench, config);
	receive_atten_char(bench, other_evse_mac, 18);
	receive_atten_char(bench, evse_mac, 15);
	run_until(bench, SLAC_EV_WAIT_VALIDATE_READY);
}

static void receive_validate_cnf(struct bench *bench, const uint8_t src[MAC_LEN], enum validate_result result,
				 uint8_t toggle_num)
{
	struct mme frame;

	mme_init(&frame, CM_VALIDATE_CNF, src, ev_mac);
	frame.validate_cnf.toggle_num = toggle_num;
	frame.validate_cnf.result = (uint8_t)result;
	receive(bench, &frame);
}

static void expect_validate_req(const struct bench *bench, const uint8_t dst[MAC_LEN], uint8_t timer)
{
	const struct mme *frame = expect_sent(bench, CM_VALIDATE_REQ, dst);

	assert_int_equal(validate_req_check(&frame->validate_req), MME_OK);
	assert_int_equal(frame->validate_req.timer, timer);
}

/* The last call moved S2 as said and did not speak. */
static void expect_s2(const struct bench *bench, bool closed)
{
	assert_null(sent(bench, 0));
	assert_int_not_equal(bench->out.count, 0);
	assert_int_equal(bench->out.items[0].kind, SLAC_EV_S2);
	assert_int_equal(bench->out.items[0].s2.closed, closed);
}

/* Goes through the toggles; the number of B-C-B, after which S2 is open. */
static unsigned count_toggles(struct bench *bench)
{
	unsigned edges = 0;

	while (bench->ev.state == SLAC_EV_TOGGLING) {
		tick_after_ms(bench, 300);
		expect_s2(bench, edges % 2 == 0);
		edges++;
	}
	assert_int_equal(edges % 2, 0);
	expect_state(bench, SLAC_EV_WAIT_VALIDATE_RESULT);
	return edges / 2;
}

static void expect_match_req_to(struct bench *bench, const uint8_t dst[MAC_LEN])
{
	expect_state(bench, SLAC_EV_BEFORE_MATCH);
	tick_after_ms(bench, 50);
	expect_sent(bench, CM_SLAC_MATCH_REQ, dst);
}

static void evse_at_the_direct_limit_is_matched_without_validation(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	bench_at_wait_atten_char(&bench, &config);
	receive_atten_char(&bench, evse_mac, 10);
	tick_at(&bench, slac_ev_deadline(&bench.ev));
	expect_match_req_to(&bench, evse_mac);
}

static void evse_between_the_limits_is_validated_before_the_match(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	bench_at_wait_atten_char(&bench, &config);
	receive_atten_char(&bench, evse_mac, 20);
	tick_at(&bench, slac_ev_deadline(&bench.ev));
	expect_state(&bench, SLAC_EV_BEFORE_VALIDATE);
	tick_after_ms(&bench, 50);
	expect_validate_req(&bench, evse_mac, 0);

	bench.now_us += 5 * MS;
	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
	/* B C B C B of 300 ms each, one phase more and 200 ms to see an edge: 2.0 s. */
	expect_validate_req(&bench, evse_mac, 19);
	assert_int_equal(count_toggles(&bench), 2);
	assert_int_equal(slac_ev_deadline(&bench.ev), bench.now_us + (2000 + 200 - 4 * 300) * MS);

	bench.now_us += 500 * MS;
	receive_validate_cnf(&bench, evse_mac, VALIDATE_SUCCESS, 2);
	expect_match_req_to(&bench, evse_mac);
	receive_match_cnf(&bench, evse_mac);
	expect_state(&bench, SLAC_EV_MATCHED);
}

static void evse_above_the_indirect_limit_is_not_found(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	bench_at_wait_atten_char(&bench, &config);
	receive_atten_char(&bench, evse_mac, 21);
	tick_at(&bench, slac_ev_deadline(&bench.ev));
	expect_failed(&bench, "attenuation_too_high");
}

static void without_an_indirect_limit_everything_else_is_validated(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	config.signalattn_indirect_db = 0;
	bench_at_wait_atten_char(&bench, &config);
	receive_atten_char(&bench, evse_mac, 90);
	tick_at(&bench, slac_ev_deadline(&bench.ev));
	expect_state(&bench, SLAC_EV_BEFORE_VALIDATE);
}

static void toggles_are_one_to_three_at_random(void **state)
{
	struct slac_ev_config config = config_with_limits();
	unsigned seen[4] = {0};
	struct bench bench;

	(void)state;
	config.vald_nb_toggles = 0;
	for (uint8_t i = 0; i < 6; i++) {
		bench_at_step_1(&bench, &config);
		bench.random = i;
		receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
		const unsigned toggles = count_toggles(&bench);
		assert_in_range(toggles, 1, 3);
		seen[toggles]++;
	}
	assert_true(seen[1] == 2 && seen[2] == 2 && seen[3] == 2);
}

static void shortest_and_longest_toggling_fit_the_timer(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	config.vald_nb_toggles = 1;
	config.vald_state_duration_ms = 200;
	bench_at_step_1(&bench, &config);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
	expect_validate_req(&bench, evse_mac, 9);

	config.vald_nb_toggles = 3;
	config.vald_state_duration_ms = 400;
	bench_at_step_1(&bench, &config);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
	expect_validate_req(&bench, evse_mac, 33);
}

static void unanswered_step_1_is_repeated_and_then_the_next_evse_is_tried(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	bench_at_step_1(&bench, &config);
	for (int i = 0; i < 2; i++) {
		tick_after_ms(&bench, 200);
		expect_validate_req(&bench, evse_mac, 0);
	}
	tick_after_ms(&bench, 200);
	expect_state(&bench, SLAC_EV_BEFORE_VALIDATE);
	tick_after_ms(&bench, 50);
	expect_validate_req(&bench, other_evse_mac, 0);
}

static void evse_that_does_not_require_validation_is_matched(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	bench_at_step_1(&bench, &config);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_NOT_REQUIRED, 0);
	expect_match_req_to(&bench, evse_mac);
}

static void evse_that_is_not_ready_is_asked_again(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	config.not_ready_repeats = 3;
	bench_at_step_1(&bench, &config);
	for (int i = 0; i < 3; i++) {
		receive_validate_cnf(&bench, evse_mac, VALIDATE_NOT_READY, 0);
		tick_after_ms(&bench, 500);
		expect_validate_req(&bench, evse_mac, 0);
	}
	receive_validate_cnf(&bench, evse_mac, VALIDATE_NOT_READY, 0);
	tick_after_ms(&bench, 50);
	expect_validate_req(&bench, other_evse_mac, 0);
}

static void wrong_results_drop_the_evse(void **state)
{
	static const struct {
		enum validate_result result;
		uint8_t toggle_num;
	} wrong[] = {{VALIDATE_SUCCESS, 1},	{VALIDATE_SUCCESS, 3}, {VALIDATE_SUCCESS, 0},
		     {VALIDATE_FAILURE, 2},	{VALIDATE_FAILURE, 0}, {VALIDATE_NOT_READY, 2},
		     {VALIDATE_NOT_REQUIRED, 2}};
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bench_at_step_1(&bench, &config);
		receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
		count_toggles(&bench);
		receive_validate_cnf(&bench, evse_mac, wrong[i].result, wrong[i].toggle_num);
		expect_state(&bench, SLAC_EV_BEFORE_VALIDATE);
		tick_after_ms(&bench, 50);
		expect_validate_req(&bench, other_evse_mac, 0);
	}
}

static void refusal_of_step_1_by_all_evses_fails(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	bench_at_step_1(&bench, &config);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_FAILURE, 0);
	tick_after_ms(&bench, 50);
	receive_validate_cnf(&bench, other_evse_mac, VALIDATE_FAILURE, 0);
	expect_failed(&bench, "validation_failed");
}

static void missing_result_is_asked_for_again_and_then_the_next_evse_is_tried(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	bench_at_step_1(&bench, &config);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
	count_toggles(&bench);
	tick_after_ms(&bench, 2000 + 200 - 4 * 300);
	expect_validate_req(&bench, evse_mac, 19);
	tick_after_ms(&bench, 200);
	expect_validate_req(&bench, evse_mac, 19);
	tick_after_ms(&bench, 200);
	tick_after_ms(&bench, 50);
	expect_validate_req(&bench, other_evse_mac, 0);
}

/* With the first EVSE refused there is still time for another one to report. */
static void evse_that_reports_after_a_refusal_counts(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	config.wait_for_all_evses = false;
	bench_at_wait_atten_char(&bench, &config);
	receive_atten_char(&bench, evse_mac, 15);
	tick_after_ms(&bench, 50);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_FAILURE, 0);
	expect_state(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
	receive_atten_char(&bench, other_evse_mac, 9);
	expect_match_req_to(&bench, other_evse_mac);
}

/* The EVSE repeats Ready when step 2 was lost. */
static void repeated_ready_starts_the_toggles_again(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	bench_at_step_1(&bench, &config);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
	bench.now_us += 10 * MS;
	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0); /* doubled on the line */
	assert_int_equal(bench.out.count, 0);
	tick_at(&bench, slac_ev_deadline(&bench.ev));
	expect_s2(&bench, true);
	bench.now_us += 110 * MS;
	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
	assert_int_equal(bench.out.items[0].kind, SLAC_EV_S2);
	assert_false(bench.out.items[0].s2.closed);
	expect_validate_req(&bench, evse_mac, 19);
	assert_int_equal(count_toggles(&bench), 2);
}

static void ready_restarts_the_toggles_only_twice(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	bench_at_step_1(&bench, &config);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
	for (int i = 0; i < 2; i++) {
		bench.now_us += 250 * MS;
		receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
		expect_validate_req(&bench, evse_mac, 19);
	}
	bench.now_us += 250 * MS;
	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
	assert_int_equal(bench.out.count, 0);
}

static void foreign_validate_cnf_is_ignored(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;
	struct mme frame;

	(void)state;
	bench_at_step_1(&bench, &config);
	receive_validate_cnf(&bench, other_evse_mac, VALIDATE_READY, 0);
	assert_int_equal(bench.out.count, 0);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_SUCCESS, 0);
	assert_int_equal(bench.out.count, 0);
	mme_init(&frame, CM_VALIDATE_CNF, evse_mac, ev_mac);
	frame.validate_cnf.signal_type = 1;
	frame.validate_cnf.result = VALIDATE_READY;
	receive(&bench, &frame);
	assert_int_equal(bench.out.count, 0);

	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_SUCCESS, 2); /* before one toggle was made */
	assert_int_equal(bench.out.count, 0);
	count_toggles(&bench);
	receive_validate_cnf(&bench, other_evse_mac, VALIDATE_SUCCESS, 2);
	assert_int_equal(bench.out.count, 0);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_SUCCESS, 2);
	expect_state(&bench, SLAC_EV_BEFORE_MATCH);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_FAILURE, 0);
	assert_int_equal(bench.out.count, 0);
}

static void no_random_octets_for_the_toggles_fails(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	config.vald_nb_toggles = 0;
	bench_at_step_1(&bench, &config);
	bench.random_fails = true;
	receive_validate_cnf(&bench, evse_mac, VALIDATE_READY, 0);
	expect_failed(&bench, "no_random");
}

/* --- further runs --- */

/* A run that fails 600 ms after it began, every 1000 ms. */
static struct slac_ev_config config_that_repeats(void)
{
	struct slac_ev_config config = config_default();

	config.parm_repeats = 2;
	config.tt_matching_repetition_ms = 10000;
	return config;
}

static void failed_run_is_followed_by_another_after_a_pause(void **state)
{
	struct slac_ev_config config = config_that_repeats();
	uint8_t fresh_id[RUN_ID_LEN];
	struct bench bench;

	(void)state;
	bench_init(&bench, &config);
	start(&bench);
	run_until(&bench, SLAC_EV_BEFORE_NEXT_RUN);
	assert_string_equal(bench.out.items[bench.out.count - 1].step.text, "no_parm_cnf");
	receive_parm_cnf(&bench);
	assert_int_equal(bench.out.count, 0);
	tick_after_ms(&bench, 400);
	memset(fresh_id, 1, sizeof(fresh_id));
	assert_memory_equal(expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast)->slac_parm_req.run_id,
			    fresh_id, RUN_ID_LEN);
	/* The answers must be of this run. */
	receive_parm_cnf(&bench);
	expect_state(&bench, SLAC_EV_WAIT_PARM_CNF);
}

static void run_id_can_be_kept(void **state)
{
	struct slac_ev_config config = config_that_repeats();
	struct bench bench;

	(void)state;
	config.keep_run_id = true;
	bench_init(&bench, &config);
	start(&bench);
	run_until(&bench, SLAC_EV_BEFORE_NEXT_RUN);
	tick_after_ms(&bench, 400);
	assert_memory_equal(expect_sent(&bench, CM_SLAC_PARM_REQ, mac_broadcast)->slac_parm_req.run_id,
			    run_id, RUN_ID_LEN);
	receive_parm_cnf(&bench);
	expect_state(&bench, SLAC_EV_BEFORE_START);
}

static void no_run_begins_after_the_repetition_time(void **state)
{
	struct slac_ev_config config = config_that_repeats();
	struct bench bench;
	unsigned runs = 0;

	(void)state;
	bench_init(&bench, &config);
	start(&bench);
	for (; bench.ev.state != SLAC_EV_FAILED; runs++) {
		for (int i = 0; i < 3; i++)
			tick_after_ms(&bench, 200);
		if (bench.ev.state == SLAC_EV_BEFORE_NEXT_RUN)
			tick_after_ms(&bench, 400);
	}
	expect_failed(&bench, "no_parm_cnf");
	assert_int_equal(runs, 10);
	assert_int_equal(bench.now_us, START_US + 9600 * MS);
}

static void dropped_evse_counts_again_in_the_next_run(void **state)
{
	struct slac_ev_config config = config_with_limits();
	struct bench bench;

	(void)state;
	config.tt_matching_repetition_ms = 10000;
	config.keep_run_id = true;
	bench_at_wait_atten_char(&bench, &config);
	receive_atten_char(&bench, evse_mac, 15);
	run_until(&bench, SLAC_EV_WAIT_VALIDATE_READY);
	receive_validate_cnf(&bench, evse_mac, VALIDATE_FAILURE, 0);
	expect_state(&bench, SLAC_EV_BEFORE_NEXT_RUN);
	tick_after_ms(&bench, 400);
	receive_parm_cnf(&bench);
	run_until(&bench, SLAC_EV_WAIT_ATTEN_CHAR);
	receive_atten_char(&bench, evse_mac, 15);
	run_until(&bench, SLAC_EV_WAIT_VALIDATE_READY);
	expect_validate_req(&bench, evse_mac, 0);
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
		cmocka_unit_test(second_attempt_forgets_the_first),
		cmocka_unit_test(no_random_octets_fails),
		cmocka_unit_test(idle_car_is_silent),
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
		cmocka_unit_test(failed_run_is_followed_by_another_after_a_pause),
		cmocka_unit_test(run_id_can_be_kept),
		cmocka_unit_test(no_run_begins_after_the_repetition_time),
		cmocka_unit_test(dropped_evse_counts_again_in_the_next_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/tests/slac_ev_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

const uint8_t ev_bench_mac[MAC_LEN] = {0x02, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5};
const uint8_t ev_bench_evse_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
const uint8_t ev_bench_other_evse_mac[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x55, 0xaa};
const uint8_t ev_bench_run_id[RUN_ID_LEN] = {1, 2, 3, 4, 5, 6, 7, 8};

static bool random_counting(void *ctx, uint8_t *out, size_t n)
{
	struct ev_bench *bench = ctx;

	memset(out, ++bench->random, n);
	return !bench->random_fails;
}

struct slac_ev_config ev_bench_config(void)
{
	struct slac_ev_config config;

	slac_ev_defaults(&config);
	memcpy(config.ev_mac, ev_bench_mac, MAC_LEN);
	memcpy(config.run_id, ev_bench_run_id, RUN_ID_LEN);
	return config;
}

void ev_bench_init(struct ev_bench *bench, const struct slac_ev_config *config)
{
	memset(bench, 0, sizeof(*bench));
	bench->now_us = EV_BENCH_START_US;
	slac_ev_init(&bench->ev, config, random_counting, bench);
}

void ev_bench_start(struct ev_bench *bench)
{
	slac_ev_start(&bench->ev, bench->now_us, &bench->out);
}

void ev_bench_tick_at(struct ev_bench *bench, uint64_t now_us)
{
	bench->now_us = now_us;
	slac_ev_tick(&bench->ev, now_us, &bench->out);
}

void ev_bench_tick_after_ms(struct ev_bench *bench, uint64_t ms)
{
	uint64_t expected_us = bench->now_us + ms * MS;

	assert_int_equal(slac_ev_deadline(&bench->ev), expected_us);
	slac_ev_tick(&bench->ev, expected_us - 1, &bench->out);
	assert_int_equal(bench->out.count, 0);
	ev_bench_tick_at(bench, expected_us);
}

void ev_bench_run_until(struct ev_bench *bench, enum slac_ev_state state)
{
	for (int i = 0; i < 300 && bench->ev.state != state; i++)
		ev_bench_tick_at(bench, slac_ev_deadline(&bench->ev));
	ev_bench_expect_state(bench, state);
}

void ev_bench_receive(struct ev_bench *bench, const struct mme *frame)
{
	slac_ev_frame(&bench->ev, frame, bench->now_us, &bench->out);
}

struct mme ev_bench_parm_cnf(void)
{
	struct mme frame;

	mme_init(&frame, CM_SLAC_PARM_CNF, ev_bench_evse_mac, ev_bench_mac);
	frame.slac_parm_cnf.num_sounds = SLAC_NUM_SOUNDS;
	frame.slac_parm_cnf.time_out = SLAC_TIME_OUT;
	frame.slac_parm_cnf.resp_type = SLAC_RESP_TYPE;
	memcpy(frame.slac_parm_cnf.m_sound_target, mac_broadcast, MAC_LEN);
	memcpy(frame.slac_parm_cnf.forwarding_sta, ev_bench_mac, MAC_LEN);
	memcpy(frame.slac_parm_cnf.run_id, ev_bench_run_id, RUN_ID_LEN);
	return frame;
}

struct mme ev_bench_atten_char_ind(const uint8_t src[MAC_LEN], uint8_t db)
{
	struct mme frame;

	mme_init(&frame, CM_ATTEN_CHAR_IND, src, ev_bench_mac);
	memcpy(frame.atten_char_ind.source_address, ev_bench_mac, MAC_LEN);
	memcpy(frame.atten_char_ind.run_id, ev_bench_run_id, RUN_ID_LEN);
	frame.atten_char_ind.num_sounds = SLAC_NUM_SOUNDS;
	frame.atten_char_ind.num_groups = SLAC_GROUPS;
	memset(frame.atten_char_ind.aag_db, db, SLAC_GROUPS);
	return frame;
}

struct mme ev_bench_match_cnf(const uint8_t src[MAC_LEN])
{
	struct mme frame;

	mme_init(&frame, CM_SLAC_MATCH_CNF, src, ev_bench_mac);
	frame.slac_match_cnf.mvf_length = SLAC_MATCH_CNF_MVF_LENGTH;
	memcpy(frame.slac_match_cnf.pev_mac, ev_bench_mac, MAC_LEN);
	memcpy(frame.slac_match_cnf.evse_mac, src, MAC_LEN);
	memcpy(frame.slac_match_cnf.run_id, ev_bench_run_id, RUN_ID_LEN);
	memset(frame.slac_match_cnf.nid, 0x3a, NID_LEN);
	memset(frame.slac_match_cnf.nmk, 0x5b, NMK_LEN);
	return frame;
}

void ev_bench_receive_parm_cnf(struct ev_bench *bench)
{
	struct mme frame = ev_bench_parm_cnf();

	ev_bench_receive(bench, &frame);
}

void ev_bench_receive_atten_char(struct ev_bench *bench, const uint8_t src[MAC_LEN], uint8_t db)
{
	struct mme frame = ev_bench_atten_char_ind(src, db);

	ev_bench_receive(bench, &frame);
}

void ev_bench_receive_match_cnf(struct ev_bench *bench, const uint8_t src[MAC_LEN])
{
	struct mme frame = ev_bench_match_cnf(src);

	ev_bench_receive(bench, &frame);
}

void ev_bench_at_wait_atten_char(struct ev_bench *bench, const struct slac_ev_config *config)
{
	ev_bench_init(bench, config);
	ev_bench_start(bench);
	ev_bench_receive_parm_cnf(bench);
	ev_bench_run_until(bench, SLAC_EV_WAIT_ATTEN_CHAR);
}

void ev_bench_at_wait_match_cnf(struct ev_bench *bench)
{
	struct slac_ev_config config = ev_bench_config();

	ev_bench_at_wait_atten_char(bench, &config);
	ev_bench_receive_atten_char(bench, ev_bench_evse_mac, 20);
	ev_bench_run_until(bench, SLAC_EV_WAIT_MATCH_CNF);
}

const struct mme *ev_bench_sent(const struct ev_bench *bench, size_t n)
{
	for (size_t i = 0; i < bench->out.count; i++)
		if (bench->out.items[i].kind == SLAC_EV_SEND && n-- == 0)
			return &bench->out.items[i].frame;
	return NULL;
}

const struct mme *ev_bench_expect_sent(const struct ev_bench *bench, enum mmtype type, const uint8_t dst[MAC_LEN])
{
	const struct mme *frame = ev_bench_sent(bench, 0);

	assert_non_null(frame);
	assert_null(ev_bench_sent(bench, 1));
	assert_string_equal(mme_name(frame->mmtype), mme_name((uint16_t)type));
	assert_memory_equal(frame->src, ev_bench_mac, MAC_LEN);
	assert_memory_equal(frame->dst, dst, MAC_LEN);
	return frame;
}

void ev_bench_expect_state(const struct ev_bench *bench, enum slac_ev_state state)
{
	assert_string_equal(slac_ev_state_text(bench->ev.state), slac_ev_state_text(state));
}

void ev_bench_expect_failed(const struct ev_bench *bench, const char *text)
{
	const struct slac_ev_output *last = &bench->out.items[bench->out.count - 1];

	assert_int_not_equal(bench->out.count, 0);
	assert_int_equal(last->kind, SLAC_EV_STEP);
	assert_int_equal(last->step.state, SLAC_EV_FAILED);
	assert_string_equal(last->step.text, text);
	assert_true(slac_ev_deadline(&bench->ev) == SLAC_EV_NEVER);
}

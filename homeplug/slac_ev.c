/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac_ev.h"

#include <string.h>

/* C_EV_start_atten_char_inds */
#define START_ATTEN_CHARS 3
#define US_PER_MS	  1000u

void slac_ev_defaults(struct slac_ev_config *config)
{
	*config = (struct slac_ev_config){
		.parm_repeats = 100,
		.tt_match_response_ms = 200,
		.tt_ev_atten_results_ms = 1200,
		.c_ev_match_retry = 2,
		.parm_to_start_ms = 50,
		.batch_msg_interval_ms = 20,
		.rsp_to_match_ms = 50,
		.num_sounds = SLAC_NUM_SOUNDS,
	};
}

void slac_ev_init(struct slac_ev *ev, const struct slac_ev_config *config, random_fill random,
		  void *random_ctx)
{
	memset(ev, 0, sizeof(*ev));
	ev->config = *config;
	ev->state = SLAC_EV_IDLE;
	ev->deadline_us = SLAC_EV_NEVER;
	ev->random = random;
	ev->random_ctx = random_ctx;
}

/* --- outputs --- */

/* A call gives at most four: two for a due deadline and two for a frame. */
static struct slac_ev_output *output_add(struct slac_ev_outputs *out, enum slac_ev_output_kind kind)
{
	struct slac_ev_output *item = &out->items[out->count++];

	item->kind = kind;
	return item;
}

static struct mme *send(const struct slac_ev *ev, enum mmtype type, const uint8_t dst[MAC_LEN],
			struct slac_ev_outputs *out)
{
	struct mme *frame = &output_add(out, SLAC_EV_SEND)->frame;

	mme_init(frame, type, ev->config.ev_mac, dst);
	return frame;
}

static void enter(struct slac_ev *ev, enum slac_ev_state state, const char *text, struct slac_ev_outputs *out)
{
	struct slac_ev_output *item = output_add(out, SLAC_EV_STEP);

	ev->state = state;
	ev->sent = 0;
	item->step.state = state;
	item->step.text = text;
}

static void wait_ms(struct slac_ev *ev, uint32_t ms, uint64_t now_us)
{
	ev->deadline_us = now_us + (uint64_t)ms * US_PER_MS;
}

static void fail(struct slac_ev *ev, const char *text, struct slac_ev_outputs *out)
{
	enter(ev, SLAC_EV_FAILED, text, out);
	ev->deadline_us = SLAC_EV_NEVER;
}

/* --- messages --- */

static void send_parm_req(const struct slac_ev *ev, struct slac_ev_outputs *out)
{
	struct slac_parm_req *req = &send(ev, CM_SLAC_PARM_REQ, mac_broadcast, out)->slac_parm_req;

	memcpy(req->run_id, ev->config.run_id, RUN_ID_LEN);
}

static void send_start_atten_char(const struct slac_ev *ev, struct slac_ev_outputs *out)
{
	struct mme *frame = send(ev, CM_START_ATTEN_CHAR_IND, mac_broadcast, out);
	struct start_atten_char_ind *ind = &frame->start_atten_char_ind;

	ind->num_sounds = ev->config.num_sounds;
	ind->time_out = SLAC_TIME_OUT;
	ind->resp_type = SLAC_RESP_TYPE;
	memcpy(ind->forwarding_sta, ev->config.ev_mac, MAC_LEN);
	memcpy(ind->run_id, ev->config.run_id, RUN_ID_LEN);
}

/* False when there are no random octets. */
static bool send_sound(const struct slac_ev *ev, uint8_t remaining, struct slac_ev_outputs *out)
{
	uint8_t rnd[SOUND_RND_LEN];

	if (!ev->random(ev->random_ctx, rnd, sizeof(rnd)))
		return false;
	struct mnbc_sound_ind *ind = &send(ev, CM_MNBC_SOUND_IND, mac_broadcast, out)->mnbc_sound_ind;
	ind->cnt = remaining;
	memcpy(ind->run_id, ev->config.run_id, RUN_ID_LEN);
	memcpy(ind->rnd, rnd, SOUND_RND_LEN);
	return true;
}

static void send_atten_char_rsp(const struct slac_ev *ev, const uint8_t evse_mac[MAC_LEN],
				struct slac_ev_outputs *out)
{
	struct atten_char_rsp *rsp = &send(ev, CM_ATTEN_CHAR_RSP, evse_mac, out)->atten_char_rsp;

	memcpy(rsp->source_address, ev->config.ev_mac, MAC_LEN);
	memcpy(rsp->run_id, ev->config.run_id, RUN_ID_LEN);
}

static void send_match_req(const struct slac_ev *ev, struct slac_ev_outputs *out)
{
	struct slac_match_req *req = &send(ev, CM_SLAC_MATCH_REQ, ev->evse_mac, out)->slac_match_req;

	req->mvf_length = SLAC_MATCH_REQ_MVF_LENGTH;
	memcpy(req->pev_mac, ev->config.ev_mac, MAC_LEN);
	memcpy(req->evse_mac, ev->evse_mac, MAC_LEN);
	memcpy(req->run_id, ev->config.run_id, RUN_ID_LEN);
}

/* --- the choice --- */

static uint32_t mean_db_x100(const uint8_t aag_db[SLAC_GROUPS])
{
	uint32_t sum = 0;

	for (size_t i = 0; i < SLAC_GROUPS; i++)
		sum += aag_db[i];
	return sum * 100 / SLAC_GROUPS;
}

/* The EVSE's entry, a new one if it is heard for the first time; NULL when the table is full. */
static struct slac_ev_evse *evse_entry(struct slac_ev *ev, const uint8_t evse_mac[MAC_LEN])
{
	for (size_t i = 0; i < ev->evse_count; i++)
		if (mac_equal(ev->evses[i].evse_mac, evse_mac))
			return &ev->evses[i];
	if (ev->evse_count == SLAC_EV_EVSES)
		return NULL;
	struct slac_ev_evse *evse = &ev->evses[ev->evse_count++];
	memcpy(evse->evse_mac, evse_mac, MAC_LEN);
	return evse;
}

static const struct slac_ev_evse *nearest_evse(const struct slac_ev *ev)
{
	uint32_t limit_db = ev->config.attenuation_limit_db;
	const struct slac_ev_evse *nearest = NULL;

	for (size_t i = 0; i < ev->evse_count; i++) {
		const struct slac_ev_evse *evse = &ev->evses[i];
		if (limit_db != 0 && evse->mean_db_x100 > limit_db * 100)
			continue;
		if (nearest == NULL || evse->mean_db_x100 < nearest->mean_db_x100)
			nearest = evse;
	}
	return nearest;
}

/* Goes on to the match if there is an EVSE to match. */
static bool choose(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	const struct slac_ev_evse *nearest = nearest_evse(ev);

	if (nearest == NULL)
		return false;
	memcpy(ev->evse_mac, nearest->evse_mac, MAC_LEN);
	enter(ev, SLAC_EV_BEFORE_MATCH, "", out);
	wait_ms(ev, ev->config.rsp_to_match_ms, now_us);
	return true;
}

/* --- deadlines --- */

static void request_parm(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	ev->sent++;
	send_parm_req(ev, out);
	if (ev->config.double_parm_req)
		send_parm_req(ev, out);
	wait_ms(ev, ev->config.tt_match_response_ms, now_us);
}

static void request_match(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	ev->sent++;
	send_match_req(ev, out);
	wait_ms(ev, ev->config.tt_match_response_ms, now_us);
}

/* The next of the STARTs and sounds. The wait counts from now, so that a late call makes no burst. */
static void send_batch_message(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	uint32_t total = START_ATTEN_CHARS + (uint32_t)ev->config.num_sounds;

	ev->sent++;
	if (ev->sent <= START_ATTEN_CHARS) {
		send_start_atten_char(ev, out);
	} else if (!send_sound(ev, (uint8_t)(total - ev->sent), out)) {
		fail(ev, "no_random", out);
		return;
	}
	wait_ms(ev, ev->config.batch_msg_interval_ms, now_us);
	if (ev->sent < total)
		return;
	/* An EVSE whose window ended early has answered already. */
	if (!ev->config.wait_for_all_evses && choose(ev, now_us, out))
		return;
	enter(ev, SLAC_EV_WAIT_ATTEN_CHAR, "", out);
	ev->deadline_us = ev->results_deadline_us;
}

static void begin_sounding(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	enter(ev, SLAC_EV_SOUNDING, "", out);
	ev->results_deadline_us = now_us + (uint64_t)ev->config.tt_ev_atten_results_ms * US_PER_MS;
	send_batch_message(ev, now_us, out);
}

static void expire(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	switch (ev->state) {
	case SLAC_EV_WAIT_PARM_CNF:
		if (ev->sent <= ev->config.parm_repeats)
			request_parm(ev, now_us, out);
		else
			fail(ev, "no_parm_cnf", out);
		return;
	case SLAC_EV_BEFORE_START:
		begin_sounding(ev, now_us, out);
		return;
	case SLAC_EV_SOUNDING:
		send_batch_message(ev, now_us, out);
		return;
	case SLAC_EV_WAIT_ATTEN_CHAR:
		if (!choose(ev, now_us, out))
			fail(ev, ev->evse_count == 0 ? "no_atten_char" : "attenuation_too_high", out);
		return;
	case SLAC_EV_BEFORE_MATCH:
		enter(ev, SLAC_EV_WAIT_MATCH_CNF, "", out);
		request_match(ev, now_us, out);
		return;
	case SLAC_EV_WAIT_MATCH_CNF:
		if (ev->sent <= ev->config.c_ev_match_retry)
			request_match(ev, now_us, out);
		else
			fail(ev, "no_match_cnf", out);
		return;
	case SLAC_EV_IDLE:
	case SLAC_EV_MATCHED:
	case SLAC_EV_FAILED:
		return;
	}
}

/* --- frames --- */

static void take_parm_cnf(struct slac_ev *ev, const struct mme *frame, uint64_t now_us,
			  struct slac_ev_outputs *out)
{
	if (ev->state != SLAC_EV_WAIT_PARM_CNF)
		return;
	if (slac_parm_cnf_check(&frame->slac_parm_cnf, ev->config.run_id) != MME_OK)
		return;
	enter(ev, SLAC_EV_BEFORE_START, "", out);
	wait_ms(ev, ev->config.parm_to_start_ms, now_us);
}

/* Every EVSE that reports gets its answer, also the one that repeats because the answer was lost. */
static void take_atten_char(struct slac_ev *ev, const struct mme *frame, uint64_t now_us,
			    struct slac_ev_outputs *out)
{
	if (ev->state < SLAC_EV_SOUNDING || ev->state > SLAC_EV_WAIT_MATCH_CNF)
		return;
	if (atten_char_ind_check(&frame->atten_char_ind, ev->config.ev_mac, ev->config.run_id) != MME_OK)
		return;
	struct slac_ev_evse *evse = evse_entry(ev, frame->src);
	if (evse == NULL)
		return;
	evse->mean_db_x100 = mean_db_x100(frame->atten_char_ind.aag_db);
	send_atten_char_rsp(ev, frame->src, out);
	if (ev->state == SLAC_EV_WAIT_ATTEN_CHAR && !ev->config.wait_for_all_evses)
		choose(ev, now_us, out);
}

static void take_match_cnf(struct slac_ev *ev, const struct mme *frame, struct slac_ev_outputs *out)
{
	const struct slac_match_cnf *cnf = &frame->slac_match_cnf;

	if (ev->state != SLAC_EV_WAIT_MATCH_CNF || !mac_equal(frame->src, ev->evse_mac))
		return;
	if (slac_match_cnf_check(cnf, ev->config.ev_mac, ev->evse_mac, ev->config.run_id) != MME_OK)
		return;
	memcpy(ev->key.nmk, cnf->nmk, NMK_LEN);
	memcpy(ev->key.nid, cnf->nid, NID_LEN);
	enter(ev, SLAC_EV_MATCHED, "", out);
	ev->deadline_us = SLAC_EV_NEVER;
}

/* --- the contract --- */

void slac_ev_start(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	out->count = 0;
	network_key_wipe(&ev->key);
	ev->evse_count = 0;
	enter(ev, SLAC_EV_WAIT_PARM_CNF, "", out);
	request_parm(ev, now_us, out);
}

/* One step for each call: a spacing of 0 leaves the deadline due and the caller comes back at once. */
void slac_ev_tick(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	out->count = 0;
	if (ev->deadline_us <= now_us)
		expire(ev, now_us, out);
}

void slac_ev_frame(struct slac_ev *ev, const struct mme *frame, uint64_t now_us, struct slac_ev_outputs *out)
{
	slac_ev_tick(ev, now_us, out);
	if (!mac_equal(frame->dst, ev->config.ev_mac))
		return;
	switch (frame->mmtype) {
	case CM_SLAC_PARM_CNF:
		take_parm_cnf(ev, frame, now_us, out);
		return;
	case CM_ATTEN_CHAR_IND:
		take_atten_char(ev, frame, now_us, out);
		return;
	case CM_SLAC_MATCH_CNF:
		take_match_cnf(ev, frame, out);
		return;
	}
}

uint64_t slac_ev_deadline(const struct slac_ev *ev)
{
	return ev->deadline_us;
}

const char *slac_ev_state_text(enum slac_ev_state state)
{
	switch (state) {
	case SLAC_EV_IDLE:
		return "IDLE";
	case SLAC_EV_WAIT_PARM_CNF:
		return "WAIT_PARM_CNF";
	case SLAC_EV_BEFORE_START:
		return "BEFORE_START";
	case SLAC_EV_SOUNDING:
		return "SOUNDING";
	case SLAC_EV_WAIT_ATTEN_CHAR:
		return "WAIT_ATTEN_CHAR";
	case SLAC_EV_BEFORE_MATCH:
		return "BEFORE_MATCH";
	case SLAC_EV_WAIT_MATCH_CNF:
		return "WAIT_MATCH_CNF";
	case SLAC_EV_MATCHED:
		return "MATCHED";
	case SLAC_EV_FAILED:
		return "FAILED";
	}
	return "unknown";
}

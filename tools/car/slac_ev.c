/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/slac_ev_internal.h"

#include <string.h>

/* C_EV_start_atten_char_inds */
#define START_ATTEN_CHARS 3

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
		.vald_state_duration_ms = 300,
		.not_ready_pause_ms = 500,
		.not_ready_repeats = 16,
		.tt_matching_rate_ms = 400,
	};
}

void slac_ev_init(struct slac_ev *ev, const struct slac_ev_config *config, random_fill random, void *random_ctx)
{
	memset(ev, 0, sizeof(*ev));
	ev->config = *config;
	ev->state = SLAC_EV_IDLE;
	ev->deadline_us = SLAC_EV_NEVER;
	ev->random = random;
	ev->random_ctx = random_ctx;
}

/* --- outputs --- */

/* A call gives at most six: three for a due deadline and three for a frame. */
struct slac_ev_output *slac_ev_output_add(struct slac_ev_outputs *out, enum slac_ev_output_kind kind)
{
	struct slac_ev_output *item = &out->items[out->count++];

	item->kind = kind;
	return item;
}

void slac_ev_enter(struct slac_ev *ev, enum slac_ev_state state, const char *text, struct slac_ev_outputs *out)
{
	struct slac_ev_output *item = slac_ev_output_add(out, SLAC_EV_STEP);

	ev->state = state;
	ev->sent = 0;
	item->step.state = state;
	item->step.text = text;
}

void slac_ev_wait(struct slac_ev *ev, uint32_t ms, uint64_t now_us)
{
	ev->deadline_us = now_us + (uint64_t)ms * US_PER_MS;
}

static void request_parm(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	ev->sent++;
	slac_ev_send_parm_req(ev, out);
	if (ev->config.double_parm_req)
		slac_ev_send_parm_req(ev, out);
	slac_ev_wait(ev, ev->config.tt_match_response_ms, now_us);
}

static void begin_run(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	ev->evse_count = 0;
	slac_ev_enter(ev, SLAC_EV_WAIT_PARM_CNF, "", out);
	request_parm(ev, now_us, out);
}

static void fail_for_good(struct slac_ev *ev, const char *text, struct slac_ev_outputs *out)
{
	slac_ev_enter(ev, SLAC_EV_FAILED, text, out);
	ev->deadline_us = SLAC_EV_NEVER;
}

void slac_ev_fail(struct slac_ev *ev, const char *text, uint64_t now_us, struct slac_ev_outputs *out)
{
	const uint64_t next_us = now_us + (uint64_t)ev->config.tt_matching_rate_ms * US_PER_MS;
	const uint64_t last_us = ev->started_us + (uint64_t)ev->config.tt_matching_repetition_ms * US_PER_MS;

	if (next_us >= last_us) {
		fail_for_good(ev, text, out);
		return;
	}
	slac_ev_enter(ev, SLAC_EV_BEFORE_NEXT_RUN, text, out);
	ev->deadline_us = next_us;
}

static void begin_next_run(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	if (!ev->config.keep_run_id && !ev->random(ev->random_ctx, ev->run_id, RUN_ID_LEN))
		fail_for_good(ev, "no_random", out);
	else
		begin_run(ev, now_us, out);
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
	*evse = (struct slac_ev_evse){0};
	memcpy(evse->evse_mac, evse_mac, MAC_LEN);
	return evse;
}

/* EVSE_FOUND */
static bool is_direct(const struct slac_ev *ev, uint32_t mean_db_x100)
{
	const uint32_t limit_db = ev->config.signalattn_direct_db;

	return limit_db == 0 || mean_db_x100 <= limit_db * 100;
}

/* EVSE_FOUND or EVSE_POTENTIALLY_FOUND */
static bool is_candidate(const struct slac_ev *ev, const struct slac_ev_evse *evse)
{
	const uint32_t limit_db = ev->config.signalattn_indirect_db;

	if (evse->dropped || ev->config.chooses_none)
		return false;
	return is_direct(ev, evse->mean_db_x100) || limit_db == 0 || evse->mean_db_x100 <= limit_db * 100;
}

static const struct slac_ev_evse *nearest_evse(const struct slac_ev *ev)
{
	const struct slac_ev_evse *nearest = NULL;

	for (size_t i = 0; i < ev->evse_count; i++) {
		const struct slac_ev_evse *evse = &ev->evses[i];
		if (!is_candidate(ev, evse))
			continue;
		if (nearest == NULL || evse->mean_db_x100 < nearest->mean_db_x100)
			nearest = evse;
	}
	return nearest;
}

void slac_ev_to_match(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	slac_ev_enter(ev, SLAC_EV_BEFORE_MATCH, "", out);
	slac_ev_wait(ev, ev->config.rsp_to_match_ms, now_us);
}

/* Goes on to the validation or the match if there is an EVSE for it. */
static bool choose(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	const struct slac_ev_evse *nearest = nearest_evse(ev);

	if (nearest == NULL)
		return false;
	memcpy(ev->evse_mac, nearest->evse_mac, MAC_LEN);
	if (is_direct(ev, nearest->mean_db_x100))
		slac_ev_to_match(ev, now_us, out);
	else
		slac_ev_validate_begin(ev, now_us, out);
	return true;
}

/* Why there is no EVSE to choose. */
static const char *not_found_text(const struct slac_ev *ev)
{
	for (size_t i = 0; i < ev->evse_count; i++)
		if (ev->evses[i].dropped)
			return "validation_failed";
	return ev->evse_count == 0 ? "no_atten_char" : "attenuation_too_high";
}

void slac_ev_drop(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	struct slac_ev_evse *evse = evse_entry(ev, ev->evse_mac);

	if (evse != NULL)
		evse->dropped = true;
	if (choose(ev, now_us, out))
		return;
	if (now_us >= ev->results_deadline_us) {
		slac_ev_fail(ev, not_found_text(ev), now_us, out);
		return;
	}
	slac_ev_enter(ev, SLAC_EV_WAIT_ATTEN_CHAR, "", out);
	ev->deadline_us = ev->results_deadline_us;
}

/* --- deadlines --- */

static void request_match(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	ev->sent++;
	slac_ev_send_match_req(ev, out);
	slac_ev_wait(ev, ev->config.tt_match_response_ms, now_us);
}

/* The next of the STARTs and sounds. The wait counts from now, so that a late call makes no burst. */
static void send_batch_message(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	uint32_t total = START_ATTEN_CHARS + (uint32_t)ev->config.num_sounds;

	ev->sent++;
	if (ev->sent <= START_ATTEN_CHARS) {
		slac_ev_send_start_atten_char(ev, out);
	} else if (!slac_ev_send_sound(ev, (uint8_t)(total - ev->sent), out)) {
		slac_ev_fail(ev, "no_random", now_us, out);
		return;
	}
	slac_ev_wait(ev, ev->config.batch_msg_interval_ms, now_us);
	if (ev->sent < total)
		return;
	/* An EVSE whose window ended early has answered already. */
	if (!ev->config.wait_for_all_evses && choose(ev, now_us, out))
		return;
	slac_ev_enter(ev, SLAC_EV_WAIT_ATTEN_CHAR, "", out);
	ev->deadline_us = ev->results_deadline_us;
}

static void begin_sounding(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	slac_ev_enter(ev, SLAC_EV_SOUNDING, "", out);
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
			slac_ev_fail(ev, "no_parm_cnf", now_us, out);
		return;
	case SLAC_EV_BEFORE_START:
		begin_sounding(ev, now_us, out);
		return;
	case SLAC_EV_SOUNDING:
		send_batch_message(ev, now_us, out);
		return;
	case SLAC_EV_WAIT_ATTEN_CHAR:
		if (!choose(ev, now_us, out))
			slac_ev_fail(ev, not_found_text(ev), now_us, out);
		return;
	case SLAC_EV_BEFORE_VALIDATE:
	case SLAC_EV_WAIT_VALIDATE_READY:
	case SLAC_EV_TOGGLING:
	case SLAC_EV_WAIT_VALIDATE_RESULT:
		slac_ev_validate_expire(ev, now_us, out);
		return;
	case SLAC_EV_BEFORE_MATCH:
		slac_ev_enter(ev, SLAC_EV_WAIT_MATCH_CNF, "", out);
		request_match(ev, now_us, out);
		return;
	case SLAC_EV_WAIT_MATCH_CNF:
		if (ev->sent <= ev->config.c_ev_match_retry)
			request_match(ev, now_us, out);
		else
			slac_ev_fail(ev, "no_match_cnf", now_us, out);
		return;
	case SLAC_EV_BEFORE_NEXT_RUN:
		begin_next_run(ev, now_us, out);
		return;
	case SLAC_EV_IDLE:
	case SLAC_EV_MATCHED:
	case SLAC_EV_FAILED:
		return;
	}
}

/* --- frames --- */

static void take_parm_cnf(struct slac_ev *ev, const struct mme *frame, uint64_t now_us, struct slac_ev_outputs *out)
{
	if (ev->state != SLAC_EV_WAIT_PARM_CNF)
		return;
	if (slac_parm_cnf_check(&frame->slac_parm_cnf, ev->run_id) != MME_OK)
		return;
	slac_ev_enter(ev, SLAC_EV_BEFORE_START, "", out);
	slac_ev_wait(ev, ev->config.parm_to_start_ms, now_us);
}

/* Every EVSE that reports gets its answer, also the one that repeats because the answer was lost. */
static void take_atten_char(struct slac_ev *ev, const struct mme *frame, uint64_t now_us, struct slac_ev_outputs *out)
{
	if (ev->state < SLAC_EV_SOUNDING || ev->state > SLAC_EV_WAIT_MATCH_CNF)
		return;
	if (atten_char_ind_check(&frame->atten_char_ind, ev->config.ev_mac, ev->run_id) != MME_OK)
		return;
	struct slac_ev_evse *evse = evse_entry(ev, frame->src);
	if (evse == NULL)
		return;
	evse->mean_db_x100 = mean_db_x100(frame->atten_char_ind.aag_db);
	slac_ev_send_atten_char_rsp(ev, frame->src, out);
	if (ev->state == SLAC_EV_WAIT_ATTEN_CHAR && !ev->config.wait_for_all_evses)
		choose(ev, now_us, out);
}

static void take_match_cnf(struct slac_ev *ev, const struct mme *frame, struct slac_ev_outputs *out)
{
	const struct slac_match_cnf *cnf = &frame->slac_match_cnf;

	if (ev->state != SLAC_EV_WAIT_MATCH_CNF || !mac_equal(frame->src, ev->evse_mac))
		return;
	if (slac_match_cnf_check(cnf, ev->config.ev_mac, ev->evse_mac, ev->run_id) != MME_OK)
		return;
	memcpy(ev->key.nmk, cnf->nmk, NMK_LEN);
	memcpy(ev->key.nid, cnf->nid, NID_LEN);
	slac_ev_enter(ev, SLAC_EV_MATCHED, "", out);
	ev->deadline_us = SLAC_EV_NEVER;
}

/* --- the contract --- */

void slac_ev_start(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	out->count = 0;
	network_key_wipe(&ev->key);
	memcpy(ev->run_id, ev->config.run_id, RUN_ID_LEN);
	ev->started_us = now_us;
	begin_run(ev, now_us, out);
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
	case CM_VALIDATE_CNF:
		slac_ev_validate_cnf(ev, frame, now_us, out);
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
	static const char *const texts[] = {
		"IDLE",
		"WAIT_PARM_CNF",
		"BEFORE_START",
		"SOUNDING",
		"WAIT_ATTEN_CHAR",
		"BEFORE_VALIDATE",
		"WAIT_VALIDATE_READY",
		"TOGGLING",
		"WAIT_VALIDATE_RESULT",
		"BEFORE_MATCH",
		"WAIT_MATCH_CNF",
		"MATCHED",
		"BEFORE_NEXT_RUN",
		"FAILED",
	};

	return (size_t)state < sizeof(texts) / sizeof(texts[0]) ? texts[state] : "unknown";
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_displace.h"
#include "homeplug/slac/slac_evse.h"
#include "homeplug/slac/slac_run.h"

#include <string.h>

void slac_evse_defaults(struct slac_evse_config *config, bool strict)
{
	*config = (struct slac_evse_config){
		.tt_evse_slac_init_ms = 20000,
		.tt_fallback_ms = strict ? 0 : 60000,
		.tt_match_sequence_ms = 400,
		.tt_evse_match_mnbc_ms = 600,
		.tt_match_response_ms = SLAC_TT_MATCH_RESPONSE_MS,
		.tt_evse_match_session_ms = 10000,
		.tt_match_join_ms = SLAC_TT_MATCH_JOIN_MS,
		.t_conn_resume_ms = 6000,
		.c_ev_match_retry = SLAC_C_EV_MATCH_RETRY,
		.parallel_runs = SLAC_EVSE_RUNS,
		.validation = SLAC_VALIDATION_ON,
		.missing_profile_db = -1,
		.any_sound_counts = !strict,
		.any_forwarding_sta = !strict,
		.any_ids = !strict,
		.rematch_matched_ev = !strict,
		.listen_after_failure = !strict,
		.dc_listens_after_init = !strict,
		.refuse_as_not_required = !strict,
		.slow_after_validation = !strict,
	};
}

void slac_evse_init(struct slac_evse *evse, const struct slac_evse_config *config)
{
	memset(evse, 0, offsetof(struct slac_evse, runs));
	evse->config = *config;
	evse->state = SLAC_EVSE_IDLE;
	evse->deadline_us = SLAC_NEVER;
	evse->fallback_us = SLAC_NEVER;
}

/* Appends a status about the EV that was remembered last. */
static void report(const struct slac_evse *evse, enum slac_status status, enum slac_reason reason,
		   struct slac_evse_outputs *out)
{
	struct slac_run last = {0};

	memcpy(last.run_id, evse->run_id, RUN_ID_LEN);
	memcpy(last.ev_mac, evse->ev_mac, MAC_LEN);
	struct slac_evse_output *item = slac_run_append(&last, SLAC_EVSE_STATUS, out);
	item->has_run_id = evse->has_run_id;
	item->status = status;
	item->reason = reason;
	item->has_attenuation = evse->has_run_id && evse->has_attenuation;
	item->attenuation_ddb = evse->attenuation_ddb;
}

uint16_t slac_mean_ddb(const uint8_t db[SLAC_GROUPS])
{
	unsigned sum_db = 0;

	for (size_t i = 0; i < SLAC_GROUPS; i++)
		sum_db += db[i];
	return (uint16_t)((sum_db * 10 + SLAC_GROUPS / 2) / SLAC_GROUPS);
}

/* The statuses from now on are about the EV of this run. What it measured outlasts its slot. */
static void remember_ev(struct slac_evse *evse, const struct slac_run *run)
{
	evse->has_run_id = true;
	memcpy(evse->run_id, run->run_id, RUN_ID_LEN);
	memcpy(evse->ev_mac, run->ev_mac, MAC_LEN);
	evse->has_attenuation = run->reported_sounds > 0;
	evse->attenuation_ddb = evse->has_attenuation ? slac_mean_ddb(run->average_db) : 0;
}

/* Gives a run its message, or its time-out. What is remembered of its EV is kept up with it. */
static void give(struct slac_evse *evse, struct slac_run *run, const struct slac_run_context *ctx, uint16_t message,
		 const struct mme *frame)
{
	slac_run_take(run, ctx, message, frame);
	if (evse->has_run_id && mac_equal(run->ev_mac, evse->ev_mac))
		remember_ev(evse, run);
}

static void wait_until_after_ms(struct slac_evse *evse, enum slac_evse_state state, uint32_t ms, uint64_t now_us)
{
	evse->state = state;
	evse->deadline_us = now_us + (uint64_t)ms * 1000;
}

/* The whole time to a match. It runs once for a vehicle, and once more after each match. */
static void bound_time_to_match(struct slac_evse *evse, uint64_t now_us)
{
	const struct slac_evse_config *config = &evse->config;
	const uint32_t least_ms = config->tt_evse_slac_init_ms;
	const uint32_t ms = config->tt_fallback_ms > least_ms ? config->tt_fallback_ms : least_ms;

	if (config->tt_fallback_ms > 0 && !config->dc_only && evse->fallback_us == SLAC_NEVER)
		evse->fallback_us = now_us + (uint64_t)ms * 1000;
}

static void wait_for_parm_req(struct slac_evse *evse, uint64_t now_us)
{
	evse->paused = false;
	evse->parm_req_error = MME_OK;
	bound_time_to_match(evse, now_us);
	wait_until_after_ms(evse, SLAC_EVSE_WAIT_PARM, evse->config.tt_evse_slac_init_ms, now_us);
}

bool slac_evse_is_given_away(const struct slac_evse *evse)
{
	return evse->state == SLAC_EVSE_JOINING || evse->state == SLAC_EVSE_MATCHED;
}

static struct slac_run_context run_context(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	return (struct slac_run_context){
		.config = &evse->config,
		.key = &evse->key,
		.validation = &evse->validation,
		.failed_runs = &evse->failed_runs,
		.now_us = now_us,
		.out = out,
	};
}

static bool any_run_active(const struct slac_evse *evse)
{
	for (size_t i = 0; i < evse->run_count; i++)
		if (slac_run_is_active(&evse->runs[i]))
			return true;
	return false;
}

/*
 * The session has ended. The field profile listens again for TT_EVSE_SLAC_init; the standard waits for another
 * run_id. Cars of neighbouring outlets are heard here and fail here, too. Each failure opens a new window, and basic
 * charging begins after the last window only. The number of new windows is therefore limited.
 */
static void listen_or_stay_failed(struct slac_evse *evse, uint64_t now_us)
{
	if (!evse->config.listen_after_failure) {
		evse->state = SLAC_EVSE_FAILED;
		evse->deadline_us = SLAC_NEVER;
	} else {
		wait_for_parm_req(evse, now_us);
		if (evse->failures < SLAC_CONN_MAX_MATCH)
			evse->last_window_us = evse->deadline_us;
		else
			evse->deadline_us = evse->last_window_us;
		evse->failures++;
	}
	if (evse->deadline_us > evse->fallback_us)
		evse->deadline_us = evse->fallback_us;
	if (evse->deadline_us <= now_us)
		evse->deadline_us = now_us + 1;
}

/* A run has failed. With the last run in progress the matching as a whole fails. */
static void settle_failure(struct slac_evse *evse, const struct slac_run *failed, uint64_t now_us,
			   struct slac_evse_outputs *out)
{
	if (evse->state != SLAC_EVSE_MATCHING || any_run_active(evse))
		return;
	remember_ev(evse, failed);
	report(evse, SLAC_STATUS_FAILED, failed->failure, out);
	listen_or_stay_failed(evse, now_us);
}

/* Fails every run in progress except `spared` (NULL: no exception). */
static void fail_runs(struct slac_evse *evse, const struct slac_run *spared, enum slac_reason reason, uint64_t now_us,
		      struct slac_evse_outputs *out)
{
	const struct slac_run_context ctx = run_context(evse, now_us, out);

	for (size_t i = 0; i < evse->run_count; i++)
		if (&evse->runs[i] != spared && slac_run_is_active(&evse->runs[i]))
			slac_run_fail(&evse->runs[i], &ctx, reason);
}

static void on_link_up(struct slac_evse *evse, struct slac_evse_outputs *out)
{
	if (evse->state != SLAC_EVSE_JOINING)
		return;
	evse->state = SLAC_EVSE_MATCHED;
	evse->deadline_us = SLAC_NEVER;
	evse->fallback_us = SLAC_NEVER;
	evse->failures = 0; /* [V2G3-M08-02] */
	report(evse, SLAC_STATUS_MATCHED, SLAC_REASON_NONE, out);
}

/* Appends an output about the outlet as a whole, without run_id and EV. */
static struct slac_evse_output *append_for_outlet(enum slac_evse_output_kind kind, struct slac_evse_outputs *out)
{
	const struct slac_run none = {0};
	struct slac_evse_output *item = slac_run_append(&none, kind, out);

	item->has_run_id = false;
	return item;
}

static void join(struct slac_evse *evse, uint32_t within_ms, uint64_t now_us, struct slac_evse_outputs *out)
{
	wait_until_after_ms(evse, SLAC_EVSE_JOINING, within_ms, now_us);
	if (evse->config.await_link)
		append_for_outlet(SLAC_EVSE_WATCH_LINK, out);
	else
		on_link_up(evse, out);
}

/* The first CM_SLAC_MATCH.CNF was sent: this EV gets the outlet, and the runs of all others fail. */
static void on_chosen(struct slac_evse *evse, const struct slac_run *winner, uint64_t now_us,
		      struct slac_evse_outputs *out)
{
	fail_runs(evse, winner, SLAC_REASON_OTHER_EV_MATCHED, now_us, out);
	remember_ev(evse, winner);
	evse->key_given = true;
	memcpy(evse->key_holder, winner->ev_mac, MAC_LEN);
	memcpy(evse->given_nid, evse->key.nid, NID_LEN);
	evse->rejoining = false;
	join(evse, evse->config.tt_match_join_ms, now_us, out);
}

static void on_rejoin(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	if (evse->state != SLAC_EVSE_MATCHED)
		return;
	evse->rejoining = true;
	join(evse, evse->config.t_conn_resume_ms, now_us, out);
}

/* `matched` was reported before the pause: the EV stays matched, and nothing is reported. */
static void on_link_paused(struct slac_evse *evse)
{
	if (evse->state != SLAC_EVSE_JOINING || !evse->rejoining)
		return;
	evse->state = SLAC_EVSE_MATCHED;
	evse->deadline_us = SLAC_NEVER;
}

/* Ends all runs: those in progress fail, and the slot of a matched one becomes free. */
static void end_runs(struct slac_evse *evse, enum slac_reason reason, uint64_t now_us, struct slac_evse_outputs *out)
{
	fail_runs(evse, NULL, reason, now_us, out);
	for (size_t i = 0; i < evse->run_count; i++)
		if (evse->runs[i].state == SLAC_RUN_MATCHED)
			memset(&evse->runs[i], 0, sizeof(evse->runs[i]));
}

static void on_connected(struct slac_evse *evse, uint64_t now_us)
{
	if (evse->vehicle_connected)
		return;
	evse->run_count = 0;
	evse->any_refused = false;
	memset(&evse->failed_runs, 0, sizeof(evse->failed_runs));
	evse->vehicle_connected = true;
	evse->has_run_id = false;
	evse->failures = 0;
	evse->fallback_us = SLAC_NEVER;
	wait_for_parm_req(evse, now_us);
}

static void on_disconnected(struct slac_evse *evse, enum slac_reason reason, uint64_t now_us,
			    struct slac_evse_outputs *out)
{
	end_runs(evse, reason, now_us, out);
	evse->state = SLAC_EVSE_IDLE;
	evse->deadline_us = SLAC_NEVER;
	evse->vehicle_connected = false;
	evse->paused = false;
	bool left = reason == SLAC_REASON_VEHICLE_LEFT || reason == SLAC_REASON_RESET;
	report(evse, left ? SLAC_STATUS_UNMATCHED : SLAC_STATUS_FAILED, reason, out);
}

/*
 * The 15118 side has ended the session. The EV may start a new matching at any time. There is no time limit, because
 * a session that ended well is not followed by basic charging.
 */
static void on_terminate(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	if (!evse->vehicle_connected)
		return;
	bool was_used = evse->state == SLAC_EVSE_MATCHING || slac_evse_is_given_away(evse);
	end_runs(evse, SLAC_REASON_TERMINATED, now_us, out);
	if (!was_used)
		return;
	report(evse, SLAC_STATUS_UNMATCHED, SLAC_REASON_TERMINATED, out);
	evse->state = SLAC_EVSE_WAIT_PARM;
	evse->deadline_us = SLAC_NEVER;
	evse->fallback_us = SLAC_NEVER;
}

static void on_pause(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	const bool was_sought =
		evse->state == SLAC_EVSE_MATCHING || (evse->state == SLAC_EVSE_JOINING && !evse->rejoining);
	const bool was_held = slac_evse_is_given_away(evse) && !was_sought;

	end_runs(evse, SLAC_REASON_PAUSED, now_us, out);
	if (was_sought)
		report(evse, SLAC_STATUS_FAILED, SLAC_REASON_PAUSED, out);
	else if (was_held)
		report(evse, SLAC_STATUS_UNMATCHED, SLAC_REASON_PAUSED, out);
	evse->paused = true;
	evse->deadline_us = SLAC_NEVER;
	if (evse->vehicle_connected)
		evse->state = SLAC_EVSE_EXPIRED;
}

static void on_key_set(struct slac_evse *evse, const struct slac_evse_input *input)
{
	if (memcmp(evse->given_nid, input->key->nid, NID_LEN) != 0)
		evse->key_given = false;
	evse->key = *input->key;
	evse->has_key = true;
	memset(evse->modem_mac, 0, MAC_LEN);
	if (input->modem_mac != NULL)
		memcpy(evse->modem_mac, input->modem_mac, MAC_LEN);
}

/* Ends the session of a vehicle that is still plugged in. */
static void end_session(struct slac_evse *evse, enum slac_status status, enum slac_reason reason, uint64_t now_us,
			struct slac_evse_outputs *out)
{
	end_runs(evse, reason, now_us, out);
	report(evse, status, reason, out);
	listen_or_stay_failed(evse, now_us);
}

static void on_key_lost(struct slac_evse *evse, enum slac_reason reason, uint64_t now_us, struct slac_evse_outputs *out)
{
	evse->has_key = false;
	network_key_wipe(&evse->key);
	if (evse->state == SLAC_EVSE_MATCHED)
		end_session(evse, SLAC_STATUS_UNMATCHED, reason, now_us, out);
	else if (evse->state == SLAC_EVSE_MATCHING || evse->state == SLAC_EVSE_JOINING)
		end_session(evse, SLAC_STATUS_FAILED, reason, now_us, out);
	else
		end_runs(evse, reason, now_us, out);
}

static void on_s2(struct slac_evse *evse, bool closed)
{
	for (size_t i = 0; i < evse->run_count; i++)
		slac_run_count_toggle(&evse->runs[i], closed);
}

static void on_link_lost(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	if (evse->state == SLAC_EVSE_MATCHED)
		end_session(evse, SLAC_STATUS_UNMATCHED, SLAC_REASON_JOIN_LOST, now_us, out);
}

static void on_init_over(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	const bool was_matching = evse->state == SLAC_EVSE_MATCHING;
	const bool in_vain = was_matching || (evse->has_run_id && now_us >= evse->fallback_us);

	if (was_matching) {
		end_runs(evse, SLAC_REASON_NO_MATCH_IN_TIME, now_us, out);
		report(evse, SLAC_STATUS_FAILED, SLAC_REASON_NO_MATCH_IN_TIME, out);
	}
	struct slac_evse_output *item = append_for_outlet(SLAC_EVSE_INIT_TIMEOUT, out);
	/* An EV that has spoken, or may have, is not blamed for silence. Without a key nothing could be answered. */
	if (!evse->has_key) {
		item->reason = SLAC_REASON_KEY_NOT_SET;
	} else if (evse->parm_req_error != MME_OK) {
		item->reason = SLAC_REASON_PARM_REQ_REFUSED;
		item->message.error = evse->parm_req_error;
		memcpy(item->ev_mac, evse->parm_req_mac, MAC_LEN);
	} else {
		item->reason = in_vain ? SLAC_REASON_NO_MATCH_IN_TIME : SLAC_REASON_NO_PARM_REQ;
	}
	evse->deadline_us = SLAC_NEVER;
	evse->state = SLAC_EVSE_EXPIRED;
}

/* The pilot gives the car another window after an F: that is longer than the time it had, but bounded as well. */
static void on_listen(struct slac_evse *evse, uint64_t now_us)
{
	if (!evse->vehicle_connected || evse->state == SLAC_EVSE_MATCHING || slac_evse_is_given_away(evse))
		return;
	wait_for_parm_req(evse, now_us);
	if (evse->fallback_us < evse->deadline_us)
		evse->fallback_us = evse->deadline_us;
}

/* Nothing follows, so that nothing bounds the time. */
static void listen_on(struct slac_evse *evse, uint64_t now_us)
{
	on_listen(evse, now_us);
	if (evse->state == SLAC_EVSE_WAIT_PARM)
		evse->deadline_us = evse->fallback_us = SLAC_NEVER;
}

/* --- Frames: the run each belongs to, and whether the outlet may answer it now --- */

static void refuse(const struct mme *frame, enum slac_reason reason, struct slac_evse_outputs *out)
{
	slac_message_append(SLAC_EVSE_IGNORED, frame, reason, MME_OK, out);
}

static struct slac_run *find_run(struct slac_evse *evse, const uint8_t ev_mac[MAC_LEN])
{
	for (size_t i = 0; i < evse->run_count; i++)
		if (evse->runs[i].state != SLAC_RUN_FREE && mac_equal(evse->runs[i].ev_mac, ev_mac))
			return &evse->runs[i];
	return NULL;
}

/* A slot that is free, or whose run has failed: of those the one that failed first. NULL: all runs are in progress. */
static struct slac_run *vacant_slot(struct slac_evse *evse)
{
	struct slac_run *slot = NULL;

	for (size_t i = 0; i < evse->run_count; i++) {
		struct slac_run *run = &evse->runs[i];
		if (run->state == SLAC_RUN_FREE)
			return run;
		if (run->state == SLAC_RUN_FAILED && (slot == NULL || run->since_us < slot->since_us))
			slot = run;
	}
	return slot;
}

/* A slot for another EV, emptied, or NULL. Few cars use few slots: the memory of the others is not touched. */
static struct slac_run *take_slot(struct slac_evse *evse)
{
	const size_t allowed = evse->config.parallel_runs;
	struct slac_run *slot = vacant_slot(evse);

	const bool keeps_failed =
		slot != NULL && slot->state == SLAC_RUN_FAILED && evse->run_count < SLAC_C_EVSE_MATCH_PARALLEL;

	if (evse->run_count < allowed && (slot == NULL || keeps_failed))
		slot = &evse->runs[evse->run_count++];
	if (slot != NULL)
		memset(slot, 0, sizeof(*slot));
	return slot;
}

/* The slot of another run, emptied, for an EV that found none free and asks again; NULL: it is refused. */
static struct slac_run *displace_run(struct slac_evse *evse, const uint8_t ev_mac[MAC_LEN], uint64_t now_us,
				     struct slac_evse_outputs *out)
{
	if (!evse->any_refused)
		slac_refused_forget(&evse->refused);
	evse->any_refused = true;
	const bool asks_again = slac_refused_asks_again(&evse->refused, ev_mac, now_us);
	struct slac_run *slot = asks_again ? slac_run_to_displace(evse->runs, evse->run_count, now_us) : NULL;

	if (slot == NULL)
		return NULL;
	const struct slac_run_context ctx = run_context(evse, now_us, out);
	slac_refused_take_turn(&evse->refused, ev_mac);
	slac_run_displace(slot, &ctx);
	slot->kept_until_us = now_us + SLAC_KEPT_FOR_START_MS * UINT64_C(1000);
	return slot;
}

static bool other_validates(const struct slac_evse *evse, const struct slac_run *run, uint64_t now_us)
{
	uint64_t since_us = slac_validation_waits_since(&evse->validation, run->ev_mac, now_us);

	return slac_validation_blocks(&evse->validation, run->ev_mac, since_us, now_us);
}

/* Why CM_SLAC_PARM.REQ may not be answered now, or SLAC_REASON_NONE. */
static enum slac_reason parm_req_refusal(const struct slac_evse *evse, const struct slac_run *run,
					 const uint8_t ev_mac[MAC_LEN], const uint8_t run_id[RUN_ID_LEN])
{
	if (!evse->vehicle_connected)
		return SLAC_REASON_NO_VEHICLE;
	if (!evse->has_key)
		return SLAC_REASON_KEY_NOT_SET;
	if (evse->paused)
		return SLAC_REASON_PAUSED;
	if (evse->state == SLAC_EVSE_EXPIRED && !(evse->config.dc_only && evse->config.dc_listens_after_init))
		return SLAC_REASON_INIT_EXPIRED;
	if (evse->key_given && !mac_equal(evse->key_holder, ev_mac))
		return SLAC_REASON_ALREADY_MATCHED;
	if (slac_evse_is_given_away(evse)) {
		bool by_matched_ev = run != NULL && run->state == SLAC_RUN_MATCHED;
		return by_matched_ev && evse->config.rematch_matched_ev ? SLAC_REASON_NONE
									: SLAC_REASON_ALREADY_MATCHED;
	}
	if (!evse->config.listen_after_failure && slac_failed_runs_has(&evse->failed_runs, ev_mac, run_id))
		return SLAC_REASON_RUN_FAILED;
	return SLAC_REASON_NONE;
}

static void refuse_parm_req(struct slac_evse *evse, const struct mme *frame, enum mme_error error,
			    struct slac_evse_outputs *out)
{
	slac_message_append(SLAC_EVSE_IGNORED, frame, SLAC_REASON_FIELD, error, out);
	if (evse->state != SLAC_EVSE_WAIT_PARM)
		return;
	evse->parm_req_error = error;
	memcpy(evse->parm_req_mac, frame->src, MAC_LEN);
}

static void on_parm_req(struct slac_evse *evse, const struct mme *frame, uint64_t now_us, struct slac_evse_outputs *out)
{
	struct slac_run *run = find_run(evse, frame->src);
	enum mme_error error = slac_parm_req_check(&frame->slac_parm_req);

	if (error != MME_OK) {
		refuse_parm_req(evse, frame, error, out);
		return;
	}
	enum slac_reason refusal = parm_req_refusal(evse, run, frame->src, frame->slac_parm_req.run_id);
	if (refusal == SLAC_REASON_NONE && run == NULL) {
		run = take_slot(evse);
		if (run == NULL)
			run = displace_run(evse, frame->src, now_us, out);
		if (run == NULL)
			refusal = SLAC_REASON_TABLE_FULL;
	}
	if (refusal != SLAC_REASON_NONE) {
		refuse(frame, refusal, out);
		return;
	}
	const struct slac_run_context ctx = run_context(evse, now_us, out);
	give(evse, run, &ctx, CM_SLAC_PARM_REQ, frame);
	if (evse->state == SLAC_EVSE_MATCHING)
		return;
	bound_time_to_match(evse, now_us); /* the match before was ended by this EV, or by the 15118 side */
	evse->state = SLAC_EVSE_MATCHING;
	/* The last window may outlast the bound by a microsecond. A deadline never lies in the past. */
	evse->deadline_us = evse->fallback_us > now_us ? evse->fallback_us : now_us + 1;
	remember_ev(evse, run);
	report(evse, SLAC_STATUS_MATCHING, SLAC_REASON_NONE, out);
}

/* Another station than this one. Our modem sends profiles, and speaks as no car does. */
static bool can_be_sender(const struct slac_evse *evse, const struct mme *frame)
{
	const bool from_modem = mac_is_a_stations(evse->modem_mac) && mac_equal(frame->src, evse->modem_mac);

	return mac_is_a_stations(frame->src) && !mac_equal(frame->src, evse->config.evse_mac) &&
	       (!from_modem || frame->mmtype == CM_ATTEN_PROFILE_IND);
}

static bool is_for_evse(const struct slac_evse *evse, const struct mme *frame)
{
	if (!can_be_sender(evse, frame))
		return false;
	if (!mac_equal(frame->dst, evse->config.evse_mac) && !mac_equal(frame->dst, mac_broadcast))
		return false;
	switch (frame->mmtype) {
	case CM_SLAC_PARM_REQ:
	case CM_START_ATTEN_CHAR_IND:
	case CM_MNBC_SOUND_IND:
	case CM_ATTEN_PROFILE_IND:
	case CM_ATTEN_CHAR_RSP:
	case CM_VALIDATE_REQ:
	case CM_SLAC_MATCH_REQ:
		return true;
	default:
		return false;
	}
}

/*
 * The modems of neighbouring outlets hear the same sounds, and their profiles reach this outlet over the power line.
 */
static bool is_other_modem(const struct slac_evse *evse, const uint8_t mac[MAC_LEN])
{
	return !octets_are_zero(evse->modem_mac, MAC_LEN) && !mac_equal(evse->modem_mac, mac);
}

static void on_frame(struct slac_evse *evse, const struct slac_evse_input *input, uint64_t now_us,
		     struct slac_evse_outputs *out)
{
	const struct mme *frame = input->frame;
	bool is_profile = frame->mmtype == CM_ATTEN_PROFILE_IND;

	if (!is_for_evse(evse, frame)) {
		refuse(frame, SLAC_REASON_NOT_FOR_EVSE, out);
		return;
	}
	if (frame->mmtype == CM_SLAC_PARM_REQ) {
		on_parm_req(evse, frame, now_us, out);
		return;
	}
	if (is_profile && is_other_modem(evse, frame->src)) {
		refuse(frame, SLAC_REASON_OTHER_MODEM, out);
		return;
	}
	struct slac_run *run = find_run(evse, is_profile ? frame->atten_profile_ind.pev_mac : frame->src);
	if (run == NULL || !evse->vehicle_connected) {
		refuse(frame, evse->vehicle_connected ? SLAC_REASON_UNKNOWN_RUN : SLAC_REASON_NO_VEHICLE, out);
		return;
	}
	if (!evse->has_key) {
		refuse(frame, SLAC_REASON_KEY_NOT_SET, out);
		return;
	}
	struct slac_run_context ctx = run_context(evse, now_us, out);
	ctx.other_validates = input->neighbour_validates || other_validates(evse, run, now_us);
	bool was_active = slac_run_is_active(run);
	give(evse, run, &ctx, frame->mmtype, frame);
	/* Only one message fails a run: step 2 of a validation with a result that says that the EV gives up. */
	if (was_active && run->state == SLAC_RUN_FAILED)
		settle_failure(evse, run, now_us, out);
	if (run->state == SLAC_RUN_MATCHED && !slac_evse_is_given_away(evse))
		on_chosen(evse, run, now_us, out);
}

/* --- Time and inputs --- */

/* Carries out every deadline that is due. */
static void expire(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out)
{
	const struct slac_run_context ctx = run_context(evse, now_us, out);

	for (size_t i = 0; i < evse->run_count; i++) {
		struct slac_run *run = &evse->runs[i];
		if (!slac_run_is_active(run) || run->deadline_us > now_us)
			continue;
		give(evse, run, &ctx, SLAC_DEADLINE, NULL);
		if (run->state == SLAC_RUN_FAILED)
			settle_failure(evse, run, now_us, out);
	}
	if (evse->deadline_us > now_us)
		return;
	if (evse->state == SLAC_EVSE_JOINING)
		end_session(evse, SLAC_STATUS_FAILED, SLAC_REASON_NO_JOIN, now_us, out);
	else
		on_init_over(evse, now_us, out);
}

void slac_evse_input(struct slac_evse *evse, const struct slac_evse_input *input, uint64_t now_us,
		     struct slac_evse_outputs *out)
{
	out->count = 0;
	expire(evse, now_us, out);
	switch (input->kind) {
	case SLAC_EVSE_CONNECTED:
		on_connected(evse, now_us);
		break;
	case SLAC_EVSE_DISCONNECTED:
		on_disconnected(evse, input->reason, now_us, out);
		break;
	case SLAC_EVSE_TERMINATE:
		on_terminate(evse, now_us, out);
		break;
	case SLAC_EVSE_PAUSE:
		on_pause(evse, now_us, out);
		break;
	case SLAC_EVSE_LISTEN:
		on_listen(evse, now_us);
		break;
	case SLAC_EVSE_LISTEN_ON:
		listen_on(evse, now_us);
		break;
	case SLAC_EVSE_KEY_SET:
		on_key_set(evse, input);
		break;
	case SLAC_EVSE_KEY_LOST:
		on_key_lost(evse, input->reason, now_us, out);
		break;
	case SLAC_EVSE_KEY_PENDING:
		evse->has_key = evse->has_key && slac_evse_is_given_away(evse);
		break;
	case SLAC_EVSE_S2_CLOSED:
	case SLAC_EVSE_S2_OPEN:
		on_s2(evse, input->kind == SLAC_EVSE_S2_CLOSED);
		break;
	case SLAC_EVSE_LINK_UP:
	case SLAC_EVSE_LINK_UNKNOWN:
		on_link_up(evse, out);
		break;
	case SLAC_EVSE_LINK_LOST:
		on_link_lost(evse, now_us, out);
		break;
	case SLAC_EVSE_REJOIN:
		on_rejoin(evse, now_us, out);
		break;
	case SLAC_EVSE_LINK_PAUSED:
		on_link_paused(evse);
		break;
	case SLAC_EVSE_FRAME:
		on_frame(evse, input, now_us, out);
		break;
	case SLAC_EVSE_TICK:
		break;
	}
}

uint64_t slac_evse_deadline(const struct slac_evse *evse)
{
	uint64_t nearest_us = evse->deadline_us;

	for (size_t i = 0; i < evse->run_count; i++)
		if (slac_run_is_active(&evse->runs[i]) && evse->runs[i].deadline_us < nearest_us)
			nearest_us = evse->runs[i].deadline_us;
	return nearest_us;
}

/* --- Words for the log --- */

const char *slac_evse_state_text(enum slac_evse_state state)
{
	static const char *const texts[] = {"IDLE", "WAIT_PARM", "MATCHING", "JOINING", "MATCHED", "FAILED", "EXPIRED"};

	return (size_t)state < sizeof(texts) / sizeof(texts[0]) ? texts[state] : "?";
}

const char *slac_run_state_text(enum slac_run_state state)
{
	static const char *const texts[] = {"FREE",        "WAIT_START", "SOUNDING", "WAIT_RSP", "WAIT_MATCH",
					    "WAIT_TOGGLE", "TOGGLING",   "MATCHED",  "FAILED"};

	return (size_t)state < sizeof(texts) / sizeof(texts[0]) ? texts[state] : "?";
}

const char *slac_status_text(enum slac_status status)
{
	static const char *const texts[] = {"matching", "matched", "failed", "unmatched"};

	return (size_t)status < sizeof(texts) / sizeof(texts[0]) ? texts[status] : "?";
}

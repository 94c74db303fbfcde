/* SPDX-License-Identifier: Apache-2.0 */
/* Which run of the outlet a frame belongs to, and whether the outlet may answer it now. */
#include "homeplug/slac/slac_evse_internal.h"

#include <string.h>

static void refuse(const struct mme *frame, enum slac_reason reason, struct slac_evse_outputs *out)
{
	slac_message_output(SLAC_EVSE_IGNORED, frame, reason, MME_OK, out);
}

static struct slac_run *find_run(struct slac_evse *evse, const uint8_t ev_mac[MAC_LEN])
{
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		if (evse->runs[i].state != SLAC_RUN_FREE && mac_equal(evse->runs[i].ev_mac, ev_mac))
			return &evse->runs[i];
	return NULL;
}

/* A free slot, else the one whose run failed first, else none. */
static struct slac_run *take_slot(struct slac_evse *evse)
{
	struct slac_run *slot = NULL;

	for (size_t i = 0; i < evse->config.parallel_runs; i++) {
		struct slac_run *run = &evse->runs[i];
		if (run->state == SLAC_RUN_FREE)
			return run;
		if (run->state == SLAC_RUN_FAILED && (slot == NULL || run->ended_us < slot->ended_us))
			slot = run;
	}
	if (slot != NULL)
		memset(slot, 0, sizeof(*slot));
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

static void on_parm_req(struct slac_evse *evse, const struct mme *frame, uint64_t now_us, struct slac_evse_outputs *out)
{
	struct slac_run *run = find_run(evse, frame->src);
	enum mme_error error = slac_parm_req_check(&frame->slac_parm_req);

	if (error != MME_OK) {
		slac_message_output(SLAC_EVSE_IGNORED, frame, SLAC_REASON_FIELD, error, out);
		return;
	}
	enum slac_reason refusal = parm_req_refusal(evse, run, frame->src, frame->slac_parm_req.run_id);
	if (refusal == SLAC_REASON_NONE && run == NULL) {
		run = take_slot(evse);
		if (run == NULL)
			refusal = SLAC_REASON_TABLE_FULL;
	}
	if (refusal != SLAC_REASON_NONE) {
		refuse(frame, refusal, out);
		return;
	}
	const struct slac_run_context ctx = slac_evse_run_context(evse, now_us, out);
	slac_run_take(run, &ctx, CM_SLAC_PARM_REQ, frame);
	if (evse->state == SLAC_EVSE_MATCHING) {
		if (mac_equal(run->ev_mac, evse->ev_mac))
			slac_evse_remember_ev(evse, run); /* it may go on under a new run_id */
		return;
	}
	evse->state = SLAC_EVSE_MATCHING;
	evse->deadline_us = SLAC_NEVER;
	slac_evse_remember_ev(evse, run);
	slac_evse_report(evse, SLAC_STATUS_MATCHING, SLAC_REASON_NONE, out);
}

static bool is_for_evse(const struct slac_evse *evse, const struct mme *frame)
{
	if (mac_equal(frame->src, evse->config.evse_mac))
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

/* Neighbouring modems hear the same sounds, and their reports cross the power line. */
static bool is_other_modem(const struct slac_evse *evse, const uint8_t mac[MAC_LEN])
{
	return !octets_are_zero(evse->modem_mac, MAC_LEN) && !mac_equal(evse->modem_mac, mac);
}

void slac_evse_on_frame(struct slac_evse *evse, const struct slac_evse_input *input, uint64_t now_us,
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
	/* No message lets a run fail: only time, an unplug, a lost key or another EV's match does. */
	struct slac_run_context ctx = slac_evse_run_context(evse, now_us, out);
	ctx.other_validates = input->neighbour_validates || other_validates(evse, run, now_us);
	slac_run_take(run, &ctx, frame->mmtype, frame);
	if (run->state == SLAC_RUN_MATCHED && !slac_evse_is_given_away(evse))
		slac_evse_on_chosen(evse, run, now_us, out);
}

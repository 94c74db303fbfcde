/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_run.h"

#include <assert.h>
#include <string.h>

/*
 * One row for each state of a run and each message or time-out that it knows. A CM_SLAC_PARM.REQ that the outlet may
 * not answer now (parm_req_refusal in slac_evse.c) does not come here.
 */
const struct slac_transition slac_transitions[] = {
	{SLAC_RUN_FREE, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "CM_SLAC_PARM.CNF; TT_match_sequence starts"},
	{SLAC_RUN_WAIT_START, CM_SLAC_PARM_REQ, slac_on_parm_req, "=", "answered again, [V2G3-A09-16]"},
	{SLAC_RUN_WAIT_START, CM_START_ATTEN_CHAR_IND, slac_on_start_atten_char, "SOUNDING",
	 "TT_EVSE_match_MNBC starts"},
	{SLAC_RUN_WAIT_START, CM_MNBC_SOUND_IND, slac_on_sound, "=", "heard, for the diagnosis only"},
	{SLAC_RUN_WAIT_START, CM_ATTEN_PROFILE_IND, slac_on_early_profile, "=", "seen, for the diagnosis only"},
	{SLAC_RUN_WAIT_START, SLAC_DEADLINE, slac_on_no_start, "FAILED", "TT_match_sequence"},

	{SLAC_RUN_SOUNDING, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run, [V2G3-A09-16]"},
	{SLAC_RUN_SOUNDING, CM_START_ATTEN_CHAR_IND, slac_on_further_start, "=", "C_EV_start_atten_char_inds = 3"},
	{SLAC_RUN_SOUNDING, CM_MNBC_SOUND_IND, slac_on_sound, "=", "heard, for the diagnosis only"},
	{SLAC_RUN_SOUNDING, CM_ATTEN_PROFILE_IND, slac_on_profile, "= WAIT_RSP", "the last one: CM_ATTEN_CHAR.IND"},
	{SLAC_RUN_SOUNDING, SLAC_DEADLINE, slac_on_sounding_over, "WAIT_RSP FAILED",
	 "TT_EVSE_match_MNBC: CM_ATTEN_CHAR.IND, or nothing was measured"},

	{SLAC_RUN_WAIT_RSP, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run, [V2G3-A09-16]"},
	{SLAC_RUN_WAIT_RSP, CM_ATTEN_CHAR_RSP, slac_on_atten_char_rsp, "WAIT_MATCH", "TT_EVSE_match_session starts"},
	{SLAC_RUN_WAIT_RSP, SLAC_DEADLINE, slac_on_no_rsp, "= FAILED",
	 "TT_match_response: the IND again, C_EV_match_retry times, [V2G3-A09-47]"},

	{SLAC_RUN_WAIT_MATCH, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run, [V2G3-A09-16]"},
	{SLAC_RUN_WAIT_MATCH, CM_VALIDATE_REQ, slac_on_validate_req, "= WAIT_TOGGLE TOGGLING",
	 "step 1: CM_VALIDATE.CNF ready; or not ready, not required, refused, [V2G3-A09-51]; step 2 after not required"},
	{SLAC_RUN_WAIT_MATCH, CM_SLAC_MATCH_REQ, slac_on_match_req, "MATCHED", "CM_SLAC_MATCH.CNF, [V2G3-A09-98]"},
	{SLAC_RUN_WAIT_MATCH, SLAC_DEADLINE, slac_on_no_match_req, "FAILED",
	 "TT_EVSE_match_session, or TT_match_sequence after a validation"},

	{SLAC_RUN_WAIT_TOGGLE, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run, [V2G3-A09-16]"},
	{SLAC_RUN_WAIT_TOGGLE, CM_VALIDATE_REQ, slac_on_validate_toggle, "TOGGLING = FAILED",
	 "step 2: the EV's timer starts, or it gives up; step 1 again: answered again"},
	{SLAC_RUN_WAIT_TOGGLE, SLAC_DEADLINE, slac_on_no_toggle, "= FAILED",
	 "TT_match_sequence: the CNF again, C_EV_match_retry times"},

	{SLAC_RUN_TOGGLING, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run, [V2G3-A09-16]"},
	{SLAC_RUN_TOGGLING, SLAC_DEADLINE, slac_on_toggling_over, "WAIT_MATCH",
	 "TT_EVSE_vald_toggle: CM_VALIDATE.CNF with the toggles; TT_match_sequence starts (field: TT_EVSE_match_session)"},

	{SLAC_RUN_MATCHED, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new matching, with rematch_matched_ev"},
	{SLAC_RUN_MATCHED, CM_SLAC_MATCH_REQ, slac_on_match_req, "=", "the CNF was lost: the same again"},

	{SLAC_RUN_FAILED, CM_SLAC_PARM_REQ, slac_on_parm_req, "WAIT_START", "a new run_id (field profile: any)"},
};

const size_t slac_transitions_count = sizeof(slac_transitions) / sizeof(slac_transitions[0]);

const struct slac_transition *slac_transition_find(enum slac_run_state state, uint16_t message)
{
	for (size_t i = 0; i < slac_transitions_count; i++)
		if (slac_transitions[i].state == state && slac_transitions[i].message == message)
			return &slac_transitions[i];
	return NULL;
}

void slac_run_take(struct slac_run *run, const struct slac_run_context *ctx, uint16_t message, const struct mme *frame)
{
	const struct slac_transition *transition = slac_transition_find(run->state, message);

	if (transition != NULL)
		transition->act(run, ctx, frame);
	else if (frame != NULL)
		slac_message_append(SLAC_EVSE_IGNORED, frame,
				    run->state == SLAC_RUN_FAILED ? SLAC_REASON_RUN_FAILED : SLAC_REASON_UNEXPECTED,
				    MME_OK, ctx->out);
}

/* --- What the actions are made of --- */

static struct slac_evse_output *append(struct slac_evse_outputs *out, enum slac_evse_output_kind kind)
{
	assert(out->count < SLAC_EVSE_OUTPUTS);
	struct slac_evse_output *item = &out->items[out->count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

struct slac_evse_output *slac_run_append(const struct slac_run *run, enum slac_evse_output_kind kind,
					 struct slac_evse_outputs *out)
{
	struct slac_evse_output *item = append(out, kind);

	item->has_run_id = true;
	memcpy(item->run_id, run->run_id, RUN_ID_LEN);
	memcpy(item->ev_mac, run->ev_mac, MAC_LEN);
	return item;
}

void slac_message_append(enum slac_evse_output_kind kind, const struct mme *frame, enum slac_reason reason,
			 enum mme_error error, struct slac_evse_outputs *out)
{
	struct slac_evse_output *item = append(out, kind);

	memcpy(item->ev_mac, frame->src, MAC_LEN);
	item->reason = reason;
	item->message.mmtype = frame->mmtype;
	item->message.error = error;
}

/* What a run waits for in each state, and the reason of its failure when that was refused. */
static const struct {
	enum slac_run_state state;
	uint16_t message;
	enum slac_reason reason;
} refusals[] = {
	{SLAC_RUN_WAIT_START, CM_START_ATTEN_CHAR_IND, SLAC_REASON_START_ATTEN_CHAR_REFUSED},
	{SLAC_RUN_SOUNDING, CM_MNBC_SOUND_IND, SLAC_REASON_SOUNDS_REFUSED},
	{SLAC_RUN_WAIT_RSP, CM_ATTEN_CHAR_RSP, SLAC_REASON_ATTEN_CHAR_RSP_REFUSED},
	{SLAC_RUN_WAIT_MATCH, CM_VALIDATE_REQ, SLAC_REASON_VALIDATE_REQ_REFUSED},
	{SLAC_RUN_WAIT_MATCH, CM_SLAC_MATCH_REQ, SLAC_REASON_MATCH_REQ_REFUSED},
	{SLAC_RUN_WAIT_TOGGLE, CM_VALIDATE_REQ, SLAC_REASON_VALIDATE_REQ_REFUSED},
};

/* SLAC_REASON_NONE: the run does not wait for this message. */
static enum slac_reason refusal_of(enum slac_run_state state, uint16_t message)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].state == state && refusals[i].message == message)
			return refusals[i].reason;
	return SLAC_REASON_NONE;
}

static void remember_refusal(struct slac_run *run, enum slac_reason refusal, enum mme_error error)
{
	run->refused = error != MME_OK ? refusal : SLAC_REASON_NONE;
	run->refused_error = error;
}

bool slac_run_refuse_field(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame,
			   enum mme_error error)
{
	const enum slac_reason refusal = refusal_of(run->state, frame->mmtype);

	if (refusal != SLAC_REASON_NONE)
		remember_refusal(run, refusal, error);
	if (error != MME_OK)
		slac_message_append(SLAC_EVSE_IGNORED, frame, SLAC_REASON_FIELD, error, ctx->out);
	return error != MME_OK;
}

enum slac_reason slac_run_missing(const struct slac_run *run, enum slac_reason silent)
{
	return run->refused != SLAC_REASON_NONE ? run->refused : silent;
}

bool slac_run_is_active(const struct slac_run *run)
{
	return run->state != SLAC_RUN_FREE && run->state != SLAC_RUN_MATCHED && run->state != SLAC_RUN_FAILED;
}

static void enter(struct slac_run *run, const struct slac_run_context *ctx, enum slac_run_state to,
		  enum slac_reason reason)
{
	struct slac_evse_output *item = slac_run_append(run, SLAC_EVSE_RUN_STEP, ctx->out);

	item->reason = reason;
	item->step.from = run->state;
	item->step.to = to;
	run->state = to;
	run->since_us = ctx->now_us;
}

void slac_run_wait(struct slac_run *run, const struct slac_run_context *ctx, uint32_t ms)
{
	run->deadline_us = ms == SLAC_RUN_NO_DEADLINE ? SLAC_NEVER : ctx->now_us + (uint64_t)ms * 1000;
}

void slac_run_step(struct slac_run *run, const struct slac_run_context *ctx, enum slac_run_state to, uint32_t ms)
{
	enter(run, ctx, to, SLAC_REASON_NONE);
	remember_refusal(run, SLAC_REASON_NONE, MME_OK);
	slac_run_wait(run, ctx, ms);
}

void slac_run_fail(struct slac_run *run, const struct slac_run_context *ctx, enum slac_reason reason)
{
	enter(run, ctx, SLAC_RUN_FAILED, reason);
	run->failure = reason;
	run->deadline_us = SLAC_NEVER;
	slac_failed_runs_add(ctx->failed_runs, run->ev_mac, run->run_id);
}

void slac_run_displace(struct slac_run *run, const struct slac_run_context *ctx)
{
	enter(run, ctx, SLAC_RUN_FAILED, SLAC_REASON_DISPLACED);
	memset(run, 0, sizeof(*run));
}

struct mme *slac_run_send(const struct slac_run *run, const struct slac_run_context *ctx, enum mmtype type)
{
	struct slac_evse_output *item = slac_run_append(run, SLAC_EVSE_SEND, ctx->out);

	mme_init(&item->frame, type, ctx->config->evse_mac, run->ev_mac);
	return &item->frame;
}

/* --- The first message, and the last --- */

static void send_parm_cnf(const struct slac_run *run, const struct slac_run_context *ctx)
{
	struct slac_parm_cnf *cnf = &slac_run_send(run, ctx, CM_SLAC_PARM_CNF)->slac_parm_cnf;

	memcpy(cnf->m_sound_target, mac_broadcast, MAC_LEN);
	cnf->num_sounds = SLAC_NUM_SOUNDS;
	cnf->time_out = SLAC_TIME_OUT;
	cnf->resp_type = SLAC_RESP_TYPE;
	memcpy(cnf->forwarding_sta, run->ev_mac, MAC_LEN);
	memcpy(cnf->run_id, run->run_id, RUN_ID_LEN);
}

/* Begins the run in its slot, or begins it anew. The same CM_SLAC_PARM.REQ once more is answered and is no step. */
void slac_on_parm_req(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	const enum slac_run_state from = run->state;
	const uint64_t since_us = run->since_us;
	const uint64_t kept_until_us = run->kept_until_us;
	bool repeated = from == SLAC_RUN_WAIT_START && mac_equal(run->ev_mac, frame->src) &&
			memcmp(run->run_id, frame->slac_parm_req.run_id, RUN_ID_LEN) == 0;

	slac_validation_release(ctx->validation, frame->src);
	memset(run, 0, sizeof(*run));
	run->state = from;
	run->kept_until_us = kept_until_us;
	memcpy(run->ev_mac, frame->src, MAC_LEN);
	memcpy(run->run_id, frame->slac_parm_req.run_id, RUN_ID_LEN);
	send_parm_cnf(run, ctx);
	if (!repeated)
		enter(run, ctx, SLAC_RUN_WAIT_START, from == SLAC_RUN_FREE ? SLAC_REASON_NONE : SLAC_REASON_NEW_RUN);
	if (from == SLAC_RUN_WAIT_START)
		run->since_us = since_us; /* to ask again makes it no younger */
	slac_run_wait(run, ctx, ctx->config->tt_match_sequence_ms);
}

void slac_on_no_start(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	const bool sounded = run->sounds > 0 || run->early_profiles > 0;
	const enum slac_reason lost = sounded ? SLAC_REASON_START_ATTEN_CHAR_LOST : SLAC_REASON_NO_START_ATTEN_CHAR;

	(void)frame;
	slac_run_fail(run, ctx, slac_run_missing(run, lost));
}

/* The EV has chosen this outlet: CM_SLAC_MATCH.CNF gives it the key of the network (A.9.4). */
void slac_on_match_req(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	const struct slac_evse_config *config = ctx->config;
	enum mme_error error = slac_match_req_check(&frame->slac_match_req, run->ev_mac, config->evse_mac, run->run_id,
						    config->any_ids);

	if (slac_run_refuse_field(run, ctx, frame, error))
		return;
	struct slac_match_cnf *cnf = &slac_run_send(run, ctx, CM_SLAC_MATCH_CNF)->slac_match_cnf;
	cnf->mvf_length = SLAC_MATCH_CNF_MVF_LENGTH;
	memcpy(cnf->pev_mac, run->ev_mac, MAC_LEN);
	memcpy(cnf->evse_mac, config->evse_mac, MAC_LEN);
	memcpy(cnf->run_id, run->run_id, RUN_ID_LEN);
	memcpy(cnf->nid, ctx->key->nid, NID_LEN);
	memcpy(cnf->nmk, ctx->key->nmk, NMK_LEN);
	if (run->state != SLAC_RUN_MATCHED)
		slac_run_step(run, ctx, SLAC_RUN_MATCHED, SLAC_RUN_NO_DEADLINE);
}

void slac_on_no_match_req(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	const bool was_never_its_turn = run->put_off > 0 && run->validations == 0;
	const enum slac_reason silent = was_never_its_turn ? SLAC_REASON_VALIDATION_PUT_OFF : SLAC_REASON_NO_MATCH_REQ;

	(void)frame;
	slac_run_fail(run, ctx, slac_run_missing(run, silent));
}

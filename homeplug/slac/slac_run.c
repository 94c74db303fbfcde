/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_run.h"

#include "homeplug/slac/slac_transitions.h"

#include <assert.h>
#include <string.h>

static struct slac_evse_output *append(struct slac_evse_outputs *out, enum slac_evse_output_kind kind)
{
	assert(out->count < SLAC_EVSE_OUTPUTS);
	struct slac_evse_output *item = &out->items[out->count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

struct slac_evse_output *slac_run_output(const struct slac_run *run, enum slac_evse_output_kind kind,
					 struct slac_evse_outputs *out)
{
	struct slac_evse_output *item = append(out, kind);

	item->has_run_id = true;
	memcpy(item->run_id, run->run_id, RUN_ID_LEN);
	memcpy(item->ev_mac, run->ev_mac, MAC_LEN);
	return item;
}

void slac_message_output(enum slac_evse_output_kind kind, const struct mme *frame, enum slac_reason reason,
			 enum mme_error error, struct slac_evse_outputs *out)
{
	struct slac_evse_output *item = append(out, kind);

	memcpy(item->ev_mac, frame->src, MAC_LEN);
	item->reason = reason;
	item->message.mmtype = frame->mmtype;
	item->message.error = error;
}

bool slac_run_refuse_field(const struct slac_run_context *ctx, const struct mme *frame, enum mme_error error)
{
	if (error != MME_OK)
		slac_message_output(SLAC_EVSE_IGNORED, frame, SLAC_REASON_FIELD, error, ctx->out);
	return error != MME_OK;
}

bool slac_run_is_active(const struct slac_run *run)
{
	return run->state != SLAC_RUN_FREE && run->state != SLAC_RUN_MATCHED && run->state != SLAC_RUN_FAILED;
}

static void enter(struct slac_run *run, const struct slac_run_context *ctx, enum slac_run_state to,
		  enum slac_reason reason)
{
	struct slac_evse_output *item = slac_run_output(run, SLAC_EVSE_RUN_STEP, ctx->out);

	item->reason = reason;
	item->step.from = run->state;
	item->step.to = to;
	run->state = to;
}

void slac_run_wait(struct slac_run *run, const struct slac_run_context *ctx, uint32_t ms)
{
	run->deadline_us = ms == SLAC_RUN_NO_DEADLINE ? SLAC_NEVER : ctx->now_us + (uint64_t)ms * 1000;
}

void slac_run_step(struct slac_run *run, const struct slac_run_context *ctx, enum slac_run_state to, uint32_t ms)
{
	enter(run, ctx, to, SLAC_REASON_NONE);
	slac_run_wait(run, ctx, ms);
}

void slac_run_fail(struct slac_run *run, const struct slac_run_context *ctx, enum slac_reason reason)
{
	enter(run, ctx, SLAC_RUN_FAILED, reason);
	run->ended_us = ctx->now_us;
	run->failure = reason;
	run->deadline_us = SLAC_NEVER;
	slac_failed_runs_add(ctx->failed_runs, run->ev_mac, run->run_id);
}

struct mme *slac_run_send(const struct slac_run *run, const struct slac_run_context *ctx, enum mmtype type)
{
	struct slac_evse_output *item = slac_run_output(run, SLAC_EVSE_SEND, ctx->out);

	mme_init(&item->frame, type, ctx->config->evse_mac, run->ev_mac);
	return &item->frame;
}

void slac_run_take(struct slac_run *run, const struct slac_run_context *ctx, uint16_t message, const struct mme *frame)
{
	const struct slac_transition *transition = slac_transition_find(run->state, message);

	if (transition != NULL)
		transition->act(run, ctx, frame);
	else if (frame != NULL)
		slac_message_output(SLAC_EVSE_IGNORED, frame,
				    run->state == SLAC_RUN_FAILED ? SLAC_REASON_RUN_FAILED : SLAC_REASON_UNEXPECTED,
				    MME_OK, ctx->out);
}

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

/* The run begins, or begins again, in its slot. */
void slac_on_parm_req(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	enum slac_run_state from = run->state;
	bool repeated = from == SLAC_RUN_WAIT_START && mac_equal(run->ev_mac, frame->src) &&
			memcmp(run->run_id, frame->slac_parm_req.run_id, RUN_ID_LEN) == 0;

	slac_validation_release(ctx->validation, frame->src);
	memset(run, 0, sizeof(*run));
	run->state = from;
	memcpy(run->ev_mac, frame->src, MAC_LEN);
	memcpy(run->run_id, frame->slac_parm_req.run_id, RUN_ID_LEN);
	send_parm_cnf(run, ctx);
	if (!repeated)
		enter(run, ctx, SLAC_RUN_WAIT_START, from == SLAC_RUN_FREE ? SLAC_REASON_NONE : SLAC_REASON_NEW_RUN);
	slac_run_wait(run, ctx, ctx->config->tt_match_sequence_ms);
}

void slac_on_no_start(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	(void)frame;
	slac_run_fail(run, ctx, SLAC_REASON_NO_START_ATTEN_CHAR);
}

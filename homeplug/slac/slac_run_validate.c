/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation by toggling S2 (A.9.3): an EV that hears several outlets proves on the pilot which one it is plugged
 * into.
 */
#include "homeplug/slac/slac_run.h"

static void send_cnf(const struct slac_run *run, const struct slac_run_context *ctx, enum validate_result result,
		     uint8_t toggles)
{
	struct validate_cnf *cnf = &slac_run_send(run, ctx, CM_VALIDATE_CNF)->validate_cnf;

	cnf->result = (uint8_t)result;
	cnf->toggle_num = toggles;
}

static void send_ready(const struct slac_run *run, const struct slac_run_context *ctx)
{
	/*
	 * Step 2 is due within TT_match_sequence. Should it be lost, the EV toggles nevertheless: no other car may
	 * then.
	 */
	slac_validation_reserve(ctx->validation, run->ev_mac, ctx->now_us,
				ctx->config->tt_match_sequence_ms + SLAC_VALD_TOGGLE_MAX_MS);
	send_cnf(run, ctx, VALIDATE_READY, 0);
}

static void begin_toggling(struct slac_run *run, const struct slac_run_context *ctx, uint8_t timer)
{
	uint32_t ms = ((uint32_t)timer + 1) * 100;

	ms = ms < SLAC_VALD_TOGGLE_MAX_MS ? ms : SLAC_VALD_TOGGLE_MAX_MS;
	run->toggles = 0;
	run->s2_closed = false;
	slac_validation_reserve(ctx->validation, run->ev_mac, ctx->now_us, ms);
	slac_run_step(run, ctx, SLAC_RUN_TOGGLING, ms);
}

/* Step 2 that no step 1 came before: the EV repeats it because it did not hear the result, or it is wrong here. */
static void on_step_2_again(const struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	if (run->validated)
		send_cnf(run, ctx, VALIDATE_SUCCESS, run->toggles);
	else
		slac_message_append(SLAC_EVSE_IGNORED, frame, SLAC_REASON_UNEXPECTED, MME_OK, ctx->out);
}

/* NotReady: the EV asks again until its TT_EVSE_match_session is over (doc/protocol.md). */
static void put_off(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	slac_validation_put_off(ctx->validation, run->ev_mac, ctx->now_us);
	slac_message_append(SLAC_EVSE_PUT_OFF, frame, SLAC_REASON_VALIDATION_PUT_OFF, MME_OK, ctx->out);
	if (run->put_off < UINT8_MAX)
		run->put_off++;
	send_cnf(run, ctx, VALIDATE_NOT_READY, 0);
}

static void begin_validation(struct slac_run *run, const struct slac_run_context *ctx)
{
	send_ready(run, ctx);
	run->validations++;
	run->repeats = 0;
	slac_run_step(run, ctx, SLAC_RUN_WAIT_TOGGLE, ctx->config->tt_match_sequence_ms);
}

void slac_on_validate_req(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	if (slac_run_refuse_field(ctx, frame, validate_req_check(&frame->validate_req)))
		return;
	if (!ctx->config->validation)
		send_cnf(run, ctx, ctx->config->validation_not_required ? VALIDATE_NOT_REQUIRED : VALIDATE_FAILURE, 0);
	else if (frame->validate_req.timer > 0)
		on_step_2_again(run, ctx, frame);
	else if (run->validations > ctx->config->c_ev_match_retry) /* other cars wait for their turn */
		slac_message_append(SLAC_EVSE_IGNORED, frame, SLAC_REASON_UNEXPECTED, MME_OK, ctx->out);
	else if (ctx->other_validates)
		put_off(run, ctx, frame);
	else
		begin_validation(run, ctx);
}

/*
 * Sends the CNF of step 1 once more, C_EV_match_retry times at most. A time-out and a repeated step 1 of the EV count
 * alike. Returns false when the repeats are used up.
 */
static bool repeat_cnf(struct slac_run *run, const struct slac_run_context *ctx)
{
	if (run->repeats >= ctx->config->c_ev_match_retry)
		return false;
	run->repeats++;
	send_ready(run, ctx);
	slac_run_wait(run, ctx, ctx->config->tt_match_sequence_ms);
	return true;
}

/* A timer above 0 makes it step 2: the EV announces how long it will toggle. Otherwise it is step 1 once more. */
void slac_on_validate_toggle(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	if (slac_run_refuse_field(ctx, frame, validate_req_check(&frame->validate_req)))
		return;
	if (frame->validate_req.timer > 0)
		begin_toggling(run, ctx, frame->validate_req.timer);
	else if (!repeat_cnf(run, ctx))
		slac_message_append(SLAC_EVSE_IGNORED, frame, SLAC_REASON_UNEXPECTED, MME_OK, ctx->out);
}

void slac_on_no_toggle(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	(void)frame;
	if (!repeat_cnf(run, ctx))
		slac_run_fail(run, ctx, SLAC_REASON_NO_VALIDATE_REQ);
}

void slac_run_count_toggle(struct slac_run *run, bool closed)
{
	if (run->state != SLAC_RUN_TOGGLING)
		return;
	if (!closed && run->s2_closed && run->toggles < UINT8_MAX)
		run->toggles++;
	run->s2_closed = closed;
}

void slac_on_toggling_over(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	(void)frame;
	run->validated = true;
	send_cnf(run, ctx, VALIDATE_SUCCESS, run->toggles);
	slac_run_step(run, ctx, SLAC_RUN_WAIT_MATCH, ctx->config->tt_evse_match_session_ms);
}

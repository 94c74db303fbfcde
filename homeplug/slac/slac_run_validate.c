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

static void ignore(const struct slac_run_context *ctx, const struct mme *frame)
{
	slac_message_append(SLAC_EVSE_IGNORED, frame, SLAC_REASON_UNEXPECTED, MME_OK, ctx->out);
}

/* Other cars wait for their turn: a run may toggle once, and C_EV_match_retry times again. */
static bool has_used_its_turns(const struct slac_run *run, const struct slac_run_context *ctx)
{
	return run->validations > ctx->config->c_ev_match_retry;
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

static void on_step_1(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	if (ctx->config->validation == SLAC_VALIDATION_NOT_REQUIRED) {
		run->excused = true;
		send_cnf(run, ctx, VALIDATE_NOT_REQUIRED, 0);
	} else if (has_used_its_turns(run, ctx)) {
		ignore(ctx, frame);
	} else if (ctx->other_validates) {
		put_off(run, ctx, frame);
	} else {
		send_ready(run, ctx);
		run->validations++;
		run->repeats = 0;
		run->step_1_until_us = ctx->now_us + SLAC_VALD_TOGGLE_MAX_MS * UINT64_C(1000);
		slac_run_step(run, ctx, SLAC_RUN_WAIT_TOGGLE, ctx->config->tt_match_sequence_ms);
	}
}

/*
 * Step 2 without a step 1 that was answered with Ready. The EV was told that it need not toggle, and toggles all the
 * same; or it repeats step 2 because it did not hear the result; or it is wrong here.
 */
static void on_early_step_2(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	if (run->excused && !has_used_its_turns(run, ctx)) {
		if (ctx->other_validates) {
			put_off(run, ctx, frame);
			return;
		}
		run->excused = false;
		run->validations++;
		begin_toggling(run, ctx, frame->validate_req.timer);
	} else if (run->validated) {
		send_cnf(run, ctx, VALIDATE_SUCCESS, run->toggles);
	} else {
		ignore(ctx, frame);
	}
}

/* A timer above 0 makes it step 2: the EV announces how long it will toggle. */
void slac_on_validate_req(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	const struct slac_evse_config *config = ctx->config;

	if (slac_run_refuse_field(run, ctx, frame, validate_req_check(&frame->validate_req)))
		return;
	if (config->validation == SLAC_VALIDATION_OFF)
		send_cnf(run, ctx, config->refuse_as_not_required ? VALIDATE_NOT_REQUIRED : VALIDATE_FAILURE, 0);
	else if (frame->validate_req.timer > 0)
		on_early_step_2(run, ctx, frame);
	else
		on_step_1(run, ctx, frame);
}

static void say_ready_again(struct slac_run *run, const struct slac_run_context *ctx)
{
	send_ready(run, ctx);
	slac_run_wait(run, ctx, ctx->config->tt_match_sequence_ms);
}

/* Each step 1 again is answered again; the time is bounded, so that one EV does not keep the others from the pilot. */
static void on_step_1_again(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	if (ctx->now_us < run->step_1_until_us)
		say_ready_again(run, ctx);
	else
		ignore(ctx, frame);
}

/* The EV says that there is nothing to validate any more: the matching has failed, without an answer. */
static bool says_that_it_ends(const struct validate_req *req)
{
	return req->signal_type == 0 && req->result != VALIDATE_READY && req->result <= VALIDATE_NOT_REQUIRED;
}

void slac_on_validate_toggle(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	const struct validate_req *req = &frame->validate_req;

	if (says_that_it_ends(req)) {
		slac_validation_release(ctx->validation, run->ev_mac);
		slac_run_fail(run, ctx, SLAC_REASON_VALIDATION_ENDED);
		return;
	}
	if (slac_run_refuse_field(run, ctx, frame, validate_req_check(req)))
		return;
	if (req->timer > 0)
		begin_toggling(run, ctx, req->timer);
	else
		on_step_1_again(run, ctx, frame);
}

void slac_on_no_toggle(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame)
{
	(void)frame;
	if (run->repeats >= ctx->config->c_ev_match_retry) {
		slac_run_fail(run, ctx, slac_run_missing(run, SLAC_REASON_NO_VALIDATE_REQ));
		return;
	}
	run->repeats++;
	say_ready_again(run, ctx);
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
	const struct slac_evse_config *config = ctx->config;

	(void)frame;
	run->validated = true;
	send_cnf(run, ctx, VALIDATE_SUCCESS, run->toggles);
	slac_run_step(run, ctx, SLAC_RUN_WAIT_MATCH,
		      config->slow_after_validation ? config->tt_evse_match_session_ms : config->tt_match_sequence_ms);
}

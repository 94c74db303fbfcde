/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_reset.h"

static void enter(struct modem_reset *reset, enum modem_reset_state state, uint64_t deadline_us)
{
	reset->state = state;
	reset->deadline_us = deadline_us;
}

/* --- reset by us --- */

bool modem_reset_is_due(const struct modem_reset *reset, const struct modem_config *config)
{
	const bool configured = config->reset_after_key || (config->reset_after_session && reset->after_session);

	return configured && !reset->done;
}

/* A car still knows an older key: the key that should have been followed by a reset never was set. */
static bool is_owed(const struct modem_reset *reset, bool was_ready)
{
	return !was_ready && reset->after_session && !reset->done;
}

void modem_reset_plan(struct modem_reset *reset, bool after_session, bool was_ready)
{
	reset->after_session = after_session || is_owed(reset, was_ready);
	reset->done = reset->cut_short;
	reset->identity_asked = false;
}

void modem_reset_owe(struct modem_reset *reset)
{
	reset->after_session = true;
	reset->done = false;
}

static void wait_until_up(struct modem_reset *reset, struct modem_turn *turn)
{
	reset->answered = true; /* nothing asked yet */
	reset->silence_seen = false;
	reset->over_us = turn->now_us + modem_us(turn->config->reset_ms);
	enter(reset, MODEM_RESET_AWAY, modem_await_answer(turn, turn->config->poll_ms));
}

static void send_reset(struct modem_reset *reset, enum modem_family family, struct modem_turn *turn)
{
	reset->done = true;
	reset->over_us = turn->now_us + modem_us(turn->config->reset_ms);
	modem_append(turn, MODEM_RESETTING);
	if (family == MODEM_LUMISSIL) {
		modem_ask(turn, MODEM_NSCM_RESET_DEVICE_REQ)->nscm_reset_device_req.mode = NSCM_RESET_NORMAL;
		wait_until_up(reset, turn); /* there is no confirmation */
		return;
	}
	modem_ask(turn, MODEM_VS_RS_DEV_REQ);
	enter(reset, MODEM_RESET_ASKED, modem_await_answer(turn, turn->config->response_ms));
}

enum modem_told modem_reset_begin(struct modem_reset *reset, enum modem_family family, bool identified,
				  struct modem_turn *turn)
{
	if (!modem_reset_is_due(reset, turn->config))
		return MODEM_TOLD_RESET_LEFT_OUT;
	if (identified) {
		send_reset(reset, family, turn);
		return MODEM_TOLD_NOTHING;
	}
	if (!reset->identity_asked && turn->config->family != MODEM_STANDARD) {
		reset->identity_asked = true;
		return MODEM_TOLD_RESET_NEEDS_IDENTITY;
	}
	reset->done = true; /* as far as can be, with this key */
	modem_append(turn, MODEM_NOT_RESET);
	return MODEM_TOLD_RESET_LEFT_OUT;
}

static enum modem_told give_up(struct modem_reset *reset, enum mme_error error, struct modem_turn *turn)
{
	enter(reset, MODEM_RESET_NONE, MODEM_NEVER);
	modem_append(turn, MODEM_NOT_RESET)->error = error;
	return MODEM_TOLD_RESET_LEFT_OUT;
}

enum modem_told modem_reset_take_confirmation(struct modem_reset *reset, const struct vs_rs_dev_cnf *cnf,
					      struct modem_turn *turn)
{
	if (reset->state != MODEM_RESET_ASKED)
		return MODEM_TOLD_NOTHING;
	if (cnf->mstatus != VS_MSTATUS_OK)
		return give_up(reset, MME_ERR_RESULT, turn);
	wait_until_up(reset, turn);
	return MODEM_TOLD_NOTHING;
}

enum modem_told modem_reset_take_version(struct modem_reset *reset, struct modem_turn *turn)
{
	const uint64_t reset_us = modem_us(turn->config->reset_ms);

	if (reset->state != MODEM_RESET_AWAY)
		return MODEM_TOLD_NOTHING;
	reset->answered = true;
	if (!reset->silence_seen && turn->now_us + reset_us < reset->over_us + reset_us / 5)
		return MODEM_TOLD_NOTHING; /* it may still be on its way down */
	/* it may tell this restart yet */
	reset->restart_us = turn->now_us + modem_us(turn->config->response_ms);
	enter(reset, MODEM_RESET_NONE, MODEM_NEVER);
	return MODEM_TOLD_RESET_OVER;
}

static enum modem_told ask_whether_up(struct modem_reset *reset, struct modem_turn *turn)
{
	if (turn->now_us >= reset->over_us) {
		enter(reset, MODEM_RESET_NONE, MODEM_NEVER);
		return MODEM_TOLD_RESET_SILENCE;
	}
	if (!reset->answered)
		reset->silence_seen = true;
	reset->answered = false;
	reset->deadline_us = modem_await_answer(turn, turn->config->poll_ms);
	if (reset->deadline_us > reset->over_us)
		reset->deadline_us = reset->over_us;
	return MODEM_TOLD_RESET_ASKS;
}

enum modem_told modem_reset_tick(struct modem_reset *reset, struct modem_turn *turn)
{
	switch (reset->state) {
	case MODEM_RESET_ASKED:
		return give_up(reset, MME_OK, turn);
	case MODEM_RESET_AWAY:
		return ask_whether_up(reset, turn);
	case MODEM_RESET_NONE:
		break;
	}
	return MODEM_TOLD_NOTHING;
}

bool modem_reset_may_go_on(const struct modem_reset *reset, uint64_t now_us)
{
	return reset->cut_short && now_us < reset->over_us;
}

/* --- restarted by itself --- */

static void answer_host_action(const struct modem_mme *ind, struct modem_turn *turn)
{
	struct modem_mme *rsp = &modem_append(turn, MODEM_SEND_MESSAGE)->message;

	modem_mme_init(rsp, MODEM_VS_HST_ACTION_RSP, turn->config->host_mac, ind->src);
	rsp->vs_hst_action.action = ind->vs_hst_action.action;
	rsp->vs_hst_action.session_id = ind->vs_hst_action.session_id;
	rsp->vs_hst_action.retries = ind->vs_hst_action.retries;
}

/* The modem repeats the indication. One cause, our reset or its own restart, explains all that come in response_ms. */
static bool take_as_new(struct modem_reset *reset, const struct modem_turn *turn)
{
	if (turn->now_us < reset->restart_us)
		return false;
	modem_reset_explain(reset, turn);
	return true;
}

void modem_reset_explain(struct modem_reset *reset, const struct modem_turn *turn)
{
	reset->restart_us = turn->now_us + modem_us(turn->config->response_ms);
}

enum modem_told modem_reset_take_host_action(struct modem_reset *reset, const struct modem_mme *ind,
					     struct modem_turn *turn)
{
	const uint8_t action = ind->vs_hst_action.action;

	answer_host_action(ind, turn);
	if (action != VS_HOST_LOADER_READY && action != VS_HOST_CONFIGURE_MEMORY)
		return MODEM_TOLD_NOTHING;
	const bool is_new = take_as_new(reset, turn);
	if (reset->state == MODEM_RESET_ASKED)
		wait_until_up(reset, turn); /* the confirmation was lost */
	else if (reset->state == MODEM_RESET_NONE && is_new)
		return MODEM_TOLD_RESTARTED;
	return MODEM_TOLD_NOTHING;
}

enum modem_told modem_reset_take_boot_loader(struct modem_reset *reset, const struct modem_turn *turn)
{
	return take_as_new(reset, turn) ? MODEM_TOLD_RESTARTED : MODEM_TOLD_NOTHING;
}

/* --- where it ends --- */

void modem_reset_settle(struct modem_reset *reset)
{
	reset->cut_short = false;
}

bool modem_reset_note_restart(struct modem_reset *reset)
{
	const bool first = !reset->restarted;

	reset->restarted = true;
	return first;
}

void modem_reset_forgive(struct modem_reset *reset)
{
	reset->restarted = false;
}

void modem_reset_forget(struct modem_reset *reset, bool cuts_short, bool was_ready)
{
	if (cuts_short)
		reset->cut_short = true;
	reset->after_session = is_owed(reset, was_ready);
	reset->restart_us = 0;
	enter(reset, MODEM_RESET_NONE, MODEM_NEVER);
}

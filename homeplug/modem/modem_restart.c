/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_internal.h"

/* --- reset by us --- */

static bool owes_reset(const struct modem *modem)
{
	const bool configured =
		modem->config.reset_after_key || (modem->config.reset_after_session && modem->after_session);

	return configured && !modem->reset_done;
}

bool modem_asks_before_reset(struct modem *modem)
{
	if (!owes_reset(modem) || modem->identified || modem->reset_asked || modem->config.family == MODEM_STANDARD)
		return false;
	modem->reset_asked = true;
	return true;
}

bool modem_wants_reset(struct modem *modem, struct modem_outputs *out)
{
	if (!owes_reset(modem))
		return false;
	if (modem->identified)
		return true;
	modem->reset_done = true; /* as far as can be, with this key */
	modem_append(out, MODEM_NOT_RESET);
	return false;
}

static void wait_up(struct modem *modem, uint64_t now_us)
{
	modem->reset_answered = true; /* nothing asked yet */
	modem->reset_silence_seen = false;
	modem->reset_over_us = now_us + modem_us(modem->config.reset_ms);
	modem_enter(modem, MODEM_WAIT_UP, modem->config.poll_ms, now_us);
}

void modem_begin_reset(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	modem->reset_done = true;
	modem->reset_over_us = now_us + modem_us(modem->config.reset_ms);
	modem_append(out, MODEM_RESETTING);
	if (modem->family == MODEM_LUMISSIL) {
		modem_nscm_request(modem, MODEM_NSCM_RESET_DEVICE_REQ, out)->nscm_reset_device_req.mode =
			NSCM_RESET_NORMAL;
		wait_up(modem, now_us); /* there is no confirmation */
		return;
	}
	modem_request(modem, MODEM_VS_RS_DEV_REQ, out);
	modem_enter(modem, MODEM_RESET, modem->config.response_ms, now_us);
}

static void not_reset(struct modem *modem, enum mme_error error, uint64_t now_us, struct modem_outputs *out)
{
	modem_append(out, MODEM_NOT_RESET)->error = error;
	if (modem_newer_key_waits(modem))
		modem_send_set_key(modem, now_us, out);
	else
		modem_key_is_set(modem, out);
}

void modem_reset_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	not_reset(modem, MME_OK, now_us, out);
}

void modem_on_reset_cnf(struct modem *modem, const struct vs_rs_dev_cnf *cnf, uint64_t now_us,
			struct modem_outputs *out)
{
	if (modem->state != MODEM_RESET)
		return;
	if (cnf->mstatus == VS_MSTATUS_OK)
		wait_up(modem, now_us);
	else
		not_reset(modem, MME_ERR_RESULT, now_us, out);
}

void modem_wait_up_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (now_us >= modem->reset_over_us) {
		modem_is_silent(modem, modem->config.reset_ms, now_us, out);
		return;
	}
	if (!modem->reset_answered)
		modem->reset_silence_seen = true;
	modem->reset_answered = false;
	modem_ask_version(modem, out);
	modem_enter(modem, MODEM_WAIT_UP, modem->config.poll_ms, now_us);
	if (modem->deadline_us > modem->reset_over_us)
		modem->deadline_us = modem->reset_over_us;
}

void modem_answers_after_reset(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	const uint64_t reset_us = modem_us(modem->config.reset_ms);

	if (modem->state != MODEM_WAIT_UP)
		return;
	modem->reset_answered = true;
	if (!modem->reset_silence_seen && now_us + reset_us < modem->reset_over_us + reset_us / 5)
		return;                                                   /* it may still be on its way down */
	modem->restart_us = now_us + modem_us(modem->config.response_ms); /* it may tell this restart yet */
	if (modem_newer_key_waits(modem))
		modem_send_set_key(modem, now_us, out);
	else
		modem_verify(modem, true, now_us, out);
}

bool modem_may_be_starting(const struct modem *modem, uint64_t now_us)
{
	return modem->reset_cut_short && now_us < modem->reset_over_us;
}

/* --- restarted by itself --- */

static void answer(const struct modem *modem, const struct modem_mme *ind, struct modem_outputs *out)
{
	struct modem_mme *rsp = &modem_append(out, MODEM_SEND_MESSAGE)->message;

	modem_mme_init(rsp, MODEM_VS_HST_ACTION_RSP, modem->config.host_mac, ind->src);
	rsp->vs_hst_action.action = ind->vs_hst_action.action;
	rsp->vs_hst_action.session_id = ind->vs_hst_action.session_id;
	rsp->vs_hst_action.retries = ind->vs_hst_action.retries;
}

/* The modem repeats the indication; one cause, ours or its own, explains all of them. */
static bool is_repeated(struct modem *modem, uint64_t now_us)
{
	if (now_us < modem->restart_us)
		return true;
	modem->restart_us = now_us + modem_us(modem->config.response_ms);
	return false;
}

/* One that does so again and again may come no further: no question is open long enough to count as unanswered. */
static void is_restarted(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (!modem_may_be_starting(modem, now_us)) {
		modem_append(out, MODEM_RESTARTED);
		if (modem->restarted)
			modem_say_trouble(modem, MODEM_RESTARTS, now_us, out);
		modem->restarted = true;
	}
	modem_identify(modem, now_us, out);
}

void modem_on_host_action(struct modem *modem, const struct modem_mme *ind, uint64_t now_us, struct modem_outputs *out)
{
	const uint8_t action = ind->vs_hst_action.action;

	answer(modem, ind, out);
	if (action != VS_HOST_LOADER_READY && action != VS_HOST_CONFIGURE_MEMORY)
		return;
	const bool repeated = is_repeated(modem, now_us);
	switch (modem->state) {
	case MODEM_RESET:
		wait_up(modem, now_us); /* the confirmation was lost */
		break;
	case MODEM_SET_KEY:
	case MODEM_VERIFY:
	case MODEM_RETRY:
	case MODEM_READY:
		if (repeated)
			break;
		is_restarted(modem, now_us, out);
		break;
	case MODEM_IDLE:
	case MODEM_IDENTIFY:
	case MODEM_WAIT_UP:
		break;
	}
}

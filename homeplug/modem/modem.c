/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_internal.h"

#include <assert.h>
#include <string.h>

struct modem_output *modem_append(struct modem_outputs *out, enum modem_output_kind kind)
{
	assert(out->count < MODEM_OUTPUTS);
	struct modem_output *item = &out->items[out->count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

struct modem_mme *modem_request(const struct modem *modem, enum modem_message message, struct modem_outputs *out)
{
	struct modem_mme *request = &modem_append(out, MODEM_SEND_MESSAGE)->message;

	modem_mme_init(request, message, modem->config.host_mac, mac_local_modem);
	return request;
}

void modem_enter(struct modem *modem, enum modem_state state, uint32_t wait_ms, uint64_t now_us)
{
	modem->state = state;
	modem->deadline_us = now_us + modem_us(wait_ms);
	modem->key_checked = false;
	modem->check_deadline_us = MODEM_NEVER;
	modem->foreign_heard = false;
}

void modem_ignore(const struct modem *modem, const uint8_t from[MAC_LEN], enum mme_error error,
		  struct modem_outputs *out)
{
	struct modem_output *item = modem_append(out, MODEM_IGNORED);

	item->error = error;
	memcpy(item->from, from, MAC_LEN);
	memcpy(item->ours, modem->mac, MAC_LEN);
}

/* --- inputs --- */

void modem_defaults(struct modem_config *config)
{
	*config = (struct modem_config){
		.family = MODEM_AUTO,
		.link_detection = MODEM_LINK_AUTO,
		.identify_ms = 300,
		.response_ms = 1000,
		.reset_ms = 10000,
		.poll_ms = 200,
		.supervise_ms = 1000,
		.link_lost_polls = 3,
	};
}

void modem_init(struct modem *modem, const struct modem_config *config)
{
	memset(modem, 0, sizeof(*modem));
	modem->config = *config;
	modem_reset(modem);
}

/* A car still knows an older key: the key that should have been followed by a reset never was set. */
static bool key_owes_reset(const struct modem *modem)
{
	return modem->state != MODEM_READY && modem->after_session && !modem->reset_done;
}

/* Also what outlasts a modem's silence. */
static void forget_all(struct modem *modem)
{
	modem_forget(modem);
	memset(&modem->said, 0, sizeof(modem->said));
	modem->unidentified_said = false;
	modem->unconfirmed = false;
	memset(modem->sent_over_us, 0, sizeof(modem->sent_over_us));
}

bool modem_resets(const struct modem *modem)
{
	return modem->state == MODEM_RESET || modem->state == MODEM_WAIT_UP ||
	       (modem->state == MODEM_VERIFY && modem->verifies_reset);
}

void modem_reset(struct modem *modem)
{
	network_key_wipe(&modem->key);
	if (modem_resets(modem))
		modem->reset_cut_short = true;
	modem->after_session = key_owes_reset(modem);
	modem->state = MODEM_IDLE;
	modem->deadline_us = MODEM_NEVER;
	modem->key_checked = false;
	modem->check_deadline_us = MODEM_NEVER;
	modem->foreign_check_us = 0;
	modem->restart_us = 0;
	forget_all(modem);
	modem_unwatch_link(modem);
}

void modem_session_ended(struct modem *modem)
{
	modem->after_session = true;
	modem->reset_done = false;
}

void modem_set_key(struct modem *modem, const struct network_key *key, const uint8_t nonce[NONCE_LEN],
		   bool after_session, uint64_t now_us, struct modem_outputs *out)
{
	out->count = 0;
	modem->after_session = after_session || key_owes_reset(modem);
	modem->key = *key;
	memcpy(modem->nonce, nonce, NONCE_LEN);
	modem->attempts = 0;
	modem_forgive(modem);
	modem->reset_done = modem->reset_cut_short;
	modem->reset_asked = false;
	modem_unwatch_link(modem);
	if (modem->state == MODEM_IDLE)
		modem_identify(modem, now_us, out);
	else if (modem->state == MODEM_READY || modem->state == MODEM_RETRY)
		modem_send_set_key(modem, now_us, out);
	/* else it is sent when what is going on is over */
}

void modem_check_key(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	out->count = 0;
	modem_begin_check(modem, now_us, out);
}

/* Counts and says what another station sent. */
static bool is_own_modem(struct modem *modem, const uint8_t src[MAC_LEN], struct modem_outputs *out)
{
	if (!modem->has_mac || mac_equal(src, modem->mac))
		return true;
	modem->foreign_answers++;
	modem->foreign_heard = true;
	memcpy(modem->foreign_mac, src, MAC_LEN);
	modem_ignore(modem, src, MME_ERR_SOURCE_MAC, out);
	return false;
}

/* Ours may have been exchanged for the one that says this. */
static void check_exchange(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (modem->state != MODEM_READY || now_us < modem->foreign_check_us)
		return;
	modem->foreign_check_us = now_us + modem_us(modem->config.response_ms);
	modem_begin_check(modem, now_us, out);
}

void modem_frame(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out)
{
	const bool set = frame->mmtype == CM_SET_KEY_CNF;

	out->count = 0;
	if (modem->state == MODEM_IDLE || !mac_equal(frame->dst, modem->config.host_mac))
		return;
	if ((!set && frame->mmtype != CM_GET_KEY_CNF) || !is_own_modem(modem, frame->src, out))
		return;
	if (set)
		modem_on_set_key_cnf(modem, frame, now_us, out);
	else
		modem_on_get_key_cnf(modem, frame, now_us, out);
}

static bool is_of_use(enum modem_message message)
{
	switch (message) {
	case MODEM_VS_SW_VER_CNF:
	case MODEM_NSCM_GET_VERSION_CNF:
	case MODEM_VS_RS_DEV_CNF:
	case MODEM_VS_HST_ACTION_IND:
	case MODEM_NW_STATS_CNF:
	case MODEM_VS_PL_LNK_STATUS_CNF:
	case MODEM_NSCM_GET_D_LINK_STATUS_CNF:
	case MODEM_NSCM_D_LINK_READY_IND:
		return true;
	default:
		return false;
	}
}

void modem_message(struct modem *modem, const struct modem_mme *message, uint64_t now_us, struct modem_outputs *out)
{
	const bool host_action = message->message == MODEM_VS_HST_ACTION_IND;

	out->count = 0;
	if (!mac_equal(message->dst, modem->config.host_mac) || !is_of_use(message->message))
		return;
	if (!is_own_modem(modem, message->src, out)) {
		if (host_action)
			check_exchange(modem, now_us, out);
		return;
	}
	if (host_action)
		modem_on_host_action(modem, message, now_us, out);
	else if (modem->state == MODEM_IDLE)
		return; /* nothing was asked */
	else if (message->message == MODEM_VS_SW_VER_CNF || message->message == MODEM_NSCM_GET_VERSION_CNF)
		modem_on_version(modem, message, now_us, out);
	else if (message->message == MODEM_VS_RS_DEV_CNF)
		modem_on_reset_cnf(modem, &message->vs_rs_dev_cnf, now_us, out);
	else
		modem_on_link(modem, message, now_us, out);
}

static void state_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	switch (modem->state) {
	case MODEM_IDENTIFY:
		modem_identify_tick(modem, now_us, out);
		break;
	case MODEM_SET_KEY:
		modem_set_key_tick(modem, now_us, out);
		break;
	case MODEM_VERIFY:
		modem_verify_tick(modem, now_us, out);
		break;
	case MODEM_RETRY:
		modem_retry_tick(modem, now_us, out);
		break;
	case MODEM_RESET:
		modem_reset_tick(modem, now_us, out);
		break;
	case MODEM_WAIT_UP:
		modem_wait_up_tick(modem, now_us, out);
		break;
	case MODEM_IDLE:
	case MODEM_READY:
		break;
	}
}

void modem_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	out->count = 0;
	if (modem->deadline_us <= now_us)
		state_tick(modem, now_us, out);
	if (modem->check_deadline_us <= now_us)
		modem_check_tick(modem, now_us, out);
	if (modem->poll_deadline_us <= now_us)
		modem_link_tick(modem, now_us, out);
}

static uint64_t earlier(uint64_t a_us, uint64_t b_us)
{
	return a_us < b_us ? a_us : b_us;
}

uint64_t modem_deadline(const struct modem *modem)
{
	return earlier(modem->deadline_us, earlier(modem->check_deadline_us, modem->poll_deadline_us));
}

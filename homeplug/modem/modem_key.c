/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_key.h"

#include <string.h>

static void enter(struct modem_key *key, enum modem_key_state state, uint64_t deadline_us)
{
	key->state = state;
	key->deadline_us = deadline_us;
	key->checked = false;
	key->doubted = false;
}

/* --- what is asked --- */

/* No second request before the first is confirmed or its wait is over, and no third in key_repeat_ms. */
static uint64_t may_send_us(const struct modem_key *key, const struct modem_config *config)
{
	if (key->unconfirmed)
		return key->wait_over_us;
	return key->sent_us[0] == 0 ? 0 : key->sent_us[0] + modem_us(config->key_repeat_ms);
}

static uint32_t next_wait_ms(const struct modem_key *key, const struct modem_config *config)
{
	uint32_t wait_ms = config->key_repeat_ms;

	for (uint32_t i = 0; i < key->unconfirmed_count && wait_ms < config->response_ms; i++)
		wait_ms *= 2;
	return wait_ms < config->response_ms ? wait_ms : config->response_ms;
}

bool modem_key_is_new(const struct modem_key *key)
{
	return key->attempts == 0;
}

static void note_nonce(struct modem_key *key)
{
	if (memcmp(key->sent_nonce, key->nonce, NONCE_LEN) == 0)
		return;
	memcpy(key->older_nonce[0], key->older_nonce[1], NONCE_LEN);
	memcpy(key->older_nonce[1], key->sent_nonce, NONCE_LEN);
	memcpy(key->sent_nonce, key->nonce, NONCE_LEN);
}

static void send(struct modem_key *key, struct modem_turn *turn)
{
	struct set_key_req *req = &modem_ask_standard(turn, CM_SET_KEY_REQ)->set_key_req;

	req->key_type = KEY_TYPE_NMK;
	memcpy(req->my_nonce, key->nonce, NONCE_LEN);
	req->pid = KEY_PID_HLE;
	memcpy(req->nid, key->given.nid, NID_LEN);
	req->new_eks = KEY_NEW_EKS_NMK;
	memcpy(req->new_key, key->given.nmk, NMK_LEN);
	note_nonce(key);
	key->attempts++;
	key->wait_over_us = modem_await_answer(turn, next_wait_ms(key, turn->config));
	if (key->wait_over_us > key->silent_us)
		key->wait_over_us = key->silent_us;
	enter(key, MODEM_KEY_SENT, key->wait_over_us);
	key->unconfirmed = true;
	if (key->unconfirmed_count++ == 0)
		key->first_us = turn->now_us;
	key->sent_us[0] = key->sent_us[1];
	key->sent_us[1] = turn->now_us;
}

void modem_key_send(struct modem_key *key, struct modem_turn *turn)
{
	const uint64_t may_us = may_send_us(key, turn->config);

	if (turn->now_us < may_us) {
		enter(key, MODEM_KEY_EARLY, may_us);
		return;
	}
	key->silent_us = turn->now_us + modem_us(turn->config->response_ms);
	send(key, turn);
}

static void ask(const struct modem_key *key, struct modem_turn *turn)
{
	struct get_key_req *req = &modem_ask_standard(turn, CM_GET_KEY_REQ)->get_key_req;

	req->key_type = KEY_TYPE_NMK;
	memcpy(req->nid, key->given.nid, NID_LEN);
	memcpy(req->my_nonce, key->nonce, NONCE_LEN);
	req->pid = KEY_PID_HLE;
}

void modem_key_verify(struct modem_key *key, bool after_reset, struct modem_turn *turn)
{
	ask(key, turn);
	key->after_reset = after_reset;
	key->unechoed = key->unechoed && !after_reset;
	key->may_be_unverified = key->may_be_unverified && !after_reset;
	key->contradicted = false;
	enter(key, MODEM_KEY_VERIFYING, modem_await_answer(turn, turn->config->response_ms));
}

void modem_key_check(struct modem_key *key, struct modem_turn *turn)
{
	key->checked = true;
	ask(key, turn);
}

void modem_key_doubt(struct modem_key *key, struct modem_turn *turn)
{
	ask(key, turn);
	key->doubted = true;
	key->deadline_us = modem_await_answer(turn, turn->config->response_ms);
}

/* --- where it leads --- */

enum modem_told modem_key_give(struct modem_key *key, const struct network_key *given, const uint8_t nonce[NONCE_LEN],
			       struct modem_turn *turn)
{
	key->given = *given;
	memcpy(key->nonce, nonce, NONCE_LEN);
	key->attempts = 0;
	key->unconfirmed_count = 0;
	switch (key->state) {
	case MODEM_KEY_NONE:
		return MODEM_TOLD_UNKNOWN;
	case MODEM_KEY_EARLY:
	case MODEM_KEY_REFUSED:
	case MODEM_KEY_READY:
		modem_key_send(key, turn);
		break;
	case MODEM_KEY_WAITING:
	case MODEM_KEY_SENT:
	case MODEM_KEY_VERIFYING:
		break; /* it is sent when what is going on is over */
	}
	return MODEM_TOLD_NOTHING;
}

void modem_key_settle(struct modem_key *key, struct modem_turn *turn)
{
	enter(key, MODEM_KEY_READY, MODEM_NEVER);
	key->modem_heard = false;
	modem_append(turn, MODEM_KEY_SET)->waited_ms = modem_ms_since(turn, key->first_us);
}

void modem_key_hold(struct modem_key *key)
{
	enter(key, MODEM_KEY_WAITING, MODEM_NEVER);
}

void modem_key_await_modem(struct modem_key *key)
{
	modem_key_hold(key);
	key->modem_heard = false;
}

void modem_key_hear_modem(struct modem_key *key)
{
	key->modem_heard = key->state != MODEM_KEY_READY;
}

/* The modem's MAC stays known until it is identified anew, so that answers of others are still turned away. */
static enum modem_told give_up_for_now(struct modem_key *key, struct modem_turn *turn)
{
	enter(key, MODEM_KEY_REFUSED, turn->now_us + modem_us(modem_wait_longer_ms(turn->config, &key->refusals)));
	return MODEM_TOLD_KEY_REFUSED;
}

/* --- CM_SET_KEY.CNF --- */

static bool is_taken(const struct modem_config *config, uint8_t result)
{
	return result == SET_KEY_RESULT_TAKEN || (result == SET_KEY_RESULT_UNCLEAR && config->unclear_key_is_taken);
}

/*
 * A modem that is slower than response_ms confirms while it is being identified again. While it is not known which
 * modem is ours, another one than the one that has refused may confirm after the refusal. Any other confirmation is a
 * second one, or one of an older key.
 */
static bool is_awaited(const struct modem_key *key, const struct mme *frame, bool has_mac,
		       const struct modem_config *config)
{
	if (modem_key_is_new(key))
		return false;
	if (key->state == MODEM_KEY_REFUSED)
		return !has_mac && !mac_equal(frame->src, key->confirmed_by) &&
		       is_taken(config, frame->set_key_cnf.result);
	return key->unconfirmed && (key->state == MODEM_KEY_SENT || (key->state == MODEM_KEY_WAITING && !has_mac));
}

/* A newer key waits for the confirmation of the one that was sent. */
static bool is_held_back(const struct modem_key *key)
{
	return key->state == MODEM_KEY_EARLY || (key->state == MODEM_KEY_SENT && modem_key_is_new(key));
}

static bool is_older(const struct modem_key *key, const uint8_t nonce[NONCE_LEN])
{
	for (size_t i = 0; i < 2; i++)
		if (!octets_are_zero(key->older_nonce[i], NONCE_LEN) && /* there was one */
		    memcmp(nonce, key->older_nonce[i], NONCE_LEN) == 0)
			return true;
	return false;
}

/* While a request is open, an answer counts without its nonce, unless it answers an older one. */
static bool counts_unechoed(const struct modem_key *key, const struct mme *frame)
{
	if (frame->mmtype == CM_SET_KEY_CNF)
		return key->state == MODEM_KEY_SENT && key->unconfirmed && !modem_key_is_new(key) &&
		       !is_older(key, frame->set_key_cnf.your_nonce);
	return key->state == MODEM_KEY_VERIFYING && key->unechoed;
}

enum mme_error modem_key_answer_error(const struct modem_key *key, const struct mme *frame)
{
	const enum mme_error error = frame->mmtype == CM_SET_KEY_CNF
					     ? set_key_cnf_check(&frame->set_key_cnf, key->sent_nonce)
					     : get_key_cnf_check(&frame->get_key_cnf, key->sent_nonce);

	return error == MME_ERR_YOUR_NONCE && counts_unechoed(key, frame) ? MME_OK : error;
}

/* What an awaited confirmation means. */
static enum modem_told judge(struct modem_key *key, const struct set_key_cnf *cnf, bool has_mac,
			     struct modem_turn *turn)
{
	const bool echoed = memcmp(cnf->your_nonce, key->sent_nonce, NONCE_LEN) == 0;
	const bool taken = is_taken(turn->config, cnf->result);

	if (!echoed)
		modem_append(turn, MODEM_NOT_ECHOED);
	key->result = cnf->result;
	key->unechoed = !echoed;
	key->may_be_unverified = !echoed && taken && has_mac;
	if (taken && echoed)
		return MODEM_TOLD_KEY_TAKEN;
	if (taken || cnf->result == SET_KEY_RESULT_UNCLEAR)
		return MODEM_TOLD_KEY_UNCLEAR;
	return give_up_for_now(key, turn);
}

enum modem_told modem_key_take_confirmation(struct modem_key *key, const struct mme *frame, bool has_mac,
					    struct modem_turn *turn)
{
	const bool awaited = is_awaited(key, frame, has_mac, turn->config);
	const bool releases = !awaited && key->unconfirmed && is_held_back(key);

	key->unconfirmed = false;
	key->unconfirmed_count = 0;
	if (releases)
		modem_key_send(key, turn);
	if (!awaited)
		return MODEM_TOLD_NOTHING;
	memcpy(key->confirmed_by, frame->src, MAC_LEN);
	return judge(key, &frame->set_key_cnf, has_mac, turn);
}

/* --- CM_GET_KEY.CNF --- */

/* Captured modems report a new NID at once, and the new key to it later. So the key counts where they tell it. */
static bool is_active(const struct modem_key *key, const struct get_key_cnf *cnf)
{
	if (memcmp(cnf->nid, key->given.nid, NID_LEN) != 0)
		return false;
	return cnf->result != GET_KEY_GRANTED || memcmp(cnf->key, key->given.nmk, NMK_LEN) == 0;
}

/* The modem has another key, or does not say which. After a reset that is no refusal: it may have lost the key. */
static enum modem_told end_verification(struct modem_key *key, struct modem_turn *turn)
{
	if (!key->after_reset && !modem_key_is_new(key))
		return give_up_for_now(key, turn);
	modem_key_send(key, turn);
	return MODEM_TOLD_NOTHING;
}

/* An answer only contradicts where it names a network: some modems name none when they refuse to tell the key. */
static bool contradicts(const struct modem_key *key, const struct get_key_cnf *cnf)
{
	const bool telling = cnf->result != GET_KEY_UNSUPPORTED && !octets_are_zero(cnf->nid, NID_LEN);

	return telling && !is_active(key, cnf);
}

/* Some modems do so always, and one that has lost its key may, too: the log has to tell why no car finds it. */
static void say_unnamed(struct modem_key *key, const struct get_key_cnf *cnf, struct modem_turn *turn)
{
	if (key->unnamed_said || cnf->result != GET_KEY_REFUSED || !octets_are_zero(cnf->nid, NID_LEN))
		return;
	key->unnamed_said = true;
	modem_append(turn, MODEM_KEY_UNNAMED);
}

static void take_check(struct modem_key *key, const struct get_key_cnf *cnf, struct modem_turn *turn)
{
	key->checked = false;
	if (!contradicts(key, cnf)) {
		say_unnamed(key, cnf, turn);
		return;
	}
	modem_append(turn, MODEM_KEY_LOST);
	modem_key_send(key, turn);
}

/* The key is there only where the modem names its network. */
static enum modem_told take_doubt(struct modem_key *key, const struct get_key_cnf *cnf, struct modem_turn *turn)
{
	enter(key, MODEM_KEY_READY, MODEM_NEVER);
	if (!is_active(key, cnf))
		return MODEM_TOLD_KEY_GONE;
	modem_append(turn, MODEM_NOT_RESTARTED);
	return MODEM_TOLD_NOTHING;
}

/* A modem that has taken the key without our nonce, and tells no network now, may still tell it with VS_NW_INFO. */
static enum modem_told take_verification(struct modem_key *key, const struct get_key_cnf *cnf, struct modem_turn *turn)
{
	if (!modem_key_is_new(key) && is_active(key, cnf))
		return MODEM_TOLD_KEY_TAKEN;
	if (modem_key_is_new(key) || !key->unechoed)
		return end_verification(key, turn);
	key->contradicted = key->contradicted || contradicts(key, cnf);
	return MODEM_TOLD_NOTHING;
}

enum modem_told modem_key_take_answer(struct modem_key *key, const struct mme *frame, struct modem_turn *turn)
{
	const struct get_key_cnf *cnf = &frame->get_key_cnf;

	key->get_key_answered = true;
	if (key->state == MODEM_KEY_VERIFYING)
		return take_verification(key, cnf, turn);
	if (key->doubted)
		return take_doubt(key, cnf, turn);
	if (key->state == MODEM_KEY_READY && key->checked)
		take_check(key, cnf, turn);
	return MODEM_TOLD_NOTHING;
}

/* --- VS_NW_INFO.CNF --- */

enum modem_told modem_key_take_network(struct modem_key *key, const struct nw_info *info)
{
	if (key->state != MODEM_KEY_VERIFYING || key->after_reset || modem_key_is_new(key) || !info->in_network)
		return MODEM_TOLD_NOTHING;
	if (memcmp(info->nid, key->given.nid, NID_LEN) == 0)
		return MODEM_TOLD_KEY_TAKEN;
	key->contradicted = true;
	return MODEM_TOLD_NOTHING;
}

/* --- no answer --- */

static enum modem_told end_unanswered(struct modem_key *key, struct modem_turn *turn)
{
	const bool without_proof =
		key->may_be_unverified && !key->contradicted && turn->config->unverified_key_is_taken;

	if (modem_key_is_new(key) || !without_proof)
		return end_verification(key, turn);
	modem_append(turn, MODEM_UNVERIFIED);
	return MODEM_TOLD_KEY_TAKEN;
}

static void send_again(struct modem_key *key, struct modem_turn *turn)
{
	if (key->unconfirmed_count == 1)
		modem_append(turn, MODEM_KEY_SLOW)->waited_ms = modem_ms_since(turn, key->first_us);
	send(key, turn);
}

static enum modem_told miss_confirmation(struct modem_key *key, struct modem_turn *turn)
{
	if (modem_key_is_new(key))
		modem_key_send(key, turn);
	else if (turn->now_us + modem_us(turn->config->key_repeat_ms) <= key->silent_us)
		send_again(key, turn);
	else if (turn->now_us < key->silent_us)
		enter(key, MODEM_KEY_SENT, key->silent_us); /* too late for another one */
	else
		return key->modem_heard ? MODEM_TOLD_KEY_UNANSWERED : MODEM_TOLD_KEY_SILENCE;
	return MODEM_TOLD_NOTHING;
}

enum modem_told modem_key_tick(struct modem_key *key, struct modem_turn *turn)
{
	switch (key->state) {
	case MODEM_KEY_SENT:
		return miss_confirmation(key, turn);
	case MODEM_KEY_VERIFYING:
		return end_unanswered(key, turn);
	case MODEM_KEY_EARLY:
		modem_key_send(key, turn);
		break;
	case MODEM_KEY_REFUSED:
		return MODEM_TOLD_REFUSAL_OVER;
	case MODEM_KEY_READY: /* it was doubted, and the modem does not say that it has the key */
		enter(key, MODEM_KEY_READY, MODEM_NEVER);
		return MODEM_TOLD_KEY_GONE;
	case MODEM_KEY_NONE:
	case MODEM_KEY_WAITING:
		break;
	}
	return MODEM_TOLD_NOTHING;
}

/* --- forgetting --- */

void modem_key_forget_modem(struct modem_key *key)
{
	key->get_key_answered = false;
	key->unnamed_said = false;
}

void modem_key_forgive(struct modem_key *key)
{
	key->refusals = 0;
}

void modem_key_forget(struct modem_key *key)
{
	network_key_wipe(&key->given);
	enter(key, MODEM_KEY_NONE, MODEM_NEVER);
	key->unconfirmed = false;
	memset(key->sent_us, 0, sizeof(key->sent_us));
	modem_key_forget_modem(key);
}

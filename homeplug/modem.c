/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem.h"

#include <assert.h>
#include <string.h>

static struct modem_output *append(struct modem_outputs *out, enum modem_output_kind kind)
{
	assert(out->count < MODEM_OUTPUTS);
	struct modem_output *item = &out->items[out->count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

static void wait_response(struct modem *modem, enum modem_state state, uint64_t now_us)
{
	modem->state = state;
	modem->deadline_us = now_us + (uint64_t)modem->config.response_ms * 1000;
}

static void send_set_key(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	struct mme *frame = &append(out, MODEM_SEND)->frame;

	mme_init(frame, CM_SET_KEY_REQ, modem->config.host_mac, mac_local_modem);
	frame->set_key_req.key_type = KEY_TYPE_NMK;
	memcpy(frame->set_key_req.my_nonce, modem->nonce, NONCE_LEN);
	frame->set_key_req.pid = KEY_PID_HLE;
	memcpy(frame->set_key_req.nid, modem->key.nid, NID_LEN);
	frame->set_key_req.new_eks = KEY_NEW_EKS_NMK;
	memcpy(frame->set_key_req.new_key, modem->key.nmk, NMK_LEN);
	modem->attempts++;
	wait_response(modem, MODEM_SET_KEY, now_us);
}

static void send_get_key(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	struct mme *frame = &append(out, MODEM_SEND)->frame;

	mme_init(frame, CM_GET_KEY_REQ, modem->config.host_mac, mac_local_modem);
	frame->get_key_req.key_type = KEY_TYPE_NMK;
	memcpy(frame->get_key_req.nid, modem->key.nid, NID_LEN);
	memcpy(frame->get_key_req.my_nonce, modem->nonce, NONCE_LEN);
	frame->get_key_req.pid = KEY_PID_HLE;
	wait_response(modem, MODEM_VERIFY, now_us);
}

void modem_init(struct modem *modem, const struct modem_config *config)
{
	memset(modem, 0, sizeof(*modem));
	modem->config = *config;
	modem->deadline_us = MODEM_NEVER;
}

void modem_set_key(struct modem *modem, const struct network_key *key, const uint8_t nonce[NONCE_LEN],
		   uint64_t now_us, struct modem_outputs *out)
{
	out->count = 0;
	modem->key = *key;
	memcpy(modem->nonce, nonce, NONCE_LEN);
	modem->attempts = 0;
	modem->silence_said = false;
	modem->refusal_said = false;
	send_set_key(modem, now_us, out);
}

static void key_is_set(struct modem *modem, const uint8_t modem_mac[MAC_LEN], struct modem_outputs *out)
{
	memcpy(modem->mac, modem_mac, MAC_LEN);
	modem->state = MODEM_READY;
	modem->deadline_us = MODEM_NEVER;
	append(out, MODEM_KEY_SET);
}

static void key_is_refused(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (!modem->refusal_said)
		append(out, MODEM_REFUSED);
	modem->refusal_said = true;
	wait_response(modem, MODEM_RETRY, now_us);
}

static void on_set_key_cnf(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out)
{
	enum mme_error error = set_key_cnf_check(&frame->set_key_cnf, modem->nonce);

	if (error != MME_OK)
		append(out, MODEM_IGNORED)->error = error;
	else if (modem->state != MODEM_SET_KEY)
		return; /* a second confirmation of the same request */
	else if (frame->set_key_cnf.result == SET_KEY_RESULT_TAKEN)
		key_is_set(modem, frame->src, out);
	else if (frame->set_key_cnf.result == SET_KEY_RESULT_UNCLEAR)
		send_get_key(modem, now_us, out);
	else
		key_is_refused(modem, now_us, out);
}

/* Captured modems report a NID at once and the key to it later, or another: where they tell the key, it counts. */
static bool key_is_active(const struct modem *modem, const struct get_key_cnf *cnf)
{
	if (memcmp(cnf->nid, modem->key.nid, NID_LEN) != 0)
		return false;
	return cnf->result != GET_KEY_GRANTED || memcmp(cnf->key, modem->key.nmk, NMK_LEN) == 0;
}

static void on_get_key_cnf(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out)
{
	enum mme_error error = get_key_cnf_check(&frame->get_key_cnf, modem->nonce);

	if (error != MME_OK)
		append(out, MODEM_IGNORED)->error = error;
	else if (modem->state != MODEM_VERIFY)
		return;
	else if (key_is_active(modem, &frame->get_key_cnf))
		key_is_set(modem, frame->src, out);
	else
		key_is_refused(modem, now_us, out);
}

void modem_frame(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out)
{
	out->count = 0;
	if (modem->state == MODEM_IDLE || !mac_equal(frame->dst, modem->config.host_mac))
		return;
	if (frame->mmtype == CM_SET_KEY_CNF)
		on_set_key_cnf(modem, frame, now_us, out);
	else if (frame->mmtype == CM_GET_KEY_CNF)
		on_get_key_cnf(modem, frame, now_us, out);
}

/* An unclear confirmation that CM_GET_KEY does not clear up counts as a refusal. */
static void say_no_answer(struct modem *modem, struct modem_outputs *out)
{
	if (modem->state == MODEM_SET_KEY && !modem->silence_said) {
		append(out, MODEM_SILENT);
		modem->silence_said = true;
	} else if (modem->state == MODEM_VERIFY && !modem->refusal_said) {
		append(out, MODEM_REFUSED);
		modem->refusal_said = true;
	}
}

void modem_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	out->count = 0;
	if (modem->deadline_us > now_us)
		return;
	say_no_answer(modem, out);
	send_set_key(modem, now_us, out);
}

void modem_reset(struct modem *modem)
{
	network_key_wipe(&modem->key);
	modem->state = MODEM_IDLE;
	modem->deadline_us = MODEM_NEVER;
}

uint64_t modem_deadline(const struct modem *modem)
{
	return modem->deadline_us;
}

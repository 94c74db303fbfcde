/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem_internal.h"

#include <string.h>

/* --- what is asked --- */

void modem_send_set_key(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	struct mme *frame = &modem_append(out, MODEM_SEND)->frame;

	mme_init(frame, CM_SET_KEY_REQ, modem->config.host_mac, mac_local_modem);
	frame->set_key_req.key_type = KEY_TYPE_NMK;
	memcpy(frame->set_key_req.my_nonce, modem->nonce, NONCE_LEN);
	frame->set_key_req.pid = KEY_PID_HLE;
	memcpy(frame->set_key_req.nid, modem->key.nid, NID_LEN);
	frame->set_key_req.new_eks = KEY_NEW_EKS_NMK;
	memcpy(frame->set_key_req.new_key, modem->key.nmk, NMK_LEN);
	modem->attempts++;
	modem_enter(modem, MODEM_SET_KEY, modem->config.response_ms, now_us);
}

void modem_send_get_key(const struct modem *modem, struct modem_outputs *out)
{
	struct mme *frame = &modem_append(out, MODEM_SEND)->frame;

	mme_init(frame, CM_GET_KEY_REQ, modem->config.host_mac, mac_local_modem);
	frame->get_key_req.key_type = KEY_TYPE_NMK;
	memcpy(frame->get_key_req.nid, modem->key.nid, NID_LEN);
	memcpy(frame->get_key_req.my_nonce, modem->nonce, NONCE_LEN);
	frame->get_key_req.pid = KEY_PID_HLE;
}

void modem_verify(struct modem *modem, bool after_reset, uint64_t now_us, struct modem_outputs *out)
{
	modem_send_get_key(modem, out);
	modem->verifies_reset = after_reset;
	modem_enter(modem, MODEM_VERIFY, modem->config.response_ms, now_us);
}

/* --- where it leads --- */

void modem_key_is_set(struct modem *modem, struct modem_outputs *out)
{
	modem->state = MODEM_READY;
	modem->deadline_us = MODEM_NEVER;
	modem->key_checked = false;
	modem->silence_said = false;
	modem->refusal_said = false;
	modem_append(out, MODEM_KEY_SET);
	if (!modem->identified)
		modem_ask_identity(modem, out);
	modem_probe_link(modem, out);
}

static void key_is_taken(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (modem_wants_reset(modem))
		modem_begin_reset(modem, now_us, out);
	else
		modem_key_is_set(modem, out);
}

static void say_refused(struct modem *modem, struct modem_outputs *out)
{
	if (!modem->refusal_said)
		modem_append(out, MODEM_REFUSED);
	modem->refusal_said = true;
}

static void key_is_refused(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	say_refused(modem, out);
	modem_enter(modem, MODEM_RETRY, modem->config.response_ms, now_us);
}

void modem_is_silent(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (!modem->silence_said)
		modem_append(out, MODEM_SILENT);
	modem->silence_said = true;
	modem_forget(modem);
	modem_identify(modem, now_us, out);
}

/* --- answers --- */

/* A modem slower than response_ms confirms while it is being identified again. */
static bool awaits_confirmation(const struct modem *modem)
{
	const bool late = modem->state == MODEM_IDENTIFY && modem->attempts > 0 && !modem->has_mac;

	return late || modem->state == MODEM_SET_KEY;
}

void modem_on_set_key_cnf(struct modem *modem, const struct mme *frame, uint64_t now_us,
			  struct modem_outputs *out)
{
	enum mme_error error = set_key_cnf_check(&frame->set_key_cnf, modem->nonce);

	if (error != MME_OK) {
		modem_ignore(error, out);
		return;
	}
	if (!awaits_confirmation(modem))
		return; /* a second confirmation of the same request */
	modem_learn_mac(modem, frame->src, out);
	if (frame->set_key_cnf.result == SET_KEY_RESULT_TAKEN)
		key_is_taken(modem, now_us, out);
	else if (frame->set_key_cnf.result == SET_KEY_RESULT_UNCLEAR)
		modem_verify(modem, false, now_us, out);
	else
		key_is_refused(modem, now_us, out);
}

/* Captured modems report a NID at once and the key to it later, or another: where they tell the key, it
 * counts. */
static bool key_is_active(const struct modem *modem, const struct get_key_cnf *cnf)
{
	if (memcmp(cnf->nid, modem->key.nid, NID_LEN) != 0)
		return false;
	return cnf->result != GET_KEY_GRANTED || memcmp(cnf->key, modem->key.nmk, NMK_LEN) == 0;
}

static void on_verification(struct modem *modem, const struct get_key_cnf *cnf, uint64_t now_us,
			    struct modem_outputs *out)
{
	if (key_is_active(modem, cnf))
		key_is_taken(modem, now_us, out);
	else if (modem->verifies_reset)
		modem_send_set_key(modem, now_us, out);
	else
		key_is_refused(modem, now_us, out);
}

/* Only an answer that names a network can contradict: some modems tell none in a refusal. */
static void on_checked_key(struct modem *modem, const struct get_key_cnf *cnf, uint64_t now_us,
			   struct modem_outputs *out)
{
	const bool telling = cnf->result != GET_KEY_UNSUPPORTED && !octets_are_zero(cnf->nid, NID_LEN);

	modem->key_checked = false;
	if (!telling || key_is_active(modem, cnf))
		return;
	modem_append(out, MODEM_KEY_LOST);
	modem_send_set_key(modem, now_us, out);
}

void modem_on_get_key_cnf(struct modem *modem, const struct mme *frame, uint64_t now_us,
			  struct modem_outputs *out)
{
	enum mme_error error = get_key_cnf_check(&frame->get_key_cnf, modem->nonce);

	if (error != MME_OK)
		modem_ignore(error, out);
	else if (modem->state == MODEM_VERIFY)
		on_verification(modem, &frame->get_key_cnf, now_us, out);
	else if (modem->state == MODEM_READY && modem->key_checked)
		on_checked_key(modem, &frame->get_key_cnf, now_us, out);
}

/* An unclear confirmation that CM_GET_KEY does not clear up counts as a refusal; silence after a reset does
 * not. */
void modem_verify_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (!modem->verifies_reset)
		say_refused(modem, out);
	modem_send_set_key(modem, now_us, out);
}

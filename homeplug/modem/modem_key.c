/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem_internal.h"

#include <string.h>

#define RETRY_MS_MAX 30000

/* --- what is asked --- */

/* No second request before the first is confirmed or its time is over, and no third in response_ms. */
static uint64_t may_send_us(const struct modem *modem)
{
	return modem->sent_over_us[modem->unconfirmed ? 1 : 0];
}

void modem_send_set_key(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (now_us < may_send_us(modem)) {
		modem_enter(modem, MODEM_RETRY, 0, may_send_us(modem));
		return;
	}
	struct mme *frame = &modem_append(out, MODEM_SEND)->frame;

	mme_init(frame, CM_SET_KEY_REQ, modem->config.host_mac, mac_local_modem);
	frame->set_key_req.key_type = KEY_TYPE_NMK;
	memcpy(frame->set_key_req.my_nonce, modem->nonce, NONCE_LEN);
	frame->set_key_req.pid = KEY_PID_HLE;
	memcpy(frame->set_key_req.nid, modem->key.nid, NID_LEN);
	frame->set_key_req.new_eks = KEY_NEW_EKS_NMK;
	memcpy(frame->set_key_req.new_key, modem->key.nmk, NMK_LEN);
	memcpy(modem->sent_nonce, modem->nonce, NONCE_LEN);
	modem->attempts++;
	modem->unconfirmed = true;
	modem_enter(modem, MODEM_SET_KEY, modem->config.response_ms, now_us);
	modem->sent_over_us[0] = modem->sent_over_us[1];
	modem->sent_over_us[1] = modem->deadline_us;
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
	modem->identity_answered = false;
	modem_forgive(modem);
	modem->reset_cut_short = false;
	modem_append(out, MODEM_KEY_SET);
	if (!modem->identified)
		modem_ask_identity(modem, out);
	if (!modem_can_tell_link(modem))
		modem_probe_link(modem, out);
}

static void key_is_taken(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	/* It may have come back between the identification and the key: asked once more, and given the key again. */
	if (modem_asks_before_reset(modem))
		modem_identify(modem, now_us, out);
	else if (modem_wants_reset(modem, out))
		modem_begin_reset(modem, now_us, out);
	else
		modem_key_is_set(modem, out);
}

void modem_forgive(struct modem *modem)
{
	modem->trouble_said = MODEM_SEND;
	modem->changes = 0;
	modem->trouble_us = 0;
	modem->restarted = false;
	modem->refusals = 0;
	modem->refused = false;
	modem->passes_over = false;
}

/* response_ms, doubled with each time. */
static uint32_t longer_ms(const struct modem *modem, uint32_t *times)
{
	uint32_t wait_ms = modem->config.response_ms;

	for (uint32_t i = 0; i < *times && wait_ms < RETRY_MS_MAX; i++)
		wait_ms = wait_ms < RETRY_MS_MAX / 2 ? wait_ms * 2 : RETRY_MS_MAX;
	if (wait_ms < RETRY_MS_MAX)
		++*times;
	return wait_ms;
}

/* It is found again and again while it lasts: what was too early to be said is said then. */
struct modem_output *modem_say_trouble(struct modem *modem, enum modem_output_kind kind, uint64_t now_us,
				       struct modem_outputs *out)
{
	if (modem->trouble_said == kind || now_us < modem->trouble_us)
		return NULL;
	if (modem->trouble_said != MODEM_SEND)
		modem->trouble_us = now_us + modem_us(longer_ms(modem, &modem->changes));
	modem->trouble_said = kind;
	return modem_append(out, kind);
}

/* Its MAC stays known until it is identified anew, so that no other station is heard meanwhile. */
static void key_is_refused(struct modem *modem, const uint8_t by[MAC_LEN], uint8_t result, uint64_t now_us,
			   struct modem_outputs *out)
{
	struct modem_output *item = modem_say_trouble(modem, MODEM_REFUSED, now_us, out);

	if (item != NULL)
		item->result = result;
	modem->refused = true;
	modem->passes_over = true;
	memset(&modem->passed_over, 0, sizeof(modem->passed_over));
	memcpy(modem->passed_over.mac, by, MAC_LEN);
	modem_enter(modem, MODEM_RETRY, longer_ms(modem, &modem->refusals), now_us);
}

static void say_who_is_missing(const struct modem *modem, uint32_t waited_ms, struct modem_output *item)
{
	item->waited_ms = waited_ms;
	if (!modem->foreign_heard)
		return;
	item->error = MME_ERR_SOURCE_MAC;
	memcpy(item->from, modem->foreign_mac, MAC_LEN);
	memcpy(item->ours, modem->mac, MAC_LEN);
}

static void begin_anew(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	modem_forget(modem);
	modem_identify(modem, now_us, out);
}

void modem_is_silent(struct modem *modem, uint32_t waited_ms, uint64_t now_us, struct modem_outputs *out)
{
	struct modem_output *item = NULL;

	if (!modem_may_be_starting(modem, now_us))
		item = modem_say_trouble(modem, MODEM_SILENT, now_us, out);
	if (item != NULL)
		say_who_is_missing(modem, waited_ms, item);
	modem->refusals = 0;
	begin_anew(modem, now_us, out);
}

void modem_set_key_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (modem_newer_key_waits(modem)) {
		modem_send_set_key(modem, now_us, out);
	} else if (modem->identity_answered) {
		modem_say_trouble(modem, MODEM_KEY_UNANSWERED, now_us, out);
		begin_anew(modem, now_us, out);
	} else {
		modem_is_silent(modem, modem->config.response_ms, now_us, out);
	}
}

void modem_retry_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (modem->refused)
		begin_anew(modem, now_us, out);
	else
		modem_send_set_key(modem, now_us, out);
}

/* --- answers --- */

static bool is_taken(const struct modem *modem, uint8_t result)
{
	return result == SET_KEY_RESULT_TAKEN ||
	       (result == SET_KEY_RESULT_UNCLEAR && modem->config.unclear_key_is_taken);
}

/* A modem slower than response_ms confirms while it is being identified again. Where one has refused that is not known
 * to be the outlet's, another may still confirm. Any other is a second confirmation, or one of an older key. */
static bool awaits_confirmation(const struct modem *modem, const struct mme *frame)
{
	if (modem_newer_key_waits(modem))
		return false;
	if (modem->state == MODEM_RETRY)
		return modem->refused && !modem->has_mac && !mac_equal(frame->src, modem->passed_over.mac) &&
		       is_taken(modem, frame->set_key_cnf.result);
	return modem->unconfirmed &&
	       (modem->state == MODEM_SET_KEY || (modem->state == MODEM_IDENTIFY && !modem->has_mac));
}

/* A key waits for this confirmation, which is not its own. */
static bool holds_key_back(const struct modem *modem)
{
	return (modem->state == MODEM_SET_KEY && modem_newer_key_waits(modem)) ||
	       (modem->state == MODEM_RETRY && !modem->refused);
}

static void on_confirmation(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out)
{
	const uint8_t result = frame->set_key_cnf.result;

	if (!is_taken(modem, result) && result != SET_KEY_RESULT_UNCLEAR) {
		key_is_refused(modem, frame->src, result, now_us, out);
		return;
	}
	modem_learn_mac(modem, frame->src, out);
	if (is_taken(modem, result))
		key_is_taken(modem, now_us, out);
	else
		modem_verify(modem, false, now_us, out);
}

void modem_on_set_key_cnf(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out)
{
	enum mme_error error = set_key_cnf_check(&frame->set_key_cnf, modem->sent_nonce);

	if (error != MME_OK) {
		modem_ignore(modem, frame->src, error, out);
		return;
	}
	const bool awaited = awaits_confirmation(modem, frame);
	const bool releases = !awaited && modem->unconfirmed && holds_key_back(modem);
	modem->unconfirmed = false;
	if (awaited)
		on_confirmation(modem, frame, now_us, out);
	else if (releases)
		modem_send_set_key(modem, now_us, out);
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
	if (modem_newer_key_waits(modem))
		modem_send_set_key(modem, now_us, out);
	else if (key_is_active(modem, cnf))
		key_is_taken(modem, now_us, out);
	else if (modem->verifies_reset)
		modem_send_set_key(modem, now_us, out);
	else
		key_is_refused(modem, modem->mac, SET_KEY_RESULT_UNCLEAR, now_us, out);
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

void modem_on_get_key_cnf(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out)
{
	enum mme_error error = get_key_cnf_check(&frame->get_key_cnf, modem->sent_nonce);

	if (error != MME_OK) {
		modem_ignore(modem, frame->src, error, out);
		return;
	}
	modem->answers_get_key = true;
	modem_is_alive(modem);
	if (modem->state == MODEM_VERIFY)
		on_verification(modem, &frame->get_key_cnf, now_us, out);
	else if (modem->state == MODEM_READY && modem->key_checked)
		on_checked_key(modem, &frame->get_key_cnf, now_us, out);
}

/* An unclear confirmation that CM_GET_KEY does not clear up counts as a refusal; silence after a reset does
 * not. */
void modem_verify_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	if (modem->verifies_reset || modem_newer_key_waits(modem))
		modem_send_set_key(modem, now_us, out);
	else
		key_is_refused(modem, modem->mac, SET_KEY_RESULT_UNCLEAR, now_us, out);
}

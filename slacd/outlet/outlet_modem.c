/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/outlet_internal.h"

#include <string.h>

/* --- what the modem's state machine says --- */

static void note_modem(const struct outlet *outlet, const struct modem_output *item, struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_MODEM);

	note->error = item->error;
	memcpy(note->from, item->from, MAC_LEN);
	memcpy(note->ours, item->ours, MAC_LEN);
	note->modem.kind = item->kind;
	note->modem.trouble = item->trouble;
	note->modem.waited_ms = item->waited_ms;
	note->modem.result = item->result;
	note->modem.configured = outlet->modem.config.family != MODEM_AUTO;
}

static void note_foreign_answer(const uint8_t from[MAC_LEN], const uint8_t ours[MAC_LEN], struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_FOREIGN_ANSWER);

	memcpy(note->from, from, MAC_LEN);
	memcpy(note->ours, ours, MAC_LEN);
}

static void note_identity(const struct modem *modem, struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_MODEM_IDENTITY);

	memcpy(note->from, modem->identity.mac, MAC_LEN);
	note->value = modem->identity.family;
	memcpy(note->version, modem->identity.version, sizeof(note->version));
}

static void begin_serving(struct outlet *outlet, uint32_t waited_ms, struct outlet_effects *out)
{
	const struct modem *modem = &outlet->modem;
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_KEY_SET);

	memcpy(note->from, modem->identity.mac, MAC_LEN);
	memcpy(note->nid, modem->key.given.nid, NID_LEN);
	note->value = modem->key.attempts;
	note->other_value = waited_ms;
	outlet_set_serving(outlet, true, out);
	outlet_queue(outlet, OUTLET_TAKE_KEY);
}

static void send_message(const struct modem_mme *message, struct outlet_effects *out)
{
	size_t len;

	if (modem_mme_encode(message, outlet_frame_room(out, MME_FRAME_MAX), MME_FRAME_MAX, &len) == MME_OK)
		outlet_commit_frame(out, modem_message_text(message->message), len);
}

static bool send_network_question(const struct outlet *outlet, struct outlet_effects *out)
{
	size_t len;

	if (!outlet->port_is_up ||
	    nw_info_req_encode(outlet->modem.config.host_mac, outlet_frame_room(out, MME_FRAME_MIN), MME_FRAME_MIN,
			       &len) != MME_OK)
		return false;
	outlet_commit_frame(out, "VS_NW_INFO.REQ", len);
	return true;
}

/* The modem keeps trying; matching goes on where a car has the key. */
static void stop_serving(struct outlet *outlet, const struct modem_output *item, struct outlet_effects *out)
{
	note_modem(outlet, item, out);
	outlet_set_serving(outlet, false, out);
	outlet_queue_slac(outlet, SLAC_EVSE_KEY_PENDING, SLAC_REASON_NONE);
}

static void carry_out(struct outlet *outlet, const struct modem_output *item, struct outlet_effects *out)
{
	switch (item->kind) {
	case MODEM_SEND:
		outlet_send_mme(outlet, &item->frame, out);
		break;
	case MODEM_SEND_MESSAGE:
		send_message(&item->message, out);
		break;
	case MODEM_IDENTIFIED:
		note_identity(&outlet->modem, out);
		break;
	case MODEM_KEY_SET:
		begin_serving(outlet, item->waited_ms, out);
		break;
	case MODEM_RESTARTED:
		note_modem(outlet, item, out);
		/* A matched car has the key. Whether the restart cost its link shows when the link is asked for. */
		if (!slac_evse_is_given_away(&outlet->slac))
			outlet_queue_slac(outlet, SLAC_EVSE_KEY_LOST, SLAC_REASON_MODEM_RESTARTED);
		break;
	case MODEM_KEY_LOST:
		note_modem(outlet, item, out);
		/* Found at a plug-in: the vehicle's match may have begun, and goes on with the same key. */
		outlet_queue_slac(outlet, SLAC_EVSE_KEY_PENDING, SLAC_REASON_NONE);
		break;
	case MODEM_TROUBLE:
		stop_serving(outlet, item, out);
		break;
	case MODEM_LINK_UP:
		outlet_queue_slac(outlet, SLAC_EVSE_LINK_UP, SLAC_REASON_NONE);
		break;
	case MODEM_LINK_LOST:
		outlet_queue_slac(outlet, SLAC_EVSE_LINK_LOST, SLAC_REASON_NONE);
		break;
	case MODEM_LINK_UNKNOWN:
		outlet_note(out, OUTLET_NOTE_LINK_UNTOLD);
		outlet_queue_slac(outlet, SLAC_EVSE_LINK_UNKNOWN, SLAC_REASON_NONE);
		break;
	case MODEM_IGNORED:
		if (item->error == MME_ERR_SOURCE_MAC)
			note_foreign_answer(item->from, item->ours, out);
		else
			note_modem(outlet, item, out);
		break;
	case MODEM_ASK_NETWORK:
		(void)send_network_question(outlet, out); /* unsent, it is unanswered */
		break;
	case MODEM_KEY_SLOW:
	case MODEM_NOT_RESTARTED:
	case MODEM_NOT_ECHOED:
	case MODEM_UNVERIFIED:
	case MODEM_KEY_UNNAMED:
	case MODEM_UNIDENTIFIED:
	case MODEM_RESETTING:
	case MODEM_NOT_RESET:
		note_modem(outlet, item, out);
		break;
	}
}

/* The list holds the key. */
static void carry_out_all(struct outlet *outlet, struct modem_outputs *list, struct outlet_effects *out)
{
	for (size_t i = 0; i < list->count; i++)
		carry_out(outlet, &list->items[i], out);
	explicit_bzero(list, sizeof(*list));
}

void outlet_give_modem_frame(struct outlet *outlet, const struct mme *frame, uint64_t now_us,
			     struct outlet_effects *out)
{
	struct modem_outputs list;

	modem_frame(&outlet->modem, frame, now_us, &list);
	carry_out_all(outlet, &list, out);
}

void outlet_give_modem_message(struct outlet *outlet, const struct modem_mme *message, uint64_t now_us,
			       struct outlet_effects *out)
{
	struct modem_outputs list;

	modem_message(&outlet->modem, message, now_us, &list);
	carry_out_all(outlet, &list, out);
}

void outlet_tick_modem(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	struct modem_outputs list;

	modem_tick(&outlet->modem, now_us, &list);
	carry_out_all(outlet, &list, out);
}

/* --- keys --- */

static void lack_random_octets(struct outlet *outlet, const char *what, struct outlet_effects *out)
{
	outlet_note(out, OUTLET_NOTE_NO_RANDOM)->name = what;
	outlet_set_serving(outlet, false, out);
}

/* False where it could not be sent. */
static bool give_key(struct outlet *outlet, const struct network_key *key, bool after_session, uint64_t now_us,
		     struct outlet_effects *out)
{
	struct modem_outputs list;
	uint8_t nonce[NONCE_LEN];

	if (!outlet->fill(outlet->fill_context, nonce, sizeof(nonce))) {
		lack_random_octets(outlet, "nonce", out);
		return false;
	}
	modem_set_key(&outlet->modem, key, nonce, after_session, now_us, &list);
	carry_out_all(outlet, &list, out);
	return true;
}

static bool give_new_key(struct outlet *outlet, bool after_session, uint64_t now_us, struct outlet_effects *out)
{
	struct network_key key;

	if (!network_key_new(&key, outlet->fill, outlet->fill_context)) {
		lack_random_octets(outlet, "key", out);
		return false;
	}
	bool given = give_key(outlet, &key, after_session, now_us, out);
	network_key_wipe(&key);
	return given;
}

void outlet_set_new_key(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	bool after_session = outlet->key_given;

	outlet->key_given = false;
	outlet_queue_slac(outlet, SLAC_EVSE_KEY_LOST, SLAC_REASON_VEHICLE_LEFT);
	if (outlet->port_is_up) {
		if (give_new_key(outlet, after_session, now_us, out))
			return;
		modem_forget(&outlet->modem); /* the old key is not given again, whatever the modem says */
	}
	if (after_session)
		modem_remember_session(&outlet->modem);
}

/* The modem's present key once more, e.g. after it was asleep. */
void outlet_set_same_key(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	struct network_key key = outlet->modem.key.given;

	if (outlet->port_is_up && modem_state(&outlet->modem) != MODEM_IDLE)
		give_key(outlet, &key, false, now_us, out);
	network_key_wipe(&key);
}

void outlet_check_key(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	struct modem_outputs list;

	modem_check_key(&outlet->modem, now_us, &list);
	carry_out_all(outlet, &list, out);
}

void outlet_watch_link(struct outlet *outlet, uint64_t now_us, struct outlet_effects *out)
{
	struct outlet_note *note = outlet_note(out, OUTLET_NOTE_LINK_AWAITED);
	struct modem_outputs list;

	note->value = outlet->modem.link.tells_vendor;
	note->other_value = outlet->modem.link.tells_nw_stats;
	modem_watch_link(&outlet->modem, now_us, &list);
	carry_out_all(outlet, &list, out);
}

/* --- the network the modem is in: only Qualcomm's modems know the question --- */

static void answer_network(uint32_t question, const struct nw_info *info, struct outlet_effects *out)
{
	struct outlet_effect *effect = outlet_effect(out, OUTLET_ANSWER_NETWORK);

	effect->network.question = question;
	effect->network.in_network = info != NULL;
	if (info != NULL)
		effect->network.info = *info;
}

static void answer_all(struct outlet *outlet, const struct nw_info *info, struct outlet_effects *out)
{
	for (size_t i = 0; i < outlet->question_count; i++)
		answer_network(outlet->questions[i], info, out);
	outlet->question_count = 0;
	outlet->question_deadline_us = OUTLET_NEVER;
}

void outlet_ask_network(struct outlet *outlet, uint32_t question, uint64_t now_us, struct outlet_effects *out)
{
	bool can_tell = outlet->modem.identity.family == MODEM_QUALCOMM && outlet->question_count < OUTLET_QUESTIONS;

	if (!can_tell || (outlet->question_count == 0 && !send_network_question(outlet, out))) {
		answer_network(question, NULL, out);
		return;
	}
	if (outlet->question_count == 0)
		outlet->question_deadline_us = now_us + (uint64_t)outlet->modem.config.response_ms * 1000;
	outlet->questions[outlet->question_count++] = question;
}

static void give_modem_network(struct outlet *outlet, const struct nw_info *info, uint64_t now_us,
			       struct outlet_effects *out)
{
	struct modem_outputs list;

	modem_network(&outlet->modem, info, now_us, &list);
	carry_out_all(outlet, &list, out);
}

void outlet_take_network(struct outlet *outlet, const uint8_t *octets, size_t len, uint64_t now_us,
			 struct outlet_effects *out)
{
	struct nw_info info;

	if (nw_info_cnf_decode(octets, len, &info) != MME_OK)
		return;
	/* Stations across the power line may answer as well: only our own modem's network is meant. */
	if (outlet->modem.identity.has_mac && !mac_equal(info.modem_mac, outlet->modem.identity.mac)) {
		note_foreign_answer(info.modem_mac, outlet->modem.identity.mac, out);
		return;
	}
	answer_all(outlet, info.in_network ? &info : NULL, out);
	give_modem_network(outlet, &info, now_us, out);
}

void outlet_expire_questions(struct outlet *outlet, struct outlet_effects *out)
{
	outlet_note(out, OUTLET_NOTE_NETWORK_UNTOLD);
	answer_all(outlet, NULL, out);
}

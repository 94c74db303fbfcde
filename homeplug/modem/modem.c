/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/modem/modem.h"

#include <string.h>

/* --- questions --- */

enum modem_state modem_state(const struct modem *modem)
{
	if (modem->reset.state != MODEM_RESET_NONE)
		return modem->reset.state == MODEM_RESET_ASKED ? MODEM_RESET : MODEM_WAIT_UP;
	switch (modem->key.state) {
	case MODEM_KEY_NONE:
		break;
	case MODEM_KEY_WAITING:
		return MODEM_IDENTIFY;
	case MODEM_KEY_SENT:
		return MODEM_SET_KEY;
	case MODEM_KEY_VERIFYING:
		return MODEM_VERIFY;
	case MODEM_KEY_EARLY:
	case MODEM_KEY_REFUSED:
		return MODEM_RETRY;
	case MODEM_KEY_READY:
		return MODEM_READY;
	}
	return MODEM_IDLE;
}

static bool is_ready(const struct modem *modem)
{
	return modem->key.state == MODEM_KEY_READY;
}

bool modem_is_resetting(const struct modem *modem)
{
	return modem->reset.state != MODEM_RESET_NONE ||
	       (modem->key.state == MODEM_KEY_VERIFYING && modem->key.after_reset);
}

static uint64_t earlier(uint64_t a_us, uint64_t b_us)
{
	return a_us < b_us ? a_us : b_us;
}

uint64_t modem_deadline(const struct modem *modem)
{
	const uint64_t way_us =
		earlier(modem->identity.deadline_us, earlier(modem->key.deadline_us, modem->reset.deadline_us));

	return earlier(way_us, earlier(modem->check.deadline_us, modem->link.deadline_us));
}

/* --- what one part's word means to the others --- */

static enum modem_told identify(struct modem *modem, struct modem_turn *turn)
{
	modem_check_end(&modem->check);
	modem_key_await_modem(&modem->key);
	modem->key_went_ahead = false;
	return modem_identity_begin(&modem->identity, turn);
}

/*
 * The first key goes out with the questions, so that a modem that answers none of them has it at once. A reset after it
 * needs to know which modem it is. An identification for any other cause comes first: what was known may be wrong.
 */
static enum modem_told identify_first(struct modem *modem, struct modem_turn *turn)
{
	const enum modem_told told = identify(modem, turn);

	if (told == MODEM_TOLD_NOTHING && !modem_reset_is_due(&modem->reset, &modem->config)) {
		modem_key_send(&modem->key, turn);
		modem->key_went_ahead = true;
	}
	return told;
}

/* Of two modems the one that refuses, or is unclear, may not be ours: the key is given again when that is known. */
static bool must_be_known_first(const struct modem *modem)
{
	return modem->key_went_ahead && modem->identity.asking && !modem->identity.has_mac;
}

static void end_identification(struct modem *modem, struct modem_turn *turn)
{
	if (modem->key.state == MODEM_KEY_WAITING)
		modem_key_send(&modem->key, turn);
	if (!is_ready(modem))
		return;
	if (!modem->identity.identified) /* it may have been starting up when it was asked */
		modem_identity_ask(turn);
	modem_link_probe(&modem->link, modem->identity.family, turn);
}

/* Nothing is known any more of the modem that is asked. */
static enum modem_told begin_anew(struct modem *modem, struct modem_turn *turn)
{
	modem_identity_forget(&modem->identity);
	modem_link_forget_vendor(&modem->link);
	modem_link_forget_nw_stats(&modem->link);
	modem_key_forget_modem(&modem->key);
	return identify(modem, turn);
}

/* What a modem without a firmware does or leaves undone has one cause. */
static struct modem_output *say_trouble(struct modem *modem, enum modem_trouble trouble, struct modem_turn *turn)
{
	const bool no_firmware = modem_identity_in_boot_loader(&modem->identity);

	return modem_trouble_say(&modem->trouble, no_firmware ? MODEM_TROUBLE_BOOT_LOADER : trouble, turn);
}

static enum modem_told begin_anew_after_silence(struct modem *modem, uint32_t waited_ms, struct modem_turn *turn)
{
	const struct modem_identity *identity = &modem->identity;
	struct modem_output *item = NULL;

	if (!modem_reset_may_go_on(&modem->reset, turn->now_us))
		item = modem_trouble_say(&modem->trouble, MODEM_TROUBLE_SILENT, turn);
	if (item != NULL) {
		item->waited_ms = waited_ms;
		if (identity->foreign_heard) {
			item->error = MME_ERR_SOURCE_MAC;
			memcpy(item->from, identity->foreign_mac, MAC_LEN);
			memcpy(item->ours, identity->mac, MAC_LEN);
		}
	}
	modem_key_forgive(&modem->key);
	return begin_anew(modem, turn);
}

/* A modem that restarts again and again may come no further: no question is open long enough to count as unanswered. */
static enum modem_told begin_anew_after_restart(struct modem *modem, struct modem_turn *turn)
{
	if (modem->key.state == MODEM_KEY_NONE || modem->key.state == MODEM_KEY_WAITING)
		return MODEM_TOLD_NOTHING;
	if (modem->identity.asking && !is_ready(modem)) /* the key is repeated until it is confirmed */
		return MODEM_TOLD_NOTHING;
	if (!modem_reset_may_go_on(&modem->reset, turn->now_us)) {
		modem_append(turn, MODEM_RESTARTED);
		if (!modem_reset_note_restart(&modem->reset))
			say_trouble(modem, MODEM_TROUBLE_RESTARTS, turn);
	}
	return identify(modem, turn);
}

/* A modem of another family than the one before does not answer the same link questions. */
static void note_family(struct modem *modem, enum modem_family before, bool was_ours)
{
	if (!modem->identity.identified || modem->identity.family == before)
		return;
	modem_link_forget_vendor(&modem->link);
	if (!was_ours) /* else it is the same one, and says for the first time what it is */
		modem_link_forget_nw_stats(&modem->link);
}

/* The modem that has confirmed the key is ours. */
static void take_as_ours(struct modem *modem, struct modem_turn *turn)
{
	const enum modem_family before = modem->identity.family;
	const bool was_ours = modem->identity.has_mac;

	if (!modem->key_went_ahead) /* else its answer may be on its way */
		modem_identity_end(&modem->identity);
	modem_identity_learn_mac(&modem->identity, modem->key.confirmed_by, turn);
	note_family(modem, before, was_ours);
}

static enum modem_told reset_after_key(struct modem *modem, struct modem_turn *turn)
{
	take_as_ours(modem, turn);
	modem_key_hold(&modem->key);
	return modem_reset_begin(&modem->reset, modem->identity.family, modem->identity.identified, turn);
}

static void verify_unclear(struct modem *modem, struct modem_turn *turn)
{
	if (must_be_known_first(modem)) {
		modem_key_hold(&modem->key);
		return;
	}
	take_as_ours(modem, turn);
	modem_key_verify(&modem->key, false, turn);
	if (modem->identity.family == MODEM_QUALCOMM)
		modem_append(turn, MODEM_ASK_NETWORK);
}

static void take_refusal(struct modem *modem, struct modem_turn *turn)
{
	if (must_be_known_first(modem)) {
		modem_key_forgive(&modem->key);
		modem_key_hold(&modem->key);
		return;
	}
	struct modem_output *item = say_trouble(modem, MODEM_TROUBLE_REFUSED, turn);

	if (item != NULL)
		item->result = modem->key.result;
	modem_identity_end(&modem->identity);
	modem_identity_pass_over(&modem->identity, modem->key.confirmed_by);
}

/* What was said of the present key may be said again, and a modem that refused it may take the next. */
static void forgive(struct modem *modem)
{
	modem_trouble_forgive(&modem->trouble);
	modem_key_forgive(&modem->key);
	modem_reset_forgive(&modem->reset);
	modem_identity_forgive(&modem->identity);
}

static void settle(struct modem *modem, struct modem_turn *turn)
{
	forgive(modem);
	modem_reset_settle(&modem->reset);
	modem_key_settle(&modem->key, turn);
	if (!modem->identity.identified && !modem->identity.asking)
		modem_identity_ask(turn);
	if (!modem_link_can_be_told(&modem->link))
		modem_link_probe(&modem->link, modem->identity.family, turn);
}

static void settle_or_send(struct modem *modem, struct modem_turn *turn)
{
	if (modem_key_is_new(&modem->key))
		modem_key_send(&modem->key, turn);
	else
		settle(modem, turn);
}

static void verify_or_send(struct modem *modem, struct modem_turn *turn)
{
	if (modem_key_is_new(&modem->key))
		modem_key_send(&modem->key, turn);
	else
		modem_key_verify(&modem->key, true, turn);
}

/* A modem that has never answered such questions is not silent when it does not answer these. */
static void ask_check(struct modem *modem, struct modem_turn *turn)
{
	const bool told_of_link = modem_link_can_be_told(&modem->link);

	modem_key_check(&modem->key, turn);
	if (modem->identity.identified)
		modem_identity_ask_version(&modem->identity, turn);
	if (!told_of_link)
		modem_link_probe(&modem->link, modem->identity.family, turn);
	if (modem->identity.identified || modem->key.get_key_answered || told_of_link)
		modem_check_await(&modem->check, turn);
}

static enum modem_told carry(struct modem *modem, enum modem_told told, struct modem_turn *turn)
{
	switch (told) {
	case MODEM_TOLD_NOTHING:
		break;
	case MODEM_TOLD_UNKNOWN:
		return identify_first(modem, turn);
	case MODEM_TOLD_RESET_NEEDS_IDENTITY: /* it may have been starting up when it was asked */
		return identify(modem, turn);
	case MODEM_TOLD_IDENTIFICATION_OVER:
		end_identification(modem, turn);
		break;
	case MODEM_TOLD_IDENTIFIED:
		if (is_ready(modem))
			modem_link_probe(&modem->link, modem->identity.family, turn);
		break;
	case MODEM_TOLD_IDENTIFIED_AGAIN:
		return modem_reset_take_version(&modem->reset, turn);
	case MODEM_TOLD_KEY_TAKEN:
		return reset_after_key(modem, turn);
	case MODEM_TOLD_KEY_UNCLEAR:
		verify_unclear(modem, turn);
		break;
	case MODEM_TOLD_KEY_REFUSED:
		take_refusal(modem, turn);
		break;
	case MODEM_TOLD_KEY_UNANSWERED:
		say_trouble(modem, MODEM_TROUBLE_UNANSWERED, turn);
		return begin_anew(modem, turn);
	case MODEM_TOLD_REFUSAL_OVER:
		return begin_anew(modem, turn);
	case MODEM_TOLD_KEY_SILENCE:
		return begin_anew_after_silence(modem, turn->config->response_ms, turn);
	case MODEM_TOLD_RESET_LEFT_OUT:
		settle_or_send(modem, turn);
		break;
	case MODEM_TOLD_RESET_ASKS:
		modem_identity_ask_version(&modem->identity, turn);
		break;
	case MODEM_TOLD_RESET_OVER:
		verify_or_send(modem, turn);
		break;
	case MODEM_TOLD_RESET_SILENCE:
		return begin_anew_after_silence(modem, turn->config->reset_ms, turn);
	case MODEM_TOLD_RESTARTED:
		if (!is_ready(modem))
			return begin_anew_after_restart(modem, turn);
		modem_key_doubt(&modem->key, turn);
		break;
	case MODEM_TOLD_KEY_GONE:
		modem_reset_explain(&modem->reset, turn);
		return begin_anew_after_restart(modem, turn);
	case MODEM_TOLD_CHECK_ASKS:
		ask_check(modem, turn);
		break;
	case MODEM_TOLD_CHECK_SILENCE: /* a watched link tells by itself when the modem is gone */
		if (modem->link.state == MODEM_LINK_UNWATCHED)
			return begin_anew_after_silence(modem, turn->config->response_ms, turn);
		break;
	}
	return MODEM_TOLD_NOTHING;
}

/* --- an input's way --- */

static struct modem_turn begin(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	out->count = 0;
	return (struct modem_turn){
		.config = &modem->config, .now_us = now_us, .request_id = &modem->request_id, .out = out};
}

/* Carries on what a part has told until no part has anything to tell. */
static void end(struct modem *modem, enum modem_told told, struct modem_turn *turn)
{
	while (told != MODEM_TOLD_NOTHING)
		told = carry(modem, told, turn);
	if (turn->has_asked)
		modem_identity_listen_anew(&modem->identity);
}

void modem_init(struct modem *modem, const struct modem_config *config)
{
	memset(modem, 0, sizeof(*modem));
	modem->config = *config;
	modem_forget(modem);
}

void modem_set_key(struct modem *modem, const struct network_key *key, const uint8_t nonce[NONCE_LEN],
		   bool after_session, uint64_t now_us, struct modem_outputs *out)
{
	struct modem_turn turn = begin(modem, now_us, out);

	modem_reset_plan(&modem->reset, after_session, is_ready(modem));
	forgive(modem);
	modem_check_end(&modem->check);
	modem_link_unwatch(&modem->link);
	end(modem, modem_key_give(&modem->key, key, nonce, &turn), &turn);
}

void modem_check_key(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	struct modem_turn turn = begin(modem, now_us, out);

	if (is_ready(modem))
		end(modem, modem_check_begin(&modem->check, &turn), &turn);
	else if (modem->key.state == MODEM_KEY_REFUSED)
		modem_key_send(&modem->key, &turn);
}

void modem_watch_link(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	struct modem_turn turn = begin(modem, now_us, out);

	modem_link_watch(&modem->link, modem->identity.family, modem->key.state != MODEM_KEY_NONE, &turn);
}

void modem_unwatch_link(struct modem *modem)
{
	modem_link_unwatch(&modem->link);
}

/* From a station that a modem can be. */
static bool is_to_us(const struct modem *modem, const uint8_t src[MAC_LEN], const uint8_t dst[MAC_LEN])
{
	const uint8_t *ours = modem->config.host_mac;

	return mac_equal(dst, ours) && mac_is_a_stations(src) && !mac_equal(src, ours);
}

static enum modem_told take_key_answer(struct modem *modem, const struct mme *frame, struct modem_turn *turn)
{
	const enum mme_error error = modem_key_answer_error(&modem->key, frame);

	if (error != MME_OK) {
		modem_identity_ignore(&modem->identity, frame->src, error, turn);
		return MODEM_TOLD_NOTHING;
	}
	if (frame->mmtype == CM_SET_KEY_CNF)
		return modem_key_take_confirmation(&modem->key, frame, modem->identity.has_mac, turn);
	modem_check_end(&modem->check);
	return modem_key_take_answer(&modem->key, frame, turn);
}

void modem_frame(struct modem *modem, const struct mme *frame, uint64_t now_us, struct modem_outputs *out)
{
	struct modem_turn turn = begin(modem, now_us, out);

	if (modem->key.state == MODEM_KEY_NONE || !is_to_us(modem, frame->src, frame->dst))
		return;
	if (frame->mmtype != CM_SET_KEY_CNF && frame->mmtype != CM_GET_KEY_CNF)
		return;
	if (!modem_identity_turn_away(&modem->identity, frame->src, &turn))
		end(modem, take_key_answer(modem, frame, &turn), &turn);
}

static enum modem_told take_version(struct modem *modem, const struct modem_mme *message, struct modem_turn *turn)
{
	const enum modem_family before = modem->identity.family;
	const bool was_ours = modem->identity.has_mac;

	if (!modem_identity_expects(&modem->config, message))
		return MODEM_TOLD_NOTHING;
	modem_key_hear_modem(&modem->key);
	modem_check_end(&modem->check);
	if (is_ready(modem) && modem_identity_is_boot_loader(message))
		return modem_reset_take_boot_loader(&modem->reset, turn);
	const enum modem_told told = modem_identity_take_version(&modem->identity, message, turn);
	note_family(modem, before, was_ours);
	return told;
}

/* Nothing but a restart is taken in MODEM_IDLE, as nothing was asked. */
static enum modem_told take_message(struct modem *modem, const struct modem_mme *message, struct modem_turn *turn)
{
	if (message->message == MODEM_VS_HST_ACTION_IND)
		return modem_reset_take_host_action(&modem->reset, message, turn);
	if (modem->key.state == MODEM_KEY_NONE)
		return MODEM_TOLD_NOTHING;
	if (message->message == MODEM_VS_SW_VER_CNF || message->message == MODEM_NSCM_GET_VERSION_CNF)
		return take_version(modem, message, turn);
	if (message->message == MODEM_VS_RS_DEV_CNF)
		return modem_reset_take_confirmation(&modem->reset, &message->vs_rs_dev_cnf, turn);
	if (message->message != MODEM_NSCM_D_LINK_READY_IND)
		modem_check_end(&modem->check);
	modem_link_take(&modem->link, modem->identity.family, message, turn);
	return MODEM_TOLD_NOTHING;
}

void modem_network(struct modem *modem, const struct nw_info *info, uint64_t now_us, struct modem_outputs *out)
{
	struct modem_turn turn = begin(modem, now_us, out);

	if (modem->identity.has_mac && mac_equal(info->modem_mac, modem->identity.mac))
		end(modem, modem_key_take_network(&modem->key, info), &turn);
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
	struct modem_turn turn = begin(modem, now_us, out);

	if (!is_to_us(modem, message->src, message->dst) || !is_of_use(message->message))
		return;
	if (!modem_identity_turn_away(&modem->identity, message->src, &turn))
		end(modem, take_message(modem, message, &turn), &turn);
	else if (message->message == MODEM_VS_HST_ACTION_IND && is_ready(modem))
		end(modem, modem_check_exchange(&modem->check, &turn), &turn);
}

/* At most one of key and reset waits for something at a time. */
static enum modem_told tick_on_the_way(struct modem *modem, struct modem_turn *turn)
{
	if (modem->key.deadline_us <= turn->now_us)
		return modem_key_tick(&modem->key, turn);
	if (modem->reset.deadline_us <= turn->now_us)
		return modem_reset_tick(&modem->reset, turn);
	return MODEM_TOLD_NOTHING;
}

void modem_tick(struct modem *modem, uint64_t now_us, struct modem_outputs *out)
{
	struct modem_turn turn = begin(modem, now_us, out);

	if (modem->identity.deadline_us <= now_us)
		end(modem, modem_identity_tick(&modem->identity, &turn), &turn);
	end(modem, tick_on_the_way(modem, &turn), &turn);
	if (modem->check.deadline_us <= now_us)
		end(modem, modem_check_tick(&modem->check), &turn);
	if (modem->link.deadline_us <= now_us)
		modem_link_tick(&modem->link, modem->identity.family, &turn);
}

void modem_forget(struct modem *modem)
{
	modem_reset_forget(&modem->reset, modem_is_resetting(modem), is_ready(modem));
	modem_key_forget(&modem->key);
	modem_check_forget(&modem->check);
	modem_identity_forget_all(&modem->identity);
	modem_link_unwatch(&modem->link);
	modem_link_forget_vendor(&modem->link);
	modem_link_forget_nw_stats(&modem->link);
}

void modem_remember_session(struct modem *modem)
{
	modem_reset_owe(&modem->reset);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

#include <string.h>

static void tell_slac(struct evse *evse, enum slac_evse_input_kind kind, enum slac_reason reason)
{
	const struct slac_evse_input input = {.kind = kind, .reason = reason};

	evse_slac_input(evse, &input);
}

static void identified(const struct evse *evse)
{
	char mac[MAC_TEXT_SIZE];

	log_line(evse_recovery_level(evse), "Modem is identified. evse_id=%s family=%s version=%s modem=%s",
		 evse->parameters.evse_id, modem_family_text(evse->modem.family),
		 evse->modem.version[0] != '\0' ? evse->modem.version : "?", mac_text(evse->modem.mac, mac));
}

static void key_is_set(struct evse *evse)
{
	const struct modem *modem = &evse->modem;
	const struct slac_evse_input input = {
		.kind = SLAC_EVSE_KEY_SET, .key = &modem->key, .modem_mac = modem->has_mac ? modem->mac : NULL};
	char mac[MAC_TEXT_SIZE];
	char nid[NID_TEXT_SIZE];

	log_line(evse_recovery_level(evse), "Modem has confirmed its key. evse_id=%s modem=%s nid=%s attempts=%u",
		 evse->parameters.evse_id, mac_text(modem->mac, mac), nid_text(modem->key.nid, nid), modem->attempts);
	if (!log_burst_is_quiet(&evse->interface_losses))
		evse->not_serving_why[0] = '\0';
	evse_set_serving(evse, true);
	evse_slac_input(evse, &input);
}

/* A matched car has the key: whether the modem's restart cost the link shows when the link is asked for. */
static void modem_restarted(struct evse *evse)
{
	if (log_limit_pass(&evse->modem_restarts, clock_now_us()))
		log_line(LOG_LEVEL_WARN, "The modem has restarted, its key is set again. evse_id=%s count=%llu",
			 evse->parameters.evse_id, (unsigned long long)evse->modem_restarts.count);
	if (!slac_evse_is_given_away(&evse->slac))
		tell_slac(evse, SLAC_EVSE_KEY_LOST, SLAC_REASON_MODEM_RESTARTED);
}

/* Found when a vehicle was connected: its match may have begun, and goes on with the same key. */
static void key_lost(struct evse *evse)
{
	log_line(LOG_LEVEL_WARN, "The modem has another key than it was given, it is set again. evse_id=%s",
		 evse->parameters.evse_id);
	tell_slac(evse, SLAC_EVSE_KEY_PENDING, SLAC_REASON_NONE);
}

/* Said once, not with the next vehicle's key again. */
static void cannot_serve(struct evse *evse, const char *why)
{
	bool news = strcmp(evse->not_serving_why, why) != 0;

	log_line(news ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
		 "Outlet cannot serve: %s. Trying again. evse_id=%s interface=%s", why, evse->parameters.evse_id,
		 evse->interface);
	snprintf(evse->not_serving_why, sizeof(evse->not_serving_why), "%s", why);
	evse_set_serving(evse, false);
	tell_slac(evse, SLAC_EVSE_KEY_PENDING, SLAC_REASON_NONE);
}

static void is_silent(struct evse *evse, const struct modem_output *item)
{
	char why[sizeof(evse->not_serving_why)];
	char from[MAC_TEXT_SIZE];
	char ours[MAC_TEXT_SIZE];

	if (item->error == MME_ERR_SOURCE_MAC)
		snprintf(why, sizeof(why), "another modem answers instead of ours: from=%s ours=%s",
			 mac_text(item->from, from), mac_text(item->ours, ours));
	else
		snprintf(why, sizeof(why), "no answer within %u ms from a modem", item->waited_ms);
	cannot_serve(evse, why);
}

static void refuses_key(struct evse *evse, uint8_t result)
{
	char why[sizeof(evse->not_serving_why)];

	snprintf(why, sizeof(why), "the modem refuses its key with result %u%s", result,
		 result == SET_KEY_RESULT_UNCLEAR ? " (where that means success: modem.key_result_0)" : "");
	cannot_serve(evse, why);
}

void evse_foreign_answer(struct evse *evse, const uint8_t from[MAC_LEN], const uint8_t ours[MAC_LEN])
{
	bool loud = log_limit_pass(&evse->foreign_answers, clock_now_us());
	char from_text[MAC_TEXT_SIZE];
	char ours_text[MAC_TEXT_SIZE];

	log_line(loud ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
		 "Modem answer ignored. evse_id=%s from=%s ours=%s count=%llu reason=not from our modem",
		 evse->parameters.evse_id, mac_text(from, from_text), mac_text(ours, ours_text),
		 (unsigned long long)evse->foreign_answers.count);
}

static void ignored(struct evse *evse, const struct modem_output *item)
{
	char from[MAC_TEXT_SIZE];

	if (item->error != MME_ERR_SOURCE_MAC) {
		log_line(LOG_LEVEL_DEBUG, "Modem answer ignored. evse_id=%s from=%s reason=%s",
			 evse->parameters.evse_id, mac_text(item->from, from), mme_error_text(item->error));
		return;
	}
	evse_foreign_answer(evse, item->from, item->ours);
}

static void send_message(struct evse *evse, const struct modem_mme *message)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	if (modem_mme_encode(message, frame, sizeof(frame), &len) == MME_OK)
		evse_link_send_octets(evse, modem_message_text(message->message), frame, len);
}

static void carry_out_one(struct evse *evse, const struct modem_output *item)
{
	switch (item->kind) {
	case MODEM_SEND:
		evse_link_send(evse, &item->frame);
		break;
	case MODEM_SEND_MESSAGE:
		send_message(evse, &item->message);
		break;
	case MODEM_IDENTIFIED:
		evse->not_reset_said = false;
		identified(evse);
		break;
	case MODEM_KEY_SET:
		key_is_set(evse);
		break;
	case MODEM_RESTARTED:
		modem_restarted(evse);
		break;
	case MODEM_KEY_LOST:
		key_lost(evse);
		break;
	case MODEM_UNIDENTIFIED:
		log_line(evse_recovery_level(evse),
			 "The modem does not say what it is, it is used without vendor messages%s. evse_id=%s",
			 evse->modem.config.family == MODEM_AUTO ? "" : " (modem.family is configured)",
			 evse->parameters.evse_id);
		break;
	case MODEM_SILENT:
		is_silent(evse, item);
		break;
	case MODEM_KEY_UNANSWERED:
		cannot_serve(evse, "the modem answers, but does not confirm its key");
		break;
	case MODEM_REFUSED:
		refuses_key(evse, item->result);
		break;
	case MODEM_RESTARTS:
		cannot_serve(evse, "the modem restarts again and again before it has its key");
		break;
	case MODEM_RESETTING:
		log_line(evse_recovery_level(evse), "The modem is being reset. evse_id=%s", evse->parameters.evse_id);
		break;
	case MODEM_NOT_RESET:
		log_line(evse->not_reset_said ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN,
			 "The modem was not reset: %s. evse_id=%s",
			 item->error == MME_ERR_RESULT ? "it refuses"
						       : "it does not confirm it, or is not known to be one that can",
			 evse->parameters.evse_id);
		evse->not_reset_said = true;
		break;
	case MODEM_LINK_UP:
		tell_slac(evse, SLAC_EVSE_LINK_UP, SLAC_REASON_NONE);
		break;
	case MODEM_LINK_LOST:
		tell_slac(evse, SLAC_EVSE_LINK_LOST, SLAC_REASON_NONE);
		break;
	case MODEM_LINK_UNKNOWN:
		log_line(LOG_LEVEL_INFO, "The modem is not asked for the link, it counts as up. evse_id=%s",
			 evse->parameters.evse_id);
		tell_slac(evse, SLAC_EVSE_LINK_UNKNOWN, SLAC_REASON_NONE);
		break;
	case MODEM_IGNORED:
		ignored(evse, item);
		break;
	}
}

/* The outputs hold the key. */
static void carry_out(struct evse *evse, struct modem_outputs *out)
{
	for (size_t i = 0; i < out->count; i++)
		carry_out_one(evse, &out->items[i]);
	explicit_bzero(out, sizeof(*out));
}

static void lacks_random_octets(struct evse *evse, const char *what)
{
	log_line(LOG_LEVEL_ERROR, "Outlet cannot serve: no random octets for a %s. evse_id=%s", what,
		 evse->parameters.evse_id);
	evse_set_serving(evse, false);
}

/* False, and said, when it could not be sent. */
static bool give_key(struct evse *evse, const struct network_key *key, bool after_session)
{
	struct modem_outputs out;
	uint8_t nonce[NONCE_LEN];

	if (!random_fill_csprng(NULL, nonce, sizeof(nonce))) {
		lacks_random_octets(evse, "nonce");
		return false;
	}
	modem_set_key(&evse->modem, key, nonce, after_session, clock_now_us(), &out);
	carry_out(evse, &out);
	return true;
}

static bool give_new_key(struct evse *evse, bool after_session)
{
	struct network_key key;
	bool given;

	if (!network_key_new(&key, random_fill_csprng, NULL)) {
		lacks_random_octets(evse, "key");
		return false;
	}
	given = give_key(evse, &key, after_session);
	network_key_wipe(&key);
	return given;
}

void evse_new_key(struct evse *evse)
{
	bool after_session = evse->key_given;

	evse->key_given = false;
	tell_slac(evse, SLAC_EVSE_KEY_LOST, SLAC_REASON_VEHICLE_LEFT);
	if (evse->link != NULL) {
		if (give_new_key(evse, after_session))
			return;
		modem_reset(&evse->modem); /* the old key is not given again, whatever the modem says */
	}
	if (after_session)
		modem_session_ended(&evse->modem);
}

void evse_same_key(struct evse *evse)
{
	struct network_key key = evse->modem.key;

	if (evse->link != NULL && evse->modem.state != MODEM_IDLE)
		give_key(evse, &key, false);
	network_key_wipe(&key);
}

void evse_check_key(struct evse *evse)
{
	struct modem_outputs out;

	modem_check_key(&evse->modem, clock_now_us(), &out);
	carry_out(evse, &out);
}

void evse_watch_link(struct evse *evse)
{
	const struct modem *modem = &evse->modem;
	struct modem_outputs out;

	log_line(LOG_LEVEL_DEBUG, "Waiting for the power-line link. evse_id=%s vendor_link_status=%s nw_stats=%s",
		 evse->parameters.evse_id, modem->tells_vendor_link ? "answered" : "never answered",
		 modem->tells_nw_stats ? "answered" : "never answered");
	modem_watch_link(&evse->modem, clock_now_us(), &out);
	carry_out(evse, &out);
}

void evse_modem_frame(struct evse *evse, const struct mme *frame)
{
	struct modem_outputs out;

	modem_frame(&evse->modem, frame, clock_now_us(), &out);
	carry_out(evse, &out);
}

bool evse_modem_octets(struct evse *evse, const uint8_t *frame, size_t len)
{
	struct modem_outputs out;
	struct modem_mme message;

	enum mme_error error = modem_mme_decode(frame, len, &message);
	if (error == MME_ERR_MMTYPE)
		return false;
	if (error != MME_OK) {
		evse_malformed(evse, message.src, "modem message", error, len);
		return true;
	}
	log_line(LOG_LEVEL_TRACE, "Received %s. evse_id=%s", modem_message_text(message.message),
		 evse->parameters.evse_id);
	modem_message(&evse->modem, &message, clock_now_us(), &out);
	carry_out(evse, &out);
	return true;
}

void evse_modem_tick(struct evse *evse)
{
	struct modem_outputs out;

	modem_tick(&evse->modem, clock_now_us(), &out);
	carry_out(evse, &out);
}

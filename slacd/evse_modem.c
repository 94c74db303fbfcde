/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

static void key_is_set(struct evse *evse)
{
	const struct slac_evse_input input = {.kind = SLAC_EVSE_KEY_SET, .key = &evse->modem.key};
	char mac[MAC_TEXT_SIZE];
	char nid[NID_TEXT_SIZE];

	log_line(LOG_LEVEL_INFO, "Modem has confirmed its key. evse_id=%s modem=%s nid=%s attempts=%u",
		 evse->parameters.evse_id, mac_text(evse->modem.mac, mac), nid_text(evse->modem.key.nid, nid),
		 evse->modem.attempts);
	evse_set_serving(evse, true);
	evse_slac_input(evse, &input);
}

static void carry_out(struct evse *evse, const struct modem_outputs *out)
{
	for (size_t i = 0; i < out->count; i++) {
		const struct modem_output *item = &out->items[i];
		switch (item->kind) {
		case MODEM_SEND:
			evse_link_send(evse, &item->frame);
			break;
		case MODEM_KEY_SET:
			key_is_set(evse);
			break;
		case MODEM_SILENT:
			log_line(LOG_LEVEL_WARN,
				 "Outlet cannot serve: no modem answers CM_SET_KEY. Trying again. evse_id=%s interface=%s",
				 evse->parameters.evse_id, evse->interface);
			evse_set_serving(evse, false);
			break;
		case MODEM_REFUSED:
			log_line(LOG_LEVEL_WARN,
				 "Outlet cannot serve: the modem refuses its key. Trying again. evse_id=%s interface=%s",
				 evse->parameters.evse_id, evse->interface);
			evse_set_serving(evse, false);
			break;
		case MODEM_IGNORED:
			log_line(LOG_LEVEL_DEBUG, "Modem answer ignored. evse_id=%s reason=%s",
				 evse->parameters.evse_id, mme_error_text(item->error));
			break;
		}
	}
}

static void give_key(struct evse *evse, const struct network_key *key)
{
	struct modem_outputs out;
	uint8_t nonce[NONCE_LEN];

	if (!random_fill_csprng(NULL, nonce, sizeof(nonce))) {
		log_line(LOG_LEVEL_ERROR, "Outlet cannot serve: no random octets for a nonce. evse_id=%s",
			 evse->parameters.evse_id);
		evse_set_serving(evse, false);
		return;
	}
	modem_set_key(&evse->modem, key, nonce, clock_now_us(), &out);
	carry_out(evse, &out);
}

void evse_new_key(struct evse *evse)
{
	const struct slac_evse_input lost = {.kind = SLAC_EVSE_KEY_LOST, .reason = SLAC_REASON_VEHICLE_LEFT};
	struct network_key key;

	evse_slac_input(evse, &lost);
	if (evse->link == NULL)
		return;
	if (!network_key_new(&key, random_fill_csprng, NULL)) {
		log_line(LOG_LEVEL_ERROR, "Outlet cannot serve: no random octets for a key. evse_id=%s",
			 evse->parameters.evse_id);
		evse_set_serving(evse, false);
		return;
	}
	give_key(evse, &key);
	network_key_wipe(&key);
}

void evse_same_key(struct evse *evse)
{
	struct network_key key = evse->modem.key;

	if (evse->link != NULL && evse->modem.state != MODEM_IDLE)
		give_key(evse, &key);
	network_key_wipe(&key);
}

void evse_modem_frame(struct evse *evse, const struct mme *frame)
{
	struct modem_outputs out;

	modem_frame(&evse->modem, frame, clock_now_us(), &out);
	carry_out(evse, &out);
}

void evse_modem_tick(struct evse *evse)
{
	struct modem_outputs out;

	modem_tick(&evse->modem, clock_now_us(), &out);
	carry_out(evse, &out);
}

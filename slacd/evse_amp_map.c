/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/evse_internal.h"

static void send_message(struct evse *evse, const struct amp_map_mme *message)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;
	uint8_t amplitude = (uint8_t)evse->shared->settings->amp_map_amplitude;

	if (amp_map_encode(message, amplitude, frame, sizeof(frame), &len) == MME_OK)
		evse_link_send_octets(evse, message->is_cnf ? "CM_AMP_MAP.CNF" : "CM_AMP_MAP.REQ", frame, len);
}

static void carry_out(struct evse *evse, const struct amp_map_outputs *out, const struct amp_map_mme *cause)
{
	const char *id = evse->parameters.evse_id;

	for (size_t i = 0; i < out->count; i++) {
		const struct amp_map_output *item = &out->items[i];
		switch (item->kind) {
		case AMP_MAP_SEND:
			send_message(evse, &item->message);
			break;
		case AMP_MAP_CONFIRMED:
			log_line(LOG_LEVEL_INFO, "The EV has confirmed our amplitude map. evse_id=%s", id);
			break;
		case AMP_MAP_NOT_CONFIRMED:
			log_line(LOG_LEVEL_WARN, "The EV does not confirm our amplitude map. evse_id=%s", id);
			break;
		case AMP_MAP_IGNORED:
			evse_refused(evse, "Ignored", cause->is_cnf ? "CM_AMP_MAP.CNF" : "CM_AMP_MAP.REQ", cause->src,
				     item->reason, item->error);
			break;
		}
	}
}

void evse_amp_map_link_up(struct evse *evse)
{
	bool told = evse->modem.link == MODEM_LINK_IS_UP;
	struct amp_map_outputs out;

	if (!told && evse->amp_map.config.initiate)
		log_line(LOG_LEVEL_WARN, "No CM_AMP_MAP.REQ: nobody tells when the link is up. evse_id=%s",
			 evse->parameters.evse_id);
	amp_map_link_up(&evse->amp_map, told, clock_now_us(), &out);
	carry_out(evse, &out, NULL);
}

bool evse_amp_map_octets(struct evse *evse, const uint8_t *frame, size_t len)
{
	struct amp_map_outputs out;
	struct amp_map_mme message;

	enum mme_error error = amp_map_decode(frame, len, &message);
	if (error == MME_ERR_MMTYPE)
		return false;
	if (error != MME_OK) {
		evse_refused(evse, "Ignored", "CM_AMP_MAP", message.src, SLAC_REASON_FIELD, error);
		return true;
	}
	if (!message.is_cnf)
		log_line(LOG_LEVEL_DEBUG, "Received CM_AMP_MAP.REQ. evse_id=%s carriers=%u", evse->parameters.evse_id,
			 message.carriers);
	amp_map_frame(&evse->amp_map, &message, clock_now_us(), &out);
	carry_out(evse, &out, &message);
	return true;
}

void evse_amp_map_tick(struct evse *evse)
{
	struct amp_map_outputs out;

	amp_map_tick(&evse->amp_map, clock_now_us(), &out);
	carry_out(evse, &out, NULL);
}

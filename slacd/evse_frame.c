/* SPDX-License-Identifier: Apache-2.0 */
/* A received frame finds its reader: matching, the modem, the amplitude-map exchange, or the network information. */
#include "slacd/evse_internal.h"

#include <string.h>

static void on_decoded(struct evse *evse, const struct mme *frame)
{
	const struct slac_evse_input input = {
		.kind = SLAC_EVSE_FRAME,
		.frame = frame,
		.neighbour_validates = frame->mmtype == CM_VALIDATE_REQ &&
				       evse->shared->neighbour_validates(evse->shared->context, evse, frame->src),
	};
	char mac[MAC_TEXT_SIZE];

	if (log_enabled(LOG_LEVEL_DEBUG))
		log_line(LOG_LEVEL_DEBUG, "Received %s. evse_id=%s from=%s", mme_name(frame->mmtype),
			 evse->parameters.evse_id, mac_text(frame->src, mac));
	if (frame->mmtype == CM_SET_KEY_CNF || frame->mmtype == CM_GET_KEY_CNF)
		evse_modem_frame(evse, frame);
	else
		evse_slac_input(evse, &input);
}

/* Not between EV and EVSE: the modem's messages, VS_NW_INFO, CM_AMP_MAP, or foreign traffic. */
static void on_other(struct evse *evse, const struct mme *header, const uint8_t *octets, size_t len)
{
	char mac[MAC_TEXT_SIZE];

	if (header->mmtype == VS_NW_INFO_CNF)
		evse_network_frame(evse, octets, len);
	else if (!evse_amp_map_octets(evse, octets, len) && !evse_modem_octets(evse, octets, len))
		log_line(LOG_LEVEL_TRACE, "Frame of another kind. evse_id=%s from=%s mmtype=0x%04x",
			 evse->parameters.evse_id, mac_text(header->src, mac), header->mmtype);
}

void evse_malformed(struct evse *evse, const uint8_t from[MAC_LEN], const char *name, enum mme_error error, size_t len)
{
	char mac[MAC_TEXT_SIZE];

	if (log_limit_pass(&evse->malformed[error], clock_now_us()))
		log_line(LOG_LEVEL_WARN, "Malformed frame. evse_id=%s from=%s frame=%s reason=%s octets=%zu count=%llu",
			 evse->parameters.evse_id, mac_text(from, mac), name, mme_error_text(error), len,
			 (unsigned long long)evse->malformed[error].count);
}

void evse_frame(struct evse *evse, const uint8_t *octets, size_t len)
{
	struct mme frame;
	enum mme_error error = mme_decode(octets, len, &frame);

	if (error == MME_OK)
		on_decoded(evse, &frame);
	else if (error == MME_ERR_MMTYPE)
		on_other(evse, &frame, octets, len);
	else
		evse_malformed(evse, frame.src, mme_name(frame.mmtype), error, len);
	explicit_bzero(&frame, sizeof(frame)); /* CM_GET_KEY.CNF holds the key */
}

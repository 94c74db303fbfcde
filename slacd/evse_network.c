/* SPDX-License-Identifier: Apache-2.0 */
/* slac_network_info: asks the modem for its network and passes the answer on. Only Qualcomm's know the question. */
#include "slacd/evse_internal.h"

#include <string.h>

static void answer_all(struct evse *evse, const struct api_network *network)
{
	struct network_requests *requests = &evse->network_requests;

	for (size_t i = 0; i < requests->count; i++)
		outbox_network_info(evse->shared->outbox, requests->ids[i], evse->parameters.evse_id, network,
				    network != NULL ? 1 : 0);
	requests->count = 0;
	requests->deadline_us = SLAC_NEVER;
}

static bool ask_modem(struct evse *evse)
{
	uint8_t frame[MME_FRAME_MIN];
	size_t len;

	return evse->link != NULL &&
	       nw_info_req_encode(evse->modem.config.host_mac, frame, sizeof(frame), &len) == MME_OK &&
	       port_send(evse->link, frame, len);
}

void evse_network_info(struct evse *evse, const char *id)
{
	struct network_requests *requests = &evse->network_requests;

	bool can_tell = evse->modem.family == MODEM_QUALCOMM;

	if (!can_tell || requests->count == NETWORK_REQUESTS_MAX || (requests->count == 0 && !ask_modem(evse))) {
		outbox_network_info(evse->shared->outbox, id, evse->parameters.evse_id, NULL, 0);
		return;
	}
	if (requests->count == 0)
		requests->deadline_us = clock_now_us() + (uint64_t)evse->shared->settings->modem_response_ms * 1000;
	snprintf(requests->ids[requests->count++], API_ID_MAX, "%s", id);
	evse_arm(evse);
}

void evse_network_frame(struct evse *evse, const uint8_t *frame, size_t len)
{
	struct api_network network = {0};
	struct nw_info info;

	if (nw_info_cnf_decode(frame, len, &info) != MME_OK)
		return;
	/* Stations across the power line may answer as well: only our own modem's network is meant. */
	if (evse->modem.has_mac && !mac_equal(info.modem_mac, evse->modem.mac)) {
		evse_foreign_answer(evse, info.modem_mac, evse->modem.mac);
		return;
	}
	if (evse->network_requests.count == 0)
		return;
	memcpy(network.nid, info.nid, NID_LEN);
	network.snid = info.snid;
	network.tei = info.tei;
	network.role = info.role;
	memcpy(network.cco_mac, info.cco_mac, MAC_LEN);
	answer_all(evse, info.in_network ? &network : NULL);
}

void evse_network_expire(struct evse *evse)
{
	bool loud = log_limit_pass(&evse->network_unanswered, clock_now_us());

	log_line(loud ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
		 "The modem does not tell its network (VS_NW_INFO). evse_id=%s count=%llu", evse->parameters.evse_id,
		 (unsigned long long)evse->network_unanswered.count);
	answer_all(evse, NULL);
}

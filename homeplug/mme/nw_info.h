/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Qualcomm VS_NW_INFO.REQ (0xA038, host to modem) and .CNF (0xA039): the modem's view of its logical network
 * (doc/protocol.md). Kept apart from the standard's messages. Confirmations come in two
 * layouts, told apart by MMV; offsets from the start of the frame:
 *
 *   REQ         17 oui[3]                                                       (MMV 0, 20 octets, sent as 60)
 *   CNF, MMV 0  17 oui[3]  20 networks (0 or 1)  21 nid[7]  28 snid  29 tei  30 role  31 cco_mac[6]
 *               37 cco_tei  38 stations  39 station[15] ...
 *   CNF, MMV 1  19 oui[3]  22 sub_version  24 data_length  27 networks  28 nid[7]  37 snid  38 tei  43 role
 *               44 cco_mac[6]  50 cco_tei  54 stations  60 station[24] ...
 *
 * Without a network both end after `networks`.
 */
#ifndef HOMEPLUG_MME_NW_INFO_H
#define HOMEPLUG_MME_NW_INFO_H

#include "homeplug/mme/mme.h"

#define VS_NW_INFO_REQ 0xa038
#define VS_NW_INFO_CNF 0xa039

enum nw_info_role { NW_INFO_STATION = 0, NW_INFO_PROXY_COORDINATOR = 1, NW_INFO_COORDINATOR = 2 };

struct nw_info {
	uint8_t modem_mac[MAC_LEN]; /* who answered (OSA) */
	bool in_network;            /* false: the rest is zero */
	uint8_t nid[NID_LEN];
	uint8_t snid;
	uint8_t tei;
	uint8_t role; /* enum nw_info_role, or a value it does not know */
	uint8_t cco_mac[MAC_LEN];
	uint8_t stations; /* peers in the network */
};

/*
 * Writes the request from `src` to the local modem, padded to 60 octets, and sets *len. MME_ERR_BUFFER when
 * size is below 60.
 */
enum mme_error nw_info_req_encode(const uint8_t src[MAC_LEN], uint8_t *frame, size_t size, size_t *len);

/* Decodes a confirmation of either layout. MME_OK; MME_ERR_MMTYPE when the frame is something else (also another
 * vendor's); MME_ERR_SHORT when it ends too early. *out is only changed on MME_OK. */
enum mme_error nw_info_cnf_decode(const uint8_t *frame, size_t len, struct nw_info *out);

/* The modem's side, for the simulator: whether the frame is a request, and a confirmation (MMV 0) to its sender. */
bool nw_info_req_decode(const uint8_t *frame, size_t len, uint8_t src[MAC_LEN]);
enum mme_error nw_info_cnf_encode(const struct nw_info *info, const uint8_t dst[MAC_LEN], uint8_t *frame, size_t size,
				  size_t *len);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_AMP_MAP.REQ (0x601C) and .CNF (0x601D), unicast between EV and EVSE once the link is up: asks the other side to
 * send with lower amplitudes (ISO 15118-3 Annex A). Kept apart from the other
 * messages, as the REQ is much longer. Offsets from the start of the frame:
 *
 *   REQ  19 amlen (little endian, number of carriers)  21 amdata[ceil(amlen / 2)], the even carrier in the low nibble
 *   CNF  19 result
 *
 * Sent with MMV 1; received with MMV 1 or 2.
 */
#ifndef HOMEPLUG_MME_AMP_MAP_H
#define HOMEPLUG_MME_AMP_MAP_H

#include "homeplug/mme/mme.h"

#define CM_AMP_MAP_REQ 0x601c
#define CM_AMP_MAP_CNF 0x601d

/* The carriers of 1.8 - 28 MHz; what fits into one Ethernet frame. */
#define AMP_MAP_CARRIERS     917
#define AMP_MAP_CARRIERS_MAX 2986

enum amp_map_result { AMP_MAP_SUCCESS = 0x00, AMP_MAP_FAILURE = 0x01 };

/* What a host needs to know of a message of the exchange; the amplitudes are the modem's business. */
struct amp_map_mme {
	uint8_t dst[MAC_LEN];
	uint8_t src[MAC_LEN];
	bool is_cnf;
	uint16_t carriers; /* REQ: amlen, 0 is possible and must not be answered */
	uint8_t result;    /* CNF: enum amp_map_result, or a value it does not know */
};

/*
 * Decodes either message. MME_OK; MME_ERR_MMTYPE when the frame is something else; MME_ERR_SHORT when it ends too
 * early (a REQ must hold all the amplitudes it announces); MME_ERR_ETHERTYPE, MME_ERR_FRAGMENT as in mme_decode;
 * MME_ERR_MMV for an MMV other than 1 and 2.
 * On an error dst and src of *out are valid as far as the frame reached them (zero otherwise).
 */
enum mme_error amp_map_decode(const uint8_t *frame, size_t len, struct amp_map_mme *out);

/*
 * Writes a message with `amplitude` (0 ... 15) for every one of in->carriers carriers, padded to 60 octets, and sets
 * *len. MME_ERR_BUFFER when size is too small (MME_FRAME_MAX holds every message) or for more than
 * AMP_MAP_CARRIERS_MAX carriers.
 */
enum mme_error amp_map_encode(const struct amp_map_mme *in, uint8_t amplitude, uint8_t *frame, size_t size,
			      size_t *len);

#endif

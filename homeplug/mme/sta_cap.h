/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_STA_CAP.REQ (0x6034, no payload) and .CNF (0x6035): what the modem can do (homeplug-mme document,
 * section 4.3). CNF, 25 octets from the end of the MME header:
 *
 *   0 av_version  1 mac[6]  7 oui[3]  10 auto_connect  11 smoothing  12 cco_capability  13 proxy_capability
 *   14 backup_cco  15 soft_handover  16 two_sym_fc  17 max_fl_av (little endian)  19 hp_1_1  20 hp_1_0_1
 *   21 regulatory  22 bidir_burst  23 implementation_version (little endian)
 */
#ifndef HOMEPLUG_MME_STA_CAP_H
#define HOMEPLUG_MME_STA_CAP_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

#define OUI_LEN 3

struct sta_cap_cnf {
	uint8_t av_version;
	uint8_t mac[MAC_LEN];
	uint8_t oui[OUI_LEN];
	uint8_t auto_connect;
	uint8_t smoothing;
	uint8_t cco_capability;
	uint8_t proxy_capability;
	uint8_t backup_cco;
	uint8_t soft_handover;
	uint8_t two_sym_fc;
	uint16_t max_fl_av;
	uint8_t hp_1_1;
	uint8_t hp_1_0_1;
	uint8_t regulatory;
	uint8_t bidir_burst;
	uint16_t implementation_version;
};

/* MME_OK or MME_ERR_SHORT. */
enum mme_error sta_cap_cnf_decode(struct reader *r, struct sta_cap_cnf *out);
/* A buffer that is too small shows in w->failed. */
void sta_cap_cnf_encode(struct writer *w, const struct sta_cap_cnf *in);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_ATTEN_PROFILE.IND (0x6086, EVSE's modem to its host, broadcast): attenuation of one sound.
 * Offsets from the end of the MME header:
 *
 *   0 pev_mac[6]  6 num_groups  7 reserved  8 aag_db[num_groups]      (8 + num_groups octets)
 *
 * It carries no run_id: it belongs to the run of pev_mac. Adapters without SLAC support send 0 groups.
 */
#ifndef HOMEPLUG_MME_ATTEN_PROFILE_H
#define HOMEPLUG_MME_ATTEN_PROFILE_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

struct atten_profile_ind {
	uint8_t pev_mac[MAC_LEN];
	uint8_t num_groups;
	uint8_t aag_db[SLAC_GROUPS]; /* attenuation per group in dB; zeros beyond num_groups */
};

/* Reads one message; MME_OK, MME_ERR_SHORT, or MME_ERR_NUM_GROUPS for more than 58 groups. */
enum mme_error atten_profile_ind_decode(struct reader *r, struct atten_profile_ind *out);
/* Writes one message; num_groups at most 58. A buffer that is too small shows in w->failed. */
void atten_profile_ind_encode(struct writer *w, const struct atten_profile_ind *in);

/* EVSE side: MME_OK, MME_ERR_PEV_MAC, or MME_ERR_GROUPS_MISSING when it has other than 58 groups. */
enum mme_error atten_profile_ind_check(const struct atten_profile_ind *ind, const uint8_t ev_mac[MAC_LEN]);

#endif

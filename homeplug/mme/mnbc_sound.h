/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_MNBC_SOUND.IND (0x6076, EV broadcast, ten times): one sound.
 * ISO 15118-3 Annex A, table A.4. Offsets from the end of the MME header:
 *
 *   0 application_type  1 security_type  2 sender_id[17]  19 cnt (sounds that remain after this one)
 *  20 run_id[8]  28 reserved[8]  36 rnd[16]                           (52 octets)
 */
#ifndef HOMEPLUG_MME_MNBC_SOUND_H
#define HOMEPLUG_MME_MNBC_SOUND_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

#define SOUND_RND_LEN 16

struct mnbc_sound_ind {
	uint8_t application_type;
	uint8_t security_type;
	uint8_t sender_id[SLAC_ID_LEN];
	uint8_t cnt;
	uint8_t run_id[RUN_ID_LEN];
	uint8_t rnd[SOUND_RND_LEN];
};

/* Reads one message; MME_OK or MME_ERR_SHORT. */
enum mme_error mnbc_sound_ind_decode(struct reader *r, struct mnbc_sound_ind *out);
/* Writes one message (reserved octets zero); a buffer that is too small shows in w->failed. */
void mnbc_sound_ind_encode(struct writer *w, const struct mnbc_sound_ind *in);

/* EVSE side: MME_OK or APPLICATION_TYPE, SECURITY_TYPE, RUN_ID. sender_id and cnt are not looked at. */
enum mme_error mnbc_sound_ind_check(const struct mnbc_sound_ind *ind, const uint8_t run_id[RUN_ID_LEN]);

#endif

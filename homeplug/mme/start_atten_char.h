/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_START_ATTEN_CHAR.IND (0x606A, EV broadcast, three times): sounding begins.
 * ISO 15118-3 Annex A, table A.4. Offsets from the end of the MME header:
 *
 *   0 application_type  1 security_type  2 num_sounds  3 time_out (100 ms)  4 resp_type
 *   5 forwarding_sta[6]  11 run_id[8]                                 (19 octets)
 */
#ifndef HOMEPLUG_MME_START_ATTEN_CHAR_H
#define HOMEPLUG_MME_START_ATTEN_CHAR_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

struct start_atten_char_ind {
	uint8_t application_type;
	uint8_t security_type;
	uint8_t num_sounds;
	uint8_t time_out;
	uint8_t resp_type;
	uint8_t forwarding_sta[MAC_LEN];
	uint8_t run_id[RUN_ID_LEN];
};

/* Reads one message; MME_OK or MME_ERR_SHORT. */
enum mme_error start_atten_char_ind_decode(struct reader *r, struct start_atten_char_ind *out);
/* Writes one message; a buffer that is too small shows in w->failed. */
void start_atten_char_ind_encode(struct writer *w, const struct start_atten_char_ind *in);

/*
 * EVSE side. MME_OK, or the first failing field: APPLICATION_TYPE, SECURITY_TYPE, NUM_SOUNDS, TIME_OUT,
 * RESP_TYPE, RUN_ID. With exact_counts num_sounds and time_out must be the announced 10 and 6, otherwise
 * any value but 0 will do (15118-5 AttenuationCharacterization_013 ... _018).
 */
enum mme_error start_atten_char_ind_check(const struct start_atten_char_ind *ind, const uint8_t run_id[RUN_ID_LEN],
					  bool exact_counts);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_ATTEN_CHAR.IND (0x606E, EVSE unicast) and .RSP (0x606F, EV unicast): the averaged attenuation.
 * ISO 15118-3 Annex A, table A.4. Offsets from the end of the MME header:
 *
 *   both 0 application_type  1 security_type  2 source_address[6] (the EV's MAC in both directions)
 *        8 run_id[8]  16 source_id[17]  33 resp_id[17]
 *   IND 50 num_sounds  51 num_groups  52 aag_db[num_groups]           (52 + num_groups octets)
 *   RSP 50 result                                                     (51 octets)
 */
#ifndef HOMEPLUG_MME_ATTEN_CHAR_H
#define HOMEPLUG_MME_ATTEN_CHAR_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

struct atten_char_ind {
	uint8_t application_type;
	uint8_t security_type;
	uint8_t source_address[MAC_LEN];
	uint8_t run_id[RUN_ID_LEN];
	uint8_t source_id[SLAC_ID_LEN];
	uint8_t resp_id[SLAC_ID_LEN];
	uint8_t num_sounds; /* profiles that went into the average */
	uint8_t num_groups;
	uint8_t aag_db[SLAC_GROUPS];
};

struct atten_char_rsp {
	uint8_t application_type;
	uint8_t security_type;
	uint8_t source_address[MAC_LEN];
	uint8_t run_id[RUN_ID_LEN];
	uint8_t source_id[SLAC_ID_LEN];
	uint8_t resp_id[SLAC_ID_LEN];
	uint8_t result;
};

/* Read one message; MME_OK, MME_ERR_SHORT, and for the IND MME_ERR_NUM_GROUPS above 58 groups. */
enum mme_error atten_char_ind_decode(struct reader *r, struct atten_char_ind *out);
enum mme_error atten_char_rsp_decode(struct reader *r, struct atten_char_rsp *out);
/* Write one message; a buffer that is too small shows in w->failed. num_groups at most 58. */
void atten_char_ind_encode(struct writer *w, const struct atten_char_ind *in);
void atten_char_rsp_encode(struct writer *w, const struct atten_char_rsp *in);

/*
 * EVSE side (15118-5 AttenuationCharacterization_005 ... _011). MME_OK, or the first failing field:
 * APPLICATION_TYPE, SECURITY_TYPE, SOURCE_ADDRESS, RUN_ID, SOURCE_ID, RESP_ID, RESULT.
 */
enum mme_error atten_char_rsp_check(const struct atten_char_rsp *rsp, const uint8_t ev_mac[MAC_LEN],
				    const uint8_t run_id[RUN_ID_LEN]);
/* EV side: APPLICATION_TYPE, SECURITY_TYPE, SOURCE_ADDRESS, RUN_ID, GROUPS_MISSING. */
enum mme_error atten_char_ind_check(const struct atten_char_ind *ind, const uint8_t ev_mac[MAC_LEN],
				    const uint8_t run_id[RUN_ID_LEN]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_SLAC_MATCH.REQ (0x607C, EV) and .CNF (0x607D, EVSE), both unicast: the EV's choice, and the keys.
 * ISO 15118-3 Annex A, table A.7. Offsets from the end of the MME header:
 *
 *   both 0 application_type  1 security_type  2 mvf_length (little endian: REQ 62, CNF 86)
 *        4 pev_id[17]  21 pev_mac[6]  27 evse_id[17]  44 evse_mac[6]  50 run_id[8]  58 reserved[8]
 *   REQ ends here                                                      (66 octets)
 *   CNF 66 nid[7]  73 reserved  74 nmk[16]                             (90 octets)
 */
#ifndef HOMEPLUG_MME_SLAC_MATCH_H
#define HOMEPLUG_MME_SLAC_MATCH_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

#define SLAC_MATCH_REQ_MVF_LENGTH 62
#define SLAC_MATCH_CNF_MVF_LENGTH 86

struct slac_match_req {
	uint8_t application_type;
	uint8_t security_type;
	uint16_t mvf_length;
	uint8_t pev_id[SLAC_ID_LEN];
	uint8_t pev_mac[MAC_LEN];
	uint8_t evse_id[SLAC_ID_LEN];
	uint8_t evse_mac[MAC_LEN];
	uint8_t run_id[RUN_ID_LEN];
};

struct slac_match_cnf {
	uint8_t application_type;
	uint8_t security_type;
	uint16_t mvf_length;
	uint8_t pev_id[SLAC_ID_LEN];
	uint8_t pev_mac[MAC_LEN];
	uint8_t evse_id[SLAC_ID_LEN];
	uint8_t evse_mac[MAC_LEN];
	uint8_t run_id[RUN_ID_LEN];
	uint8_t nid[NID_LEN];
	uint8_t nmk[NMK_LEN];
};

/* Read one message; MME_OK or MME_ERR_SHORT. */
enum mme_error slac_match_req_decode(struct reader *r, struct slac_match_req *out);
enum mme_error slac_match_cnf_decode(struct reader *r, struct slac_match_cnf *out);
/* Write one message (reserved octets zero); a buffer that is too small shows in w->failed. */
void slac_match_req_encode(struct writer *w, const struct slac_match_req *in);
void slac_match_cnf_encode(struct writer *w, const struct slac_match_cnf *in);

/*
 * EVSE side (15118-5 CmSlacMatch_007 ... _022). MME_OK, or the first failing field: APPLICATION_TYPE,
 * SECURITY_TYPE, MVF_LENGTH, PEV_ID, PEV_MAC, EVSE_ID, EVSE_MAC, RUN_ID. With any_ids the two
 * 17-octet ids may hold anything (open-plc-utils fills them), otherwise they must be zero.
 */
enum mme_error slac_match_req_check(const struct slac_match_req *req, const uint8_t ev_mac[MAC_LEN],
				    const uint8_t evse_mac[MAC_LEN], const uint8_t run_id[RUN_ID_LEN], bool any_ids);
/* EV side: APPLICATION_TYPE, SECURITY_TYPE, MVF_LENGTH, PEV_MAC, EVSE_MAC, RUN_ID. */
enum mme_error slac_match_cnf_check(const struct slac_match_cnf *cnf, const uint8_t ev_mac[MAC_LEN],
				    const uint8_t evse_mac[MAC_LEN], const uint8_t run_id[RUN_ID_LEN]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_SLAC_PARM.REQ (0x6064, EV broadcast) and .CNF (0x6065, EVSE unicast): the first exchange of SLAC.
 * ISO 15118-3 Annex A, table A.2. Offsets count from the end of the MME header (frame offset 19).
 *
 *   REQ  0 application_type   1 security_type   2 run_id[8]          (10 octets)
 *   CNF  0 m_sound_target[6]  6 num_sounds  7 time_out (100 ms)  8 resp_type  9 forwarding_sta[6]
 *       15 application_type  16 security_type  17 run_id[8]          (25 octets)
 *
 * The cipher suites that may follow with security_type 1 are not read.
 */
#ifndef HOMEPLUG_MME_SLAC_PARM_H
#define HOMEPLUG_MME_SLAC_PARM_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

/* What an EVSE announces: C_EV_match_MNBC, TT_EVSE_match_MNBC in units of 100 ms, "send to another GP station". */
#define SLAC_NUM_SOUNDS 10
#define SLAC_TIME_OUT   6
#define SLAC_RESP_TYPE  0x01

struct slac_parm_req {
	uint8_t application_type;
	uint8_t security_type;
	uint8_t run_id[RUN_ID_LEN];
};

struct slac_parm_cnf {
	uint8_t m_sound_target[MAC_LEN];
	uint8_t num_sounds;
	uint8_t time_out;
	uint8_t resp_type;
	uint8_t forwarding_sta[MAC_LEN];
	uint8_t application_type;
	uint8_t security_type;
	uint8_t run_id[RUN_ID_LEN];
};

/* Read one message; MME_OK or MME_ERR_SHORT. */
enum mme_error slac_parm_req_decode(struct reader *r, struct slac_parm_req *out);
enum mme_error slac_parm_cnf_decode(struct reader *r, struct slac_parm_cnf *out);
/* Write one message; a buffer that is too small shows in w->failed. */
void slac_parm_req_encode(struct writer *w, const struct slac_parm_req *in);
void slac_parm_cnf_encode(struct writer *w, const struct slac_parm_cnf *in);

/* EVSE side: MME_OK, MME_ERR_APPLICATION_TYPE or MME_ERR_SECURITY_TYPE (15118-5 CmSlacParm_005, _006). */
enum mme_error slac_parm_req_check(const struct slac_parm_req *req);
/* EV side: as above, or MME_ERR_RUN_ID when it is not an octet-exact echo of run_id. */
enum mme_error slac_parm_cnf_check(const struct slac_parm_cnf *cnf, const uint8_t run_id[RUN_ID_LEN]);

#endif

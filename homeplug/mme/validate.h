/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_VALIDATE.REQ (0x6078, EV) and .CNF (0x6079, EVSE), both unicast: optional validation by toggling S2.
 * ISO 15118-3 Annex A, table A.5. Offsets from the end of the MME header:
 *
 *   REQ  0 signal_type  1 timer ((timer + 1) x 100 ms in step 2)  2 result   (3 octets)
 *   CNF  0 signal_type  1 toggle_num                              2 result   (3 octets)
 *
 * Neither carries a run_id: the run is found by the sender's MAC.
 */
#ifndef HOMEPLUG_MME_VALIDATE_H
#define HOMEPLUG_MME_VALIDATE_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

enum validate_result {
	VALIDATE_NOT_READY = 0x00,
	VALIDATE_READY = 0x01,
	VALIDATE_SUCCESS = 0x02,
	VALIDATE_FAILURE = 0x03,
	VALIDATE_NOT_REQUIRED = 0x04
};

struct validate_req {
	uint8_t signal_type;
	uint8_t timer;
	uint8_t result;
};

struct validate_cnf {
	uint8_t signal_type;
	uint8_t toggle_num;
	uint8_t result;
};

/* Read one message; MME_OK or MME_ERR_SHORT. */
enum mme_error validate_req_decode(struct reader *r, struct validate_req *out);
enum mme_error validate_cnf_decode(struct reader *r, struct validate_cnf *out);
/* Write one message; a buffer that is too small shows in w->failed. */
void validate_req_encode(struct writer *w, const struct validate_req *in);
void validate_cnf_encode(struct writer *w, const struct validate_cnf *in);

/* EVSE side: MME_OK, MME_ERR_SIGNAL_TYPE (not 0) or MME_ERR_RESULT (not VALIDATE_READY). */
enum mme_error validate_req_check(const struct validate_req *req);

#endif

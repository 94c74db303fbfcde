/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_GET_KEY.REQ (0x600C, host to modem) and .CNF (0x600D): asks the modem for its NMK.
 * Layout as real modems take it (doc/protocol.md). Offsets from the end of the MME header:
 *
 *   REQ  0 request_type  1 key_type  2 nid[7]  9 my_nonce[4]  13 pid  14 prn (little endian)  16 pmn (17 octets)
 *   CNF  0 result  1 key_type  2 my_nonce[4]  6 your_nonce[4]  10 nid[7]  17 eks  18 pid  19 prn  21 pmn
 *       22 key[16]                                                     (38 octets; modems send 406)
 */
#ifndef HOMEPLUG_MME_GET_KEY_H
#define HOMEPLUG_MME_GET_KEY_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

enum get_key_result { GET_KEY_GRANTED = 0x00, GET_KEY_REFUSED = 0x01, GET_KEY_UNSUPPORTED = 0x02 };

struct get_key_req {
	uint8_t request_type; /* 0 direct, 1 relayed */
	uint8_t key_type;
	uint8_t nid[NID_LEN];
	uint8_t my_nonce[NONCE_LEN];
	uint8_t pid;
	uint16_t prn;
	uint8_t pmn;
};

struct get_key_cnf {
	uint8_t result;
	uint8_t key_type;
	uint8_t my_nonce[NONCE_LEN];
	uint8_t your_nonce[NONCE_LEN];
	uint8_t nid[NID_LEN]; /* of the modem's current network, also in a refusal */
	uint8_t eks;
	uint8_t pid;
	uint16_t prn;
	uint8_t pmn;
	uint8_t key[NMK_LEN];
};

/* Read one message; MME_OK or MME_ERR_SHORT. */
enum mme_error get_key_req_decode(struct reader *r, struct get_key_req *out);
enum mme_error get_key_cnf_decode(struct reader *r, struct get_key_cnf *out);
/* Write one message; a buffer that is too small shows in w->failed. */
void get_key_req_encode(struct writer *w, const struct get_key_req *in);
void get_key_cnf_encode(struct writer *w, const struct get_key_cnf *in);

/* Host side: KEY_TYPE, or YOUR_NONCE when it does not echo the request's my_nonce. */
enum mme_error get_key_cnf_check(const struct get_key_cnf *cnf, const uint8_t my_nonce[NONCE_LEN]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CM_SET_KEY.REQ (0x6008, host to modem) and .CNF (0x6009): gives the modem its NMK.
 * ISO 15118-3 Annex A, table A.8. Offsets from the end of the MME header:
 *
 *   REQ  0 key_type  1 my_nonce[4]  5 your_nonce[4]  9 pid  10 prn (little endian)  12 pmn
 *       13 cco_capability  14 nid[7]  21 new_eks  22 new_key[16]       (38 octets)
 *   CNF  0 result  1 my_nonce[4]  5 your_nonce[4]  9 pid  10 prn  12 pmn  13 cco_capability (14 octets)
 */
#ifndef HOMEPLUG_MME_SET_KEY_H
#define HOMEPLUG_MME_SET_KEY_H

#include "homeplug/mme/address.h"
#include "homeplug/mme/cursor.h"
#include "homeplug/mme/mme_error.h"

#define KEY_TYPE_NMK    0x01
#define KEY_PID_HLE     0x04
#define KEY_NEW_EKS_NMK 0x01

/* What QCA modems answer when they took the key. 0x00 means "success" to other readings of the standard. */
#define SET_KEY_RESULT_TAKEN   0x01
#define SET_KEY_RESULT_UNCLEAR 0x00

struct set_key_req {
	uint8_t key_type;
	uint8_t my_nonce[NONCE_LEN];
	uint8_t your_nonce[NONCE_LEN];
	uint8_t pid;
	uint16_t prn;
	uint8_t pmn;
	uint8_t cco_capability;
	uint8_t nid[NID_LEN];
	uint8_t new_eks;
	uint8_t new_key[NMK_LEN];
};

struct set_key_cnf {
	uint8_t result;
	uint8_t my_nonce[NONCE_LEN];
	uint8_t your_nonce[NONCE_LEN];
	uint8_t pid;
	uint16_t prn;
	uint8_t pmn;
	uint8_t cco_capability;
};

/* Read one message; MME_OK or MME_ERR_SHORT. */
enum mme_error set_key_req_decode(struct reader *r, struct set_key_req *out);
enum mme_error set_key_cnf_decode(struct reader *r, struct set_key_cnf *out);
/* Write one message; a buffer that is too small shows in w->failed. */
void set_key_req_encode(struct writer *w, const struct set_key_req *in);
void set_key_cnf_encode(struct writer *w, const struct set_key_cnf *in);

/* Modem side (simulator): KEY_TYPE, PID. Host side: YOUR_NONCE must echo the request's my_nonce. */
enum mme_error set_key_req_check(const struct set_key_req *req);
enum mme_error set_key_cnf_check(const struct set_key_cnf *cnf, const uint8_t my_nonce[NONCE_LEN]);

#endif

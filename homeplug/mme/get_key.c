/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/get_key.h"

#include "homeplug/mme/set_key.h"

#include <string.h>

enum mme_error get_key_req_decode(struct reader *r, struct get_key_req *out)
{
	out->request_type = read_u8(r);
	out->key_type = read_u8(r);
	read_bytes(r, out->nid, NID_LEN);
	read_bytes(r, out->my_nonce, NONCE_LEN);
	out->pid = read_u8(r);
	out->prn = read_le16(r);
	out->pmn = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void get_key_req_encode(struct writer *w, const struct get_key_req *in)
{
	write_u8(w, in->request_type);
	write_u8(w, in->key_type);
	write_bytes(w, in->nid, NID_LEN);
	write_bytes(w, in->my_nonce, NONCE_LEN);
	write_u8(w, in->pid);
	write_le16(w, in->prn);
	write_u8(w, in->pmn);
}

enum mme_error get_key_cnf_decode(struct reader *r, struct get_key_cnf *out)
{
	out->result = read_u8(r);
	out->key_type = read_u8(r);
	read_bytes(r, out->my_nonce, NONCE_LEN);
	read_bytes(r, out->your_nonce, NONCE_LEN);
	read_bytes(r, out->nid, NID_LEN);
	out->eks = read_u8(r);
	out->pid = read_u8(r);
	out->prn = read_le16(r);
	out->pmn = read_u8(r);
	read_bytes(r, out->key, NMK_LEN);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void get_key_cnf_encode(struct writer *w, const struct get_key_cnf *in)
{
	write_u8(w, in->result);
	write_u8(w, in->key_type);
	write_bytes(w, in->my_nonce, NONCE_LEN);
	write_bytes(w, in->your_nonce, NONCE_LEN);
	write_bytes(w, in->nid, NID_LEN);
	write_u8(w, in->eks);
	write_u8(w, in->pid);
	write_le16(w, in->prn);
	write_u8(w, in->pmn);
	write_bytes(w, in->key, NMK_LEN);
}

enum mme_error get_key_cnf_check(const struct get_key_cnf *cnf, const uint8_t my_nonce[NONCE_LEN])
{
	if (cnf->key_type != KEY_TYPE_NMK)
		return MME_ERR_KEY_TYPE;
	return memcmp(cnf->your_nonce, my_nonce, NONCE_LEN) == 0 ? MME_OK : MME_ERR_YOUR_NONCE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/set_key.h"

#include <string.h>

enum mme_error set_key_req_decode(struct reader *r, struct set_key_req *out)
{
	out->key_type = read_u8(r);
	read_bytes(r, out->my_nonce, NONCE_LEN);
	read_bytes(r, out->your_nonce, NONCE_LEN);
	out->pid = read_u8(r);
	out->prn = read_le16(r);
	out->pmn = read_u8(r);
	out->cco_capability = read_u8(r);
	read_bytes(r, out->nid, NID_LEN);
	out->new_eks = read_u8(r);
	read_bytes(r, out->new_key, NMK_LEN);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void set_key_req_encode(struct writer *w, const struct set_key_req *in)
{
	write_u8(w, in->key_type);
	write_bytes(w, in->my_nonce, NONCE_LEN);
	write_bytes(w, in->your_nonce, NONCE_LEN);
	write_u8(w, in->pid);
	write_le16(w, in->prn);
	write_u8(w, in->pmn);
	write_u8(w, in->cco_capability);
	write_bytes(w, in->nid, NID_LEN);
	write_u8(w, in->new_eks);
	write_bytes(w, in->new_key, NMK_LEN);
}

enum mme_error set_key_cnf_decode(struct reader *r, struct set_key_cnf *out)
{
	out->result = read_u8(r);
	read_bytes(r, out->my_nonce, NONCE_LEN);
	read_bytes(r, out->your_nonce, NONCE_LEN);
	out->pid = read_u8(r);
	out->prn = read_le16(r);
	out->pmn = read_u8(r);
	out->cco_capability = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void set_key_cnf_encode(struct writer *w, const struct set_key_cnf *in)
{
	write_u8(w, in->result);
	write_bytes(w, in->my_nonce, NONCE_LEN);
	write_bytes(w, in->your_nonce, NONCE_LEN);
	write_u8(w, in->pid);
	write_le16(w, in->prn);
	write_u8(w, in->pmn);
	write_u8(w, in->cco_capability);
}

enum mme_error set_key_req_check(const struct set_key_req *req)
{
	if (req->key_type != KEY_TYPE_NMK)
		return MME_ERR_KEY_TYPE;
	if (req->pid != KEY_PID_HLE)
		return MME_ERR_PID;
	return MME_OK;
}

enum mme_error set_key_cnf_check(const struct set_key_cnf *cnf, const uint8_t my_nonce[NONCE_LEN])
{
	return memcmp(cnf->your_nonce, my_nonce, NONCE_LEN) == 0 ? MME_OK : MME_ERR_YOUR_NONCE;
}

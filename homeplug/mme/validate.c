/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/validate.h"

enum mme_error validate_req_decode(struct reader *r, struct validate_req *out)
{
	out->signal_type = read_u8(r);
	out->timer = read_u8(r);
	out->result = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void validate_req_encode(struct writer *w, const struct validate_req *in)
{
	write_u8(w, in->signal_type);
	write_u8(w, in->timer);
	write_u8(w, in->result);
}

enum mme_error validate_cnf_decode(struct reader *r, struct validate_cnf *out)
{
	out->signal_type = read_u8(r);
	out->toggle_num = read_u8(r);
	out->result = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void validate_cnf_encode(struct writer *w, const struct validate_cnf *in)
{
	write_u8(w, in->signal_type);
	write_u8(w, in->toggle_num);
	write_u8(w, in->result);
}

enum mme_error validate_req_check(const struct validate_req *req)
{
	if (req->signal_type != 0)
		return MME_ERR_SIGNAL_TYPE;
	if (req->result != VALIDATE_READY)
		return MME_ERR_RESULT;
	return MME_OK;
}

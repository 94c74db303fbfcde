/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/slac_parm.h"

#include <string.h>

enum mme_error slac_parm_req_decode(struct reader *r, struct slac_parm_req *out)
{
	out->application_type = read_u8(r);
	out->security_type = read_u8(r);
	read_bytes(r, out->run_id, RUN_ID_LEN);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void slac_parm_req_encode(struct writer *w, const struct slac_parm_req *in)
{
	write_u8(w, in->application_type);
	write_u8(w, in->security_type);
	write_bytes(w, in->run_id, RUN_ID_LEN);
}

enum mme_error slac_parm_cnf_decode(struct reader *r, struct slac_parm_cnf *out)
{
	read_bytes(r, out->m_sound_target, MAC_LEN);
	out->num_sounds = read_u8(r);
	out->time_out = read_u8(r);
	out->resp_type = read_u8(r);
	read_bytes(r, out->forwarding_sta, MAC_LEN);
	out->application_type = read_u8(r);
	out->security_type = read_u8(r);
	read_bytes(r, out->run_id, RUN_ID_LEN);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void slac_parm_cnf_encode(struct writer *w, const struct slac_parm_cnf *in)
{
	write_bytes(w, in->m_sound_target, MAC_LEN);
	write_u8(w, in->num_sounds);
	write_u8(w, in->time_out);
	write_u8(w, in->resp_type);
	write_bytes(w, in->forwarding_sta, MAC_LEN);
	write_u8(w, in->application_type);
	write_u8(w, in->security_type);
	write_bytes(w, in->run_id, RUN_ID_LEN);
}

enum mme_error slac_parm_req_check(const struct slac_parm_req *req)
{
	if (req->application_type != 0)
		return MME_ERR_APPLICATION_TYPE;
	if (req->security_type != 0)
		return MME_ERR_SECURITY_TYPE;
	return MME_OK;
}

enum mme_error slac_parm_cnf_check(const struct slac_parm_cnf *cnf, const uint8_t run_id[RUN_ID_LEN])
{
	if (cnf->application_type != 0)
		return MME_ERR_APPLICATION_TYPE;
	if (cnf->security_type != 0)
		return MME_ERR_SECURITY_TYPE;
	if (memcmp(cnf->run_id, run_id, RUN_ID_LEN) != 0)
		return MME_ERR_RUN_ID;
	return MME_OK;
}

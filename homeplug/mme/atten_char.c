/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/atten_char.h"

#include <string.h>

enum mme_error atten_char_ind_decode(struct reader *r, struct atten_char_ind *out)
{
	out->application_type = read_u8(r);
	out->security_type = read_u8(r);
	read_bytes(r, out->source_address, MAC_LEN);
	read_bytes(r, out->run_id, RUN_ID_LEN);
	read_bytes(r, out->source_id, SLAC_ID_LEN);
	read_bytes(r, out->resp_id, SLAC_ID_LEN);
	out->num_sounds = read_u8(r);
	out->num_groups = read_u8(r);
	if (out->num_groups > SLAC_GROUPS)
		return MME_ERR_NUM_GROUPS;
	memset(out->aag_db, 0, sizeof(out->aag_db));
	read_bytes(r, out->aag_db, out->num_groups);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void atten_char_ind_encode(struct writer *w, const struct atten_char_ind *in)
{
	write_u8(w, in->application_type);
	write_u8(w, in->security_type);
	write_bytes(w, in->source_address, MAC_LEN);
	write_bytes(w, in->run_id, RUN_ID_LEN);
	write_bytes(w, in->source_id, SLAC_ID_LEN);
	write_bytes(w, in->resp_id, SLAC_ID_LEN);
	write_u8(w, in->num_sounds);
	write_u8(w, in->num_groups);
	write_bytes(w, in->aag_db, in->num_groups <= SLAC_GROUPS ? in->num_groups : SLAC_GROUPS);
}

enum mme_error atten_char_rsp_decode(struct reader *r, struct atten_char_rsp *out)
{
	out->application_type = read_u8(r);
	out->security_type = read_u8(r);
	read_bytes(r, out->source_address, MAC_LEN);
	read_bytes(r, out->run_id, RUN_ID_LEN);
	read_bytes(r, out->source_id, SLAC_ID_LEN);
	read_bytes(r, out->resp_id, SLAC_ID_LEN);
	out->result = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void atten_char_rsp_encode(struct writer *w, const struct atten_char_rsp *in)
{
	write_u8(w, in->application_type);
	write_u8(w, in->security_type);
	write_bytes(w, in->source_address, MAC_LEN);
	write_bytes(w, in->run_id, RUN_ID_LEN);
	write_bytes(w, in->source_id, SLAC_ID_LEN);
	write_bytes(w, in->resp_id, SLAC_ID_LEN);
	write_u8(w, in->result);
}

enum mme_error atten_char_rsp_check(const struct atten_char_rsp *rsp, const uint8_t ev_mac[MAC_LEN],
				    const uint8_t run_id[RUN_ID_LEN])
{
	if (rsp->application_type != 0)
		return MME_ERR_APPLICATION_TYPE;
	if (rsp->security_type != 0)
		return MME_ERR_SECURITY_TYPE;
	if (!mac_equal(rsp->source_address, ev_mac))
		return MME_ERR_SOURCE_ADDRESS;
	if (memcmp(rsp->run_id, run_id, RUN_ID_LEN) != 0)
		return MME_ERR_RUN_ID;
	if (!octets_are_zero(rsp->source_id, SLAC_ID_LEN))
		return MME_ERR_SOURCE_ID;
	if (!octets_are_zero(rsp->resp_id, SLAC_ID_LEN))
		return MME_ERR_RESP_ID;
	if (rsp->result != 0)
		return MME_ERR_RESULT;
	return MME_OK;
}

enum mme_error atten_char_ind_check(const struct atten_char_ind *ind, const uint8_t ev_mac[MAC_LEN],
				    const uint8_t run_id[RUN_ID_LEN])
{
	if (ind->application_type != 0)
		return MME_ERR_APPLICATION_TYPE;
	if (ind->security_type != 0)
		return MME_ERR_SECURITY_TYPE;
	if (!mac_equal(ind->source_address, ev_mac))
		return MME_ERR_SOURCE_ADDRESS;
	if (memcmp(ind->run_id, run_id, RUN_ID_LEN) != 0)
		return MME_ERR_RUN_ID;
	if (ind->num_groups != SLAC_GROUPS)
		return MME_ERR_GROUPS_MISSING;
	return MME_OK;
}

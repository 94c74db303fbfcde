/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/slac_match.h"

#include <string.h>

#define RESERVED_LEN 8

enum mme_error slac_match_req_decode(struct reader *r, struct slac_match_req *out)
{
	out->application_type = read_u8(r);
	out->security_type = read_u8(r);
	out->mvf_length = read_le16(r);
	read_bytes(r, out->pev_id, SLAC_ID_LEN);
	read_bytes(r, out->pev_mac, MAC_LEN);
	read_bytes(r, out->evse_id, SLAC_ID_LEN);
	read_bytes(r, out->evse_mac, MAC_LEN);
	read_bytes(r, out->run_id, RUN_ID_LEN);
	read_skip(r, RESERVED_LEN);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void slac_match_req_encode(struct writer *w, const struct slac_match_req *in)
{
	write_u8(w, in->application_type);
	write_u8(w, in->security_type);
	write_le16(w, in->mvf_length);
	write_bytes(w, in->pev_id, SLAC_ID_LEN);
	write_bytes(w, in->pev_mac, MAC_LEN);
	write_bytes(w, in->evse_id, SLAC_ID_LEN);
	write_bytes(w, in->evse_mac, MAC_LEN);
	write_bytes(w, in->run_id, RUN_ID_LEN);
	write_zeros(w, RESERVED_LEN);
}

enum mme_error slac_match_cnf_decode(struct reader *r, struct slac_match_cnf *out)
{
	out->application_type = read_u8(r);
	out->security_type = read_u8(r);
	out->mvf_length = read_le16(r);
	read_bytes(r, out->pev_id, SLAC_ID_LEN);
	read_bytes(r, out->pev_mac, MAC_LEN);
	read_bytes(r, out->evse_id, SLAC_ID_LEN);
	read_bytes(r, out->evse_mac, MAC_LEN);
	read_bytes(r, out->run_id, RUN_ID_LEN);
	read_skip(r, RESERVED_LEN);
	read_bytes(r, out->nid, NID_LEN);
	read_skip(r, 1);
	read_bytes(r, out->nmk, NMK_LEN);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void slac_match_cnf_encode(struct writer *w, const struct slac_match_cnf *in)
{
	write_u8(w, in->application_type);
	write_u8(w, in->security_type);
	write_le16(w, in->mvf_length);
	write_bytes(w, in->pev_id, SLAC_ID_LEN);
	write_bytes(w, in->pev_mac, MAC_LEN);
	write_bytes(w, in->evse_id, SLAC_ID_LEN);
	write_bytes(w, in->evse_mac, MAC_LEN);
	write_bytes(w, in->run_id, RUN_ID_LEN);
	write_zeros(w, RESERVED_LEN);
	write_bytes(w, in->nid, NID_LEN);
	write_zeros(w, 1);
	write_bytes(w, in->nmk, NMK_LEN);
}

enum mme_error slac_match_req_check(const struct slac_match_req *req, const uint8_t ev_mac[MAC_LEN],
				    const uint8_t evse_mac[MAC_LEN], const uint8_t run_id[RUN_ID_LEN], bool any_ids)
{
	if (req->application_type != 0)
		return MME_ERR_APPLICATION_TYPE;
	if (req->security_type != 0)
		return MME_ERR_SECURITY_TYPE;
	if (req->mvf_length != SLAC_MATCH_REQ_MVF_LENGTH)
		return MME_ERR_MVF_LENGTH;
	if (!any_ids && !octets_are_zero(req->pev_id, SLAC_ID_LEN))
		return MME_ERR_PEV_ID;
	if (!mac_equal(req->pev_mac, ev_mac))
		return MME_ERR_PEV_MAC;
	if (!any_ids && !octets_are_zero(req->evse_id, SLAC_ID_LEN))
		return MME_ERR_EVSE_ID;
	if (!mac_equal(req->evse_mac, evse_mac))
		return MME_ERR_EVSE_MAC;
	if (memcmp(req->run_id, run_id, RUN_ID_LEN) != 0)
		return MME_ERR_RUN_ID;
	return MME_OK;
}

enum mme_error slac_match_cnf_check(const struct slac_match_cnf *cnf, const uint8_t ev_mac[MAC_LEN],
				    const uint8_t evse_mac[MAC_LEN], const uint8_t run_id[RUN_ID_LEN])
{
	if (cnf->application_type != 0)
		return MME_ERR_APPLICATION_TYPE;
	if (cnf->security_type != 0)
		return MME_ERR_SECURITY_TYPE;
	if (cnf->mvf_length != SLAC_MATCH_CNF_MVF_LENGTH)
		return MME_ERR_MVF_LENGTH;
	if (!mac_equal(cnf->pev_mac, ev_mac))
		return MME_ERR_PEV_MAC;
	if (!mac_equal(cnf->evse_mac, evse_mac))
		return MME_ERR_EVSE_MAC;
	if (memcmp(cnf->run_id, run_id, RUN_ID_LEN) != 0)
		return MME_ERR_RUN_ID;
	return MME_OK;
}

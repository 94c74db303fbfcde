/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/qualcomm.h"

#include <string.h>

/* VS_SW_VER.CNF: the room modems send for the text. */
#define VERSION_ROOM 274

/* Reads a text of n octets; `out` has room for `size`, its NUL included. */
static void read_text(struct reader *r, size_t n, char *out, size_t size)
{
	bool ended = false;

	memset(out, 0, size);
	for (size_t i = 0; i < n; i++) {
		const uint8_t octet = read_u8(r);

		ended = ended || octet == '\0' || i + 1 == size;
		if (!ended)
			out[i] = (char)(octet >= ' ' && octet <= '~' ? octet : '?');
	}
}

static uint8_t read_u8_if_there(struct reader *r)
{
	return reader_left(r) > 0 ? read_u8(r) : 0;
}

/* What follows the first octet: older firmware and hosts end early. */
static void read_session(struct reader *r, struct vs_hst_action *out)
{
	out->session_id = read_u8_if_there(r);
	const uint8_t low = read_u8_if_there(r);
	out->retries = (uint16_t)(low | read_u8_if_there(r) << 8);
}

enum mme_error vs_sw_ver_cnf_decode(struct reader *r, struct vs_sw_ver_cnf *out)
{
	out->mstatus = read_u8(r);
	out->device_id = read_u8(r);
	const uint8_t length = read_u8(r);
	read_text(r, length, out->version, sizeof(out->version));
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void vs_sw_ver_cnf_encode(struct writer *w, const struct vs_sw_ver_cnf *in)
{
	const size_t len = strnlen(in->version, sizeof(in->version) - 1);

	write_u8(w, in->mstatus);
	write_u8(w, in->device_id);
	write_u8(w, (uint8_t)(len + 1));
	write_bytes(w, in->version, len);
	write_zeros(w, VERSION_ROOM - len);
}

enum mme_error vs_rs_dev_cnf_decode(struct reader *r, struct vs_rs_dev_cnf *out)
{
	out->mstatus = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void vs_rs_dev_cnf_encode(struct writer *w, const struct vs_rs_dev_cnf *in)
{
	write_u8(w, in->mstatus);
}

enum mme_error vs_pl_lnk_status_cnf_decode(struct reader *r, struct vs_pl_lnk_status_cnf *out)
{
	out->mstatus = read_u8(r);
	out->link_status = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void vs_pl_lnk_status_cnf_encode(struct writer *w, const struct vs_pl_lnk_status_cnf *in)
{
	write_u8(w, in->mstatus);
	write_u8(w, in->link_status);
}

enum mme_error vs_hst_action_ind_decode(struct reader *r, struct vs_hst_action *out)
{
	out->status = 0;
	out->action = read_u8(r);
	read_session(r, out);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void vs_hst_action_ind_encode(struct writer *w, const struct vs_hst_action *in)
{
	write_u8(w, in->action);
	write_u8(w, in->session_id);
	write_le16(w, in->retries);
}

enum mme_error vs_hst_action_rsp_decode(struct reader *r, struct vs_hst_action *out)
{
	out->status = read_u8(r);
	out->action = read_u8_if_there(r);
	read_session(r, out);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void vs_hst_action_rsp_encode(struct writer *w, const struct vs_hst_action *in)
{
	write_u8(w, in->status);
	write_u8(w, in->action);
	write_u8(w, in->session_id);
	write_le16(w, in->retries);
}

enum mme_error vs_atten_char_ind_decode(struct reader *r, struct vs_atten_char_ind *out)
{
	read_bytes(r, out->pev_mac, MAC_LEN);
	out->num_groups = read_u8(r);
	read_skip(r, 1);
	out->carriers_per_group = read_u8(r);
	read_skip(r, 7);
	if (out->num_groups > SLAC_GROUPS)
		return MME_ERR_NUM_GROUPS;
	memset(out->aag_db, 0, sizeof(out->aag_db));
	read_bytes(r, out->aag_db, out->num_groups);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void vs_atten_char_ind_encode(struct writer *w, const struct vs_atten_char_ind *in)
{
	write_bytes(w, in->pev_mac, MAC_LEN);
	write_u8(w, in->num_groups);
	write_zeros(w, 1);
	write_u8(w, in->carriers_per_group);
	write_zeros(w, 7);
	write_bytes(w, in->aag_db, in->num_groups <= SLAC_GROUPS ? in->num_groups : SLAC_GROUPS);
}

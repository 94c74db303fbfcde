/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/qualcomm.h"

#include <string.h>

/* VS_SW_VER.CNF: the room modems send for the text. */
#define VERSION_ROOM 274

/* VS_OP_ATTRIBUTES.CNF: the data that is read, and the room modems send for it. */
#define ATTRIBUTES_READ 72
#define ATTRIBUTES_ROOM 1024
#define HARDWARE_LEN    16
#define SOFTWARE_LEN    16
#define VERSION_NUMBERS 5
#define BUILD_DATE_LEN  8
#define RELEASE_LEN     12

/* Reads a text of n octets; `out` has room for `size`, its NUL included. */
static void read_text(struct reader *r, size_t n, char *out, size_t size)
{
	bool ended = false;

	memset(out, 0, size);
	for (size_t i = 0; i < n; i++) {
		const uint8_t octet = read_u8(r);

		ended = ended || octet == '\0' || i + 1 == size;
		if (!ended)
			out[i] = octet >= ' ' && octet <= '~' ? (char)octet : '?';
	}
}

/* Writes a text into a field of n octets; the rest is zero. */
static void write_text(struct writer *w, const char *text, size_t n)
{
	const size_t len = strnlen(text, n);

	write_bytes(w, text, len);
	write_zeros(w, n - len);
}

static uint32_t read_le32(struct reader *r)
{
	const uint32_t low = read_le16(r);

	return low | (uint32_t)read_le16(r) << 16;
}

static void write_le32(struct writer *w, uint32_t value)
{
	write_le16(w, (uint16_t)(value & 0xffff));
	write_le16(w, (uint16_t)(value >> 16));
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

enum mme_error vs_op_attributes_req_decode(struct reader *r, struct vs_op_attributes_req *out)
{
	read_bytes(r, out->cookie, QUALCOMM_COOKIE_LEN);
	out->report_type = read_u8(r);
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void vs_op_attributes_req_encode(struct writer *w, const struct vs_op_attributes_req *in)
{
	write_bytes(w, in->cookie, QUALCOMM_COOKIE_LEN);
	write_u8(w, in->report_type);
}

enum mme_error vs_op_attributes_cnf_decode(struct reader *r, struct vs_op_attributes_cnf *out)
{
	out->status = read_le16(r);
	read_bytes(r, out->cookie, QUALCOMM_COOKIE_LEN);
	out->report_type = read_u8(r);
	out->size = read_le16(r);
	if (out->size < ATTRIBUTES_READ)
		return MME_ERR_SHORT;
	read_text(r, HARDWARE_LEN, out->hardware, sizeof(out->hardware));
	read_text(r, SOFTWARE_LEN, out->software, sizeof(out->software));
	for (size_t i = 0; i < VERSION_NUMBERS; i++)
		out->version[i] = read_le32(r);
	read_text(r, BUILD_DATE_LEN, out->build_date, sizeof(out->build_date));
	read_text(r, RELEASE_LEN, out->release_type, sizeof(out->release_type));
	return r->failed ? MME_ERR_SHORT : MME_OK;
}

void vs_op_attributes_cnf_encode(struct writer *w, const struct vs_op_attributes_cnf *in)
{
	write_le16(w, in->status);
	write_bytes(w, in->cookie, QUALCOMM_COOKIE_LEN);
	write_u8(w, in->report_type);
	write_le16(w, in->size);
	write_text(w, in->hardware, HARDWARE_LEN);
	write_text(w, in->software, SOFTWARE_LEN);
	for (size_t i = 0; i < VERSION_NUMBERS; i++)
		write_le32(w, in->version[i]);
	write_text(w, in->build_date, BUILD_DATE_LEN);
	write_text(w, in->release_type, RELEASE_LEN);
	write_zeros(w, ATTRIBUTES_ROOM - ATTRIBUTES_READ);
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

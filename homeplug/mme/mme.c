/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/mme.h"

#include <string.h>

/* Enough for the longest message: header 19 + CM_SLAC_MATCH.CNF 90, CM_ATTEN_CHAR.IND 110. */
#define MME_ENCODED_MAX 256

static enum mme_error body_decode(struct reader *r, struct mme *out)
{
	switch ((enum mmtype)out->mmtype) {
	case CM_SET_KEY_REQ:
		return set_key_req_decode(r, &out->set_key_req);
	case CM_SET_KEY_CNF:
		return set_key_cnf_decode(r, &out->set_key_cnf);
	case CM_GET_KEY_REQ:
		return get_key_req_decode(r, &out->get_key_req);
	case CM_GET_KEY_CNF:
		return get_key_cnf_decode(r, &out->get_key_cnf);
	case CM_SLAC_PARM_REQ:
		return slac_parm_req_decode(r, &out->slac_parm_req);
	case CM_SLAC_PARM_CNF:
		return slac_parm_cnf_decode(r, &out->slac_parm_cnf);
	case CM_START_ATTEN_CHAR_IND:
		return start_atten_char_ind_decode(r, &out->start_atten_char_ind);
	case CM_ATTEN_CHAR_IND:
		return atten_char_ind_decode(r, &out->atten_char_ind);
	case CM_ATTEN_CHAR_RSP:
		return atten_char_rsp_decode(r, &out->atten_char_rsp);
	case CM_MNBC_SOUND_IND:
		return mnbc_sound_ind_decode(r, &out->mnbc_sound_ind);
	case CM_VALIDATE_REQ:
		return validate_req_decode(r, &out->validate_req);
	case CM_VALIDATE_CNF:
		return validate_cnf_decode(r, &out->validate_cnf);
	case CM_SLAC_MATCH_REQ:
		return slac_match_req_decode(r, &out->slac_match_req);
	case CM_SLAC_MATCH_CNF:
		return slac_match_cnf_decode(r, &out->slac_match_cnf);
	case CM_ATTEN_PROFILE_IND:
		return atten_profile_ind_decode(r, &out->atten_profile_ind);
	}
	return MME_ERR_MMTYPE;
}

static bool body_encode(struct writer *w, const struct mme *in)
{
	switch ((enum mmtype)in->mmtype) {
	case CM_SET_KEY_REQ:
		set_key_req_encode(w, &in->set_key_req);
		return true;
	case CM_SET_KEY_CNF:
		set_key_cnf_encode(w, &in->set_key_cnf);
		return true;
	case CM_GET_KEY_REQ:
		get_key_req_encode(w, &in->get_key_req);
		return true;
	case CM_GET_KEY_CNF:
		get_key_cnf_encode(w, &in->get_key_cnf);
		return true;
	case CM_SLAC_PARM_REQ:
		slac_parm_req_encode(w, &in->slac_parm_req);
		return true;
	case CM_SLAC_PARM_CNF:
		slac_parm_cnf_encode(w, &in->slac_parm_cnf);
		return true;
	case CM_START_ATTEN_CHAR_IND:
		start_atten_char_ind_encode(w, &in->start_atten_char_ind);
		return true;
	case CM_ATTEN_CHAR_IND:
		atten_char_ind_encode(w, &in->atten_char_ind);
		return true;
	case CM_ATTEN_CHAR_RSP:
		atten_char_rsp_encode(w, &in->atten_char_rsp);
		return true;
	case CM_MNBC_SOUND_IND:
		mnbc_sound_ind_encode(w, &in->mnbc_sound_ind);
		return true;
	case CM_VALIDATE_REQ:
		validate_req_encode(w, &in->validate_req);
		return true;
	case CM_VALIDATE_CNF:
		validate_cnf_encode(w, &in->validate_cnf);
		return true;
	case CM_SLAC_MATCH_REQ:
		slac_match_req_encode(w, &in->slac_match_req);
		return true;
	case CM_SLAC_MATCH_CNF:
		slac_match_cnf_encode(w, &in->slac_match_cnf);
		return true;
	case CM_ATTEN_PROFILE_IND:
		atten_profile_ind_encode(w, &in->atten_profile_ind);
		return true;
	}
	return false;
}

static const char *known_name(uint16_t mmtype)
{
	switch ((enum mmtype)mmtype) {
	case CM_SET_KEY_REQ:
		return "CM_SET_KEY.REQ";
	case CM_SET_KEY_CNF:
		return "CM_SET_KEY.CNF";
	case CM_GET_KEY_REQ:
		return "CM_GET_KEY.REQ";
	case CM_GET_KEY_CNF:
		return "CM_GET_KEY.CNF";
	case CM_SLAC_PARM_REQ:
		return "CM_SLAC_PARM.REQ";
	case CM_SLAC_PARM_CNF:
		return "CM_SLAC_PARM.CNF";
	case CM_START_ATTEN_CHAR_IND:
		return "CM_START_ATTEN_CHAR.IND";
	case CM_ATTEN_CHAR_IND:
		return "CM_ATTEN_CHAR.IND";
	case CM_ATTEN_CHAR_RSP:
		return "CM_ATTEN_CHAR.RSP";
	case CM_MNBC_SOUND_IND:
		return "CM_MNBC_SOUND.IND";
	case CM_VALIDATE_REQ:
		return "CM_VALIDATE.REQ";
	case CM_VALIDATE_CNF:
		return "CM_VALIDATE.CNF";
	case CM_SLAC_MATCH_REQ:
		return "CM_SLAC_MATCH.REQ";
	case CM_SLAC_MATCH_CNF:
		return "CM_SLAC_MATCH.CNF";
	case CM_ATTEN_PROFILE_IND:
		return "CM_ATTEN_PROFILE.IND";
	}
	return NULL;
}

const char *mme_name(uint16_t mmtype)
{
	const char *name = known_name(mmtype);

	return name != NULL ? name : "unknown";
}

enum mme_error mme_header_decode(struct reader *r, struct mme *out)
{
	read_bytes(r, out->dst, MAC_LEN);
	read_bytes(r, out->src, MAC_LEN);
	uint8_t ethertype_high = read_u8(r);
	uint8_t ethertype_low = read_u8(r);
	if (r->failed)
		return MME_ERR_SHORT;
	if ((ethertype_high << 8 | ethertype_low) != HOMEPLUG_ETHERTYPE)
		return MME_ERR_ETHERTYPE;
	out->mmv = read_u8(r);
	out->mmtype = read_le16(r);
	if (r->failed)
		return MME_ERR_SHORT;
	if (out->mmv != MME_MMV_1_0) {
		out->fmi = read_u8(r);
		out->fmsn = read_u8(r);
	}
	return MME_OK;
}

enum mme_error mme_decode(const uint8_t *frame, size_t len, struct mme *out)
{
	struct reader r;

	memset(out, 0, sizeof(*out));
	reader_init(&r, frame, len);
	enum mme_error error = mme_header_decode(&r, out);
	if (error != MME_OK)
		return error;
	if (known_name(out->mmtype) == NULL)
		return MME_ERR_MMTYPE;
	if (out->mmv != MME_MMV_1_1)
		return MME_ERR_MMV;
	if (r.failed)
		return MME_ERR_SHORT;
	if (out->fmi != 0 || out->fmsn != 0)
		return MME_ERR_FRAGMENT;
	return body_decode(&r, out);
}

void mme_header_encode(struct writer *w, const uint8_t dst[MAC_LEN], const uint8_t src[MAC_LEN], uint8_t mmv,
		       uint16_t mmtype)
{
	write_bytes(w, dst, MAC_LEN);
	write_bytes(w, src, MAC_LEN);
	write_u8(w, HOMEPLUG_ETHERTYPE >> 8);
	write_u8(w, HOMEPLUG_ETHERTYPE & 0xff);
	write_u8(w, mmv);
	write_le16(w, mmtype);
	if (mmv != MME_MMV_1_0)
		write_zeros(w, 2);
}

enum mme_error mme_encode_end(struct writer *w, size_t *len)
{
	if (!w->failed && writer_len(w) < MME_FRAME_MIN)
		write_zeros(w, MME_FRAME_MIN - writer_len(w));
	if (w->failed)
		return MME_ERR_BUFFER;
	*len = writer_len(w);
	return MME_OK;
}

static bool unpadded_encode(const struct mme *in, struct writer *w)
{
	mme_header_encode(w, in->dst, in->src, MME_MMV_1_1, in->mmtype);
	return body_encode(w, in);
}

enum mme_error mme_encode(const struct mme *in, uint8_t *frame, size_t size, size_t *len)
{
	struct writer w;

	writer_init(&w, frame, size);
	if (!unpadded_encode(in, &w))
		return MME_ERR_MMTYPE;
	return mme_encode_end(&w, len);
}

size_t mme_unpadded_len(const struct mme *in)
{
	uint8_t frame[MME_ENCODED_MAX];
	struct writer w;

	writer_init(&w, frame, sizeof(frame));
	return unpadded_encode(in, &w) ? writer_len(&w) : 0;
}

void mme_init(struct mme *out, enum mmtype type, const uint8_t src[MAC_LEN], const uint8_t dst[MAC_LEN])
{
	memset(out, 0, sizeof(*out));
	memcpy(out->src, src, MAC_LEN);
	memcpy(out->dst, dst, MAC_LEN);
	out->mmv = MME_MMV_1_1;
	out->mmtype = (uint16_t)type;
}

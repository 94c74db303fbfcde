/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/mme.h"

#include <string.h>

/* Enough for the longest message: header 19 + CM_SLAC_MATCH.CNF 90, CM_ATTEN_CHAR.IND 110. */
#define MME_ENCODED_MAX 256

/* What the codec of a message's own file is wrapped in, so that every row of the table has the same two types. */
/* clang-format off */
#define CODEC(member) \
	static enum mme_error decode_##member(struct reader *r, struct mme *out) \
	{ \
		return member##_decode(r, &out->member); \
	} \
	static void encode_##member(struct writer *w, const struct mme *in) \
	{ \
		member##_encode(w, &in->member); \
	}

CODEC(set_key_req)
CODEC(set_key_cnf)
CODEC(get_key_req)
CODEC(get_key_cnf)
CODEC(slac_parm_req)
CODEC(slac_parm_cnf)
CODEC(start_atten_char_ind)
CODEC(atten_char_ind)
CODEC(atten_char_rsp)
CODEC(mnbc_sound_ind)
CODEC(validate_req)
CODEC(validate_cnf)
CODEC(slac_match_req)
CODEC(slac_match_cnf)
CODEC(atten_profile_ind)

/* One row a message. Who looks for one begins at the first: of the 27 frames of a match 20 are of the first two kinds. */
static const struct kind {
	uint16_t type;
	const char *name;
	enum mme_error (*decode)(struct reader *r, struct mme *out);
	void (*encode)(struct writer *w, const struct mme *in);
} kinds[] = {
	{CM_MNBC_SOUND_IND,       "CM_MNBC_SOUND.IND",       decode_mnbc_sound_ind,       encode_mnbc_sound_ind},
	{CM_ATTEN_PROFILE_IND,    "CM_ATTEN_PROFILE.IND",    decode_atten_profile_ind,    encode_atten_profile_ind},
	{CM_SET_KEY_REQ,          "CM_SET_KEY.REQ",          decode_set_key_req,          encode_set_key_req},
	{CM_SET_KEY_CNF,          "CM_SET_KEY.CNF",          decode_set_key_cnf,          encode_set_key_cnf},
	{CM_GET_KEY_REQ,          "CM_GET_KEY.REQ",          decode_get_key_req,          encode_get_key_req},
	{CM_GET_KEY_CNF,          "CM_GET_KEY.CNF",          decode_get_key_cnf,          encode_get_key_cnf},
	{CM_SLAC_PARM_REQ,        "CM_SLAC_PARM.REQ",        decode_slac_parm_req,        encode_slac_parm_req},
	{CM_SLAC_PARM_CNF,        "CM_SLAC_PARM.CNF",        decode_slac_parm_cnf,        encode_slac_parm_cnf},
	{CM_START_ATTEN_CHAR_IND, "CM_START_ATTEN_CHAR.IND", decode_start_atten_char_ind, encode_start_atten_char_ind},
	{CM_ATTEN_CHAR_IND,       "CM_ATTEN_CHAR.IND",       decode_atten_char_ind,       encode_atten_char_ind},
	{CM_ATTEN_CHAR_RSP,       "CM_ATTEN_CHAR.RSP",       decode_atten_char_rsp,       encode_atten_char_rsp},
	{CM_VALIDATE_REQ,         "CM_VALIDATE.REQ",         decode_validate_req,         encode_validate_req},
	{CM_VALIDATE_CNF,         "CM_VALIDATE.CNF",         decode_validate_cnf,         encode_validate_cnf},
	{CM_SLAC_MATCH_REQ,       "CM_SLAC_MATCH.REQ",       decode_slac_match_req,       encode_slac_match_req},
	{CM_SLAC_MATCH_CNF,       "CM_SLAC_MATCH.CNF",       decode_slac_match_cnf,       encode_slac_match_cnf},
};
/* clang-format on */

/* NULL for a type this codec does not know. */
static const struct kind *kind_of(uint16_t mmtype)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == mmtype)
			return &kinds[i];
	return NULL;
}

const char *mme_name(uint16_t mmtype)
{
	const struct kind *kind = kind_of(mmtype);

	return kind != NULL ? kind->name : "unknown";
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
	const struct kind *kind = kind_of(out->mmtype);
	if (kind == NULL)
		return MME_ERR_MMTYPE;
	if (out->mmv != MME_MMV_1_1)
		return MME_ERR_MMV;
	if (r.failed)
		return MME_ERR_SHORT;
	if (out->fmi != 0 || out->fmsn != 0)
		return MME_ERR_FRAGMENT;
	return kind->decode(&r, out);
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
	const struct kind *kind = kind_of(in->mmtype);

	if (kind == NULL)
		return false;
	mme_header_encode(w, in->dst, in->src, MME_MMV_1_1, in->mmtype);
	kind->encode(w, in);
	return true;
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/amp_map.h"

#include <string.h>

#define MMV_2_0 0x02

/* Two carriers share an octet. */
static size_t amdata_len(uint16_t carriers)
{
	return ((size_t)carriers + 1) / 2;
}

static enum mme_error header_decode(struct reader *r, struct mme *header)
{
	const enum mme_error error = mme_header_decode(r, header);

	if (error != MME_OK)
		return error;
	if (header->mmtype != CM_AMP_MAP_REQ && header->mmtype != CM_AMP_MAP_CNF)
		return MME_ERR_MMTYPE;
	if (header->mmv != MME_MMV_1_1 && header->mmv != MMV_2_0)
		return MME_ERR_MMV;
	if (r->failed)
		return MME_ERR_SHORT;
	return header->fmi == 0 && header->fmsn == 0 ? MME_OK : MME_ERR_FRAGMENT;
}

enum mme_error amp_map_decode(const uint8_t *frame, size_t len, struct amp_map_mme *out)
{
	struct mme header = {0};
	struct reader r;

	memset(out, 0, sizeof(*out));
	reader_init(&r, frame, len);
	const enum mme_error error = header_decode(&r, &header);
	memcpy(out->dst, header.dst, MAC_LEN);
	memcpy(out->src, header.src, MAC_LEN);
	if (error != MME_OK)
		return error;
	out->is_cnf = header.mmtype == CM_AMP_MAP_CNF;
	if (out->is_cnf) {
		out->result = read_u8(&r);
	} else {
		out->carriers = read_le16(&r);
		read_skip(&r, amdata_len(out->carriers));
	}
	return r.failed ? MME_ERR_SHORT : MME_OK;
}

static void write_amdata(struct writer *w, uint16_t carriers, uint8_t amplitude)
{
	const uint8_t low = amplitude & 0x0f;

	for (uint16_t i = 0; i < carriers / 2; i++)
		write_u8(w, (uint8_t)(low << 4 | low));
	if (carriers % 2 != 0)
		write_u8(w, low);
}

enum mme_error amp_map_encode(const struct amp_map_mme *in, uint8_t amplitude, uint8_t *frame, size_t size, size_t *len)
{
	struct writer w;

	writer_init(&w, frame, size < MME_FRAME_MAX ? size : MME_FRAME_MAX);
	mme_header_encode(&w, in->dst, in->src, MME_MMV_1_1, in->is_cnf ? CM_AMP_MAP_CNF : CM_AMP_MAP_REQ);
	if (in->is_cnf) {
		write_u8(&w, in->result);
	} else {
		write_le16(&w, in->carriers);
		write_amdata(&w, in->carriers, amplitude);
	}
	return mme_encode_end(&w, len);
}

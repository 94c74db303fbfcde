/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/nw_info.h"

#include <string.h>

/* The length of an entry of the station list. Entries are not read, and written as zeros. */
#define STATION_LEN 15

static const uint8_t qualcomm_oui[OUI_LEN] = {0x00, 0xb0, 0x52};

static void write_header(struct writer *w, const uint8_t dst[MAC_LEN], const uint8_t src[MAC_LEN], uint16_t mmtype)
{
	mme_header_encode(w, dst, src, MME_MMV_1_0, mmtype);
	write_bytes(w, qualcomm_oui, OUI_LEN);
}

/* Reads the header and stands behind the OUI; false when the frame is not this vendor message. */
static bool read_header(struct reader *r, uint16_t mmtype, struct mme *header)
{
	uint8_t oui[OUI_LEN];

	memset(header, 0, sizeof(*header));
	if (mme_header_decode(r, header) != MME_OK)
		return false;
	read_bytes(r, oui, OUI_LEN);
	return !r->failed && header->mmtype == mmtype && memcmp(oui, qualcomm_oui, OUI_LEN) == 0;
}

/* What stands between the members that both layouts have. */
struct layout {
	size_t before_networks;
	size_t after_nid;
	size_t after_tei;
	size_t before_stations;
};

static const struct layout layout_mmv0 = {.before_stations = 1};
static const struct layout layout_mmv1 = {.before_networks = 5, .after_nid = 2, .after_tei = 4, .before_stations = 4};

static void read_network(struct reader *r, const struct layout *layout, struct nw_info *info)
{
	read_bytes(r, info->nid, NID_LEN);
	read_skip(r, layout->after_nid);
	info->snid = read_u8(r);
	info->tei = read_u8(r);
	read_skip(r, layout->after_tei);
	info->role = read_u8(r);
	read_bytes(r, info->cco_mac, MAC_LEN);
	read_skip(r, layout->before_stations);
	info->stations = read_u8(r);
}

enum mme_error nw_info_req_encode(const uint8_t src[MAC_LEN], uint8_t *frame, size_t size, size_t *len)
{
	struct writer w;

	writer_init(&w, frame, size);
	write_header(&w, mac_local_modem, src, VS_NW_INFO_REQ);
	return mme_encode_end(&w, len);
}

bool nw_info_req_decode(const uint8_t *frame, size_t len, uint8_t src[MAC_LEN])
{
	struct mme header;
	struct reader r;

	reader_init(&r, frame, len);
	bool is_request = read_header(&r, VS_NW_INFO_REQ, &header);
	memcpy(src, header.src, MAC_LEN);
	return is_request;
}

enum mme_error nw_info_cnf_decode(const uint8_t *frame, size_t len, struct nw_info *out)
{
	struct nw_info info = {0};
	struct mme header;
	struct reader r;

	reader_init(&r, frame, len);
	if (!read_header(&r, VS_NW_INFO_CNF, &header))
		return MME_ERR_MMTYPE;
	const struct layout *layout = header.mmv == MME_MMV_1_0 ? &layout_mmv0 : &layout_mmv1;
	memcpy(info.modem_mac, header.src, MAC_LEN);
	read_skip(&r, layout->before_networks);
	info.in_network = read_u8(&r) > 0;
	if (info.in_network)
		read_network(&r, layout, &info);
	if (r.failed)
		return MME_ERR_SHORT;
	*out = info;
	return MME_OK;
}

enum mme_error nw_info_cnf_encode(const struct nw_info *info, const uint8_t dst[MAC_LEN], uint8_t *frame, size_t size,
				  size_t *len)
{
	struct writer w;

	writer_init(&w, frame, size);
	write_header(&w, dst, info->modem_mac, VS_NW_INFO_CNF);
	write_u8(&w, info->in_network ? 1 : 0);
	if (info->in_network) {
		write_bytes(&w, info->nid, NID_LEN);
		write_u8(&w, info->snid);
		write_u8(&w, info->tei);
		write_u8(&w, info->role);
		write_bytes(&w, info->cco_mac, MAC_LEN);
		write_u8(&w, info->tei);
		write_u8(&w, info->stations);
		write_zeros(&w, (size_t)info->stations * STATION_LEN);
	}
	return mme_encode_end(&w, len);
}

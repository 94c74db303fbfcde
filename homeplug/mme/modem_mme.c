/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/mme/modem_mme.h"

#include <string.h>

/* Whose message it is: what stands before its fields, and the MMV it is sent with. */
struct origin {
	uint8_t mmv;
	bool has_oui;
	uint8_t oui[OUI_LEN];
};

static const struct origin standard = {.mmv = MME_MMV_1_1};
static const struct origin qualcomm = {.mmv = MME_MMV_1_0, .has_oui = true, .oui = {0x00, 0xb0, 0x52}};
static const struct origin lumissil = {.mmv = MME_MMV_1_1, .has_oui = true, .oui = {0x00, 0x16, 0xe8}};

/* What the codec of a message's fields is wrapped in, so that every row of the table has the same two types. */
/* clang-format off */
#define CODEC(fields, member) \
	static enum mme_error decode_##fields(struct reader *r, struct modem_mme *out) \
	{ \
		return fields##_decode(r, &out->member); \
	} \
	static void encode_##fields(struct writer *w, const struct modem_mme *in) \
	{ \
		fields##_encode(w, &in->member); \
	}

CODEC(nw_stats_cnf, nw_stats_cnf)
CODEC(vs_sw_ver_cnf, vs_sw_ver_cnf)
CODEC(vs_rs_dev_cnf, vs_rs_dev_cnf)
CODEC(vs_pl_lnk_status_cnf, vs_pl_lnk_status_cnf)
CODEC(vs_hst_action_ind, vs_hst_action)
CODEC(vs_hst_action_rsp, vs_hst_action)
CODEC(vs_atten_char_ind, vs_atten_char_ind)
CODEC(nscm_request, nscm_request)
CODEC(nscm_get_version_cnf, nscm_get_version_cnf)
CODEC(nscm_reset_device_req, nscm_reset_device_req)
CODEC(nscm_link_status_cnf, nscm_link_status)
CODEC(nscm_d_link_ready_ind, nscm_link_status)

#define NO_FIELDS      NULL, NULL
#define FIELDS(fields) decode_##fields, encode_##fields

/* One row a message, by enum modem_message. */
static const struct kind {
	uint16_t type;
	const char *name;
	const struct origin *origin;
	enum mme_error (*decode)(struct reader *r, struct modem_mme *out); /* NULL: it has no fields */
	void (*encode)(struct writer *w, const struct modem_mme *in);
} kinds[MODEM_MESSAGE_COUNT] = {
	[MODEM_NW_STATS_REQ] = {0x6048, "CM_NW_STATS.REQ", &standard, NO_FIELDS},
	[MODEM_NW_STATS_CNF] = {0x6049, "CM_NW_STATS.CNF", &standard, FIELDS(nw_stats_cnf)},
	[MODEM_VS_SW_VER_REQ] = {0xa000, "VS_SW_VER.REQ", &qualcomm, NO_FIELDS},
	[MODEM_VS_SW_VER_CNF] = {0xa001, "VS_SW_VER.CNF", &qualcomm, FIELDS(vs_sw_ver_cnf)},
	[MODEM_VS_RS_DEV_REQ] = {0xa01c, "VS_RS_DEV.REQ", &qualcomm, NO_FIELDS},
	[MODEM_VS_RS_DEV_CNF] = {0xa01d, "VS_RS_DEV.CNF", &qualcomm, FIELDS(vs_rs_dev_cnf)},
	[MODEM_VS_PL_LNK_STATUS_REQ] = {0xa0b8, "VS_PL_LNK_STATUS.REQ", &qualcomm, NO_FIELDS},
	[MODEM_VS_PL_LNK_STATUS_CNF] = {0xa0b9, "VS_PL_LNK_STATUS.CNF", &qualcomm, FIELDS(vs_pl_lnk_status_cnf)},
	[MODEM_VS_HST_ACTION_IND] = {0xa062, "VS_HST_ACTION.IND", &qualcomm, FIELDS(vs_hst_action_ind)},
	[MODEM_VS_HST_ACTION_RSP] = {0xa063, "VS_HST_ACTION.RSP", &qualcomm, FIELDS(vs_hst_action_rsp)},
	[MODEM_VS_ATTEN_CHAR_IND] = {0xa14e, "VS_ATTEN_CHAR.IND", &qualcomm, FIELDS(vs_atten_char_ind)},
	[MODEM_NSCM_GET_VERSION_REQ] = {0xac6c, "NSCM_GET_VERSION.REQ", &lumissil, FIELDS(nscm_request)},
	[MODEM_NSCM_GET_VERSION_CNF] = {0xac6d, "NSCM_GET_VERSION.CNF", &lumissil, FIELDS(nscm_get_version_cnf)},
	[MODEM_NSCM_RESET_DEVICE_REQ] = {0xac70, "NSCM_RESET_DEVICE.REQ", &lumissil, FIELDS(nscm_reset_device_req)},
	[MODEM_NSCM_GET_D_LINK_STATUS_REQ] = {0xac9c, "NSCM_GET_D_LINK_STATUS.REQ", &lumissil, FIELDS(nscm_request)},
	[MODEM_NSCM_GET_D_LINK_STATUS_CNF] = {0xac9d, "NSCM_GET_D_LINK_STATUS.CNF", &lumissil,
		FIELDS(nscm_link_status_cnf)},
	[MODEM_NSCM_D_LINK_READY_IND] = {0xa002, "NSCM_D_LINK_READY.IND", &lumissil, FIELDS(nscm_d_link_ready_ind)},
};
/* clang-format on */

/* NULL when no message has this MMTYPE; every MMTYPE of the table belongs to one message only. */
static const struct kind *kind_of(uint16_t mmtype)
{
	for (size_t i = 0; i < MODEM_MESSAGE_COUNT; i++)
		if (kinds[i].type == mmtype)
			return &kinds[i];
	return NULL;
}

/* One modem sends its VS_ATTEN_CHAR.IND with an OUI of zeros. */
static bool is_oui_of(const struct kind *kind, const uint8_t oui[OUI_LEN])
{
	return memcmp(oui, kind->origin->oui, OUI_LEN) == 0 ||
	       (kind == &kinds[MODEM_VS_ATTEN_CHAR_IND] && octets_are_zero(oui, OUI_LEN));
}

/* Reads up to the message's own fields. */
static enum mme_error start_decode(struct reader *r, struct mme *header, enum modem_message *message)
{
	uint8_t oui[OUI_LEN];
	enum mme_error error = mme_header_decode(r, header);

	if (error != MME_OK)
		return error;
	const struct kind *kind = kind_of(header->mmtype);
	if (kind == NULL)
		return MME_ERR_MMTYPE;
	if (kind->origin->has_oui)
		read_bytes(r, oui, OUI_LEN);
	if (r->failed)
		return MME_ERR_SHORT;
	if (kind->origin->has_oui && !is_oui_of(kind, oui))
		return MME_ERR_MMTYPE;
	if (header->fmi != 0)
		return MME_ERR_FRAGMENT;
	*message = (enum modem_message)(kind - kinds);
	return MME_OK;
}

enum mme_error modem_mme_decode(const uint8_t *frame, size_t len, struct modem_mme *out)
{
	struct mme header = {0};
	struct reader r;

	memset(out, 0, sizeof(*out));
	reader_init(&r, frame, len);
	const enum mme_error error = start_decode(&r, &header, &out->message);
	memcpy(out->dst, header.dst, MAC_LEN);
	memcpy(out->src, header.src, MAC_LEN);
	if (error != MME_OK || kinds[out->message].decode == NULL)
		return error;
	return kinds[out->message].decode(&r, out);
}

static void header_encode(struct writer *w, const struct modem_mme *in, const struct kind *kind)
{
	mme_header_encode(w, in->dst, in->src, kind->origin->mmv, kind->type);
	if (kind->origin->has_oui)
		write_bytes(w, kind->origin->oui, OUI_LEN);
}

enum mme_error modem_mme_encode(const struct modem_mme *in, uint8_t *frame, size_t size, size_t *len)
{
	struct writer w;

	if ((size_t)in->message >= MODEM_MESSAGE_COUNT)
		return MME_ERR_MMTYPE;
	const struct kind *kind = &kinds[in->message];
	writer_init(&w, frame, size);
	header_encode(&w, in, kind);
	if (kind->encode != NULL)
		kind->encode(&w, in);
	return mme_encode_end(&w, len);
}

const char *modem_message_text(enum modem_message message)
{
	return (size_t)message < MODEM_MESSAGE_COUNT ? kinds[message].name : "unknown";
}

void modem_mme_init(struct modem_mme *out, enum modem_message message, const uint8_t src[MAC_LEN],
		    const uint8_t dst[MAC_LEN])
{
	memset(out, 0, sizeof(*out));
	memcpy(out->src, src, MAC_LEN);
	memcpy(out->dst, dst, MAC_LEN);
	out->message = message;
}

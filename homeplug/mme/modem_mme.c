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

static const struct kind {
	uint16_t mmtype;
	const struct origin *origin;
	const char *text;
} kinds[MODEM_MESSAGE_COUNT] = {
	[MODEM_NW_STATS_REQ] = {0x6048, &standard, "CM_NW_STATS.REQ"},
	[MODEM_NW_STATS_CNF] = {0x6049, &standard, "CM_NW_STATS.CNF"},
	[MODEM_STA_CAP_REQ] = {0x6034, &standard, "CM_STA_CAP.REQ"},
	[MODEM_STA_CAP_CNF] = {0x6035, &standard, "CM_STA_CAP.CNF"},
	[MODEM_VS_SW_VER_REQ] = {0xa000, &qualcomm, "VS_SW_VER.REQ"},
	[MODEM_VS_SW_VER_CNF] = {0xa001, &qualcomm, "VS_SW_VER.CNF"},
	[MODEM_VS_RS_DEV_REQ] = {0xa01c, &qualcomm, "VS_RS_DEV.REQ"},
	[MODEM_VS_RS_DEV_CNF] = {0xa01d, &qualcomm, "VS_RS_DEV.CNF"},
	[MODEM_VS_PL_LNK_STATUS_REQ] = {0xa0b8, &qualcomm, "VS_PL_LNK_STATUS.REQ"},
	[MODEM_VS_PL_LNK_STATUS_CNF] = {0xa0b9, &qualcomm, "VS_PL_LNK_STATUS.CNF"},
	[MODEM_VS_OP_ATTRIBUTES_REQ] = {0xa068, &qualcomm, "VS_OP_ATTRIBUTES.REQ"},
	[MODEM_VS_OP_ATTRIBUTES_CNF] = {0xa069, &qualcomm, "VS_OP_ATTRIBUTES.CNF"},
	[MODEM_VS_HST_ACTION_IND] = {0xa062, &qualcomm, "VS_HST_ACTION.IND"},
	[MODEM_VS_HST_ACTION_RSP] = {0xa063, &qualcomm, "VS_HST_ACTION.RSP"},
	[MODEM_VS_ATTEN_CHAR_IND] = {0xa14e, &qualcomm, "VS_ATTEN_CHAR.IND"},
	[MODEM_NSCM_GET_VERSION_REQ] = {0xac6c, &lumissil, "NSCM_GET_VERSION.REQ"},
	[MODEM_NSCM_GET_VERSION_CNF] = {0xac6d, &lumissil, "NSCM_GET_VERSION.CNF"},
	[MODEM_NSCM_RESET_DEVICE_REQ] = {0xac70, &lumissil, "NSCM_RESET_DEVICE.REQ"},
	[MODEM_NSCM_GET_D_LINK_STATUS_REQ] = {0xac9c, &lumissil, "NSCM_GET_D_LINK_STATUS.REQ"},
	[MODEM_NSCM_GET_D_LINK_STATUS_CNF] = {0xac9d, &lumissil, "NSCM_GET_D_LINK_STATUS.CNF"},
	[MODEM_NSCM_D_LINK_READY_IND] = {0xa002, &lumissil, "NSCM_D_LINK_READY.IND"},
};

/* NULL when no message has this MMTYPE; every MMTYPE of the table belongs to one message only. */
static const struct kind *kind_of(uint16_t mmtype)
{
	for (size_t i = 0; i < MODEM_MESSAGE_COUNT; i++)
		if (kinds[i].mmtype == mmtype)
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

static enum mme_error fields_decode(struct reader *r, struct modem_mme *out)
{
	switch (out->message) {
	case MODEM_NW_STATS_REQ:
	case MODEM_STA_CAP_REQ:
	case MODEM_VS_SW_VER_REQ:
	case MODEM_VS_RS_DEV_REQ:
	case MODEM_VS_PL_LNK_STATUS_REQ:
		return MME_OK;
	case MODEM_NW_STATS_CNF:
		return nw_stats_cnf_decode(r, &out->nw_stats_cnf);
	case MODEM_STA_CAP_CNF:
		return sta_cap_cnf_decode(r, &out->sta_cap_cnf);
	case MODEM_VS_SW_VER_CNF:
		return vs_sw_ver_cnf_decode(r, &out->vs_sw_ver_cnf);
	case MODEM_VS_RS_DEV_CNF:
		return vs_rs_dev_cnf_decode(r, &out->vs_rs_dev_cnf);
	case MODEM_VS_PL_LNK_STATUS_CNF:
		return vs_pl_lnk_status_cnf_decode(r, &out->vs_pl_lnk_status_cnf);
	case MODEM_VS_OP_ATTRIBUTES_REQ:
		return vs_op_attributes_req_decode(r, &out->vs_op_attributes_req);
	case MODEM_VS_OP_ATTRIBUTES_CNF:
		return vs_op_attributes_cnf_decode(r, &out->vs_op_attributes_cnf);
	case MODEM_VS_HST_ACTION_IND:
		return vs_hst_action_ind_decode(r, &out->vs_hst_action);
	case MODEM_VS_HST_ACTION_RSP:
		return vs_hst_action_rsp_decode(r, &out->vs_hst_action);
	case MODEM_VS_ATTEN_CHAR_IND:
		return vs_atten_char_ind_decode(r, &out->vs_atten_char_ind);
	case MODEM_NSCM_GET_VERSION_REQ:
	case MODEM_NSCM_GET_D_LINK_STATUS_REQ:
		return nscm_request_decode(r, &out->nscm_request);
	case MODEM_NSCM_GET_VERSION_CNF:
		return nscm_get_version_cnf_decode(r, &out->nscm_get_version_cnf);
	case MODEM_NSCM_RESET_DEVICE_REQ:
		return nscm_reset_device_req_decode(r, &out->nscm_reset_device_req);
	case MODEM_NSCM_GET_D_LINK_STATUS_CNF:
		return nscm_link_status_cnf_decode(r, &out->nscm_link_status);
	case MODEM_NSCM_D_LINK_READY_IND:
		return nscm_d_link_ready_ind_decode(r, &out->nscm_link_status);
	case MODEM_MESSAGE_COUNT:
		break;
	}
	return MME_ERR_MMTYPE;
}

static void fields_encode(struct writer *w, const struct modem_mme *in)
{
	switch (in->message) {
	case MODEM_NW_STATS_REQ:
	case MODEM_STA_CAP_REQ:
	case MODEM_VS_SW_VER_REQ:
	case MODEM_VS_RS_DEV_REQ:
	case MODEM_VS_PL_LNK_STATUS_REQ:
	case MODEM_MESSAGE_COUNT:
		return;
	case MODEM_NW_STATS_CNF:
		nw_stats_cnf_encode(w, &in->nw_stats_cnf);
		return;
	case MODEM_STA_CAP_CNF:
		sta_cap_cnf_encode(w, &in->sta_cap_cnf);
		return;
	case MODEM_VS_SW_VER_CNF:
		vs_sw_ver_cnf_encode(w, &in->vs_sw_ver_cnf);
		return;
	case MODEM_VS_RS_DEV_CNF:
		vs_rs_dev_cnf_encode(w, &in->vs_rs_dev_cnf);
		return;
	case MODEM_VS_PL_LNK_STATUS_CNF:
		vs_pl_lnk_status_cnf_encode(w, &in->vs_pl_lnk_status_cnf);
		return;
	case MODEM_VS_OP_ATTRIBUTES_REQ:
		vs_op_attributes_req_encode(w, &in->vs_op_attributes_req);
		return;
	case MODEM_VS_OP_ATTRIBUTES_CNF:
		vs_op_attributes_cnf_encode(w, &in->vs_op_attributes_cnf);
		return;
	case MODEM_VS_HST_ACTION_IND:
		vs_hst_action_ind_encode(w, &in->vs_hst_action);
		return;
	case MODEM_VS_HST_ACTION_RSP:
		vs_hst_action_rsp_encode(w, &in->vs_hst_action);
		return;
	case MODEM_VS_ATTEN_CHAR_IND:
		vs_atten_char_ind_encode(w, &in->vs_atten_char_ind);
		return;
	case MODEM_NSCM_GET_VERSION_REQ:
	case MODEM_NSCM_GET_D_LINK_STATUS_REQ:
		nscm_request_encode(w, &in->nscm_request);
		return;
	case MODEM_NSCM_GET_VERSION_CNF:
		nscm_get_version_cnf_encode(w, &in->nscm_get_version_cnf);
		return;
	case MODEM_NSCM_RESET_DEVICE_REQ:
		nscm_reset_device_req_encode(w, &in->nscm_reset_device_req);
		return;
	case MODEM_NSCM_GET_D_LINK_STATUS_CNF:
		nscm_link_status_cnf_encode(w, &in->nscm_link_status);
		return;
	case MODEM_NSCM_D_LINK_READY_IND:
		nscm_d_link_ready_ind_encode(w, &in->nscm_link_status);
		return;
	}
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
	return error == MME_OK ? fields_decode(&r, out) : error;
}

static void header_encode(struct writer *w, const struct modem_mme *in, const struct kind *kind)
{
	mme_header_encode(w, in->dst, in->src, kind->origin->mmv, kind->mmtype);
	if (kind->origin->has_oui)
		write_bytes(w, kind->origin->oui, OUI_LEN);
}

enum mme_error modem_mme_encode(const struct modem_mme *in, uint8_t *frame, size_t size, size_t *len)
{
	struct writer w;

	if ((size_t)in->message >= MODEM_MESSAGE_COUNT)
		return MME_ERR_MMTYPE;
	writer_init(&w, frame, size);
	header_encode(&w, in, &kinds[in->message]);
	fields_encode(&w, in);
	return mme_encode_end(&w, len);
}

const char *modem_message_text(enum modem_message message)
{
	return (size_t)message < MODEM_MESSAGE_COUNT ? kinds[message].text : "unknown";
}

void modem_mme_init(struct modem_mme *out, enum modem_message message, const uint8_t src[MAC_LEN],
		    const uint8_t dst[MAC_LEN])
{
	memset(out, 0, sizeof(*out));
	memcpy(out->src, src, MAC_LEN);
	memcpy(out->dst, dst, MAC_LEN);
	out->message = message;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between a host and its own modem besides the keys: octets <-> struct modem_mme. Pure. Kept apart from
 * mme.h, whose messages travel between EV and EVSE: nothing here can become a matching input by mistake.
 *
 *   standard   CM_NW_STATS                    sent with MMV 1
 *   Qualcomm   VS_SW_VER, VS_RS_DEV, VS_PL_LNK_STATUS, VS_HST_ACTION, VS_ATTEN_CHAR
 *                                             OUI 00 B0 52, sent with MMV 0
 *   Lumissil   NSCM_GET_VERSION, _RESET_DEVICE, _GET_D_LINK_STATUS, _D_LINK_READY
 *                                             OUI 00 16 E8, sent with MMV 1
 *
 * Their fields are in nw_stats.h, qualcomm.h and lumissil.h; doc/modems.md says which modem answers which.
 *
 * VS_NW_INFO is Qualcomm's too; it has two layouts and a codec of its own (nw_info.h). CM_AMP_MAP is exchanged with
 * the EV (amp_map.h). Neither is taken here.
 * A vendor's message is told by MMTYPE and OUI together: 0xA002 is VS_SW_VER.IND of one vendor and
 * NSCM_D_LINK_READY.IND of another.
 */
#ifndef HOMEPLUG_MME_MODEM_MME_H
#define HOMEPLUG_MME_MODEM_MME_H

#include "homeplug/mme/lumissil.h"
#include "homeplug/mme/mme.h"
#include "homeplug/mme/nw_stats.h"
#include "homeplug/mme/qualcomm.h"

/* Selects the member of the union; messages without fields have none. */
enum modem_message {
	MODEM_NW_STATS_REQ,
	MODEM_NW_STATS_CNF,
	MODEM_VS_SW_VER_REQ,
	MODEM_VS_SW_VER_CNF,
	MODEM_VS_RS_DEV_REQ,
	MODEM_VS_RS_DEV_CNF,
	MODEM_VS_PL_LNK_STATUS_REQ,
	MODEM_VS_PL_LNK_STATUS_CNF,
	MODEM_VS_HST_ACTION_IND,
	MODEM_VS_HST_ACTION_RSP,
	MODEM_VS_ATTEN_CHAR_IND,
	MODEM_NSCM_GET_VERSION_REQ,
	MODEM_NSCM_GET_VERSION_CNF,
	MODEM_NSCM_RESET_DEVICE_REQ,
	MODEM_NSCM_GET_D_LINK_STATUS_REQ,
	MODEM_NSCM_GET_D_LINK_STATUS_CNF,
	MODEM_NSCM_D_LINK_READY_IND,

	MODEM_MESSAGE_COUNT
};

struct modem_mme {
	uint8_t dst[MAC_LEN];
	uint8_t src[MAC_LEN];
	enum modem_message message;
	union {
		struct nw_stats_cnf nw_stats_cnf;
		struct vs_sw_ver_cnf vs_sw_ver_cnf;
		struct vs_rs_dev_cnf vs_rs_dev_cnf;
		struct vs_pl_lnk_status_cnf vs_pl_lnk_status_cnf;
		struct vs_hst_action vs_hst_action; /* IND and RSP */
		struct vs_atten_char_ind vs_atten_char_ind;
		struct nscm_request nscm_request; /* GET_VERSION.REQ, GET_D_LINK_STATUS.REQ */
		struct nscm_get_version_cnf nscm_get_version_cnf;
		struct nscm_reset_device_req nscm_reset_device_req;
		struct nscm_link_status nscm_link_status; /* GET_D_LINK_STATUS.CNF and D_LINK_READY.IND */
	};
};

/*
 * Decodes one Ethernet frame, with any MMV: the payload's place follows that of the received frame (0: 17, else 19).
 *   MME_OK              *out is a complete copy
 *   MME_ERR_ETHERTYPE   not 0x88E1
 *   MME_ERR_MMTYPE      none of these messages (also another vendor's OUI)
 *   MME_ERR_SHORT       shorter than the header, or one of these that ends too early
 *   MME_ERR_FRAGMENT    FMI not zero: part of a longer message
 *   MME_ERR_NUM_GROUPS  a VS_ATTEN_CHAR.IND of more than 58 groups
 * On an error only dst and src of *out are valid, as far as the frame reached them (zero otherwise).
 */
enum mme_error modem_mme_decode(const uint8_t *frame, size_t len, struct modem_mme *out);

/*
 * Encodes *in, padded with zeros to 60 octets, and sets *len. MME_FRAME_MAX octets hold every message.
 *   MME_ERR_BUFFER  size is too small        MME_ERR_MMTYPE  in->message is not one of the enum
 */
enum mme_error modem_mme_encode(const struct modem_mme *in, uint8_t *frame, size_t size, size_t *len);

/* "VS_SW_VER.CNF", or "unknown". Never NULL. */
const char *modem_message_text(enum modem_message message);

/* Prepares a message: zeroes *out and fills in addresses and kind. */
void modem_mme_init(struct modem_mme *out, enum modem_message message, const uint8_t src[MAC_LEN],
		    const uint8_t dst[MAC_LEN]);

#endif

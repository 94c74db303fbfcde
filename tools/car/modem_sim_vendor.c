/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/modem_sim_vendor.h"

#include "homeplug/mme/nw_info.h"

#include <string.h>

#define QCA7005_DEVICE_ID 0x22
#define QCA7005_VERSION   "MAC-QCA7005-1.1.0.730-04-20140815-CS"
/* A modem that has started without its firmware says so in some such way. */
#define BOOT_LOADER_VERSION "BootLoader"
#define CARRIERS_PER_GROUP  16
/* Mbit/s, as Green PHY's robust modes reach them. */
#define PHY_RATE 9

static bool is_to(const struct modem_sim *modem, const uint8_t dst[MAC_LEN])
{
	return mac_equal(dst, mac_local_modem) || mac_equal(dst, mac_broadcast) || mac_equal(dst, modem->mac);
}

static void begin(const struct modem_sim *modem, enum modem_message message, const struct modem_mme *req,
		  struct modem_mme *cnf)
{
	modem_mme_init(cnf, message, modem->mac, req->src);
}

/* --- every modem --- */

static bool tell_standard(const struct modem_sim *modem, const struct modem_mme *req, struct modem_mme *cnf)
{
	switch (req->message) {
	case MODEM_NW_STATS_REQ:
		begin(modem, MODEM_NW_STATS_CNF, req, cnf);
		cnf->nw_stats_cnf.num_stas = modem->linked ? 1 : 0;
		memcpy(cnf->nw_stats_cnf.stations[0].mac, modem->peer_mac, MAC_LEN);
		cnf->nw_stats_cnf.stations[0].avg_phydr_tx = PHY_RATE;
		cnf->nw_stats_cnf.stations[0].avg_phydr_rx = PHY_RATE;
		return true;
	default:
		return false;
	}
}

/* --- Qualcomm --- */

static bool tell_qualcomm(const struct modem_sim *modem, const struct modem_mme *req, struct modem_mme *cnf)
{
	switch (req->message) {
	case MODEM_VS_SW_VER_REQ:
		begin(modem, MODEM_VS_SW_VER_CNF, req, cnf);
		cnf->vs_sw_ver_cnf.device_id = QCA7005_DEVICE_ID;
		strcpy(cnf->vs_sw_ver_cnf.version, modem->boot_loader ? BOOT_LOADER_VERSION : QCA7005_VERSION);
		return true;
	case MODEM_VS_RS_DEV_REQ:
		begin(modem, MODEM_VS_RS_DEV_CNF, req, cnf);
		cnf->vs_rs_dev_cnf.mstatus = modem->refuses_reset ? 1 : VS_MSTATUS_OK;
		return true;
	case MODEM_VS_PL_LNK_STATUS_REQ:
		begin(modem, MODEM_VS_PL_LNK_STATUS_CNF, req, cnf);
		cnf->vs_pl_lnk_status_cnf.link_status = modem->linked ? 1 : 0;
		return true;
	default:
		return false;
	}
}

/* --- Lumissil --- */

static bool tell_lumissil(const struct modem_sim *modem, const struct modem_mme *req, struct modem_mme *cnf)
{
	static const uint16_t version[] = {1, 2, 3, 4, 5};

	switch (req->message) {
	case MODEM_NSCM_GET_VERSION_REQ:
		begin(modem, MODEM_NSCM_GET_VERSION_CNF, req, cnf);
		cnf->nscm_get_version_cnf.request_id = req->nscm_request.request_id;
		memcpy(cnf->nscm_get_version_cnf.version, version, sizeof(version));
		return true;
	case MODEM_NSCM_GET_D_LINK_STATUS_REQ:
		begin(modem, MODEM_NSCM_GET_D_LINK_STATUS_CNF, req, cnf);
		cnf->nscm_link_status.request_id = req->nscm_request.request_id;
		cnf->nscm_link_status.link = modem->linked ? 1 : 0;
		return true;
	default:
		return false;
	}
}

bool modem_sim_tell(const struct modem_sim *modem, const struct modem_mme *req, struct modem_mme *cnf)
{
	if (!is_to(modem, req->dst))
		return false;
	if (modem->family == MODEM_QUALCOMM && tell_qualcomm(modem, req, cnf))
		return true;
	if (modem->family == MODEM_LUMISSIL && tell_lumissil(modem, req, cnf))
		return true;
	return tell_standard(modem, req, cnf);
}

bool modem_sim_resets(const struct modem_sim *modem, const struct modem_mme *req)
{
	if (!is_to(modem, req->dst) || modem->refuses_reset)
		return false;
	if (modem->family == MODEM_QUALCOMM)
		return req->message == MODEM_VS_RS_DEV_REQ;
	return modem->family == MODEM_LUMISSIL && req->message == MODEM_NSCM_RESET_DEVICE_REQ;
}

bool modem_sim_asks_link(const struct modem_mme *req, bool any)
{
	return req->message == MODEM_VS_PL_LNK_STATUS_REQ || req->message == MODEM_NSCM_GET_D_LINK_STATUS_REQ ||
	       (any && req->message == MODEM_NW_STATS_REQ);
}

/* --- VS_NW_INFO --- */

/* From the confirmation with MMV 0 to that with MMV 1: the same members, with other gaps (nw_info.h). */
static size_t network_mmv1(const uint8_t *mmv0, bool in_network, uint8_t *out)
{
	struct writer w;

	writer_init(&w, out, MME_FRAME_MAX);
	write_bytes(&w, mmv0, 14);
	write_u8(&w, MME_MMV_1_1);
	write_bytes(&w, mmv0 + 15, 2); /* MMTYPE */
	write_zeros(&w, 2);            /* FMI, FMSN */
	write_bytes(&w, mmv0 + 17, 3); /* OUI */
	write_zeros(&w, 2);
	write_le16(&w, in_network ? 0x3a : 0x02);
	write_zeros(&w, 1);
	write_u8(&w, mmv0[20]); /* networks */
	if (in_network) {
		write_bytes(&w, mmv0 + 21, NID_LEN);
		write_zeros(&w, 2);
		write_bytes(&w, mmv0 + 28, 2); /* SNID, TEI */
		write_zeros(&w, 4);
		write_bytes(&w, mmv0 + 30, 1 + MAC_LEN + 1); /* role, CCo and its TEI */
		write_zeros(&w, 3);
		write_u8(&w, mmv0[38]); /* stations */
		write_zeros(&w, 5 + 24u * mmv0[38]);
	}
	if (writer_len(&w) < MME_FRAME_MIN)
		write_zeros(&w, MME_FRAME_MIN - writer_len(&w));
	return writer_len(&w);
}

bool modem_sim_tell_network(const struct modem_sim *modem, const uint8_t *frame, size_t len, bool mmv1, uint8_t *answer,
			    size_t *answer_len)
{
	struct nw_info info = {
		.in_network = modem->has_key, .tei = 1, .role = NW_INFO_COORDINATOR, .stations = modem->linked ? 1 : 0};
	uint8_t plain[MME_FRAME_MAX];
	uint8_t host[MAC_LEN];

	if (modem->family != MODEM_QUALCOMM || !nw_info_req_decode(frame, len, host))
		return false;
	memcpy(info.modem_mac, modem->mac, MAC_LEN);
	memcpy(info.nid, modem->key.nid, NID_LEN);
	memcpy(info.cco_mac, modem->mac, MAC_LEN);
	if (nw_info_cnf_encode(&info, host, plain, sizeof(plain), answer_len) != MME_OK)
		return false;
	if (mmv1)
		*answer_len = network_mmv1(plain, info.in_network, answer);
	else
		memcpy(answer, plain, *answer_len);
	return true;
}

/* --- what it says by itself --- */

void modem_sim_announce(const struct modem_sim *modem, const uint8_t host[MAC_LEN], struct modem_mme *ind)
{
	modem_mme_init(ind, MODEM_VS_HST_ACTION_IND, modem->mac, host);
	ind->vs_hst_action.action = VS_HOST_LOADER_READY;
}

void modem_sim_twin(const struct mme *profile, struct modem_mme *ind)
{
	const struct atten_profile_ind *from = &profile->atten_profile_ind;
	struct vs_atten_char_ind *to = &ind->vs_atten_char_ind;

	modem_mme_init(ind, MODEM_VS_ATTEN_CHAR_IND, profile->src, mac_broadcast);
	memcpy(to->pev_mac, from->pev_mac, MAC_LEN);
	to->num_groups = from->num_groups;
	to->carriers_per_group = CARRIERS_PER_GROUP;
	memcpy(to->aag_db, from->aag_db, SLAC_GROUPS);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/replay/mme_summary.h"

#include "homeplug/mme/amp_map.h"
#include "homeplug/mme/modem_mme.h"
#include "homeplug/mme/nw_info.h"

#include <stdio.h>
#include <string.h>

static void run_id_summary(const uint8_t run_id[RUN_ID_LEN], char *out)
{
	char text[RUN_ID_TEXT_SIZE];

	snprintf(out, MME_SUMMARY_SIZE, "run_id=%s", run_id_text(run_id, text));
}

/* e.g. "result=0x01 nid=0039f45c3f6a02"; either may be left out. */
static void result_summary(const uint8_t *result, const uint8_t *nid, char *out)
{
	char text[NID_TEXT_SIZE];
	int len = 0;

	out[0] = '\0';
	if (result != NULL)
		len = snprintf(out, MME_SUMMARY_SIZE, "result=0x%02x", *result);
	if (nid != NULL && len >= 0)
		snprintf(out + len, MME_SUMMARY_SIZE - (size_t)len, "%snid=%s", len > 0 ? " " : "",
			 nid_text(nid, text));
}

/* num_sounds is 0 where the message has none. */
static void attenuation_summary(const uint8_t *aag_db, uint8_t groups, uint8_t num_sounds, char *out)
{
	uint32_t sum = 0;
	int len = 0;

	if (num_sounds > 0)
		len = snprintf(out, MME_SUMMARY_SIZE, "num_sounds=%u ", num_sounds);
	if (len < 0)
		return;
	for (uint8_t i = 0; i < groups; i++)
		sum += aag_db[i];
	if (groups > 0)
		snprintf(out + len, MME_SUMMARY_SIZE - (size_t)len, "groups=%u mean=%.1f dB", groups,
			 (double)sum / groups);
	else
		snprintf(out + len, MME_SUMMARY_SIZE - (size_t)len, "groups=0");
}

const char *mme_summary(const struct mme *mme, char out[MME_SUMMARY_SIZE])
{
	out[0] = '\0';
	switch (mme->mmtype) {
	case CM_SET_KEY_REQ:
		result_summary(NULL, mme->set_key_req.nid, out);
		break;
	case CM_SET_KEY_CNF:
		result_summary(&mme->set_key_cnf.result, NULL, out);
		break;
	case CM_GET_KEY_REQ:
		result_summary(NULL, mme->get_key_req.nid, out);
		break;
	case CM_GET_KEY_CNF:
		result_summary(&mme->get_key_cnf.result, mme->get_key_cnf.nid, out);
		break;
	case CM_SLAC_PARM_REQ:
		run_id_summary(mme->slac_parm_req.run_id, out);
		break;
	case CM_SLAC_PARM_CNF:
		run_id_summary(mme->slac_parm_cnf.run_id, out);
		break;
	case CM_START_ATTEN_CHAR_IND:
		snprintf(out, MME_SUMMARY_SIZE, "num_sounds=%u time_out=%u ms", mme->start_atten_char_ind.num_sounds,
			 mme->start_atten_char_ind.time_out * 100u);
		break;
	case CM_MNBC_SOUND_IND:
		snprintf(out, MME_SUMMARY_SIZE, "cnt=%u", mme->mnbc_sound_ind.cnt);
		break;
	case CM_ATTEN_PROFILE_IND:
		attenuation_summary(mme->atten_profile_ind.aag_db, mme->atten_profile_ind.num_groups, 0, out);
		break;
	case CM_ATTEN_CHAR_IND:
		attenuation_summary(mme->atten_char_ind.aag_db, mme->atten_char_ind.num_groups,
				    mme->atten_char_ind.num_sounds, out);
		break;
	case CM_ATTEN_CHAR_RSP:
		result_summary(&mme->atten_char_rsp.result, NULL, out);
		break;
	case CM_VALIDATE_REQ:
		result_summary(&mme->validate_req.result, NULL, out);
		break;
	case CM_VALIDATE_CNF:
		result_summary(&mme->validate_cnf.result, NULL, out);
		break;
	case CM_SLAC_MATCH_REQ:
		run_id_summary(mme->slac_match_req.run_id, out);
		break;
	case CM_SLAC_MATCH_CNF:
		result_summary(NULL, mme->slac_match_cnf.nid, out);
		break;
	}
	return out;
}

/* --- frames of any kind --- */

static void describe_error(enum mme_error error, struct frame_text *out)
{
	snprintf(out->summary, sizeof(out->summary), "malformed=%s", mme_error_text(error));
}

/* False when the frame is no amplitude map. */
static bool describe_amp_map(const uint8_t *octets, size_t len, uint16_t mmtype, struct frame_text *out)
{
	struct amp_map_mme message;
	enum mme_error error = amp_map_decode(octets, len, &message);

	if (error == MME_ERR_MMTYPE)
		return false;
	out->name = mmtype == CM_AMP_MAP_CNF ? "CM_AMP_MAP.CNF" : "CM_AMP_MAP.REQ";
	if (error != MME_OK)
		describe_error(error, out);
	else if (message.is_cnf)
		snprintf(out->summary, sizeof(out->summary), "result=0x%02x", message.result);
	else
		snprintf(out->summary, sizeof(out->summary), "carriers=%u", message.carriers);
	return true;
}

/* False when the frame is none of the modem's messages. */
static bool describe_modem_message(const uint8_t *octets, size_t len, struct frame_text *out)
{
	struct modem_mme message;
	enum mme_error error = modem_mme_decode(octets, len, &message);

	if (error == MME_ERR_MMTYPE)
		return false;
	out->name = error == MME_OK ? modem_message_text(message.message) : "modem message";
	if (error != MME_OK)
		describe_error(error, out);
	return true;
}

/* False when the frame is not about the modem's network. */
static bool describe_network(const uint8_t *octets, size_t len, struct frame_text *out)
{
	uint8_t src[MAC_LEN];
	struct nw_info info;

	if (nw_info_req_decode(octets, len, src))
		out->name = "VS_NW_INFO.REQ";
	else if (nw_info_cnf_decode(octets, len, &info) == MME_OK)
		out->name = "VS_NW_INFO.CNF";
	else
		return false;
	return true;
}

void frame_describe(const uint8_t *octets, size_t len, struct frame_text *out)
{
	struct mme mme;
	enum mme_error error = mme_decode(octets, len, &mme);

	memset(out, 0, sizeof(*out));
	memcpy(out->src, mme.src, MAC_LEN);
	memcpy(out->dst, mme.dst, MAC_LEN);
	out->name = mme_name(mme.mmtype);
	if (error == MME_OK) {
		mme_summary(&mme, out->summary);
		explicit_bzero(&mme, sizeof(mme)); /* may hold the NMK */
		return;
	}
	if (error != MME_ERR_MMTYPE) {
		describe_error(error, out);
		return;
	}
	if (describe_amp_map(octets, len, mme.mmtype, out) || describe_modem_message(octets, len, out) ||
	    describe_network(octets, len, out))
		return;
	out->name = "another kind";
	snprintf(out->summary, sizeof(out->summary), "mmtype=0x%04x", mme.mmtype);
}

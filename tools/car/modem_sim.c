/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/car/modem_sim.h"

#include <string.h>

/* What QCA modems put into the protocol message number of a confirmation. */
#define PMN_LAST 0xff

/* Section 7.2 of the homeplug-mme document. */
static const struct network_key factory_key = {
	.nmk = {0x50, 0xd3, 0xe4, 0x93, 0x3f, 0x85, 0x5b, 0x70, 0x40, 0x78, 0x4d, 0xf8, 0x15, 0xaa, 0x8d, 0xb7},
	.nid = {0xb0, 0xf2, 0xe6, 0x95, 0x66, 0x6b, 0x03},
};

bool modem_sim_is_meant(const struct modem_sim *modem, const struct mme *req)
{
	if (req->mmtype != CM_SET_KEY_REQ && req->mmtype != CM_GET_KEY_REQ)
		return false;
	return mac_equal(req->dst, mac_local_modem) || mac_equal(req->dst, mac_broadcast) ||
	       mac_equal(req->dst, modem->mac);
}

static void echo(const struct modem_sim *modem, const uint8_t nonce[NONCE_LEN], uint8_t your_nonce[NONCE_LEN])
{
	if (!modem->no_echo)
		memcpy(your_nonce, nonce, NONCE_LEN);
}

static bool set_key(struct modem_sim *modem, const struct set_key_req *req, struct set_key_cnf *cnf)
{
	if (set_key_req_check(req) != MME_OK)
		return false;
	if (!modem->refuses) {
		memcpy(modem->key.nmk, req->new_key, NMK_LEN);
		memcpy(modem->key.nid, req->nid, NID_LEN);
		modem->has_key = true;
	}
	cnf->result = modem->set_key_result;
	echo(modem, req->my_nonce, cnf->your_nonce);
	cnf->pid = KEY_PID_HLE;
	cnf->pmn = PMN_LAST;
	return random_fill_csprng(NULL, cnf->my_nonce, NONCE_LEN);
}

/* A refusal still names the modem's network (section 3.3 of the homeplug-mme document). */
static bool get_key(const struct modem_sim *modem, const struct get_key_req *req, struct get_key_cnf *cnf)
{
	bool granted = modem->has_key && memcmp(req->nid, modem->key.nid, NID_LEN) == 0;

	cnf->result = granted ? GET_KEY_GRANTED : GET_KEY_REFUSED;
	cnf->key_type = req->key_type;
	echo(modem, req->my_nonce, cnf->your_nonce);
	memcpy(cnf->nid, modem->key.nid, NID_LEN);
	cnf->pid = KEY_PID_HLE;
	if (granted) {
		cnf->eks = KEY_NEW_EKS_NMK;
		cnf->pmn = PMN_LAST;
		memcpy(cnf->key, modem->key.nmk, NMK_LEN);
	}
	return random_fill_csprng(NULL, cnf->my_nonce, NONCE_LEN);
}

bool modem_sim_answer(struct modem_sim *modem, const struct mme *req, struct mme *cnf)
{
	if (req->mmtype == CM_SET_KEY_REQ) {
		mme_init(cnf, CM_SET_KEY_CNF, modem->mac, req->src);
		return set_key(modem, &req->set_key_req, &cnf->set_key_cnf);
	}
	mme_init(cnf, CM_GET_KEY_CNF, modem->mac, req->src);
	return get_key(modem, &req->get_key_req, &cnf->get_key_cnf);
}

void modem_sim_lose_key(struct modem_sim *modem)
{
	modem->key = factory_key;
	modem->has_key = true;
}

bool modem_sim_has_factory_key(const struct modem_sim *modem)
{
	return modem->has_key && memcmp(modem->key.nid, factory_key.nid, NID_LEN) == 0;
}

void modem_sim_profile(const struct modem_sim *modem, const struct attenuation *attenuation,
		       const uint8_t ev_mac[MAC_LEN], struct mme *ind)
{
	mme_init(ind, CM_ATTEN_PROFILE_IND, modem->mac, mac_broadcast);
	memcpy(ind->atten_profile_ind.pev_mac, ev_mac, MAC_LEN);
	ind->atten_profile_ind.num_groups = attenuation->num_groups;
	memcpy(ind->atten_profile_ind.aag_db, attenuation->aag_db, attenuation->num_groups);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A Green PHY modem as its host sees it: takes keys, tells them, reports each sound's attenuation. Pure. */
#ifndef TOOLS_CAR_MODEM_SIM_H
#define TOOLS_CAR_MODEM_SIM_H

#include "homeplug/mme/mme.h"
#include "homeplug/modem/modem.h"
#include "homeplug/network_key.h"
#include "tools/car/attenuation.h"

struct modem_sim {
	uint8_t mac[MAC_LEN];
	enum modem_family family; /* whose questions it answers (modem_sim_vendor.h) */
	uint8_t set_key_result;   /* what it answers to CM_SET_KEY.REQ: real modems 0x01 */
	bool refuses;             /* does not take the key it is given */
	bool boot_loader;         /* it has no firmware: knows the question for its version only */
	bool no_echo;             /* its answers about keys have zeros in place of the nonce */
	bool refuses_reset;       /* answers VS_RS_DEV.REQ with "no NVM" */
	bool has_key;
	struct network_key key;
	bool linked; /* another station is in its network, as far as it tells */
	uint8_t peer_mac[MAC_LEN];
};

/* True for a key command (CM_SET_KEY.REQ, CM_GET_KEY.REQ) to this modem, the local modem or everyone. */
bool modem_sim_is_meant(const struct modem_sim *modem, const struct mme *req);

/* Obeys a command that is meant for it; false when its parameters are wrong, then nothing is answered. */
bool modem_sim_answer(struct modem_sim *modem, const struct mme *req, struct mme *cnf);

/* Back to the key it was made with (password "HomePlugAV"), as after the loss of its memory. */
void modem_sim_lose_key(struct modem_sim *modem);
/* True while it has no other key than this. */
bool modem_sim_has_factory_key(const struct modem_sim *modem);

/* CM_ATTEN_PROFILE.IND of one sound of the EV `ev_mac`. */
void modem_sim_profile(const struct modem_sim *modem, const struct attenuation *attenuation,
		       const uint8_t ev_mac[MAC_LEN], struct mme *ind);

#endif

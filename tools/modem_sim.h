/* SPDX-License-Identifier: Apache-2.0 */
/* A Green PHY modem as its host sees it: takes keys, tells them, reports each sound's attenuation. Pure. */
#ifndef TOOLS_MODEM_SIM_H
#define TOOLS_MODEM_SIM_H

#include "homeplug/mme.h"
#include "homeplug/network_key.h"
#include "homeplug/nw_info.h"
#include "tools/attenuation.h"

struct modem_sim {
	uint8_t mac[MAC_LEN];
	uint8_t set_key_result; /* what it answers to CM_SET_KEY.REQ: real modems 0x01 */
	bool refuses;		/* does not take the key it is given */
	bool has_key;
	struct network_key key;
};

/* True for a key command (CM_SET_KEY.REQ, CM_GET_KEY.REQ) to this modem, the local modem or everyone. */
bool modem_sim_is_meant(const struct modem_sim *modem, const struct mme *req);

/* Obeys a command that is meant for it; false when its parameters are wrong, then nothing is answered. */
bool modem_sim_answer(struct modem_sim *modem, const struct mme *req, struct mme *cnf);

/* CM_ATTEN_PROFILE.IND of one sound of the EV `ev_mac`. */
void modem_sim_profile(const struct modem_sim *modem, const struct attenuation *attenuation,
		       const uint8_t ev_mac[MAC_LEN], struct mme *ind);

#endif

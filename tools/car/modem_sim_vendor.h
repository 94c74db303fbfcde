/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions a host asks its modem besides the key, and what the simulated modem says. Pure. CM_NW_STATS
 * is answered by every family; the Qualcomm one speaks as a QCA7005, the Lumissil one as a CG5317.
 */
#ifndef TOOLS_CAR_MODEM_SIM_VENDOR_H
#define TOOLS_CAR_MODEM_SIM_VENDOR_H

#include "tools/car/modem_sim.h"

/* Answers a question; false where it is none that this modem understands, or none that is answered. */
bool modem_sim_tell(const struct modem_sim *modem, const struct modem_mme *req, struct modem_mme *cnf);

/* True for VS_RS_DEV.REQ or NSCM_RESET_DEVICE.REQ where this modem obeys it. */
bool modem_sim_resets(const struct modem_sim *modem, const struct modem_mme *req);

/* True for VS_PL_LNK_STATUS.REQ and NSCM_GET_D_LINK_STATUS.REQ, and where `any` is set for CM_NW_STATS.REQ too. */
bool modem_sim_asks_link(const struct modem_mme *req, bool any);

/*
 * Answers VS_NW_INFO.REQ in the layout of MMV 0, or of MMV 1; false when the frame is not that, or the modem not a
 * Qualcomm one. `answer` holds MME_FRAME_MAX octets.
 */
bool modem_sim_tell_network(const struct modem_sim *modem, const uint8_t *frame, size_t len, bool mmv1, uint8_t *answer,
			    size_t *answer_len);

/* VS_HST_ACTION.IND "loader ready": it has restarted. */
void modem_sim_announce(const struct modem_sim *modem, const uint8_t host[MAC_LEN], struct modem_mme *ind);

/* VS_ATTEN_CHAR.IND, which Qualcomm's modems broadcast with the values of the CM_ATTEN_PROFILE.IND `profile`. */
void modem_sim_twin(const struct mme *profile, struct modem_mme *ind);

#endif

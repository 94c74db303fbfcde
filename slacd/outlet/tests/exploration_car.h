/* SPDX-License-Identifier: Apache-2.0 */
/* The frames of the exploration: those of one car that matches at once, and the modem's answer to a new key. */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_CAR_H
#define SLACD_OUTLET_TESTS_EXPLORATION_CAR_H

#include "homeplug/mme/mme.h"

#include <stdbool.h>

#define CAR_FRAME_SIZE 256

struct car_frame {
	size_t len;
	uint8_t octets[CAR_FRAME_SIZE];
};

extern const uint8_t car_evse_mac[MAC_LEN];
extern const uint8_t car_mac[MAC_LEN];

/* The run_id of the car's attempt `number`. */
void car_run_id(uint32_t number, uint8_t run_id[RUN_ID_LEN]);

/* CM_SLAC_PARM.REQ, CM_START_ATTEN_CHAR.IND, CM_ATTEN_PROFILE.IND (10), CM_ATTEN_CHAR.RSP, CM_SLAC_MATCH.REQ. */
#define CAR_MATCH_FRAMES 14
void car_frame(size_t which, const uint8_t run_id[RUN_ID_LEN], struct car_frame *frame);

/* True, and *answer is CM_SET_KEY.CNF "taken", where the octets are a CM_SET_KEY.REQ. */
bool car_modem_answers(const uint8_t *octets, size_t len, struct car_frame *answer);

#endif

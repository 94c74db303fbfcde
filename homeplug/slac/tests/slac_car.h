/* SPDX-License-Identifier: Apache-2.0 */
/* Cars for the tests of the EVSE side: their messages and the modem's report of their sounds, each valid. */
#ifndef HOMEPLUG_SLAC_TESTS_SLAC_CAR_H
#define HOMEPLUG_SLAC_TESTS_SLAC_CAR_H

#include "homeplug/mme/mme.h"

/* The EVSE the cars talk to, and its modem. */
extern const uint8_t test_evse_mac[MAC_LEN];
extern const uint8_t test_modem_mac[MAC_LEN];

struct slac_car {
	uint8_t mac[MAC_LEN]; /* the last octet is the car's number */
	uint8_t run_id[RUN_ID_LEN];
};

struct slac_car slac_car(uint8_t number);
/* The same car with another run_id. */
struct slac_car slac_car_again(const struct slac_car *car);

/* A message of the car: one of the types an EVSE receives. CM_ATTEN_PROFILE.IND has 58 groups of 20 dB,
 * CM_VALIDATE.REQ is step 1. */
struct mme slac_car_message(const struct slac_car *car, enum mmtype type);
/* CM_VALIDATE.REQ: step 1 with timer 0, step 2 with the time the car will toggle, (timer + 1) x 100 ms. */
struct mme slac_car_validate(const struct slac_car *car, uint8_t timer);
/* CM_ATTEN_PROFILE.IND of one sound, `groups` groups of `db`. */
struct mme slac_car_profile(const struct slac_car *car, uint8_t groups, uint8_t db);

#endif

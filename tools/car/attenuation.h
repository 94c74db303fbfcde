/* SPDX-License-Identifier: Apache-2.0 */
/* The attenuation of the simulated power line, as the EVSE's modem reports it for each sound. */
#ifndef TOOLS_CAR_ATTENUATION_H
#define TOOLS_CAR_ATTENUATION_H

#include "homeplug/mme/atten_profile.h"

struct attenuation {
	uint8_t num_groups; /* 58; 0 for a power-line adapter that knows no SLAC */
	uint8_t aag_db[SLAC_GROUPS];
};

/*
 * Reads "20" (every group), a list of 58 values ("20,21,...") or the name of a file with 58 values.
 * False, and aag_db unchanged, for anything else.
 */
bool attenuation_parse(const char *text, uint8_t aag_db[SLAC_GROUPS]);

#endif

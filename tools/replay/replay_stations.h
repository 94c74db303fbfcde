/* SPDX-License-Identifier: Apache-2.0 */
/* Who is who in a capture that is no session record, and where it was recorded. */
#ifndef TOOLS_REPLAY_REPLAY_STATIONS_H
#define TOOLS_REPLAY_REPLAY_STATIONS_H

#include "tools/replay/slac_replay_options.h"

#include <stdio.h>

struct replay_stations {
	uint8_t evse[MAC_LEN]; /* the station that is replayed */
	bool has_modem;        /* its modem is in the file: */
	uint8_t modem[MAC_LEN];
	size_t evses;        /* stations in the file */
	size_t modems;       /* that report profiles */
	uint64_t car_frames; /* SLAC messages of cars */
	bool evse_speaks;    /* a message of the station is in the file */
	bool at_car;         /* recorded at the car: the station's modem is not heard */
};

/* Reads the whole file once. False and `error`, which says what is not in it, where no station is found. */
bool replay_stations_find(const struct replay_options *options, struct replay_stations *out,
			  char error[REPLAY_ERROR_SIZE]);
/* A line for each thing that was not found or not certain, and which option names it. */
void replay_stations_tell(const struct replay_stations *stations, const struct replay_options *options, FILE *out);

#endif

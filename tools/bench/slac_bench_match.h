/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Complete matches with slacd, from plug to unplug, as a car without pauses: three of the exchanges are
 * timed, each beside the same frame to the bare responder.
 */
#ifndef TOOLS_BENCH_SLAC_BENCH_MATCH_H
#define TOOLS_BENCH_SLAC_BENCH_MATCH_H

#include "tools/bench/slac_bench_samples.h"
#include "tools/bench/slac_bench_station.h"
#include "tools/bench/slac_bench_wire.h"

enum bench_exchange {
	EXCHANGE_PARM,  /* CM_SLAC_PARM.REQ to CNF */
	EXCHANGE_ATTEN, /* last CM_ATTEN_PROFILE.IND to CM_ATTEN_CHAR.IND */
	EXCHANGE_MATCH, /* CM_SLAC_MATCH.REQ to CNF */
	EXCHANGES
};

struct bench_times {
	struct samples slacd[EXCHANGES];
	struct samples bare[EXCHANGES];
};

struct bench_car {
	struct bench_wire *wire; /* to slacd */
	struct bench_wire *bare; /* to the bare responder; NULL: nothing is timed beside slacd */
	struct bench_station *station;
	struct bench_times *times; /* NULL: nothing is kept */
	unsigned gap_us;           /* nothing is sent for so long before a timed frame: the responders are at rest */
	uint64_t number;           /* of the run, makes the run_id */
	uint8_t evse_mac[MAC_LEN]; /* learnt from CM_SLAC_PARM.CNF */
};

/* Frames of the car and its modem in one run up to CM_ATTEN_CHAR.RSP, with one CM_SLAC_PARM.REQ. */
#define BENCH_RUN_FRAMES 25

/* Sends CM_SLAC_PARM.REQ until it is answered, at most two seconds. */
bool car_is_heard(struct bench_car *car);
/* Plugs in, matches, unplugs, and waits for the modem's fresh key. False with the reason on stderr. */
bool car_match(struct bench_car *car);
/* After a match that went wrong: the outlet is as before it. */
bool car_recover(struct bench_car *car);
/*
 * From CM_START_ATTEN_CHAR.IND to CM_ATTEN_CHAR.RSP. After the first time within one matching slacd has
 * nothing to tell the station.
 */
bool car_run_to_atten_char(struct bench_car *car);

#endif

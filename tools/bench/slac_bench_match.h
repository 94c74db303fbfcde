/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Complete matches with slacd, from plug to unplug. Three of the exchanges are timed. The floor is given the same
 * frames in the same minutes: only the frames slacd answers are addressed to it.
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

/* A responder as the car sees it. */
struct bench_side {
	struct bench_wire *wire;
	bool is_floor;
	uint8_t mac[MAC_LEN];     /* of slacd: learnt from CM_SLAC_PARM.CNF */
	struct samples *exchange; /* EXCHANGES of them; NULL: nothing is kept */
};

struct bench_car {
	struct bench_side slacd;
	struct bench_side floor;
	bool alone; /* nothing is sent to the floor */
	struct bench_station *station;
	unsigned gap_us; /* nothing is sent for so long before a timed frame: the responders are at rest. 0: at once */
	unsigned sound_us; /* from sound to sound, and each profile half of it behind its sound. 0: all in one burst */
	uint64_t number;   /* of the run, makes the run_id */
	uint64_t requests; /* sent until one was answered, of all runs */
	uint64_t turn_ns;  /* when the next frame is sent, with sound_us */
};

/* Frames of the car and its modem in one run up to CM_ATTEN_CHAR.RSP, with one CM_SLAC_PARM.REQ. */
#define BENCH_RUN_FRAMES 25

/* Sends CM_SLAC_PARM.REQ until it is answered, at most two seconds. The floor gets each of them, too. */
bool car_is_heard(struct bench_car *car);
/* Plugs in, matches, unplugs, and waits for the modem's fresh key. False with the reason on stderr. */
bool car_match(struct bench_car *car);
/* After a match that went wrong, or did not end: unplugs, and the outlet is as before it. */
bool car_recover(struct bench_car *car);
/*
 * From CM_START_ATTEN_CHAR.IND to CM_ATTEN_CHAR.RSP. After the first time within one matching slacd has
 * nothing to tell the station.
 */
bool car_run_to_atten_char(struct bench_car *car);
/* The next run of the car that is plugged in: a timed CM_SLAC_PARM.REQ, then as above. */
bool car_run(struct bench_car *car);

#endif

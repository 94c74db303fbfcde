/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of slac-ev. */
#ifndef TOOLS_CAR_SLAC_EV_OPTIONS_H
#define TOOLS_CAR_SLAC_EV_OPTIONS_H

#include "tools/car/slac_ev.h"
#include "homeplug/modem/modem.h"
#include "tools/car/attenuation.h"
#include "tools/car/modem_sim_fault.h"

#define CARS_MAX           32
#define OPTIONS_ERROR_SIZE 256

/* Where a car takes its run_id from. */
enum run_id_kind {
	RUN_ID_RANDOM, /* new for each attempt */
	RUN_ID_MAC,    /* MAC and two zeros, as the Ioniq */
	RUN_ID_FIXED   /* given, or "TESLA EV" */
};

/* The step after which a car falls silent, as if it was unplugged. */
enum stop_at { STOP_NEVER, STOP_PARM, STOP_START, STOP_SOUND, STOP_RSP, STOP_MATCH };

struct slac_ev_options {
	const char *interface;    /* faces the EVSE host */
	const char *ev_interface; /* faces an external EV host; NULL: none */
	const char *capture;      /* file for the frames of `interface`; NULL: none */
	bool wait;                /* cars are driven by lines on stdin */
	bool stay;                /* the modem goes on answering after the last round */
	bool quiet;
	bool colour;

	/* Cars. */
	uint32_t cars;
	uint32_t expect;           /* cars of a round that shall match */
	struct slac_ev_config car; /* of the first car; ev_mac counts up, run_id where it is fixed */
	enum run_id_kind run_id_kind;
	enum stop_at stop_at;
	bool silent;
	bool amp_map;           /* they send CM_AMP_MAP.REQ when they have joined */
	uint8_t amp_map_result; /* of their answer to the EVSE's */
	uint32_t start_delay_ms;
	uint32_t rounds;
	uint32_t round_pause_ms;
	uint32_t timeout_ms; /* 0: none */

	/* The EVSE's modem and the line. */
	uint8_t modem_mac[MAC_LEN];
	enum modem_family modem_family;
	uint8_t modem_result;
	uint32_t modem_delay_ms;
	uint32_t modem_reset_ms;
	uint32_t join_ms;
	struct modem_faults faults;
	struct attenuation attenuation;
	uint32_t lose_sounds; /* the first of each run */
};

enum options_result {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_WRONG /* `error` names the option and what was expected */
};

enum options_result slac_ev_options_parse(struct slac_ev_options *options, int argc, char **argv,
					  char error[OPTIONS_ERROR_SIZE]);
void slac_ev_options_help(void);

#endif

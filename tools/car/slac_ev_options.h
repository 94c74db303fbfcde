/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of slac-ev. */
#ifndef TOOLS_CAR_SLAC_EV_OPTIONS_H
#define TOOLS_CAR_SLAC_EV_OPTIONS_H

#include "tools/car/slac_ev.h"
#include "homeplug/modem/modem.h"
#include "tools/car/attenuation.h"
#include "tools/car/car_behaviour.h"

#define CARS_MAX            32
#define EXPECT_BY_BEHAVIOUR UINT32_MAX /* 1, or 0 where the cars cannot match */
#define OPTIONS_ERROR_SIZE  256

/* Where a car takes its run_id from. */
enum run_id_kind {
	RUN_ID_RANDOM, /* new for each attempt */
	RUN_ID_MAC,    /* MAC and two zeros, as the Ioniq */
	RUN_ID_FIXED   /* given, or "TESLA EV" */
};

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
	uint32_t expect;         /* cars of a round that shall match; EXPECT_BY_BEHAVIOUR */
	uint8_t ev_mac[MAC_LEN]; /* of the first car, it counts up */
	enum run_id_kind run_id_kind;
	uint8_t run_id[RUN_ID_LEN]; /* where it is fixed */
	uint32_t start_delay_ms;
	uint32_t rounds;
	uint32_t round_pause_ms;
	uint32_t timeout_ms; /* 0: none */

	/* The EVSE's modem and the line. */
	uint8_t modem_mac[MAC_LEN];
	enum modem_family modem_family;
	uint32_t modem_reset_ms;
	struct attenuation attenuation;

	/* How all of them behave, at first. */
	struct car_behaviour behaviour;
};

enum options_result {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_BEHAVIOURS, /* print them */
	OPTIONS_WRONG       /* `error` names the option and what was expected */
};

enum options_result slac_ev_options_parse(struct slac_ev_options *options, int argc, char **argv,
					  char error[OPTIONS_ERROR_SIZE]);
void slac_ev_options_help(void);
/* The cars of a round that shall match, of those that behave like this. */
uint32_t slac_ev_options_expected(const struct slac_ev_options *options, const struct car_behaviour *behaviour);

#endif

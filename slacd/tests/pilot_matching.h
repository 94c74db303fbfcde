/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching as far as the pilot logic can tell: what slac_evse says to CONNECTED, DISCONNECTED, TERMINATE,
 * PAUSE, LISTEN and a lost key, without frames. The car is three inputs: it asks, it is matched, its run
 * fails. test_pilot_matching proves that it answers as slac_evse does.
 */
#ifndef SLACD_TESTS_PILOT_MATCHING_H
#define SLACD_TESTS_PILOT_MATCHING_H

#include "homeplug/slac/slac_evse.h"

struct matching_config {
	bool listen_after_failure; /* the field profile */
	bool listen_after_init;    /* the field profile of a DC-only outlet */
	uint32_t init_ms;          /* TT_EVSE_SLAC_init */
	uint32_t session_ms;       /* a run that nobody goes on with fails after this */
};

struct matching {
	enum slac_evse_state state;
	bool connected;
	bool paused;
	uint64_t deadline_us;
};

enum matching_input {
	MATCHING_CONNECTED,
	MATCHING_LEFT,    /* DISCONNECTED: the vehicle left, or a reset */
	MATCHING_STOPPED, /* DISCONNECTED: a pilot fault, or out of service */
	MATCHING_TERMINATE,
	MATCHING_PAUSE,
	MATCHING_LISTEN,
	MATCHING_KEY_LOST,   /* and set again at once */
	MATCHING_PARM_REQ,   /* CM_SLAC_PARM.REQ with a new run_id, from the car that is known if there is one
			      */
	MATCHING_MATCH_REQ,  /* CM_SLAC_MATCH.REQ at its time: the run ends matched */
	MATCHING_RUN_FAILED, /* a time-out of the run */
	MATCHING_LINK_LOST,  /* the power-line link of the matched car, or the interface, is lost */
	MATCHING_TICK
};

struct matching_output {
	bool init_timeout; /* otherwise a status */
	enum slac_status status;
	enum slac_reason reason; /* of UNMATCHED: SLAC_REASON_JOIN_LOST, or none of interest */
	bool at_end;             /* the status was said because of LEFT or STOPPED */
};

struct matching_outputs {
	size_t count;
	struct matching_output items[4];
};

void matching_init(struct matching *matching);
/* Takes one input; due deadlines are handled first, as in slac_evse. The list is emptied first. */
void matching_input(struct matching *matching, const struct matching_config *config, enum matching_input input,
		    uint64_t now_us, struct matching_outputs *out);

#endif

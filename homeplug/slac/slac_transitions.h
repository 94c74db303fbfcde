/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each message and time-out does in each state of a run: the one table of the matching core, to be held against
 * the standard's figures (ISO 15118-3 Annex A; slac-timers document, section 3). A pair of state and message that is
 * not in it is ignored and counted (SLAC_REASON_UNEXPECTED, or SLAC_REASON_RUN_FAILED once the run has failed).
 */
#ifndef HOMEPLUG_SLAC_SLAC_TRANSITIONS_H
#define HOMEPLUG_SLAC_SLAC_TRANSITIONS_H

#include "homeplug/slac/slac_run.h"

/* The time-out of a state, in the place of a message. */
#define SLAC_DEADLINE 0

struct slac_transition {
	enum slac_run_state state;
	uint16_t message; /* enum mmtype, or SLAC_DEADLINE */
	slac_run_action *act;
	const char *to;     /* where it leads, for the reader: state names, "=" for staying */
	const char *clause; /* where it is written, or what it is for */
};

extern const struct slac_transition slac_transitions[];
extern const size_t slac_transitions_count;

/* The row of the pair, or NULL. */
const struct slac_transition *slac_transition_find(enum slac_run_state state, uint16_t message);

#endif

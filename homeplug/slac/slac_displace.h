/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which run gives up its slot when all are taken and another car needs one. Cars of neighbouring outlets are heard
 * here, too, and wait here for a CM_SLAC_MATCH.REQ that goes elsewhere; and whoever sends CM_SLAC_PARM.REQ again and
 * again holds a slot. Neither must keep the car that is plugged in here out. Internal to the matching core.
 */
#ifndef HOMEPLUG_SLAC_SLAC_DISPLACE_H
#define HOMEPLUG_SLAC_SLAC_DISPLACE_H

#include "homeplug/slac/slac_evse.h"

/* TP_match_sequence: in this time a car goes on after CM_SLAC_PARM.CNF. One that had to ask again keeps its slot so long. */
#define SLAC_KEPT_FOR_START_MS 100
/*
 * A car compares the outlets that it hears, TT_EV_atten_results = 1200 ms after CM_START_ATTEN_CHAR.IND at the latest,
 * and then chooses one. In this time from its CM_ATTEN_CHAR.RSP it keeps its slot.
 */
#define SLAC_KEPT_FOR_MATCH_MS 1500

/*
 * Of `count` runs the one in WAIT_START longest, kept_until_us over; without one, the one in WAIT_MATCH longest, at least
 * SLAC_KEPT_FOR_MATCH_MS, that has not validated. NULL: each one is needed.
 */
struct slac_run *slac_run_to_displace(struct slac_run *runs, size_t count, uint64_t now_us);

#endif

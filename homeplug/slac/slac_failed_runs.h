/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runs that have failed since a vehicle was plugged in. Without listen_after_failure their run_ids get no answer
 * any more (doc/conformance.md). Bounded: the run that failed first is forgotten first.
 */
#ifndef HOMEPLUG_SLAC_SLAC_FAILED_RUNS_H
#define HOMEPLUG_SLAC_SLAC_FAILED_RUNS_H

#include "homeplug/mme/mme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Five cars with three attempts each. */
#define SLAC_FAILED_RUNS 15

/* All zero: none. */
struct slac_failed_runs {
	size_t count; /* so far; beyond SLAC_FAILED_RUNS the oldest are overwritten */
	struct {
		uint8_t ev_mac[MAC_LEN];
		uint8_t run_id[RUN_ID_LEN];
	} items[SLAC_FAILED_RUNS];
};

/* Remembers that this run has failed. */
void slac_failed_runs_add(struct slac_failed_runs *failed, const uint8_t ev_mac[MAC_LEN],
			  const uint8_t run_id[RUN_ID_LEN]);
/* Whether this run is known to have failed. */
bool slac_failed_runs_has(const struct slac_failed_runs *failed, const uint8_t ev_mac[MAC_LEN],
			  const uint8_t run_id[RUN_ID_LEN]);

#endif

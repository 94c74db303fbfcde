/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runs of one vehicle's visit that have failed: "a run that failed stays silent for its run id" (conformance
 * document). Bounded: the one that failed first is forgotten first.
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

void slac_failed_runs_add(struct slac_failed_runs *failed, const uint8_t ev_mac[MAC_LEN],
			  const uint8_t run_id[RUN_ID_LEN]);
bool slac_failed_runs_has(const struct slac_failed_runs *failed, const uint8_t ev_mac[MAC_LEN],
			  const uint8_t run_id[RUN_ID_LEN]);

#endif

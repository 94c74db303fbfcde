/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the outlet's matching, shared by slac_evse*.c only. */
#ifndef HOMEPLUG_SLAC_SLAC_EVSE_INTERNAL_H
#define HOMEPLUG_SLAC_SLAC_EVSE_INTERNAL_H

#include "homeplug/slac/slac_run.h"

/* Appends a status; the EV is the one that was remembered. */
void slac_evse_report(const struct slac_evse *evse, enum slac_status status, enum slac_reason reason,
		      struct slac_evse_outputs *out);
/* The next statuses are about this run's EV. */
void slac_evse_remember_ev(struct slac_evse *evse, const struct slac_run *run);
struct slac_run_context slac_evse_run_context(struct slac_evse *evse, uint64_t now_us, struct slac_evse_outputs *out);
/* CM_SLAC_MATCH.CNF was sent for the first time: this EV has won the outlet. */
void slac_evse_on_chosen(struct slac_evse *evse, const struct slac_run *winner, uint64_t now_us,
			 struct slac_evse_outputs *out);

/* slac_evse_frame.c */
void slac_evse_on_frame(struct slac_evse *evse, const struct slac_evse_input *input, uint64_t now_us,
			struct slac_evse_outputs *out);

#endif

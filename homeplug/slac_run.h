/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One candidate of slac_evse: from CM_SLAC_PARM.CNF to CM_SLAC_MATCH.CNF. Internal to the matching core;
 * programs use slac_evse.h.
 */
#ifndef HOMEPLUG_SLAC_RUN_H
#define HOMEPLUG_SLAC_RUN_H

#include "homeplug/slac_evse.h"

/* Appends an output about a run (its EV and run_id filled in) and returns it for the rest. */
struct slac_evse_output *slac_run_output(const struct slac_run *run, enum slac_evse_output_kind kind,
					 struct slac_evse_outputs *out);

/* Appends "refused" (IGNORED) or "taken, but unusual" (ODD) about a received message. */
void slac_message_output(enum slac_evse_output_kind kind, const struct mme *frame, enum slac_reason reason,
			 enum mme_error error, struct slac_evse_outputs *out);

/* True while the run waits for something: neither free, nor matched, nor failed. */
bool slac_run_is_active(const struct slac_run *run);

/* CM_SLAC_PARM.REQ: the run begins, or begins again, in its slot; answers CM_SLAC_PARM.CNF. */
void slac_run_begin(struct slac_run *run, const struct slac_evse_config *config, const struct mme *req,
		    uint64_t now_us, struct slac_evse_outputs *out);

/* The run ends without a match. */
void slac_run_fail(struct slac_run *run, enum slac_reason reason, uint64_t now_us, struct slac_evse_outputs *out);

/* A message of this run's EV other than CM_SLAC_PARM.REQ and CM_SLAC_MATCH.REQ, or the modem's profile of it. */
void slac_run_frame(struct slac_run *run, const struct slac_evse_config *config, const struct mme *frame,
		    uint64_t now_us, struct slac_evse_outputs *out);

/*
 * CM_SLAC_MATCH.REQ: answers CM_SLAC_MATCH.CNF with `key`, also again once matched. True when it did; the
 * run's state is then SLAC_RUN_MATCHED.
 */
bool slac_run_match(struct slac_run *run, const struct slac_evse_config *config, const struct network_key *key,
		    const struct mme *req, struct slac_evse_outputs *out);

/* The run's deadline is due. */
void slac_run_expire(struct slac_run *run, const struct slac_evse_config *config, uint64_t now_us,
		     struct slac_evse_outputs *out);

#endif

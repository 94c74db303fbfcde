/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One candidate of slac_evse: from CM_SLAC_PARM.CNF to CM_SLAC_MATCH.CNF. Internal to the matching core;
 * programs use slac_evse.h.
 */
#ifndef HOMEPLUG_SLAC_SLAC_RUN_H
#define HOMEPLUG_SLAC_SLAC_RUN_H

#include "homeplug/slac/slac_evse.h"

/* What an action may look at and write to besides its run. */
struct slac_run_context {
	const struct slac_evse_config *config;
	const struct network_key *key;
	bool other_validates; /* one validation at a time, on the outlet and in the station */
	/* The outlet's, beyond the runs. */
	struct slac_validation *validation;
	struct slac_failed_runs *failed_runs;
	uint64_t now_us;
	struct slac_evse_outputs *out;
};

/* One row's work; frame is NULL for a time-out. */
typedef void slac_run_action(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame);

/* slac_run.c */
slac_run_action slac_on_parm_req;
slac_run_action slac_on_no_start;
/* slac_run_sounding.c */
slac_run_action slac_on_start_atten_char;
slac_run_action slac_on_further_start;
slac_run_action slac_on_sound;
slac_run_action slac_on_profile;
slac_run_action slac_on_sounding_over;
slac_run_action slac_on_atten_char_rsp;
slac_run_action slac_on_no_rsp;
/* slac_run_validate.c */
slac_run_action slac_on_validate_req;
slac_run_action slac_on_validate_toggle;
slac_run_action slac_on_no_toggle;
slac_run_action slac_on_toggling_over;
/* slac_run_match.c */
slac_run_action slac_on_match_req;
slac_run_action slac_on_no_match_req;

/* Carries out the row of the run's state and the message (SLAC_DEADLINE: its time-out is due), or refuses it. */
void slac_run_take(struct slac_run *run, const struct slac_run_context *ctx, uint16_t message, const struct mme *frame);

/* S2 was closed (C, D) or opened (B): counts for a run that validates. */
void slac_run_s2(struct slac_run *run, bool closed);

/* The run ends without a match. */
void slac_run_fail(struct slac_run *run, const struct slac_run_context *ctx, enum slac_reason reason);

/* True while the run waits for something: neither free, nor matched, nor failed. */
bool slac_run_is_active(const struct slac_run *run);

/* --- for the actions --- */

/* Appends an output about a run (its EV and run_id filled in) and returns it for the rest. */
struct slac_evse_output *slac_run_output(const struct slac_run *run, enum slac_evse_output_kind kind,
					 struct slac_evse_outputs *out);
/* Appends "refused" (IGNORED) or "taken, but unusual" (ODD) about a received message. */
void slac_message_output(enum slac_evse_output_kind kind, const struct mme *frame, enum slac_reason reason,
			 enum mme_error error, struct slac_evse_outputs *out);
/* A field of the message is wrong: refused, unless error is MME_OK. True when it was. */
bool slac_run_refuse_field(const struct slac_run_context *ctx, const struct mme *frame, enum mme_error error);
/* Reports the step and takes it; the deadline is `ms` from now, or none with SLAC_RUN_NO_DEADLINE. */
void slac_run_step(struct slac_run *run, const struct slac_run_context *ctx, enum slac_run_state to, uint32_t ms);
/* Appends a message to the run's EV, to be filled in. */
struct mme *slac_run_send(const struct slac_run *run, const struct slac_run_context *ctx, enum mmtype type);
/* The present state goes on waiting, `ms` from now. */
void slac_run_wait(struct slac_run *run, const struct slac_run_context *ctx, uint32_t ms);

#define SLAC_RUN_NO_DEADLINE UINT32_MAX

#endif

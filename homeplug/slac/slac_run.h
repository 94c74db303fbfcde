/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One candidate of slac_evse: from CM_SLAC_PARM.CNF to CM_SLAC_MATCH.CNF. Internal to the matching core; programs use
 * slac_evse.h.
 *
 * What each message and time-out does in each state of a run is one table, slac_transitions in slac_run.c, to be held
 * against the figures of ISO 15118-3 Annex A and doc/protocol.md. A pair of state and message that is not in the
 * table is ignored and counted (SLAC_REASON_UNEXPECTED, or SLAC_REASON_RUN_FAILED once the run has failed).
 */
#ifndef HOMEPLUG_SLAC_SLAC_RUN_H
#define HOMEPLUG_SLAC_SLAC_RUN_H

#include "homeplug/slac/slac_evse.h"

/* What an action may look at and write to besides its run. */
struct slac_run_context {
	const struct slac_evse_config *config;
	const struct network_key *key;
	bool other_validates; /* another car of the outlet or of the station validates, or comes first */
	struct slac_validation *validation;
	struct slac_failed_runs *failed_runs;
	uint64_t now_us;
	struct slac_evse_outputs *out;
};

/* The work of one row of the table; frame is NULL for a time-out. */
typedef void slac_run_action(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame);

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

/* Carries out the row of the run's state and the message (SLAC_DEADLINE: its time-out is due), or refuses it. */
void slac_run_take(struct slac_run *run, const struct slac_run_context *ctx, uint16_t message, const struct mme *frame);

/* The pilot says that S2 was closed (C, D) or opened (B): counts a toggle of a run that validates. */
void slac_run_count_toggle(struct slac_run *run, bool closed);

/* Ends the run without a match. */
void slac_run_fail(struct slac_run *run, const struct slac_run_context *ctx, enum slac_reason reason);

/*
 * Ends the run and empties its slot, because another car needs it. The EV may begin again: it is not remembered as
 * failed.
 */
void slac_run_displace(struct slac_run *run, const struct slac_run_context *ctx);

/* True while the run waits for something: it is neither free, nor matched, nor failed. */
bool slac_run_is_active(const struct slac_run *run);

/* --- The actions of the table --- */

/* slac_run.c: the first message and the last */
slac_run_action slac_on_parm_req;
slac_run_action slac_on_no_start;
slac_run_action slac_on_match_req;
slac_run_action slac_on_no_match_req;
/* slac_run_sounding.c: attenuation characterization */
slac_run_action slac_on_early_profile;
slac_run_action slac_on_start_atten_char;
slac_run_action slac_on_further_start;
slac_run_action slac_on_sound;
slac_run_action slac_on_profile;
slac_run_action slac_on_sounding_over;
slac_run_action slac_on_atten_char_rsp;
slac_run_action slac_on_no_rsp;
/* slac_run_validate.c: validation */
slac_run_action slac_on_validate_req;
slac_run_action slac_on_validate_toggle;
slac_run_action slac_on_no_toggle;
slac_run_action slac_on_toggling_over;

/* --- What the actions are made of --- */

#define SLAC_RUN_NO_DEADLINE UINT32_MAX

/* Appends an output about a run (its EV and run_id filled in) and returns it for the rest. */
struct slac_evse_output *slac_run_append(const struct slac_run *run, enum slac_evse_output_kind kind,
					 struct slac_evse_outputs *out);
/* Appends IGNORED, PUT_OFF or ODD about a received message. */
void slac_message_append(enum slac_evse_output_kind kind, const struct mme *frame, enum slac_reason reason,
			 enum mme_error error, struct slac_evse_outputs *out);
/*
 * Appends IGNORED for a wrong field and returns true; with MME_OK returns false. Where the run waits for the message, the
 * refusal is remembered until a right one comes that it waits for, or the run goes on.
 */
bool slac_run_refuse_field(struct slac_run *run, const struct slac_run_context *ctx, const struct mme *frame,
			   enum mme_error error);
/* Why what the run waits for is missing: the last one was refused for a field, or else `silent`. */
enum slac_reason slac_run_missing(const struct slac_run *run, enum slac_reason silent);
/* Appends a message to the run's EV and returns it to be filled in. */
struct mme *slac_run_send(const struct slac_run *run, const struct slac_run_context *ctx, enum mmtype type);
/*
 * Takes the step to another state and reports it. The deadline is `ms` from now, or none with SLAC_RUN_NO_DEADLINE.
 */
void slac_run_step(struct slac_run *run, const struct slac_run_context *ctx, enum slac_run_state to, uint32_t ms);
/* Stays in the present state and waits on, `ms` from now. */
void slac_run_wait(struct slac_run *run, const struct slac_run_context *ctx, uint32_t ms);

#endif

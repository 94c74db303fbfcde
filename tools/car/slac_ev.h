/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SLAC matching, EV side (ISO 15118-3 Annex A), for the simulator: a pure state machine of one car that
 * makes one matching attempt. Same contract as slac_evse: input and time in, outputs and a deadline out.
 *
 *   start -> PARM (repeat every TT_match_response) -> pause -> 3 x START_ATTEN_CHAR, n x MNBC_SOUND, spaced
 *   -> WAIT_ATTEN_CHAR (TT_EV_atten_results) -> answers RSP, chooses the EVSE with the lowest mean
 *   -> pause -> SLAC_MATCH.REQ (repeat every TT_match_response) -> MATCHED with the key, or FAILED
 *
 * An EVSE above signalattn_direct_db is validated before the match:
 *
 *   -> pause -> CM_VALIDATE.REQ step 1 (repeat every TT_match_response) -> Ready -> step 2, toggles S2
 *   -> Success with the number of the toggles -> pause -> SLAC_MATCH.REQ; anything else: the next EVSE
 *
 * With tt_matching_repetition_ms a run that failed is followed by another one.
 */
#ifndef TOOLS_CAR_SLAC_EV_H
#define TOOLS_CAR_SLAC_EV_H

#include "homeplug/mme/mme.h"
#include "homeplug/network_key.h"

#define SLAC_EV_NEVER   UINT64_MAX
#define SLAC_EV_OUTPUTS 8
/* EVSEs heard in one attempt; further ones are not considered. */
#define SLAC_EV_EVSES 8

/* Times in milliseconds. */
struct slac_ev_config {
	uint8_t ev_mac[MAC_LEN];
	uint8_t run_id[RUN_ID_LEN];
	uint32_t parm_repeats;           /* repeats of CM_SLAC_PARM.REQ after the first, 100 by default (cars insist) */
	uint32_t tt_match_response_ms;   /* 200 */
	uint32_t tt_ev_atten_results_ms; /* 1200, from the first START_ATTEN_CHAR */
	uint32_t c_ev_match_retry;       /* 2: repeats of CM_VALIDATE.REQ and SLAC_MATCH.REQ */
	uint32_t parm_to_start_ms;       /* CM_SLAC_PARM.CNF to first START_ATTEN_CHAR, 50 */
	uint32_t batch_msg_interval_ms;  /* TP_EV_batch_msg_interval, 20 ... 50: spacing of STARTs and sounds */
	uint32_t rsp_to_match_ms;        /* before SLAC_MATCH.REQ or CM_VALIDATE.REQ, 50 (real cars: up to 1000) */
	uint8_t num_sounds;              /* 10: sounds announced and sent */
	bool wait_for_all_evses; /* wait TT_EV_atten_results out for further EVSEs instead of taking the first */
	bool double_parm_req;    /* send each CM_SLAC_PARM.REQ twice, as the Ioniq does */
	bool chooses_none;       /* no EVSE is near enough: it answers each and matches none */

	/* By the mean attenuation, each included; both 0, the default, is no limit: what is nearest is matched. */
	uint32_t signalattn_direct_db;   /* C_EV_match_signalattn_direct: matched without validation; 0: no limit */
	uint32_t signalattn_indirect_db; /* C_EV_match_signalattn_indirect: validated, above not found; 0: no limit */
	uint8_t vald_nb_toggles;         /* C_EV_vald_nb_toggles, 1 ... 3; 0, the default: random */
	uint32_t vald_state_duration_ms; /* TP_EV_vald_state_duration, 300: each B and C of a toggle, 200 ... 400 */
	uint32_t not_ready_pause_ms;     /* 500: before an EVSE that was not ready to validate is asked again */
	uint32_t not_ready_repeats;      /* 16, which stays within its TT_EVSE_match_session */

	uint32_t tt_matching_rate_ms; /* TT_matching_rate, 400: between a failed run and the next */
	uint32_t
		tt_matching_repetition_ms; /* TT_matching_repetition, 10000: no new run after it; 0, the default: one */
	bool keep_run_id;                  /* each run has the run_id of the first, as the Ioniq's and Teslas' have */
};

enum slac_ev_state {
	SLAC_EV_IDLE,
	SLAC_EV_WAIT_PARM_CNF,
	SLAC_EV_BEFORE_START,
	SLAC_EV_SOUNDING,
	SLAC_EV_WAIT_ATTEN_CHAR,
	SLAC_EV_BEFORE_VALIDATE,
	SLAC_EV_WAIT_VALIDATE_READY,  /* step 1 */
	SLAC_EV_TOGGLING,             /* step 2 */
	SLAC_EV_WAIT_VALIDATE_RESULT, /* toggled, the EVSE still counts */
	SLAC_EV_BEFORE_MATCH,
	SLAC_EV_WAIT_MATCH_CNF,
	SLAC_EV_MATCHED,
	SLAC_EV_BEFORE_NEXT_RUN, /* TT_matching_rate */
	SLAC_EV_FAILED
};

struct slac_ev_evse {
	uint8_t evse_mac[MAC_LEN];
	uint32_t mean_db_x100; /* mean of the 58 groups in 1/100 dB */
	bool dropped;          /* it did not validate */
};

struct slac_ev {
	struct slac_ev_config config;
	enum slac_ev_state state;
	uint64_t deadline_us;
	uint64_t results_deadline_us; /* TT_EV_atten_results */
	uint32_t sent;                /* of the present batch or the repeats of the present request */
	size_t evse_count;
	struct slac_ev_evse evses[SLAC_EV_EVSES];
	uint8_t evse_mac[MAC_LEN];  /* the chosen one */
	uint8_t run_id[RUN_ID_LEN]; /* of the present run */
	uint64_t started_us;        /* the first run */
	/* Validation of the chosen EVSE. */
	uint32_t not_ready; /* its NotReady answers */
	uint32_t restarts;  /* of step 2, because the EVSE missed it */
	uint8_t toggles;    /* to be made */
	bool s2_closed;
	uint64_t step2_us; /* when step 2 was sent */
	uint64_t result_deadline_us;
	struct network_key key; /* valid in SLAC_EV_MATCHED */
	random_fill random;
	void *random_ctx;
};

enum slac_ev_output_kind {
	SLAC_EV_SEND, /* send `frame` */
	SLAC_EV_STEP, /* entered `state`; `text` says why where it is FAILED or BEFORE_NEXT_RUN, e.g. "no_match_cnf" */
	SLAC_EV_S2    /* close or open S2: the pilot goes to C or back to B */
};

struct slac_ev_output {
	enum slac_ev_output_kind kind;
	union {
		struct mme frame;
		struct {
			enum slac_ev_state state;
			const char *text; /* static, never NULL */
		} step;
		struct {
			bool closed;
		} s2;
	};
};

struct slac_ev_outputs {
	size_t count;
	struct slac_ev_output items[SLAC_EV_OUTPUTS];
};

/* The values named above. ev_mac and run_id are zero. */
void slac_ev_defaults(struct slac_ev_config *config);

/* Prepares a car. The config is copied; `random` gives the sounds' octets, the toggles and further run_ids. */
void slac_ev_init(struct slac_ev *ev, const struct slac_ev_config *config, random_fill random, void *random_ctx);

/* Begins the attempt (state IDLE, MATCHED or FAILED): the first CM_SLAC_PARM.REQ goes out. */
void slac_ev_start(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out);
/* Takes a received frame; foreign ones do nothing. Deadlines due at now_us are handled first. */
void slac_ev_frame(struct slac_ev *ev, const struct mme *frame, uint64_t now_us, struct slac_ev_outputs *out);
/* Time has passed. */
void slac_ev_tick(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out);
/* The next time slac_ev_tick is wanted, or SLAC_EV_NEVER. */
uint64_t slac_ev_deadline(const struct slac_ev *ev);

/* "WAIT_PARM_CNF" and so on. Never NULL. */
const char *slac_ev_state_text(enum slac_ev_state state);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SLAC matching, EVSE side (ISO 15118-3 Annex A): a pure state machine. An input and the time go in. A bounded list
 * of outputs comes out, and the next time at which it wants to be called. It touches no socket, clock, timer, memory
 * allocator or log, so that a capture replays to the same result each time.
 *
 * One struct slac_evse serves one outlet. It keeps at most SLAC_EVSE_RUNS candidates (runs), one for each EV MAC; the
 * run_id tells the attempts of one EV apart. A new EV takes a free slot, or that of the run that failed first. When
 * all runs are in progress it is refused (SLAC_REASON_TABLE_FULL). One that was refused and asks again takes the slot
 * of the run that has waited longest for CM_START_ATTEN_CHAR.IND; where none waits for that, longest for
 * CM_SLAC_MATCH.REQ. A run that sounds, validates, has validated or is matched keeps its slot (slac_displace.h).
 *
 * Matching as a whole (enum slac_evse_state):
 *
 *   IDLE --CONNECTED--> WAIT_PARM --CM_SLAC_PARM.REQ answered--> MATCHING --CM_SLAC_MATCH.CNF sent--> JOINING
 *   JOINING --LINK_UP--> MATCHED                         JOINING --TT_match_join--> listens again
 *   WAIT_PARM --TT_EVSE_SLAC_init--> EXPIRED             MATCHING --last run failed--> listens again
 *   MATCHED --LINK_LOST--> listens again                 any state --DISCONNECTED--> IDLE
 *   MATCHED --REJOIN--> JOINING                          JOINING (after REJOIN) --LINK_PAUSED--> MATCHED
 *   JOINING, MATCHED --CM_SLAC_PARM.REQ of the matched EV, with rematch_matched_ev--> MATCHING
 *   WAIT_PARM, MATCHING, FAILED --tt_fallback_ms--> EXPIRED
 *
 * "Listens again" is WAIT_PARM with listen_after_failure, otherwise FAILED, which a new run_id leads out of. After
 * C_conn_max_match failures of one vehicle WAIT_PARM has no new window of TT_EVSE_SLAC_init; the last window goes on.
 * Cars of neighbouring outlets speak and fail here, too. Whatever is heard, tt_fallback_ms bounds the whole time from
 * the plug-in, or from the end of a match, to EXPIRED, where the pilot falls back to basic charging.
 * Without await_link there is no JOINING: MATCHED follows CM_SLAC_MATCH.CNF at once. The key that an EV was given is
 * for this EV alone: no other EV is answered until KEY_SET brings another key.
 *
 * What each message does in each state of a run is one table: slac_transitions in slac_run.c.
 */
#ifndef HOMEPLUG_SLAC_SLAC_EVSE_H
#define HOMEPLUG_SLAC_SLAC_EVSE_H

#include "homeplug/mme/mme.h"
#include "homeplug/network_key.h"
#include "homeplug/slac/slac_failed_runs.h"
#include "homeplug/slac/slac_reason.h"
#include "homeplug/slac/slac_refused.h"
#include "homeplug/slac/slac_validation.h"

/* The most cars that an outlet hears at once: a charging park that comes back after a power cut speaks all at once. */
#define SLAC_EVSE_RUNS 64
/* C_EVSE_match_parallel: the least that an outlet must be able to hear at once. */
#define SLAC_C_EVSE_MATCH_PARALLEL 5
/* C_conn_max_match: so many failed matchings of one vehicle are followed by a new window of TT_EVSE_SLAC_init. */
#define SLAC_CONN_MAX_MATCH 3
/* TT_match_response, TT_match_join and C_EV_match_retry: the exchange of amplitude maps keeps them as well. */
#define SLAC_TT_MATCH_RESPONSE_MS 200
#define SLAC_TT_MATCH_JOIN_MS     12000
#define SLAC_C_EV_MATCH_RETRY     2
/* TT_EVSE_vald_toggle: an EV that announces a longer time gets its result after this one. */
#define SLAC_VALD_TOGGLE_MAX_MS 3500
/* The most that one input gives: three outputs for each run, and a few for the frame and the outlet. */
#define SLAC_EVSE_OUTPUTS (3 * SLAC_EVSE_RUNS + 8)
/* No deadline: nothing will happen without an input. */
#define SLAC_NEVER UINT64_MAX

/* What an EV that asks for validation is told. */
enum slac_validation_mode {
	SLAC_VALIDATION_ON,           /* its B-C-B toggles are counted */
	SLAC_VALIDATION_NOT_REQUIRED, /* step 1 is answered with NotRequired; an EV that toggles all the same is counted */
	SLAC_VALIDATION_OFF           /* CM_VALIDATE.REQ is refused, with Failure or NotRequired */
};

/* Times in milliseconds. slac_evse_defaults fills in the standard's values (ISO 15118-3 table A.1). */
struct slac_evse_config {
	uint8_t evse_mac[MAC_LEN];      /* the host's MAC: source of every answer */
	uint32_t tt_evse_slac_init_ms;  /* TT_EVSE_SLAC_init, 20 000 */
	uint32_t tt_fallback_ms;        /* plug-in to basic charging without a match; 0: no bound. None where dc_only */
	uint32_t tt_match_sequence_ms;  /* TT_match_sequence, 400: CM_SLAC_PARM.CNF to START_ATTEN_CHAR */
	uint32_t tt_evse_match_mnbc_ms; /* TT_EVSE_match_MNBC, 600: from the first START_ATTEN_CHAR */
	uint32_t tt_match_response_ms;  /* TT_match_response, 200: ATTEN_CHAR.IND to RSP */
	uint32_t tt_evse_match_session_ms; /* TT_EVSE_match_session, 10 000: RSP to SLAC_MATCH.REQ */
	uint32_t tt_match_join_ms;         /* TT_match_join, 12 000: SLAC_MATCH.CNF to the link */
	uint32_t t_conn_resume_ms;         /* T_conn_resume, 6000: REJOIN to the link */
	uint32_t c_ev_match_retry;         /* C_EV_match_retry, 2: repeats of ATTEN_CHAR.IND after the first */
	uint32_t parallel_runs;            /* runs in progress at once, 1 ... SLAC_EVSE_RUNS */
	bool dc_only;                      /* no basic charging when the EV does not speak */
	enum slac_validation_mode validation;
	bool await_link; /* report `matched` at LINK_UP; false: when SLAC_MATCH.CNF was sent */

	/*
	 * Attenuation of the outlet's own receive path, subtracted from each group's mean; clamped to 0 ... 255 dB.
	 */
	int16_t attn_rx_db[SLAC_GROUPS];

	/*
	 * Where the standard and the field differ: all false does as ISO 15118-3 says, all true is kind to real cars
	 * (doc/conformance.md has what each does).
	 */
	bool any_sound_counts;       /* CM_START_ATTEN_CHAR.IND: other than 10 sounds and 600 ms, if not 0 */
	bool any_forwarding_sta;     /* CM_START_ATTEN_CHAR.IND: a FORWARDING_STA that is not the EV's MAC */
	bool any_ids;                /* CM_SLAC_MATCH.REQ: a PEV_ID and an EVSE_ID other than zero */
	bool rematch_matched_ev;     /* CM_SLAC_PARM.REQ of the matched EV starts a new matching */
	bool listen_after_failure;   /* TT_EVSE_SLAC_init starts again, and a known run_id may retry */
	bool dc_listens_after_init;  /* a DC-only outlet answers CM_SLAC_PARM.REQ after TT_EVSE_SLAC_init */
	bool refuse_as_not_required; /* SLAC_VALIDATION_OFF refuses with NotRequired (4) instead of Failure (3) */
	bool slow_after_validation;  /* after a validation the EV has TT_EVSE_match_session, not TT_match_sequence */

	/*
	 * For modems that report profiles without groups, or no profiles (QCA7420). -1: such a run fails. 0 ... 255:
	 * the attenuation in dB that is reported for every group, for a station with one outlet and one car in reach
	 * only.
	 */
	int missing_profile_db;
};

enum slac_evse_state {
	SLAC_EVSE_IDLE,      /* no vehicle: nothing is answered */
	SLAC_EVSE_WAIT_PARM, /* vehicle connected, TT_EVSE_SLAC_init runs */
	SLAC_EVSE_MATCHING,  /* at least one run in progress */
	SLAC_EVSE_JOINING,   /* SLAC_MATCH.CNF sent, TT_match_join runs; it is sent again when asked for */
	SLAC_EVSE_MATCHED,
	SLAC_EVSE_FAILED, /* every run failed; only a new run_id is answered */
	SLAC_EVSE_EXPIRED /* TT_EVSE_SLAC_init is over, or tt_fallback_ms */
};

enum slac_run_state {
	SLAC_RUN_FREE,
	SLAC_RUN_WAIT_START,
	SLAC_RUN_SOUNDING,
	SLAC_RUN_WAIT_RSP,
	SLAC_RUN_WAIT_MATCH,
	SLAC_RUN_WAIT_TOGGLE, /* validation, step 1 answered: waits for step 2 */
	SLAC_RUN_TOGGLING,    /* validation, step 2: counts B-C-B until the EV's timer is over */
	SLAC_RUN_MATCHED,
	SLAC_RUN_FAILED,

	SLAC_RUN_STATES
};

/* A candidate. Read it for reports; only slac_evse_input changes it. */
struct slac_run {
	enum slac_run_state state;
	uint8_t ev_mac[MAC_LEN];
	uint8_t run_id[RUN_ID_LEN];
	uint64_t deadline_us;
	/*
	 * When it came into this state: the oldest run gives up its slot first. WAIT_START: when it had its first
	 * CM_SLAC_PARM.CNF; to ask again makes no run younger.
	 */
	uint64_t since_us;
	uint64_t kept_until_us;       /* WAIT_START: it had to ask again for its slot, and keeps it until then */
	enum slac_reason failure;     /* why it failed */
	uint8_t num_sounds;           /* what the EV announced */
	uint8_t sounds;               /* CM_MNBC_SOUND.IND seen since the first START_ATTEN_CHAR; without one, all */
	uint8_t empty_profiles;       /* profiles without groups */
	uint8_t profiles;             /* profiles that count */
	uint8_t early_profiles;       /* profiles before the first START_ATTEN_CHAR: for the diagnosis only */
	uint8_t repeats;              /* ATTEN_CHAR.IND, or the CNF of validation step 1, sent again */
	uint16_t sum_db[SLAC_GROUPS]; /* at most 255 profiles of 255 dB: fits */
	uint8_t measured_db[SLAC_GROUPS]; /* mean of the profiles */
	uint8_t average_db[SLAC_GROUPS];  /* the same less attn_rx_db: what is reported */
	uint8_t reported_sounds;          /* NUM_SOUNDS of the ATTEN_CHAR.IND */
	enum slac_reason refused;         /* what it waited for and refused last for a field, or SLAC_REASON_NONE */
	enum mme_error refused_error;     /* which field that was */
	bool s2_closed;                   /* TOGGLING: the pilot is in C or D, and came there within the window */
	uint8_t toggles;                  /* B-C-B of the last validation */
	bool validated;                   /* a validation is over, and its result was sent */
	bool excused;                     /* step 1 was answered with NotRequired; step 2 may come all the same */
	uint64_t step_1_until_us;         /* WAIT_TOGGLE: step 1 is answered again until then */
	uint8_t validations;              /* validations begun in this run */
	uint8_t put_off;                  /* validations answered with NotReady; counts to 255 */
};

struct slac_evse {
	struct slac_evse_config config;
	enum slac_evse_state state;
	uint64_t deadline_us; /* of TT_EVSE_SLAC_init, of tt_fallback_ms, or of TT_match_join */
	uint64_t fallback_us; /* end of tt_fallback_ms, SLAC_NEVER: it does not run */
	bool vehicle_connected;
	bool paused; /* SLAC_EVSE_PAUSE, until LISTEN */
	bool has_key;
	struct network_key key;
	bool rejoining; /* JOINING: the EV was matched before, and its link was paused */
	bool key_given; /* to key_holder: no other EV is answered until KEY_SET brings another key */
	uint8_t key_holder[MAC_LEN];
	uint8_t given_nid[NID_LEN];    /* of that key */
	uint32_t failures;             /* failed matchings of this vehicle since its last match */
	enum mme_error parm_req_error; /* WAIT_PARM: why CM_SLAC_PARM.REQ was refused last, or MME_OK */
	uint8_t parm_req_mac[MAC_LEN]; /* of the EV that was refused */
	uint64_t last_window_us;       /* end of the last window of TT_EVSE_SLAC_init that this vehicle gets */
	uint8_t modem_mac[MAC_LEN];    /* of the local modem; zero: not known, profiles of any modem count */
	bool has_run_id;               /* an EV has spoken since the vehicle was connected */
	uint8_t run_id[RUN_ID_LEN];
	uint8_t ev_mac[MAC_LEN];
	bool has_attenuation;     /* this EV was told what its run measured */
	uint16_t attenuation_ddb; /* mean of the groups, 0.1 dB */
	struct slac_validation validation;
	struct slac_failed_runs failed_runs; /* since the vehicle came; not answered without listen_after_failure */
	/*
	 * Slots that were used since the vehicle came. What lies behind them is not touched before it is needed, so that
	 * an outlet that hears few cars needs little memory.
	 */
	size_t run_count;
	bool any_refused;
	struct slac_run runs[SLAC_EVSE_RUNS];
	struct slac_refused refused; /* for want of a slot; where any_refused */
};

enum slac_evse_input_kind {
	SLAC_EVSE_CONNECTED,    /* cp_state is B, C or D */
	SLAC_EVSE_DISCONNECTED, /* cp_state left B, C, D; `reason` says why */
	SLAC_EVSE_TERMINATE,    /* the 15118 side ends the data link: unmatched; the vehicle may speak again */
	SLAC_EVSE_PAUSE,        /* no CM_SLAC_PARM.REQ is answered for now (the pilot is in F or at a nominal duty); a
				 * match that is sought fails, one that is held is unmatched */
	SLAC_EVSE_LISTEN,       /* a new window of TT_EVSE_SLAC_init begins */
	SLAC_EVSE_LISTEN_ON,    /* the same without an end: nothing would follow */
	SLAC_EVSE_KEY_SET,      /* the modem `modem_mac` confirmed `key`; taken over for the next CM_SLAC_MATCH.CNF */
	SLAC_EVSE_KEY_LOST,     /* the modem's key is unknown; nothing is answered until KEY_SET */
	SLAC_EVSE_KEY_PENDING,  /* the same key is being set once more: nothing is answered until KEY_SET, and runs go
				 * on; ignored once an EV has been given the key */
	SLAC_EVSE_S2_CLOSED,    /* cp_state went to C or D: half a toggle of validation */
	SLAC_EVSE_S2_OPEN,      /* cp_state went back to B: the other half */
	SLAC_EVSE_LINK_UP,      /* the modem is in one network with the EV's */
	SLAC_EVSE_LINK_UNKNOWN, /* the modem cannot tell: counts as up */
	SLAC_EVSE_LINK_LOST,    /* the link was up and is lost: unmatched */
	SLAC_EVSE_REJOIN,       /* the link was paused and comes back, within T_conn_resume */
	SLAC_EVSE_LINK_PAUSED,  /* the link that REJOIN waits for is paused once more: matched, without a time limit;
				 * ignored before the first `matched`, while the link is awaited for the first time */
	SLAC_EVSE_FRAME,        /* `frame` was received */
	SLAC_EVSE_TICK          /* time has passed, nothing else */
};

struct slac_evse_input {
	enum slac_evse_input_kind kind;
	const struct mme *frame;
	const struct network_key *key;
	const uint8_t *modem_mac; /* KEY_SET: MAC_LEN octets, NULL where it is not known */
	enum slac_reason reason;
	/*
	 * FRAME: slac_validation_blocks() of another outlet of the station says so for the EV of the frame. Two cars
	 * that toggle at the same time could not be told apart, so this outlet answers a validation with NotReady.
	 */
	bool neighbour_validates;
};

/* The words of the status message (doc/mqtt.md). */
enum slac_status { SLAC_STATUS_MATCHING, SLAC_STATUS_MATCHED, SLAC_STATUS_FAILED, SLAC_STATUS_UNMATCHED };

enum slac_evse_output_kind {
	SLAC_EVSE_SEND,         /* send `frame` */
	SLAC_EVSE_STATUS,       /* report `status` with `reason`; run_id, attenuation_ddb where they are known */
	SLAC_EVSE_INIT_TIMEOUT, /* TT_EVSE_SLAC_init is over, and the pilot decides what follows; reason: NO_PARM_REQ;
				 * KEY_NOT_SET when nothing could be answered; PARM_REQ_REFUSED with ev_mac and error;
				 * NO_MATCH_IN_TIME: tt_fallback_ms is over, although cars were heard */
	SLAC_EVSE_WATCH_LINK,   /* JOINING begins: LINK_UP or LINK_UNKNOWN is waited for */
	SLAC_EVSE_RUN_STEP,     /* a run went from `from` to `to`, for the log; reason when it failed */
	SLAC_EVSE_IGNORED,      /* a message was refused: mmtype, ev_mac = its sender, reason, error */
	SLAC_EVSE_PUT_OFF, /* CM_VALIDATE.REQ was answered with NotReady, because another car comes first: as above */
	SLAC_EVSE_ODD      /* a message was taken although a field is unusual: as above */
};

struct slac_evse_output {
	enum slac_evse_output_kind kind;
	enum slac_reason reason;
	bool has_run_id;
	uint8_t run_id[RUN_ID_LEN];
	uint8_t ev_mac[MAC_LEN];
	union {
		struct mme frame;
		struct {
			enum slac_status status;
			bool has_attenuation;
			uint16_t attenuation_ddb;
		};
		struct {
			enum slac_run_state from;
			enum slac_run_state to;
		} step;
		struct {
			uint16_t mmtype;
			enum mme_error error;
		} message; /* of IGNORED, PUT_OFF and ODD; the error also of INIT_TIMEOUT */
	};
};

/* Filled by slac_evse_input; items are to be carried out in order. */
struct slac_evse_outputs {
	size_t count;
	struct slac_evse_output items[SLAC_EVSE_OUTPUTS];
};

/*
 * The standard's timers and counters; the switches all false where `strict`, otherwise all true. Validation on, all
 * runs, the link not awaited, no receive-path correction; evse_mac is zero.
 */
void slac_evse_defaults(struct slac_evse_config *config, bool strict);

/* Starts with no vehicle and no key. The config is copied. */
void slac_evse_init(struct slac_evse *evse, const struct slac_evse_config *config);

/*
 * Takes one input at monotonic time now_us and gives the outputs (the list is emptied first). Deadlines
 * that are due at now_us are handled before the input itself: an answer that arrives at the limit is late.
 */
void slac_evse_input(struct slac_evse *evse, const struct slac_evse_input *input, uint64_t now_us,
		     struct slac_evse_outputs *out);

/* JOINING or MATCHED: an EV has been given the key, and uses it. */
bool slac_evse_is_given_away(const struct slac_evse *evse);

/* The mean of the groups in 0.1 dB. */
uint16_t slac_mean_ddb(const uint8_t db[SLAC_GROUPS]);

/* The next time SLAC_EVSE_TICK is wanted (monotonic microseconds), or SLAC_NEVER. */
uint64_t slac_evse_deadline(const struct slac_evse *evse);

/* Words for the log: "WAIT_PARM", "SOUNDING", "matching". Never NULL. */
const char *slac_evse_state_text(enum slac_evse_state state);
const char *slac_run_state_text(enum slac_run_state state);
const char *slac_status_text(enum slac_status status);

#endif

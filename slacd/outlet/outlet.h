/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One outlet, whole and pure: matching, the local modem, the control pilot, the amplitude-map exchange, and what lies
 * between them. An input and the time go in, a bounded list of effects comes out, plus the next time the outlet wants
 * to be called. It touches no socket, clock, timer, log, JSON or MQTT, so that the same inputs at the same times give
 * the same effects: the daemon, slac-replay, the exploration and a program of yours (tools/example/embed.c) all use
 * this header.
 *
 * How it runs (doc/architecture.md): what is due comes first, then the input, then what the input made due: the next
 * deadline is always later than now. What one part tells another waits in a first-in-first-out queue,
 * which is empty again when outlet_input returns. No part is entered while another part's list is being carried out.
 *
 * The order of the effects is a promise:
 *   - a frame stands before the status that reports it;
 *   - what `matching` began has one end, failed or unmatched. A vehicle that leaves is unmatched once, also where its
 *     matching had failed before;
 *   - a pilot request is the last effect but for notes: it follows the statuses that led to it. There is at most one.
 */
#ifndef SLACD_OUTLET_OUTLET_H
#define SLACD_OUTLET_OUTLET_H

#include "homeplug/mme/nw_info.h"
#include "slacd/outlet/outlet_config.h"

#define OUTLET_NEVER     UINT64_MAX
#define OUTLET_EFFECTS   512   /* of one input; four for each of 64 runs, and what else there may be */
#define OUTLET_OCTETS    16384 /* of all frames of one input */
#define OUTLET_QUEUE     32    /* what parts tell each other within one input */
#define OUTLET_QUESTIONS 4     /* network questions that wait for the modem; a further one is answered at once */

/* What the station allows the outlet (cs_status_and_limits). */
struct outlet_limits {
	struct control_pilot_limits current;
	enum control_pilot_availability availability;
};

/* What the station reports of the pilot. */
struct outlet_cp_status {
	enum cp_state state;
	bool has_duty;
	uint32_t duty; /* in 1/100 % */
};

enum outlet_answer { OUTLET_ANSWER_VALID, OUTLET_ANSWER_INVALID, OUTLET_ANSWER_ERROR };

enum outlet_input_kind {
	OUTLET_START,            /* the service begins; limits and port may have been told before */
	OUTLET_STOP,             /* it ends: a vehicle that is there is unmatched, and the pilot gets a defined state */
	OUTLET_FRAME,            /* the port received `frame`; ignored while it is down */
	OUTLET_PORT_UP,          /* the port is open, its MAC is `port_mac` */
	OUTLET_PORT_DOWN,        /* it is of no use any more */
	OUTLET_CP_STATUS,        /* the station reports `cp_status` */
	OUTLET_PILOT_ANSWER,     /* the station answers pilot request `pilot.number` with `pilot.answer` */
	OUTLET_PILOT_NOT_SENT,   /* the last pilot request was not handed over; `active`: there is a connection */
	OUTLET_BROKER_CONNECTED, /* the station can be reached (again) */
	OUTLET_LIMITS,           /* the station tells `limits` */
	OUTLET_LIMITS_UNREADABLE, /* it told limits that cannot be read: they are no permission */
	OUTLET_AUTHORIZATION,     /* by EIM: `active` accepted, or withdrawn */
	OUTLET_HLC_CHARGING,      /* an ISO 15118 session runs (`active`), or ended */
	OUTLET_LINK_TERMINATE,    /* the ISO 15118 side ends the data link: fresh key, unmatched */
	OUTLET_LINK_PAUSE,        /* ... pauses it: the key is kept, the oscillator is off until the vehicle wakes us */
	OUTLET_LINK_RESUME,       /* ... wants it back: 5 %, and the modem gets the key again */
	OUTLET_OTHER_REQUEST,     /* another service asks the station for the pilot that `other` says */
	OUTLET_RESET,             /* ends what runs and begins anew with the vehicle that is there */
	OUTLET_NETWORK_QUESTION,  /* what network is the modem in? Answered with OUTLET_ANSWER_NETWORK, `question` */
	OUTLET_TICK               /* time has passed */
};

struct outlet_input {
	enum outlet_input_kind kind;
	union {
		struct {
			const uint8_t *octets; /* only read during the call */
			size_t len;
			bool neighbour_validates; /* outlet_blocks_validation of another outlet for this frame */
		} frame;
		uint8_t port_mac[MAC_LEN];
		struct outlet_cp_status cp_status;
		struct {
			uint32_t number;
			enum outlet_answer answer;
		} pilot;
		struct outlet_limits limits;
		struct {
			bool hlc;            /* 5 %; otherwise: */
			uint32_t current_da; /* 0.1 A; 0: X1 */
		} other;
		bool active;
		uint32_t question;
	};
};

enum outlet_status_kind { OUTLET_MATCHING, OUTLET_MATCHED, OUTLET_FAILED, OUTLET_UNMATCHED, OUTLET_BASIC_CHARGING };

/* What slac_service_status reports. */
struct outlet_status {
	enum outlet_status_kind kind;
	enum slac_reason reason; /* SLAC_REASON_NONE: there is nothing to explain */
	bool has_ev;             /* an EV has spoken; run_id and ev_mac are its */
	uint8_t run_id[RUN_ID_LEN];
	uint8_t ev_mac[MAC_LEN];
	bool has_attenuation;     /* it was measured */
	uint16_t attenuation_ddb; /* mean of what was reported to the EV, 0.1 dB */
};

/* Things that are worth a line in a log, and nothing else: whoever carries out effects may ignore them. */
enum outlet_note_kind {
	/* frames: name, from, error, value = octets */
	OUTLET_NOTE_RECEIVED,       /* a message between EV and EVSE, or about the modem's key */
	OUTLET_NOTE_RECEIVED_MODEM, /* another message of a modem */
	OUTLET_NOTE_OTHER_KIND,     /* foreign traffic: value = MMTYPE */
	OUTLET_NOTE_MALFORMED,
	OUTLET_NOTE_NOT_ENCODED,
	/* messages that were refused, put off, or taken although a field is unusual: name, from, reason, error */
	OUTLET_NOTE_IGNORED,
	OUTLET_NOTE_PUT_OFF,
	OUTLET_NOTE_ODD,
	/* matching */
	OUTLET_NOTE_RUN_STEP,        /* step, reason */
	OUTLET_NOTE_MISSING_PROFILE, /* value = dB that are reported instead */
	OUTLET_NOTE_INIT_TIMEOUT,    /* reason; PARM_REQ_REFUSED: from and error as well */
	OUTLET_NOTE_LINK_LOSS,       /* the status `unmatched` was a lost link; value = 1: F comes, 0: waiting */
	OUTLET_NOTE_LATE_CAR, /* the first word, of `from`, after the window; reason = why that ended, NONE: it was not
			       * over; value = ms since the plug-in; other_value = 1: it gets another window if it goes on
			       * asking */
	/* amplitude map */
	OUTLET_NOTE_AMP_MAP_REQ, /* value = carriers */
	OUTLET_NOTE_AMP_MAP_CONFIRMED,
	OUTLET_NOTE_AMP_MAP_NOT_CONFIRMED,
	OUTLET_NOTE_AMP_MAP_LINK_UNTOLD, /* no REQ of our own: nobody tells when the link is up */
	/* pilot */
	OUTLET_NOTE_PILOT_STATE,      /* value = enum cp_state */
	OUTLET_NOTE_PILOT_PHASE,      /* value to other_value, enum control_pilot_phase */
	OUTLET_NOTE_PILOT_UNREPORTED, /* a car (from) speaks, and no state was reported since the start; once */
	OUTLET_NOTE_VEHICLE_CONNECTED,
	OUTLET_NOTE_VEHICLE_LEFT,
	OUTLET_NOTE_PILOT_FAULT,
	OUTLET_NOTE_NEW_WINDOW,
	OUTLET_NOTE_REQUEST_REPEATED, /* value = enum pilot_request_kind, other_value = attempts so far */
	OUTLET_NOTE_REQUEST_REFUSED,  /* likewise, other_value = enum outlet_answer */
	OUTLET_NOTE_REQUEST_UNSENT, /* likewise, other_value = 1: there is a connection, and it was refused all the same */
	OUTLET_NOTE_PILOT_CONTRADICTED, /* value = enum pilot_request_kind: the station shows another pilot */
	OUTLET_NOTE_PILOT_OVERTAKEN,    /* likewise: it has carried out an older request since */
	OUTLET_NOTE_PULSE_GIVEN_UP,     /* the station does not confirm F */
	OUTLET_NOTE_A_BELONGS_TO_F,     /* the station reports A while our F is on the pilot */
	OUTLET_NOTE_LATE_CAR_LET_IN,    /* a car that speaks during basic charging gets another window */
	OUTLET_NOTE_HANDED_OVER,        /* another service answers for the current of basic charging */
	OUTLET_NOTE_OTHER_MASTER,       /* another service asks for a pilot that is not in order; value = enum
					 * pilot_request_kind of what is asked for again */
	OUTLET_NOTE_LINK_RESUMED,       /* the pause is over: the link is looked for */
	OUTLET_NOTE_ANSWER_IGNORED,     /* an answer to an older request */
	OUTLET_NOTE_LIMIT,              /* value = 0.1 A */
	OUTLET_NOTE_AVAILABILITY,       /* value = enum control_pilot_availability */
	/* modem */
	OUTLET_NOTE_MODEM,          /* modem */
	OUTLET_NOTE_MODEM_IDENTITY, /* it is identified: from = its MAC, value = enum modem_family, version */
	OUTLET_NOTE_KEY_SET,        /* from = the modem's MAC, nid, value = attempts, other_value = ms they took */
	OUTLET_NOTE_FOREIGN_ANSWER, /* from, ours */
	OUTLET_NOTE_NO_RANDOM,      /* name = what they were for */
	OUTLET_NOTE_LINK_AWAITED,   /* value: the vendor's question was answered once; other_value: CM_NW_STATS was */
	OUTLET_NOTE_LINK_UNTOLD,    /* the link counts as up */
	OUTLET_NOTE_PAUSE_REFUSED,  /* value = 1: the match waits for its link; 0: no car is matched */
	OUTLET_NOTE_NETWORK_UNTOLD, /* no answer to VS_NW_INFO in time */

	OUTLET_NOTE_COUNT
};

/* What was heard and measured in a run, so far. */
struct outlet_run_details {
	uint8_t num_sounds; /* announced by the EV */
	uint8_t sounds;
	uint8_t profiles;
	uint8_t empty_profiles;
	uint8_t ind_repeats;
	uint8_t toggles;
	uint8_t put_off;
	uint8_t early_profiles;       /* before the first announcement */
	enum slac_reason refused;     /* what it waited for and refused last for a field, or SLAC_REASON_NONE */
	enum mme_error refused_error; /* which field that was */
	uint16_t measured_ddb;        /* 0.1 dB, mean of the groups */
	uint16_t reported_ddb;        /* likewise, less the receive path */
};

struct outlet_note {
	enum outlet_note_kind kind;
	enum slac_reason reason;
	enum mme_error error;
	const char *name; /* of a message; a constant text */
	uint8_t from[MAC_LEN];
	uint8_t ours[MAC_LEN];
	uint32_t value;
	uint32_t other_value;
	union {
		struct {
			enum slac_run_state from;
			enum slac_run_state to;
			uint8_t run_id[RUN_ID_LEN];
			struct outlet_run_details details;
		} step;                              /* RUN_STEP; `from` is the EV */
		char version[QUALCOMM_VERSION_SIZE]; /* MODEM_IDENTITY */
		uint8_t nid[NID_LEN];                /* KEY_SET */
		struct {
			enum modem_output_kind kind;
			enum modem_trouble trouble;
			uint32_t waited_ms;
			uint8_t result;
			bool configured; /* UNIDENTIFIED: modem.family says what it is used as */
		} modem; /* MODEM: what the modem's state machine says (modem.h), with error, from and ours */
	};
};

enum outlet_effect_kind {
	OUTLET_SEND,           /* send `frame` on the port */
	OUTLET_STATUS,         /* report `status` */
	OUTLET_PILOT_REQUEST,  /* ask the station for `pilot.request`; its answer names `pilot.number` */
	OUTLET_ANSWER_NETWORK, /* answer `network.question` */
	OUTLET_WANTS_E_F,      /* the pilot is somebody else's: ask its owner for the E/F step */
	OUTLET_SERVING,        /* `serving`: a car could be matched, or no longer */
	OUTLET_NOTE            /* for the log */
};

struct outlet_effect {
	enum outlet_effect_kind kind;
	union {
		struct {
			const uint8_t *octets; /* in the list's own pool; may hold the key */
			size_t len;
			const char *name;
		} frame;
		struct outlet_status status;
		struct control_pilot_sending pilot;
		struct {
			uint32_t question;
			bool in_network;
			struct nw_info info; /* where in_network */
		} network;
		bool serving;
		struct outlet_note note;
	};
};

/* What one part tells another, until its turn comes. */
enum outlet_errand_kind {
	OUTLET_TO_SLAC,     /* slac, reason */
	OUTLET_TO_PILOT,    /* pilot */
	OUTLET_SET_NEW_KEY, /* a fresh key */
	OUTLET_RENEW_KEY,   /* likewise, where a car was told the present one, or there is none */
	OUTLET_TAKE_KEY,    /* matching takes over the key that the modem has confirmed */
	OUTLET_CHECK_KEY,   /* does the modem still have it? */
	OUTLET_WATCH_LINK,
	OUTLET_RESUME_LINK,  /* the pause is over */
	OUTLET_FOLLOW_STATUS /* status: what depends on the power-line link begins or ends with it */
};

struct outlet_errand {
	enum outlet_errand_kind kind;
	enum slac_evse_input_kind slac;
	enum slac_reason reason;
	enum slac_status status;
	struct control_pilot_input pilot;
};

/* The caller's; outlet_effects_wipe after use, as frames may hold the key. */
struct outlet_effects {
	size_t count;
	struct outlet_errand errands[OUTLET_QUEUE]; /* the outlet's, while it takes the input */
	struct outlet_effect items[OUTLET_EFFECTS];
	size_t octets_used;
	uint8_t octets[OUTLET_OCTETS];
};

/* A car that asks for matching after the window. While another outlet answers it, it need not ask again and again. */
#define OUTLET_LATE_REQUESTS  3    /* so many unanswered CM_SLAC_PARM.REQ, as a run has (C_EV_match_retry) */
#define OUTLET_LATE_WITHIN_MS 2000 /* in this time: a run's are 200 ms apart */

struct outlet_late_car {
	bool said; /* OUTLET_NOTE_LATE_CAR, for the vehicle that is there */
	uint8_t mac[MAC_LEN];
	uint32_t requests; /* of it, since: */
	uint64_t since_us;
};

/* Read it for reports; only outlet_input changes it. */
struct outlet {
	struct modem modem;
	struct control_pilot pilot;
	struct amp_map_exchange amp_map;
	random_fill fill;
	void *fill_context;

	bool port_is_up;
	bool serving;          /* the modem has confirmed a key since the port was opened */
	bool key_given;        /* a car was told the present key (CM_SLAC_MATCH.CNF) */
	bool link_paused;      /* the key is kept for a resume */
	bool unreported_said;  /* OUTLET_NOTE_PILOT_UNREPORTED */
	uint64_t connected_us; /* of the vehicle that is there */
	struct outlet_late_car late_car;
	enum outlet_answer answer;    /* the one that is being taken */
	enum slac_reason init_reason; /* why the window ended without a match, for the vehicle that is there */

	size_t question_count;
	uint32_t questions[OUTLET_QUESTIONS];
	uint64_t question_deadline_us;

	/* A ring in the list of effects; NULL and empty between two inputs. */
	struct outlet_errand *errands;
	size_t errand_first;
	size_t errand_count;

	struct slac_evse slac; /* the last member: most of it is not touched where few cars are heard */
};

/* Begins without a port, a vehicle or limits. The config is copied; `fill` gives random octets for keys and nonces. */
void outlet_init(struct outlet *outlet, const struct outlet_config *config, random_fill fill, void *fill_context);
/* Overwrites the keys. */
void outlet_wipe(struct outlet *outlet);

/* No vehicle is there. */
bool outlet_is_empty(const struct outlet *outlet);
/*
 * Other settings of matching, pilot and amplitude map, for the next vehicle; only while outlet_is_empty. Those of the
 * modem, whether there is AC, and the times of pilot requests stay.
 */
void outlet_configure(struct outlet *outlet, const struct outlet_config *config);

/* Takes one input at monotonic time now_us and gives the effects; the list is emptied first. */
void outlet_input(struct outlet *outlet, const struct outlet_input *input, uint64_t now_us, struct outlet_effects *out);
/* Overwrites the frames of the list. */
void outlet_effects_wipe(struct outlet_effects *effects);

/* The next time OUTLET_TICK is wanted (monotonic microseconds), or OUTLET_NEVER. */
uint64_t outlet_deadline(const struct outlet *outlet);

/* After OUTLET_STOP: the station has confirmed the pilot that is left behind, or none was asked for. */
bool outlet_has_stopped(const struct outlet *outlet);

/* A vehicle is there, and matching is under way, or its first word is still waited for (TT_EVSE_SLAC_init). */
bool outlet_is_matching(const struct outlet *outlet);
/* A car is matched, be its link paused or not. */
bool outlet_is_matched(const struct outlet *outlet);
/*
 * Whether what cars say can change anything: a vehicle is there, or may be, as long as the station has not reported A.
 * Otherwise the outlet acts on the modem's messages alone (PORT_HEARS_QUIET of homeplug/port/port.h).
 */
bool outlet_hears_cars(const struct outlet *outlet);

/* A car is matched and its link is not paused. */
bool outlet_is_connected(const struct outlet *outlet);

/*
 * Two cars that toggle alike for each other's outlets could not be told apart, so that validations of a station take
 * turns. True, and the EV's MAC, where the frame asks for a validation: only then is frame.neighbour_validates read.
 */
bool outlet_frame_asks_validation(const uint8_t *octets, size_t len, uint8_t ev_mac[MAC_LEN]);
/* Since when that EV has been waiting here for its turn. */
uint64_t outlet_validation_waits_since(const struct outlet *outlet, const uint8_t ev_mac[MAC_LEN], uint64_t now_us);
/* Whether this outlet's validation goes before one of that EV elsewhere that has waited since then. */
bool outlet_blocks_validation(const struct outlet *outlet, const uint8_t ev_mac[MAC_LEN], uint64_t since_us,
			      uint64_t now_us);

/* "matching", "basic_charging" ...: the words of slac_service_status. Never NULL. */
const char *outlet_status_text(enum outlet_status_kind kind);

#endif

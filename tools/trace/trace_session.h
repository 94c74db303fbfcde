/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SLAC attempts in a capture, each by the car's MAC and its run_id: what was seen of it, when, and which fields were
 * wrong. Pure: frames in, finished sessions out. It decides nothing about causes: trace_verdict.h does.
 *
 * A session ends when its car begins another one, after TRACE_QUIET_US without a frame of it, and at the end of the
 * file. At most TRACE_OPEN_MAX are open at once. A car that asks for a further one ends a matched one, or else one that
 * has only asked, or else any, each time the one that was quiet for longest; a car that is heard for the first time with
 * a later message ends only a matched one, and is else not followed.
 */
#ifndef TOOLS_TRACE_TRACE_SESSION_H
#define TOOLS_TRACE_TRACE_SESSION_H

#include "tools/trace/trace_file.h"

#define TRACE_OPEN_MAX   64
#define TRACE_QUIET_US   UINT64_C(30000000)
#define TRACE_EVENTS_MAX 192
#define TRACE_EVSES_MAX  8
#define TRACE_SOUNDS_MAX 40

/* What is told apart of a session. */
enum trace_kind {
	TRACE_PARM_REQ,
	TRACE_PARM_CNF,
	TRACE_START,
	TRACE_SOUND,
	TRACE_PROFILE, /* CM_ATTEN_PROFILE.IND, or its Qualcomm twin */
	TRACE_IND,
	TRACE_RSP,
	TRACE_VALIDATE_REQ,
	TRACE_VALIDATE_CNF,
	TRACE_MATCH_REQ,
	TRACE_MATCH_CNF,
	TRACE_SET_KEY,     /* CM_SET_KEY.REQ to any modem */
	TRACE_SET_KEY_CNF, /* its confirmation */
	TRACE_LINK_UP,     /* a modem says that it has a link */
	TRACE_LINK_DOWN,   /* ... that it has none */
	TRACE_RESTART,     /* a modem says that it has restarted */

	TRACE_KINDS
};

/* One frame of a session. */
struct trace_event {
	enum trace_kind kind;
	uint64_t number;
	uint64_t time_us;
	uint8_t from[MAC_LEN];
	enum mme_error error; /* a field that is wrong, or MME_OK */
	uint8_t detail;       /* sounds that are left, result, repeats; by the kind */
	uint16_t mean_ddb;    /* attenuation, 0.1 dB, of a profile and an IND */
};

/* A station that has answered the car. */
struct trace_evse {
	uint8_t mac[MAC_LEN];
	uint32_t answers; /* CM_SLAC_PARM.CNF */
	uint32_t inds;
	uint16_t mean_ddb;  /* of its last CM_ATTEN_CHAR.IND */
	uint8_t num_sounds; /* likewise */
	uint8_t num_groups; /* likewise */
	uint8_t groups_db[SLAC_GROUPS];
};

struct trace_session {
	uint8_t ev_mac[MAC_LEN];
	uint8_t run_id[RUN_ID_LEN];
	uint64_t first_us;
	uint64_t last_us;
	uint64_t capture_end_us; /* where the file ended while the session was open, otherwise 0 */

	/* By kind: how often, the first and the last one. */
	uint32_t count[TRACE_KINDS];
	uint64_t first_at_us[TRACE_KINDS];
	uint64_t last_at_us[TRACE_KINDS];
	uint64_t first_number[TRACE_KINDS];
	enum mme_error error[TRACE_KINDS]; /* the last wrong field, or MME_OK */
	uint32_t wrong[TRACE_KINDS];       /* with a wrong field */
	uint64_t error_number[TRACE_KINDS];
	uint64_t unread_number[TRACE_KINDS]; /* the last one that was cut, or of another version, 0: none */

	struct trace_evse evses[TRACE_EVSES_MAX];
	size_t evse_count;
	uint8_t chosen_mac[MAC_LEN]; /* of CM_SLAC_MATCH.REQ */
	bool has_chosen;
	uint32_t foreign_match_cnfs;    /* CM_SLAC_MATCH.CNF of another station than that one */
	uint8_t match_cnf_mac[MAC_LEN]; /* of the last one of these */
	uint64_t match_answer_us;       /* from the last CM_SLAC_MATCH.REQ to the first CM_SLAC_MATCH.CNF */
	uint8_t cnf_run_id[RUN_ID_LEN]; /* that a CM_SLAC_PARM.CNF carried, where it is not the car's */
	uint8_t num_sounds;             /* announced */
	uint8_t rsp_result;
	uint8_t validate_result; /* of the last CNF */
	uint8_t asked_result;    /* of the last CM_VALIDATE.REQ */
	uint8_t key_result;      /* of the last CM_SET_KEY.CNF */
	bool nid_is_of_key;      /* the one that the car was given */
	bool key_is_reused;      /* the same as in an earlier session of the file */

	bool profiles_are_shown; /* the file has shown some by the end of the session, of any car */
	uint32_t profiles_without_groups;
	uint32_t foreign_profiles; /* from other modems than the one that sent most */
	uint8_t profile_modem[MAC_LEN];
	uint16_t sound_mean_ddb[TRACE_SOUNDS_MAX]; /* of the profiles, in their order */
	size_t sound_count;
	uint32_t tagged;        /* frames with a VLAN tag */
	uint32_t cut;           /* frames that the snapshot length has cut */
	uint32_t bad_mmv;       /* messages that cannot be read: another MMV, or a fragment */
	bool car_seen;          /* a frame of the car, */
	bool evse_seen;         /* and one of a station to it */
	bool is_pushed_out;     /* too many cars at once: there was no room to follow it to its end */
	uint64_t next_begin_us; /* the same car began another session then, 0: not in the file */

	/* Two cars with one MAC, each with an attempt of its own. */
	uint8_t before_run_id[RUN_ID_LEN]; /* of the attempt that this one has put an end to; zero: none */
	uint32_t mixed;                    /* messages of that attempt since, and its requests alternating with these */
	uint64_t mixed_number;             /* of the last such frame */
	uint8_t first_chosen_mac[MAC_LEN]; /* with one run_id: each of them chooses another station */
	bool has_chosen_two;

	struct trace_event events[TRACE_EVENTS_MAX];
	size_t event_count;
	uint32_t events_left_out;
};

/* A session is finished: read it in the call. */
typedef void (*trace_session_done)(void *context, const struct trace_session *session);

struct trace_sessions;

/* NULL without memory. */
struct trace_sessions *trace_sessions_new(trace_session_done done, void *context);
/* Takes a frame. */
void trace_sessions_take(struct trace_sessions *sessions, const struct trace_frame *frame);
/* The file has ended at this time: all open sessions are finished. */
void trace_sessions_end(struct trace_sessions *sessions, uint64_t time_us);
/* Frames between modem and host that belong to no session. */
uint64_t trace_sessions_modem_frames(const struct trace_sessions *sessions);
void trace_sessions_free(struct trace_sessions *sessions);

/* "CM_SLAC_PARM.REQ" ... Never NULL. */
const char *trace_kind_text(enum trace_kind kind);

#endif

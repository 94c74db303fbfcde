/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What EVerest was told of one outlet, and what it is to be told now. Pure: how the outlet is goes in, what is to be said
 * comes out, in the order in which it is to be said (doc/everest.md):
 *
 *   - `state` MATCHED, then dlink_ready true; dlink_ready false, then `state` UNMATCHED. A match that is followed by
 *     another matching was left all the same;
 *   - the car's MAC once a match, with CM_SLAC_MATCH.CNF;
 *   - an error is cleared with the type and the sub_type with which it was raised. What is wrong with an outlet may
 *     change: the new error is raised before the old one is cleared;
 *   - an error that EVerest may have without our knowing is cleared, too: one that an earlier slacd has raised, or whose
 *     end it has not heard.
 */
#ifndef SLACD_EVEREST_EVEREST_VOICE_H
#define SLACD_EVEREST_EVEREST_VOICE_H

#include "mqtt/api/everest/everest_api.h"

#define EVEREST_SAYINGS   12
#define EVEREST_WORDS_MAX 192

/* What keeps an outlet from serving: the sub_type of the error. */
enum everest_trouble { EVEREST_TROUBLE_INTERFACE, EVEREST_TROUBLE_MODEM, EVEREST_TROUBLES };

/* How an outlet is, as far as EVerest is told. */
struct everest_view {
	bool is_matching;
	bool is_matched;
	bool has_ev; /* a car was given the key: */
	uint8_t ev_mac[6];
	bool serves;
	const char *words; /* why it does not; NULL or "": that is not known yet, and nothing is raised */
	enum everest_trouble trouble;
};

enum everest_saying_kind {
	EVEREST_SAY_STATE,       /* state */
	EVEREST_SAY_DLINK_READY, /* flag */
	EVEREST_SAY_EV_MAC,      /* ev_mac */
	EVEREST_SAY_RAISE,       /* trouble, words */
	EVEREST_SAY_CLEAR        /* trouble */
};

struct everest_saying {
	enum everest_saying_kind kind;
	union {
		enum everest_state state;
		bool flag;
		uint8_t ev_mac[6];
		struct {
			enum everest_trouble trouble;
			const char *words; /* of the voice */
		};
	};
};

struct everest_sayings {
	size_t count;
	struct everest_saying items[EVEREST_SAYINGS];
};

/* What EVerest has heard of an error. */
enum everest_fault {
	EVEREST_FAULT_UNKNOWN, /* an earlier slacd may have raised it */
	EVEREST_FAULT_RAISED,
	EVEREST_FAULT_CLEARED, /* that was said, and may not have been heard */
	EVEREST_FAULT_NONE
};

/* Zeroed it has said nothing. */
struct everest_voice {
	enum everest_state state; /* as said last */
	bool has_said_state;
	bool has_said_mac; /* since UNMATCHED: */
	uint8_t ev_mac[6];
	bool has_left_unheard; /* MATCHED was left, and that could not be said */
	enum everest_fault faults[EVEREST_TROUBLES];
	char words[EVEREST_TROUBLES][EVEREST_WORDS_MAX];
};

/* What is new. The list is emptied first. */
void everest_voice_take(struct everest_voice *voice, const struct everest_view *view, struct everest_sayings *out);
/* Likewise for who has heard nothing, or may have missed something: all that holds now. The MAC is not said again. */
void everest_voice_repeat(struct everest_voice *voice, const struct everest_view *view, struct everest_sayings *out);
/* It cannot be said now: whether there is something new, to be told with the next repetition. */
bool everest_voice_miss(struct everest_voice *voice, const struct everest_view *view);
/* These, from `first` on, were not said after all: a repetition says what holds then. */
void everest_voice_lose(struct everest_voice *voice, const struct everest_sayings *sayings, size_t first);
/* EVerest has heard what was said so far. */
void everest_voice_heard(struct everest_voice *voice);
/* EVerest has started: no error is active there. */
void everest_voice_forgotten(struct everest_voice *voice);
/* slacd ends for good: clears what is raised, as nobody would do it later. */
void everest_voice_end(struct everest_voice *voice, struct everest_sayings *out);

/* "interface", "modem": the sub_type. */
const char *everest_trouble_text(enum everest_trouble trouble);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What EVerest was told of one outlet, and what it is to be told now. Pure: how the outlet is goes in, what is to be said
 * comes out, in the order in which it is to be said (doc/everest.md):
 *
 *   - `state` MATCHED, then dlink_ready true; dlink_ready false, then `state` UNMATCHED. A match that is followed by
 *     another matching was left all the same;
 *   - the car's MAC once a match, with CM_SLAC_MATCH.CNF;
 *   - an error is cleared with the type and the sub_type with which it was raised. What is wrong with an outlet may
 *     change: the new error is raised before the old one is cleared.
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

/* Zeroed it has said nothing. */
struct everest_voice {
	enum everest_state state; /* as said last */
	bool has_said_state;
	bool has_said_mac; /* since UNMATCHED: */
	uint8_t ev_mac[6];
	bool is_raised[EVEREST_TROUBLES];
	char words[EVEREST_TROUBLES][EVEREST_WORDS_MAX];
};

/* What is new. The list is emptied first. */
void everest_voice_take(struct everest_voice *voice, const struct everest_view *view, struct everest_sayings *out);
/* Likewise for who has heard nothing, or may have missed something: all that holds now. The MAC is not said again. */
void everest_voice_repeat(struct everest_voice *voice, const struct everest_view *view, struct everest_sayings *out);

/* "interface", "modem": the sub_type. */
const char *everest_trouble_text(enum everest_trouble trouble);

#endif

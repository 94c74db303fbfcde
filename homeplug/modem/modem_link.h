/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power-line link between our modem and the car's, as our modem tells it.
 *
 * A watched link is polled after join_poll_ms, then twice as long each time up to join_poll_max_ms, until it is up
 * (MODEM_LINK_UP). Then it is polled at the instants that are multiples of supervise_ms, which are the same for all
 * modems of a process: it wakes up once for all of them. The answer may wait until the next instant, and that it is
 * missing is seen there: so an answer "up" need not wake anybody (modem_link_is_steady). Up is what any of the ways says
 * that this modem answers: VS_PL_LNK_STATUS (Qualcomm), NSCM_GET_D_LINK_STATUS (Lumissil), CM_NW_STATS with a peer (any).
 * Which ones it answers is asked with each key that is set and each modem_check_key, until one is known.
 * Down is only believed after link_lost_polls polls in a row to which nothing said "up": those to which every way asked
 * has answered are poll_ms apart, the others response_ms, and behind the first of them supervise_ms. Then MODEM_LINK_LOST
 * is said once and watching ends.
 */
#ifndef HOMEPLUG_MODEM_MODEM_LINK_H
#define HOMEPLUG_MODEM_MODEM_LINK_H

#include "homeplug/modem/modem_turn.h"

enum modem_link_state {
	MODEM_LINK_UNWATCHED,
	MODEM_LINK_JOINING, /* watched, not up yet */
	MODEM_LINK_IS_UP
};

struct modem_link {
	enum modem_link_state state;
	uint64_t deadline_us; /* the next poll */
	bool tells_vendor;    /* this modem has answered its family's link question, */
	bool tells_nw_stats;  /* and CM_NW_STATS.REQ */
	uint64_t poll_us;     /* asked last */
	bool vendor_open;     /* asked in the present poll and not answered */
	bool nw_stats_open;   /* likewise */
	bool poll_says_up;    /* any answer to the present poll */
	uint32_t bad_polls;   /* in a row */
	uint32_t join_polls;  /* since the link is watched and not up */
};

/* The modem has answered any link question. */
bool modem_link_can_be_told(const struct modem_link *link);
/* It is up, and nothing says otherwise: who hears an answer "up" may keep it back until the deadline. */
bool modem_link_is_steady(const struct modem_link *link);
/* Asks the link questions that a modem of this family has never answered, unless the link is watched. */
void modem_link_probe(const struct modem_link *link, enum modem_family family, struct modem_turn *turn);
/* Begins to watch, or says MODEM_LINK_UNKNOWN. `can_ask`: there is a modem to ask. */
void modem_link_watch(struct modem_link *link, enum modem_family family, bool can_ask, struct modem_turn *turn);
void modem_link_unwatch(struct modem_link *link);
/* The deadline. */
void modem_link_tick(struct modem_link *link, enum modem_family family, struct modem_turn *turn);
/* Any confirmation of a link question, or NSCM_D_LINK_READY.IND. */
void modem_link_take(struct modem_link *link, enum modem_family family, const struct modem_mme *message,
		     struct modem_turn *turn);
/* Another modem, or one of another family, may answer other questions: */
void modem_link_forget_vendor(struct modem_link *link);
void modem_link_forget_nw_stats(struct modem_link *link);

#endif

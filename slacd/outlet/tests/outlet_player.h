/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets as a sequence of inputs of an outlet: cars, a modem that answers, is late, silent or resets, a station that
 * answers or does not, plugs, times, everything in any order, each held against the rules of outlet_watch.
 */
#ifndef SLACD_OUTLET_TESTS_OUTLET_PLAYER_H
#define SLACD_OUTLET_TESTS_OUTLET_PLAYER_H

#include "slacd/outlet/tests/outlet_watch.h"
#include "tools/car/modem_sim.h"

#define PLAYER_ANSWERS 8
#define PLAYER_CHOICE  8 /* octets from which the config follows */

struct player_answer {
	size_t len;
	uint8_t octets[MME_FRAME_MAX];
};

struct outlet_player {
	struct outlet_config config;
	struct outlet outlet;
	struct outlet_watch watch;
	struct outlet_effects out;
	uint64_t now_us;
	struct modem_sim modem;
	bool tells_no_link;  /* the modem answers no question for the link */
	size_t answer_count; /* of the modem, not given yet; more are lost */
	struct player_answer answers[PLAYER_ANSWERS];
	bool s2_closed;
	bool neighbour_validates;
	bool request_open; /* a pilot request was not answered yet */
	uint32_t question;
	bool print; /* every input and effect: $SLACD_OUTLET_PRINT is set */
};

/* Octets for a player: the same on every machine. */
void outlet_player_octets(uint64_t seed, uint8_t *octets, size_t len);
/* The same octets give the same player. */
void outlet_player_init(struct outlet_player *player, const uint8_t choice[PLAYER_CHOICE], uint64_t seed);
/* Plays all octets, or until a rule is broken: the rule, otherwise NULL. */
const char *outlet_player_play(struct outlet_player *player, const uint8_t *octets, size_t len);

#endif

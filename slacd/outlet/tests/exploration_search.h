/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breadth first through every state that a world can reach: each state once, from each every move, until nothing new
 * is found (the closure) or a bound is met. The first violation is thus one with the shortest way to it. Then, from
 * every state, what happens when broker and station work and nothing else comes: it must end, and end well.
 */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_SEARCH_H
#define SLACD_OUTLET_TESTS_EXPLORATION_SEARCH_H

#include "slacd/outlet/tests/exploration_world.h"

/* So many steps of world_go_on lead from any state to the end. */
#define EXPLORATION_STEPS_TO_END 250

struct exploration {
	size_t states;
	size_t transitions;
	unsigned depth;        /* the longest shortest way to a state */
	unsigned steps_to_end; /* the most that were needed */
	bool closed;           /* every reachable state was seen, and left by every move */
	const char *violation; /* NULL: every invariant held everywhere */
};

/* At most `states` are looked at. On a violation the way to it is printed to `report` (NULL: it is not). */
void explore(const struct world_config *config, size_t states, FILE *report, struct exploration *result);

#endif

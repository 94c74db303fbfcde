/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Breadth first through every state a world can reach: each state once (a hash set of keys), from each every
 * input, until nothing new is found (the closure) or a bound is met. The first violation is thus one with the
 * shortest sequence of inputs that leads to it.
 */
#ifndef SLACD_TESTS_PILOT_EXPLORER_H
#define SLACD_TESTS_PILOT_EXPLORER_H

#include "slacd/tests/pilot_world.h"

struct exploration_bounds {
	size_t states;  /* at most so many */
	unsigned depth; /* inputs after the start; 0: no bound */
};

struct exploration {
	size_t states;
	size_t transitions;
	unsigned depth;        /* the longest shortest way to a state */
	bool closed;           /* every reachable state was seen and left by every input */
	const char *violation; /* NULL: every invariant held everywhere */
};

/* On a violation the way to it is printed to `report` (NULL: it is not). */
void explore(const struct world_config *config, const struct pilot_logic *logic,
	     const struct exploration_bounds *bounds, FILE *report, struct exploration *result);

#endif

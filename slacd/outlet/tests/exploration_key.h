/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world as a key of few bits: what decides its future, and nothing else. Times are distances from now, numbers of
 * requests are "of the present one" or "older", MACs, run_ids and keys are only told apart where they must be.
 * test_exploration_key shows that a world that is made from a key does what the world behaves like that the key was
 * made of.
 */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_KEY_H
#define SLACD_OUTLET_TESTS_EXPLORATION_KEY_H

#include "slacd/outlet/tests/exploration_world.h"

#define KEY_WORDS 8

struct world_key {
	uint64_t words[KEY_WORDS];
};

/* NULL, or what lies outside of what is possible. Of the world nothing is left that can go on. */
const char *key_take(struct world *world, struct world_key *key);
/* Likewise, and leaves the world as it is. */
const char *key_of(const struct world *world, struct world_key *key);
/* `template`: world_template() of the configuration. */
void world_of_key(struct world *world, const struct world_config *config, const struct outlet *template,
		  const struct world_key *key);

#endif

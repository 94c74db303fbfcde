/* SPDX-License-Identifier: Apache-2.0 */
/* The wrong copies of the pilot logic that pilot_mutants.py makes at build time. */
#ifndef SLACD_TESTS_PILOT_MUTANTS_H
#define SLACD_TESTS_PILOT_MUTANTS_H

#include "slacd/tests/pilot_world.h"

struct pilot_mutant {
	const char *what; /* is wrong with it */
	struct pilot_logic logic;
};

extern const struct pilot_mutant pilot_mutants[];
extern const size_t pilot_mutants_count;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What pilot_invariants*.c ask of the world, shared by them only. */
#ifndef SLACD_TESTS_PILOT_INVARIANTS_INTERNAL_H
#define SLACD_TESTS_PILOT_INVARIANTS_INTERNAL_H

#include "slacd/tests/pilot_invariants.h"

static inline void hold(struct world *world, bool holds, const char *what)
{
	if (!holds)
		world_violation(world, what);
}

static inline const struct control_pilot_config *config_of(const struct world *world)
{
	return &world->config->pilot;
}

static inline bool ready(const struct world *world)
{
	return world->truth.availability == CONTROL_PILOT_READY;
}

static inline bool eim_is_wanted(const struct world *world)
{
	const struct control_pilot_config *config = config_of(world);

	return config->basic_charging_on_eim && config->has_ac && world->truth.eim && !world->truth.hlc;
}

static inline bool match_runs(const struct world *world)
{
	return world->matching.state == SLAC_EVSE_MATCHING || world->matching.state == SLAC_EVSE_MATCHED;
}

static inline bool shows_no_pwm(enum cp_state state)
{
	return state == CP_STATE_B1 || state == CP_STATE_C1 || state == CP_STATE_D1;
}

/* pilot_invariants_truth.c */
/* What nominal duty is to offer: the smallest of limit, cap and 80 A, X1 below 6 A. */
struct pilot_request truth_nominal(const struct world *world);
void truth_set_offer(struct world *world, enum truth_offer what, uint64_t until_us);
/* X1 may be all that is offered after its step: then nothing is asked for. */
void truth_end_x1(struct world *world);

#endif

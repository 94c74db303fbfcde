/* SPDX-License-Identifier: Apache-2.0 */
/* What the invariants ask for again and again. */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_FACTS_H
#define SLACD_OUTLET_TESTS_EXPLORATION_FACTS_H

#include "slacd/outlet/tests/exploration_world.h"

/* The moves by which something is lost between slacd and the station, or in it. */
#define LOSSES                                                                                                         \
	(WORLD_BIT(WORLD_LOSE) | WORLD_BIT(WORLD_REFUSE) | WORLD_BIT(WORLD_MISS) | WORLD_BIT(WORLD_RESTART) |          \
	 WORLD_BIT(WORLD_BROKER_COMES) | WORLD_BIT(WORLD_CLIENT_FULL))

/* The moves by which another service asks for the pilot. */
#define OTHERS                                                                                                         \
	(WORLD_BIT(WORLD_OTHER_10) | WORLD_BIT(WORLD_OTHER_32) | WORLD_BIT(WORLD_OTHER_X1) | WORLD_BIT(WORLD_OTHER_HLC))

static inline void hold(struct world *world, bool holds, const char *otherwise)
{
	if (!holds)
		world_violate(world, otherwise);
}

static inline const struct control_pilot_config *config_of(const struct world *world)
{
	return &world->config->pilot;
}

/* Whether anybody but slacd asks for the pilot. */
static inline bool others_ask(const struct world *world)
{
	return (world->config->moves & OTHERS) != 0 || world->config->service;
}

static inline bool eim_is_wanted(const struct world *world)
{
	return config_of(world)->basic_charging_on_eim && config_of(world)->has_ac && world->truth.eim &&
	       !world->truth.hlc;
}

/* X1 that must last, although no nominal duty follows. */
static inline bool is_timed_x1(enum control_pilot_phase phase)
{
	return phase == CONTROL_PILOT_PAUSED || phase == CONTROL_PILOT_LINK_LOST_X1 || phase == CONTROL_PILOT_REMATCH;
}

static inline bool is_in_our_f(const struct world *world)
{
	return world->outlet.pilot.phase == CONTROL_PILOT_PULSE || world->outlet.pilot.phase == CONTROL_PILOT_F_STEP;
}

#endif

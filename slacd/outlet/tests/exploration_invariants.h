/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold in every reachable state. Each function notes a violation in the world. */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_INVARIANTS_H
#define SLACD_OUTLET_TESTS_EXPLORATION_INVARIANTS_H

#include "slacd/outlet/tests/exploration_world.h"

/* Takes over what an input tells, before the outlet gets it. */
void invariants_told(struct world *world, const struct outlet_input *input);
/* The effects of one input; `before`: what matching did before it; `handed_over`: the broker client took the request. */
void invariants_effects(struct world *world, enum slac_evse_state before, bool handed_over,
			const struct outlet_effects *effects);
/* Time has passed. */
void invariants_passed(struct world *world, uint32_t ms);
/* Basic charging goes on undisturbed, and nothing is to be lowered. */
bool invariants_charges(const struct world *world);
/* A car has asked again and again; `before`: the phase that it found. */
void invariants_insisted(struct world *world, enum control_pilot_phase before);
/* The station has carried out a request of slacd's. */
void invariants_pilot(struct world *world, struct pilot_request before);
/* The outlet has begun. */
void invariants_begun(struct world *world, enum world_root root);
/* All that follows from a move was done. */
void invariants_at_rest(struct world *world);
/*
 * Whether nothing will change any more by itself, and then whether that is right: the pilot is what the outlet wants,
 * and the outlet wants what it should.
 */
bool invariants_is_settled(const struct world *world);
void invariants_settled(struct world *world);

/* The current that basic charging may offer by what slacd was told, in 0.1 A; 0: none. */
uint32_t invariants_allowed_da(const struct world *world);

#endif

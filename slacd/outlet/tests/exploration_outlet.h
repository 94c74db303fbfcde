/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outlet of a world: what it is given, and what becomes of its effects. The modem confirms a new key at once, and a
 * request goes on its way to the station. Internal to the world.
 */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_OUTLET_H
#define SLACD_OUTLET_TESTS_EXPLORATION_OUTLET_H

#include "slacd/outlet/tests/exploration_car.h"
#include "slacd/outlet/tests/exploration_world.h"

/* A line of the world's trace, where it has one. */
void world_trace(const struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The invariants hear of every input and of its effects. An outlet that is gone gets none. */
void world_give(struct world *world, const struct outlet_input *input);
void world_give_kind(struct world *world, enum outlet_input_kind kind, bool active);
/* What the modem says, in the word that it has for matching. */
void world_tell_slac(struct world *world, enum slac_evse_input_kind kind);
void world_give_frame(struct world *world, const struct car_frame *frame);
/* Also what matching wants done a microsecond from now. */
void world_handle_what_is_due(struct world *world);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smart-charging service beside slacd, where the configuration has one: the real current_limit of its core. It hears
 * what the station and slacd say when slacd does, and its cp_pwm goes the way of all requests. Its broker is slacd's.
 *
 * What profiles come to is a move: none, 10 A, or 5 A, which is 0 at the pilot.
 */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_SERVICE_H
#define SLACD_OUTLET_TESTS_EXPLORATION_SERVICE_H

#include "slacd/outlet/tests/exploration_world.h"

/* It has just started: it asks for the limits, and has heard of nothing else. */
void service_begin(struct world *world);
/* What it hears. Nothing follows before service_act. */
void service_hear_state(struct world *world, const struct outlet_cp_status *status);
void service_hear_slac(struct world *world, enum outlet_status_kind kind);
/* slacd asks for 5 %. */
void service_hear_hlc_request(struct world *world);
void service_hear_limits(struct world *world);
void service_hear_answer(struct world *world, uint32_t number, bool valid);
void service_find_broker(struct world *world);
/* The profiles come to limit_ma, UINT32_MAX: none is in force. */
void service_schedule(struct world *world, uint32_t limit_ma);
/* It asks for what follows. */
void service_act(struct world *world);

/* When it wants to be called. */
uint64_t service_deadline(const struct world *world);
/* It waits for nothing. */
bool service_is_settled(const struct world *world);
/* ... and then the pilot is what it wants. */
void service_settled(struct world *world);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way between slacd and the station: the broker, and two queues of what is on its way. What a move returns is false
 * where it cannot happen now. Internal to the world.
 */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_WAY_H
#define SLACD_OUTLET_TESTS_EXPLORATION_WAY_H

#include "slacd/outlet/tests/exploration_world.h"

/* False where the broker client does not take it. What finds the way full is lost. */
bool way_hand_over(struct world *world, const struct control_pilot_sending *sending);
/* The station tells its state. A station that reports vehicles only does not see one in F. */
void way_report(struct world *world);
/* What happens at once in this configuration. */
void way_carry_on(struct world *world);

/* Moves of the next message to slacd. */
bool way_hear(struct world *world);
bool way_miss(struct world *world);
/* Moves of the next request to the station. `again`: it stays, and comes once more. */
bool way_deliver(struct world *world, bool answers, bool again);
bool way_refuse(struct world *world);
bool way_lose(struct world *world);

/*
 * Another service asks for the pilot. It comes to the station before slacd's reaction, and after what is on its way, or
 * before it.
 */
bool way_ask_for_other(struct world *world, struct pilot_request request);
/* The same of the smart-charging service, under its number. Lost where the way is full. */
void way_ask_for_service(struct world *world, struct pilot_request request, uint32_t number);
/* The station reports what it has not reported yet. */
bool way_tell_again(struct world *world);
/* `holds`: what is on its way arrives later; otherwise it is lost. */
bool way_lose_broker(struct world *world, bool holds);
bool way_find_broker(struct world *world);
/* The broker client takes no request, although it is connected; or takes them again. */
bool way_fill_client(struct world *world, bool full);

#endif

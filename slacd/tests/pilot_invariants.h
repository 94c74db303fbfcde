/* SPDX-License-Identifier: Apache-2.0 */
/* The invariants: called by the world at everything that happens; each violation is a world_violation. */
#ifndef SLACD_TESTS_PILOT_INVARIANTS_H
#define SLACD_TESTS_PILOT_INVARIANTS_H

#include "slacd/tests/pilot_world.h"

enum invariants_status_by {
	BY_MATCHING,
	BY_END,  /* of the session */
	BY_PILOT /* reported by the pilot logic itself */
};

void invariants_init(struct world *world);
/* Before an input reaches the pilot logic: takes over what it tells. */
void invariants_told(struct world *world, const struct control_pilot_input *input);
/* An output other than a request, before it is carried out. */
void invariants_said(struct world *world, struct world_call *call, enum control_pilot_output_kind kind);
/* A request of the pilot logic. */
void invariants_requested(struct world *world, struct world_call *call, const struct pilot_request *request);
/* A status is published. */
void invariants_reported(struct world *world, enum slac_status status, enum invariants_status_by by);
/* A call of the pilot logic was carried out completely. */
void invariants_called(struct world *world, const struct world_call *call);
/* The station accepted what was carried. */
void invariants_applied(struct world *world);
/* `before`: the world before the input. All that is due was handled. */
void invariants_settled(struct world *world, const struct world *before, unsigned input);
/* From every state: an unplug, the end of F and the moment before a deadline. Changes `world`. */
void invariants_recovery(struct world *world);

#endif

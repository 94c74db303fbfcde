/* SPDX-License-Identifier: Apache-2.0 */
/* What must be possible from every state. */
#include "slacd/tests/pilot_invariants_internal.h"

static void an_unplug_leads_back(struct world *world)
{
	world_step(world, WORLD_STATE_A1);
	if (!ready(world))
		world_step(world, WORLD_READY);
	hold(world, world->truth.offer == OFFER_HLC || world->truth.offer == OFFER_NOTHING, "no 5 % after an unplug");
	world_step(world, WORLD_BROKER_BACK);
	if (world->retry.wanted && !world->retry.waiting)
		world_step(world, WORLD_TIME); /* it was refused: it is repeated after its wait */
	world_step(world, WORLD_ANSWER_VALID);
	hold(world, world_deadline(world) == UINT64_MAX, "something is outstanding after an unplug");
	hold(world, world->truth.offer == OFFER_NOTHING || world->truth.applied.kind == PILOT_HLC,
	     "the station has no 5 % after an unplug");
}

static void f_ends(struct world *world)
{
	if (world->truth.offer != OFFER_F)
		return;
	const uint64_t rest_us = world->truth.until_us - world->now_us;
	world_pass(world, rest_us - 1);
	hold(world, world->truth.requested.kind == PILOT_F, "F ends before its step is over");
	world_pass(world, 1);
	hold(world, world->truth.requested.kind != PILOT_F, "F does not end by itself");
	hold(world, rest_us <= (uint64_t)config_of(world)->step_f_ms * 1000, "F may last longer than its step");
}

static void nothing_happens_before_the_deadline(struct world *world)
{
	const struct control_pilot_input tick = {.kind = CONTROL_PILOT_TICK};
	const uint64_t deadline_us = world->logic->deadline(&world->pilot);
	struct control_pilot_outputs out;

	if (deadline_us == UINT64_MAX)
		return;
	world->logic->input(&world->pilot, &tick, deadline_us - 1, &out);
	hold(world, out.count == 0, "something happens before its deadline");
}

void invariants_recovery(struct world *world)
{
	const struct world here = *world;
	void (*const checks[])(struct world *) = {an_unplug_leads_back, f_ends, nothing_happens_before_the_deadline};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && world->violation == NULL; i++) {
		const char *violation;

		checks[i](world);
		violation = world->violation;
		*world = here;
		world->violation = violation;
	}
}

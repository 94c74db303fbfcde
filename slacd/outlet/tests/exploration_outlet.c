/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_outlet.h"

#include "slacd/outlet/outlet_internal.h"
#include "slacd/outlet/tests/exploration_invariants.h"
#include "slacd/outlet/tests/exploration_service.h"
#include "slacd/outlet/tests/exploration_way.h"

#include <stdarg.h>

#define SETTLE_MAX 16

void world_trace(const struct world *world, const char *format, ...)
{
	va_list arguments;

	if (world->trace == NULL)
		return;
	va_start(arguments, format);
	fputs("      ", world->trace);
	vfprintf(world->trace, format, arguments);
	fputc('\n', world->trace);
	va_end(arguments);
}

void world_give_kind(struct world *world, enum outlet_input_kind kind, bool active)
{
	const struct outlet_input input = {.kind = kind, .active = active};

	world_give(world, &input);
}

void world_give_frame(struct world *world, const struct car_frame *frame)
{
	const struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = frame->octets, .len = frame->len}};

	world_give(world, &input);
}

static void trace_effect(const struct world *world, const struct outlet_effect *effect)
{
	char text[32];

	if (world->trace == NULL)
		return;
	if (effect->kind == OUTLET_PILOT_REQUEST)
		world_trace(world, "slacd requests %s (number %u)", station_pilot_text(effect->pilot.request, text),
			    effect->pilot.number);
	else if (effect->kind == OUTLET_STATUS)
		world_trace(world, "slacd reports %s %s", outlet_status_text(effect->status.kind),
			    effect->status.reason == SLAC_REASON_NONE ? "" : slac_reason_text(effect->status.reason));
	else if (effect->kind == OUTLET_NOTE && effect->note.kind == OUTLET_NOTE_PILOT_PHASE)
		world_trace(world, "slacd goes from %s to %s",
			    control_pilot_phase_text((enum control_pilot_phase)effect->note.value),
			    control_pilot_phase_text((enum control_pilot_phase)effect->note.other_value));
	else if (effect->kind == OUTLET_NOTE && effect->note.kind == OUTLET_NOTE_PILOT_CONTRADICTED)
		world_trace(world, "slacd sees another pilot than was confirmed");
	else if (effect->kind == OUTLET_NOTE && effect->note.kind == OUTLET_NOTE_PILOT_OVERTAKEN)
		world_trace(world, "slacd sees that an older request was carried out last");
	else if (effect->kind == OUTLET_NOTE && effect->note.kind == OUTLET_NOTE_HANDED_OVER)
		world_trace(world, "slacd hands the current over");
	else if (effect->kind == OUTLET_NOTE && effect->note.kind == OUTLET_NOTE_LATE_CAR_LET_IN)
		world_trace(world, "slacd lets a late car in");
}

static void add_to_hash(uint64_t *hash, uint64_t value)
{
	*hash = (*hash ^ value) * UINT64_C(0x100000001b3);
}

static void remember(struct world *world, const struct outlet_effect *effect)
{
	if (effect->kind == OUTLET_NOTE)
		return;
	add_to_hash(&world->said, (uint64_t)effect->kind);
	if (effect->kind == OUTLET_SEND)
		for (const char *at = effect->frame.name; *at != '\0'; at++)
			add_to_hash(&world->said, (uint64_t)*at);
	if (effect->kind == OUTLET_STATUS) {
		add_to_hash(&world->said, (uint64_t)effect->status.kind);
		add_to_hash(&world->said, (uint64_t)effect->status.reason);
	}
	if (effect->kind == OUTLET_PILOT_REQUEST) {
		add_to_hash(&world->said, (uint64_t)effect->pilot.request.kind);
		add_to_hash(&world->said, effect->pilot.request.current_da);
	}
}

/* What the outlet says to one input. */
static struct outlet_effects effects;

void world_tell_slac(struct world *world, enum slac_evse_input_kind kind)
{
	world->outlet.errands = effects.errands; /* as within an input */
	outlet_queue_slac(&world->outlet, kind, SLAC_REASON_NONE);
	world_give_kind(world, OUTLET_TICK, false);
}

void world_give(struct world *world, const struct outlet_input *input)
{
	const enum slac_evse_state before = world->outlet.slac.state;
	struct car_frame key_taken = {.len = 0};
	bool unsent = false;

	if (world_is_gone(world))
		return;
	invariants_told(world, input);
	outlet_input(&world->outlet, input, world->now_us, &effects);
	for (size_t i = 0; i < effects.count; i++) {
		const struct outlet_effect *effect = &effects.items[i];
		trace_effect(world, effect);
		remember(world, effect);
		if (effect->kind == OUTLET_SEND)
			car_modem_answers(effect->frame.octets, effect->frame.len, &key_taken);
		if (effect->kind == OUTLET_STATUS && world->config->service && world->connected)
			service_hear_slac(world, effect->status.kind);
		if (effect->kind == OUTLET_PILOT_REQUEST)
			unsent = !way_hand_over(world, &effect->pilot);
		if (effect->kind == OUTLET_PILOT_REQUEST && !unsent && world->config->service &&
		    effect->pilot.request.kind == PILOT_HLC)
			service_hear_hlc_request(world);
	}
	invariants_effects(world, before, !unsent, &effects);
	if (unsent) {
		world_trace(world, "the broker client does not take the request");
		world_give_kind(world, OUTLET_PILOT_NOT_SENT, world->connected);
	}
	if (key_taken.len > 0)
		world_give_frame(world, &key_taken);
}

void world_handle_what_is_due(struct world *world)
{
	for (unsigned i = 0; outlet_deadline(&world->outlet) <= world->now_us + 1 && world->violation == NULL; i++) {
		if (world_is_gone(world))
			return;
		if (i == SETTLE_MAX) {
			world_violate(world, "a deadline that was handled stays due");
			return;
		}
		if (outlet_deadline(&world->outlet) > world->now_us)
			world->now_us++;
		world_give_kind(world, OUTLET_TICK, false);
	}
}

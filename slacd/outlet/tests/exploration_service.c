/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_service.h"

#include "slacd/outlet/tests/exploration_facts.h"
#include "slacd/outlet/tests/exploration_invariants.h"
#include "slacd/outlet/tests/exploration_outlet.h"
#include "slacd/outlet/tests/exploration_way.h"
#include "tools/smart-charging/current_limit_internal.h"

static void note(struct world *world, const struct current_limit_input *input)
{
	struct current_limit_outputs said = {.count = 0};

	current_limit_note(&world->service, input, world->now_us, &said);
}

/* --- what it hears --- */

/* F and X1 of slacd and a second, as its own times are the shorter ones here. */
void service_begin(struct world *world)
{
	const struct control_pilot_config *pilot = config_of(world);
	const struct current_limit_config config = {.hold_ms = pilot->step_f_ms + pilot->step_x1_ms + 1000,
						    .timeout_ms = pilot->request_timeout_ms,
						    .backoff_max_ms = pilot->request_backoff_max_ms};
	const struct composite_limit scheduled = world->service.scheduled;

	current_limit_init(&world->service, &config);
	world->service.scheduled = scheduled; /* the backend sends its profiles again */
	world->truth.service_knows = false;
	service_hear_limits(world);
}

void service_hear_limits(struct world *world)
{
	const struct world_truth *truth = &world->truth;
	const struct current_limit_hardware hardware = {
		.is_ready = truth->availability == CONTROL_PILOT_READY,
		.phase_ma = {truth->l1_da * 100, truth->l2_da * 100, truth->l1_da * 100}};

	note(world, &(struct current_limit_input){.kind = CURRENT_LIMIT_HARDWARE, .hardware = hardware});
}

void service_hear_state(struct world *world, const struct outlet_cp_status *status)
{
	if (cp_state_is_unplugged(status->state))
		world->truth.service_knows = false;
	note(world, &(struct current_limit_input){.kind = CURRENT_LIMIT_CP_STATUS,
						  .state = status->state,
						  .has_duty = status->has_duty,
						  .duty = status->duty});
}

void service_hear_slac(struct world *world, enum outlet_status_kind kind)
{
	static const enum current_limit_slac slac[] = {
		[OUTLET_MATCHING] = CURRENT_LIMIT_SLAC_MATCHING,
		[OUTLET_MATCHED] = CURRENT_LIMIT_SLAC_MATCHED,
		[OUTLET_FAILED] = CURRENT_LIMIT_SLAC_FAILED,
		[OUTLET_UNMATCHED] = CURRENT_LIMIT_SLAC_UNMATCHED,
		[OUTLET_BASIC_CHARGING] = CURRENT_LIMIT_SLAC_BASIC_CHARGING,
	};

	world->truth.service_knows = kind == OUTLET_BASIC_CHARGING;
	note(world, &(struct current_limit_input){.kind = CURRENT_LIMIT_SLAC, .slac = slac[kind]});
}

void service_hear_hlc_request(struct world *world)
{
	world->truth.service_knows = false;
	note(world, &(struct current_limit_input){.kind = CURRENT_LIMIT_HLC_REQUEST});
}

void service_hear_answer(struct world *world, uint32_t number, bool valid)
{
	world_trace(world, "the service hears: its request %u is %s", number, valid ? "valid" : "invalid");
	note(world, &(struct current_limit_input){.kind = CURRENT_LIMIT_ANSWER, .number = number, .active = valid});
}

void service_find_broker(struct world *world)
{
	note(world, &(struct current_limit_input){.kind = CURRENT_LIMIT_REACHABLE});
}

void service_schedule(struct world *world, uint32_t limit_ma)
{
	struct current_limit_input input = {.kind = CURRENT_LIMIT_SCHEDULED};

	if (limit_ma != UINT32_MAX)
		input.scheduled = (struct composite_limit){
			.is_limited = true, .unit = CHARGING_A, .limit = limit_ma, .limit_ma = limit_ma};
	note(world, &input);
}

/* --- what it asks for --- */

/*
 * One master at a time, where the station obeys at once and can always be reached: slacd until its X2 is on the pilot,
 * then the service. (Otherwise F or X1 may last until the service waits no more, or begin again, and slacd takes what it
 * asks for there for the mistake that it is. So it does in X1 of a late car, of which it tells nobody.)
 */
static bool is_out_of_turn(const struct world *world)
{
	const uint64_t disturbing = WORLD_BIT(WORLD_RESTART) | WORLD_BIT(WORLD_BROKER_COMES);
	const enum control_pilot_phase phase = world->outlet.pilot.phase;

	return world->config->prompt && (world->config->moves & disturbing) == 0 && phase != CONTROL_PILOT_BASIC &&
	       phase != CONTROL_PILOT_REMATCH;
}

static void judge(struct world *world, uint32_t current_da)
{
	const struct composite_limit *scheduled = &world->service.scheduled;

	hold(world, world->truth.service_knows, "the service asks for a vehicle that it has not heard of");
	hold(world, current_da <= invariants_allowed_da(world), "the service asks for more than the limit");
	hold(world, !scheduled->is_limited || current_da * 100 <= scheduled->limit_ma,
	     "the service asks for more than the profiles");
	hold(world, !is_out_of_turn(world), "the service asks where slacd is the master of the pilot");
}

static void ask(struct world *world, const struct current_limit_output *output)
{
	const struct pilot_request request = {.kind = output->current_da > 0 ? PILOT_X2 : PILOT_X1,
					      .current_da = output->current_da};
	char text[32];

	world_trace(world, "the service requests %s (its number %u)", station_pilot_text(request, text),
		    output->number);
	if (!world->connected) {
		note(world, &(struct current_limit_input){.kind = CURRENT_LIMIT_NOT_SENT});
		return;
	}
	judge(world, output->current_da);
	way_ask_for_service(world, request, output->number);
}

void service_act(struct world *world)
{
	struct current_limit_outputs outputs = {.count = 0};

	if (!world->config->service)
		return;
	current_limit_act(&world->service, world->now_us, &outputs);
	for (size_t i = 0; i < outputs.count; i++) {
		if (outputs.items[i].kind == CURRENT_LIMIT_CP_PWM)
			ask(world, &outputs.items[i]);
	}
}

/* --- when, and where it ends --- */

uint64_t service_deadline(const struct world *world)
{
	return world->config->service ? current_limit_deadline(&world->service) : CURRENT_LIMIT_NEVER;
}

bool service_is_settled(const struct world *world)
{
	return service_deadline(world) == CURRENT_LIMIT_NEVER;
}

/*
 * Never more than it wants, nor less. An oscillator that is off may be meant (the end of a transaction), so that the
 * service does not ask again: where a station has restarted, slacd has to remind it.
 */
void service_settled(struct world *world)
{
	const bool answers = world->truth.service_knows && world->outlet.pilot.phase == CONTROL_PILOT_BASIC;
	const uint32_t wanted_da = current_limit_pilot_da(&world->service);

	if (!world->config->service || !answers || world->truth.stopped)
		return;
	hold(world, station_offers_da(&world->station) <= wanted_da, "the pilot offers more than the service wants");
	hold(world, station_offers_da(&world->station) == wanted_da,
	     "the pilot does not become what the service wants");
}

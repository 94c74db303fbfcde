/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_way.h"

#include "slacd/outlet/tests/exploration_invariants.h"
#include "slacd/outlet/tests/exploration_outlet.h"
#include "slacd/outlet/tests/exploration_service.h"

#include <string.h>

#define ANSWERS_MAX 64

static size_t room(unsigned configured, unsigned most)
{
	return configured == 0 ? most : configured;
}

static bool is_way_full(const struct world *world)
{
	return world->request_count == room(world->config->requests, WORLD_REQUESTS);
}

bool way_hand_over(struct world *world, const struct control_pilot_sending *sending)
{
	if (!world->connected || world->client_full)
		return false;
	if (is_way_full(world)) {
		world_trace(world, "the way to the station is full: the request is lost");
		return true;
	}
	world->requests[world->request_count++] =
		(struct world_request){.number = sending->number, .request = sending->request};
	return true;
}

/* --- from the station to slacd --- */

/* False where it is lost. */
static bool say(struct world *world, const struct world_message *message)
{
	if (!world->connected || world->held || world->message_count == room(world->config->messages, WORLD_MESSAGES))
		return false;
	world->messages[world->message_count++] = *message;
	return true;
}

void way_report(struct world *world)
{
	if (world->config->no_report && world->station.pilot.kind == PILOT_F && !world->station.fault) {
		world->station.untold = true;
		return;
	}
	const struct world_message message = {
		.status = station_status(&world->station, !world->config->no_duty, world->config->a_in_f)};

	world_trace(world, "the station is at %s", cp_state_text(message.status.state));
	world->station.untold = !say(world, &message);
}

/* The pilot has changed, or was asked for once more. */
static void report_pilot(struct world *world)
{
	if (!world->config->no_report || world->station.untold)
		way_report(world);
}

static struct world_message take_message(struct world *world)
{
	const struct world_message message = world->messages[0];

	world->message_count--;
	memmove(world->messages, world->messages + 1, world->message_count * sizeof(world->messages[0]));
	return message;
}

bool way_hear(struct world *world)
{
	struct outlet_input input;

	if (world->message_count == 0)
		return false;
	const struct world_message message = take_message(world);
	memset(&input, 0, sizeof(input));
	if (message.others) {
		service_hear_answer(world, message.number, message.valid);
		return true;
	}
	if (message.is_answer) {
		world_trace(world, "slacd hears: request %u is %s", message.number,
			    message.valid ? "valid" : "invalid");
		input.kind = OUTLET_PILOT_ANSWER;
		input.pilot.number = message.number;
		input.pilot.answer = message.valid ? OUTLET_ANSWER_VALID : OUTLET_ANSWER_INVALID;
	} else {
		world_trace(world, "slacd hears: %s", cp_state_text(message.status.state));
		input.kind = OUTLET_CP_STATUS;
		input.cp_status = message.status;
		if (world->config->service)
			service_hear_state(world, &message.status);
	}
	world_give(world, &input);
	return true;
}

bool way_miss(struct world *world)
{
	if (world->message_count == 0)
		return false;
	if (!take_message(world).is_answer)
		world->station.untold = true;
	return true;
}

/* --- from slacd to the station --- */

static struct world_request take_request(struct world *world)
{
	const struct world_request request = world->requests[0];

	world->request_count--;
	memmove(world->requests, world->requests + 1, world->request_count * sizeof(world->requests[0]));
	world->held = false;
	world->draining = world->request_count > 0;
	return request;
}

static void answer(struct world *world, const struct world_request *request, bool valid)
{
	const struct world_message message = {
		.is_answer = true, .others = request->others, .number = request->number, .valid = valid};

	if (!request->others || world->config->service)
		(void)say(world, &message);
}

bool way_deliver(struct world *world, bool answers, bool again)
{
	const struct pilot_request before = world->station.pilot;
	char text[32];

	if (world->request_count == 0 || (again && world->requests[0].again))
		return false;
	const struct world_request request = again ? world->requests[0] : take_request(world);
	if (again) {
		world->requests[0].again = world->draining = true;
		world->held = false;
	}
	world_trace(world, "the station carries out %s", station_pilot_text(request.request, text));
	station_set_pilot(&world->station, request.request);
	if (!request.others || world->config->service)
		invariants_pilot(world, before);
	if (answers && !world->config->mute)
		answer(world, &request, true);
	report_pilot(world);
	return true;
}

bool way_refuse(struct world *world)
{
	if (world->request_count == 0)
		return false;
	const struct world_request request = take_request(world);
	answer(world, &request, false);
	return true;
}

bool way_lose(struct world *world)
{
	if (world->request_count == 0)
		return false;
	(void)take_request(world);
	return true;
}

/* slacd has lost the broker, and hears nothing. The nominal duty that it finds later is the other service's to answer for. */
static bool ask_unheard(struct world *world, struct pilot_request request)
{
	if (request.kind != PILOT_X2)
		return false;
	station_set_pilot(&world->station, request);
	world->station.opened = true;
	report_pilot(world);
	return true;
}

/* It comes to the station, and slacd hears it. */
static void put_other_request(struct world *world, const struct world_request *others)
{
	const struct pilot_request request = others->request;
	const struct outlet_input input = {
		.kind = OUTLET_OTHER_REQUEST,
		.other = {.hlc = request.kind == PILOT_HLC, .current_da = request.current_da}};
	const size_t at = world->config->overtakes ? 0 : world->request_count;

	memmove(world->requests + at + 1, world->requests + at,
		(world->request_count - at) * sizeof(world->requests[0]));
	world->requests[at] = *others;
	world->request_count++;
	world_give(world, &input);
}

bool way_ask_for_other(struct world *world, struct pilot_request request)
{
	const struct world_request others = {.request = request, .others = true};

	if (!world->connected)
		return ask_unheard(world, request);
	if (is_way_full(world))
		return false;
	put_other_request(world, &others);
	return true;
}

void way_ask_for_service(struct world *world, struct pilot_request request, uint32_t number)
{
	const struct world_request others = {.number = number, .request = request, .others = true};

	if (is_way_full(world))
		world_trace(world, "the way to the station is full: the request is lost");
	else
		put_other_request(world, &others);
}

void way_carry_on(struct world *world)
{
	for (unsigned i = 0; world->violation == NULL; i++) {
		if (i == ANSWERS_MAX) {
			world_violate(world, "request and answer follow each other without end");
			return;
		}
		service_act(world);
		if (world->config->hears && way_hear(world))
			continue;
		if (!world->config->prompt || !way_deliver(world, true, false))
			return;
	}
}

/* --- the broker, and what the station has not told --- */

bool way_tell_again(struct world *world)
{
	if (!world->station.untold || !world->connected || world->held)
		return false;
	way_report(world);
	return !world->station.untold;
}

bool way_lose_broker(struct world *world, bool holds)
{
	if (!world->connected || (holds && world->request_count + world->message_count == 0))
		return false;
	world->connected = false;
	if (holds)
		return true;
	for (size_t i = 0; i < world->message_count; i++)
		if (!world->messages[i].is_answer)
			world->station.untold = true;
	world->request_count = world->message_count = 0;
	return true;
}

bool way_find_broker(struct world *world)
{
	const bool charges = invariants_charges(world);

	if (world->connected)
		return false;
	world->connected = true;
	world_give_kind(world, OUTLET_BROKER_CONNECTED, false);
	if (world->config->service)
		service_find_broker(world);
	if (charges && !invariants_charges(world))
		world_violate(world, "a reconnection cuts basic charging");
	return true;
}

bool way_fill_client(struct world *world, bool full)
{
	if (world->client_full == full)
		return false;
	world->client_full = full;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_world.h"

#include "slacd/outlet/tests/exploration_car.h"
#include "slacd/outlet/tests/exploration_invariants.h"

#include <stdarg.h>
#include <string.h>

/* Far enough from 0 for a deadline in the past. */
#define BASE_US     UINT64_C(1000000000000)
#define LATE_US     UINT64_C(1000000)
#define SETTLE_MAX  16
#define ANSWERS_MAX 64

void world_violate(struct world *world, const char *what)
{
	if (world->violation == NULL)
		world->violation = what;
	if (world->trace != NULL)
		fprintf(world->trace, "      VIOLATION: %s\n", what);
}

__attribute__((format(printf, 2, 3))) static void trace(const struct world *world, const char *format, ...)
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

bool world_is_gone(const struct world *world)
{
	return world->truth.stopped && outlet_has_stopped(&world->outlet);
}

/* --- the outlet --- */

static void give(struct world *world, const struct outlet_input *input);

static void give_kind(struct world *world, enum outlet_input_kind kind, bool active)
{
	const struct outlet_input input = {.kind = kind, .active = active};

	give(world, &input);
}

static void give_frame(struct world *world, const struct car_frame *frame)
{
	const struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = frame->octets, .len = frame->len}};

	give(world, &input);
}

static void trace_effect(const struct world *world, const struct outlet_effect *effect)
{
	char text[32];

	if (world->trace == NULL)
		return;
	if (effect->kind == OUTLET_PILOT_REQUEST)
		trace(world, "slacd requests %s (number %u)", station_pilot_text(effect->pilot.request, text),
		      effect->pilot.number);
	else if (effect->kind == OUTLET_STATUS)
		trace(world, "slacd reports %s %s", outlet_status_text(effect->status.kind),
		      effect->status.reason == SLAC_REASON_NONE ? "" : slac_reason_text(effect->status.reason));
	else if (effect->kind == OUTLET_NOTE && effect->note.kind == OUTLET_NOTE_PILOT_PHASE)
		trace(world, "slacd goes from %s to %s",
		      control_pilot_phase_text((enum control_pilot_phase)effect->note.value),
		      control_pilot_phase_text((enum control_pilot_phase)effect->note.other_value));
	else if (effect->kind == OUTLET_NOTE && effect->note.kind == OUTLET_NOTE_PILOT_CONTRADICTED)
		trace(world, "slacd sees another pilot than was confirmed");
	else if (effect->kind == OUTLET_NOTE && effect->note.kind == OUTLET_NOTE_PILOT_OVERTAKEN)
		trace(world, "slacd sees that an older request was carried out last");
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

static size_t room(unsigned configured, unsigned most)
{
	return configured == 0 ? most : configured;
}

/* False where the broker client does not take it. What finds the way full is lost. */
static bool hand_over(struct world *world, const struct control_pilot_sending *sending)
{
	if (!world->connected || world->client_full)
		return false;
	if (world->request_count == room(world->config->requests, WORLD_REQUESTS)) {
		trace(world, "the way to the station is full: the request is lost");
		return true;
	}
	world->requests[world->request_count++] =
		(struct world_request){.number = sending->number, .request = sending->request};
	return true;
}

static void give(struct world *world, const struct outlet_input *input)
{
	static struct outlet_effects effects;
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
		if (effect->kind == OUTLET_PILOT_REQUEST)
			unsent = !hand_over(world, &effect->pilot);
	}
	invariants_effects(world, before, !unsent, &effects);
	if (unsent) {
		trace(world, "the broker client does not take the request");
		give_kind(world, OUTLET_PILOT_NOT_SENT, world->connected);
	}
	if (key_taken.len > 0)
		give_frame(world, &key_taken);
}

/* Also what matching wants done a microsecond from now. */
static void handle_what_is_due(struct world *world)
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
		give_kind(world, OUTLET_TICK, false);
	}
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

/* A station that reports vehicles only does not see one in F. */
static void report(struct world *world)
{
	if (world->config->no_report && world->station.pilot.kind == PILOT_F && !world->station.fault) {
		world->station.untold = true;
		return;
	}
	const struct world_message message = {
		.status = station_status(&world->station, !world->config->no_duty, world->config->a_in_f)};

	trace(world, "the station is at %s", cp_state_text(message.status.state));
	world->station.untold = !say(world, &message);
}

/* The pilot has changed, or was asked for once more. */
static void report_pilot(struct world *world)
{
	if (!world->config->no_report || world->station.untold)
		report(world);
}

static struct world_message take_message(struct world *world)
{
	const struct world_message message = world->messages[0];

	world->message_count--;
	memmove(world->messages, world->messages + 1, world->message_count * sizeof(world->messages[0]));
	return message;
}

static bool hear(struct world *world)
{
	struct outlet_input input;

	if (world->message_count == 0)
		return false;
	const struct world_message message = take_message(world);
	memset(&input, 0, sizeof(input));
	if (message.is_answer) {
		trace(world, "slacd hears: request %u is %s", message.number, message.valid ? "valid" : "invalid");
		input.kind = OUTLET_PILOT_ANSWER;
		input.pilot.number = message.number;
		input.pilot.answer = message.valid ? OUTLET_ANSWER_VALID : OUTLET_ANSWER_INVALID;
	} else {
		trace(world, "slacd hears: %s", cp_state_text(message.status.state));
		input.kind = OUTLET_CP_STATUS;
		input.cp_status = message.status;
	}
	give(world, &input);
	return true;
}

static bool miss(struct world *world)
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
	const struct world_message message = {.is_answer = true, .number = request->number, .valid = valid};

	(void)say(world, &message);
}

static bool deliver(struct world *world, bool answers, bool again)
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
	trace(world, "the station carries out %s", station_pilot_text(request.request, text));
	station_set_pilot(&world->station, request.request);
	invariants_pilot(world, before);
	if (answers && !world->config->mute)
		answer(world, &request, true);
	report_pilot(world);
	return true;
}

static bool refuse(struct world *world)
{
	if (world->request_count == 0)
		return false;
	const struct world_request request = take_request(world);
	answer(world, &request, false);
	return true;
}

static bool lose(struct world *world)
{
	if (world->request_count == 0)
		return false;
	(void)take_request(world);
	return true;
}

/* What happens at once in this configuration. */
static void carry_on(struct world *world)
{
	for (unsigned i = 0; world->violation == NULL; i++) {
		if (i == ANSWERS_MAX) {
			world_violate(world, "request and answer follow each other without end");
			return;
		}
		if (world->config->hears && hear(world))
			continue;
		if (!world->config->prompt || !deliver(world, true, false))
			return;
	}
}

/* --- moves of the station, the broker and the vehicle --- */

/* A station that sets 5 % by itself reports it, where it can; one whose oscillator is off does so late. */
static bool restart(struct world *world)
{
	const bool sets_hlc = world->config->sets_hlc && world->station.vehicle != STATION_NO_VEHICLE;

	if (world->station.pilot.kind == (sets_hlc ? PILOT_HLC : PILOT_X1))
		return false;
	station_restart(&world->station);
	world->request_count = 0; /* it was not connected when they would have come */
	world->held = world->draining = false;
	world->station.untold = !world->config->no_report;
	if (!sets_hlc)
		return true;
	station_set_pilot(&world->station, (struct pilot_request){.kind = PILOT_HLC});
	report(world);
	return true;
}

static bool set_fault(struct world *world, bool fault)
{
	if (world->station.fault == fault)
		return false;
	const struct pilot_request before = world->station.pilot;
	station_set_fault(&world->station, fault);
	if (!fault)
		invariants_pilot(world, before);
	report(world);
	return true;
}

static bool tell_again(struct world *world)
{
	if (!world->station.untold || !world->connected || world->held)
		return false;
	report(world);
	return !world->station.untold;
}

static bool lose_broker(struct world *world, bool holds)
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

static bool find_broker(struct world *world)
{
	const struct pilot_asking *asking = &world->outlet.pilot.asking;
	const bool charges = asking->confirmed && asking->request.kind == PILOT_X2;

	if (world->connected)
		return false;
	world->connected = true;
	give_kind(world, OUTLET_BROKER_CONNECTED, false);
	if (charges && asking->request.kind != PILOT_X2)
		world_violate(world, "a reconnection cuts basic charging");
	return true;
}

static bool fill_client(struct world *world, bool full)
{
	if (world->client_full == full)
		return false;
	world->client_full = full;
	return true;
}

static bool move_vehicle(struct world *world, enum station_vehicle from, enum station_vehicle to)
{
	if (world->station.vehicle != from)
		return false;
	world->station.vehicle = to;
	if (world->config->sets_hlc && from == STATION_NO_VEHICLE && world->request_count == 0 &&
	    world->station.pilot.kind == PILOT_X1)
		station_set_pilot(&world->station, (struct pilot_request){.kind = PILOT_HLC});
	report(world);
	return true;
}

static bool unplug(struct world *world)
{
	if (world->station.vehicle == STATION_NO_VEHICLE)
		return false;
	return move_vehicle(world, world->station.vehicle, STATION_NO_VEHICLE);
}

static bool car_sends(struct world *world, size_t frames)
{
	uint8_t run_id[RUN_ID_LEN];
	struct car_frame frame;

	if (!world->outlet.port_is_up || world->station.vehicle == STATION_NO_VEHICLE)
		return false;
	car_run_id(world->attempts++, run_id);
	for (size_t i = 0; i < frames; i++) {
		car_frame(i, run_id, &frame);
		give_frame(world, &frame);
	}
	return true;
}

static bool port_goes(struct world *world)
{
	if (!world->outlet.port_is_up)
		return false;
	give_kind(world, OUTLET_PORT_DOWN, false);
	return true;
}

static bool port_comes(struct world *world)
{
	struct outlet_input input = {.kind = OUTLET_PORT_UP};

	if (world->outlet.port_is_up)
		return false;
	memcpy(input.port_mac, car_evse_mac, MAC_LEN);
	give(world, &input);
	return true;
}

/* --- what the station tells slacd to do --- */

static void give_limits(struct world *world, uint32_t l1_da, uint32_t l2_da,
			enum control_pilot_availability availability)
{
	const struct outlet_input input = {.kind = OUTLET_LIMITS,
					   .limits = {.current = {.has_ac = true, .phase_da = {l1_da, l2_da, l1_da}},
						      .availability = availability}};

	give(world, &input);
}

static bool tell_limit(struct world *world, uint32_t l1_da, uint32_t l2_da)
{
	if (world->truth.l1_da == l1_da && world->truth.l2_da == l2_da)
		return false;
	give_limits(world, l1_da, l2_da, world->truth.availability);
	return true;
}

static bool tell_availability(struct world *world, enum control_pilot_availability availability)
{
	if (world->truth.availability == availability)
		return false;
	give_limits(world, world->truth.l1_da, world->truth.l2_da, availability);
	return true;
}

static bool tell_active(struct world *world, enum outlet_input_kind kind, bool active)
{
	const bool now = kind == OUTLET_AUTHORIZATION ? world->truth.eim : world->truth.hlc;

	if (now == active || (kind == OUTLET_HLC_CHARGING && active && !world->truth.session))
		return false;
	give_kind(world, kind, active);
	return true;
}

/* --- time --- */

static bool pass(struct world *world, uint64_t more_us)
{
	const uint64_t deadline_us = outlet_deadline(&world->outlet);

	if (deadline_us == OUTLET_NEVER || world->draining || world_is_gone(world))
		return false;
	world->held = world->request_count > 0;
	const uint64_t us = deadline_us - world->now_us + more_us;
	const uint32_t ms = (uint32_t)((us + 500) / 1000);
	trace(world, "%u ms pass", ms);
	world->now_us += us;
	station_pass(&world->station, &world->config->pilot, ms);
	give_kind(world, OUTLET_TICK, false);
	return true;
}

/* --- moves --- */

static bool move_station(struct world *world, enum world_move move)
{
	switch (move) {
	case WORLD_DELIVER:
		return deliver(world, true, false);
	case WORLD_DELIVER_MUTE:
		return deliver(world, false, false);
	case WORLD_DELIVER_TWICE:
		return deliver(world, true, true);
	case WORLD_REFUSE:
		return refuse(world);
	case WORLD_LOSE:
		return lose(world);
	case WORLD_HEAR:
		return hear(world);
	case WORLD_MISS:
		return miss(world);
	case WORLD_TELL:
		return tell_again(world);
	case WORLD_RESTART:
		return restart(world);
	case WORLD_FAULT:
	case WORLD_FAULT_ENDS:
		return set_fault(world, move == WORLD_FAULT);
	case WORLD_BROKER_GOES:
	case WORLD_BROKER_GOES_HOLDS:
		return lose_broker(world, move == WORLD_BROKER_GOES_HOLDS);
	case WORLD_BROKER_COMES:
		return find_broker(world);
	case WORLD_CLIENT_FULL:
	case WORLD_CLIENT_TAKES:
		return fill_client(world, move == WORLD_CLIENT_FULL);
	default:
		return false;
	}
}

static bool move_car(struct world *world, enum world_move move)
{
	switch (move) {
	case WORLD_PLUG:
		return move_vehicle(world, STATION_NO_VEHICLE, STATION_VEHICLE_B);
	case WORLD_UNPLUG:
		return unplug(world);
	case WORLD_CLOSE_S2:
		return move_vehicle(world, STATION_VEHICLE_B, STATION_VEHICLE_C);
	case WORLD_OPEN_S2:
		return move_vehicle(world, STATION_VEHICLE_C, STATION_VEHICLE_B);
	case WORLD_CAR_SPEAKS:
		return car_sends(world, 1);
	case WORLD_CAR_MATCHES:
		return car_sends(world, CAR_MATCH_FRAMES);
	case WORLD_PORT_GOES:
		return port_goes(world);
	case WORLD_PORT_COMES:
		return port_comes(world);
	default:
		return false;
	}
}

static bool move_limits(struct world *world, enum world_move move)
{
	switch (move) {
	case WORLD_LIMIT_0:
		return tell_limit(world, 0, 0);
	case WORLD_LIMIT_6:
		return tell_limit(world, 60, 60);
	case WORLD_LIMIT_16:
		return tell_limit(world, 160, 160);
	case WORLD_LIMIT_L2_0:
		return tell_limit(world, 160, 0);
	case WORLD_LIMIT_UNREADABLE:
		if (world->truth.l1_da == 0)
			return false;
		give_kind(world, OUTLET_LIMITS_UNREADABLE, false);
		return true;
	case WORLD_READY:
		return tell_availability(world, CONTROL_PILOT_READY);
	case WORLD_NOT_READY:
		return tell_availability(world, CONTROL_PILOT_NOT_READY);
	case WORLD_OUT_OF_ORDER:
		return tell_availability(world, CONTROL_PILOT_OUT_OF_ORDER);
	default:
		return false;
	}
}

static bool move_service(struct world *world, enum world_move move)
{
	switch (move) {
	case WORLD_EIM:
	case WORLD_EIM_WITHDRAWN:
		return tell_active(world, OUTLET_AUTHORIZATION, move == WORLD_EIM);
	case WORLD_HLC:
	case WORLD_HLC_ENDS:
		return tell_active(world, OUTLET_HLC_CHARGING, move == WORLD_HLC);
	case WORLD_TERMINATE:
		give_kind(world, OUTLET_LINK_TERMINATE, false);
		return true;
	case WORLD_RESET:
		give_kind(world, OUTLET_RESET, false);
		return true;
	case WORLD_STOP:
		give_kind(world, OUTLET_STOP, false);
		return true;
	case WORLD_TIME:
		return pass(world, 0);
	case WORLD_LATE:
		return pass(world, LATE_US);
	default:
		return false;
	}
}

/*
 * Once stopped, an outlet only waits for the pilot that it leaves behind. A pilot that is kept is as certain as its
 * confirmation: what is still on its way then is nobody's any more.
 */
static bool is_possible(const struct world *world, enum world_move move)
{
	if (move == WORLD_STOP)
		return !world->truth.stopped && (!world->config->pilot.keep_at_exit || world->request_count == 0);
	return !world->truth.stopped || (move < WORLD_CAR_SPEAKS && move != WORLD_CLIENT_FULL) || move == WORLD_TIME;
}

bool world_step(struct world *world, enum world_move move)
{
	if (!is_possible(world, move))
		return false;
	if (!move_station(world, move) && !move_car(world, move) && !move_limits(world, move) &&
	    !move_service(world, move))
		return false;
	carry_on(world);
	handle_what_is_due(world);
	carry_on(world);
	if (world->request_count == 0)
		world->held = world->draining = false;
	memset(world->outlet.modem.key.sent_us, 0, sizeof(world->outlet.modem.key.sent_us));
	invariants_at_rest(world);
	return true;
}

bool world_go_on(struct world *world)
{
	const enum world_move moves[] = {WORLD_CLIENT_TAKES, WORLD_BROKER_COMES, WORLD_HEAR,
					 WORLD_DELIVER,      WORLD_TELL,         WORLD_TIME};

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (world_step(world, moves[i]))
			return true;
	return false;
}

/* --- the beginning --- */

static bool fill_counted(void *context, uint8_t *out, size_t n)
{
	uint32_t *count = context;

	(*count)++;
	memset(out, 0, n);
	memcpy(out, count, n < sizeof(*count) ? n : sizeof(*count));
	return true;
}

static void configure(const struct world_config *config, struct outlet_config *outlet)
{
	memset(outlet, 0, sizeof(*outlet));
	slac_evse_defaults(&outlet->slac, config->strict);
	modem_defaults(&outlet->modem, config->strict);
	amp_map_defaults(&outlet->amp_map);
	outlet->slac.tt_evse_slac_init_ms = config->fast ? 400 : 4000;
	outlet->slac.tt_match_sequence_ms = config->fast ? 100 : 1000;
	outlet->slac.tt_fallback_ms = config->fallback_ms;
	outlet->slac.dc_only = !config->pilot.has_ac;
	outlet->modem.family = MODEM_STANDARD;
	outlet->modem.link_detection = MODEM_LINK_OFF;
	outlet->pilot = config->pilot;
}

void world_template(struct outlet *outlet, const struct world_config *config, struct world *keys)
{
	struct outlet_config configuration;
	struct outlet_input up = {.kind = OUTLET_PORT_UP};
	static struct outlet_effects effects;
	struct car_frame answer_frame = {.len = 0};

	configure(config, &configuration);
	outlet_init(outlet, &configuration, fill_counted, &keys->keys);
	if (config->no_port)
		return;
	memcpy(up.port_mac, car_evse_mac, MAC_LEN);
	outlet_input(outlet, &up, BASE_US, &effects);
	for (size_t i = 0; i < effects.count; i++)
		if (effects.items[i].kind == OUTLET_SEND)
			car_modem_answers(effects.items[i].frame.octets, effects.items[i].frame.len, &answer_frame);
	const struct outlet_input taken = {.kind = OUTLET_FRAME,
					   .frame = {.octets = answer_frame.octets, .len = answer_frame.len}};
	outlet_input(outlet, &taken, BASE_US, &effects);
	memset(outlet->modem.key.sent_us, 0, sizeof(outlet->modem.key.sent_us));
}

void world_begin(struct world *world, const struct world_config *config, enum world_root root)
{
	memset(world, 0, WORLD_SIZE);
	world->config = config;
	world->now_us = BASE_US;
	world->connected = true;
	world->station.pilot.kind = root == WORLD_FROM_F ? PILOT_F : PILOT_X1;
	world_template(&world->outlet, config, world);
	give_limits(world, 160, 160, CONTROL_PILOT_READY);
	if (root == WORLD_FROM_CHARGING) {
		world->station.pilot = (struct pilot_request){.kind = PILOT_X2, .current_da = 160};
		world->station.vehicle = STATION_VEHICLE_C;
		world->station.opened = true;
		report(world);
		(void)hear(world);
	}
	give_kind(world, OUTLET_START, false);
	carry_on(world);
	handle_what_is_due(world);
	carry_on(world);
	invariants_begun(world, root);
	invariants_at_rest(world);
}

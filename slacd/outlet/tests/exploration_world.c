/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_world.h"

#include "slacd/outlet/tests/exploration_invariants.h"
#include "slacd/outlet/tests/exploration_outlet.h"
#include "slacd/outlet/tests/exploration_service.h"
#include "slacd/outlet/tests/exploration_way.h"

#include <string.h>

/* Far enough from 0 for a deadline in the past. */
#define BASE_US UINT64_C(1000000000000)
#define LATE_US UINT64_C(1000000)
/* CM_SLAC_PARM.REQ of a car that nobody answers, in one attempt. */
#define INSISTING 3

void world_violate(struct world *world, const char *what)
{
	if (world->violation == NULL)
		world->violation = what;
	if (world->trace != NULL)
		fprintf(world->trace, "      VIOLATION: %s\n", what);
}

bool world_is_gone(const struct world *world)
{
	return world->truth.stopped && outlet_has_stopped(&world->outlet);
}

/* --- moves of the station and the vehicle --- */

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
	way_report(world);
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
	way_report(world);
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
	way_report(world);
	return true;
}

static bool unplug(struct world *world)
{
	if (world->station.vehicle == STATION_NO_VEHICLE)
		return false;
	return move_vehicle(world, world->station.vehicle, STATION_NO_VEHICLE);
}

/* What the modem's answers say, in the words that they have for matching. */
static bool tell_link(struct world *world, enum slac_evse_input_kind kind)
{
	world_tell_slac(world, kind);
	return true;
}

static bool find_link(struct world *world)
{
	return world->outlet.slac.state == SLAC_EVSE_JOINING && tell_link(world, SLAC_EVSE_LINK_UP);
}

/* One that sleeps is not watched. */
static bool lose_link(struct world *world)
{
	return outlet_is_connected(&world->outlet) && tell_link(world, SLAC_EVSE_LINK_LOST);
}

/* Of the frames of a matching the first is CM_SLAC_PARM.REQ. */
static void count_request(struct world *world, size_t frame)
{
	struct world_truth *truth = &world->truth;
	const bool counts = world->config->pilot.rematch_from_basic && truth->session && !truth->rematched;

	if (frame == 0 && counts && truth->requests < OUTLET_LATE_REQUESTS)
		truth->requests++;
}

static bool car_insists(struct world *world)
{
	const enum control_pilot_phase before = world->outlet.pilot.phase;
	uint8_t run_id[RUN_ID_LEN];
	struct car_frame frame;

	if (!world->outlet.port_is_up || world->station.vehicle == STATION_NO_VEHICLE)
		return false;
	car_run_id(world->attempts++, run_id);
	car_frame(0, run_id, &frame);
	for (unsigned i = 0; i < INSISTING; i++) {
		count_request(world, 0);
		world_give_frame(world, &frame);
	}
	invariants_insisted(world, before);
	return true;
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
		count_request(world, i);
		world_give_frame(world, &frame);
	}
	if (!world->outlet.slac.rejoining)
		(void)find_link(world);
	return true;
}

static bool port_goes(struct world *world)
{
	if (!world->outlet.port_is_up)
		return false;
	world_give_kind(world, OUTLET_PORT_DOWN, false);
	return true;
}

static bool port_comes(struct world *world)
{
	struct outlet_input input = {.kind = OUTLET_PORT_UP};

	if (world->outlet.port_is_up)
		return false;
	memcpy(input.port_mac, car_evse_mac, MAC_LEN);
	world_give(world, &input);
	return true;
}

/* --- what the station tells slacd to do --- */

static void give_limits(struct world *world, uint32_t l1_da, uint32_t l2_da,
			enum control_pilot_availability availability)
{
	const struct outlet_input input = {.kind = OUTLET_LIMITS,
					   .limits = {.current = {.has_ac = true, .phase_da = {l1_da, l2_da, l1_da}},
						      .availability = availability}};

	world_give(world, &input);
	if (world->config->service)
		service_hear_limits(world);
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
	world_give_kind(world, kind, active);
	return true;
}

/* One that the outlet would refuse, or need not be woken from, is not tried. */
static bool pause_link(struct world *world)
{
	if (!slac_evse_is_given_away(&world->outlet.slac))
		return false;
	world_give_kind(world, OUTLET_LINK_PAUSE, false);
	return true;
}

static bool resume_link(struct world *world)
{
	if (!world->outlet.link_paused && world->outlet.pilot.phase != CONTROL_PILOT_PAUSED)
		return false;
	world_give_kind(world, OUTLET_LINK_RESUME, false);
	return true;
}

/* --- time --- */

static bool pass(struct world *world, uint64_t more_us)
{
	const uint64_t outlet_us = outlet_deadline(&world->outlet);
	const uint64_t service_us = service_deadline(world);
	const uint64_t deadline_us = service_us < outlet_us ? service_us : outlet_us;

	if (deadline_us == OUTLET_NEVER || world->draining || world_is_gone(world))
		return false;
	world->held = world->request_count > 0;
	const uint64_t us = deadline_us - world->now_us + more_us;
	const uint32_t ms = (uint32_t)((us + 500) / 1000);
	world_trace(world, "%u ms pass", ms);
	world->now_us += us;
	station_pass(&world->station, &world->config->pilot, ms);
	invariants_passed(world, ms);
	world_give_kind(world, OUTLET_TICK, false);
	return true;
}

/* --- moves --- */

static bool move_station(struct world *world, enum world_move move)
{
	switch (move) {
	case WORLD_DELIVER:
		return way_deliver(world, true, false);
	case WORLD_DELIVER_MUTE:
		return way_deliver(world, false, false);
	case WORLD_DELIVER_TWICE:
		return way_deliver(world, true, true);
	case WORLD_REFUSE:
		return way_refuse(world);
	case WORLD_LOSE:
		return way_lose(world);
	case WORLD_HEAR:
		return way_hear(world);
	case WORLD_MISS:
		return way_miss(world);
	case WORLD_TELL:
		return way_tell_again(world);
	case WORLD_RESTART:
		return restart(world);
	case WORLD_FAULT:
	case WORLD_FAULT_ENDS:
		return set_fault(world, move == WORLD_FAULT);
	case WORLD_BROKER_GOES:
	case WORLD_BROKER_GOES_HOLDS:
		return way_lose_broker(world, move == WORLD_BROKER_GOES_HOLDS);
	case WORLD_BROKER_COMES:
		return way_find_broker(world);
	case WORLD_CLIENT_FULL:
	case WORLD_CLIENT_TAKES:
		return way_fill_client(world, move == WORLD_CLIENT_FULL);
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
	case WORLD_CAR_INSISTS:
		return car_insists(world);
	case WORLD_LINK_UP:
		return find_link(world);
	case WORLD_LINK_LOST:
		return lose_link(world);
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
		world_give_kind(world, OUTLET_LIMITS_UNREADABLE, false);
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
		world_give_kind(world, OUTLET_LINK_TERMINATE, false);
		return true;
	case WORLD_PAUSE:
		return pause_link(world);
	case WORLD_RESUME:
		return resume_link(world);
	case WORLD_RESET:
		world_give_kind(world, OUTLET_RESET, false);
		return true;
	case WORLD_STOP:
		world_give_kind(world, OUTLET_STOP, false);
		return true;
	case WORLD_TIME:
		return pass(world, 0);
	case WORLD_LATE:
		return pass(world, LATE_US);
	default:
		return false;
	}
}

static bool move_other(struct world *world, enum world_move move)
{
	switch (move) {
	case WORLD_OTHER_10:
		return way_ask_for_other(world, (struct pilot_request){.kind = PILOT_X2, .current_da = 100});
	case WORLD_OTHER_32:
		return way_ask_for_other(world, (struct pilot_request){.kind = PILOT_X2, .current_da = 320});
	case WORLD_OTHER_X1:
		return way_ask_for_other(world, (struct pilot_request){.kind = PILOT_X1});
	case WORLD_OTHER_HLC:
		return way_ask_for_other(world, (struct pilot_request){.kind = PILOT_HLC});
	default:
		return false;
	}
}

static bool schedule(struct world *world, uint32_t limit_ma)
{
	const struct composite_limit *scheduled = &world->service.scheduled;

	if ((scheduled->is_limited ? scheduled->limit_ma : UINT32_MAX) == limit_ma)
		return false;
	service_schedule(world, limit_ma);
	return true;
}

static bool move_smart_charging(struct world *world, enum world_move move)
{
	switch (move) {
	case WORLD_PROFILE_10:
		return schedule(world, 10000);
	case WORLD_PROFILE_5:
		return schedule(world, 5000);
	case WORLD_PROFILE_CLEARED:
		return schedule(world, UINT32_MAX);
	case WORLD_SERVICE_RESTARTS:
		service_begin(world);
		return true;
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

/* What is not modelled: when the modem may get its next key, and when it is asked for its link. */
static void forget_modem_times(struct world *world)
{
	memset(world->outlet.modem.key.sent_us, 0, sizeof(world->outlet.modem.key.sent_us));
	modem_unwatch_link(&world->outlet.modem);
}

bool world_step(struct world *world, enum world_move move)
{
	if (!is_possible(world, move))
		return false;
	if (!move_station(world, move) && !move_car(world, move) && !move_limits(world, move) &&
	    !move_service(world, move) && !move_other(world, move) && !move_smart_charging(world, move))
		return false;
	way_carry_on(world);
	world_handle_what_is_due(world);
	way_carry_on(world);
	if (world->request_count == 0)
		world->held = world->draining = false;
	forget_modem_times(world);
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
	outlet->slac.t_conn_resume_ms = config->fast ? 300 : 3000;
	outlet->slac.await_link = config->seeks_link;
	outlet->slac.dc_only = !config->pilot.has_ac;
	outlet->modem.family = MODEM_STANDARD;
	outlet->modem.link_detection = config->seeks_link ? MODEM_LINK_ON : MODEM_LINK_OFF;
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
	service_begin(world);
	give_limits(world, 160, 160, CONTROL_PILOT_READY);
	if (root == WORLD_FROM_CHARGING || root == WORLD_FROM_LOWERED) {
		world->station.pilot =
			(struct pilot_request){.kind = PILOT_X2, .current_da = root == WORLD_FROM_CHARGING ? 160 : 100};
		world->station.vehicle = STATION_VEHICLE_C;
		world->station.opened = true;
		way_report(world);
		(void)way_hear(world);
	}
	world_give_kind(world, OUTLET_START, false);
	way_carry_on(world);
	world_handle_what_is_due(world);
	way_carry_on(world);
	invariants_begun(world, root);
	invariants_at_rest(world);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What holds between the inputs: on the physical pilot, after each move, and where nothing changes any more. */
#include "slacd/outlet/tests/exploration_facts.h"
#include "slacd/outlet/tests/exploration_invariants.h"
#include "slacd/outlet/tests/exploration_service.h"

/* --- the physical pilot --- */

void invariants_pilot(struct world *world, struct pilot_request before)
{
	const struct station *station = &world->station;

	if (station_offers_da(station) == 0)
		return;
	hold(world, config_of(world)->has_ac, "X2 on the pilot of a DC-only outlet");
	hold(world, before.kind == PILOT_X2 || station->opened, "X2 after 5 % without E, F or X1 for its time");
}

/* Something is on its way that will end a current above the limit, or tell slacd of it. */
static bool is_lowered_soon(const struct world *world)
{
	const struct pilot_asking *asking = &world->outlet.pilot.asking;
	const uint32_t allowed_da = invariants_allowed_da(world);

	if (world->message_count > 0 || world->station.untold)
		return true;
	if (asking->request.kind == PILOT_X2 && asking->request.current_da > allowed_da)
		return false;
	if (!world->connected || world->client_full)
		return !asking->confirmed || asking->due_us != PILOT_REQUEST_NEVER || !world->connected;
	if (world->request_count > 0 && world->requests[world->request_count - 1].request.current_da <= allowed_da)
		return true;
	return asking->due_us <= world->now_us + PILOT_REPEAT_MS * 1000;
}

bool invariants_charges(const struct world *world)
{
	const struct pilot_asking *asking = &world->outlet.pilot.asking;
	const bool wants_current =
		world->truth.handed_over ? world->truth.other_da > 0 : asking->request.kind == PILOT_X2;

	return world->outlet.pilot.phase == CONTROL_PILOT_BASIC && asking->confirmed && wants_current;
}

/* What another service has asked for last is on the pilot, or is not known to be. Then slacd's request rests. */
static bool may_rest(const struct world *world)
{
	return world->truth.handed_over && world->outlet.pilot.phase == CONTROL_PILOT_BASIC;
}

/* Another service has asked for more than the limit, and what has followed from slacd is lost. */
static bool comes_too_much(const struct world *world)
{
	const uint32_t allowed_da = invariants_allowed_da(world);
	bool too_much = false;

	for (size_t i = 0; i < world->request_count; i++) {
		const struct world_request *request = &world->requests[i];
		const bool is_high = request->request.current_da > allowed_da;
		too_much = is_high && (request->others || too_much);
	}
	return too_much;
}

static void check_current(struct world *world)
{
	const struct pilot_asking *asking = &world->outlet.pilot.asking;
	const bool asks_soon = asking->due_us <= world->now_us + PILOT_REPEAT_MS * 1000;

	hold(world, world->truth.stopped || !world->connected || !comes_too_much(world) || asks_soon,
	     "more than the limit is on its way, and nothing follows");
	hold(world,
	     world->truth.stopped || station_offers_da(&world->station) <= invariants_allowed_da(world) ||
		     is_lowered_soon(world),
	     "a current above the limit stays");
}

static void check_asking(struct world *world)
{
	const struct control_pilot *pilot = &world->outlet.pilot;
	const struct pilot_asking *asking = &pilot->asking;

	if (!asking->wanted)
		return;
	hold(world, asking->request.kind != PILOT_X2 || asking->request.current_da <= invariants_allowed_da(world),
	     "more current is wanted than allowed");
	hold(world, asking->request.kind != PILOT_F || is_in_our_f(world) || pilot->phase == CONTROL_PILOT_UNAVAILABLE,
	     "F is left behind");
	hold(world, asking->confirmed || asking->due_us != PILOT_REQUEST_NEVER || !world->connected || may_rest(world),
	     "a request that is not confirmed is not repeated");
}

void invariants_begun(struct world *world, enum world_root root)
{
	const bool charges = (root == WORLD_FROM_CHARGING || root == WORLD_FROM_LOWERED) && config_of(world)->has_ac;

	hold(world, !charges || world->station.pilot.kind == PILOT_X2, "basic charging is cut by the start");
	hold(world, !charges || world->outlet.pilot.asking.request.kind == PILOT_X2,
	     "basic charging is cut by the start");
}

void invariants_at_rest(struct world *world)
{
	const struct outlet *outlet = &world->outlet;

	if (world_is_gone(world))
		return;
	hold(world, outlet_deadline(outlet) > world->now_us, "a deadline in the past");
	hold(world, modem_deadline(&outlet->modem) == MODEM_NEVER, "the modem waits for something");
	hold(world, outlet->question_deadline_us == OUTLET_NEVER, "a question that nobody has asked");
	hold(world, !outlet->link_paused || outlet->pilot.phase == CONTROL_PILOT_PAUSED,
	     "the pause is over, and the link is not looked for");
	check_asking(world);
	check_current(world);
}

/* --- where it ends --- */

static bool is_way_empty(const struct world *world)
{
	return world->connected && !world->client_full && world->request_count + world->message_count == 0 &&
	       !world->station.untold;
}

static bool is_pilot(const struct world *world, enum pilot_request_kind kind)
{
	return world->station.pilot.kind == kind;
}

static bool is_wanted(const struct world *world, enum pilot_request_kind kind)
{
	return world->outlet.pilot.asking.request.kind == kind;
}

static bool may_lack_pwm(const struct world *world)
{
	return is_pilot(world, PILOT_X1) && !world->truth.vehicle;
}

/*
 * Less current than was asked for is a station's right, and is taken for carried out when it is reported. An oscillator
 * that is off is noticed when a vehicle comes and the station reports B1, once for each vehicle: a station may switch it
 * off by itself, and some never show PWM. A without PWM in place of F is noticed when a vehicle comes, too: some
 * stations take F for A.
 */
static bool is_carried_out(const struct world *world)
{
	const struct pilot_request wanted = world->outlet.pilot.asking.request;
	const struct pilot_request pilot = world->station.pilot;

	if (may_rest(world))
		return pilot.kind == PILOT_X1 ||
		       (pilot.kind == PILOT_X2 && pilot.current_da <= invariants_allowed_da(world));
	if (wanted.kind == PILOT_HLC && pilot.kind == PILOT_X1)
		return may_lack_pwm(world);
	if (wanted.kind == PILOT_F && pilot.kind == PILOT_X1)
		return !world->truth.vehicle;
	return wanted.kind == pilot.kind && pilot.current_da <= wanted.current_da;
}

/*
 * A station that answers nothing shows some things by no report either: X1 where the oscillator was off before, 5 %
 * without the duty cycle. Such a request is repeated for ever. F is not: it is given up.
 */
static bool is_repeated_for_ever(const struct world *world)
{
	return world->config->mute && !is_in_our_f(world) && is_carried_out(world);
}

bool invariants_is_settled(const struct world *world)
{
	const struct control_pilot *pilot = &world->outlet.pilot;
	const bool confirmed = pilot->asking.confirmed || !pilot->asking.wanted;
	const bool is_toggling = pilot->c_until_us != CONTROL_PILOT_NEVER;
	const bool may_listen_on =
		world->truth.hlc && pilot->phase == CONTROL_PILOT_HLC && world->outlet.slac.state != SLAC_EVSE_JOINING;

	if (!is_way_empty(world))
		return false;
	if (world_is_gone(world))
		return true;
	if (!service_is_settled(world))
		return false;
	if (pilot->deadline_us != CONTROL_PILOT_NEVER || is_toggling)
		return false;
	if (slac_evse_deadline(&world->outlet.slac) != SLAC_NEVER && !may_listen_on)
		return false;
	return confirmed || is_repeated_for_ever(world) ||
	       (may_rest(world) && pilot->asking.due_us == PILOT_REQUEST_NEVER);
}

static void settled_in_basic(struct world *world)
{
	const uint32_t allowed_da = invariants_allowed_da(world);
	const struct pilot_request wanted = world->outlet.pilot.asking.request;

	hold(world, config_of(world)->has_ac, "a DC-only outlet ends in basic charging");
	hold(world, !eim_is_wanted(world) || world->truth.found || world->outlet.slac.state != SLAC_EVSE_EXPIRED,
	     "a vehicle that is authorized by EIM is not answered at a nominal duty");
	if (world->truth.handed_over)
		return;
	if (allowed_da == 0)
		hold(world, wanted.kind == PILOT_X1, "basic charging without a limit does not end at X1");
	else
		hold(world, wanted.kind == PILOT_X2 && wanted.current_da == allowed_da,
		     "basic charging does not end at the limit");
}

/* A vehicle that is left at 5 % has said something, or must be allowed to, or cannot be charged otherwise. */
static bool may_stay_at_hlc(const struct world *world)
{
	const enum slac_evse_state slac = world->outlet.slac.state;

	if (!config_of(world)->has_ac && config_of(world)->init_retries > 0)
		return slac != SLAC_EVSE_EXPIRED;
	if (!config_of(world)->has_ac || world->truth.hlc)
		return true;
	return slac != SLAC_EVSE_EXPIRED && slac != SLAC_EVSE_IDLE;
}

static void settled_with_vehicle(struct world *world)
{
	const enum control_pilot_phase phase = world->outlet.pilot.phase;

	if (world->truth.fault) {
		hold(world, phase == CONTROL_PILOT_HLC || phase == CONTROL_PILOT_AUTHORIZED, "an outlet goes on in E");
		return;
	}
	hold(world, world->truth.session, "a vehicle is not served");
	hold(world, world->truth.pause == WORLD_NOT_PAUSED || phase == CONTROL_PILOT_PAUSED,
	     "the link is not looked for after the pause");
	if (phase == CONTROL_PILOT_BASIC) {
		settled_in_basic(world);
	} else if (phase == CONTROL_PILOT_NOT_OBEYED) {
		hold(world, world->truth.f_given_up, "the outlet has given up without a reason");
		hold(world, is_pilot(world, PILOT_X1), "an outlet that has given up does not end at X1");
	} else if (phase == CONTROL_PILOT_PAUSED) {
		hold(world, world->truth.pause == WORLD_ASLEEP || world->truth.pause == WORLD_ASLEEP_IN_B,
		     "a wake-up, or the end of the session, leads to nothing");
		hold(world, is_pilot(world, PILOT_X1), "a pause does not end at X1");
	} else if (phase == CONTROL_PILOT_X1_STEP) {
		/* Nothing shows it where the oscillator was off before, as for EIM without a vehicle. */
		hold(world, world->config->mute && (world->config->moves & (LOSSES | WORLD_BIT(WORLD_EIM))) != 0,
		     "X1 never ends");
	} else {
		hold(world, phase == CONTROL_PILOT_HLC, "a step never ends");
		hold(world, is_pilot(world, PILOT_HLC) || may_lack_pwm(world) || !world->outlet.pilot.asking.wanted,
		     "a vehicle that may speak does not get 5 %");
		hold(world, may_stay_at_hlc(world), "a silent vehicle stays at 5 %");
		hold(world, !eim_is_wanted(world), "EIM leads to nothing");
	}
}

static void settled_without_vehicle(struct world *world)
{
	hold(world, !world->truth.session, "a vehicle is served that has left");
	if (eim_is_wanted(world))
		hold(world, is_pilot(world, PILOT_X1), "EIM without a vehicle does not lead to X1");
	else
		hold(world, is_pilot(world, PILOT_HLC) || is_pilot(world, PILOT_X1),
		     "the pilot of a free outlet is neither 5 % nor X1");
}

static void settled_after_stop(struct world *world)
{
	const bool keep = config_of(world)->keep_at_exit;

	hold(world, outlet_has_stopped(&world->outlet), "the end never ends");
	hold(world, is_pilot(world, PILOT_X1) || (keep && !is_pilot(world, PILOT_F)), "the end leaves a wrong pilot");
}

void invariants_settled(struct world *world)
{
	const struct world_truth *truth = &world->truth;

	service_settled(world);
	if (world->station.fault && !truth->stopped)
		return; /* what is on the pilot shows when the fault ends */
	hold(world, !world->outlet.pilot.asking.wanted || is_carried_out(world),
	     "the pilot does not become what the outlet wants");
	if (truth->stopped)
		settled_after_stop(world);
	else if (truth->availability != CONTROL_PILOT_READY)
		hold(world, is_wanted(world, truth->availability == CONTROL_PILOT_NOT_READY ? PILOT_X1 : PILOT_F),
		     "the pilot of an outlet out of service is wrong");
	else if (truth->vehicle)
		settled_with_vehicle(world);
	else
		settled_without_vehicle(world);
}

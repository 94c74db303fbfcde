/* SPDX-License-Identifier: Apache-2.0 */
/* Once all that is due was handled: what must hold in every situation, and what an input must have led to. */
#include "slacd/tests/pilot_invariants_internal.h"

static bool same_request(const struct pilot_request *a, const struct pilot_request *b)
{
	return a->kind == b->kind && a->current_da == b->current_da;
}

/* --- at rest: nothing is due --- */

static void steps_have_their_deadline(struct world *world)
{
	const struct pilot_truth *truth = &world->truth;
	const uint64_t deadline_us = world->logic->deadline(&world->pilot);
	bool stepping = truth->offer == OFFER_F || truth->offer == OFFER_X1;

	if (stepping)
		hold(world, truth->until_us > world->now_us, "F or X1 lasts longer than its step");
	hold(world, deadline_us == (stepping ? truth->until_us : UINT64_MAX),
	     stepping ? "the deadline of F or X1 is forgotten or wrong" : "a deadline without a step");
}

static void request_is_on_its_way(struct world *world)
{
	const struct request_retry *retry = &world->retry;
	const struct pilot_truth *truth = &world->truth;

	if (truth->offer == OFFER_NOTHING)
		return;
	hold(world, same_request(&world->carried, &truth->requested), "an older request is carried than the last");
	hold(world, retry->wanted || same_request(&truth->applied, &truth->requested),
	     "the last request is neither accepted nor repeated");
	hold(world, retry->wanted || !retry->waiting, "an answered request is outstanding");
	hold(world, !retry->wanted || !world->broker || request_retry_deadline(retry) != REQUEST_NEVER,
	     "the repetition of a request is forgotten");
}

static void offer_fits(struct world *world)
{
	const struct pilot_truth *truth = &world->truth;
	const struct pilot_request wanted = truth_nominal(world);

	hold(world, ready(world) == (truth->offer != OFFER_UNAVAILABLE), "availability and what is offered differ");
	if (!ready(world))
		hold(world,
		     truth->requested.kind == (truth->availability == CONTROL_PILOT_NOT_READY ? PILOT_X1 : PILOT_F),
		     "X1 and F of an outlet out of service are mixed up");
	if (truth->offer == OFFER_NOMINAL)
		hold(world, same_request(&truth->requested, &wanted), "nominal duty does not follow the limit");
	if (ready(world) && !truth->vehicle)
		hold(world, truth->offer == OFFER_HLC || truth->offer == OFFER_NOTHING,
		     "no 5 % although no vehicle is there");
	if (truth->offer == OFFER_F)
		hold(world, world->matching.paused, "CM_SLAC_PARM.REQ is answered in F");
	if (truth->deaf && truth->session && ready(world) && !truth->suspended)
		hold(world, truth->offer != OFFER_HLC, "5 % after basic charging was reported");
}

static void session_fits(struct world *world)
{
	const struct pilot_truth *truth = &world->truth;
	bool open = truth->session && !truth->suspended && ready(world);

	hold(world, world->matching.connected == open, "matching knows another vehicle than there is");
	if (ready(world) && cp_state_has_vehicle(truth->state))
		hold(world, open, "a vehicle is there and matching has not begun");
	if (!truth->vehicle)
		hold(world, !truth->session, "a session without a vehicle");
	if (ready(world) && truth->session && truth->state == CP_STATE_E)
		hold(world, truth->suspended, "a fault of the pilot is not noticed");
	if (ready(world) && truth->session && truth->state == CP_STATE_F && !truth->f_may_echo)
		hold(world, truth->suspended, "F that we did not ask for is not noticed");
	hold(world, (truth->report == REPORT_MATCHING) == (world->matching.state == SLAC_EVSE_MATCHING),
	     "matching ended without a status, or goes on after one");
	hold(world, (truth->report == REPORT_MATCHED) == (world->matching.state == SLAC_EVSE_MATCHED),
	     "a match ended without a status, or goes on after one");
}

static void waiting_has_an_end(struct world *world)
{
	const struct pilot_truth *truth = &world->truth;
	const struct matching *matching = &world->matching;
	bool terminated = truth->report == REPORT_UNMATCHED;

	if (!matching->connected)
		return;
	if (truth->offer == OFFER_HLC || truth->offer == OFFER_NOTHING) {
		hold(world, !matching->paused, "5 % and nobody listens");
		hold(world, matching->state != SLAC_EVSE_EXPIRED || !config_of(world)->has_ac,
		     "the window has ended and nothing follows");
	}
	if (matching->state == SLAC_EVSE_WAIT_PARM)
		hold(world, matching->deadline_us != SLAC_NEVER || terminated, "a window without an end");
	if (matching->state == SLAC_EVSE_MATCHING)
		hold(world, matching->deadline_us != SLAC_NEVER, "a run without an end");
}

static void at_rest(struct world *world)
{
	truth_end_x1(world);
	steps_have_their_deadline(world);
	request_is_on_its_way(world);
	offer_fits(world);
	session_fits(world);
	waiting_has_an_end(world);
}

/* --- what an input must lead to --- */

static bool changes_nothing(const struct pilot_truth *before, unsigned input, const struct pilot_truth *after)
{
	if (input <= WORLD_STATE_F && shows_no_pwm(after->state) && (!before->reminded || before->pwm_seen))
		return false;
	if (input <= WORLD_STATE_F)
		return before->state == after->state || (input == WORLD_STATE_F && before->f_may_echo);
	if (input <= WORLD_LIMIT_1000)
		return before->limit_da == after->limit_da;
	return input <= WORLD_OUT_OF_ORDER && before->availability == after->availability;
}

static void unplugged(struct world *world, const struct world *before)
{
	const struct pilot_truth *truth = &world->truth;

	hold(world, !world->pilot.authorized || !before->truth.vehicle, "an authorization outlives its vehicle");
	hold(world, world->matching.state == SLAC_EVSE_IDLE && !truth->session, "a session outlives its vehicle");
	if (before->truth.session)
		hold(world, truth->report == REPORT_UNMATCHED, "a vehicle has left and unmatched was not reported");
}

static void reset(struct world *world)
{
	const struct pilot_truth *truth = &world->truth;

	hold(world, !world->pilot.authorized && !world->pilot.hlc_charging, "something is left after a reset");
	if (!ready(world))
		return;
	hold(world, truth->offer == OFFER_HLC || truth->offer == OFFER_NOTHING, "no 5 % after a reset");
	if (world->matching.connected)
		hold(world, world->matching.state == SLAC_EVSE_WAIT_PARM && world->matching.deadline_us != SLAC_NEVER,
		     "no new window after a reset");
}

static void authorized(struct world *world)
{
	const struct pilot_truth *truth = &world->truth;

	if (eim_is_wanted(world) && truth->session && !truth->suspended && ready(world))
		hold(world, truth->offer != OFFER_HLC && truth->offer != OFFER_NOTHING,
		     "an authorization leads to nothing");
}

void invariants_settled(struct world *world, const struct world *before, unsigned input)
{
	unsigned kind = input & ~WORLD_RACE;

	at_rest(world);
	if (kind <= CP_STATE_A2)
		unplugged(world, before);
	else if (kind == WORLD_RESET)
		reset(world);
	else if (kind == WORLD_EIM_ON || kind == WORLD_HLC_OFF)
		authorized(world);
	if (kind == input && changes_nothing(&before->truth, input, &world->truth))
		hold(world, world->outputs == 0, "what was known already, or our own echo, has consequences");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the station: each request, and the pulse that has to follow a failure. */
#include "slacd/tests/pilot_invariants_internal.h"

#include "cp/duty_cycle.h"

static uint64_t after_ms(const struct world *world, uint32_t ms)
{
	return world->now_us + (uint64_t)ms * 1000;
}

/* A station that restarted has forgotten its 5 %: once per vehicle. */
static bool is_reminder(struct world *world, const struct world_call *call)
{
	struct pilot_truth *truth = &world->truth;
	bool is = call->cause == CONTROL_PILOT_STATE && shows_no_pwm(truth->state) && !truth->reminded &&
		  (truth->offer == OFFER_HLC || truth->offer == OFFER_NOTHING);

	truth->reminded = truth->reminded || is;
	return is;
}

static void requested_hlc(struct world *world, struct world_call *call)
{
	const struct pilot_truth *truth = &world->truth;
	bool pulse_is_over = truth->offer == OFFER_F && truth->until_us <= world->now_us && !truth->basic_reported;
	bool begins_anew = truth->offer == OFFER_NOTHING || !truth->vehicle || call->said_fault ||
			   truth->offer == OFFER_UNAVAILABLE || call->cause == CONTROL_PILOT_RESET;

	hold(world, ready(world), "5 % on an outlet out of service");
	hold(world, !pulse_is_over || !eim_is_wanted(world), "an authorization during a pulse leads to nothing");
	hold(world, pulse_is_over || begins_anew || is_reminder(world, call), "5 % without a reason");
	call->asked_hlc = true;
	truth_set_offer(world, OFFER_HLC, UINT64_MAX);
}

/* EIM was accepted, or what kept it waiting is over. */
static bool is_about_eim(const struct world_call *call)
{
	return call->cause == CONTROL_PILOT_EIM || call->cause == CONTROL_PILOT_HLC_CHARGING;
}

/* Why F may be asked for; NULL: it may. */
static const char *f_refusal(struct world *world, const struct world_call *call)
{
	const struct control_pilot_config *config = config_of(world);
	struct pilot_truth *truth = &world->truth;

	/* The station never heard of the F before: it comes again, from wherever the sequence has got to. */
	if (call->cause == CONTROL_PILOT_F_UNHEARD)
		return truth->offer == OFFER_HLC || truth->offer == OFFER_NOTHING ? "F once more at 5 %" : NULL;
	if (truth->offer != OFFER_HLC && truth->offer != OFFER_NOTHING)
		return "F from another duty than 5 %";
	if (truth->hlc)
		return "F cuts a 15118 session";
	if (!truth->session || truth->suspended)
		return "F without a session";
	if (!world->matching.paused)
		return "F while CM_SLAC_PARM.REQ is answered";
	if (call->cause == CONTROL_PILOT_INIT_TIMEOUT && !call->said_basic)
		return config->has_ac && truth->init_pulses++ < config->init_retries ? NULL : "too many pulses";
	if (call->cause == CONTROL_PILOT_INIT_TIMEOUT)
		return config->init_retries == 0 ? NULL : "a second F after the pulses";
	if (call->cause == CONTROL_PILOT_FAILED)
		return truth->failed_pulses++ < config->failed_pulses ? NULL : "too many pulses after failures";
	if (call->cause == CONTROL_PILOT_LINK_LOST)
		return config->pulse_on_link_loss ? NULL : "a pulse after a lost link although it is not wanted";
	return is_about_eim(call) && call->said_eim ? NULL : "F without a reason";
}

static void requested_f(struct world *world, const struct world_call *call)
{
	struct pilot_truth *truth = &world->truth;

	truth->f_may_echo = true;
	if (!ready(world)) {
		hold(world, truth->availability == CONTROL_PILOT_OUT_OF_ORDER,
		     "F on an outlet that is not ready for now");
		truth_set_offer(world, OFFER_UNAVAILABLE, UINT64_MAX);
		return;
	}
	const char *refusal = f_refusal(world, call);
	if (refusal != NULL)
		world_violation(world, refusal);
	truth_set_offer(world, OFFER_F, after_ms(world, config_of(world)->step_f_ms));
}

static bool nominal_at_once(const struct world_call *call)
{
	return call->said_connected && call->said_eim;
}

static void requested_x1_at_hlc(struct world *world, const struct world_call *call)
{
	const struct control_pilot_config *config = config_of(world);
	bool by_eim = is_about_eim(call) && eim_is_wanted(world);

	hold(world, !world->truth.hlc, "X1 cuts a 15118 session");
	if (by_eim) {
		hold(world, match_runs(world), "5 % to X1 without F although no match runs");
		truth_set_offer(world, OFFER_X1, after_ms(world, config->step_x1_hlc_ms));
		return;
	}
	hold(world, call->cause == CONTROL_PILOT_INIT_TIMEOUT && call->said_basic && config->init_retries > 0,
	     "X1 without a reason");
	hold(world, world->matching.paused, "X1 while CM_SLAC_PARM.REQ of a silent car is answered");
	truth_set_offer(world, OFFER_X1, after_ms(world, config->step_x1_ms));
}

static void requested_x1(struct world *world, const struct world_call *call)
{
	struct pilot_truth *truth = &world->truth;

	if (!ready(world)) {
		hold(world, truth->availability == CONTROL_PILOT_NOT_READY, "X1 on an outlet out of order");
		truth_set_offer(world, OFFER_UNAVAILABLE, UINT64_MAX);
	} else if (nominal_at_once(call)) {
		truth_set_offer(world, OFFER_NOMINAL, UINT64_MAX);
	} else if (truth->offer == OFFER_F) {
		hold(world, truth->until_us <= world->now_us, "F is cut short");
		hold(world, truth->basic_reported, "a pulse leads to basic charging that was not reported");
		truth_set_offer(world, OFFER_X1, after_ms(world, config_of(world)->step_x1_ms));
	} else if (truth->offer == OFFER_HLC || truth->offer == OFFER_NOTHING) {
		requested_x1_at_hlc(world, call);
	} else {
		hold(world, truth->offer == OFFER_NOMINAL, "X1 once more");
	}
}

/* The same X2 once more: a station that restarted has forgotten it. */
static void repeated_x2(struct world *world, const struct world_call *call)
{
	struct pilot_truth *truth = &world->truth;
	bool forgotten = call->cause == CONTROL_PILOT_STATE && shows_no_pwm(truth->state) && truth->pwm_seen;

	hold(world, forgotten, "X2 once more without a reason");
	truth->pwm_seen = false;
}

static void requested_x2(struct world *world, const struct world_call *call, uint32_t current_da)
{
	const struct control_pilot_config *config = config_of(world);
	const struct pilot_truth *truth = &world->truth;
	bool x1_is_over = truth->offer == OFFER_X1 && truth->until_us <= world->now_us;

	hold(world, config->has_ac, "X2 on a DC-only outlet");
	hold(world, current_da >= PILOT_CURRENT_MIN && current_da <= PILOT_CURRENT_MAX,
	     "X2 with a current below 6 or above 80 A");
	hold(world, current_da <= truth->limit_da, "X2 with a current above the limit in force");
	hold(world, config->nominal_current_da == 0 || current_da <= config->nominal_current_da,
	     "X2 with a current above the cap");
	hold(world, ready(world), "X2 on an outlet out of service");
	hold(world, x1_is_over || truth->offer == OFFER_NOMINAL || nominal_at_once(call), "X2 without X1 before it");
	if (truth->requested.kind == PILOT_X2 && truth->requested.current_da == current_da)
		repeated_x2(world, call);
	truth_set_offer(world, OFFER_NOMINAL, UINT64_MAX);
}

void invariants_requested(struct world *world, struct world_call *call, const struct pilot_request *request)
{
	hold(world, request->kind == PILOT_X2 || request->current_da == 0, "a current with a request other than X2");
	switch (request->kind) {
	case PILOT_HLC:
		requested_hlc(world, call);
		break;
	case PILOT_F:
		requested_f(world, call);
		break;
	case PILOT_X1:
		requested_x1(world, call);
		break;
	case PILOT_X2:
		requested_x2(world, call, request->current_da);
		break;
	}
	world->truth.requested = *request;
}

void invariants_called(struct world *world, const struct world_call *call)
{
	const struct pilot_truth *truth = &world->truth;
	bool at_hlc = truth->offer == OFFER_HLC || truth->offer == OFFER_NOTHING;

	if (call->cause == CONTROL_PILOT_FAILED && at_hlc && truth->session && !truth->suspended && !truth->hlc &&
	    ready(world))
		hold(world, truth->failed_pulses >= config_of(world)->failed_pulses, "a failed match gets no pulse");
	if (call->cause == CONTROL_PILOT_LINK_LOST && at_hlc && truth->session && !truth->suspended && !truth->hlc &&
	    ready(world))
		hold(world, !config_of(world)->pulse_on_link_loss, "a lost link gets no pulse");
}

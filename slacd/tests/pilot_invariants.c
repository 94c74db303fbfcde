/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/pilot_invariants.h"

#include "cp/duty_cycle.h"

#include <string.h>

static void hold(struct world *world, bool holds, const char *what)
{
	if (!holds)
		world_violation(world, what);
}

static const struct control_pilot_config *config_of(const struct world *world)
{
	return &world->config->pilot;
}

static bool ready(const struct world *world)
{
	return world->truth.availability == CONTROL_PILOT_READY;
}

static bool eim_is_wanted(const struct world *world)
{
	const struct control_pilot_config *config = config_of(world);

	return config->basic_charging_on_eim && config->has_ac && world->truth.eim && !world->truth.hlc;
}

static bool match_runs(const struct world *world)
{
	return world->matching.state == SLAC_EVSE_MATCHING || world->matching.state == SLAC_EVSE_MATCHED;
}

/* What nominal duty is to offer: the smallest of limit, cap and 80 A, X1 below 6 A. */
static struct pilot_request nominal(const struct world *world)
{
	const uint32_t cap_da = config_of(world)->nominal_current_da;
	uint32_t current_da = world->truth.limit_da;

	if (cap_da != 0 && current_da > cap_da)
		current_da = cap_da;
	if (current_da > 800)
		current_da = 800;
	if (current_da < 60 || (config_of(world)->nominal_needs_eim && !world->truth.eim))
		return (struct pilot_request){.kind = PILOT_X1};
	return (struct pilot_request){.kind = PILOT_X2, .current_da = current_da};
}

static bool same_request(const struct pilot_request *a, const struct pilot_request *b)
{
	return a->kind == b->kind && a->current_da == b->current_da;
}

static void offer(struct world *world, enum truth_offer what, uint64_t until_us)
{
	if (what != world->truth.offer)
		world->truth.pwm_seen = false;
	world->truth.offer = what;
	world->truth.until_us = until_us;
}

static uint64_t after_ms(const struct world *world, uint32_t ms)
{
	return world->now_us + (uint64_t)ms * 1000;
}

void invariants_init(struct world *world)
{
	world->truth.until_us = UINT64_MAX;
	world->truth.state = CP_STATE_A1;
}

/* --- what is told --- */

static bool shows_pwm(enum cp_state state)
{
	return state == CP_STATE_B2 || state == CP_STATE_C2 || state == CP_STATE_D2;
}

static bool shows_no_pwm(enum cp_state state)
{
	return state == CP_STATE_B1 || state == CP_STATE_C1 || state == CP_STATE_D1;
}

static void state_told(struct pilot_truth *truth, enum cp_state state)
{
	truth->state = state;
	if (truth->offer == OFFER_NOMINAL && shows_pwm(state))
		truth->pwm_seen = true;
	if (!cp_state_is_fault(state) && truth->requested.kind != PILOT_F)
		truth->f_may_echo = false;
	if (cp_state_has_vehicle(state))
		truth->vehicle = true;
	if (!cp_state_is_unplugged(state))
		return;
	truth->hlc = false;
	if (truth->vehicle)
		truth->eim = false;
	truth->vehicle = truth->reminded = false;
}

/* X1 may be all that is offered after its step: then nothing is asked for. */
static void end_x1(struct world *world)
{
	const struct pilot_truth *truth = &world->truth;

	if (truth->offer == OFFER_X1 && truth->until_us <= world->now_us && nominal(world).kind == PILOT_X1)
		offer(world, OFFER_NOMINAL, UINT64_MAX);
}

void invariants_told(struct world *world, const struct control_pilot_input *input)
{
	struct pilot_truth *truth = &world->truth;

	end_x1(world);
	if (input->kind == CONTROL_PILOT_STATE)
		state_told(truth, input->state);
	else if (input->kind == CONTROL_PILOT_LIMIT)
		truth->limit_da = input->limit_da;
	else if (input->kind == CONTROL_PILOT_AVAILABILITY)
		truth->availability = input->availability;
	else if (input->kind == CONTROL_PILOT_EIM)
		truth->eim = input->active;
	else if (input->kind == CONTROL_PILOT_HLC_CHARGING)
		truth->hlc = input->active && truth->session;
	else if (input->kind == CONTROL_PILOT_RESET)
		truth->eim = truth->hlc = false;
}

/* --- what is said --- */

static void vehicle_connected(struct world *world, struct world_call *call)
{
	struct pilot_truth *truth = &world->truth;
	bool own_f = truth->state == CP_STATE_F && truth->f_may_echo;

	hold(world, truth->vehicle, "matching begins without a vehicle");
	hold(world, cp_state_has_vehicle(truth->state) || own_f, "matching begins in E or F");
	hold(world, ready(world), "matching begins on an outlet out of service");
	hold(world, !world->matching.connected, "matching begins twice");
	call->said_connected = true;
	truth->session = true;
	truth->suspended = truth->basic_reported = truth->deaf = false;
	truth->init_pulses = truth->failed_pulses = 0;
	truth->report = REPORT_NONE;
}

static void fault_said(struct world *world, struct world_call *call)
{
	struct pilot_truth *truth = &world->truth;

	hold(world, cp_state_is_fault(truth->state), "a fault in A, B, C or D");
	hold(world, !(truth->state == CP_STATE_F && truth->f_may_echo),
	     "the echo of our own F is taken for a fault");
	hold(world, truth->session && !truth->suspended && ready(world),
	     "a fault is said twice or of nobody");
	call->said_fault = truth->suspended = true;
}

static void basic_charging_said(struct world *world, struct world_call *call, bool by_eim)
{
	struct pilot_truth *truth = &world->truth;

	hold(world, config_of(world)->has_ac, "basic charging on a DC-only outlet");
	hold(world, !truth->hlc, "basic charging while a 15118 session runs");
	hold(world, truth->session && !truth->suspended, "basic charging without a session");
	hold(world, world->matching.state != SLAC_EVSE_MATCHING && world->matching.state != SLAC_EVSE_MATCHED,
	     "basic charging is reported of a car that is matched or being matched");
	if (by_eim) {
		hold(world, eim_is_wanted(world), "basic charging by EIM without an authorization");
		call->said_eim = true;
		/* X1 is on the pilot already, and all that can be offered. */
		if (call->said_connected && truth->requested.kind == PILOT_X1 &&
		    nominal(world).kind == PILOT_X1)
			offer(world, OFFER_NOMINAL, UINT64_MAX);
	} else {
		hold(world, call->cause == CONTROL_PILOT_INIT_TIMEOUT,
		     "basic charging although no window has ended");
		hold(world, truth->init_pulses == config_of(world)->init_retries,
		     "basic charging before all retries were used");
		call->said_basic = truth->deaf = true;
	}
	truth->basic_reported = true;
	truth->report = REPORT_BASIC;
}

void invariants_said(struct world *world, struct world_call *call, enum control_pilot_output_kind kind)
{
	struct pilot_truth *truth = &world->truth;

	switch (kind) {
	case CONTROL_PILOT_VEHICLE_CONNECTED:
		vehicle_connected(world, call);
		break;
	case CONTROL_PILOT_VEHICLE_LEFT:
		hold(world, truth->session, "a vehicle leaves that was not there");
		hold(world, !truth->vehicle || call->cause == CONTROL_PILOT_RESET,
		     "a vehicle leaves that is there");
		truth->session = truth->suspended = false;
		break;
	case CONTROL_PILOT_FAULT:
		fault_said(world, call);
		break;
	case CONTROL_PILOT_STOPPED:
		hold(world, truth->session && !ready(world), "a session is stopped without a reason");
		truth->suspended = true;
		break;
	case CONTROL_PILOT_PAUSE_LISTENING:
		hold(world, !match_runs(world), "a running match is cut");
		break;
	case CONTROL_PILOT_LISTEN:
		hold(world, truth->offer == OFFER_HLC, "a window begins without 5 %");
		hold(world, call->asked_hlc || truth->hlc, "a window begins anew without a pulse");
		break;
	case CONTROL_PILOT_BASIC_CHARGING:
	case CONTROL_PILOT_BASIC_CHARGING_EIM:
		basic_charging_said(world, call, kind == CONTROL_PILOT_BASIC_CHARGING_EIM);
		break;
	case CONTROL_PILOT_NO_BASIC_CHARGING:
		hold(world, !config_of(world)->has_ac, "no basic charging on an AC outlet");
		hold(world, call->cause == CONTROL_PILOT_INIT_TIMEOUT,
		     "a car fails to speak before its window ends");
		break;
	case CONTROL_PILOT_REQUEST:
		break;
	}
}

/* --- what is asked for --- */

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
	bool pulse_is_over =
		truth->offer == OFFER_F && truth->until_us <= world->now_us && !truth->basic_reported;
	bool begins_anew = truth->offer == OFFER_NOTHING || !truth->vehicle || call->said_fault ||
			   truth->offer == OFFER_UNAVAILABLE || call->cause == CONTROL_PILOT_RESET;

	hold(world, ready(world), "5 % on an outlet out of service");
	hold(world, !pulse_is_over || !eim_is_wanted(world),
	     "an authorization during a pulse leads to nothing");
	hold(world, pulse_is_over || begins_anew || is_reminder(world, call), "5 % without a reason");
	call->asked_hlc = true;
	offer(world, OFFER_HLC, UINT64_MAX);
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
		return config->has_ac && truth->init_pulses++ < config->init_retries ? NULL
										     : "too many pulses";
	if (call->cause == CONTROL_PILOT_INIT_TIMEOUT)
		return config->init_retries == 0 ? NULL : "a second F after the pulses";
	if (call->cause == CONTROL_PILOT_FAILED)
		return truth->failed_pulses++ < config->failed_pulses ? NULL
								      : "too many pulses after failures";
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
		offer(world, OFFER_UNAVAILABLE, UINT64_MAX);
		return;
	}
	const char *refusal = f_refusal(world, call);
	if (refusal != NULL)
		world_violation(world, refusal);
	offer(world, OFFER_F, after_ms(world, config_of(world)->step_f_ms));
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
		offer(world, OFFER_X1, after_ms(world, config->step_x1_hlc_ms));
		return;
	}
	hold(world, call->cause == CONTROL_PILOT_INIT_TIMEOUT && call->said_basic && config->init_retries > 0,
	     "X1 without a reason");
	hold(world, world->matching.paused, "X1 while CM_SLAC_PARM.REQ of a silent car is answered");
	offer(world, OFFER_X1, after_ms(world, config->step_x1_ms));
}

static void requested_x1(struct world *world, const struct world_call *call)
{
	struct pilot_truth *truth = &world->truth;

	if (!ready(world)) {
		hold(world, truth->availability == CONTROL_PILOT_NOT_READY, "X1 on an outlet out of order");
		offer(world, OFFER_UNAVAILABLE, UINT64_MAX);
	} else if (nominal_at_once(call)) {
		offer(world, OFFER_NOMINAL, UINT64_MAX);
	} else if (truth->offer == OFFER_F) {
		hold(world, truth->until_us <= world->now_us, "F is cut short");
		hold(world, truth->basic_reported, "a pulse leads to basic charging that was not reported");
		offer(world, OFFER_X1, after_ms(world, config_of(world)->step_x1_ms));
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
	hold(world, x1_is_over || truth->offer == OFFER_NOMINAL || nominal_at_once(call),
	     "X2 without X1 before it");
	if (truth->requested.kind == PILOT_X2 && truth->requested.current_da == current_da)
		repeated_x2(world, call);
	offer(world, OFFER_NOMINAL, UINT64_MAX);
}

void invariants_requested(struct world *world, struct world_call *call, const struct pilot_request *request)
{
	hold(world, request->kind == PILOT_X2 || request->current_da == 0,
	     "a current with a request other than X2");
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

	if (call->cause == CONTROL_PILOT_FAILED && at_hlc && truth->session && !truth->suspended &&
	    !truth->hlc && ready(world))
		hold(world, truth->failed_pulses >= config_of(world)->failed_pulses,
		     "a failed match gets no pulse");
	if (call->cause == CONTROL_PILOT_LINK_LOST && at_hlc && truth->session && !truth->suspended && !truth->hlc &&
	    ready(world))
		hold(world, !config_of(world)->pulse_on_link_loss, "a lost link gets no pulse");
}

void invariants_applied(struct world *world)
{
	world->truth.applied = world->carried;
}

/* --- what is reported --- */

static void reported_failed(struct world *world, enum invariants_status_by by)
{
	struct pilot_truth *truth = &world->truth;

	if (by == BY_MATCHING)
		hold(world, truth->report == REPORT_MATCHING, "failed without matching before it");
	else
		hold(world, truth->session, "failed without a session");
	truth->report = REPORT_FAILED;
}

static void reported_unmatched(struct world *world, enum invariants_status_by by)
{
	struct pilot_truth *truth = &world->truth;

	if (by == BY_MATCHING)
		hold(world, truth->report == REPORT_MATCHING || truth->report == REPORT_MATCHED,
		     "unmatched without matching before it");
	truth->report = REPORT_UNMATCHED;
}

void invariants_reported(struct world *world, enum slac_status status, enum invariants_status_by by)
{
	struct pilot_truth *truth = &world->truth;

	switch (status) {
	case SLAC_STATUS_MATCHING:
		hold(world, truth->session && !truth->suspended && ready(world),
		     "matching without a session");
		hold(world, truth->offer != OFFER_F, "matching while F is on the pilot");
		hold(world, !truth->deaf, "matching after basic charging of a silent car");
		hold(world, truth->report != REPORT_MATCHING, "matching is reported twice");
		truth->report = REPORT_MATCHING;
		break;
	case SLAC_STATUS_MATCHED:
		hold(world, truth->report == REPORT_MATCHING, "matched without matching before it");
		truth->report = REPORT_MATCHED;
		/* A successful match resets all retry counters ([V2G3-M08-02]). */
		truth->init_pulses = truth->failed_pulses = 0;
		break;
	case SLAC_STATUS_FAILED:
		reported_failed(world, by);
		break;
	case SLAC_STATUS_UNMATCHED:
		reported_unmatched(world, by);
		break;
	}
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
	hold(world, same_request(&world->carried, &truth->requested),
	     "an older request is carried than the last");
	hold(world, retry->wanted || same_request(&truth->applied, &truth->requested),
	     "the last request is neither accepted nor repeated");
	hold(world, retry->wanted || !retry->waiting, "an answered request is outstanding");
	hold(world, !retry->wanted || !world->broker || request_retry_deadline(retry) != REQUEST_NEVER,
	     "the repetition of a request is forgotten");
}

static void offer_fits(struct world *world)
{
	const struct pilot_truth *truth = &world->truth;
	const struct pilot_request wanted = nominal(world);

	hold(world, ready(world) == (truth->offer != OFFER_UNAVAILABLE),
	     "availability and what is offered differ");
	if (!ready(world))
		hold(world,
		     truth->requested.kind ==
			     (truth->availability == CONTROL_PILOT_NOT_READY ? PILOT_X1 : PILOT_F),
		     "X1 and F of an outlet out of service are mixed up");
	if (truth->offer == OFFER_NOMINAL)
		hold(world, same_request(&truth->requested, &wanted),
		     "nominal duty does not follow the limit");
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
	end_x1(world);
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

	hold(world, !world->pilot.authorized || !before->truth.vehicle,
	     "an authorization outlives its vehicle");
	hold(world, world->matching.state == SLAC_EVSE_IDLE && !truth->session,
	     "a session outlives its vehicle");
	if (before->truth.session)
		hold(world, truth->report == REPORT_UNMATCHED,
		     "a vehicle has left and unmatched was not reported");
}

static void reset(struct world *world)
{
	const struct pilot_truth *truth = &world->truth;

	hold(world, !world->pilot.authorized && !world->pilot.hlc_charging,
	     "something is left after a reset");
	if (!ready(world))
		return;
	hold(world, truth->offer == OFFER_HLC || truth->offer == OFFER_NOTHING, "no 5 % after a reset");
	if (world->matching.connected)
		hold(world,
		     world->matching.state == SLAC_EVSE_WAIT_PARM &&
			     world->matching.deadline_us != SLAC_NEVER,
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

/* --- from every state --- */

static void an_unplug_leads_back(struct world *world)
{
	world_step(world, WORLD_STATE_A1);
	if (!ready(world))
		world_step(world, WORLD_READY);
	hold(world, world->truth.offer == OFFER_HLC || world->truth.offer == OFFER_NOTHING,
	     "no 5 % after an unplug");
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
	hold(world, rest_us <= (uint64_t)config_of(world)->step_f_ms * 1000,
	     "F may last longer than its step");
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
	void (*const checks[])(struct world *) = {an_unplug_leads_back, f_ends,
						  nothing_happens_before_the_deadline};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && world->violation == NULL; i++) {
		const char *violation;

		checks[i](world);
		violation = world->violation;
		*world = here;
		world->violation = violation;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_truth.h"

#include "cp/duty_cycle.h"
#include "slacd/outlet/tests/exploration_facts.h"
#include "slacd/outlet/tests/exploration_invariants.h"

/* --- what slacd was told --- */

static uint32_t limit_da(const struct world_truth *truth)
{
	return truth->l2_connected && truth->l2_da < truth->l1_da ? truth->l2_da : truth->l1_da;
}

uint32_t invariants_allowed_da(const struct world *world)
{
	const struct control_pilot_config *config = config_of(world);
	uint32_t allowed_da = limit_da(&world->truth);

	if (!config->has_ac || (config->nominal_needs_eim && !world->truth.eim))
		return 0;
	if (config->nominal_current_da != 0 && config->nominal_current_da < allowed_da)
		allowed_da = config->nominal_current_da;
	return allowed_da < PILOT_CURRENT_MIN ? 0 : allowed_da;
}

static void told_limits(struct world_truth *truth, const struct outlet_limits *limits)
{
	truth->l1_da = limits->current.phase_da[0];
	truth->l2_da = limits->current.phase_da[1];
	truth->l2_connected = truth->l2_connected || truth->l2_da > 0;
	truth->availability = limits->availability;
}

/* Whether the station carries out our F. */
static void sign_f(struct world_truth *truth, bool obeys)
{
	truth->f_signed = obeys && truth->f_sent;
}

/* --- the pause --- */

void truth_wake(struct world_truth *truth)
{
	if (truth->pause == WORLD_NOT_PAUSED || truth->pause == WORLD_WOKEN)
		return;
	truth->pause = WORLD_WOKEN;
	truth->waking_ms = 0;
}

void truth_end_pause(struct world_truth *truth)
{
	truth->pause = WORLD_NOT_PAUSED;
	truth->waking_ms = 0;
}

/* A match is asleep from now on. One that sleeps already goes on, one that is being woken begins anew. */
static void told_pause(struct world *world)
{
	struct world_truth *truth = &world->truth;
	const enum cp_state state = world->outlet.pilot.state;

	if (!slac_evse_is_given_away(&world->outlet.slac) || (truth->report != WORLD_MATCHED_REPORTED) ||
	    (truth->pause != WORLD_NOT_PAUSED && truth->pause != WORLD_WOKEN))
		return;
	truth->pause = state == CP_STATE_B1 || state == CP_STATE_B2 ? WORLD_ASLEEP_IN_B : WORLD_ASLEEP;
	truth->waking_ms = 0;
}

/* B-C-B */
static void told_vehicle_in_pause(struct world_truth *truth, enum cp_state state)
{
	const bool is_b = state == CP_STATE_B1 || state == CP_STATE_B2;

	if (is_b && truth->pause == WORLD_WAKING)
		truth_wake(truth);
	else if (is_b && truth->pause == WORLD_ASLEEP)
		truth->pause = WORLD_ASLEEP_IN_B;
	else if (!is_b && truth->pause == WORLD_ASLEEP_IN_B)
		truth->pause = WORLD_WAKING;
}

void invariants_passed(struct world *world, uint32_t ms)
{
	const uint32_t step_x1_ms = config_of(world)->step_x1_hlc_ms;
	struct world_truth *truth = &world->truth;

	if (truth->pause == WORLD_WAKING || truth->pause == WORLD_WOKEN)
		truth->waking_ms += ms;
	if (truth->pause == WORLD_WAKING && truth->waking_ms >= CONTROL_PILOT_WAKE_C_MS)
		truth_wake(truth);
	if (truth->pause == WORLD_WOKEN && truth->waking_ms > step_x1_ms)
		truth->waking_ms = step_x1_ms;
}

/* --- another service --- */

static void told_other(struct world *world, bool hlc, uint32_t current_da)
{
	struct world_truth *truth = &world->truth;
	const enum control_pilot_phase phase = world->outlet.pilot.phase;
	const bool is_basic = phase == CONTROL_PILOT_BASIC;
	const bool is_on_the_way = phase == CONTROL_PILOT_F_STEP || phase == CONTROL_PILOT_X1_STEP;
	const bool is_permitted = config_of(world)->has_ac && (truth->eim || !config_of(world)->nominal_needs_eim);

	if (hlc || current_da > 0)
		truth->f_signed = truth->f_answered = false;
	if (truth->handed_over && !hlc && (is_permitted || current_da < truth->other_da))
		truth->other_da = current_da;
	if (is_on_the_way && !hlc && current_da > 0 && is_permitted) {
		truth->handed_over = true;
		truth->other_da = current_da;
	}
	if (!is_basic || hlc || !is_permitted)
		return;
	truth->handed_over = true;
	truth->other_da = current_da;
	world->must_lower = current_da > invariants_allowed_da(world);
}

void truth_lower_other(struct world *world)
{
	const uint32_t allowed_da = invariants_allowed_da(world);

	if (world->outlet.pilot.phase == CONTROL_PILOT_BASIC && world->truth.other_da > allowed_da)
		world->truth.other_da = allowed_da;
}

static void take_current_back(struct world_truth *truth)
{
	truth->handed_over = false;
	truth->other_da = 0;
}

void truth_end_vehicle(struct world_truth *truth)
{
	truth_end_pause(truth);
	take_current_back(truth);
	truth->rematched = false;
	truth->requests = 0;
}

/* --- what else slacd was told --- */

static void told_status(struct world *world, enum cp_state state)
{
	struct world_truth *truth = &world->truth;

	if (!cp_state_is_unplugged(state)) /* A may be what the station takes F for */
		sign_f(truth, state == CP_STATE_F);
	if (state != CP_STATE_F)
		truth->f_answered = false;
	if (cp_state_is_fault(state)) {
		truth->fault = state == CP_STATE_E;
		return;
	}
	truth->fault = false;
	if (cp_state_has_vehicle(state)) {
		truth->vehicle = true;
		told_vehicle_in_pause(truth, state);
		return;
	}
	if (truth->vehicle && is_in_our_f(world) && world->outlet.pilot.a_in_f + 1 >= CONTROL_PILOT_A_IN_F)
		return; /* it may be what the station takes F for; a vehicle that has left is noticed later */
	if (truth->vehicle)
		truth->eim = false;
	truth->hlc = truth->vehicle = false;
}

static void told_answer(struct world *world, uint32_t number, bool valid)
{
	const struct pilot_asking *asking = &world->outlet.pilot.asking;
	const bool present = (int32_t)(number - asking->first_number) >= 0;

	if (asking->request.kind != PILOT_F || (!present && !valid))
		return;
	sign_f(&world->truth, valid && present);
	world->truth.f_answered = valid && present;
}

/* What the ISO 15118 side wants of the data link, and another service of the pilot. */
static void told_by_services(struct world *world, const struct outlet_input *input)
{
	switch (input->kind) {
	case OUTLET_LINK_PAUSE:
		told_pause(world);
		break;
	case OUTLET_LINK_RESUME:
	case OUTLET_LINK_TERMINATE:
		truth_wake(&world->truth);
		break;
	case OUTLET_OTHER_REQUEST:
		told_other(world, input->other.hlc, input->other.current_da);
		break;
	default:
		break;
	}
}

void invariants_told(struct world *world, const struct outlet_input *input)
{
	static const struct outlet_limits nothing;
	struct world_truth *truth = &world->truth;
	const uint32_t allowed_da = invariants_allowed_da(world);

	world->must_lower = world->limit_raised = false;
	switch (input->kind) {
	case OUTLET_LIMITS:
		told_limits(truth, &input->limits);
		world->limit_raised = invariants_allowed_da(world) >= allowed_da;
		break;
	case OUTLET_LIMITS_UNREADABLE:
		truth->l1_da = nothing.current.phase_da[0];
		truth->l2_da = nothing.current.phase_da[1];
		break;
	case OUTLET_CP_STATUS:
		told_status(world, input->cp_status.state);
		break;
	case OUTLET_PILOT_ANSWER:
		told_answer(world, input->pilot.number, input->pilot.answer == OUTLET_ANSWER_VALID);
		break;
	case OUTLET_BROKER_CONNECTED:
		truth->f_signed = truth->f_answered = false;
		break;
	case OUTLET_AUTHORIZATION:
		truth->eim = input->active;
		truth->found = false;
		break;
	case OUTLET_HLC_CHARGING:
		truth->hlc = input->active && truth->session;
		truth->found = false;
		break;
	case OUTLET_RESET:
		truth->hlc = truth->eim = false;
		break;
	case OUTLET_STOP:
		truth->stopped = true;
		break;
	default:
		told_by_services(world, input);
		break;
	}
	truth_lower_other(world);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is true: what was told, offered and accepted. Nothing is checked here. */
#include "slacd/tests/pilot_invariants_internal.h"

struct pilot_request truth_nominal(const struct world *world)
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

void truth_set_offer(struct world *world, enum truth_offer what, uint64_t until_us)
{
	if (what != world->truth.offer)
		world->truth.pwm_seen = false;
	world->truth.offer = what;
	world->truth.until_us = until_us;
}

void invariants_init(struct world *world)
{
	world->truth.until_us = UINT64_MAX;
	world->truth.state = CP_STATE_A1;
}

static bool shows_pwm(enum cp_state state)
{
	return state == CP_STATE_B2 || state == CP_STATE_C2 || state == CP_STATE_D2;
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

void truth_end_x1(struct world *world)
{
	const struct pilot_truth *truth = &world->truth;

	if (truth->offer == OFFER_X1 && truth->until_us <= world->now_us && truth_nominal(world).kind == PILOT_X1)
		truth_set_offer(world, OFFER_NOMINAL, UINT64_MAX);
}

void invariants_told(struct world *world, const struct control_pilot_input *input)
{
	struct pilot_truth *truth = &world->truth;

	truth_end_x1(world);
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

void invariants_applied(struct world *world)
{
	world->truth.applied = world->carried;
}

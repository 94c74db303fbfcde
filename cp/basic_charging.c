/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/basic_charging.h"

#include "cp/duty_cycle.h"
#include "cp/pilot_shown.h"
#include "cp/pilot_step.h"

/* --- the limit --- */

bool basic_charging_is_permitted(const struct control_pilot *pilot)
{
	return pilot->config.has_ac && (pilot->authorized || !pilot->config.nominal_needs_eim);
}

/* The smallest of the connected phases. A phase that was ever told a limit above 0 is connected: 0 means 0 there. */
static uint32_t available_current(struct control_pilot *pilot, const struct control_pilot_limits *limits)
{
	const size_t phases = pilot->config.single_phase ? 1 : 3;
	uint32_t smallest_da = limits->phase_da[0];

	for (size_t i = 1; i < phases; i++) {
		if (limits->phase_da[i] > 0)
			pilot->phase_is_connected[i] = true;
		if (pilot->phase_is_connected[i] && limits->phase_da[i] < smallest_da)
			smallest_da = limits->phase_da[i];
	}
	return limits->has_ac && !limits->rcd_error ? smallest_da : 0;
}

uint32_t basic_charging_allowed_da(const struct control_pilot *pilot)
{
	const bool permitted = basic_charging_is_permitted(pilot);
	uint32_t current_da = pilot->limit_da;

	if (pilot->config.nominal_current_da != 0 && pilot->config.nominal_current_da < current_da)
		current_da = pilot->config.nominal_current_da;
	if (current_da > PILOT_CURRENT_MAX)
		current_da = PILOT_CURRENT_MAX;
	return permitted && pilot->nominal_is_open && current_da >= PILOT_CURRENT_MIN ? current_da : 0;
}

struct pilot_request basic_charging_request(const struct control_pilot *pilot)
{
	uint32_t current_da = basic_charging_allowed_da(pilot);

	/* Nobody raises what the service that answers for the current has asked for. */
	if (pilot->handed_over && pilot->other_da < current_da)
		current_da = pilot->other_da;
	if (current_da < PILOT_CURRENT_MIN)
		return (struct pilot_request){.kind = PILOT_X1};
	return (struct pilot_request){.kind = PILOT_X2, .current_da = current_da};
}

/* --- asking --- */

static void ask_for_basic_charging(struct control_pilot *pilot, uint64_t now_us)
{
	if (!pilot->x2_is_unseen) {
		pilot_ask(pilot, basic_charging_request(pilot), now_us);
		return;
	}
	/* Another offer is a new request, and nothing was heard of the pilot since the station was reached again. */
	pilot->nominal_is_open = false;
	pilot_enter_step(pilot, CONTROL_PILOT_X1_STEP, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);
}

static void lower_other_request(struct control_pilot *pilot)
{
	const uint32_t allowed_da = basic_charging_allowed_da(pilot);

	if (pilot->other_da > allowed_da)
		pilot->other_da = allowed_da;
}

void basic_charging_keep_within_limit(struct control_pilot *pilot, uint64_t now_us)
{
	const uint32_t allowed_da = basic_charging_allowed_da(pilot);
	const bool is_asked_too_high = pilot->other_da > allowed_da;

	if (!is_asked_too_high && pilot->asking.offered_da <= allowed_da) {
		if (!pilot->owes_x2)
			pilot_asking_rest(&pilot->asking);
		return;
	}
	lower_other_request(pilot);
	if (is_asked_too_high || pilot->asking.confirmed || pilot->asking.due_us == PILOT_REQUEST_NEVER ||
	    !pilot_request_equals(basic_charging_request(pilot), pilot->asking.request))
		ask_for_basic_charging(pilot, now_us);
}

void basic_charging_offer(struct control_pilot *pilot, uint64_t now_us)
{
	if (pilot->handed_over)
		basic_charging_keep_within_limit(pilot, now_us);
	else if (!pilot_request_equals(basic_charging_request(pilot), pilot->asking.request))
		ask_for_basic_charging(pilot, now_us);
}

bool basic_charging_offers_current(const struct control_pilot *pilot)
{
	return pilot->handed_over ? pilot->other_da > 0 : pilot->asking.request.kind == PILOT_X2;
}

void basic_charging_take_limits(struct control_pilot *pilot, const struct control_pilot_limits *limits, uint64_t now_us)
{
	pilot->limit_da = available_current(pilot, limits);
	if (pilot->phase == CONTROL_PILOT_BASIC)
		basic_charging_offer(pilot, now_us);
}

bool basic_charging_is_by_eim(const struct control_pilot *pilot)
{
	return pilot->config.basic_charging_on_eim && pilot->config.has_ac && pilot->authorized && !pilot->hlc_charging;
}

void basic_charging_listen(const struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (basic_charging_is_by_eim(pilot) && pilot->session_open && pilot->slac == CONTROL_PILOT_SLAC_IDLE)
		pilot_say(out, CONTROL_PILOT_LISTEN_ON);
}

void basic_charging_begin(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->pwm_seen = false;
	pilot->a_in_f = 0;
	pilot_enter(pilot, CONTROL_PILOT_BASIC);
	lower_other_request(pilot);
	pilot->owes_x2 = true;
	if (!pilot_request_equals(basic_charging_request(pilot), pilot->asking.request))
		pilot_ask(pilot, basic_charging_request(pilot), now_us);
	basic_charging_listen(pilot, out);
}

/* --- other services --- */

static struct pilot_request other_request(bool hlc, uint32_t current_da)
{
	if (hlc)
		return (struct pilot_request){.kind = PILOT_HLC};
	return (struct pilot_request){.kind = current_da > 0 ? PILOT_X2 : PILOT_X1, .current_da = current_da};
}

static void hand_over(struct control_pilot *pilot, uint32_t current_da, struct control_pilot_outputs *out)
{
	if (!pilot->handed_over)
		pilot_say(out, CONTROL_PILOT_HANDED_OVER);
	pilot->handed_over = true;
	pilot->other_da = current_da;
}

void basic_charging_find_other(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (pilot_shows_less_than(pilot, basic_charging_allowed_da(pilot)))
		hand_over(pilot, pilot_shown_current_da(pilot), out);
}

void basic_charging_take_other_request(struct control_pilot *pilot, bool hlc, uint32_t current_da, uint64_t now_us,
				       struct control_pilot_outputs *out)
{
	const bool is_hlc_in_order = pilot->asking.wanted && pilot->asking.request.kind == PILOT_HLC;
	const bool is_on_the_way = pilot->phase == CONTROL_PILOT_F_STEP || pilot->phase == CONTROL_PILOT_X1_STEP;
	const struct pilot_request request = other_request(hlc, current_da);

	if (pilot->handed_over && !hlc && (basic_charging_is_permitted(pilot) || current_da < pilot->other_da))
		pilot->other_da = current_da;
	/* Basic charging was reported, and this service is early: what it wants is not forgotten. */
	if (is_on_the_way && !hlc && current_da > 0 && basic_charging_is_permitted(pilot))
		hand_over(pilot, current_da, out);
	if (pilot->phase == CONTROL_PILOT_BASIC && !hlc && basic_charging_is_permitted(pilot)) {
		hand_over(pilot, current_da, out);
		pilot->owes_x2 = false; /* it repeats what it asks for itself */
		pilot_asking_expect_other(&pilot->asking, request);
		basic_charging_keep_within_limit(pilot, now_us);
	} else if (pilot->asking.wanted && (hlc ? !is_hlc_in_order : current_da > 0)) {
		pilot_say(out, CONTROL_PILOT_OTHER_MASTER);
		pilot_distrust(pilot, now_us);
		pilot_asking_expect_other(&pilot->asking, request);
	}
}

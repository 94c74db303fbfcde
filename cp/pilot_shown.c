/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/pilot_shown.h"

#include "cp/basic_charging.h"
#include "cp/duty_cycle.h"

/* A pilot within one percentage point of the duty cycle that was asked for is right (IEC 61851-1). In 1/100 %. */
#define DUTY_TOLERANCE 100
/* A cp_status confirms X2 up to so much below what was asked for, as duty cycles are rounded. In 0.1 A. */
#define SHOWN_CURRENT_BELOW_DA 10

uint32_t pilot_shown_current_da(const struct control_pilot *pilot)
{
	uint32_t current_da = 0;

	if (!pilot->duty_is_known || !cp_state_shows_pwm(pilot->state))
		return 0;
	return duty_cycle_to_current(pilot->duty, &current_da) == DUTY_CYCLE_CURRENT ? current_da : 0;
}

bool pilot_shows_less_than(const struct control_pilot *pilot, uint32_t current_da)
{
	const uint32_t shown_da = pilot_shown_current_da(pilot);

	return shown_da > 0 && shown_da + SHOWN_CURRENT_BELOW_DA <= current_da;
}

bool pilot_shows_hlc(const struct control_pilot *pilot)
{
	uint32_t current_da;

	return pilot->duty_is_known && cp_state_shows_pwm(pilot->state) &&
	       duty_cycle_to_current(pilot->duty, &current_da) == DUTY_CYCLE_DIGITAL;
}

static bool shows_x1(const struct control_pilot *pilot, enum cp_state before)
{
	/* There are stations that report A for F. */
	if (pilot->state == CP_STATE_A1)
		return before == CP_STATE_A2 && !pilot->f_was_asked;
	/* X1 of the start: it is there to end what a predecessor left behind. */
	if (pilot->phase == CONTROL_PILOT_HLC)
		return cp_state_shows_no_pwm(pilot->state) || pilot_shows_hlc(pilot);
	/* One that was without PWM before may have been told before our request was carried out. */
	return cp_state_shows_no_pwm(pilot->state) && !cp_state_shows_no_pwm(before);
}

bool pilot_shows_request(const struct control_pilot *pilot, enum cp_state before)
{
	const uint32_t shown_da = pilot_shown_current_da(pilot);
	const uint32_t asked_da = pilot->asking.request.current_da;

	switch (pilot->asking.request.kind) {
	case PILOT_F:
		return pilot->state == CP_STATE_F;
	case PILOT_X1:
		return shows_x1(pilot, before);
	case PILOT_X2:
		return shown_da > 0 && shown_da <= asked_da && !pilot_shows_less_than(pilot, asked_da);
	case PILOT_HLC:
		break;
	}
	return pilot_shows_hlc(pilot);
}

static bool shows_more_than(const struct control_pilot *pilot, uint32_t current_da)
{
	const uint32_t shown_da = pilot_shown_current_da(pilot);

	if (current_da == 0)
		return cp_state_shows_pwm(pilot->state);
	return shown_da > 0 && pilot->duty > duty_cycle_from_current(current_da) + DUTY_TOLERANCE;
}

bool pilot_contradicts_request(const struct control_pilot *pilot, enum cp_state before)
{
	const bool is_others = pilot->handed_over && pilot->phase == CONTROL_PILOT_BASIC;
	/* Another service answers for the current. Of what it has asked for an older request may still be carried out. */
	const uint32_t asked_da = is_others ? basic_charging_allowed_da(pilot) : pilot->asking.request.current_da;

	switch (pilot->asking.request.kind) {
	case PILOT_F:
		/* In our own F steps A has a meaning of its own: on_a of the control pilot. */
		return cp_state_has_vehicle(pilot->state) ||
		       (pilot->phase == CONTROL_PILOT_UNAVAILABLE && cp_state_is_unplugged(pilot->state) &&
			(cp_state_shows_pwm(pilot->state) || !cp_state_is_unplugged(before)));
	case PILOT_X1:
	case PILOT_X2:
		return shows_more_than(pilot, asked_da);
	case PILOT_HLC:
		break;
	}
	return pilot_shown_current_da(pilot) > 0 || (cp_state_shows_pwm(before) && cp_state_has_vehicle(pilot->state) &&
						     cp_state_shows_no_pwm(pilot->state));
}

/* The X2 that follows X1 is wanted, and was not sent yet. */
static bool is_about_to_open(const struct control_pilot *pilot)
{
	const struct pilot_asking *asking = &pilot->asking;
	const bool is_sent = asking->confirmed || asking->sendings > 0;

	return asking->wanted && asking->request.kind == PILOT_X2 && !is_sent && asking->offered_da == 0;
}

bool pilot_shows_no_way_to_nominal(const struct control_pilot *pilot)
{
	return pilot->nominal_is_open &&
	       (pilot_shows_hlc(pilot) || (is_about_to_open(pilot) && cp_state_shows_pwm(pilot->state)));
}

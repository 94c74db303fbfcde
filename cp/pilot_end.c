/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/pilot_end.h"

#include "cp/basic_charging.h"
#include "cp/duty_cycle.h"
#include "cp/pilot_step.h"

static bool may_stay_at_exit(const struct control_pilot *pilot)
{
	bool in_order = pilot->phase == CONTROL_PILOT_HLC || pilot->phase == CONTROL_PILOT_BASIC;

	/* While a request is not confirmed the F before it may still be on the pilot. */
	return pilot->config.keep_at_exit && in_order && (pilot->asking.confirmed || !pilot->asking.wanted);
}

/* The duty cycle that was asked for last; F and X1 have none that anybody may draw a current with. */
static uint32_t asked_duty(const struct control_pilot *pilot)
{
	/* Where another service answers for the current, our own request may be older than what it has asked for. */
	const bool is_by_other = pilot->phase == CONTROL_PILOT_BASIC && pilot->handed_over;
	const struct pilot_request request = is_by_other ? basic_charging_request(pilot) : pilot->asking.request;

	switch (request.kind) {
	case PILOT_HLC:
		return DUTY_CYCLE_HLC;
	case PILOT_X2:
		return duty_cycle_from_current(request.current_da);
	case PILOT_F:
	case PILOT_X1:
		break;
	}
	return DUTY_CYCLE_X1;
}

bool control_pilot_would_stay(const struct control_pilot *pilot, uint32_t *duty)
{
	*duty = pilot->duty_is_known ? pilot->duty : 0;
	/* An answer may have confirmed it, and no state been told since. */
	if (pilot->asking.wanted)
		*duty = asked_duty(pilot);
	return pilot->phase == CONTROL_PILOT_OFF || may_stay_at_exit(pilot);
}

void pilot_end_begin(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	uint32_t duty;
	bool stays = control_pilot_would_stay(pilot, &duty);
	bool is_x1 = pilot->asking.request.kind == PILOT_X1 && pilot->asking.wanted;

	if (pilot->phase == CONTROL_PILOT_ENDING)
		return;
	pilot_enter(pilot, CONTROL_PILOT_ENDING);
	if (stays)
		pilot_asking_init(&pilot->asking, pilot->config.request_timeout_ms,
				  pilot->config.request_backoff_max_ms);
	else if (!is_x1)
		pilot_ask_kind(pilot, PILOT_X1, now_us);
	if (control_pilot_has_ended(pilot))
		pilot_say(out, CONTROL_PILOT_ENDED);
}

bool control_pilot_has_ended(const struct control_pilot *pilot)
{
	return pilot->phase == CONTROL_PILOT_ENDING && (pilot->asking.confirmed || !pilot->asking.wanted);
}

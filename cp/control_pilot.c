/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/control_pilot.h"

#include "cp/duty_cycle.h"

#include <assert.h>
#include <string.h>

static struct control_pilot_output *append(struct control_pilot_outputs *out, enum control_pilot_output_kind kind)
{
	assert(out->count < CONTROL_PILOT_OUTPUTS);
	struct control_pilot_output *item = &out->items[out->count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

static void ask(struct control_pilot *pilot, struct pilot_request request, struct control_pilot_outputs *out)
{
	append(out, CONTROL_PILOT_REQUEST)->request = request;
	pilot->requested = request;
}

void control_pilot_init(struct control_pilot *pilot, const struct control_pilot_config *config)
{
	memset(pilot, 0, sizeof(*pilot));
	pilot->config = *config;
	pilot->deadline_us = CONTROL_PILOT_NEVER;
}

/* What basic charging may offer now: X2 with the capped limit, or X1 where that is below 6 A. */
static struct pilot_request basic_charging_request(const struct control_pilot *pilot)
{
	uint32_t current_da = pilot->limit_da;

	if (pilot->config.nominal_current_da != 0 && pilot->config.nominal_current_da < current_da)
		current_da = pilot->config.nominal_current_da;
	if (current_da > PILOT_CURRENT_MAX)
		current_da = PILOT_CURRENT_MAX;
	if (!pilot->config.has_ac || current_da < PILOT_CURRENT_MIN)
		return (struct pilot_request){.kind = PILOT_X1};
	return (struct pilot_request){.kind = PILOT_X2, .current_da = current_da};
}

static void offer_basic_charging(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	struct pilot_request request = basic_charging_request(pilot);

	if (request.kind != pilot->requested.kind || request.current_da != pilot->requested.current_da)
		ask(pilot, request, out);
}

static void return_to_hlc(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	pilot->phase = CONTROL_PILOT_HLC;
	pilot->deadline_us = CONTROL_PILOT_NEVER;
	ask(pilot, (struct pilot_request){.kind = PILOT_HLC}, out);
}

static void on_start(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (pilot->phase != CONTROL_PILOT_OFF)
		return;
	pilot->phase = CONTROL_PILOT_HLC;
	if (pilot->config.hlc_at_start)
		ask(pilot, (struct pilot_request){.kind = PILOT_HLC}, out);
}

static void on_unplugged(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (pilot->vehicle_present)
		append(out, CONTROL_PILOT_VEHICLE_LEFT);
	pilot->vehicle_present = false;
	pilot->faulted = false;
	if (pilot->phase != CONTROL_PILOT_HLC)
		return_to_hlc(pilot, out);
}

static void on_vehicle(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	bool new_vehicle = !pilot->vehicle_present || pilot->faulted;

	pilot->vehicle_present = true;
	pilot->faulted = false;
	if (new_vehicle)
		append(out, CONTROL_PILOT_VEHICLE_CONNECTED);
}

static void on_fault(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	/* Within the fallback it is the echo of our own F, early or late. */
	if (pilot->phase != CONTROL_PILOT_HLC || !pilot->vehicle_present || pilot->faulted)
		return;
	pilot->faulted = true;
	append(out, CONTROL_PILOT_FAULT);
}

static void on_state(struct control_pilot *pilot, enum cp_state state, struct control_pilot_outputs *out)
{
	if (pilot->phase == CONTROL_PILOT_OFF)
		return;
	if (cp_state_is_unplugged(state))
		on_unplugged(pilot, out);
	else if (cp_state_has_vehicle(state))
		on_vehicle(pilot, out);
	else
		on_fault(pilot, out);
}

static void on_init_timeout(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->phase != CONTROL_PILOT_HLC || !pilot->vehicle_present || pilot->faulted)
		return;
	if (!pilot->config.has_ac) {
		append(out, CONTROL_PILOT_NO_BASIC_CHARGING);
		return;
	}
	append(out, CONTROL_PILOT_BASIC_CHARGING);
	ask(pilot, (struct pilot_request){.kind = PILOT_F}, out);
	pilot->phase = CONTROL_PILOT_F_STEP;
	pilot->deadline_us = now_us + (uint64_t)pilot->config.step_f_ms * 1000;
}

static void expire(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->deadline_us > now_us)
		return;
	if (pilot->phase == CONTROL_PILOT_F_STEP) {
		pilot->phase = CONTROL_PILOT_X1_STEP;
		pilot->deadline_us = now_us + (uint64_t)pilot->config.step_x1_ms * 1000;
		ask(pilot, (struct pilot_request){.kind = PILOT_X1}, out);
		return;
	}
	pilot->phase = CONTROL_PILOT_BASIC;
	pilot->deadline_us = CONTROL_PILOT_NEVER;
	offer_basic_charging(pilot, out);
}

void control_pilot_input(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
			 struct control_pilot_outputs *out)
{
	out->count = 0;
	expire(pilot, now_us, out);
	switch (input->kind) {
	case CONTROL_PILOT_START:
		on_start(pilot, out);
		break;
	case CONTROL_PILOT_STATE:
		on_state(pilot, input->state, out);
		break;
	case CONTROL_PILOT_LIMIT:
		pilot->limit_da = input->limit_da;
		if (pilot->phase == CONTROL_PILOT_BASIC)
			offer_basic_charging(pilot, out);
		break;
	case CONTROL_PILOT_INIT_TIMEOUT:
		on_init_timeout(pilot, now_us, out);
		break;
	case CONTROL_PILOT_TICK:
		break;
	}
}

uint64_t control_pilot_deadline(const struct control_pilot *pilot)
{
	return pilot->deadline_us;
}

const char *pilot_request_text(enum pilot_request_kind kind)
{
	static const char *const texts[] = {"high-level charging", "F", "X1", "X2"};

	return (size_t)kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : "?";
}

const char *control_pilot_phase_text(enum control_pilot_phase phase)
{
	static const char *const texts[] = {"OFF", "HLC", "F_STEP", "X1_STEP", "BASIC"};

	return (size_t)phase < sizeof(texts) / sizeof(texts[0]) ? texts[phase] : "?";
}

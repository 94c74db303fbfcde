/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/current_limit.h"

#include "cp/duty_cycle.h"
#include "tools/smart-charging/current_limit_internal.h"

#include <string.h>

#define MA_PER_DA 100u
/* Of a duty cycle that was measured: 1 A. */
#define SHOWN_TOLERANCE_DA 10u

void current_limit_defaults(struct current_limit_config *config)
{
	*config = (struct current_limit_config){
		.hold_ms = 6500, .x1_hlc_ms = 3000, .timeout_ms = 2000, .backoff_max_ms = 30000};
}

void current_limit_init(struct current_limit *limit, const struct current_limit_config *config)
{
	memset(limit, 0, sizeof(*limit));
	limit->config = *config;
	limit->held_until_us = CURRENT_LIMIT_NEVER;
	pilot_asking_init(&limit->asking, config->timeout_ms, config->backoff_max_ms);
}

static struct current_limit_output *add(struct current_limit_outputs *out, enum current_limit_output_kind kind)
{
	struct current_limit_output *output = &out->items[out->count++];

	*output = (struct current_limit_output){.kind = kind};
	return output;
}

/* --- what is known --- */

enum current_limit_session current_limit_session(const struct current_limit *limit)
{
	if (limit->hlc_charging || limit->slac == CURRENT_LIMIT_SLAC_MATCHED)
		return CURRENT_LIMIT_ISO15118;
	return limit->slac == CURRENT_LIMIT_SLAC_BASIC_CHARGING ? CURRENT_LIMIT_BASIC : CURRENT_LIMIT_NO_SESSION;
}

bool current_limit_is_unheard(const struct current_limit *limit)
{
	return limit->slac == CURRENT_LIMIT_SLAC_NONE && !limit->state_is_known;
}

bool current_limit_charges(const struct current_limit *limit)
{
	const bool may_draw = limit->state == CP_STATE_C2 || limit->state == CP_STATE_D2;

	return current_limit_session(limit) != CURRENT_LIMIT_NO_SESSION || (limit->state_is_known && may_draw);
}

static bool shows_hlc(const struct current_limit *limit)
{
	uint32_t current_da;

	return limit->duty_is_known && duty_cycle_to_current(limit->duty, &current_da) == DUTY_CYCLE_DIGITAL;
}

/* A pilot that may be at 5 %, which nobody has told. */
static bool is_pilot_unclear(const struct current_limit *limit)
{
	return limit->pilot_is_stale || limit->may_be_hlc;
}

/* A nominal duty, as far as is told. */
static bool shows_pwm(const struct current_limit *limit)
{
	return limit->state_is_known && cp_state_has_vehicle(limit->state) && cp_state_shows_pwm(limit->state) &&
	       !shows_hlc(limit) && !limit->may_be_hlc;
}

/* --- the limits --- */

static bool is_available(const struct current_limit *limit)
{
	return limit->hardware_is_known && limit->hardware.is_ready && !limit->hardware.rcd_error;
}

unsigned current_limit_phases(const struct current_limit *limit)
{
	unsigned phases = 0;

	for (size_t i = 0; i < 3; i++)
		phases += limit->phase_is_connected[i] ? 1 : 0;
	return limit->config.single_phase ? 1 : phases;
}

static uint32_t least_phase_ma(const struct current_limit *limit)
{
	uint32_t least_ma = UINT32_MAX;

	for (size_t i = 0; i < 3; i++) {
		if (limit->phase_is_connected[i] && limit->hardware.phase_ma[i] < least_ma)
			least_ma = limit->hardware.phase_ma[i];
	}
	return least_ma == UINT32_MAX ? 0 : least_ma;
}

uint32_t current_limit_hardware_ma(const struct current_limit *limit)
{
	uint32_t ma = limit->hardware.is_dc ? limit->hardware.phase_ma[0] : least_phase_ma(limit);

	if (!is_available(limit))
		return 0;
	if (limit->cable_ma > 0 && limit->cable_ma < ma)
		ma = limit->cable_ma;
	return ma;
}

/* For units alone. */
static struct charging_evse supply_of(const struct current_limit *limit)
{
	return (struct charging_evse){
		.is_dc = limit->hardware.is_dc,
		.phases = current_limit_phases(limit),
		.voltage_mv = limit->hardware.voltage_mv,
	};
}

uint64_t current_limit_hardware_mw(const struct current_limit *limit)
{
	const struct charging_evse supply = supply_of(limit);
	const uint32_t ma = current_limit_hardware_ma(limit);
	const uint64_t mw = ma == 0 ? 0 : charging_mw_from_ma(&supply, ma);

	if (limit->hardware.is_dc && limit->hardware.max_power_mw > 0 && limit->hardware.max_power_mw < mw)
		return limit->hardware.max_power_mw;
	return mw;
}

uint32_t current_limit_pilot_da(const struct current_limit *limit)
{
	uint32_t ma = current_limit_hardware_ma(limit);
	uint32_t da;

	if (limit->scheduled.is_limited && limit->scheduled.limit_ma < ma)
		ma = limit->scheduled.limit_ma;
	da = ma / MA_PER_DA;
	if (da > PILOT_CURRENT_MAX)
		return PILOT_CURRENT_MAX;
	return da < PILOT_CURRENT_MIN ? 0 : da;
}

/* --- the 15118 session --- */

struct energy_limit {
	enum charging_unit unit;
	uint64_t limit;
};

static struct energy_limit hardware_limit(const struct current_limit *limit, enum charging_unit unit)
{
	return (struct energy_limit){unit, unit == CHARGING_W ? current_limit_hardware_mw(limit)
							      : current_limit_hardware_ma(limit)};
}

/* Where nothing is scheduled: W at a DC EVSE, if its power is known. */
static enum charging_unit unit_of_hardware(const struct current_limit *limit)
{
	const bool is_power_known = limit->hardware.max_power_mw > 0 || limit->hardware.voltage_mv > 0;

	return limit->hardware.is_dc && is_power_known ? CHARGING_W : CHARGING_A;
}

/* The profile in its own unit, unless the hardware gives less: that in A, at a DC EVSE in the unit of the profile. */
static struct energy_limit energy_limit(const struct current_limit *limit)
{
	const struct composite_limit *scheduled = &limit->scheduled;
	const struct energy_limit by_profile = {scheduled->unit, scheduled->limit};
	struct energy_limit by_hardware;

	if (!scheduled->is_limited)
		return hardware_limit(limit, unit_of_hardware(limit));
	by_hardware = hardware_limit(limit, limit->hardware.is_dc ? scheduled->unit : CHARGING_A);
	if (limit->hardware.is_dc)
		return by_profile.limit < by_hardware.limit ? by_profile : by_hardware;
	return scheduled->limit_ma <= by_hardware.limit ? by_profile : by_hardware;
}

static void tell_limit(struct current_limit *limit, struct current_limit_outputs *out)
{
	const struct energy_limit energy = energy_limit(limit);
	struct current_limit_output *output;

	if (!limit->hardware_is_known || limit->is_left_alone)
		return;
	if (limit->told && limit->told_unit == energy.unit && limit->told_limit == energy.limit)
		return;
	limit->told = true;
	limit->told_unit = energy.unit;
	limit->told_limit = energy.limit;
	output = add(out, CURRENT_LIMIT_CHARGE_LIMIT);
	output->unit = energy.unit;
	output->limit = energy.limit;
}

/* --- basic charging --- */

/* A pilot that may be at 5 % goes by X1, unless what was confirmed is wanted still. */
static struct pilot_request wanted_request(const struct current_limit *limit)
{
	const uint32_t current_da = current_limit_pilot_da(limit);
	const struct pilot_request request = {.kind = current_da > 0 ? PILOT_X2 : PILOT_X1, .current_da = current_da};
	const bool is_in_force =
		limit->asking.wanted && limit->asking.confirmed && pilot_request_equals(limit->asking.request, request);

	if (is_pilot_unclear(limit) && !is_in_force)
		return (struct pilot_request){.kind = PILOT_X1};
	return request;
}

/* Whether cp_pwm is permitted in this state of the pilot. */
static bool is_gate_open(const struct current_limit *limit)
{
	if (current_limit_session(limit) != CURRENT_LIMIT_BASIC || limit->held_until_us != CURRENT_LIMIT_NEVER ||
	    !limit->hardware_is_known || limit->is_left_alone)
		return false;
	if (!limit->state_is_known)
		return limit->found_running;
	switch (limit->state) {
	case CP_STATE_B1:
		return current_limit_pilot_da(limit) > 0 &&
		       (limit->zero_in_force || (limit->in_gate && !limit->asking.confirmed));
	case CP_STATE_B2:
	case CP_STATE_C2:
	case CP_STATE_D2:
		return !shows_hlc(limit);
	case CP_STATE_C1:
	case CP_STATE_D1:
		return true;
	default:
		return false;
	}
}

/*
 * The vehicle is in B1 when 0 was wanted: the answer to it was lost, or slacd was faster with a limit that fell. Nobody
 * else would end that.
 */
static void note_zero(struct current_limit *limit)
{
	if (limit->has_control && limit->state_is_known && limit->state == CP_STATE_B1 &&
	    current_limit_pilot_da(limit) == 0)
		limit->zero_in_force = true;
}

/* What is offered now may be slacd's, up to the hardware limit: a first current below it may lower. */
static void enter_gate(struct current_limit *limit, uint64_t now_us)
{
	const uint32_t hardware_da = current_limit_hardware_ma(limit) / MA_PER_DA;
	const bool is_in_force = limit->asking.wanted && limit->asking.confirmed &&
				 pilot_request_equals(limit->asking.request, wanted_request(limit));

	limit->in_gate = true;
	if (!limit->has_control)
		pilot_asking_expect_offer(&limit->asking,
					  hardware_da < PILOT_CURRENT_MAX ? hardware_da : PILOT_CURRENT_MAX);
	if (!is_in_force)
		pilot_asking_want(&limit->asking, wanted_request(limit), now_us);
}

static void leave_gate(struct current_limit *limit)
{
	limit->in_gate = false;
	pilot_asking_drop(&limit->asking);
}

static void send_if_due(struct current_limit *limit, uint64_t now_us, struct current_limit_outputs *out)
{
	struct pilot_asking *asking = &limit->asking;
	struct current_limit_output *output;

	if (asking->due_us > now_us)
		return;
	if (asking->sendings > 0 && !limit->refused)
		add(out, CURRENT_LIMIT_NO_ANSWER)->number = asking->number;
	limit->refused = false;
	limit->has_control = true;
	if (asking->request.kind == PILOT_X1)
		limit->zero_asked = limit->zero_in_force = true;
	output = add(out, CURRENT_LIMIT_CP_PWM);
	output->number = pilot_asking_send(asking, now_us);
	output->current_da = asking->request.current_da;
	output->sendings = asking->sendings;
}

static void ask_for_pilot(struct current_limit *limit, uint64_t now_us, struct current_limit_outputs *out)
{
	note_zero(limit);
	if (!is_gate_open(limit)) {
		if (limit->in_gate)
			leave_gate(limit);
		return;
	}
	if (!limit->in_gate)
		enter_gate(limit, now_us);
	else if (!pilot_request_equals(limit->asking.request, wanted_request(limit)))
		pilot_asking_want(&limit->asking, wanted_request(limit), now_us);
	send_if_due(limit, now_us, out);
}

/* With the vehicle, or with slacd, which then asks for a current itself again. */
static void forget_control(struct current_limit *limit)
{
	leave_gate(limit);
	limit->held_until_us = CURRENT_LIMIT_NEVER;
	limit->has_control = false;
	limit->zero_asked = false;
	limit->zero_in_force = false;
	limit->refused = false;
}

/* --- inputs --- */

/* A pilot that offers more than the station has confirmed: slacd has not heard of it, or the station has forgotten it. */
static bool shows_too_much(const struct current_limit *limit)
{
	const struct pilot_request request = limit->asking.request;
	uint32_t shown_da;

	if (request.kind == PILOT_X1)
		return shows_pwm(limit);
	return shows_pwm(limit) && limit->duty_is_known &&
	       duty_cycle_to_current(limit->duty, &shown_da) == DUTY_CYCLE_CURRENT &&
	       shown_da > request.current_da + SHOWN_TOLERANCE_DA;
}

/* The station has said what the pilot is. If that is X1, 5 % may have been there before. A longer hold goes on. */
static void make_clear(struct current_limit *limit, bool is_x1, uint64_t now_us)
{
	const uint64_t until_us = now_us + (uint64_t)limit->config.x1_hlc_ms * 1000;
	const bool is_held = limit->held_until_us != CURRENT_LIMIT_NEVER && limit->held_until_us > until_us;

	if ((is_pilot_unclear(limit) || shows_hlc(limit)) && is_x1 && !is_held)
		limit->held_until_us = until_us;
	limit->pilot_is_stale = false;
	limit->may_be_hlc = false;
}

/* A session whose begin nobody has heard. */
static void take_found(struct current_limit *limit)
{
	limit->found_running = limit->is_left_alone = limit->pilot_is_stale = true;
}

static void forget_found(struct current_limit *limit)
{
	limit->found_running = limit->is_left_alone = false;
}

static void take_state(struct current_limit *limit, const struct current_limit_input *input, uint64_t now_us)
{
	/* Who leaves the duty cycle out does not say that 5 % is over. */
	const bool may_be_hlc = (shows_hlc(limit) || limit->may_be_hlc) && !input->has_duty;

	make_clear(limit, !cp_state_shows_pwm(input->state), now_us);
	limit->state = input->state;
	limit->state_is_known = true;
	limit->may_be_hlc = may_be_hlc && cp_state_shows_pwm(input->state);
	limit->duty_is_known = input->has_duty;
	limit->duty = input->duty;
	if (cp_state_is_unplugged(limit->state)) {
		limit->slac = CURRENT_LIMIT_SLAC_NONE;
		limit->hlc_charging = false;
		forget_found(limit);
		forget_control(limit);
	}
	if (shows_pwm(limit))
		limit->held_until_us = CURRENT_LIMIT_NEVER;
	/* Whatever was confirmed before is not what is there now. */
	if (!limit->in_gate && !is_gate_open(limit))
		pilot_asking_drop(&limit->asking);
	else if (limit->in_gate && limit->asking.confirmed && shows_too_much(limit))
		pilot_asking_contradict(&limit->asking, now_us);
}

static void take_slac(struct current_limit *limit, enum current_limit_slac slac, uint64_t now_us)
{
	forget_found(limit);
	limit->slac = slac;
	if (slac == CURRENT_LIMIT_SLAC_UNMATCHED)
		limit->hlc_charging = false;
	if (slac == CURRENT_LIMIT_SLAC_UNMATCHED || slac == CURRENT_LIMIT_SLAC_NONE)
		forget_control(limit);
	leave_gate(limit);
	limit->held_until_us = slac == CURRENT_LIMIT_SLAC_BASIC_CHARGING
				       ? now_us + (uint64_t)limit->config.hold_ms * 1000
				       : CURRENT_LIMIT_NEVER;
}

static void take_hardware(struct current_limit *limit, const struct current_limit_hardware *hardware)
{
	const size_t phases = limit->config.single_phase ? 1 : 3;

	limit->hardware = *hardware;
	limit->hardware_is_known = true;
	for (size_t i = 0; i < phases; i++)
		limit->phase_is_connected[i] |= hardware->phase_ma[i] > 0;
}

static void take_answer(struct current_limit *limit, uint32_t number, bool valid, uint64_t now_us,
			struct current_limit_outputs *out)
{
	switch (pilot_asking_take_answer(&limit->asking, number, valid, now_us)) {
	case PILOT_ANSWER_CONFIRMED:
		limit->refused = false;
		make_clear(limit, limit->asking.request.kind == PILOT_X1, now_us);
		if (limit->asking.request.kind != PILOT_X2)
			break;
		limit->zero_in_force = false;
		/* The next cp_status shows it. Until then B1 is no state to ask in, and the gate opens without asking. */
		if (limit->state == CP_STATE_B1)
			limit->in_gate = false;
		break;
	case PILOT_ANSWER_REFUSED:
		limit->refused = true;
		add(out, CURRENT_LIMIT_REFUSED)->number = number;
		break;
	case PILOT_ANSWER_OVERTAKEN:
		limit->zero_in_force = limit->zero_asked;
		break;
	case PILOT_ANSWER_LATE:
		break;
	}
}

/*
 * What was told may be lost, and what others told was not heard: there may be another vehicle at 5 %. Hence a confirmed
 * current is not asked for again, and another one not at once.
 */
static void take_connection(struct current_limit *limit, uint64_t now_us)
{
	limit->told = false;
	limit->pilot_is_stale = limit->state_is_known || limit->found_running;
	if (limit->in_gate && !limit->asking.confirmed)
		pilot_asking_reach(&limit->asking, now_us);
}

void current_limit_note(struct current_limit *limit, const struct current_limit_input *input, uint64_t now_us,
			struct current_limit_outputs *out)
{
	switch (input->kind) {
	case CURRENT_LIMIT_CP_STATUS:
		take_state(limit, input, now_us);
		break;
	case CURRENT_LIMIT_SLAC:
		take_slac(limit, input->slac, now_us);
		if (input->active && current_limit_session(limit) != CURRENT_LIMIT_NO_SESSION)
			take_found(limit);
		break;
	case CURRENT_LIMIT_HLC_CHARGING:
		limit->hlc_charging = input->active;
		break;
	case CURRENT_LIMIT_HLC_REQUEST:
		if (limit->slac == CURRENT_LIMIT_SLAC_BASIC_CHARGING)
			take_slac(limit, CURRENT_LIMIT_SLAC_MATCHING, now_us);
		break;
	case CURRENT_LIMIT_HARDWARE:
		take_hardware(limit, &input->hardware);
		break;
	case CURRENT_LIMIT_CABLE:
		limit->cable_ma = input->cable_ma;
		break;
	case CURRENT_LIMIT_SCHEDULED:
		limit->scheduled = input->scheduled;
		break;
	case CURRENT_LIMIT_ANSWER:
		take_answer(limit, input->number, input->active, now_us, out);
		break;
	case CURRENT_LIMIT_NOT_SENT:
		pilot_asking_undo_send(&limit->asking, input->active, now_us);
		break;
	case CURRENT_LIMIT_REACHABLE:
		take_connection(limit, now_us);
		break;
	case CURRENT_LIMIT_TICK:
		break;
	}
}

/* --- the machine --- */

void current_limit_act(struct current_limit *limit, uint64_t now_us, struct current_limit_outputs *out)
{
	const enum current_limit_session session = current_limit_session(limit);

	if (limit->held_until_us <= now_us)
		limit->held_until_us = CURRENT_LIMIT_NEVER;
	if (limit->scheduled.is_limited)
		limit->is_left_alone = false;
	if (session != CURRENT_LIMIT_ISO15118)
		limit->told = false;
	if (session == CURRENT_LIMIT_ISO15118)
		tell_limit(limit, out);
	if (session == CURRENT_LIMIT_BASIC)
		ask_for_pilot(limit, now_us, out);
	else
		leave_gate(limit);
}

void current_limit_input(struct current_limit *limit, const struct current_limit_input *input, uint64_t now_us,
			 struct current_limit_outputs *out)
{
	out->count = 0;
	current_limit_note(limit, input, now_us, out);
	current_limit_act(limit, now_us, out);
}

uint64_t current_limit_deadline(const struct current_limit *limit)
{
	const uint64_t due_us = limit->in_gate ? limit->asking.due_us : CURRENT_LIMIT_NEVER;

	return due_us < limit->held_until_us ? due_us : limit->held_until_us;
}

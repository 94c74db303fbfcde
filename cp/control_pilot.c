/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/control_pilot.h"

#include "cp/duty_cycle.h"

#include <assert.h>
#include <string.h>

static struct control_pilot_output *say(struct control_pilot_outputs *out, enum control_pilot_output_kind kind)
{
	assert(out->count < CONTROL_PILOT_OUTPUTS);
	struct control_pilot_output *item = &out->items[out->count++];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return item;
}

static void ask(struct control_pilot *pilot, struct pilot_request request, struct control_pilot_outputs *out)
{
	say(out, CONTROL_PILOT_REQUEST)->request = request;
	pilot->requested = request;
	if (request.kind == PILOT_F)
		pilot->f_expected = true;
}

static void enter(struct control_pilot *pilot, enum control_pilot_phase phase, uint64_t deadline_us)
{
	pilot->phase = phase;
	pilot->deadline_us = deadline_us;
}

static uint64_t after_ms(uint64_t now_us, uint32_t ms)
{
	return now_us + (uint64_t)ms * 1000;
}

void control_pilot_defaults(struct control_pilot_config *config, bool strict)
{
	*config = (struct control_pilot_config){
		.hlc_at_start = true,
		.step_f_ms = 5000,
		.step_x1_ms = 500,
		.step_x1_hlc_ms = 3000,
		.init_retries = strict ? 2 : 0,
		.nominal_needs_eim = strict,
	};
}

void control_pilot_init(struct control_pilot *pilot, const struct control_pilot_config *config)
{
	memset(pilot, 0, sizeof(*pilot));
	pilot->config = *config;
	pilot->state = CP_STATE_A1;
	pilot->deadline_us = CONTROL_PILOT_NEVER;
}

/* What basic charging may offer now: X2 with the capped limit, or X1 where that is below 6 A. */
static struct pilot_request basic_charging_request(const struct control_pilot *pilot)
{
	bool permitted = pilot->config.has_ac && (pilot->authorized || !pilot->config.nominal_needs_eim);
	uint32_t current_da = pilot->limit_da;

	if (pilot->config.nominal_current_da != 0 && pilot->config.nominal_current_da < current_da)
		current_da = pilot->config.nominal_current_da;
	if (current_da > PILOT_CURRENT_MAX)
		current_da = PILOT_CURRENT_MAX;
	if (!permitted || current_da < PILOT_CURRENT_MIN)
		return (struct pilot_request){.kind = PILOT_X1};
	return (struct pilot_request){.kind = PILOT_X2, .current_da = current_da};
}

static void offer_basic_charging(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	struct pilot_request request = basic_charging_request(pilot);

	if (request.kind != pilot->requested.kind || request.current_da != pilot->requested.current_da)
		ask(pilot, request, out);
}

static void ask_hlc(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	ask(pilot, (struct pilot_request){.kind = PILOT_HLC}, out);
}

static void begin_hlc(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (pilot->phase == CONTROL_PILOT_HLC)
		return;
	enter(pilot, CONTROL_PILOT_HLC, CONTROL_PILOT_NEVER);
	ask_hlc(pilot, out);
}

static void begin_f_phase(struct control_pilot *pilot, enum control_pilot_phase phase, uint64_t now_us,
			  struct control_pilot_outputs *out)
{
	say(out, CONTROL_PILOT_PAUSE_LISTENING);
	ask(pilot, (struct pilot_request){.kind = PILOT_F}, out);
	enter(pilot, phase, after_ms(now_us, pilot->config.step_f_ms));
}

static void begin_x1_step(struct control_pilot *pilot, uint32_t duration_ms, uint64_t now_us,
			  struct control_pilot_outputs *out)
{
	ask(pilot, (struct pilot_request){.kind = PILOT_X1}, out);
	enter(pilot, CONTROL_PILOT_X1_STEP, after_ms(now_us, duration_ms));
}

static void begin_basic(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	pilot->pwm_seen = false;
	enter(pilot, CONTROL_PILOT_BASIC, CONTROL_PILOT_NEVER);
	offer_basic_charging(pilot, out);
}

static bool eim_is_wanted(const struct control_pilot *pilot)
{
	return pilot->config.basic_charging_on_eim && pilot->config.has_ac && pilot->authorized && !pilot->hlc_charging;
}

/* EIM was accepted while 5 % is on the pilot: slac-timers document, section 5, "EIM versus matching". */
static void act_on_eim(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->phase == CONTROL_PILOT_BASIC)
		offer_basic_charging(pilot, out);
	if (!eim_is_wanted(pilot) || pilot->phase != CONTROL_PILOT_HLC || !pilot->session_open || pilot->faulted)
		return;
	if (pilot->slac != CONTROL_PILOT_SLAC_IDLE) {
		/* [V2G3-M06-06]: no E/F, the running match goes on. */
		begin_x1_step(pilot, pilot->config.step_x1_hlc_ms, now_us, out);
		return;
	}
	/* [V2G3-M06-05], [V2G3-M06-08]. */
	say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
	begin_f_phase(pilot, CONTROL_PILOT_F_STEP, now_us, out);
}

static void open_session(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	pilot->session_open = true;
	pilot->faulted = false;
	pilot->pulses_sent = 0;
	pilot->failed_pulses_sent = 0;
	pilot->slac = CONTROL_PILOT_SLAC_IDLE;
	if (!eim_is_wanted(pilot)) {
		begin_hlc(pilot, out);
		say(out, CONTROL_PILOT_VEHICLE_CONNECTED);
		return;
	}
	/* Authorized before plug-in: nominal at once; a car that wants to speak nevertheless is answered. */
	say(out, CONTROL_PILOT_VEHICLE_CONNECTED);
	say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
	begin_basic(pilot, out);
}

static void begin_unavailable(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	bool for_now = pilot->availability == CONTROL_PILOT_NOT_READY;

	enter(pilot, CONTROL_PILOT_UNAVAILABLE, CONTROL_PILOT_NEVER);
	ask(pilot, (struct pilot_request){.kind = for_now ? PILOT_X1 : PILOT_F}, out);
}

static void on_start(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (pilot->phase != CONTROL_PILOT_OFF)
		return;
	if (pilot->availability != CONTROL_PILOT_READY)
		begin_unavailable(pilot, out);
	else if (pilot->config.hlc_at_start)
		begin_hlc(pilot, out);
	else
		enter(pilot, CONTROL_PILOT_HLC, CONTROL_PILOT_NEVER);
}

static void on_unplugged(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	bool had_vehicle = pilot->vehicle_present;

	pilot->vehicle_present = false;
	pilot->faulted = false;
	pilot->hlc_charging = false;
	if (had_vehicle)
		pilot->authorized = false;
	if (pilot->session_open)
		say(out, CONTROL_PILOT_VEHICLE_LEFT);
	pilot->session_open = false;
	pilot->hlc_asked_again = false;
	if (pilot->phase == CONTROL_PILOT_UNAVAILABLE)
		return;
	/* Also where it was asked for before: the station may have restarted since, and forgotten it. */
	if (had_vehicle && pilot->phase == CONTROL_PILOT_HLC && pilot->config.hlc_at_start)
		ask_hlc(pilot, out);
	begin_hlc(pilot, out);
}

/* A vehicle without PWM although it was asked for: a station that restarted has forgotten it. */
static void remind_of_pwm(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	bool no_pwm = pilot->state == CP_STATE_B1 || pilot->state == CP_STATE_C1 || pilot->state == CP_STATE_D1;

	if (!no_pwm)
		return;
	if (pilot->phase == CONTROL_PILOT_HLC && pilot->config.hlc_at_start && !pilot->hlc_asked_again) {
		pilot->hlc_asked_again = true;
		ask_hlc(pilot, out);
	} else if (pilot->phase == CONTROL_PILOT_BASIC && pilot->requested.kind == PILOT_X2 && pilot->pwm_seen) {
		pilot->pwm_seen = false;
		ask(pilot, pilot->requested, out);
	}
}

static bool shows_pwm(enum cp_state state)
{
	return state == CP_STATE_B2 || state == CP_STATE_C2 || state == CP_STATE_D2;
}

static void on_vehicle(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	pilot->vehicle_present = true;
	if (pilot->phase == CONTROL_PILOT_UNAVAILABLE)
		return;
	remind_of_pwm(pilot, out);
	if (pilot->phase == CONTROL_PILOT_BASIC && shows_pwm(pilot->state))
		pilot->pwm_seen = true;
	if (!pilot->session_open || pilot->faulted)
		open_session(pilot, out);
}

/* E or F that is not the echo of our own F; E is never asked for. */
static bool is_fault(const struct control_pilot *pilot)
{
	return cp_state_is_fault(pilot->state) && !(pilot->state == CP_STATE_F && pilot->f_expected);
}

static void on_fault(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (!is_fault(pilot) || pilot->phase == CONTROL_PILOT_UNAVAILABLE || !pilot->session_open || pilot->faulted)
		return;
	pilot->faulted = true;
	pilot->slac = CONTROL_PILOT_SLAC_IDLE;
	say(out, CONTROL_PILOT_FAULT);
	/* Whatever was offered must not come back by itself when the station recovers. */
	begin_hlc(pilot, out);
}

static void on_state(struct control_pilot *pilot, enum cp_state state, struct control_pilot_outputs *out)
{
	pilot->state = state;
	/* A state after our F was replaced by another request: the next E or F is not its echo. */
	if (!cp_state_is_fault(state) && pilot->requested.kind != PILOT_F)
		pilot->f_expected = false;
	if (pilot->phase == CONTROL_PILOT_OFF)
		return;
	if (cp_state_is_unplugged(state))
		on_unplugged(pilot, out);
	else if (cp_state_has_vehicle(state))
		on_vehicle(pilot, out);
	else
		on_fault(pilot, out);
}

static void on_ready(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (pilot->vehicle_present && !is_fault(pilot)) {
		open_session(pilot, out);
		return;
	}
	/* E or F began while the outlet was out of service: matching waits for its end. */
	pilot->faulted = pilot->session_open;
	begin_hlc(pilot, out);
}

static void on_availability(struct control_pilot *pilot, enum control_pilot_availability availability,
			    struct control_pilot_outputs *out)
{
	bool changed = availability != pilot->availability;

	pilot->availability = availability;
	if (!changed || pilot->phase == CONTROL_PILOT_OFF)
		return;
	if (availability == CONTROL_PILOT_READY) {
		on_ready(pilot, out);
		return;
	}
	if (pilot->phase != CONTROL_PILOT_UNAVAILABLE && pilot->session_open && !pilot->faulted)
		say(out, CONTROL_PILOT_STOPPED);
	pilot->faulted = false;
	pilot->slac = CONTROL_PILOT_SLAC_IDLE;
	begin_unavailable(pilot, out);
}

/* `leaving`: what matching says until it is idle is about the session before the reset. */
static bool waits_for_car(const struct control_pilot *pilot)
{
	return pilot->phase == CONTROL_PILOT_HLC && pilot->session_open && !pilot->faulted && !pilot->leaving;
}

static void on_init_timeout(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (!waits_for_car(pilot))
		return;
	if (pilot->hlc_charging) {
		say(out, CONTROL_PILOT_LISTEN); /* a running 15118 session is never cut */
		return;
	}
	if (!pilot->config.has_ac) {
		say(out, CONTROL_PILOT_NO_BASIC_CHARGING);
		return;
	}
	if (pilot->pulses_sent < pilot->config.init_retries) {
		pilot->pulses_sent++;
		begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
		return;
	}
	say(out, CONTROL_PILOT_BASIC_CHARGING);
	if (pilot->config.init_retries == 0) {
		begin_f_phase(pilot, CONTROL_PILOT_F_STEP, now_us, out);
		return;
	}
	/* [V2G3-M06-07]: the pulses were the E/F, after the last window the oscillator goes off. */
	say(out, CONTROL_PILOT_PAUSE_LISTENING);
	begin_x1_step(pilot, pilot->config.step_x1_ms, now_us, out);
}

static void on_failed(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->slac = CONTROL_PILOT_SLAC_IDLE;
	if (!waits_for_car(pilot) || pilot->hlc_charging || pilot->failed_pulses_sent >= pilot->config.failed_pulses)
		return;
	pilot->failed_pulses_sent++;
	begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
}

/* Option A of the standard: E/F, then a new window. A running 15118 session is never cut: it ends by itself first. */
static void on_link_lost(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->slac = CONTROL_PILOT_SLAC_IDLE;
	if (pilot->config.pulse_on_link_loss && waits_for_car(pilot) && !pilot->hlc_charging)
		begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
}

static void on_slac(struct control_pilot *pilot, enum control_pilot_slac slac)
{
	pilot->slac = slac;
	pilot->leaving = pilot->leaving && slac != CONTROL_PILOT_SLAC_IDLE;
	/* A successful match resets all retry counters ([V2G3-M08-02]). */
	if (slac == CONTROL_PILOT_SLAC_MATCHED)
		pilot->pulses_sent = pilot->failed_pulses_sent = 0;
}

static void on_reset(struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (pilot->phase == CONTROL_PILOT_OFF)
		return;
	pilot->hlc_charging = false;
	pilot->authorized = false;
	if (pilot->phase == CONTROL_PILOT_UNAVAILABLE)
		return;
	if (pilot->session_open)
		say(out, CONTROL_PILOT_VEHICLE_LEFT);
	pilot->leaving = pilot->session_open;
	pilot->session_open = false;
	begin_hlc(pilot, out);
	if (pilot->vehicle_present && !is_fault(pilot))
		open_session(pilot, out);
}

/* 5 % must not turn into a nominal duty cycle without E/F in between ([V2G3-M06-05], [V2G3-M06-09]). */
static void on_f_unheard(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	switch (pilot->phase) {
	case CONTROL_PILOT_PULSE:
		begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
		break;
	case CONTROL_PILOT_F_STEP:
	case CONTROL_PILOT_X1_STEP:
	case CONTROL_PILOT_BASIC:
		begin_f_phase(pilot, CONTROL_PILOT_F_STEP, now_us, out);
		break;
	case CONTROL_PILOT_UNAVAILABLE:
		begin_unavailable(pilot, out);
		break;
	case CONTROL_PILOT_OFF:
	case CONTROL_PILOT_HLC:
		break;
	}
}

static void end_pulse(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (eim_is_wanted(pilot)) {
		/* Authorized in the meantime: the pulse was the E/F that must come before nominal. */
		say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
		begin_x1_step(pilot, pilot->config.step_x1_ms, now_us, out);
		return;
	}
	begin_hlc(pilot, out);
	say(out, CONTROL_PILOT_LISTEN);
}

static void expire(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->deadline_us > now_us)
		return;
	switch (pilot->phase) {
	case CONTROL_PILOT_PULSE:
		end_pulse(pilot, now_us, out);
		break;
	case CONTROL_PILOT_F_STEP:
		begin_x1_step(pilot, pilot->config.step_x1_ms, now_us, out);
		break;
	case CONTROL_PILOT_X1_STEP:
		begin_basic(pilot, out);
		break;
	case CONTROL_PILOT_OFF:
	case CONTROL_PILOT_HLC:
	case CONTROL_PILOT_BASIC:
	case CONTROL_PILOT_UNAVAILABLE:
		pilot->deadline_us = CONTROL_PILOT_NEVER;
		break;
	}
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
	case CONTROL_PILOT_AVAILABILITY:
		on_availability(pilot, input->availability, out);
		break;
	case CONTROL_PILOT_SLAC:
		on_slac(pilot, input->slac);
		break;
	case CONTROL_PILOT_INIT_TIMEOUT:
		on_init_timeout(pilot, now_us, out);
		break;
	case CONTROL_PILOT_FAILED:
		on_failed(pilot, now_us, out);
		break;
	case CONTROL_PILOT_LINK_LOST:
		on_link_lost(pilot, now_us, out);
		break;
	case CONTROL_PILOT_EIM:
		pilot->authorized = input->active;
		act_on_eim(pilot, now_us, out);
		break;
	case CONTROL_PILOT_HLC_CHARGING:
		pilot->hlc_charging = input->active && pilot->session_open;
		act_on_eim(pilot, now_us, out); /* accepted while the 15118 session ran */
		break;
	case CONTROL_PILOT_F_UNHEARD:
		on_f_unheard(pilot, now_us, out);
		break;
	case CONTROL_PILOT_RESET:
		on_reset(pilot, out);
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
	static const char *const texts[] = {"OFF", "HLC", "PULSE", "F_STEP", "X1_STEP", "BASIC", "UNAVAILABLE"};

	return (size_t)phase < sizeof(texts) / sizeof(texts[0]) ? texts[phase] : "?";
}

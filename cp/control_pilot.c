/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/control_pilot.h"

#include "cp/duty_cycle.h"

#include <assert.h>
#include <string.h>

/* A pilot within one percentage point of the duty cycle that was asked for is right (IEC 61851-1). In 1/100 %. */
#define DUTY_TOLERANCE 100
/* A cp_status confirms X2 up to so much below what was asked for, as duty cycles are rounded. In 0.1 A. */
#define SHOWN_CURRENT_BELOW_DA 10

/* --- helpers --- */

static void say(struct control_pilot_outputs *out, enum control_pilot_output_kind kind)
{
	assert(out->count < CONTROL_PILOT_OUTPUTS);
	out->items[out->count++] = kind;
}

static void ask(struct control_pilot *pilot, struct pilot_request request, uint64_t now_us)
{
	pilot_asking_want(&pilot->asking, request, now_us);
	pilot->refused = false;
	if (request.kind == PILOT_F)
		pilot->f_expected = pilot->f_was_asked = true;
	if (request.kind == PILOT_HLC)
		pilot->nominal_is_open = false;
}

static void ask_kind(struct control_pilot *pilot, enum pilot_request_kind kind, uint64_t now_us)
{
	ask(pilot, (struct pilot_request){.kind = kind}, now_us);
}

/* A phase without an end of its own. */
static void enter(struct control_pilot *pilot, enum control_pilot_phase phase)
{
	pilot->phase = phase;
	pilot->x2_is_unseen = false;
	pilot->woken = false;
	pilot->c_until_us = CONTROL_PILOT_NEVER;
	pilot->hold_ms = 0;
	pilot->deadline_us = CONTROL_PILOT_NEVER;
}

static bool has_step(const struct control_pilot *pilot)
{
	switch (pilot->phase) {
	case CONTROL_PILOT_PULSE:
	case CONTROL_PILOT_F_STEP:
	case CONTROL_PILOT_X1_STEP:
	case CONTROL_PILOT_AUTHORIZED:
	case CONTROL_PILOT_LINK_LOST_X1:
	case CONTROL_PILOT_PAUSED:
	case CONTROL_PILOT_REMATCH:
		return true;
	default:
		return false;
	}
}

/* The step's time begins when the station has confirmed it, and begins again when that turns out to be wrong. */
static void time_step(struct control_pilot *pilot, uint64_t now_us)
{
	if (pilot->woken)
		return; /* the pause ends, whatever is confirmed: 5 % may follow anything */
	if (!has_step(pilot) || !pilot->asking.confirmed)
		pilot->deadline_us = CONTROL_PILOT_NEVER;
	else if (pilot->deadline_us == CONTROL_PILOT_NEVER && pilot->hold_ms > 0)
		pilot->deadline_us = now_us + (uint64_t)pilot->hold_ms * 1000;
}

/* A phase that is left when its request was in force for hold_ms. */
static void enter_step(struct control_pilot *pilot, enum control_pilot_phase phase, enum pilot_request_kind kind,
		       uint32_t hold_ms, uint64_t now_us)
{
	enter(pilot, phase);
	ask_kind(pilot, kind, now_us);
	pilot->hold_ms = hold_ms;
}

static bool shows_pwm(enum cp_state state)
{
	return state == CP_STATE_A2 || state == CP_STATE_B2 || state == CP_STATE_C2 || state == CP_STATE_D2;
}

static bool shows_no_pwm(enum cp_state state)
{
	return state == CP_STATE_A1 || state == CP_STATE_B1 || state == CP_STATE_C1 || state == CP_STATE_D1;
}

/* The nominal current that the reported duty cycle stands for, 0 where it was not told or is no nominal one. */
static uint32_t shown_current_da(const struct control_pilot *pilot)
{
	uint32_t current_da = 0;

	if (!pilot->duty_is_known || !shows_pwm(pilot->state))
		return 0;
	return duty_cycle_to_current(pilot->duty, &current_da) == DUTY_CYCLE_CURRENT ? current_da : 0;
}

/* The reported duty cycle asks for digital communication. */
static bool shows_hlc(const struct control_pilot *pilot)
{
	uint32_t current_da;

	return pilot->duty_is_known && shows_pwm(pilot->state) &&
	       duty_cycle_to_current(pilot->duty, &current_da) == DUTY_CYCLE_DIGITAL;
}

/* --- basic charging --- */

/* X1 is held for its time, from its confirmation on, before a nominal duty. */
static void hold_x1_again(struct control_pilot *pilot, enum control_pilot_phase phase, uint64_t now_us)
{
	enter(pilot, phase);
	if (pilot->asking.request.kind == PILOT_X1)
		pilot_asking_contradict(&pilot->asking, now_us);
	else
		ask_kind(pilot, PILOT_X1, now_us);
	pilot->hold_ms = pilot->config.step_x1_hlc_ms;
}

/*
 * The pilot is not what was confirmed, and may be 5 %. A nominal duty needs another X1 that is held for its time. Other
 * requests are only asked for again.
 */
static void distrust_pilot(struct control_pilot *pilot, uint64_t now_us)
{
	pilot->nominal_is_open = false;
	if (pilot->phase == CONTROL_PILOT_X1_STEP || pilot->phase == CONTROL_PILOT_BASIC)
		hold_x1_again(pilot, CONTROL_PILOT_X1_STEP, now_us);
	else if (pilot->phase == CONTROL_PILOT_AUTHORIZED)
		hold_x1_again(pilot, CONTROL_PILOT_AUTHORIZED, now_us);
	else
		pilot_asking_contradict(&pilot->asking, now_us);
}

static bool nominal_is_permitted(const struct control_pilot *pilot)
{
	return pilot->config.has_ac && (pilot->authorized || !pilot->config.nominal_needs_eim);
}

/* The most that basic charging may offer now, in 0.1 A: 0, or from 6 A on. */
static uint32_t allowed_current_da(const struct control_pilot *pilot)
{
	const bool permitted = nominal_is_permitted(pilot);
	uint32_t current_da = pilot->limit_da;

	if (pilot->config.nominal_current_da != 0 && pilot->config.nominal_current_da < current_da)
		current_da = pilot->config.nominal_current_da;
	if (current_da > PILOT_CURRENT_MAX)
		current_da = PILOT_CURRENT_MAX;
	return permitted && pilot->nominal_is_open && current_da >= PILOT_CURRENT_MIN ? current_da : 0;
}

/* What basic charging may offer now: X2 with the capped limit, or X1 where that is below 6 A. */
static struct pilot_request basic_charging_request(const struct control_pilot *pilot)
{
	uint32_t current_da = allowed_current_da(pilot);

	/* Nobody raises what the service that answers for the current has asked for. */
	if (pilot->handed_over && pilot->other_da < current_da)
		current_da = pilot->other_da;
	if (current_da < PILOT_CURRENT_MIN)
		return (struct pilot_request){.kind = PILOT_X1};
	return (struct pilot_request){.kind = PILOT_X2, .current_da = current_da};
}

static void ask_for_basic_charging(struct control_pilot *pilot, uint64_t now_us)
{
	if (!pilot->x2_is_unseen) {
		ask(pilot, basic_charging_request(pilot), now_us);
		return;
	}
	/* Another offer is a new request, and nothing was heard of the pilot since the station was reached again. */
	pilot->nominal_is_open = false;
	enter_step(pilot, CONTROL_PILOT_X1_STEP, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);
}

static void lower_other_request(struct control_pilot *pilot)
{
	const uint32_t allowed_da = allowed_current_da(pilot);

	if (pilot->other_da > allowed_da)
		pilot->other_da = allowed_da;
}

/*
 * Another service answers for the current: it is only lowered, where more may be offered than is allowed. What that
 * service has just asked for comes after anything that is on its way from here.
 */
static void keep_within_limit(struct control_pilot *pilot, uint64_t now_us)
{
	const uint32_t allowed_da = allowed_current_da(pilot);
	const bool is_asked_too_high = pilot->other_da > allowed_da;

	if (!is_asked_too_high && pilot->asking.offered_da <= allowed_da) {
		pilot_asking_rest(&pilot->asking);
		return;
	}
	lower_other_request(pilot);
	if (is_asked_too_high || pilot->asking.confirmed || pilot->asking.due_us == PILOT_REQUEST_NEVER ||
	    !pilot_request_equals(basic_charging_request(pilot), pilot->asking.request))
		ask_for_basic_charging(pilot, now_us);
}

static void offer_basic_charging(struct control_pilot *pilot, uint64_t now_us)
{
	if (pilot->handed_over)
		keep_within_limit(pilot, now_us);
	else if (!pilot_request_equals(basic_charging_request(pilot), pilot->asking.request))
		ask_for_basic_charging(pilot, now_us);
}

/* In basic charging: a nominal duty is asked for, by whomever. */
static bool offers_current(const struct control_pilot *pilot)
{
	return pilot->handed_over ? pilot->other_da > 0 : pilot->asking.request.kind == PILOT_X2;
}

static bool eim_is_wanted(const struct control_pilot *pilot)
{
	return pilot->config.basic_charging_on_eim && pilot->config.has_ac && pilot->authorized && !pilot->hlc_charging;
}

/* A vehicle that is authorized by EIM may be matched at a nominal duty as well. */
static void listen_at_nominal(const struct control_pilot *pilot, struct control_pilot_outputs *out)
{
	if (eim_is_wanted(pilot) && pilot->session_open && pilot->slac == CONTROL_PILOT_SLAC_IDLE)
		say(out, CONTROL_PILOT_LISTEN_ON);
}

static void begin_basic(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->pwm_seen = false;
	pilot->a_in_f = 0;
	enter(pilot, CONTROL_PILOT_BASIC);
	lower_other_request(pilot);
	if (!pilot_request_equals(basic_charging_request(pilot), pilot->asking.request))
		ask(pilot, basic_charging_request(pilot), now_us);
	listen_at_nominal(pilot, out);
}

/* --- the ways into other phases --- */

/* What is true of one vehicle, and must not be taken over to the next one. */
static void forget_session(struct control_pilot *pilot)
{
	pilot->resuming = false;
	pilot->rematched = false;
	pilot->handed_over = false;
	pilot->other_da = 0;
}

static void begin_hlc(struct control_pilot *pilot, uint64_t now_us)
{
	if (pilot->phase == CONTROL_PILOT_HLC)
		return;
	enter(pilot, CONTROL_PILOT_HLC);
	ask_kind(pilot, PILOT_HLC, now_us);
}

static void begin_f_phase(struct control_pilot *pilot, enum control_pilot_phase phase, uint64_t now_us,
			  struct control_pilot_outputs *out)
{
	say(out, CONTROL_PILOT_PAUSE_LISTENING);
	enter_step(pilot, phase, PILOT_F, pilot->config.step_f_ms, now_us);
	pilot->f_sendings = 0;
	pilot->resuming = false;
}

static void begin_x1_step(struct control_pilot *pilot, uint32_t hold_ms, uint64_t now_us)
{
	enter_step(pilot, CONTROL_PILOT_X1_STEP, PILOT_X1, hold_ms, now_us);
}

/* The X1 that was asked for with the authorization goes on. */
static void continue_x1_step(struct control_pilot *pilot)
{
	pilot->phase = CONTROL_PILOT_X1_STEP;
}

static void begin_unavailable(struct control_pilot *pilot, uint64_t now_us)
{
	bool for_now = pilot->availability == CONTROL_PILOT_NOT_READY;

	enter(pilot, CONTROL_PILOT_UNAVAILABLE);
	ask_kind(pilot, for_now ? PILOT_X1 : PILOT_F, now_us);
	forget_session(pilot);
}

/* EIM was accepted: doc/protocol.md, section 9.4. */
static void act_on_eim(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->phase == CONTROL_PILOT_BASIC) {
		offer_basic_charging(pilot, now_us);
		listen_at_nominal(pilot, out);
	}
	if (pilot->phase == CONTROL_PILOT_AUTHORIZED && !eim_is_wanted(pilot))
		begin_hlc(pilot, now_us);
	if (!eim_is_wanted(pilot) || pilot->phase != CONTROL_PILOT_HLC || pilot->faulted)
		return;
	if (!pilot->session_open) {
		enter_step(pilot, CONTROL_PILOT_AUTHORIZED, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);
		return;
	}
	if (pilot->slac != CONTROL_PILOT_SLAC_IDLE) {
		/* [V2G3-M06-06]: no E/F, the running match goes on. */
		begin_x1_step(pilot, pilot->config.step_x1_hlc_ms, now_us);
		return;
	}
	/* [V2G3-M06-05], [V2G3-M06-08]. */
	say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
	begin_f_phase(pilot, CONTROL_PILOT_F_STEP, now_us, out);
}

/* Authorized before the plug-in: nominal as soon as X1 was held; a car that wants to speak nevertheless is answered. */
static void open_authorized_session(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
	if (pilot->nominal_is_open)
		begin_basic(pilot, now_us, out);
	else if (pilot->phase == CONTROL_PILOT_AUTHORIZED)
		continue_x1_step(pilot);
	else
		begin_x1_step(pilot, pilot->config.step_x1_hlc_ms, now_us);
}

static void open_session(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->session_open = true;
	pilot->faulted = false;
	pilot->pulses_sent = 0;
	pilot->failed_pulses_sent = 0;
	pilot->pulse_was_missing = false;
	pilot->slac = CONTROL_PILOT_SLAC_IDLE;
	forget_session(pilot);
	say(out, CONTROL_PILOT_VEHICLE_CONNECTED);
	if (eim_is_wanted(pilot))
		open_authorized_session(pilot, now_us, out);
	else
		begin_hlc(pilot, now_us);
}

/* --- start and end --- */

/* A predecessor, or another service, has brought the vehicle to basic charging: it is not cut. */
static bool is_found_charging(const struct control_pilot *pilot)
{
	bool charges = pilot->state == CP_STATE_C2 || pilot->state == CP_STATE_D2;

	return pilot->state_is_known && charges && pilot->config.has_ac && shown_current_da(pilot) > 0;
}

static void take_over(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->nominal_is_open = true;
	pilot->session_open = true;
	pilot->vehicle_present = true;
	pilot->authorized = true; /* whoever charges at a nominal duty was */
	pilot_asking_expect_offer(&pilot->asking, shown_current_da(pilot));
	say(out, CONTROL_PILOT_VEHICLE_CONNECTED);
	say(out, CONTROL_PILOT_PAUSE_LISTENING);
	say(out, CONTROL_PILOT_TAKEN_OVER);
	enter(pilot, CONTROL_PILOT_BASIC);
	pilot->pwm_seen = true;
	ask(pilot, basic_charging_request(pilot), now_us);
}

static void on_state(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out);

/*
 * Without hlc_at_start the station's own 5 % stays. It is asked for all the same, as a request of a predecessor may still
 * be on its way. Anything else may be F or X2 of a predecessor.
 */
static void begin_listening(struct control_pilot *pilot, uint64_t now_us)
{
	enter(pilot, CONTROL_PILOT_HLC);
	ask_kind(pilot, pilot->config.hlc_at_start || shows_hlc(pilot) ? PILOT_HLC : PILOT_X1, now_us);
}

/* Whatever a predecessor left behind, an F above all, ends with the first request. */
static void on_start(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->phase != CONTROL_PILOT_OFF)
		return;
	pilot_asking_expect_offer(&pilot->asking, shown_current_da(pilot));
	if (pilot->availability != CONTROL_PILOT_READY) {
		begin_unavailable(pilot, now_us);
	} else if (is_found_charging(pilot)) {
		take_over(pilot, now_us, out);
		return;
	} else {
		begin_listening(pilot, now_us);
	}
	if (pilot->state_is_known)
		on_state(pilot, now_us, out);
}

static bool may_stay_at_exit(const struct control_pilot *pilot)
{
	bool in_order = pilot->phase == CONTROL_PILOT_HLC || pilot->phase == CONTROL_PILOT_BASIC;

	/* While a request is not confirmed the F before it may still be on the pilot. */
	return pilot->config.keep_at_exit && in_order && (pilot->asking.confirmed || !pilot->asking.wanted);
}

/* The duty cycle that the last request asks for; F and X1 have none that anybody may draw a current with. */
static uint32_t asked_duty(const struct control_pilot *pilot)
{
	switch (pilot->asking.request.kind) {
	case PILOT_HLC:
		return DUTY_CYCLE_HLC;
	case PILOT_X2:
		return duty_cycle_from_current(pilot->asking.request.current_da);
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

static void on_end(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	uint32_t duty;
	bool stays = control_pilot_would_stay(pilot, &duty);
	bool is_x1 = pilot->asking.request.kind == PILOT_X1 && pilot->asking.wanted;

	if (pilot->phase == CONTROL_PILOT_ENDING)
		return;
	enter(pilot, CONTROL_PILOT_ENDING);
	if (stays)
		pilot_asking_init(&pilot->asking, pilot->config.request_timeout_ms,
				  pilot->config.request_backoff_max_ms);
	else if (!is_x1)
		ask_kind(pilot, PILOT_X1, now_us);
	if (control_pilot_has_ended(pilot))
		say(out, CONTROL_PILOT_ENDED);
}

bool control_pilot_has_ended(const struct control_pilot *pilot)
{
	return pilot->phase == CONTROL_PILOT_ENDING && (pilot->asking.confirmed || !pilot->asking.wanted);
}

/* --- cp_status --- */

/* Without hlc_at_start 5 % is the station's own until it was asked for. */
static bool wants_hlc(const struct control_pilot *pilot)
{
	return pilot->asking.wanted && pilot->asking.request.kind == PILOT_HLC;
}

static void on_unplugged(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
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
	forget_session(pilot);
	if (pilot->phase == CONTROL_PILOT_UNAVAILABLE || pilot->phase == CONTROL_PILOT_AUTHORIZED)
		return;
	/* Also where it was asked for before: the station may have restarted since, and forgotten it. */
	if (had_vehicle && pilot->phase == CONTROL_PILOT_HLC && wants_hlc(pilot))
		ask_kind(pilot, PILOT_HLC, now_us);
	begin_hlc(pilot, now_us);
}

static bool is_in_our_f(const struct control_pilot *pilot)
{
	return pilot->phase == CONTROL_PILOT_PULSE || pilot->phase == CONTROL_PILOT_F_STEP;
}

/*
 * Some stations cannot tell A from F, and report A while our F is on the pilot. It would be taken for an unplug and a
 * new vehicle each time, and end in F again, for ever. From the third time on A belongs to our F; a vehicle that has
 * really left is noticed when the sequence goes on.
 */
static void on_a(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (!is_in_our_f(pilot) || !pilot->vehicle_present) {
		if (!is_in_our_f(pilot) && pilot->phase != CONTROL_PILOT_X1_STEP)
			pilot->a_in_f = 0;
		on_unplugged(pilot, now_us, out);
		return;
	}
	if (pilot->a_in_f < CONTROL_PILOT_A_IN_F) {
		pilot->a_in_f++;
		if (pilot->a_in_f == CONTROL_PILOT_A_IN_F)
			say(out, CONTROL_PILOT_A_BELONGS_TO_F);
	}
	if (pilot->a_in_f < CONTROL_PILOT_A_IN_F)
		on_unplugged(pilot, now_us, out);
}

/* A vehicle without PWM although it was asked for: a station that restarted has forgotten it. */
static void remind_of_pwm(struct control_pilot *pilot, uint64_t now_us)
{
	if (!shows_no_pwm(pilot->state))
		return;
	if (pilot->phase == CONTROL_PILOT_HLC && wants_hlc(pilot) && !pilot->hlc_asked_again) {
		pilot->hlc_asked_again = true;
		ask_kind(pilot, PILOT_HLC, now_us);
	} else if (pilot->phase == CONTROL_PILOT_BASIC && pilot->asking.request.kind == PILOT_X2 && pilot->pwm_seen) {
		pilot->pwm_seen = false;
		if (basic_charging_request(pilot).kind == PILOT_X2)
			ask(pilot, basic_charging_request(pilot), now_us);
	}
}

/* --- the pause --- */

/* The link is found again, or the E/F follows that a new matching begins with. */
static void end_pause(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool sleeps = pilot->resuming;

	if (pilot->slac == CONTROL_PILOT_SLAC_IDLE) {
		begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out); /* it was lost meanwhile */
		return;
	}
	if (!eim_is_wanted(pilot))
		begin_hlc(pilot, now_us);
	else if (pilot->nominal_is_open)
		begin_basic(pilot, now_us, out);
	else
		begin_x1_step(pilot, pilot->config.step_x1_hlc_ms, now_us);
	if (sleeps)
		say(out, CONTROL_PILOT_WOKEN);
}

/* X1 lasts its time before the oscillator comes on again. Where it was not confirmed it has as much time from here. */
static void wake_up(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->phase != CONTROL_PILOT_PAUSED) {
		say(out, CONTROL_PILOT_WOKEN);
		return;
	}
	if (pilot->woken)
		return;
	pilot->woken = true;
	pilot->c_until_us = CONTROL_PILOT_NEVER;
	if (pilot->nominal_is_open)
		end_pause(pilot, now_us, out);
	else if (pilot->deadline_us == CONTROL_PILOT_NEVER)
		pilot->deadline_us = now_us + (uint64_t)pilot->config.step_x1_hlc_ms * 1000;
}

/* The vehicle wakes us with B-C-B, 200 to 400 ms each. */
static void follow_vehicle_in_pause(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool is_b = pilot->state == CP_STATE_B1 || pilot->state == CP_STATE_B2;

	if (pilot->phase != CONTROL_PILOT_PAUSED || pilot->woken)
		return;
	if (is_b && pilot->c_until_us != CONTROL_PILOT_NEVER)
		wake_up(pilot, now_us, out);
	else if (is_b)
		pilot->b_in_pause = true;
	else if (pilot->b_in_pause && pilot->c_until_us == CONTROL_PILOT_NEVER)
		pilot->c_until_us = now_us + CONTROL_PILOT_WAKE_C_MS * 1000;
}

static void on_link_paused(struct control_pilot *pilot, uint64_t now_us)
{
	const bool is_in_session = pilot->phase == CONTROL_PILOT_HLC || pilot->phase == CONTROL_PILOT_X1_STEP ||
				   pilot->phase == CONTROL_PILOT_BASIC;

	if (!is_in_session && !(pilot->phase == CONTROL_PILOT_PAUSED && pilot->woken))
		return;
	pilot->resuming = true;
	pilot->nominal_is_open = false;
	enter_step(pilot, CONTROL_PILOT_PAUSED, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);
	pilot->b_in_pause = pilot->state == CP_STATE_B1 || pilot->state == CP_STATE_B2;
}

/* --- what the vehicle does --- */

static void on_vehicle(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->vehicle_present = true;
	if (pilot->phase == CONTROL_PILOT_UNAVAILABLE)
		return;
	if (pilot->asking.number == 0 && !pilot->session_open && is_found_charging(pilot)) {
		take_over(pilot, now_us, out); /* nothing was asked of the station yet */
		return;
	}
	remind_of_pwm(pilot, now_us);
	follow_vehicle_in_pause(pilot, now_us, out);
	if (pilot->phase == CONTROL_PILOT_BASIC && shows_pwm(pilot->state))
		pilot->pwm_seen = true;
	if (!pilot->session_open || pilot->faulted)
		open_session(pilot, now_us, out);
}

/* E or F that is not the echo of our own F; E is never asked for. */
static bool is_fault(const struct control_pilot *pilot)
{
	return cp_state_is_fault(pilot->state) && !(pilot->state == CP_STATE_F && pilot->f_expected);
}

/* A that was taken for a part of our F is A again where our F is given up. */
static void unplug_in_a(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->vehicle_present && cp_state_is_unplugged(pilot->state))
		on_unplugged(pilot, now_us, out);
}

static void on_fault(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (!is_fault(pilot) || pilot->phase == CONTROL_PILOT_UNAVAILABLE || !pilot->session_open || pilot->faulted)
		return;
	pilot->faulted = true;
	pilot->resuming = false;
	pilot->slac = CONTROL_PILOT_SLAC_IDLE;
	say(out, CONTROL_PILOT_FAULT);
	/* Whatever was offered must not come back by itself when the station recovers. */
	begin_hlc(pilot, now_us);
}

static bool shows_x1(const struct control_pilot *pilot, enum cp_state before)
{
	/* There are stations that report A for F. */
	if (pilot->state == CP_STATE_A1)
		return before == CP_STATE_A2 && !pilot->f_was_asked;
	/* X1 of the start: it is there to end what a predecessor left behind. */
	if (pilot->phase == CONTROL_PILOT_HLC)
		return shows_no_pwm(pilot->state) || shows_hlc(pilot);
	/* One that was without PWM before may have been told before our request was carried out. */
	return shows_no_pwm(pilot->state) && !shows_no_pwm(before);
}

/* Whether this state, after that one, shows that the station has carried out what was asked last. */
static bool shows_request(const struct control_pilot *pilot, enum cp_state before)
{
	const uint32_t shown_da = shown_current_da(pilot);
	const uint32_t asked_da = pilot->asking.request.current_da;

	switch (pilot->asking.request.kind) {
	case PILOT_F:
		return pilot->state == CP_STATE_F;
	case PILOT_X1:
		return shows_x1(pilot, before);
	case PILOT_X2:
		return shown_da <= asked_da && shown_da + SHOWN_CURRENT_BELOW_DA > asked_da;
	case PILOT_HLC:
		break;
	}
	return shows_hlc(pilot);
}

static bool shows_more_than(const struct control_pilot *pilot, uint32_t current_da)
{
	const uint32_t shown_da = shown_current_da(pilot);

	if (current_da == 0)
		return shows_pwm(pilot->state);
	return shown_da > 0 && pilot->duty > duty_cycle_from_current(current_da) + DUTY_TOLERANCE;
}

/* Whether this state shows that the confirmed request is not in force (any more). Silence on duty shows nothing. */
static bool contradicts_request(const struct control_pilot *pilot, enum cp_state before)
{
	uint32_t asked_da = pilot->asking.request.current_da;

	/* Another service answers for the current, and may offer what it has asked for. */
	if (pilot->handed_over && pilot->phase == CONTROL_PILOT_BASIC && pilot->other_da > asked_da)
		asked_da = pilot->other_da;
	switch (pilot->asking.request.kind) {
	case PILOT_F:
		/* In our own F steps A has a meaning of its own: on_a. */
		return cp_state_has_vehicle(pilot->state) ||
		       (pilot->phase == CONTROL_PILOT_UNAVAILABLE && cp_state_is_unplugged(pilot->state) &&
			(shows_pwm(pilot->state) || !cp_state_is_unplugged(before)));
	case PILOT_X1:
	case PILOT_X2:
		return shows_more_than(pilot, asked_da);
	case PILOT_HLC:
		break;
	}
	return shown_current_da(pilot) > 0 ||
	       (shows_pwm(before) && cp_state_has_vehicle(pilot->state) && shows_no_pwm(pilot->state));
}

/* The X2 that follows X1 is wanted, and was not sent yet. */
static bool is_about_to_open(const struct control_pilot *pilot)
{
	const struct pilot_asking *asking = &pilot->asking;
	const bool is_sent = asking->confirmed || asking->sendings > 0;

	return asking->wanted && asking->request.kind == PILOT_X2 && !is_sent && asking->offered_da == 0;
}

/*
 * A nominal duty may be asked for, but the station shows that the F or X1 which had to be held before it is gone: 5 %,
 * or any PWM while X2 was never sent. Such a station has restarted. It matters whatever is confirmed: an X2 that is due,
 * or is repeated, would follow 5 % directly.
 */
static bool shows_no_way_to_nominal(const struct control_pilot *pilot)
{
	return pilot->nominal_is_open && (shows_hlc(pilot) || (is_about_to_open(pilot) && shows_pwm(pilot->state)));
}

static void compare_with_request(struct control_pilot *pilot, enum cp_state before, uint64_t now_us,
				 struct control_pilot_outputs *out)
{
	struct pilot_asking *asking = &pilot->asking;
	/* Otherwise what the station shows has another cause. */
	const bool is_sent = asking->confirmed || asking->sendings > 0;

	if (!asking->wanted)
		return;
	pilot_asking_expect_offer(asking, shown_current_da(pilot));
	if (pilot->state == CP_STATE_F)
		pilot_asking_see_f(asking);
	if (shows_no_way_to_nominal(pilot) || (is_sent && asking->confirmed && contradicts_request(pilot, before))) {
		say(out, CONTROL_PILOT_CONTRADICTED);
		distrust_pilot(pilot, now_us);
	} else if (is_sent && !asking->confirmed && !pilot_asking_is_ambiguous(asking) &&
		   shows_request(pilot, before)) {
		pilot_asking_confirm(asking);
	} else if (pilot->phase == CONTROL_PILOT_BASIC && pilot->handed_over && !asking->confirmed) {
		keep_within_limit(pilot, now_us);
	}
}

/* The last state that was reported means what it means in the present phase. */
static void on_state(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (cp_state_is_unplugged(pilot->state))
		on_a(pilot, now_us, out);
	else if (cp_state_has_vehicle(pilot->state))
		on_vehicle(pilot, now_us, out);
	else
		on_fault(pilot, now_us, out);
}

static void take_state(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
		       struct control_pilot_outputs *out)
{
	const enum cp_state before = pilot->state;

	pilot->state = input->state;
	pilot->state_is_known = true;
	pilot->duty_is_known = input->has_duty;
	pilot->duty = input->duty;
	pilot->x2_is_unseen = false;
	/* A state after our F was replaced by another request: the next E or F is not its echo. */
	if (!cp_state_is_fault(input->state) && pilot->asking.request.kind != PILOT_F)
		pilot->f_expected = false;
	if (pilot->phase == CONTROL_PILOT_OFF)
		return;
	compare_with_request(pilot, before, now_us, out);
	pilot->f_was_asked = pilot->asking.request.kind == PILOT_F && pilot->asking.wanted;
	if (pilot->phase != CONTROL_PILOT_ENDING)
		on_state(pilot, now_us, out);
}

/* --- what the station allows --- */

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

static void on_limit(struct control_pilot *pilot, const struct control_pilot_limits *limits, uint64_t now_us)
{
	pilot->limit_da = available_current(pilot, limits);
	if (pilot->phase == CONTROL_PILOT_BASIC)
		offer_basic_charging(pilot, now_us);
}

static void on_ready(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->vehicle_present && !is_fault(pilot)) {
		open_session(pilot, now_us, out);
		return;
	}
	/* E or F began while the outlet was out of service: matching waits for its end. */
	pilot->faulted = pilot->session_open;
	begin_hlc(pilot, now_us);
	act_on_eim(pilot, now_us, out);
}

static void on_availability(struct control_pilot *pilot, enum control_pilot_availability availability, uint64_t now_us,
			    struct control_pilot_outputs *out)
{
	bool changed = availability != pilot->availability;

	pilot->availability = availability;
	if (!changed || pilot->phase == CONTROL_PILOT_OFF)
		return;
	if (availability == CONTROL_PILOT_READY) {
		on_ready(pilot, now_us, out);
		return;
	}
	unplug_in_a(pilot, now_us, out);
	if (pilot->phase != CONTROL_PILOT_UNAVAILABLE && pilot->session_open && !pilot->faulted)
		say(out, CONTROL_PILOT_STOPPED);
	pilot->faulted = false;
	pilot->slac = CONTROL_PILOT_SLAC_IDLE;
	begin_unavailable(pilot, now_us);
}

/* --- what matching says --- */

static bool waits_for_car(const struct control_pilot *pilot)
{
	return pilot->phase == CONTROL_PILOT_HLC && pilot->session_open && !pilot->faulted;
}

static void on_init_timeout(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->phase == CONTROL_PILOT_BASIC || pilot->phase == CONTROL_PILOT_X1_STEP)
		listen_at_nominal(pilot, out);
	if (pilot->phase == CONTROL_PILOT_PAUSED)
		say(out, CONTROL_PILOT_LISTEN_ON); /* the link was lost in the pause; a vehicle that speaks is awake */
	if (!waits_for_car(pilot))
		return;
	if (cp_state_is_unplugged(pilot->state)) {
		on_unplugged(pilot, now_us, out); /* it left while A was taken for a part of F */
		return;
	}
	if (pilot->hlc_charging) {
		say(out, CONTROL_PILOT_LISTEN); /* a running 15118 session is never cut */
		return;
	}
	if (pilot->pulses_sent < pilot->config.init_retries) {
		pilot->pulses_sent++;
		begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
		return;
	}
	if (!pilot->config.has_ac) {
		say(out, CONTROL_PILOT_NO_BASIC_CHARGING);
		/* After an E/F the car is awake, and may speak at any time. */
		if (pilot->config.init_retries > 0 || pilot->failed_pulses_sent > 0)
			say(out, CONTROL_PILOT_LISTEN_ON);
		return;
	}
	say(out, CONTROL_PILOT_BASIC_CHARGING);
	if (pilot->config.init_retries == 0 || pilot->pulse_was_missing) {
		begin_f_phase(pilot, CONTROL_PILOT_F_STEP, now_us, out);
		return;
	}
	/* [V2G3-M06-07]: the pulses were the E/F, after the last window the oscillator goes off. */
	say(out, CONTROL_PILOT_PAUSE_LISTENING);
	begin_x1_step(pilot, pilot->config.step_x1_ms, now_us);
}

/* The link is gone. True, and E/F begins, where it was looked for after a pause. */
static bool lose_resumed_link(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool is_sought = pilot->resuming && pilot->session_open && pilot->phase != CONTROL_PILOT_PAUSED;

	pilot->slac = CONTROL_PILOT_SLAC_IDLE;
	pilot->resuming = false;
	if (is_sought)
		begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out); /* the vehicle looks for another network */
	return is_sought;
}

static void on_failed(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (lose_resumed_link(pilot, now_us, out))
		return;
	if (!waits_for_car(pilot) || pilot->hlc_charging || pilot->failed_pulses_sent >= pilot->config.failed_pulses)
		return;
	pilot->failed_pulses_sent++;
	begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
}

/*
 * X1, in which the network is left, then E/F, then what was there before, and a new matching ([V2G3-M07-05] to -09). At
 * a nominal duty the standard leaves the choice to stay. A running 15118 session is never cut: it ends by itself first.
 */
static void on_link_lost(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool is_basic = pilot->phase == CONTROL_PILOT_BASIC;
	const bool is_nominal = is_basic && offers_current(pilot);
	const bool retries = pilot->config.pulse_on_link_loss || (pilot->config.pulse_unless_nominal && !is_nominal);

	if (lose_resumed_link(pilot, now_us, out))
		return;
	if (!retries || pilot->hlc_charging || !(is_basic || waits_for_car(pilot)))
		return;
	say(out, CONTROL_PILOT_PAUSE_LISTENING);
	enter_step(pilot, CONTROL_PILOT_LINK_LOST_X1, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);
}

static void on_slac(struct control_pilot *pilot, enum control_pilot_slac slac, uint64_t now_us,
		    struct control_pilot_outputs *out)
{
	const bool is_paused = pilot->phase == CONTROL_PILOT_PAUSED;

	pilot->slac = slac;
	pilot->resuming = false;
	if (is_paused && slac == CONTROL_PILOT_SLAC_IDLE) {
		begin_hlc(pilot, now_us); /* the session that was paused was ended */
		act_on_eim(pilot, now_us, out);
	} else if (is_paused) {
		wake_up(pilot, now_us, out); /* a vehicle that speaks is awake */
	}
	if (slac != CONTROL_PILOT_SLAC_MATCHED)
		return;
	/* A successful match resets all retry counters ([V2G3-M08-02]). */
	pilot->pulses_sent = pilot->failed_pulses_sent = 0;
	pilot->pulse_was_missing = false;
}

/*
 * A car that speaks only when basic charging has begun (there are cars that take 30 s). The F that is on its way is the
 * E/F before its window. Otherwise X1 comes before 5 %, as when a vehicle wakes us.
 */
static void on_late_car(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool is_late = pilot->phase == CONTROL_PILOT_F_STEP || pilot->phase == CONTROL_PILOT_X1_STEP ||
			     pilot->phase == CONTROL_PILOT_BASIC;
	const bool is_free = pilot->slac == CONTROL_PILOT_SLAC_IDLE && !eim_is_wanted(pilot) && !pilot->hlc_charging;

	if (!pilot->config.rematch_from_basic || pilot->rematched || !is_late || !is_free || !pilot->session_open)
		return;
	pilot->rematched = true;
	say(out, CONTROL_PILOT_LETS_LATE_CAR_IN);
	if (pilot->phase == CONTROL_PILOT_F_STEP)
		pilot->phase = CONTROL_PILOT_PULSE;
	else
		enter_step(pilot, CONTROL_PILOT_REMATCH, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);
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
		say(out, CONTROL_PILOT_HANDED_OVER);
	pilot->handed_over = true;
	pilot->other_da = current_da;
}

/*
 * In basic charging the current is handed over to whoever asks for one, and what is asked for afterwards counts in any
 * phase: basic charging may come back. Any other offer than what is wanted here may be the last one that the station
 * carries out.
 */
static void on_other_request(struct control_pilot *pilot, bool hlc, uint32_t current_da, uint64_t now_us,
			     struct control_pilot_outputs *out)
{
	const bool is_hlc_in_order = pilot->asking.wanted && pilot->asking.request.kind == PILOT_HLC;
	const bool is_on_the_way = pilot->phase == CONTROL_PILOT_F_STEP || pilot->phase == CONTROL_PILOT_X1_STEP;
	const struct pilot_request request = other_request(hlc, current_da);

	if (pilot->handed_over && !hlc && (nominal_is_permitted(pilot) || current_da < pilot->other_da))
		pilot->other_da = current_da;
	/* Basic charging was reported, and this service is early: what it wants is not forgotten. */
	if (is_on_the_way && !hlc && current_da > 0 && nominal_is_permitted(pilot))
		hand_over(pilot, current_da, out);
	if (pilot->phase == CONTROL_PILOT_BASIC && !hlc && nominal_is_permitted(pilot)) {
		hand_over(pilot, current_da, out);
		pilot_asking_expect_other(&pilot->asking, request);
		keep_within_limit(pilot, now_us);
	} else if (pilot->asking.wanted && (hlc ? !is_hlc_in_order : current_da > 0)) {
		say(out, CONTROL_PILOT_OTHER_MASTER);
		distrust_pilot(pilot, now_us);
		pilot_asking_expect_other(&pilot->asking, request);
	}
}

static void on_reset(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->phase == CONTROL_PILOT_OFF)
		return;
	pilot->hlc_charging = false;
	pilot->authorized = false;
	if (pilot->phase == CONTROL_PILOT_UNAVAILABLE)
		return;
	unplug_in_a(pilot, now_us, out);
	if (pilot->session_open)
		say(out, CONTROL_PILOT_VEHICLE_LEFT);
	pilot->session_open = false;
	begin_hlc(pilot, now_us);
	if (pilot->vehicle_present && !is_fault(pilot))
		open_session(pilot, now_us, out);
}

/* --- answers --- */

static void on_answer(struct control_pilot *pilot, uint32_t number, bool valid, uint64_t now_us,
		      struct control_pilot_outputs *out)
{
	switch (pilot_asking_take_answer(&pilot->asking, number, valid, now_us)) {
	case PILOT_ANSWER_CONFIRMED:
		pilot->refused = false;
		break;
	case PILOT_ANSWER_REFUSED:
		pilot->refused = true;
		if (pilot->phase == CONTROL_PILOT_AUTHORIZED)
			distrust_pilot(pilot, now_us);
		if (pilot->phase == CONTROL_PILOT_BASIC && pilot->handed_over)
			keep_within_limit(pilot, now_us);
		say(out, CONTROL_PILOT_REFUSED);
		break;
	case PILOT_ANSWER_OVERTAKEN:
		say(out, CONTROL_PILOT_OVERTAKEN);
		distrust_pilot(pilot, now_us);
		break;
	case PILOT_ANSWER_LATE:
		say(out, CONTROL_PILOT_ANSWER_LATE);
		break;
	}
}

/* --- time --- */

static void begin_window(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	begin_hlc(pilot, now_us);
	say(out, CONTROL_PILOT_LISTEN);
}

static void end_pulse(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->pulse_was_missing = false;
	if (eim_is_wanted(pilot)) {
		/* Authorized in the meantime: the pulse was the E/F that must come before nominal. */
		say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
		begin_x1_step(pilot, pilot->config.step_x1_ms, now_us);
		return;
	}
	begin_window(pilot, now_us, out);
}

/* Authorized in the meantime: X1 was held, and the car may speak at a nominal duty as well. */
static void end_rematch(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (!eim_is_wanted(pilot)) {
		begin_window(pilot, now_us, out);
		return;
	}
	say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
	begin_basic(pilot, now_us, out);
}

static void end_f_step(struct control_pilot *pilot, uint64_t now_us)
{
	/* A station that reports A for our F has the time to report the vehicle again. */
	const bool is_unplugged = cp_state_is_unplugged(pilot->state);

	begin_x1_step(pilot, is_unplugged ? pilot->config.step_x1_hlc_ms : pilot->config.step_x1_ms, now_us);
}

/* F, or with AUTHORIZED and X1_STEP X1, was in force for its time. */
static void end_step(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool is_after_f = pilot->phase == CONTROL_PILOT_X1_STEP || pilot->phase == CONTROL_PILOT_REMATCH;

	pilot->deadline_us = CONTROL_PILOT_NEVER;
	pilot->hold_ms = 0;
	if (pilot->woken) {
		end_pause(pilot, now_us, out);
		return;
	}
	pilot->nominal_is_open = true;
	if (pilot->phase == CONTROL_PILOT_PULSE)
		end_pulse(pilot, now_us, out);
	else if (pilot->phase == CONTROL_PILOT_F_STEP)
		end_f_step(pilot, now_us);
	else if (is_after_f && cp_state_is_unplugged(pilot->state))
		on_unplugged(pilot, now_us, out); /* it left while A was taken for a part of F */
	else if (pilot->phase == CONTROL_PILOT_X1_STEP)
		begin_basic(pilot, now_us, out);
	else if (pilot->phase == CONTROL_PILOT_REMATCH)
		end_rematch(pilot, now_us, out);
	else if (pilot->phase == CONTROL_PILOT_LINK_LOST_X1)
		begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
}

/* The station neither confirms nor shows our F. */
static void give_up_f(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	/* With an authorization the pulse was the E/F that must come before nominal. */
	if (pilot->phase == CONTROL_PILOT_PULSE && !eim_is_wanted(pilot)) {
		pilot->pulse_was_missing = true;
		say(out, CONTROL_PILOT_PULSE_GIVEN_UP);
		begin_window(pilot, now_us, out);
		return;
	}
	say(out, pilot->refused ? CONTROL_PILOT_F_REFUSED : CONTROL_PILOT_F_UNCONFIRMED);
	if (cp_state_is_unplugged(pilot->state)) {
		on_unplugged(pilot, now_us, out); /* without an F in force A is an A */
		return;
	}
	enter(pilot, CONTROL_PILOT_NOT_OBEYED);
	ask_kind(pilot, PILOT_X1, now_us);
}

static void expire(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const struct pilot_asking *asking = &pilot->asking;

	if (pilot->c_until_us <= now_us)
		wake_up(pilot, now_us, out);
	if (pilot->deadline_us <= now_us)
		end_step(pilot, now_us, out);
	else if (is_in_our_f(pilot) && !asking->confirmed && pilot->f_sendings >= CONTROL_PILOT_F_SENDINGS &&
		 asking->due_us <= now_us)
		give_up_f(pilot, now_us, out);
}

/* --- the machine --- */

static void take(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
		 struct control_pilot_outputs *out)
{
	switch (input->kind) {
	case CONTROL_PILOT_START:
		on_start(pilot, now_us, out);
		break;
	case CONTROL_PILOT_LIMIT:
		on_limit(pilot, &input->limits, now_us);
		break;
	case CONTROL_PILOT_AVAILABILITY:
		on_availability(pilot, input->availability, now_us, out);
		break;
	case CONTROL_PILOT_SLAC:
		on_slac(pilot, input->slac, now_us, out);
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
	case CONTROL_PILOT_LINK_PAUSED:
		on_link_paused(pilot, now_us);
		break;
	case CONTROL_PILOT_WAKE:
		wake_up(pilot, now_us, out);
		break;
	case CONTROL_PILOT_LATE_CAR:
		on_late_car(pilot, now_us, out);
		break;
	case CONTROL_PILOT_EIM:
		pilot->authorized = input->active;
		act_on_eim(pilot, now_us, out);
		break;
	case CONTROL_PILOT_HLC_CHARGING:
		pilot->hlc_charging = input->active && pilot->session_open;
		act_on_eim(pilot, now_us, out); /* accepted while the 15118 session ran */
		break;
	case CONTROL_PILOT_RESET:
		on_reset(pilot, now_us, out);
		break;
	case CONTROL_PILOT_END:
		on_end(pilot, now_us, out);
		break;
	default:
		break; /* about requests and states: taken in any phase, also at the end */
	}
}

static void undo_send(struct control_pilot *pilot, bool reachable, uint64_t now_us)
{
	if (pilot->f_sendings > 0)
		pilot->f_sendings--;
	pilot_asking_undo_send(&pilot->asking, reachable, now_us);
}

/*
 * Nobody knows what the station did meanwhile. A step that must be whole before a nominal duty begins again, and so does
 * X1 of basic charging, which X2 may follow at any time. An X2 that is in force is not asked for again: a station that
 * has restarted may be at 5 % by itself, and an X2 would follow directly. Such a station reports its pilot, and then X2
 * comes back by the way it has to go.
 */
static void on_reachable(struct control_pilot *pilot, uint64_t now_us)
{
	const bool is_basic = pilot->phase == CONTROL_PILOT_BASIC;

	pilot->x2_is_unseen = is_basic && offers_current(pilot) && pilot->asking.confirmed;
	if (pilot->x2_is_unseen)
		return;
	pilot_asking_reach(&pilot->asking, now_us);
	if (has_step(pilot) || is_basic)
		distrust_pilot(pilot, now_us);
}

/* The X1 of the start, without hlc_at_start, has done its work: from here on the 5 % is the station's own. */
static void drop_x1_of_start(struct control_pilot *pilot)
{
	if (pilot->phase == CONTROL_PILOT_HLC && pilot->asking.request.kind == PILOT_X1 && pilot->asking.confirmed)
		pilot_asking_drop(&pilot->asking);
}

static void take_in_any_phase(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
			      struct control_pilot_outputs *out)
{
	switch (input->kind) {
	case CONTROL_PILOT_STATE:
		take_state(pilot, input, now_us, out);
		break;
	case CONTROL_PILOT_ANSWER:
		on_answer(pilot, input->number, input->active, now_us, out);
		break;
	case CONTROL_PILOT_NOT_SENT:
		undo_send(pilot, input->active, now_us);
		break;
	case CONTROL_PILOT_REACHABLE:
		on_reachable(pilot, now_us);
		break;
	case CONTROL_PILOT_OTHER_REQUEST:
		on_other_request(pilot, input->active, input->current_da, now_us, out);
		break;
	default:
		break;
	}
}

void control_pilot_input(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
			 struct control_pilot_outputs *out)
{
	const bool had_ended = control_pilot_has_ended(pilot);

	out->count = 0;
	expire(pilot, now_us, out);
	take_in_any_phase(pilot, input, now_us, out);
	if (pilot->phase != CONTROL_PILOT_ENDING)
		take(pilot, input, now_us, out);
	else if (!had_ended && control_pilot_has_ended(pilot))
		say(out, CONTROL_PILOT_ENDED);
	drop_x1_of_start(pilot);
	time_step(pilot, now_us);
}

bool control_pilot_send(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_sending *sending)
{
	if (!pilot->asking.wanted || pilot->asking.due_us > now_us)
		return false;
	sending->request = pilot->asking.request;
	sending->number = pilot_asking_send(&pilot->asking, now_us);
	sending->sendings = pilot->asking.sendings;
	if (is_in_our_f(pilot))
		pilot->f_sendings++;
	return true;
}

uint64_t control_pilot_deadline(const struct control_pilot *pilot)
{
	uint64_t first_us = pilot->deadline_us;

	if (pilot->asking.due_us < first_us)
		first_us = pilot->asking.due_us;
	return pilot->c_until_us < first_us ? pilot->c_until_us : first_us;
}

void control_pilot_defaults(struct control_pilot_config *config, bool strict)
{
	*config = (struct control_pilot_config){
		.hlc_at_start = true,
		.request_timeout_ms = 2000,
		.request_backoff_max_ms = 30000,
		.step_f_ms = 5000,
		.step_x1_ms = 500,
		.step_x1_hlc_ms = 3000,
		.init_retries = strict ? 2 : 0,
		.pulse_on_link_loss = strict,
		.pulse_unless_nominal = strict,
		.rematch_from_basic = !strict,
		.nominal_needs_eim = strict,
	};
}

void control_pilot_init(struct control_pilot *pilot, const struct control_pilot_config *config)
{
	memset(pilot, 0, sizeof(*pilot));
	pilot->config = *config;
	pilot->state = CP_STATE_A1;
	pilot->deadline_us = pilot->c_until_us = CONTROL_PILOT_NEVER;
	pilot_asking_init(&pilot->asking, config->request_timeout_ms, config->request_backoff_max_ms);
}

const char *control_pilot_phase_text(enum control_pilot_phase phase)
{
	static const char *const texts[] = {"OFF",        "HLC",         "PULSE",        "F_STEP", "X1_STEP",
					    "BASIC",      "AUTHORIZED",  "LINK_LOST_X1", "PAUSED", "REMATCH",
					    "NOT_OBEYED", "UNAVAILABLE", "ENDING"};

	return (size_t)phase < sizeof(texts) / sizeof(texts[0]) ? texts[phase] : "?";
}

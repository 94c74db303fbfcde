/* SPDX-License-Identifier: Apache-2.0 */
#include "cp/control_pilot.h"

#include "cp/basic_charging.h"
#include "cp/pilot_elsewhere.h"
#include "cp/pilot_end.h"
#include "cp/pilot_pause.h"
#include "cp/pilot_shown.h"
#include "cp/pilot_step.h"

#include <string.h>

/* --- the session of a vehicle --- */

/* What is true of one vehicle, and must not be taken over to the next one. */
static void forget_session(struct control_pilot *pilot)
{
	pilot->resuming = false;
	pilot->rematched = false;
	pilot->handed_over = false;
	pilot->other_da = 0;
}

/* The X1 that was asked for with the authorization goes on. */
static void continue_x1_step(struct control_pilot *pilot)
{
	pilot->phase = CONTROL_PILOT_X1_STEP;
}

static void begin_unavailable(struct control_pilot *pilot, uint64_t now_us)
{
	bool for_now = pilot->availability == CONTROL_PILOT_NOT_READY;

	pilot_enter(pilot, CONTROL_PILOT_UNAVAILABLE);
	pilot_ask_kind(pilot, for_now ? PILOT_X1 : PILOT_F, now_us);
	forget_session(pilot);
}

/* EIM was accepted: doc/protocol.md, section 9.4. */
static void act_on_eim(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->phase == CONTROL_PILOT_BASIC) {
		basic_charging_offer(pilot, now_us);
		basic_charging_listen(pilot, out);
	}
	if (pilot->phase == CONTROL_PILOT_AUTHORIZED && !basic_charging_is_by_eim(pilot))
		pilot_begin_hlc(pilot, now_us);
	if (!basic_charging_is_by_eim(pilot) || pilot->phase != CONTROL_PILOT_HLC || pilot->faulted)
		return;
	if (!pilot->session_open) {
		pilot_enter_step(pilot, CONTROL_PILOT_AUTHORIZED, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);
		return;
	}
	if (pilot->slac != CONTROL_PILOT_SLAC_IDLE) {
		/* [V2G3-M06-06]: no E/F, the running match goes on. */
		pilot_begin_x1_step(pilot, pilot->config.step_x1_hlc_ms, now_us);
		return;
	}
	/* [V2G3-M06-05], [V2G3-M06-08]. */
	pilot_say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
	pilot_begin_f_phase(pilot, CONTROL_PILOT_F_STEP, now_us, out);
}

/* Authorized before the plug-in: nominal as soon as X1 was held; a car that wants to speak nevertheless is answered. */
static void open_authorized_session(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot_say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
	if (pilot->nominal_is_open)
		basic_charging_begin(pilot, now_us, out);
	else if (pilot->phase == CONTROL_PILOT_AUTHORIZED)
		continue_x1_step(pilot);
	else
		pilot_begin_x1_step(pilot, pilot->config.step_x1_hlc_ms, now_us);
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
	pilot_say(out, CONTROL_PILOT_VEHICLE_CONNECTED);
	if (basic_charging_is_by_eim(pilot))
		open_authorized_session(pilot, now_us, out);
	else
		pilot_begin_hlc(pilot, now_us);
}

/* --- start --- */

/* A predecessor, or another service, has brought the vehicle to basic charging: it is not cut. */
static bool is_found_charging(const struct control_pilot *pilot)
{
	bool charges = pilot->state == CP_STATE_C2 || pilot->state == CP_STATE_D2;

	return pilot->state_is_known && charges && pilot->config.has_ac && pilot_shown_current_da(pilot) > 0;
}

static void take_over(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->nominal_is_open = true;
	pilot->session_open = true;
	pilot->vehicle_present = true;
	pilot->authorized = true; /* whoever charges at a nominal duty was */
	pilot_asking_expect_offer(&pilot->asking, pilot_shown_current_da(pilot));
	pilot_say(out, CONTROL_PILOT_VEHICLE_CONNECTED);
	pilot_say(out, CONTROL_PILOT_PAUSE_LISTENING);
	pilot_say(out, CONTROL_PILOT_TAKEN_OVER);
	basic_charging_find_other(pilot, out);
	pilot_enter(pilot, CONTROL_PILOT_BASIC);
	pilot->pwm_seen = true;
	pilot_ask(pilot, basic_charging_request(pilot), now_us);
}

static void on_state(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out);

/*
 * Without hlc_at_start the station's own 5 % stays. It is asked for all the same, as a request of a predecessor may still
 * be on its way. Anything else may be F or X2 of a predecessor.
 */
static void begin_listening(struct control_pilot *pilot, uint64_t now_us)
{
	pilot_enter(pilot, CONTROL_PILOT_HLC);
	pilot_ask_kind(pilot, pilot->config.hlc_at_start || pilot_shows_hlc(pilot) ? PILOT_HLC : PILOT_X1, now_us);
}

/* Whatever a predecessor left behind, an F above all, ends with the first request. */
static void on_start(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->phase != CONTROL_PILOT_OFF)
		return;
	pilot_asking_expect_offer(&pilot->asking, pilot_shown_current_da(pilot));
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
		pilot_say(out, CONTROL_PILOT_VEHICLE_LEFT);
	pilot->session_open = false;
	pilot->hlc_asked_again = false;
	forget_session(pilot);
	if (pilot->phase == CONTROL_PILOT_UNAVAILABLE || pilot->phase == CONTROL_PILOT_AUTHORIZED)
		return;
	/* Also where it was asked for before: the station may have restarted since, and forgotten it. */
	if (had_vehicle && pilot->phase == CONTROL_PILOT_HLC && wants_hlc(pilot))
		pilot_ask_kind(pilot, PILOT_HLC, now_us);
	pilot_begin_hlc(pilot, now_us);
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
			pilot_say(out, CONTROL_PILOT_A_BELONGS_TO_F);
	}
	if (pilot->a_in_f < CONTROL_PILOT_A_IN_F)
		on_unplugged(pilot, now_us, out);
}

/* A vehicle without PWM although it was asked for: a station that restarted has forgotten it. */
static void remind_of_pwm(struct control_pilot *pilot, uint64_t now_us)
{
	if (!cp_state_shows_no_pwm(pilot->state))
		return;
	if (pilot->phase == CONTROL_PILOT_HLC && wants_hlc(pilot) && !pilot->hlc_asked_again) {
		pilot->hlc_asked_again = true;
		pilot_ask_kind(pilot, PILOT_HLC, now_us);
	} else if (pilot->phase == CONTROL_PILOT_BASIC && basic_charging_offers_current(pilot) && pilot->pwm_seen) {
		pilot->pwm_seen = false;
		pilot->owes_x2 = true;
		if (basic_charging_request(pilot).kind == PILOT_X2)
			pilot_ask(pilot, basic_charging_request(pilot), now_us);
	}
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
	pilot_pause_follow_vehicle(pilot, now_us, out);
	if (pilot->phase == CONTROL_PILOT_BASIC && cp_state_shows_pwm(pilot->state))
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
	pilot_say(out, CONTROL_PILOT_FAULT);
	/* Whatever was offered must not come back by itself when the station recovers. */
	pilot_begin_hlc(pilot, now_us);
}

static void compare_with_request(struct control_pilot *pilot, enum cp_state before, uint64_t now_us,
				 struct control_pilot_outputs *out)
{
	struct pilot_asking *asking = &pilot->asking;
	/* Otherwise what the station shows has another cause. */
	const bool is_sent = asking->confirmed || asking->sendings > 0;

	if (!asking->wanted)
		return;
	pilot_asking_expect_offer(asking, pilot_shown_current_da(pilot));
	if (pilot->state == CP_STATE_F)
		pilot_asking_see_f(asking);
	if (pilot_shows_no_way_to_nominal(pilot) ||
	    (is_sent && asking->confirmed && pilot_contradicts_request(pilot, before))) {
		pilot_say(out, CONTROL_PILOT_CONTRADICTED);
		pilot_distrust(pilot, now_us);
	} else if (is_sent && !asking->confirmed && !pilot_asking_is_ambiguous(asking) &&
		   pilot_shows_request(pilot, before)) {
		pilot_asking_confirm(asking);
	} else if (pilot->phase == CONTROL_PILOT_BASIC && pilot->handed_over && !asking->confirmed) {
		basic_charging_keep_within_limit(pilot, now_us);
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

static void on_ready(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (pilot->vehicle_present && !is_fault(pilot)) {
		open_session(pilot, now_us, out);
		return;
	}
	/* E or F began while the outlet was out of service: matching waits for its end. */
	pilot->faulted = pilot->session_open;
	pilot_begin_hlc(pilot, now_us);
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
		pilot_say(out, CONTROL_PILOT_STOPPED);
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
		basic_charging_listen(pilot, out);
	/* The link was lost in the pause; a vehicle that speaks is awake. */
	if (pilot->phase == CONTROL_PILOT_PAUSED)
		pilot_say(out, CONTROL_PILOT_LISTEN_ON);
	if (!waits_for_car(pilot))
		return;
	if (cp_state_is_unplugged(pilot->state)) {
		on_unplugged(pilot, now_us, out); /* it left while A was taken for a part of F */
		return;
	}
	if (pilot->hlc_charging) {
		pilot_say(out, CONTROL_PILOT_LISTEN); /* a running 15118 session is never cut */
		return;
	}
	if (pilot->pulses_sent < pilot->config.init_retries) {
		pilot->pulses_sent++;
		pilot_begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
		return;
	}
	if (!pilot->config.has_ac) {
		pilot_say(out, CONTROL_PILOT_NO_BASIC_CHARGING);
		/* After an E/F the car is awake, and may speak at any time. */
		if (pilot->config.init_retries > 0 || pilot->failed_pulses_sent > 0)
			pilot_say(out, CONTROL_PILOT_LISTEN_ON);
		return;
	}
	pilot_say(out, CONTROL_PILOT_BASIC_CHARGING);
	if (pilot->config.init_retries == 0 || pilot->pulse_was_missing) {
		pilot_begin_f_phase(pilot, CONTROL_PILOT_F_STEP, now_us, out);
		return;
	}
	/* [V2G3-M06-07]: the pulses were the E/F, after the last window the oscillator goes off. */
	pilot_say(out, CONTROL_PILOT_PAUSE_LISTENING);
	pilot_begin_x1_step(pilot, pilot->config.step_x1_ms, now_us);
}

/* The link is gone. True, and E/F begins, where it was looked for after a pause. */
static bool lose_resumed_link(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool is_sought = pilot->resuming && pilot->session_open && pilot->phase != CONTROL_PILOT_PAUSED;

	pilot->slac = CONTROL_PILOT_SLAC_IDLE;
	pilot->resuming = false;
	/* The vehicle looks for another network. */
	if (is_sought)
		pilot_begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
	return is_sought;
}

static void on_failed(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (lose_resumed_link(pilot, now_us, out))
		return;
	if (!waits_for_car(pilot) || pilot->hlc_charging || pilot->failed_pulses_sent >= pilot->config.failed_pulses)
		return;
	pilot->failed_pulses_sent++;
	pilot_begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
}

/*
 * X1, in which the network is left, then E/F, then what was there before, and a new matching ([V2G3-M07-05] to -09). At
 * a nominal duty the standard leaves the choice to stay. A running 15118 session is never cut: it ends by itself first.
 */
static void on_link_lost(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool is_basic = pilot->phase == CONTROL_PILOT_BASIC;
	const bool is_nominal = is_basic && basic_charging_offers_current(pilot);
	const bool retries = pilot->config.pulse_on_link_loss || (pilot->config.pulse_unless_nominal && !is_nominal);

	if (lose_resumed_link(pilot, now_us, out))
		return;
	if (!retries || pilot->hlc_charging || !(is_basic || waits_for_car(pilot)))
		return;
	pilot_say(out, CONTROL_PILOT_PAUSE_LISTENING);
	pilot_enter_step(pilot, CONTROL_PILOT_LINK_LOST_X1, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);
}

static void on_slac(struct control_pilot *pilot, enum control_pilot_slac slac, uint64_t now_us,
		    struct control_pilot_outputs *out)
{
	const bool is_paused = pilot->phase == CONTROL_PILOT_PAUSED;

	pilot->slac = slac;
	pilot->resuming = false;
	if (is_paused && slac == CONTROL_PILOT_SLAC_IDLE) {
		pilot_begin_hlc(pilot, now_us); /* the session that was paused was ended */
		act_on_eim(pilot, now_us, out);
	} else if (is_paused) {
		pilot_pause_wake(pilot, now_us, out); /* a vehicle that speaks is awake */
	}
	if (slac != CONTROL_PILOT_SLAC_MATCHED)
		return;
	/* A successful match resets all retry counters ([V2G3-M08-02]). */
	pilot->pulses_sent = pilot->failed_pulses_sent = 0;
	pilot->pulse_was_missing = false;
}

bool control_pilot_would_let_in(const struct control_pilot *pilot)
{
	const bool is_late = pilot->phase == CONTROL_PILOT_F_STEP || pilot->phase == CONTROL_PILOT_X1_STEP ||
			     pilot->phase == CONTROL_PILOT_BASIC;
	const bool is_free =
		pilot->slac == CONTROL_PILOT_SLAC_IDLE && !basic_charging_is_by_eim(pilot) && !pilot->hlc_charging;

	return pilot->config.rematch_from_basic && !pilot->rematched && is_late && is_free && pilot->session_open;
}

bool control_pilot_listens_at_nominal(const struct control_pilot *pilot)
{
	return basic_charging_is_by_eim(pilot) && pilot->phase != CONTROL_PILOT_NOT_OBEYED;
}

/*
 * A car that speaks only when basic charging has begun (there are cars that take 30 s). The F that is on its way is the
 * E/F before its window. Otherwise X1 comes before 5 %, as when a vehicle wakes us.
 */
static void on_late_car(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (!control_pilot_would_let_in(pilot))
		return;
	pilot->rematched = true;
	pilot_say(out, CONTROL_PILOT_LETS_LATE_CAR_IN);
	if (pilot->phase == CONTROL_PILOT_F_STEP)
		pilot->phase = CONTROL_PILOT_PULSE;
	else
		pilot_enter_step(pilot, CONTROL_PILOT_REMATCH, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);
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
		pilot_say(out, CONTROL_PILOT_VEHICLE_LEFT);
	pilot->session_open = false;
	pilot_begin_hlc(pilot, now_us);
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
			pilot_distrust(pilot, now_us);
		if (pilot->phase == CONTROL_PILOT_BASIC && pilot->handed_over)
			basic_charging_keep_within_limit(pilot, now_us);
		pilot_say(out, CONTROL_PILOT_REFUSED);
		break;
	case PILOT_ANSWER_OVERTAKEN:
		pilot_say(out, CONTROL_PILOT_OVERTAKEN);
		pilot_distrust(pilot, now_us);
		break;
	case PILOT_ANSWER_LATE:
		pilot_say(out, CONTROL_PILOT_ANSWER_LATE);
		break;
	}
}

/* --- time --- */

static void begin_window(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot_begin_hlc(pilot, now_us);
	pilot_say(out, CONTROL_PILOT_LISTEN);
}

static void end_pulse(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	pilot->pulse_was_missing = false;
	if (basic_charging_is_by_eim(pilot)) {
		/* Authorized in the meantime: the pulse was the E/F that must come before nominal. */
		pilot_say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
		pilot_begin_x1_step(pilot, pilot->config.step_x1_ms, now_us);
		return;
	}
	begin_window(pilot, now_us, out);
}

/* Authorized in the meantime: X1 was held, and the car may speak at a nominal duty as well. */
static void end_rematch(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	if (!basic_charging_is_by_eim(pilot)) {
		begin_window(pilot, now_us, out);
		return;
	}
	pilot_say(out, CONTROL_PILOT_BASIC_CHARGING_EIM);
	basic_charging_begin(pilot, now_us, out);
}

static void end_f_step(struct control_pilot *pilot, uint64_t now_us)
{
	/* A station that reports A for our F has the time to report the vehicle again. */
	const bool is_unplugged = cp_state_is_unplugged(pilot->state);

	pilot_begin_x1_step(pilot, is_unplugged ? pilot->config.step_x1_hlc_ms : pilot->config.step_x1_ms, now_us);
}

/* F, or with AUTHORIZED and X1_STEP X1, was in force for its time. */
static void end_step(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const bool is_after_f = pilot->phase == CONTROL_PILOT_X1_STEP || pilot->phase == CONTROL_PILOT_REMATCH;

	pilot->deadline_us = CONTROL_PILOT_NEVER;
	pilot->hold_ms = 0;
	if (pilot->woken) {
		pilot_pause_end(pilot, now_us, out);
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
		basic_charging_begin(pilot, now_us, out);
	else if (pilot->phase == CONTROL_PILOT_REMATCH)
		end_rematch(pilot, now_us, out);
	else if (pilot->phase == CONTROL_PILOT_LINK_LOST_X1)
		pilot_begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);
}

/* The station neither confirms nor shows our F. */
static void give_up_f(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	/* With an authorization the pulse was the E/F that must come before nominal. */
	if (pilot->phase == CONTROL_PILOT_PULSE && !basic_charging_is_by_eim(pilot)) {
		pilot->pulse_was_missing = true;
		pilot_say(out, CONTROL_PILOT_PULSE_GIVEN_UP);
		begin_window(pilot, now_us, out);
		return;
	}
	pilot_say(out, pilot->refused ? CONTROL_PILOT_F_REFUSED : CONTROL_PILOT_F_UNCONFIRMED);
	if (cp_state_is_unplugged(pilot->state)) {
		on_unplugged(pilot, now_us, out); /* without an F in force A is an A */
		return;
	}
	pilot_enter(pilot, CONTROL_PILOT_NOT_OBEYED);
	pilot_ask_kind(pilot, PILOT_X1, now_us);
}

static void expire(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)
{
	const struct pilot_asking *asking = &pilot->asking;

	if (pilot->c_until_us <= now_us)
		pilot_pause_wake(pilot, now_us, out);
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
		basic_charging_take_limits(pilot, &input->limits, now_us);
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
		pilot_pause_begin(pilot, now_us);
		break;
	case CONTROL_PILOT_WAKE:
		pilot_pause_wake(pilot, now_us, out);
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
		pilot_end_begin(pilot, now_us, out);
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

	pilot->x2_is_unseen = is_basic && basic_charging_offers_current(pilot) && pilot->asking.confirmed;
	if (pilot->x2_is_unseen)
		return;
	pilot_asking_reach(&pilot->asking, now_us);
	if (pilot_has_step(pilot) || is_basic)
		pilot_distrust(pilot, now_us);
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
		basic_charging_take_other_request(pilot, input->active, input->current_da, now_us, out);
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
	if (pilot->config.is_elsewhere) {
		pilot_elsewhere_input(pilot, input, now_us, out);
		return;
	}
	expire(pilot, now_us, out);
	take_in_any_phase(pilot, input, now_us, out);
	if (pilot->phase != CONTROL_PILOT_ENDING)
		take(pilot, input, now_us, out);
	else if (!had_ended && control_pilot_has_ended(pilot))
		pilot_say(out, CONTROL_PILOT_ENDED);
	drop_x1_of_start(pilot);
	pilot_time_step(pilot, now_us);
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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation: the car toggles S2, and only the outlet it is plugged into sees that on its pilot (homeplug-mme
 * document, 2.8).
 *
 *   BEFORE_VALIDATE --pause over: CM_VALIDATE.REQ step 1--> WAIT_VALIDATE_READY --Ready: step 2--> TOGGLING
 *   --last toggle--> WAIT_VALIDATE_RESULT --Success, the same number--> the match
 *   WAIT_VALIDATE_READY --NotReady--> BEFORE_VALIDATE          WAIT_VALIDATE_READY --NotRequired--> the match
 *
 * Anything else drops the EVSE, and the next candidate is tried.
 */
#include "tools/car/slac_ev_internal.h"

/* TP_EV_vald_toggle, and what the EVSE may need to see an edge (T_vald_detect_time). */
#define VALD_TOGGLE_MIN_MS  600u
#define VALD_TOGGLE_MAX_MS  3500u
#define VALD_DETECT_MS      200u
#define VALD_NB_TOGGLES_MAX 3u
/* The unit of Timer. */
#define TIMER_UNIT_MS 100u

static void move_s2(struct slac_ev *ev, bool closed, struct slac_ev_outputs *out)
{
	ev->s2_closed = closed;
	slac_ev_output_add(out, SLAC_EV_S2)->s2.closed = closed;
}

void slac_ev_validate_begin(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	ev->not_ready = 0;
	slac_ev_enter(ev, SLAC_EV_BEFORE_VALIDATE, "", out);
	slac_ev_wait(ev, ev->config.rsp_to_match_ms, now_us);
}

static void request_ready(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	ev->sent++;
	slac_ev_send_validate_req(ev, 0, out);
	slac_ev_wait(ev, ev->config.tt_match_response_ms, now_us);
}

static bool choose_toggles(struct slac_ev *ev)
{
	uint8_t octet;

	ev->toggles = ev->config.vald_nb_toggles;
	if (ev->toggles != 0)
		return true;
	if (!ev->random(ev->random_ctx, &octet, sizeof(octet)))
		return false;
	ev->toggles = (uint8_t)(1 + octet % VALD_NB_TOGGLES_MAX);
	return true;
}

/*
 * What the EVSE is asked to count for, in units of Timer: all phases, beginning and ending with B, and one
 * more. If the pilot that it watches is another car's, which goes on toggling, it so counts too many.
 */
static uint32_t counting_units(const struct slac_ev *ev)
{
	const uint32_t phases = 2 * (uint32_t)ev->toggles + 2;
	uint32_t ms = phases * ev->config.vald_state_duration_ms + VALD_DETECT_MS;

	if (ms < VALD_TOGGLE_MIN_MS)
		ms = VALD_TOGGLE_MIN_MS;
	if (ms > VALD_TOGGLE_MAX_MS)
		ms = VALD_TOGGLE_MAX_MS;
	return (ms + TIMER_UNIT_MS - 1) / TIMER_UNIT_MS;
}

static void send_step_2(struct slac_ev *ev, struct slac_ev_outputs *out)
{
	slac_ev_send_validate_req(ev, (uint8_t)(counting_units(ev) - 1), out);
}

/* Step 2. The first phase is B, so that the EVSE counts before the pilot moves. */
static void begin_toggling(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	const uint32_t result_ms = counting_units(ev) * TIMER_UNIT_MS + ev->config.tt_match_response_ms;

	slac_ev_enter(ev, SLAC_EV_TOGGLING, "", out);
	ev->step2_us = now_us;
	ev->result_deadline_us = now_us + (uint64_t)result_ms * US_PER_MS;
	send_step_2(ev, out);
	slac_ev_wait(ev, ev->config.vald_state_duration_ms, now_us);
}

/* An edge. */
static void toggle(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	ev->sent++;
	move_s2(ev, !ev->s2_closed, out);
	slac_ev_wait(ev, ev->config.vald_state_duration_ms, now_us);
	if (ev->sent < 2 * (uint32_t)ev->toggles)
		return;
	slac_ev_enter(ev, SLAC_EV_WAIT_VALIDATE_RESULT, "", out);
	ev->deadline_us = ev->result_deadline_us;
}

/* The result may have been lost: step 2 again asks for it. S2 stays open, so a new count cannot succeed. */
static void repeat_step_2(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	ev->sent++;
	send_step_2(ev, out);
	slac_ev_wait(ev, ev->config.tt_match_response_ms, now_us);
}

void slac_ev_validate_expire(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	switch (ev->state) {
	case SLAC_EV_BEFORE_VALIDATE:
		slac_ev_enter(ev, SLAC_EV_WAIT_VALIDATE_READY, "", out);
		request_ready(ev, now_us, out);
		return;
	case SLAC_EV_WAIT_VALIDATE_READY:
		if (ev->sent <= ev->config.c_ev_match_retry)
			request_ready(ev, now_us, out);
		else
			slac_ev_drop(ev, now_us, out);
		return;
	case SLAC_EV_TOGGLING:
		toggle(ev, now_us, out);
		return;
	default: /* SLAC_EV_WAIT_VALIDATE_RESULT */
		if (ev->sent < ev->config.c_ev_match_retry)
			repeat_step_2(ev, now_us, out);
		else
			slac_ev_drop(ev, now_us, out);
	}
}

static void take_ready(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	ev->restarts = 0;
	if (choose_toggles(ev))
		begin_toggling(ev, now_us, out);
	else
		slac_ev_fail(ev, "no_random", now_us, out);
}

static void take_not_ready(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	if (ev->not_ready >= ev->config.not_ready_repeats) {
		slac_ev_drop(ev, now_us, out);
		return;
	}
	ev->not_ready++;
	slac_ev_enter(ev, SLAC_EV_BEFORE_VALIDATE, "", out);
	slac_ev_wait(ev, ev->config.not_ready_pause_ms, now_us);
}

static void take_step1_result(struct slac_ev *ev, uint8_t result, uint64_t now_us, struct slac_ev_outputs *out)
{
	switch (result) {
	case VALIDATE_READY:
		take_ready(ev, now_us, out);
		return;
	case VALIDATE_NOT_READY:
		take_not_ready(ev, now_us, out);
		return;
	case VALIDATE_NOT_REQUIRED:
		slac_ev_to_match(ev, now_us, out);
		return;
	case VALIDATE_FAILURE:
		slac_ev_drop(ev, now_us, out);
		return;
	default:
		return; /* Success is no answer to step 1 */
	}
}

/*
 * Ready again says that the EVSE has not heard step 2 within TT_match_sequence; what comes sooner is the same
 * answer doubled on the line. All toggles are made again, since the EVSE counts from step 2 on.
 */
static void restart_toggling(struct slac_ev *ev, uint64_t now_us, struct slac_ev_outputs *out)
{
	if (now_us - ev->step2_us < (uint64_t)ev->config.tt_match_response_ms * US_PER_MS ||
	    ev->restarts >= ev->config.c_ev_match_retry)
		return;
	ev->restarts++;
	if (ev->s2_closed)
		move_s2(ev, false, out);
	begin_toggling(ev, now_us, out);
}

static void take_step2_result(struct slac_ev *ev, const struct validate_cnf *cnf, uint64_t now_us,
			      struct slac_ev_outputs *out)
{
	if (cnf->result == VALIDATE_READY) {
		restart_toggling(ev, now_us, out);
		return;
	}
	/* A result before the last toggle cannot be of this count. */
	if (ev->state == SLAC_EV_TOGGLING)
		return;
	if (cnf->result == VALIDATE_SUCCESS && cnf->toggle_num == ev->toggles)
		slac_ev_to_match(ev, now_us, out);
	else
		slac_ev_drop(ev, now_us, out);
}

void slac_ev_validate_cnf(struct slac_ev *ev, const struct mme *frame, uint64_t now_us, struct slac_ev_outputs *out)
{
	const struct validate_cnf *cnf = &frame->validate_cnf;

	if (!mac_equal(frame->src, ev->evse_mac) || cnf->signal_type != 0)
		return;
	if (ev->state == SLAC_EV_WAIT_VALIDATE_READY)
		take_step1_result(ev, cnf->result, now_us, out);
	else if (ev->state == SLAC_EV_TOGGLING || ev->state == SLAC_EV_WAIT_VALIDATE_RESULT)
		take_step2_result(ev, cnf, now_us, out);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_facts.h"
#include "slacd/outlet/tests/exploration_invariants.h"

#include "cp/duty_cycle.h"

/* --- what slacd was told --- */

static uint32_t limit_da(const struct world_truth *truth)
{
	return truth->l2_connected && truth->l2_da < truth->l1_da ? truth->l2_da : truth->l1_da;
}

uint32_t invariants_allowed_da(const struct world *world)
{
	const struct control_pilot_config *config = config_of(world);
	uint32_t allowed_da = limit_da(&world->truth);

	if (!config->has_ac || (config->nominal_needs_eim && !world->truth.eim))
		return 0;
	if (config->nominal_current_da != 0 && config->nominal_current_da < allowed_da)
		allowed_da = config->nominal_current_da;
	return allowed_da < PILOT_CURRENT_MIN ? 0 : allowed_da;
}

static void told_limits(struct world_truth *truth, const struct outlet_limits *limits)
{
	truth->l1_da = limits->current.phase_da[0];
	truth->l2_da = limits->current.phase_da[1];
	truth->l2_connected = truth->l2_connected || truth->l2_da > 0;
	truth->availability = limits->availability;
}

/* Whether the station carries out our F. */
static void sign_f(struct world_truth *truth, bool obeys)
{
	truth->f_signed = obeys && truth->f_sent;
}

static void told_status(struct world *world, enum cp_state state)
{
	struct world_truth *truth = &world->truth;

	if (!cp_state_is_unplugged(state)) /* A may be what the station takes F for */
		sign_f(truth, state == CP_STATE_F);
	if (state != CP_STATE_F)
		truth->f_answered = false;
	if (cp_state_is_fault(state)) {
		truth->fault = state == CP_STATE_E;
		return;
	}
	truth->fault = false;
	if (cp_state_has_vehicle(state)) {
		truth->vehicle = true;
		return;
	}
	if (truth->vehicle && is_in_our_f(world) && world->outlet.pilot.a_in_f + 1 >= CONTROL_PILOT_A_IN_F)
		return; /* it may be what the station takes F for; a vehicle that has left is noticed later */
	if (truth->vehicle)
		truth->eim = false;
	truth->hlc = truth->vehicle = false;
}

static void told_answer(struct world *world, uint32_t number, bool valid)
{
	const struct pilot_asking *asking = &world->outlet.pilot.asking;
	const bool present = (int32_t)(number - asking->first_number) >= 0;

	if (asking->request.kind != PILOT_F || (!present && !valid))
		return;
	sign_f(&world->truth, valid && present);
	world->truth.f_answered = valid && present;
}

void invariants_told(struct world *world, const struct outlet_input *input)
{
	static const struct outlet_limits nothing;
	struct world_truth *truth = &world->truth;

	switch (input->kind) {
	case OUTLET_LIMITS:
		told_limits(truth, &input->limits);
		break;
	case OUTLET_LIMITS_UNREADABLE:
		truth->l1_da = nothing.current.phase_da[0];
		truth->l2_da = nothing.current.phase_da[1];
		break;
	case OUTLET_CP_STATUS:
		told_status(world, input->cp_status.state);
		break;
	case OUTLET_PILOT_ANSWER:
		told_answer(world, input->pilot.number, input->pilot.answer == OUTLET_ANSWER_VALID);
		break;
	case OUTLET_BROKER_CONNECTED:
		truth->f_signed = truth->f_answered = false;
		break;
	case OUTLET_AUTHORIZATION:
		truth->eim = input->active;
		break;
	case OUTLET_HLC_CHARGING:
		truth->hlc = input->active && truth->session;
		break;
	case OUTLET_RESET:
		truth->hlc = truth->eim = false;
		break;
	case OUTLET_STOP:
		truth->stopped = true;
		break;
	default:
		break;
	}
}

/* --- effects --- */

/* What else one list says. */
struct list {
	enum slac_evse_state before;
	bool init_timeout, failed, link_lost, pilot_failed, pulse_given_up;
	bool ended;       /* a match, up to here */
	bool connects;    /* a session begins */
	bool interrupted; /* the vehicle has left, or the pilot is in E */
	unsigned ends;    /* terminal statuses since a session was said to be over */
};

static void read_note(struct list *list, enum outlet_note_kind kind)
{
	list->init_timeout = list->init_timeout || kind == OUTLET_NOTE_INIT_TIMEOUT;
	list->connects = list->connects || kind == OUTLET_NOTE_VEHICLE_CONNECTED;
	list->link_lost = list->link_lost || kind == OUTLET_NOTE_LINK_LOSS;
	list->pulse_given_up = list->pulse_given_up || kind == OUTLET_NOTE_PULSE_GIVEN_UP;
	list->interrupted = list->interrupted || kind == OUTLET_NOTE_VEHICLE_LEFT || kind == OUTLET_NOTE_PILOT_FAULT;
}

static void read_status(struct list *list, const struct outlet_status *status)
{
	const bool by_pilot =
		status->reason == SLAC_REASON_PILOT_REFUSED || status->reason == SLAC_REASON_PILOT_UNCONFIRMED;

	list->failed = list->failed || (status->kind == OUTLET_FAILED && !by_pilot);
	list->pilot_failed = list->pilot_failed || (status->kind == OUTLET_FAILED && by_pilot);
}

static struct list read_list(const struct outlet_effects *effects, enum slac_evse_state before)
{
	struct list list = {.before = before};

	for (size_t i = 0; i < effects->count; i++) {
		const struct outlet_effect *effect = &effects->items[i];
		if (effect->kind == OUTLET_NOTE)
			read_note(&list, effect->note.kind);
		else if (effect->kind == OUTLET_STATUS)
			read_status(&list, &effect->status);
	}
	return list;
}

static bool is_request_last(const struct outlet_effects *effects)
{
	bool asked = false;

	for (size_t i = 0; i < effects->count; i++) {
		if (asked && effects->items[i].kind != OUTLET_NOTE)
			return false;
		asked = asked || effects->items[i].kind == OUTLET_PILOT_REQUEST;
	}
	return true;
}

static void begin_pulse(struct world *world, const struct list *list)
{
	struct world_truth *truth = &world->truth;

	if (list->init_timeout) {
		truth->init_pulses++;
		hold(world, truth->init_pulses <= config_of(world)->init_retries, "more pulses than retries");
	} else if (list->link_lost) {
		hold(world, config_of(world)->pulse_on_link_loss, "a pulse after a lost link where it is not wanted");
	} else {
		truth->failed_pulses++;
		hold(world, list->failed, "a pulse without a cause");
		hold(world, truth->failed_pulses <= config_of(world)->failed_pulses, "more pulses than failures");
	}
}

static void leave_hlc(struct world *world, enum control_pilot_phase to, const struct list *list)
{
	const bool matching = list->before == SLAC_EVSE_MATCHING || list->before == SLAC_EVSE_JOINING ||
			      list->before == SLAC_EVSE_MATCHED;
	const bool f = to == CONTROL_PILOT_PULSE || to == CONTROL_PILOT_F_STEP;

	if (!f && to != CONTROL_PILOT_X1_STEP)
		return;
	hold(world, !world->truth.hlc, "a 15118 session is cut");
	hold(world, !f || !matching || list->ended, "a running match is cut by F");
	hold(world,
	     f || list->connects || (matching && eim_is_wanted(world)) ||
		     (list->init_timeout && world->truth.init_pulses > 0),
	     "X1 without F, and without EIM in a match");
}

/* The station obeys, and reports it: where nothing is lost on the way, and nothing waits there, that is enough. */
static bool shows_f(const struct world *world)
{
	return world->config->hears && !world->config->a_in_f && !world->config->no_duty && !world->held &&
	       (world->config->moves & LOSSES) == 0 && world->request_count == 0;
}

/* With the vehicle its authorization goes. One that is told after it has left is the next one's. */
static void forget_vehicle(struct world *world)
{
	struct world_truth *truth = &world->truth;

	if (truth->vehicle)
		truth->eim = false;
	truth->vehicle = truth->hlc = false;
}

static void change_phase(struct world *world, enum control_pilot_phase from, enum control_pilot_phase to,
			 const struct list *list)
{
	if (from == CONTROL_PILOT_HLC)
		leave_hlc(world, to, list);
	if (to == CONTROL_PILOT_PULSE)
		begin_pulse(world, list);
	if (to == CONTROL_PILOT_NOT_OBEYED)
		hold(world, list->pilot_failed, "F is given up, and it is not reported");
	const bool in_f = from == CONTROL_PILOT_PULSE || from == CONTROL_PILOT_F_STEP;
	if (to == CONTROL_PILOT_NOT_OBEYED || (in_f && list->pulse_given_up)) {
		hold(world, !world->truth.f_answered, "F is given up although the station has answered that it is on");
		hold(world, !shows_f(world), "F is given up although the station carries it out");
		hold(world, !world->config->counts_f || world->truth.f_sendings >= CONTROL_PILOT_F_SENDINGS,
		     "F is given up too early");
		world->truth.f_given_up = true;
	} else if (in_f && (to == CONTROL_PILOT_X1_STEP || (to == CONTROL_PILOT_HLC && world->truth.session))) {
		hold(world, list->interrupted || world->truth.f_signed, "F ends without a sign of it");
		world->truth.f_given_up = world->truth.f_given_up && list->interrupted;
	}
}

static void connect_vehicle(struct world *world)
{
	struct world_truth *truth = &world->truth;

	hold(world, truth->vehicle && !truth->fault, "matching begins without a vehicle");
	hold(world, !cp_state_is_unplugged(world->outlet.pilot.state), "matching begins in A");
	hold(world, truth->availability == CONTROL_PILOT_READY, "matching begins on an outlet out of service");
	truth->session = true;
	truth->deaf = truth->f_given_up = false;
	truth->f_sendings = truth->init_pulses = truth->failed_pulses = 0;
	station_begin_session(&world->station);
}

static void take_note(struct world *world, const struct outlet_note *note, const struct list *list)
{
	switch (note->kind) {
	case OUTLET_NOTE_VEHICLE_CONNECTED:
		connect_vehicle(world);
		break;
	case OUTLET_NOTE_VEHICLE_LEFT:
		hold(world, world->truth.session, "a vehicle leaves that was not there");
		world->truth.session = world->truth.f_given_up = false;
		if (cp_state_is_unplugged(world->outlet.pilot.state))
			forget_vehicle(world);
		break;
	case OUTLET_NOTE_PILOT_FAULT:
		/* An F of ours that comes too late is one as well. */
		hold(world, world->truth.session && cp_state_is_fault(world->outlet.pilot.state),
		     "a fault without E or F");
		break;
	case OUTLET_NOTE_PILOT_PHASE:
		change_phase(world, (enum control_pilot_phase)note->value, (enum control_pilot_phase)note->other_value,
			     list);
		break;
	default:
		break;
	}
}

static void report_basic_charging(struct world *world, const struct outlet_status *status, const struct list *list)
{
	struct world_truth *truth = &world->truth;

	hold(world, config_of(world)->has_ac, "basic charging on a DC-only outlet");
	hold(world, truth->session || list->connects, "basic charging without a session");
	hold(world, !truth->hlc, "basic charging while a 15118 session runs");
	if (status->reason == SLAC_REASON_AUTHORIZED_BY_EIM) {
		hold(world, eim_is_wanted(world), "basic charging by EIM without an authorization");
		return;
	}
	if (status->reason == SLAC_REASON_TAKEN_OVER) {
		truth->eim = true; /* whoever charges at a nominal duty was authorized */
		return;
	}
	hold(world, truth->init_pulses == config_of(world)->init_retries, "basic charging before all retries");
	truth->deaf = true;
}

static void report_matching(struct world *world)
{
	const enum control_pilot_phase phase = world->outlet.pilot.phase;
	struct world_truth *truth = &world->truth;

	hold(world, truth->session, "matching without a session");
	hold(world, !truth->deaf, "a car is answered after basic charging of a silent one");
	hold(world, phase != CONTROL_PILOT_PULSE && phase != CONTROL_PILOT_F_STEP, "a car is answered in F");
	hold(world, phase != CONTROL_PILOT_UNAVAILABLE, "a car is answered out of service");
	hold(world, phase != CONTROL_PILOT_NOT_OBEYED, "a car is answered by an outlet that gave up");
	hold(world, truth->report != WORLD_MATCHING_REPORTED, "matching is reported twice");
	truth->report = WORLD_MATCHING_REPORTED;
}

static void report_end(struct world *world, const struct outlet_status *status, struct list *list)
{
	struct world_truth *truth = &world->truth;
	list->ended = true;
	const bool matched = truth->report == WORLD_MATCHING_REPORTED || truth->report == WORLD_MATCHED_REPORTED;

	switch (status->reason) {
	case SLAC_REASON_VEHICLE_LEFT:
	case SLAC_REASON_RESET:
	case SLAC_REASON_PILOT_FAULT:
	case SLAC_REASON_EVSE_NOT_READY:
		hold(world, ++list->ends == 1, "a session ends twice");
		break;
	case SLAC_REASON_PILOT_REFUSED:
	case SLAC_REASON_PILOT_UNCONFIRMED:
	case SLAC_REASON_NO_PARM_REQ:
	case SLAC_REASON_KEY_NOT_SET:
		break; /* by the pilot */
	default:
		hold(world, matched, "a match ends that was not reported");
		break;
	}
	truth->report = WORLD_END_REPORTED;
}

static void take_status(struct world *world, const struct outlet_status *status, struct list *list)
{
	struct world_truth *truth = &world->truth;

	switch (status->kind) {
	case OUTLET_MATCHING:
		report_matching(world);
		break;
	case OUTLET_MATCHED:
		hold(world, truth->report == WORLD_MATCHING_REPORTED, "matched without matching before it");
		truth->report = WORLD_MATCHED_REPORTED;
		truth->init_pulses = truth->failed_pulses = 0; /* [V2G3-M08-02] */
		break;
	case OUTLET_BASIC_CHARGING:
		report_basic_charging(world, status, list);
		break;
	case OUTLET_FAILED:
	case OUTLET_UNMATCHED:
		report_end(world, status, list);
		break;
	}
}

static void send_f(struct world *world, bool handed_over)
{
	struct world_truth *truth = &world->truth;

	truth->f_sent = truth->f_sent || handed_over;
	if (!world->config->counts_f || !handed_over)
		return;
	truth->f_sendings++;
	hold(world, truth->f_sendings <= CONTROL_PILOT_F_SENDINGS + 1, "F is repeated for ever");
}

static void take_request(struct world *world, struct pilot_request request, bool handed_over)
{
	const enum control_pilot_phase phase = world->outlet.pilot.phase;
	struct world_truth *truth = &world->truth;

	if (request.kind == PILOT_X2) {
		hold(world, config_of(world)->has_ac, "X2 is requested on a DC-only outlet");
		hold(world, request.current_da <= invariants_allowed_da(world),
		     "more current is requested than allowed");
		hold(world, request.current_da >= PILOT_CURRENT_MIN, "less than 6 A is requested");
		hold(world, !cp_state_is_unplugged(world->outlet.pilot.state), "X2 is requested without a vehicle");
		hold(world, !truth->f_given_up, "X2 is requested although the station does not carry out F");
	} else if (request.kind == PILOT_F) {
		hold(world,
		     is_in_our_f(world) ||
			     (phase == CONTROL_PILOT_UNAVAILABLE && truth->availability == CONTROL_PILOT_OUT_OF_ORDER),
		     "F is requested without a reason");
		if (is_in_our_f(world))
			send_f(world, handed_over);
	}
}

void invariants_effects(struct world *world, enum slac_evse_state before, bool handed_over,
			const struct outlet_effects *effects)
{
	struct list list = read_list(effects, before);
	bool asked = false;

	hold(world, is_request_last(effects), "something follows a pilot request");
	for (size_t i = 0; i < effects->count; i++) {
		const struct outlet_effect *effect = &effects->items[i];
		if (effect->kind == OUTLET_NOTE)
			take_note(world, &effect->note, &list);
		else if (effect->kind == OUTLET_STATUS)
			take_status(world, &effect->status, &list);
		if (effect->kind != OUTLET_PILOT_REQUEST)
			continue;
		hold(world, !asked, "two pilot requests in one list");
		asked = true;
		take_request(world, effect->pilot.request, handed_over);
	}
	if (!is_in_our_f(world)) {
		world->truth.f_sendings = 0;
		world->truth.f_sent = world->truth.f_signed = world->truth.f_answered = false;
	}
}

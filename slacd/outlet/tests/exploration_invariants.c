/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_invariants.h"

#include "cp/duty_cycle.h"

/* The moves by which something is lost between slacd and the station, or in it. */
#define LOSSES                                                                                                         \
	(WORLD_BIT(WORLD_LOSE) | WORLD_BIT(WORLD_REFUSE) | WORLD_BIT(WORLD_MISS) | WORLD_BIT(WORLD_RESTART) |          \
	 WORLD_BIT(WORLD_BROKER_COMES) | WORLD_BIT(WORLD_CLIENT_FULL))

static void hold(struct world *world, bool holds, const char *otherwise)
{
	if (!holds)
		world_violate(world, otherwise);
}

static const struct control_pilot_config *config_of(const struct world *world)
{
	return &world->config->pilot;
}

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

static bool eim_is_wanted(const struct world *world)
{
	return config_of(world)->basic_charging_on_eim && config_of(world)->has_ac && world->truth.eim &&
	       !world->truth.hlc;
}

static void told_limits(struct world_truth *truth, const struct outlet_limits *limits)
{
	truth->l1_da = limits->current.phase_da[0];
	truth->l2_da = limits->current.phase_da[1];
	truth->l2_connected = truth->l2_connected || truth->l2_da > 0;
	truth->availability = limits->availability;
}

static bool is_in_our_f(const struct world *world)
{
	return world->outlet.pilot.phase == CONTROL_PILOT_PULSE || world->outlet.pilot.phase == CONTROL_PILOT_F_STEP;
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

/* --- the physical pilot --- */

void invariants_pilot(struct world *world, struct pilot_request before)
{
	const struct station *station = &world->station;

	if (station_offers_da(station) == 0)
		return;
	hold(world, config_of(world)->has_ac, "X2 on the pilot of a DC-only outlet");
	hold(world, before.kind == PILOT_X2 || station->opened, "X2 after 5 % without E, F or X1 for its time");
}

/* Something is on its way that will end a current above the limit, or tell slacd of it. */
static bool is_lowered_soon(const struct world *world)
{
	const struct pilot_asking *asking = &world->outlet.pilot.asking;
	const uint32_t allowed_da = invariants_allowed_da(world);

	if (world->message_count > 0 || world->station.untold)
		return true;
	if (asking->request.kind == PILOT_X2 && asking->request.current_da > allowed_da)
		return false;
	if (!world->connected || world->client_full)
		return !asking->confirmed || asking->due_us != PILOT_REQUEST_NEVER || !world->connected;
	if (world->request_count > 0 && world->requests[world->request_count - 1].request.current_da <= allowed_da)
		return true;
	return asking->due_us <= world->now_us + PILOT_REPEAT_MS * 1000;
}

static void check_current(struct world *world)
{
	hold(world,
	     world->truth.stopped || station_offers_da(&world->station) <= invariants_allowed_da(world) ||
		     is_lowered_soon(world),
	     "a current above the limit stays");
}

static void check_asking(struct world *world)
{
	const struct control_pilot *pilot = &world->outlet.pilot;
	const struct pilot_asking *asking = &pilot->asking;

	if (!asking->wanted)
		return;
	hold(world, asking->request.kind != PILOT_X2 || asking->request.current_da <= invariants_allowed_da(world),
	     "more current is wanted than allowed");
	hold(world, asking->request.kind != PILOT_F || is_in_our_f(world) || pilot->phase == CONTROL_PILOT_UNAVAILABLE,
	     "F is left behind");
	hold(world, asking->confirmed || asking->due_us != PILOT_REQUEST_NEVER || !world->connected,
	     "a request that is not confirmed is not repeated");
}

void invariants_begun(struct world *world, enum world_root root)
{
	const bool charges = root == WORLD_FROM_CHARGING && config_of(world)->has_ac;

	hold(world, !charges || world->station.pilot.kind == PILOT_X2, "basic charging is cut by the start");
	hold(world, !charges || world->outlet.pilot.asking.request.kind == PILOT_X2,
	     "basic charging is cut by the start");
}

void invariants_at_rest(struct world *world)
{
	const struct outlet *outlet = &world->outlet;

	if (world_is_gone(world))
		return;
	hold(world, outlet_deadline(outlet) > world->now_us, "a deadline in the past");
	hold(world, modem_deadline(&outlet->modem) == MODEM_NEVER, "the modem waits for something");
	hold(world, outlet->question_deadline_us == OUTLET_NEVER, "a question that nobody has asked");
	check_asking(world);
	check_current(world);
}

/* --- where it ends --- */

static bool is_way_empty(const struct world *world)
{
	return world->connected && !world->client_full && world->request_count + world->message_count == 0 &&
	       !world->station.untold;
}

static bool is_pilot(const struct world *world, enum pilot_request_kind kind)
{
	return world->station.pilot.kind == kind;
}

static bool is_wanted(const struct world *world, enum pilot_request_kind kind)
{
	return world->outlet.pilot.asking.request.kind == kind;
}

static bool may_lack_pwm(const struct world *world)
{
	return is_pilot(world, PILOT_X1) && !world->truth.vehicle;
}

/*
 * Less current than was asked for is a station's right, and is taken for carried out when it is reported. An oscillator
 * that is off is noticed when a vehicle comes and the station reports B1, once for each vehicle: a station may switch it
 * off by itself, and some never show PWM. A without PWM in place of F is noticed when a vehicle comes, too: some
 * stations take F for A.
 */
static bool is_carried_out(const struct world *world)
{
	const struct pilot_request wanted = world->outlet.pilot.asking.request;
	const struct pilot_request pilot = world->station.pilot;

	if (wanted.kind == PILOT_HLC && pilot.kind == PILOT_X1)
		return may_lack_pwm(world);
	if (wanted.kind == PILOT_F && pilot.kind == PILOT_X1)
		return !world->truth.vehicle;
	return wanted.kind == pilot.kind && pilot.current_da <= wanted.current_da;
}

/*
 * A station that answers nothing shows some things by no report either: X1 where the oscillator was off before, 5 %
 * without the duty cycle. Such a request is repeated for ever. F is not: it is given up.
 */
static bool is_repeated_for_ever(const struct world *world)
{
	return world->config->mute && !is_in_our_f(world) && is_carried_out(world);
}

bool invariants_is_settled(const struct world *world)
{
	const struct control_pilot *pilot = &world->outlet.pilot;
	const bool confirmed = pilot->asking.confirmed || !pilot->asking.wanted;
	const bool may_listen_on = world->truth.hlc && pilot->phase == CONTROL_PILOT_HLC;

	if (!is_way_empty(world))
		return false;
	if (world_is_gone(world))
		return true;
	if (pilot->deadline_us != CONTROL_PILOT_NEVER)
		return false;
	if (slac_evse_deadline(&world->outlet.slac) != SLAC_NEVER && !may_listen_on)
		return false;
	return confirmed || is_repeated_for_ever(world);
}

static void settled_in_basic(struct world *world)
{
	const uint32_t allowed_da = invariants_allowed_da(world);
	const struct pilot_request wanted = world->outlet.pilot.asking.request;

	hold(world, config_of(world)->has_ac, "a DC-only outlet ends in basic charging");
	if (allowed_da == 0)
		hold(world, wanted.kind == PILOT_X1, "basic charging without a limit does not end at X1");
	else
		hold(world, wanted.kind == PILOT_X2 && wanted.current_da == allowed_da,
		     "basic charging does not end at the limit");
}

/* A vehicle that is left at 5 % has said something, or must be allowed to, or cannot be charged otherwise. */
static bool may_stay_at_hlc(const struct world *world)
{
	const enum slac_evse_state slac = world->outlet.slac.state;

	if (!config_of(world)->has_ac || world->truth.hlc)
		return true;
	return slac != SLAC_EVSE_EXPIRED && slac != SLAC_EVSE_IDLE;
}

static void settled_with_vehicle(struct world *world)
{
	const enum control_pilot_phase phase = world->outlet.pilot.phase;

	if (world->truth.fault) {
		hold(world, phase == CONTROL_PILOT_HLC || phase == CONTROL_PILOT_AUTHORIZED, "an outlet goes on in E");
		return;
	}
	hold(world, world->truth.session, "a vehicle is not served");
	if (phase == CONTROL_PILOT_BASIC) {
		settled_in_basic(world);
	} else if (phase == CONTROL_PILOT_NOT_OBEYED) {
		hold(world, world->truth.f_given_up, "the outlet has given up without a reason");
		hold(world, is_pilot(world, PILOT_X1), "an outlet that has given up does not end at X1");
	} else if (phase == CONTROL_PILOT_X1_STEP) {
		/* Nothing shows it where the oscillator was off before, as for EIM without a vehicle. */
		hold(world, world->config->mute && (world->config->moves & (LOSSES | WORLD_BIT(WORLD_EIM))) != 0,
		     "X1 never ends");
	} else {
		hold(world, phase == CONTROL_PILOT_HLC, "a step never ends");
		hold(world, is_pilot(world, PILOT_HLC) || may_lack_pwm(world) || !world->outlet.pilot.asking.wanted,
		     "a vehicle that may speak does not get 5 %");
		hold(world, may_stay_at_hlc(world), "a silent vehicle stays at 5 %");
		hold(world, !eim_is_wanted(world), "EIM leads to nothing");
	}
}

static void settled_without_vehicle(struct world *world)
{
	hold(world, !world->truth.session, "a vehicle is served that has left");
	if (eim_is_wanted(world))
		hold(world, is_pilot(world, PILOT_X1), "EIM without a vehicle does not lead to X1");
	else
		hold(world, is_pilot(world, PILOT_HLC) || is_pilot(world, PILOT_X1),
		     "the pilot of a free outlet is neither 5 % nor X1");
}

static void settled_after_stop(struct world *world)
{
	const bool keep = config_of(world)->keep_at_exit;

	hold(world, outlet_has_stopped(&world->outlet), "the end never ends");
	hold(world, is_pilot(world, PILOT_X1) || (keep && !is_pilot(world, PILOT_F)), "the end leaves a wrong pilot");
}

void invariants_settled(struct world *world)
{
	const struct world_truth *truth = &world->truth;

	if (world->station.fault && !truth->stopped)
		return; /* what is on the pilot shows when the fault ends */
	hold(world, !world->outlet.pilot.asking.wanted || is_carried_out(world),
	     "the pilot does not become what the outlet wants");
	if (truth->stopped)
		settled_after_stop(world);
	else if (truth->availability != CONTROL_PILOT_READY)
		hold(world, is_wanted(world, truth->availability == CONTROL_PILOT_NOT_READY ? PILOT_X1 : PILOT_F),
		     "the pilot of an outlet out of service is wrong");
	else if (truth->vehicle)
		settled_with_vehicle(world);
	else
		settled_without_vehicle(world);
}

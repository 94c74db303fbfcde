/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of the effects of each input. */
#include "slacd/outlet/tests/exploration_invariants.h"

#include "cp/duty_cycle.h"
#include "slacd/outlet/tests/exploration_facts.h"
#include "slacd/outlet/tests/exploration_truth.h"

/* What else one list says. */
struct list {
	enum slac_evse_state before;
	bool init_timeout, failed, link_lost, pilot_failed, pulse_given_up, let_in, resumed, contradicted, asks;
	bool ended;       /* a match, up to here */
	bool connects;    /* a session begins */
	bool takes_over;  /* one that was found charging */
	bool interrupted; /* the vehicle has left, or the pilot is in E */
	unsigned ends;    /* terminal statuses since a session was said to be over */
};

static void read_note(struct list *list, enum outlet_note_kind kind)
{
	list->init_timeout = list->init_timeout || kind == OUTLET_NOTE_INIT_TIMEOUT;
	list->connects = list->connects || kind == OUTLET_NOTE_VEHICLE_CONNECTED;
	list->link_lost = list->link_lost || kind == OUTLET_NOTE_LINK_LOSS;
	list->let_in = list->let_in || kind == OUTLET_NOTE_LATE_CAR_LET_IN;
	list->resumed = list->resumed || kind == OUTLET_NOTE_LINK_RESUMED;
	list->contradicted = list->contradicted || kind == OUTLET_NOTE_PILOT_CONTRADICTED;
	list->pulse_given_up = list->pulse_given_up || kind == OUTLET_NOTE_PULSE_GIVEN_UP;
	list->interrupted = list->interrupted || kind == OUTLET_NOTE_VEHICLE_LEFT || kind == OUTLET_NOTE_PILOT_FAULT;
}

static void read_status(struct list *list, const struct outlet_status *status)
{
	const bool by_pilot =
		status->reason == SLAC_REASON_PILOT_REFUSED || status->reason == SLAC_REASON_PILOT_UNCONFIRMED;

	list->failed = list->failed || (status->kind == OUTLET_FAILED && !by_pilot);
	list->takes_over = list->takes_over || status->reason == SLAC_REASON_TAKEN_OVER;
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
		list.asks = list.asks || effect->kind == OUTLET_PILOT_REQUEST;
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

/* A link that was woken and is not there. It may have been lost before, in the sleep. */
static bool misses_link(const struct world *world, const struct list *list)
{
	return world->truth.pause == WORLD_WOKEN &&
	       (list->failed || list->link_lost || world->truth.report != WORLD_MATCHED_REPORTED);
}

static void begin_pulse(struct world *world, enum control_pilot_phase from, const struct list *list)
{
	struct world_truth *truth = &world->truth;

	if (from == CONTROL_PILOT_LINK_LOST_X1)
		return;
	if (from == CONTROL_PILOT_F_STEP) {
		hold(world, list->let_in, "F before basic charging becomes a pulse, and no car is late");
	} else if (misses_link(world, list)) {
		truth_end_pause(truth);
	} else if (list->init_timeout) {
		truth->init_pulses++;
		hold(world, truth->init_pulses <= config_of(world)->init_retries, "more pulses than retries");
	} else {
		truth->failed_pulses++;
		hold(world, list->failed, "a pulse without a cause");
		hold(world, truth->failed_pulses <= config_of(world)->failed_pulses, "more pulses than failures");
	}
}

/* At 5 % the standard leaves no choice, at a nominal duty it does. */
static void lose_link(struct world *world, enum control_pilot_phase from, const struct list *list)
{
	const struct control_pilot_config *config = config_of(world);
	const struct world_truth *truth = &world->truth;
	const bool offers =
		truth->handed_over ? station_offers_da(&world->station) > 0 : invariants_allowed_da(world) > 0;

	hold(world, list->link_lost, "X1 for a lost link, and none is lost");
	hold(world, !truth->hlc, "a 15118 session is cut");
	hold(world, config->pulse_on_link_loss || config->pulse_unless_nominal, "X1 after a lost link, not wanted");
	hold(world, config->pulse_on_link_loss || from != CONTROL_PILOT_BASIC || !offers,
	     "a lost link cuts basic charging");
}

static void leave_hlc(struct world *world, enum control_pilot_phase to, const struct list *list)
{
	const bool matching = list->before == SLAC_EVSE_MATCHING || list->before == SLAC_EVSE_JOINING ||
			      list->before == SLAC_EVSE_MATCHED;
	const bool f = to == CONTROL_PILOT_PULSE || to == CONTROL_PILOT_F_STEP;

	if (!f && to != CONTROL_PILOT_X1_STEP)
		return;
	hold(world, !world->truth.hlc || misses_link(world, list), "a 15118 session is cut");
	hold(world, !f || !matching || list->ended, "a running match is cut by F");
	hold(world,
	     f || list->connects || (matching && eim_is_wanted(world)) ||
		     (list->init_timeout && world->truth.init_pulses > 0),
	     "X1 without F, and without EIM in a match");
}

/* The station obeys, and reports it: where nothing is lost on the way, and nothing waits there, that is enough. */
static bool shows_f(const struct world *world, const struct list *list)
{
	const size_t just_asked = list->asks && world->config->prompt ? 1 : 0;

	return world->config->hears && !world->config->a_in_f && !world->config->no_duty && !world->held &&
	       (world->config->moves & LOSSES) == 0 && !others_ask(world) && world->request_count <= just_asked;
}

/* With the vehicle its authorization goes. One that is told after it has left is the next one's. */
static void forget_vehicle(struct world *world)
{
	struct world_truth *truth = &world->truth;

	if (truth->vehicle)
		truth->eim = false;
	truth->vehicle = truth->hlc = false;
}

/* X1 was on the pilot for its time, or for as long since the wake-up. What disturbs the pilot is the station's. */
static void leave_x1(struct world *world, enum control_pilot_phase from, enum control_pilot_phase to,
		     const struct list *list)
{
	const uint64_t disturbing = WORLD_BIT(WORLD_RESTART) | WORLD_BIT(WORLD_FAULT);
	const uint32_t step_x1_ms = config_of(world)->step_x1_hlc_ms;
	const bool was_woken = world->truth.pause == WORLD_WOKEN && world->truth.waking_ms >= step_x1_ms;

	if (to == CONTROL_PILOT_UNAVAILABLE || to == CONTROL_PILOT_ENDING || list->interrupted)
		return;
	if (from == CONTROL_PILOT_PAUSED)
		hold(world, world->truth.pause == WORLD_WOKEN || world->truth.pause == WORLD_NOT_PAUSED,
		     "a pause ends by itself");
	if (from == CONTROL_PILOT_PAUSED && world->truth.pause == WORLD_NOT_PAUSED)
		return; /* the session has ended */
	if (from == CONTROL_PILOT_PAUSED && to != CONTROL_PILOT_PULSE && !list->resumed &&
	    world->truth.report != WORLD_LOSS_IN_PAUSE_REPORTED)
		truth_end_pause(&world->truth); /* there is another match */
	hold(world,
	     world->station.asleep_ms >= step_x1_ms || was_woken || (world->config->moves & disturbing) != 0 ||
		     others_ask(world),
	     "X1 ends before its time");
}

/*
 * X1 in place of what another service has asked for. What is within the limit may always be its own: an older request of
 * it. A station that has restarted, or is at 5 %, is another matter, as is one that nothing was heard of.
 */
static void cut_other(struct world *world, const struct list *list)
{
	const uint64_t moves = world->config->moves;
	const struct control_pilot *pilot = &world->outlet.pilot;
	const bool is_disturbed =
		(moves & (WORLD_BIT(WORLD_RESTART) | WORLD_BIT(WORLD_BROKER_COMES) | WORLD_BIT(WORLD_OTHER_HLC))) != 0;
	const uint32_t allowed_da = invariants_allowed_da(world);
	const bool is_within =
		allowed_da > 0 && pilot->duty_is_known && pilot->duty <= duty_cycle_from_current(allowed_da);

	hold(world, is_disturbed || !world->config->prompt || (moves & LOSSES) != 0,
	     "slacd cuts what another service may offer");
	hold(world, is_disturbed || !list->contradicted || !is_within,
	     "slacd cuts what another service may have asked for before");
}

static void change_phase(struct world *world, enum control_pilot_phase from, enum control_pilot_phase to,
			 const struct list *list)
{
	world->truth.found = false;
	if (from == CONTROL_PILOT_HLC)
		leave_hlc(world, to, list);
	if (from == CONTROL_PILOT_BASIC && to == CONTROL_PILOT_X1_STEP && world->truth.handed_over)
		cut_other(world, list);
	if (is_timed_x1(from) && from != to)
		leave_x1(world, from, to, list);
	if (to == CONTROL_PILOT_LINK_LOST_X1)
		lose_link(world, from, list);
	if (to == CONTROL_PILOT_PULSE)
		begin_pulse(world, from, list);
	if (to == CONTROL_PILOT_NOT_OBEYED)
		hold(world, list->pilot_failed, "F is given up, and it is not reported");
	const bool in_f = from == CONTROL_PILOT_PULSE || from == CONTROL_PILOT_F_STEP;
	if (to == CONTROL_PILOT_NOT_OBEYED || (in_f && list->pulse_given_up)) {
		hold(world, !world->truth.f_answered, "F is given up although the station has answered that it is on");
		hold(world, !shows_f(world, list), "F is given up although the station carries it out");
		hold(world, !world->config->counts_f || world->truth.f_sendings >= CONTROL_PILOT_F_SENDINGS,
		     "F is given up too early");
		world->truth.f_given_up = true;
	} else if (in_f && (to == CONTROL_PILOT_X1_STEP || (to == CONTROL_PILOT_HLC && world->truth.session))) {
		hold(world, list->interrupted || world->truth.f_signed, "F ends without a sign of it");
		world->truth.f_given_up = world->truth.f_given_up && list->interrupted;
	}
}

/* A vehicle that was found at less than the limit: another service has lowered it. */
static void find_other(struct world *world)
{
	const uint32_t offered_da = station_offers_da(&world->station);

	if (offered_da >= invariants_allowed_da(world))
		return;
	world->truth.handed_over = true;
	world->truth.other_da = offered_da;
}

static void connect_vehicle(struct world *world, const struct list *list)
{
	struct world_truth *truth = &world->truth;

	hold(world, truth->vehicle && !truth->fault, "matching begins without a vehicle");
	hold(world, !cp_state_is_unplugged(world->outlet.pilot.state), "matching begins in A");
	hold(world, truth->availability == CONTROL_PILOT_READY, "matching begins on an outlet out of service");
	truth->session = true;
	truth->deaf = truth->f_given_up = false;
	truth_end_vehicle(truth);
	if (list->takes_over)
		find_other(world);
	truth->f_sendings = truth->init_pulses = truth->failed_pulses = 0;
	station_begin_session(&world->station);
}

/* Once a vehicle, and only one that nobody speaks with. */
static void let_in(struct world *world)
{
	const enum control_pilot_phase phase = world->outlet.pilot.phase;
	struct world_truth *truth = &world->truth;

	hold(world, config_of(world)->rematch_from_basic, "a late car is let in where it should not be");
	hold(world, !truth->rematched, "a vehicle gets a second window after basic charging");
	hold(world, truth->session, "a late car is let in without a session");
	hold(world, truth->report != WORLD_MATCHING_REPORTED && truth->report != WORLD_MATCHED_REPORTED,
	     "a late car is let in, and another one is matched");
	hold(world, !eim_is_wanted(world), "a late car cuts what EIM has allowed");
	hold(world, !truth->hlc, "a late car cuts a 15118 session");
	hold(world, phase == CONTROL_PILOT_REMATCH || phase == CONTROL_PILOT_PULSE,
	     "a late car gets 5 % without X1 or F before it");
	hold(world, truth->requests == OUTLET_LATE_REQUESTS,
	     "a car is let in late that has asked less than three times");
	truth->rematched = true;
	truth->deaf = false;
}

void invariants_insisted(struct world *world, enum control_pilot_phase before)
{
	const struct world_truth *truth = &world->truth;
	const bool is_free = truth->session && !truth->hlc && !eim_is_wanted(world) && !world_is_gone(world);
	const bool is_late =
		before == CONTROL_PILOT_F_STEP || before == CONTROL_PILOT_X1_STEP || before == CONTROL_PILOT_BASIC;

	if (truth->report == WORLD_MATCHING_REPORTED || truth->report == WORLD_MATCHED_REPORTED)
		return;
	hold(world, !config_of(world)->rematch_from_basic || !is_free || !is_late || truth->rematched,
	     "a car that speaks late is not let in");
}

/* A link that is lost, and nothing follows. */
static void check_lost_link(struct world *world)
{
	const enum control_pilot_phase phase = world->outlet.pilot.phase;
	const struct control_pilot_config *config = config_of(world);
	const struct world_truth *truth = &world->truth;
	const bool is_nominal = phase == CONTROL_PILOT_BASIC && station_offers_da(&world->station) > 0;
	const bool is_wanted = config->pulse_on_link_loss || (config->pulse_unless_nominal && !is_nominal);

	if (!world->config->prompt || truth->hlc || !truth->session || truth->pause != WORLD_NOT_PAUSED)
		return;
	hold(world, !is_wanted || (phase != CONTROL_PILOT_HLC && phase != CONTROL_PILOT_BASIC),
	     "a lost link is not followed by E/F");
}

static void take_note(struct world *world, const struct outlet_note *note, const struct list *list)
{
	switch (note->kind) {
	case OUTLET_NOTE_VEHICLE_CONNECTED:
		connect_vehicle(world, list);
		break;
	case OUTLET_NOTE_VEHICLE_LEFT:
		hold(world, world->truth.session, "a vehicle leaves that was not there");
		world->truth.session = world->truth.f_given_up = false;
		truth_end_vehicle(&world->truth);
		if (cp_state_is_unplugged(world->outlet.pilot.state))
			forget_vehicle(world);
		break;
	case OUTLET_NOTE_PILOT_FAULT:
		/* An F of ours that comes too late is one as well. */
		hold(world, world->truth.session && cp_state_is_fault(world->outlet.pilot.state),
		     "a fault without E or F");
		truth_end_pause(&world->truth);
		break;
	case OUTLET_NOTE_LATE_CAR_LET_IN:
		let_in(world);
		break;
	case OUTLET_NOTE_LINK_LOSS:
		check_lost_link(world);
		break;
	case OUTLET_NOTE_LINK_RESUMED:
		hold(world, world->truth.pause == WORLD_WOKEN, "the link is looked for before the wake-up");
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
		truth->found = true;
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
	if (phase == CONTROL_PILOT_PAUSED)
		truth_wake(truth);
	else
		truth_end_pause(truth);
	truth->report = WORLD_MATCHING_REPORTED;
}

static void report_end(struct world *world, const struct outlet_status *status, struct list *list)
{
	struct world_truth *truth = &world->truth;
	list->ended = true;
	const bool matched = truth->report == WORLD_MATCHING_REPORTED || truth->report == WORLD_MATCHED_REPORTED;
	enum world_report report = WORLD_END_REPORTED;

	switch (status->reason) {
	case SLAC_REASON_VEHICLE_LEFT:
	case SLAC_REASON_RESET:
	case SLAC_REASON_PILOT_FAULT:
	case SLAC_REASON_EVSE_NOT_READY:
		hold(world, ++list->ends == 1, "a session ends twice");
		truth_end_vehicle(truth);
		break;
	case SLAC_REASON_TERMINATED:
		hold(world, matched, "a match ends that was not reported");
		truth_end_pause(truth);
		break;
	case SLAC_REASON_PILOT_REFUSED:
	case SLAC_REASON_PILOT_UNCONFIRMED:
	case SLAC_REASON_NO_PARM_REQ:
	case SLAC_REASON_KEY_NOT_SET:
		break; /* by the pilot */
	default:
		hold(world, matched, "a match ends that was not reported");
		if (truth->pause != WORLD_NOT_PAUSED && truth->report == WORLD_MATCHED_REPORTED)
			report = WORLD_LOSS_IN_PAUSE_REPORTED;
		break;
	}
	truth->report = report;
}

static void take_status(struct world *world, const struct outlet_status *status, struct list *list)
{
	struct world_truth *truth = &world->truth;

	switch (status->kind) {
	case OUTLET_MATCHING:
		report_matching(world);
		break;
	case OUTLET_MATCHED:
		hold(world, truth->report == WORLD_MATCHING_REPORTED || truth->pause == WORLD_WOKEN,
		     "matched without matching before it");
		truth->report = WORLD_MATCHED_REPORTED;
		if (truth->pause == WORLD_WOKEN && world->outlet.pilot.phase != CONTROL_PILOT_PAUSED)
			truth_end_pause(truth);
		truth->init_pulses = truth->failed_pulses = 0; /* [V2G3-M08-02] */
		truth->f_given_up = false; /* nor does a nominal duty need F any more, [V2G3-M06-06] */
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

/* What belongs to the pause, and to another service. */
static void take_any_request(struct world *world, struct pilot_request request)
{
	const struct world_truth *truth = &world->truth;
	const bool is_basic = world->outlet.pilot.phase == CONTROL_PILOT_BASIC;

	hold(world, truth->pause == WORLD_NOT_PAUSED || truth->pause == WORLD_WOKEN || request.kind == PILOT_X1,
	     "something else than X1 is requested in the pause");
	hold(world, !truth->handed_over || request.kind != PILOT_X2 || request.current_da <= truth->other_da,
	     "more is requested than the service wants that answers for the current");
	hold(world, !truth->handed_over || !is_basic || !world->limit_raised || !world->connected,
	     "a higher limit makes slacd ask in place of the service that answers for the current");
}

static void take_request(struct world *world, struct pilot_request request, bool handed_over)
{
	const enum control_pilot_phase phase = world->outlet.pilot.phase;
	struct world_truth *truth = &world->truth;

	take_any_request(world, request);
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

/* What holds as long as the phase does. */
static void follow_phase(struct world *world)
{
	const enum control_pilot_phase phase = world->outlet.pilot.phase;
	struct world_truth *truth = &world->truth;

	hold(world,
	     phase == CONTROL_PILOT_PAUSED || phase == CONTROL_PILOT_ENDING || truth->pause == WORLD_NOT_PAUSED ||
		     truth->pause == WORLD_WOKEN,
	     "a pause is not X1");
	hold(world,
	     truth->pause != WORLD_WOKEN || phase == CONTROL_PILOT_PAUSED || phase == CONTROL_PILOT_ENDING ||
		     (truth->report != WORLD_END_REPORTED && truth->report != WORLD_LOSS_IN_PAUSE_REPORTED),
	     "a link that is not found after the pause is not followed by E/F");
	truth_lower_other(world);
	if (phase == CONTROL_PILOT_BASIC && eim_is_wanted(world))
		truth->deaf = false; /* it may be matched at a nominal duty */
	station_time_x1(&world->station, is_timed_x1(phase));
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
	hold(world, asked || !world->must_lower, "more than the limit is not lowered at once");
	follow_phase(world);
	if (!is_in_our_f(world)) {
		world->truth.f_sendings = 0;
		world->truth.f_sent = world->truth.f_signed = world->truth.f_answered = false;
	}
}

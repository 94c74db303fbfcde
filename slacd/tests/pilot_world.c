/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/pilot_world.h"

#include "slacd/tests/pilot_news.h"
#include "slacd/tests/pilot_invariants.h"

#include <string.h>

/* Each step begins at this time: far enough from 0 for a deadline in the past. */
#define BASE_US     UINT64_C(1000000000000)
#define LATE_US     UINT64_C(60000000)
#define SETTLE_MAX  16
#define TEXT_SIZE   32
#define PRESENT_ID  "now"
#define GIVEN_UP_ID "old"

void world_violation(struct world *world, const char *what)
{
	if (world->violation == NULL)
		world->violation = what;
	if (world->trace != NULL)
		fprintf(world->trace, "      VIOLATION: %s\n", what);
}

static void trace(const struct world *world, const char *what, const char *detail)
{
	if (world->trace != NULL)
		fprintf(world->trace, "      %s%s\n", what, detail);
}

static const char *request_text(const struct pilot_request *request, char text[TEXT_SIZE])
{
	if (request->kind != PILOT_X2)
		snprintf(text, TEXT_SIZE, "%s", pilot_request_text(request->kind));
	else
		snprintf(text, TEXT_SIZE, "X2(%u.%u A)", request->current_da / 10 % 1000, request->current_da % 10);
	return text;
}

/* --- the pilot request and the station --- */

/* An answer that names this request. */
static bool answered(struct world *world, const char *id)
{
	return strcmp(id, PRESENT_ID) == 0 && request_retry_answered(&world->retry);
}

static void station_accepts(struct world *world)
{
	if (!answered(world, PRESENT_ID))
		world_violation(world, "the answer to the outstanding request does not count");
	world->f_unheard = false;
	invariants_applied(world);
}

static void request_send(struct world *world)
{
	if (!world->broker) {
		request_retry_unsent(&world->retry);
		return;
	}
	request_retry_sent(&world->retry, world->config->request_timeout_ms, world->config->request_backoff_max_ms,
			   world->now_us);
	if (world->config->prompt_station)
		station_accepts(world);
}

static void request_begin(struct world *world, const struct pilot_request *request)
{
	world->carried = *request;
	if (request->kind == PILOT_F || request->kind == PILOT_HLC)
		world->f_unheard = request->kind == PILOT_F;
	request_retry_begin(&world->retry, world->now_us);
	request_send(world);
}

static bool station_answers(struct world *world, unsigned input)
{
	if (input == WORLD_ANSWER_OLD) {
		if (answered(world, GIVEN_UP_ID))
			world_violation(world, "the answer to a request that was given up counts");
		return true;
	}
	if (!world->retry.waiting)
		return false;
	if (input == WORLD_ANSWER_VALID) {
		station_accepts(world);
		return true;
	}
	if (!answered(world, PRESENT_ID))
		world_violation(world, "a refusal of the outstanding request does not count");
	request_retry_refused(&world->retry);
	world->f_unheard = false;
	return true;
}

/* --- matching and the pilot logic, each leading into the other --- */

static void pilot_input(struct world *world, const struct control_pilot_input *input);

static void matching_takes(struct world *world, enum matching_input input)
{
	const struct control_pilot_input init_timeout = {.kind = CONTROL_PILOT_INIT_TIMEOUT};
	struct matching_outputs out;

	matching_input(&world->matching, &world->config->matching, input, world->now_us, &out);
	for (size_t i = 0; i < out.count; i++) {
		if (out.items[i].init_timeout) {
			trace(world, "TT_EVSE_SLAC_init is over", "");
			pilot_input(world, &init_timeout);
			continue;
		}
		trace(world, "status ", slac_status_text(out.items[i].status));
		invariants_reported(world, out.items[i].status, out.items[i].at_end ? BY_END : BY_MATCHING);
		const struct control_pilot_input news = pilot_news_of(out.items[i].status, out.items[i].reason);
		pilot_input(world, &news);
	}
}

/* What is due comes first and alone: the pilot logic may answer it before the input is handled. */
static void slac_input(struct world *world, enum matching_input input)
{
	if (world->matching.deadline_us <= world->now_us)
		matching_takes(world, MATCHING_TICK);
	matching_takes(world, input);
}

static void say(struct world *world, struct world_call *call, enum control_pilot_output_kind kind)
{
	static const char *const texts[] = {"",
					    "vehicle connected",
					    "vehicle left",
					    "fault",
					    "stopped",
					    "pause listening",
					    "listen",
					    "basic charging",
					    "basic charging by EIM",
					    "no basic charging"};

	trace(world, texts[kind], "");
	invariants_said(world, call, kind);
	switch (kind) {
	case CONTROL_PILOT_VEHICLE_CONNECTED:
		slac_input(world, MATCHING_CONNECTED);
		break;
	case CONTROL_PILOT_VEHICLE_LEFT:
		slac_input(world, MATCHING_LEFT);
		break;
	case CONTROL_PILOT_FAULT:
	case CONTROL_PILOT_STOPPED:
		slac_input(world, MATCHING_STOPPED);
		break;
	case CONTROL_PILOT_PAUSE_LISTENING:
		slac_input(world, MATCHING_PAUSE);
		break;
	case CONTROL_PILOT_LISTEN:
		slac_input(world, MATCHING_LISTEN);
		break;
	case CONTROL_PILOT_NO_BASIC_CHARGING:
		invariants_reported(world, SLAC_STATUS_FAILED, BY_PILOT);
		break;
	case CONTROL_PILOT_REQUEST:
	case CONTROL_PILOT_BASIC_CHARGING:
	case CONTROL_PILOT_BASIC_CHARGING_EIM:
		break;
	}
}

static void carry_out(struct world *world, struct world_call *call, const struct control_pilot_output *item)
{
	char text[TEXT_SIZE];

	world->outputs++;
	if (item->kind != CONTROL_PILOT_REQUEST) {
		say(world, call, item->kind);
		return;
	}
	trace(world, "request ", request_text(&item->request, text));
	invariants_requested(world, call, &item->request);
	request_begin(world, &item->request);
}

/* How many outputs are owed to the time alone: they come before what the input says. */
static size_t due_outputs(const struct world *world)
{
	const struct control_pilot_input tick = {.kind = CONTROL_PILOT_TICK};
	struct control_pilot pilot = world->pilot;
	struct control_pilot_outputs out = {.count = 0};

	if (world->logic->deadline(&pilot) <= world->now_us)
		world->logic->input(&pilot, &tick, world->now_us, &out);
	return out.count;
}

static void pilot_input(struct world *world, const struct control_pilot_input *input)
{
	struct world_call call = {.cause = input->kind};
	const size_t due = due_outputs(world);
	struct control_pilot_outputs out;

	world->logic->input(&world->pilot, input, world->now_us, &out);
	if (out.count < due)
		world_violation(world, "an input swallows what was due");
	for (size_t i = 0; i < due && i < out.count; i++)
		carry_out(world, &call, &out.items[i]);
	invariants_told(world, input);
	for (size_t i = due; i < out.count; i++)
		carry_out(world, &call, &out.items[i]);
	invariants_called(world, &call);
}

/* --- time --- */

uint64_t world_deadline(const struct world *world)
{
	uint64_t nearest_us = world->logic->deadline(&world->pilot);

	if (world->matching.deadline_us < nearest_us)
		nearest_us = world->matching.deadline_us;
	if (request_retry_deadline(&world->retry) < nearest_us)
		nearest_us = request_retry_deadline(&world->retry);
	return nearest_us;
}

static void on_timer(struct world *world)
{
	const struct control_pilot_input tick = {.kind = CONTROL_PILOT_TICK};

	if (world->matching.deadline_us <= world->now_us)
		slac_input(world, MATCHING_TICK);
	if (world->logic->deadline(&world->pilot) <= world->now_us)
		pilot_input(world, &tick);
	if (request_retry_due(&world->retry, world->now_us))
		request_send(world);
}

static void settle(struct world *world)
{
	for (unsigned i = 0; world_deadline(world) <= world->now_us; i++) {
		if (i == SETTLE_MAX) {
			world_violation(world, "a deadline that was handled stays due");
			return;
		}
		on_timer(world);
	}
}

void world_pass(struct world *world, uint64_t us)
{
	const uint64_t end_us = world->now_us + us;

	while (world_deadline(world) <= end_us && world->violation == NULL) {
		if (world_deadline(world) > world->now_us)
			world->now_us = world_deadline(world);
		settle(world);
	}
	world->now_us = end_us;
}

static bool time_passes(struct world *world)
{
	if (world_deadline(world) == UINT64_MAX)
		return false;
	world->now_us = world_deadline(world);
	return true;
}

static uint64_t later(uint64_t a_us, uint64_t b_us)
{
	return b_us != UINT64_MAX && b_us > a_us ? b_us : a_us;
}

static bool oversleep(struct world *world)
{
	uint64_t last_us = world->now_us;

	if (world_deadline(world) == UINT64_MAX)
		return false;
	last_us = later(last_us, world->logic->deadline(&world->pilot));
	last_us = later(last_us, world->matching.deadline_us);
	last_us = later(last_us, request_retry_deadline(&world->retry));
	world->now_us = last_us + LATE_US;
	return true;
}

/* --- the inputs --- */

static const uint32_t limits_da[] = {0, 59, 60, 160, 320, 1000};

static void tell(struct world *world, unsigned input)
{
	struct control_pilot_input what = {.kind = CONTROL_PILOT_RESET};

	if (input <= WORLD_STATE_F) {
		what = (struct control_pilot_input){.kind = CONTROL_PILOT_STATE, .state = (enum cp_state)input};
	} else if (input <= WORLD_LIMIT_1000) {
		what = (struct control_pilot_input){.kind = CONTROL_PILOT_LIMIT,
						    .limit_da = limits_da[input - WORLD_LIMIT_0]};
	} else if (input <= WORLD_OUT_OF_ORDER) {
		what.kind = CONTROL_PILOT_AVAILABILITY;
		what.availability = (enum control_pilot_availability)(input - WORLD_READY);
	} else if (input <= WORLD_EIM_OFF) {
		what = (struct control_pilot_input){.kind = CONTROL_PILOT_EIM, .active = input == WORLD_EIM_ON};
	} else if (input <= WORLD_HLC_OFF) {
		what.kind = CONTROL_PILOT_HLC_CHARGING;
		what.active = input == WORLD_HLC_ON;
	}
	pilot_input(world, &what);
}

static bool car_acts(struct world *world, unsigned input)
{
	const enum slac_evse_state before = world->matching.state;

	if (input == WORLD_PARM_REQ)
		slac_input(world, MATCHING_PARM_REQ);
	else if (before != SLAC_EVSE_MATCHING)
		return false;
	else
		slac_input(world, input == WORLD_MATCH_REQ ? MATCHING_MATCH_REQ : MATCHING_RUN_FAILED);
	return true;
}

static bool link_is_lost(struct world *world)
{
	if (world->matching.state != SLAC_EVSE_MATCHED)
		return false;
	slac_input(world, MATCHING_LINK_LOST);
	slac_input(world, MATCHING_KEY_LOST); /* the car knows the key */
	return true;
}

static void broker_is_back(struct world *world)
{
	const struct control_pilot_input f_unheard = {.kind = CONTROL_PILOT_F_UNHEARD};

	if (world->f_unheard) {
		pilot_input(world, &f_unheard);
		return;
	}
	if (!world->retry.wanted)
		request_retry_begin(&world->retry, world->now_us);
	request_retry_reconnected(&world->retry, world->now_us);
}

static bool broker_changes(struct world *world, bool connected)
{
	if (world->broker == connected)
		return false;
	world->broker = connected;
	if (connected)
		broker_is_back(world);
	return true;
}

static bool act(struct world *world, unsigned input)
{
	switch (input) {
	case WORLD_TERMINATE:
		slac_input(world, MATCHING_TERMINATE);
		return true;
	case WORLD_KEY_LOST:
		slac_input(world, MATCHING_KEY_LOST);
		return true;
	case WORLD_PARM_REQ:
	case WORLD_MATCH_REQ:
	case WORLD_RUN_FAILED:
		return car_acts(world, input);
	case WORLD_LINK_LOST:
		return link_is_lost(world);
	case WORLD_ANSWER_VALID:
	case WORLD_ANSWER_REFUSED:
	case WORLD_ANSWER_OLD:
		return station_answers(world, input);
	case WORLD_BROKER_AWAY:
	case WORLD_BROKER_BACK:
		return broker_changes(world, input == WORLD_BROKER_BACK);
	case WORLD_TIME:
		return time_passes(world);
	case WORLD_OVERSLEEP:
		return oversleep(world);
	default:
		tell(world, input);
		return true;
	}
}

bool world_step(struct world *world, unsigned input)
{
	const struct world before = *world;

	world->outputs = 0;
	if ((input & WORLD_RACE) && !time_passes(world))
		return false;
	if (!act(world, input & ~WORLD_RACE))
		return false;
	settle(world);
	invariants_settled(world, &before, input);
	return true;
}

void world_init(struct world *world, const struct world_config *config, const struct pilot_logic *logic)
{
	const struct control_pilot_input start = {.kind = CONTROL_PILOT_START};
	const struct control_pilot_input availability = {.kind = CONTROL_PILOT_AVAILABILITY,
							 .availability = config->at_start};

	memset(world, 0, sizeof(*world));
	world->config = config;
	world->logic = logic;
	world->now_us = BASE_US;
	world->broker = true;
	matching_init(&world->matching);
	request_retry_end(&world->retry);
	logic->init(&world->pilot, &config->pilot);
	invariants_init(world);
	pilot_input(world, &availability);
	pilot_input(world, &start);
}

/* --- the key --- */

struct bits {
	uint64_t words[4];
	unsigned at;
	bool reading;
	bool overflow;
	uint64_t now_us;
};

/* Puts `value` in, or takes one out. */
static uint64_t move(struct bits *bits, uint64_t value, unsigned width)
{
	const uint64_t mask = (UINT64_C(1) << width) - 1;

	if (bits->at % 64 + width > 64)
		bits->at += 64 - bits->at % 64;
	uint64_t *word = &bits->words[bits->at / 64];
	unsigned shift = bits->at % 64;
	bits->at += width;
	if (bits->reading)
		return *word >> shift & mask;
	bits->overflow = bits->overflow || value > mask;
	*word |= (value & mask) << shift;
	return value;
}

static void move_bool(struct bits *bits, bool *value)
{
	*value = move(bits, *value, 1) != 0;
}

static void move_number(struct bits *bits, uint32_t *value, unsigned width)
{
	*value = (uint32_t)move(bits, *value, width);
}

/* Milliseconds from now, or never. */
static void move_time(struct bits *bits, uint64_t *time_us)
{
	const unsigned width = 20;
	const uint64_t never = (UINT64_C(1) << width) - 1;
	uint64_t away_ms = *time_us > bits->now_us ? (*time_us - bits->now_us) / 1000 : 0;

	if (*time_us != UINT64_MAX &&
	    (away_ms >= never || *time_us < bits->now_us || (*time_us - bits->now_us) % 1000 != 0))
		bits->overflow = bits->overflow || !bits->reading;
	away_ms = move(bits, *time_us == UINT64_MAX ? never : away_ms & never, width);
	*time_us = away_ms == never ? UINT64_MAX : bits->now_us + away_ms * 1000;
}

#define MOVE_ENUM(bits, type, value, width) ((value) = (type)move((bits), (uint64_t)(value), (width)))

static void move_request(struct bits *bits, struct pilot_request *request)
{
	MOVE_ENUM(bits, enum pilot_request_kind, request->kind, 2);
	move_number(bits, &request->current_da, 10);
}

static void move_pilot(struct bits *bits, struct control_pilot *pilot)
{
	MOVE_ENUM(bits, enum control_pilot_phase, pilot->phase, 3);
	MOVE_ENUM(bits, enum cp_state, pilot->state, 4);
	MOVE_ENUM(bits, enum control_pilot_slac, pilot->slac, 2);
	MOVE_ENUM(bits, enum control_pilot_availability, pilot->availability, 2);
	move_bool(bits, &pilot->vehicle_present);
	move_bool(bits, &pilot->session_open);
	move_bool(bits, &pilot->faulted);
	move_bool(bits, &pilot->f_expected);
	move_bool(bits, &pilot->hlc_asked_again);
	move_bool(bits, &pilot->pwm_seen);
	move_bool(bits, &pilot->leaving);
	move_bool(bits, &pilot->hlc_charging);
	move_bool(bits, &pilot->authorized);
	move_number(bits, &pilot->pulses_sent, 3);
	move_number(bits, &pilot->failed_pulses_sent, 3);
	move_number(bits, &pilot->limit_da, 10);
	move_request(bits, &pilot->requested);
	move_time(bits, &pilot->deadline_us);
}

static void move_truth(struct bits *bits, struct pilot_truth *truth)
{
	MOVE_ENUM(bits, enum cp_state, truth->state, 4);
	MOVE_ENUM(bits, enum control_pilot_availability, truth->availability, 2);
	MOVE_ENUM(bits, enum truth_offer, truth->offer, 3);
	MOVE_ENUM(bits, enum truth_report, truth->report, 3);
	move_bool(bits, &truth->vehicle);
	move_bool(bits, &truth->hlc);
	move_bool(bits, &truth->eim);
	move_bool(bits, &truth->session);
	move_bool(bits, &truth->suspended);
	move_bool(bits, &truth->f_may_echo);
	move_bool(bits, &truth->reminded);
	move_bool(bits, &truth->pwm_seen);
	move_bool(bits, &truth->basic_reported);
	move_bool(bits, &truth->deaf);
	move_number(bits, &truth->init_pulses, 3);
	move_number(bits, &truth->failed_pulses, 3);
	move_number(bits, &truth->limit_da, 10);
	move_request(bits, &truth->requested);
	move_request(bits, &truth->applied);
	move_time(bits, &truth->until_us);
}

static void move_matching(struct bits *bits, struct matching *matching)
{
	MOVE_ENUM(bits, enum slac_evse_state, matching->state, 3);
	move_bool(bits, &matching->connected);
	move_bool(bits, &matching->paused);
	move_time(bits, &matching->deadline_us);
}

static void move_retry(struct bits *bits, struct request_retry *retry)
{
	uint64_t deadline_us = request_retry_deadline(retry);
	uint32_t wait_ms = retry->wanted ? retry->wait_ms : 0;

	move_bool(bits, &retry->wanted);
	move_bool(bits, &retry->waiting);
	move_number(bits, &wait_ms, 16);
	move_time(bits, &deadline_us);
	if (!bits->reading)
		return;
	retry->deadline_us = deadline_us;
	retry->wait_ms = wait_ms;
}

static void move_world(struct bits *bits, struct world *world)
{
	move_pilot(bits, &world->pilot);
	move_matching(bits, &world->matching);
	move_retry(bits, &world->retry);
	move_truth(bits, &world->truth);
	move_request(bits, &world->carried);
	move_bool(bits, &world->broker);
	move_bool(bits, &world->f_unheard);
}

_Static_assert(sizeof(((struct bits *)0)->words) == sizeof(struct world_key), "the key is what move() fills");

bool world_pack(const struct world *world, struct world_key *key)
{
	struct bits bits = {.now_us = world->now_us};
	struct world copy = *world;

	move_world(&bits, &copy);
	memcpy(key->words, bits.words, sizeof(key->words));
	return !bits.overflow;
}

void world_unpack(struct world *world, const struct world_config *config, const struct pilot_logic *logic,
		  const struct world_key *key)
{
	struct bits bits = {.now_us = BASE_US, .reading = true};

	memset(world, 0, sizeof(*world));
	world->config = config;
	world->logic = logic;
	world->now_us = BASE_US;
	logic->init(&world->pilot, &config->pilot);
	memcpy(bits.words, key->words, sizeof(bits.words));
	move_world(&bits, world);
}

static uint64_t shifted(uint64_t time_us, const struct world *from)
{
	return time_us == UINT64_MAX ? UINT64_MAX : time_us - from->now_us;
}

/* Only what the key is made of; what a request that is answered leaves behind means nothing. */
static void normalise(struct world *world)
{
	struct request_retry *retry = &world->retry;

	world->pilot.deadline_us = shifted(world->pilot.deadline_us, world);
	world->matching.deadline_us = shifted(world->matching.deadline_us, world);
	world->truth.until_us = shifted(world->truth.until_us, world);
	retry->deadline_us = shifted(request_retry_deadline(retry), world);
	retry->wait_ms = retry->wanted ? retry->wait_ms : 0;
	retry->attempts = 0;
	world->now_us = 0;
	world->outputs = 0;
	world->violation = NULL;
	world->trace = NULL;
}

bool world_equal(const struct world *a, const struct world *b)
{
	struct world left, right;

	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	normalise(&left);
	normalise(&right);
	return memcmp(&left, &right, sizeof(left)) == 0;
}

/* --- words --- */

const char *world_input_text(unsigned input, char *text, size_t size)
{
	static const char *const texts[WORLD_INPUTS] = {
		[WORLD_LIMIT_0] = "limit 0 A",
		[WORLD_LIMIT_59] = "limit 5.9 A",
		[WORLD_LIMIT_60] = "limit 6 A",
		[WORLD_LIMIT_160] = "limit 16 A",
		[WORLD_LIMIT_320] = "limit 32 A",
		[WORLD_LIMIT_1000] = "limit 100 A",
		[WORLD_READY] = "station ready",
		[WORLD_NOT_READY] = "station not ready",
		[WORLD_OUT_OF_ORDER] = "station out of order",
		[WORLD_EIM_ON] = "EIM accepted",
		[WORLD_EIM_OFF] = "EIM withdrawn",
		[WORLD_HLC_ON] = "hlc_charging true",
		[WORLD_HLC_OFF] = "hlc_charging false",
		[WORLD_RESET] = "reset",
		[WORLD_TERMINATE] = "data link terminate",
		[WORLD_KEY_LOST] = "modem lost its key",
		[WORLD_PARM_REQ] = "CM_SLAC_PARM.REQ",
		[WORLD_MATCH_REQ] = "CM_SLAC_MATCH.REQ",
		[WORLD_RUN_FAILED] = "the run fails",
		[WORLD_ANSWER_VALID] = "cp_pwm answered valid",
		[WORLD_ANSWER_REFUSED] = "cp_pwm refused",
		[WORLD_ANSWER_OLD] = "answer to a request that was given up",
		[WORLD_BROKER_AWAY] = "broker away",
		[WORLD_BROKER_BACK] = "broker back",
		[WORLD_TIME] = "time passes to the next deadline",
		[WORLD_OVERSLEEP] = "the timer comes a minute late",
	};
	unsigned kind = input & ~WORLD_RACE;

	snprintf(text, size, "%s%s", (input & WORLD_RACE) ? "at the next deadline, before the timer: " : "",
		 kind <= WORLD_STATE_F ? cp_state_text((enum cp_state)kind) : texts[kind]);
	return text;
}

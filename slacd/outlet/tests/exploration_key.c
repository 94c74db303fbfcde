/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_key.h"

#include "cp/duty_cycle.h"
#include "homeplug/slac/slac_run.h"
#include "slacd/outlet/tests/exploration_car.h"
#include "slacd/outlet/tests/exploration_service.h"

#include <string.h>

#define BASE_US       UINT64_C(1000000000000)
#define STEP_US       UINT64_C(100000)
#define STEP_MS       100
#define INACCURACY_US 10
#define NEVER_STEPS   127 /* of STEP_US; a deadline is nearer */

/* Numbers of requests in a world that is made from a key. */
#define OLDER_NUMBER 10
#define FIRST_NUMBER 20
#define LAST_NUMBER  40

#define SLACK_WORDS 2

struct bits {
	uint64_t words[KEY_WORDS + SLACK_WORDS];
	unsigned at;
	bool reading;
	bool too_large; /* a value */
	const char *wrong;
	uint64_t now_us;
};

/* --- single values --- */

/* Puts `value` in, or takes one out. A value does not lie across two words. */
static inline uint64_t move(struct bits *bits, uint64_t value, unsigned width)
{
	const uint64_t mask = (UINT64_C(1) << width) - 1;

	if (bits->at % 64 + width > 64)
		bits->at = (bits->at / 64 + 1) * 64;
	uint64_t *word = &bits->words[bits->at / 64];
	const unsigned shift = bits->at % 64;
	bits->at += width;
	if (bits->reading)
		return *word >> shift & mask;
	bits->too_large = bits->too_large || value > mask;
	*word |= (value & mask) << shift;
	return value;
}

static inline void move_bool(struct bits *bits, bool *value)
{
	*value = move(bits, *value, 1) != 0;
}

static inline void move_number(struct bits *bits, uint32_t *value, unsigned width)
{
	*value = (uint32_t)move(bits, *value, width);
}

/* A number that only counts up to `most`. */
static void move_up_to(struct bits *bits, uint32_t *value, uint32_t most, unsigned width)
{
	uint32_t counted = *value < most ? *value : most;

	move_number(bits, &counted, width);
	*value = counted;
}

/*
 * The distance from now in steps, or never. It may be some microseconds off, as matching ends a window that is over
 * already a microsecond later.
 */
static void move_time(struct bits *bits, uint64_t *time_us)
{
	uint64_t steps = NEVER_STEPS;

	if (!bits->reading && *time_us != UINT64_MAX) {
		const uint64_t away_us = *time_us - bits->now_us + INACCURACY_US;
		steps = away_us / STEP_US;
		if (*time_us < bits->now_us || away_us % STEP_US > 2 * INACCURACY_US || steps >= NEVER_STEPS)
			bits->wrong = "a deadline in the past, or that is no multiple of 100 ms";
	}
	steps = move(bits, steps, 7);
	*time_us = steps == NEVER_STEPS ? UINT64_MAX : bits->now_us + steps * STEP_US;
}

/* How long ago, in steps. */
static void move_age(struct bits *bits, uint64_t *since_us)
{
	uint64_t steps = bits->reading ? 0 : (bits->now_us - *since_us + INACCURACY_US) / STEP_US;

	steps = move(bits, steps, 7);
	*since_us = bits->now_us - steps * STEP_US;
}

static void move_ms(struct bits *bits, uint32_t *ms)
{
	uint32_t steps = *ms / STEP_MS;

	if (*ms % STEP_MS != 0)
		bits->wrong = "a time that is no multiple of 100 ms";
	move_number(bits, &steps, 6);
	*ms = steps * STEP_MS;
}

#define MOVE_ENUM(bits, type, value, width) ((value) = (type)move((bits), (uint64_t)(value), (width)))

static void move_request(struct bits *bits, struct pilot_request *request)
{
	MOVE_ENUM(bits, enum pilot_request_kind, request->kind, 2);
	move_number(bits, &request->current_da, 10);
}

/* --- the pilot --- */

/* Sendings of F are counted while F is wanted, up to where it is given up. */
static void move_f_sendings(struct bits *bits, struct control_pilot *pilot)
{
	if (pilot->phase != CONTROL_PILOT_PULSE && pilot->phase != CONTROL_PILOT_F_STEP) {
		pilot->f_sendings = 0;
		pilot->refused = false; /* says why F is given up */
	}
	move_up_to(bits, &pilot->f_sendings, CONTROL_PILOT_F_SENDINGS, 4);
	move_bool(bits, &pilot->refused);
}

/* Of how often it was sent only whether it was decides; F_SENDINGS are counted elsewhere. */
static void move_asking(struct bits *bits, struct pilot_asking *asking)
{
	bool sent_any = asking->number > 0;
	uint32_t older_kinds = asking->older_kinds;

	move_bool(bits, &asking->wanted);
	move_request(bits, &asking->request);
	move_bool(bits, &asking->confirmed);
	move_up_to(bits, &asking->sendings, 1, 1);
	if (asking->timeout_ms == asking->backoff_max_ms)
		asking->wait_ms = 0; /* every wait is as long as the first */
	move_ms(bits, &asking->wait_ms);
	move_time(bits, &asking->due_us);
	move_number(bits, &asking->offered_da, 10);
	move_number(bits, &older_kinds, 5);
	move_bool(bits, &asking->contradicted);
	move_bool(bits, &sent_any);
	if (!bits->reading)
		return;
	asking->older_kinds = older_kinds;
	asking->offered_before_da = asking->offered_da; /* an undone sending is undone at once */
	asking->number = sent_any ? LAST_NUMBER : 0;
	asking->first_number = sent_any ? FIRST_NUMBER : 1;
	asking->answered = 0;
}

static void move_pilot_reports(struct bits *bits, struct control_pilot *pilot)
{
	const bool off = pilot->phase == CONTROL_PILOT_OFF;

	MOVE_ENUM(bits, enum cp_state, pilot->state, 4);
	move_bool(bits, &pilot->state_is_known);
	/* A duty cycle is looked at when it comes; one that comes before the start is kept for it. */
	if (!bits->reading && !off)
		pilot->duty = 0;
	move_number(bits, &pilot->duty, 14);
	pilot->duty_is_known = pilot->duty > 0;
}

/* The pause, and another service: what is left over from an earlier one is looked at no more. */
static void move_pilot_links(struct bits *bits, struct control_pilot *pilot)
{
	if (pilot->phase != CONTROL_PILOT_PAUSED)
		pilot->b_in_pause = false;
	move_bool(bits, &pilot->woken);
	move_bool(bits, &pilot->resuming);
	move_bool(bits, &pilot->b_in_pause);
	move_time(bits, &pilot->c_until_us);
	move_bool(bits, &pilot->rematched);
	move_bool(bits, &pilot->handed_over);
	move_number(bits, &pilot->other_da, 10);
}

static void move_pilot(struct bits *bits, struct control_pilot *pilot)
{
	MOVE_ENUM(bits, enum control_pilot_phase, pilot->phase, 4);
	move_asking(bits, &pilot->asking);
	move_f_sendings(bits, pilot);
	move_pilot_reports(bits, pilot);
	MOVE_ENUM(bits, enum control_pilot_slac, pilot->slac, 2);
	MOVE_ENUM(bits, enum control_pilot_availability, pilot->availability, 2);
	move_ms(bits, &pilot->hold_ms);
	move_time(bits, &pilot->deadline_us);
	move_bool(bits, &pilot->nominal_is_open);
	move_bool(bits, &pilot->vehicle_present);
	move_bool(bits, &pilot->session_open);
	move_bool(bits, &pilot->faulted);
	move_bool(bits, &pilot->f_expected);
	move_bool(bits, &pilot->f_was_asked);
	move_bool(bits, &pilot->hlc_asked_again);
	move_bool(bits, &pilot->pwm_seen);
	move_bool(bits, &pilot->owes_x2);
	move_bool(bits, &pilot->x2_is_unseen);
	move_bool(bits, &pilot->hlc_charging);
	move_bool(bits, &pilot->authorized);
	move_number(bits, &pilot->a_in_f, 2);
	move_number(bits, &pilot->pulses_sent, 3);
	move_number(bits, &pilot->failed_pulses_sent, 3);
	move_bool(bits, &pilot->pulse_was_missing);
	for (size_t i = 0; i < 3; i++)
		move_bool(bits, &pilot->phase_is_connected[i]);
	move_number(bits, &pilot->limit_da, 10);
	move_pilot_links(bits, pilot);
}

/* --- matching: one car, one run --- */

static void move_run(struct bits *bits, struct slac_run *run)
{
	MOVE_ENUM(bits, enum slac_run_state, run->state, 4);
	if (run->state != SLAC_RUN_FREE && run->state != SLAC_RUN_WAIT_START && run->state != SLAC_RUN_MATCHED &&
	    run->state != SLAC_RUN_FAILED)
		bits->wrong = "a run stays in a state that the car of the exploration leaves at once";
	if (run->refused != SLAC_REASON_NONE)
		bits->wrong = "a run remembers a refusal, although the car of the exploration says nothing wrong";
	uint64_t deadline_us = slac_run_is_active(run) ? run->deadline_us : SLAC_NEVER;
	move_time(bits, &deadline_us);
	if (!bits->reading)
		return;
	run->deadline_us = deadline_us;
	if (run->state != SLAC_RUN_FREE)
		memcpy(run->ev_mac, car_mac, MAC_LEN);
}

static void move_runs(struct bits *bits, struct slac_evse *slac)
{
	if (slac->run_count == 0)
		memset(&slac->runs[0], 0, sizeof(slac->runs[0]));
	move_run(bits, &slac->runs[0]);
	slac->run_count = slac->runs[0].state != SLAC_RUN_FREE ? 1 : slac->run_count;
}

/* When the last window ends only matters once it has begun, and as long as it has not ended. */
static void move_last_window(struct bits *bits, struct slac_evse *slac)
{
	uint64_t end_us = slac->failures > 0 ? slac->last_window_us : 0;

	if (!bits->reading && end_us <= bits->now_us)
		end_us = bits->now_us;
	move_time(bits, &end_us);
	slac->last_window_us = end_us;
}

/* Once it is over it only matters that it is. */
static void move_fallback(struct bits *bits, struct slac_evse *slac)
{
	if (!bits->reading && slac->fallback_us <= bits->now_us)
		slac->fallback_us = bits->now_us;
	move_time(bits, &slac->fallback_us);
}

static void move_slac(struct bits *bits, struct slac_evse *slac)
{
	bool has_given = slac->key_given;

	MOVE_ENUM(bits, enum slac_evse_state, slac->state, 3);
	move_time(bits, &slac->deadline_us);
	move_bool(bits, &slac->vehicle_connected);
	move_bool(bits, &slac->paused);
	move_bool(bits, &slac->has_key);
	move_bool(bits, &slac->has_run_id);
	move_bool(bits, &has_given);
	if (slac->state != SLAC_EVSE_JOINING)
		slac->rejoining = false;
	move_bool(bits, &slac->rejoining);
	move_up_to(bits, &slac->failures, SLAC_CONN_MAX_MATCH, 2);
	move_last_window(bits, slac);
	move_fallback(bits, slac);
	move_runs(bits, slac);
	if (slac->run_count > 1)
		bits->wrong = "a second run, although there is one car";
	if (!bits->reading)
		return;
	slac->key_given = has_given;
	memcpy(slac->key_holder, car_mac, MAC_LEN);
}

/* --- the modem: has a key, or has been forgotten with its port --- */

static void forget_modem(struct outlet *outlet)
{
	modem_forget(&outlet->modem);
	memset(outlet->slac.modem_mac, 0, MAC_LEN);
}

static void move_modem(struct bits *bits, struct outlet *outlet)
{
	bool has_key = modem_state(&outlet->modem) == MODEM_READY;

	if (!has_key && modem_state(&outlet->modem) != MODEM_IDLE)
		bits->wrong = "the modem is neither ready nor forgotten";
	if (modem_deadline(&outlet->modem) != MODEM_NEVER)
		bits->wrong = "the modem waits for something";
	move_bool(bits, &has_key);
	if (bits->reading && !has_key)
		forget_modem(outlet);
}

/* Whether an EV was given the key that the modem has. */
static void move_given_key(struct bits *bits, struct outlet *outlet)
{
	const struct network_key *given = &outlet->modem.key.given;
	bool present = outlet->slac.key_given && memcmp(outlet->slac.given_nid, given->nid, NID_LEN) == 0;

	move_bool(bits, &present);
	if (!bits->reading)
		return;
	memset(outlet->slac.given_nid, 0xee, NID_LEN);
	if (present)
		memcpy(outlet->slac.given_nid, given->nid, NID_LEN);
	if (outlet->slac.has_key)
		outlet->slac.key = *given;
	else
		network_key_wipe(&outlet->slac.key);
}

/* Whether it matters how often a late car has asked: with the next vehicle's session the count begins anew. */
static bool counts_late_car(const struct outlet *outlet, uint64_t now_us)
{
	const struct control_pilot *pilot = &outlet->pilot;
	const uint64_t within_us = (uint64_t)OUTLET_LATE_WITHIN_MS * 1000;

	return pilot->config.rematch_from_basic && pilot->session_open && pilot->phase != CONTROL_PILOT_UNAVAILABLE &&
	       !pilot->rematched && now_us - outlet->late_car.since_us <= within_us + INACCURACY_US;
}

static void move_late_car(struct bits *bits, struct outlet *outlet)
{
	struct outlet_late_car *late = &outlet->late_car;

	if (!bits->reading && !counts_late_car(outlet, bits->now_us))
		late->requests = 0;
	if (!bits->reading && late->requests == 0)
		late->since_us = bits->now_us;
	move_number(bits, &late->requests, 2);
	move_age(bits, &late->since_us);
	if (bits->reading)
		memcpy(late->mac, car_mac, MAC_LEN);
}

static void move_outlet(struct bits *bits, struct outlet *outlet)
{
	move_pilot(bits, &outlet->pilot);
	move_slac(bits, &outlet->slac);
	move_modem(bits, outlet);
	move_given_key(bits, outlet);
	move_bool(bits, &outlet->port_is_up);
	move_bool(bits, &outlet->serving);
	move_bool(bits, &outlet->key_given);
	move_bool(bits, &outlet->link_paused);
	move_late_car(bits, outlet);
	if (outlet->errand_count > 0 || outlet->question_count > 0)
		bits->wrong = "the outlet keeps errands or questions";
}

/* --- station, truth and the ways between --- */

static void move_station(struct bits *bits, struct station *station)
{
	move_request(bits, &station->pilot);
	move_bool(bits, &station->fault);
	MOVE_ENUM(bits, enum station_vehicle, station->vehicle, 2);
	move_bool(bits, &station->untold);
	move_bool(bits, &station->opened);
	move_bool(bits, &station->disturbed);
	move_bool(bits, &station->f_held);
	move_ms(bits, &station->off_ms);
	move_ms(bits, &station->f_ms);
	move_ms(bits, &station->x1_ms);
	move_bool(bits, &station->times_x1);
	move_ms(bits, &station->asleep_ms);
}

static void move_truth(struct bits *bits, struct world_truth *truth)
{
	move_number(bits, &truth->l1_da, 8);
	move_number(bits, &truth->l2_da, 8);
	move_bool(bits, &truth->l2_connected);
	MOVE_ENUM(bits, enum control_pilot_availability, truth->availability, 2);
	move_bool(bits, &truth->eim);
	move_bool(bits, &truth->hlc);
	move_bool(bits, &truth->vehicle);
	move_bool(bits, &truth->fault);
	move_bool(bits, &truth->session);
	move_bool(bits, &truth->found);
	move_bool(bits, &truth->deaf);
	move_bool(bits, &truth->stopped);
	MOVE_ENUM(bits, enum world_report, truth->report, 3);
	move_number(bits, &truth->init_pulses, 3);
	move_number(bits, &truth->failed_pulses, 3);
	move_number(bits, &truth->f_sendings, 4);
	move_bool(bits, &truth->f_sent);
	move_bool(bits, &truth->f_signed);
	move_bool(bits, &truth->f_answered);
	move_bool(bits, &truth->f_given_up);
	MOVE_ENUM(bits, enum world_pause, truth->pause, 3);
	move_ms(bits, &truth->waking_ms);
	move_number(bits, &truth->requests, 2);
	move_bool(bits, &truth->rematched);
	move_bool(bits, &truth->handed_over);
	move_number(bits, &truth->other_da, 10);
}

/* Of the limits it knows what slacd was told, and of the duty cycle it uses whether it is 5 %. */
static void move_service(struct bits *bits, struct world *world)
{
	struct current_limit *service = &world->service;
	bool is_hlc = service->duty_is_known && service->duty == DUTY_CYCLE_HLC;

	if (bits->reading)
		service_begin(world);
	MOVE_ENUM(bits, enum current_limit_slac, service->slac, 3);
	MOVE_ENUM(bits, enum cp_state, service->state, 4);
	move_bool(bits, &service->state_is_known);
	move_bool(bits, &service->pilot_is_stale);
	move_bool(bits, &service->may_be_hlc);
	move_bool(bits, &is_hlc);
	move_bool(bits, &service->scheduled.is_limited);
	move_number(bits, &service->scheduled.limit_ma, 14);
	move_time(bits, &service->held_until_us);
	move_bool(bits, &service->has_control);
	move_bool(bits, &service->zero_asked);
	move_bool(bits, &service->zero_in_force);
	move_bool(bits, &service->in_gate);
	move_bool(bits, &world->truth.service_knows);
	move_asking(bits, &service->asking);
	service->duty_is_known = is_hlc;
	service->duty = DUTY_CYCLE_HLC;
}

/* The numbers on their way only grow, from the oldest answer to the newest request; a doubled request has two answers. */
struct numbers {
	uint32_t before; /* the last one that was moved */
	uint32_t given;  /* what it was moved to, of this age; */
	uint32_t given_present;
};

static void move_a_number(struct bits *bits, struct pilot_asking *asking, struct numbers *numbers, uint32_t *number)
{
	bool present = (int32_t)(*number - asking->first_number) >= 0;
	bool same = *number == numbers->before;
	bool answered = *number == asking->answered;

	move_bool(bits, &present);
	move_bool(bits, &same);
	move_bool(bits, &answered);
	if (!bits->reading) {
		numbers->before = *number;
		return;
	}
	if (!same)
		numbers->before = present ? FIRST_NUMBER + ++numbers->given_present : OLDER_NUMBER + ++numbers->given;
	*number = numbers->before;
	if (answered)
		asking->answered = *number;
}

/* Of requests and answers of slacd, and of the smart-charging service. */
struct both_numbers {
	struct numbers own, others;
};

static void move_its_number(struct bits *bits, struct world *world, struct both_numbers *numbers, bool others,
			    uint32_t *number)
{
	if (!others)
		move_a_number(bits, &world->outlet.pilot.asking, &numbers->own, number);
	else if (world->config->service)
		move_a_number(bits, &world->service.asking, &numbers->others, number);
}

static void move_messages(struct bits *bits, struct world *world, struct both_numbers *numbers)
{
	world->message_count = (size_t)move(bits, world->message_count, 2);
	for (size_t i = 0; i < world->message_count; i++) {
		struct world_message *message = &world->messages[i];
		move_bool(bits, &message->is_answer);
		if (message->is_answer) {
			move_bool(bits, &message->others);
			move_its_number(bits, world, numbers, message->others, &message->number);
			move_bool(bits, &message->valid);
			continue;
		}
		MOVE_ENUM(bits, enum cp_state, message->status.state, 4);
		move_bool(bits, &message->status.has_duty);
		move_number(bits, &message->status.duty, 14);
	}
}

static void move_requests(struct bits *bits, struct world *world, struct both_numbers *numbers)
{
	world->request_count = (size_t)move(bits, world->request_count, 2);
	for (size_t i = 0; i < world->request_count; i++) {
		struct world_request *request = &world->requests[i];
		move_bool(bits, &request->others);
		move_request(bits, &request->request);
		move_bool(bits, &request->again);
		move_its_number(bits, world, numbers, request->others, &request->number);
	}
}

static void move_ways(struct bits *bits, struct world *world)
{
	struct both_numbers numbers = {.own = {.before = 0}};

	move_messages(bits, world, &numbers);
	move_requests(bits, world, &numbers);
}

static void move_world(struct bits *bits, struct world *world)
{
	move_outlet(bits, &world->outlet);
	move_station(bits, &world->station);
	move_truth(bits, &world->truth);
	move_bool(bits, &world->connected);
	move_bool(bits, &world->client_full);
	move_bool(bits, &world->held);
	move_bool(bits, &world->draining);
	if (world->config->service)
		move_service(bits, world);
	move_ways(bits, world);
}

const char *key_take(struct world *world, struct world_key *key)
{
	struct bits bits = {.now_us = world->now_us};

	move_world(&bits, world);
	memcpy(key->words, bits.words, sizeof(key->words));
	if (bits.at > KEY_WORDS * 64)
		return "the key of the exploration is too short";
	if (bits.too_large)
		return "a value outside of what the exploration takes for possible";
	return bits.wrong;
}

const char *key_of(const struct world *world, struct world_key *key)
{
	struct world copy;

	memcpy(&copy, world, WORLD_SIZE);
	return key_take(&copy, key);
}

void world_of_key(struct world *world, const struct world_config *config, const struct outlet *template,
		  const struct world_key *key)
{
	struct bits bits = {.now_us = BASE_US, .reading = true};

	memset(world, 0, WORLD_SIZE);
	world->config = config;
	world->now_us = BASE_US;
	memcpy(&world->outlet, template, WORLD_OUTLET_SIZE);
	world->outlet.fill_context = &world->keys;
	world->keys = 1000; /* keys from now on are other ones than the template's */
	memcpy(bits.words, key->words, sizeof(key->words));
	move_world(&bits, world);
}

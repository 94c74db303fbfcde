/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/tests/slac_evse_watch.h"

#include "homeplug/slac/tests/slac_car.h"

#include <string.h>

/* Three outputs for each run and a handful for the frame and the outlet. */
#define OUTPUTS_BOUND (3 * SLAC_EVSE_RUNS + 6)
/* One more than the outlet has room for, and one more. */
#define CARS (SLAC_WATCH_RUNS + 2)

void slac_watch_init(struct slac_watch *watch, const struct slac_evse_config *config)
{
	memset(watch, 0, sizeof(*watch));
	slac_evse_init(&watch->evse, config);
}

/* --- rules about what was sent --- */

/* CM_SLAC_MATCH.CNF gives the key away: only for a valid request, only the key of this session. */
static const char *check_match_cnf(const struct slac_watch *watch, const struct slac_evse_input *input,
				   const struct mme *cnf)
{
	const struct mme *req = input->frame;

	if (input->kind != SLAC_EVSE_FRAME || req->mmtype != CM_SLAC_MATCH_REQ)
		return "CM_SLAC_MATCH.CNF without a request";
	if (!mac_equal(req->src, cnf->dst) || !mac_equal(cnf->slac_match_cnf.pev_mac, cnf->dst))
		return "CM_SLAC_MATCH.CNF to another than who asked";
	if (slac_match_req_check(&req->slac_match_req, req->src, watch->evse.config.evse_mac,
				 cnf->slac_match_cnf.run_id, watch->evse.config.any_ids) != MME_OK)
		return "CM_SLAC_MATCH.CNF for an invalid request";
	if (memcmp(cnf->slac_match_cnf.nmk, watch->nmk, NMK_LEN) != 0)
		return "CM_SLAC_MATCH.CNF with another key";
	return NULL;
}

static bool ends_a_window(const struct slac_evse_outputs *out, size_t index)
{
	const struct slac_evse_output *next = &out->items[index + 1];

	return index + 1 < out->count && next->kind == SLAC_EVSE_RUN_STEP && next->step.from == SLAC_RUN_TOGGLING &&
	       next->step.to == SLAC_RUN_WAIT_MATCH;
}

/* The result is what the pilot did within the window; sent once more, it is no more than any window's. */
static const char *check_validate_cnf(struct slac_watch *watch, const struct slac_evse_outputs *out, size_t index)
{
	const struct validate_cnf *cnf = &out->items[index].frame.validate_cnf;
	const unsigned fed = watch->s2_toggles < UINT8_MAX ? watch->s2_toggles : UINT8_MAX;
	const bool refused = cnf->result >= VALIDATE_FAILURE;

	if (watch->evse.config.validation == SLAC_VALIDATION_OFF)
		return refused && cnf->toggle_num == 0 ? NULL : "validation that is not carried out";
	watch->not_ready += cnf->result == VALIDATE_NOT_READY;
	watch->put_off += cnf->result == VALIDATE_NOT_READY && watch->neighbour_validates;
	if (refused && watch->evse.config.validation == SLAC_VALIDATION_NOT_REQUIRED)
		return cnf->result == VALIDATE_NOT_REQUIRED && cnf->toggle_num == 0 ? NULL
										    : "wrong word for not required";
	if (refused)
		return "validation refused although it is carried out";
	if (cnf->result == VALIDATE_READY && watch->evse.config.validation == SLAC_VALIDATION_NOT_REQUIRED)
		return "ready for what is not required";
	if (cnf->result != VALIDATE_SUCCESS)
		return cnf->toggle_num == 0 ? NULL : "toggles before the result";
	if (!ends_a_window(out, index))
		return cnf->toggle_num <= watch->most_toggles ? NULL : "repeated result with more toggles";
	watch->validated++;
	watch->toggled += fed > 0;
	if (fed > watch->most_toggles)
		watch->most_toggles = fed;
	return cnf->toggle_num == fed ? NULL : "result with other toggles than there were";
}

static const char *check_sent(const struct slac_watch *watch, const struct slac_evse_input *input,
			      const struct mme *frame)
{
	uint8_t octets[256];
	size_t len;

	if (!watch->connected)
		return "answer without a vehicle";
	if (!watch->has_key)
		return "answer without a key";
	if (!mac_equal(frame->src, watch->evse.config.evse_mac) || mac_equal(frame->dst, mac_broadcast))
		return "answer from or to a wrong address";
	if (mme_encode(frame, octets, sizeof(octets), &len) != MME_OK)
		return "answer that cannot be encoded";
	return frame->mmtype == CM_SLAC_MATCH_CNF ? check_match_cnf(watch, input, frame) : NULL;
}

/* --- rules about what was reported --- */

static bool was_sent_before(const struct slac_evse_outputs *out, size_t end, enum mmtype type)
{
	for (size_t i = 0; i < end; i++)
		if (out->items[i].kind == SLAC_EVSE_SEND && out->items[i].frame.mmtype == type)
			return true;
	return false;
}

static bool was_left(const struct slac_evse_outputs *out, size_t end, enum slac_run_state state)
{
	for (size_t i = 0; i < end; i++)
		if (out->items[i].kind == SLAC_EVSE_RUN_STEP && out->items[i].step.from == state)
			return true;
	return false;
}

static bool is_link(enum slac_evse_input_kind kind)
{
	return kind == SLAC_EVSE_LINK_UP || kind == SLAC_EVSE_LINK_UNKNOWN;
}

static const char *check_status(struct slac_watch *watch, const struct slac_evse_input *input,
				const struct slac_evse_outputs *out, size_t index)
{
	const enum slac_status status = out->items[index].status;
	const bool matching = watch->reported && watch->status == SLAC_STATUS_MATCHING;

	if (status == SLAC_STATUS_MATCHING && matching && !was_left(out, index, SLAC_RUN_MATCHED))
		return "matching twice"; /* but for a car that begins again while it joins */
	if (status == SLAC_STATUS_MATCHING && !was_sent_before(out, index, CM_SLAC_PARM_CNF))
		return "matching before the answer";
	if (status == SLAC_STATUS_MATCHED && !matching && !watch->rejoining)
		return "matched without matching";
	if (status == SLAC_STATUS_MATCHED && !watch->evse.config.await_link && !watch->rejoining &&
	    !was_sent_before(out, index, CM_SLAC_MATCH_CNF))
		return "matched before the answer";
	if (status == SLAC_STATUS_MATCHED && watch->evse.config.await_link && !is_link(input->kind))
		return "matched before the link";
	if (status == SLAC_STATUS_FAILED && out->items[index].reason == SLAC_REASON_NONE)
		return "failed without a reason";
	watch->reported = true;
	watch->status = status;
	watch->matched += status == SLAC_STATUS_MATCHED;
	watch->failed += status == SLAC_STATUS_FAILED;
	watch->joined += status == SLAC_STATUS_MATCHED && watch->evse.config.await_link;
	watch->not_joined += out->items[index].reason == SLAC_REASON_NO_JOIN;
	watch->rejoined += status == SLAC_STATUS_MATCHED && watch->rejoining;
	watch->rejoining = false;
	return NULL;
}

static const char *check_output(struct slac_watch *watch, const struct slac_evse_input *input,
				const struct slac_evse_outputs *out, size_t index)
{
	const struct slac_evse_output *item = &out->items[index];
	const char *broken;

	switch (item->kind) {
	case SLAC_EVSE_SEND:
		broken = check_sent(watch, input, &item->frame);
		if (broken == NULL && item->frame.mmtype == CM_VALIDATE_CNF)
			broken = check_validate_cnf(watch, out, index);
		return broken;
	case SLAC_EVSE_STATUS:
		return check_status(watch, input, out, index);
	case SLAC_EVSE_RUN_STEP:
		if (item->step.to == SLAC_RUN_TOGGLING) {
			watch->s2_toggles = 0;
			watch->s2_closed = false; /* half a toggle from before is none */
		}
		if (watch->neighbour_validates &&
		    (item->step.to == SLAC_RUN_WAIT_TOGGLE ||
		     (item->step.to == SLAC_RUN_TOGGLING && item->step.from == SLAC_RUN_WAIT_MATCH)))
			return "validation beside a neighbour's";
		return NULL;
	case SLAC_EVSE_WATCH_LINK:
		if (!watch->evse.config.await_link)
			return "link watched although it is not awaited";
		if (!watch->rejoining && !was_sent_before(out, index, CM_SLAC_MATCH_CNF))
			return "link watched without a match";
		return NULL;
	case SLAC_EVSE_IGNORED:
		watch->refused++;
		return NULL;
	default:
		return NULL;
	}
}

static const char *check_outputs(struct slac_watch *watch, const struct slac_evse_input *input,
				 const struct slac_evse_outputs *out)
{
	if (out->count > OUTPUTS_BOUND)
		return "too many outputs";
	if (out->count > watch->outputs_max)
		watch->outputs_max = out->count;
	for (size_t i = 0; i < out->count; i++) {
		const char *broken = check_output(watch, input, out, i);
		if (broken != NULL)
			return broken;
	}
	return NULL;
}

/* --- rules about the state --- */

static bool run_waits(const struct slac_run *run)
{
	return run->state >= SLAC_RUN_WAIT_START && run->state <= SLAC_RUN_TOGGLING;
}

/* No state waits longer than its own time. */
static uint64_t longest_wait_us(const struct slac_evse_config *config, enum slac_run_state state)
{
	switch (state) {
	case SLAC_RUN_SOUNDING:
		return (uint64_t)config->tt_evse_match_mnbc_ms * 1000;
	case SLAC_RUN_WAIT_RSP:
		return (uint64_t)config->tt_match_response_ms * 1000;
	case SLAC_RUN_WAIT_MATCH:
		return (uint64_t)config->tt_evse_match_session_ms * 1000;
	case SLAC_RUN_TOGGLING:
		return (UINT64_C(255) + 1) * 100 * 1000; /* the largest TIMER */
	default:
		return (uint64_t)config->tt_match_sequence_ms * 1000;
	}
}

static const char *check_runs(const struct slac_watch *watch)
{
	const struct slac_evse *evse = &watch->evse;
	unsigned matched = 0, waiting = 0, validating = 0;

	for (size_t i = 0; i < evse->run_count; i++) {
		const struct slac_run *run = &evse->runs[i];
		matched += run->state == SLAC_RUN_MATCHED;
		waiting += run_waits(run);
		if (run_waits(run) && (run->deadline_us <= watch->now_us || run->deadline_us == SLAC_NEVER))
			return "run that waits without a time-out to come";
		if (run_waits(run) && run->deadline_us - watch->now_us > longest_wait_us(&evse->config, run->state))
			return "run that waits longer than its time";
		validating += run->state == SLAC_RUN_WAIT_TOGGLE || run->state == SLAC_RUN_TOGGLING;
		if (run_waits(run) && i >= evse->config.parallel_runs)
			return "more runs than are allowed";
		if (run->repeats > evse->config.c_ev_match_retry)
			return "too many repeats";
		for (size_t j = 0; run->state != SLAC_RUN_FREE && j < i; j++)
			if (evse->runs[j].state != SLAC_RUN_FREE && mac_equal(evse->runs[j].ev_mac, run->ev_mac))
				return "two runs of one car";
	}
	if (validating > 1)
		return "two runs validate at once";
	if (matched != (evse->state == SLAC_EVSE_MATCHED || evse->state == SLAC_EVSE_JOINING))
		return "runs and outlet disagree about the match";
	if ((waiting > 0) != (evse->state == SLAC_EVSE_MATCHING))
		return "runs and outlet disagree about matching";
	return NULL;
}

static const char *check_state(const struct slac_watch *watch)
{
	const struct slac_evse *evse = &watch->evse;
	const uint64_t deadline_us = slac_evse_deadline(evse);
	const bool matching = evse->state == SLAC_EVSE_MATCHING || evse->state == SLAC_EVSE_JOINING;
	const bool waits = evse->state == SLAC_EVSE_WAIT_PARM || matching;
	const bool open_end = watch->terminated && evse->state == SLAC_EVSE_WAIT_PARM;
	const bool rejoining = watch->rejoining && evse->state == SLAC_EVSE_JOINING;

	if (watch->connected == (evse->state == SLAC_EVSE_IDLE))
		return "idle with a vehicle, or the other way round";
	if (waits && !open_end && (deadline_us == SLAC_NEVER || deadline_us <= watch->now_us))
		return "waiting state without a deadline to come";
	if (open_end && deadline_us != SLAC_NEVER)
		return "window of TT_EVSE_SLAC_init after the link was ended";
	if (evse->state == SLAC_EVSE_JOINING &&
	    deadline_us - watch->now_us > (uint64_t)evse->config.tt_match_join_ms * 1000)
		return "joining longer than TT_match_join";
	if (evse->state == SLAC_EVSE_JOINING && !evse->config.await_link)
		return "joining although the link is not awaited";
	if (!waits && deadline_us != SLAC_NEVER)
		return "deadline of a state that waits for nothing";
	if (watch->reported && (watch->status == SLAC_STATUS_MATCHING) != (matching && !rejoining))
		return "status and state disagree about matching";
	if (watch->reported &&
	    (watch->status == SLAC_STATUS_MATCHED) != (evse->state == SLAC_EVSE_MATCHED || rejoining))
		return "status and state disagree about the match";
	return check_runs(watch);
}

/* A key is known before what it is used for; what ends is known after the last answer. */
static void note_before(struct slac_watch *watch, const struct slac_evse_input *input)
{
	if (input->kind == SLAC_EVSE_KEY_SET) {
		watch->has_key = true;
		memcpy(watch->nmk, input->key->nmk, NMK_LEN);
	}
	if (input->kind == SLAC_EVSE_REJOIN && watch->evse.state == SLAC_EVSE_MATCHED)
		watch->rejoining = true;
}

/* What is due at this moment has been done before the pilot's edge is taken. */
static void note_s2(struct slac_watch *watch, bool closed)
{
	watch->s2_toggles += !closed && watch->s2_closed;
	watch->s2_closed = closed;
}

static bool was_reported(const struct slac_evse_outputs *out, enum slac_status status)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].kind == SLAC_EVSE_STATUS && out->items[i].status == status)
			return true;
	return false;
}

static void note_after(struct slac_watch *watch, const struct slac_evse_input *input)
{
	if (input->kind == SLAC_EVSE_CONNECTED)
		watch->connected = true;
	if (input->kind == SLAC_EVSE_DISCONNECTED) {
		watch->connected = false;
		watch->reported = false; /* the next vehicle's reports begin anew */
		watch->most_toggles = 0;
	}
	if (input->kind == SLAC_EVSE_S2_CLOSED || input->kind == SLAC_EVSE_S2_OPEN)
		note_s2(watch, input->kind == SLAC_EVSE_S2_CLOSED);
	if (input->kind == SLAC_EVSE_TERMINATE && was_reported(&watch->out, SLAC_STATUS_UNMATCHED))
		watch->terminated = true;
	if (input->kind == SLAC_EVSE_LISTEN || watch->evse.state != SLAC_EVSE_WAIT_PARM)
		watch->terminated = false;
	watch->terminations += input->kind == SLAC_EVSE_TERMINATE && watch->terminated;
	watch->pauses += input->kind == SLAC_EVSE_PAUSE && watch->connected;
	if (input->kind == SLAC_EVSE_LINK_PAUSED && watch->rejoining) {
		watch->rejoining = false;
		watch->paused_again++;
	}
	if (input->kind == SLAC_EVSE_KEY_LOST)
		watch->has_key = false;
}

const char *slac_watch_input(struct slac_watch *watch, const struct slac_evse_input *input)
{
	note_before(watch, input);
	slac_evse_input(&watch->evse, input, watch->now_us, &watch->out);
	const char *broken = check_outputs(watch, input, &watch->out);
	note_after(watch, input);
	return broken != NULL ? broken : check_state(watch);
}

/* --- octets as events --- */

static const enum mmtype types[] = {CM_SLAC_PARM_REQ,  CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND, CM_ATTEN_PROFILE_IND,
				    CM_ATTEN_CHAR_RSP, CM_VALIDATE_REQ,         CM_SLAC_MATCH_REQ};
#define TYPES (sizeof(types) / sizeof(types[0]))

struct tape {
	const uint8_t *next;
	const uint8_t *end;
};

/* 0 after the end. */
static uint8_t take(struct tape *tape)
{
	return tape->next < tape->end ? *tape->next++ : 0;
}

static const char *give(struct slac_watch *watch, enum slac_evse_input_kind kind, enum slac_reason reason)
{
	const struct slac_evse_input input = {.kind = kind, .reason = reason};

	return slac_watch_input(watch, &input);
}

static const char *give_frame(struct slac_watch *watch, const struct mme *frame)
{
	const struct slac_evse_input input = {
		.kind = SLAC_EVSE_FRAME, .frame = frame, .neighbour_validates = watch->neighbour_validates};

	return slac_watch_input(watch, &input);
}

static const char *give_key(struct slac_watch *watch, uint8_t octet)
{
	struct network_key key;
	const struct slac_evse_input input = {
		.kind = SLAC_EVSE_KEY_SET, .key = &key, .modem_mac = octet & 1 ? test_modem_mac : NULL};

	memset(&key, octet, sizeof(key));
	return slac_watch_input(watch, &input);
}

/* In its first or a later attempt. */
static struct slac_car take_car(struct tape *tape)
{
	const uint8_t octet = take(tape);
	struct slac_car car = slac_car((uint8_t)(octet % CARS));

	car.run_id[0] = (uint8_t)(car.run_id[0] + octet / 32);
	return car;
}

/* A valid message. */
static const char *play_message(struct slac_watch *watch, struct tape *tape, size_t type)
{
	const struct slac_car car = take_car(tape);
	const struct mme frame = slac_car_message(&car, types[type % TYPES]);

	return give_frame(watch, &frame);
}

/* The car's run, or NULL. */
static const struct slac_run *find_run(const struct slac_evse *evse, const struct slac_car *car)
{
	for (size_t i = 0; i < evse->run_count; i++)
		if (evse->runs[i].state != SLAC_RUN_FREE && mac_equal(evse->runs[i].ev_mac, car->mac))
			return &evse->runs[i];
	return NULL;
}

static const char *play_sounds(struct slac_watch *watch, struct tape *tape, const struct slac_car *car)
{
	const struct mme sound = slac_car_message(car, CM_MNBC_SOUND_IND);
	const uint8_t octet = take(tape);
	const struct mme profile = slac_car_profile(car, octet & 1 ? SLAC_GROUPS : 0, octet);
	const char *broken = NULL;

	for (unsigned i = 0; i < SLAC_NUM_SOUNDS && broken == NULL; i++) {
		broken = give_frame(watch, &sound);
		if (broken == NULL)
			broken = give_frame(watch, &profile);
	}
	return broken;
}

static const char *play_edge(struct slac_watch *watch)
{
	return give(watch, watch->s2_closed ? SLAC_EVSE_S2_OPEN : SLAC_EVSE_S2_CLOSED, SLAC_REASON_NONE);
}

static const struct slac_run *toggling_run(const struct slac_evse *evse)
{
	for (size_t i = 0; i < evse->run_count; i++)
		if (evse->runs[i].state == SLAC_RUN_TOGGLING)
			return &evse->runs[i];
	return NULL;
}

/* The pilot's next edge, or the window runs out. */
static const char *play_toggling(struct slac_watch *watch, struct tape *tape, const struct slac_run *run)
{
	if (take(tape) < 0xc0)
		return play_edge(watch);
	watch->now_us = run->deadline_us;
	return give(watch, SLAC_EVSE_TICK, SLAC_REASON_NONE);
}

/* The car's choice: validation first, or the match. One that need not validate likes to toggle all the same. */
static struct mme choice(struct slac_watch *watch, struct tape *tape, const struct slac_car *car,
			 const struct slac_run *run)
{
	const uint8_t octet = take(tape);

	watch->neighbour_validates = octet % 8 == 0;
	return octet < 0x80 ? slac_car_validate(car, octet < 0x60 && !run->excused ? 0 : octet)
			    : slac_car_message(car, CM_SLAC_MATCH_REQ);
}

/* What the outlet waits for from this car: a match needs five such steps in a row. */
static struct mme awaited(struct slac_watch *watch, struct tape *tape, const struct slac_car *car,
			  const struct slac_run *run)
{
	switch (run->state) {
	case SLAC_RUN_WAIT_START:
		return slac_car_message(car, CM_START_ATTEN_CHAR_IND);
	case SLAC_RUN_WAIT_RSP:
		return slac_car_message(car, CM_ATTEN_CHAR_RSP);
	case SLAC_RUN_WAIT_MATCH:
		return choice(watch, tape, car, run);
	case SLAC_RUN_WAIT_TOGGLE:
		return slac_car_validate(car, take(tape));
	default:
		return slac_car_message(car, CM_SLAC_PARM_REQ);
	}
}

/* The link that is awaited comes up, is paused once more, or the car asks for the key once more. */
static const char *play_joining(struct slac_watch *watch, struct tape *tape, const struct slac_car *car)
{
	const struct mme again = slac_car_message(car, CM_SLAC_MATCH_REQ);
	const uint8_t octet = take(tape);

	if (octet < 0x20)
		return give(watch, SLAC_EVSE_LINK_UNKNOWN, SLAC_REASON_NONE);
	if (octet < 0x80)
		return give(watch, SLAC_EVSE_LINK_UP, SLAC_REASON_NONE);
	if (octet < 0xa0 && watch->rejoining)
		return give(watch, SLAC_EVSE_LINK_PAUSED, SLAC_REASON_NONE);
	return give_frame(watch, &again);
}

/* What the outlet waits for now, from the car (with its run's run_id), its modem or the pilot. */
static const char *play_progress(struct slac_watch *watch, struct tape *tape)
{
	const struct slac_run *toggling = toggling_run(&watch->evse);
	struct slac_car car = take_car(tape);
	const struct slac_run *run = find_run(&watch->evse, &car);
	struct mme frame = slac_car_message(&car, CM_SLAC_PARM_REQ);

	if (run != NULL && run->state != SLAC_RUN_FAILED)
		memcpy(car.run_id, run->run_id, RUN_ID_LEN);
	if (watch->evse.state == SLAC_EVSE_JOINING)
		return play_joining(watch, tape, &car);
	if (run != NULL && run->state == SLAC_RUN_SOUNDING)
		return play_sounds(watch, tape, &car);
	if (toggling != NULL && (run == NULL || run == toggling || run->state == SLAC_RUN_FAILED))
		return play_toggling(watch, tape, toggling);
	if (run != NULL)
		frame = awaited(watch, tape, &car, run);
	return give_frame(watch, &frame);
}

/* A message with up to three octets turned over, as far as the codec still takes it. */
static const char *play_garbled(struct slac_watch *watch, struct tape *tape)
{
	const struct slac_car car = take_car(tape);
	const uint8_t kind = take(tape);
	const struct mme valid = slac_car_message(&car, types[kind % TYPES]);
	uint8_t octets[256];
	struct mme frame;
	size_t len;

	if (mme_encode(&valid, octets, sizeof(octets), &len) != MME_OK)
		return "valid message cannot be encoded";
	for (unsigned i = 0; i <= kind / 86; i++) {
		const uint8_t at = take(tape);
		octets[at % len] ^= take(tape);
	}
	return mme_decode(octets, len, &frame) == MME_OK ? give_frame(watch, &frame) : NULL;
}

static const char *play_raw(struct slac_watch *watch, struct tape *tape)
{
	const size_t wanted = take(tape), left = (size_t)(tape->end - tape->next);
	const size_t len = wanted < left ? wanted : left;
	struct mme frame;

	enum mme_error error = mme_decode(tape->next, len, &frame);
	tape->next += len;
	return error == MME_OK ? give_frame(watch, &frame) : NULL;
}

static const char *play_time(struct slac_watch *watch, struct tape *tape)
{
	const uint64_t deadline_us = slac_evse_deadline(&watch->evse);
	const uint8_t how = take(tape);

	if (how < 0x20 && deadline_us != SLAC_NEVER)
		watch->now_us = deadline_us;
	else if (how < 0x60 && deadline_us != SLAC_NEVER)
		watch->now_us = deadline_us - 1;
	else if (how < 0xf0)
		watch->now_us += (uint64_t)take(tape) * 1000;
	else
		watch->now_us += (uint64_t)take(tape) * 1000000;
	return give(watch, SLAC_EVSE_TICK, SLAC_REASON_NONE);
}

static const char *play_link_or_s2(struct slac_watch *watch, struct tape *tape)
{
	static const enum slac_evse_input_kind kinds[] = {
		SLAC_EVSE_S2_CLOSED, SLAC_EVSE_S2_OPEN, SLAC_EVSE_LINK_UP, SLAC_EVSE_LINK_UNKNOWN, SLAC_EVSE_LINK_LOST,
		SLAC_EVSE_REJOIN,    SLAC_EVSE_REJOIN,  SLAC_EVSE_REJOIN,  SLAC_EVSE_LINK_PAUSED,
	};

	return give(watch, kinds[take(tape) % (sizeof(kinds) / sizeof(kinds[0]))], SLAC_REASON_NONE);
}

/* The pilot logic and the 15118 side. An outlet that is in use is seldom paused: the sequences are to get somewhere. */
static const char *play_pilot(struct slac_watch *watch, struct tape *tape)
{
	static const enum slac_evse_input_kind kinds[] = {SLAC_EVSE_PAUSE, SLAC_EVSE_LISTEN, SLAC_EVSE_LISTEN,
							  SLAC_EVSE_TERMINATE};
	const enum slac_evse_input_kind kind = kinds[take(tape) % (sizeof(kinds) / sizeof(kinds[0]))];
	const enum slac_evse_state state = watch->evse.state;
	const bool in_use = state == SLAC_EVSE_MATCHING || state == SLAC_EVSE_JOINING || state == SLAC_EVSE_MATCHED;
	const bool spared = kind == SLAC_EVSE_PAUSE && in_use && take(tape) % 16 != 0;

	return give(watch, spared ? SLAC_EVSE_LISTEN : kind, SLAC_REASON_NONE);
}

/* Progress is the most frequent event, so that matches are reached. */
static const char *play_event(struct slac_watch *watch, struct tape *tape)
{
	const uint8_t event = take(tape) % 64;

	if (event < 40)
		return play_progress(watch, tape);
	if (event < 47)
		return play_message(watch, tape, event);
	if (event < 50)
		return play_garbled(watch, tape);
	if (event >= 52 && event < 57)
		return play_time(watch, tape);
	switch (event) {
	case 50:
		return play_pilot(watch, tape);
	case 51:
	case 62:
		return play_link_or_s2(watch, tape);
	case 57:
		return play_raw(watch, tape);
	case 58:
		return give(watch, SLAC_EVSE_DISCONNECTED,
			    take(tape) & 1 ? SLAC_REASON_VEHICLE_LEFT : SLAC_REASON_PILOT_FAULT);
	case 59:
		return give(watch, SLAC_EVSE_KEY_LOST, SLAC_REASON_LINK_LOST);
	case 60:
	case 61:
		return give_key(watch, take(tape));
	default:
		return give(watch, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);
	}
}

const char *slac_watch_play(struct slac_watch *watch, const uint8_t *octets, size_t len)
{
	struct tape tape = {.next = octets, .end = octets + len};
	const char *broken = NULL;

	while (broken == NULL && tape.next < tape.end)
		broken = play_event(watch, &tape);
	return broken;
}

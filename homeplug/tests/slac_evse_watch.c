/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/tests/slac_evse_watch.h"

#include "homeplug/tests/slac_car.h"

#include <string.h>

/* Two outputs for each run and a handful for the frame and the outlet. */
#define OUTPUTS_BOUND (2 * SLAC_EVSE_RUNS + 9)
/* One more than the outlet has room for, and one more. */
#define CARS (SLAC_EVSE_RUNS + 2)

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

static const char *check_status(struct slac_watch *watch, const struct slac_evse_outputs *out, size_t index)
{
	const enum slac_status status = out->items[index].status;
	const bool matching = watch->reported && watch->status == SLAC_STATUS_MATCHING;

	if (status == SLAC_STATUS_MATCHING && matching)
		return "matching twice";
	if (status == SLAC_STATUS_MATCHING && !was_sent_before(out, index, CM_SLAC_PARM_CNF))
		return "matching before the answer";
	if (status == SLAC_STATUS_MATCHED && !matching)
		return "matched without matching";
	if (status == SLAC_STATUS_MATCHED && !was_sent_before(out, index, CM_SLAC_MATCH_CNF))
		return "matched before the answer";
	if (status == SLAC_STATUS_FAILED && out->items[index].reason == SLAC_REASON_NONE)
		return "failed without a reason";
	watch->reported = true;
	watch->status = status;
	watch->matched += status == SLAC_STATUS_MATCHED;
	watch->failed += status == SLAC_STATUS_FAILED;
	return NULL;
}

static const char *check_outputs(struct slac_watch *watch, const struct slac_evse_input *input,
				 const struct slac_evse_outputs *out)
{
	if (out->count > OUTPUTS_BOUND)
		return "too many outputs";
	if (out->count > watch->outputs_max)
		watch->outputs_max = out->count;
	for (size_t i = 0; i < out->count; i++) {
		const char *broken = NULL;
		if (out->items[i].kind == SLAC_EVSE_SEND)
			broken = check_sent(watch, input, &out->items[i].frame);
		else if (out->items[i].kind == SLAC_EVSE_STATUS)
			broken = check_status(watch, out, i);
		else if (out->items[i].kind == SLAC_EVSE_IGNORED)
			watch->refused++;
		if (broken != NULL)
			return broken;
	}
	return NULL;
}

/* --- rules about the state --- */

static bool run_waits(const struct slac_run *run)
{
	return run->state >= SLAC_RUN_WAIT_START && run->state <= SLAC_RUN_WAIT_MATCH;
}

static const char *check_runs(const struct slac_watch *watch)
{
	const struct slac_evse *evse = &watch->evse;
	unsigned matched = 0, waiting = 0;

	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++) {
		const struct slac_run *run = &evse->runs[i];
		matched += run->state == SLAC_RUN_MATCHED;
		waiting += run_waits(run);
		if (run_waits(run) && (run->deadline_us <= watch->now_us || run->deadline_us == SLAC_NEVER))
			return "run that waits without a time-out to come";
		if (run->repeats > evse->config.c_ev_match_retry)
			return "too many repeats";
		for (size_t j = 0; run->state != SLAC_RUN_FREE && j < i; j++)
			if (evse->runs[j].state != SLAC_RUN_FREE &&
			    mac_equal(evse->runs[j].ev_mac, run->ev_mac))
				return "two runs of one car";
	}
	if (matched != (evse->state == SLAC_EVSE_MATCHED))
		return "runs and outlet disagree about the match";
	if ((waiting > 0) != (evse->state == SLAC_EVSE_MATCHING))
		return "runs and outlet disagree about matching";
	return NULL;
}

static const char *check_state(const struct slac_watch *watch)
{
	const struct slac_evse *evse = &watch->evse;
	const uint64_t deadline_us = slac_evse_deadline(evse);
	const bool waits = evse->state == SLAC_EVSE_WAIT_PARM || evse->state == SLAC_EVSE_MATCHING;

	if (watch->connected == (evse->state == SLAC_EVSE_IDLE))
		return "idle with a vehicle, or the other way round";
	if (waits && (deadline_us == SLAC_NEVER || deadline_us <= watch->now_us))
		return "waiting state without a deadline to come";
	if (!waits && deadline_us != SLAC_NEVER)
		return "deadline of a state that waits for nothing";
	if (watch->reported && (watch->status == SLAC_STATUS_MATCHING) != (evse->state == SLAC_EVSE_MATCHING))
		return "status and state disagree about matching";
	if (watch->reported && (watch->status == SLAC_STATUS_MATCHED) != (evse->state == SLAC_EVSE_MATCHED))
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
}

static void note_after(struct slac_watch *watch, const struct slac_evse_input *input)
{
	if (input->kind == SLAC_EVSE_CONNECTED)
		watch->connected = true;
	if (input->kind == SLAC_EVSE_DISCONNECTED) {
		watch->connected = false;
		watch->reported = false; /* the next vehicle's reports begin anew */
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

static const enum mmtype types[] = {CM_SLAC_PARM_REQ,	  CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND,
				    CM_ATTEN_PROFILE_IND, CM_ATTEN_CHAR_RSP,	   CM_VALIDATE_REQ,
				    CM_SLAC_MATCH_REQ};
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
	const struct slac_evse_input input = {.kind = SLAC_EVSE_FRAME, .frame = frame};

	return slac_watch_input(watch, &input);
}

static const char *give_key(struct slac_watch *watch, uint8_t octet)
{
	struct network_key key;
	const struct slac_evse_input input = {.kind = SLAC_EVSE_KEY_SET, .key = &key};

	memset(&key, octet, sizeof(key));
	return slac_watch_input(watch, &input);
}

static struct slac_car take_car(struct tape *tape)
{
	const uint8_t octet = take(tape);
	const struct slac_car car = slac_car((uint8_t)(octet % CARS));

	return octet & 0x80 ? slac_car_again(&car) : car;
}

/* A valid message. */
static const char *play_message(struct slac_watch *watch, struct tape *tape, size_t type)
{
	const struct slac_car car = take_car(tape);
	const struct mme frame = slac_car_message(&car, types[type % TYPES]);

	return give_frame(watch, &frame);
}

/* What the outlet waits for from this car: a match needs five such steps in a row. */
static size_t awaited_type(const struct slac_evse *evse, const struct slac_car *car)
{
	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++) {
		const struct slac_run *run = &evse->runs[i];
		if (!mac_equal(run->ev_mac, car->mac))
			continue;
		if (run->state == SLAC_RUN_WAIT_START)
			return 1;
		if (run->state == SLAC_RUN_WAIT_RSP)
			return 4;
		if (run->state == SLAC_RUN_WAIT_MATCH)
			return 6;
	}
	return 0;
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

/* The message the outlet waits for, or all the sounds of the car, each with its profile. */
static const char *play_progress(struct slac_watch *watch, struct tape *tape)
{
	const struct slac_car car = take_car(tape);

	for (size_t i = 0; i < SLAC_EVSE_RUNS; i++)
		if (watch->evse.runs[i].state == SLAC_RUN_SOUNDING &&
		    mac_equal(watch->evse.runs[i].ev_mac, car.mac))
			return play_sounds(watch, tape, &car);
	const struct mme frame = slac_car_message(&car, types[awaited_type(&watch->evse, &car)]);
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

/* Progress is the most frequent event, so that matches are reached. */
static const char *play_event(struct slac_watch *watch, struct tape *tape)
{
	const uint8_t event = take(tape) % 64;

	if (event < 40)
		return play_progress(watch, tape);
	if (event < 47)
		return play_message(watch, tape, event);
	if (event < 52)
		return play_garbled(watch, tape);
	if (event < 57)
		return play_time(watch, tape);
	switch (event) {
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

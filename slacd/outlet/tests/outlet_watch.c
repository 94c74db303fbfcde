/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/outlet_watch.h"

#include <string.h>

/* No errand has this kind: what is written over it was queued. */
#define NO_ERRAND 0xff
/* So many octets of a key in a row are no accident. */
#define KEY_PART 8

/* --- keys --- */

uint64_t outlet_watch_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

/* Octets that follow from the serial, so that a part of a key is told wherever it turns up. */
static void make_key(uint32_t serial, uint8_t nmk[NMK_LEN])
{
	uint64_t random = serial * UINT64_C(0x9e3779b97f4a7c15) + 1;

	memcpy(nmk, &serial, sizeof(serial));
	for (size_t i = sizeof(serial); i < NMK_LEN; i++)
		nmk[i] = (uint8_t)(outlet_watch_random(&random) >> 32);
}

uint32_t outlet_watch_serial(const uint8_t nmk[NMK_LEN])
{
	uint8_t made[NMK_LEN];
	uint32_t serial;

	memcpy(&serial, nmk, sizeof(serial));
	make_key(serial, made);
	return memcmp(made, nmk, NMK_LEN) == 0 ? serial : 0;
}

bool outlet_watch_fill(void *context, uint8_t *out, size_t n)
{
	struct outlet_watch *watch = context;

	if (watch->fill_fails)
		return false;
	if (n == NMK_LEN)
		make_key(++watch->keys, out);
	else
		for (size_t i = 0; i < n; i++)
			out[i] = (uint8_t)(outlet_watch_random(&watch->random) >> 32);
	return true;
}

static bool holds(const void *octets, size_t len, const uint8_t nmk[NMK_LEN])
{
	return memmem(octets, len, nmk, KEY_PART) != NULL ||
	       memmem(octets, len, nmk + NMK_LEN - KEY_PART, KEY_PART) != NULL;
}

/* The modem's present key, matching's, or the one an EV was told last. */
static bool holds_a_key(const struct outlet_watch *watch, const struct outlet *outlet, const void *octets, size_t len)
{
	uint8_t given[NMK_LEN];

	make_key(watch->given, given);
	return (outlet_watch_serial(outlet->modem.key.given.nmk) != 0 &&
		holds(octets, len, outlet->modem.key.given.nmk)) ||
	       (outlet_watch_serial(outlet->slac.key.nmk) != 0 && holds(octets, len, outlet->slac.key.nmk)) ||
	       (watch->given != 0 && holds(octets, len, given));
}

/* --- frames --- */

/* A key is told to one EV, and to none that comes after its vehicle. */
static const char *check_match_cnf(struct outlet_watch *watch, const struct mme *cnf)
{
	const uint32_t serial = outlet_watch_serial(cnf->slac_match_cnf.nmk);

	if (serial == 0 || serial > watch->keys)
		return "CM_SLAC_MATCH.CNF with a key that was never made";
	if (serial < watch->given)
		return "CM_SLAC_MATCH.CNF with an older key than the last";
	if (serial <= watch->spent)
		return "CM_SLAC_MATCH.CNF with a key of a session that has ended";
	if (serial == watch->given && !mac_equal(cnf->dst, watch->given_to))
		return "CM_SLAC_MATCH.CNF with a key that another EV was told";
	watch->given = serial;
	memcpy(watch->given_to, cnf->dst, MAC_LEN);
	return NULL;
}

static const char *check_send(struct outlet_watch *watch, const struct outlet *outlet, const struct outlet_effects *out,
			      const struct outlet_effect *effect)
{
	const uint8_t *octets = effect->frame.octets;
	struct mme frame;

	if (effect->frame.len < MME_FRAME_MIN || effect->frame.len > MME_FRAME_MAX || effect->frame.name == NULL)
		return "a frame of a wrong length, or without a name";
	if (octets < out->octets || octets + effect->frame.len > out->octets + out->octets_used)
		return "a frame outside of the list's octets";
	if (!watch->port_is_up)
		return "a frame without a port";
	if (!mac_equal(octets + MAC_LEN, watch->port_mac))
		return "a frame from another MAC than the port's";
	const bool decoded = mme_decode(octets, effect->frame.len, &frame) == MME_OK;
	if (decoded && frame.mmtype == CM_SLAC_MATCH_CNF)
		return check_match_cnf(watch, &frame);
	if (decoded && frame.mmtype == CM_SET_KEY_REQ)
		return NULL;
	return holds_a_key(watch, outlet, octets, effect->frame.len) ? "a frame that tells the key" : NULL;
}

/* Whether one of the first `end` frames is this message to this EV. */
static bool was_sent(const struct outlet_effects *out, size_t begin, size_t end, enum mmtype type,
		     const uint8_t ev_mac[MAC_LEN])
{
	struct mme frame;

	for (size_t i = begin; i < end; i++)
		if (out->items[i].kind == OUTLET_SEND &&
		    mme_decode(out->items[i].frame.octets, out->items[i].frame.len, &frame) == MME_OK &&
		    frame.mmtype == type && mac_equal(frame.dst, ev_mac))
			return true;
	return false;
}

/* --- statuses --- */

static const char *check_matching(struct outlet_watch *watch, const struct outlet_effects *out, size_t index)
{
	const struct outlet_status *status = &out->items[index].status;

	if (!status->has_ev || status->reason != SLAC_REASON_NONE)
		return "matching without an EV, or with a reason";
	if (!was_sent(out, 0, index, CM_SLAC_PARM_CNF, status->ev_mac))
		return "matching before the answer that it reports";
	if (was_sent(out, index, out->count, CM_SLAC_PARM_CNF, status->ev_mac))
		return "an answer after the status that reports it";
	if (watch->vehicles == 0)
		return "matching without a vehicle";
	watch->matching = true;
	watch->matched = false;
	return NULL;
}

static const char *check_matched(struct outlet_watch *watch, const struct outlet *outlet,
				 const struct outlet_effects *out, size_t index)
{
	const struct outlet_status *status = &out->items[index].status;

	if (!status->has_ev || status->reason != SLAC_REASON_NONE)
		return "matched without an EV, or with a reason";
	if (!watch->matching)
		return "matched without matching";
	if (watch->matched && !watch->resumed)
		return "matched twice";
	if (watch->given == 0 || !mac_equal(watch->given_to, status->ev_mac))
		return "matched with an EV that was not told the key";
	if (!outlet->slac.config.await_link && !watch->resumed &&
	    !was_sent(out, 0, index, CM_SLAC_MATCH_CNF, status->ev_mac))
		return "matched before the answer that it reports";
	if (was_sent(out, index, out->count, CM_SLAC_MATCH_CNF, status->ev_mac))
		return "an answer after the status that reports it";
	watch->matched = true;
	watch->resumed = false;
	return NULL;
}

/* The vehicle has left, or is no longer one that may be matched. */
static bool ends_vehicle(enum slac_reason reason)
{
	return reason == SLAC_REASON_VEHICLE_LEFT || reason == SLAC_REASON_RESET || reason == SLAC_REASON_PILOT_FAULT ||
	       reason == SLAC_REASON_EVSE_NOT_READY;
}

/* The pilot had no answer within its time, and there is no basic charging. */
static bool is_silence(const struct outlet_status *status)
{
	return status->kind == OUTLET_FAILED &&
	       (status->reason == SLAC_REASON_NO_PARM_REQ || status->reason == SLAC_REASON_KEY_NOT_SET);
}

/* `failed` or `unmatched`: one for what `matching` began, and one for a vehicle that leaves. */
static const char *check_end(struct outlet_watch *watch, const struct outlet_status *status)
{
	const bool was_matching = watch->matching;

	watch->matching = false;
	watch->matched = false;
	watch->resumed = false;
	watch->spent = watch->given;
	if (status->reason == SLAC_REASON_NONE)
		return "an end without a reason";
	if (!ends_vehicle(status->reason))
		return was_matching || (is_silence(status) && watch->vehicles > 0)
			       ? NULL
			       : "an end of what did not begin, or has ended already";
	if (status->kind == OUTLET_UNMATCHED && watch->departed > 0) {
		watch->departed--;
		return NULL;
	}
	return watch->vehicles-- > 0 ? NULL : "an end of a vehicle that is not there";
}

static const char *check_status(struct outlet_watch *watch, const struct outlet *outlet,
				const struct outlet_effects *out, size_t index)
{
	const struct outlet_status *status = &out->items[index].status;

	watch->statuses[status->kind]++;
	switch (status->kind) {
	case OUTLET_MATCHING:
		return check_matching(watch, out, index);
	case OUTLET_MATCHED:
		return check_matched(watch, outlet, out, index);
	case OUTLET_FAILED:
	case OUTLET_UNMATCHED:
		return check_end(watch, status);
	case OUTLET_BASIC_CHARGING:
		return status->reason == SLAC_REASON_NONE ? "basic charging without a reason" : NULL;
	}
	return "a status of no kind";
}

/* --- the other effects --- */

static const char *check_request(struct outlet_watch *watch, const struct outlet_effects *out, size_t index)
{
	const struct outlet_effect *effect = &out->items[index];
	const bool x2 = effect->pilot.request.kind == PILOT_X2;
	const uint32_t current_da = effect->pilot.request.current_da;

	for (size_t i = index + 1; i < out->count; i++)
		if (out->items[i].kind != OUTLET_NOTE)
			return "more than notes after a pilot request";
	if (watch->request_known && effect->pilot.number != watch->request_number + 1)
		return "a pilot request out of number";
	watch->request_known = true;
	watch->request_number = effect->pilot.number;
	if (x2 ? current_da < 60 || current_da > 800 : current_da != 0)
		return "a pilot request for a current that does not exist";
	return NULL;
}

static const char *check_note(struct outlet_watch *watch, const struct outlet_note *note)
{
	if ((size_t)note->kind >= OUTLET_NOTE_COUNT)
		return "a note of no kind";
	watch->notes[note->kind]++;
	watch->vehicles += note->kind == OUTLET_NOTE_VEHICLE_CONNECTED;
	watch->departed += note->kind == OUTLET_NOTE_VEHICLE_LEFT && watch->vehicles == 0;
	watch->resumed = watch->resumed || (watch->matched && note->kind == OUTLET_NOTE_LINK_RESUMED);
	return NULL;
}

static const char *check_effect(struct outlet_watch *watch, const struct outlet *outlet,
				const struct outlet_effects *out, size_t index)
{
	const struct outlet_effect *effect = &out->items[index];

	watch->effects[effect->kind]++;
	if (effect->kind != OUTLET_SEND && holds_a_key(watch, outlet, effect, sizeof(*effect)))
		return "an effect that tells the key";
	switch (effect->kind) {
	case OUTLET_SEND:
		return check_send(watch, outlet, out, effect);
	case OUTLET_STATUS:
		return check_status(watch, outlet, out, index);
	case OUTLET_PILOT_REQUEST:
		if (outlet->pilot.config.is_elsewhere)
			return "a request for a pilot that is somebody else's";
		return check_request(watch, out, index);
	case OUTLET_ANSWER_NETWORK:
		return watch->questions-- > 0 ? NULL : "an answer to no question";
	case OUTLET_WANTS_E_F:
		return outlet->pilot.config.is_elsewhere ? NULL : "the owner of a pilot that is ours is asked for E/F";
	case OUTLET_SERVING:
		if (effect->serving == watch->serving)
			return "serving is said again";
		watch->serving = effect->serving;
		return NULL;
	case OUTLET_NOTE:
		return check_note(watch, &effect->note);
	}
	return "an effect of no kind";
}

/* --- bounds and rest --- */

static void note_most(size_t *most, size_t count)
{
	if (count > *most)
		*most = count;
}

static size_t count_errands(const struct outlet_effects *out)
{
	size_t count = 0;

	for (size_t i = 0; i < OUTLET_QUEUE; i++)
		count += out->errands[i].kind != (enum outlet_errand_kind)NO_ERRAND;
	return count;
}

/* Half of what there is room for is the most that may ever be used. */
static const char *check_bounds(struct outlet_watch *watch, const struct outlet *outlet,
				const struct outlet_effects *out)
{
	note_most(&watch->most.effects, out->count);
	note_most(&watch->most.octets, out->octets_used);
	note_most(&watch->most.errands, count_errands(out));
	if (out->count > OUTLET_EFFECTS / 2)
		return "more than half of the effects there is room for";
	if (out->octets_used > OUTLET_OCTETS / 2)
		return "more than half of the octets there is room for";
	if (count_errands(out) > OUTLET_QUEUE / 2)
		return "more than half of the errands there is room for";
	return outlet->errand_count == 0 ? NULL : "an errand that was not run";
}

static const char *check_rest(const struct outlet_watch *watch, const struct outlet *outlet,
			      const struct outlet_input *input, uint64_t now_us)
{
	if (outlet_deadline(outlet) <= now_us)
		return "a deadline that is over";
	if (watch->vehicles != 0 && input->kind == OUTLET_STOP)
		return "the service has ended, and its vehicle has not";
	if (watch->vehicles > 1 || watch->departed > 0)
		return "a second vehicle before the first has ended, or one that left without a status";
	if (outlet->slac.vehicle_connected != (watch->vehicles == 1))
		return "matching and the pilot disagree about the vehicle";
	if (outlet->serving != watch->serving)
		return "serving is not what was said";
	if (outlet->question_count != watch->questions)
		return "a question that is lost";
	if (watch->questions > 0 && outlet_deadline(outlet) == OUTLET_NEVER)
		return "a question that nobody ends";
	return NULL;
}

/* --- digest: the same inputs give the same effects --- */

static void digest(struct outlet_watch *watch, const void *octets, size_t len)
{
	const uint8_t *octet = octets;

	for (size_t i = 0; i < len; i++)
		watch->digest = (watch->digest ^ octet[i]) * UINT64_C(0x100000001b3);
}

static void digest_number(struct outlet_watch *watch, uint64_t number)
{
	digest(watch, &number, sizeof(number));
}

static void digest_effect(struct outlet_watch *watch, const struct outlet_effect *effect)
{
	digest_number(watch, effect->kind);
	if (effect->kind == OUTLET_SEND) {
		digest(watch, effect->frame.octets, effect->frame.len);
	} else if (effect->kind == OUTLET_STATUS) {
		digest_number(watch, effect->status.kind);
		digest_number(watch, effect->status.reason);
		digest(watch, effect->status.run_id, RUN_ID_LEN);
		digest_number(watch, effect->status.attenuation_ddb);
	} else if (effect->kind == OUTLET_PILOT_REQUEST) {
		digest_number(watch, effect->pilot.request.kind);
		digest_number(watch, effect->pilot.request.current_da);
	} else if (effect->kind == OUTLET_NOTE) {
		digest_number(watch, effect->note.kind);
		digest_number(watch, effect->note.reason);
		digest_number(watch, effect->note.value);
		digest(watch, effect->note.from, MAC_LEN);
	}
}

/* --- the input --- */

static void note_before(struct outlet_watch *watch, const struct outlet_input *input, struct outlet_effects *out)
{
	for (size_t i = 0; i < OUTLET_QUEUE; i++)
		out->errands[i].kind = (enum outlet_errand_kind)NO_ERRAND;
	if (input->kind == OUTLET_PORT_UP) {
		watch->port_is_up = true;
		memcpy(watch->port_mac, input->port_mac, MAC_LEN);
	}
	watch->questions += input->kind == OUTLET_NETWORK_QUESTION;
	watch->inputs++;
}

const char *outlet_watch_input(struct outlet_watch *watch, struct outlet *outlet, const struct outlet_input *input,
			       uint64_t now_us, struct outlet_effects *out)
{
	const char *broken = NULL;

	note_before(watch, input, out);
	outlet_input(outlet, input, now_us, out);
	for (size_t i = 0; i < out->count && broken == NULL; i++) {
		broken = check_effect(watch, outlet, out, i);
		digest_effect(watch, &out->items[i]);
	}
	if (input->kind == OUTLET_PORT_DOWN)
		watch->port_is_up = false;
	digest_number(watch, outlet_deadline(outlet));
	if (broken == NULL)
		broken = check_bounds(watch, outlet, out);
	return broken != NULL ? broken : check_rest(watch, outlet, input, now_us);
}

void outlet_watch_init(struct outlet_watch *watch, uint64_t seed)
{
	memset(watch, 0, sizeof(*watch));
	watch->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

void outlet_watch_restart(struct outlet_watch *watch)
{
	watch->port_is_up = watch->serving = watch->matching = watch->matched = watch->resumed = false;
	watch->request_known = false;
	watch->vehicles = 0;
	watch->questions = 0;
	watch->spent = watch->given;
}

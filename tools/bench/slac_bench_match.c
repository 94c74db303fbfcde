/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_match.h"

#include <stdio.h>
#include <string.h>

#define HEARD_TRIES   2000
#define HEARD_WAIT_US 1000
#define KEY_WAIT_US   2000000
#define RECOVER_US    200000
#define STARTS        3
#define ATTENUATION   20

static bool fail(const struct bench_car *car, const char *what)
{
	fprintf(stderr, "slac-bench: run %llu: %s\n", (unsigned long long)car->number, what);
	return false;
}

static void run_id_of(const struct bench_car *car, uint8_t run_id[RUN_ID_LEN])
{
	for (size_t i = 0; i < RUN_ID_LEN; i++)
		run_id[i] = (uint8_t)(car->number >> (8 * i));
}

static struct mme parm_req(const struct bench_car *car)
{
	struct mme frame;

	mme_init(&frame, CM_SLAC_PARM_REQ, car->wire->mac, mac_broadcast);
	run_id_of(car, frame.slac_parm_req.run_id);
	return frame;
}

static struct mme start_ind(const struct bench_car *car)
{
	struct mme frame;

	mme_init(&frame, CM_START_ATTEN_CHAR_IND, car->wire->mac, mac_broadcast);
	frame.start_atten_char_ind.num_sounds = SLAC_NUM_SOUNDS;
	frame.start_atten_char_ind.time_out = SLAC_TIME_OUT;
	frame.start_atten_char_ind.resp_type = SLAC_RESP_TYPE;
	memcpy(frame.start_atten_char_ind.forwarding_sta, car->wire->mac, MAC_LEN);
	run_id_of(car, frame.start_atten_char_ind.run_id);
	return frame;
}

static struct mme sound_ind(const struct bench_car *car, uint8_t remaining)
{
	struct mme frame;

	mme_init(&frame, CM_MNBC_SOUND_IND, car->wire->mac, mac_broadcast);
	frame.mnbc_sound_ind.cnt = remaining;
	run_id_of(car, frame.mnbc_sound_ind.run_id);
	return frame;
}

static struct mme profile_ind(const struct bench_car *car)
{
	struct attenuation attenuation = {.num_groups = SLAC_GROUPS};
	struct mme frame;

	memset(attenuation.aag_db, ATTENUATION, SLAC_GROUPS);
	modem_sim_profile(&car->wire->modem, &attenuation, car->wire->mac, &frame);
	return frame;
}

static struct mme atten_char_rsp(const struct bench_car *car)
{
	struct mme frame;

	mme_init(&frame, CM_ATTEN_CHAR_RSP, car->wire->mac, car->evse_mac);
	memcpy(frame.atten_char_rsp.source_address, car->wire->mac, MAC_LEN);
	run_id_of(car, frame.atten_char_rsp.run_id);
	return frame;
}

static struct mme match_req(const struct bench_car *car)
{
	struct mme frame;

	mme_init(&frame, CM_SLAC_MATCH_REQ, car->wire->mac, car->evse_mac);
	frame.slac_match_req.mvf_length = SLAC_MATCH_REQ_MVF_LENGTH;
	memcpy(frame.slac_match_req.pev_mac, car->wire->mac, MAC_LEN);
	memcpy(frame.slac_match_req.evse_mac, car->evse_mac, MAC_LEN);
	run_id_of(car, frame.slac_match_req.run_id);
	return frame;
}

static bool timed(struct bench_wire *wire, unsigned gap_us, const struct mme *request, uint16_t answer_type,
		  struct mme *answer, struct samples *samples)
{
	uint64_t ns;

	bench_sleep_us(gap_us);
	wire_drain(wire);
	if (!wire_exchange(wire, request, answer_type, answer, &ns))
		return false;
	if (samples != NULL)
		samples_add(samples, ns);
	return true;
}

/* Every other time the bare responder comes first, so that neither always finds warmed up what both use. */
static bool timed_pair(struct bench_car *car, enum bench_exchange which, const struct mme *request,
		       uint16_t answer_type, struct mme *answer)
{
	bool bare_first = car->number % 2 == 0;
	struct mme echo;

	if (car->bare == NULL)
		return timed(car->wire, car->gap_us, request, answer_type, answer, NULL);
	if (bare_first && !timed(car->bare, car->gap_us, request, request->mmtype, &echo, &car->times->bare[which]))
		return fail(car, "the bare responder does not answer");
	if (!timed(car->wire, car->gap_us, request, answer_type, answer, &car->times->slacd[which]))
		return false;
	if (!bare_first && !timed(car->bare, car->gap_us, request, request->mmtype, &echo, &car->times->bare[which]))
		return fail(car, "the bare responder does not answer");
	return true;
}

bool car_is_heard(struct bench_car *car)
{
	const struct mme request = parm_req(car);
	struct mme cnf;

	for (int i = 0; i < HEARD_TRIES; i++) {
		if (!wire_send(car->wire, &request))
			return fail(car, "a frame could not be sent");
		if (wire_wait(car->wire, CM_SLAC_PARM_CNF, HEARD_WAIT_US, &cnf)) {
			memcpy(car->evse_mac, cnf.src, MAC_LEN);
			return true;
		}
	}
	return fail(car, "CM_SLAC_PARM.REQ is not answered");
}

/* Three announcements, ten sounds, and all profiles but the last. */
static bool sound(struct bench_car *car)
{
	const struct mme start = start_ind(car);
	const struct mme profile = profile_ind(car);

	for (int i = 0; i < STARTS; i++)
		if (!wire_send(car->wire, &start))
			return fail(car, "a frame could not be sent");
	for (uint8_t remaining = SLAC_NUM_SOUNDS; remaining-- > 0;) {
		const struct mme sound = sound_ind(car, remaining);
		if (!wire_send(car->wire, &sound) || (remaining > 0 && !wire_send(car->wire, &profile)))
			return fail(car, "a frame could not be sent");
	}
	return true;
}

bool car_run_to_atten_char(struct bench_car *car)
{
	const struct mme profile = profile_ind(car);
	const struct mme rsp = atten_char_rsp(car);
	uint8_t run_id[RUN_ID_LEN];
	struct mme ind;

	if (!sound(car))
		return false;
	if (!timed_pair(car, EXCHANGE_ATTEN, &profile, CM_ATTEN_CHAR_IND, &ind))
		return fail(car, "the last profile is not followed by CM_ATTEN_CHAR.IND");
	run_id_of(car, run_id);
	if (atten_char_ind_check(&ind.atten_char_ind, car->wire->mac, run_id) != MME_OK ||
	    ind.atten_char_ind.num_sounds != SLAC_NUM_SOUNDS || ind.atten_char_ind.aag_db[0] != ATTENUATION)
		return fail(car, "CM_ATTEN_CHAR.IND is wrong");
	return wire_send(car->wire, &rsp) || fail(car, "a frame could not be sent");
}

static bool choose(struct bench_car *car)
{
	const struct mme request = match_req(car);
	const struct network_key *key = &car->wire->modem.key;
	uint8_t run_id[RUN_ID_LEN];
	struct mme cnf;

	if (!timed_pair(car, EXCHANGE_MATCH, &request, CM_SLAC_MATCH_CNF, &cnf))
		return fail(car, "CM_SLAC_MATCH.REQ is not answered");
	run_id_of(car, run_id);
	if (slac_match_cnf_check(&cnf.slac_match_cnf, car->wire->mac, car->evse_mac, run_id) != MME_OK ||
	    memcmp(cnf.slac_match_cnf.nmk, key->nmk, NMK_LEN) != 0)
		return fail(car, "CM_SLAC_MATCH.CNF is wrong");
	return true;
}

static bool leave(struct bench_car *car)
{
	unsigned keys = car->wire->keys;

	if (!station_report(car->station, API_CP_A1) || !wire_wait_keys(car->wire, keys + 1, KEY_WAIT_US))
		return fail(car, "no fresh key after the vehicle has left");
	return true;
}

bool car_match(struct bench_car *car)
{
	struct mme cnf;

	car->number++;
	if (!station_report(car->station, API_CP_B2) || !car_is_heard(car))
		return false;
	const struct mme request = parm_req(car);
	if (!timed_pair(car, EXCHANGE_PARM, &request, CM_SLAC_PARM_CNF, &cnf))
		return fail(car, "the second CM_SLAC_PARM.REQ is not answered");
	return car_run_to_atten_char(car) && choose(car) && leave(car);
}

bool car_recover(struct bench_car *car)
{
	unsigned keys = car->wire->keys;

	/* Plugged in first: without a vehicle there is none to leave, and no fresh key. */
	if (!station_report(car->station, API_CP_B2) || !station_report(car->station, API_CP_A1) ||
	    !wire_wait_keys(car->wire, keys + 1, KEY_WAIT_US))
		return fail(car, "no fresh key after a match that went wrong");
	bench_sleep_us(RECOVER_US);
	wire_drain(car->wire);
	return true;
}

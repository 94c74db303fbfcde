/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_match.h"

#include "tools/bench/slac_bench_messages.h"

#include <stdio.h>
#include <string.h>

#define HEARD_TRIES   2000
#define HEARD_WAIT_US 1000
#define KEY_WAIT_US   2000000
#define RECOVER_US    300000
#define STARTS        3
#define PLUGGED_US    2000 /* from the plug to the car's first word; real cars take more than a hundred times as long */

static bool fail(const struct bench_car *car, const char *what)
{
	fprintf(stderr, "slac-bench: run %llu: %s\n", (unsigned long long)car->number, what);
	return false;
}

/* With sound_us everything is sent at its time; a frame that is late moves what follows. */
static void wait_turn(struct bench_car *car)
{
	uint64_t now_ns = bench_now_ns();

	if (car->sound_us == 0)
		return;
	if (car->turn_ns > now_ns)
		bench_sleep_us((unsigned)((car->turn_ns - now_ns) / 1000));
	else
		car->turn_ns = now_ns;
	car->turn_ns += (uint64_t)car->sound_us * 1000 / 4;
}

typedef bool bench_step(struct bench_car *car, struct bench_side *side, unsigned index);

/* Every other time the floor comes first, so that neither always finds warmed up what both use. */
static bool on_both(struct bench_car *car, bench_step *step, unsigned index)
{
	struct bench_side *sides[] = {&car->slacd, &car->floor};
	bool floor_first = car->number % 2 == 0;

	for (unsigned i = 0; i < 2; i++) {
		struct bench_side *side = sides[floor_first ? 1 - i : i];
		wait_turn(car);
		if (!(car->alone && side->is_floor) && !step(car, side, index))
			return false;
	}
	return true;
}

static bool send_to(const struct bench_car *car, const struct bench_side *side, struct mme frame)
{
	if (side->is_floor)
		memcpy(frame.dst, mac_broadcast, MAC_LEN); /* not to be answered */
	return wire_send(side->wire, &frame) || fail(car, "a frame could not be sent");
}

/* Sends the frame and waits for its answer, which is not looked at: where the floor answers, it is the frame. */
static bool timed(const struct bench_car *car, struct bench_side *side, struct mme frame, uint16_t answer_type,
		  enum bench_exchange which, struct mme *answer)
{
	uint64_t ns;

	if (side->is_floor)
		memcpy(frame.dst, side->mac, MAC_LEN);
	if (car->sound_us == 0 && car->gap_us > 0)
		bench_sleep_us(car->gap_us);
	wire_drain(side->wire);
	if (!wire_exchange(side->wire, &frame, side->is_floor ? frame.mmtype : answer_type, answer, &ns))
		return false;
	if (side->exchange != NULL)
		samples_add(&side->exchange[which], ns);
	return true;
}

static bool say_parm(struct bench_car *car, struct bench_side *side, unsigned index)
{
	struct mme cnf;

	(void)index;
	return timed(car, side, message_parm_req(side->wire->mac, car->number), CM_SLAC_PARM_CNF, EXCHANGE_PARM,
		     &cnf) ||
	       fail(car, "CM_SLAC_PARM.REQ is not answered");
}

static bool say_start(struct bench_car *car, struct bench_side *side, unsigned index)
{
	(void)index;
	return send_to(car, side, message_start_ind(side->wire->mac, car->number));
}

static bool say_sound(struct bench_car *car, struct bench_side *side, unsigned remaining)
{
	return send_to(car, side, message_sound_ind(side->wire->mac, car->number, (uint8_t)remaining));
}

static bool check_atten_char(struct bench_car *car, const struct bench_side *side, const struct mme *ind)
{
	uint8_t run_id[RUN_ID_LEN];

	message_run_id(car->number, run_id);
	return side->is_floor ||
	       (atten_char_ind_check(&ind->atten_char_ind, side->wire->mac, run_id) == MME_OK &&
		ind->atten_char_ind.num_sounds == SLAC_NUM_SOUNDS &&
		ind->atten_char_ind.aag_db[0] == MESSAGE_ATTENUATION) ||
	       fail(car, "CM_ATTEN_CHAR.IND is wrong");
}

/* The last one is answered. */
static bool say_profile(struct bench_car *car, struct bench_side *side, unsigned remaining)
{
	const struct mme profile = message_profile_ind(&side->wire->modem, side->wire->mac);
	struct mme ind;

	if (remaining > 0)
		return send_to(car, side, profile);
	if (!timed(car, side, profile, CM_ATTEN_CHAR_IND, EXCHANGE_ATTEN, &ind))
		return fail(car, "the last profile is not followed by CM_ATTEN_CHAR.IND");
	return check_atten_char(car, side, &ind);
}

/* Three announcements, ten sounds and their profiles, directly one behind the other. */
static bool say_burst(struct bench_car *car, struct bench_side *side, unsigned index)
{
	(void)index;
	for (unsigned i = 0; i < STARTS; i++)
		if (!say_start(car, side, i))
			return false;
	for (unsigned remaining = SLAC_NUM_SOUNDS; remaining-- > 0;)
		if (!say_sound(car, side, remaining) || !say_profile(car, side, remaining))
			return false;
	return true;
}

static bool say_one_by_one(struct bench_car *car)
{
	for (unsigned i = 0; i < STARTS; i++) {
		if (!on_both(car, say_start, i))
			return false;
		wait_turn(car);
		wait_turn(car);
	}
	for (unsigned remaining = SLAC_NUM_SOUNDS; remaining-- > 0;)
		if (!on_both(car, say_sound, remaining) || !on_both(car, say_profile, remaining))
			return false;
	return true;
}

static bool say_rsp(struct bench_car *car, struct bench_side *side, unsigned index)
{
	(void)index;
	return send_to(car, side, message_atten_char_rsp(side->wire->mac, side->mac, car->number));
}

static bool say_match(struct bench_car *car, struct bench_side *side, unsigned index)
{
	const struct network_key *key = &side->wire->modem.key;
	uint8_t run_id[RUN_ID_LEN];
	struct mme cnf;

	(void)index;
	message_run_id(car->number, run_id);
	if (!timed(car, side, message_match_req(side->wire->mac, side->mac, car->number), CM_SLAC_MATCH_CNF,
		   EXCHANGE_MATCH, &cnf))
		return fail(car, "CM_SLAC_MATCH.REQ is not answered");
	return side->is_floor ||
	       (slac_match_cnf_check(&cnf.slac_match_cnf, side->wire->mac, side->mac, run_id) == MME_OK &&
		memcmp(cnf.slac_match_cnf.nmk, key->nmk, NMK_LEN) == 0) ||
	       fail(car, "CM_SLAC_MATCH.CNF is wrong");
}

bool car_is_heard(struct bench_car *car)
{
	struct bench_side *side = &car->slacd;
	const struct mme request = message_parm_req(side->wire->mac, car->number);
	struct mme cnf;

	for (int i = 0; i < HEARD_TRIES; i++) {
		if (!send_to(car, side, request) || (!car->alone && !send_to(car, &car->floor, request)))
			return false;
		car->requests++;
		if (wire_wait(side->wire, CM_SLAC_PARM_CNF, HEARD_WAIT_US, &cnf)) {
			memcpy(side->mac, cnf.src, MAC_LEN);
			return true;
		}
	}
	return fail(car, "CM_SLAC_PARM.REQ is not answered");
}

bool car_run_to_atten_char(struct bench_car *car)
{
	return (car->sound_us > 0 ? say_one_by_one(car) : on_both(car, say_burst, 0)) && on_both(car, say_rsp, 0);
}

bool car_run(struct bench_car *car)
{
	car->number++;
	return on_both(car, say_parm, 0) && car_run_to_atten_char(car);
}

static bool leave(struct bench_car *car)
{
	unsigned keys = car->slacd.wire->keys;

	if (!station_report(car->station, BENCH_EVSE_ID, API_CP_A1) ||
	    !wire_wait_keys(car->slacd.wire, keys + 1, KEY_WAIT_US))
		return fail(car, "no fresh key after the vehicle has left");
	return true;
}

bool car_match(struct bench_car *car)
{
	car->number++;
	if (!station_report(car->station, BENCH_EVSE_ID, API_CP_B2))
		return fail(car, "the pilot's state could not be published");
	bench_sleep_us(PLUGGED_US);
	return car_is_heard(car) && on_both(car, say_parm, 0) && car_run_to_atten_char(car) &&
	       on_both(car, say_match, 0) && leave(car);
}

bool car_recover(struct bench_car *car)
{
	struct bench_wire *wire = car->slacd.wire;

	if (!station_report(car->station, BENCH_EVSE_ID, API_CP_A1))
		return fail(car, "the pilot's state could not be published");
	/* A fresh key follows only where the car was told the last one. */
	wire_wait_keys(wire, wire->keys + 1, RECOVER_US);
	wire_drain(wire);
	return true;
}

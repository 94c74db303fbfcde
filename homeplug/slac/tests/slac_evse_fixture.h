/* SPDX-License-Identifier: Apache-2.0 */
/* One outlet on virtual time: no test sleeps. What it did is compared as text, in order. */
#ifndef HOMEPLUG_SLAC_TESTS_SLAC_EVSE_FIXTURE_H
#define HOMEPLUG_SLAC_TESTS_SLAC_EVSE_FIXTURE_H

#include "homeplug/slac/slac_evse.h"
#include "homeplug/slac/tests/slac_car.h"

#define MS UINT64_C(1000)

/* The profiles, for `strict`. */
#define STRICT true
#define FIELD  false

/* What the key of bench_key_set(bench, n) is made of, and its NID. */
#define BENCH_NMK(n) ((uint8_t)(0xc0 + (n)))
#define BENCH_NID(n) ((uint8_t)(0x10 + (n)))
/* TIMER of a car's CM_VALIDATE.REQ, step 2, and what it means. */
#define BENCH_TIMER       19
#define BENCH_TOGGLING_MS 2000

/* WAIT_START ... WAIT_MATCH: the states in which a run without validation waits for the car. */
#define BENCH_WAITING_STATES 4
extern const enum slac_run_state bench_waiting_states[BENCH_WAITING_STATES];

struct bench {
	struct slac_evse evse;
	struct slac_evse_outputs out; /* of the last call */
	uint64_t now_us;
};

struct slac_evse_config bench_config(bool strict);
/* No vehicle, no key. */
void bench_init(struct bench *bench, const struct slac_evse_config *config);
/* The key is set and a vehicle is connected, now. */
void bench_ready(struct bench *bench, const struct slac_evse_config *config);
void bench_ready_as(struct bench *bench, bool strict);
/* As bench_ready_as; a match is reported when its link is up. */
void bench_ready_for_link(struct bench *bench, bool strict);

void bench_input(struct bench *bench, enum slac_evse_input_kind kind, enum slac_reason reason);
/* Confirmed by the modem test_modem_mac. */
void bench_key_set(struct bench *bench, uint8_t number);
void bench_tick_at(struct bench *bench, uint64_t now_us);
void bench_frame(struct bench *bench, const struct mme *frame);
/* The car (test_modem_mac, for CM_ATTEN_PROFILE.IND) says this now; what is for one EVSE, to this one. */
void bench_say(struct bench *bench, const struct slac_car *car, enum mmtype type);
/* CM_VALIDATE.REQ: step 1 with timer 0, else step 2. */
void bench_validate(struct bench *bench, const struct slac_car *car, uint8_t timer);
/* S2 moves; nothing is sent or reported for it. */
void bench_s2(struct bench *bench, bool closed);
/* B-C-B on the pilot, `count` times, now; nothing is sent or reported for it. */
void bench_toggle(struct bench *bench, unsigned count);
/* One sound and the modem's profile of it, each `count` times. */
void bench_sounds(struct bench *bench, const struct slac_car *car, unsigned count);

/* Has a fresh run of the car brought to `state` (WAIT_START ... MATCHED, FAILED by missing START_ATTEN_CHAR).
 */
void bench_bring_to(struct bench *bench, const struct slac_car *car, enum slac_run_state state);
/* bench_ready_as, then bench_bring_to. */
void bench_ready_at(struct bench *bench, const struct slac_car *car, bool strict, enum slac_run_state state);

/*
 * The outputs of the last call, in order, separated by ", ":
 *   "CM_SLAC_PARM.CNF"         sent               "FREE>WAIT_START"  a run's step    "matching"  a status
 *   "!CM_SLAC_PARM.REQ field application_type"    refused            "?..."          taken, but unusual
 *   "~CM_VALIDATE.REQ validation_put_off"              answered with NotReady
 *   "init_timeout"         "watch_link"
 * A reason follows after a blank; what belongs to another car than number 1 ends in "@2".
 */
void bench_expect(const struct bench *bench, const char *text);
/* Nothing was sent and nothing reported (refusals may have been). */
void bench_expect_silence(const struct bench *bench);
/* The next deadline is `ms` from now; nothing happens a microsecond before it; at it `text` does. */
void bench_expect_after_ms(struct bench *bench, uint64_t ms, const char *text);
/* The state of the car's run. */
void bench_expect_run(const struct bench *bench, const struct slac_car *car, enum slac_run_state state);
void bench_expect_state(const struct bench *bench, enum slac_evse_state state);
/* The outlet as it decides, without what it only remembers for the reason of a failure: test_slac_diagnosis.c. */
struct slac_evse bench_without_diagnosis(const struct bench *bench);
/* What a failure or a lost link leaves: the standard waits for nothing, the field profile for another attempt. */
void bench_expect_listens_or_stays_failed(const struct bench *bench, bool strict);
/* Whatever the car says, the pilot shows or the link does from now on, for a minute: nothing comes of it. */
void bench_expect_deaf(struct bench *bench, const struct slac_car *car);

/* The one frame the last call sent; it goes from the EVSE to the car. */
const struct mme *bench_sent(const struct bench *bench, const struct slac_car *car, enum mmtype type);
/* As bench_sent: CM_VALIDATE.CNF with this content. */
void bench_expect_validate_cnf(const struct bench *bench, const struct slac_car *car, enum validate_result result,
			       unsigned toggles);
/* The toggling is over `ms` from now; its result is sent then. */
void bench_expect_result_after_ms(struct bench *bench, const struct slac_car *car, uint64_t ms, unsigned toggles);
/* The last call sent CM_SLAC_MATCH.CNF with the key of bench_key_set(bench, number). */
void bench_expect_key(const struct bench *bench, const struct slac_car *car, uint8_t number);
/* The last call answered CM_SLAC_PARM.REQ; the run goes all the way to the match, with the car's run_id. */
void bench_expect_whole_run(struct bench *bench, const struct slac_car *car);

#endif

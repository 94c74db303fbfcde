/* SPDX-License-Identifier: Apache-2.0 */
/* One pilot on virtual time: no test sleeps. What is asked of it is compared as text, in order. */
#ifndef CP_TESTS_CONTROL_PILOT_FIXTURE_H
#define CP_TESTS_CONTROL_PILOT_FIXTURE_H

#include "cp/control_pilot.h"

#define MS UINT64_C(1000)

/* F_STEP, X1_STEP, BASIC. */
#define BENCH_FALLBACK_PHASES 3
extern const enum control_pilot_phase bench_fallback_phases[BENCH_FALLBACK_PHASES];

struct bench {
	struct control_pilot pilot;
	struct control_pilot_outputs out; /* of the last call */
	uint64_t now_us;
};

/* AC, high-level charging at the start, the default times; everything else off. */
struct control_pilot_config bench_config_ac(void);
/* As bench_config_ac, with basic_charging_on_eim. */
struct control_pilot_config bench_config_eim(void);
/* As bench_config_ac, with init_retries. */
struct control_pilot_config bench_config_retries(uint32_t retries);

/* Not started. */
void bench_init(struct bench *bench, const struct control_pilot_config *config);
/* Started, the limit known, a vehicle in B2. */
void bench_with_vehicle(struct bench *bench, const struct control_pilot_config *config, uint32_t limit_da);
/* As far into the fallback as `phase`, with bench_config_ac. */
void bench_in_fallback(struct bench *bench, enum control_pilot_phase phase, uint32_t limit_da);

/* An input that carries nothing else, now. */
void bench_input(struct bench *bench, enum control_pilot_input_kind kind);
void bench_state_is(struct bench *bench, enum cp_state state);
void bench_limit_is(struct bench *bench, uint32_t limit_da);
void bench_availability_is(struct bench *bench, enum control_pilot_availability availability);
void bench_slac_is(struct bench *bench, enum control_pilot_slac slac);
/* CONTROL_PILOT_EIM or CONTROL_PILOT_HLC_CHARGING. */
void bench_switched(struct bench *bench, enum control_pilot_input_kind kind, bool active);

/*
 * The outputs of the last call, in order, separated by ", ":
 *   "X2(16.0)"  a request, by its name        "basic charging"  what is said of the vehicle
 */
void bench_expect(const struct bench *bench, const char *wanted);
/* The next deadline is `ms` from now; nothing happens a microsecond before it; at it `text` does. */
void bench_expect_after_ms(struct bench *bench, uint64_t ms, const char *text);
void bench_expect_phase(const struct bench *bench, enum control_pilot_phase phase);

#endif

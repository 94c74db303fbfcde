/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pilot and the station that it asks, on virtual time: no test sleeps. What is asked and said is compared as text,
 * in order.
 */
#ifndef CP_TESTS_CONTROL_PILOT_FIXTURE_H
#define CP_TESTS_CONTROL_PILOT_FIXTURE_H

#include "cp/control_pilot.h"

#define MS UINT64_C(1000)

/* F_STEP, X1_STEP, BASIC. */
#define BENCH_FALLBACK_PHASES 3
extern const enum control_pilot_phase bench_fallback_phases[BENCH_FALLBACK_PHASES];

/* What becomes of a request. */
enum bench_station {
	BENCH_OBEYS,      /* it is answered `valid` at once */
	BENCH_REFUSES,    /* it is answered with a refusal at once */
	BENCH_SILENT,     /* it goes out and nothing comes back; bench_answer gives an answer later */
	BENCH_BUSY,       /* it is not handed over, though there is a connection */
	BENCH_UNREACHABLE /* it is not handed over: there is no connection */
};

#define BENCH_STEP_OUTPUTS 24
#define BENCH_STEP_SENT    8

struct bench {
	struct control_pilot pilot;
	enum bench_station station;
	uint64_t now_us;
	/* of the last step: */
	size_t said_count;
	enum control_pilot_output_kind said[BENCH_STEP_OUTPUTS];
	size_t sent_count;
	struct control_pilot_sending sent[BENCH_STEP_SENT];
	/* of any step: */
	struct control_pilot_sending last_sent;
};

/* AC, high-level charging at the start, the default times; everything else off. */
struct control_pilot_config bench_config_ac(void);
/* As bench_config_ac, with basic_charging_on_eim. */
struct control_pilot_config bench_config_eim(void);
/* As bench_config_ac, with init_retries. */
struct control_pilot_config bench_config_retries(uint32_t retries);

/* Not started. The station obeys. */
void bench_init(struct bench *bench, const struct control_pilot_config *config);
/* Started, the limit known, a vehicle in B2. */
void bench_with_vehicle(struct bench *bench, const struct control_pilot_config *config, uint32_t limit_da);
/* As far into the fallback as `phase`, with bench_config_ac. */
void bench_in_fallback(struct bench *bench, enum control_pilot_phase phase, uint32_t limit_da);

/* A step: the input, then the requests that are due, each with what the station does about it. Of an input that carries
 * nothing else, now: */
void bench_input(struct bench *bench, enum control_pilot_input_kind kind);
void bench_state_is(struct bench *bench, enum cp_state state);
/* The state with its duty cycle, in 1/100 %. */
void bench_state_with_duty_is(struct bench *bench, enum cp_state state, uint32_t duty);
/* AC, the same on l1 alone; l2 and l3 have none. */
void bench_limit_is(struct bench *bench, uint32_t limit_da);
/* AC with these limits for l1, l2 and l3. */
void bench_phase_limits_are(struct bench *bench, uint32_t l1_da, uint32_t l2_da, uint32_t l3_da);
void bench_limits_are(struct bench *bench, const struct control_pilot_limits *limits);
void bench_availability_is(struct bench *bench, enum control_pilot_availability availability);
void bench_slac_is(struct bench *bench, enum control_pilot_slac slac);
/* CONTROL_PILOT_EIM, CONTROL_PILOT_HLC_CHARGING or CONTROL_PILOT_NOT_SENT. */
void bench_switched(struct bench *bench, enum control_pilot_input_kind kind, bool active);
/* Another service asks the station for 5 %, or for a current; 0: X1. */
void bench_other_asks(struct bench *bench, bool hlc, uint32_t current_da);
/* The station answers the request with this number. */
void bench_answer(struct bench *bench, uint32_t number, bool valid);
/* The number of the last request. */
uint32_t bench_last_number(const struct bench *bench);
/* Time passes, and what is due in it happens when it is due. The texts of it are lost. */
void bench_pass_ms(struct bench *bench, uint64_t ms);

/*
 * What was said in the last step, in order, then the requests that were sent, separated by ", ":
 *   "basic charging"  what is said of the vehicle        "X2(16.0)"  a request, by its name
 */
void bench_expect(const struct bench *bench, const char *wanted);
/* The next deadline is `ms` from now; nothing happens a microsecond before it; at it `text` does. */
void bench_expect_after_ms(struct bench *bench, uint64_t ms, const char *text);
/* Nothing will happen by itself. */
void bench_expect_rest(const struct bench *bench);
void bench_expect_phase(const struct bench *bench, enum control_pilot_phase phase);

#endif

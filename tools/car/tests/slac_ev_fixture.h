/* SPDX-License-Identifier: Apache-2.0 */
/* One car on virtual time: no test sleeps. What it hears comes from two EVSEs. */
#ifndef TOOLS_CAR_TESTS_SLAC_EV_FIXTURE_H
#define TOOLS_CAR_TESTS_SLAC_EV_FIXTURE_H

#include "tools/car/slac_ev.h"

#define EV_BENCH_START_US UINT64_C(5000000)
#define MS                UINT64_C(1000)

extern const uint8_t ev_bench_mac[MAC_LEN];
extern const uint8_t ev_bench_evse_mac[MAC_LEN];
extern const uint8_t ev_bench_other_evse_mac[MAC_LEN];
/* Of the first run. */
extern const uint8_t ev_bench_run_id[RUN_ID_LEN];

struct ev_bench {
	struct slac_ev ev;
	struct slac_ev_outputs out; /* of the last call */
	uint64_t now_us;
	uint8_t random; /* the octet that was drawn last; the next one is one higher */
	bool random_fails;
};

/* The defaults, with the car's MAC and run_id. */
struct slac_ev_config ev_bench_config(void);
void ev_bench_init(struct ev_bench *bench, const struct slac_ev_config *config);

void ev_bench_start(struct ev_bench *bench);
void ev_bench_tick_at(struct ev_bench *bench, uint64_t now_us);
/* Goes to the deadline, which must be `ms` away; nothing happens one microsecond before it. */
void ev_bench_tick_after_ms(struct ev_bench *bench, uint64_t ms);
/* Deadline after deadline until the car is in `state`. */
void ev_bench_run_until(struct ev_bench *bench, enum slac_ev_state state);

/* What an EVSE says to the car in its first run, valid; CM_SLAC_PARM.CNF is of ev_bench_evse_mac. */
struct mme ev_bench_parm_cnf(void);
struct mme ev_bench_atten_char_ind(const uint8_t src[MAC_LEN], uint8_t db);
struct mme ev_bench_match_cnf(const uint8_t src[MAC_LEN]);
void ev_bench_receive(struct ev_bench *bench, const struct mme *frame);
void ev_bench_receive_parm_cnf(struct ev_bench *bench);
void ev_bench_receive_atten_char(struct ev_bench *bench, const uint8_t src[MAC_LEN], uint8_t db);
void ev_bench_receive_match_cnf(struct ev_bench *bench, const uint8_t src[MAC_LEN]);

/* The car has sounded. */
void ev_bench_at_wait_atten_char(struct ev_bench *bench, const struct slac_ev_config *config);
/* CM_SLAC_MATCH.REQ has just gone out to ev_bench_evse_mac. */
void ev_bench_at_wait_match_cnf(struct ev_bench *bench);

/* The n-th frame of the last call's outputs, NULL if there are fewer. */
const struct mme *ev_bench_sent(const struct ev_bench *bench, size_t n);
/* The one frame the last call sent, from the car. */
const struct mme *ev_bench_expect_sent(const struct ev_bench *bench, enum mmtype type, const uint8_t dst[MAC_LEN]);
void ev_bench_expect_state(const struct ev_bench *bench, enum slac_ev_state state);
/* The last call failed with this reason, and nothing more will happen. */
void ev_bench_expect_failed(const struct ev_bench *bench, const char *text);

#endif

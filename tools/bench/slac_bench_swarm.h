/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A car and a modem at each of many outlets, in one thread. Car N has the interface cN, its outlet eN. All cars do the
 * same in the same instant. An answer's time is the kernel's, so that it does not matter when the thread gets to read it.
 */
#ifndef TOOLS_BENCH_SLAC_BENCH_SWARM_H
#define TOOLS_BENCH_SLAC_BENCH_SWARM_H

#include "tools/bench/slac_bench_samples.h"
#include "tools/bench/slac_bench_wire.h"

#define SWARM_MAX 256

struct swarm_car {
	struct bench_wire wire;
	uint8_t evse_mac[MAC_LEN];
	uint64_t sent_ns; /* of the real-time clock */
	bool answered;
	bool failed; /* something was not answered: it says no more */
};

struct swarm {
	unsigned count;
	int epoll;
	uint16_t awaited;      /* MMTYPE of the answer that all wait for, or 0 */
	unsigned outstanding;  /* cars without it */
	struct samples *times; /* of answers */
	uint64_t answered_ns;  /* when the newest answer came, of the real-time clock */
	uint64_t late_ns;      /* the longest delay of a frame, or until an answer was seen, in the last swarm_match */
	struct swarm_car cars[SWARM_MAX];
};

/* False with the reason on stderr; swarm_close in any case. */
bool swarm_open(struct swarm *swarm, unsigned count);
void swarm_close(struct swarm *swarm);

/* Serves as the modems until that time of bench_now_ns. */
void swarm_serve(struct swarm *swarm, uint64_t until_ns);
/* Likewise, until each modem has confirmed so many keys; false when that takes longer than timeout_us. */
bool swarm_wait_keys(struct swarm *swarm, unsigned keys, unsigned timeout_us);
/* All cars run from CM_SLAC_PARM.REQ to CM_SLAC_MATCH.CNF, sounds 20 ms apart. How many did. times[3]: PARM, ATTEN, MATCH. */
unsigned swarm_match(struct swarm *swarm, uint64_t number, struct samples times[]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the benchmark, shared by slac_bench_figures.c and what it calls. */
#ifndef TOOLS_BENCH_SLAC_BENCH_INTERNAL_H
#define TOOLS_BENCH_SLAC_BENCH_INTERNAL_H

#include "tools/bench/slac_bench_figures.h"
#include "tools/bench/slac_bench_match.h"
#include "tools/bench/slac_bench_placement.h"
#include "tools/bench/slac_bench_process.h"

#define BENCH_BOOT_WAIT_US 5000000
#define BENCH_SETTLE_US    500000

struct bench {
	const struct bench_options *options;
	struct bench_station station;
	struct bench_wire wire;
	struct bench_wire bare;
	struct bench_process slacd;
	pid_t echo;
	struct bench_car car;
	struct bench_times times;
};

/* Says what could not be measured, and returns false. */
bool bench_fail(const char *what);
/* Starts slacd, counting its allocations in `count_file` unless that is NULL. */
bool bench_start_slacd(struct bench *bench, const char *count_file);
/* Likewise, and waits through its boot: the modem has its key and the pilot request was granted. */
bool bench_boot_slacd(struct bench *bench, const char *count_file);

/* slac_bench_latency.c: the matches, with the programs on their CPUs like this. */
bool bench_latency(struct bench *bench, enum bench_placement placement);
/* slac_bench_resources.c */
bool bench_memory_now(struct bench *bench, const char *when);
bool bench_idle(struct bench *bench);
/* slac_bench_start.c */
bool bench_starts(struct bench *bench);
/* slac_bench_allocations.c */
bool bench_allocations(struct bench *bench);

#endif

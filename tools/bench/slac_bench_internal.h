/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the benchmark, shared by slac_bench_figures.c and what it calls. */
#ifndef TOOLS_BENCH_SLAC_BENCH_INTERNAL_H
#define TOOLS_BENCH_SLAC_BENCH_INTERNAL_H

#include "tools/bench/slac_bench_figures.h"
#include "tools/bench/slac_bench_match.h"
#include "tools/bench/slac_bench_placement.h"
#include "tools/bench/slac_bench_process.h"
#include "tools/bench/slac_bench_table.h"

#define BENCH_BOOT_WAIT_US 5000000
#define BENCH_SETTLE_US    500000

struct bench {
	const struct bench_options *options;
	struct bench_table table;
	struct bench_station station;
	struct bench_wire wire;
	struct bench_wire bare;
	struct bench_process slacd;
	struct bench_process floor;
	struct bench_car car;
	struct samples slacd_times[EXCHANGES];
	struct samples floor_times[EXCHANGES];
};

/* Says what could not be measured, and returns false. */
bool bench_fail(const char *what);
/* Starts slacd, counting its allocations in `count_file` unless that is NULL. */
bool bench_start_slacd(struct bench *bench, const char *count_file);
/* Likewise, and waits through its boot: the modem has its key and the pilot request was granted. */
bool bench_boot_slacd(struct bench *bench, const char *count_file);
/* --matches, or as many as usual. */
unsigned bench_matches(const struct bench *bench, unsigned usual);
/* So many complete matches, one each period_us at most; 0: back to back. Those that were disturbed are repeated. */
bool bench_match_all(struct bench *bench, unsigned matches, unsigned period_us);

/* Begins anew, with room for so many samples of each exchange; false without memory. */
bool bench_times_begin(struct bench *bench, unsigned samples);
/* A row for p50 and one for p99 of each exchange, against the floor where that has samples. */
struct bench_time_goals {
	enum bench_goal of;
	double p50;
	double p99;
};
void bench_times_print(struct bench *bench, const char *when, const struct bench_time_goals *goals);

/* So many matches, each after a rest; how many failed. */
unsigned bench_count_failures(struct bench *bench, unsigned matches, unsigned rest_us);
/* A row for the matches that failed, and for p50 and p99 of all exchanges together. */
void bench_matches_print(struct bench *bench, const char *when, unsigned failed);

/* What a part measures. Each starts a slacd of its own, and ends it. */
bool bench_latency(struct bench *bench);
bool bench_paced(struct bench *bench);
bool bench_cpu(struct bench *bench);
bool bench_starts(struct bench *bench);
bool bench_memory(struct bench *bench);
bool bench_idle(struct bench *bench);
bool bench_allocations(struct bench *bench);
bool bench_instructions(struct bench *bench);
bool bench_black_hole(struct bench *bench);
bool bench_mqtt(struct bench *bench);
bool bench_flood(struct bench *bench);
bool bench_scale(struct bench *bench);
bool bench_endurance(struct bench *bench);

#endif

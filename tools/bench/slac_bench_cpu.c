/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include <stdio.h>

#define PERIOD_US     416667 /* 2.4 matches a second */
#define PACED_MATCHES 100
#define ROW_MATCHES   1000

enum { CPU_MS, SWITCHES, PREEMPTIONS, USAGES };

struct usage {
	double of[USAGES];
};

static bool read_usage(const struct bench_process *process, struct usage *usage)
{
	unsigned long wakeups, preemptions;
	unsigned threads;
	uint64_t cpu_ns;

	if (!process_cpu_ns(process, &cpu_ns) || !process_wakeups(process, &wakeups, &threads) ||
	    !process_preemptions(process, &preemptions))
		return bench_fail("cannot read CPU time and context switches");
	*usage = (struct usage){.of = {[CPU_MS] = (double)cpu_ns / 1e6,
				       [SWITCHES] = (double)(wakeups + preemptions),
				       [PREEMPTIONS] = (double)preemptions}};
	return true;
}

/* CPU time's goal, then that of the switches. */
static void print_usage(struct bench *bench, const char *when, const double goals[USAGES], const struct usage *slacd,
			const struct usage *floor)
{
	static const char *const what[USAGES] = {"CPU a match", "context switches a match",
						 "of these forced by others"};
	static const char *const units[USAGES] = {"ms", "", ""};
	char name[80];

	for (int i = 0; i < USAGES; i++) {
		snprintf(name, sizeof(name), "%s, %s", when, what[i]);
		table_add(&bench->table, &(const struct bench_figure){.name = name,
								      .unit = units[i],
								      .slacd = slacd->of[i],
								      .floor = floor->of[i],
								      .goal_of = goals[i] > 0 ? GOAL_VALUE : GOAL_NONE,
								      .goal = goals[i]});
	}
}

static bool measure(struct bench *bench, const char *when, unsigned matches, unsigned period_us,
		    const double goals[USAGES])
{
	const struct bench_process *processes[] = {&bench->slacd, &bench->floor};
	struct usage before[2], after[2];
	char name[80];

	bench_sleep_us(BENCH_SETTLE_US);
	uint64_t requests = bench->car.requests;
	for (int i = 0; i < 2; i++)
		if (!read_usage(processes[i], &before[i]))
			return false;
	if (!bench_match_all(bench, matches, period_us))
		return false;
	bench_sleep_us(BENCH_SETTLE_US);
	for (int i = 0; i < 2; i++) {
		if (!read_usage(processes[i], &after[i]))
			return false;
		for (int k = 0; k < USAGES; k++)
			after[i].of[k] = (after[i].of[k] - before[i].of[k]) / matches;
	}
	print_usage(bench, when, goals, &after[0], &after[1]);
	snprintf(name, sizeof(name), "%s, CM_SLAC_PARM.REQ until one is answered", when);
	table_add(&bench->table,
		  &(const struct bench_figure){
			  .name = name, .unit = "", .slacd = (double)(bench->car.requests - requests) / matches});
	return true;
}

bool bench_cpu(struct bench *bench)
{
	static const double slowly[USAGES] = {[CPU_MS] = 0.5, [SWITCHES] = 9};
	static const double in_a_row[USAGES] = {[CPU_MS] = 0.32};
	/* On one CPU a burst is heard at once, so that the number of wake-ups is not left to chance. */
	enum bench_placement placement = bench->options->unplaced ? PLACEMENT_FREE : PLACEMENT_ONE_CPU;

	if (!bench_boot_slacd(bench, NULL))
		return false;
	if (!placement_set(placement, bench->slacd.pid, bench->floor.pid))
		return bench_fail("cannot choose the CPUs");
	bool ok = measure(bench, "2.4 a second", bench_matches(bench, PACED_MATCHES), PERIOD_US, slowly) &&
		  measure(bench, "back to back", bench_matches(bench, ROW_MATCHES), 0, in_a_row);
	return placement_set(PLACEMENT_FREE, bench->slacd.pid, bench->floor.pid) && ok;
}

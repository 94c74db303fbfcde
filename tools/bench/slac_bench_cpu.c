/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include <stdio.h>

#define PERIOD_US     416667 /* 2.4 matches a second */
#define PACED_MATCHES 100
#define ROW_MATCHES   1000

struct usage {
	uint64_t cpu_ns;
	unsigned long switches;
};

static bool read_usage(const struct bench_process *process, struct usage *usage)
{
	return (process_cpu_ns(process, &usage->cpu_ns) && process_switches(process, &usage->switches)) ||
	       bench_fail("cannot read CPU time and context switches");
}

static void print_usage(struct bench *bench, const char *when, const struct bench_figure goals[2],
			const double slacd[2], const double floor[2])
{
	static const char *const what[] = {"CPU a match", "context switches a match"};
	static const char *const units[] = {"ms", ""};
	char name[80];

	for (int i = 0; i < 2; i++) {
		struct bench_figure figure = goals[i];
		snprintf(name, sizeof(name), "%s, %s", when, what[i]);
		figure.name = name;
		figure.unit = units[i];
		figure.slacd = slacd[i];
		figure.floor = floor[i];
		table_add(&bench->table, &figure);
	}
}

static bool measure(struct bench *bench, const char *when, unsigned matches, unsigned period_us,
		    const struct bench_figure goals[2])
{
	const struct bench_process *processes[] = {&bench->slacd, &bench->floor};
	struct usage before[2], after[2];
	double per_match[2][2];

	bench_sleep_us(BENCH_SETTLE_US);
	for (int i = 0; i < 2; i++)
		if (!read_usage(processes[i], &before[i]))
			return false;
	if (!bench_match_all(bench, matches, period_us))
		return false;
	bench_sleep_us(BENCH_SETTLE_US);
	for (int i = 0; i < 2; i++) {
		if (!read_usage(processes[i], &after[i]))
			return false;
		per_match[i][0] = (double)(after[i].cpu_ns - before[i].cpu_ns) / 1e6 / matches;
		per_match[i][1] = (double)(after[i].switches - before[i].switches) / matches;
	}
	print_usage(bench, when, goals, per_match[0], per_match[1]);
	return true;
}

bool bench_cpu(struct bench *bench)
{
	static const struct bench_figure slowly[] = {{.goal_of = GOAL_VALUE, .goal = 0.5},
						     {.goal_of = GOAL_VALUE, .goal = 9}};
	static const struct bench_figure in_a_row[] = {{.goal_of = GOAL_VALUE, .goal = 0.32}, {.goal_of = GOAL_NONE}};

	return bench_boot_slacd(bench, NULL) &&
	       measure(bench, "2.4 a second", bench_matches(bench, PACED_MATCHES), PERIOD_US, slowly) &&
	       measure(bench, "back to back", bench_matches(bench, ROW_MATCHES), 0, in_a_row);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include <stdio.h>

#define TARGET_RATIO 1.5
/* A busy machine may stop us for longer than a timer of the standard lets a match take. */
#define DISTURBED_MAX 20

static void print_times(struct bench *bench)
{
	static const char *const names[EXCHANGES] = {"CM_SLAC_PARM.REQ to CNF", "last profile to ATTEN_CHAR.IND",
						     "CM_SLAC_MATCH.REQ to CNF"};
	static const unsigned percents[] = {50, 99};

	for (int i = 0; i < EXCHANGES; i++) {
		for (size_t k = 0; k < sizeof(percents) / sizeof(percents[0]); k++) {
			double slacd_us = samples_percentile_us(&bench->times.slacd[i], percents[k]);
			double bare_us = samples_percentile_us(&bench->times.bare[i], percents[k]);
			printf("%-32s   p%u %9.1f %9.1f %7.2f   %.1f\n", k == 0 ? names[i] : "", percents[k], slacd_us,
			       bare_us, slacd_us / bare_us, TARGET_RATIO);
		}
	}
}

static void forget_times(struct bench_times *times)
{
	for (int i = 0; i < EXCHANGES; i++) {
		times->slacd[i].count = 0;
		times->bare[i].count = 0;
	}
}

static bool match_all(struct bench *bench, uint64_t *cpu_ns)
{
	uint64_t before_ns, after_ns;

	bench_sleep_us(BENCH_SETTLE_US);
	if (!process_cpu_ns(&bench->slacd, &before_ns))
		return bench_fail("cannot read slacd's CPU time");
	for (unsigned complete = 0, disturbed = 0; complete < bench->options->matches;) {
		if (car_match(&bench->car)) {
			complete++;
			continue;
		}
		if (++disturbed > DISTURBED_MAX || !car_recover(&bench->car))
			return false;
		fprintf(stderr, "slac-bench: repeating it, was this machine busy?\n");
	}
	if (!process_cpu_ns(&bench->slacd, &after_ns))
		return bench_fail("cannot read slacd's CPU time");
	*cpu_ns = after_ns - before_ns;
	return true;
}

bool bench_latency(struct bench *bench, enum bench_placement placement)
{
	unsigned matched = station_matched(&bench->station);
	uint64_t cpu_ns = 0;

	forget_times(&bench->times);
	if (!placement_set(placement, bench->slacd.pid, bench->echo))
		return bench_fail("cannot choose the CPUs");
	if (!match_all(bench, &cpu_ns))
		return false;
	if (!station_wait_matched(&bench->station, matched + bench->options->matches))
		return bench_fail("not every match was reported to the station");
	printf("%-32s %5s %9s %9s %7s   %s\n", placement_text(placement), "", "slacd us", "bare us", "ratio", "target");
	print_times(bench);
	printf("%-38s %.0f us, all threads, MQTT messages and log included\n\n", "CPU per match",
	       (double)cpu_ns / 1000 / bench->options->matches);
	return placement_set(PLACEMENT_FREE, bench->slacd.pid, bench->echo);
}

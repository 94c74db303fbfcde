/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include <stdio.h>

#define LATENCY_MATCHES 1000
#define LATENCY_GAP_US  1000 /* after a longer one the caches are colder, and what is larger suffers more */
#define PACED_MATCHES   300
#define PACED_SOUND_US  20000

static bool measure(struct bench *bench, unsigned matches, const char *when, const struct bench_time_goals *goals)
{
	unsigned matched = station_matched(&bench->station);

	bench_sleep_us(BENCH_SETTLE_US);
	if (!bench_times_begin(bench, matches) || !bench_match_all(bench, matches, 0))
		return false;
	if (!station_wait_matched(&bench->station, matched + matches))
		return bench_fail("not every match was reported to the station");
	bench_times_print(bench, when, goals);
	return true;
}

static bool place(struct bench *bench, enum bench_placement placement)
{
	return placement_set(placement, bench->slacd.pid, bench->floor.pid) || bench_fail("cannot choose the CPUs");
}

/* Timed frames after a silence, then directly behind the burst. */
static bool measure_placed(struct bench *bench, enum bench_placement placement)
{
	static const struct bench_time_goals goals = {GOAL_RATIO, 1.5, 1.5};
	unsigned matches = bench_matches(bench, LATENCY_MATCHES);
	char when[64];

	if (!place(bench, placement))
		return false;
	for (unsigned gap_us = LATENCY_GAP_US;; gap_us = 0) {
		bench->car.gap_us = gap_us;
		snprintf(when, sizeof(when), "%s, gap %u", placement_text(placement), gap_us / 1000);
		if (!measure(bench, matches, when, &goals))
			return false;
		if (gap_us == 0)
			return place(bench, PLACEMENT_FREE);
	}
}

bool bench_latency(struct bench *bench)
{
	if (!bench_boot_slacd(bench, NULL))
		return false;
	if (bench->options->unplaced)
		return measure_placed(bench, PLACEMENT_FREE);
	return measure_placed(bench, PLACEMENT_ONE_CPU) &&
	       (!placement_possible(PLACEMENT_TWO_CPUS) || measure_placed(bench, PLACEMENT_TWO_CPUS));
}

bool bench_paced(struct bench *bench)
{
	static const struct bench_time_goals goals = {GOAL_RATIO, 1.15, 1.5};
	enum bench_placement placement = bench->options->unplaced                 ? PLACEMENT_FREE
					 : placement_possible(PLACEMENT_TWO_CPUS) ? PLACEMENT_TWO_CPUS
										  : PLACEMENT_ONE_CPU;

	bench->car.sound_us = PACED_SOUND_US;
	return bench_boot_slacd(bench, NULL) && place(bench, placement) &&
	       measure(bench, bench_matches(bench, PACED_MATCHES), placement_text(placement), &goals) &&
	       place(bench, PLACEMENT_FREE);
}

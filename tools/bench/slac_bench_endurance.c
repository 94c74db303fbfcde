/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#define WARM_UP         100
#define MATCHES         10000
#define GROWTH_GOAL_KIB 64

static void add(struct bench *bench, const char *name, const char *unit, double value)
{
	table_add(&bench->table, &(const struct bench_figure){.name = name, .unit = unit, .slacd = value});
}

static void add_growth(struct bench *bench, const char *name, double value, double goal)
{
	table_add(&bench->table,
		  &(const struct bench_figure){
			  .name = name, .unit = "", .slacd = value, .goal_of = GOAL_VALUE, .goal = goal});
}

bool bench_endurance(struct bench *bench)
{
	struct bench_memory before, after;
	unsigned matches = bench_matches(bench, MATCHES);

	bench->car.alone = true;
	if (!bench_boot_slacd(bench, NULL) || !bench_match_all(bench, WARM_UP, 0))
		return false;
	unsigned descriptors = process_descriptors(&bench->slacd);
	if (!process_memory(&bench->slacd, &before))
		return bench_fail("cannot read slacd's memory");
	if (!bench_match_all(bench, matches, 0))
		return false;
	if (!process_memory(&bench->slacd, &after))
		return bench_fail("cannot read slacd's memory");
	add(bench, "matches after the first 100", "", matches);
	add(bench, "RSS before", "KiB", (double)before.rss_kib);
	add(bench, "RSS after", "KiB", (double)after.rss_kib);
	add(bench, "anonymous memory before", "KiB", (double)before.anonymous_kib);
	add(bench, "anonymous memory after", "KiB", (double)after.anonymous_kib);
	add_growth(bench, "growth of anonymous memory in KiB",
		   (double)after.anonymous_kib - (double)before.anonymous_kib, GROWTH_GOAL_KIB);
	add_growth(bench, "growth of open descriptors",
		   (double)process_descriptors(&bench->slacd) - (double)descriptors, 0);
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include <stdio.h>
#include <unistd.h>

#define GOAL_ANONYMOUS_KIB 921.6 /* 0.9 MiB */
#define MATCHES            100

static bool memory_now(struct bench *bench, const char *when)
{
	struct bench_memory slacd, floor;
	char name[64];

	if (!process_memory(&bench->slacd, &slacd) || !process_memory(&bench->floor, &floor))
		return bench_fail("cannot read the memory");
	snprintf(name, sizeof(name), "anonymous memory %s", when);
	table_add(&bench->table, &(const struct bench_figure){.name = name,
							      .unit = "KiB",
							      .slacd = (double)slacd.anonymous_kib,
							      .floor = (double)floor.anonymous_kib,
							      .goal_of = GOAL_VALUE,
							      .goal = GOAL_ANONYMOUS_KIB});
	snprintf(name, sizeof(name), "RSS %s", when);
	table_add(&bench->table,
		  &(const struct bench_figure){
			  .name = name, .unit = "KiB", .slacd = (double)slacd.rss_kib, .floor = (double)floor.rss_kib});
	return true;
}

bool bench_memory(struct bench *bench)
{
	if (!bench_boot_slacd(bench, NULL))
		return false;
	bench_sleep_us(BENCH_SETTLE_US);
	return memory_now(bench, "after start") && bench_match_all(bench, bench_matches(bench, MATCHES), 0) &&
	       memory_now(bench, "after matches");
}

bool bench_idle(struct bench *bench)
{
	unsigned long before, after;
	unsigned threads;

	if (!bench_boot_slacd(bench, NULL))
		return false;
	bench_sleep_us(BENCH_SETTLE_US);
	if (!process_wakeups(&bench->slacd, &before, &threads))
		return bench_fail("cannot read /proc of slacd");
	sleep(bench->options->idle_s);
	if (!process_wakeups(&bench->slacd, &after, &threads))
		return bench_fail("cannot read /proc of slacd");
	table_add(&bench->table,
		  &(const struct bench_figure){.name = "wake-ups a second",
					       .unit = "",
					       .slacd = (double)(after - before) / bench->options->idle_s,
					       .goal_of = GOAL_VALUE,
					       .goal = 1.0 / 60});
	table_add(&bench->table, &(const struct bench_figure){.name = "threads", .unit = "", .slacd = threads});
	return true;
}

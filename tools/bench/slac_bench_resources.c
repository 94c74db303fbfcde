/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include <stdio.h>
#include <unistd.h>

#define TARGET_ANONYMOUS_KIB 1536

bool bench_memory_now(struct bench *bench, const char *when)
{
	struct bench_memory memory;

	if (!process_memory(&bench->slacd, &memory))
		return bench_fail("cannot read slacd's memory");
	printf("%-38s RSS %lu KiB, anonymous %lu KiB   target anonymous %d KiB\n", when, memory.rss_kib,
	       memory.anonymous_kib, TARGET_ANONYMOUS_KIB);
	return true;
}

bool bench_idle(struct bench *bench)
{
	unsigned long before, after;
	unsigned threads;
	char name[64];

	bench_sleep_us(BENCH_SETTLE_US);
	if (!process_wakeups(&bench->slacd, &before, &threads))
		return bench_fail("cannot read /proc of slacd");
	sleep(bench->options->idle_s);
	if (!process_wakeups(&bench->slacd, &after, &threads))
		return bench_fail("cannot read /proc of slacd");
	snprintf(name, sizeof(name), "wake-ups in %u idle seconds", bench->options->idle_s);
	printf("%-38s %lu of %u threads   target 0 (keep-alive each 60 s)\n", name, after - before, threads);
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_internal.h"

#include "tools/bench/slac_bench_malloc.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define RUNS 50

/* One file, mapped by slacd's preloaded library and by us. */
static struct malloc_count *map_count(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct malloc_count *count = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(*count)) == 0)
		count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	return count == MAP_FAILED ? NULL : count;
}

/* Within one matching slacd tells the station nothing: what it allocates then, frames cost. */
static bool count_allocations(struct bench *bench, struct malloc_count *count)
{
	if (!station_report(&bench->station, BENCH_EVSE_ID, API_CP_B2) || !car_is_heard(&bench->car))
		return false;
	bench_sleep_us(BENCH_SETTLE_US / 10);
	unsigned long long main_before = count->main_thread, other_before = count->other_threads;
	for (int i = 0; i < RUNS; i++) {
		bench->car.number++;
		if (!car_is_heard(&bench->car) || !car_run_to_atten_char(&bench->car))
			return false;
	}
	bench_sleep_us(BENCH_SETTLE_US / 10);
	unsigned long long frames = (unsigned long long)RUNS * BENCH_RUN_FRAMES;
	table_add(&bench->table,
		  &(const struct bench_figure){.name = "in the event loop",
					       .unit = "a frame",
					       .slacd = (double)(count->main_thread - main_before) / (double)frames,
					       .goal_of = GOAL_VALUE});
	table_add(&bench->table,
		  &(const struct bench_figure){.name = "in other threads",
					       .unit = "a frame",
					       .slacd = (double)(count->other_threads - other_before) / (double)frames,
					       .goal_of = GOAL_VALUE});
	/* Shows that they are counted. */
	table_add(&bench->table,
		  &(const struct bench_figure){.name = "since the start",
					       .unit = "",
					       .slacd = (double)(count->main_thread + count->other_threads)});
	return count->main_thread > 0 || bench_fail("the allocation counter was not loaded");
}

bool bench_allocations(struct bench *bench)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/malloc-count", bench->options->directory);
	struct malloc_count *count = map_count(path);
	if (count == NULL)
		return bench_fail("no file for the allocation counter");
	bench->car.alone = true;
	bool ok = bench_boot_slacd(bench, path) && count_allocations(bench, count) && process_stop(&bench->slacd);
	munmap(count, sizeof(*count));
	return ok;
}

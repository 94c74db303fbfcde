/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_samples.h"

#include <stdlib.h>
#include <time.h>

uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void bench_sleep_us(unsigned us)
{
	const struct timespec wait = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};

	nanosleep(&wait, NULL);
}

bool samples_init(struct samples *samples, size_t capacity)
{
	samples->count = 0;
	samples->capacity = capacity;
	samples->ns = calloc(capacity, sizeof(*samples->ns));
	return samples->ns != NULL;
}

void samples_free(struct samples *samples)
{
	free(samples->ns);
	*samples = (struct samples){0};
}

void samples_add(struct samples *samples, uint64_t ns)
{
	if (samples->count < samples->capacity)
		samples->ns[samples->count++] = ns;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

double samples_percentile_us(struct samples *samples, unsigned percent)
{
	if (samples->count == 0)
		return 0;
	qsort(samples->ns, samples->count, sizeof(*samples->ns), compare);
	size_t rank = (samples->count * percent + 99) / 100;
	return (double)samples->ns[rank > 0 ? rank - 1 : 0] / 1000;
}

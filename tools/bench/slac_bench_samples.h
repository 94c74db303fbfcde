/* SPDX-License-Identifier: Apache-2.0 */
/* Measured times in nanoseconds, and the clock they are taken from. */
#ifndef TOOLS_BENCH_SLAC_BENCH_SAMPLES_H
#define TOOLS_BENCH_SLAC_BENCH_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct samples {
	size_t count;
	size_t capacity;
	uint64_t *ns;
};

uint64_t bench_now_ns(void);
void bench_sleep_us(unsigned us);

/* False without memory. The samples own their room until samples_free. */
bool samples_init(struct samples *samples, size_t capacity);
void samples_free(struct samples *samples);
/* A sample beyond the capacity is not taken. */
void samples_add(struct samples *samples, uint64_t ns);
/* The smallest sample that at least `percent` of all do not exceed, in microseconds; sorts. 0 without
 * samples. */
double samples_percentile_us(struct samples *samples, unsigned percent);

#endif

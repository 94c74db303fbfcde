/* SPDX-License-Identifier: Apache-2.0 */
/* The measurements, one after the other, and their table on stdout. */
#ifndef TOOLS_BENCH_SLAC_BENCH_FIGURES_H
#define TOOLS_BENCH_SLAC_BENCH_FIGURES_H

#include <stdbool.h>

struct bench_options {
	const char *slacd;          /* program */
	const char *malloc_count;   /* library to preload */
	const char *directory;      /* with the boot files, for everything temporary */
	const char *interface;      /* opposite slacd's */
	const char *bare_interface; /* opposite the bare responder's */
	const char *echo_interface; /* the bare responder's */
	int port;                   /* of the broker */
	unsigned matches;
	unsigned gap_us; /* of silence before each timed frame */
	unsigned starts;
	unsigned idle_s;
	bool unplaced; /* leave CPUs and priorities to the scheduler */
};

/* False when something could not be measured; the reason is on stderr. */
bool bench_run(const struct bench_options *options);

#endif

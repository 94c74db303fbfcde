/* SPDX-License-Identifier: Apache-2.0 */
/* The measurements in parts, one after the other, and their table on stdout. */
#ifndef TOOLS_BENCH_SLAC_BENCH_FIGURES_H
#define TOOLS_BENCH_SLAC_BENCH_FIGURES_H

#include <stdbool.h>
#include <sys/types.h>

struct bench_options {
	const char *slacd;           /* program */
	const char *floor;           /* program */
	const char *outlet;          /* program */
	const char *malloc_count;    /* library to preload */
	const char *directory;       /* with the boot files, for everything temporary; scale-N in it: of N outlets */
	const char *parts;           /* names with commas between, or "all" */
	const char *json;            /* file to write; NULL: none */
	const char *interface;       /* opposite slacd's */
	const char *floor_interface; /* the floor's own */
	const char *floor_opposite;
	int port; /* of the broker */
	pid_t broker;
	unsigned matches; /* 0: as many as the part has usually */
	unsigned starts;
	unsigned idle_s;
	unsigned outlets_max; /* of the part scale */
	bool unplaced;        /* leave CPUs and priorities to the scheduler */
};

/* Whether each of these parts exists; otherwise stderr has the reason. */
bool bench_parts_exist(const char *parts);
/* False when something could not be measured; the reason is on stderr. */
bool bench_run(const struct bench_options *options);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract between slac-bench and the library it preloads into slacd (slac_bench_malloc.c): the library
 * counts what slacd's main thread, its event loop, asks of malloc, in a file both have mapped.
 */
#ifndef TOOLS_BENCH_SLAC_BENCH_MALLOC_H
#define TOOLS_BENCH_SLAC_BENCH_MALLOC_H

#include <stdatomic.h>

/* Environment variable with the name of a file of at least the size of the struct. */
#define MALLOC_COUNT_FILE "SLAC_BENCH_MALLOC_COUNT"

struct malloc_count {
	atomic_ullong main_thread;
	atomic_ullong other_threads;
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor: the least a program in a libevent loop can do to answer a frame (slac_bench_floor_main.c). It is given
 * the frames that slacd is given. It sends back those that are addressed to it and hears the others, so that it answers
 * as many as slacd.
 */
#ifndef TOOLS_BENCH_SLAC_BENCH_FLOOR_H
#define TOOLS_BENCH_SLAC_BENCH_FLOOR_H

#include "tools/bench/slac_bench_process.h"

/* Starts the program on the interface; false with the reason on stderr. */
bool floor_start(struct bench_process *process, const char *program, const char *interface);
void floor_stop(struct bench_process *process);

#endif

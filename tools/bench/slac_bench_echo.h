/* SPDX-License-Identifier: Apache-2.0 */
/* The bare responder: the least a process can do to answer a frame, as the yardstick. */
#ifndef TOOLS_BENCH_SLAC_BENCH_ECHO_H
#define TOOLS_BENCH_SLAC_BENCH_ECHO_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts a process that sends each 0x88E1 frame on the interface back to its sender. -1 on failure. */
pid_t echo_start(const char *interface);
void echo_stop(pid_t pid);

#endif

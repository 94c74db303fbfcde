/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CPUs the timing thread and the two responders run on. Left alone, the scheduler decides, for slacd
 * and the floor differently and from moment to moment, whether an answer begins with waking an idle
 * CPU: that alone is a factor of three, and would be taken for the responder's.
 */
#ifndef TOOLS_BENCH_SLAC_BENCH_PLACEMENT_H
#define TOOLS_BENCH_SLAC_BENCH_PLACEMENT_H

#include <stdbool.h>
#include <sys/types.h>

enum bench_placement {
	PLACEMENT_FREE,    /* the scheduler decides */
	PLACEMENT_ONE_CPU, /* all on one: no idle CPU has to wake, the software's own time shows */
	PLACEMENT_TWO_CPUS /* the car on another than the responders, as when the frame comes from outside */
};

/* Notes where the scheduler may put us; false when it does not tell. */
bool placement_init(void);
/* Whether there are CPUs enough. */
bool placement_possible(enum bench_placement placement);
/*
 * Puts the calling thread, slacd with all its threads, and the floor there. Unless the scheduler
 * decides, the calling thread also gets real-time priority where that is permitted: a car would not wait
 * until the station has written its log.
 */
bool placement_set(enum bench_placement placement, pid_t slacd, pid_t floor);
const char *placement_text(enum bench_placement placement);

#endif

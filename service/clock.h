/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of the shell. The cores never read one: the time is given to them. */
#ifndef SERVICE_CLOCK_H
#define SERVICE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CLOCK_TEXT_SIZE 32

/* Monotonic time in microseconds. */
uint64_t clock_now_us(void);

/* The wall clock in microseconds since 1970, UTC. */
uint64_t clock_wall_us(void);

/* What the wall clock said at a monotonic time that is not long past. */
static inline uint64_t clock_wall_of(uint64_t now_us)
{
	return clock_wall_us() - (clock_now_us() - now_us);
}

/*
 * A time of the wall clock in UTC as "2023-12-13T15:58:19.979904Z"; writes into out and returns it. What is the same for
 * a whole second is kept for the next call on the same thread.
 */
const char *clock_utc_text(uint64_t wall_us, char out[CLOCK_TEXT_SIZE]);

#endif

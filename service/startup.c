/* SPDX-License-Identifier: Apache-2.0 */
#include "service/startup.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

/* Freed memory above this goes back to the system: a daemon is small for months, not only at start. */
#define TRIM_THRESHOLD (64 * 1024)
/*
 * An outlet of slacd is above this: it gets pages of its own from the system, which come zeroed, and of which those that it
 * never touches take no memory.
 */
#define MMAP_THRESHOLD (64 * 1024)

bool startup_open_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return false;
	return true;
}

void startup_prepare(void)
{
	/* Other C libraries than glibc have no such switches. */
#ifdef M_TRIM_THRESHOLD
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD);
	mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
#endif
	signal(SIGPIPE, SIG_IGN);
}

void startup_give_back(void)
{
#ifdef M_TRIM_THRESHOLD
	malloc_trim(0);
#endif
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a daemon, in a test: the allocation number ALLOC_FAULT_AT (from 1) fails, once. With ALLOC_FAULT_COUNT
 * the number of allocations so far is kept in that file, which is mapped. A crash is told with the functions that were
 * entered, so that it can be told whose it is.
 */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl*): glibc's own, as dlsym would allocate itself. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl*) */

#define FRAMES 32

static atomic_ulong count;
static unsigned long failing;
static atomic_ulong *shown;

static void tell_crash(int number)
{
	void *frames[FRAMES];

	/* NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c): they allocate nothing here, they were called before */
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES), STDERR_FILENO);
	signal(number, SIG_DFL);
	raise(number);
}

__attribute__((constructor)) static void read_environment(void)
{
	void *frame;
	const char *at = getenv("ALLOC_FAULT_AT");
	const char *path = getenv("ALLOC_FAULT_COUNT");
	int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map = MAP_FAILED;

	if (file >= 0) {
		map = mmap(NULL, sizeof(*shown), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
		close(file);
	}
	if (map != MAP_FAILED)
		shown = map;
	backtrace(&frame, 1); /* it allocates when it is called first */
	signal(SIGSEGV, tell_crash);
	signal(SIGABRT, tell_crash);
	failing = at != NULL ? strtoul(at, NULL, 10) : 0;
	atomic_store(&count, 0);
}

static int fails(void)
{
	unsigned long number = atomic_fetch_add(&count, 1) + 1;

	if (shown != NULL)
		atomic_store(shown, number);
	if (failing == 0 || number != failing)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	return fails() ? NULL : __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
	return fails() ? NULL : __libc_realloc(memory, size);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded into slacd by slac-bench: counts allocations and hands them on to the C library. */
#include "tools/bench/slac_bench_malloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl*): the C library's own, under the names that stay when malloc is replaced. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl*) */

static struct malloc_count *shared;

__attribute__((constructor)) static void map_shared(void)
{
	const char *path = getenv(MALLOC_COUNT_FILE);
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	void *mapped = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (mapped != MAP_FAILED)
		shared = mapped;
}

static void count(void)
{
	/* Found out once per thread; initial-exec, because the other models allocate. */
	static _Thread_local __attribute__((tls_model("initial-exec"))) int thread;

	if (shared == NULL)
		return;
	if (thread == 0)
		thread = gettid() == getpid() ? 1 : 2;
	atomic_fetch_add(thread == 1 ? &shared->main_thread : &shared->other_threads, 1);
}

void *malloc(size_t size)
{
	count();
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	count();
	return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	count();
	return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	count();
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	count();
	*out = __libc_memalign(alignment, size);
	return *out != NULL ? 0 : ENOMEM;
}

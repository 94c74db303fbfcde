/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/descriptors.h"

#include <stdio.h>
#include <sys/resource.h>

static bool fail(char error[DESCRIPTORS_ERROR_SIZE], rlim_t needed, rlim_t allowed)
{
	snprintf(error, DESCRIPTORS_ERROR_SIZE,
		 "needed=%llu allowed=%llu (RLIMIT_NOFILE; raise it with LimitNOFILE= in the unit, or ulimit -Hn)",
		 (unsigned long long)needed, (unsigned long long)allowed);
	return false;
}

bool descriptors_allow(size_t outlets, char error[DESCRIPTORS_ERROR_SIZE])
{
	const rlim_t needed = DESCRIPTORS_BESIDES + 2 * outlets;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
		return true; /* without an answer it may be as well */
	const rlim_t before = limit.rlim_cur;
	const bool is_enough = limit.rlim_max >= needed;
	limit.rlim_cur = is_enough ? needed : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return fail(error, needed, before);
	return is_enough || fail(error, needed, limit.rlim_max);
}

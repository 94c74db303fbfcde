/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a daemon, in a test: while the file named by RANDOM_FAULT_FILE is there, the kernel has no random octets
 * for a nonce. Those of message ids, which are longer, it has.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define NONCE_OCTETS 4

typedef ssize_t random_function(void *, size_t, unsigned);

ssize_t getrandom(void *octets, size_t count, unsigned flags)
{
	const char *file = getenv("RANDOM_FAULT_FILE");
	random_function *next;
	void *symbol = dlsym(RTLD_NEXT, "getrandom");

	if (symbol == NULL || (count == NONCE_OCTETS && file != NULL && access(file, F_OK) == 0)) {
		errno = EIO;
		return -1;
	}
	memcpy(&next, &symbol, sizeof(next)); /* C has no cast from an object to a function */
	return next(octets, count, flags);
}

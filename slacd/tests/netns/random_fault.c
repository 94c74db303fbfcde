/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a daemon, in a test: while the file named by RANDOM_FAULT_FILE is there, libcrypto has no random octets
 * for a nonce. Those of message ids, which are longer, it has.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NONCE_OCTETS 4

int RAND_priv_bytes(unsigned char *octets, int count);

typedef int rand_function(unsigned char *, int);

int RAND_priv_bytes(unsigned char *octets, int count)
{
	const char *file = getenv("RANDOM_FAULT_FILE");
	rand_function *next;
	void *symbol = dlsym(RTLD_NEXT, "RAND_priv_bytes");

	if (symbol == NULL || (count == NONCE_OCTETS && file != NULL && access(file, F_OK) == 0))
		return 0;
	memcpy(&next, &symbol, sizeof(next)); /* C has no cast from an object to a function */
	return next(octets, count);
}

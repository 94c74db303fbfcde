/* SPDX-License-Identifier: Apache-2.0 */
/* Arbitrary octets in place of the kernel's answer: nothing is read outside, an address stays a text. */
#include "homeplug/port/port_use.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char address[INET6_ADDRSTRLEN] = "";
	void *aligned = malloc(size > 0 ? size : 1);

	if (aligned == NULL)
		return 0;
	if (size > 0)
		memcpy(aligned, data, size);
	for (int ifindex = 0; ifindex < 4; ifindex++)
		port_use_parse(aligned, size, ifindex, address);
	if (memchr(address, '\0', sizeof(address)) == NULL)
		abort();
	free(aligned);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Arbitrary octets in place of the kernel's notifications: nothing is read outside, what is told keeps its form. */
#include "homeplug/port/port_watch.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(void *context, const struct port_event *event)
{
	size_t *left = context;
	static const uint8_t no_mac[MAC_LEN];

	/* A header and an ifaddrmsg are 24 octets: there cannot be more events than that. */
	if (*left < 24 || event->news == PORT_NEWS_MISSED || event->ifindex <= 0 ||
	    memchr(event->name, '\0', sizeof(event->name)) == NULL ||
	    (!event->has_mac && memcmp(event->mac, no_mac, MAC_LEN) != 0))
		abort();
	*left -= 24;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t left = size;
	void *aligned = malloc(size > 0 ? size : 1);

	if (aligned == NULL)
		return 0;
	if (size > 0)
		memcpy(aligned, data, size);
	port_watch_parse(aligned, size, check, &left);
	free(aligned);
	return 0;
}

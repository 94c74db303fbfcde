/* SPDX-License-Identifier: Apache-2.0 */
/* What a kind of link provides. Only link*.c and capture.c include this. */
#ifndef HOMEPLUG_LINK_OPS_H
#define HOMEPLUG_LINK_OPS_H

#include "homeplug/link.h"

/* Everything but HomePlug management messages is dropped before it reaches us, in libpcap's filter language.
 */
#define LINK_FILTER "ether proto 0x88e1"

struct link_ops {
	enum link_result (*recv)(struct link *link, uint8_t *frame, size_t size, size_t *len);
	bool (*send)(struct link *link, const uint8_t *frame, size_t len);
	bool (*connected)(const struct link *link);
	/* Closes what the kind opened and frees the link. */
	void (*close)(struct link *link);
};

/* First member of each kind's own struct. */
struct link {
	const struct link_ops *ops;
	int fd;
	int ifindex; /* 0: no interface */
	uint8_t mac[MAC_LEN];
};

#endif

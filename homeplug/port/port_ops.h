/* SPDX-License-Identifier: Apache-2.0 */
/* What a kind of port provides. Only port*.c and tools/replay/capture.c include this. */
#ifndef HOMEPLUG_PORT_PORT_OPS_H
#define HOMEPLUG_PORT_PORT_OPS_H

#include "homeplug/port/port.h"

/* HomePlug management messages, in the filter language of libpcap. */
#define PORT_FILTER "ether proto 0x88e1"

struct port_ops {
	enum port_result (*recv)(struct port *port, uint8_t *frame, size_t size, size_t *len);
	bool (*send)(struct port *port, const uint8_t *frame, size_t len);
	bool (*connected)(const struct port *port);
	bool (*hear)(struct port *port, enum port_hearing hearing); /* NULL: it gives all frames, always */
	/* Closes what the kind opened and frees the port. */
	void (*close)(struct port *port);
};

/* First member of each kind's own struct. */
struct port {
	const struct port_ops *ops;
	int fd;
	int ifindex; /* 0: no interface */
	uint8_t mac[MAC_LEN];
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the modems at all interfaces of this host answer as long as their link is up, for the ports that leave it out
 * (PORT_HEARS_CHANGES of port.h): one socket for all, on which nobody waits. Whoever looks finds what has come since, so
 * that many modems that are asked at once, and answer one by one, wake nobody. Shell, not core.
 */
#ifndef HOMEPLUG_PORT_PORT_LINK_UP_H
#define HOMEPLUG_PORT_PORT_LINK_UP_H

#include "homeplug/port/port.h"

struct port_link_up;

/*
 * Opens it. Needs CAP_NET_RAW. NULL (errno tells) where there can be none. The socket keeps what its buffer holds, the
 * answers of some hundred modems: what comes beyond that is lost, as any frame may be.
 */
struct port_link_up *port_link_up_open(void);
/* NULL is allowed. */
void port_link_up_close(struct port_link_up *link_up);

/* Takes at most one answer, never blocks: PORT_FRAME, and the index of the interface it came from. */
enum port_result port_link_up_recv(struct port_link_up *link_up, uint8_t *frame, size_t size, size_t *len,
				   int *ifindex);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel drops before a raw socket hears of it. A socket without a filter gives what its protocol says, all of
 * HomePlug. Only port_raw.c, port_link_up.c and tests include this.
 */
#ifndef HOMEPLUG_PORT_PORT_FILTER_H
#define HOMEPLUG_PORT_PORT_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>

/* Likewise, in the filter language of libpcap: the MMTYPEs as they stand in the frame, the lower octet first. */
#define PORT_FILTER_QUIET_TEXT                                                                                         \
	"ether proto 0x88e1 and (ether[15:2] = 0x0960 or ether[15:2] = 0x0d60 or ether[15:2] = 0x4960 or "             \
	"ether[15:2] = 0x6460 or ether[15:2] = 0x01a0 or ether[15:2] = 0x02a0 or ether[15:2] = 0x1da0 or "             \
	"ether[15:2] = 0x39a0 or ether[15:2] = 0x62a0 or ether[15:2] = 0xb9a0 or ether[15:2] = 0x6dac or "             \
	"ether[15:2] = 0x9dac)"

#define PORT_FILTER_QUIET_LEN 17

/* Gives what PORT_HEARS_QUIET promises (port.h). It looks at no address: no modem need be known yet, nor the only one. */
extern const struct sock_filter port_filter_quiet[PORT_FILTER_QUIET_LEN];

#define PORT_FILTER_LINK_LEN 16

/*
 * The two halves of everything: a modem's answer to this host that its link is up, and the rest (PORT_HEARS_CHANGES). What
 * has come in a VLAN belongs to the rest.
 */
extern const struct sock_filter port_filter_link_up[PORT_FILTER_LINK_LEN];
extern const struct sock_filter port_filter_changes[PORT_FILTER_LINK_LEN];

/* In the place of the one that the socket has. False with errno set. */
bool port_filter_attach(int fd, const struct sock_filter *steps, unsigned short len);

#endif

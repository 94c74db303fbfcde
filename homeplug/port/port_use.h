/* SPDX-License-Identifier: Apache-2.0 */
/* For what else this host uses a network interface. Shell, not core; the parser is pure. */
#ifndef HOMEPLUG_PORT_PORT_USE_H
#define HOMEPLUG_PORT_PORT_USE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct port_use {
	bool is_known; /* the kernel has told all of it; otherwise the rest may be incomplete */
	int error;     /* errno, why it has not, 0: it has */
	bool is_wireless;
	char address[INET6_ADDRSTRLEN]; /* one of its IP addresses that count, "": it has none */
};

/*
 * Looks at an interface; `fd` is a packet socket. Every IP address counts, but for link-local ones of IPv6, which ISO 15118
 * uses on the interface to the modem, and those that the kernel has made from a router advertisement, which a car
 * could send. Read with rtnetlink or, where that is not permitted, with an ioctl and /proc/net/if_inet6: that file does not tell of
 * router advertisements, so that their addresses count. Never blocks.
 */
void port_use_look(int fd, int ifindex, struct port_use *use);

/*
 * Takes one address of interface `ifindex` that counts out of `len` octets of rtnetlink messages, the answer to
 * RTM_GETADDR. True when they end the answer. The first malformed message ends it without that. `messages` must be
 * aligned like a struct nlmsghdr.
 */
bool port_use_parse(const void *messages, size_t len, int ifindex, char address[INET6_ADDRSTRLEN]);

#endif

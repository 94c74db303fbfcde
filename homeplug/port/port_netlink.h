/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtnetlink messages and their attributes, one after the other. The macros of the kernel's headers count below zero
 * where the last one lacks its padding; this does not. Internal to the port.
 */
#ifndef HOMEPLUG_PORT_PORT_NETLINK_H
#define HOMEPLUG_PORT_PORT_NETLINK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>

/* The message that `len` octets begin with; NULL: it is malformed, or there is none. Aligned like a struct nlmsghdr. */
const struct nlmsghdr *port_netlink_message(const void *octets, size_t len);
/* The message after that one; *len becomes what is left from there on. NULL likewise. */
const struct nlmsghdr *port_netlink_next_message(const struct nlmsghdr *message, size_t *len);

/* The same of attributes. */
const struct rtattr *port_netlink_attribute(const void *octets, size_t len);
const struct rtattr *port_netlink_next_attribute(const struct rtattr *attribute, size_t *len);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* rtnetlink messages as the kernel makes them. */
#ifndef HOMEPLUG_PORT_TESTS_NETLINK_MESSAGES_H
#define HOMEPLUG_PORT_TESTS_NETLINK_MESSAGES_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

/* Empty where all is zero. */
struct netlink_messages {
	_Alignas(struct nlmsghdr) uint8_t octets[1024];
	size_t len;
	size_t last; /* where the last message begins */
};

/* Begins a message, with what follows its header: a struct ifinfomsg, a struct ifaddrmsg ... */
void netlink_begin(struct netlink_messages *messages, uint16_t type, const void *info, size_t info_len);
void netlink_add_attribute(struct netlink_messages *messages, uint16_t type, const void *value, size_t len);
/* Octets that are no attribute. */
void netlink_add_octets(struct netlink_messages *messages, const void *octets, size_t len);
/* The message has its length now. */
void netlink_end(struct netlink_messages *messages);
/* Puts other octets in the place of those from `at` on. */
void netlink_patch(struct netlink_messages *messages, size_t at, const void *octets, size_t len);

#endif

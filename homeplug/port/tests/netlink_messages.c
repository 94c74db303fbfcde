/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/tests/netlink_messages.h"

#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void netlink_add_octets(struct netlink_messages *messages, const void *octets, size_t len)
{
	assert_true(messages->len + len <= sizeof(messages->octets));
	if (len > 0)
		memcpy(messages->octets + messages->len, octets, len);
	messages->len += len;
}

static void align(struct netlink_messages *messages)
{
	static const uint8_t zeros[NLMSG_ALIGNTO];

	netlink_add_octets(messages, zeros, NLMSG_ALIGN(messages->len) - messages->len);
}

void netlink_patch(struct netlink_messages *messages, size_t at, const void *octets, size_t len)
{
	memcpy(messages->octets + at, octets, len);
}

void netlink_end(struct netlink_messages *messages)
{
	uint32_t len = (uint32_t)(messages->len - messages->last);

	netlink_patch(messages, messages->last, &len, sizeof(len));
	align(messages);
}

void netlink_begin(struct netlink_messages *messages, uint16_t type, const void *info, size_t info_len)
{
	const struct nlmsghdr header = {.nlmsg_type = type};

	messages->last = messages->len;
	netlink_add_octets(messages, &header, sizeof(header));
	netlink_add_octets(messages, info, info_len);
}

void netlink_add_attribute(struct netlink_messages *messages, uint16_t type, const void *value, size_t len)
{
	const struct rtattr attribute = {.rta_type = type, .rta_len = (uint16_t)RTA_LENGTH(len)};

	netlink_add_octets(messages, &attribute, sizeof(attribute));
	netlink_add_octets(messages, value, len);
	align(messages);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_netlink.h"

/* What is `step` octets behind `octets`; NULL: *len octets are no more than that. */
static const void *go_on(const void *octets, size_t step, size_t *len)
{
	if (step >= *len)
		return NULL;
	*len -= step;
	return (const char *)octets + step;
}

const struct nlmsghdr *port_netlink_message(const void *octets, size_t len)
{
	const struct nlmsghdr *message = octets;

	return message != NULL && NLMSG_OK(message, len) ? message : NULL;
}

const struct nlmsghdr *port_netlink_next_message(const struct nlmsghdr *message, size_t *len)
{
	const void *next = go_on(message, NLMSG_ALIGN((size_t)message->nlmsg_len), len);

	return port_netlink_message(next, *len);
}

const struct rtattr *port_netlink_attribute(const void *octets, size_t len)
{
	const struct rtattr *attribute = octets;

	return attribute != NULL && RTA_OK(attribute, len) ? attribute : NULL;
}

const struct rtattr *port_netlink_next_attribute(const struct rtattr *attribute, size_t *len)
{
	const void *next = go_on(attribute, RTA_ALIGN((size_t)attribute->rta_len), len);

	return port_netlink_attribute(next, *len);
}

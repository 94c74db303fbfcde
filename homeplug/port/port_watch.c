/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_watch.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel's notification of one interface has 1 to 2 KiB; many alternative names make it longer. */
#define BUFFER_OCTETS 16384
/* Old notifications thrown away after an overrun: more than the socket's receive buffer holds. */
#define DISCARD_MAX 4096

struct port_watch {
	int fd;
	_Alignas(struct nlmsghdr) uint8_t buffer[BUFFER_OCTETS];
};

/* --- Parsing --- */

static void take_name(struct port_event *event, const struct rtattr *attribute)
{
	size_t len = RTA_PAYLOAD(attribute);

	if (len > 0 && len <= sizeof(event->name) && memchr(RTA_DATA(attribute), '\0', len) != NULL)
		memcpy(event->name, RTA_DATA(attribute), len);
}

static void take_mac(struct port_event *event, const struct rtattr *attribute)
{
	if (RTA_PAYLOAD(attribute) != MAC_LEN)
		return;
	event->has_mac = true;
	memcpy(event->mac, RTA_DATA(attribute), MAC_LEN);
}

static void take_attributes(struct port_event *event, const struct nlmsghdr *message, bool ethernet)
{
	size_t left = message->nlmsg_len - NLMSG_LENGTH(sizeof(struct ifinfomsg));
	const struct rtattr *attribute = IFLA_RTA(NLMSG_DATA(message));

	while (RTA_OK(attribute, left)) {
		size_t step = RTA_ALIGN((size_t)attribute->rta_len);
		if (attribute->rta_type == IFLA_IFNAME)
			take_name(event, attribute);
		else if (attribute->rta_type == IFLA_ADDRESS && ethernet)
			take_mac(event, attribute);
		if (step >= left)
			return;
		left -= step;
		attribute = (const struct rtattr *)((const char *)attribute + step);
	}
}

static bool parse_one(const struct nlmsghdr *message, struct port_event *event)
{
	if ((message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK) ||
	    message->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifinfomsg)))
		return false;
	const struct ifinfomsg *info = NLMSG_DATA(message);
	/* A bridge reports its ports in the same group. RTM_DELLINK then means that a port left the bridge, not the host. */
	if (info->ifi_family != AF_UNSPEC || info->ifi_index <= 0)
		return false;
	*event = (struct port_event){
		.news = message->nlmsg_type == RTM_NEWLINK ? PORT_NEWS_STATE : PORT_NEWS_REMOVED,
		.ifindex = info->ifi_index,
		.up = (info->ifi_flags & IFF_UP) != 0,
		.running = (info->ifi_flags & IFF_RUNNING) != 0,
	};
	take_attributes(event, message, info->ifi_type == ARPHRD_ETHER);
	return true;
}

void port_watch_parse(const void *messages, size_t len, port_event_handler *handle, void *context)
{
	const struct nlmsghdr *message = messages;
	struct port_event event;

	while (NLMSG_OK(message, len)) {
		size_t step = NLMSG_ALIGN((size_t)message->nlmsg_len);
		if (parse_one(message, &event))
			handle(context, &event);
		if (step >= len)
			return;
		len -= step;
		message = (const struct nlmsghdr *)((const char *)message + step);
	}
}

/* --- Listening --- */

struct port_watch *port_watch_open(char error[PORT_ERROR_SIZE])
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	struct port_watch *watch = malloc(sizeof(*watch));

	if (watch == NULL) {
		snprintf(error, PORT_ERROR_SIZE, "no memory");
		return NULL;
	}
	watch->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (watch->fd >= 0 && bind(watch->fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return watch;
	snprintf(error, PORT_ERROR_SIZE, "netlink socket: %s", strerror(errno));
	port_watch_close(watch);
	return NULL;
}

void port_watch_close(struct port_watch *watch)
{
	if (watch == NULL)
		return;
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch);
}

int port_watch_fd(const struct port_watch *watch)
{
	return watch->fd;
}

static void report_missed(const struct port_watch *watch, port_event_handler *handle, void *context)
{
	const struct port_event event = {.news = PORT_NEWS_MISSED};
	uint8_t octet;

	/* What is still queued is older than the state that the caller will look at now. */
	for (int i = 0; i < DISCARD_MAX && (recv(watch->fd, &octet, 1, 0) >= 0 || errno == ENOBUFS); i++)
		;
	handle(context, &event);
}

enum port_result port_watch_read(struct port_watch *watch, port_event_handler *handle, void *context)
{
	struct sockaddr_nl from = {0};
	struct iovec whole = {.iov_base = watch->buffer, .iov_len = sizeof(watch->buffer)};
	struct msghdr header = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &whole, .msg_iovlen = 1};
	ssize_t n = recvmsg(watch->fd, &header, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return PORT_EMPTY;
	if (n < 0 && errno != ENOBUFS)
		return PORT_ERROR;
	if (n < 0 || (header.msg_flags & MSG_TRUNC) != 0)
		report_missed(watch, handle, context);
	else if (from.nl_pid == 0) /* sent by the kernel, not by another process */
		port_watch_parse(watch->buffer, (size_t)n, handle, context);
	return PORT_FRAME;
}

/* --- Looking --- */

void port_watch_settle(int fd, int ifindex)
{
	struct ethtool_value carrier = {.cmd = ETHTOOL_GLINK};
	struct ifreq request = {.ifr_ifindex = ifindex};

	if (ioctl(fd, SIOCGIFNAME, &request) < 0)
		return; /* it has gone: port_watch_look will find that */
	request.ifr_data = (void *)&carrier;
	ioctl(fd, SIOCETHTOOL, &request);
}

bool port_watch_look(int fd, int ifindex, struct port_event *event)
{
	struct ifreq request = {.ifr_ifindex = ifindex};

	*event = (struct port_event){.news = PORT_NEWS_REMOVED, .ifindex = ifindex};
	if (ioctl(fd, SIOCGIFNAME, &request) < 0)
		return errno == ENODEV;
	memcpy(event->name, request.ifr_name, sizeof(event->name) - 1);
	if (ioctl(fd, SIOCGIFHWADDR, &request) < 0)
		return errno == ENODEV;
	event->has_mac = request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
	if (event->has_mac)
		memcpy(event->mac, request.ifr_hwaddr.sa_data, MAC_LEN);
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return errno == ENODEV;
	event->news = PORT_NEWS_STATE;
	event->up = (request.ifr_flags & IFF_UP) != 0;
	event->running = (request.ifr_flags & IFF_RUNNING) != 0;
	return true;
}

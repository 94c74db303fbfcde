/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_watch.h"

#include "homeplug/port/port_netlink.h"

#include <errno.h>
#include <limits.h>
#include <linux/ethtool.h>
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

/* IFLA_PROP_LIST since Linux 5.5, where alternative names came: an interface without one has none. */
#define PROPERTIES 52

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

static void take_master(struct port_event *event, const struct rtattr *attribute)
{
	uint32_t ifindex;

	if (RTA_PAYLOAD(attribute) != sizeof(ifindex))
		return;
	memcpy(&ifindex, RTA_DATA(attribute), sizeof(ifindex));
	event->master = (int)ifindex;
}

/* A longer one is none that is known here. */
static void take_kind(char kind[PORT_MASTER_KIND_SIZE], const struct rtattr *attribute)
{
	size_t len = RTA_PAYLOAD(attribute);

	if (len < PORT_MASTER_KIND_SIZE)
		memcpy(kind, RTA_DATA(attribute), len);
}

static void take_link_info(struct port_event *event, const struct rtattr *info)
{
	size_t left = RTA_PAYLOAD(info);
	const struct rtattr *attribute = port_netlink_attribute(RTA_DATA(info), left);

	for (; attribute != NULL; attribute = port_netlink_next_attribute(attribute, &left)) {
		if (attribute->rta_type == IFLA_INFO_SLAVE_KIND)
			take_kind(event->master_kind, attribute);
		if (attribute->rta_type == IFLA_INFO_KIND)
			take_kind(event->kind, attribute);
	}
}

static void take_attribute(struct port_event *event, const struct rtattr *attribute)
{
	switch (attribute->rta_type & NLA_TYPE_MASK) {
	case IFLA_IFNAME:
		take_name(event, attribute);
		break;
	case IFLA_ADDRESS:
		take_mac(event, attribute);
		break;
	case IFLA_MASTER:
		take_master(event, attribute);
		break;
	case IFLA_LINKINFO:
		take_link_info(event, attribute);
		break;
	case PROPERTIES:
		event->has_no_other_name = false;
		break;
	default:
		break;
	}
}

static void take_attributes(struct port_event *event, const struct nlmsghdr *message, const struct ifinfomsg *info)
{
	size_t left = message->nlmsg_len - NLMSG_LENGTH(sizeof(*info));
	const struct rtattr *attribute = port_netlink_attribute(IFLA_RTA(info), left);

	for (; attribute != NULL; attribute = port_netlink_next_attribute(attribute, &left))
		take_attribute(event, attribute);
}

static bool parse_address(const struct nlmsghdr *message, struct port_event *event)
{
	const struct ifaddrmsg *info = NLMSG_DATA(message);

	if ((message->nlmsg_type != RTM_NEWADDR && message->nlmsg_type != RTM_DELADDR) ||
	    message->nlmsg_len < NLMSG_LENGTH(sizeof(*info)) || info->ifa_index == 0 || info->ifa_index > INT_MAX)
		return false;
	*event = (struct port_event){.news = PORT_NEWS_ADDRESS, .ifindex = (int)info->ifa_index};
	return true;
}

static bool parse_link(const struct nlmsghdr *message, struct port_event *event)
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
		.has_no_other_name = true,
	};
	take_attributes(event, message, info);
	event->has_mac = event->has_mac && info->ifi_type == ARPHRD_ETHER;
	if (!event->has_mac)
		memset(event->mac, 0, MAC_LEN);
	return true;
}

void port_watch_parse(const void *messages, size_t len, port_event_handler *handle, void *context)
{
	const struct nlmsghdr *message = port_netlink_message(messages, len);
	struct port_event event;

	for (; message != NULL; message = port_netlink_next_message(message, &len))
		if (parse_link(message, &event) || parse_address(message, &event))
			handle(context, &event);
}

/* --- Listening --- */

struct port_watch *port_watch_open(char error[PORT_ERROR_SIZE])
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK,
					    .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
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

/* --- What an interface is, and of what it is a port --- */

/* The kernel's answer about one interface, without waiting for it: it is there when the question has been taken. */
static bool ask_kernel(int ifindex, port_event_handler *handle, void *context)
{
	const struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
	} question = {
		.header = {.nlmsg_len = sizeof(question), .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST},
		.info = {.ifi_index = ifindex},
	};
	_Alignas(struct nlmsghdr) uint8_t answer[BUFFER_OCTETS];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return false;
	bool sent = send(fd, &question, sizeof(question), 0) == (ssize_t)sizeof(question);
	ssize_t n = sent ? recv(fd, answer, sizeof(answer), 0) : -1;
	close(fd);
	if (n > 0)
		port_watch_parse(answer, (size_t)n, handle, context);
	return n > 0;
}

static void copy_kinds(void *context, const struct port_event *told)
{
	struct port_event *event = context;

	if (told->ifindex != event->ifindex || told->news != PORT_NEWS_STATE)
		return;
	event->master = told->master;
	memcpy(event->master_kind, told->master_kind, sizeof(event->master_kind));
	memcpy(event->kind, told->kind, sizeof(event->kind));
}

/* Where rtnetlink is not permitted: the driver of a virtual interface has its kind as a name. */
static void read_kind(int fd, const char *name, char kind[PORT_MASTER_KIND_SIZE])
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq request = {.ifr_data = (void *)&driver};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCETHTOOL, &request) == 0 &&
	    strnlen(driver.driver, sizeof(driver.driver)) < PORT_MASTER_KIND_SIZE)
		strcpy(kind, driver.driver);
}

/* The link of /sys/class/net names the master. */
static void read_master(int fd, struct port_event *event)
{
	char link[sizeof("/sys/class/net//master") + IF_NAMESIZE];
	char target[256];

	snprintf(link, sizeof(link), "/sys/class/net/%s/master", event->name);
	ssize_t len = readlink(link, target, sizeof(target) - 1);
	if (len <= 0)
		return;
	target[len] = '\0';
	const char *slash = strrchr(target, '/');
	const char *name = slash != NULL ? slash + 1 : target;
	if (strlen(name) >= IF_NAMESIZE)
		return;
	event->master = (int)if_nametoindex(name);
	read_kind(fd, name, event->master_kind);
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
	if (!ask_kernel(ifindex, copy_kinds, event)) {
		read_master(fd, event);
		read_kind(fd, event->name, event->kind);
	}
	return true;
}

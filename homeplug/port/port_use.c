/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_use.h"

#include "homeplug/port/port_netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* One part of the kernel's answer; it has as many as there are addresses for. */
#define BUFFER_OCTETS 16384
#define PARTS_MAX     64

/* Since Linux 5.18: who has made the address, and the value for "the kernel, from a router advertisement". */
#define ADDRESS_PROTOCOL      11
#define PROTOCOL_OF_KERNEL_RA 2
/* linux/wireless.h, which does not go together with net/if.h. */
#define GET_WIRELESS_NAME 0x8b01

/* --- parsing --- */

struct address {
	int family;
	bool is_known;
	uint8_t octets[sizeof(struct in6_addr)];
	uint8_t protocol;
};

static void take_octets(struct address *address, const struct rtattr *attribute)
{
	const size_t len = address->family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	if (RTA_PAYLOAD(attribute) != len)
		return;
	memcpy(address->octets, RTA_DATA(attribute), len);
	address->is_known = true;
}

/* IFA_LOCAL is the address of this host where IFA_ADDRESS is the one of its peer. */
static void take_attribute(struct address *address, const struct rtattr *attribute, bool *has_local)
{
	switch (attribute->rta_type) {
	case IFA_LOCAL:
		*has_local = true;
		take_octets(address, attribute);
		break;
	case IFA_ADDRESS:
		if (!*has_local)
			take_octets(address, attribute);
		break;
	case ADDRESS_PROTOCOL:
		if (RTA_PAYLOAD(attribute) == sizeof(address->protocol))
			memcpy(&address->protocol, RTA_DATA(attribute), sizeof(address->protocol));
		break;
	default:
		break;
	}
}

static void take_attributes(struct address *address, const struct nlmsghdr *message, const struct ifaddrmsg *info)
{
	size_t left = message->nlmsg_len - NLMSG_LENGTH(sizeof(*info));
	const struct rtattr *attribute = port_netlink_attribute(IFA_RTA(info), left);
	bool has_local = false;

	for (; attribute != NULL; attribute = port_netlink_next_attribute(attribute, &left))
		take_attribute(address, attribute, &has_local);
}

static bool is_link_local(const uint8_t octets[sizeof(struct in6_addr)])
{
	return octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80;
}

static bool counts(const struct address *address)
{
	if (address->family == AF_INET6 && address->is_known && is_link_local(address->octets))
		return false;
	return address->protocol != PROTOCOL_OF_KERNEL_RA;
}

static void take_address(const struct nlmsghdr *message, int ifindex, char text[INET6_ADDRSTRLEN])
{
	const struct ifaddrmsg *info = NLMSG_DATA(message);

	if (message->nlmsg_type != RTM_NEWADDR || message->nlmsg_len < NLMSG_LENGTH(sizeof(*info)) ||
	    (int)info->ifa_index != ifindex || text[0] != '\0' ||
	    (info->ifa_family != AF_INET && info->ifa_family != AF_INET6))
		return;
	struct address address = {.family = info->ifa_family};
	take_attributes(&address, message, info);
	if (!counts(&address))
		return;
	if (!address.is_known || inet_ntop(address.family, address.octets, text, INET6_ADDRSTRLEN) == NULL)
		strcpy(text, "?");
}

bool port_use_parse(const void *messages, size_t len, int ifindex, char address[INET6_ADDRSTRLEN])
{
	const struct nlmsghdr *message = port_netlink_message(messages, len);

	for (; message != NULL; message = port_netlink_next_message(message, &len)) {
		if (message->nlmsg_type == NLMSG_DONE)
			return true;
		take_address(message, ifindex, address);
	}
	return false;
}

/* --- asking --- */

/* The kernel works out each part when the one before has been read: there is nothing to wait for. */
static bool read_answer(int fd, int ifindex, char address[INET6_ADDRSTRLEN])
{
	_Alignas(struct nlmsghdr) uint8_t answer[BUFFER_OCTETS];

	for (int i = 0; i < PARTS_MAX; i++) {
		ssize_t n = recv(fd, answer, sizeof(answer), MSG_TRUNC);
		if (n <= 0 || (size_t)n > sizeof(answer))
			return false;
		if (port_use_parse(answer, (size_t)n, ifindex, address))
			return true;
	}
	return false;
}

static bool ask_kernel(int ifindex, char address[INET6_ADDRSTRLEN])
{
	const struct {
		struct nlmsghdr header;
		struct ifaddrmsg info;
	} question = {
		.header = {.nlmsg_len = sizeof(question),
			   .nlmsg_type = RTM_GETADDR,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.info = {.ifa_index = (uint32_t)ifindex},
	};
	const int strict = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return false;
	/* The answer is about this interface alone. An older kernel tells of all. */
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &strict, sizeof(strict));
	bool told = send(fd, &question, sizeof(question), 0) == (ssize_t)sizeof(question) &&
		    read_answer(fd, ifindex, address);
	close(fd);
	return told;
}

/* --- where rtnetlink is not permitted --- */

/* One line of /proc/net/if_inet6: the address in 32 hexadecimal digits, the index in others. */
static void take_line(const char *line, int ifindex, char address[INET6_ADDRSTRLEN])
{
	struct in6_addr octets;
	unsigned index;

	for (size_t i = 0; i < sizeof(octets.s6_addr); i++)
		if (sscanf(line + 2 * i, "%2hhx", &octets.s6_addr[i]) != 1)
			return;
	if (sscanf(line + 2 * sizeof(octets.s6_addr), "%x", &index) == 1 && (int)index == ifindex &&
	    !is_link_local(octets.s6_addr))
		inet_ntop(AF_INET6, &octets, address, INET6_ADDRSTRLEN);
}

static bool read_ipv6(int ifindex, char address[INET6_ADDRSTRLEN])
{
	char line[128];
	FILE *file = fopen("/proc/net/if_inet6", "re");

	/* The kernel has no IPv6, or this is not the whole of /proc. */
	if (file == NULL)
		return errno == ENOENT && access("/proc/net/dev", F_OK) == 0;
	while (fgets(line, sizeof(line), file) != NULL)
		if (strlen(line) > 2 * sizeof(struct in6_addr))
			take_line(line, ifindex, address);
	fclose(file);
	return true;
}

static bool read_addresses(int fd, struct ifreq *request, int ifindex, char address[INET6_ADDRSTRLEN])
{
	struct sockaddr_in ipv4;

	if (!read_ipv6(ifindex, address))
		return false;
	if (ioctl(fd, SIOCGIFADDR, request) < 0)
		return errno == EADDRNOTAVAIL;
	memcpy(&ipv4, &request->ifr_addr, sizeof(ipv4));
	inet_ntop(AF_INET, &ipv4.sin_addr, address, INET6_ADDRSTRLEN);
	return true;
}

/* --- looking --- */

/* Newer drivers have no wireless extensions; the link to their hardware is there without them. */
static bool is_wireless(int fd, const char *name)
{
	struct ifreq request = {0};
	char link[sizeof("/sys/class/net//phy80211") + IF_NAMESIZE];

	strcpy(request.ifr_name, name);
	snprintf(link, sizeof(link), "/sys/class/net/%s/phy80211", name);
	return ioctl(fd, GET_WIRELESS_NAME, &request) == 0 || access(link, F_OK) == 0;
}

void port_use_look(int fd, int ifindex, struct port_use *use)
{
	struct ifreq request = {.ifr_ifindex = ifindex};

	*use = (struct port_use){0};
	if (ioctl(fd, SIOCGIFNAME, &request) < 0) {
		use->error = errno;
		return;
	}
	use->is_wireless = is_wireless(fd, request.ifr_name);
	use->is_known = ask_kernel(ifindex, use->address) || read_addresses(fd, &request, ifindex, use->address);
	if (!use->is_known)
		use->error = errno;
}

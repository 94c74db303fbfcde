/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_closing.h"
#include "homeplug/port/port_filter.h"
#include "homeplug/port/port_ops.h"
#include "homeplug/port/port_watch.h"
#include "homeplug/mme/mme.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifndef PACKET_IGNORE_OUTGOING /* Linux 4.20 */
#define PACKET_IGNORE_OUTGOING 23
#endif
/* Of a VLAN's tag; a tag of VLAN 0 gives a priority and no VLAN. */
#define VLAN_ID_BITS 0x0fff

/* Writes "interface NAME: what" to `error`. Always returns false, for `return`. */
static bool fail(char error[PORT_ERROR_SIZE], const char *interface, const char *what)
{
	snprintf(error, PORT_ERROR_SIZE, "interface %s: %s", interface, what);
	return false;
}

static bool fail_errno(char error[PORT_ERROR_SIZE], const char *interface, const char *call)
{
	char what[128];

	snprintf(what, sizeof(what), "%s: %s", call, strerror(errno));
	return fail(error, interface, what);
}

/* The interface is not usable now. Sets an errno that means PORT_DOWN: the kernel will tell when it changes. */
static bool fail_state(char error[PORT_ERROR_SIZE], const char *interface, const char *state, int state_errno)
{
	snprintf(error, PORT_ERROR_SIZE, "interface %s%s", interface, state);
	errno = state_errno;
	return false;
}

/* Takes over index and MAC of the interface, which must exist, be Ethernet, be no port of a bridge, be up and have a carrier. */
static bool interface_query(struct port *port, const char *interface, char error[PORT_ERROR_SIZE])
{
	struct ifreq request = {0};
	struct port_event state;
	char capture[2 + PORT_CAPTURE_SIZE] = ": ";

	if (interface[0] == '\0' || strlen(interface) >= sizeof(request.ifr_name))
		return fail_state(error, interface, " does not exist", ENODEV);
	strcpy(request.ifr_name, interface);
	if (ioctl(port->fd, SIOCGIFINDEX, &request) < 0)
		return errno == ENODEV ? fail_state(error, interface, " does not exist", ENODEV)
				       : fail_errno(error, interface, "SIOCGIFINDEX");
	port_watch_settle(port->fd, request.ifr_ifindex);
	if (!port_watch_look(port->fd, request.ifr_ifindex, &state))
		return fail_errno(error, interface, "its state");
	if (state.news == PORT_NEWS_REMOVED)
		return fail_state(error, interface, " does not exist", ENODEV);
	if (!state.has_mac)
		return fail_state(error, interface, " is not Ethernet", ENODEV);
	if (port_event_is_captured(&state)) {
		port_event_capture_text(&state, capture + 2);
		return fail_state(error, interface, capture, EBUSY);
	}
	if (!state.up)
		return fail_state(error, interface, " is down", ENETDOWN);
	if (!state.running)
		return fail_state(error, interface, ": no carrier", ENETDOWN);
	port->ifindex = state.ifindex;
	memcpy(port->mac, state.mac, MAC_LEN);
	return true;
}

static bool bind_interface(int fd, const char *interface, int index, char error[PORT_ERROR_SIZE])
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(HOMEPLUG_ETHERTYPE),
		.sll_ifindex = index,
	};

	/* Fails when the interface has gone since it was looked up. */
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail_errno(error, interface, "bind");
	return true;
}

/* --- The port --- */

/*
 * The frame came with a VLAN's tag, which the kernel takes off. On a VLAN's own interface no tag is left. Some kernels
 * tell the tag, others do as below.
 */
static bool is_tagged(struct msghdr *message)
{
	for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item != NULL; item = CMSG_NXTHDR(message, item)) {
		struct tpacket_auxdata data;
		if (item->cmsg_level != SOL_PACKET || item->cmsg_type != PACKET_AUXDATA ||
		    item->cmsg_len < CMSG_LEN(sizeof(data)))
			continue;
		memcpy(&data, CMSG_DATA(item), sizeof(data));
		return (data.tp_status & TP_STATUS_VLAN_VALID) != 0 && (data.tp_vlan_tci & VLAN_ID_BITS) != 0;
	}
	return false;
}

/* It is said to be for somebody else, and its destination is not: that is how such a frame of a VLAN looks. */
static bool seems_tagged(const struct port *port, const uint8_t *frame, size_t len, const struct sockaddr_ll *from)
{
	return from->sll_pkttype == PACKET_OTHERHOST && len >= MAC_LEN &&
	       ((frame[0] & 1) != 0 || mac_equal(frame, port->mac));
}

static enum port_result live_recv(struct port *port, uint8_t *frame, size_t size, size_t *len)
{
	for (;;) {
		union {
			struct cmsghdr align;
			char octets[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
		} control;
		struct sockaddr_ll from = {0};
		struct iovec room = {.iov_base = frame, .iov_len = size};
		struct msghdr message = {.msg_name = &from,
					 .msg_namelen = sizeof(from),
					 .msg_iov = &room,
					 .msg_iovlen = 1,
					 .msg_control = &control,
					 .msg_controllen = sizeof(control)};
		ssize_t n = recvmsg(port->fd, &message, 0);
		if (n < 0)
			return port_result_of_errno(errno);
		/* A kernel before 4.20 hands over a copy of each frame that this host sends. */
		if (from.sll_pkttype == PACKET_OUTGOING || is_tagged(&message) ||
		    seems_tagged(port, frame, (size_t)n, &from))
			continue;
		*len = (size_t)n;
		return PORT_FRAME;
	}
}

static bool live_send(struct port *port, const uint8_t *frame, size_t len)
{
	return send(port->fd, frame, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool live_connected(const struct port *port)
{
	(void)port;
	return true;
}

/* To give all again, the filter goes: that asks for no memory, and cannot fail where there is one. */
static bool live_hear(struct port *port, enum port_hearing hearing)
{
	switch (hearing) {
	case PORT_HEARS_QUIET:
		return port_filter_attach(port->fd, port_filter_quiet, PORT_FILTER_QUIET_LEN);
	case PORT_HEARS_CHANGES:
		return port_filter_attach(port->fd, port_filter_changes, PORT_FILTER_LINK_LEN);
	case PORT_HEARS_ALL:
		break;
	}
	return setsockopt(port->fd, SOL_SOCKET, SO_DETACH_FILTER, &(int){0}, sizeof(int)) == 0 || errno == ENOENT;
}

static void live_close(struct port *port)
{
	port_close_soon(port->fd);
	free(port);
}

static const struct port_ops live_ops = {
	.recv = live_recv,
	.send = live_send,
	.connected = live_connected,
	.hear = live_hear,
	.close = live_close,
};

/* Where the kernel does not know it, live_recv leaves such frames out. */
static void ignore_own_frames(int fd)
{
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &(int){1}, sizeof(int));
}

/* With protocol 0 the socket is opened at once (not in 10 ms), and receives nothing until bind names the protocol. */
static int socket_open(const char *interface, char error[PORT_ERROR_SIZE])
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 && setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &(int){1}, sizeof(int)) < 0) {
		fail_errno(error, interface, "PACKET_AUXDATA");
		port_close_soon(fd);
		return -1;
	}
	if (fd >= 0)
		ignore_own_frames(fd);
	else if (errno == EPERM)
		fail(error, interface,
		     "no permission for a raw socket: CAP_NET_RAW is missing (grant it with "
		     "\"setcap cap_net_raw+ep PROGRAM\" or AmbientCapabilities=CAP_NET_RAW in the unit)");
	else
		fail_errno(error, interface, "raw socket");
	return fd;
}

struct port *port_open_raw(const char *interface, char error[PORT_ERROR_SIZE])
{
	struct port *port = calloc(1, sizeof(*port));

	if (port == NULL) {
		fail_errno(error, interface, "port");
		return NULL;
	}
	port->ops = &live_ops;
	port->fd = socket_open(interface, error);
	if (port->fd < 0)
		goto no_socket;
	if (!interface_query(port, interface, error) || !bind_interface(port->fd, interface, port->ifindex, error))
		goto no_bind;
	return port;
no_bind:
	port_close_soon(port->fd);
no_socket:
	free(port);
	return NULL;
}

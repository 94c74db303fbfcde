/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_link_up.h"

#include "homeplug/mme/mme.h"
#include "homeplug/port/port_closing.h"
#include "homeplug/port/port_filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <sys/socket.h>

/* The kernel gives no more than net.core.rmem_max, and counts more for a frame than it is long. */
#define BUFFER_OCTETS (1024 * 1024)

struct port_link_up {
	int fd;
};

/* The filter before the protocol: nothing else is ever queued. */
static bool listen_everywhere(int fd)
{
	const struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(HOMEPLUG_ETHERTYPE)};

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){BUFFER_OCTETS}, sizeof(int));
	return port_filter_attach(fd, port_filter_link_up, PORT_FILTER_LINK_LEN) &&
	       bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

struct port_link_up *port_link_up_open(void)
{
	struct port_link_up *link_up = malloc(sizeof(*link_up));

	if (link_up == NULL)
		return NULL;
	link_up->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link_up->fd >= 0 && listen_everywhere(link_up->fd))
		return link_up;
	port_link_up_close(link_up);
	return NULL;
}

void port_link_up_close(struct port_link_up *link_up)
{
	if (link_up == NULL)
		return;
	if (link_up->fd >= 0)
		port_close_soon(link_up->fd);
	free(link_up);
}

enum port_result port_link_up_recv(struct port_link_up *link_up, uint8_t *frame, size_t size, size_t *len, int *ifindex)
{
	struct sockaddr_ll from = {0};
	socklen_t from_len = sizeof(from);
	ssize_t n = recvfrom(link_up->fd, frame, size, 0, (struct sockaddr *)&from, &from_len);

	/* An interface that goes down is said on this socket, too: the ports at it say so. */
	if (n < 0 && port_result_of_errno(errno) == PORT_DOWN)
		n = recvfrom(link_up->fd, frame, size, 0, (struct sockaddr *)&from, &from_len);
	if (n < 0)
		return port_result_of_errno(errno);
	*ifindex = from.sll_ifindex;
	*len = (size_t)n;
	return PORT_FRAME;
}

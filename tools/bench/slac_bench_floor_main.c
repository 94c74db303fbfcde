/* SPDX-License-Identifier: Apache-2.0 */
/* slac-bench-floor INTERFACE: sends each 0x88E1 frame that is addressed to the interface back to its sender. */
#include "homeplug/mme/mme.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>

static uint8_t own_mac[MAC_LEN];

static int open_socket(const char *interface)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(HOMEPLUG_ETHERTYPE)};
	struct ifreq request = {0};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request) < 0)
		return -1;
	memcpy(own_mac, request.ifr_hwaddr.sa_data, MAC_LEN);
	address.sll_ifindex = (int)if_nametoindex(interface);
	return bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ? fd : -1;
}

static void answer(int fd, uint8_t *frame, size_t len)
{
	uint8_t sender[MAC_LEN];

	memcpy(sender, frame + MAC_LEN, MAC_LEN);
	memcpy(frame + MAC_LEN, frame, MAC_LEN);
	memcpy(frame, sender, MAC_LEN);
	if (send(fd, frame, len, 0) < 0)
		perror("slac-bench-floor");
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	uint8_t frame[MME_FRAME_MAX];
	ssize_t len;

	(void)what;
	(void)context;
	while ((len = recv(fd, frame, sizeof(frame), 0)) >= 0)
		if (len >= MME_FRAME_MIN && memcmp(frame, own_mac, MAC_LEN) == 0)
			answer(fd, frame, (size_t)len);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: slac-bench-floor INTERFACE\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int fd = open_socket(argv[1]);
	struct event_base *base = event_base_new();
	struct event *readable = NULL;
	if (fd >= 0 && base != NULL)
		readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, NULL);
	if (readable == NULL || event_add(readable, NULL) != 0) {
		perror("slac-bench-floor");
		return EXIT_FAILURE;
	}
	event_base_dispatch(base);
	return EXIT_FAILURE;
}

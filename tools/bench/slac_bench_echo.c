/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_echo.h"

#include "homeplug/mme/mme.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_socket(const char *interface)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(HOMEPLUG_ETHERTYPE),
		.sll_ifindex = (int)if_nametoindex(interface),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	perror("slac-bench: bare responder");
	return -1;
}

static void echo(int fd)
{
	uint8_t frame[MME_FRAME_MAX];
	uint8_t sender[MAC_LEN];
	ssize_t len;

	while ((len = recv(fd, frame, sizeof(frame), 0)) >= 0) {
		memcpy(sender, frame + MAC_LEN, MAC_LEN);
		memcpy(frame + MAC_LEN, frame, MAC_LEN);
		memcpy(frame, sender, MAC_LEN);
		if (send(fd, frame, (size_t)len, 0) < 0)
			return;
	}
}

pid_t echo_start(const char *interface)
{
	int fd = open_socket(interface);

	if (fd < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		echo(fd);
		_exit(1);
	}
	close(fd);
	return pid;
}

void echo_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

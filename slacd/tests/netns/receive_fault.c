/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a daemon, in a test: while the file named by RECEIVE_FAULT_FILE is there, receiving on the interface
 * RECEIVE_FAULT_INTERFACE fails once, with an error that no interface of this machine can be made to give; the file is
 * removed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

ssize_t recvmsg(int fd, struct msghdr *message, int flags);

typedef ssize_t recvmsg_function(int, struct msghdr *, int);

static int is_on_interface(int fd, const char *name)
{
	struct sockaddr_ll address = {0};
	socklen_t len = sizeof(address);

	return name != NULL && getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
	       address.sll_family == AF_PACKET && address.sll_ifindex == (int)if_nametoindex(name);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	const char *file = getenv("RECEIVE_FAULT_FILE");
	recvmsg_function *next;
	void *symbol = dlsym(RTLD_NEXT, "recvmsg");

	if (file != NULL && is_on_interface(fd, getenv("RECEIVE_FAULT_INTERFACE")) && unlink(file) == 0) {
		errno = EIO;
		return -1;
	}
	if (symbol == NULL) {
		errno = ENOSYS;
		return -1;
	}
	memcpy(&next, &symbol, sizeof(next)); /* C has no cast from an object to a function */
	return next(fd, message, flags);
}

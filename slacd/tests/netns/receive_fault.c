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

ssize_t recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *restrict from,
		 socklen_t *restrict from_len);

typedef ssize_t recvfrom_function(int, void *, size_t, int, struct sockaddr *, socklen_t *);

static int is_on_interface(int fd, const char *name)
{
	struct sockaddr_ll address = {0};
	socklen_t len = sizeof(address);

	return name != NULL && getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
	       address.sll_family == AF_PACKET && address.sll_ifindex == (int)if_nametoindex(name);
}

ssize_t recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *restrict from,
		 socklen_t *restrict from_len)
{
	const char *file = getenv("RECEIVE_FAULT_FILE");
	recvfrom_function *next;
	void *symbol = dlsym(RTLD_NEXT, "recvfrom");

	if (file != NULL && is_on_interface(fd, getenv("RECEIVE_FAULT_INTERFACE")) && unlink(file) == 0) {
		errno = EIO;
		return -1;
	}
	if (symbol == NULL) {
		errno = ENOSYS;
		return -1;
	}
	memcpy(&next, &symbol, sizeof(next)); /* C has no cast from an object to a function */
	return next(fd, buffer, size, flags, from, from_len);
}

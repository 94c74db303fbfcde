/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closing a packet socket takes 5 to 40 ms: the kernel waits until no processor can still be using it. Whatever
 * else the caller serves must not wait for that, so a thread closes it. Only port*.c includes this.
 */
#ifndef HOMEPLUG_PORT_PORT_CLOSER_H
#define HOMEPLUG_PORT_PORT_CLOSER_H

/* Sockets that may wait to be closed; with more, or when no thread can be started, the caller waits after all. */
#define PORT_CLOSER_MAX 64

/* Closes `fd` soon; the caller must not use it any more. errno stays as it is. */
void port_closer_close(int fd);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closing packet sockets beside the event loop, many at the same time. The kernel waits 5 to 40 ms at each until no
 * processor can still be using it: one after the other, 64 would take most of a second, and 256 three.
 */
#ifndef HOMEPLUG_PORT_PORT_CLOSING_H
#define HOMEPLUG_PORT_PORT_CLOSING_H

/* Sockets that may wait to be closed. With more, or when no thread can be started, the caller closes them itself. */
#define PORT_CLOSING_MAX 256
/* Threads that close one each at the same time. They end when there is nothing left to close. */
#define PORT_CLOSING_THREADS 32

/* Closes `fd` soon; the caller must not use it any more. errno stays as it is. */
void port_close_soon(int fd);

#endif

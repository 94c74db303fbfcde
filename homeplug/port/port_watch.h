/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notifications of the kernel about the network interfaces of this host (rtnetlink), so that slacd need not poll
 * them. Shell, not core; the parser is pure.
 */
#ifndef HOMEPLUG_PORT_PORT_WATCH_H
#define HOMEPLUG_PORT_PORT_WATCH_H

#include "homeplug/port/port.h"
#include "homeplug/port/port_event.h"

struct port_watch;

typedef void port_event_handler(void *context, const struct port_event *event);

/* Begins to listen. On failure NULL, and `error` says why. The caller ends it with port_watch_close. */
struct port_watch *port_watch_open(char error[PORT_ERROR_SIZE]);
/* NULL is allowed. */
void port_watch_close(struct port_watch *watch);
/* File descriptor to wait on for reading (non-blocking). It stays the same for the watch's life. */
int port_watch_fd(const struct port_watch *watch);

/*
 * Reads one notification and calls `handle` for each event in it. Never blocks. PORT_FRAME: there may be more;
 * PORT_EMPTY: nothing at the moment; PORT_ERROR: the watch is of no use any more, errno tells why.
 */
enum port_result port_watch_read(struct port_watch *watch, port_event_handler *handle, void *context);

/*
 * Calls `handle` for each interface, and each change of an address, in `len` octets of rtnetlink messages. Messages
 * about other things are skipped.
 * The first malformed message ends it. `messages` must be aligned like a struct nlmsghdr.
 */
void port_watch_parse(const void *messages, size_t len, port_event_handler *handle, void *context);

/*
 * Makes the kernel take notice of the carrier of an interface, for use before port_watch_look at an interface that
 * may just have been set up. Otherwise the kernel does so a moment after the driver has seen the carrier, with some
 * drivers a second later. Works since Linux 6.7, does nothing before. Waits for the kernel's lock on interfaces,
 * which a driver may hold.
 */
void port_watch_settle(int fd, int ifindex);

/*
 * Fills in the present state of an interface as an event; `fd` is any socket. An interface that does not exist is
 * PORT_NEWS_REMOVED. False when the state cannot be told; errno says why. What kind it is and of what it is a port is read with rtnetlink
 * or, where that is not permitted, from its driver and /sys/class/net; it counts as a port of nothing where neither tells.
 */
bool port_watch_look(int fd, int ifindex, struct port_event *event);

#endif

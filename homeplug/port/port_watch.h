/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel tells about the network interfaces of this host (rtnetlink), so that nobody has to ask again
 * and again. Shell, not core; the parser is pure.
 */
#ifndef HOMEPLUG_PORT_PORT_WATCH_H
#define HOMEPLUG_PORT_PORT_WATCH_H

#include "homeplug/port/port.h"

#include <net/if.h>

struct port_watch;

enum port_news {
	PORT_NEWS_STATE,   /* it appeared or changed: the members say how it is now */
	PORT_NEWS_REMOVED, /* it is no more, or no longer in this network namespace */
	PORT_NEWS_MISSED   /* some were lost, no other member counts: everything must be looked at again */
};

struct port_event {
	enum port_news news;
	int ifindex;
	char name[IF_NAMESIZE]; /* "" when the kernel did not say it */
	bool up;                /* the administrator wants it (IFF_UP) */
	bool running;           /* and it has a carrier, as far as its driver can tell (IFF_RUNNING) */
	bool has_mac;           /* it is Ethernet */
	uint8_t mac[MAC_LEN];
};

typedef void port_event_handler(void *context, const struct port_event *event);

/* Begins to listen. NULL, and `error` says why, when that is not possible. End it with port_watch_close. */
struct port_watch *port_watch_open(char error[PORT_ERROR_SIZE]);
/* NULL is allowed. */
void port_watch_close(struct port_watch *watch);
/* File descriptor to wait on for reading (non-blocking). It stays the same for the watch's life. */
int port_watch_fd(const struct port_watch *watch);

/*
 * Takes one notification and gives what it says to `handle`, never blocks. PORT_FRAME: there may be more;
 * PORT_EMPTY: nothing at the moment; PORT_ERROR: the watch is of no use any more, errno tells.
 */
enum port_result port_watch_read(struct port_watch *watch, port_event_handler *handle, void *context);

/*
 * The interfaces in `len` octets of rtnetlink messages, each given to `handle`. Ends at the first message that
 * is not well-formed; other messages are passed over. `messages` must be aligned like a struct nlmsghdr.
 */
void port_watch_parse(const void *messages, size_t len, port_event_handler *handle, void *context);

/*
 * The kernel acts on a carrier a moment after its driver has seen it, up to a second later on some; asked for the
 * carrier, it does so at once (since Linux 6.7). Before an interface that was just set up is looked at; takes the
 * kernel's lock on interfaces, which a driver may hold.
 */
void port_watch_settle(int fd, int ifindex);

/*
 * The present state of an interface as an event; `fd` is any socket. False when it cannot be told, errno says why.
 * An interface that is not there is PORT_NEWS_REMOVED.
 */
bool port_watch_look(int fd, int ifindex, struct port_event *event);

#endif

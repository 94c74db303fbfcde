/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel tells about the network interfaces of this host (rtnetlink), so that nobody has to ask again
 * and again. Shell, not core; the parser is pure.
 */
#ifndef HOMEPLUG_LINK_WATCH_H
#define HOMEPLUG_LINK_WATCH_H

#include "homeplug/link.h"

#include <net/if.h>

struct link_watch;

enum link_news {
	LINK_NEWS_STATE,   /* it appeared or changed: the members say how it is now */
	LINK_NEWS_REMOVED, /* it is no more, or no longer in this network namespace */
	LINK_NEWS_MISSED   /* some were lost, no other member counts: everything must be looked at again */
};

struct link_event {
	enum link_news news;
	int ifindex;
	char name[IF_NAMESIZE]; /* "" when the kernel did not say it */
	bool up;                /* the administrator wants it (IFF_UP) */
	bool running;           /* and it has a carrier, as far as its driver can tell (IFF_RUNNING) */
	bool has_mac;           /* it is Ethernet */
	uint8_t mac[MAC_LEN];
};

typedef void link_event_handler(void *context, const struct link_event *event);

/* Begins to listen. NULL, and `error` says why, when that is not possible. End it with link_watch_close. */
struct link_watch *link_watch_open(char error[LINK_ERROR_SIZE]);
/* NULL is allowed. */
void link_watch_close(struct link_watch *watch);
/* File descriptor to wait on for reading (non-blocking). It stays the same for the watch's life. */
int link_watch_fd(const struct link_watch *watch);

/*
 * Takes one notification and gives what it says to `handle`, never blocks. LINK_FRAME: there may be more;
 * LINK_EMPTY: nothing at the moment; LINK_ERROR: the watch is of no use any more, errno tells.
 */
enum link_result link_watch_read(struct link_watch *watch, link_event_handler *handle, void *context);

/*
 * The interfaces in `len` octets of rtnetlink messages, each given to `handle`. Ends at the first message that
 * is not well-formed; other messages are passed over. `messages` must be aligned like a struct nlmsghdr.
 */
void link_watch_parse(const void *messages, size_t len, link_event_handler *handle, void *context);

/*
 * The kernel acts on a carrier a moment after its driver has seen it, up to a second later on some; asked for the
 * carrier, it does so at once (since Linux 6.7). Before an interface that was just set up is looked at; takes the
 * kernel's lock on interfaces, which a driver may hold.
 */
void link_watch_settle(int fd, int ifindex);

/*
 * The present state of an interface as an event; `fd` is any socket. False when it cannot be told, errno says why.
 * An interface that is not there is LINK_NEWS_REMOVED.
 */
bool link_watch_look(int fd, int ifindex, struct link_event *event);

#endif

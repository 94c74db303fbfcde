/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link carries whole Ethernet frames (no FCS) of EtherType 0x88E1. Three kinds: live (AF_PACKET raw
 * socket on an interface), capture file (libpcap) and Unix socket (frames without root). Shell, not core.
 */
#ifndef HOMEPLUG_LINK_H
#define HOMEPLUG_LINK_H

#include "homeplug/address.h"

#define LINK_ERROR_SIZE 256

struct link;

/* What an attempt to receive gave. */
enum link_result {
	LINK_FRAME, /* one frame */
	LINK_EMPTY, /* nothing at the moment; wait for the fd to become readable */
	LINK_END,   /* the peer closed (Unix socket) or the file is at its end */
	LINK_DOWN,  /* interface down or gone; errno tells */
	LINK_ERROR  /* any other failure; errno tells */
};

/* What the errno of a failed call means. */
enum link_result link_result_of_errno(int error);

/*
 * Opens the link an outlet is configured with: "unix:PATH" connects to a Unix socket, "unix-listen:PATH"
 * makes one and waits for its peer, anything else is the name of an interface (live). On failure NULL and
 * `error` holds one line that names the thing and what is missing (the interface, the capability); errno means
 * LINK_DOWN when an interface is not there, is down or has no carrier: link_watch.h tells when that is over.
 * The caller owns the link and ends it with link_close.
 */
struct link *link_open(const char *name, char error[LINK_ERROR_SIZE]);
/* Whether the name is that of an interface. */
bool link_is_live(const char *name);

/*
 * Opens a raw socket on an interface that is up and running: socket with protocol 0, filter "ether proto 0x88e1"
 * compiled by libpcap and attached, then bound with the protocol. Non-blocking. Needs CAP_NET_RAW.
 */
struct link *link_open_live(const char *interface, char error[LINK_ERROR_SIZE]);
/* Connects to / listens on a Unix socket (SOCK_SEQPACKET, one peer; a new peer replaces the old one). */
struct link *link_open_unix(const char *path, char error[LINK_ERROR_SIZE]);
struct link *link_listen_unix(const char *path, char error[LINK_ERROR_SIZE]);

/*
 * Closes the link and frees it; a listening Unix socket's file is removed. NULL is allowed. Never blocks: the
 * descriptor of a live link is closed by a thread, a moment later.
 */
void link_close(struct link *link);

/* File descriptor to wait on for reading (non-blocking). It stays the same for the link's life. */
int link_fd(const struct link *link);

/*
 * The host's own MAC: the interface's address; for a Unix socket a locally administered one derived from
 * the process id and the path, so that the two ends differ.
 */
void link_mac(const struct link *link, uint8_t mac[MAC_LEN]);

/* The interface's index, which stays when it is renamed; 0 for a Unix socket. */
int link_ifindex(const struct link *link);

/*
 * Whether there is somebody to send to: always for a live link; a listening Unix socket has no peer before
 * link_recv met the first one and after each LINK_END.
 */
bool link_connected(const struct link *link);

/* Receives at most one frame, never blocks. On LINK_FRAME *len <= size is its length (longer frames are cut). */
enum link_result link_recv(struct link *link, uint8_t *frame, size_t size, size_t *len);

/* Sends one frame, never blocks. False when it was not taken; errno tells (ENETDOWN, ENOBUFS, ENOTCONN ...). */
bool link_send(struct link *link, const uint8_t *frame, size_t len);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A port carries whole Ethernet frames (no FCS) of EtherType 0x88E1. It is a raw socket (AF_PACKET) on an interface,
 * or a Unix socket, which needs no privilege. tools/replay/capture.h adds capture files. Shell, not core.
 */
#ifndef HOMEPLUG_PORT_PORT_H
#define HOMEPLUG_PORT_PORT_H

#include "homeplug/mme/address.h"

#define PORT_ERROR_SIZE 256

struct port;

/* What an attempt to receive gave. */
enum port_result {
	PORT_FRAME, /* one frame */
	PORT_EMPTY, /* nothing at the moment; wait for the fd to become readable */
	PORT_END,   /* the peer has closed its Unix socket, or the capture file is at its end */
	PORT_DOWN,  /* interface down or gone; errno tells */
	PORT_ERROR  /* any other failure; errno tells */
};

/* What the errno of a failed call means. */
enum port_result port_result_of_errno(int error);

/*
 * Opens the port an outlet is configured with: "unix:PATH" connects to a Unix socket, "unix-listen:PATH" makes one
 * and waits for its peer, anything else is the name of an interface. On failure it returns NULL, and `error` holds
 * one line that names the port and what is missing (the interface, the capability). errno then means PORT_DOWN
 * (port_result_of_errno) for an interface that does not exist, is down, has no carrier, or is a port of a bridge or the
 * like (EBUSY): port_watch.h tells when that changes. The caller owns the port and ends it with port_close.
 */
struct port *port_open(const char *name, char error[PORT_ERROR_SIZE]);
/* Whether the name is that of an interface, rather than of a Unix socket. */
bool port_is_live(const char *name);

/*
 * Opens a raw socket on an interface that is up and running: socket with protocol 0, then bound with
 * HomePlug's, so that the kernel gives no other frame. Non-blocking. Needs CAP_NET_RAW.
 */
struct port *port_open_raw(const char *interface, char error[PORT_ERROR_SIZE]);
/* Connects to a Unix socket, or listens on one (SOCK_SEQPACKET, one peer; a new peer replaces the old one). */
struct port *port_open_unix(const char *path, char error[PORT_ERROR_SIZE]);
struct port *port_listen_unix(const char *path, char error[PORT_ERROR_SIZE]);

/*
 * Closes the port and frees it. The file of a listening Unix socket is removed. NULL is allowed. Never blocks: a
 * thread closes the raw socket of an interface a moment later.
 */
void port_close(struct port *port);

/*
 * Waits until what port_close has left to threads is closed, at most timeout_ms; false: it is not yet. For the end of a
 * process, which would otherwise close the rest itself, one after the other.
 */
bool port_await_closed(unsigned timeout_ms);

/* File descriptor to wait on for reading (non-blocking). It stays the same for the port's life. */
int port_fd(const struct port *port);

/*
 * The host's own MAC: the interface's address; for a Unix socket a locally administered one derived from
 * the process id and the path, so that the two ends differ.
 */
void port_mac(const struct port *port, uint8_t mac[MAC_LEN]);

/* The interface's index, which stays when it is renamed; 0 for a Unix socket. */
int port_ifindex(const struct port *port);

/*
 * Whether there is a peer to send to. An interface always counts as one. A listening Unix socket has no peer until
 * port_recv has accepted the first one, and after each PORT_END.
 */
bool port_connected(const struct port *port);

/* Receives at most one frame, never blocks. On PORT_FRAME *len <= size is its length (longer frames are cut). */
enum port_result port_recv(struct port *port, uint8_t *frame, size_t size, size_t *len);

/* What the outlet wants to hear. */
enum port_hearing {
	PORT_HEARS_ALL,
	/*
	 * What modems say to a host about keys, links, versions and restarts, and CM_SLAC_PARM.REQ, which tells that a car
	 * is there. An outlet without a vehicle acts on nothing else, and each frame costs far less in the kernel.
	 */
	PORT_HEARS_QUIET,
	/*
	 * All but what a modem answers this host as long as its link is up, which port_link_up.h gives to whoever looks:
	 * so that watching a link wakes nobody while nothing changes.
	 */
	PORT_HEARS_CHANGES
};

/*
 * From now on the port gives these frames; what is queued already stays. A port opens with PORT_HEARS_ALL. Only raw
 * sockets can do with less: other kinds of ports go on giving all. False (errno tells): the kernel refused it, and the
 * port gives all.
 */
bool port_hear(struct port *port, enum port_hearing hearing);

/* Sends one frame, never blocks. False when it was not taken; errno tells (ENETDOWN, ENOBUFS, ENOTCONN ...). */
bool port_send(struct port *port, const uint8_t *frame, size_t len);

#endif

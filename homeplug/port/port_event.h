/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a network interface of this host at a time. */
#ifndef HOMEPLUG_PORT_PORT_EVENT_H
#define HOMEPLUG_PORT_PORT_EVENT_H

#include "homeplug/mme/address.h"

#include <net/if.h>
#include <stdbool.h>

/* Holds every kind of master that is known here; a longer one is none of them. */
#define PORT_MASTER_KIND_SIZE 16
#define PORT_CAPTURE_SIZE     80

enum port_news {
	PORT_NEWS_STATE,   /* the interface appeared or changed: the members hold its present state */
	PORT_NEWS_REMOVED, /* the interface was deleted, or moved to another network namespace */
	PORT_NEWS_ADDRESS, /* it got an IP address or lost one (port_use.h): of the other members only ifindex counts */
	PORT_NEWS_MISSED   /* notifications were lost: look at every interface again; no other member counts */
};

struct port_event {
	enum port_news news;
	int ifindex;
	char name[IF_NAMESIZE]; /* "" when the notification has none */
	bool has_no_other_name; /* the kernel has told all of its names: it has no alternative one */
	bool up;                /* the administrator has switched it on (IFF_UP) */
	bool running;           /* it is up and has a carrier, as far as its driver can tell (IFF_RUNNING) */
	bool has_mac;           /* it is Ethernet */
	uint8_t mac[MAC_LEN];
	int master;                              /* index of the interface that it is a port of, 0: of none */
	char master_kind[PORT_MASTER_KIND_SIZE]; /* "bridge", "bond" ..., "" when that cannot be told */
	char kind[PORT_MASTER_KIND_SIZE];        /* the same of the interface itself; of hardware "" or its driver */
};

/*
 * Whether the interface is a port of one that takes its frames, so that its own sockets receive none: a bridge (also
 * Open vSwitch), a bond or team, a redundancy ring. A port of a VRF is not.
 */
bool port_event_is_captured(const struct port_event *event);
/* Whether it is such a one itself: what it sends goes out at its ports. */
bool port_event_has_ports(const struct port_event *event);
/* "it is a port of the bridge br0, which takes its frames", for such an interface. */
void port_event_capture_text(const struct port_event *event, char text[PORT_CAPTURE_SIZE]);

#endif

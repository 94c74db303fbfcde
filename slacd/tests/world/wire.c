/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/wire.h"

#include "homeplug/mme/mme.h"
#include "homeplug/port/port.h"
#include "homeplug/port/port_filter.h"
#include "homeplug/port/port_link_up.h"
#include "homeplug/port/port_use.h"
#include "homeplug/port/port_watch.h"
#include "homeplug/port/tests/filter_run.h"
#include "slacd/tests/world/loop.h"
#include "slacd/tests/world/record.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERFACES 520 /* 256 pairs, and some */
/* Descriptors that no kernel gave: of the watch, and of the ports from here on. */
#define WATCH_FD      1000
#define FIRST_PORT_FD 1001

struct frame {
	struct frame *next;
	int ifindex; /* where it has arrived */
	size_t len;
	uint8_t octets[MME_FRAME_MAX];
};

struct interface {
	bool exists;
	bool up;
	bool choked;
	char name[IF_NAMESIZE];
	int ifindex;
	uint8_t mac[MAC_LEN];
	char address[INET6_ADDRSTRLEN];
	bool untold;
	struct interface *peer;
	uint64_t last_us; /* when the last frame arrives here */
};

struct port {
	struct port *next;
	int fd;
	int ifindex;
	uint8_t mac[MAC_LEN];
	int error; /* to be received once; 0: none */
	enum port_hearing hearing;
	unsigned given;
	struct frame *frames;
};

struct port_link_up {
	struct frame *frames;
};

struct flight {
	struct frame *frame;
};

struct news {
	struct news *next;
	struct port_event event;
};

struct port_watch {
	bool broken;
	struct news *news;
};

static struct {
	int next_ifindex;
	int next_fd;
	size_t count;
	struct interface interfaces[INTERFACES];
	struct port *ports;
	struct port **by_fd; /* each that was ever opened, from FIRST_PORT_FD on; NULL: closed */
	size_t by_fd_room;
	bool jitters;
	bool watch_refused;
	bool filter_refused;
	struct port_watch *watch;
	struct port_link_up *link_up;
} wire;

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (memory == NULL)
		abort();
	return memory;
}

void wire_open(void)
{
	memset(&wire, 0, sizeof(wire));
	wire.next_ifindex = 1;
	wire.next_fd = FIRST_PORT_FD;
}

bool wire_close(void)
{
	bool clean = wire.ports == NULL && wire.watch == NULL && wire.link_up == NULL;

	while (wire.ports != NULL)
		port_close(wire.ports);
	port_watch_close(wire.watch);
	port_link_up_close(wire.link_up);
	free(wire.by_fd);
	wire.by_fd = NULL;
	return clean;
}

/* --- interfaces --- */

static struct interface *by_name(const char *name)
{
	for (size_t i = 0; i < wire.count; i++)
		if (wire.interfaces[i].exists && strcmp(wire.interfaces[i].name, name) == 0)
			return &wire.interfaces[i];
	return NULL;
}

static struct interface *by_index(int ifindex)
{
	for (size_t i = 0; i < wire.count; i++)
		if (wire.interfaces[i].exists && wire.interfaces[i].ifindex == ifindex)
			return &wire.interfaces[i];
	return NULL;
}

static struct interface *known(const char *name)
{
	struct interface *interface = by_name(name);

	if (interface == NULL) {
		fprintf(stderr, "the world has no interface %s\n", name);
		abort();
	}
	return interface;
}

static bool is_running(const struct interface *interface)
{
	return interface->up && interface->peer->up;
}

static void state_of(const struct interface *interface, struct port_event *event)
{
	*event = (struct port_event){.news = PORT_NEWS_STATE,
				     .ifindex = interface->ifindex,
				     .up = interface->up,
				     .running = is_running(interface),
				     .has_mac = true};
	memcpy(event->name, interface->name, sizeof(event->name));
	memcpy(event->mac, interface->mac, MAC_LEN);
}

static void arrive_news(void *context)
{
	struct news *news = context;
	struct news **place;

	if (wire.watch == NULL) {
		free(news);
		return;
	}
	place = &wire.watch->news;
	while (*place != NULL)
		place = &(*place)->next;
	*place = news;
}

static void tell(const struct port_event *event)
{
	struct news *news = allocate(sizeof(*news));

	news->event = *event;
	loop_post(WIRE_NEWS_US, LOOP_WORLD, arrive_news, news);
}

static void tell_state(const struct interface *interface)
{
	struct port_event event;

	state_of(interface, &event);
	tell(&event);
}

static struct interface *make(const char *name)
{
	if (wire.count == INTERFACES)
		abort();
	struct interface *interface = &wire.interfaces[wire.count++];
	*interface = (struct interface){.exists = true, .up = true, .ifindex = wire.next_ifindex++};
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	const uint8_t mac[MAC_LEN] = {0x02, 0x45, 0x76, 0, 0, (uint8_t)interface->ifindex};
	memcpy(interface->mac, mac, MAC_LEN);
	return interface;
}

void wire_add(const char *a, const char *b)
{
	struct interface *one = make(a);
	struct interface *other = make(b);

	one->peer = other;
	other->peer = one;
	tell_state(one);
	tell_state(other);
}

static void arrive_error(void *context)
{
	struct interface *interface = context;

	for (struct port *port = wire.ports; port != NULL; port = port->next)
		if (port->ifindex == interface->ifindex && !(interface->exists && interface->up))
			port->error = ENETDOWN;
}

static void remove_end(struct interface *interface)
{
	const struct port_event event = {.news = PORT_NEWS_REMOVED, .ifindex = interface->ifindex};

	interface->exists = false;
	interface->up = false;
	tell(&event);
	loop_post(WIRE_ERROR_US, LOOP_WORLD, arrive_error, interface);
}

void wire_remove(const char *name)
{
	struct interface *interface = known(name);

	remove_end(interface);
	remove_end(interface->peer);
}

void wire_set_up(const char *name, bool up)
{
	struct interface *interface = known(name);

	interface->up = up;
	tell_state(interface);
	tell_state(interface->peer);
	if (!up)
		loop_post(WIRE_ERROR_US, LOOP_WORLD, arrive_error, interface);
}

void wire_rename(const char *name, const char *new_name)
{
	struct interface *interface = known(name);

	snprintf(interface->name, sizeof(interface->name), "%s", new_name);
	tell_state(interface);
}

void wire_set_mac(const char *name, const uint8_t mac[6])
{
	struct interface *interface = known(name);

	memcpy(interface->mac, mac, MAC_LEN);
	tell_state(interface);
}

void wire_set_address(const char *name, const char *address)
{
	struct interface *interface = known(name);
	const struct port_event event = {.news = PORT_NEWS_ADDRESS, .ifindex = interface->ifindex};

	snprintf(interface->address, sizeof(interface->address), "%s", address);
	tell(&event);
}

void wire_set_untold(const char *name, bool untold)
{
	known(name)->untold = untold;
}

void wire_choke(const char *name, bool choked)
{
	known(name)->choked = choked;
}

unsigned int __wrap_if_nametoindex(const char *name);

unsigned int __wrap_if_nametoindex(const char *name)
{
	const struct interface *interface = by_name(name);

	return interface != NULL ? (unsigned int)interface->ifindex : 0;
}

/* --- frames --- */

static void queue(struct frame **place, const struct frame *frame)
{
	struct frame *copy = allocate(sizeof(*copy));

	*copy = *frame;
	copy->next = NULL;
	while (*place != NULL)
		place = &(*place)->next;
	*place = copy;
}

static bool passes(const struct sock_filter *filter, const struct frame *frame)
{
	return filter_run(filter, frame->octets, frame->len) > 0;
}

static bool hears(const struct port *port, const struct frame *frame)
{
	switch (port->hearing) {
	case PORT_HEARS_QUIET:
		return passes(port_filter_quiet, frame);
	case PORT_HEARS_CHANGES:
		return passes(port_filter_changes, frame);
	case PORT_HEARS_ALL:
		break;
	}
	return true;
}

static void arrive(void *context)
{
	struct flight *flight = context;
	const struct interface *interface = by_index(flight->frame->ifindex);
	const bool is_up = interface != NULL && interface->up;
	bool heard = is_up && wire.link_up != NULL && passes(port_filter_link_up, flight->frame);

	if (heard)
		queue(&wire.link_up->frames, flight->frame);
	for (struct port *port = wire.ports; port != NULL && is_up; port = port->next) {
		if (port->ifindex != flight->frame->ifindex || !hears(port, flight->frame))
			continue;
		queue(&port->frames, flight->frame);
		heard = true;
	}
	if (heard && strncmp(interface->name, "evse", 4) == 0)
		record_frame(interface->name, '<', flight->frame->octets, flight->frame->len);
	free(flight->frame);
	free(flight);
}

void wire_jitter(void)
{
	wire.jitters = true;
}

/* How long a frame takes to this end; none overtakes the one before. */
static uint64_t delay_to(struct interface *interface)
{
	const uint64_t now_us = loop_now_us();
	const uint64_t jitter_us = wire.jitters ? now_us * UINT64_C(0x9e3779b97f4a7c15) >> 58 : 0; /* below 64 */
	uint64_t arrives_us = now_us + WIRE_DELAY_US + jitter_us;

	if (arrives_us < interface->last_us)
		arrives_us = interface->last_us;
	interface->last_us = arrives_us;
	return arrives_us - now_us;
}

static void transmit(const struct interface *from, const uint8_t *octets, size_t len)
{
	struct flight *flight = allocate(sizeof(*flight));

	flight->frame = allocate(sizeof(*flight->frame));
	flight->frame->ifindex = from->peer->ifindex;
	flight->frame->len = len < MME_FRAME_MAX ? len : MME_FRAME_MAX;
	memcpy(flight->frame->octets, octets, flight->frame->len);
	loop_post(delay_to(from->peer), LOOP_WORLD, arrive, flight);
}

void wire_send(const char *name, const uint8_t *frame, size_t len)
{
	const struct interface *interface = known(name);

	if (is_running(interface))
		transmit(interface, frame, len);
}

bool wire_is_readable(int fd)
{
	if (fd == WATCH_FD)
		return wire.watch != NULL && (wire.watch->broken || wire.watch->news != NULL);
	const struct port *port = fd >= FIRST_PORT_FD && fd < wire.next_fd ? wire.by_fd[fd - FIRST_PORT_FD] : NULL;
	return port != NULL && (port->error != 0 || port->frames != NULL);
}

/* --- port.h --- */

static struct port *refuse(char error[PORT_ERROR_SIZE], const char *name, const char *why, int state_errno)
{
	snprintf(error, PORT_ERROR_SIZE, "interface %s%s", name, why);
	errno = state_errno;
	return NULL;
}

static void give_fd(struct port *port)
{
	const size_t place = (size_t)(wire.next_fd - FIRST_PORT_FD);

	if (place == wire.by_fd_room) {
		wire.by_fd_room = wire.by_fd_room * 2 + 16;
		wire.by_fd = realloc(wire.by_fd, wire.by_fd_room * sizeof(struct port *));
		if (wire.by_fd == NULL)
			abort();
	}
	wire.by_fd[place] = port;
	port->fd = wire.next_fd++;
}

struct port *port_open(const char *name, char error[PORT_ERROR_SIZE])
{
	const struct interface *interface = by_name(name);

	if (interface == NULL)
		return refuse(error, name, " does not exist", ENODEV);
	if (!interface->up)
		return refuse(error, name, " is down", ENETDOWN);
	if (!is_running(interface))
		return refuse(error, name, ": no carrier", ENETDOWN);
	struct port *port = allocate(sizeof(*port));
	give_fd(port);
	port->ifindex = interface->ifindex;
	memcpy(port->mac, interface->mac, MAC_LEN);
	port->next = wire.ports;
	wire.ports = port;
	return port;
}

static void forget_frames(struct frame *frame)
{
	while (frame != NULL) {
		struct frame *next = frame->next;
		free(frame);
		frame = next;
	}
}

void port_close(struct port *port)
{
	struct port **place = &wire.ports;

	if (port == NULL)
		return;
	while (*place != port)
		place = &(*place)->next;
	*place = port->next;
	wire.by_fd[port->fd - FIRST_PORT_FD] = NULL;
	forget_frames(port->frames);
	free(port);
}

bool port_is_live(const char *name)
{
	return strncmp(name, "unix", strlen("unix")) != 0;
}

int port_fd(const struct port *port)
{
	return port->fd;
}

void port_mac(const struct port *port, uint8_t mac[MAC_LEN])
{
	memcpy(mac, port->mac, MAC_LEN);
}

int port_ifindex(const struct port *port)
{
	return port->ifindex;
}

bool port_connected(const struct port *port)
{
	(void)port;
	return true;
}

static enum port_result take_first(struct frame **frames, uint8_t *octets, size_t size, size_t *len)
{
	struct frame *first = *frames;

	if (first == NULL)
		return PORT_EMPTY;
	*len = first->len < size ? first->len : size;
	memcpy(octets, first->octets, *len);
	*frames = first->next;
	free(first);
	return PORT_FRAME;
}

enum port_result port_recv(struct port *port, uint8_t *frame, size_t size, size_t *len)
{
	if (port->error != 0) {
		errno = port->error;
		port->error = 0;
		return PORT_DOWN;
	}
	port->given += port->frames != NULL;
	return take_first(&port->frames, frame, size, len);
}

static bool fail(int error)
{
	errno = error;
	return false;
}

bool port_send(struct port *port, const uint8_t *frame, size_t len)
{
	const struct interface *interface = by_index(port->ifindex);

	if (interface == NULL)
		return fail(ENODEV);
	if (!interface->up)
		return fail(ENETDOWN);
	if (interface->choked)
		return fail(ENOBUFS);
	if (loop_owner() == LOOP_SLACD)
		record_frame(interface->name, '>', frame, len);
	transmit(interface, frame, len);
	return true;
}

bool port_hear(struct port *port, enum port_hearing hearing)
{
	port->hearing = wire.filter_refused ? PORT_HEARS_ALL : hearing;
	return port->hearing == hearing || fail(ENOMEM);
}

void wire_refuse_filter(void)
{
	wire.filter_refused = true;
}

bool wire_is_quiet(const char *name)
{
	const struct interface *interface = known(name);

	for (const struct port *port = wire.ports; port != NULL; port = port->next)
		if (port->ifindex == interface->ifindex && port->hearing == PORT_HEARS_QUIET)
			return true;
	return false;
}

unsigned wire_given(const char *name)
{
	const struct interface *interface = known(name);
	unsigned given = 0;

	for (const struct port *port = wire.ports; port != NULL; port = port->next)
		given += port->ifindex == interface->ifindex ? port->given : 0;
	return given;
}

enum port_result port_result_of_errno(int error)
{
	return error == ENETDOWN || error == ENODEV || error == ENXIO ? PORT_DOWN : PORT_ERROR;
}

/* --- port_link_up.h --- */

struct port_link_up *port_link_up_open(void)
{
	wire.link_up = allocate(sizeof(*wire.link_up));
	return wire.link_up;
}

void port_link_up_close(struct port_link_up *link_up)
{
	if (link_up == NULL)
		return;
	forget_frames(link_up->frames);
	free(link_up);
	wire.link_up = NULL;
}

enum port_result port_link_up_recv(struct port_link_up *link_up, uint8_t *frame, size_t size, size_t *len, int *ifindex)
{
	*ifindex = link_up->frames != NULL ? link_up->frames->ifindex : 0;
	return take_first(&link_up->frames, frame, size, len);
}

/* --- port_watch.h --- */

void wire_refuse_watch(void)
{
	wire.watch_refused = true;
}

void wire_miss_news(void)
{
	const struct port_event event = {.news = PORT_NEWS_MISSED};

	tell(&event);
}

void wire_break_watch(void)
{
	if (wire.watch != NULL)
		wire.watch->broken = true;
}

struct port_watch *port_watch_open(char error[PORT_ERROR_SIZE])
{
	if (wire.watch_refused) {
		snprintf(error, PORT_ERROR_SIZE, "netlink socket: %s", strerror(EAFNOSUPPORT));
		return NULL;
	}
	wire.watch = allocate(sizeof(*wire.watch));
	return wire.watch;
}

void port_watch_close(struct port_watch *watch)
{
	if (watch == NULL)
		return;
	while (watch->news != NULL) {
		struct news *news = watch->news;
		watch->news = news->next;
		free(news);
	}
	free(watch);
	wire.watch = NULL;
}

int port_watch_fd(const struct port_watch *watch)
{
	(void)watch;
	return WATCH_FD;
}

enum port_result port_watch_read(struct port_watch *watch, port_event_handler *handle, void *context)
{
	struct news *news = watch->news;

	if (watch->broken) {
		errno = EIO;
		return PORT_ERROR;
	}
	if (news == NULL)
		return PORT_EMPTY;
	watch->news = news->next;
	handle(context, &news->event);
	free(news);
	return PORT_FRAME;
}

void port_watch_settle(int fd, int ifindex)
{
	(void)fd;
	(void)ifindex;
}

bool port_watch_look(int fd, int ifindex, struct port_event *event)
{
	const struct interface *interface = by_index(ifindex);

	(void)fd;
	*event = (struct port_event){.news = PORT_NEWS_REMOVED, .ifindex = ifindex};
	if (interface != NULL)
		state_of(interface, event);
	return true;
}

/* --- port_use.h --- */

void port_use_look(int fd, int ifindex, struct port_use *use)
{
	const struct interface *interface = by_index(ifindex);

	(void)fd;
	*use = (struct port_use){.is_known = interface != NULL && !interface->untold};
	if (!use->is_known)
		use->error = interface != NULL ? EMFILE : ENODEV;
	else
		memcpy(use->address, interface->address, sizeof(use->address));
}

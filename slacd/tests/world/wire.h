/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Ethernet interfaces of the host, in pairs: what one end sends the other receives, WIRE_DELAY_US later. Defined
 * here and linked instead of the real ones: the port (port.h), its watch (port_watch.h), what it is used for (port_use.h) and if_nametoindex.
 */
#ifndef SLACD_TESTS_WORLD_WIRE_H
#define SLACD_TESTS_WORLD_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_DELAY_US  100u
#define WIRE_JITTER_US 64u
/* After a change, until the kernel has told of it, and until it shows at a socket. */
#define WIRE_NEWS_US  50u
#define WIRE_ERROR_US 150u

void wire_open(void);
/* False when a port or the watch was left open. */
bool wire_close(void);

/* Makes two interfaces, the ends of one cable; both are up. slacd's frames at `a` are recorded. */
void wire_add(const char *a, const char *b);
/* Both ends are no more. */
void wire_remove(const char *name);
void wire_set_up(const char *name, bool up);
void wire_rename(const char *name, const char *new_name);
void wire_set_mac(const char *name, const uint8_t mac[6]);
/* The host gives it an IP address, instead of the one it had; "": it takes that away. */
void wire_set_address(const char *name, const char *address);
/* From now on slacd has too few files to ask for its addresses, or enough. */
void wire_set_untold(const char *name, bool untold);

/* The kernel tells nothing from the beginning (port_watch_open fails). */
void wire_refuse_watch(void);
/* It tells that some news were lost; the watch breaks. */
void wire_miss_news(void);
void wire_break_watch(void);

/*
 * From now on a frame takes up to WIRE_JITTER_US longer, none overtakes another: nothing arrives at the very microsecond
 * at which something else is due, where the order would be a matter of taste.
 */
void wire_jitter(void);
/* A frame that somebody else sends at this end. */
void wire_send(const char *name, const uint8_t *frame, size_t len);
/* Sending at this end fails for want of room in the kernel's queue (ENOBUFS), or works again. */
void wire_choke(const char *name, bool choked);

/* From now on the kernel takes no filter (port_hear). */
void wire_refuse_filter(void);
/* A port at this end has asked for PORT_HEARS_QUIET. */
bool wire_is_quiet(const char *name);
/* So many frames have woken slacd at this end since its port was opened. */
unsigned wire_given(const char *name);

/* Whether a descriptor of a port or of the watch has something to read now. */
bool wire_is_readable(int fd);

#endif

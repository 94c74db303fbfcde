/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service manager hears (sd_notify(3)): READY=1 when the service is ready, STATUS= one line for people,
 * RELOADING=1, STOPPING=1, and WATCHDOG=1 as long as the event loop goes round. Without NOTIFY_SOCKET nothing of this
 * happens, and without WATCHDOG_USEC no timer runs.
 *
 * The datagrams are written here, as sd_notify(3) describes them, and not by libsystemd: its socket blocks while the
 * service manager does not read, and the event loop must not. What does not get through is tried again; WATCHDOG=1 is
 * not, the next one comes in time.
 */
#ifndef SERVICE_NOTICE_H
#define SERVICE_NOTICE_H

#include <stdbool.h>

#define NOTICE_STATUS_SIZE 512

struct event_base;
struct notice;

enum notice_state { NOTICE_STARTING, NOTICE_READY, NOTICE_STOPPING };

/*
 * Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID; begins to feed the watchdog where there is one. base must outlive
 * it. NULL without memory or a socket, with errno set (EINVAL: no path and no abstract socket); NULL is taken by all of
 * these and does nothing, as is one without NOTIFY_SOCKET.
 */
struct notice *notice_open(struct event_base *base);
void notice_close(struct notice *notice);

/* Says what has changed; `status` is cut to NOTICE_STATUS_SIZE. READY is said once, and again after a reload. */
void notice_tell(struct notice *notice, enum notice_state state, const char *status);
/* The configuration is being read again. The next notice_tell, which must follow, says that it was. */
void notice_tell_reload(struct notice *notice);

#endif

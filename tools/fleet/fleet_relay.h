/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Unix socket behind which is the broker: for a slacd in a network namespace from which it cannot be reached otherwise.
 * One connection at a time, as one slacd makes: a new one ends the one before. Of each direction at most some 128 KiB
 * wait here; then nothing more is read.
 */
#ifndef TOOLS_FLEET_FLEET_RELAY_H
#define TOOLS_FLEET_FLEET_RELAY_H

#include "tools/fleet/fleet.h"

#include <stdint.h>

struct event_base;
struct fleet_relay;

/* Looks the broker's name up, which may take its time. NULL, with what was expected in `error`. */
struct fleet_relay *fleet_relay_new(struct event_base *base, const char *path, const char *host, uint16_t port,
				    char error[FLEET_ERROR_SIZE]);
/* NULL is allowed. */
void fleet_relay_free(struct fleet_relay *relay);

#endif

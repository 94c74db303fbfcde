/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file of a station's slacd. Pure. */
#ifndef TOOLS_FLEET_FLEET_SLACD_CONFIG_H
#define TOOLS_FLEET_FLEET_SLACD_CONFIG_H

#include "tools/fleet/fleet.h"

#include <stdint.h>

struct fleet_slacd {
	const char *id;
	unsigned connectors;
	const char *mqtt_host;
	uint16_t mqtt_port;
	const char *port_prefix; /* the port of a connector is this and its number */
};

/*
 * The file as text that the caller frees. `settings` of the user, `len` octets with a NUL behind them, NULL: none, stay as
 * they are, but for the outlets, the broker and the topics. NULL, with what was expected in `error`.
 */
char *fleet_slacd_config(const struct fleet_slacd *slacd, const char *settings, size_t len,
			 char error[FLEET_ERROR_SIZE]);

#endif

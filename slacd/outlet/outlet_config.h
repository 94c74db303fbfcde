/* SPDX-License-Identifier: Apache-2.0 */
/* What an outlet is told once, when it begins: the configurations of its parts. */
#ifndef SLACD_OUTLET_OUTLET_CONFIG_H
#define SLACD_OUTLET_OUTLET_CONFIG_H

#include "cp/control_pilot.h"
#include "homeplug/modem/modem.h"
#include "homeplug/slac/amp_map_exchange.h"
#include "homeplug/slac/slac_evse.h"

/* The MACs inside (evse_mac, host_mac) are those of the port: the outlet fills them in when its port is up. */
struct outlet_config {
	struct slac_evse_config slac;
	struct modem_config modem;
	struct control_pilot_config pilot;
	struct amp_map_config amp_map;
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which network interfaces are believed when the station names them over MQTT: whoever can publish there must not make
 * slacd send keys into another network of the host. What the configuration names is not asked about here. Pure.
 */
#ifndef SLACD_INTERFACE_RULE_H
#define SLACD_INTERFACE_RULE_H

#include "homeplug/port/port_event.h"
#include "homeplug/port/port_use.h"
#include "slacd/settings/settings.h"

#define INTERFACE_WHY_SIZE 240

/* Why this name is refused, whatever interface has it: one line in `why`. True: it is not. */
bool interface_name_is_believed(const struct settings_interfaces *believed, const char *name,
				char why[INTERFACE_WHY_SIZE]);
/*
 * The same for what is known of the interface now. Where `believed` lists names, the interface is believed whatever it
 * is used for.
 */
bool interface_is_believed(const struct settings_interfaces *believed, const struct port_event *state,
			   const struct port_use *use, char why[INTERFACE_WHY_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/interface_rule.h"

#include "homeplug/port/port.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define REMEDY                                                                                                         \
	"if the modem is behind it, name it in the configuration (outlets.interfaces or outlets.<evse_id>.interface)"

static bool refuse(char why[INTERFACE_WHY_SIZE], const char *text)
{
	snprintf(why, INTERFACE_WHY_SIZE, "%s", text);
	return false;
}

bool interface_name_is_believed(const struct settings_interfaces *believed, const char *name,
				char why[INTERFACE_WHY_SIZE])
{
	why[0] = '\0';
	if (!port_is_live(name))
		return refuse(why, "the station names a Unix socket, which only the configuration may do "
				   "(outlets.<evse_id>.interface)");
	if (!believed->is_listed)
		return true;
	for (size_t i = 0; i < believed->count; i++)
		if (fnmatch(believed->pattern[i].text, name, 0) == 0)
			return true;
	return refuse(why, "the station names it, and it is not in outlets.interfaces; " REMEDY);
}

bool interface_is_believed(const struct settings_interfaces *believed, const struct port_event *state,
			   const struct port_use *use, char why[INTERFACE_WHY_SIZE])
{
	why[0] = '\0';
	if (believed->is_listed)
		return true;
	if (port_event_has_ports(state))
		return refuse(why, "it is a bridge, a bond or the like; " REMEDY);
	if (use->is_wireless)
		return refuse(why, "it is wireless; " REMEDY);
	if (use->address[0] != '\0') {
		snprintf(why, INTERFACE_WHY_SIZE, "it has the address %s; " REMEDY, use->address);
		return false;
	}
	if (!use->is_known)
		snprintf(why, INTERFACE_WHY_SIZE, "it cannot be told whether it has IP addresses (%s); " REMEDY,
			 strerror(use->error));
	return use->is_known;
}

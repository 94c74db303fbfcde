/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_event.h"

#include <stdio.h>
#include <string.h>

/* As rtnetlink names the kind, and as the driver of the master names itself where that is different. */
static const char *const capturing_kinds[] = {"bridge", "bond", "bonding", "team", "openvswitch", "hsr"};

static bool is_capturing(const char *kind)
{
	for (size_t i = 0; i < sizeof(capturing_kinds) / sizeof(capturing_kinds[0]); i++)
		if (strcmp(kind, capturing_kinds[i]) == 0)
			return true;
	return false;
}

bool port_event_is_captured(const struct port_event *event)
{
	return event->master != 0 && is_capturing(event->master_kind);
}

bool port_event_has_ports(const struct port_event *event)
{
	return is_capturing(event->kind);
}

void port_event_capture_text(const struct port_event *event, char text[PORT_CAPTURE_SIZE])
{
	char name[IF_NAMESIZE];

	snprintf(text, PORT_CAPTURE_SIZE, "it is a port of the %s %s, which takes its frames", event->master_kind,
		 if_indextoname((unsigned)event->master, name) != NULL ? name : "?");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/port/port_event.h"

#include <stdio.h>
#include <string.h>

/* As rtnetlink names the kind, and as the driver of the master names itself where that is different. */
static const char *const capturing_kinds[] = {"bridge", "bond", "bonding", "team", "openvswitch", "hsr"};

bool port_event_is_captured(const struct port_event *event)
{
	for (size_t i = 0; i < sizeof(capturing_kinds) / sizeof(capturing_kinds[0]); i++)
		if (event->master != 0 && strcmp(event->master_kind, capturing_kinds[i]) == 0)
			return true;
	return false;
}

void port_event_capture_text(const struct port_event *event, char text[PORT_CAPTURE_SIZE])
{
	char name[IF_NAMESIZE];

	snprintf(text, PORT_CAPTURE_SIZE, "it is a port of the %s %s, which takes its frames", event->master_kind,
		 if_indextoname((unsigned)event->master, name) != NULL ? name : "?");
}

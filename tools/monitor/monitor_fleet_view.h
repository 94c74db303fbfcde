/* SPDX-License-Identifier: Apache-2.0 */
/* What there is of a fleet, as JSON for its page (doc/monitor.md has the members). Pure but for the memory. */
#ifndef TOOLS_MONITOR_MONITOR_FLEET_VIEW_H
#define TOOLS_MONITOR_MONITOR_FLEET_VIEW_H

#include "tools/monitor/monitor_field.h"
#include "tools/monitor/monitor_fleet.h"

/* What is the same as long as the program runs. */
struct monitor_fleet_about {
	const char *broker; /* "localhost:1883" */
	bool has_outlets;   /* there is a page of stations' outlets, too */
};

/* The members of the messages (monitor_fleet.c), in the order of the bits `known`. */
extern const struct monitor_field monitor_fleet_station_fields[];
extern const size_t monitor_fleet_station_field_count;
extern const struct monitor_field monitor_fleet_connector_fields[];
extern const size_t monitor_fleet_connector_field_count;
extern const struct monitor_field monitor_fleet_launcher_fields[];
extern const size_t monitor_fleet_launcher_field_count;
extern const struct monitor_field monitor_fleet_error_fields[];
extern const size_t monitor_fleet_error_field_count;

/*
 * As monitor_view: one line of JSON with what has changed after the change number `since`; everything, and "all", where
 * a station or an outlet went since then. The caller frees it.
 */
char *monitor_fleet_view(const struct monitor_fleet *fleet, const struct monitor_fleet_about *about, uint64_t since,
			 size_t *len);

#endif

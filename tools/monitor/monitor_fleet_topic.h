/* SPDX-License-Identifier: Apache-2.0 */
/* The topics that tell of a fleet. Pure. */
#ifndef TOOLS_MONITOR_MONITOR_FLEET_TOPIC_H
#define TOOLS_MONITOR_MONITOR_FLEET_TOPIC_H

#include "tools/monitor/monitor_fleet.h"

enum monitor_fleet_topic_kind {
	MONITOR_FLEET_LAUNCHER_STATUS,
	MONITOR_FLEET_LAUNCHER_ERROR,
	MONITOR_FLEET_STATION_STATUS,
	MONITOR_FLEET_STATION_ERROR,
	MONITOR_FLEET_CONNECTOR_STATUS
};

struct monitor_fleet_topic {
	enum monitor_fleet_topic_kind kind;
	char id[MONITOR_FLEET_ID_SIZE]; /* of the station, or "" */
	unsigned number;                /* of the connector, or 0 */
};

/* False: it is none of these. */
bool monitor_fleet_topic_read(const char *topic, struct monitor_fleet_topic *out);

/*
 * "stations/S1" or "stations/S1/connectors/2" at the beginning of a path; *rest is what follows. The number is 0 where
 * there is no connector. False where it is neither.
 */
bool monitor_fleet_place_read(const char *path, char id[MONITOR_FLEET_ID_SIZE], unsigned *number, const char **rest);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fleet's page asks for, as the MQTT message that does it (doc/fleet.md). Topic and payload are built of checked
 * values only. Pure but for the memory of the JSON.
 *
 *     launcher                       {"command":"start","connectors":2,"id":"S1","link":"unix"}; save, load with "name";
 *                                    kill, restart, close with "id", which may be "*"
 *     stations/S1/connectors/2/car   {"plugged":true,…}
 *     …/faulted, …/id_tag            {"faulted":true,"status_code":"evse_malfunction"}, {"id_tag":"04A2B1C8"}
 *
 * What is for a station goes to the launcher; while there is none, to the station's keeper.
 */
#ifndef TOOLS_MONITOR_MONITOR_FLEET_COMMAND_H
#define TOOLS_MONITOR_MONITOR_FLEET_COMMAND_H

#include "tools/monitor/monitor_fleet.h"

#define MONITOR_FLEET_TOPIC_SIZE   96
#define MONITOR_FLEET_PAYLOAD_SIZE 1024

struct monitor_fleet_command {
	char topic[MONITOR_FLEET_TOPIC_SIZE];
	char payload[MONITOR_FLEET_PAYLOAD_SIZE];
};

enum monitor_fleet_result {
	MONITOR_FLEET_DONE,
	MONITOR_FLEET_BAD,     /* the request is wrong: `error` has the member and what was expected */
	MONITOR_FLEET_MISSING, /* there is no such path, station or outlet: `expected` says so */
	MONITOR_FLEET_NOT_NOW  /* nobody is there who would obey: `expected` says so */
};

/* `path` is what follows "/fleet/"; the body is what was posted to it. */
enum monitor_fleet_result monitor_fleet_command(const struct monitor_fleet *fleet, const char *path, const char *body,
						size_t len, struct monitor_fleet_command *out, struct api_error *error);

#endif

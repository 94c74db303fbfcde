/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What launcher and keepers of a fleet agree on: bounds, ids and topics (doc/fleet.md). Pure.
 *
 *     fleet/launcher/{cmd,status,error}
 *     fleet/stations/<id>/{cmd,status,error}
 *     fleet/stations/<id>/connectors/<n>/{car,faulted,id_tag,status}
 */
#ifndef TOOLS_FLEET_FLEET_H
#define TOOLS_FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>

#define FLEET_ID_SIZE        33 /* of 32 characters */
#define FLEET_NAME_SIZE      65 /* of a setup */
#define FLEET_STATIONS_MAX   1000
#define FLEET_CONNECTORS_MAX 256
#define FLEET_TOPIC_SIZE     96
#define FLEET_EVSE_ID_SIZE   64
#define FLEET_ERROR_SIZE     480

#define FLEET_LAUNCHER_CMD    "fleet/launcher/cmd"
#define FLEET_LAUNCHER_STATUS "fleet/launcher/status"
#define FLEET_LAUNCHER_ERROR  "fleet/launcher/error"
#define FLEET_STATIONS        "fleet/stations/"
#define FLEET_ALL_STATUSES    "fleet/stations/+/status"

#define FLEET_EXPECTED_ID   "1 to 32 of the characters A-Z, a-z, 0-9, _ and -"
#define FLEET_EXPECTED_NAME "1 to 64 of the characters A-Z, a-z, 0-9, _ and -"

/* How slacd and the cars' modems are joined. */
enum fleet_link { FLEET_LINK_UNIX, FLEET_LINK_VETH };

const char *fleet_link_text(enum fleet_link link);
/* False, and *link unchanged: it is neither "unix" nor "veth". */
bool fleet_link_read(const char *text, enum fleet_link *link);

/* 1 ... 32 of A-Z, a-z, 0-9, _ and -. */
bool fleet_id_is_valid(const char *id);
/* 1 ... 64 of the same. */
bool fleet_name_is_valid(const char *name);

/* The evse_id of connector n: the id in capitals, with '*' for '_' and '-'. */
void fleet_evse_id(const char *id, unsigned connector, char out[FLEET_EVSE_ID_SIZE]);

/* "fleet/stations/<id>/<what>" */
void fleet_station_topic(const char *id, const char *what, char out[FLEET_TOPIC_SIZE]);
/* "fleet/stations/<id>/connectors/<n>/<what>" */
void fleet_connector_topic(const char *id, unsigned connector, const char *what, char out[FLEET_TOPIC_SIZE]);

/* "fleet/telemetry/<id>": where slacd tells single values, mqtt.telemetry. */
void fleet_telemetry_prefix(const char *id, char out[FLEET_TOPIC_SIZE]);

/* A topic of a station: whose it is, and its last word, which points into the topic. */
struct fleet_topic {
	char id[FLEET_ID_SIZE];
	unsigned connector; /* 0: it is the station's own */
	const char *what;
};

/* False for a topic that is no station's, or whose id or number is none. */
bool fleet_topic_read(const char *topic, struct fleet_topic *out);

#endif

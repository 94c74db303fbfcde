/* SPDX-License-Identifier: Apache-2.0 */
/* A command to the launcher or to a station's keeper: read, or refused with what was expected. Pure. */
#ifndef TOOLS_FLEET_FLEET_COMMAND_H
#define TOOLS_FLEET_FLEET_COMMAND_H

#include "tools/fleet/fleet.h"

enum fleet_command_kind {
	FLEET_START,
	FLEET_KILL,
	FLEET_RESTART,
	FLEET_CLOSE,
	FLEET_CLOSE_LAUNCHER,
	FLEET_SAVE,
	FLEET_LOAD
};

struct fleet_command {
	enum fleet_command_kind kind;
	char id[FLEET_ID_SIZE]; /* "": START chooses one; KILL, RESTART, CLOSE mean all stations */
	int connectors;         /* START */
	bool has_link;          /* START: otherwise as the launcher was told */
	enum fleet_link link;
	char name[FLEET_NAME_SIZE]; /* SAVE, LOAD: of the setup */
};

/* `payload` has `len` octets and a NUL behind them. False, with what was expected in `error`. */
bool fleet_launcher_command_read(const char *payload, size_t len, struct fleet_command *out,
				 char error[FLEET_ERROR_SIZE]);
/* A station knows kill, restart and close, without an id. */
bool fleet_station_command_read(const char *payload, size_t len, struct fleet_command *out,
				char error[FLEET_ERROR_SIZE]);
/* The payload that fleet_station_command_read reads. */
const char *fleet_station_command_text(enum fleet_command_kind kind);

/* Of a message that was larger than what the MQTT client hands over. At the first one, and then once a minute. */
#define FLEET_TOO_LARGE "payload: expected at most 256 KiB; a larger one was dropped"

/* What goes to an error topic: {"error":…,"topic":…,"payload":…}, the payload cut. Returns its length, 0: no memory. */
size_t fleet_error_build(const char *error, const char *topic, const char *payload, size_t len, char *out, size_t size);

#endif

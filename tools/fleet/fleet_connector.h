/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connector: what a user wants becomes commands for cs-sim and slac-ev, and what slacd and the station say becomes its
 * status. Pure: inputs and times (monotonic, us) in, commands out.
 *
 * Commands go at once, and then at most once in FLEET_COMMANDS_US: inputs that come meanwhile are taken together, the
 * last one wins. A car that was unplugged and plugged in again meanwhile is unplugged and plugged in. The status is
 * told at most once in FLEET_STATUS_US.
 *
 * As a real car's modem, slac-ev begins when the pilot shows 5 %, and again when it does after something else while the
 * car is not matched.
 */
#ifndef TOOLS_FLEET_FLEET_CONNECTOR_H
#define TOOLS_FLEET_FLEET_CONNECTOR_H

#include "tools/fleet/fleet_input.h"
#include "tools/station/api_session.h"
#include "tools/station/api_station.h"

#include <stdint.h>

#define FLEET_COMMANDS_US  100000u
#define FLEET_STATUS_US    200000u
#define FLEET_NEVER_US     UINT64_MAX
#define FLEET_COMMANDS_MAX 12
#define FLEET_COMMAND_SIZE 320
#define FLEET_STATUS_SIZE  1536
#define FLEET_TIME_SIZE    32

/* Lines for the two programs, each with its end of line, in their order. */
struct fleet_commands {
	size_t count;
	struct fleet_line {
		bool to_car; /* to slac-ev, otherwise to cs-sim */
		char text[FLEET_COMMAND_SIZE];
	} lines[FLEET_COMMANDS_MAX];
};

struct fleet_connector {
	char evse_id[FLEET_EVSE_ID_SIZE];
	struct fleet_car wanted;
	struct fleet_fault fault;
	char token[FLEET_TOKEN_SIZE]; /* of the last card; "": none yet */
	bool shows_card;              /* it is to be shown */
	bool replug;                  /* the car was away in between */
	bool starts;                  /* slac-ev is to begin */

	/* What the programs know; nothing of it while they are new. */
	bool station_is_new;
	bool car_is_new;
	struct fleet_car told;
	bool told_fault;
	enum api_evse_status told_code;
	bool has_commands;
	uint64_t commands_us; /* when the last ones went */

	/* What was heard. */
	bool has_slac;
	struct api_station_slac_status slac;
	bool has_pilot;
	struct api_cp_status pilot;
	double setpoint_a; /* of the 15118 session; 0: none */
	double drawn_a[FLEET_PHASES];
	unsigned sessions_matched;
	unsigned sessions_failed;

	bool changed; /* the status */
	bool was_told;
	uint64_t status_us; /* when it was told last */
};

void fleet_connector_init(struct fleet_connector *connector, const char *id, unsigned number);

/* Inputs, as fleet_input.h reads them. */
void fleet_connector_set_car(struct fleet_connector *connector, const struct fleet_car *car);
void fleet_connector_set_fault(struct fleet_connector *connector, const struct fleet_fault *fault);
void fleet_connector_show_card(struct fleet_connector *connector, const char *token);
/* cs-sim, or slac-ev, was started (again): it knows nothing. */
void fleet_connector_new_station(struct fleet_connector *connector);
void fleet_connector_new_car(struct fleet_connector *connector);
/* slacd was started (again): what it has said holds no more. */
void fleet_connector_new_slacd(struct fleet_connector *connector);

/* What is heard of this outlet. */
void fleet_connector_hear_slac(struct fleet_connector *connector, const struct api_station_slac_status *slac);
void fleet_connector_hear_pilot(struct fleet_connector *connector, const struct api_cp_status *pilot);
void fleet_connector_hear_session(struct fleet_connector *connector, const struct api_session_message *message);
void fleet_connector_hear_drawn(struct fleet_connector *connector, const double drawn_a[FLEET_PHASES]);

/*
 * When there is something to say; FLEET_NEVER_US: not before the next input. `has_station` and `has_car`: the program
 * runs, and takes lines.
 */
uint64_t fleet_connector_due(const struct fleet_connector *connector, bool has_station, bool has_car, uint64_t now_us);
/* The commands that are due; *out is written anew. */
void fleet_connector_take_commands(struct fleet_connector *connector, bool has_station, bool has_car, uint64_t now_us,
				   struct fleet_commands *out);

uint64_t fleet_connector_status_due(const struct fleet_connector *connector, uint64_t now_us);
/* The status as JSON, told from now on. `at` is the time of day. Returns its length, 0: no memory. */
size_t fleet_connector_build_status(struct fleet_connector *connector, uint64_t now_us, const char *at, char *out,
				    size_t size);

#endif

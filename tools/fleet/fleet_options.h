/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of cs-fleet: of the launcher, and of a keeper, which launchers start. */
#ifndef TOOLS_FLEET_FLEET_OPTIONS_H
#define TOOLS_FLEET_FLEET_OPTIONS_H

#include "tools/command_line.h"
#include "tools/fleet/fleet_place.h"

#include <stdint.h>

struct fleet_options {
	const char *mqtt_host;
	uint16_t mqtt_port; /* 0: mqtt_host is the path of a Unix socket */
	char directory[FLEET_PATH_SIZE];
	char slacd[FLEET_PATH_SIZE];
	char station[FLEET_PATH_SIZE]; /* cs-sim */
	char car[FLEET_PATH_SIZE];     /* slac-ev */
	const char *slacd_config;      /* settings for each slacd; NULL: none */
	int connectors;
	enum fleet_link link;

	/* Of the launcher. */
	const char *setup; /* NULL: none */
	char setup_directory[FLEET_PATH_SIZE];
	unsigned stations; /* to start */
	unsigned max_stations;

	/* Of a keeper. */
	const char *keeper; /* its station's id; NULL: it is a launcher */
};

/* What is wrong is said on stderr. */
enum command_line_action fleet_options_read(int argc, char **argv, struct fleet_options *options);

#endif

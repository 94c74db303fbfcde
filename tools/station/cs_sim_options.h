/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of cs-sim. */
#ifndef TOOLS_STATION_CS_SIM_OPTIONS_H
#define TOOLS_STATION_CS_SIM_OPTIONS_H

#include "tools/command_line.h"
#include "tools/station/cs_sim_station.h"

/* Texts point into argv. */
struct cs_options {
	struct cs_station_options station;
	const char *config_file; /* NULL: made from evses */
	const char *limits_file;
	const char *device_model_file;
	const char *script;       /* a file, or one that cs-sim brings; NULL: stdin only */
	const char *print_script; /* print this one that cs-sim brings, and end; NULL: do not */
	const char *evses[API_EVSES_MAX];
	size_t evse_count;
	bool colour;
	bool quiet;
};

enum command_line_action cs_options_read(int argc, char **argv, struct cs_options *options);

#endif

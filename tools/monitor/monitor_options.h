/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of slac-monitor. */
#ifndef TOOLS_MONITOR_MONITOR_OPTIONS_H
#define TOOLS_MONITOR_MONITOR_OPTIONS_H

#include "tools/monitor/monitor_model.h"
#include "tools/mqtt_options.h"

/* Texts point into argv. */
struct monitor_options {
	struct mqtt_options mqtt; /* without a client id */
	const char *listen;
	const char *records; /* NULL: none */
	bool fleet;          /* its page is served */
	/* Of the stations, in turn. */
	const char *from_slacd[MONITOR_STATIONS_MAX];
	const char *from_station[MONITOR_STATIONS_MAX];
	size_t station_count;
};

/* Reads and checks the command line; what is wrong is said on stderr. The files that it names are not looked at. */
enum command_line_action monitor_options_read(int argc, char **argv, struct monitor_options *options);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/fleet/fleet_options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
	"Starts, kills and restarts simulated charging stations over MQTT, each a real slacd with cs-sim and slac-ev\n\n"
	"Usage: cs-fleet [OPTIONS]\n\nOptions:\n"
	"      --stations N                start so many stations, S1 and so on [0]\n"
	"      --connectors N              outlets of a station, where it is not said: 1 to 256 [2]\n"
	"      --setup FILE                start the stations of this setup\n"
	"      --setup-directory DIRECTORY\n"
	"                                  where setups are saved and loaded by their names\n"
	"                                  [$XDG_DATA_HOME/cs-fleet, or ~/.local/share/cs-fleet]\n"
	"      --max-stations N            a further one is refused: 1 to 1000 [1000]\n"
	"      --link unix|veth            how slacd and the cars' modems are joined: by Unix sockets, or by veth pairs in\n"
	"                                  a network namespace of the station's own (root, and the program ip) [unix]\n"
	"      --mqtt-host HOST            MQTT broker, or the path of its Unix socket [localhost]\n"
	"      --mqtt-port PORT            its TCP port [1883]\n"
	"      --directory DIRECTORY       logs, sockets and locks of the stations\n"
	"                                  [$XDG_RUNTIME_DIR/cs-fleet, or /tmp/cs-fleet-UID]\n"
	"      --slacd-config FILE         settings for each slacd, as in its configuration file\n"
	"      --slacd PATH, --cs-sim PATH, --slac-ev PATH\n"
	"                                  the programs [beside this one, or in PATH]\n"
	"      --keeper ID                 be the keeper of one station: launchers start those\n"
	"  -h, --help                      print this help and exit\n"
	"  -V, --version                   print the version and exit\n\n"
	"It obeys commands on fleet/launcher/cmd until close_launcher or a signal. Stations live on when it ends, and a new\n"
	"one finds them. Topics and payloads: doc/fleet.md. Exit codes: 0, 1 it cannot run, or another launcher has come,\n"
	"2 wrong use or a wrong setup.\n";

enum option_id {
	OPTION_STATIONS = 256,
	OPTION_CONNECTORS,
	OPTION_SETUP,
	OPTION_SETUPS,
	OPTION_MAX,
	OPTION_LINK,
	OPTION_HOST,
	OPTION_PORT,
	OPTION_DIRECTORY,
	OPTION_CONFIG,
	OPTION_SLACD,
	OPTION_STATION,
	OPTION_CAR,
	OPTION_KEEPER
};

static const struct option long_options[] = {
	{"stations", required_argument, NULL, OPTION_STATIONS},
	{"connectors", required_argument, NULL, OPTION_CONNECTORS},
	{"setup", required_argument, NULL, OPTION_SETUP},
	{"setup-directory", required_argument, NULL, OPTION_SETUPS},
	{"max-stations", required_argument, NULL, OPTION_MAX},
	{"link", required_argument, NULL, OPTION_LINK},
	{"mqtt-host", required_argument, NULL, OPTION_HOST},
	{"mqtt-port", required_argument, NULL, OPTION_PORT},
	{"directory", required_argument, NULL, OPTION_DIRECTORY},
	{"slacd-config", required_argument, NULL, OPTION_CONFIG},
	{"slacd", required_argument, NULL, OPTION_SLACD},
	{"cs-sim", required_argument, NULL, OPTION_STATION},
	{"slac-ev", required_argument, NULL, OPTION_CAR},
	{"keeper", required_argument, NULL, OPTION_KEEPER},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

_Static_assert(FLEET_CONNECTORS_MAX == 256 && FLEET_STATIONS_MAX == 1000, "the help says so");

/* The paths as they were given. */
struct reading {
	struct fleet_options *options;
	const char *slacd;
	const char *station;
	const char *car;
};

/* Absolute, as keepers may be elsewhere. */
static const char *read_directory(const char *text, size_t max, char out[FLEET_PATH_SIZE], const char *expected)
{
	char here[FLEET_PATH_SIZE] = "";

	if (*text != '/' && getcwd(here, sizeof(here)) == NULL)
		return expected;
	const int len = snprintf(out, FLEET_PATH_SIZE, "%s%s%s", here, *here != '\0' ? "/" : "", text);
	return *text != '\0' && len > 0 && (size_t)len <= max ? NULL : expected;
}

static const char *read_count(int option, const char *value, struct fleet_options *options)
{
	uint32_t number = 0;

	switch (option) {
	case OPTION_STATIONS:
		if (!command_line_take_whole(value, 0, FLEET_STATIONS_MAX, &number))
			return "a number from 0 to 1000";
		options->stations = number;
		return NULL;
	case OPTION_MAX:
		if (!command_line_take_whole(value, 1, FLEET_STATIONS_MAX, &number))
			return "a number from 1 to 1000";
		options->max_stations = number;
		return NULL;
	default:
		if (!command_line_take_whole(value, 1, FLEET_CONNECTORS_MAX, &number))
			return "a number from 1 to 256";
		options->connectors = (int)number;
		return NULL;
	}
}

/* What the option's value should be, or NULL when it is. */
static const char *read_value(void *context, int option, char *value)
{
	struct reading *reading = context;
	struct fleet_options *options = reading->options;

	switch (option) {
	case OPTION_SETUP:
		options->setup = value;
		return NULL;
	case OPTION_SETUPS:
		return read_directory(value, 160, options->setup_directory, "a directory of at most 160 octets");
	case OPTION_LINK:
		return fleet_link_read(value, &options->link) ? NULL : "unix or veth";
	case OPTION_HOST:
		options->mqtt_host = value;
		return *value != '\0' ? NULL : "a name, an address or a path";
	case OPTION_PORT:
		return command_line_take_port(value, &options->mqtt_port);
	case OPTION_DIRECTORY:
		return read_directory(
			value, FLEET_DIRECTORY_MAX, options->directory,
			"a directory of at most 64 octets: with more the paths of its sockets are too long");
	case OPTION_CONFIG:
		options->slacd_config = value;
		return NULL;
	case OPTION_SLACD:
		reading->slacd = value;
		return NULL;
	case OPTION_STATION:
		reading->station = value;
		return NULL;
	case OPTION_CAR:
		reading->car = value;
		return NULL;
	case OPTION_KEEPER:
		options->keeper = value;
		return fleet_id_is_valid(value) ? NULL : FLEET_EXPECTED_ID;
	default:
		return read_count(option, value, options);
	}
}

_Static_assert(FLEET_DIRECTORY_MAX == 64, "the text of OPTION_DIRECTORY says so");

static bool stations_are_clear(const struct fleet_options *options)
{
	if (options->setup != NULL && options->stations > 0) {
		fprintf(stderr, "cs-fleet: expected --setup or --stations, not both\n");
		return false;
	}
	if (options->stations > options->max_stations) {
		fprintf(stderr, "cs-fleet: --stations: expected at most %u (--max-stations), not %u\n",
			(unsigned)options->max_stations, (unsigned)options->stations);
		return false;
	}
	return true;
}

static bool complete(struct reading *reading)
{
	struct fleet_options *options = reading->options;
	char error[FLEET_ERROR_SIZE];

	if (!stations_are_clear(options))
		return false;
	if (*options->mqtt_host == '/')
		options->mqtt_port = 0;
	if (options->directory[0] == '\0')
		fleet_place_default_directory(options->directory);
	if (options->setup_directory[0] == '\0')
		fleet_place_default_setups(options->directory, options->setup_directory);
	if (fleet_place_find_program("slacd", "../../slacd/slacd", reading->slacd, options->slacd, error) &&
	    fleet_place_find_program("cs-sim", "../station/cs-sim", reading->station, options->station, error) &&
	    fleet_place_find_program("slac-ev", "../car/slac-ev", reading->car, options->car, error))
		return true;
	fprintf(stderr, "cs-fleet: %s\n", error);
	return false;
}

enum command_line_action fleet_options_read(int argc, char **argv, struct fleet_options *options)
{
	static const struct command_line line = {"cs-fleet", help, long_options, read_value};
	struct reading reading = {.options = options};

	*options = (struct fleet_options){
		.mqtt_host = "localhost", .mqtt_port = 1883, .connectors = 2, .max_stations = FLEET_STATIONS_MAX};
	const enum command_line_action action = command_line_read(&line, argc, argv, &reading);
	if (action != COMMAND_LINE_RUN)
		return action;
	return complete(&reading) ? COMMAND_LINE_RUN : COMMAND_LINE_BAD;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_options.h"

#include "tools/history/history_store.h"

#include <stdio.h>
#include <string.h>

#define NAME          "slac-history"
#define SPOOL_MIB_MAX 1048576
#define BATCH_MS_MAX  10000
#define REFUSED_MAX   1000000

static const char help[] =
	"Stores what charging stations say over MQTT, telemetry and statuses, in SQLite or PostgreSQL\n\n"
	"Usage: " NAME " [collect] [OPTIONS]\n"
	"       " NAME " report [OPTIONS]     what is in the database; see " NAME " report --help\n\nOptions:\n"
	"      --database DATABASE         path of a SQLite file, or postgresql://USER@HOST/NAME\n"
	"                                  [env: SLAC_HISTORY_DATABASE] [slac-history.sqlite]\n"
	"      --telemetry FILTER          where values come: FILTER ends with the levels of station, outlet and\n"
	"                                  value; may be repeated [telemetry/+/+/+]\n"
	"      --status FILTER             where statuses come: the first + is the station, or STATION=TOPIC; may be\n"
	"                                  repeated [stations/+/josev/cs]\n"
	"      --spool DIRECTORY           what waits for the database [env: SLAC_HISTORY_SPOOL] [DATABASE.spool, with\n"
	"                                  PostgreSQL slac-history.spool]\n"
	"      --spool-mib N               as much of it; then the oldest is given up [64]\n"
	"      --batch N                   rows of a transaction at most [500]\n"
	"      --batch-ms N                how long a row waits for others at most [100]\n"
	"      --refused-max N             bad payloads that are kept, the newest [10000]\n" MQTT_OPTIONS_HELP_BROKER
	"      --mqtt-client-id ID         whose session the broker keeps while " NAME " is away\n"
	"                                  [env: MQTT_CLIENT_ID] [slac-history]\n" MQTT_OPTIONS_HELP_LOGIN
	"      --log-level <LOG_LEVEL>     TRACE, DEBUG, INFO, WARN or ERROR [env: LOG_LEVEL] [INFO]\n"
	"  -h, --help                      print this help and exit\n"
	"  -V, --version                   print the version and exit\n\n"
	"Options go before environment variables. It runs until SIGTERM or SIGINT. Exit codes: 0, 1 it cannot run,\n"
	"2 wrong use.\n";

enum option_id {
	OPTION_LEVEL = 256,
	OPTION_DATABASE,
	OPTION_SPOOL,
	OPTION_TELEMETRY,
	OPTION_STATUS,
	OPTION_SPOOL_MIB,
	OPTION_BATCH,
	OPTION_BATCH_MS,
	OPTION_REFUSED_MAX
};

static const struct option long_options[] = {
	MQTT_OPTIONS_LOGIN,
	MQTT_OPTIONS_CLIENT_ID,
	{"log-level", required_argument, NULL, OPTION_LEVEL},
	{"database", required_argument, NULL, OPTION_DATABASE},
	{"spool", required_argument, NULL, OPTION_SPOOL},
	{"telemetry", required_argument, NULL, OPTION_TELEMETRY},
	{"status", required_argument, NULL, OPTION_STATUS},
	{"spool-mib", required_argument, NULL, OPTION_SPOOL_MIB},
	{"batch", required_argument, NULL, OPTION_BATCH},
	{"batch-ms", required_argument, NULL, OPTION_BATCH_MS},
	{"refused-max", required_argument, NULL, OPTION_REFUSED_MAX},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static const struct command_line_variable variables[] = {
	MQTT_OPTIONS_VARIABLES,
	{"LOG_LEVEL", OPTION_LEVEL},
	{"SLAC_HISTORY_DATABASE", OPTION_DATABASE},
	{"SLAC_HISTORY_SPOOL", OPTION_SPOOL},
	{NULL, 0},
};

/* What the option's value should be, or NULL when it is. */
static const char *read_value(void *context, int option, char *value)
{
	struct history_options *options = context;

	switch (option) {
	case OPTION_LEVEL:
		return log_level_read(value, &options->log_level);
	case OPTION_DATABASE:
		return command_line_take_text(value, &options->database);
	case OPTION_SPOOL:
		return command_line_take_text(value, &options->spool);
	case OPTION_TELEMETRY:
		return history_filters_add_telemetry(&options->filters, value);
	case OPTION_STATUS:
		return history_filters_add_status(&options->filters, value);
	case OPTION_SPOOL_MIB:
		return command_line_take_whole(value, 1, SPOOL_MIB_MAX, &options->spool_mib) ? NULL
											     : "1 to 1048576 (MiB)";
	case OPTION_BATCH:
		return command_line_take_whole(value, 1, HISTORY_BATCH_MAX, &options->batch) ? NULL
											     : "1 to 4096 (rows)";
	case OPTION_BATCH_MS:
		return command_line_take_whole(value, 1, BATCH_MS_MAX, &options->batch_ms) ? NULL : "1 to 10000 (ms)";
	case OPTION_REFUSED_MAX:
		return command_line_take_whole(value, 0, REFUSED_MAX, &options->refused_max) ? NULL
											     : "0 to 1000000 (rows)";
	default:
		return mqtt_options_take(&options->mqtt, (enum mqtt_option)option, value);
	}
}

static bool wrong(const char *what)
{
	fprintf(stderr, NAME ": %s\n", what);
	return false;
}

/* Of a kind that was not given. */
static bool add_usual_filters(struct history_filters *filters)
{
	bool has[2] = {false};

	for (size_t i = 0; i < filters->count; i++)
		has[filters->filters[i].is_status] = true;
	return (has[false] || history_filters_add_telemetry(filters, "telemetry/+/+/+") == NULL) &&
	       (has[true] || history_filters_add_status(filters, "stations/+/josev/cs") == NULL);
}

/* What was not given, and follows from what was. */
static bool complete(struct history_options *options)
{
	const char *base = history_database_is_postgres(options->database) ? "slac-history" : options->database;

	if (!add_usual_filters(&options->filters))
		return wrong(
			"--telemetry and --status: expected no more than 16 filters in all, each kind has one at least");
	if (options->spool != NULL)
		return true;
	options->spool = options->made_spool;
	if (snprintf(options->made_spool, sizeof(options->made_spool), "%s.spool", base) <
	    (int)sizeof(options->made_spool))
		return true;
	return wrong("--database: expected a path of at most 500 octets");
}

enum command_line_action history_options_read(int argc, char **argv, struct history_options *options)
{
	static const struct command_line line = {NAME, help, long_options, read_value};

	*options = (struct history_options){
		.mqtt = {.host = "localhost", .port = 1883, .client_id = NAME},
		.log_level = LOG_LEVEL_INFO,
		.database = "slac-history.sqlite",
		.spool_mib = 64,
		.batch = 500,
		.batch_ms = 100,
		.refused_max = 10000,
	};
	struct history_options unread = *options;
	const enum command_line_action action =
		command_line_read_with_environment(&line, variables, argc, argv, options, &unread);
	if (action != COMMAND_LINE_RUN)
		return action;
	return history_database_check(options->database, NAME) && complete(options) &&
			       mqtt_options_complete(&options->mqtt, NAME)
		       ? COMMAND_LINE_RUN
		       : COMMAND_LINE_BAD;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_options.h"

#include "tools/history/history_store.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
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
	"      --refused-max N             bad payloads that are kept, the newest [10000]\n"
	"      --mqtt-host <MQTT_HOST>     name or address of the MQTT broker, or the path of its Unix socket\n"
	"                                  [env: MQTT_HOST] [localhost]\n"
	"      --mqtt-port <MQTT_PORT>     its TCP port [env: MQTT_PORT] [1883]\n"
	"      --mqtt-client-id ID         whose session the broker keeps while " NAME " is away\n"
	"                                  [env: MQTT_CLIENT_ID] [slac-history]\n"
	"      --mqtt-user NAME            login at the broker [env: MQTT_USER]\n"
	"      --mqtt-password-file FILE   it holds the password [env: MQTT_PASSWORD_FILE]\n"
	"      --mqtt-tls-ca PATH          TLS: PEM file, or directory, of the CA of the broker's certificate\n"
	"                                  [env: MQTT_TLS_CA]\n"
	"      --mqtt-tls-certificate FILE a certificate of its own [env: MQTT_TLS_CERTIFICATE]\n"
	"      --mqtt-tls-key FILE         the key of that [env: MQTT_TLS_KEY]\n"
	"      --log-level <LOG_LEVEL>     TRACE, DEBUG, INFO, WARN or ERROR [env: LOG_LEVEL] [INFO]\n"
	"  -h, --help                      print this help and exit\n"
	"  -V, --version                   print the version and exit\n\n"
	"Options go before environment variables. It runs until SIGTERM or SIGINT. Exit codes: 0, 1 it cannot run,\n"
	"2 wrong use.\n";

enum option_id {
	OPTION_HOST = 256,
	OPTION_PORT,
	OPTION_LEVEL,
	OPTION_CLIENT_ID,
	OPTION_USER,
	OPTION_PASSWORD,
	OPTION_CA,
	OPTION_CERTIFICATE,
	OPTION_KEY,
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
	{"mqtt-host", required_argument, NULL, OPTION_HOST},
	{"mqtt-port", required_argument, NULL, OPTION_PORT},
	{"log-level", required_argument, NULL, OPTION_LEVEL},
	{"mqtt-client-id", required_argument, NULL, OPTION_CLIENT_ID},
	{"mqtt-user", required_argument, NULL, OPTION_USER},
	{"mqtt-password-file", required_argument, NULL, OPTION_PASSWORD},
	{"mqtt-tls-ca", required_argument, NULL, OPTION_CA},
	{"mqtt-tls-certificate", required_argument, NULL, OPTION_CERTIFICATE},
	{"mqtt-tls-key", required_argument, NULL, OPTION_KEY},
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

/* Those that can be given by the environment, with the variable's name. */
static const struct {
	enum option_id option;
	const char *variable;
} variables[] = {
	{OPTION_HOST, "MQTT_HOST"},           {OPTION_PORT, "MQTT_PORT"},
	{OPTION_LEVEL, "LOG_LEVEL"},          {OPTION_CLIENT_ID, "MQTT_CLIENT_ID"},
	{OPTION_USER, "MQTT_USER"},           {OPTION_PASSWORD, "MQTT_PASSWORD_FILE"},
	{OPTION_CA, "MQTT_TLS_CA"},           {OPTION_CERTIFICATE, "MQTT_TLS_CERTIFICATE"},
	{OPTION_KEY, "MQTT_TLS_KEY"},         {OPTION_DATABASE, "SLAC_HISTORY_DATABASE"},
	{OPTION_SPOOL, "SLAC_HISTORY_SPOOL"},
};

static bool read_whole(const char *text, unsigned long min, unsigned long max, uint32_t *out)
{
	char *end;
	const unsigned long number = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end != '\0' || number < min || number > max)
		return false;
	*out = (uint32_t)number;
	return true;
}

static const char *read_port(const char *text, uint16_t *port)
{
	uint32_t number;

	if (!read_whole(text, 1, UINT16_MAX, &number))
		return "a port from 1 to 65535";
	*port = (uint16_t)number;
	return NULL;
}

static const char *read_level(const char *text, enum log_level *level)
{
	for (int i = 0; log_level_texts[i] != NULL; i++) {
		if (strcasecmp(log_level_texts[i], text) != 0)
			continue;
		*level = (enum log_level)i;
		return NULL;
	}
	return "TRACE, DEBUG, INFO, WARN or ERROR";
}

static const char *read_text(const char *text, const char **out)
{
	*out = text;
	return *text != '\0' ? NULL : "a text";
}

/* Of options that are about the connection to the broker. */
static const char *read_mqtt_value(struct history_options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_HOST:
		return read_text(value, &options->mqtt_host);
	case OPTION_PORT:
		return read_port(value, &options->mqtt_port);
	case OPTION_CLIENT_ID:
		return read_text(value, &options->client_id);
	case OPTION_USER:
		return read_text(value, &options->user);
	case OPTION_PASSWORD:
		return read_text(value, &options->password_file);
	case OPTION_CA:
		return read_text(value, &options->tls.ca);
	case OPTION_CERTIFICATE:
		return read_text(value, &options->tls.certificate);
	default:
		return read_text(value, &options->tls.key);
	}
}

/* What the option's value should be, or NULL when it is. */
static const char *read_value(void *context, int option, char *value)
{
	struct history_options *options = context;

	switch (option) {
	case OPTION_LEVEL:
		return read_level(value, &options->log_level);
	case OPTION_DATABASE:
		return read_text(value, &options->database);
	case OPTION_SPOOL:
		return read_text(value, &options->spool);
	case OPTION_TELEMETRY:
		return history_filters_add_telemetry(&options->filters, value);
	case OPTION_STATUS:
		return history_filters_add_status(&options->filters, value);
	case OPTION_SPOOL_MIB:
		return read_whole(value, 1, SPOOL_MIB_MAX, &options->spool_mib) ? NULL : "1 to 1048576 (MiB)";
	case OPTION_BATCH:
		return read_whole(value, 1, HISTORY_BATCH_MAX, &options->batch) ? NULL : "1 to 4096 (rows)";
	case OPTION_BATCH_MS:
		return read_whole(value, 1, BATCH_MS_MAX, &options->batch_ms) ? NULL : "1 to 10000 (ms)";
	case OPTION_REFUSED_MAX:
		return read_whole(value, 0, REFUSED_MAX, &options->refused_max) ? NULL : "0 to 1000000 (rows)";
	default:
		return read_mqtt_value(options, option, value);
	}
}

static bool read_environment(struct history_options *options)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		char *value = getenv(variables[i].variable);
		const char *expected =
			value != NULL && *value != '\0' ? read_value(options, (int)variables[i].option, value) : NULL;
		if (expected == NULL)
			continue;
		fprintf(stderr, NAME ": %s '%.200s': expected %s\n", variables[i].variable, value, expected);
		return false;
	}
	return true;
}

static bool wrong(const char *what)
{
	fprintf(stderr, NAME ": %s\n", what);
	return false;
}

static bool check_login(const struct history_options *options)
{
	const bool has_certificate = options->tls.certificate != NULL;

	if (options->password_file != NULL && options->user == NULL)
		return wrong("--mqtt-password-file: expected --mqtt-user with it");
	if (has_certificate != (options->tls.key != NULL))
		return wrong("expected --mqtt-tls-certificate and --mqtt-tls-key together");
	if (has_certificate && options->tls.ca == NULL)
		return wrong("--mqtt-tls-certificate and --mqtt-tls-key: expected --mqtt-tls-ca with them");
	if (options->mqtt_port == 0 && options->tls.ca != NULL)
		return wrong("--mqtt-tls-ca: expected none for a broker on a Unix socket, which has no TLS");
	return true;
}

static bool read_files(struct history_options *options)
{
	static const char *const names[] = {
		[BROKER_TLS_CA] = "ca", [BROKER_TLS_CERTIFICATE] = "certificate", [BROKER_TLS_KEY] = "key"};
	enum broker_tls_file file;
	char why[512];

	if (options->password_file != NULL &&
	    !password_file_read(options->password_file, options->password, why, sizeof(why))) {
		fprintf(stderr, NAME ": --mqtt-password-file: %s\n", why);
		return false;
	}
	if (options->tls.ca == NULL || broker_tls_check(&options->tls, &file, why, sizeof(why)))
		return true;
	fprintf(stderr, NAME ": --mqtt-tls-%s: %s\n", names[file], why);
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

	if (strncmp(options->mqtt_host, "unix:/", strlen("unix:/")) == 0)
		options->mqtt_host += strlen("unix:");
	if (*options->mqtt_host == '/')
		options->mqtt_port = 0;
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
	enum command_line_action action;

	*options = (struct history_options){
		.mqtt_host = "localhost",
		.mqtt_port = 1883,
		.client_id = NAME,
		.log_level = LOG_LEVEL_INFO,
		.database = "slac-history.sqlite",
		.spool_mib = 64,
		.batch = 500,
		.batch_ms = 100,
		.refused_max = 10000,
	};
	/* With --help or --version nothing else is looked at: the command line is read first, and once more in its turn. */
	struct history_options unread = *options;
	action = command_line_read(&line, argc, argv, &unread);
	if (action != COMMAND_LINE_RUN)
		return action;
	if (!read_environment(options))
		return COMMAND_LINE_BAD;
	optind = 0;
	action = command_line_read(&line, argc, argv, options);
	return action == COMMAND_LINE_RUN && complete(options) && check_login(options) && read_files(options)
		       ? COMMAND_LINE_RUN
		       : COMMAND_LINE_BAD;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_options.h"

#include "service/http_server.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_LISTEN "127.0.0.1:8015"

static const char help[] =
	"Shows a station's outlets, and what becomes of its cars, as a page for a browser\n\n"
	"Usage: slac-monitor [OPTIONS]\n\nOptions:\n"
	"      --mqtt-host HOST            MQTT broker, or the path of its Unix socket [localhost]\n"
	"      --mqtt-port PORT            its TCP port [1883]\n"
	"      --mqtt-user NAME            login at the broker\n"
	"      --mqtt-password-file FILE   its first line is the password\n"
	"      --mqtt-tls-ca PATH          TLS: PEM file, or directory, of the CA of the broker's certificate\n"
	"      --mqtt-tls-certificate FILE a certificate of its own\n"
	"      --mqtt-tls-key FILE         the key of that\n"
	"      --topic-to-station TOPIC    where slacd speaks [josev/cs]\n"
	"      --topic-from-station TOPIC  where the station speaks [cs/josev]\n"
	"                                  both up to 4 times: one pair for each station\n"
	"      --listen ADDRESS:PORT       where the page is, or the path of a Unix socket [" DEFAULT_LISTEN "]\n"
	"      --records DIRECTORY         slacd's session records, to be opened from the page\n"
	"      --fleet                     the stations of cs-fleet at this broker, and what is asked of them: the page\n"
	"                                  /fleet, beside those named by --topic-..., or alone\n"
	"  -h, --help                      print this help and exit\n"
	"  -V, --version                   print the version and exit\n\n"
	"It only listens to the broker, but for --fleet. Whoever can connect to the page may read all of it, and with\n"
	"--fleet ask for all that can be asked: there is no login and no TLS. It runs until a signal. Exit codes: 0, 1 it cannot serve the page, 2 wrong use.\n";

enum option_id { OPTION_TO = 256, OPTION_FROM, OPTION_LISTEN, OPTION_RECORDS, OPTION_FLEET };

static const struct option long_options[] = {
	MQTT_OPTIONS_LOGIN,
	{"topic-to-station", required_argument, NULL, OPTION_TO},
	{"topic-from-station", required_argument, NULL, OPTION_FROM},
	{"listen", required_argument, NULL, OPTION_LISTEN},
	{"records", required_argument, NULL, OPTION_RECORDS},
	{"fleet", no_argument, NULL, OPTION_FLEET},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

struct reading {
	struct monitor_options *options;
	/* How many topics of each kind were given. */
	size_t to;
	size_t from;
};

static const char *add_topic(const char **topics, size_t *count, const char *topic)
{
	if (!broker_topic_is_valid(topic))
		return "a topic without wildcards";
	if (*count == MONITOR_STATIONS_MAX)
		return "at most 4 of them";
	topics[(*count)++] = topic;
	return NULL;
}

/* What the option's value should be, or NULL when it is. */
static const char *read_value(void *context, int option, char *value)
{
	struct reading *reading = context;
	struct monitor_options *options = reading->options;

	switch (option) {
	case OPTION_TO:
		return add_topic(options->from_slacd, &reading->to, value);
	case OPTION_FROM:
		return add_topic(options->from_station, &reading->from, value);
	case OPTION_LISTEN:
		options->listen = value;
		return http_server_is_address(value) ? NULL : "ADDRESS:PORT or the path of a Unix socket";
	case OPTION_FLEET:
		options->fleet = true;
		return NULL;
	case OPTION_RECORDS:
		options->records = value;
		return NULL;
	default:
		return mqtt_options_take(&options->mqtt, (enum mqtt_option)option, value);
	}
}

/* A topic that is there twice: its messages would be taken for two stations'. */
static const char *find_double(const struct monitor_options *options)
{
	const char *all[2 * MONITOR_STATIONS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < options->station_count; i++) {
		all[count++] = options->from_slacd[i];
		all[count++] = options->from_station[i];
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(all[i], all[j]) == 0)
				return all[i];
	return NULL;
}

static bool complete(struct reading *reading)
{
	struct monitor_options *options = reading->options;

	const bool is_fleet_alone = options->fleet && reading->to == 0 && reading->from == 0;
	if (reading->to == 0 && !is_fleet_alone)
		options->from_slacd[reading->to++] = "josev/cs";
	if (reading->from == 0 && !is_fleet_alone)
		options->from_station[reading->from++] = "cs/josev";
	options->station_count = reading->to;
	if (reading->to != reading->from) {
		fprintf(stderr, "slac-monitor: %zu --topic-to-station and %zu --topic-from-station: expected pairs\n",
			reading->to, reading->from);
		return false;
	}
	const char *twice = find_double(options);
	if (twice != NULL) {
		fprintf(stderr, "slac-monitor: topic '%s' is given twice: expected one of its own for each\n", twice);
		return false;
	}
	if (options->mqtt.tls.ca == NULL && (options->mqtt.tls.certificate != NULL || options->mqtt.tls.key != NULL)) {
		fputs("slac-monitor: --mqtt-tls-certificate and --mqtt-tls-key: expected --mqtt-tls-ca with them\n",
		      stderr);
		return false;
	}
	if ((options->mqtt.tls.certificate == NULL) != (options->mqtt.tls.key == NULL)) {
		fputs("slac-monitor: expected --mqtt-tls-certificate and --mqtt-tls-key together\n", stderr);
		return false;
	}
	if (*options->mqtt.host == '/')
		options->mqtt.port = 0;
	return true;
}

enum command_line_action monitor_options_read(int argc, char **argv, struct monitor_options *options)
{
	static const struct command_line line = {"slac-monitor", help, long_options, read_value};
	struct reading reading = {.options = options};

	*options = (struct monitor_options){.mqtt = {.host = "localhost", .port = 1883}, .listen = DEFAULT_LISTEN};
	const enum command_line_action action = command_line_read(&line, argc, argv, &reading);
	if (action != COMMAND_LINE_RUN)
		return action;
	return complete(&reading) ? COMMAND_LINE_RUN : COMMAND_LINE_BAD;
}

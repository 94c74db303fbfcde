/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/smart_charging_options.h"

#include <stdio.h>
#include <string.h>

#define NAME "smart-charging-service"

static const char help[] =
	"Smart-charging service of an EV charging station: turns charging profiles (OCPP 2.0.1) into limits\n\n"
	"Usage: " NAME " [OPTIONS]\n\nOptions:\n" MQTT_OPTIONS_HELP_BROKER
	"      --log-level <LOG_LEVEL>     TRACE, DEBUG, INFO, WARN or ERROR [env: LOG_LEVEL] [INFO]\n"
	"      --mqtt-client-id ID         MQTT client id [env: MQTT_CLIENT_ID] [smart-<random>]\n" MQTT_OPTIONS_HELP_LOGIN
	"      --topic-to-station TOPIC    where the services speak to the station, this one and slacd\n"
	"                                  [env: TOPIC_TO_STATION] [josev/cs]\n"
	"      --topic-from-station TOPIC  where the station speaks [env: TOPIC_FROM_STATION] [cs/josev]\n"
	"      --topic-from-ocpp TOPIC     where OCPP sends profiles [env: TOPIC_FROM_OCPP] [ocpp/smart_charging]\n"
	"      --topic-to-ocpp TOPIC       where they are answered [env: TOPIC_TO_OCPP] [smart_charging/ocpp]\n"
	"      --topic-to-iso15118 TOPIC   where limits of 15118 sessions go\n"
	"                                  [env: TOPIC_TO_ISO15118] [smart_charging/iso15118]\n"
	"  -h, --help                      print this help and exit\n"
	"  -V, --version                   print the version and exit\n\n"
	"Options go before environment variables. It runs until SIGTERM or SIGINT. Exit codes: 0, 1 it cannot run,\n"
	"2 wrong use.\n";

enum option_id {
	OPTION_LEVEL = 256,
	OPTION_TO_STATION,
	OPTION_FROM_STATION,
	OPTION_FROM_OCPP,
	OPTION_TO_OCPP,
	OPTION_TO_ISO15118
};

static const struct option long_options[] = {
	MQTT_OPTIONS_LOGIN,
	MQTT_OPTIONS_CLIENT_ID,
	{"log-level", required_argument, NULL, OPTION_LEVEL},
	{"topic-to-station", required_argument, NULL, OPTION_TO_STATION},
	{"topic-from-station", required_argument, NULL, OPTION_FROM_STATION},
	{"topic-from-ocpp", required_argument, NULL, OPTION_FROM_OCPP},
	{"topic-to-ocpp", required_argument, NULL, OPTION_TO_OCPP},
	{"topic-to-iso15118", required_argument, NULL, OPTION_TO_ISO15118},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static const struct command_line_variable variables[] = {
	MQTT_OPTIONS_VARIABLES,
	{"LOG_LEVEL", OPTION_LEVEL},
	{"TOPIC_TO_STATION", OPTION_TO_STATION},
	{"TOPIC_FROM_STATION", OPTION_FROM_STATION},
	{"TOPIC_FROM_OCPP", OPTION_FROM_OCPP},
	{"TOPIC_TO_OCPP", OPTION_TO_OCPP},
	{"TOPIC_TO_ISO15118", OPTION_TO_ISO15118},
	{NULL, 0},
};

/* Shorter than what is listened to by (service/hearing.h), as slacd's are. */
static const char *read_topic(const char *text, const char **out)
{
	*out = text;
	return broker_topic_is_valid(text) && strlen(text) < 256 ? NULL
								 : "a topic of 1 to 255 octets without wildcards";
}

/* What the option's value should be, or NULL when it is. */
static const char *read_value(void *context, int option, char *value)
{
	struct smart_charging_options *options = context;

	switch (option) {
	case OPTION_LEVEL:
		return log_level_read(value, &options->log_level);
	case OPTION_TO_STATION:
		return read_topic(value, &options->topic_to_station);
	case OPTION_FROM_STATION:
		return read_topic(value, &options->topic_from_station);
	case OPTION_FROM_OCPP:
		return read_topic(value, &options->topic_from_ocpp);
	case OPTION_TO_OCPP:
		return read_topic(value, &options->topic_to_ocpp);
	case OPTION_TO_ISO15118:
		return read_topic(value, &options->topic_to_iso15118);
	default:
		return mqtt_options_take(&options->mqtt, (enum mqtt_option)option, value);
	}
}

/* Whoever may speak on a topic must be known by it. */
static bool topics_are_apart(const struct smart_charging_options *options)
{
	const char *const heard[] = {options->topic_from_station, options->topic_from_ocpp};
	const char *const spoken[] = {options->topic_to_station, options->topic_to_ocpp, options->topic_to_iso15118};

	for (size_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++)
		for (size_t j = 0; j < sizeof(spoken) / sizeof(spoken[0]); j++)
			if (strcmp(heard[i], spoken[j]) == 0)
				return false;
	return true;
}

enum command_line_action smart_charging_options_read(int argc, char **argv, struct smart_charging_options *options)
{
	static const struct command_line line = {NAME, help, long_options, read_value};

	*options = (struct smart_charging_options){
		.mqtt = {.host = "localhost", .port = 1883},
		.log_level = LOG_LEVEL_INFO,
		.topic_to_station = "josev/cs",
		.topic_from_station = "cs/josev",
		.topic_from_ocpp = "ocpp/smart_charging",
		.topic_to_ocpp = "smart_charging/ocpp",
		.topic_to_iso15118 = "smart_charging/iso15118",
	};
	struct smart_charging_options unread = *options;
	const enum command_line_action action =
		command_line_read_with_environment(&line, variables, argc, argv, options, &unread);
	if (action != COMMAND_LINE_RUN)
		return action;
	if (!topics_are_apart(options)) {
		fputs(NAME
		      ": --topic-from-station and --topic-from-ocpp: expected topics on which this service does not "
		      "speak itself\n",
		      stderr);
		return COMMAND_LINE_BAD;
	}
	return mqtt_options_complete(&options->mqtt, NAME) ? COMMAND_LINE_RUN : COMMAND_LINE_BAD;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/smart_charging_options.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "smart-charging-service"

static const char help[] =
	"Smart-charging service of an EV charging station: turns charging profiles (OCPP 2.0.1) into limits\n\n"
	"Usage: " NAME " [OPTIONS]\n\nOptions:\n"
	"      --mqtt-host <MQTT_HOST>     name or address of the MQTT broker, or the path of its Unix socket\n"
	"                                  [env: MQTT_HOST] [localhost]\n"
	"      --mqtt-port <MQTT_PORT>     its TCP port [env: MQTT_PORT] [1883]\n"
	"      --log-level <LOG_LEVEL>     TRACE, DEBUG, INFO, WARN or ERROR [env: LOG_LEVEL] [INFO]\n"
	"      --mqtt-client-id ID         MQTT client id [env: MQTT_CLIENT_ID] [smart-<random>]\n"
	"      --mqtt-user NAME            login at the broker [env: MQTT_USER]\n"
	"      --mqtt-password-file FILE   it holds the password [env: MQTT_PASSWORD_FILE]\n"
	"      --mqtt-tls-ca PATH          TLS: PEM file, or directory, of the CA of the broker's certificate\n"
	"                                  [env: MQTT_TLS_CA]\n"
	"      --mqtt-tls-certificate FILE a certificate of its own [env: MQTT_TLS_CERTIFICATE]\n"
	"      --mqtt-tls-key FILE         the key of that [env: MQTT_TLS_KEY]\n"
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
	OPTION_HOST = 256,
	OPTION_PORT,
	OPTION_LEVEL,
	OPTION_CLIENT_ID,
	OPTION_USER,
	OPTION_PASSWORD,
	OPTION_CA,
	OPTION_CERTIFICATE,
	OPTION_KEY,
	OPTION_TO_STATION,
	OPTION_FROM_STATION,
	OPTION_FROM_OCPP,
	OPTION_TO_OCPP,
	OPTION_TO_ISO15118
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
	{"topic-to-station", required_argument, NULL, OPTION_TO_STATION},
	{"topic-from-station", required_argument, NULL, OPTION_FROM_STATION},
	{"topic-from-ocpp", required_argument, NULL, OPTION_FROM_OCPP},
	{"topic-to-ocpp", required_argument, NULL, OPTION_TO_OCPP},
	{"topic-to-iso15118", required_argument, NULL, OPTION_TO_ISO15118},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static const char *read_port(const char *text, uint16_t *port)
{
	char *end;
	const unsigned long number = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end != '\0' || number < 1 || number > UINT16_MAX)
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
	case OPTION_HOST:
		return read_text(value, &options->mqtt_host);
	case OPTION_PORT:
		return read_port(value, &options->mqtt_port);
	case OPTION_LEVEL:
		return read_level(value, &options->log_level);
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
	case OPTION_KEY:
		return read_text(value, &options->tls.key);
	case OPTION_TO_STATION:
		return read_topic(value, &options->topic_to_station);
	case OPTION_FROM_STATION:
		return read_topic(value, &options->topic_from_station);
	case OPTION_FROM_OCPP:
		return read_topic(value, &options->topic_from_ocpp);
	case OPTION_TO_OCPP:
		return read_topic(value, &options->topic_to_ocpp);
	default:
		return read_topic(value, &options->topic_to_iso15118);
	}
}

/* "mqtt-host" -> "MQTT_HOST" */
static void name_of_variable(const char *option, char name[32])
{
	size_t i = 0;

	for (; i < 31 && option[i] != '\0'; i++)
		name[i] = (char)(option[i] == '-' ? '_' : toupper((unsigned char)option[i]));
	name[i] = '\0';
}

static bool read_environment(struct smart_charging_options *options)
{
	for (const struct option *option = long_options; option->has_arg == required_argument; option++) {
		char name[32];
		name_of_variable(option->name, name);
		char *value = getenv(name);
		const char *expected = value != NULL && *value != '\0' ? read_value(options, option->val, value) : NULL;
		if (expected == NULL)
			continue;
		fprintf(stderr, NAME ": %s '%.200s': expected %s\n", name, value, expected);
		return false;
	}
	return true;
}

static bool wrong(const char *what)
{
	fprintf(stderr, NAME ": %s\n", what);
	return false;
}

/* Whoever may speak on a topic must be known by it. */
static bool check_topics(const struct smart_charging_options *options)
{
	const char *const heard[] = {options->topic_from_station, options->topic_from_ocpp};
	const char *const spoken[] = {options->topic_to_station, options->topic_to_ocpp, options->topic_to_iso15118};

	for (size_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++)
		for (size_t j = 0; j < sizeof(spoken) / sizeof(spoken[0]); j++)
			if (strcmp(heard[i], spoken[j]) == 0)
				return wrong(
					"--topic-from-station and --topic-from-ocpp: expected topics on which this service "
					"does not speak itself");
	return true;
}

static bool check_login(const struct smart_charging_options *options)
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

static bool read_files(struct smart_charging_options *options)
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

/* A Unix socket has a path, perhaps with "unix:" before it, and no port. */
static void take_socket(struct smart_charging_options *options)
{
	if (strncmp(options->mqtt_host, "unix:/", strlen("unix:/")) == 0)
		options->mqtt_host += strlen("unix:");
	if (*options->mqtt_host == '/')
		options->mqtt_port = 0;
}

enum command_line_action smart_charging_options_read(int argc, char **argv, struct smart_charging_options *options)
{
	static const struct command_line line = {NAME, help, long_options, read_value};
	enum command_line_action action;

	*options = (struct smart_charging_options){
		.mqtt_host = "localhost",
		.mqtt_port = 1883,
		.log_level = LOG_LEVEL_INFO,
		.topic_to_station = "josev/cs",
		.topic_from_station = "cs/josev",
		.topic_from_ocpp = "ocpp/smart_charging",
		.topic_to_ocpp = "smart_charging/ocpp",
		.topic_to_iso15118 = "smart_charging/iso15118",
	};
	/* With --help or --version nothing else is looked at: the command line is read first, and once more in its turn. */
	struct smart_charging_options unread = *options;
	action = command_line_read(&line, argc, argv, &unread);
	if (action != COMMAND_LINE_RUN)
		return action;
	if (!read_environment(options))
		return COMMAND_LINE_BAD;
	optind = 0;
	action = command_line_read(&line, argc, argv, options);
	take_socket(options);
	return action == COMMAND_LINE_RUN && check_topics(options) && check_login(options) && read_files(options)
		       ? COMMAND_LINE_RUN
		       : COMMAND_LINE_BAD;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a program that logs in at an MQTT broker, with or without TLS. */
#ifndef TOOLS_MQTT_OPTIONS_H
#define TOOLS_MQTT_OPTIONS_H

#include "mqtt/broker/broker.h"
#include "service/password_file.h"
#include "tools/command_line.h"

/* Texts point into argv or the environment; NULL is "not given" where the program sets no default. */
struct mqtt_options {
	const char *host; /* or the path of a Unix socket, and port 0 */
	uint16_t port;
	const char *client_id;
	const char *user;
	const char *password_file;
	char password[PASSWORD_SIZE]; /* of that file; "": none */
	struct broker_tls tls;        /* .ca NULL: none */
};

/* Far from the options of any program. */
enum mqtt_option {
	MQTT_OPTION_HOST = 4096,
	MQTT_OPTION_PORT,
	MQTT_OPTION_CLIENT_ID,
	MQTT_OPTION_USER,
	MQTT_OPTION_PASSWORD,
	MQTT_OPTION_CA,
	MQTT_OPTION_CERTIFICATE,
	MQTT_OPTION_KEY
};

/* Rows of a program's options. */
#define MQTT_OPTIONS_LOGIN                                                                                             \
	{"mqtt-host", required_argument, NULL, MQTT_OPTION_HOST},                                                      \
		{"mqtt-port", required_argument, NULL, MQTT_OPTION_PORT},                                              \
		{"mqtt-user", required_argument, NULL, MQTT_OPTION_USER},                                              \
		{"mqtt-password-file", required_argument, NULL, MQTT_OPTION_PASSWORD},                                 \
		{"mqtt-tls-ca", required_argument, NULL, MQTT_OPTION_CA},                                              \
		{"mqtt-tls-certificate", required_argument, NULL, MQTT_OPTION_CERTIFICATE},                            \
	{                                                                                                              \
		"mqtt-tls-key", required_argument, NULL, MQTT_OPTION_KEY                                               \
	}
#define MQTT_OPTIONS_CLIENT_ID                                                                                         \
	{                                                                                                              \
		"mqtt-client-id", required_argument, NULL, MQTT_OPTION_CLIENT_ID                                       \
	}

/* Rows of a program's variables: of all these options. */
#define MQTT_OPTIONS_VARIABLES                                                                                         \
	{"MQTT_HOST", MQTT_OPTION_HOST}, {"MQTT_PORT", MQTT_OPTION_PORT}, {"MQTT_CLIENT_ID", MQTT_OPTION_CLIENT_ID},   \
		{"MQTT_USER", MQTT_OPTION_USER}, {"MQTT_PASSWORD_FILE", MQTT_OPTION_PASSWORD},                         \
		{"MQTT_TLS_CA", MQTT_OPTION_CA}, {"MQTT_TLS_CERTIFICATE", MQTT_OPTION_CERTIFICATE},                    \
	{                                                                                                              \
		"MQTT_TLS_KEY", MQTT_OPTION_KEY                                                                        \
	}

/* What --help says of them where they have variables; the client id is for the program to tell. */
#define MQTT_OPTIONS_HELP_BROKER                                                                                       \
	"      --mqtt-host <MQTT_HOST>     name or address of the MQTT broker, or the path of its Unix socket\n"       \
	"                                  [env: MQTT_HOST] [localhost]\n"                                             \
	"      --mqtt-port <MQTT_PORT>     its TCP port [env: MQTT_PORT] [1883]\n"
#define MQTT_OPTIONS_HELP_LOGIN                                                                                        \
	"      --mqtt-user NAME            login at the broker [env: MQTT_USER]\n"                                     \
	"      --mqtt-password-file FILE   it holds the password [env: MQTT_PASSWORD_FILE]\n"                          \
	"      --mqtt-tls-ca PATH          TLS: PEM file, or directory, of the CA of the broker's certificate\n"       \
	"                                  [env: MQTT_TLS_CA]\n"                                                       \
	"      --mqtt-tls-certificate FILE a certificate of its own [env: MQTT_TLS_CERTIFICATE]\n"                     \
	"      --mqtt-tls-key FILE         the key of that [env: MQTT_TLS_KEY]\n"

/* Takes the value of one of these options; returns what was expected instead, or NULL. */
const char *mqtt_options_take(struct mqtt_options *options, enum mqtt_option option, const char *value);

/*
 * Once all options are taken: a Unix socket may have "unix:" before its path and has no port, what belongs together must
 * be there, the password is read, and the files for TLS are checked. False: what is wrong was said on stderr.
 */
bool mqtt_options_complete(struct mqtt_options *options, const char *program);

#endif

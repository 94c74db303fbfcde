/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/mqtt_options.h"

#include <stdio.h>
#include <string.h>

const char *mqtt_options_take(struct mqtt_options *options, enum mqtt_option option, const char *value)
{
	switch (option) {
	case MQTT_OPTION_HOST:
		return command_line_take_text(value, &options->host);
	case MQTT_OPTION_PORT:
		return command_line_take_port(value, &options->port);
	case MQTT_OPTION_CLIENT_ID:
		return command_line_take_text(value, &options->client_id);
	case MQTT_OPTION_USER:
		return command_line_take_text(value, &options->user);
	case MQTT_OPTION_PASSWORD:
		return command_line_take_text(value, &options->password_file);
	case MQTT_OPTION_CA:
		return command_line_take_text(value, &options->tls.ca);
	case MQTT_OPTION_CERTIFICATE:
		return command_line_take_text(value, &options->tls.certificate);
	case MQTT_OPTION_KEY:
		break;
	}
	return command_line_take_text(value, &options->tls.key);
}

static void take_socket(struct mqtt_options *options)
{
	if (strncmp(options->host, "unix:/", strlen("unix:/")) == 0)
		options->host += strlen("unix:");
	if (*options->host == '/')
		options->port = 0;
}

/* What is wrong with the options together, or NULL. */
static const char *find_wrong(const struct mqtt_options *options)
{
	const bool has_certificate = options->tls.certificate != NULL;

	if (options->password_file != NULL && options->user == NULL)
		return "--mqtt-password-file: expected --mqtt-user with it";
	if (has_certificate != (options->tls.key != NULL))
		return "expected --mqtt-tls-certificate and --mqtt-tls-key together";
	if (has_certificate && options->tls.ca == NULL)
		return "--mqtt-tls-certificate and --mqtt-tls-key: expected --mqtt-tls-ca with them";
	if (options->port == 0 && options->tls.ca != NULL)
		return "--mqtt-tls-ca: expected none for a broker on a Unix socket, which has no TLS";
	return NULL;
}

static bool read_files(struct mqtt_options *options, const char *program)
{
	static const char *const names[] = {
		[BROKER_TLS_CA] = "ca", [BROKER_TLS_CERTIFICATE] = "certificate", [BROKER_TLS_KEY] = "key"};
	enum broker_tls_file file;
	char why[512];

	if (options->password_file != NULL &&
	    !password_file_read(options->password_file, options->password, why, sizeof(why))) {
		fprintf(stderr, "%s: --mqtt-password-file: %s\n", program, why);
		return false;
	}
	if (options->tls.ca == NULL || broker_tls_check(&options->tls, &file, why, sizeof(why)))
		return true;
	fprintf(stderr, "%s: --mqtt-tls-%s: %s\n", program, names[file], why);
	return false;
}

bool mqtt_options_complete(struct mqtt_options *options, const char *program)
{
	take_socket(options);
	const char *wrong = find_wrong(options);
	if (wrong == NULL)
		return read_files(options, program);
	fprintf(stderr, "%s: %s\n", program, wrong);
	return false;
}

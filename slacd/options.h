/* SPDX-License-Identifier: Apache-2.0 */
/* The command line and the environment. */
#ifndef SLACD_OPTIONS_H
#define SLACD_OPTIONS_H

#include "slacd/settings/settings.h"

enum options_action {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_PRINT_CONFIG,
	OPTIONS_BAD /* error says what is wrong: exit code 2 */
};

/*
 * Fills in *settings: defaults, then the configuration file (--config), then the environment (MQTT_HOST,
 * MQTT_PORT, LOG_LEVEL, CS_CONFIG_FILE, CS_LIMITS_FILE; an empty value counts as unset), then the options.
 * *config_file becomes the path given with --config (it points into argv), or NULL.
 */
enum options_action options_read(int argc, char **argv, struct settings *settings, const char **config_file,
				 char error[SETTINGS_ERROR_SIZE]);

/* The help text, on standard output. */
void options_print_help(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/options.h"

#include <stdlib.h>
#include <string.h>

struct option_entry {
	const char *option;
	const char *environment; /* NULL: none */
	const char *path;        /* of the setting */
	const char *argument;
	const char *help;
};

static const struct option_entry entries[] = {
	{"--mqtt-host", "MQTT_HOST", "mqtt.host", "<MQTT_HOST>", "Name or address of the MQTT broker"},
	{"--mqtt-port", "MQTT_PORT", "mqtt.port", "<MQTT_PORT>", "TCP port of the MQTT broker"},
	{"--log-level", "LOG_LEVEL", "service.log_level", "<LOG_LEVEL>", "TRACE, DEBUG, INFO, WARN or ERROR"},
	{"--cs-config-file", "CS_CONFIG_FILE", "service.cs_config_file", "<FILE>",
	 "JSON file with the data of cs_parameters, instead of asking the station"},
	{"--cs-limits-file", "CS_LIMITS_FILE", "service.cs_limits_file", "<FILE>",
	 "JSON file with the data of cs_status_and_limits, instead of asking the station"},
};

#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

void options_print_help(void)
{
	printf("SLAC service of an EV charging station: HomePlug Green PHY matching (ISO 15118-3), driven over MQTT\n\n"
	       "Usage: slacd [OPTIONS]\n\nOptions:\n");
	for (size_t i = 0; i < ENTRIES; i++)
		printf("      %s %s\n          %s [env: %s]\n", entries[i].option, entries[i].argument, entries[i].help,
		       entries[i].environment);
	printf("      --config <FILE>\n          JSON configuration file for everything else\n"
	       "      --no-drop\n          Stay root when started as root, instead of becoming the user slacd with CAP_NET_RAW\n"
	       "      --print-config\n          Print the effective configuration as JSON and exit\n"
	       "  -h, --help\n          Print this help and exit\n"
	       "  -V, --version\n          Print the version and exit\n\n"
	       "Options go before environment variables, these before the configuration file.\n\n"
	       "Settings of the configuration file, {\"section\": {\"name\": value}} [default]:\n");
	settings_print_help(stdout);
}

/* The argument of option argv[*i], either "--option value" or "--option=value"; NULL when argv[*i] is another. */
static const char *match(int argc, char **argv, int *i, const char *option, bool *missing)
{
	size_t len = strlen(option);

	*missing = false;
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): *i is below argc */
	if (strncmp(argv[*i], option, len) != 0)
		return NULL;
	if (argv[*i][len] == '=')
		return argv[*i] + len + 1;
	if (argv[*i][len] != '\0')
		return NULL;
	if (*i + 1 >= argc) {
		*missing = true;
		return NULL;
	}
	return argv[++*i];
}

static enum options_action bad(char *error, const char *what, const char *option)
{
	snprintf(error, SETTINGS_ERROR_SIZE, "%s '%.200s' (see slacd --help)", what, option);
	return OPTIONS_BAD;
}

/* One pass over the command line; *settings is only changed when `apply` is set. */
static enum options_action walk(int argc, char **argv, struct settings *settings, bool apply, const char **config_file,
				char *error)
{
	enum options_action action = OPTIONS_RUN;
	bool missing;

	for (int i = 1; i < argc; i++) {
		const char *option = argv[i];
		const char *value = match(argc, argv, &i, "--config", &missing);
		if (value != NULL) {
			*config_file = value;
			continue;
		}
		for (size_t e = 0; value == NULL && !missing && e < ENTRIES; e++) {
			value = match(argc, argv, &i, entries[e].option, &missing);
			if (value != NULL && apply &&
			    !settings_set(settings, entries[e].path, value, entries[e].option, error))
				return OPTIONS_BAD;
		}
		if (missing)
			return bad(error, "missing argument of option", option);
		if (value != NULL)
			continue;
		if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0)
			return OPTIONS_HELP;
		if (strcmp(option, "--version") == 0 || strcmp(option, "-V") == 0)
			return OPTIONS_VERSION;
		if (strcmp(option, "--no-drop") == 0) {
			settings->stays_root = true;
			continue;
		}
		if (strcmp(option, "--print-config") != 0)
			return bad(error, option[0] == '-' ? "unknown option" : "unexpected argument", option);
		action = OPTIONS_PRINT_CONFIG;
	}
	return action;
}

static bool read_environment(struct settings *settings, char *error)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		const char *value = getenv(entries[i].environment);
		if (value != NULL && *value != '\0' &&
		    !settings_set(settings, entries[i].path, value, entries[i].environment, error))
			return false;
	}
	return true;
}

enum options_action options_read(int argc, char **argv, struct settings *settings, const char **config_file,
				 char error[SETTINGS_ERROR_SIZE])
{
	*config_file = NULL;
	settings_defaults(settings, SETTINGS_FIELD);
	enum options_action action = walk(argc, argv, settings, false, config_file, error);
	if (action != OPTIONS_RUN && action != OPTIONS_PRINT_CONFIG)
		return action;
	if (*config_file != NULL && !settings_read_file(settings, *config_file, error))
		return OPTIONS_BAD;
	if (!read_environment(settings, error))
		return OPTIONS_BAD;
	action = walk(argc, argv, settings, true, config_file, error);
	settings_apply_profile(settings);
	const char *source = *config_file != NULL ? *config_file : "configuration";
	if (action != OPTIONS_BAD && !settings_check(settings, source, error))
		return OPTIONS_BAD;
	if (action == OPTIONS_RUN && !settings_read_credentials(settings, source, error))
		return OPTIONS_BAD;
	return action;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of smart-charging-service, and its environment. */
#ifndef TOOLS_SMART_CHARGING_SMART_CHARGING_OPTIONS_H
#define TOOLS_SMART_CHARGING_SMART_CHARGING_OPTIONS_H

#include "service/log.h"
#include "tools/mqtt_options.h"

/* Texts point into argv or the environment. */
struct smart_charging_options {
	struct mqtt_options mqtt; /* .client_id NULL: one made by chance */
	enum log_level log_level;
	const char *topic_to_station;   /* where the services speak: this one, slacd, OCPP */
	const char *topic_from_station; /* where the station speaks */
	const char *topic_from_ocpp;    /* where OCPP sends profiles */
	const char *topic_to_ocpp;      /* where they are answered */
	const char *topic_to_iso15118;  /* where limits of 15118 sessions go */
};

/*
 * Defaults, then the environment (an empty value counts as unset), then the options. Reads the password, and checks the
 * files for TLS. What is wrong is said on stderr.
 */
enum command_line_action smart_charging_options_read(int argc, char **argv, struct smart_charging_options *options);

#endif

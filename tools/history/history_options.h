/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of slac-history collect, and its environment. */
#ifndef TOOLS_HISTORY_HISTORY_OPTIONS_H
#define TOOLS_HISTORY_HISTORY_OPTIONS_H

#include "service/log.h"
#include "tools/history/history_filter.h"
#include "tools/mqtt_options.h"

#define HISTORY_BATCH_MAX       4096
#define HISTORY_SPOOL_PATH_SIZE 512

/* Texts point into argv or the environment. */
struct history_options {
	struct mqtt_options mqtt; /* with the client id of the session that the broker keeps */
	enum log_level log_level;
	struct history_filters filters;
	const char *database; /* history_store.h */
	const char *spool;    /* a directory */
	uint32_t spool_mib;
	uint32_t batch;    /* rows of a transaction */
	uint32_t batch_ms; /* how long the first of them waits */
	uint32_t refused_max;
	char made_spool[HISTORY_SPOOL_PATH_SIZE];
};

/* An option wins over the environment variable of its name, as --help has it. */
enum command_line_action history_options_read(int argc, char **argv, struct history_options *options);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of slac-history collect, and its environment. */
#ifndef TOOLS_HISTORY_HISTORY_OPTIONS_H
#define TOOLS_HISTORY_HISTORY_OPTIONS_H

#include "mqtt/broker/broker.h"
#include "service/log.h"
#include "service/password_file.h"
#include "tools/command_line.h"
#include "tools/history/history_filter.h"

#define HISTORY_BATCH_MAX       4096
#define HISTORY_SPOOL_PATH_SIZE 512

/* Texts point into argv or the environment; NULL is "not given" where there is no default. */
struct history_options {
	const char *mqtt_host; /* or the path of a Unix socket, and port 0 */
	uint16_t mqtt_port;
	const char *client_id; /* of the session that the broker keeps */
	const char *user;
	const char *password_file;
	char password[PASSWORD_SIZE]; /* of that file; "": none */
	struct broker_tls tls;        /* .ca NULL: none */
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

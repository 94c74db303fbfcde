/* SPDX-License-Identifier: Apache-2.0 */
/* Command line of slac-replay. */
#ifndef TOOLS_REPLAY_SLAC_REPLAY_OPTIONS_H
#define TOOLS_REPLAY_SLAC_REPLAY_OPTIONS_H

#include "slacd/outlet/outlet_config.h"
#include "slacd/settings/settings.h"

#define REPLAY_ERROR_SIZE SETTINGS_ERROR_SIZE
#define REPLAY_WHAT_IFS   32

/* Where a capture was recorded. */
enum replay_place {
	REPLAY_PLACE_FOUND, /* the file tells */
	REPLAY_PLACE_CAR,
	REPLAY_PLACE_STATION
};

struct replay_options {
	const char *capture; /* or a session record: */
	bool is_record;
	const char *what_if[REPLAY_WHAT_IFS]; /* "PATH=VALUE" */
	size_t what_if_count;
	bool search;       /* which settings lead to other statuses */
	const char *write; /* NULL: no */
	bool has_evse_mac;
	uint8_t evse_mac[MAC_LEN];
	bool has_modem_mac;
	uint8_t modem_mac[MAC_LEN];
	enum replay_place place;
	bool modem_is_silent; /* nothing is answered for the modem */
	bool dc_only;
	struct outlet_config config; /* by --config and --evse-id */
	uint8_t nmk[NMK_LEN];
	uint64_t connected_at_us;
	uint64_t disconnect_gap_us; /* 0: a pause never ends a session */
};

enum replay_action {
	REPLAY_RUN,
	REPLAY_HELP,
	REPLAY_VERSION,
	REPLAY_BAD /* `error` says what is wrong */
};

/* Reads the configuration file, too. The texts of *out are those of argv. */
enum replay_action replay_options_parse(int argc, char **argv, struct replay_options *out,
					char error[REPLAY_ERROR_SIZE]);
void replay_options_help(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Command line of slac-replay. */
#ifndef TOOLS_REPLAY_SLAC_REPLAY_OPTIONS_H
#define TOOLS_REPLAY_SLAC_REPLAY_OPTIONS_H

#include "homeplug/mme/address.h"

#define REPLAY_ERROR_SIZE 320

struct replay_options {
	const char *capture;
	const char *write; /* NULL: no */
	bool has_evse_mac;
	uint8_t evse_mac[MAC_LEN];
	bool strict;
	int missing_profile_db;
	bool has_attn_rx;
	int16_t attn_rx_db; /* of every group */
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

enum replay_action replay_options_parse(int argc, char **argv, struct replay_options *out,
					char error[REPLAY_ERROR_SIZE]);
void replay_options_help(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What slac-replay tells of a session record. */
#ifndef TOOLS_REPLAY_RECORD_REPORT_H
#define TOOLS_REPLAY_RECORD_REPORT_H

#include "tools/replay/slac_replay_options.h"

enum record_verdict {
	RECORD_REPRODUCED,
	RECORD_DIFFERS,
	RECORD_WHAT_IF, /* told */
	RECORD_UNREAD,  /* `error` says why */
	RECORD_MISUSED  /* likewise: a what-if that is none */
};

/* Replays options->capture, which is a record, and prints the account. */
enum record_verdict record_report(const struct replay_options *options, char error[REPLAY_ERROR_SIZE]);

#endif

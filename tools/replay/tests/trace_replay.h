/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The captures of real cars (folder $SLACD_TRACES, see README.md there), read for replay: what the EVSE's host
 * received, with its times, and what the recorded EVSE made of it. They are not part of the project: a test that finds
 * no folder is skipped. Needs no test framework.
 */
#ifndef TOOLS_REPLAY_TESTS_TRACE_REPLAY_H
#define TOOLS_REPLAY_TESTS_TRACE_REPLAY_H

#include "homeplug/mme/mme.h"
#include "tools/replay/tests/trace_files.h"

/* More than any capture has. */
#define TRACE_FRAMES  512
#define TRACE_MATCHES 8
/* A longer pause is an unplug and a replug. */
#define TRACE_UNPLUG_US UINT64_C(5000000)

struct trace_frame {
	uint64_t time_us;
	bool received; /* by the EVSE's host, and decoded; otherwise only the time is of interest */
	struct mme frame;
};

struct trace_match {
	uint8_t ev_mac[MAC_LEN];
	uint8_t run_id[RUN_ID_LEN];
};

struct trace_matches {
	size_t count;
	struct trace_match items[TRACE_MATCHES];
};

struct trace {
	const char *file;
	uint8_t evse_mac[MAC_LEN];     /* of the recorded EVSE: the source of CM_SLAC_PARM.CNF */
	struct trace_matches recorded; /* its CM_SLAC_MATCH.CNFs */
	size_t count;
	struct trace_frame frames[TRACE_FRAMES];
};

/* False, and `error`, for a capture that cannot be read or is too long. `file` is kept, not copied. */
bool trace_load(struct trace *trace, const char *file, char error[PORT_ERROR_SIZE]);

/* Adds one; false when there is no room. */
bool trace_note_match(struct trace_matches *matches, const uint8_t ev_mac[MAC_LEN], const uint8_t run_id[RUN_ID_LEN]);

#endif

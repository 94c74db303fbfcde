/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of slac-replay on stdout. The same input gives the same octets. Never the NMK. */
#ifndef TOOLS_REPLAY_REPLAY_REPORT_H
#define TOOLS_REPLAY_REPLAY_REPORT_H

#include "slacd/outlet/outlet.h"

struct replay_report {
	uint64_t start_us; /* time 0 of the lines; what happens before has a minus */
	uint64_t now_us;
};

/* A frame; `arrow` is "<-", "stand-in" or "recorded". The address is the sender's, or with `to` the receiver's. */
void report_frame(const struct replay_report *report, const char *arrow, bool to, const uint8_t *octets, size_t len);
/* The station reports this pilot state. */
void report_state(const struct replay_report *report, enum cp_state state);
/* What the outlet does or says. */
void report_effect(const struct replay_report *report, const struct outlet_effect *effect);

#endif

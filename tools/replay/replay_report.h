/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of slac-replay on stdout. The same input gives the same octets. Never the NMK. */
#ifndef TOOLS_REPLAY_REPLAY_REPORT_H
#define TOOLS_REPLAY_REPLAY_REPORT_H

#include "homeplug/slac/slac_evse.h"

struct replay_report {
	uint64_t start_us; /* time 0 of the lines */
	uint64_t now_us;
};

/* A frame; `arrow` is "<-", "->" or "recorded", the address printed that of the other side. */
void report_frame(const struct replay_report *report, const char *arrow, const uint8_t mac[MAC_LEN],
		  const struct mme *frame);
/* A received frame that did not decode (header members of *frame are valid). */
void report_undecoded(const struct replay_report *report, const struct mme *frame, enum mme_error error);
/* What the pilot does: "vehicle connected" and so on. */
void report_pilot(const struct replay_report *report, const char *text);
void report_key(const struct replay_report *report, const struct network_key *key);
/* The means over all groups of what the modem measured and of what the EVSE reported to the EV. */
void report_attenuation(const struct replay_report *report, const struct slac_run *run);
/* An output other than SLAC_EVSE_SEND. */
void report_output(const struct replay_report *report, const struct slac_evse_output *item);

#endif

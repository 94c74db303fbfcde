/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the whole simulated station answers in a charging session, and what it does about it (doc/cs-sim.md). Pure.
 *
 * A request about an outlet that the station does not have gets no answer. One that cannot be read is refused as its
 * message allows (rejected, error), and not answered where it does not.
 */
#ifndef TOOLS_STATION_CS_SESSION_H
#define TOOLS_STATION_CS_SESSION_H

#include "tools/station/cs_outlet.h"

struct cs_session {
	size_t count;
	struct cs_outlet outlets[API_EVSES_MAX];
};

/* What the shell has to do behind the messages, as only it can. */
struct cs_session_effects {
	struct cs_outbox out;
	bool operates_anew[API_EVSES_MAX]; /* the outlet went out of service or came back: its status_code changes */
	bool restart;                      /* the whole station boots again */
};

/* Index of an outlet ("": the first), or -1. */
int cs_session_find(const struct cs_session *session, const char *evse_id);

/* A message for the station came in whole. `timestamp` is the time of day, for meter_values. */
void cs_session_heard(struct cs_session *session, const struct api_session_message *message, uint64_t now_us,
		      const char *timestamp, struct cs_session_effects *effects);
/* One came in that could not be read (API_INVALID). */
void cs_session_refuse(struct cs_session *session, const struct api_session_message *message,
		       struct cs_session_effects *effects);
/* meter_values of an outlet as an update. */
void cs_session_tell_meter(struct cs_session *session, int index, uint64_t now_us, const char *timestamp,
			   struct cs_outbox *out);

/* When cs_session_tick wants to be called next, or CS_NEVER_US. */
uint64_t cs_session_due(const struct cs_session *session);
void cs_session_tick(struct cs_session *session, uint64_t now_us, struct cs_outbox *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulated station and the services played beside it want to say, in order. Pure. */
#ifndef TOOLS_STATION_CS_OUTBOX_H
#define TOOLS_STATION_CS_OUTBOX_H

#include "tools/station/api_session.h"

/* No input leads to more: one message an outlet, or some about one. An assertion guards it. */
#define CS_OUTBOX_MAX (API_EVSES_MAX + 16)

enum cs_topic {
	CS_TOPIC_TO_STATION,     /* josev/cs */
	CS_TOPIC_FROM_STATION,   /* cs/josev */
	CS_TOPIC_ISO15118_SLAC,  /* iso15118/slac */
	CS_TOPIC_ISO15118_OCPP,  /* iso15118/ocpp */
	CS_TOPIC_OCPP_ISO15118,  /* ocpp/iso15118 */
	CS_TOPIC_OCPP_SMART,     /* ocpp/smart_charging */
	CS_TOPIC_SMART_OCPP,     /* smart_charging/ocpp */
	CS_TOPIC_SMART_ISO15118, /* smart_charging/iso15118 */
	CS_TOPICS
};

struct cs_outgoing {
	enum cs_topic topic;
	struct api_session_message message; /* without an id: it gets one when it is sent */
};

struct cs_outbox {
	size_t count;
	struct cs_outgoing items[CS_OUTBOX_MAX];
};

/* Adds an empty message, which the caller fills. evse_id NULL: the whole station. */
struct api_session_message *cs_outbox_add(struct cs_outbox *outbox, enum cs_topic topic, enum api_session_kind kind,
					  enum api_type type, const char *evse_id);
/* Adds the answer to a request: its kind, id and outlet. */
struct api_session_message *cs_outbox_answer(struct cs_outbox *outbox, enum cs_topic topic,
					     const struct api_session_message *request);

#endif

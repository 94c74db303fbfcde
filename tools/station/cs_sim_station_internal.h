/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated station, shared by cs_sim_station.c, cs_sim_live.c and cs_sim_session.c only. */
#ifndef TOOLS_STATION_CS_SIM_STATION_INTERNAL_H
#define TOOLS_STATION_CS_SIM_STATION_INTERNAL_H

#include "tools/station/cs_session.h"
#include "tools/station/cs_sim_station.h"

#include <sys/queue.h>

struct broker;
struct event;
struct json_object;
struct pending;

/* Messages of the played services come back from the broker; more than are on the way at one time. */
#define CS_SENT_MAX 128
/* Answers that are late on request (--answer-delay-ms); a request beyond them is not answered, and that is said. */
#define CS_PENDING_MAX (4 * API_EVSES_MAX)
#define CS_TOPIC_SIZE  (CS_TOPIC_PREFIX_MAX + 32)

/* The services that are played beside the station, and what they have sent. */
struct cs_played {
	char topics[CS_TOPICS][CS_TOPIC_SIZE]; /* between the services, with the prefix; "": an option says it */
	bool boots;                            /* at the next connection */
	struct cs_ocpp ocpp;
	struct cs_iso15118 iso15118;
	size_t sent_next;
	struct cs_sent {
		enum api_type type;
		char id[API_ID_MAX];
	} sent[CS_SENT_MAX];
};

/* Services that have told their service_status; the oldest gives way. */
#define CS_SENDERS_MAX 8
#define CS_SENDER_END  12

struct cs_sender {
	char end[CS_SENDER_END + 1]; /* of the ids that it makes; "": none */
	char name[32];
};

struct cs_station {
	struct event_base *base;
	const struct cs_station_options *options;
	struct cs_data *data;
	struct cs_station_callbacks callbacks;
	void *context;
	struct broker *broker;
	enum cs_answer answer;                         /* to anything but cp_pwm */
	enum cs_answer pilot_answers[CS_SIGNAL_F + 1]; /* by the pilot that is asked for */
	bool silent;                                   /* cp_status is not reported */
	struct cs_session session;                     /* the outlets of data->evse_ids */
	struct cs_played played;
	size_t sender_next;
	struct cs_sender senders[CS_SENDERS_MAX];
	struct event *tick; /* of session and played services */
	LIST_HEAD(, pending) pending;
	size_t pending_count;
	struct event *restart;
};

/* Index of an outlet ("": the first), or -1. */
int cs_station_find(const struct cs_station *station, const char *evse_id);
/* Publishes cp_status of an outlet, unless the station is not to report it. */
void cs_station_send_status(struct cs_station *station, int index, enum api_cp_state state);
/* Answers now, or later, or not at all, as it is set: exactly one of the two is not NULL. */
void cs_station_on_request(struct cs_station *station, const struct api_station_message *request,
			   const struct api_session_message *of_session);
/* Publishes a message with this data object. */
void cs_station_send_data(struct cs_station *station, const char *id, const char *name, enum api_type type,
			  struct json_object *object);
/* cs_status_and_limits as it is now, as an update. */
void cs_station_send_limits(struct cs_station *station);

/* --- the charging session (cs_sim_session.c) --- */

uint64_t cs_station_now_us(void);
/* Sends what the station says, and looks at its timer anew. */
void cs_station_say(struct cs_station *station, const struct cs_outbox *out);
/* The data has changed: outlets come and go, with what else they had, and follow their limits. */
void cs_station_sync(struct cs_station *station);
/* The broker is there: the played services boot, where they have not yet. */
void cs_station_boot_played(struct cs_station *station);
/* A message on any topic. `reported` when an error in it was said already. */
void cs_station_session_message(struct cs_station *station, const char *topic, const char *payload, size_t len,
				bool reported);
/* Answers a request of the session now. */
void cs_station_session_answer(struct cs_station *station, const struct api_session_message *request);
/* Whether a message that came in is one of a played service. */
bool cs_station_was_sent(const struct cs_station *station, enum api_type type, const char *id);
void cs_station_on_tick(int fd, short what, void *context);
/* The topics of the played services, from now on. */
void cs_station_name_topics(struct cs_station *station);
/* The topics to subscribe; returns how many. */
size_t cs_station_topics(const struct cs_station *station, const char *topics[CS_TOPICS]);

#endif

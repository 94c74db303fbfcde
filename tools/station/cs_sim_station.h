/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulated station: answers slacd's requests over the broker, moves its pilots and reports their state.
 */
#ifndef TOOLS_STATION_CS_SIM_STATION_H
#define TOOLS_STATION_CS_SIM_STATION_H

#include "tools/station/cs_sim_command.h"
#include "tools/station/cs_sim_data.h"

#define CS_TOPIC_PREFIX_MAX 200

struct event_base;
struct cs_station;

struct cs_station_options {
	const char *mqtt_host;
	uint16_t mqtt_port;
	const char *topic_to_station;
	const char *topic_from_station;
	const char *topic_iso15118;
	const char *topic_prefix; /* stands before the topics between the services that are played */
	enum cs_answer answer;
	uint32_t answer_delay_ms;
	double max_current_a; /* of outlets that are made from a text */
	bool play_ocpp;       /* the station is not alone: these services are played beside it */
	bool play_iso15118;
};

struct cs_station_callbacks {
	void (*connected)(void *context);
	/* What an expectation can wait for has happened. */
	void (*seen)(void *context, const struct cs_event *event);
};

/* Starts to connect. NULL when it cannot (said already). Options, data and base must outlive it. */
struct cs_station *cs_station_new(struct event_base *base, const struct cs_station_options *options,
				  struct cs_data *data, const struct cs_station_callbacks *callbacks, void *context);
/* Sends what is queued, for at most a second, and ends. NULL is allowed. */
void cs_station_free(struct cs_station *station);

/* evse_id "" is the first outlet. Each is false when there is no such outlet. */
bool cs_station_plug(struct cs_station *station, const char *evse_id);
bool cs_station_unplug(struct cs_station *station, const char *evse_id);
bool cs_station_force_state(struct cs_station *station, const char *evse_id, enum api_cp_state state);
bool cs_station_limit(struct cs_station *station, const char *evse_id, double current_a);
/* A card was accepted, or that is taken back: the contactor follows. */
bool cs_station_authorize(struct cs_station *station, const char *evse_id, bool accepted);
bool cs_station_status_code(struct cs_station *station, const char *evse_id, enum api_evse_status code);
bool cs_station_remove(struct cs_station *station, const char *evse_id);

/* Report changed data; false, and it is said why, when the text or file is not what is expected. */
bool cs_station_add(struct cs_station *station, const char *text);
bool cs_station_parameters(struct cs_station *station, const char *path);
bool cs_station_limits(struct cs_station *station, const char *path);

/* Ends the connection and makes it again; the pilots are off until slacd asks for them, vehicles stay plugged in. */
void cs_station_restart(struct cs_station *station);

/* The whole id of outlet evse_id ("": the first), or NULL. */
const char *cs_station_evse_id(const struct cs_station *station, const char *evse_id);
/* An id for a new message. */
void cs_station_new_id(char id[API_UUID_MAX]);
/* Publishes a message that was built; len 0 is an error. */
void cs_station_publish(struct cs_station *station, const char *topic, const char *payload, size_t len);
const struct cs_station_options *cs_station_options(const struct cs_station *station);

/* How requests are answered from now on; with a signal only those for this pilot. */
void cs_station_answer(struct cs_station *station, enum cs_answer answer, const enum cs_signal *signal);
/* Whether cp_status is reported from now on; if so, every outlet's at once. */
void cs_station_report(struct cs_station *station, bool on);
void cs_station_raw(struct cs_station *station, const char *topic, const char *text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slac-monitor knows of stations and their outlets, from the messages that they and slacd send (doc/mqtt.md). Pure
 * but for the memory of each outlet: messages and times in; monitor_view.h writes what there is.
 *
 * Each change has a number, so that a reader who knows the number of the last one that it has seen is given the rest.
 *
 * Bounds: MONITOR_STATIONS_MAX stations, MONITOR_OUTLETS_MAX outlets of all of them together, MONITOR_VERDICTS_MAX
 * verdicts of each. A further outlet is not taken, and its messages are counted: whoever can invent outlets must not push
 * out real ones. The oldest verdict makes room for a new one. An outlet goes when its station's cs_parameters no longer
 * names it.
 */
#ifndef TOOLS_MONITOR_MONITOR_MODEL_H
#define TOOLS_MONITOR_MONITOR_MODEL_H

#include "tools/station/api_station.h"

#define MONITOR_STATIONS_MAX 4
#define MONITOR_OUTLETS_MAX  1024
#define MONITOR_VERDICTS_MAX 8
#define MONITOR_TEXT_MAX     400

/* How a session went, or that a vehicle left: each status but `matching`. Times are those at which it was heard. */
struct monitor_verdict {
	uint64_t at_ms; /* since 1970, UTC, as all times here */
	struct api_station_slac_status status;
};

/* What became of a pilot request. */
enum monitor_answer { MONITOR_ANSWER_NONE, MONITOR_ANSWER_VALID, MONITOR_ANSWER_INVALID, MONITOR_ANSWER_ERROR };

/* Each at_ms is the time of the last change. */
struct monitor_outlet {
	size_t station;
	char evse_id[API_EVSE_ID_MAX];
	uint64_t change;                           /* number of its last change */
	uint64_t connection;                       /* in which its matching or pilot was heard of last */
	char network_interface[API_INTERFACE_MAX]; /* "" until cs_parameters tells it */

	bool has_slac;
	struct api_station_slac_status slac;
	uint64_t slac_at_ms;

	bool has_pilot;
	struct api_cp_status pilot;
	uint64_t pilot_at_ms;

	bool has_request; /* cp_pwm, whoever asked */
	struct api_cp_pwm request;
	char request_id[API_ID_MAX];
	enum monitor_answer answer;
	char answer_info[API_INFO_MAX];
	uint64_t request_at_ms;

	bool has_limits;
	struct api_evse_limits limits;

	struct monitor_verdict verdicts[MONITOR_VERDICTS_MAX]; /* a ring: */
	uint64_t verdict_count;                                /* all so far */
};

/* One slacd and its station. */
struct monitor_station {
	const char *name;    /* the topic on which slacd speaks; lent */
	bool has_parameters; /* the station has told which outlets it has */
	bool has_service;    /* slacd has told its state */
	struct api_station_service_status service;
	uint64_t service_at_ms;
};

struct monitor {
	struct monitor_station stations[MONITOR_STATIONS_MAX];
	size_t station_count;
	struct monitor_outlet *outlets[MONITOR_OUTLETS_MAX]; /* in the order of station and evse_id */
	size_t outlet_count;
	uint64_t change;      /* the number of the last one */
	uint64_t gone_change; /* of the last one at which an outlet went */

	bool is_connected;   /* to the broker */
	uint64_t connection; /* the number of this one, or the last: what was said between two is not known */
	char broker_reason[MONITOR_TEXT_MAX];
	uint64_t broker_at_ms;

	uint64_t no_room;   /* messages about outlets that found no room */
	uint64_t unread;    /* messages that were refused */
	uint64_t too_large; /* of these: never handed over by the MQTT client */
	char unread_why[MONITOR_TEXT_MAX];
	struct api_message message; /* the one that is being read */
};

/* `names` of the stations are lent; at most MONITOR_STATIONS_MAX. NULL without memory. */
struct monitor *monitor_new(const char *const *names, size_t count);
/* NULL is allowed. */
void monitor_free(struct monitor *monitor);

/* Who has sent a message. */
enum monitor_from { MONITOR_FROM_SLACD, MONITOR_FROM_STATION };

/*
 * Takes any message of a station's topics: slacd's (where it speaks to the station) or the station's. What tells
 * nothing of an outlet is skipped.
 */
void monitor_take(struct monitor *monitor, size_t station, enum monitor_from from, const char *payload, size_t len,
		  uint64_t now_ms);
/* The MQTT client has dropped messages of more than API_PAYLOAD_MAX octets: so many until now. */
void monitor_take_too_large(struct monitor *monitor, uint64_t total);
/* The broker's connection is there, or not, with the reason. */
void monitor_take_connected(struct monitor *monitor, uint64_t now_ms);
void monitor_take_disconnected(struct monitor *monitor, const char *reason, uint64_t now_ms);

/* Whether a vehicle may be there: its pilot says nothing else. */
bool monitor_outlet_has_vehicle(const struct monitor_outlet *outlet);
/* How many verdicts are kept, and one of them, 0 being the latest. */
size_t monitor_outlet_verdicts(const struct monitor_outlet *outlet);
const struct monitor_verdict *monitor_outlet_verdict(const struct monitor_outlet *outlet, size_t age);

#endif

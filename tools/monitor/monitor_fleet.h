/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slac-monitor knows of a fleet of simulated stations, from the messages of its launcher and of the stations'
 * keepers (doc/fleet.md). Pure but for the memory of each station and outlet: messages and times in; monitor_fleet_view.h
 * writes what there is. Changes have numbers, as in monitor_model.h.
 *
 * A station is there from its first status to the empty one that clears it at the broker. A dead one stays. An outlet
 * that is heard of before its station waits for that, unseen.
 *
 * Bounds: MONITOR_FLEET_STATIONS_MAX stations, MONITOR_FLEET_CONNECTORS_MAX outlets of each, MONITOR_FLEET_OUTLETS_MAX of
 * all of them together. A further one is not taken, and its messages are counted: what is shown is not pushed out. The
 * oldest of MONITOR_FLEET_ERRORS_MAX errors makes room for a new one; setups beyond MONITOR_FLEET_SETUPS_MAX are not
 * offered.
 */
#ifndef TOOLS_MONITOR_MONITOR_FLEET_H
#define TOOLS_MONITOR_MONITOR_FLEET_H

#include "mqtt/api/api.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MONITOR_FLEET_STATIONS_MAX   1024
#define MONITOR_FLEET_CONNECTORS_MAX 256
#define MONITOR_FLEET_OUTLETS_MAX    8192
#define MONITOR_FLEET_ERRORS_MAX     32
#define MONITOR_FLEET_SETUPS_MAX     100
#define MONITOR_FLEET_ID_SIZE        33 /* 1 ... 32 of A-Z a-z 0-9 _ - */
#define MONITOR_FLEET_SETUP_SIZE     65 /* 1 ... 64 of these */
#define MONITOR_FLEET_WORD_SIZE      32
#define MONITOR_FLEET_TEXT_SIZE      256
#define MONITOR_FLEET_UNREAD_SIZE    480

/* A bit of `known` is a member of a status, in the order of the table in monitor_fleet.c. */
struct monitor_fleet_connector {
	unsigned number;
	uint64_t change;
	uint64_t connection; /* to the broker, in which it was heard of last */
	uint32_t known;
	char evse_id[API_EVSE_ID_MAX];
	/* What the car and the driver do. */
	bool plugged;
	bool ready;
	bool faulted;
	double cable;
	double consumption_l1, consumption_l2, consumption_l3;
	double attenuation;
	char behaviour[MONITOR_FLEET_TEXT_SIZE];
	char id_tag[64];
	char status_code[MONITOR_FLEET_WORD_SIZE];
	/* What became of it. */
	char state[MONITOR_FLEET_WORD_SIZE];
	char reason[API_REASON_MAX];
	char pilot[MONITOR_FLEET_WORD_SIZE];
	char ev_mac[MONITOR_FLEET_WORD_SIZE];
	char run_id[MONITOR_FLEET_WORD_SIZE];
	char at[MONITOR_FLEET_WORD_SIZE];
	double duty_percent;
	double offered_current_a;
	double drawn_a[3];
	double attenuation_db;
	uint32_t sessions_matched;
	uint32_t sessions_failed;
};

struct monitor_fleet_station {
	uint64_t change; /* of what is here, not of its outlets */
	uint64_t connection;
	uint32_t known;
	bool has_status; /* it is shown */
	char id[MONITOR_FLEET_ID_SIZE];
	char status[MONITOR_FLEET_WORD_SIZE]; /* Starting, Alive, Dead */
	char link[MONITOR_FLEET_WORD_SIZE];
	char slacd[MONITOR_FLEET_WORD_SIZE];
	char stopped[MONITOR_FLEET_TEXT_SIZE]; /* programs that a signal has stopped */
	char started[MONITOR_FLEET_WORD_SIZE];
	uint32_t connectors;
	uint32_t restarts;
	struct monitor_fleet_connector *outlets[MONITOR_FLEET_CONNECTORS_MAX]; /* in the order of their numbers */
	size_t outlet_count;
};

struct monitor_fleet_launcher {
	uint64_t change;
	uint64_t connection;
	uint32_t known; /* 0: it has told nothing */
	char status[MONITOR_FLEET_WORD_SIZE];
	char version[API_VERSION_MAX];
	uint32_t stations;
	uint32_t max_stations;
	char setups[MONITOR_FLEET_SETUPS_MAX][MONITOR_FLEET_SETUP_SIZE];
	size_t setup_count;
};

/* What the launcher or a keeper refused. */
struct monitor_fleet_error {
	uint64_t change;
	uint64_t at_ms; /* since 1970, UTC */
	uint32_t known;
	char from[MONITOR_FLEET_ID_SIZE]; /* a station; "": the launcher */
	char error[MONITOR_FLEET_UNREAD_SIZE];
	char topic[MONITOR_FLEET_TEXT_SIZE];
	char payload[MONITOR_FLEET_TEXT_SIZE];
};

/* How a car may behave, as `slac-ev --print-behaviours` has it. All lent. */
struct monitor_fleet_behaviour {
	const char *name;
	const char *argument; /* what follows the name and a colon; "[:MS]": may follow it; NULL: nothing */
	const char *help;
};

struct monitor_fleet_behaviours {
	const struct monitor_fleet_behaviour *words;
	size_t count;
	/* Whether it is a list of these; false with what is wrong with it. */
	bool (*check)(const char *list, char error[MONITOR_FLEET_TEXT_SIZE]);
};

struct monitor_fleet {
	const struct monitor_fleet_behaviours *behaviours;
	struct monitor_fleet_station *stations[MONITOR_FLEET_STATIONS_MAX]; /* in the order of their ids */
	size_t station_count;
	size_t outlet_count; /* of all of them */
	struct monitor_fleet_launcher launcher;
	struct monitor_fleet_error errors[MONITOR_FLEET_ERRORS_MAX]; /* a ring: */
	uint64_t error_count;                                        /* all so far */
	uint64_t change;                                             /* the number of the last one */
	uint64_t gone_change; /* of the last one at which a station or an outlet went */

	bool is_connected; /* to the broker */
	uint64_t connection;
	char broker_reason[MONITOR_FLEET_TEXT_SIZE];
	uint64_t broker_at_ms;

	uint64_t no_room; /* messages that found no room */
	uint64_t unread;  /* messages that were refused */
	char unread_why[MONITOR_FLEET_UNREAD_SIZE];
};

/* Of the topics that tell of a fleet. */
extern const char *const monitor_fleet_filters[];
extern const size_t monitor_fleet_filter_count;

/* `behaviours` is lent. NULL without memory. */
struct monitor_fleet *monitor_fleet_new(const struct monitor_fleet_behaviours *behaviours);
/* NULL is allowed. */
void monitor_fleet_free(struct monitor_fleet *fleet);

/* Takes a message; what is none of the fleet's topics is skipped. Returns whether it was one. */
bool monitor_fleet_take(struct monitor_fleet *fleet, const char *topic, const char *payload, size_t len,
			uint64_t now_ms);
/* The broker's connection is there, or not, with the reason. */
void monitor_fleet_take_connected(struct monitor_fleet *fleet, uint64_t now_ms);
void monitor_fleet_take_disconnected(struct monitor_fleet *fleet, const char *reason, uint64_t now_ms);
/*
 * What the broker has stored has come: what was not among it since the connection was made is there no more. Without
 * effect while there is none.
 */
void monitor_fleet_forget_unheard(struct monitor_fleet *fleet);

/* Whether the text is the id of a station, or the name of a setup. */
bool monitor_fleet_is_id(const char *text);
bool monitor_fleet_is_setup(const char *text);
/* The station that is shown by this id, or NULL. */
const struct monitor_fleet_station *monitor_fleet_find(const struct monitor_fleet *fleet, const char *id);
const struct monitor_fleet_connector *monitor_fleet_find_outlet(const struct monitor_fleet_station *station,
								unsigned number);
/* The launcher obeys. */
bool monitor_fleet_has_launcher(const struct monitor_fleet *fleet);
/* How many errors are kept, and one of them, 0 being the latest. */
size_t monitor_fleet_errors(const struct monitor_fleet *fleet);
const struct monitor_fleet_error *monitor_fleet_error(const struct monitor_fleet *fleet, size_t age);

#endif

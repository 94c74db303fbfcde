/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The station, as far as a benchmark needs one: grants each pilot request and reports the pilot's state. Its
 * MQTT client has a thread of its own, so that nothing of it runs where frames are timed.
 */
#ifndef TOOLS_BENCH_SLAC_BENCH_STATION_H
#define TOOLS_BENCH_SLAC_BENCH_STATION_H

#include "tools/station/api_station.h"

#include <pthread.h>

#define BENCH_EVSE_ID "DE*SLA*E1"

struct mosquitto;

struct bench_station {
	struct mosquitto *mosquitto;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* --- under lock --- */
	bool subscribed;
	bool plug_at_request; /* a vehicle is there already: report B2 as soon as slacd asks for the pilot */
	unsigned pilot_requests;
	unsigned matched; /* status updates seen */
};

/* Connects to the broker on 127.0.0.1; false with the reason on stderr. */
bool station_open(struct bench_station *station, int port);
/* Also after station_open has failed, or was not called on a zeroed station. */
void station_close(struct bench_station *station);

/* The next pilot request is answered with B2, or with the pilot as it is. */
void station_plug_at_request(struct bench_station *station, bool plug);
/* Reports the pilot's state of an EVSE. */
bool station_report(struct bench_station *station, const char *evse_id, enum api_cp_state state);

/* Waits for that many pilot requests, or `matched` updates, since station_open. False after two seconds. */
bool station_wait_requests(struct bench_station *station, unsigned count);
bool station_wait_matched(struct bench_station *station, unsigned count);
unsigned station_requests(struct bench_station *station);
unsigned station_matched(struct bench_station *station);

#endif

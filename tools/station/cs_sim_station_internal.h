/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated station, shared by cs_sim_station.c and cs_sim_live.c only. */
#ifndef TOOLS_STATION_CS_SIM_STATION_INTERNAL_H
#define TOOLS_STATION_CS_SIM_STATION_INTERNAL_H

#include "tools/station/cs_sim_station.h"

#include <sys/queue.h>

struct broker;
struct event;
struct json_object;
struct pending;

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
	struct cs_pilot pilots[API_EVSES_MAX];         /* of data->evse_ids */
	LIST_HEAD(, pending) pending;
	struct event *restart;
};

/* Index of an outlet ("": the first), or -1. */
int cs_station_find(const struct cs_station *station, const char *evse_id);
/* Publishes a message with this data object. */
void cs_station_send_data(struct cs_station *station, const char *id, const char *name, enum api_type type,
			  struct json_object *object);

#endif

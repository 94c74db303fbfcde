/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated car: the EV side of SLAC with its timer, its habits and its modem. */
#ifndef TOOLS_CAR_EV_CAR_H
#define TOOLS_CAR_EV_CAR_H

#include "homeplug/slac/amp_map_exchange.h"
#include "tools/car/slac_ev.h"
#include "tools/car/power_line.h"
#include "tools/car/slac_ev_options.h"

#include <event2/event.h>

#define CAR_NAME_SIZE 16

enum ev_car_state {
	CAR_UNPLUGGED,
	CAR_SILENT, /* plugged in, says nothing */
	CAR_MATCHING,
	CAR_STOPPED, /* fell silent as told */
	CAR_FAILED,
	CAR_JOINING, /* matched, no link yet */
	CAR_KEYS_DIFFER,
	CAR_LINK_UP
};

struct ev_car {
	char name[CAR_NAME_SIZE];
	enum ev_car_state state;
	const struct slac_ev_options *options;
	const struct trace *trace;
	struct power_line *line;
	uint8_t ev_mac[MAC_LEN];
	struct car_behaviour behaviour; /* since it was plugged in */
	struct slac_ev ev;
	struct event *timer;
	struct amp_map_exchange amp_map;
	struct event *amp_map_timer;
	uint32_t starts; /* CM_START_ATTEN_CHAR.IND sent in this attempt */
	/* Told when an attempt is over, whatever came of it. */
	void (*ended)(void *ctx);
	void *ctx;
};

/* Car number `index`. False when there is no timer. */
bool ev_car_init(struct ev_car *car, uint32_t index, const struct slac_ev_options *options, struct power_line *line,
		 struct event_base *base);
void ev_car_free(struct ev_car *car);

/* Plugs it in: an attempt begins, a running one is given up. False when there are no random octets. */
bool ev_car_plug(struct ev_car *car, const struct car_behaviour *behaviour);
void ev_car_unplug(struct ev_car *car);
/* The EVSE host spoke. */
void ev_car_frame(struct ev_car *car, const struct mme *mme);
/* The EVSE host speaks CM_AMP_MAP. */
void ev_car_amp_map(struct ev_car *car, const struct amp_map_mme *message);
/* The EVSE's modem hears another one: this car's, if it waits for that. */
void ev_car_link_up(struct ev_car *car);
/* The EVSE's modem was given a key: does the car still have the same? */
void ev_car_check_link(struct ev_car *car);

/* ev_car_amp_map.c: the exchange of amplitude maps. */
bool ev_car_amp_map_open(struct ev_car *car, struct event_base *base);
/* For the car as it behaves now. */
void ev_car_amp_map_init(struct ev_car *car);
void ev_car_amp_map_begin(struct ev_car *car);
void ev_car_amp_map_end(struct ev_car *car);

#endif

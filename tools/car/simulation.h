/* SPDX-License-Identifier: Apache-2.0 */
/* The whole scene of slac-ev: the power line, the cars, the rounds they drive and what came of it. */
#ifndef TOOLS_CAR_SIMULATION_H
#define TOOLS_CAR_SIMULATION_H

#include "tools/car/ev_car.h"
#include "tools/car/power_line.h"

struct simulation {
	const struct slac_ev_options *options;
	struct event_base *base;
	struct trace trace;
	struct power_line line;
	struct ev_car cars[CARS_MAX];
	struct event *start_timer;
	struct event *timeout_timer;
	struct event *finish_timer; /* pending: over as soon as the EVSE host was told of the link */
	bool started;
	bool failed; /* a round went wrong, or the capture file */
	uint32_t rounds_over;
	uint32_t ev_joins; /* matches of the external EV */
	bool ev_joined;
};

/* Opens everything and waits for the trigger. On failure false and `error`; close it all the same. */
bool simulation_open(struct simulation *sim, const struct slac_ev_options *options, struct event_base *base,
		     char error[PORT_ERROR_SIZE]);
/* Ends it; true when every car that should match matched and its link came up. */
bool simulation_close(struct simulation *sim);

/* Every car is plugged in after --start-delay-ms, or is unplugged at once. */
void simulation_plug(struct simulation *sim);
void simulation_unplug(struct simulation *sim);
/* The modem misbehaves as --modem-fault says it, "none": not at all. False where that is not understood. */
bool simulation_fault(struct simulation *sim, const char *faults);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The whole scene of slac-ev: the power line, the cars, the rounds they drive and what came of it. */
#ifndef TOOLS_CAR_SIMULATION_H
#define TOOLS_CAR_SIMULATION_H

#include "tools/car/ev_car.h"
#include "tools/car/power_line.h"

#define SIMULATION_ERROR_SIZE 320

struct simulation {
	const struct slac_ev_options *options;
	struct event_base *base;
	struct trace trace;
	struct power_line line;
	struct ev_car cars[CARS_MAX];
	struct car_behaviour behaviour; /* of the next plug-in; the modem's is that of now */
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

/*
 * Obeys a line of stdin:
 *   plug, unplug     every car, after --start-delay-ms, or at once
 *   behaviour LIST   of car_behaviour.h, in place of the present one: the modem at once, the others at the next plug-in
 *   attenuation DB   as --profile, from the next sound on
 *   fault LIST       of modem_sim_fault.h, in place of the present ones, or "none"
 * False, with `error` saying what was expected, when it is none of these.
 */
bool simulation_obey(struct simulation *sim, const char *command, char error[SIMULATION_ERROR_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The station of the exploration as far as it is physical: what is on the control pilot, whether a vehicle is plugged
 * in, and for how long E, F or X1 has been on the pilot since the last 5 %. It knows nothing of slacd but the times
 * that are configured.
 */
#ifndef SLACD_OUTLET_TESTS_EXPLORATION_STATION_H
#define SLACD_OUTLET_TESTS_EXPLORATION_STATION_H

#include "slacd/outlet/outlet.h"

enum station_vehicle { STATION_NO_VEHICLE, STATION_VEHICLE_B, STATION_VEHICLE_C };

struct station {
	struct pilot_request pilot; /* on the pilot; X1: the oscillator is off, as after a restart */
	bool fault;                 /* the pilot is shorted: E, whatever was asked for */
	enum station_vehicle vehicle;
	bool untold; /* what slacd was told last is not true any more */

	bool opened;     /* E, F or X1 was on the pilot for its time since the last 5 %: a nominal duty may follow */
	bool disturbed;  /* the station itself has changed the pilot since it left 5 % (a restart, a fault) */
	bool f_held;     /* F was held for its time since this vehicle's session began; or X1 where F was disturbed */
	uint32_t off_ms; /* disturbed, and E, F or X1 without a break; 0 where nothing depends on it */
	uint32_t f_ms;   /* F without a break, likewise */
	uint32_t x1_ms;  /* X1 without a break, likewise */
	bool times_x1;   /* X1 matters by itself, whatever may follow: */
	uint32_t asleep_ms; /* X1 without a break since then, up to its time before 5 % */
};

/* `request` is on the pilot from now on. */
void station_set_pilot(struct station *station, struct pilot_request request);
/* The station has forgotten what was asked of it: the oscillator is off. */
void station_restart(struct station *station);
void station_set_fault(struct station *station, bool fault);
/* From now on, or no more, it is asked how long X1 has been on the pilot without a break. */
void station_time_x1(struct station *station, bool times_x1);
/* Another vehicle's session: an F that was held before does not count for it. */
void station_begin_session(struct station *station);
void station_pass(struct station *station, const struct control_pilot_config *config, uint32_t ms);
/* The current that is offered, in 0.1 A: 0 without a nominal duty. */
uint32_t station_offers_da(const struct station *station);
/* What a cp_status tells. `a_in_f`: this station takes its own F for A. */
struct outlet_cp_status station_status(const struct station *station, bool with_duty, bool a_in_f);
/* "X2(16.0 A)", "F". */
const char *station_pilot_text(struct pilot_request request, char text[32]);

#endif

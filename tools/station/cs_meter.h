/* SPDX-License-Identifier: Apache-2.0 */
/* The energy meter of one simulated outlet: what flows, and what has flowed. Pure. */
#ifndef TOOLS_STATION_CS_METER_H
#define TOOLS_STATION_CS_METER_H

#include <stdbool.h>
#include <stdint.h>

#define CS_METER_PHASES    3
#define CS_METER_VOLTAGE_V 230.0

/* Zeroed it has counted nothing, and nothing flows. */
struct cs_meter {
	uint64_t at_us; /* energy_wh is that of this moment */
	double energy_wh;
	double current_a[CS_METER_PHASES];
	double dc_voltage_v; /* with direct current the phases carry what this takes from the grid */
	double dc_current_a;
};

/* Counts what has flowed until now. Time that goes back counts nothing. */
void cs_meter_advance(struct cs_meter *meter, uint64_t now_us);
/* From now on this flows in each phase. */
void cs_meter_alternate(struct cs_meter *meter, uint64_t now_us, const double current_a[CS_METER_PHASES]);
/* From now on this flows to the car, and as much power from the grid, in equal parts. */
void cs_meter_direct(struct cs_meter *meter, uint64_t now_us, double voltage_v, double current_a);
/* What flows to the car: the most of a phase, or the direct current. */
double cs_meter_current(const struct cs_meter *meter);

#endif

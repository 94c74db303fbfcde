/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control pilot of one simulated outlet: what the vehicle does and what slacd asked for give the state
 * that the station reports (IEC 61851-1). Pure.
 */
#ifndef TOOLS_STATION_CS_SIM_PILOT_H
#define TOOLS_STATION_CS_SIM_PILOT_H

#include "tools/station/api_station.h"

enum cs_vehicle {
	CS_VEHICLE_NONE,      /* A */
	CS_VEHICLE_CONNECTED, /* B */
	CS_VEHICLE_READY,     /* C */
	CS_VEHICLE_VENTILATED /* D */
};

enum cs_signal {
	CS_SIGNAL_X1, /* no oscillator, also before the first request */
	CS_SIGNAL_HLC,
	CS_SIGNAL_X2,
	CS_SIGNAL_E,
	CS_SIGNAL_F
};

/* Zeroed it is an outlet without vehicle and without oscillator: A1. */
struct cs_pilot {
	enum cs_vehicle vehicle;
	enum cs_signal signal;
	uint32_t current_da;
	bool forced; /* the script says `state E` or `state F`: holds until its next pilot command */
	enum api_cp_state forced_state;
};

/* What a cp_pwm request asks for: X2 with any current, also one that no duty cycle codes (cs_outlet_refusal). */
enum cs_signal cs_signal_of(const struct api_cp_pwm *pwm);
/* "hlc", "f", "x1", "x2", "e", as the script writes them. Never NULL. */
const char *cs_signal_text(enum cs_signal signal);
bool cs_signal_parse(const char *text, enum cs_signal *signal);

/* slacd's request takes effect. */
void cs_pilot_request(struct cs_pilot *pilot, const struct api_cp_pwm *pwm);
/* A vehicle comes, not ready yet. */
void cs_pilot_plug(struct cs_pilot *pilot);
/* The vehicle goes. */
void cs_pilot_unplug(struct cs_pilot *pilot);
/* The station was switched off and on: no oscillator; the vehicle is still there. */
void cs_pilot_switch_off(struct cs_pilot *pilot);
/* The vehicle, or the station itself for E and F, brings the pilot into `state`. */
void cs_pilot_force(struct cs_pilot *pilot, enum api_cp_state state);

/* The state as the station sees it. */
enum api_cp_state cs_pilot_state(const struct cs_pilot *pilot);
/* The cp_status of it, with voltages and duty cycle. */
void cs_pilot_status(const struct cs_pilot *pilot, const char *evse_id, enum api_cp_state state,
		     struct api_station_cp_status *out);

#endif

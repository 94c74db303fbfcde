/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slacd asks of the control pilot of one outlet: a pure state machine. Inputs and the time go in, a
 * bounded list of outputs comes out, plus the next time it wants to be called.
 *
 *   HLC (5 %) --INIT_TIMEOUT, AC--> F_STEP (F, step_f_ms) --> X1_STEP (X1, step_x1_ms) --> BASIC (X2, or X1 below 6 A)
 *   any phase --vehicle left--> HLC
 *
 * ISO 15118-3 [V2G3-M06-07], [V2G3-M06-09] (T_step_EF >= 4 s). Never a current above the limit in force, never
 * between 0 and 6 A; no phase but HLC and BASIC lasts without a deadline.
 */
#ifndef CP_CONTROL_PILOT_H
#define CP_CONTROL_PILOT_H

#include "cp/cp_state.h"

#include <stddef.h>
#include <stdint.h>

#define CONTROL_PILOT_NEVER   UINT64_MAX
#define CONTROL_PILOT_OUTPUTS 4

/* Currents in 0.1 A, times in milliseconds. */
struct control_pilot_config {
	bool has_ac;                 /* basic charging is possible; a DC-only outlet never gets X2 */
	bool hlc_at_start;           /* ask for high-level charging when the service starts */
	uint32_t step_f_ms;          /* 5000 */
	uint32_t step_x1_ms;         /* 500 */
	uint32_t nominal_current_da; /* cap on the station's limit; 0: no cap */
};

enum pilot_request_kind {
	PILOT_HLC, /* 5 % */
	PILOT_F,   /* -12 V */
	PILOT_X1,  /* oscillator off */
	PILOT_X2   /* duty for current_da */
};

struct pilot_request {
	enum pilot_request_kind kind;
	uint32_t current_da; /* PILOT_X2: 60 ... 800; otherwise 0 */
};

enum control_pilot_phase {
	CONTROL_PILOT_OFF, /* before START */
	CONTROL_PILOT_HLC,
	CONTROL_PILOT_F_STEP,
	CONTROL_PILOT_X1_STEP,
	CONTROL_PILOT_BASIC
};

struct control_pilot {
	struct control_pilot_config config;
	enum control_pilot_phase phase;
	uint64_t deadline_us;
	bool vehicle_present;    /* B, C or D was seen and A not since */
	bool faulted;            /* E or F that was not asked for, since the vehicle came */
	uint32_t limit_da;       /* the station's limit, 0: none known or nothing available */
	struct pilot_request requested; /* the last one */
};

enum control_pilot_input_kind {
	CONTROL_PILOT_START,        /* the service begins */
	CONTROL_PILOT_STATE,        /* cp_status: `state` */
	CONTROL_PILOT_LIMIT,        /* the station's limit is `limit_da` now */
	CONTROL_PILOT_INIT_TIMEOUT, /* no CM_SLAC_PARM.REQ within TT_EVSE_SLAC_init */
	CONTROL_PILOT_TICK          /* time has passed */
};

struct control_pilot_input {
	enum control_pilot_input_kind kind;
	enum cp_state state;
	uint32_t limit_da;
};

enum control_pilot_output_kind {
	CONTROL_PILOT_REQUEST,           /* ask the station for `request` */
	CONTROL_PILOT_VEHICLE_CONNECTED, /* matching may begin */
	CONTROL_PILOT_VEHICLE_LEFT,      /* state A: everything of the session ends */
	CONTROL_PILOT_FAULT,             /* E or F that was not asked for: matching stops */
	CONTROL_PILOT_BASIC_CHARGING,    /* report it: the fallback begins */
	CONTROL_PILOT_NO_BASIC_CHARGING  /* DC only: the car stays at 5 %, report a failure */
};

struct control_pilot_output {
	enum control_pilot_output_kind kind;
	struct pilot_request request;
};

struct control_pilot_outputs {
	size_t count;
	struct control_pilot_output items[CONTROL_PILOT_OUTPUTS];
};

/* Starts in phase OFF, without a vehicle and without a limit. The config is copied. */
void control_pilot_init(struct control_pilot *pilot, const struct control_pilot_config *config);

/* Takes one input at monotonic time now_us; the output list is emptied first, due deadlines are handled first. */
void control_pilot_input(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
			 struct control_pilot_outputs *out);

/* The next time CONTROL_PILOT_TICK is wanted (monotonic microseconds), or CONTROL_PILOT_NEVER. */
uint64_t control_pilot_deadline(const struct control_pilot *pilot);

/* "high-level charging", "F", "X1", "X2". Never NULL. */
const char *pilot_request_text(enum pilot_request_kind kind);
/* "OFF", "HLC", "F_STEP", "X1_STEP", "BASIC". Never NULL. */
const char *control_pilot_phase_text(enum control_pilot_phase phase);

#endif

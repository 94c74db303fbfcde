/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slacd asks of the control pilot of one outlet: a pure state machine. Inputs and the time go in, a
 * bounded list of outputs comes out, plus the next time it wants to be called.
 *
 *   HLC (5 %) --INIT_TIMEOUT, retries left--> PULSE (F) --step_f_ms--> HLC, a new window
 *   HLC --LINK_LOST, where configured--> PULSE ...
 *   HLC --INIT_TIMEOUT, none left, AC--> F_STEP (F) --step_f_ms--> X1_STEP --step_x1_ms--> BASIC (X2, or X1 below 6 A)
 *   HLC --EIM, no matching--> F_STEP ...        HLC --EIM, matching or matched--> X1_STEP (step_x1_hlc_ms) --> BASIC
 *   any phase --vehicle left--> HLC             any phase --outlet not ready--> UNAVAILABLE (F or X1) --ready--> HLC
 *
 * ISO 15118-3 [V2G3-M06-05] ... [V2G3-M06-09]. Never a current above the limit in force, never between 0 and
 * 6 A, never X2 on a DC-only outlet, no fallback while a 15118 session runs (hlc_charging). PULSE, F_STEP and
 * X1_STEP always have a deadline.
 */
#ifndef CP_CONTROL_PILOT_H
#define CP_CONTROL_PILOT_H

#include "cp/cp_state.h"

#include <stddef.h>
#include <stdint.h>

#define CONTROL_PILOT_NEVER   UINT64_MAX
#define CONTROL_PILOT_OUTPUTS 8

/* Currents in 0.1 A, times in milliseconds. */
struct control_pilot_config {
	bool has_ac;                 /* basic charging is possible; a DC-only outlet never gets X2 */
	bool hlc_at_start;           /* ask for high-level charging when the service starts */
	uint32_t step_f_ms;          /* F before basic charging and in a pulse: T_step_EF, 5000 */
	uint32_t step_x1_ms;         /* X1 between F and X2: 500 */
	uint32_t step_x1_hlc_ms;     /* X1 between 5 % and X2 while matching runs: T_step_X1, 3000 */
	uint32_t nominal_current_da; /* cap on the station's limit; 0: no cap */
	uint32_t init_retries;       /* F pulses before basic charging, a new window each: 0, up to C_sequ_retry = 2 */
	uint32_t failed_pulses;      /* F pulses after a failed matching, per vehicle: 0 */
	bool pulse_on_link_loss;     /* an F pulse when the power-line link of a matched vehicle is lost */
	bool nominal_needs_eim;      /* basic charging is X1 until EIM is accepted ([V2G2-852], -853) */
	bool basic_charging_on_eim;  /* an accepted EIM authorization leads to basic charging */
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
	CONTROL_PILOT_PULSE,
	CONTROL_PILOT_F_STEP,
	CONTROL_PILOT_X1_STEP,
	CONTROL_PILOT_BASIC,
	CONTROL_PILOT_UNAVAILABLE
};

/* What matching does, as far as the pilot must know. */
enum control_pilot_slac {
	CONTROL_PILOT_SLAC_IDLE, /* waiting for the car, failed, or nothing */
	CONTROL_PILOT_SLAC_MATCHING,
	CONTROL_PILOT_SLAC_MATCHED
};

/* Whether the station lets the outlet be used (status_code of cs_status_and_limits). */
enum control_pilot_availability {
	CONTROL_PILOT_READY,
	CONTROL_PILOT_NOT_READY,   /* for now: X1 */
	CONTROL_PILOT_OUT_OF_ORDER /* emergency, malfunction: F */
};

struct control_pilot {
	struct control_pilot_config config;
	enum control_pilot_phase phase;
	uint64_t deadline_us;
	enum cp_state state;  /* the last one reported */
	bool vehicle_present; /* B, C or D was seen and A not since */
	bool session_open;    /* VEHICLE_CONNECTED was said and VEHICLE_LEFT not since */
	bool faulted;         /* FAULT was said and the pilot has not returned since */
	bool f_expected;      /* our own F may still come back as cp_status F */
	bool hlc_asked_again; /* 5 % was asked for once more for this vehicle, as the station showed no PWM */
	bool pwm_seen;        /* in basic charging: the station showed PWM, so a state without is a restart */
	bool leaving;         /* a reset said VEHICLE_LEFT, and matching has not been idle since */
	bool hlc_charging;    /* a 15118 session runs */
	bool authorized;      /* EIM was accepted for this or the next vehicle */
	enum control_pilot_slac slac;
	enum control_pilot_availability availability;
	uint32_t pulses_sent; /* init retries, for this vehicle */
	uint32_t failed_pulses_sent;
	uint32_t limit_da;              /* the station's limit, 0: none known or nothing available */
	struct pilot_request requested; /* the last one */
};

enum control_pilot_input_kind {
	CONTROL_PILOT_START,        /* the service begins */
	CONTROL_PILOT_STATE,        /* cp_status: `state` */
	CONTROL_PILOT_LIMIT,        /* the station's limit is `limit_da` now */
	CONTROL_PILOT_AVAILABILITY, /* the station says `availability` */
	CONTROL_PILOT_SLAC,         /* matching is at `slac` now */
	CONTROL_PILOT_INIT_TIMEOUT, /* no CM_SLAC_PARM.REQ within TT_EVSE_SLAC_init */
	CONTROL_PILOT_FAILED,       /* matching was reported as failed */
	CONTROL_PILOT_LINK_LOST,    /* the power-line link of the matched vehicle is lost */
	CONTROL_PILOT_EIM,          /* EIM authorization: `active` accepted or withdrawn */
	CONTROL_PILOT_HLC_CHARGING, /* a 15118 session runs, or not: `active` */
	CONTROL_PILOT_F_UNHEARD,    /* our last F never reached the station (the broker was away): it comes first */
	CONTROL_PILOT_RESET,        /* everything from the beginning, whatever is plugged in */
	CONTROL_PILOT_TICK          /* time has passed */
};

struct control_pilot_input {
	enum control_pilot_input_kind kind;
	enum cp_state state;
	uint32_t limit_da;
	enum control_pilot_availability availability;
	enum control_pilot_slac slac;
	bool active;
};

enum control_pilot_output_kind {
	CONTROL_PILOT_REQUEST,            /* ask the station for `request` */
	CONTROL_PILOT_VEHICLE_CONNECTED,  /* matching may begin */
	CONTROL_PILOT_VEHICLE_LEFT,       /* state A: everything of the session ends */
	CONTROL_PILOT_FAULT,              /* E or F that was not asked for: matching stops, failed */
	CONTROL_PILOT_STOPPED,            /* the station takes the outlet out of service: matching stops, failed */
	CONTROL_PILOT_PAUSE_LISTENING,    /* F or basic charging: no CM_SLAC_PARM.REQ is answered */
	CONTROL_PILOT_LISTEN,             /* a new window of TT_EVSE_SLAC_init begins */
	CONTROL_PILOT_BASIC_CHARGING,     /* report it: the car did not speak */
	CONTROL_PILOT_BASIC_CHARGING_EIM, /* report it: authorized by EIM */
	CONTROL_PILOT_NO_BASIC_CHARGING   /* DC only: the car stays at 5 %, report a failure */
};

struct control_pilot_output {
	enum control_pilot_output_kind kind;
	struct pilot_request request;
};

struct control_pilot_outputs {
	size_t count;
	struct control_pilot_output items[CONTROL_PILOT_OUTPUTS];
};

/*
 * The standard's times and no cap. `strict` as ISO 15118-3 says: two F pulses before basic charging ([V2G3-M06-07]),
 * which needs an authorization by EIM. Otherwise neither. has_ac is false.
 */
void control_pilot_defaults(struct control_pilot_config *config, bool strict);

/* Starts in phase OFF, without a vehicle and without a limit. The config is copied. */
void control_pilot_init(struct control_pilot *pilot, const struct control_pilot_config *config);

/* Takes one input at monotonic time now_us; the output list is emptied first, due deadlines are handled first. */
void control_pilot_input(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
			 struct control_pilot_outputs *out);

/* The next time CONTROL_PILOT_TICK is wanted (monotonic microseconds), or CONTROL_PILOT_NEVER. */
uint64_t control_pilot_deadline(const struct control_pilot *pilot);

/* "high-level charging", "F", "X1", "X2". Never NULL. */
const char *pilot_request_text(enum pilot_request_kind kind);
/* "OFF", "HLC", "PULSE", "F_STEP", "X1_STEP", "BASIC", "UNAVAILABLE". Never NULL. */
const char *control_pilot_phase_text(enum control_pilot_phase phase);

#endif

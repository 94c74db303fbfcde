/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The current that the service lets one EVSE offer: a pure state machine. It hears what the station, slacd and the
 * ISO 15118 service say of the EVSE, and what its profiles come to, and asks for cp_pwm or tells iso15118_charge_limit.
 *
 *   last slac status          pilot             what it does
 *   basic_charging            B2 C1 C2 D1 D2    cp_pwm on entry and on every change
 *   basic_charging            else              nothing, but see below for B1
 *   matched, or hlc_charging  any               iso15118_charge_limit on entry and on every change
 *   else                      any               nothing
 *
 * In B1 a current above 0 is asked for where a 0 of ours may be what is on the pilot, or where it was asked for before and
 * no answer says whether it is: slacd has handed the current over, and nobody else would raise it again.
 *
 * slacd has F and X1 of its own before basic charging: the first cp_pwm waits until B2, C2 or D2 was seen after
 * basic_charging, or hold_ms has passed. A pilot that is told to be at 5 % is not this service's: it neither ends the
 * wait, nor is anything asked of it. Unplugging (state A) and `unmatched` end the session, whatever else was heard.
 *
 * A current is rounded down to 0.1 A, 0 below 6 A, at most 80 A, and never above the hardware limit; before that is known
 * nothing is sent. A request is repeated until the station has answered `valid`: one that may lower the current every
 * 2 s, another one with a wait that doubles (cp/pilot_request.h). So it is where the pilot shows more than that afterwards.
 *
 * After a start nothing is known of the session until it is heard: nothing is sent before. One that had begun by then may
 * run at less than the hardware gives, by a profile that this service has not got any more: it is left alone until a
 * profile is in force. Its pilot may not have been told, and is as unclear then as after a lost connection.
 *
 * After a connection that was lost the vehicle may be another one, at 5 %, which was not heard. Until the pilot is told
 * again, another current than the one in force goes by X1, which then lasts x1_hlc_ms: slacd asks for its 5 % meanwhile,
 * and takes the pilot back. So it is where 5 % was told last, and a state with PWM follows that tells no duty cycle. An X1
 * that follows 5 % lasts as long.
 *
 * Times are monotonic microseconds. The wall clock does not come in: what the profiles come to is an input.
 */
#ifndef TOOLS_SMART_CHARGING_CURRENT_LIMIT_H
#define TOOLS_SMART_CHARGING_CURRENT_LIMIT_H

#include "cp/cp_state.h"
#include "cp/pilot_request.h"
#include "tools/smart-charging/composite_schedule.h"

#define CURRENT_LIMIT_NEVER   UINT64_MAX
#define CURRENT_LIMIT_OUTPUTS 8

/* Times in milliseconds. */
struct current_limit_config {
	uint32_t hold_ms;        /* 6500: F (5 s) and X1 (0.5 s) of slacd, and a second */
	uint32_t x1_hlc_ms;      /* 3000: how long X1 lasts where 5 % may have been before */
	uint32_t timeout_ms;     /* 2000: a cp_pwm without an answer is repeated */
	uint32_t backoff_max_ms; /* 30 000 */
	bool single_phase;       /* AC on l1 alone: l2 and l3 mean nothing */
};

/* The last status of matching at this EVSE. */
enum current_limit_slac {
	CURRENT_LIMIT_SLAC_NONE, /* not heard since the start, or since the vehicle left */
	CURRENT_LIMIT_SLAC_MATCHING,
	CURRENT_LIMIT_SLAC_MATCHED,
	CURRENT_LIMIT_SLAC_FAILED,
	CURRENT_LIMIT_SLAC_UNMATCHED,
	CURRENT_LIMIT_SLAC_BASIC_CHARGING
};

/* What the station says of the EVSE in cs_status_and_limits. */
struct current_limit_hardware {
	bool is_ready;         /* status_code is evse_ready */
	bool rcd_error;        /* ac.rcd_error */
	bool is_dc;            /* the limits are those of `dc`, otherwise those of `ac`: */
	uint32_t phase_ma[3];  /* max_current l1 l2 l3; 0: not connected. DC: the first is max_current */
	uint64_t max_power_mw; /* DC: max_power, 0: not told */
	uint32_t voltage_mv;   /* AC: nominal_voltage; DC: max_voltage. 0: not told */
};

/* What runs at the EVSE, as far as it was heard. */
enum current_limit_session {
	CURRENT_LIMIT_NO_SESSION,
	CURRENT_LIMIT_BASIC,   /* last status basic_charging, and no 15118 session */
	CURRENT_LIMIT_ISO15118 /* matched, or hlc_charging */
};

struct current_limit {
	struct current_limit_config config;
	struct pilot_asking asking;
	enum current_limit_slac slac;
	bool hlc_charging;
	enum cp_state state; /* the last one reported, */
	bool state_is_known; /* if one was */
	bool pilot_is_stale; /* since then the connection was lost: it may be another one. Or none was, and a session runs */
	bool found_running; /* the session had begun before anything of this vehicle was heard, */
	bool is_left_alone; /* and since then no profile was in force: what holds there is not known */
	bool may_be_hlc;    /* 5 % was told before it, and it came without a duty cycle */
	bool duty_is_known; /* and its duty cycle with it: */
	uint32_t duty;      /* in 1/100 % */
	bool hardware_is_known;
	struct current_limit_hardware hardware;
	bool phase_is_connected[3]; /* a limit above 0 was told since the start */
	uint32_t cable_ma;          /* 0: no limit by the cable */
	struct composite_limit scheduled;
	uint64_t held_until_us; /* of basic charging; CURRENT_LIMIT_NEVER: not held (any more) */
	bool has_control;       /* for this vehicle a cp_pwm was sent, */
	bool zero_asked;        /* a 0 among them, */
	bool zero_in_force;     /* which may be the last that was carried out; or slacd's, that nobody else ends */
	bool refused;           /* the last sending was */
	bool in_gate;           /* cp_pwm is permitted, and `asking` asks */
	bool told;              /* in this 15118 session a limit was told: */
	enum charging_unit told_unit;
	uint64_t told_limit;
};

enum current_limit_input_kind {
	CURRENT_LIMIT_CP_STATUS, /* `state`, and `duty` where has_duty */
	CURRENT_LIMIT_SLAC, /* `slac`, which may have begun unheard where `active`; NONE: slacd starts, and knows of none */
	CURRENT_LIMIT_HLC_CHARGING, /* `active` */
	CURRENT_LIMIT_HLC_REQUEST, /* another service asks the station for 5 %: basic charging has ended, for a late car */
	CURRENT_LIMIT_HARDWARE,    /* `hardware` */
	CURRENT_LIMIT_CABLE,       /* cable_info: `cable_ma`, 0 where it tells no rated current */
	CURRENT_LIMIT_SCHEDULED, /* the profiles come to `scheduled` from now on */
	CURRENT_LIMIT_ANSWER,    /* the answer to cp_pwm `number`: `active` valid, otherwise invalid or error */
	CURRENT_LIMIT_NOT_SENT,  /* the last cp_pwm was not handed over; `active`: there is a connection */
	CURRENT_LIMIT_REACHABLE, /* the broker is there (again): what may have been lost is said once more */
	CURRENT_LIMIT_TICK       /* time has passed */
};

struct current_limit_input {
	enum current_limit_input_kind kind;
	enum cp_state state;
	bool has_duty;
	uint32_t duty; /* in 1/100 % */
	enum current_limit_slac slac;
	struct current_limit_hardware hardware;
	struct composite_limit scheduled;
	uint32_t cable_ma;
	uint32_t number;
	bool active;
};

enum current_limit_output_kind {
	CURRENT_LIMIT_CP_PWM,       /* send a cp_pwm request: `current_da` under `number`, with an id of its own */
	CURRENT_LIMIT_CHARGE_LIMIT, /* send iso15118_charge_limit: `limit` and `unit` */
	/* for the log */
	CURRENT_LIMIT_REFUSED,  /* the station refused the present cp_pwm; it is repeated */
	CURRENT_LIMIT_NO_ANSWER /* nor did it answer in time; before the CP_PWM that repeats it */
};

struct current_limit_output {
	enum current_limit_output_kind kind;
	uint32_t current_da; /* 0.1 A: 0, or 60 ... 800 */
	uint32_t number;
	uint32_t sendings;       /* of this request so far, this one included */
	enum charging_unit unit; /* CHARGE_LIMIT: */
	uint64_t limit;          /* mA per phase, or mW */
};

struct current_limit_outputs {
	size_t count;
	struct current_limit_output items[CURRENT_LIMIT_OUTPUTS];
};

/* The times of the comments above. */
void current_limit_defaults(struct current_limit_config *config);
void current_limit_init(struct current_limit *limit, const struct current_limit_config *config);

/* Takes one input at monotonic time now_us. The output list is emptied first. */
void current_limit_input(struct current_limit *limit, const struct current_limit_input *input, uint64_t now_us,
			 struct current_limit_outputs *out);

/* When CURRENT_LIMIT_TICK is wanted (monotonic microseconds), or CURRENT_LIMIT_NEVER. */
uint64_t current_limit_deadline(const struct current_limit *limit);

/* What runs there. */
enum current_limit_session current_limit_session(const struct current_limit *limit);
/* Neither a pilot nor a status was heard since the start, or since slacd's. */
bool current_limit_is_unheard(const struct current_limit *limit);
/* A vehicle may be drawing: a session runs, or the pilot is in C2 or D2 without one that was heard of. */
bool current_limit_charges(const struct current_limit *limit);
/* The phases that are connected: 0 as long as none is known. */
unsigned current_limit_phases(const struct current_limit *limit);
/* What cp_pwm would ask for now, in 0.1 A: 0 or 60 ... 800. */
uint32_t current_limit_pilot_da(const struct current_limit *limit);
/*
 * What the hardware gives, the cable included: the least of the connected phases, which are those that were ever told a
 * limit above 0 (as slacd has it: 0 means 0 there). 0 where it is unknown, not ready or has a residual current.
 */
uint32_t current_limit_hardware_ma(const struct current_limit *limit);
uint64_t current_limit_hardware_mw(const struct current_limit *limit);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slacd asks of the control pilot of one outlet: a pure state machine. Inputs and the time go in, a bounded list
 * of outputs comes out, plus the next time it wants to be called.
 *
 *   HLC (5 %) --INIT_TIMEOUT, retries left--> PULSE (F) --held--> HLC, a new window
 *   HLC, BASIC --LINK_LOST, where configured--> LINK_LOST (X1) --held--> PULSE ...
 *   HLC, X1_STEP, BASIC --LINK_PAUSED--> PAUSED (X1) --B-C-B, WAKE or a new matching, X1 held--> HLC, or BASIC with EIM
 *   ... and where the link is not found again --FAILED--> PULSE ...
 *   F_STEP, X1_STEP, BASIC --LATE_CAR, where configured, once--> REMATCH (X1; F_STEP: PULSE) --held--> HLC, a new window
 *   HLC --INIT_TIMEOUT, none left, AC--> F_STEP (F) --held--> X1_STEP --held--> BASIC (X2, or X1 below 6 A)
 *   HLC --INIT_TIMEOUT, none left, DC only--> HLC, listening without end after pulses
 *   HLC --EIM, no matching--> F_STEP ...        HLC --EIM, matching or matched--> X1_STEP (step_x1_hlc_ms) --> BASIC
 *   HLC --EIM, no vehicle--> AUTHORIZED (X1) --vehicle, held--> BASIC
 *   F_STEP --not confirmed--> NOT_OBEYED (X1)   PULSE --not confirmed--> HLC, a new window
 *   any phase --vehicle left--> HLC             any phase --outlet not ready--> UNAVAILABLE (F or X1) --ready--> HLC
 *   OFF --START, charging at a nominal duty already--> BASIC                    any phase --END--> ENDING (X1)
 *
 * ISO 15118-3 [V2G3-M06-05] ... [V2G3-M06-09].
 *
 * The pilot is what the station has confirmed, by its answer or by a cp_status that shows it (pilot_request.h). The
 * time of F and X1 runs from there; while a step is not confirmed it is asked for again and the sequence waits. A
 * nominal duty is asked for only when, since the last 5 %, an F or X1 was confirmed and held for its time, or when the
 * outlet was found at a nominal duty. Never a current above the limit in force, never between 0 and 6 A, never X2 on a
 * DC-only outlet, no fallback while a 15118 session runs (hlc_charging).
 *
 * In basic charging another service may answer for the current (OTHER_REQUEST, or where a vehicle is found charging with
 * less than is allowed). From then on, until the vehicle leaves, it alone raises it. What is left to this machine is the
 * limit: it lowers what was asked last, by whomever, at once.
 * Outside of basic charging there is no other master: what is wanted here is asked for again.
 */
#ifndef CP_CONTROL_PILOT_H
#define CP_CONTROL_PILOT_H

#include "cp/cp_state.h"
#include "cp/pilot_request.h"

#include <stddef.h>
#include <stdint.h>

#define CONTROL_PILOT_NEVER   UINT64_MAX
#define CONTROL_PILOT_OUTPUTS 8
/* Sendings of F that are not confirmed before the outlet goes on without it. */
#define CONTROL_PILOT_F_SENDINGS 10
/* Reports of state A during our F, for one vehicle, before they count as part of F. */
#define CONTROL_PILOT_A_IN_F 3
/* A vehicle that wakes us is in C for 200 to 400 ms. One that is for longer wants to charge, and wakes us as well. */
#define CONTROL_PILOT_WAKE_C_MS 1000

/* Currents in 0.1 A, times in milliseconds. */
struct control_pilot_config {
	bool is_elsewhere;           /* somebody else owns the pilot: no request is ever made (pilot_elsewhere.h) */
	bool has_ac;                 /* basic charging is possible; a DC-only outlet never gets X2 */
	bool single_phase;           /* AC on l1 alone: l2 and l3 mean nothing */
	bool hlc_at_start;           /* 5 % at the start; otherwise it is the station's, and X1 ends anything else */
	bool keep_at_exit;           /* at the end 5 % and a confirmed X2 stay; otherwise X1 is asked for */
	uint32_t request_timeout_ms; /* a request is repeated when it is not confirmed in this time: 2000 */
	uint32_t request_backoff_max_ms; /* one that lowers nothing waits longer each time, up to this: 30 000 */
	uint32_t step_f_ms;              /* F before basic charging and in a pulse: T_step_EF, 5000 */
	uint32_t step_x1_ms;             /* X1 between F and X2: 500 */
	uint32_t step_x1_hlc_ms;         /* X1 between 5 % and X2 without F: T_step_X1, 3000 */
	uint32_t nominal_current_da;     /* cap on the station's limit; 0: no cap */
	uint32_t init_retries;           /* F pulses before basic charging, a new window each: 0, up to C_sequ_retry */
	uint32_t failed_pulses;          /* F pulses after a failed matching, per vehicle: 0 */
	bool pulse_on_link_loss;         /* X1 and an F pulse when the power-line link of a matched vehicle is lost */
	bool pulse_unless_nominal;  /* likewise, but not at a nominal duty: the standard leaves the choice there only */
	bool rematch_from_basic;    /* a car that speaks during basic charging gets another window, once a vehicle */
	bool nominal_needs_eim;     /* basic charging is X1 until EIM is accepted ([V2G2-852], -853) */
	bool basic_charging_on_eim; /* an accepted EIM authorization leads to basic charging */
};

enum control_pilot_phase {
	CONTROL_PILOT_OFF, /* before START */
	CONTROL_PILOT_HLC,
	CONTROL_PILOT_PULSE,
	CONTROL_PILOT_F_STEP,
	CONTROL_PILOT_X1_STEP,
	CONTROL_PILOT_BASIC,
	CONTROL_PILOT_AUTHORIZED,
	CONTROL_PILOT_LINK_LOST_X1, /* X1 before the F pulse that follows a lost link */
	CONTROL_PILOT_PAUSED,       /* the data link sleeps: X1 until it is woken */
	CONTROL_PILOT_REMATCH,      /* X1 between basic charging and the 5 % for a late car */
	CONTROL_PILOT_NOT_OBEYED,   /* X1 until the vehicle leaves: the station did not carry out F */
	CONTROL_PILOT_UNAVAILABLE,
	CONTROL_PILOT_ENDING
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

/* What the station allows. A limit that could not be read is all zero: it is no permission. */
struct control_pilot_limits {
	bool has_ac;
	bool rcd_error;       /* a residual current was detected: nothing is available */
	uint32_t phase_da[3]; /* l1, l2, l3 */
};

struct control_pilot {
	struct control_pilot_config config;
	struct pilot_asking asking;
	enum control_pilot_phase phase;
	uint32_t hold_ms;     /* of the present step, from its confirmation */
	uint64_t deadline_us; /* end of the present step, CONTROL_PILOT_NEVER: not confirmed yet, or no step */
	bool nominal_is_open; /* since the last 5 % E, F or X1 was held for its time */
	enum cp_state state;  /* the last one reported */
	bool state_is_known;  /* one was reported */
	bool duty_is_known;   /* and its duty cycle with it: */
	uint32_t duty;        /* in 1/100 % */
	bool vehicle_present; /* B, C or D was seen and A not since */
	bool session_open;    /* VEHICLE_CONNECTED was said and VEHICLE_LEFT not since */
	bool faulted;         /* FAULT was said and the pilot has not returned since */
	bool f_expected;      /* our own F may still come back as cp_status F */
	bool f_was_asked;     /* at some time since the state before the last one */
	bool hlc_asked_again; /* 5 % was asked for once more for this vehicle, as the station showed no PWM */
	bool pwm_seen;        /* in basic charging: the station showed PWM, so a state without is a restart */
	bool owes_x2;         /* in basic charging: nobody else has asked since our X1 or a restart: we repeat X2 */
	bool x2_is_unseen;    /* in basic charging: no cp_status since the station was reached again */
	bool woken;           /* in the pause: it ends at the deadline */
	bool resuming;        /* the link sleeps, or was woken and not found yet */
	bool b_in_pause;      /* in the pause the vehicle was in B */
	uint64_t c_until_us;  /* in the pause it closed S2 after that: open again, or at this time, it wakes us */
	bool rematched;       /* this vehicle has had its window after basic charging */
	bool handed_over;     /* another service answers for the current of basic charging, */
	uint32_t other_da;    /* and has asked for this one; lowered to the limit */
	bool hlc_charging;    /* a 15118 session runs */
	bool authorized;      /* EIM was accepted for this or the next vehicle */
	uint32_t a_in_f;      /* state A was reported during our F so often, since an A outside of it */
	uint32_t f_sendings;  /* of the present F */
	bool refused;         /* the station has refused the present F */
	enum control_pilot_slac slac;
	enum control_pilot_availability availability;
	uint32_t pulses_sent; /* init retries, for this vehicle */
	uint32_t failed_pulses_sent;
	bool pulse_was_missing; /* the station did not carry out the last of them */
	uint64_t e_f_asked_us;  /* is_elsewhere: when its owner was asked for the E/F step, 0: never for this vehicle */
	bool phase_is_connected[3]; /* a limit above 0 was told since the start */
	uint32_t limit_da;          /* the station's limit, 0: none known or nothing available */
};

enum control_pilot_input_kind {
	CONTROL_PILOT_START,        /* the service begins; states and limits may have been told before */
	CONTROL_PILOT_STATE,        /* cp_status: `state`, and `duty` where has_duty */
	CONTROL_PILOT_LIMIT,        /* the station's limits are `limits` now */
	CONTROL_PILOT_AVAILABILITY, /* the station says `availability` */
	CONTROL_PILOT_SLAC,         /* matching is at `slac` now */
	CONTROL_PILOT_INIT_TIMEOUT, /* no CM_SLAC_PARM.REQ within TT_EVSE_SLAC_init */
	CONTROL_PILOT_FAILED,       /* matching was reported as failed */
	CONTROL_PILOT_LINK_LOST,    /* the power-line link of the matched vehicle is lost */
	CONTROL_PILOT_LINK_PAUSED,  /* the data link of the matched vehicle is paused */
	CONTROL_PILOT_WAKE,         /* ... and wanted back */
	CONTROL_PILOT_STATE_UNTOLD, /* is_elsewhere: a car speaks, and no state was told since the start */
	CONTROL_PILOT_LATE_CAR, /* a car asks for matching during basic charging, again and again: nobody answers it */
	CONTROL_PILOT_OTHER_REQUEST, /* another service asks the station for 5 % (`active`) or for `current_da`, 0: X1 */
	CONTROL_PILOT_EIM,           /* EIM authorization: `active` accepted or withdrawn */
	CONTROL_PILOT_HLC_CHARGING,  /* a 15118 session runs, or not: `active` */
	CONTROL_PILOT_ANSWER,        /* the station answers request `number`: `active` valid, or a refusal */
	CONTROL_PILOT_NOT_SENT,      /* the last request was not handed over; `active`: there is a connection */
	CONTROL_PILOT_REACHABLE,     /* the station can be reached (again) */
	CONTROL_PILOT_RESET,         /* everything from the beginning, whatever is plugged in */
	CONTROL_PILOT_END,           /* the service ends */
	CONTROL_PILOT_TICK           /* time has passed */
};

struct control_pilot_input {
	enum control_pilot_input_kind kind;
	enum cp_state state;
	bool has_duty;
	uint32_t duty; /* in 1/100 % */
	struct control_pilot_limits limits;
	enum control_pilot_availability availability;
	enum control_pilot_slac slac;
	uint32_t number;
	uint32_t current_da; /* 0.1 A */
	bool active;
};

enum control_pilot_output_kind {
	CONTROL_PILOT_VEHICLE_CONNECTED,  /* matching may begin */
	CONTROL_PILOT_VEHICLE_LEFT,       /* state A: everything of the session ends */
	CONTROL_PILOT_FAULT,              /* E or F that was not asked for: matching stops, failed */
	CONTROL_PILOT_STOPPED,            /* the station takes the outlet out of service: matching stops, failed */
	CONTROL_PILOT_PAUSE_LISTENING,    /* F or basic charging: no CM_SLAC_PARM.REQ is answered */
	CONTROL_PILOT_LISTEN,             /* a new window of TT_EVSE_SLAC_init begins */
	CONTROL_PILOT_LISTEN_ON,          /* likewise without an end: nothing would follow */
	CONTROL_PILOT_WOKEN,              /* the pause is over: the link is looked for */
	CONTROL_PILOT_BASIC_CHARGING,     /* report it: the car did not speak */
	CONTROL_PILOT_BASIC_CHARGING_EIM, /* report it: authorized by EIM */
	CONTROL_PILOT_TAKEN_OVER,         /* report it: the outlet was found charging at a nominal duty */
	CONTROL_PILOT_NO_BASIC_CHARGING,  /* DC only: the car stays at 5 %, report a failure */
	CONTROL_PILOT_F_REFUSED,          /* report a failure: the station refuses F, X1 stays */
	CONTROL_PILOT_F_UNCONFIRMED,      /* report a failure: nothing shows that it carries out F, X1 stays */
	CONTROL_PILOT_WANTS_E_F,          /* is_elsewhere: the owner of the pilot is asked for the E/F step */
	CONTROL_PILOT_BCD_AGAIN,          /* is_elsewhere: B, C or D is told again, with the vehicle that is there */
	CONTROL_PILOT_ENDED,              /* the pilot is left in a defined state */
	/* for the log */
	CONTROL_PILOT_PULSE_GIVEN_UP,   /* the station does not confirm F, it stays at 5 % */
	CONTROL_PILOT_REFUSED,          /* the present request was refused */
	CONTROL_PILOT_CONTRADICTED,     /* the station shows that the confirmed request is not in force */
	CONTROL_PILOT_OVERTAKEN,        /* an older request was carried out after the present one */
	CONTROL_PILOT_ANSWER_LATE,      /* an answer to an older request */
	CONTROL_PILOT_A_BELONGS_TO_F,   /* from now on state A during our F is taken for a part of it */
	CONTROL_PILOT_LETS_LATE_CAR_IN, /* the late car gets its window */
	CONTROL_PILOT_HANDED_OVER,      /* from now on another service answers for the current */
	CONTROL_PILOT_OTHER_MASTER      /* another service asks for a pilot that is not in order now */
};

struct control_pilot_outputs {
	size_t count;
	enum control_pilot_output_kind items[CONTROL_PILOT_OUTPUTS];
};

/*
 * The standard's times and no cap. `strict` as ISO 15118-3 says: two F pulses before basic charging ([V2G3-M06-07]),
 * which needs an authorization by EIM. Otherwise neither. has_ac is false.
 */
void control_pilot_defaults(struct control_pilot_config *config, bool strict);

/* Starts in phase OFF, without a vehicle and without a limit. The config is copied. */
void control_pilot_init(struct control_pilot *pilot, const struct control_pilot_config *config);

/*
 * Takes one input at monotonic time now_us; the output list is emptied first, due deadlines are handled first. Then a
 * request may be due: control_pilot_send.
 */
void control_pilot_input(struct control_pilot *pilot, const struct control_pilot_input *input, uint64_t now_us,
			 struct control_pilot_outputs *out);

/* A request for the station. */
struct control_pilot_sending {
	struct pilot_request request;
	uint32_t number;   /* an answer names it */
	uint32_t sendings; /* of this request so far, this one included: above 1 it is a repeat */
};

/* True, and *sending is to go out now, where a request is due. */
bool control_pilot_send(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_sending *sending);

/* The next time CONTROL_PILOT_TICK, and then control_pilot_send, is wanted (monotonic microseconds), or
 * CONTROL_PILOT_NEVER. */
uint64_t control_pilot_deadline(const struct control_pilot *pilot);

/*
 * Whether END would leave the pilot as it is now. Then *duty, in 1/100 %, is what is on it as far as that is known: what
 * the station has confirmed last, or has shown by itself; 0 where it has told none. Where another service answers for the
 * current it is what that service has asked for last.
 */
bool control_pilot_would_stay(const struct control_pilot *pilot, uint32_t *duty);

/* Whether LATE_CAR gets the car another window now. */
bool control_pilot_would_let_in(const struct control_pilot *pilot);
/* Whether basic charging, once reached, listens for a car, as EIM has authorized it: no car is late for that. */
bool control_pilot_listens_at_nominal(const struct control_pilot *pilot);

/* ENDING and ended. */
bool control_pilot_has_ended(const struct control_pilot *pilot);

/* "OFF", "HLC", "PULSE", "F_STEP", "X1_STEP", "BASIC" ... Never NULL. */
const char *control_pilot_phase_text(enum control_pilot_phase phase);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One outlet of the simulated station with the car at it: pilot, contactor, meter, authorization. An input and the time
 * go in; what the station says is added to an outbox. Pure.
 *
 * The contactor is closed exactly while the car is in C2 or D2, was authorized, and may draw: its pilot codes a current
 * (X2), or a 15118 session runs. In each phase the car draws the least of what it can, what it is offered (by the pilot,
 * in a 15118 session by the setpoint), the limits of the station and the cable; where the last three are below 6 A of
 * alternating current it draws nothing.
 *
 * A car that was told what it draws (cs_outlet_car, cs_outlet_consume) or whether it is ready (cs_outlet_ready) moves by
 * itself, CS_CAR_REACTION_US after it may: to C when it is ready, and a current is offered or its 15118 session has come to
 * the delivery of power; and back to B.
 */
#ifndef TOOLS_STATION_CS_OUTLET_H
#define TOOLS_STATION_CS_OUTLET_H

#include "tools/station/cs_meter.h"
#include "tools/station/cs_outbox.h"
#include "tools/station/cs_sim_pilot.h"

#define CS_CAR_REACTION_US  200000u
#define CS_CABLE_CHECK_US   300000u
#define CS_NEVER_US         UINT64_MAX
#define CS_DC_CURRENT_MAX_A 200.0
#define CS_DC_VOLTAGE_MAX_V 920.0
#define CS_CURRENT_MIN_A    6.0
#define CS_CONNECTORS_MAX   16

struct cs_car {
	bool moves;                      /* by itself */
	bool ready;                      /* for power; a driver may want to wait */
	double draws_a[CS_METER_PHASES]; /* what it can */
	bool wants_power;                /* its 15118 session has come to the delivery of power */
	uint64_t moves_us;               /* CS_NEVER_US: it stays as it is; 0 in a zeroed outlet, too */
};

/* cs_outlet_init makes one without vehicle, and with one connector: 1. */
struct cs_outlet {
	char evse_id[API_EVSE_ID_MAX];
	bool dc;         /* no AC service */
	double limit_a;  /* the least of the connected phases */
	unsigned phases; /* connected */
	size_t connector_count;
	uint32_t connectors[CS_CONNECTORS_MAX]; /* their ids; they have one lock */
	struct cs_pilot pilot;
	struct cs_car car;
	struct cs_meter meter;
	bool authorized;
	bool stopped; /* by stop_charging: no current is offered until the car leaves or is authorized anew */
	bool inoperative;
	bool hlc; /* a 15118 session runs */
	bool contactor_closed;
	enum api_connector_lock lock;
	unsigned cable_a; /* 0: the cable is the station's, and not told of */
	struct api_setpoint setpoint;
	bool has_setpoint;
	uint64_t cable_check_us;                /* since when it runs; 0: not */
	double told_current_a[CS_METER_PHASES]; /* what the account of the shell has said last */
	double told_offer_a;                    /* likewise */
	char card_request[API_UUID_MAX];        /* the id of the last authorization request; "": answered */
};

void cs_outlet_init(struct cs_outlet *outlet, const char *evse_id);

/* The vehicle: comes, leaves, brings the pilot into a state (E and F: the station does). Each reports cp_status. */
void cs_outlet_plug(struct cs_outlet *outlet, uint64_t now_us, struct cs_outbox *out);
void cs_outlet_unplug(struct cs_outlet *outlet, uint64_t now_us, struct cs_outbox *out);
void cs_outlet_force(struct cs_outlet *outlet, enum api_cp_state state, uint64_t now_us, struct cs_outbox *out);
/* It can draw so much in so many phases, or so much in each, and moves by itself from now on. */
void cs_outlet_car(struct cs_outlet *outlet, double current_a, unsigned phases, uint64_t now_us, struct cs_outbox *out);
void cs_outlet_consume(struct cs_outlet *outlet, const double current_a[CS_METER_PHASES], uint64_t now_us,
		       struct cs_outbox *out);
/* It is ready for power (as each car is at first), or waits in B; and moves by itself from now on. */
void cs_outlet_ready(struct cs_outlet *outlet, bool ready, uint64_t now_us, struct cs_outbox *out);

/* What another service asks of the pilot takes effect, and cp_status is reported. */
void cs_outlet_pilot(struct cs_outlet *outlet, const struct api_cp_pwm *pwm, uint64_t now_us, struct cs_outbox *out);
/* Why the station refuses it, or NULL: a current after stop_charging, or one that no duty cycle codes. */
const char *cs_outlet_refusal(const struct cs_outlet *outlet, const struct api_cp_pwm *pwm);
/* It boots again: pilot off, session forgotten; the vehicle, what the meter counted and the availability stay. */
void cs_outlet_reset(struct cs_outlet *outlet, uint64_t now_us, struct cs_outbox *out);
/* The limit has changed, or the number of connected phases. */
void cs_outlet_limit(struct cs_outlet *outlet, double limit_a, unsigned phases, uint64_t now_us, struct cs_outbox *out);

/* The driver shows a card: the station asks for it, in a message with this id. */
void cs_outlet_card(struct cs_outlet *outlet, const char *token, const char *id, struct cs_outbox *out);
/* The station, or somebody else, has decided. */
void cs_outlet_authorize(struct cs_outlet *outlet, bool accepted, uint64_t now_us, struct cs_outbox *out);
/* The cable of the driver was plugged into the socket: what it may carry. */
void cs_outlet_cable(struct cs_outlet *outlet, unsigned rated_a, struct cs_outbox *out);
/* The station itself goes out of service, or comes back: the contactor follows. */
void cs_outlet_operate(struct cs_outlet *outlet, bool operative, uint64_t now_us, struct cs_outbox *out);

/* A message that tells of the session: authorization, hlc_charging, iso15118_state_info, transaction_status. */
void cs_outlet_heard(struct cs_outlet *outlet, const struct api_session_message *message, uint64_t now_us,
		     struct cs_outbox *out);
/* Answers a request about this outlet: cable_check, cs_connector, cs_contactor_status, power_electronics_setpoint,
 * stop_charging. */
void cs_outlet_answer(struct cs_outlet *outlet, const struct api_session_message *request, uint64_t now_us,
		      struct cs_outbox *out);
/* meter_values, with everything but the timestamp. */
void cs_outlet_read_meter(struct cs_outlet *outlet, uint64_t now_us, struct api_meter_values *values);

/* When cs_outlet_tick wants to be called next, or CS_NEVER_US. */
uint64_t cs_outlet_due(const struct cs_outlet *outlet);
void cs_outlet_tick(struct cs_outlet *outlet, uint64_t now_us, struct cs_outbox *out);

#endif

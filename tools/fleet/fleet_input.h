/* SPDX-License-Identifier: Apache-2.0 */
/* What a user says of a connector: the car, a fault, a card. Read, or refused with what was expected. Pure. */
#ifndef TOOLS_FLEET_FLEET_INPUT_H
#define TOOLS_FLEET_FLEET_INPUT_H

#include "mqtt/api/api.h"
#include "tools/fleet/fleet.h"

#define FLEET_PHASES          3
#define FLEET_BEHAVIOUR_SIZE  256
#define FLEET_TOKEN_SIZE      37 /* as OCPP 2.0.1 has it: 36 characters */
#define FLEET_CURRENT_MAX_A   1000
#define FLEET_ATTENUATION_MAX 127

/* The car and the driver's cable, as they should be. */
struct fleet_car {
	bool plugged;
	int cable_a; /* of the driver's own cable; 0: the cable is the station's */
	bool ready;  /* it may go to C */
	double consumption_a[FLEET_PHASES];
	char behaviour[FLEET_BEHAVIOUR_SIZE];
	int attenuation_db;
};

struct fleet_fault {
	bool faulted;
	enum api_evse_status code; /* while it is faulted */
};

/* A car that nobody has said anything about: it is not there. */
void fleet_car_init(struct fleet_car *car);

/*
 * Each takes a payload of `len` octets with a NUL behind them. Members that are absent stay as they are. False, with what
 * was expected in `error`, and nothing changes.
 */
bool fleet_car_read(const char *payload, size_t len, struct fleet_car *car, char error[FLEET_ERROR_SIZE]);
bool fleet_fault_read(const char *payload, size_t len, struct fleet_fault *fault, char error[FLEET_ERROR_SIZE]);
bool fleet_card_read(const char *payload, size_t len, char token[FLEET_TOKEN_SIZE], char error[FLEET_ERROR_SIZE]);

#endif

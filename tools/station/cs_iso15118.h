/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ISO 15118 service, played beside the simulated station together with the car that it talks to (doc/cs-sim.md). A
 * session begins when slacd reports the match, waits for the authorization, and goes on as far as the station lets it.
 * It hears and speaks over MQTT like the real one. Pure.
 */
#ifndef TOOLS_STATION_CS_ISO15118_H
#define TOOLS_STATION_CS_ISO15118_H

#include "tools/station/cs_ocpp.h"

/* The check of a cable is asked for again after so long. */
#define CS_CABLE_CHECK_EVERY_US 100000u

enum cs_iso15118_phase {
	CS_ISO15118_IDLE,
	CS_ISO15118_AUTHORIZATION, /* waits for it */
	CS_ISO15118_CABLE_CHECK,   /* direct current only */
	CS_ISO15118_PRE_CHARGE,    /* direct current only */
	CS_ISO15118_POWER,         /* waits for the contactor */
	CS_ISO15118_LOOP,
	CS_ISO15118_PAUSED
};

struct cs_iso15118_outlet {
	char evse_id[API_EVSE_ID_MAX];
	bool dc;
	enum cs_iso15118_phase phase;
	bool authorized;
	struct api_amount limit; /* of the smart-charging service */
	bool limit_is_watt;
	char card_request[API_ID_MAX]; /* the station's last question; "": answered, or none */
	char asked_id[API_UUID_MAX];   /* ours to the station */
	uint64_t due_us;               /* of the next question about the cable; UINT64_MAX: none */
};

struct cs_iso15118 {
	cs_new_id *new_id;
	bool contract; /* cars pay by contract (plug and charge) */
	size_t count;
	struct cs_iso15118_outlet outlets[API_EVSES_MAX];
};

enum cs_car_order {
	CS_CAR_EIM,      /* from now on cars pay by card */
	CS_CAR_CONTRACT, /* by contract */
	CS_CAR_STOP,     /* it ends the session */
	CS_CAR_PAUSE,
	CS_CAR_RESUME
};

void cs_iso15118_init(struct cs_iso15118 *service, cs_new_id *new_id);
/* The station is there, or there again, with these outlets. */
void cs_iso15118_boot(struct cs_iso15118 *service, const char evse_ids[][API_EVSE_ID_MAX], const bool *dc,
		      size_t count);
/* A message on one of the topics that the service listens on. */
void cs_iso15118_heard(struct cs_iso15118 *service, enum cs_topic topic, const struct api_session_message *message,
		       uint64_t now_us, struct cs_outbox *out);
/* Carries out what the car at an outlet wants (evse_id "": the first). False: no such outlet, or not in this phase. */
bool cs_iso15118_order(struct cs_iso15118 *service, enum cs_car_order order, const char *evse_id,
		       struct cs_outbox *out);

/* When cs_iso15118_tick wants to be called next, or UINT64_MAX. */
uint64_t cs_iso15118_due(const struct cs_iso15118 *service);
void cs_iso15118_tick(struct cs_iso15118 *service, uint64_t now_us, struct cs_outbox *out);

#endif

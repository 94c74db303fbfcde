/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OCPP service, played beside the simulated station together with the backend behind it (CSMS): it asks the station
 * at its boot, answers cards, keeps transactions, stops them, and gives the smart-charging service its profiles
 * (doc/cs-sim.md). It hears and speaks over MQTT like the real one. Pure.
 */
#ifndef TOOLS_STATION_CS_OCPP_H
#define TOOLS_STATION_CS_OCPP_H

#include "tools/station/cs_outbox.h"

/* Writes a new id for a request, which its answer repeats. */
typedef void cs_new_id(char id[API_UUID_MAX]);

struct cs_ocpp_outlet {
	char evse_id[API_EVSE_ID_MAX];
	bool plugged;
	bool draws;    /* the pilot is in C or D */
	bool in_15118; /* hlc_charging is true: what stops goes to that service */
	bool authorized;
	bool running;     /* a transaction */
	bool in_progress; /* it was told that the car draws */
	struct api_token token;
	char transaction_id[API_TRANSACTION_MAX];
};

struct cs_ocpp {
	cs_new_id *new_id;
	bool rejects;                /* every card from now on */
	unsigned transactions;       /* begun so far */
	enum api_session_kind asked; /* the boot question that is open; API_SESSION_KINDS: none */
	char asked_id[API_UUID_MAX];
	char withdrawn_id[API_UUID_MAX]; /* our last request to go out of service; "": answered, */
	char withdrawn[API_EVSE_ID_MAX]; /* and for which outlet; "": all */
	size_t count;
	struct cs_ocpp_outlet outlets[API_EVSES_MAX];
};

/* What the backend wants. */
enum cs_csms_order {
	CS_CSMS_START, /* remote start: authorization update */
	CS_CSMS_STOP,  /* remote stop */
	CS_CSMS_RESET, /* of one outlet, or of the station */
	CS_CSMS_OPERATIVE,
	CS_CSMS_INOPERATIVE,
	CS_CSMS_LIMIT,    /* set_charging_profile: of the transaction, or by default */
	CS_CSMS_CLEAR,    /* clear_charging_profile */
	CS_CSMS_SCHEDULE, /* get_composite_schedule */
	CS_CSMS_METER,    /* meter_values request */
	CS_CSMS_ACCEPT,   /* cards from now on */
	CS_CSMS_REJECT
};

void cs_ocpp_init(struct cs_ocpp *ocpp, cs_new_id *new_id);
/* The station is there, or there again: it is asked for everything. `evse_ids` are its outlets. */
void cs_ocpp_boot(struct cs_ocpp *ocpp, const char evse_ids[][API_EVSE_ID_MAX], size_t count, struct cs_outbox *out);
/* A message on one of the topics that the service listens on. `timestamp` is the time of day. */
void cs_ocpp_heard(struct cs_ocpp *ocpp, enum cs_topic topic, const struct api_session_message *message,
		   const char *timestamp, struct cs_outbox *out);
/* Carries out an order for an outlet (evse_id "": the first; of a reset and of an availability: the station). `value` is
 * a current for a limit, seconds for a schedule. False: no such outlet. */
bool cs_ocpp_order(struct cs_ocpp *ocpp, enum cs_csms_order order, const char *evse_id, double value,
		   const char *timestamp, struct cs_outbox *out);

#endif

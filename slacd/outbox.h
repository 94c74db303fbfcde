/* SPDX-License-Identifier: Apache-2.0 */
/* What slacd says over MQTT: builds each message, which service/outbound.h sends and logs. */
#ifndef SLACD_OUTBOX_H
#define SLACD_OUTBOX_H

#include "cp/control_pilot.h"
#include "mqtt/api/api.h"
#include "service/outbound.h"
#include "slacd/settings/settings.h"

/* Slots for pilot requests: of the outlets that run, and of as many that are ending. */
#define OUTBOX_PILOT_SLOTS (2 * API_EVSES_MAX)
/* These, and one for what slacd asks the station as a whole. */
#define OUTBOX_SLOTS (OUTBOX_PILOT_SLOTS + 1)

/*
 * What waits for the broker when each outlet says or is asked something in the same moment: two status updates on two
 * topics, two answers, two questions beside three messages that are none.
 */
#define OUTBOX_KEEP_MAX    (4 * API_EVSES_MAX)
#define OUTBOX_NOW_MAX     (2 * API_EVSES_MAX)
#define OUTBOX_INBOUND_MAX (8 * API_EVSES_MAX)

struct outbox {
	const struct settings *settings;
	struct outbound out;
};

/* Begins without a broker. */
void outbox_init(struct outbox *outbox, const struct settings *settings);

/* The broker is connected, as far as is known. */
bool outbox_is_connected(const struct outbox *outbox);

/*
 * Each sends one message. Requests return false when there is no connection, or no memory (which is logged); on true
 * `id` holds the request's id. Status updates are taken in any case.
 */
bool outbox_request_parameters(struct outbox *outbox, char id[API_UUID_MAX]);
bool outbox_request_limits(struct outbox *outbox, char id[API_UUID_MAX]);
/* Takes the place of an earlier request of the same slot (0 ... OUTBOX_PILOT_SLOTS-1) that was not sent yet. */
bool outbox_request_pilot(struct outbox *outbox, size_t slot, const char *evse_id, const struct pilot_request *request,
			  char id[API_UUID_MAX]);
void outbox_service_status(struct outbox *outbox, enum api_service_state state);
void outbox_service_status_response(struct outbox *outbox, const char *id, enum api_service_state state);
/* `id` "": a new message, whose id is written there. Otherwise the message with this id is said once more. */
void outbox_slac_status(struct outbox *outbox, const char *evse_id, const struct api_slac_status *status,
			char id[API_UUID_MAX]);

/* Responses; `id` is the request's. */
void outbox_link_status(struct outbox *outbox, const char *id, const char *evse_id, enum api_link_state state);
void outbox_network_info(struct outbox *outbox, const char *id, const char *evse_id, const struct api_network *networks,
			 size_t count);
/* `asked` is API_SLAC_RESET or API_RESET, the name of the request. */
void outbox_reset(struct outbox *outbox, const char *id, enum api_kind asked, enum api_reset_status status);

/* Builds the last will, service_status error, into `payload`; returns its length. */
size_t outbox_build_will(const struct outbox *outbox, char *payload, size_t size);

#endif

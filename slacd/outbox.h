/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slacd says over MQTT: builds each message, gives it an id, logs it and hands it to the broker client.
 * Status updates are kept while the broker is away; requests are not (a pilot request must never arrive late).
 * Requests have slots of the broker client (broker_publish_latest), so that responses never keep them waiting.
 */
#ifndef SLACD_OUTBOX_H
#define SLACD_OUTBOX_H

#include "cp/control_pilot.h"
#include "mqtt/api/api.h"
#include "mqtt/broker/broker.h"
#include "service/message_log.h"
#include "slacd/settings/settings.h"

/* Slots for pilot requests: of the outlets that run, and of as many that are ending. */
#define OUTBOX_PILOT_SLOTS (2 * API_EVSES_MAX)

/* How many octets of each id are the same for all of them. */
#define OUTBOX_OWN_OCTETS 6

struct outbox {
	const struct settings *settings;
	uint8_t own_octets[OUTBOX_OWN_OCTETS]; /* every id that is made ends with them: own messages are known by it */
	struct broker *broker;                 /* NULL before it is opened */
	struct message_log log;
	struct log_limit lost_responses;
	struct log_limit refused_requests;
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
void outbox_slac_status(struct outbox *outbox, const char *evse_id, const struct api_slac_status *status);

/* Responses; `id` is the request's. */
void outbox_link_status(struct outbox *outbox, const char *id, const char *evse_id, enum api_link_state state);
void outbox_network_info(struct outbox *outbox, const char *id, const char *evse_id, const struct api_network *networks,
			 size_t count);
/* `asked` is API_SLAC_RESET or API_RESET, the name of the request. */
void outbox_reset(struct outbox *outbox, const char *id, enum api_kind asked, enum api_reset_status status);

/* Builds the last will, service_status error, into `payload`; returns its length. */
size_t outbox_build_will(const struct outbox *outbox, char *payload, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service says over MQTT: gives each message its id, hands it to the broker client and logs it. Updates are kept
 * while the broker is away; requests are not (a pilot request must never arrive late). Requests have slots of the broker
 * client (broker_publish_latest), so that responses never keep them waiting.
 */
#ifndef SERVICE_OUTBOUND_H
#define SERVICE_OUTBOUND_H

#include "mqtt/api/api.h"
#include "mqtt/broker/broker.h"
#include "service/message_log.h"

/* How many octets of each id are the same for all of them. */
#define OUTBOUND_OWN_OCTETS 6

/* Fills n octets at out with random ones, false on failure. */
typedef bool outbound_random(void *context, uint8_t *out, size_t n);

struct outbound {
	outbound_random *random;
	uint8_t own_octets
		[OUTBOUND_OWN_OCTETS]; /* every id that is made ends with them: own messages are known by it */
	struct broker *broker;         /* NULL before it is opened */
	struct message_log log;
	struct log_limit lost_responses;
	struct log_limit refused_requests;
};

/* Begins without a broker. */
void outbound_init(struct outbound *outbound, outbound_random *random);

/* The broker is connected, as far as is known. */
bool outbound_is_connected(const struct outbound *outbound);

/* An id for a request or an update. */
void outbound_new_id(const struct outbound *outbound, char id[API_UUID_MAX]);

/*
 * Each publishes one message to `topic`; len 0 says that it could not be built. A request takes the place of an earlier
 * one of the same slot that was not sent yet; false when there is no connection, or no memory (which is logged). A
 * response that is lost and an update that is not taken are logged.
 */
bool outbound_request(struct outbound *outbound, size_t slot, const char *topic, const struct message_about *about,
		      const char *payload, size_t len);
void outbound_response(struct outbound *outbound, const char *topic, const struct message_about *about,
		       const char *payload, size_t len);
void outbound_update(struct outbound *outbound, const char *topic, const struct message_about *about,
		     const char *payload, size_t len);

#endif

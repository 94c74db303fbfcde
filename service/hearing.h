/* SPDX-License-Identifier: Apache-2.0 */
/* The topics that a service listens on, and whose they are (enum api_from). One topic may be configured for several. */
#ifndef SERVICE_HEARING_H
#define SERVICE_HEARING_H

#include "mqtt/api/api.h"
#include "mqtt/broker/broker.h"

#define HEARING_TOPICS_MAX BROKER_SUBSCRIPTIONS_MAX
#define HEARING_TOPIC_SIZE 256

struct hearing {
	char own_ids[API_OWN_IDS_SIZE]; /* how the ids of the service's own messages end */
	size_t count;
	unsigned from[HEARING_TOPICS_MAX];
	char topics[HEARING_TOPICS_MAX][HEARING_TOPIC_SIZE]; /* each once */
};

void hearing_init(struct hearing *hearing, const char own_ids[API_OWN_IDS_SIZE]);
/* A topic of fewer than HEARING_TOPIC_SIZE octets is listened to; at most HEARING_TOPICS_MAX are. */
void hearing_add(struct hearing *hearing, const char *topic, enum api_from from);

/* Whose topic a message came on; 0: none that is listened to. */
unsigned hearing_from(const struct hearing *hearing, const char *topic);

/*
 * Which messages may be lost before the service has read them. What the station says once must not: a pilot state, a
 * limit, an answer. A question is asked again by whoever misses its answer.
 */
enum broker_worth hearing_worth(enum api_look look);

#endif

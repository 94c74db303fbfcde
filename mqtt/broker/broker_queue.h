/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of messages that knows their number and octets.  Internal to mqtt/broker. */
#ifndef MQTT_BROKER_BROKER_QUEUE_H
#define MQTT_BROKER_BROKER_QUEUE_H

#include "mqtt/broker/broker.h"

#include <sys/queue.h>

/* One message with copies of topic and payload behind it, in one allocation. */
struct broker_message {
	TAILQ_ENTRY(broker_message) entry;
	enum broker_publish_kind kind; /* outbound; BROKER_NOW where of_slot */
	bool of_slot;                  /* outbound: by broker_publish_latest */
	size_t slot;                   /* of it */
	bool is_value;                 /* outbound: by broker_publish_value, retained; kind is BROKER_NOW */
	int mid;                       /* outbound: the library's number once handed over, else 0 */
	uint64_t order;                /* outbound: counts what was published */
	uint64_t queued_ms;            /* outbound: monotonic time of broker_publish */
	bool droppable;                /* inbound */
	bool retained;                 /* inbound: from the broker's store; outbound: for it */
	size_t bytes;                  /* topic and payload */
	size_t len;
	char *payload; /* len octets and a NUL */
	char topic[];
};

TAILQ_HEAD(broker_messages, broker_message);

struct broker_queue {
	struct broker_messages messages;
	size_t count;
	size_t bytes;
};

/* A message with its copies, or NULL without memory. Freed with free(). */
struct broker_message *broker_message_new(const char *topic, const void *payload, size_t len);

void broker_queue_init(struct broker_queue *queue);
void broker_queue_append(struct broker_queue *queue, struct broker_message *message);
void broker_queue_prepend(struct broker_queue *queue, struct broker_message *message);
void broker_queue_remove(struct broker_queue *queue, struct broker_message *message);
/* Takes the first message out; NULL when the queue is empty. */
struct broker_message *broker_queue_pop(struct broker_queue *queue);
/* The first message of the kind, which stays in the queue; NULL when there is none. */
struct broker_message *broker_queue_first_of(const struct broker_queue *queue, enum broker_publish_kind kind);
/* Frees all messages. */
void broker_queue_clear(struct broker_queue *queue);

#endif

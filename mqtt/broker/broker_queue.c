/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/broker/broker_queue.h"

#include <stdlib.h>
#include <string.h>

struct broker_message *broker_message_new(const char *topic, const void *payload, size_t len)
{
	size_t topic_size = strlen(topic) + 1;
	struct broker_message *message = calloc(1, sizeof(*message) + topic_size + len + 1);

	if (message == NULL)
		return NULL;
	memcpy(message->topic, topic, topic_size);
	message->payload = message->topic + topic_size;
	if (len > 0)
		memcpy(message->payload, payload, len);
	message->len = len;
	message->bytes = topic_size - 1 + len;
	return message;
}

void broker_queue_init(struct broker_queue *queue)
{
	TAILQ_INIT(&queue->messages);
	queue->count = 0;
	queue->bytes = 0;
}

void broker_queue_append(struct broker_queue *queue, struct broker_message *message)
{
	TAILQ_INSERT_TAIL(&queue->messages, message, entry);
	queue->count++;
	queue->bytes += message->bytes;
}

void broker_queue_prepend(struct broker_queue *queue, struct broker_message *message)
{
	TAILQ_INSERT_HEAD(&queue->messages, message, entry);
	queue->count++;
	queue->bytes += message->bytes;
}

void broker_queue_remove(struct broker_queue *queue, struct broker_message *message)
{
	TAILQ_REMOVE(&queue->messages, message, entry);
	queue->count--;
	queue->bytes -= message->bytes;
}

struct broker_message *broker_queue_pop(struct broker_queue *queue)
{
	struct broker_message *message = TAILQ_FIRST(&queue->messages);

	if (message != NULL)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was removed before is not the first any more */
		broker_queue_remove(queue, message);
	return message;
}

struct broker_message *broker_queue_first_of(const struct broker_queue *queue, enum broker_publish_kind kind)
{
	struct broker_message *message;

	TAILQ_FOREACH(message, &queue->messages, entry)
	{
		if (message->kind == kind)
			return message;
	}
	return NULL;
}

void broker_queue_clear(struct broker_queue *queue)
{
	struct broker_message *message;

	while ((message = broker_queue_pop(queue)))
		free(message);
}

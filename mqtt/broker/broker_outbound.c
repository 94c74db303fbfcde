/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits to be sent: the event loop publishes, the thread takes one message after another, in the order in which
 * they were published.
 */
#include "mqtt/broker/broker.h"
#include "mqtt/broker/broker_shared.h"

#include <stdlib.h>

void broker_release(struct broker *broker, struct broker_message *message)
{
	if (message->of_slot) {
		free(message);
		return;
	}
	if (message->kind == BROKER_KEEP)
		broker->keep_count--;
	else
		broker->now_count--;
	broker->outbound_bytes -= message->bytes;
	free(message);
}

void broker_clear_slots(struct broker *broker)
{
	struct broker_message *message;

	while ((message = broker_queue_pop(&broker->latest))) {
		broker->slots[message->slot] = NULL;
		free(message);
	}
}

void broker_drop_now(struct broker *broker)
{
	struct broker_message *message;

	broker_clear_slots(broker);
	while ((message = broker_queue_first_of(&broker->outbound, BROKER_NOW))) {
		broker_queue_remove(&broker->outbound, message);
		broker_release(broker, message);
	}
}

/* Drops waiting KEEP messages, the oldest first, until `bytes` more fit. Under lock. */
static bool make_room(struct broker *broker, size_t bytes)
{
	while (broker->keep_count >= broker->settings.bounds.keep_max ||
	       broker->outbound_bytes + bytes > BROKER_OUTBOUND_BYTES_MAX) {
		struct broker_message *oldest = broker_queue_first_of(&broker->outbound, BROKER_KEEP);
		if (oldest == NULL)
			return false;
		broker_queue_remove(&broker->outbound, oldest);
		broker_release(broker, oldest);
		broker->dropped[BROKER_DROP_OUTBOUND_FULL]++;
	}
	return true;
}

bool broker_is_connected(const struct broker *broker)
{
	return broker->up && broker->known_up && broker->generation == broker->known_generation;
}

/*
 * Makes room for a KEEP message. A NOW message is taken only when there is room, and only on the connection that the
 * event loop has been told of. False when the message cannot be taken. Under lock.
 */
static bool make_place_for(struct broker *broker, const struct broker_message *message)
{
	if (message->kind == BROKER_KEEP)
		return make_room(broker, message->bytes);
	return broker_is_connected(broker) && broker->now_count < broker->settings.bounds.now_max &&
	       broker->outbound_bytes + message->bytes <= BROKER_OUTBOUND_BYTES_MAX;
}

bool broker_publish(struct broker *broker, enum broker_publish_kind kind, const char *topic, const char *payload,
		    size_t len)
{
	struct broker_message *message;
	uint64_t dropped_before;
	bool dropped;
	bool taken;

	if (len > BROKER_OUTBOUND_BYTES_MAX / 4)
		return false;
	message = broker_message_new(topic, payload, len);
	if (message == NULL)
		return false;
	message->kind = kind;
	message->queued_ms = broker_now_ms();

	pthread_mutex_lock(&broker->lock);
	dropped_before = broker->dropped[BROKER_DROP_OUTBOUND_FULL];
	taken = make_place_for(broker, message);
	dropped = broker->dropped[BROKER_DROP_OUTBOUND_FULL] != dropped_before;
	if (taken) {
		message->order = broker->published++;
		broker_queue_append(&broker->outbound, message);
		broker->outbound_bytes += message->bytes;
		if (kind == BROKER_KEEP)
			broker->keep_count++;
		else
			broker->now_count++;
	}
	pthread_mutex_unlock(&broker->lock);

	if (taken)
		broker_wake(broker->to_thread);
	else
		free(message);
	if (dropped)
		broker_wake(broker->to_loop);
	return taken;
}

bool broker_publish_latest(struct broker *broker, size_t slot, const char *topic, const char *payload, size_t len)
{
	struct broker_message *message;
	struct broker_message *superseded;
	bool taken;

	if (slot >= broker->settings.bounds.slots || len > BROKER_SLOT_BYTES_MAX)
		return false;
	message = broker_message_new(topic, payload, len);
	if (message == NULL)
		return false;
	message->kind = BROKER_NOW;
	message->of_slot = true;
	message->slot = slot;

	pthread_mutex_lock(&broker->lock);
	superseded = message;
	taken = broker_is_connected(broker);
	if (taken) {
		message->order = broker->published++;
		superseded = broker->slots[slot];
		if (superseded != NULL)
			broker_queue_remove(&broker->latest, superseded);
		broker->slots[slot] = message;
		broker_queue_append(&broker->latest, message);
	}
	pthread_mutex_unlock(&broker->lock);

	free(superseded);
	if (taken)
		broker_wake(broker->to_thread);
	return taken;
}

size_t broker_outbound_count(struct broker *broker)
{
	size_t count;

	pthread_mutex_lock(&broker->lock);
	count = broker->outbound.count + broker->latest.count;
	pthread_mutex_unlock(&broker->lock);
	return count;
}

/* Drops NOW messages that have waited too long, up to the first message that has not. Under lock. */
static bool drop_stale(struct broker *broker)
{
	uint64_t now_ms = broker_now_ms();
	struct broker_message *message;
	bool dropped = false;

	while ((message = TAILQ_FIRST(&broker->outbound.messages)) && message->kind == BROKER_NOW &&
	       now_ms - message->queued_ms > BROKER_NOW_AGE_MAX_MS) {
		broker_queue_remove(&broker->outbound, message);
		broker_release(broker, message);
		broker->dropped[BROKER_DROP_OUTBOUND_STALE]++;
		dropped = true;
	}
	return dropped;
}

struct broker_message *broker_next_outbound(struct broker *broker, bool from_queue, bool from_slots)
{
	struct broker_message *message = NULL;
	struct broker_message *of_slot = NULL;
	bool dropped = false;

	pthread_mutex_lock(&broker->lock);
	if (from_queue) {
		dropped = drop_stale(broker);
		message = TAILQ_FIRST(&broker->outbound.messages);
	}
	if (from_slots)
		of_slot = TAILQ_FIRST(&broker->latest.messages);
	if (of_slot != NULL && (message == NULL || of_slot->order < message->order)) {
		message = of_slot;
		broker_queue_remove(&broker->latest, message);
		broker->slots[message->slot] = NULL;
	} else if (message != NULL) {
		broker_queue_remove(&broker->outbound, message);
	}
	pthread_mutex_unlock(&broker->lock);
	if (dropped)
		broker_wake(broker->to_loop);
	return message;
}

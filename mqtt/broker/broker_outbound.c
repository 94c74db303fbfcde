/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits to be sent. The messages are handed to the library one after another, in the order in which they were
 * published.
 */
#include "mqtt/broker/broker.h"
#include "mqtt/broker/broker_shared.h"

#include <stdlib.h>

void broker_release(struct broker *broker, struct broker_message *message)
{
	if (message->of_slot || message->is_value) {
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

static void clear_slots(struct broker *broker)
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

	clear_slots(broker);
	broker_queue_clear(&broker->values);
	broker->value_refused = false;
	while ((message = broker_queue_first_of(&broker->outbound, BROKER_NOW))) {
		broker_queue_remove(&broker->outbound, message);
		broker_release(broker, message);
	}
}

static bool has_room(const struct broker *broker, const struct broker_message *message)
{
	const struct broker_bounds *bounds = &broker->settings->bounds;
	const bool is_full = message->kind == BROKER_KEEP ? broker->keep_count >= bounds->keep_max
							  : broker->now_count >= bounds->now_max;

	return !is_full && broker->outbound_bytes + message->bytes <= BROKER_OUTBOUND_BYTES_MAX;
}

/* Drops waiting messages of the same kind, the oldest first, until the message fits. */
static bool make_room(struct broker *broker, const struct broker_message *message)
{
	while (!has_room(broker, message)) {
		struct broker_message *oldest = broker_queue_first_of(&broker->outbound, message->kind);
		if (oldest == NULL)
			return false;
		broker_queue_remove(&broker->outbound, oldest);
		broker_release(broker, oldest);
		broker->dropped[message->kind == BROKER_KEEP ? BROKER_DROP_OUTBOUND_FULL : BROKER_DROP_OUTBOUND_NOW]++;
		broker_want_turn(broker);
	}
	return true;
}

/*
 * Makes room for a KEEP message, and takes a KEEP_OR_REFUSE message only when there is room. A NOW message is taken only
 * on a connection, and only when there is room, or room is to be made. False when the message cannot be taken.
 */
static bool make_place_for(struct broker *broker, enum broker_publish_kind kind, const struct broker_message *message)
{
	if (kind == BROKER_NOW && !broker_connected(broker))
		return false;
	if (kind == BROKER_KEEP_OR_REFUSE || (kind == BROKER_NOW && !broker->settings->now_makes_room))
		return has_room(broker, message);
	return make_room(broker, message);
}

static bool publish(struct broker *broker, enum broker_publish_kind kind, bool retained, const char *topic,
		    const char *payload, size_t len)
{
	struct broker_message *message;

	if (len > BROKER_OUTBOUND_BYTES_MAX / 4)
		return false;
	message = broker_message_new(topic, payload, len);
	if (message == NULL)
		return false;
	message->kind = kind == BROKER_NOW ? BROKER_NOW : BROKER_KEEP;
	message->retained = retained;
	message->queued_ms = broker_now_ms();

	if (!make_place_for(broker, kind, message)) {
		free(message);
		return false;
	}
	message->order = broker->published++;
	broker_queue_append(&broker->outbound, message);
	broker->outbound_bytes += message->bytes;
	if (message->kind == BROKER_KEEP)
		broker->keep_count++;
	else
		broker->now_count++;
	broker_want_turn(broker);
	return true;
}

bool broker_publish(struct broker *broker, enum broker_publish_kind kind, const char *topic, const char *payload,
		    size_t len)
{
	return publish(broker, kind, false, topic, payload, len);
}

bool broker_publish_retained(struct broker *broker, const char *topic, const char *payload, size_t len)
{
	return publish(broker, BROKER_KEEP, true, topic, payload, len);
}

bool broker_publish_latest(struct broker *broker, size_t slot, const char *topic, const char *payload, size_t len)
{
	struct broker_message *message;
	struct broker_message *superseded;

	if (slot >= broker->settings->bounds.slots || len > BROKER_SLOT_BYTES_MAX || !broker_connected(broker))
		return false;
	message = broker_message_new(topic, payload, len);
	if (message == NULL)
		return false;
	message->kind = BROKER_NOW;
	message->of_slot = true;
	message->slot = slot;
	message->order = broker->published++;
	superseded = broker->slots[slot];
	if (superseded != NULL)
		broker_queue_remove(&broker->latest, superseded);
	free(superseded);
	broker->slots[slot] = message;
	broker_queue_append(&broker->latest, message);
	broker_want_turn(broker);
	return true;
}

bool broker_publish_value(struct broker *broker, const char *topic, const char *payload, size_t len)
{
	const size_t most = broker->settings->bounds.values;
	struct broker_message *message = NULL;

	if (most == 0 || len > BROKER_VALUE_BYTES_MAX || !broker_connected(broker))
		return false;
	if (broker->values.count < most && broker_now_ms() >= broker->values_after_ms)
		message = broker_message_new(topic, payload, len);
	if (message == NULL) {
		broker->value_refused = true;
		return false;
	}
	message->kind = BROKER_NOW;
	message->is_value = true;
	message->retained = true;
	broker_queue_append(&broker->values, message);
	broker_want_turn(broker);
	return true;
}

bool broker_has_outbound(const struct broker *broker)
{
	return broker->outbound.count > 0 || broker->latest.count > 0 || broker->values.count > 0;
}

/* Drops NOW messages that have waited too long, up to the first message that has not. */
static void drop_stale(struct broker *broker)
{
	uint64_t now_ms = broker_now_ms();
	struct broker_message *message;

	while ((message = TAILQ_FIRST(&broker->outbound.messages)) && message->kind == BROKER_NOW &&
	       now_ms - message->queued_ms > BROKER_NOW_AGE_MAX_MS) {
		broker_queue_remove(&broker->outbound, message);
		broker_release(broker, message);
		broker->dropped[BROKER_DROP_OUTBOUND_STALE]++;
	}
}

struct broker_message *broker_next_outbound(struct broker *broker, bool from_queue, bool from_slots)
{
	struct broker_message *message = NULL;
	struct broker_message *of_slot = NULL;

	if (from_queue) {
		drop_stale(broker);
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
	return message;
}

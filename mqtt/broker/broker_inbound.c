/* SPDX-License-Identifier: Apache-2.0 */
/* What was read and waits for its callback. Without room nothing is read. */
#include "mqtt/api/api.h"
#include "mqtt/broker/broker_shared.h"

#include <stdlib.h>

static enum broker_worth worth_of(const struct broker *broker, const char *topic, const char *payload, size_t len)
{
	const struct broker_settings *settings = broker->settings;

	return settings->worth != NULL ? settings->worth(settings->worth_context, topic, payload, len)
				       : BROKER_PRECIOUS;
}

/* Messages that may be dropped leave most places, and half of the octets, to the others. */
static bool is_in_the_way(const struct broker *broker, const struct broker_message *message)
{
	return message->droppable &&
	       (broker->droppable_count >= broker->settings->bounds.inbound_max / BROKER_DROPPABLE_SHARE ||
		broker->inbound.bytes + message->bytes > BROKER_INBOUND_BYTES_MAX / 2);
}

/* Queues a message unless it may and must be dropped. */
static bool take(struct broker *broker, struct broker_message *message)
{
	if (is_in_the_way(broker, message))
		return false;
	broker->droppable_count += message->droppable;
	broker_queue_append(&broker->inbound, message);
	return true;
}

void broker_put_inbound(struct broker *broker, const char *topic, const char *payload, size_t len, bool retained)
{
	struct broker_message *message = NULL;
	enum broker_drop drop = BROKER_DROP_INBOUND_FULL;
	enum broker_worth worth = worth_of(broker, topic, payload, len);

	/* Nobody takes it any more: it must come again. */
	broker->unsafe = broker->unsafe || broker->stopping;
	if (worth == BROKER_WORTHLESS)
		return;
	if (len > API_PAYLOAD_MAX)
		drop = BROKER_DROP_INBOUND_TOO_LARGE;
	else
		message = broker_message_new(topic, payload, len);

	if (message != NULL) {
		message->droppable = worth == BROKER_DROPPABLE || (retained && !broker->settings->needs_retained);
		message->retained = retained;
	}
	if (message != NULL && !broker->stopping && take(broker, message))
		message = NULL;
	else if (!broker->stopping)
		broker->dropped[drop]++;
	free(message);
}

bool broker_has_room(struct broker *broker)
{
	if (broker->inbound.count >= broker->settings->bounds.inbound_max ||
	    broker->inbound.bytes >= BROKER_INBOUND_BYTES_MAX)
		broker->reading_paused = true;
	return (!broker->reading_paused && !broker->holding) || broker->stopping;
}

bool broker_is_unsafe(const struct broker *broker)
{
	return broker->settings->holds_acknowledgements && (broker->unsafe || broker->inbound.count > 0);
}

struct broker_message *broker_take_inbound(struct broker *broker)
{
	struct broker_message *message = TAILQ_FIRST(&broker->inbound.messages);

	if (message == NULL)
		return NULL;
	broker_queue_remove(&broker->inbound, message);
	broker->droppable_count -= message->droppable;
	if (broker->reading_paused && broker->inbound.count <= broker->settings->bounds.inbound_max / 2 &&
	    broker->inbound.bytes <= BROKER_INBOUND_BYTES_MAX / 2)
		broker->reading_paused = false;
	return message;
}

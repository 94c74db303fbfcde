/* SPDX-License-Identifier: Apache-2.0 */
/* The callbacks. None of them runs inside another function of the client. */
#include "mqtt/broker/broker_shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DROP_REPORT_PERIOD_MS 60000u

void broker_tell_drops(struct broker *broker, bool now_connected)
{
	for (int i = 0; i < BROKER_DROPS; i++) {
		const uint64_t total = broker->dropped[i];
		if (total == broker->reported[i])
			continue;
		const uint64_t now_ms = broker_now_ms();
		if (!now_connected && broker->reported[i] != 0 &&
		    now_ms - broker->reported_ms[i] < DROP_REPORT_PERIOD_MS)
			continue;
		broker->reported[i] = total;
		broker->reported_ms[i] = now_ms;
		if (broker->callbacks.dropped != NULL)
			broker->callbacks.dropped(broker->context, (enum broker_drop)i, total);
	}
}

void broker_tell_connected(struct broker *broker)
{
	broker->up = true;
	if (broker->callbacks.connected != NULL)
		broker->callbacks.connected(broker->context);
	broker_tell_drops(broker, true);
}

void broker_tell_disconnected(struct broker *broker, const char *reason)
{
	if (reason != broker->reason)
		snprintf(broker->reason, sizeof(broker->reason), "%s", reason);
	if (broker->callbacks.disconnected != NULL)
		broker->callbacks.disconnected(broker->context, broker->reason);
}

void broker_tell_failed(struct broker *broker, const char *reason)
{
	if (strcmp(broker->reason, reason) != 0)
		broker_tell_disconnected(broker, reason);
}

void broker_tell_displaced(struct broker *broker)
{
	if (broker->callbacks.displaced != NULL)
		broker->callbacks.displaced(broker->context);
}

void broker_tell_values_room(struct broker *broker)
{
	if (!broker->value_refused || !broker->up || broker->values.count > broker->settings->bounds.values / 2 ||
	    broker_now_ms() < broker->values_after_ms)
		return;
	broker->value_refused = false;
	if (broker->callbacks.values_room != NULL)
		broker->callbacks.values_room(broker->context);
}

void broker_tell_values_paused(struct broker *broker)
{
	if (broker->callbacks.values_paused != NULL)
		broker->callbacks.values_paused(broker->context);
}

static void tell_message(struct broker *broker, struct broker_message *message)
{
	void (*tell)(void *, const char *, const char *, size_t) =
		message->retained ? broker->callbacks.retained : broker->callbacks.message;

	broker->unsafe = true;
	if (tell != NULL)
		tell(broker->context, message->topic, message->payload, message->len);
	free(message);
}

static void tell_held(struct broker *broker)
{
	if (!broker->holding || broker->told_held || broker->inbound.count > 0)
		return;
	broker->told_held = true;
	if (broker->callbacks.held != NULL)
		broker->callbacks.held(broker->context);
}

static void tell_refused(struct broker *broker)
{
	const unsigned refused = broker->subscriptions_refused;

	broker->subscriptions_refused = 0;
	for (size_t i = 0; refused != 0 && i < broker->settings->subscription_count; i++)
		if ((refused & 1u << i) && broker->callbacks.subscription_refused != NULL)
			broker->callbacks.subscription_refused(broker->context, broker->settings->subscriptions[i]);
}

void broker_tell_inbound(struct broker *broker, uint64_t until_us)
{
	struct broker_message *message;

	tell_refused(broker);
	for (int i = 0; i < BROKER_TURN_CALLBACKS && (message = broker_take_inbound(broker)); i++) {
		tell_message(broker, message);
		if (broker_now_us() >= until_us)
			break;
	}
	tell_held(broker);
}

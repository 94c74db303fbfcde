/* SPDX-License-Identifier: Apache-2.0 */
/* What the callbacks are told, on the event loop, in the order it happened. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mqtt/broker/broker_shared.h"

#define CALLBACKS_PER_TURN    16
#define DROP_REPORT_PERIOD_MS 60000u

static void report_drops(struct broker *broker, bool now_connected)
{
	uint64_t now_ms = broker_now_ms();

	for (int i = 0; i < BROKER_DROPS; i++) {
		uint64_t total = broker_dropped(broker, (enum broker_drop)i);
		bool due = now_connected || broker->reported[i] == 0 ||
			   now_ms - broker->reported_ms[i] >= DROP_REPORT_PERIOD_MS;

		if (total == broker->reported[i] || !due)
			continue;
		broker->reported[i] = total;
		broker->reported_ms[i] = now_ms;
		if (broker->callbacks.dropped)
			broker->callbacks.dropped(broker->context, (enum broker_drop)i, total);
	}
}

static void tell_connected(struct broker *broker, uint64_t generation)
{
	broker->known_up = true;
	broker->known_generation = generation;
	if (broker->callbacks.connected)
		broker->callbacks.connected(broker->context);
	report_drops(broker, true);
}

static void tell_disconnected(struct broker *broker, const char *reason, uint64_t reason_count)
{
	broker->known_up = false;
	broker->known_reason_count = reason_count;
	if (broker->callbacks.disconnected)
		broker->callbacks.disconnected(broker->context, reason);
}

static void tell_message(struct broker *broker, struct broker_message *message)
{
	if (broker->callbacks.message)
		broker->callbacks.message(broker->context, message->topic, message->payload, message->len);
	free(message);
}

static void tell_refused(struct broker *broker, unsigned refused)
{
	for (size_t i = 0; i < broker->settings.subscription_count; i++) {
		if ((refused & 1u << i) && broker->callbacks.subscription_refused)
			broker->callbacks.subscription_refused(broker->context, broker->settings.subscriptions[i]);
	}
}

/*
 * Tells one thing, in the order it happened: messages of a connection between its connected and its
 * disconnected. Connections that came and went while the loop was busy are told as one. false when there is
 * nothing left.
 */
static bool tell_next(struct broker *broker)
{
	struct broker_message *message = NULL;
	char reason[BROKER_REASON_MAX];
	uint64_t generation;
	uint64_t reason_count;
	unsigned refused;
	bool up;

	pthread_mutex_lock(&broker->lock);
	up = broker->up;
	generation = broker->generation;
	reason_count = broker->reason_count;
	memcpy(reason, broker->reason, sizeof(reason));
	refused = broker->subscriptions_refused;
	broker->subscriptions_refused = 0;
	if (!TAILQ_EMPTY(&broker->inbound.messages) &&
	    TAILQ_FIRST(&broker->inbound.messages)->generation <= broker->known_generation)
		message = broker_queue_pop(&broker->inbound);
	pthread_mutex_unlock(&broker->lock);

	tell_refused(broker, refused);
	if (message)
		tell_message(broker, message);
	else if (broker->known_up && (!up || generation != broker->known_generation))
		tell_disconnected(broker, reason, reason_count);
	else if (generation != broker->known_generation)
		tell_connected(broker, generation);
	else if (!up && reason_count != broker->known_reason_count)
		tell_disconnected(broker, reason, reason_count);
	else
		return false;
	return true;
}

void broker_on_wake(int fd, short what, void *context)
{
	struct broker *broker = context;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return;
	report_drops(broker, false);
	for (int i = 0; i < CALLBACKS_PER_TURN; i++) {
		if (!tell_next(broker))
			return;
	}
	/* More may be left: let other events of the loop have their turn first. */
	broker_wake(broker->to_loop);
}

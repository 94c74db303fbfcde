/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop's side of the broker connection: open, publish, stop. No call of libmosquitto here. */
#include "mqtt/broker/broker.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "mqtt/broker/broker_shared.h"

#define THREAD_STACK       (256u * 1024u) /* the resolver and its modules are the largest user */
#define STOP_MARGIN_MAX_MS 50u

uint64_t broker_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void broker_wake(int fd)
{
	const uint64_t one = 1;

	/* Can only fail with EAGAIN, when the counter is full and the reader woken anyway. */
	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

void broker_release(struct broker *broker, struct broker_message *message)
{
	if (message->kind == BROKER_KEEP)
		broker->keep_count--;
	else
		broker->now_count--;
	broker->outbound_bytes -= message->bytes;
	free(message);
}

void broker_free(struct broker *broker)
{
	broker_settings_free(&broker->settings);
	broker_queue_clear(&broker->outbound);
	broker_queue_clear(&broker->inbound);
	if (broker->to_thread >= 0)
		close(broker->to_thread);
	if (broker->to_loop >= 0)
		close(broker->to_loop);
	pthread_cond_destroy(&broker->finished_cond);
	pthread_mutex_destroy(&broker->lock);
	free(broker);
}

static bool init_shared(struct broker *broker)
{
	pthread_condattr_t attr;

	broker_queue_init(&broker->outbound);
	broker_queue_init(&broker->inbound);
	pthread_mutex_init(&broker->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&broker->finished_cond, &attr);
	pthread_condattr_destroy(&attr);
	broker->to_thread = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	broker->to_loop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return broker->to_thread >= 0 && broker->to_loop >= 0;
}

/* Signals are for the event loop's thread: the new one starts with all of them blocked. 0 or an errno. */
static int start_thread(struct broker *broker)
{
	pthread_attr_t attr;
	sigset_t all;
	sigset_t before;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&broker->thread, &attr, broker_thread, broker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return error;
}

static bool start(struct broker *broker, struct event_base *base)
{
	int error;

	broker->event = event_new(base, broker->to_loop, EV_READ | EV_PERSIST, broker_on_wake, broker);
	if (!broker->event || event_add(broker->event, NULL) != 0) {
		errno = ENOMEM;
		return false;
	}
	error = start_thread(broker);
	errno = error;
	return error == 0;
}

struct broker *broker_open(struct event_base *base, const struct broker_options *options,
			   const struct broker_callbacks *callbacks, void *context)
{
	struct broker *broker;
	int error;

	if (!broker_options_complete(options)) {
		errno = EINVAL;
		return NULL;
	}
	broker = calloc(1, sizeof(*broker));
	if (!broker)
		return NULL;
	broker->callbacks = *callbacks;
	broker->context = context;
	if (init_shared(broker) && broker_settings_copy(&broker->settings, options) && start(broker, base))
		return broker;
	error = errno;
	if (broker->event)
		event_free(broker->event);
	broker_free(broker);
	errno = error;
	return NULL;
}

/* Drops waiting KEEP messages, the oldest first, until `bytes` more fit. Under lock. */
static bool make_room(struct broker *broker, size_t bytes)
{
	while (broker->keep_count >= BROKER_KEEP_MAX || broker->outbound_bytes + bytes > BROKER_OUTBOUND_BYTES_MAX) {
		struct broker_message *oldest = broker_queue_first_of(&broker->outbound, BROKER_KEEP);

		if (!oldest)
			return false;
		broker_queue_remove(&broker->outbound, oldest);
		broker_release(broker, oldest);
		broker->dropped[BROKER_DROP_OUTBOUND_FULL]++;
	}
	return true;
}

/* Under lock. The loop must know of this very connection, or it would send on one it takes for another. */
static bool admit(struct broker *broker, const struct broker_message *message)
{
	if (message->kind == BROKER_KEEP)
		return make_room(broker, message->bytes);
	return broker->up && broker->known_up && broker->generation == broker->known_generation &&
	       broker->now_count < BROKER_NOW_MAX &&
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
	if (!message)
		return false;
	message->kind = kind;
	message->queued_ms = broker_now_ms();

	pthread_mutex_lock(&broker->lock);
	dropped_before = broker->dropped[BROKER_DROP_OUTBOUND_FULL];
	taken = admit(broker, message);
	dropped = broker->dropped[BROKER_DROP_OUTBOUND_FULL] != dropped_before;
	if (taken) {
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

bool broker_connected(const struct broker *broker)
{
	struct broker *b = (struct broker *)broker;
	bool connected;

	pthread_mutex_lock(&b->lock);
	connected = b->up && b->known_up && b->generation == b->known_generation;
	pthread_mutex_unlock(&b->lock);
	return connected;
}

uint64_t broker_dropped(const struct broker *broker, enum broker_drop what)
{
	struct broker *b = (struct broker *)broker;
	uint64_t count;

	pthread_mutex_lock(&b->lock);
	count = b->dropped[what];
	pthread_mutex_unlock(&b->lock);
	return count;
}

/* Waits for the thread until then. Under lock. */
static void wait_finished(struct broker *broker, uint64_t until_ms)
{
	struct timespec until = {.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};

	while (!broker->finished) {
		if (pthread_cond_timedwait(&broker->finished_cond, &broker->lock, &until) == ETIMEDOUT)
			return;
	}
}

bool broker_stop(struct broker *broker, unsigned timeout_ms)
{
	/* The thread stops trying a little earlier, so that it can say so and be joined within the time-out.
	 */
	unsigned margin_ms = timeout_ms / 4 < STOP_MARGIN_MAX_MS ? timeout_ms / 4 : STOP_MARGIN_MAX_MS;
	uint64_t until_ms = broker_now_ms() + timeout_ms;
	pthread_t thread = broker->thread;
	bool finished;
	bool flushed;

	event_free(broker->event);
	broker->event = NULL;
	pthread_mutex_lock(&broker->lock);
	broker->stopping = true;
	broker->stop_deadline_ms = until_ms - margin_ms;
	broker_wake(broker->to_thread);
	wait_finished(broker, until_ms);
	finished = broker->finished;
	flushed = finished && broker->flushed;
	/* From here on a thread that is still out belongs to itself, and the broker to the thread. */
	broker->abandoned = !finished;
	pthread_mutex_unlock(&broker->lock);

	if (!finished) {
		pthread_detach(thread);
		return false;
	}
	pthread_join(thread, NULL);
	broker_free(broker);
	return flushed;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The side of the event loop: begin, callbacks, end. Nothing here calls libmosquitto. */
#include "mqtt/broker/broker.h"
#include "mqtt/broker/broker_shared.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define THREAD_STACK          (256u * 1024u) /* name look-up and its modules need most of it */
#define STOP_MARGIN_MAX_MS    50u
#define BROKER_PATH_MAX       (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)
#define KEEPALIVE_DEFAULT_S   60
#define KEEPALIVE_MIN_S       5
#define CALLBACKS_PER_TURN    16
#define BROKER_BOUND_MIN      4
#define DROP_REPORT_PERIOD_MS 60000u

uint64_t broker_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void broker_wake(int fd)
{
	const uint64_t one = 1;

	/* The only error is EAGAIN: the counter is full, and the eventfd is readable anyway. */
	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

/* --- The options --- */

static void free_settings(struct broker_settings *settings)
{
	free(settings->host);
	free(settings->client_id);
	free(settings->username);
	if (settings->password != NULL)
		explicit_bzero(settings->password, strlen(settings->password));
	free(settings->password);
	free((char *)settings->tls.ca);
	free((char *)settings->tls.certificate);
	free((char *)settings->tls.key);
	for (size_t i = 0; i < settings->subscription_count; i++)
		free(settings->subscriptions[i]);
	free(settings->will_topic);
	free(settings->will_payload);
	free(settings->worth_context);
}

/* Copies an optional text. Sets *failed when memory is short, otherwise leaves it alone. */
static char *copy_text(const char *text, bool *failed)
{
	char *copy = text != NULL ? strdup(text) : NULL;

	if (text != NULL && copy == NULL)
		*failed = true;
	return copy;
}

/* Copies octets where there are any. Sets *failed when memory is short, otherwise leaves it alone. */
static void *copy_octets(const void *octets, size_t len, bool *failed)
{
	void *copy = octets != NULL && len > 0 ? malloc(len) : NULL;

	if (copy != NULL)
		memcpy(copy, octets, len);
	else if (octets != NULL && len > 0)
		*failed = true;
	return copy;
}

static size_t or_usual(size_t bound, size_t usual)
{
	return bound != 0 ? bound : usual;
}

static bool copy_settings(struct broker_settings *settings, const struct broker_options *options)
{
	bool failed = false;

	settings->host = copy_text(options->host, &failed);
	settings->client_id = copy_text(options->client_id, &failed);
	settings->username = copy_text(options->username, &failed);
	settings->password = copy_text(options->password, &failed);
	if (options->tls != NULL) {
		settings->tls.ca = copy_text(options->tls->ca, &failed);
		settings->tls.certificate = copy_text(options->tls->certificate, &failed);
		settings->tls.key = copy_text(options->tls->key, &failed);
	}
	settings->will_topic = copy_text(options->will_topic, &failed);
	for (size_t i = 0; i < options->subscription_count; i++)
		settings->subscriptions[settings->subscription_count++] = copy_text(options->subscriptions[i], &failed);
	if (options->will_topic != NULL) {
		settings->will_payload = copy_octets(options->will_payload, options->will_len, &failed);
		settings->will_len = options->will_len;
	}
	settings->port = options->port;
	settings->no_local = options->no_local;
	settings->worth = options->worth;
	settings->worth_context = copy_octets(options->worth_context, options->worth_context_size, &failed);
	settings->keepalive_s = options->keepalive_s ? options->keepalive_s : KEEPALIVE_DEFAULT_S;
	if (settings->keepalive_s < KEEPALIVE_MIN_S)
		settings->keepalive_s = KEEPALIVE_MIN_S;
	settings->bounds = (struct broker_bounds){
		.keep_max = or_usual(options->bounds.keep_max, BROKER_KEEP_MAX),
		.now_max = or_usual(options->bounds.now_max, BROKER_NOW_MAX),
		.slots = or_usual(options->bounds.slots, BROKER_SLOTS),
		.inbound_max = or_usual(options->bounds.inbound_max, BROKER_INBOUND_MAX),
	};
	return !failed;
}

static bool is_bound(size_t bound)
{
	return bound == 0 || (bound >= BROKER_BOUND_MIN && bound <= BROKER_BOUND_LIMIT);
}

static bool bounds_are_possible(const struct broker_bounds *bounds)
{
	return is_bound(bounds->keep_max) && is_bound(bounds->now_max) && is_bound(bounds->slots) &&
	       is_bound(bounds->inbound_max);
}

static bool tls_is_complete(const struct broker_options *options)
{
	const struct broker_tls *tls = options->tls;

	return tls == NULL ||
	       (options->port != 0 && tls->ca != NULL && (tls->certificate == NULL) == (tls->key == NULL));
}

static bool is_complete(const struct broker_options *options)
{
	if (options->host == NULL || options->client_id == NULL ||
	    options->subscription_count > BROKER_SUBSCRIPTIONS_MAX)
		return false;
	if (!tls_is_complete(options) || !bounds_are_possible(&options->bounds))
		return false;
	if (options->port == 0 && (options->host[0] != '/' || strlen(options->host) > BROKER_PATH_MAX))
		return false;
	for (size_t i = 0; i < options->subscription_count; i++)
		if (options->subscriptions[i] == NULL)
			return false;
	return !options->will_len ||
	       (options->will_payload != NULL && options->will_len <= BROKER_OUTBOUND_BYTES_MAX / 4);
}

bool broker_connected(const struct broker *broker)
{
	struct broker *b = (struct broker *)broker;
	bool connected;

	pthread_mutex_lock(&b->lock);
	connected = broker_is_connected(b);
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

/* --- The callbacks, on the event loop, in the order in which things happened --- */

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
		if (broker->callbacks.dropped != NULL)
			broker->callbacks.dropped(broker->context, (enum broker_drop)i, total);
	}
}

static void tell_connected(struct broker *broker, uint64_t generation)
{
	broker->known_up = true;
	broker->known_generation = generation;
	if (broker->callbacks.connected != NULL)
		broker->callbacks.connected(broker->context);
	report_drops(broker, true);
}

static void tell_disconnected(struct broker *broker, const char *reason, uint64_t reason_count)
{
	broker->known_up = false;
	broker->known_reason_count = reason_count;
	if (broker->callbacks.disconnected != NULL)
		broker->callbacks.disconnected(broker->context, reason);
}

static void tell_displaced(struct broker *broker, unsigned displacements)
{
	broker->known_displacements = displacements;
	if (broker->callbacks.displaced != NULL)
		broker->callbacks.displaced(broker->context);
}

static void tell_message(struct broker *broker, struct broker_message *message)
{
	void (*tell)(void *, const char *, const char *, size_t) =
		message->retained ? broker->callbacks.retained : broker->callbacks.message;

	if (tell != NULL)
		tell(broker->context, message->topic, message->payload, message->len);
	free(message);
}

static void tell_refused(struct broker *broker, unsigned refused)
{
	for (size_t i = 0; i < broker->settings.subscription_count; i++)
		if ((refused & 1u << i) && broker->callbacks.subscription_refused != NULL)
			broker->callbacks.subscription_refused(broker->context, broker->settings.subscriptions[i]);
}

/*
 * Runs one callback, in the order in which things happened: the messages of a connection come between its connected
 * and its disconnected. Connections that came and went while the loop was busy are told as one. Returns false when
 * there is nothing left to tell.
 */
static bool tell_next(struct broker *broker)
{
	struct broker_message *message;
	char reason[BROKER_REASON_MAX];
	uint64_t generation;
	uint64_t reason_count;
	unsigned refused;
	unsigned displacements;
	bool up;

	pthread_mutex_lock(&broker->lock);
	up = broker->up;
	generation = broker->generation;
	reason_count = broker->reason_count;
	memcpy(reason, broker->reason, sizeof(reason));
	refused = broker->subscriptions_refused;
	broker->subscriptions_refused = 0;
	displacements = broker->displacements;
	message = broker_take_inbound(broker);
	pthread_mutex_unlock(&broker->lock);

	tell_refused(broker, refused);
	if (message != NULL)
		tell_message(broker, message);
	else if (broker->known_up && (!up || generation != broker->known_generation))
		tell_disconnected(broker, reason, reason_count); /* NOLINT(bugprone-branch-clone): the order decides */
	else if (generation != broker->known_generation)
		tell_connected(broker, generation);
	else if (!up && reason_count != broker->known_reason_count)
		tell_disconnected(broker, reason, reason_count);
	else if (displacements != broker->known_displacements)
		tell_displaced(broker, displacements);
	else
		return false;
	return true;
}

static void on_wake(int fd, short what, void *context)
{
	struct broker *broker = context;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return;
	report_drops(broker, false);
	for (int i = 0; i < CALLBACKS_PER_TURN; i++)
		if (!tell_next(broker))
			return;
	/* There may be more. Other events of the loop come first. */
	broker_wake(broker->to_loop);
}

/* --- Begin and end --- */

void broker_free(struct broker *broker)
{
	free_settings(&broker->settings);
	broker_queue_clear(&broker->outbound);
	broker_queue_clear(&broker->latest);
	free(broker->slots);
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
	broker_queue_init(&broker->latest);
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

	broker->event = event_new(base, broker->to_loop, EV_READ | EV_PERSIST, on_wake, broker);
	if (broker->event == NULL || event_add(broker->event, NULL) != 0) {
		errno = ENOMEM;
		return false;
	}
	error = start_thread(broker);
	errno = error;
	return error == 0;
}

static bool make_slots(struct broker *broker)
{
	broker->slots = calloc(broker->settings.bounds.slots, sizeof(broker->slots[0]));
	return broker->slots != NULL;
}

struct broker *broker_open(struct event_base *base, const struct broker_options *options,
			   const struct broker_callbacks *callbacks, void *context)
{
	struct broker *broker;
	int error;

	if (!is_complete(options)) {
		errno = EINVAL;
		return NULL;
	}
	broker = calloc(1, sizeof(*broker));
	if (broker == NULL)
		return NULL;
	broker->callbacks = *callbacks;
	broker->context = context;
	if (init_shared(broker) && copy_settings(&broker->settings, options) && make_slots(broker) &&
	    start(broker, base))
		return broker;
	error = errno;
	if (broker->event != NULL)
		event_free(broker->event);
	broker_free(broker);
	errno = error;
	return NULL;
}

/* Waits until the thread has finished, or until until_ms. Under lock. */
static void wait_finished(struct broker *broker, uint64_t until_ms)
{
	struct timespec until = {.tv_sec = (time_t)(until_ms / 1000), .tv_nsec = (long)(until_ms % 1000) * 1000000};

	while (!broker->finished)
		if (pthread_cond_timedwait(&broker->finished_cond, &broker->lock, &until) == ETIMEDOUT)
			return;
}

bool broker_stop(struct broker *broker, unsigned timeout_ms)
{
	/* The thread gives up a little earlier, so that it can be joined within the time-out. */
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
	/* A thread that has not finished runs on, detached. It owns the broker from here on and frees it. */
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

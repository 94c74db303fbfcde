/* SPDX-License-Identifier: Apache-2.0 */
/* The thread "mqtt": looks the broker up and runs one session (broker_session.c) after another, with back-off. */
#include "mqtt/broker/broker_session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <mosquitto.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ADDRESSES_MAX 8

/* Numeric, with room for an IPv6 scope ("%eth0"). */
struct address {
	char text[INET6_ADDRSTRLEN + 17];
};

/* libmosquitto counts its users without a lock of its own. */
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

static void use_library(bool use)
{
	pthread_mutex_lock(&library_lock);
	if (use)
		mosquitto_lib_init();
	else
		mosquitto_lib_cleanup();
	pthread_mutex_unlock(&library_lock);
}

/*
 * Looks the host up and returns the number of addresses. libmosquitto could do so itself, but its connect without
 * waiting tries the first address only: "localhost" would always be ::1, and a broker on 127.0.0.1 would never be
 * reached.
 */
static size_t look_up(struct broker *broker, struct address *addresses)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list;
	char reason[BROKER_REASON_MAX];
	size_t count = 0;
	int error = getaddrinfo(broker->settings.host, NULL, &hints, &list);

	if (error) {
		snprintf(reason, sizeof(reason), "%s: %s", broker->settings.host,
			 error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
		broker_set_down(broker, reason);
		return 0;
	}
	for (struct addrinfo *info = list; info != NULL && count < ADDRESSES_MAX; info = info->ai_next)
		if (getnameinfo(info->ai_addr, info->ai_addrlen, addresses[count].text, sizeof(addresses[count].text),
				NULL, 0, NI_NUMERICHOST) == 0)
			count++;
	freeaddrinfo(list);
	return count;
}

static bool is_stopping(struct broker *broker)
{
	bool result;

	pthread_mutex_lock(&broker->lock);
	result = broker->stopping;
	pthread_mutex_unlock(&broker->lock);
	return result;
}

/* Whether the broker is stopping and the time for that is over. */
static bool is_out_of_time(struct broker *broker)
{
	bool result;

	pthread_mutex_lock(&broker->lock);
	result = broker->stopping && broker_now_ms() >= broker->stop_deadline_ms;
	pthread_mutex_unlock(&broker->lock);
	return result;
}

/* With MQTT 5 where it is of use, and at once again without it when that may be what the broker does not speak. */
static struct broker_session_end run_session(struct broker *broker, const char *address)
{
	struct broker_session_end end = broker_session_run(broker, address, broker->settings.no_local);

	if (broker->settings.no_local && end.other_mqtt && !is_out_of_time(broker))
		end = broker_session_run(broker, address, false);
	return end;
}

/* Tries the addresses in turn until the broker accepts a connection. Returns how the last one ended. */
static struct broker_session_end attempt(struct broker *broker)
{
	struct broker_session_end end = {0};
	struct address addresses[ADDRESSES_MAX];
	size_t count;

	if (broker->settings.port == 0) {
		end = run_session(broker, broker->settings.host);
	} else {
		count = look_up(broker, addresses);
		for (size_t i = 0; i < count && !end.was_up && !is_out_of_time(broker); i++)
			end = run_session(broker, addresses[i].text);
	}
	if (!end.was_up && end.reason[0] != '\0')
		broker_set_down(broker, end.reason);
	return end;
}

/* Counts connections that were taken away soon, and tells when there are too many. */
static void watch_displacement(struct broker *broker, const struct broker_session_end *end, unsigned *times)
{
	if (end->was_up && end->up_ms >= BROKER_DISPLACED_MS) {
		*times = 0;
		return;
	}
	if (!end->was_up || !(end->lost || end->taken_over) || *times == BROKER_DISPLACED_TIMES)
		return;
	*times = end->taken_over ? BROKER_DISPLACED_TIMES : *times + 1;
	if (*times < BROKER_DISPLACED_TIMES)
		return;
	pthread_mutex_lock(&broker->lock);
	broker->displacements++;
	pthread_mutex_unlock(&broker->lock);
	broker_wake(broker->to_loop);
}

/* Waits until the back-off is over. A publish in the meantime wakes the thread, which then waits on. */
static void back_off(struct broker *broker, unsigned wait_ms)
{
	uint64_t until_ms = broker_now_ms() + wait_ms;
	uint64_t now_ms;

	while (!is_stopping(broker) && (now_ms = broker_now_ms()) < until_ms) {
		struct pollfd fd = {.fd = broker->to_thread, .events = POLLIN};
		if (poll(&fd, 1, (int)(until_ms - now_ms)) > 0)
			broker_sleep_again(broker);
	}
}

static void run(struct broker *broker)
{
	unsigned wait_ms = BROKER_BACKOFF_MIN_MS;
	unsigned times_displaced = 0;

	/* Makes one attempt even when stopping, so that a message published just before can still be sent. */
	for (;;) {
		struct broker_session_end end = attempt(broker);
		watch_displacement(broker, &end, &times_displaced);
		if (end.was_up && end.up_ms >= BROKER_BACKOFF_RESET_MS)
			wait_ms = BROKER_BACKOFF_MIN_MS;
		back_off(broker, wait_ms);
		if (is_stopping(broker))
			return;
		wait_ms = wait_ms * 2 < BROKER_BACKOFF_MAX_MS ? wait_ms * 2 : BROKER_BACKOFF_MAX_MS;
	}
}

void *broker_thread(void *context)
{
	struct broker *broker = context;
	bool abandoned;

	pthread_setname_np(pthread_self(), "mqtt");
	use_library(true);
	run(broker);
	use_library(false);

	pthread_mutex_lock(&broker->lock);
	broker->finished = true;
	abandoned = broker->abandoned;
	pthread_cond_signal(&broker->finished_cond);
	pthread_mutex_unlock(&broker->lock);
	if (abandoned)
		broker_free(broker);
	return NULL;
}

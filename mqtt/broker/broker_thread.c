/* SPDX-License-Identifier: Apache-2.0 */
/* The thread "mqtt": looks the broker up, and runs one session (broker_session.c) after another, with
 * back-off. */
#include <arpa/inet.h>
#include <errno.h>
#include <mosquitto.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mqtt/broker/broker_session.h"

#define ADDRESSES_MAX 8

/* Numeric, with room for an IPv6 scope ("%eth0"). */
struct address {
	char text[INET6_ADDRSTRLEN + 17];
};

/* libmosquitto counts its users, but without a lock. */
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

static void library_use(bool use)
{
	pthread_mutex_lock(&library_lock);
	if (use)
		mosquitto_lib_init();
	else
		mosquitto_lib_cleanup();
	pthread_mutex_unlock(&library_lock);
}

/*
 * Looks the host up; returns the number of addresses. Done here, and not in libmosquitto, because its connect
 * without waiting tries the first address only: "localhost" would be ::1 for ever with a broker on 127.0.0.1.
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
	for (struct addrinfo *info = list; info && count < ADDRESSES_MAX; info = info->ai_next) {
		if (getnameinfo(info->ai_addr, info->ai_addrlen, addresses[count].text, sizeof(addresses[count].text),
				NULL, 0, NI_NUMERICHOST) == 0)
			count++;
	}
	freeaddrinfo(list);
	return count;
}

static bool stopping(struct broker *broker)
{
	bool result;

	pthread_mutex_lock(&broker->lock);
	result = broker->stopping;
	pthread_mutex_unlock(&broker->lock);
	return result;
}

/* Stopping, and the time for it is over. */
static bool out_of_time(struct broker *broker)
{
	bool result;

	pthread_mutex_lock(&broker->lock);
	result = broker->stopping && broker_now_ms() >= broker->stop_deadline_ms;
	pthread_mutex_unlock(&broker->lock);
	return result;
}

/* Tries the addresses in turn until one gives a session. Returns how long the broker had us, in ms. */
static uint64_t attempt(struct broker *broker)
{
	struct address addresses[ADDRESSES_MAX];
	size_t count = look_up(broker, addresses);
	char reason[BROKER_REASON_MAX] = "";

	for (size_t i = 0; i < count && !out_of_time(broker); i++) {
		struct broker_session_end end = broker_session_run(broker, addresses[i].text);

		if (end.was_up)
			return end.up_ms;
		memcpy(reason, end.reason, sizeof(reason));
	}
	if (reason[0])
		broker_set_down(broker, reason);
	return 0;
}

/* Waits out the back-off; a publish in the meantime wakes the thread but does not shorten it. */
static void back_off(struct broker *broker, unsigned wait_ms)
{
	uint64_t until_ms = broker_now_ms() + wait_ms;
	uint64_t now_ms;

	while (!stopping(broker) && (now_ms = broker_now_ms()) < until_ms) {
		struct pollfd fd = {.fd = broker->to_thread, .events = POLLIN};

		if (poll(&fd, 1, (int)(until_ms - now_ms)) > 0)
			broker_sleep_again(broker);
	}
}

static void run(struct broker *broker)
{
	unsigned wait_ms = BROKER_BACKOFF_MIN_MS;

	/* At least one attempt, also when stopping: what was published just before must have its chance. */
	for (;;) {
		if (attempt(broker) >= BROKER_BACKOFF_RESET_MS)
			wait_ms = BROKER_BACKOFF_MIN_MS;
		back_off(broker, wait_ms);
		if (stopping(broker))
			return;
		wait_ms = wait_ms * 2 < BROKER_BACKOFF_MAX_MS ? wait_ms * 2 : BROKER_BACKOFF_MAX_MS;
	}
}

void *broker_thread(void *context)
{
	struct broker *broker = context;
	bool abandoned;

	pthread_setname_np(pthread_self(), "mqtt");
	library_use(true);
	run(broker);
	library_use(false);

	pthread_mutex_lock(&broker->lock);
	broker->finished = true;
	abandoned = broker->abandoned;
	pthread_cond_signal(&broker->finished_cond);
	pthread_mutex_unlock(&broker->lock);
	if (abandoned)
		broker_free(broker);
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A broker client with an event loop that counts its callbacks, for the broker tests. Include after cmocka.h.
 */
#ifndef MQTT_TESTS_CLIENT_H
#define MQTT_TESTS_CLIENT_H

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mqtt/broker.h"

#define WAIT_MAX_S 30 /* a test that waits longer for anything has failed */

struct client {
	struct event_base *base;
	struct broker *broker;
	unsigned connected;
	unsigned disconnected;
	unsigned messages;
	unsigned dropped[BROKER_DROPS]; /* calls of the callback */
	unsigned refused;
	size_t last_len;
	char last[64];
	char reason[BROKER_REASON_MAX];
	char refused_topic[64];
};

static inline void client_on_connected(void *context)
{
	((struct client *)context)->connected++;
}

static inline void client_on_disconnected(void *context, const char *reason)
{
	struct client *client = context;

	client->disconnected++;
	snprintf(client->reason, sizeof(client->reason), "%s", reason);
}

static inline void client_on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct client *client = context;

	(void)topic;
	client->messages++;
	client->last_len = len;
	snprintf(client->last, sizeof(client->last), "%s", payload);
}

static inline void client_on_dropped(void *context, enum broker_drop what, uint64_t total)
{
	(void)total;
	((struct client *)context)->dropped[what]++;
}

static inline void client_on_refused(void *context, const char *topic)
{
	struct client *client = context;

	client->refused++;
	snprintf(client->refused_topic, sizeof(client->refused_topic), "%s", topic);
}

static const char *const client_topics[] = {"to/client", "to/all"};

static inline struct broker_options client_options(uint16_t port)
{
	return (struct broker_options){.host = "127.0.0.1",
				       .port = port,
				       .client_id = "slacd-test",
				       .subscriptions = client_topics,
				       .subscription_count = 2};
}

static inline void client_open(struct client *client, const struct broker_options *options)
{
	static const struct broker_callbacks callbacks = {client_on_connected, client_on_disconnected,
							  client_on_message, client_on_dropped,
							  client_on_refused};

	memset(client, 0, sizeof(*client));
	client->base = event_base_new();
	assert_non_null(client->base);
	client->broker = broker_open(client->base, options, &callbacks, client);
	assert_non_null(client->broker);
}

static inline bool client_close(struct client *client, unsigned timeout_ms)
{
	bool flushed = broker_stop(client->broker, timeout_ms);

	event_base_free(client->base);
	return flushed;
}

/* Runs the loop until *count reaches `least`, or for WAIT_MAX_S. */
static inline void client_wait(struct client *client, const unsigned *count, unsigned least)
{
	const struct timeval limit = {.tv_sec = WAIT_MAX_S};

	event_base_loopexit(client->base, &limit);
	while (*count < least && !event_base_got_exit(client->base))
		event_base_loop(client->base, EVLOOP_ONCE);
	assert_true(*count >= least);
}

/* Runs the loop's events that are due now. */
static inline void client_poll(struct client *client)
{
	event_base_loop(client->base, EVLOOP_NONBLOCK);
}

static inline bool client_publish(struct client *client, enum broker_publish_kind kind, const char *payload)
{
	return broker_publish(client->broker, kind, "from/client", payload, strlen(payload));
}

/* A listening socket on a free loopback port. */
static inline int listen_on_loopback(uint16_t *port, int backlog)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

#endif

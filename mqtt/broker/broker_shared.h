/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the event loop (broker.c) and the thread (broker_thread.c, broker_session.c) share. `lock` is held for
 * operations on the members below it only, never during a call of libmosquitto, a callback or a system call that can
 * wait. Internal to mqtt/broker.
 */
#ifndef MQTT_BROKER_BROKER_SHARED_H
#define MQTT_BROKER_BROKER_SHARED_H

#include "mqtt/broker/broker.h"
#include "mqtt/broker/broker_queue.h"

#include <pthread.h>

struct event;

/* Copies of the options, since the thread may outlive those of the caller. Constant once the thread runs. */
struct broker_settings {
	char *host;
	char *client_id;
	char *username;
	char *password;
	char *subscriptions[BROKER_SUBSCRIPTIONS_MAX];
	size_t subscription_count;
	char *will_topic;
	char *will_payload;
	size_t will_len;
	uint16_t port;
	uint16_t keepalive_s;
};

struct broker {
	struct broker_settings settings;
	int to_thread; /* eventfd: something to send, or stopping */
	int to_loop;   /* eventfd: something to report */

	pthread_mutex_t lock;
	/* --- under lock --- */
	struct broker_queue outbound; /* not handed to the library yet */
	size_t keep_count;            /* outbound and in flight */
	size_t now_count;             /* outbound and in flight */
	size_t outbound_bytes;        /* outbound and in flight */
	struct broker_queue inbound;
	bool up;               /* the thread has a connection that the broker accepted */
	uint64_t generation;   /* number of accepted connections so far */
	uint64_t reason_count; /* changes of reason */
	char reason[BROKER_REASON_MAX];
	unsigned subscriptions_refused; /* bit per subscription */
	uint64_t dropped[BROKER_DROPS];
	bool stopping;
	bool finished;  /* the thread does not touch the broker any more, except to free an abandoned one */
	bool abandoned; /* broker_stop gave up waiting: the thread frees the broker */
	bool flushed;   /* all was sent and DISCONNECT went out */
	uint64_t stop_deadline_ms;
	pthread_cond_t finished_cond;

	/* --- event loop only --- */
	pthread_t thread;
	struct event *event;
	struct broker_callbacks callbacks;
	void *context;
	bool known_up; /* what the callbacks were told last */
	uint64_t known_generation;
	uint64_t known_reason_count;
	uint64_t reported[BROKER_DROPS];
	uint64_t reported_ms[BROKER_DROPS];
};

/* Monotonic clock in milliseconds. */
uint64_t broker_now_ms(void);

/* Makes the eventfd readable. Never blocks. */
void broker_wake(int eventfd);

/* Subtracts a message from keep_count, now_count and outbound_bytes, and frees it. Under lock. */
void broker_release(struct broker *broker, struct broker_message *message);

/* Frees everything but the event. */
void broker_free(struct broker *broker);

/* The thread: connects, again and again, until stopping. */
void *broker_thread(void *broker);

#endif

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
	struct broker_tls tls; /* ca NULL: none */
	char *subscriptions[BROKER_SUBSCRIPTIONS_MAX];
	size_t subscription_count;
	char *will_topic;
	char *will_payload;
	size_t will_len;
	uint16_t port;
	uint16_t keepalive_s;
	bool no_local;
	enum broker_worth (*worth)(const void *context, const char *topic, const char *payload, size_t len);
	void *worth_context;
	struct broker_bounds bounds; /* none is 0 */
};

struct broker {
	struct broker_settings settings;
	int to_thread; /* eventfd: something to send, or stopping */
	int to_loop;   /* eventfd: something to report */

	pthread_mutex_t lock;
	/* --- under lock --- */
	struct broker_queue outbound;  /* not handed to the library yet */
	struct broker_queue latest;    /* likewise: what the slots hold, in the order in which it was published */
	struct broker_message **slots; /* bounds.slots of them, each in `latest`; NULL: nothing to send */
	uint64_t published;            /* messages so far */
	size_t keep_count;             /* outbound and in flight */
	size_t now_count;              /* outbound and in flight */
	size_t outbound_bytes;         /* outbound and in flight */
	struct broker_queue inbound;
	size_t droppable_count; /* of the inbound ones */
	bool reading_paused;    /* the thread does not read the socket, and waits to be woken */
	bool up;                /* the thread has a connection that the broker accepted */
	uint64_t generation;    /* number of accepted connections so far */
	uint64_t reason_count;  /* changes of reason */
	char reason[BROKER_REASON_MAX];
	unsigned subscriptions_refused; /* bit per subscription */
	unsigned displacements;         /* times that this was recognised */
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
	unsigned known_displacements;
	uint64_t reported[BROKER_DROPS];
	uint64_t reported_ms[BROKER_DROPS];
};

/* Monotonic clock in milliseconds. */
uint64_t broker_now_ms(void);

/* Makes the eventfd readable. Never blocks. */
void broker_wake(int eventfd);

/* --- broker_outbound.c; under lock but for the last two --- */

/* Whether there is a connection, and it is the one that the event loop has been told of. */
bool broker_is_connected(const struct broker *broker);

/* Subtracts a message from keep_count, now_count and outbound_bytes, and frees it. */
void broker_release(struct broker *broker, struct broker_message *message);

/* Empties the slots. */
void broker_clear_slots(struct broker *broker);

/* Frees what must not be sent on a later connection: waiting NOW messages, and the slots. */
void broker_drop_now(struct broker *broker);

/* Messages that wait in the queue and the slots. Takes the lock. */
size_t broker_outbound_count(struct broker *broker);

/*
 * Takes out what was published first, of the queue, of the slots, or of both: so that a pilot request follows the
 * status that leads to it. NULL when there is nothing. NOW messages that waited too long are dropped. Takes the lock.
 */
struct broker_message *broker_next_outbound(struct broker *broker, bool from_queue, bool from_slots);

/* --- broker_inbound.c --- */

/* Queues a copy for the event loop, or drops the message; wakes the event loop. Takes the lock. */
void broker_put_inbound(struct broker *broker, const char *topic, const char *payload, size_t len, bool retained);

/*
 * Whether the thread may read. Without room it is paused until broker_take_inbound ends the pause. Once the broker is
 * stopping nobody takes messages any more, and reading goes on, for acknowledgements. Under lock.
 */
bool broker_has_room(struct broker *broker);

/*
 * Takes out the first message, of a connection that the event loop has been told of; NULL when there is none. Under
 * lock.
 */
struct broker_message *broker_take_inbound(struct broker *broker);

/* Frees everything but the event. */
void broker_free(struct broker *broker);

/* The thread: connects, again and again, until stopping. */
void *broker_thread(void *broker);

#endif

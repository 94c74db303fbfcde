/* SPDX-License-Identifier: Apache-2.0 */
/* A broker client with an event loop that counts its callbacks, for the broker tests. */
#ifndef MQTT_BROKER_TESTS_CLIENT_H
#define MQTT_BROKER_TESTS_CLIENT_H

#include "mqtt/broker/broker.h"

#include <event2/event.h>

#define WAIT_MAX_S 30 /* a test that waits longer for anything has failed */

struct client {
	struct event_base *base;
	struct broker *broker;
	unsigned connected;
	unsigned disconnected;
	unsigned messages;
	unsigned retained;
	unsigned in_order;              /* of these, the ones whose payload begins with the number of messages so far */
	unsigned dropped[BROKER_DROPS]; /* calls of the callback */
	unsigned refused;
	unsigned displaced;
	unsigned values_room;
	unsigned values_paused;
	unsigned held;
	unsigned last_number; /* with which the last payload began */
	bool disordered;      /* one came behind a greater one */
	unsigned slow_ms;     /* how long the callback of a message takes */
	size_t last_len;
	char last[64];
	char reason[BROKER_REASON_MAX];
	char refused_topic[64];
};

/*
 * As cmocka_unit_test. What a test that has failed leaves open does not fail the next ones, and a process that it has
 * forked ends where an assertion of its own fails, instead of going on with them.
 */
#define client_test(test) cmocka_unit_test_setup_teardown(test, clients_begin, clients_forget)
int clients_begin(void **state);
int clients_forget(void **state);

uint64_t now_ms(void);

/*
 * The open clients of this process run on their event loops until fd is readable, or for so long. Whether it is
 * readable.
 */
bool clients_run_until_readable(int fd, unsigned for_ms);

/* Subscribes to "to/client" and "to/all". */
struct broker_options client_options(uint16_t port);
void client_open(struct client *client, const struct broker_options *options);
bool client_close(struct client *client, unsigned timeout_ms);
/* Runs this client's loop, and those of the others, until *count reaches `least`, or for WAIT_MAX_S. */
void client_wait(struct client *client, const unsigned *count, unsigned least);
/* One round of the loop, without waiting. */
void client_poll(struct client *client);
/*
 * Rounds of the loop for so long, or until the connection ends. None of them waits, or takes long of the processor.
 */
void assert_turns_are_short(struct client *client, unsigned for_ms);
/* To "from/client". */
bool client_publish(struct client *client, enum broker_publish_kind kind, const char *payload);

/* With the attempt to connect stuck somewhere, every call must return at once. */
void assert_calls_return(struct client *client);
/* Closes the client. */
void assert_stops_within(struct client *client, unsigned timeout_ms);

/* How many threads this process has. */
unsigned count_threads(void);

/* The thread of each closed client has ended, also of one that was left behind. */
void assert_threads_end(void);

/* A free loopback port that is given to nobody else while the socket is open; others may bind to it by its number. */
int reserve_on_loopback(uint16_t *port);
/* A listening socket on a free loopback port. */
int listen_on_loopback(uint16_t *port, int backlog);

#endif

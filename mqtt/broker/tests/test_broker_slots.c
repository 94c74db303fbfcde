/* SPDX-License-Identifier: Apache-2.0 */
/* The newest message of a slot: behind nothing, never refused, never late. */
#include "mqtt/broker/tests/played_broker.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool publish_latest(struct client *client, size_t slot, const char *payload)
{
	return broker_publish_latest(client->broker, slot, "from/client", payload, strlen(payload));
}

/* As many requests and responses as are taken, with as many status messages before them as are sent at once. */
static void fill(struct bench *bench)
{
	for (int i = 0; i < BROKER_INFLIGHT_MAX; i++)
		assert_true(client_publish(&bench->client, BROKER_KEEP, "status"));
	for (int i = 0; i < BROKER_NOW_MAX; i++)
		assert_true(client_publish(&bench->client, BROKER_NOW, "request"));
	assert_false(client_publish(&bench->client, BROKER_NOW, "one more"));
}

static void message_of_a_slot_is_sent_where_requests_are_refused(void **state)
{
	struct bench bench;
	char text[8];

	(void)state;
	bench_open(&bench);
	fill(&bench);
	for (size_t slot = 0; slot < BROKER_SLOT_INFLIGHT_MAX; slot++) {
		snprintf(text, sizeof(text), "%zu", slot);
		assert_true(publish_latest(&bench.client, slot, text));
	}
	for (int i = 0; i < BROKER_INFLIGHT_MAX; i++)
		read_publish(bench.fd, &bench.packet, "status");
	/* None of these is acknowledged. */
	for (size_t slot = 0; slot < BROKER_SLOT_INFLIGHT_MAX; slot++) {
		snprintf(text, sizeof(text), "%zu", slot);
		read_publish(bench.fd, &bench.packet, text);
	}
	bench_drop(&bench);
}

static void newest_message_of_a_slot_takes_the_place_of_one_that_waits(void **state)
{
	struct bench bench;
	char text[8];

	(void)state;
	bench_open(&bench);
	for (size_t slot = 0; slot < BROKER_SLOT_INFLIGHT_MAX; slot++) {
		snprintf(text, sizeof(text), "%zu", slot);
		assert_true(publish_latest(&bench.client, slot, text));
		read_publish(bench.fd, &bench.packet, text);
	}
	/* The window of the slots is full now. */
	for (int i = 0; i < 1000; i++) {
		assert_true(publish_latest(&bench.client, 7, "old"));
		assert_true(publish_latest(&bench.client, 8, "other"));
	}
	assert_true(publish_latest(&bench.client, 7, "new"));
	assert_true(client_publish(&bench.client, BROKER_NOW, "mark"));
	read_publish(bench.fd, &bench.packet, "mark");
	puback(bench.fd, &(struct packet){.mid = (uint16_t)(bench.packet.mid - 1)});
	read_publish(bench.fd, &bench.packet, "other");
	puback(bench.fd, &bench.packet);
	read_publish(bench.fd, &bench.packet, "new");
	puback(bench.fd, &bench.packet);
	assert_true(client_publish(&bench.client, BROKER_NOW, "mark"));
	read_publish(bench.fd, &bench.packet, "mark");
	bench_drop(&bench);
}

static void message_of_a_slot_follows_the_status_before_it(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench);
	for (int i = 0; i < 100; i++) {
		assert_true(client_publish(&bench.client, BROKER_KEEP, "status"));
		assert_true(publish_latest(&bench.client, 0, "request"));
		read_publish(bench.fd, &bench.packet, "status");
		puback(bench.fd, &bench.packet);
		read_publish(bench.fd, &bench.packet, "request");
		puback(bench.fd, &bench.packet);
	}
	bench_drop(&bench);
}

static void message_of_a_slot_goes_with_its_connection(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench);
	for (size_t slot = 0; slot < BROKER_SLOTS; slot++)
		assert_true(publish_latest(&bench.client, slot, "late"));
	for (size_t slot = 0; slot < BROKER_SLOT_INFLIGHT_MAX; slot++)
		read_publish(bench.fd, &bench.packet, "late");
	close(bench.fd);
	client_wait(&bench.client, &bench.client.disconnected, 1);
	assert_false(publish_latest(&bench.client, 0, "later still"));
	assert_true(client_publish(&bench.client, BROKER_KEEP, "kept"));
	bench.fd = accept_client(bench.listener, 0, 1, &bench.packet);
	read_publish(bench.fd, &bench.packet, "kept");
	client_wait(&bench.client, &bench.client.connected, 2);
	assert_true(publish_latest(&bench.client, 0, "now"));
	read_publish(bench.fd, &bench.packet, "now");
	bench_drop(&bench);
}

static void what_does_not_fit_a_slot_is_refused(void **state)
{
	static const char big[BROKER_SLOT_BYTES_MAX + 1];
	struct bench bench;

	(void)state;
	bench_open(&bench);
	assert_false(publish_latest(&bench.client, BROKER_SLOTS, "no slot"));
	assert_false(broker_publish_latest(bench.client.broker, 0, "t", big, sizeof(big)));
	assert_true(broker_publish_latest(bench.client.broker, 0, "t", big, sizeof(big) - 1));
	bench_drop(&bench);
}

static void as_many_slots_as_were_asked_for(void **state)
{
	struct bench bench;

	(void)state;
	bench_listen(&bench);
	bench.options.bounds.slots = BROKER_BOUND_LIMIT;
	bench_connect(&bench);
	assert_false(publish_latest(&bench.client, BROKER_BOUND_LIMIT, "no slot"));
	assert_true(publish_latest(&bench.client, BROKER_BOUND_LIMIT - 1, "the last"));
	read_publish(bench.fd, &bench.packet, "the last");
	bench_drop(&bench);
}

static void stop_waits_for_what_the_slots_hold(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench);
	assert_true(publish_latest(&bench.client, BROKER_SLOTS - 1, "last"));
	read_publish(bench.fd, &bench.packet, "last");
	assert_stops_within(&bench.client, 200); /* it was not acknowledged */
	close(bench.fd);
	close(bench.listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(message_of_a_slot_is_sent_where_requests_are_refused),
		client_test(newest_message_of_a_slot_takes_the_place_of_one_that_waits),
		client_test(message_of_a_slot_follows_the_status_before_it),
		client_test(message_of_a_slot_goes_with_its_connection),
		client_test(what_does_not_fit_a_slot_is_refused),
		client_test(as_many_slots_as_were_asked_for),
		client_test(stop_waits_for_what_the_slots_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

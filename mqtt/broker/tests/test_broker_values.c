/* SPDX-License-Identifier: Apache-2.0 */
/* Retained values: behind everything else, with a bound of their own, never late. */
#include "mqtt/broker/broker_shared.h"
#include "mqtt/broker/tests/played_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define VALUES 16

static bool publish_value(struct bench *bench, const char *payload)
{
	return broker_publish_value(bench->client.broker, "values/of/client", payload, strlen(payload));
}

static void begin(struct bench *bench)
{
	bench_listen(bench);
	bench->options.bounds.values = VALUES;
	bench_connect(bench);
}

static void value_is_retained_and_a_status_is_not(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	assert_true(publish_value(&bench, "value"));
	read_value(bench.fd, &bench.packet, "value");
	puback(bench.fd, &bench.packet);
	assert_true(publish_value(&bench, "")); /* clears it */
	read_value(bench.fd, &bench.packet, "");
	puback(bench.fd, &bench.packet);
	assert_true(client_publish(&bench.client, BROKER_KEEP, "status"));
	read_publish(bench.fd, &bench.packet, "status");
	bench_drop(&bench);
}

/* Values that were published first wait until everything else has gone, and take none of its places. */
static void values_go_behind_everything_else(void **state)
{
	static struct packet statuses[BROKER_INFLIGHT_MAX];
	struct bench bench;

	(void)state;
	begin(&bench);
	for (int i = 0; i < VALUES; i++)
		assert_true(publish_value(&bench, "value"));
	for (int i = 0; i < BROKER_INFLIGHT_MAX + 1; i++)
		assert_true(client_publish(&bench.client, BROKER_KEEP, "status"));
	for (int i = 0; i < BROKER_NOW_MAX; i++)
		assert_true(client_publish(&bench.client, BROKER_NOW, "answer"));
	assert_true(broker_publish_latest(bench.client.broker, 0, "t", "request", 7));
	for (int i = 0; i < BROKER_INFLIGHT_MAX; i++)
		read_publish(bench.fd, &statuses[i], "status");
	read_publish(bench.fd, &bench.packet, "request");
	/* The window is full, and others wait: no value comes meanwhile. */
	assert_false(clients_run_until_readable(bench.fd, 50));
	for (int i = 0; i < BROKER_INFLIGHT_MAX; i++)
		puback(bench.fd, &statuses[i]);
	read_publish(bench.fd, &bench.packet, "status");
	puback(bench.fd, &bench.packet);
	for (int i = 0; i < BROKER_NOW_MAX; i++) {
		read_publish(bench.fd, &bench.packet, "answer");
		puback(bench.fd, &bench.packet);
	}
	read_value(bench.fd, &bench.packet, "value");
	bench_drop(&bench);
}

static void one_more_than_fits_is_refused_and_room_is_told(void **state)
{
	static struct packet first[VALUES];
	struct bench bench;

	(void)state;
	begin(&bench);
	for (int i = 0; i < VALUES; i++)
		assert_true(publish_value(&bench, "first"));
	assert_false(publish_value(&bench, "refused"));
	assert_int_equal(bench.client.values_room, 0);
	for (int i = 0; i < BROKER_VALUE_INFLIGHT_MAX; i++)
		read_value(bench.fd, &first[i], "first");
	client_wait(&bench.client, &bench.client.values_room, 1);
	assert_true(publish_value(&bench, "later"));
	/* The others wait for an acknowledgement. */
	assert_false(clients_run_until_readable(bench.fd, 50));
	for (int i = BROKER_VALUE_INFLIGHT_MAX; i < VALUES; i++) {
		puback(bench.fd, &first[i - BROKER_VALUE_INFLIGHT_MAX]);
		read_value(bench.fd, &first[i], "first");
	}
	puback(bench.fd, &first[VALUES - 1]);
	read_value(bench.fd, &bench.packet, "later");
	assert_int_equal(bench.client.values_room, 1);
	bench_drop(&bench);
}

static void values_go_with_their_connection(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	for (int i = 0; i < VALUES; i++)
		assert_true(publish_value(&bench, "old"));
	read_value(bench.fd, &bench.packet, "old");
	puback(bench.fd, &bench.packet);
	client_poll(&bench.client);
	close(bench.fd);
	client_wait(&bench.client, &bench.client.disconnected, 1);
	assert_false(publish_value(&bench, "not connected"));
	bench_accept(&bench);
	for (int i = 0; i < VALUES; i++)
		assert_true(publish_value(&bench, "new"));
	read_value(bench.fd, &bench.packet, "new");
	bench_drop(&bench);
}

/* The broker ends the connection, and takes it again. */
static void end_connection(struct bench *bench)
{
	close(bench->fd);
	bench_accept(bench);
}

/* mosquitto with max_queued_messages 0, for one, ends the connection of who may not publish something. */
static void connection_that_ends_over_a_value_does_not_end_over_the_next_one(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	for (unsigned times = 1; times <= 2; times++) {
		struct broker *broker = bench.client.broker;
		assert_true(publish_value(&bench, "value"));
		read_value(bench.fd, &bench.packet, "value");
		end_connection(&bench);
		assert_int_equal(broker->values_pause_ms, times * BROKER_VALUES_PAUSE_MS);
		assert_false(publish_value(&bench, "value"));
		assert_true(client_publish(&bench.client, BROKER_KEEP, "status"));
		read_publish(bench.fd, &bench.packet, "status");
		puback(bench.fd, &bench.packet);
		assert_int_equal(bench.client.values_room, times - 1);
		broker->values_after_ms = now_ms() + 200; /* and not a minute later */
		client_poll(&bench.client);
		assert_true(client_publish(&bench.client, BROKER_NOW, "answer"));
		read_publish(bench.fd, &bench.packet, "answer");
		puback(bench.fd, &bench.packet);
		client_wait(&bench.client, &bench.client.values_room, times);
		assert_int_equal(bench.client.values_paused, 1); /* it is told once */
	}
	/* Of a broker that takes them another end means nothing. */
	assert_true(publish_value(&bench, "value"));
	read_value(bench.fd, &bench.packet, "value");
	puback(bench.fd, &bench.packet);
	assert_true(publish_value(&bench, "next"));
	read_value(bench.fd, &bench.packet, "next");
	client_poll(&bench.client);
	end_connection(&bench);
	assert_true(publish_value(&bench, "value"));
	read_value(bench.fd, &bench.packet, "value");
	assert_int_equal(bench.client.values_paused, 1);
	/* Until it does not take them again. */
	end_connection(&bench);
	assert_int_equal(bench.client.values_paused, 2);
	bench_drop(&bench);
}

static void what_is_no_value_is_refused(void **state)
{
	static const char big[BROKER_VALUE_BYTES_MAX + 1];
	struct bench bench;

	(void)state;
	begin(&bench);
	assert_false(broker_publish_value(bench.client.broker, "t", big, sizeof(big)));
	assert_true(broker_publish_value(bench.client.broker, "t", big, sizeof(big) - 1));
	bench_drop(&bench);
	/* A client that asked for no values has none. */
	bench_open(&bench);
	assert_false(publish_value(&bench, "value"));
	bench_drop(&bench);
}

static void stop_waits_for_the_values(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	for (int i = 0; i < BROKER_VALUE_INFLIGHT_MAX; i++)
		assert_true(publish_value(&bench, "last"));
	read_value(bench.fd, &bench.packet, "last");
	assert_stops_within(&bench.client, 200); /* it was not acknowledged */
	close(bench.fd);
	close(bench.listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(value_is_retained_and_a_status_is_not),
		client_test(values_go_behind_everything_else),
		client_test(one_more_than_fits_is_refused_and_room_is_told),
		client_test(values_go_with_their_connection),
		client_test(connection_that_ends_over_a_value_does_not_end_over_the_next_one),
		client_test(what_is_no_value_is_refused),
		client_test(stop_waits_for_the_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

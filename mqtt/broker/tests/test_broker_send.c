/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of messages to the broker: the window, the bounds of what waits, and a lost connection. */
#include "mqtt/broker/tests/played_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void now_messages_in_flight_die_with_the_connection_and_kept_ones_return(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench);
	assert_true(client_publish(&bench.client, BROKER_KEEP, "k1"));
	assert_true(client_publish(&bench.client, BROKER_NOW, "n1"));
	assert_true(client_publish(&bench.client, BROKER_KEEP, "k2"));
	assert_true(client_publish(&bench.client, BROKER_KEEP, "k3"));
	read_publish(bench.fd, &bench.packet, "k1");
	puback(bench.fd, &bench.packet);
	read_publish(bench.fd, &bench.packet, "n1");
	read_publish(bench.fd, &bench.packet, "k2");
	read_publish(bench.fd, &bench.packet, "k3");
	close(bench.fd);
	client_wait(&bench.client, &bench.client.disconnected, 1);
	assert_false(client_publish(&bench.client, BROKER_NOW, "n2"));
	assert_true(client_publish(&bench.client, BROKER_KEEP, "k4"));
	bench.fd = accept_client(bench.listener, 0, 1, &bench.packet);
	read_publish(bench.fd, &bench.packet, "k2");
	puback(bench.fd, &bench.packet);
	read_publish(bench.fd, &bench.packet, "k3");
	puback(bench.fd, &bench.packet);
	read_publish(bench.fd, &bench.packet, "k4");
	puback(bench.fd, &bench.packet);
	client_wait(&bench.client, &bench.client.connected, 2);
	bench_stop(&bench);
}

static void no_more_than_the_window_is_in_flight(void **state)
{
	struct bench bench;
	char text[8];

	(void)state;
	bench_open(&bench);
	for (int i = 0; i < BROKER_INFLIGHT_MAX + 2; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_true(client_publish(&bench.client, i == BROKER_INFLIGHT_MAX ? BROKER_NOW : BROKER_KEEP, text));
	}
	for (int i = 0; i < BROKER_INFLIGHT_MAX; i++) {
		snprintf(text, sizeof(text), "%d", i);
		read_publish(bench.fd, &bench.packet, text);
	}
	/* Nothing more comes; by then the request that waits is too old to be sent. */
	assert_false(clients_run_until_readable(bench.fd, BROKER_NOW_AGE_MAX_MS + 100));
	puback(bench.fd, &bench.packet);
	snprintf(text, sizeof(text), "%d", BROKER_INFLIGHT_MAX + 1);
	read_publish(bench.fd, &bench.packet, text);
	client_wait(&bench.client, &bench.client.dropped[BROKER_DROP_OUTBOUND_STALE], 1);
	close(bench.fd);
	close(bench.listener);
	assert_false(client_close(&bench.client, 200));
}

static void message_that_cannot_be_sent_does_not_block_the_next(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench);
	assert_true(broker_publish(bench.client.broker, BROKER_KEEP, "wild/#", "x", 1));
	assert_true(client_publish(&bench.client, BROKER_KEEP, "next"));
	read_publish(bench.fd, &bench.packet, "next");
	puback(bench.fd, &bench.packet);
	client_wait(&bench.client, &bench.client.dropped[BROKER_DROP_OUTBOUND_REFUSED], 1);
	bench_stop(&bench);
}

static void retained_message_has_the_flag_and_the_next_one_has_not(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench);
	assert_true(broker_publish_retained(bench.client.broker, "status", "stays", 5));
	assert_true(client_publish(&bench.client, BROKER_KEEP, "next"));
	read_packet(bench.fd, &bench.packet);
	assert_string_equal(bench.packet.payload, "stays");
	/* MQTT 3.1.1, 3.3.1: PUBLISH, QoS 1, retain. */
	assert_int_equal(bench.packet.type, 0x33);
	puback(bench.fd, &bench.packet);
	read_publish(bench.fd, &bench.packet, "next");
	puback(bench.fd, &bench.packet);
	bench_stop(&bench);
}

static void oldest_kept_message_makes_room_when_the_table_is_full(void **state)
{
	struct bench bench;
	char text[8];

	(void)state;
	bench_listen(&bench);
	client_open(&bench.client, &bench.options);
	for (int i = 0; i < BROKER_KEEP_MAX + 44; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_true(client_publish(&bench.client, BROKER_KEEP, text));
	}
	assert_int_equal(broker_dropped(bench.client.broker, BROKER_DROP_OUTBOUND_FULL), 44);
	client_wait(&bench.client, &bench.client.dropped[BROKER_DROP_OUTBOUND_FULL], 1);
	bench.fd = accept_client(bench.listener, 0, 1, &bench.packet);
	for (int i = 44; i < BROKER_KEEP_MAX + 44; i++) {
		snprintf(text, sizeof(text), "%d", i);
		read_publish(bench.fd, &bench.packet, text);
		puback(bench.fd, &bench.packet);
	}
	client_wait(&bench.client, &bench.client.connected, 1);
	/* One report for the burst, not one per message. */
	assert_int_equal(bench.client.dropped[BROKER_DROP_OUTBOUND_FULL], 1);
	bench_stop(&bench);
}

static void oldest_request_makes_room_where_that_is_asked_for(void **state)
{
	struct bench bench;
	char text[8];

	(void)state;
	bench_listen(&bench);
	bench.options.now_makes_room = true;
	bench_connect(&bench);
	for (int i = 0; i < BROKER_INFLIGHT_MAX; i++)
		assert_true(client_publish(&bench.client, BROKER_KEEP, "status"));
	for (int i = 0; i < BROKER_INFLIGHT_MAX; i++)
		read_publish(bench.fd, &bench.packet, "status");
	for (int i = 0; i < BROKER_NOW_MAX + 3; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_true(client_publish(&bench.client, BROKER_NOW, text));
	}
	assert_int_equal(broker_dropped(bench.client.broker, BROKER_DROP_OUTBOUND_NOW), 3);
	client_wait(&bench.client, &bench.client.dropped[BROKER_DROP_OUTBOUND_NOW], 1);
	puback(bench.fd, &bench.packet);
	read_publish(bench.fd, &bench.packet, "3");
	close(bench.fd);
	/* Without a connection nothing waits. */
	client_wait(&bench.client, &bench.client.disconnected, 1);
	assert_false(client_publish(&bench.client, BROKER_NOW, "later"));
	close(bench.listener);
	client_close(&bench.client, 0);
}

static void a_table_holds_as_many_messages_as_it_was_asked_to(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	int listener = listen_on_loopback(&options.port, 8);

	(void)state;
	options.bounds.keep_max = 2 * BROKER_KEEP_MAX;
	client_open(&client, &options);
	for (int i = 0; i < 2 * BROKER_KEEP_MAX; i++)
		assert_true(client_publish(&client, BROKER_KEEP, "kept"));
	assert_int_equal(broker_dropped(client.broker, BROKER_DROP_OUTBOUND_FULL), 0);
	assert_true(client_publish(&client, BROKER_KEEP, "one too many"));
	assert_int_equal(broker_dropped(client.broker, BROKER_DROP_OUTBOUND_FULL), 1);
	close(listener);
	client_close(&client, 0);
}

static void a_message_that_may_be_refused_takes_no_other_ones_place(void **state)
{
	struct bench bench;

	(void)state;
	bench_listen(&bench);
	client_open(&bench.client, &bench.options);
	assert_true(client_publish(&bench.client, BROKER_KEEP_OR_REFUSE, "first"));
	for (int i = 1; i < BROKER_KEEP_MAX; i++)
		assert_true(client_publish(&bench.client, BROKER_KEEP, "kept"));
	assert_false(client_publish(&bench.client, BROKER_KEEP_OR_REFUSE, "one too many"));
	assert_int_equal(broker_dropped(bench.client.broker, BROKER_DROP_OUTBOUND_FULL), 0);
	bench.fd = accept_client(bench.listener, 0, 1, &bench.packet);
	read_publish(bench.fd, &bench.packet, "first"); /* it was kept without a connection, as any other */
	bench_drop(&bench);
}

static void octets_waiting_are_bounded_too(void **state)
{
	static char big[BROKER_OUTBOUND_BYTES_MAX / 4 + 1];
	struct broker_options options = client_options(0);
	struct client client;
	int listener = listen_on_loopback(&options.port, 8);

	(void)state;
	client_open(&client, &options);
	assert_false(broker_publish(client.broker, BROKER_KEEP, "t", big, sizeof(big)));
	for (int i = 0; i < 8; i++)
		assert_true(broker_publish(client.broker, BROKER_KEEP, "t", big, sizeof(big) - 1));
	/* 1 MiB takes three of them with their topics. */
	assert_int_equal(broker_dropped(client.broker, BROKER_DROP_OUTBOUND_FULL), 5);
	close(listener);
	client_close(&client, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(now_messages_in_flight_die_with_the_connection_and_kept_ones_return),
		client_test(no_more_than_the_window_is_in_flight),
		client_test(message_that_cannot_be_sent_does_not_block_the_next),
		client_test(retained_message_has_the_flag_and_the_next_one_has_not),
		client_test(oldest_kept_message_makes_room_when_the_table_is_full),
		client_test(oldest_request_makes_room_where_that_is_asked_for),
		client_test(a_table_holds_as_many_messages_as_it_was_asked_to),
		client_test(a_message_that_may_be_refused_takes_no_other_ones_place),
		client_test(octets_waiting_are_bounded_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* MQTT 5 for a client that wants no-local, 3.1.1 where the broker does not speak it; and connections taken away. */
#include "mqtt/broker/tests/played_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static void listen_no_local(struct bench *bench)
{
	bench_listen(bench);
	bench->options.no_local = true;
}

static void send_octets(int fd, const void *octets, size_t len)
{
	assert_int_equal(send(fd, octets, len, MSG_NOSIGNAL), len);
}

/* A broker of MQTT 5 that answers with this CONNACK. Returns the options of the last subscription. */
static uint8_t serve_connack(int fd, const void *connack, size_t len)
{
	uint8_t suback[] = {0x90, 5, 0, 0, 0, 1, 1};
	struct packet subscribe;

	send_octets(fd, connack, len);
	read_packet(fd, &subscribe);
	assert_int_equal(subscribe.type & 0xf0, MQTT_SUBSCRIBE);
	memcpy(suback + 2, subscribe.body, 2);
	send_octets(fd, suback, sizeof(suback));
	return subscribe.body[subscribe.len - 1];
}

/* As bench_connect, with MQTT 5 and this CONNACK. */
static void connect_answered(struct bench *bench, const void *connack, size_t len)
{
	client_open(&bench->client, &bench->options);
	bench->fd = accept_connect(bench->listener, 5);
	serve_connack(bench->fd, connack, len);
	client_wait(&bench->client, &bench->client.connected, 1);
}

/* Likewise, where the broker takes so many unacknowledged messages. */
static void connect_mqtt5(struct bench *bench, uint16_t receive_maximum)
{
	const uint8_t connack[] = {0x20, 6, 0, 0, 3, 0x21, (uint8_t)(receive_maximum >> 8), (uint8_t)receive_maximum};

	connect_answered(bench, connack, sizeof(connack));
}

static void no_local_is_asked_for_where_the_broker_speaks_mqtt_5(void **state)
{
	static const uint8_t connack[] = {0x20, 3, 0, 0, 0};
	struct bench bench;

	(void)state;
	listen_no_local(&bench);
	client_open(&bench.client, &bench.options);
	bench.fd = accept_connect(bench.listener, 5);
	/* MQTT 5, 3.8.3.1: no local, QoS 1. */
	assert_int_equal(serve_connack(bench.fd, connack, sizeof(connack)), 0x04 | 1);
	client_wait(&bench.client, &bench.client.connected, 1);
	assert_int_equal(bench.client.disconnected, 0);
	bench_stop(&bench);
}

static void client_that_does_not_want_it_speaks_mqtt_3_1_1(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench);
	assert_int_equal(bench.packet.body[MQTT_LEVEL_AT], 4);
	bench_stop(&bench);
}

/* What a broker of MQTT 3.1.1 makes of a CONNECT of MQTT 5: it refuses the version, or just closes. */
static void assert_falls_back(const void *answer, size_t len)
{
	struct bench bench;
	uint64_t start_ms = now_ms();

	listen_no_local(&bench);
	client_open(&bench.client, &bench.options);
	bench.fd = accept_connect(bench.listener, 5);
	if (len > 0)
		send_octets(bench.fd, answer, len);
	close(bench.fd);
	bench.fd = accept_client(bench.listener, 0, 1, &bench.packet);
	assert_int_equal(bench.packet.body[MQTT_LEVEL_AT], 4);
	client_wait(&bench.client, &bench.client.connected, 1);
	/* At once, and without a word. */
	assert_true(now_ms() - start_ms < BROKER_CONNECT_TIMEOUT_MS);
	assert_int_equal(bench.client.disconnected, 0);
	bench_stop(&bench);
}

static void broker_that_refuses_the_version_is_spoken_to_in_3_1_1_at_once(void **state)
{
	(void)state;
	assert_falls_back("\x20\x02\x00\x01", 4);
}

static void broker_that_refuses_the_version_in_the_words_of_5_is_too(void **state)
{
	(void)state;
	assert_falls_back("\x20\x03\x00\x84\x00", 5);
}

static void broker_that_closes_at_a_version_it_does_not_know_is_too(void **state)
{
	(void)state;
	assert_falls_back(NULL, 0);
}

static void refusal_for_another_cause_is_no_question_of_the_version(void **state)
{
	struct bench bench;

	(void)state;
	listen_no_local(&bench);
	client_open(&bench.client, &bench.options);
	bench.fd = accept_connect(bench.listener, 5);
	send_octets(bench.fd, "\x20\x03\x00\x87\x00", 5);
	client_wait(&bench.client, &bench.client.disconnected, 1);
	assert_non_null(strstr(bench.client.reason, "authorized"));
	close(bench.fd);
	bench.fd = accept_connect(bench.listener, 5);
	bench_drop(&bench);
}

/* What the broker does not take may not wait in the library, where a newer request cannot replace it. */
static void no_more_is_sent_than_the_broker_takes_unacknowledged(void **state)
{
	struct bench bench;
	char text[16];

	(void)state;
	listen_no_local(&bench);
	connect_mqtt5(&bench, 4);
	for (unsigned i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "%u", i);
		assert_true(client_publish(&bench.client, BROKER_KEEP, text));
	}
	read_packet(bench.fd, &bench.packet);
	read_packet(bench.fd, &bench.packet);
	/* Two of the four places are for requests, and the newest one of a slot counts. */
	assert_true(broker_publish_latest(bench.client.broker, 0, "from/client", "a", 1));
	read_packet(bench.fd, &bench.packet);
	assert_non_null(memchr(bench.packet.body, 'a', bench.packet.len));
	assert_true(broker_publish_latest(bench.client.broker, 1, "from/client", "b", 1));
	read_packet(bench.fd, &bench.packet);
	assert_non_null(memchr(bench.packet.body, 'b', bench.packet.len));
	assert_true(broker_publish_latest(bench.client.broker, 0, "from/client", "c", 1));
	assert_true(broker_publish_latest(bench.client.broker, 0, "from/client", "d", 1));
	puback(bench.fd, &bench.packet);
	read_packet(bench.fd, &bench.packet);
	assert_non_null(memchr(bench.packet.body, 'd', bench.packet.len));
	bench_drop(&bench);
}

/* Of sixteen places two are for values; without values they are for the others. */
static void values_have_one_of_eight_places_at_the_broker(void **state)
{
	struct bench bench;

	(void)state;
	listen_no_local(&bench);
	bench.options.bounds.values = 4;
	connect_mqtt5(&bench, 16);
	for (int i = 0; i < 4; i++)
		assert_true(broker_publish_value(bench.client.broker, "values", "v", 1));
	read_packet(bench.fd, &bench.packet);
	read_packet(bench.fd, &bench.packet);
	for (int i = 0; i < 16; i++)
		assert_true(client_publish(&bench.client, BROKER_KEEP, "status"));
	for (int i = 0; i < 7; i++) {
		read_packet(bench.fd, &bench.packet);
		assert_non_null(memmem(bench.packet.body, bench.packet.len, "status", 6));
	}
	assert_false(clients_run_until_readable(bench.fd, 50));
	bench_drop(&bench);
}

/* The library would end the process. */
static void property_that_nobody_knows_ends_the_connection_only(void **state)
{
	static const uint8_t connack[] = {0x20, 3, 0, 0, 0};
	static const char publish[] = "\x30\x06\0\1t\2\x7f\0";
	struct bench bench;

	(void)state;
	listen_no_local(&bench);
	connect_answered(&bench, connack, sizeof(connack));
	send_octets(bench.fd, (const uint8_t *)publish, sizeof(publish) - 1);
	client_wait(&bench.client, &bench.client.disconnected, 1);
	assert_non_null(strstr(bench.client.reason, "A network protocol error"));
	bench_drop(&bench);
}

/* MQTT 5, 3.2.2.3.5: the connection goes on, and the loss is told. */
static void broker_that_retains_nothing_gets_no_values(void **state)
{
	static const uint8_t connack[] = {0x20, 5, 0, 0, 2, 0x25, 0};
	struct bench bench;

	(void)state;
	listen_no_local(&bench);
	bench.options.bounds.values = 4;
	connect_answered(&bench, connack, sizeof(connack));
	assert_true(broker_publish_value(bench.client.broker, "values", "v", 1));
	client_wait(&bench.client, &bench.client.dropped[BROKER_DROP_OUTBOUND_REFUSED], 1);
	assert_true(client_publish(&bench.client, BROKER_KEEP, "status"));
	read_packet(bench.fd, &bench.packet);
	assert_non_null(memmem(bench.packet.body, bench.packet.len, "status", 6));
	assert_int_equal(bench.client.disconnected, 0);
	bench_drop(&bench);
}

/* MQTT 5, 3.4.2.1: 0 is success, 0x87 not authorized. */
static void answer_publish(int fd, uint8_t code)
{
	struct packet packet;

	read_packet(fd, &packet);
	assert_int_equal(packet.type & 0xf0, MQTT_PUBLISH);
	const uint8_t answer[] = {0x40, 3, (uint8_t)(packet.mid >> 8), (uint8_t)packet.mid, code};
	send_octets(fd, answer, sizeof(answer));
}

/* The broker ends the connection, and takes it again. */
static void end_and_accept(struct bench *bench)
{
	static const uint8_t connack[] = {0x20, 3, 0, 0, 0};
	const unsigned connected = bench->client.connected;

	close(bench->fd);
	bench->fd = accept_connect(bench->listener, 5);
	serve_connack(bench->fd, connack, sizeof(connack));
	client_wait(&bench->client, &bench->client.connected, connected + 1);
}

/* As mosquitto with max_queued_messages 0 does: it says that it denies the value, and then ends the connection. */
static void expect_pause(bool says_goodbye)
{
	static const uint8_t not_authorized[] = {0xe0, 2, 0x87, 0};
	struct bench bench;

	listen_no_local(&bench);
	bench.options.bounds.values = 4;
	connect_mqtt5(&bench, 100);
	/* A connection that goes on was not ended over it. */
	assert_true(broker_publish_value(bench.client.broker, "values", "v", 1));
	answer_publish(bench.fd, 0x87);
	assert_true(client_publish(&bench.client, BROKER_KEEP, "status"));
	answer_publish(bench.fd, 0);
	end_and_accept(&bench);
	assert_int_equal(bench.client.values_paused, 0);
	/* Some may be published, and others not. */
	assert_true(broker_publish_value(bench.client.broker, "values", "v", 1));
	answer_publish(bench.fd, 0);
	assert_true(broker_publish_value(bench.client.broker, "values", "v", 1));
	answer_publish(bench.fd, 0x87);
	if (says_goodbye)
		send_octets(bench.fd, not_authorized, sizeof(not_authorized));
	end_and_accept(&bench);
	assert_int_equal(bench.client.values_paused, 1);
	assert_false(broker_publish_value(bench.client.broker, "values", "v", 1));
	bench_drop(&bench);
}

static void values_pause_where_one_was_denied_with_the_connection(void **state)
{
	(void)state;
	expect_pause(false);
	expect_pause(true);
}

static void message_that_the_broker_does_not_let_pass_is_told(void **state)
{
	struct bench bench;

	(void)state;
	listen_no_local(&bench);
	connect_mqtt5(&bench, 100);
	assert_true(client_publish(&bench.client, BROKER_KEEP, "denied"));
	answer_publish(bench.fd, 0x87);
	client_wait(&bench.client, &bench.client.dropped[BROKER_DROP_OUTBOUND_DENIED], 1);
	assert_int_equal(broker_dropped(bench.client.broker, BROKER_DROP_OUTBOUND_DENIED), 1);
	bench_stop(&bench);
}

/* The broker would end the connection after one and a half of its own keep-alives (MQTT 5, 3.1.2.10). */
static void broker_that_wants_to_hear_something_more_often_does(void **state)
{
	static const uint8_t connack[] = {0x20, 6, 0, 0, 3, 0x13, 0, 1};
	struct bench bench;

	(void)state;
	listen_no_local(&bench);
	connect_answered(&bench, connack, sizeof(connack));
	const uint64_t start_ms = now_ms();
	read_packet(bench.fd, &bench.packet);
	assert_int_equal(bench.packet.type, MQTT_PINGREQ);
	assert_in_range(now_ms() - start_ms, 500, 5000);
	bench_stop(&bench);
}

/* It would go back to the queue at the end of the connection, and end the next one, too. */
static void message_that_is_too_large_for_the_broker_is_dropped_and_the_next_one_sent(void **state)
{
	static const uint8_t connack[] = {0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 60};
	struct bench bench;

	(void)state;
	listen_no_local(&bench);
	connect_answered(&bench, connack, sizeof(connack));
	assert_true(client_publish(&bench.client, BROKER_KEEP,
				   "longer than sixty octets, with all that is around it in the packet"));
	assert_true(client_publish(&bench.client, BROKER_KEEP, "small"));
	read_packet(bench.fd, &bench.packet);
	assert_non_null(memmem(bench.packet.body, bench.packet.len, "small", 5));
	puback(bench.fd, &bench.packet);
	client_wait(&bench.client, &bench.client.dropped[BROKER_DROP_OUTBOUND_REFUSED], 1);
	assert_int_equal(bench.client.disconnected, 0);
	bench_stop(&bench);
}

static void client_that_is_taken_over_says_so_at_once(void **state)
{
	struct bench bench;

	(void)state;
	listen_no_local(&bench);
	connect_mqtt5(&bench, 100);
	send_octets(bench.fd, "\xe0\x02\x8e\x00", 4);
	client_wait(&bench.client, &bench.client.displaced, 1);
	assert_non_null(strstr(bench.client.reason, "taken over"));
	bench_drop(&bench);
}

static void connection_that_is_ended_again_and_again_is_taken_away_by_another(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);

	(void)state;
	client_open(&client, &options);
	for (unsigned i = 1; i <= BROKER_DISPLACED_TIMES; i++) {
		assert_int_equal(client.displaced, 0);
		int fd = accept_client(listener, 0, 1, &packet);
		client_wait(&client, &client.connected, i);
		close(fd);
		client_wait(&client, &client.disconnected, i);
	}
	client_wait(&client, &client.displaced, 1);
	/* Once, until a connection has lasted. */
	close(accept_client(listener, 0, 1, &packet));
	client_wait(&client, &client.disconnected, BROKER_DISPLACED_TIMES + 1);
	assert_int_equal(client.displaced, 1);
	close(listener);
	client_close(&client, 0);
}

static void broker_is_reached_over_a_unix_socket(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd;

	(void)state;
	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/test-broker-%ld.sock", (long)getpid());
	unlink(address.sun_path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 8), 0);
	options.host = address.sun_path;
	fd = open_connected(&client, &options, listener, &packet);
	send_text(fd, 1, "1 hello", 7);
	client_wait(&client, &client.messages, 1);
	assert_string_equal(client.last, "1 hello");
	stop_properly(&client, fd);
	close(listener);
	unlink(address.sun_path);
}

static void unix_socket_that_is_not_there_is_the_reason(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;

	(void)state;
	options.host = "/none/broker.sock";
	client_open(&client, &options);
	client_wait(&client, &client.disconnected, 1);
	assert_string_equal(client.reason, "/none/broker.sock: No such file or directory");
	client_close(&client, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(no_local_is_asked_for_where_the_broker_speaks_mqtt_5),
		client_test(client_that_does_not_want_it_speaks_mqtt_3_1_1),
		client_test(broker_that_refuses_the_version_is_spoken_to_in_3_1_1_at_once),
		client_test(broker_that_refuses_the_version_in_the_words_of_5_is_too),
		client_test(broker_that_closes_at_a_version_it_does_not_know_is_too),
		client_test(refusal_for_another_cause_is_no_question_of_the_version),
		client_test(no_more_is_sent_than_the_broker_takes_unacknowledged),
		client_test(values_have_one_of_eight_places_at_the_broker),
		client_test(property_that_nobody_knows_ends_the_connection_only),
		client_test(broker_that_retains_nothing_gets_no_values),
		client_test(values_pause_where_one_was_denied_with_the_connection),
		client_test(message_that_the_broker_does_not_let_pass_is_told),
		client_test(broker_that_wants_to_hear_something_more_often_does),
		client_test(message_that_is_too_large_for_the_broker_is_dropped_and_the_next_one_sent),
		client_test(client_that_is_taken_over_says_so_at_once),
		client_test(connection_that_is_ended_again_and_again_is_taken_away_by_another),
		client_test(broker_is_reached_over_a_unix_socket),
		client_test(unix_socket_that_is_not_there_is_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* More messages than the event loop takes: what is dropped, what waits, and what goes on meanwhile. */
#include "mqtt/broker/tests/played_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FLOOD 1000

/* Payloads of these tests begin with their number; what follows it is their worth. */
static enum broker_worth worth(const void *context, const char *topic, const char *payload, size_t len)
{
	(void)context;
	(void)topic;
	if (memchr(payload, 'w', len) != NULL)
		return BROKER_WORTHLESS;
	return memchr(payload, 'd', len) != NULL ? BROKER_DROPPABLE : BROKER_PRECIOUS;
}

/* Sends `count` messages with the numbers from `first`. */
static void flood(int fd, unsigned first, unsigned count, const char *rest)
{
	char text[64];

	for (unsigned i = first; i < first + count; i++) {
		snprintf(text, sizeof(text), "%u%s", i, rest);
		send_text(fd, (uint16_t)(i % 65535 + 1), text, strlen(text));
	}
}

/* A callback that takes this long: one in a turn, of which the reading takes a part only. */
#define SLOW_MS 2

static void precious_messages_wait_at_the_broker_and_arrive_all_in_their_order(void **state)
{
	struct bench bench;
	unsigned acknowledged = 0;

	(void)state;
	bench_open(&bench);
	bench.client.slow_ms = SLOW_MS;
	flood(bench.fd, 1, FLOOD, "");
	assert_in_range(wait_for_backlog(&bench.client, bench.fd, BROKER_INBOUND_MAX - 1, &acknowledged),
			BROKER_INBOUND_MAX - 1, BROKER_INBOUND_MAX);
	for (int i = 0; i < 100; i++) {
		client_poll(&bench.client);
		acknowledged += take_pubacks(bench.fd);
		assert_in_range(acknowledged - bench.client.messages, 0, BROKER_INBOUND_MAX);
	}
	bench.client.slow_ms = 0;
	client_wait(&bench.client, &bench.client.messages, FLOOD);
	assert_int_equal(bench.client.in_order, FLOOD);
	assert_int_equal(broker_dropped(bench.client.broker, BROKER_DROP_INBOUND_FULL), 0);
	bench_stop(&bench);
}

/* As sending waits for the client, a process of its own sends `count` of them, numbered, with this first rest. */
static pid_t flood_with_large(int fd, unsigned count, size_t octets, char rest)
{
	pid_t played = fork();
	char *text;

	if (played != 0)
		return played;
	text = malloc(octets);
	memset(text, rest, octets);
	for (unsigned i = 1; i <= count; i++) {
		memcpy(text + snprintf(text, 8, "%u", i), &rest, 1);
		send_text(fd, (uint16_t)i, text, octets);
	}
	_exit(0);
}

static void octets_that_wait_are_bounded_too(void **state)
{
	enum { SENT = 500, OCTETS = 6000, FULL = BROKER_INBOUND_BYTES_MAX / OCTETS + 1 };
	struct bench bench;
	unsigned acknowledged = 0;
	pid_t played;

	(void)state;
	bench_open(&bench);
	bench.client.slow_ms = SLOW_MS;
	played = flood_with_large(bench.fd, SENT, OCTETS, ' ');
	assert_in_range(wait_for_backlog(&bench.client, bench.fd, FULL - 1, &acknowledged), FULL - 1, FULL);
	while (bench.client.messages < SENT / 2) {
		client_poll(&bench.client);
		acknowledged += take_pubacks(bench.fd);
		assert_in_range(acknowledged - bench.client.messages, 0, FULL);
	}
	bench.client.slow_ms = 0;
	client_wait(&bench.client, &bench.client.messages, SENT);
	assert_int_equal(bench.client.in_order, SENT);
	waitpid(played, NULL, 0);
	bench_stop(&bench);
}

static void droppable_messages_leave_room_and_worthless_ones_take_none(void **state)
{
	enum { DROPPABLE = 1000 };
	struct bench bench;
	unsigned acknowledged = 0;

	(void)state;
	bench_listen(&bench);
	bench.options.worth = worth;
	bench_connect(&bench);
	bench.client.slow_ms = SLOW_MS;
	flood(bench.fd, 1, DROPPABLE, "d");
	flood(bench.fd, DROPPABLE + 1, 1, "");
	assert_int_equal(wait_for_backlog(&bench.client, bench.fd, BROKER_DROPPABLE_MAX - 1, &acknowledged),
			 BROKER_DROPPABLE_MAX - 1);
	/* The last of them, which nobody may drop, comes behind what waits, and no more waits than there is room for. */
	while (bench.client.last_number <= DROPPABLE) {
		client_poll(&bench.client);
		acknowledged += take_pubacks(bench.fd);
		assert_in_range(acknowledged - bench.client.messages -
					broker_dropped(bench.client.broker, BROKER_DROP_INBOUND_FULL),
				0, BROKER_DROPPABLE_MAX + 1);
	}
	assert_false(bench.client.disordered);
	assert_int_equal(acknowledged, DROPPABLE + 1);
	assert_int_equal(bench.client.messages + broker_dropped(bench.client.broker, BROKER_DROP_INBOUND_FULL),
			 DROPPABLE + 1);
	assert_true(bench.client.messages < DROPPABLE / 2);
	client_wait(&bench.client, &bench.client.dropped[BROKER_DROP_INBOUND_FULL], 1);
	/* There is room for them again; what is worth nothing takes none and is not counted. */
	bench.client.messages = 0;
	bench.client.in_order = 0;
	flood(bench.fd, 1, FLOOD, "w");
	flood(bench.fd, 1, BROKER_DROPPABLE_MAX, "d");
	flood(bench.fd, 1, FLOOD, "w");
	client_wait(&bench.client, &bench.client.messages, BROKER_DROPPABLE_MAX);
	assert_int_equal(bench.client.in_order, BROKER_DROPPABLE_MAX);
	bench_stop(&bench);
}

/* So many stored messages as a fleet has, which otherwise may be dropped. */
static void stored_messages_that_are_needed_come_all(void **state)
{
	struct bench bench;

	(void)state;
	bench_listen(&bench);
	bench.options.needs_retained = true;
	bench_connect(&bench);
	for (unsigned i = 1; i <= FLOOD; i++)
		send_stored(bench.fd, (uint16_t)i, "stored", 6);
	send_text(bench.fd, FLOOD + 1, "1", 1);
	client_wait(&bench.client, &bench.client.messages, 1);
	assert_int_equal(bench.client.retained, FLOOD);
	assert_int_equal(broker_dropped(bench.client.broker, BROKER_DROP_INBOUND_FULL), 0);
	bench_stop(&bench);
}

static void large_droppable_messages_leave_room_too(void **state)
{
	enum { SENT = 300, OCTETS = 12000, FULL = BROKER_INBOUND_BYTES_MAX / 2 / OCTETS };
	struct bench bench;
	unsigned acknowledged = 0;
	pid_t played;

	(void)state;
	bench_listen(&bench);
	bench.options.worth = worth;
	bench_connect(&bench);
	bench.client.slow_ms = 5 * SLOW_MS;
	played = flood_with_large(bench.fd, SENT, OCTETS, 'd');
	while (acknowledged < SENT) {
		client_poll(&bench.client);
		acknowledged += take_pubacks(bench.fd);
		assert_in_range(acknowledged - bench.client.messages -
					broker_dropped(bench.client.broker, BROKER_DROP_INBOUND_FULL),
				0, FULL);
	}
	waitpid(played, NULL, 0);
	bench.client.slow_ms = 0;
	flood(bench.fd, SENT + 1, 1, "");
	while (bench.client.last_number != SENT + 1)
		client_wait(&bench.client, &bench.client.messages, bench.client.messages + 1);
	assert_false(bench.client.disordered);
	/* Under valgrind a turn reads one of them, and hands one over. */
	if (getenv("SLACD_VALGRIND") == NULL)
		assert_true(broker_dropped(bench.client.broker, BROKER_DROP_INBOUND_FULL) > 0);
	assert_int_equal(bench.client.messages + broker_dropped(bench.client.broker, BROKER_DROP_INBOUND_FULL),
			 SENT + 1);
	bench_stop(&bench);
}

static void keep_alive_goes_on_while_nothing_is_read(void **state)
{
	static const uint8_t pingresp[] = {0xd0, 0};
	struct bench bench;

	(void)state;
	bench_listen(&bench);
	bench.options.keepalive_s = 5;
	bench_connect(&bench);
	/* Half of what waits takes longer than the keep-alive. */
	bench.client.slow_ms = 2 * 6000 / BROKER_INBOUND_MAX + 10;
	flood(bench.fd, 1, FLOOD, "");
	for (read_packet(bench.fd, &bench.packet); bench.packet.type != MQTT_PINGREQ;
	     read_packet(bench.fd, &bench.packet))
		assert_int_equal(bench.packet.type, 0x40);
	bench.client.slow_ms = 0;
	assert_int_equal(send(bench.fd, pingresp, sizeof(pingresp), MSG_NOSIGNAL), sizeof(pingresp));
	client_wait(&bench.client, &bench.client.messages, FLOOD);
	assert_int_equal(bench.client.in_order, FLOOD);
	assert_int_equal(bench.client.disconnected, 0);
	bench_stop(&bench);
}

/*
 * The broker's side of the next test, in a process of its own since the client's stop waits for it. Says through the
 * pipe when many messages wait there; then acknowledges what it still says, up to its DISCONNECT.
 */
static void play_flood_and_end(int listener, int told, const char *last)
{
	struct packet packet;
	bool heard = false;
	int fd = accept_client(listener, 0, 1, &packet);

	flood(fd, 1, FLOOD, "");
	for (int i = 0; i < BROKER_INBOUND_MAX; i++)
		read_packet(fd, &packet);
	if (write(told, "", 1) != 1)
		_exit(1);
	for (read_packet(fd, &packet); packet.type != MQTT_DISCONNECT; read_packet(fd, &packet)) {
		if ((packet.type & 0xf0) != MQTT_PUBLISH)
			continue;
		heard = heard || strcmp(packet.payload, last) == 0;
		puback(fd, &packet);
	}
	_exit(heard ? 0 : 1);
}

static void last_messages_are_sent_although_nothing_was_read(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	int listener = listen_on_loopback(&options.port, 8);
	int told[2];
	int status;
	char octet;
	pid_t played;

	(void)state;
	assert_int_equal(pipe(told), 0);
	played = fork();
	if (played == 0)
		play_flood_and_end(listener, told[1], "stopping");
	client_open(&client, &options);
	client.slow_ms = SLOW_MS;
	assert_true(clients_run_until_readable(told[0], WAIT_MAX_S * 1000));
	assert_int_equal(read(told[0], &octet, 1), 1);
	assert_true(client_publish(&client, BROKER_KEEP, "stopping"));
	assert_true(client_close(&client, 5000));
	waitpid(played, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(told[0]);
	close(told[1]);
	close(listener);
}

static void connection_that_ends_meanwhile_is_followed_by_the_next(void **state)
{
	struct bench bench;
	unsigned acknowledged = 0;

	(void)state;
	bench_open(&bench);
	bench.client.slow_ms = SLOW_MS;
	flood(bench.fd, 1, BROKER_INBOUND_MAX + 100, "");
	wait_for_backlog(&bench.client, bench.fd, BROKER_INBOUND_MAX / 2, &acknowledged);
	shutdown(bench.fd, SHUT_RDWR);
	close(bench.fd);
	bench.client.slow_ms = 0;
	/* What was acknowledged is handed over before the end is told. */
	client_wait(&bench.client, &bench.client.disconnected, 1);
	assert_true(bench.client.messages >= acknowledged);
	assert_int_equal(bench.client.in_order, bench.client.messages);
	bench_accept(&bench);
	bench_stop(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(precious_messages_wait_at_the_broker_and_arrive_all_in_their_order),
		client_test(octets_that_wait_are_bounded_too),
		client_test(droppable_messages_leave_room_and_worthless_ones_take_none),
		client_test(stored_messages_that_are_needed_come_all),
		client_test(large_droppable_messages_leave_room_too),
		client_test(keep_alive_goes_on_while_nothing_is_read),
		client_test(last_messages_are_sent_although_nothing_was_read),
		client_test(connection_that_ends_meanwhile_is_followed_by_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

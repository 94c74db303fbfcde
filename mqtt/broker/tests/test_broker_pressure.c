/* SPDX-License-Identifier: Apache-2.0 */
/* More messages than the event loop takes: what is dropped, what waits, and what goes on meanwhile. */
#include "mqtt/broker/tests/played_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

static void precious_messages_wait_at_the_broker_and_arrive_all_in_their_order(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	fd = open_connected(&client, &options, listener, &packet);
	flood(fd, 1, FLOOD, "");
	assert_in_range(count_pubacks(fd), BROKER_INBOUND_MAX, BROKER_INBOUND_MAX + 1);
	client_wait(&client, &client.messages, FLOOD);
	assert_int_equal(client.in_order, FLOOD);
	assert_int_equal(broker_dropped(client.broker, BROKER_DROP_INBOUND_FULL), 0);
	stop_properly(&client, fd);
	close(listener);
}

static void octets_that_wait_are_bounded_too(void **state)
{
	enum { SENT = 100, OCTETS = 60000 };
	static char text[OCTETS];
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;
	pid_t played;

	(void)state;
	fd = open_connected(&client, &options, listener, &packet);
	memset(text, ' ', sizeof(text));
	played = fork(); /* as sending waits for the client */
	for (unsigned i = 1; played == 0 && i <= SENT; i++) {
		memcpy(text + snprintf(text, 8, "%u", i), " ", 1);
		send_text(fd, (uint16_t)i, text, sizeof(text));
	}
	if (played == 0)
		_exit(0);
	assert_in_range(count_pubacks(fd), BROKER_INBOUND_BYTES_MAX / OCTETS, BROKER_INBOUND_BYTES_MAX / OCTETS + 2);
	client_wait(&client, &client.messages, SENT);
	assert_int_equal(client.in_order, SENT);
	waitpid(played, NULL, 0);
	stop_properly(&client, fd);
	close(listener);
}

static void droppable_messages_leave_room_and_worthless_ones_take_none(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	options.worth = worth;
	fd = open_connected(&client, &options, listener, &packet);
	flood(fd, 1, FLOOD, "w");
	flood(fd, 1, BROKER_DROPPABLE_MAX + 36, "d");
	flood(fd, BROKER_DROPPABLE_MAX + 1, 1, "");
	flood(fd, 1, FLOOD, "w");
	assert_int_equal(count_pubacks(fd), 2 * FLOOD + BROKER_DROPPABLE_MAX + 36 + 1);
	client_wait(&client, &client.messages, BROKER_DROPPABLE_MAX + 1);
	assert_int_equal(client.in_order, BROKER_DROPPABLE_MAX + 1);
	assert_int_equal(broker_dropped(client.broker, BROKER_DROP_INBOUND_FULL), 36);
	client_wait(&client, &client.dropped[BROKER_DROP_INBOUND_FULL], 1);
	/* There is room for them again. */
	flood(fd, BROKER_DROPPABLE_MAX + 2, BROKER_DROPPABLE_MAX, "d");
	client_wait(&client, &client.messages, 2 * BROKER_DROPPABLE_MAX + 1);
	assert_int_equal(client.in_order, 2 * BROKER_DROPPABLE_MAX + 1);
	stop_properly(&client, fd);
	close(listener);
}

static void large_droppable_messages_leave_room_too(void **state)
{
	enum { SENT = 30, OCTETS = 60000, TAKEN = BROKER_INBOUND_BYTES_MAX / 2 / OCTETS };
	static char text[OCTETS];
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	options.worth = worth;
	fd = open_connected(&client, &options, listener, &packet);
	memset(text, 'd', sizeof(text));
	for (uint16_t i = 1; i <= SENT; i++) {
		send_text(fd, i, text, sizeof(text));
		read_puback(fd, i);
	}
	flood(fd, TAKEN + 1, 1, "");
	assert_int_equal(count_pubacks(fd), 1);
	client_wait(&client, &client.messages, TAKEN + 1);
	assert_int_equal(client.in_order, 1);
	assert_int_equal(broker_dropped(client.broker, BROKER_DROP_INBOUND_FULL), SENT - TAKEN);
	stop_properly(&client, fd);
	close(listener);
}

static void keep_alive_goes_on_while_nothing_is_read(void **state)
{
	static const uint8_t pingresp[] = {0xd0, 0};
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	options.keepalive_s = 5;
	fd = open_connected(&client, &options, listener, &packet);
	flood(fd, 1, FLOOD, "");
	count_pubacks(fd);
	read_packet(fd, &packet);
	assert_int_equal(packet.type, MQTT_PINGREQ);
	assert_int_equal(send(fd, pingresp, sizeof(pingresp), MSG_NOSIGNAL), sizeof(pingresp));
	client_wait(&client, &client.messages, FLOOD);
	assert_int_equal(client.in_order, FLOOD);
	assert_int_equal(client.disconnected, 0);
	stop_properly(&client, fd);
	close(listener);
}

/*
 * The broker's side of the next test, in a process of its own since the client's stop waits for it. Says through the
 * pipe when the client reads no more; then acknowledges what it still says, up to its DISCONNECT.
 */
static void play_flood_and_end(int listener, int told, const char *last)
{
	struct packet packet;
	bool heard = false;
	int fd = accept_client(listener, 0, 1, &packet);

	flood(fd, 1, FLOOD, "");
	count_pubacks(fd);
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
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	fd = open_connected(&client, &options, listener, &packet);
	flood(fd, 1, BROKER_INBOUND_MAX + 100, "");
	count_pubacks(fd);
	shutdown(fd, SHUT_RDWR);
	close(fd);
	client_wait(&client, &client.messages, BROKER_INBOUND_MAX);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 2);
	stop_properly(&client, fd);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(precious_messages_wait_at_the_broker_and_arrive_all_in_their_order),
		cmocka_unit_test(octets_that_wait_are_bounded_too),
		cmocka_unit_test(droppable_messages_leave_room_and_worthless_ones_take_none),
		cmocka_unit_test(large_droppable_messages_leave_room_too),
		cmocka_unit_test(keep_alive_goes_on_while_nothing_is_read),
		cmocka_unit_test(last_messages_are_sent_although_nothing_was_read),
		cmocka_unit_test(connection_that_ends_meanwhile_is_followed_by_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What one turn of the event loop is spent on, whatever the broker sends: never a wait, and a bounded time. */
#include "mqtt/broker/tests/played_broker.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define FLOOD_MS 300

static enum broker_worth worthless(const void *context, const char *topic, const char *payload, size_t len)
{
	(void)context;
	(void)topic;
	(void)payload;
	(void)len;
	return BROKER_WORTHLESS;
}

/* What a flood of these packets does. Returns whether the client still has the connection. */
static bool survives_flood(const struct packets *packets, bool worth_nothing, char *reason)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	bool survives;
	int listener = listen_on_loopback(&options.port, 8);
	pid_t sender;
	int fd;

	if (worth_nothing)
		options.worth = worthless;
	fd = open_connected(&client, &options, listener, &packet);
	sender = send_without_end(fd, packets);
	assert_turns_are_short(&client, FLOOD_MS);
	survives = client.disconnected == 0;
	strcpy(reason, client.reason);
	end_sender(sender);
	close(fd);
	close(listener);
	client_close(&client, 0);
	return survives;
}

static void flood_of_any_packet_leaves_the_turns_short(void **state)
{
	static const struct packets floods[] = {
		{"\x30\x04\0\1tx", 6, 0},                         /* PUBLISH, QoS 0 */
		{"\x32\x06\0\1t\0\1x", 8, 0},                     /* PUBLISH, QoS 1 */
		{"\x40\x02\x12\x34", 4, 0},                       /* PUBACK of nothing */
		{"\x90\x03\x12\x34\1", 5, 0},                     /* SUBACK of nothing */
		{"\xd0\0", 2, 0},                                 /* PINGRESP */
		{"\x50\x02\x12\x34", 4, 0},                       /* PUBREC of nothing */
		{"\x70\x02\x12\x34", 4, 0},                       /* PUBCOMP of nothing */
		{"\x30\xff\x7f\0\1t", 6, 16383 - 3},              /* PUBLISH of 16 KiB */
		{"\x30\xff\xff\xff\1\0\1t", 8, 4194303 - 3},      /* PUBLISH of 4 MiB */
		{"\x32\xff\xff\xff\1\0\1t\0\1", 10, 4194303 - 5}, /* likewise, QoS 1 */
	};
	char reason[BROKER_REASON_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++)
		if (!survives_flood(&floods[i], false, reason))
			fail_msg("flood %zu: %s", i, reason);
	assert_true(survives_flood(&floods[0], true, reason));
}

static void messages_of_qos_2_that_are_never_released_end_the_connection(void **state)
{
	static const struct packets flood = {"\x34\x06\0\1t\0\1x", 8, 0};
	char reason[BROKER_REASON_MAX];

	(void)state;
	assert_false(survives_flood(&flood, false, reason));
	assert_non_null(strstr(reason, "QoS 2"));
}

/* The library answers such a PUBREL and keeps what it has. */
static void releases_of_other_messages_let_no_more_of_qos_2_wait(void **state)
{
	static const struct packets flood = {"\x34\x06\0\1t\0\1x\x62\x02\x12\x34", 12, 0};
	char reason[BROKER_REASON_MAX];

	(void)state;
	assert_false(survives_flood(&flood, false, reason));
	assert_non_null(strstr(reason, "QoS 2"));
}

static void messages_of_qos_2_that_are_released_go_on(void **state)
{
	static const struct packets flood = {"\x34\x06\0\1t\0\1x\x62\x02\0\1", 12, 0};
	char reason[BROKER_REASON_MAX];

	(void)state;
	if (!survives_flood(&flood, false, reason))
		fail_msg("%s", reason);
}

/* The socket says that it can be read, and the client must not ask it again and again. */
static void beginning_of_a_length_keeps_the_loop_quiet_and_the_rest_is_taken(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	unsigned rounds = 0;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	fd = open_connected(&client, &options, listener, &packet);
	clients_run_until_readable(fd, 50);
	assert_int_equal(send(fd, "\x30\x84", 2, MSG_NOSIGNAL), 2);
	for (uint64_t until_ms = now_ms() + FLOOD_MS; now_ms() < until_ms; rounds++)
		event_base_loop(client.base, EVLOOP_ONCE);
	assert_in_range(rounds, 0, FLOOD_MS / 5);
	assert_int_equal(client.messages, 0);
	assert_int_equal(send(fd, "\0\0\1tx", 5, MSG_NOSIGNAL), 5); /* a length in two octets where one would do */
	client_wait(&client, &client.messages, 1);
	assert_string_equal(client.last, "x");
	stop_properly(&client, fd);
	close(listener);
}

/* Of this process's sockets, the one whose peer has this port takes as little as the kernel allows. */
static void shrink_send_buffer(uint16_t port)
{
	struct sockaddr_in peer = {0};

	for (int fd = 3; fd < 64; fd++) {
		socklen_t size = sizeof(peer);
		if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && ntohs(peer.sin_port) == port)
			assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){0}, sizeof(int)), 0);
	}
}

/* The socket takes nothing any more: neither a message nor an acknowledgement is waited for. */
static void broker_that_reads_nothing_is_waited_for_by_nobody(void **state)
{
	static const struct packets flood = {"\x32\x06\0\1t\0\1x", 8, 0};
	static char large[BROKER_OUTBOUND_BYTES_MAX / 8];
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	unsigned taken;
	int listener = listen_on_loopback(&options.port, 8);
	pid_t sender;
	int fd;

	(void)state;
	setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &(int){0}, sizeof(int));
	fd = open_connected(&client, &options, listener, &packet);
	shrink_send_buffer(options.port);
	for (int i = 0; i < 7; i++)
		assert_true(broker_publish(client.broker, BROKER_KEEP, "t", large, sizeof(large)));
	sender = send_without_end(fd, &flood);
	assert_turns_are_short(&client, FLOOD_MS);
	taken = client.messages;
	assert_true(broker_publish_latest(client.broker, 0, "t", "request", 7));
	assert_turns_are_short(&client, FLOOD_MS);
	assert_int_equal(client.messages, taken);
	assert_int_equal(client.disconnected, 0);
	end_sender(sender);
	/* It reads on. */
	for (bool requested = false; !requested;) {
		static char octets[65536];
		assert_true(clients_run_until_readable(fd, WAIT_MAX_S * 1000));
		ssize_t n = recv(fd, octets, sizeof(octets), 0);
		assert_true(n > 0);
		requested = memmem(octets, (size_t)n, "request", 7) != NULL;
	}
	close(fd);
	close(listener);
	client_close(&client, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(flood_of_any_packet_leaves_the_turns_short),
		client_test(messages_of_qos_2_that_are_never_released_end_the_connection),
		client_test(releases_of_other_messages_let_no_more_of_qos_2_wait),
		client_test(messages_of_qos_2_that_are_released_go_on),
		client_test(beginning_of_a_length_keeps_the_loop_quiet_and_the_rest_is_taken),
		client_test(broker_that_reads_nothing_is_waited_for_by_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
	struct bench bench;
	bool survives;
	pid_t sender;

	bench_listen(&bench);
	if (worth_nothing)
		bench.options.worth = worthless;
	bench_connect(&bench);
	sender = send_without_end(bench.fd, packets);
	assert_turns_are_short(&bench.client, FLOOD_MS);
	survives = bench.client.disconnected == 0;
	strcpy(reason, bench.client.reason);
	end_sender(sender);
	bench_drop(&bench);
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
	struct bench bench;
	unsigned rounds = 0;

	(void)state;
	bench_open(&bench);
	clients_run_until_readable(bench.fd, 50);
	assert_int_equal(send(bench.fd, "\x30\x84", 2, MSG_NOSIGNAL), 2);
	for (uint64_t until_ms = now_ms() + FLOOD_MS; now_ms() < until_ms; rounds++)
		event_base_loop(bench.client.base, EVLOOP_ONCE);
	assert_in_range(rounds, 0, FLOOD_MS / 5);
	assert_int_equal(bench.client.messages, 0);
	/* A length in two octets where one would do. */
	assert_int_equal(send(bench.fd, "\0\0\1tx", 5, MSG_NOSIGNAL), 5);
	client_wait(&bench.client, &bench.client.messages, 1);
	assert_string_equal(bench.client.last, "x");
	bench_stop(&bench);
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

/*
 * Less than the messages have. With the least that the kernel allows, a window of one small segment, it lets the next one
 * come when a timer of it expires, now and then: two in 200 ms.
 */
#define RECEIVE_BUFFER 32768

/* The socket takes nothing any more: neither a message nor an acknowledgement is waited for. */
static void broker_that_reads_nothing_is_waited_for_by_nobody(void **state)
{
	static const struct packets flood = {"\x32\x06\0\1t\0\1x", 8, 0};
	static char large[BROKER_OUTBOUND_BYTES_MAX / 8];
	struct bench bench;
	unsigned taken;
	pid_t sender;

	(void)state;
	bench_listen(&bench);
	setsockopt(bench.listener, SOL_SOCKET, SO_RCVBUF, &(int){RECEIVE_BUFFER}, sizeof(int));
	bench_connect(&bench);
	shrink_send_buffer(bench.options.port);
	for (int i = 0; i < 7; i++)
		assert_true(broker_publish(bench.client.broker, BROKER_KEEP, "t", large, sizeof(large)));
	sender = send_without_end(bench.fd, &flood);
	assert_turns_are_short(&bench.client, FLOOD_MS);
	taken = bench.client.messages;
	assert_true(broker_publish_latest(bench.client.broker, 0, "t", "request", 7));
	assert_turns_are_short(&bench.client, FLOOD_MS);
	assert_int_equal(bench.client.messages, taken);
	assert_int_equal(bench.client.disconnected, 0);
	end_sender(sender);
	/* It reads on. */
	for (bool requested = false; !requested;) {
		static char octets[65536];
		assert_true(clients_run_until_readable(bench.fd, WAIT_MAX_S * 1000));
		ssize_t n = recv(bench.fd, octets, sizeof(octets), 0);
		assert_true(n > 0);
		requested = memmem(octets, (size_t)n, "request", 7) != NULL;
	}
	bench_drop(&bench);
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/broker/tests/played_broker.h"

#include "mqtt/broker/broker_shared.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Flags of a PUBLISH (MQTT 3.1.1, 3.3.1). */
#define QOS_1    0x02
#define RETAINED 0x01

static void read_exactly(int fd, void *out, size_t len)
{
	for (size_t got = 0; got < len;) {
		assert_true(clients_run_until_readable(fd, WAIT_MAX_S * 1000));
		ssize_t n = recv(fd, (uint8_t *)out + got, len - got, 0);
		assert_true(n > 0);
		got += (size_t)n;
	}
}

static void split_publish(struct packet *packet)
{
	size_t topic_len = (size_t)packet->body[0] << 8 | packet->body[1];
	size_t at = 2 + topic_len;

	assert_true(at + 2 <= packet->len);
	packet->mid = (uint16_t)(packet->body[at] << 8 | packet->body[at + 1]);
	snprintf(packet->payload, sizeof(packet->payload), "%.*s", (int)(packet->len - at - 2),
		 (char *)packet->body + at + 2);
}

void read_packet(int fd, struct packet *packet)
{
	uint8_t octet;
	unsigned shift = 0;

	memset(packet, 0, sizeof(*packet));
	read_exactly(fd, &packet->type, 1);
	do {
		read_exactly(fd, &octet, 1);
		packet->len |= (size_t)(octet & 0x7f) << shift;
		shift += 7;
	} while (octet & 0x80);
	assert_true(packet->len < sizeof(packet->body));
	read_exactly(fd, packet->body, packet->len);
	if ((packet->type & 0xf0) == MQTT_PUBLISH)
		split_publish(packet);
}

static void read_flagged(int fd, struct packet *packet, const char *payload, uint8_t flags)
{
	read_packet(fd, packet);
	assert_int_equal(packet->type & 0xf0, MQTT_PUBLISH);
	assert_string_equal(packet->payload, payload);
	/* Never marked as a duplicate of an earlier connection. */
	assert_int_equal(packet->type & 0x0f, flags);
}

void read_publish(int fd, struct packet *packet, const char *payload)
{
	read_flagged(fd, packet, payload, QOS_1);
}

void read_value(int fd, struct packet *packet, const char *payload)
{
	read_flagged(fd, packet, payload, QOS_1 | RETAINED);
}

void puback(int fd, const struct packet *publish)
{
	const uint8_t octets[] = {0x40, 2, (uint8_t)(publish->mid >> 8), (uint8_t)publish->mid};

	assert_int_equal(send(fd, octets, sizeof(octets), MSG_NOSIGNAL), sizeof(octets));
}

int accept_tcp(int listener)
{
	const struct timeval limit = {.tv_sec = WAIT_MAX_S};
	int fd;

	assert_true(clients_run_until_readable(listener, WAIT_MAX_S * 1000));
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return fd;
}

int accept_connect(int listener, uint8_t level)
{
	struct packet packet;
	int fd = accept_tcp(listener);

	read_packet(fd, &packet);
	assert_int_equal(packet.type, MQTT_CONNECT);
	assert_int_equal(packet.body[MQTT_LEVEL_AT], level);
	return fd;
}

int accept_client(int listener, uint8_t code, uint8_t granted, struct packet *packet)
{
	const uint8_t connack[] = {0x20, 2, 0, code};
	int fd = accept_tcp(listener);

	read_packet(fd, packet);
	assert_int_equal(packet->type, MQTT_CONNECT);
	send(fd, connack, sizeof(connack), MSG_NOSIGNAL);
	if (code == 0) {
		struct packet subscribe;
		uint8_t suback[] = {0x90, 4, 0, 0, 1, granted};
		read_packet(fd, &subscribe);
		assert_int_equal(subscribe.type & 0xf0, MQTT_SUBSCRIBE);
		memcpy(suback + 2, subscribe.body, 2);
		send(fd, suback, sizeof(suback), MSG_NOSIGNAL);
	}
	return fd;
}

int open_connected(struct client *client, const struct broker_options *options, int listener, struct packet *packet)
{
	client_open(client, options);
	int fd = accept_client(listener, 0, 1, packet);
	client_wait(client, &client->connected, 1);
	return fd;
}

static void send_with_flags(int fd, uint8_t first, uint16_t mid, const char *text, size_t len)
{
	static const char topic[] = "to/client";
	const size_t remaining = 2 + strlen(topic) + 2 + len;
	uint8_t *octets = malloc(remaining + 5);
	size_t at = 0;

	octets[at++] = first;
	for (size_t left = remaining; at == 1 || left > 0; left >>= 7)
		octets[at++] = (uint8_t)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
	octets[at++] = 0;
	octets[at++] = (uint8_t)strlen(topic);
	memcpy(octets + at, topic, strlen(topic));
	at += strlen(topic);
	octets[at++] = (uint8_t)(mid >> 8);
	octets[at++] = (uint8_t)mid;
	memcpy(octets + at, text, len);
	assert_int_equal(send(fd, octets, at + len, MSG_NOSIGNAL), at + len);
	free(octets);
}

void send_text(int fd, uint16_t mid, const char *text, size_t len)
{
	send_with_flags(fd, 0x32, mid, text, len);
}

void send_stored(int fd, uint16_t mid, const char *text, size_t len)
{
	send_with_flags(fd, 0x33, mid, text, len);
}

void send_publish(int fd, uint16_t mid, size_t len)
{
	char *text = malloc(len + 1);

	memset(text, 'p', len);
	send_text(fd, mid, text, len);
	free(text);
}

pid_t send_without_end(int fd, const struct packets *packets)
{
	const size_t size = packets->len + packets->zeros;
	const size_t copies = size < 65536 ? 65536 / size : 1;
	pid_t sender = fork();
	uint8_t *octets;

	if (sender != 0)
		return sender;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	octets = calloc(copies, size);
	for (size_t i = 0; i < copies; i++)
		memcpy(octets + i * size, packets->octets, packets->len);
	while (send(fd, octets, copies * size, MSG_NOSIGNAL) > 0)
		;
	_exit(0);
}

void end_sender(pid_t sender)
{
	kill(sender, SIGKILL);
	waitpid(sender, NULL, 0);
}

void read_puback(int fd, uint16_t mid)
{
	struct packet packet;

	read_packet(fd, &packet);
	assert_int_equal(packet.type, 0x40);
	assert_int_equal(packet.body[0] << 8 | packet.body[1], mid);
}

unsigned take_pubacks(int fd)
{
	struct pollfd now = {.fd = fd, .events = POLLIN};
	struct packet packet;
	unsigned count = 0;

	while (poll(&now, 1, 0) > 0) {
		read_packet(fd, &packet);
		assert_int_equal(packet.type, 0x40);
		count++;
	}
	return count;
}

/* As many as the client has given: TLS brings them late, and by then more would have been handed over. */
static unsigned await_pubacks(int fd, unsigned missing)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	unsigned count = take_pubacks(fd);

	while (count < missing) {
		assert_int_equal(poll(&readable, 1, WAIT_MAX_S * 1000), 1);
		count += take_pubacks(fd);
	}
	return count;
}

unsigned wait_for_backlog(struct client *client, int fd, unsigned least, unsigned *acknowledged)
{
	const uint64_t until_ms = now_ms() + WAIT_MAX_S * 1000;
	unsigned most = 0;

	while (most < least) {
		assert_true(now_ms() < until_ms);
		client_poll(client);
		const unsigned done =
			client->messages + (unsigned)(broker_dropped(client->broker, BROKER_DROP_INBOUND_FULL) +
						      broker_dropped(client->broker, BROKER_DROP_INBOUND_TOO_LARGE));
		const unsigned taken = done + (unsigned)client->broker->inbound.count;
		*acknowledged += await_pubacks(fd, taken > *acknowledged ? taken - *acknowledged : 0);
		if (*acknowledged > done && *acknowledged - done > most)
			most = *acknowledged - done;
	}
	return most;
}

unsigned count_pubacks(int fd)
{
	struct packet packet;
	unsigned count = 0;

	while (clients_run_until_readable(fd, 300)) {
		read_packet(fd, &packet);
		assert_int_equal(packet.type, 0x40);
		count++;
	}
	return count;
}

/* Answers the client's DISCONNECT by closing, as brokers do; needed while the client waits in broker_stop. */
static pid_t close_after_disconnect(int fd)
{
	pid_t child = fork();

	if (child == 0) {
		uint8_t scrap[4096];
		ssize_t n;
		while ((n = recv(fd, scrap, sizeof(scrap), 0)) > 0)
			;
		_exit(0);
	}
	close(fd);
	return child;
}

void stop_properly(struct client *client, int fd)
{
	pid_t child = close_after_disconnect(fd);

	assert_true(client_close(client, 5000));
	waitpid(child, NULL, 0);
}

/* --- the bench --- */

void bench_listen(struct bench *bench)
{
	bench->options = client_options(0);
	bench->listener = listen_on_loopback(&bench->options.port, 8);
}

void bench_connect(struct bench *bench)
{
	bench->fd = open_connected(&bench->client, &bench->options, bench->listener, &bench->packet);
}

void bench_open(struct bench *bench)
{
	bench_listen(bench);
	bench_connect(bench);
}

void bench_accept(struct bench *bench)
{
	const unsigned connected = bench->client.connected;

	bench->fd = accept_client(bench->listener, 0, 1, &bench->packet);
	client_wait(&bench->client, &bench->client.connected, connected + 1);
}

void bench_stop(struct bench *bench)
{
	stop_properly(&bench->client, bench->fd);
	close(bench->listener);
}

void bench_drop(struct bench *bench)
{
	close(bench->fd);
	close(bench->listener);
	client_close(&bench->client, 0);
}

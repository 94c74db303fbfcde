/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker client against a broker played by the test itself, octet by octet (MQTT 3.1.1): what a real
 * broker does only when it is broken, slow or hostile. The client's thread runs on while the test reads and
 * writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka wants them first. */
#include <cmocka.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>

#include "client.h"
#include "messages.h"
#include "mqtt/api.h"

#define CONNECT	   0x10
#define PUBLISH	   0x30
#define SUBSCRIBE  0x80
#define PINGREQ	   0xc0
#define DISCONNECT 0xe0

struct packet {
	uint8_t type;
	size_t len;
	uint8_t body[4096];
	/* of a PUBLISH */
	uint16_t mid;
	char payload[64];
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- the played broker --- */

static void read_exactly(int fd, void *out, size_t len)
{
	if (len > 0)
		assert_int_equal(recv(fd, out, len, MSG_WAITALL), len);
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

static void read_packet(int fd, struct packet *packet)
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
	if ((packet->type & 0xf0) == PUBLISH)
		split_publish(packet);
}

static void read_publish(int fd, struct packet *packet, const char *payload)
{
	read_packet(fd, packet);
	assert_int_equal(packet->type & 0xf0, PUBLISH);
	assert_string_equal(packet->payload, payload);
	/* QoS 1, not retained, and never marked as a duplicate of an earlier connection. */
	assert_int_equal(packet->type & 0x0f, 0x02);
}

static void puback(int fd, const struct packet *publish)
{
	const uint8_t octets[] = {0x40, 2, (uint8_t)(publish->mid >> 8), (uint8_t)publish->mid};

	assert_int_equal(send(fd, octets, sizeof(octets), MSG_NOSIGNAL), sizeof(octets));
}

static int accept_tcp(int listener)
{
	const struct timeval limit = {.tv_sec = WAIT_MAX_S};
	int fd;

	setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return fd;
}

/* Accepts a client, answers CONNECT with `code` and, for 0, the two subscriptions with `granted`. */
static int accept_client(int listener, uint8_t code, uint8_t granted, struct packet *packet)
{
	const uint8_t connack[] = {0x20, 2, 0, code};
	int fd = accept_tcp(listener);

	read_packet(fd, packet);
	assert_int_equal(packet->type, CONNECT);
	send(fd, connack, sizeof(connack), MSG_NOSIGNAL);
	for (int i = 0; code == 0 && i < 2; i++) {
		struct packet subscribe;
		uint8_t suback[] = {0x90, 3, 0, 0, granted};

		read_packet(fd, &subscribe);
		assert_int_equal(subscribe.type & 0xf0, SUBSCRIBE);
		memcpy(suback + 2, subscribe.body, 2);
		send(fd, suback, sizeof(suback), MSG_NOSIGNAL);
	}
	return fd;
}

/* Sends a PUBLISH to the client with QoS 1 and a payload of len octets 'p'. */
static void send_publish(int fd, uint16_t mid, size_t len)
{
	static const char topic[] = "to/client";
	const size_t remaining = 2 + strlen(topic) + 2 + len;
	uint8_t *octets = malloc(remaining + 5);
	size_t at = 0;

	octets[at++] = 0x32;
	for (size_t left = remaining; at == 1 || left > 0; left >>= 7)
		octets[at++] = (uint8_t)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
	octets[at++] = 0;
	octets[at++] = (uint8_t)strlen(topic);
	memcpy(octets + at, topic, strlen(topic));
	at += strlen(topic);
	octets[at++] = (uint8_t)(mid >> 8);
	octets[at++] = (uint8_t)mid;
	memset(octets + at, 'p', len);
	assert_int_equal(send(fd, octets, at + len, MSG_NOSIGNAL), at + len);
	free(octets);
}

static void read_puback(int fd, uint16_t mid)
{
	struct packet packet;

	read_packet(fd, &packet);
	assert_int_equal(packet.type, 0x40);
	assert_int_equal(packet.body[0] << 8 | packet.body[1], mid);
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

static void stop_properly(struct client *client, int fd)
{
	pid_t child = close_after_disconnect(fd);

	assert_true(client_close(client, 5000));
	waitpid(child, NULL, 0);
}

/* --- connecting --- */

static bool contains(const struct packet *packet, const char *text)
{
	return memmem(packet->body, packet->len, text, strlen(text)) != NULL;
}

static void connect_carries_client_id_credentials_and_will(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	options.username = "user";
	options.password = "secret";
	options.will_topic = "will/topic";
	options.will_payload = "gone";
	options.will_len = 4;
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	assert_true(contains(&packet, "slacd-test") && contains(&packet, "user") &&
		    contains(&packet, "secret"));
	assert_true(contains(&packet, "will/topic") && contains(&packet, "gone"));
	/* MQTT 3.1.1, 3.1.2.3: user name, password, no will retain, will QoS 1, will, clean session. */
	assert_int_equal(packet.body[7], 0xce);
	stop_properly(&client, fd);
	close(listener);
}

static void refusal_of_the_broker_is_the_reason(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	fd = accept_client(listener, 5, 0, &packet);
	client_wait(&client, &client.disconnected, 1);
	assert_non_null(strstr(client.reason, "not authorised"));
	close(fd);
	/* The same refusal again is no news; the next attempt that succeeds is. */
	close(accept_client(listener, 5, 0, &packet));
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	assert_int_equal(client.disconnected, 1);
	stop_properly(&client, fd);
	close(listener);
}

static void refused_subscription_is_told_and_the_connection_stays(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	fd = accept_client(listener, 0, 0x80, &packet);
	client_wait(&client, &client.refused, 2);
	assert_string_equal(client.refused_topic, "to/all");
	client_wait(&client, &client.connected, 1);
	assert_true(broker_connected(client.broker));
	stop_properly(&client, fd);
	close(listener);
}

static void incomplete_options_are_refused(void **state)
{
	static const struct broker_callbacks none = {0};
	const struct broker_options good = client_options(1);
	struct event_base *base = event_base_new();

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct broker_options options = good;

		if (i == 0)
			options.host = NULL;
		if (i == 1)
			options.port = 0;
		if (i == 2)
			options.client_id = NULL;
		if (i == 3)
			options.subscription_count = BROKER_SUBSCRIPTIONS_MAX + 1;
		if (i == 4)
			options.will_len = 5;
		errno = 0;
		assert_null(broker_open(base, &options, &none, NULL));
		assert_int_equal(errno, EINVAL);
	}
	event_base_free(base);
}

/* --- sending --- */

static void now_messages_in_flight_die_with_the_connection_and_kept_ones_return(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	assert_true(client_publish(&client, BROKER_KEEP, "k1"));
	assert_true(client_publish(&client, BROKER_NOW, "n1"));
	assert_true(client_publish(&client, BROKER_KEEP, "k2"));
	assert_true(client_publish(&client, BROKER_KEEP, "k3"));
	read_publish(fd, &packet, "k1");
	puback(fd, &packet);
	read_publish(fd, &packet, "n1");
	read_publish(fd, &packet, "k2");
	read_publish(fd, &packet, "k3");
	close(fd);
	client_wait(&client, &client.disconnected, 1);
	assert_false(client_publish(&client, BROKER_NOW, "n2"));
	assert_true(client_publish(&client, BROKER_KEEP, "k4"));
	fd = accept_client(listener, 0, 1, &packet);
	read_publish(fd, &packet, "k2");
	puback(fd, &packet);
	read_publish(fd, &packet, "k3");
	puback(fd, &packet);
	read_publish(fd, &packet, "k4");
	puback(fd, &packet);
	client_wait(&client, &client.connected, 2);
	stop_properly(&client, fd);
	close(listener);
}

static void no_more_than_the_window_is_in_flight(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	struct pollfd more;
	char text[8];
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	for (int i = 0; i < BROKER_INFLIGHT_MAX + 2; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_true(
			client_publish(&client, i == BROKER_INFLIGHT_MAX ? BROKER_NOW : BROKER_KEEP, text));
	}
	for (int i = 0; i < BROKER_INFLIGHT_MAX; i++) {
		snprintf(text, sizeof(text), "%d", i);
		read_publish(fd, &packet, text);
	}
	/* Nothing more comes; by then the request that waits is too old to be sent. */
	more = (struct pollfd){.fd = fd, .events = POLLIN};
	assert_int_equal(poll(&more, 1, (int)BROKER_NOW_AGE_MAX_MS + 100), 0);
	puback(fd, &packet);
	snprintf(text, sizeof(text), "%d", BROKER_INFLIGHT_MAX + 1);
	read_publish(fd, &packet, text);
	client_wait(&client, &client.dropped[BROKER_DROP_OUTBOUND_STALE], 1);
	close(fd);
	close(listener);
	assert_false(client_close(&client, 200));
}

static void message_that_cannot_be_sent_does_not_block_the_next(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	assert_true(broker_publish(client.broker, BROKER_KEEP, "wild/#", "x", 1));
	assert_true(client_publish(&client, BROKER_KEEP, "next"));
	read_publish(fd, &packet, "next");
	puback(fd, &packet);
	client_wait(&client, &client.dropped[BROKER_DROP_OUTBOUND_REFUSED], 1);
	stop_properly(&client, fd);
	close(listener);
}

static void oldest_kept_message_makes_room_when_the_table_is_full(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	char text[8];
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	for (int i = 0; i < BROKER_KEEP_MAX + 44; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_true(client_publish(&client, BROKER_KEEP, text));
	}
	assert_int_equal(broker_dropped(client.broker, BROKER_DROP_OUTBOUND_FULL), 44);
	client_wait(&client, &client.dropped[BROKER_DROP_OUTBOUND_FULL], 1);
	fd = accept_client(listener, 0, 1, &packet);
	for (int i = 44; i < BROKER_KEEP_MAX + 44; i++) {
		snprintf(text, sizeof(text), "%d", i);
		read_publish(fd, &packet, text);
		puback(fd, &packet);
	}
	client_wait(&client, &client.connected, 1);
	/* One report for the burst, not one per message. */
	assert_int_equal(client.dropped[BROKER_DROP_OUTBOUND_FULL], 1);
	stop_properly(&client, fd);
	close(listener);
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

/* --- receiving --- */

static void newest_message_is_dropped_when_the_event_loop_is_late(void **state)
{
	enum { SENT = BROKER_INBOUND_MAX + 50 };
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	for (uint16_t i = 1; i <= SENT; i++) {
		send_publish(fd, i, i);
		read_puback(fd, i);
	}
	/* The library acknowledges before it hands over: the next acknowledgement says that the last one is
	 * done. */
	send_publish(fd, 1, API_PAYLOAD_MAX + 1);
	read_puback(fd, 1);
	client_wait(&client, &client.messages, BROKER_INBOUND_MAX);
	assert_int_equal(client.last_len, BROKER_INBOUND_MAX);
	assert_int_equal(broker_dropped(client.broker, BROKER_DROP_INBOUND_FULL), 50);
	assert_int_equal(client.dropped[BROKER_DROP_INBOUND_FULL], 1);
	send_publish(fd, 1, 3);
	read_puback(fd, 1);
	client_wait(&client, &client.messages, BROKER_INBOUND_MAX + 1);
	assert_string_equal(client.last, "ppp");
	stop_properly(&client, fd);
	close(listener);
}

static void payload_above_the_bound_is_dropped_and_the_connection_stays(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	send_publish(fd, 1, API_PAYLOAD_MAX + 1);
	read_puback(fd, 1);
	send_publish(fd, 2, 1024 * 1024);
	read_puback(fd, 2);
	send_publish(fd, 3, API_PAYLOAD_MAX);
	client_wait(&client, &client.messages, 1);
	assert_int_equal(client.last_len, API_PAYLOAD_MAX);
	assert_int_equal(broker_dropped(client.broker, BROKER_DROP_INBOUND_TOO_LARGE), 2);
	assert_int_equal(client.dropped[BROKER_DROP_INBOUND_TOO_LARGE], 1);
	stop_properly(&client, fd);
	close(listener);
}

static void packet_without_end_cuts_the_connection(void **state)
{
	/* A PUBLISH of 256 MiB, the most MQTT has. */
	static const uint8_t head[] = {0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 't'};
	static uint8_t junk[65536];
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	struct pollfd end = {.events = 0}; /* errors only */
	size_t sent = 0;
	int waiting;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	end.fd = fd;
	assert_int_equal(send(fd, head, sizeof(head), MSG_NOSIGNAL), sizeof(head));
	/* At the pace of a network: a burst goes out when the last one was taken. */
	while (send(fd, junk, sizeof(junk), MSG_NOSIGNAL) > 0) {
		sent += sizeof(junk);
		assert_true(sent < 2 * BROKER_PACKET_MAX);
		for (waiting = 1; waiting > 0 && !(poll(&end, 1, 0) > 0);) {
			assert_int_equal(ioctl(fd, SIOCOUTQ, &waiting), 0);
			sched_yield();
		}
	}
	client_wait(&client, &client.disconnected, 1);
	assert_non_null(strstr(client.reason, "oversized message"));
	close(fd);
	close(listener);
	client_close(&client, 100);
}

static void garbage_from_the_broker_ends_the_connection_only(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	uint8_t garbage[256];
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(garbage); i++)
		garbage[i] = (uint8_t)(i * 37 + 0xf1);
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	send(fd, garbage, sizeof(garbage), MSG_NOSIGNAL);
	client_wait(&client, &client.disconnected, 1);
	close(fd);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 2);
	stop_properly(&client, fd);
	close(listener);
}

/* --- time --- */

/* Context switches of the thread "mqtt", from /proc. */
static unsigned long thread_wakeups(void)
{
	char path[64];
	char line[128];
	unsigned long wakeups = 0;
	bool ours = false;
	struct dirent *entry;
	DIR *tasks = opendir("/proc/self/task");

	assert_non_null(tasks);
	while ((entry = readdir(tasks)) && !ours) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%.16s/status", entry->d_name);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file)) {
			ours = ours || strcmp(line, "Name:\tmqtt\n") == 0;
			if (ours)
				sscanf(line, "voluntary_ctxt_switches: %lu", &wakeups);
		}
		if (file)
			fclose(file);
	}
	closedir(tasks);
	assert_true(ours);
	return wakeups;
}

static void idle_thread_does_not_wake_until_its_keep_alive(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	struct pollfd silence;
	unsigned long before;
	uint64_t start_ms;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	options.keepalive_s = 5;
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	/* A message answered proves that the thread is through with its beginning. */
	send_publish(fd, 1, 1);
	read_puback(fd, 1);
	start_ms = now_ms();
	silence = (struct pollfd){.fd = fd, .events = POLLIN};
	poll(&silence, 1, 100);
	before = thread_wakeups();
	assert_int_equal(poll(&silence, 1, 3000), 0);
	assert_int_equal(thread_wakeups(), before);
	read_packet(fd, &packet);
	assert_int_equal(packet.type, PINGREQ);
	/* The broker gives up after one and a half keep-alives (MQTT 3.1.1, 3.1.2.10). */
	assert_in_range(now_ms() - start_ms, 4000, 7500);
	stop_properly(&client, fd);
	close(listener);
}

/* --- broken brokers and stopping --- */

/* With the thread stuck somewhere, every call of the event loop's side must return at once. */
static void assert_calls_return(struct client *client)
{
	uint64_t start_ms = now_ms();

	for (int i = 0; i < 100; i++) {
		assert_true(client_publish(client, BROKER_KEEP, "kept"));
		assert_false(client_publish(client, BROKER_NOW, "refused"));
		assert_false(broker_connected(client->broker));
		client_poll(client);
	}
	assert_true(now_ms() - start_ms < 2000);
}

static void assert_stops_within(struct client *client, unsigned timeout_ms)
{
	uint64_t start_ms = now_ms();

	assert_false(client_close(client, timeout_ms));
	/* The margin is for a slow machine, and far below any time-out of the network. */
	assert_true(now_ms() - start_ms < timeout_ms + 1500);
}

static void broker_that_never_answers_connect_blocks_nothing(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	fd = accept_tcp(listener);
	assert_calls_return(&client);
	assert_stops_within(&client, 300);
	close(fd);
	close(listener);
}

static void broker_that_never_answers_connect_is_tried_again(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int silent;
	int fd;

	(void)state;
	client_open(&client, &options);
	silent = accept_tcp(listener);
	client_wait(&client, &client.disconnected, 1);
	assert_non_null(strstr(client.reason, "connecting timed out"));
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	close(silent);
	stop_properly(&client, fd);
	close(listener);
}

static void black_hole_blocks_nothing(void **state)
{
	struct broker_options options = client_options(0);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct client client;
	int fillers[4];
	/* Once the backlog is full the kernel drops every SYN, as a firewall does. */
	int listener = listen_on_loopback(&options.port, 0);

	(void)state;
	address.sin_port = htons(options.port);
	for (size_t i = 0; i < COUNT(fillers); i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fillers[i], (struct sockaddr *)&address, sizeof(address));
	}
	client_open(&client, &options);
	assert_calls_return(&client);
	assert_stops_within(&client, 300);
	for (size_t i = 0; i < COUNT(fillers); i++)
		close(fillers[i]);
	close(listener);
}

/* Stands before libc's: "stuck.test" is looked up until the test lets go, "two.test" has a dead first
 * address. */
static int stuck_pipe[2];
static int look_up_started[2];

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	struct addrinfo *second;
	char octet = 0;
	int error;

	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (strcmp(node, "stuck.test") == 0) {
		if (write(look_up_started[1], &octet, 1) != 1 || read(stuck_pipe[0], &octet, 1) < 0)
			return EAI_FAIL;
		return EAI_NONAME;
	}
	if (strcmp(node, "two.test") != 0)
		return real(node, service, hints, result);
	error = real("127.0.0.2", service, hints, result);
	if (error == 0)
		error = real("127.0.0.1", service, hints, &second);
	if (error == 0)
		(*result)->ai_next = second;
	return error;
}

static void every_address_of_a_name_is_tried(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	options.host = "two.test";
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	assert_int_equal(client.disconnected, 0);
	stop_properly(&client, fd);
	close(listener);
}

static unsigned count_threads(void)
{
	unsigned count = 0;
	struct dirent *entry;
	DIR *tasks = opendir("/proc/self/task");

	while ((entry = readdir(tasks)))
		count += entry->d_name[0] != '.';
	closedir(tasks);
	return count;
}

static void stuck_name_look_up_blocks_nothing_and_cleans_up_later(void **state)
{
	struct broker_options options = client_options(1883);
	struct client client;
	char octet;
	unsigned before = count_threads();

	(void)state;
	assert_int_equal(pipe(stuck_pipe), 0);
	assert_int_equal(pipe(look_up_started), 0);
	options.host = "stuck.test";
	client_open(&client, &options);
	assert_int_equal(read(look_up_started[0], &octet, 1), 1);
	assert_calls_return(&client);
	assert_stops_within(&client, 200);
	/* The look-up comes back after all: the thread ends by itself and frees what it has (valgrind sees
	 * it). */
	close(stuck_pipe[1]);
	for (int i = 0; i < WAIT_MAX_S * 1000 && count_threads() > before; i++)
		poll(NULL, 0, 1);
	assert_int_equal(count_threads(), before);
	close(stuck_pipe[0]);
	close(look_up_started[0]);
	close(look_up_started[1]);
}

static void name_that_does_not_exist_is_the_reason(void **state)
{
	struct broker_options options = client_options(1883);
	struct client client;

	(void)state;
	assert_int_equal(pipe(stuck_pipe), 0);
	assert_int_equal(pipe(look_up_started), 0);
	close(stuck_pipe[1]);
	options.host = "stuck.test";
	client_open(&client, &options);
	client_wait(&client, &client.disconnected, 1);
	assert_non_null(strstr(client.reason, "stuck.test"));
	assert_false(client_close(&client, 1000));
	close(stuck_pipe[0]);
	close(look_up_started[0]);
	close(look_up_started[1]);
}

static void stop_waits_for_missing_acknowledgements_no_longer_than_told(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	client_open(&client, &options);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 1);
	assert_true(client_publish(&client, BROKER_KEEP, "stopping"));
	assert_stops_within(&client, 300);
	read_publish(fd, &packet, "stopping");
	/* Even so the broker is told that this end is meant, and keeps the will to itself. */
	read_packet(fd, &packet);
	assert_int_equal(packet.type, DISCONNECT);
	close(fd);
	close(listener);
}

static void message_published_just_before_stop_is_sent(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	pid_t played;
	int listener = listen_on_loopback(&options.port, 8);
	int status;

	(void)state;
	played = fork();
	if (played == 0) {
		struct packet packet;
		int fd = accept_client(listener, 0, 1, &packet);

		read_publish(fd, &packet, "stopping");
		puback(fd, &packet);
		read_packet(fd, &packet);
		_exit(packet.type == DISCONNECT ? 0 : 1);
	}
	client_open(&client, &options);
	assert_true(client_publish(&client, BROKER_KEEP, "stopping"));
	assert_true(client_close(&client, 5000));
	waitpid(played, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connect_carries_client_id_credentials_and_will),
		cmocka_unit_test(refusal_of_the_broker_is_the_reason),
		cmocka_unit_test(refused_subscription_is_told_and_the_connection_stays),
		cmocka_unit_test(incomplete_options_are_refused),
		cmocka_unit_test(now_messages_in_flight_die_with_the_connection_and_kept_ones_return),
		cmocka_unit_test(no_more_than_the_window_is_in_flight),
		cmocka_unit_test(message_that_cannot_be_sent_does_not_block_the_next),
		cmocka_unit_test(oldest_kept_message_makes_room_when_the_table_is_full),
		cmocka_unit_test(octets_waiting_are_bounded_too),
		cmocka_unit_test(newest_message_is_dropped_when_the_event_loop_is_late),
		cmocka_unit_test(payload_above_the_bound_is_dropped_and_the_connection_stays),
		cmocka_unit_test(packet_without_end_cuts_the_connection),
		cmocka_unit_test(garbage_from_the_broker_ends_the_connection_only),
		cmocka_unit_test(idle_thread_does_not_wake_until_its_keep_alive),
		cmocka_unit_test(broker_that_never_answers_connect_blocks_nothing),
		cmocka_unit_test(broker_that_never_answers_connect_is_tried_again),
		cmocka_unit_test(black_hole_blocks_nothing),
		cmocka_unit_test(every_address_of_a_name_is_tried),
		cmocka_unit_test(stuck_name_look_up_blocks_nothing_and_cleans_up_later),
		cmocka_unit_test(name_that_does_not_exist_is_the_reason),
		cmocka_unit_test(stop_waits_for_missing_acknowledgements_no_longer_than_told),
		cmocka_unit_test(message_published_just_before_stop_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

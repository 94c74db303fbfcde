/* SPDX-License-Identifier: Apache-2.0 */
/* Messages from the broker: too large, without end, or no MQTT at all. */
#include "mqtt/api/api.h"
#include "mqtt/broker/tests/played_broker.h"

#include <linux/sockios.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

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
	read_puback(fd, 3); /* the second one is counted */
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
	uint8_t head[] = {0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 't'};
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
	if (getenv("SLACD_VALGRIND") != NULL)
		head[4] = 0x03; /* 8 MiB: valgrind looks at all the memory that each read() is offered */
	fd = open_connected(&client, &options, listener, &packet);
	end.fd = fd;
	assert_int_equal(send(fd, head, sizeof(head), MSG_NOSIGNAL), sizeof(head));
	/* At the pace of a network: a burst goes out when the last one was taken. */
	while (send(fd, junk, sizeof(junk), MSG_NOSIGNAL) > 0) {
		sent += sizeof(junk);
		assert_true(sent < 2 * BROKER_PACKET_MAX);
		for (waiting = 1; waiting > 0 && !(poll(&end, 1, 0) > 0);) {
			assert_int_equal(ioctl(fd, SIOCOUTQ, &waiting), 0);
			client_poll(&client);
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
	fd = open_connected(&client, &options, listener, &packet);
	send(fd, garbage, sizeof(garbage), MSG_NOSIGNAL);
	client_wait(&client, &client.disconnected, 1);
	close(fd);
	fd = accept_client(listener, 0, 1, &packet);
	client_wait(&client, &client.connected, 2);
	stop_properly(&client, fd);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(payload_above_the_bound_is_dropped_and_the_connection_stays),
		client_test(packet_without_end_cuts_the_connection),
		client_test(garbage_from_the_broker_ends_the_connection_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

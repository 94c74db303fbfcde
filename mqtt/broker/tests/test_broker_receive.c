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
	struct bench bench;

	(void)state;
	bench_listen(&bench);
	client_open(&bench.client, &bench.options);
	bench.fd = accept_client(bench.listener, 0, 1, &bench.packet);
	send_publish(bench.fd, 1, API_PAYLOAD_MAX + 1);
	read_puback(bench.fd, 1);
	send_publish(bench.fd, 2, 1024 * 1024);
	read_puback(bench.fd, 2);
	send_publish(bench.fd, 3, API_PAYLOAD_MAX);
	read_puback(bench.fd, 3); /* the second one is counted */
	client_wait(&bench.client, &bench.client.messages, 1);
	assert_int_equal(bench.client.last_len, API_PAYLOAD_MAX);
	assert_int_equal(broker_dropped(bench.client.broker, BROKER_DROP_INBOUND_TOO_LARGE), 2);
	assert_int_equal(bench.client.dropped[BROKER_DROP_INBOUND_TOO_LARGE], 1);
	bench_stop(&bench);
}

static void packet_without_end_cuts_the_connection(void **state)
{
	/* A PUBLISH of 256 MiB, the most MQTT has. */
	struct bench bench;
	uint8_t head[] = {0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 't'};
	static uint8_t junk[65536];
	struct pollfd end = {.events = 0}; /* errors only */
	size_t sent = 0;
	int waiting;

	(void)state;
	bench_listen(&bench);
	if (getenv("SLACD_VALGRIND") != NULL)
		head[4] = 0x03; /* 8 MiB: valgrind looks at all the memory that each read() is offered */
	bench_connect(&bench);
	end.fd = bench.fd;
	assert_int_equal(send(bench.fd, head, sizeof(head), MSG_NOSIGNAL), sizeof(head));
	/* At the pace of a network: a burst goes out when the last one was taken. */
	while (send(bench.fd, junk, sizeof(junk), MSG_NOSIGNAL) > 0) {
		sent += sizeof(junk);
		assert_true(sent < 2 * BROKER_PACKET_MAX);
		for (waiting = 1; waiting > 0 && !(poll(&end, 1, 0) > 0);) {
			assert_int_equal(ioctl(bench.fd, SIOCOUTQ, &waiting), 0);
			client_poll(&bench.client);
		}
	}
	client_wait(&bench.client, &bench.client.disconnected, 1);
	assert_non_null(strstr(bench.client.reason, "oversized message"));
	close(bench.fd);
	close(bench.listener);
	client_close(&bench.client, 100);
}

static void garbage_from_the_broker_ends_the_connection_only(void **state)
{
	struct bench bench;
	uint8_t garbage[256];

	(void)state;
	bench_listen(&bench);
	for (size_t i = 0; i < sizeof(garbage); i++)
		garbage[i] = (uint8_t)(i * 37 + 0xf1);
	bench_connect(&bench);
	send(bench.fd, garbage, sizeof(garbage), MSG_NOSIGNAL);
	client_wait(&bench.client, &bench.client.disconnected, 1);
	close(bench.fd);
	bench_accept(&bench);
	bench_stop(&bench);
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

/* SPDX-License-Identifier: Apache-2.0 */
/* A kept session, and acknowledgements that wait until the owner has called the messages safe. */
#include "mqtt/api/api.h"
#include "mqtt/broker/tests/played_broker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define FLAGS_AT      7 /* in the body of CONNECT */
#define CLEAN_SESSION 0x02
#define QUIET_MS      50

struct bench {
	struct broker_options options;
	struct client client;
	int listener;
	int fd;
	struct packet connect;
};

static void begin(struct bench *bench)
{
	bench->options = client_options(0);
	bench->options.keeps_session = true;
	bench->options.holds_acknowledgements = true;
	bench->options.needs_retained = true;
	bench->listener = listen_on_loopback(&bench->options.port, 8);
	bench->fd = open_connected(&bench->client, &bench->options, bench->listener, &bench->connect);
}

static void end(struct bench *bench)
{
	stop_properly(&bench->client, bench->fd);
	close(bench->listener);
}

static void assert_says_nothing(const struct bench *bench)
{
	assert_false(clients_run_until_readable(bench->fd, QUIET_MS));
}

static void session_is_kept_where_that_is_asked_for(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	assert_int_equal(bench.connect.body[FLAGS_AT] & CLEAN_SESSION, 0);
	end(&bench);

	bench.options = client_options(0);
	bench.listener = listen_on_loopback(&bench.options.port, 8);
	bench.fd = open_connected(&bench.client, &bench.options, bench.listener, &bench.connect);
	assert_int_equal(bench.connect.body[FLAGS_AT] & CLEAN_SESSION, CLEAN_SESSION);
	end(&bench);
}

static void kept_session_is_none_of_mqtt_5(void **state)
{
	struct broker_options options = client_options(1883);
	const struct broker_callbacks callbacks = {0};
	struct event_base *base = event_base_new();

	(void)state;
	options.keeps_session = true;
	options.no_local = true;
	assert_null(broker_open(base, &options, &callbacks, NULL));
	assert_int_equal(errno, EINVAL);
	event_base_free(base);
}

static void message_is_acknowledged_when_it_is_safe(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	for (uint16_t mid = 1; mid <= 3; mid++)
		send_text(bench.fd, mid, "1", 1);
	client_wait(&bench.client, &bench.client.messages, 3);
	assert_says_nothing(&bench);
	broker_hold(bench.client.broker);
	client_wait(&bench.client, &bench.client.held, 1);
	assert_says_nothing(&bench);
	broker_acknowledge(bench.client.broker);
	assert_true(clients_run_until_readable(bench.fd, WAIT_MAX_S * 1000));
	for (uint16_t mid = 1; mid <= 3; mid++)
		read_puback(bench.fd, mid);
	end(&bench);
}

static void nothing_is_read_while_it_is_held(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	broker_hold(bench.client.broker);
	client_wait(&bench.client, &bench.client.held, 1);
	send_text(bench.fd, 1, "1", 1);
	assert_says_nothing(&bench);
	assert_int_equal(bench.client.messages, 0);
	broker_acknowledge(bench.client.broker);
	client_wait(&bench.client, &bench.client.messages, 1);
	assert_says_nothing(&bench);
	broker_hold(bench.client.broker);
	client_wait(&bench.client, &bench.client.held, 2);
	broker_acknowledge(bench.client.broker);
	assert_true(clients_run_until_readable(bench.fd, WAIT_MAX_S * 1000));
	read_puback(bench.fd, 1);
	end(&bench);
}

static void message_that_nobody_gets_is_acknowledged_behind_those_before_it(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	send_publish(bench.fd, 1, API_PAYLOAD_MAX + 1);
	assert_true(clients_run_until_readable(bench.fd, WAIT_MAX_S * 1000));
	read_puback(bench.fd, 1);
	send_text(bench.fd, 2, "1", 1);
	send_publish(bench.fd, 3, 1024 * 1024);
	client_wait(&bench.client, &bench.client.messages, 1);
	assert_says_nothing(&bench);
	broker_hold(bench.client.broker);
	client_wait(&bench.client, &bench.client.held, 1);
	broker_acknowledge(bench.client.broker);
	assert_true(clients_run_until_readable(bench.fd, WAIT_MAX_S * 1000));
	read_puback(bench.fd, 2);
	assert_true(clients_run_until_readable(bench.fd, WAIT_MAX_S * 1000));
	read_puback(bench.fd, 3);
	end(&bench);
}

static void end_acknowledges_nothing_that_is_not_safe(void **state)
{
	struct bench bench;
	char octet;

	(void)state;
	begin(&bench);
	send_text(bench.fd, 1, "1", 1);
	client_wait(&bench.client, &bench.client.messages, 1);
	assert_false(client_close(&bench.client, 1000));
	assert_int_equal(recv(bench.fd, &octet, 1, 0), 0);
	close(bench.fd);
	close(bench.listener);
}

static void acknowledgements_of_a_connection_that_broke_go_nowhere(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	send_text(bench.fd, 1, "1", 1);
	client_wait(&bench.client, &bench.client.messages, 1);
	close(bench.fd);
	client_wait(&bench.client, &bench.client.disconnected, 1);
	broker_hold(bench.client.broker);
	client_wait(&bench.client, &bench.client.held, 1);
	broker_acknowledge(bench.client.broker);
	bench.fd = accept_client(bench.listener, 0, 1, &bench.connect);
	client_wait(&bench.client, &bench.client.connected, 2);
	assert_says_nothing(&bench);
	end(&bench);
}

static void stored_message_is_held_as_any_other(void **state)
{
	const uint8_t stored[] = {0x33, 14, 0, 9, 't', 'o', '/', 'c', 'l', 'i', 'e', 'n', 't', 0, 1, '1'};
	struct bench bench;

	(void)state;
	begin(&bench);
	assert_int_equal(send(bench.fd, stored, sizeof(stored), MSG_NOSIGNAL), sizeof(stored));
	client_wait(&bench.client, &bench.client.retained, 1);
	broker_hold(bench.client.broker);
	client_wait(&bench.client, &bench.client.held, 1);
	broker_acknowledge(bench.client.broker);
	assert_true(clients_run_until_readable(bench.fd, WAIT_MAX_S * 1000));
	read_puback(bench.fd, 1);
	end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(session_is_kept_where_that_is_asked_for),
		client_test(kept_session_is_none_of_mqtt_5),
		client_test(message_is_acknowledged_when_it_is_safe),
		client_test(nothing_is_read_while_it_is_held),
		client_test(message_that_nobody_gets_is_acknowledged_behind_those_before_it),
		client_test(end_acknowledges_nothing_that_is_not_safe),
		client_test(acknowledgements_of_a_connection_that_broke_go_nowhere),
		client_test(stored_message_is_held_as_any_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

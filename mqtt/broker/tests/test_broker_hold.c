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

static void begin(struct bench *bench)
{
	bench_listen(bench);
	bench->options.keeps_session = true;
	bench->options.holds_acknowledgements = true;
	bench->options.needs_retained = true;
	bench_connect(bench);
}

static void assert_says_nothing(const struct bench *bench)
{
	assert_false(clients_run_until_readable(bench->fd, QUIET_MS));
}

/* Until the client says that it holds. */
static void hold(struct bench *bench)
{
	const unsigned held = bench->client.held;

	broker_hold(bench->client.broker);
	client_wait(&bench->client, &bench->client.held, held + 1);
}

static void session_is_kept_where_that_is_asked_for(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	assert_int_equal(bench.packet.body[FLAGS_AT] & CLEAN_SESSION, 0);
	bench_stop(&bench);

	bench_open(&bench);
	assert_int_equal(bench.packet.body[FLAGS_AT] & CLEAN_SESSION, CLEAN_SESSION);
	bench_stop(&bench);
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
	hold(&bench);
	assert_says_nothing(&bench);
	broker_acknowledge(bench.client.broker);
	for (uint16_t mid = 1; mid <= 3; mid++)
		read_puback(bench.fd, mid);
	bench_stop(&bench);
}

static void nothing_is_read_while_it_is_held(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	hold(&bench);
	send_text(bench.fd, 1, "1", 1);
	assert_says_nothing(&bench);
	assert_int_equal(bench.client.messages, 0);
	broker_acknowledge(bench.client.broker);
	client_wait(&bench.client, &bench.client.messages, 1);
	assert_says_nothing(&bench);
	hold(&bench);
	broker_acknowledge(bench.client.broker);
	read_puback(bench.fd, 1);
	bench_stop(&bench);
}

static void message_that_nobody_gets_is_acknowledged_behind_those_before_it(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	send_publish(bench.fd, 1, API_PAYLOAD_MAX + 1);
	read_puback(bench.fd, 1);
	send_text(bench.fd, 2, "1", 1);
	send_publish(bench.fd, 3, 1024 * 1024);
	client_wait(&bench.client, &bench.client.messages, 1);
	assert_says_nothing(&bench);
	hold(&bench);
	broker_acknowledge(bench.client.broker);
	read_puback(bench.fd, 2);
	read_puback(bench.fd, 3);
	bench_stop(&bench);
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
	hold(&bench);
	broker_acknowledge(bench.client.broker);
	bench_accept(&bench);
	assert_says_nothing(&bench);
	bench_stop(&bench);
}

static void stored_message_is_held_as_any_other(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	send_stored(bench.fd, 1, "1", 1);
	client_wait(&bench.client, &bench.client.retained, 1);
	hold(&bench);
	broker_acknowledge(bench.client.broker);
	read_puback(bench.fd, 1);
	bench_stop(&bench);
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

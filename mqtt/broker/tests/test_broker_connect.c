/* SPDX-License-Identifier: Apache-2.0 */
/* What the broker client says when it connects, and what it makes of the answers. */
#include "mqtt/broker/tests/played_broker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool contains(const struct packet *packet, const char *text)
{
	return memmem(packet->body, packet->len, text, strlen(text)) != NULL;
}

static void connect_carries_client_id_credentials_and_will(void **state)
{
	struct bench bench;

	(void)state;
	bench_listen(&bench);
	bench.options.username = "user";
	bench.options.password = "secret";
	bench.options.will_topic = "will/topic";
	bench.options.will_payload = "gone";
	bench.options.will_len = 4;
	bench_connect(&bench);
	assert_true(contains(&bench.packet, "slacd-test") && contains(&bench.packet, "user") &&
		    contains(&bench.packet, "secret"));
	assert_true(contains(&bench.packet, "will/topic") && contains(&bench.packet, "gone"));
	/* MQTT 3.1.1, 3.1.2.3: user name, password, no will retain, will QoS 1, will, clean session. */
	assert_int_equal(bench.packet.body[7], 0xce);
	bench_stop(&bench);
}

static void will_may_be_retained(void **state)
{
	struct bench bench;

	(void)state;
	bench_listen(&bench);
	bench.options.will_topic = "will/topic";
	bench.options.will_payload = "gone";
	bench.options.will_len = 4;
	bench.options.will_retained = true;
	bench_connect(&bench);
	/* MQTT 3.1.1, 3.1.2.3: will retain, will QoS 1, will, clean session. */
	assert_int_equal(bench.packet.body[7], 0x2e);
	bench_stop(&bench);
}

static void refusal_of_the_broker_is_the_reason(void **state)
{
	struct bench bench;

	(void)state;
	bench_listen(&bench);
	client_open(&bench.client, &bench.options);
	bench.fd = accept_client(bench.listener, 5, 0, &bench.packet);
	client_wait(&bench.client, &bench.client.disconnected, 1);
	assert_non_null(strstr(bench.client.reason, "not authorised"));
	close(bench.fd);
	/* The same refusal again is no news; the next attempt that succeeds is. */
	close(accept_client(bench.listener, 5, 0, &bench.packet));
	bench_accept(&bench);
	assert_int_equal(bench.client.disconnected, 1);
	bench_stop(&bench);
}

static void refused_subscription_is_told_and_the_connection_stays(void **state)
{
	struct bench bench;

	(void)state;
	bench_listen(&bench);
	client_open(&bench.client, &bench.options);
	bench.fd = accept_client(bench.listener, 0, 0x80, &bench.packet);
	client_wait(&bench.client, &bench.client.refused, 1);
	assert_string_equal(bench.client.refused_topic, "to/all");
	client_wait(&bench.client, &bench.client.connected, 1);
	assert_true(broker_connected(bench.client.broker));
	bench_stop(&bench);
}

static void incomplete_options_are_refused(void **state)
{
	static const struct broker_callbacks none = {0};
	const struct broker_options good = client_options(1);
	struct event_base *base = event_base_new();

	(void)state;
	for (int i = 0; i < 7; i++) {
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
		if (i == 5)
			options.bounds.keep_max = BROKER_BOUND_LIMIT + 1;
		if (i == 6)
			options.bounds.slots = 3;
		errno = 0;
		assert_null(broker_open(base, &options, &none, NULL));
		assert_int_equal(errno, EINVAL);
	}
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(connect_carries_client_id_credentials_and_will),
		client_test(will_may_be_retained),
		client_test(refusal_of_the_broker_is_the_reason),
		client_test(refused_subscription_is_told_and_the_connection_stays),
		client_test(incomplete_options_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

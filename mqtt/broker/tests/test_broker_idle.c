/* SPDX-License-Identifier: Apache-2.0 */
/* The broker client while there is nothing to do. */
#include "mqtt/broker/tests/played_broker.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void on_passed(evutil_socket_t fd, short what, void *passed)
{
	(void)fd;
	(void)what;
	*(bool *)passed = true;
}

/* How often the event loop wakes in this time, the test's own timer included. */
static unsigned wakeups(struct client *client, long seconds)
{
	const struct timeval wait = {.tv_sec = seconds};
	bool passed = false;
	unsigned count = 0;
	struct event *timer = evtimer_new(client->base, on_passed, &passed);

	assert_non_null(timer);
	assert_int_equal(evtimer_add(timer, &wait), 0);
	while (!passed) {
		event_base_loop(client->base, EVLOOP_ONCE);
		count++;
	}
	event_free(timer);
	return count;
}

static void idle_client_has_no_thread_and_does_not_wake_until_its_keep_alive(void **state)
{
	struct bench bench;
	uint64_t start_ms;

	(void)state;
	bench_listen(&bench);
	bench.options.keepalive_s = 5;
	bench_connect(&bench);
	assert_int_equal(count_threads(), 1);
	send_publish(bench.fd, 1, 1);
	read_puback(bench.fd, 1);
	start_ms = now_ms();
	client_poll(&bench.client);
	assert_int_equal(wakeups(&bench.client, 3), 1);
	read_packet(bench.fd, &bench.packet);
	assert_int_equal(bench.packet.type, MQTT_PINGREQ);
	/* The broker gives up after one and a half keep-alives (MQTT 3.1.1, 3.1.2.10). */
	assert_in_range(now_ms() - start_ms, 4000, 7500);
	bench_stop(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(idle_client_has_no_thread_and_does_not_wake_until_its_keep_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

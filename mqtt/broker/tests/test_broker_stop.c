/* SPDX-License-Identifier: Apache-2.0 */
/* What the broker client still does when it is stopped. */
#include "mqtt/broker/tests/played_broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void stop_waits_for_missing_acknowledgements_no_longer_than_told(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench);
	assert_true(client_publish(&bench.client, BROKER_KEEP, "stopping"));
	assert_stops_within(&bench.client, 300);
	read_publish(bench.fd, &bench.packet, "stopping");
	/* Even so the broker is told that this end is meant, and keeps the will to itself. */
	read_packet(bench.fd, &bench.packet);
	assert_int_equal(bench.packet.type, MQTT_DISCONNECT);
	close(bench.fd);
	close(bench.listener);
	assert_threads_end(); /* with all it has: valgrind would miss that in the next test's process */
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
		_exit(packet.type == MQTT_DISCONNECT ? 0 : 1);
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
		client_test(stop_waits_for_missing_acknowledgements_no_longer_than_told),
		client_test(message_published_just_before_stop_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

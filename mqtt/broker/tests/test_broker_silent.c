/* SPDX-License-Identifier: Apache-2.0 */
/* A broker that does not answer blocks nothing. */
#include "mqtt/api/tests/messages.h"
#include "mqtt/broker/tests/played_broker.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

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
	struct bench bench;
	int silent;

	(void)state;
	bench_listen(&bench);
	client_open(&bench.client, &bench.options);
	silent = accept_tcp(bench.listener);
	client_wait(&bench.client, &bench.client.disconnected, 1);
	assert_non_null(strstr(bench.client.reason, "connecting timed out"));
	bench_accept(&bench);
	close(silent);
	bench_stop(&bench);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(broker_that_never_answers_connect_blocks_nothing),
		client_test(broker_that_never_answers_connect_is_tried_again),
		client_test(black_hole_blocks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

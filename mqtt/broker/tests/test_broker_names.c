/* SPDX-License-Identifier: Apache-2.0 */
/* The look-up of the broker's name: several addresses, none, or no answer. */
#include "mqtt/broker/tests/played_broker.h"

#include <dlfcn.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

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
	struct bench bench;

	(void)state;
	bench_listen(&bench);
	bench.options.host = "two.test";
	bench_connect(&bench);
	assert_int_equal(bench.client.disconnected, 0);
	bench_stop(&bench);
}

static void stuck_name_look_up_blocks_nothing_and_cleans_up_later(void **state)
{
	struct broker_options options = client_options(1883);
	struct client client;
	char octet;

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
	assert_threads_end();
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(every_address_of_a_name_is_tried),
		client_test(stuck_name_look_up_blocks_nothing_and_cleans_up_later),
		client_test(name_that_does_not_exist_is_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

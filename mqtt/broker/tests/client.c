/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/broker/tests/client.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void client_on_connected(void *context)
{
	((struct client *)context)->connected++;
}

static void client_on_disconnected(void *context, const char *reason)
{
	struct client *client = context;

	client->disconnected++;
	snprintf(client->reason, sizeof(client->reason), "%s", reason);
}

static void client_on_message(void *context, const char *topic, const char *payload, size_t len)
{
	struct client *client = context;

	(void)topic;
	client->messages++;
	client->in_order += strtoul(payload, NULL, 10) == client->messages;
	client->disordered = client->disordered || strtoul(payload, NULL, 10) < client->last_number;
	client->last_number = (unsigned)strtoul(payload, NULL, 10);
	poll(NULL, 0, (int)client->slow_ms);
	client->last_len = len;
	snprintf(client->last, sizeof(client->last), "%s", payload);
}

static void client_on_retained(void *context, const char *topic, const char *payload, size_t len)
{
	(void)topic;
	(void)payload;
	(void)len;
	((struct client *)context)->retained++;
}

static void client_on_dropped(void *context, enum broker_drop what, uint64_t total)
{
	(void)total;
	((struct client *)context)->dropped[what]++;
}

static void client_on_refused(void *context, const char *topic)
{
	struct client *client = context;

	client->refused++;
	snprintf(client->refused_topic, sizeof(client->refused_topic), "%s", topic);
}

static void client_on_displaced(void *context)
{
	((struct client *)context)->displaced++;
}

static void client_on_values_room(void *context)
{
	((struct client *)context)->values_room++;
}

static void client_on_values_paused(void *context)
{
	((struct client *)context)->values_paused++;
}

static void client_on_held(void *context)
{
	((struct client *)context)->held++;
}

struct broker_options client_options(uint16_t port)
{
	static const char *const topics[] = {"to/client", "to/all"};

	return (struct broker_options){.host = "127.0.0.1",
				       .port = port,
				       .client_id = "slacd-test",
				       .subscriptions = topics,
				       .subscription_count = 2};
}

/* Of this process: one that was forked has none of them. */
#define OPEN_MAX 4
static struct client *open_clients[OPEN_MAX];
static pid_t opened_by;

static void remember(struct client *client)
{
	if (opened_by != getpid())
		memset(open_clients, 0, sizeof(open_clients));
	opened_by = getpid();
	for (size_t i = 0; i < OPEN_MAX; i++) {
		if (open_clients[i] != NULL)
			continue;
		open_clients[i] = client;
		return;
	}
	fail_msg("too many clients");
}

static void forget(const struct client *client)
{
	for (size_t i = 0; i < OPEN_MAX; i++)
		if (open_clients[i] == client)
			open_clients[i] = NULL;
}

static pid_t tester;

int clients_begin(void **state)
{
	(void)state;
	tester = getpid();
	return 0;
}

int clients_forget(void **state)
{
	(void)state;
	if (getpid() != tester)
		_exit(1);
	memset(open_clients, 0, sizeof(open_clients));
	return 0;
}

static void poll_all(void)
{
	for (size_t i = 0; opened_by == getpid() && i < OPEN_MAX; i++)
		if (open_clients[i] != NULL)
			client_poll(open_clients[i]);
}

bool clients_run_until_readable(int fd, unsigned for_ms)
{
	const uint64_t until_ms = now_ms() + for_ms;
	struct pollfd readable = {.fd = fd, .events = POLLIN};

	for (int wait_ms = 0; now_ms() <= until_ms; wait_ms = 1) {
		if (poll(&readable, 1, wait_ms) > 0)
			return true;
		poll_all();
	}
	return false;
}

void client_open(struct client *client, const struct broker_options *options)
{
	static const struct broker_callbacks callbacks = {.connected = client_on_connected,
							  .disconnected = client_on_disconnected,
							  .message = client_on_message,
							  .retained = client_on_retained,
							  .dropped = client_on_dropped,
							  .subscription_refused = client_on_refused,
							  .displaced = client_on_displaced,
							  .values_room = client_on_values_room,
							  .values_paused = client_on_values_paused,
							  .held = client_on_held};

	memset(client, 0, sizeof(*client));
	client->base = event_base_new();
	assert_non_null(client->base);
	client->broker = broker_open(client->base, options, &callbacks, client);
	assert_non_null(client->broker);
	remember(client);
}

bool client_close(struct client *client, unsigned timeout_ms)
{
	bool flushed;

	forget(client);
	flushed = broker_stop(client->broker, timeout_ms);

	event_base_free(client->base);
	return flushed;
}

/* The others have a turn of theirs. */
static void on_look(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
}

void client_wait(struct client *client, const unsigned *count, unsigned least)
{
	const uint64_t until_ms = now_ms() + WAIT_MAX_S * 1000;
	const struct timeval while_others_run = {.tv_usec = 1000};
	struct event *timer = event_new(client->base, -1, EV_PERSIST, on_look, NULL);

	assert_non_null(timer);
	assert_int_equal(event_add(timer, &while_others_run), 0);
	while (*count < least && now_ms() < until_ms) {
		event_base_loop(client->base, EVLOOP_ONCE);
		if (*count < least)
			poll_all();
	}
	event_free(timer);
	assert_true(*count >= least);
}

void client_poll(struct client *client)
{
	event_base_loop(client->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* Of the processor: a turn that is preempted is no longer. */
#define TURN_MAX_US 5000u

static uint64_t processor_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* How often this thread has waited. */
static long waits(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

/* By what looks at each access to memory. */
static bool is_slowed(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return true;
#else
	return getenv("SLACD_VALGRIND") != NULL;
#endif
}

/* One round of the loop; returns what it has taken of the processor. */
static uint64_t turn(struct client *client)
{
	const uint64_t begin_us = processor_us();

	client_poll(client);
	return processor_us() - begin_us;
}

/* What the kernel reads from the disk is not ours. */
#define WAITS_MAX 3

struct turns {
	uint64_t longest_us; /* 0: is_slowed */
	long waits;
};

static struct turns run_turns(struct client *client, unsigned for_ms)
{
	const uint64_t until_ms = now_ms() + for_ms;
	const long waits_before = waits();
	struct turns turns = {0};

	while (now_ms() < until_ms && client->disconnected == 0) {
		const uint64_t took_us = turn(client);
		if (took_us > turns.longest_us && !is_slowed())
			turns.longest_us = took_us;
	}
	turns.waits = waits() - waits_before;
	return turns;
}

/*
 * Interrupts, and memory that the host of a virtual machine has to find first, count as time of the turn that they come
 * in. On a busy machine that is now and then one of some thousand. What the flood does to the turns comes each time.
 */
#define PERIODS 3

void assert_turns_are_short(struct client *client, unsigned for_ms)
{
	struct turns turns = run_turns(client, for_ms);

	for (int i = 1;
	     i < PERIODS && client->disconnected == 0 && (turns.waits > WAITS_MAX || turns.longest_us > TURN_MAX_US);
	     i++)
		turns = run_turns(client, for_ms);
	assert_in_range(turns.waits, 0, WAITS_MAX);
	assert_in_range(turns.longest_us, 0, TURN_MAX_US);
}

bool client_publish(struct client *client, enum broker_publish_kind kind, const char *payload)
{
	return broker_publish(client->broker, kind, "from/client", payload, strlen(payload));
}

void assert_calls_return(struct client *client)
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

void assert_stops_within(struct client *client, unsigned timeout_ms)
{
	uint64_t start_ms = now_ms();

	assert_false(client_close(client, timeout_ms));
	/* The margin is for a slow machine, and far below any time-out of the network. */
	assert_true(now_ms() - start_ms < timeout_ms + 1500);
}

unsigned count_threads(void)
{
	unsigned count = 0;
	struct dirent *entry;
	DIR *tasks = opendir("/proc/self/task");

	assert_non_null(tasks);
	while ((entry = readdir(tasks)))
		count += entry->d_name[0] != '.';
	closedir(tasks);
	return count;
}

void assert_threads_end(void)
{
	for (int i = 0; i < WAIT_MAX_S * 1000 && count_threads() > 1; i++)
		poll(NULL, 0, 1);
	assert_int_equal(count_threads(), 1);
}

int reserve_on_loopback(uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

int listen_on_loopback(uint16_t *port, int backlog)
{
	int fd = reserve_on_loopback(port);

	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

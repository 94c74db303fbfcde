/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker client against a real mosquitto. What arrives is seen through a mailbox: a persistent session of
 * a second client, in which the broker gathers messages, across its own restart too, while nobody reads.
 */
#include "mqtt/broker/tests/client.h"

#include <fcntl.h>
#include <mosquitto.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SKIPPED     77
#define MAILBOX_MAX 512

static const char *const programs[] = {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"};

static const char *program(void)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

/* --- the broker process --- */

struct process {
	char directory[64];
	char config[96];
	uint16_t port;
	int reserved; /* holds the port: mosquitto may bind beside it, nobody else is given it */
	pid_t pid;
	int log;
};

static void process_prepare(struct process *process)
{
	FILE *file;

	memset(process, 0, sizeof(*process));
	process->reserved = reserve_on_loopback(&process->port);
	snprintf(process->directory, sizeof(process->directory), "/tmp/test-broker-XXXXXX");
	assert_non_null(mkdtemp(process->directory));
	snprintf(process->config, sizeof(process->config), "%s/conf", process->directory);
	file = fopen(process->config, "w");
	assert_non_null(file);
	/* Started as root it would drop to a user that cannot write here. */
	fprintf(file,
		"listener %u 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location %s/\n"
		"log_dest stderr\nlog_type all\n%s",
		process->port, process->directory, geteuid() == 0 ? "user root\n" : "");
	fclose(file);
}

/* Reads its log until it says that it runs. */
static void process_wait_running(struct process *process)
{
	char log[4096] = "";
	size_t used = 0;

	while (!strstr(log, " running")) {
		struct pollfd fd = {.fd = process->log, .events = POLLIN};
		ssize_t n;
		assert_int_equal(poll(&fd, 1, WAIT_MAX_S * 1000), 1);
		n = read(process->log, log + used, sizeof(log) - 1 - used);
		assert_true(n > 0);
		used += (size_t)n;
		log[used] = '\0';
	}
}

static void process_start(struct process *process)
{
	int log[2];

	assert_int_equal(pipe2(log, O_CLOEXEC), 0);
	process->pid = fork();
	assert_true(process->pid >= 0);
	if (process->pid == 0) {
		/* A test that fails must not leave its broker behind. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(log[1], STDERR_FILENO);
		execl(program(), "mosquitto", "-c", process->config, (char *)NULL);
		_exit(127);
	}
	close(log[1]);
	process->log = log[0];
	process_wait_running(process);
	/* Nobody reads on: a full pipe must not stop the broker. */
	fcntl(process->log, F_SETPIPE_SZ, 1 << 20);
}

static void process_stop(struct process *process)
{
	kill(process->pid, SIGTERM);
	waitpid(process->pid, NULL, 0);
	close(process->log);
}

static void process_remove(struct process *process)
{
	char database[96];

	process_stop(process);
	close(process->reserved);
	snprintf(database, sizeof(database), "%s/mosquitto.db", process->directory);
	unlink(database);
	unlink(process->config);
	rmdir(process->directory);
}

/* --- another client --- */

/* With a clean session, or one that stays. */
static struct mosquitto *other_connect(const char *id, bool clean, uint16_t port, void *context)
{
	struct mosquitto *mosquitto = mosquitto_new(id, clean, context);

	assert_non_null(mosquitto);
	assert_int_equal(mosquitto_connect(mosquitto, "127.0.0.1", port, 60), MOSQ_ERR_SUCCESS);
	return mosquitto;
}

static void other_disconnect(struct mosquitto *mosquitto)
{
	mosquitto_disconnect(mosquitto);
	mosquitto_destroy(mosquitto);
}

/* --- the mailbox --- */

struct mailbox {
	uint16_t port;
	bool subscribed;
	size_t count;
	char payloads[MAILBOX_MAX][16];
};

static void mailbox_on_subscribe(struct mosquitto *mosquitto, void *context, int mid, int count, const int *granted)
{
	(void)mosquitto;
	(void)mid;
	(void)count;
	(void)granted;
	((struct mailbox *)context)->subscribed = true;
}

static void mailbox_on_message(struct mosquitto *mosquitto, void *context, const struct mosquitto_message *message)
{
	struct mailbox *mailbox = context;

	(void)mosquitto;
	assert_true(mailbox->count < MAILBOX_MAX);
	snprintf(mailbox->payloads[mailbox->count++], sizeof(mailbox->payloads[0]), "%.*s", message->payloadlen,
		 (char *)message->payload);
}

static struct mosquitto *mailbox_connect(struct mailbox *mailbox)
{
	struct mosquitto *mosquitto = other_connect("mailbox", false, mailbox->port, mailbox);

	/* What comes waits for mosquitto_loop. */
	mosquitto_subscribe_callback_set(mosquitto, mailbox_on_subscribe);
	mosquitto_message_callback_set(mosquitto, mailbox_on_message);
	return mosquitto;
}

/* Lets the broker gather what comes to from/client. */
static void mailbox_open(struct mailbox *mailbox, uint16_t port)
{
	struct mosquitto *mosquitto;

	memset(mailbox, 0, sizeof(*mailbox));
	mailbox->port = port;
	mosquitto = mailbox_connect(mailbox);
	mosquitto_subscribe(mosquitto, NULL, "from/client", 1);
	while (!mailbox->subscribed)
		assert_int_equal(mosquitto_loop(mosquitto, 1000, 1), MOSQ_ERR_SUCCESS);
	other_disconnect(mosquitto);
}

/* Reads until `last` has come. */
static void mailbox_read(struct mailbox *mailbox, const char *last)
{
	struct mosquitto *mosquitto = mailbox_connect(mailbox);
	time_t limit = time(NULL) + WAIT_MAX_S;

	while (mailbox->count == 0 || strcmp(mailbox->payloads[mailbox->count - 1], last) != 0) {
		assert_int_equal(mosquitto_loop(mosquitto, 1000, 1), MOSQ_ERR_SUCCESS);
		assert_true(time(NULL) < limit);
	}
	other_disconnect(mosquitto);
}

/* --- the tests --- */

static void client_connects_when_the_broker_starts_late(void **state)
{
	struct process process;
	struct mailbox mailbox;
	struct client client;
	struct broker_options options;

	(void)state;
	process_prepare(&process);
	options = client_options(process.port);
	client_open(&client, &options);
	client_wait(&client, &client.disconnected, 1);
	assert_non_null(strstr(client.reason, "Connection refused"));
	assert_false(client_publish(&client, BROKER_NOW, "too early"));
	process_start(&process);
	mailbox_open(&mailbox, process.port);
	client_wait(&client, &client.connected, 1);
	assert_true(client_publish(&client, BROKER_NOW, "now"));
	assert_true(client_publish(&client, BROKER_KEEP, "end"));
	assert_true(client_close(&client, 5000));
	mailbox_read(&mailbox, "end");
	assert_int_equal(mailbox.count, 2);
	assert_string_equal(mailbox.payloads[0], "now");
	process_remove(&process);
}

static void publish_numbers(struct client *client, unsigned from, unsigned to)
{
	char text[16];

	for (unsigned i = from; i < to; i++) {
		snprintf(text, sizeof(text), "%u", i);
		assert_true(client_publish(client, BROKER_KEEP, text));
	}
}

static void kept_messages_survive_a_restart_in_order_once_each(void **state)
{
	struct process process;
	struct mailbox mailbox;
	struct client client;
	struct broker_options options;
	char text[16];

	(void)state;
	process_prepare(&process);
	process_start(&process);
	mailbox_open(&mailbox, process.port);
	options = client_options(process.port);
	client_open(&client, &options);
	client_wait(&client, &client.connected, 1);
	publish_numbers(&client, 0, 50);
	/* Our own echo says that the broker has all of the first part: the break falls between two publishes.
	 */
	assert_true(broker_publish(client.broker, BROKER_KEEP, "to/client", "echo", 4));
	client_wait(&client, &client.messages, 1);
	process_stop(&process);
	client_wait(&client, &client.disconnected, 1);
	publish_numbers(&client, 50, 150);
	assert_false(client_publish(&client, BROKER_NOW, "stale"));
	process_start(&process);
	client_wait(&client, &client.connected, 2);
	publish_numbers(&client, 150, 200);
	/* Subscribed again at the new connection, or this would not come. */
	assert_true(broker_publish(client.broker, BROKER_KEEP, "to/all", "echo", 4));
	client_wait(&client, &client.messages, 2);
	assert_true(client_close(&client, 5000));
	mailbox_read(&mailbox, "199");
	assert_int_equal(mailbox.count, 200);
	for (unsigned i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "%u", i);
		assert_string_equal(mailbox.payloads[i], text);
	}
	process_remove(&process);
}

static struct broker_options options_with_will(uint16_t port)
{
	struct broker_options options = client_options(port);

	options.will_topic = "from/client";
	options.will_payload = "will";
	options.will_len = 4;
	return options;
}

static void will_is_delivered_when_the_process_dies(void **state)
{
	struct process process;
	struct mailbox mailbox;
	int connected[2];
	char octet = 0;
	pid_t child;

	(void)state;
	process_prepare(&process);
	process_start(&process);
	mailbox_open(&mailbox, process.port);
	assert_int_equal(pipe(connected), 0);
	child = fork();
	if (child == 0) {
		struct broker_options options = options_with_will(process.port);
		struct client client;
		client_open(&client, &options);
		client_wait(&client, &client.connected, 1);
		if (write(connected[1], &octet, 1) != 1)
			_exit(1);
		pause();
		_exit(1);
	}
	assert_int_equal(read(connected[0], &octet, 1), 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	mailbox_read(&mailbox, "will");
	assert_int_equal(mailbox.count, 1);
	close(connected[0]);
	close(connected[1]);
	process_remove(&process);
}

static void will_is_not_delivered_after_a_clean_stop(void **state)
{
	struct process process;
	struct mailbox mailbox;
	struct client client;
	struct broker_options options;

	(void)state;
	process_prepare(&process);
	process_start(&process);
	mailbox_open(&mailbox, process.port);
	options = options_with_will(process.port);
	client_open(&client, &options);
	client_wait(&client, &client.connected, 1);
	assert_true(client_publish(&client, BROKER_KEEP, "stopping"));
	assert_true(client_close(&client, 5000));
	/* A will would have come before this one. */
	options = client_options(process.port);
	client_open(&client, &options);
	assert_true(client_publish(&client, BROKER_KEEP, "end"));
	assert_true(client_close(&client, 5000));
	mailbox_read(&mailbox, "end");
	assert_int_equal(mailbox.count, 2);
	assert_string_equal(mailbox.payloads[0], "stopping");
	process_remove(&process);
}

static void messages_of_others_arrive(void **state)
{
	struct process process;
	struct client client;
	struct client other;
	struct broker_options options;

	(void)state;
	process_prepare(&process);
	process_start(&process);
	options = client_options(process.port);
	options.host = "localhost";
	client_open(&client, &options);
	client_wait(&client, &client.connected, 1);
	options.client_id = "other";
	client_open(&other, &options);
	assert_true(broker_publish(other.broker, BROKER_KEEP, "to/client", "hello", 5));
	client_wait(&client, &client.messages, 1);
	assert_string_equal(client.last, "hello");
	assert_true(broker_publish(other.broker, BROKER_KEEP, "to/all", "", 0));
	client_wait(&client, &client.messages, 2);
	assert_int_equal(client.last_len, 0);
	assert_true(client_close(&other, 5000));
	assert_true(client_close(&client, 5000));
	process_remove(&process);
}

static void own_messages_do_not_come_back_and_those_of_others_do(void **state)
{
	struct process process;
	struct client client;
	struct client other;
	struct broker_options options;

	(void)state;
	process_prepare(&process);
	process_start(&process);
	options = client_options(process.port);
	options.no_local = true;
	client_open(&client, &options);
	client_wait(&client, &client.connected, 1);
	options.client_id = "other";
	client_open(&other, &options);
	client_wait(&other, &other.connected, 1);
	/* When this arrives, the broker has the other's subscription, too. */
	assert_true(broker_publish(other.broker, BROKER_KEEP, "to/client", "first", 5));
	client_wait(&client, &client.messages, 1);
	assert_true(broker_publish(client.broker, BROKER_KEEP, "to/client", "own", 3));
	client_wait(&other, &other.messages, 1);
	assert_true(broker_publish(other.broker, BROKER_KEEP, "to/client", "other's", 7));
	client_wait(&client, &client.messages, 2);
	assert_string_equal(client.last, "other's");
	assert_int_equal(client.messages, 2);
	assert_int_equal(other.messages, 1);
	assert_true(client_close(&other, 5000));
	assert_true(client_close(&client, 5000));
	process_remove(&process);
}

static void on_flood_published(struct mosquitto *mosquitto, void *context, int mid)
{
	(void)mosquitto;
	(void)mid;
	(*(unsigned *)context)++;
}

/* The broker has all of them when this returns. */
static void publish_flood(uint16_t port, unsigned count)
{
	unsigned published = 0;
	struct mosquitto *mosquitto = other_connect("flood", true, port, &published);
	char text[16];

	mosquitto_publish_callback_set(mosquitto, on_flood_published);
	for (unsigned i = 1; i <= count; i++) {
		snprintf(text, sizeof(text), "%u", i);
		assert_int_equal(mosquitto_publish(mosquitto, NULL, "to/client", (int)strlen(text), text, 2, false),
				 MOSQ_ERR_SUCCESS);
	}
	while (published < count)
		assert_int_equal(mosquitto_loop(mosquitto, 1000, 1), MOSQ_ERR_SUCCESS);
	other_disconnect(mosquitto);
}

static void flood_of_qos_2_arrives_in_its_order_each_once(void **state)
{
	enum { FLOOD = 2 * BROKER_INBOUND_MAX };
	struct process process;
	struct client client;
	struct broker_options options;

	(void)state;
	process_prepare(&process);
	process_start(&process);
	options = client_options(process.port);
	options.no_local = true;
	client_open(&client, &options);
	client_wait(&client, &client.connected, 1);
	publish_flood(process.port, FLOOD); /* meanwhile the event loop takes nothing */
	client_wait(&client, &client.messages, FLOOD);
	client_poll(&client);
	assert_int_equal(client.messages, FLOOD);
	assert_int_equal(client.in_order, FLOOD);
	assert_int_equal(broker_dropped(client.broker, BROKER_DROP_INBOUND_FULL), 0);
	assert_int_equal(client.disconnected, 0);
	assert_true(client_close(&client, 5000));
	process_remove(&process);
}

static void publish_retained(uint16_t port, const char *payload)
{
	struct mosquitto *mosquitto = other_connect("retainer", true, port, NULL);

	assert_int_equal(mosquitto_publish(mosquitto, NULL, "to/client", (int)strlen(payload), payload, 1, true),
			 MOSQ_ERR_SUCCESS);
	while (mosquitto_loop(mosquitto, 1000, 1) == MOSQ_ERR_SUCCESS && mosquitto_want_write(mosquitto))
		;
	other_disconnect(mosquitto);
}

static void stored_message_is_told_apart_from_one_that_comes_now(void **state)
{
	struct process process;
	struct client client;
	struct broker_options options;

	(void)state;
	process_prepare(&process);
	process_start(&process);
	options = client_options(process.port);
	publish_retained(process.port, "yesterday's");
	client_open(&client, &options);
	client_wait(&client, &client.retained, 1);
	assert_int_equal(client.messages, 0);
	/* The broker stores this one too, and passes it on as any other. */
	publish_retained(process.port, "today's");
	client_wait(&client, &client.messages, 1);
	assert_string_equal(client.last, "today's");
	assert_int_equal(client.retained, 1);
	assert_true(client_close(&client, 5000));
	process_remove(&process);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(client_connects_when_the_broker_starts_late),
		client_test(kept_messages_survive_a_restart_in_order_once_each),
		client_test(will_is_delivered_when_the_process_dies),
		client_test(will_is_not_delivered_after_a_clean_stop),
		client_test(messages_of_others_arrive),
		client_test(own_messages_do_not_come_back_and_those_of_others_do),
		client_test(flood_of_qos_2_arrives_in_its_order_each_once),
		client_test(stored_message_is_told_apart_from_one_that_comes_now),
	};
	int failed;

	if (!program()) {
		fprintf(stderr, "skipped: no mosquitto here\n");
		return SKIPPED;
	}
	mosquitto_lib_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mosquitto_lib_cleanup();
	return failed;
}

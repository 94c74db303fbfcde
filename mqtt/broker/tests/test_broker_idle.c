/* SPDX-License-Identifier: Apache-2.0 */
/* The broker client's thread while there is nothing to do. */
#include "mqtt/broker/tests/played_broker.h"

#include <dirent.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Context switches of the thread "mqtt", from /proc. */
static unsigned long thread_wakeups(void)
{
	char path[64];
	char line[128];
	unsigned long wakeups = 0;
	bool ours = false;
	struct dirent *entry;
	DIR *tasks = opendir("/proc/self/task");

	assert_non_null(tasks);
	while ((entry = readdir(tasks)) && !ours) {
		FILE *file;
		snprintf(path, sizeof(path), "/proc/self/task/%.16s/status", entry->d_name);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file)) {
			ours = ours || strcmp(line, "Name:\tmqtt\n") == 0;
			if (ours)
				sscanf(line, "voluntary_ctxt_switches: %lu", &wakeups);
		}
		if (file)
			fclose(file);
	}
	closedir(tasks);
	assert_true(ours);
	return wakeups;
}

static void idle_thread_does_not_wake_until_its_keep_alive(void **state)
{
	struct broker_options options = client_options(0);
	struct client client;
	struct packet packet;
	struct pollfd silence;
	unsigned long before;
	uint64_t start_ms;
	int listener = listen_on_loopback(&options.port, 8);
	int fd;

	(void)state;
	options.keepalive_s = 5;
	fd = open_connected(&client, &options, listener, &packet);
	/* A message answered proves that the thread is through with its beginning. */
	send_publish(fd, 1, 1);
	read_puback(fd, 1);
	start_ms = now_ms();
	silence = (struct pollfd){.fd = fd, .events = POLLIN};
	poll(&silence, 1, 100);
	before = thread_wakeups();
	assert_int_equal(poll(&silence, 1, 3000), 0);
	assert_int_equal(thread_wakeups(), before);
	read_packet(fd, &packet);
	assert_int_equal(packet.type, MQTT_PINGREQ);
	/* The broker gives up after one and a half keep-alives (MQTT 3.1.1, 3.1.2.10). */
	assert_in_range(now_ms() - start_ms, 4000, 7500);
	stop_properly(&client, fd);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_thread_does_not_wake_until_its_keep_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

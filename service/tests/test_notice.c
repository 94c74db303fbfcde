/* SPDX-License-Identifier: Apache-2.0 */
/* What the service manager hears, with a socket of the test in its place. */
#include "service/notice.h"

#include "service/clock.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#define NEVER_MS 30

static int listener = -1;
static struct event_base *base;

/* Listens on an abstract socket, and tells slacd of it. */
static int open_listener(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[64];

	(void)state;
	const int len = snprintf(name, sizeof(name), "@slacd-notice-%d", getpid());
	memcpy(address.sun_path + 1, name + 1, (size_t)len - 1);
	listener = socket(AF_UNIX, SOCK_DGRAM, 0);
	setenv("NOTIFY_SOCKET", name, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	base = event_base_new();
	return bind(listener, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len));
}

static int close_listener(void **state)
{
	(void)state;
	event_base_free(base);
	close(listener);
	return 0;
}

/* The next datagram, "" after `within_ms` without one. */
static const char *heard(int within_ms)
{
	static char text[4096];
	struct pollfd ready = {.fd = listener, .events = POLLIN};

	text[0] = '\0';
	if (poll(&ready, 1, within_ms) > 0) {
		const ssize_t len = recv(listener, text, sizeof(text) - 1, 0);
		text[len > 0 ? len : 0] = '\0';
	}
	return text;
}

/* The event loop goes round until something is heard. */
static const char *heard_in_loop(unsigned within_ms)
{
	const uint64_t until_us = clock_now_us() + within_ms * UINT64_C(1000);
	const char *text = "";

	while (*text == '\0' && clock_now_us() < until_us) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		text = heard(1);
	}
	return text;
}

static void ready_is_said_once_and_the_status_when_it_changes(void **state)
{
	struct notice *notice = notice_open(base);

	(void)state;
	notice_tell(notice, NOTICE_STARTING, "starting");
	assert_string_equal(heard(0), "STATUS=starting");
	notice_tell(notice, NOTICE_READY, "1 of 1");
	assert_string_equal(heard(0), "READY=1\nSTATUS=1 of 1");
	notice_tell(notice, NOTICE_READY, "1 of 1");
	assert_string_equal(heard(NEVER_MS), "");
	notice_tell(notice, NOTICE_READY, "0 of 1");
	assert_string_equal(heard(0), "STATUS=0 of 1");
	notice_tell(notice, NOTICE_STOPPING, "0 outlets end");
	assert_string_equal(heard(0), "STOPPING=1\nSTATUS=0 outlets end");
	notice_close(notice);
}

static void a_reload_is_said_before_it_and_ready_after_it(void **state)
{
	struct notice *notice = notice_open(base);
	unsigned long long began_us;

	(void)state;
	notice_tell(notice, NOTICE_READY, "fine");
	(void)heard(0);
	notice_tell_reload(notice);
	assert_int_equal(sscanf(heard(0), "RELOADING=1\nMONOTONIC_USEC=%llu", &began_us), 1);
	assert_in_range(clock_now_us() - began_us, 0, 1000000);
	assert_string_equal(heard(NEVER_MS), "");
	notice_tell(notice, NOTICE_READY, "fine");
	assert_string_equal(heard(0), "READY=1\nSTATUS=fine");
	notice_close(notice);
}

static void a_service_manager_that_does_not_read_keeps_nobody_waiting_and_hears_the_last_word_later(void **state)
{
	struct notice *notice = notice_open(base);
	char status[32];
	char last[64] = "";

	(void)state;
	for (int i = 0; i < 2000; i++) { /* more than a socket holds */
		snprintf(status, sizeof(status), "%d", i);
		notice_tell(notice, NOTICE_STARTING, status);
	}
	notice_tell_reload(notice);
	notice_tell(notice, NOTICE_READY, "the last word");
	for (const char *text = heard(0); *text != '\0'; text = heard(0))
		assert_null(strstr(text, "READY"));
	snprintf(last, sizeof(last), "%s", heard_in_loop(5000));
	assert_memory_equal(last, "RELOADING=1\n", strlen("RELOADING=1\n"));
	assert_string_equal(heard_in_loop(5000), "READY=1\nSTATUS=the last word");
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0); /* nothing wakes it any more */
	notice_close(notice);
}

static void the_watchdog_hears_the_event_loop_twice_in_its_time(void **state)
{
	setenv("WATCHDOG_USEC", "100000", 1);
	struct notice *notice = notice_open(base);

	(void)state;
	const uint64_t began_us = clock_now_us();
	for (int i = 0; i < 4; i++)
		assert_string_equal(heard_in_loop(5000), "WATCHDOG=1");
	assert_in_range(clock_now_us() - began_us, 190000, 5000000);
	/* A loop that stands still says nothing. */
	assert_string_equal(heard(150), "");
	notice_close(notice);
}

static void no_timer_runs_for_a_watchdog_that_nobody_asked_for(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		if (i == 1)
			setenv("WATCHDOG_USEC", "0", 1);
		if (i == 2) { /* it is meant for another process */
			setenv("WATCHDOG_USEC", "100000", 1);
			setenv("WATCHDOG_PID", "1", 1);
		}
		struct notice *notice = notice_open(base);
		assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
		notice_close(notice);
	}
}

static void without_a_service_manager_nothing_is_said(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "100000", 1);
	struct notice *notice = notice_open(base);
	assert_non_null(notice);
	notice_tell_reload(notice);
	notice_tell(notice, NOTICE_READY, "fine");
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	notice_close(notice);
}

static void a_socket_that_is_no_path_is_refused(void **state)
{
	(void)state;
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_null(notice_open(base));
	assert_int_equal(errno, EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_listener, close_listener)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ready_is_said_once_and_the_status_when_it_changes),
		TEST(a_reload_is_said_before_it_and_ready_after_it),
		TEST(a_service_manager_that_does_not_read_keeps_nobody_waiting_and_hears_the_last_word_later),
		TEST(the_watchdog_hears_the_event_loop_twice_in_its_time),
		TEST(no_timer_runs_for_a_watchdog_that_nobody_asked_for),
		TEST(without_a_service_manager_nothing_is_said),
		TEST(a_socket_that_is_no_path_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

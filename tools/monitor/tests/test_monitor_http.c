/* SPDX-License-Identifier: Apache-2.0 */
/* The paths of slac-monitor, asked over a socket in this process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants them first. */
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "mqtt/api/tests/messages.h"
#include "service/http_server.h"
#include "tools/monitor/monitor_http.h"
#include "tools/monitor/monitor_records.h"
#include "tools/monitor/tests/page_client.h"

#define RECORD     "20231213T155819.979904Z-E1-failed-no_match_req.pcapng"
#define PATIENT_MS 60000
#define LIMIT_S    120
#define LATER      "20241213T155819.979904Z-E1-unmatched-vehicle_left.pcapng"

static const struct monitor_about about = {.broker = "localhost:1883", .has_records = true};
static const char *const names[] = {"josev/cs"};
static struct event_base *base;
static struct monitor *monitor;
static struct monitor_http *http;
static unsigned patience_ms = PATIENT_MS;
static char directory[64], records[96], where[96];

static void start(const char *address, const char *record_directory)
{
	const struct monitor_serving serving = {
		.where = address, .records = record_directory, .patience_ms = patience_ms};
	char error[HTTP_SERVER_ERROR_SIZE];

	monitor_http_free(http);
	http = monitor_http_new(base, &serving, monitor, &about, error);
	if (http == NULL)
		fail_msg("%s", error);
}

static int set_up(void **state)
{
	(void)state;
	base = event_base_new();
	monitor = monitor_new(names, 1);
	snprintf(directory, sizeof(directory), "/tmp/slac-monitor-XXXXXX");
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(where, sizeof(where), "%s/socket", directory);
	snprintf(records, sizeof(records), "%s/records", directory);
	if (mkdir(records, 0700) != 0)
		return -1;
	client_begin(base, where);
	start(where, records);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	monitor_http_free(http);
	http = NULL;
	monitor_free(monitor);
	event_base_free(base);
	snprintf(command, sizeof(command), "rm -r '%s'", directory);
	return system(command);
}

static void change_pilot(const char *evse_id, const char *pilot_state)
{
	char message[256];

	snprintf(message, sizeof(message), ENVELOPE("cp_status", "update", "{\"evse_id\":\"%s\",\"state\":\"%s\"}"),
		 evse_id, pilot_state);
	monitor_take(monitor, 0, MONITOR_FROM_STATION, message, strlen(message), 1);
	monitor_http_changed(http);
}

static void make_file(const char *name, const char *octets)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", records, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(octets, file);
	fclose(file);
}

static void copy_vector(const char *vector, const char *name)
{
	char command[512];
	const char *vectors = getenv("SLACD_VECTORS");

	snprintf(command, sizeof(command), "cp '%s/records/%s' '%s/%s'", vectors != NULL ? vectors : "test-vectors",
		 vector, records, name);
	assert_int_equal(system(command), 0);
}

/* --- the page --- */

static void page_comes_with_its_parts_and_no_other_script_may_run(void **state)
{
	(void)state;
	ask("/");
	has(" 200 OK");
	has("Content-Type: text/html; charset=utf-8");
	has("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';");
	has_not("unsafe-inline");
	has("X-Content-Type-Options: nosniff");
	has("<title>slac-monitor</title>");
	has("<script src=\"page.js\"");
	ask("/page.js");
	has("Content-Type: text/javascript");
	has("listen(\"events\"");
	ask("/common.js");
	has("new EventSource(path)");
	ask("/page.css");
	has("Content-Type: text/css");
	ask("/favicon.ico");
	has(" 204 ");
}

static void nothing_else_is_there(void **state)
{
	static const char *const paths[] = {"/page.html/", "/etc/passwd", "/../page.css", "/page.cs"};
	int fd;

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		ask(paths[i]);
		has(" 404 ");
	}
	ask("/page.css%00");
	has(" 400 ");
	fd = join();
	say(fd, "POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
	hear(fd, NULL);
	has_not("<title>slac-monitor");
	close(fd);
}

static void state_is_told_once(void **state)
{
	(void)state;
	change_pilot("<E1>", "B2");
	ask("/state.json");
	has("Content-Type: application/json");
	has("\"evse_id\":\"<E1>\"");
	has("\"all\":true");
}

static void on_the_loopback_other_names_are_refused(void **state)
{
	static const struct {
		const char *host;
		const char *before; /* of the path */
		bool may_ask;
	} hosts[] = {{"localhost:8015", "", true},
		     {"LOCALHOST", "", true},
		     {"127.0.0.1:8015", "", true},
		     {"[::1]:8015", "", true},
		     {"attacker.example", "", false},
		     {"127.0.0.1.example:8015", "", false},
		     {"localhost.attacker.example:8015", "", false},
		     {"localhost:8015.attacker.example", "", false},
		     {"", "", false},
		     /* What the page of another site may have asked for. */
		     {"attacker.example:8015", "//localhost", false},
		     {"attacker.example:8015", "//127.0.0.1:8015", false},
		     {"attacker.example:8015", "http://localhost:8015", false}};
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(free_port())};
	char at[32], request[192];

	(void)state;
	snprintf(at, sizeof(at), "127.0.0.1:%u", ntohs(address.sin_port));
	start(at, NULL);
	for (size_t i = 0; i < COUNT(hosts); i++) {
		const int fd = connect_to((const struct sockaddr *)&address, sizeof(address));
		snprintf(request, sizeof(request),
			 "GET %s/state.json HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", hosts[i].before,
			 hosts[i].host);
		say(fd, request);
		hear(fd, NULL);
		has(hosts[i].may_ask ? " 200 OK" : " 421 ");
		close(fd);
	}
}

/* --- events --- */

#define GET_EVENTS "GET /events HTTP/1.1\r\nHost: x\r\n\r\n"

static void events_tell_everything_and_then_the_changes(void **state)
{
	const int fd = join();

	(void)state;
	change_pilot("E1", "B2");
	change_pilot("E2", "A1");
	say(fd, GET_EVENTS);
	hear(fd, "\n\n\r\n");
	has("Content-Type: text/event-stream");
	has("event: state\ndata: {");
	has("\"evse_id\":\"E1\"");
	has("\"evse_id\":\"E2\"");
	change_pilot("E2", "C2");
	hear(fd, "\n\n\r\n");
	has("\"state\":\"C2\"");
	has("\"all\":false");
	has_not("\"evse_id\":\"E1\"");
	/* It has gone, and its place is free. */
	assert_int_equal(monitor_http_pages(http), 1);
	close(fd);
	while (monitor_http_pages(http) > 0)
		event_base_loop(base, EVLOOP_ONCE);
}

static void each_page_is_told_what_it_has_not_seen(void **state)
{
	const int first = join();
	const int second = join();

	(void)state;
	change_pilot("E1", "B2");
	say(first, GET_EVENTS);
	hear(first, "\n\n\r\n");
	change_pilot("E2", "A1");
	say(second, GET_EVENTS);
	hear(second, "\n\n\r\n");
	has("\"all\":true");
	has("\"evse_id\":\"E1\"");
	has("\"evse_id\":\"E2\"");
	hear(first, "\n\n\r\n");
	has("\"all\":false");
	has("\"evse_id\":\"E2\"");
	has_not("\"evse_id\":\"E1\"");
	change_pilot("E1", "C2");
	hear(second, "\n\n\r\n");
	has("\"all\":false");
	has("\"state\":\"C2\"");
	hear(first, "\n\n\r\n");
	has("\"state\":\"C2\"");
	has_not("\"evse_id\":\"E2\"");
	close(first);
	close(second);
}

static unsigned count_events(void)
{
	unsigned count = 0;

	for (const char *event = got; (event = strstr(event, "event: state")) != NULL; event++)
		count++;
	return count;
}

static void fill_table(const char *pilot_state)
{
	char evse_id[64];

	for (unsigned i = 0; i < MONITOR_OUTLETS_MAX; i++) {
		snprintf(evse_id, sizeof(evse_id), "E%u-%050u", i, 0U);
		change_pilot(evse_id, pilot_state);
	}
}

static void let_pass(unsigned ms)
{
	const struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	event_base_loopexit(base, &time);
	event_base_loop(base, 0);
}

static void a_page_that_reads_late_is_told_once_of_all_changes(void **state)
{
	const int fd = join();
	const int size = 4096;

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	fill_table("A1");
	say(fd, GET_EVENTS);
	while (monitor_http_pages(http) == 0)
		event_base_loop(base, EVLOOP_ONCE);
	fill_table("B2");
	let_pass(110);
	fill_table("C2");
	let_pass(110);
	hear(fd, "\"state\":\"C2\"");
	assert_true(count_events() <= 2);
	has("\"state\":\"A1\"");
	has_not("\"state\":\"B2\"");
	close(fd);
}

static void a_page_that_reads_nothing_is_dropped(void **state)
{
	(void)state;
	patience_ms = 100;
	start(where, NULL);
	patience_ms = PATIENT_MS;
	const int fd = join();
	fill_table("A1");
	say(fd, GET_EVENTS);
	while (monitor_http_pages(http) == 0)
		event_base_loop(base, EVLOOP_ONCE);
	while (monitor_http_pages(http) > 0)
		event_base_loop(base, EVLOOP_ONCE);
	close(fd);
}

static void one_page_more_than_the_bound_is_told_so(void **state)
{
	int pages[MONITOR_PAGES_MAX];
	int fd;

	(void)state;
	for (size_t i = 0; i < COUNT(pages); i++) {
		pages[i] = join();
		say(pages[i], GET_EVENTS);
		hear(pages[i], "event: state");
	}
	fd = join();
	say(fd, GET_EVENTS);
	hear(fd, "event: full\ndata: 32\n\n");
	has_not("event: state");
	close(fd);
	close(pages[3]);
	while (monitor_http_pages(http) == COUNT(pages))
		event_base_loop(base, EVLOOP_ONCE);
	fd = join();
	say(fd, GET_EVENTS);
	hear(fd, "event: state");
	monitor_http_free(http); /* with pages that are open */
	http = NULL;
	close(fd);
	for (size_t i = 0; i < COUNT(pages); i++)
		if (i != 3)
			close(pages[i]);
}

/* --- records --- */

static void records_are_listed_the_latest_first(void **state)
{
	(void)state;
	make_file(RECORD, "12345");
	make_file(LATER, "");
	make_file("notes.txt", "");
	make_file("." RECORD, "half written");
	ask("/records.json");
	has("{\"records\":[{\"name\":\"" LATER "\",\"size\":0},{\"name\":\"" RECORD "\",\"size\":5}],\"more\":0}");
	start(where, NULL);
	ask("/records.json");
	has(" 404 ");
	has("without --records");
}

static void a_record_opens_as_a_page_without_script(void **state)
{
	(void)state;
	copy_vector("power_line_link_lost.pcapng", RECORD);
	ask("/records/" RECORD);
	has(" 200 OK");
	has("Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'");
	has_not("script-src");
	has("Content-Type: text/html");
	has("<!DOCTYPE html>");
	has("CM_SLAC_PARM.REQ");
	has("power_line_link_lost");
	has("</html>");
}

static void a_record_without_a_word_of_the_car_has_its_pilot(void **state)
{
	(void)state;
	copy_vector("no_parm_req.pcapng", RECORD);
	ask("/records/" RECORD);
	has(" 200 OK");
	has("no_parm_req");
	has("cp_status");
}

static void a_record_that_is_damaged_is_shown_as_far_as_it_goes(void **state)
{
	char path[256];

	(void)state;
	copy_vector("power_line_link_lost.pcapng", RECORD);
	snprintf(path, sizeof(path), "%s/%s", records, RECORD);
	assert_int_equal(truncate(path, 9001), 0);
	ask("/records/" RECORD);
	has(" 200 OK");
	has("The file is damaged");
	make_file(RECORD, "no capture");
	ask("/records/" RECORD);
	has(" 500 ");
}

static void only_records_are_opened(void **state)
{
	static const char *const paths[] = {"/records/",
					    "/records/notes.txt",
					    "/records/../socket",
					    "/records/..%2f" LATER,
					    "/records/" RECORD "/",
					    "/records/" LATER};
	char link[256];

	(void)state;
	make_file("notes.txt", "secret");
	snprintf(link, sizeof(link), "%s/%s", records, LATER);
	assert_int_equal(symlink("notes.txt", link), 0);
	for (size_t i = 0; i < COUNT(paths); i++) {
		ask(paths[i]);
		has(" 404 ");
		has_not("secret");
	}
	ask("/records.json");
	has("\"records\":[]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(page_comes_with_its_parts_and_no_other_script_may_run),
		TEST(nothing_else_is_there),
		TEST(state_is_told_once),
		TEST(on_the_loopback_other_names_are_refused),
		TEST(events_tell_everything_and_then_the_changes),
		TEST(each_page_is_told_what_it_has_not_seen),
		TEST(a_page_that_reads_late_is_told_once_of_all_changes),
		TEST(a_page_that_reads_nothing_is_dropped),
		TEST(one_page_more_than_the_bound_is_told_so),
		TEST(records_are_listed_the_latest_first),
		TEST(a_record_opens_as_a_page_without_script),
		TEST(a_record_without_a_word_of_the_car_has_its_pilot),
		TEST(a_record_that_is_damaged_is_shown_as_far_as_it_goes),
		TEST(only_records_are_opened),
	};

	alarm(LIMIT_S); /* what is awaited and does not come */
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The paths of the fleet's page, asked over a socket in this process. */
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
#include <unistd.h>

#include <event2/event.h>

#include "service/http_server.h"
#include "tools/monitor/monitor_http.h"
#include "tools/monitor/tests/page_client.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIMIT_S      120
#define KILL         "{\"command\":\"kill\",\"id\":\"S1\"}"

static const struct monitor_fleet_about fleet_about = {.broker = "localhost:1883"};
static const struct monitor_fleet_behaviours behaviours;
static struct event_base *base;
static struct monitor *monitor;
static struct monitor_fleet *fleet;
static struct monitor_http *http;
static char directory[64], where[96], token[40];
/* What was published. */
static unsigned published;
static bool is_connected;
static char topic[128], payload[256];

static bool publish(void *context, const char *to, const char *text, size_t len)
{
	(void)context;
	assert_int_equal(len, strlen(text));
	snprintf(topic, sizeof(topic), "%s", to);
	snprintf(payload, sizeof(payload), "%s", text);
	published += is_connected;
	return is_connected;
}

static void start(const char *address, bool has_fleet)
{
	const struct monitor_fleet_serving of_fleet = {.fleet = fleet, .about = &fleet_about, .publish = publish};
	static const struct monitor_about about = {.broker = "localhost:1883", .has_fleet = true};
	const struct monitor_serving serving = {
		.where = address, .patience_ms = 60000, .fleet = has_fleet ? &of_fleet : NULL};
	char error[HTTP_SERVER_ERROR_SIZE];

	monitor_http_free(http);
	http = monitor_http_new(base, &serving, monitor, &about, error);
	if (http == NULL)
		fail_msg("%s", error);
}

static void tell(const char *to, const char *text)
{
	assert_true(monitor_fleet_take(fleet, to, text, strlen(text), 1));
	monitor_http_changed(http);
}

/* As the page has it. */
static void read_token(void)
{
	const char *place;

	ask("/fleet");
	place = strstr(got, "name=\"fleet-token\" content=\"");
	assert_non_null(place);
	snprintf(token, sizeof(token), "%.32s", place + strlen("name=\"fleet-token\" content=\""));
	assert_int_equal(strspn(token, "0123456789abcdef"), 32);
}

static int set_up(void **state)
{
	(void)state;
	base = event_base_new();
	monitor = monitor_new(NULL, 0);
	fleet = monitor_fleet_new(&behaviours);
	snprintf(directory, sizeof(directory), "/tmp/slac-monitor-XXXXXX");
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(where, sizeof(where), "%s/socket", directory);
	client_begin(base, where);
	start(where, true);
	tell("fleet/launcher/status", "{\"status\":\"Alive\"}");
	tell("fleet/stations/S1/status", "{\"status\":\"Alive\"}");
	tell("fleet/stations/S1/connectors/2/status", "{\"state\":\"unmatched\"}");
	is_connected = true;
	published = 0;
	read_token();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	monitor_http_free(http);
	http = NULL;
	monitor_free(monitor);
	monitor_fleet_free(fleet);
	event_base_free(base);
	return rmdir(directory);
}

/* A POST as the page does it, with other headers where they are given. */
static void post_with(const char *path, const char *headers, const char *body)
{
	char request[16384];

	snprintf(request, sizeof(request),
		 "POST %s HTTP/1.1\r\nHost: station:8015\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n%s", path,
		 strlen(body), headers, body);
	ask_with(request);
}

static void post(const char *path, const char *body)
{
	char headers[256];

	snprintf(headers, sizeof(headers),
		 "Origin: http://station:8015\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n"
		 "X-Fleet-Token: %s\r\n",
		 token);
	post_with(path, headers, body);
}

/* --- what is shown --- */

static void the_page_comes_with_its_parts_and_no_other_script_may_run(void **state)
{
	(void)state;
	ask("/fleet");
	has(" 200 OK");
	has("Content-Type: text/html; charset=utf-8");
	has("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';");
	has("frame-ancestors 'none'");
	has("<title>slac-monitor: fleet</title>");
	has_not("FLEET-TOKEN");
	ask("/fleet.html"); /* no way to the page without its token */
	has(token);
	ask("/fleet.js");
	has("Content-Type: text/javascript");
	ask("/fleet.css");
	has("Content-Type: text/css");
	ask("/fleet/nothing");
	has(" 404 ");
	ask("/");
	has(" 302 ");
	has("Location: fleet");
}

static void each_start_has_a_token_of_its_own(void **state)
{
	char before[sizeof(token)];

	(void)state;
	memcpy(before, token, sizeof(token));
	start(where, true);
	read_token();
	assert_string_not_equal(before, token);
}

static void the_fleet_is_told_once_and_as_it_changes(void **state)
{
	const int fd = join();

	(void)state;
	ask("/fleet/state.json");
	has("Content-Type: application/json");
	has("\"id\":\"S1\"");
	say(fd, "GET /fleet/events HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(fd, "\n\n\r\n");
	has("Content-Type: text/event-stream");
	has("\"all\":true");
	has("\"id\":\"S1\"");
	tell("fleet/stations/S1/connectors/2/status", "{\"state\":\"matched\"}");
	hear(fd, "\n\n\r\n");
	has("\"all\":false");
	has("\"state\":\"matched\"");
	has_not("\"id\":\"S1\"");
	assert_int_equal(monitor_http_pages(http), 1);
	close(fd);
	while (monitor_http_pages(http) > 0)
		event_base_loop(base, EVLOOP_ONCE);
}

static void without_the_option_there_is_no_fleet(void **state)
{
	(void)state;
	start(where, false);
	ask("/fleet");
	has(" 404 ");
	has("without --fleet");
	ask("/fleet.html");
	has(" 404 ");
	ask("/fleet/state.json");
	has(" 404 ");
	post("/fleet/launcher", KILL);
	has_not(" 202 ");
	assert_int_equal(published, 0);
}

/* --- what is asked for --- */

static void what_the_page_asks_for_is_published(void **state)
{
	(void)state;
	post("/fleet/launcher", KILL);
	has(" 202 Accepted");
	assert_string_equal(topic, "fleet/launcher/cmd");
	assert_string_equal(payload, KILL);
	post("/fleet/stations/S1/connectors/2/car", "{\"plugged\":true}");
	has(" 202 Accepted");
	assert_string_equal(topic, "fleet/stations/S1/connectors/2/car");
	assert_string_equal(payload, "{\"plugged\":true}");
	assert_int_equal(published, 2);
}

static void what_is_wrong_is_answered_with_field_and_expectation(void **state)
{
	(void)state;
	post("/fleet/launcher", "{\"command\":\"start\",\"connectors\":0}");
	has(" 400 ");
	has("Content-Type: application/json");
	has("{\"error\":\"connectors: expected a whole number from 1 to 256\",\"field\":\"connectors\","
	    "\"expected\":\"a whole number from 1 to 256\"}");
	post("/fleet/launcher", "");
	has(" 400 ");
	post("/fleet/launcher", "{\"command\":\"kill\",\"id\":\"S9\"}");
	has(" 404 ");
	has("\"error\":\"there is no such station\"");
	post("/fleet/launcher%00", KILL);
	has(" 400 ");
	post("/fleet/stations/S1/connectors/2/%63ar/", "{\"plugged\":true}");
	has(" 404 ");
	post("/fleet/", KILL);
	has(" 404 ");
	post("/fleet", KILL);
	has(" 404 ");
	tell("fleet/stations/S1/status", "{\"status\":\"Dead\"}");
	post("/fleet/stations/S1/connectors/2/car", "{\"plugged\":true}");
	has(" 409 ");
	assert_int_equal(published, 0);
}

static void without_a_broker_nothing_is_kept_for_later(void **state)
{
	(void)state;
	is_connected = false;
	post("/fleet/launcher", KILL);
	has(" 503 ");
	has("no connection to the MQTT broker");
}

static void who_is_no_page_of_this_server_is_refused(void **state)
{
	char headers[256];

	(void)state;
	post_with("/fleet/launcher", "", KILL);
	has(" 415 ");
	post_with("/fleet/launcher", "Content-Type: application/json\r\n", KILL);
	has(" 403 ");
	has("\"field\":\"X-Fleet-Token\"");
	snprintf(headers, sizeof(headers), "Content-Type: text/plain\r\nX-Fleet-Token: %s\r\n", token);
	post_with("/fleet/launcher", headers, KILL);
	has(" 415 ");
	snprintf(headers, sizeof(headers),
		 "Origin: http://evil.example\r\nContent-Type: application/json\r\nX-Fleet-Token: %s\r\n", token);
	post_with("/fleet/launcher", headers, KILL);
	has(" 403 ");
	has("\"field\":\"Origin\"");
	assert_int_equal(published, 0);
}

static void a_body_is_bounded(void **state)
{
	static char body[3 * HTTP_SERVER_BODY_MAX];
	char request[16384];

	(void)state;
	memset(body, ' ', sizeof(body) - 1);
	memcpy(body, KILL, strlen(KILL));
	body[HTTP_SERVER_BODY_MAX] = '\0';
	post("/fleet/launcher", body);
	has(" 202 ");
	body[HTTP_SERVER_BODY_MAX] = ' ';
	body[HTTP_SERVER_BODY_MAX + 1] = '\0';
	post("/fleet/launcher", body);
	has(" 413 ");
	/* Without telling how much it will be. */
	snprintf(request, sizeof(request),
		 "POST /fleet/launcher HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n",
		 strlen(body), body);
	ask_with(request);
	has(" 413 ");
	assert_int_equal(published, 1);
	ask("/fleet/state.json");
	has(" 200 OK");
}

/* A chunk's size that does not end, and requests behind one whose answer does not. */
static void who_says_more_than_a_request_can_have_is_dropped(void **state)
{
	static const char *const begins[] = {
		"POST /fleet/launcher HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;",
		"GET /fleet/events HTTP/1.1\r\nHost: x\r\n\r\nGET /"};
	static char line[2 * 8192];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	for (size_t i = 0; i < COUNT(begins); i++) {
		const int fd = join();
		say(fd, begins[i]);
		say(fd, line);
		hear(fd, NULL);
		close(fd);
		assert_int_equal(monitor_http_pages(http), 0);
	}
	assert_int_equal(published, 0);
}

static void other_methods_and_paths_change_nothing(void **state)
{
	static const char *const requests[] = {"PUT /fleet/launcher",   "DELETE /fleet/launcher",
					       "PATCH /fleet/launcher", "OPTIONS /fleet/launcher",
					       "GET /fleet/launcher",   "HEAD /fleet",
					       "HEAD /fleet/events"};
	char request[512];

	(void)state;
	for (size_t i = 0; i < COUNT(requests); i++) {
		snprintf(request, sizeof(request),
			 "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
			 "X-Fleet-Token: %s\r\nContent-Length: %zu\r\n\r\n%s",
			 requests[i], token, strlen(KILL), KILL);
		ask_with(request);
		has_not(" 200 ");
		has_not(" 202 ");
		has_not("Access-Control-Allow");
	}
	assert_int_equal(monitor_http_pages(http), 0);
	post("/", KILL);
	has(" 405 ");
	post("/state.json", KILL);
	has(" 405 ");
	assert_int_equal(published, 0);
}

static void only_addresses_and_localhost_are_answered_over_tcp(void **state)
{
	static const struct {
		const char *host;
		bool may_ask;
	} hosts[] = {{"localhost:1", true}, {"192.0.2.1:1", true}, {"station.example:1", false}};
	const uint16_t port = free_port();
	char request[128];

	(void)state;
	/* On all addresses: without a fleet each name would do. */
	snprintf(request, sizeof(request), "0.0.0.0:%u", port);
	start(request, true);
	for (size_t i = 0; i < COUNT(hosts); i++) {
		const struct sockaddr_in address = {
			.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
		const int fd = connect_to((const struct sockaddr *)&address, sizeof(address));
		snprintf(request, sizeof(request), "GET /fleet HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
			 hosts[i].host);
		say(fd, request);
		hear(fd, NULL);
		has(hosts[i].may_ask ? " 200 OK" : " 421 ");
		close(fd);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_page_comes_with_its_parts_and_no_other_script_may_run),
		TEST(each_start_has_a_token_of_its_own),
		TEST(the_fleet_is_told_once_and_as_it_changes),
		TEST(without_the_option_there_is_no_fleet),
		TEST(what_the_page_asks_for_is_published),
		TEST(what_is_wrong_is_answered_with_field_and_expectation),
		TEST(without_a_broker_nothing_is_kept_for_later),
		TEST(who_is_no_page_of_this_server_is_refused),
		TEST(a_body_is_bounded),
		TEST(who_says_more_than_a_request_can_have_is_dropped),
		TEST(other_methods_and_paths_change_nothing),
		TEST(only_addresses_and_localhost_are_answered_over_tcp),
	};

	alarm(LIMIT_S); /* what is awaited and does not come */
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics page and its server. */
#include "slacd/metrics.h"
#include "slacd/metrics_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static char page[65536];

static void write_page(const struct metrics_outlet *outlets, size_t count)
{
	const struct metrics_service service = {.version = "1.2.3", .is_ready = true, .log_lines_dropped = 12};
	struct evbuffer *buffer = evbuffer_new();

	assert_true(metrics_write(buffer, &service, outlets, count));
	size_t len = evbuffer_get_length(buffer);
	assert_true(len < sizeof(page));
	evbuffer_remove(buffer, page, len);
	page[len] = '\0';
	evbuffer_free(buffer);
}

static void has_line(const char *line)
{
	char with_ends[512];

	snprintf(with_ends, sizeof(with_ends), "\n%s\n", line);
	if (strstr(page, with_ends) == NULL)
		fail_msg("no line %s in\n%s", line, page);
}

static void page_tells_what_was_counted(void **state)
{
	struct metrics_outlet outlets[2] = {{.evse_id = "DE*ABC*E1", .serving = true, .offered_da = 165},
					    {.evse_id = "a\"b\\c"}};

	(void)state;
	outlets[0].statistics.matched = 3;
	outlets[0].statistics.failed[SLAC_REASON_NO_MATCH_REQ] = 2;
	outlets[0].statistics.basic_charging[SLAC_REASON_NO_PARM_REQ] = 1;
	outlets[0].statistics.refused[SLAC_REASON_NO_VEHICLE] = 7;
	outlets[0].counts.modem_resets = 4;
	outlets[1].counts.pilot_requests[PILOT_X2] = 5;
	write_page(outlets, 2);
	has_line("slacd_info{version=\"1.2.3\"} 1");
	has_line("slacd_ready 1");
	has_line("slacd_broker_connected 0");
	has_line("slacd_log_lines_dropped_total 12");
	has_line("slacd_outlet_serving{evse_id=\"DE*ABC*E1\"} 1");
	has_line("slacd_pilot_offered_amperes{evse_id=\"DE*ABC*E1\"} 16.5");
	has_line("slacd_sessions_total{evse_id=\"DE*ABC*E1\",outcome=\"matched\",reason=\"\"} 3");
	has_line("slacd_sessions_total{evse_id=\"DE*ABC*E1\",outcome=\"failed\",reason=\"no_match_req\"} 2");
	has_line("slacd_sessions_total{evse_id=\"DE*ABC*E1\",outcome=\"basic_charging\",reason=\"no_parm_req\"} 1");
	has_line("slacd_messages_refused_total{evse_id=\"DE*ABC*E1\",reason=\"no_vehicle\"} 7");
	has_line("slacd_modem_resets_total{evse_id=\"DE*ABC*E1\"} 4");
	has_line("slacd_pilot_requests_total{evse_id=\"a\\\"b\\\\c\",request=\"x2\"} 5");
}

static void each_family_stands_once_before_its_samples(void **state)
{
	const struct metrics_outlet outlets[2] = {{.evse_id = "A"}, {.evse_id = "B"}};
	char family[64] = "", seen[2048] = "";

	(void)state;
	write_page(outlets, 2);
	for (char *line = strtok(page, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		if (sscanf(line, "# TYPE %63s", family) == 1) {
			char word[80];
			snprintf(word, sizeof(word), " %s ", family);
			assert_null(strstr(seen, word));
			strcat(seen, word);
		} else if (*line != '#' && strncmp(line, family, strlen(family)) != 0) {
			fail_msg("%s does not belong to %s", line, family);
		}
	}
}

static void latencies_add_up(void **state)
{
	struct metrics_outlet outlet = {.evse_id = "A"};

	(void)state;
	metrics_count_sent(&outlet.counts, "CM_SLAC_PARM.CNF", 1000, 1080);
	metrics_count_sent(&outlet.counts, "CM_SLAC_MATCH.CNF", 1000, 1100);
	metrics_count_sent(&outlet.counts, "CM_SLAC_MATCH.CNF", 1000, 3000);
	metrics_count_sent(&outlet.counts, "CM_SLAC_MATCH.CNF", 1000, 900000); /* slower than any bound */
	metrics_count_sent(&outlet.counts, "CM_ATTEN_CHAR.IND", 0, 5000);      /* by a timer */
	metrics_count_sent(&outlet.counts, "CM_SET_KEY.REQ", 1000, 5000);      /* not to a car */
	write_page(&outlet, 1);
	has_line("slacd_answers_total{evse_id=\"A\",message=\"CM_SLAC_MATCH.CNF\"} 3");
	has_line("slacd_answers_total{evse_id=\"A\",message=\"CM_ATTEN_CHAR.IND\"} 1");
	has_line("slacd_answer_seconds_bucket{evse_id=\"A\",le=\"0.0001\"} 2");
	has_line("slacd_answer_seconds_bucket{evse_id=\"A\",le=\"0.005\"} 3");
	has_line("slacd_answer_seconds_bucket{evse_id=\"A\",le=\"0.2\"} 3");
	has_line("slacd_answer_seconds_bucket{evse_id=\"A\",le=\"+Inf\"} 4");
	has_line("slacd_answer_seconds_sum{evse_id=\"A\"} 0.901180");
	has_line("slacd_answer_seconds_count{evse_id=\"A\"} 4");
}

/* --- the server --- */

static struct event_base *base;
static char directory[64];
static char path[96];

static int set_up(void **state)
{
	(void)state;
	base = event_base_new();
	snprintf(directory, sizeof(directory), "/tmp/slacd-metrics-XXXXXX");
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/socket", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	event_base_free(base);
	unlink(path);
	return rmdir(directory);
}

static bool write_hello(const void *context, struct evbuffer *out)
{
	return evbuffer_add_printf(out, "%s", (const char *)context) >= 0;
}

static int connect_to_server(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* What the server answers to the client `fd` before it closes the connection. */
static void ask_over(int fd, const char *request)
{
	ssize_t got = 0, len = 0;

	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 1000 && got >= 0; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		got = read(fd, page + len, sizeof(page) - 1 - (size_t)len);
		if (got == 0)
			break;
		len += got > 0 ? got : 0;
		got = 0;
	}
	page[len] = '\0';
	close(fd);
}

static void ask(const char *request)
{
	ask_over(connect_to_server(), request);
}

static struct metrics_server *open_server_at(const char *where)
{
	char error[HTTP_SERVER_ERROR_SIZE];
	struct metrics_server *server = metrics_server_new(base, where, write_hello, "hello 1\n", error);

	if (server == NULL)
		fail_msg("%s", error);
	return server;
}

static struct metrics_server *open_server(void)
{
	return open_server_at(path);
}

static void server_answers_get_metrics_and_nothing_else(void **state)
{
	struct metrics_server *server = open_server();

	(void)state;
	ask("GET /metrics HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(page, "200 OK"));
	assert_non_null(strstr(page, "Content-Type: text/plain; version=0.0.4"));
	assert_non_null(strstr(page, "\r\n\r\nhello 1\n"));
	ask("GET /etc/passwd HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(page, " 404 "));
	ask("POST /metrics HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
	assert_null(strstr(page, "hello"));
	ask("\x16\x03\x01\r\n\r\n"); /* not HTTP */
	assert_null(strstr(page, "hello"));
	metrics_server_free(server);
	assert_int_equal(access(path, F_OK), -1);
}

static void client_that_never_reads_is_read_no_further(void **state)
{
	static const char request[] = "GET /metrics HTTP/1.1\r\nHost: slacd\r\n\r\n";
	struct metrics_server *server = open_server();
	int fd = connect_to_server();
	size_t written = 0;

	(void)state;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 1000000; i++) {
		ssize_t result = write(fd, request, sizeof(request) - 1);
		written += result > 0 ? (size_t)result : 0;
		if (result <= 0 || i % 100 == 0)
			event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_true(written > sizeof(request));
	assert_true(written < 4 * 1024 * 1024); /* what the kernel holds, and the little that was read */
	close(fd);
	metrics_server_free(server);
}

static size_t open_descriptors(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void let_server_work(void)
{
	for (int i = 0; i < 100; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static void clients_above_the_bound_wait_for_their_turn(void **state)
{
	struct metrics_server *server = open_server();
	int clients[METRICS_SERVER_CONNECTIONS + 4];
	const size_t count = sizeof(clients) / sizeof(clients[0]);
	const size_t before = open_descriptors();

	(void)state;
	for (size_t i = 0; i < count; i++) {
		clients[i] = connect_to_server();
		let_server_work();
	}
	assert_int_equal(open_descriptors(), before + count + METRICS_SERVER_CONNECTIONS);
	for (size_t i = 0; i < METRICS_SERVER_CONNECTIONS; i++)
		close(clients[i]);
	let_server_work();
	while (open_descriptors() > before + 4 + 4)
		event_base_loop(base, EVLOOP_ONCE);
	ask("GET /metrics HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(page, "hello 1"));
	metrics_server_free(server); /* with connections that are open */
	for (size_t i = METRICS_SERVER_CONNECTIONS; i < count; i++)
		close(clients[i]);
}

static void server_replaces_a_left_socket_and_nothing_else(void **state)
{
	char error[HTTP_SERVER_ERROR_SIZE];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int left = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(left, (const struct sockaddr *)&address, sizeof(address)), 0);
	close(left);
	metrics_server_free(open_server());
	int file = open(path, O_CREAT | O_WRONLY, 0600);
	close(file);
	assert_null(metrics_server_new(base, path, write_hello, "", error));
	assert_non_null(strstr(error, path));
	assert_int_equal(access(path, F_OK), 0);
}

/* A port of the loopback that is free once `fd` is closed, and where it is. */
static int take_port(struct sockaddr_in *address, char where[32])
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(*address);

	*address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(bind(fd, (const struct sockaddr *)address, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)address, &len), 0);
	snprintf(where, 32, "127.0.0.1:%u", ntohs(address->sin_port));
	return fd;
}

static void server_at_an_address_answers_there(void **state)
{
	struct sockaddr_in address;
	char where[32];

	(void)state;
	close(take_port(&address, where));
	struct metrics_server *server = open_server_at(where);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	ask_over(fd, "GET /metrics HTTP/1.0\r\n\r\n");
	assert_non_null(strstr(page, "\r\n\r\nhello 1\n"));
	metrics_server_free(server);
	/* What is left of that connection keeps nobody from the address. */
	metrics_server_free(open_server_at(where));
}

static void cannot_serve_at(const char *where, const char *why)
{
	char error[HTTP_SERVER_ERROR_SIZE] = "";
	char expected[HTTP_SERVER_ERROR_SIZE];
	const size_t before = open_descriptors();

	snprintf(expected, sizeof(expected), "%s: %s", where, why);
	assert_null(metrics_server_new(base, where, write_hello, "", error));
	assert_string_equal(error, expected);
	assert_int_equal(open_descriptors(), before);
}

static void where_nobody_can_listen_is_named_with_the_reason(void **state)
{
	struct sockaddr_in address;
	char where[32], long_path[108];
	int fd = take_port(&address, where);

	(void)state;
	cannot_serve_at(where, "Address already in use");
	close(fd);
	cannot_serve_at("192.0.2.1:9470", "Cannot assign requested address"); /* of documents, nobody's */
	snprintf(long_path, sizeof(long_path), "%s/none/socket", directory);
	cannot_serve_at(long_path, "No such file or directory");
	cannot_serve_at("localhost:9470", "Invalid argument");
}

static void addresses_are_checked(void **state)
{
	static const char *const good[] = {"127.0.0.1:9470", "[::1]:1", "0.0.0.0:65535", "/run/slacd/metrics"};
	static const char *const bad[] = {
		"9470",     "127.0.0.1", "localhost:9470", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:80x",
		"::1:9470", "[::1]",     "run/metrics",    ":9470",       "unix:/run/x",     "1.2.3:9470",
		""};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!http_server_is_address(good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (http_server_is_address(bad[i]))
			fail_msg("%s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_tells_what_was_counted),
		cmocka_unit_test(each_family_stands_once_before_its_samples),
		cmocka_unit_test(latencies_add_up),
		cmocka_unit_test_setup_teardown(server_answers_get_metrics_and_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(client_that_never_reads_is_read_no_further, set_up, tear_down),
		cmocka_unit_test_setup_teardown(clients_above_the_bound_wait_for_their_turn, set_up, tear_down),
		cmocka_unit_test_setup_teardown(server_replaces_a_left_socket_and_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(server_at_an_address_answers_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(where_nobody_can_listen_is_named_with_the_reason, set_up, tear_down),
		cmocka_unit_test(addresses_are_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is logged within a turn of a loop is written at once, at the time at which it happened. */
#include "service/clock.h"
#include "service/log.h"

#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 10000
#define AT_US       UINT64_C(1702479600000000)

static int saved_stderr;
static int reader;

/* What the next write has brought, "" after timeout_ms without one. */
static const char *written(int timeout_ms)
{
	static char text[8192];
	struct pollfd ready = {.fd = reader, .events = POLLIN};
	const ssize_t len = poll(&ready, 1, timeout_ms) > 0 ? read(reader, text, sizeof(text) - 1) : 0;

	text[len > 0 ? len : 0] = '\0';
	return text;
}

/* The log's thread has nothing to do: before, it takes what it finds. */
static bool thread_waits(void)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *task;
	bool waits = false;

	while ((task = readdir(tasks)) != NULL) {
		char path[300];
		char state = '\0';
		snprintf(path, sizeof(path), "/proc/self/task/%s/stat", task->d_name);
		FILE *stat = fopen(path, "r");
		if (stat == NULL)
			continue;
		waits = waits || (fscanf(stat, "%*d (log) %c", &state) == 1 && state == 'S');
		fclose(stat);
	}
	closedir(tasks);
	return waits;
}

/* Standard error is a socket that keeps each write apart. */
static int open_reader(void **state)
{
	int ends[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
		return -1;
	saved_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	reader = ends[0];
	return 0;
}

static bool start_log(void)
{
	log_set_time(AT_US);
	if (!log_open() || !log_start_writing())
		return false;
	while (!thread_waits())
		sched_yield();
	return true;
}

static int open_log(void **state)
{
	return open_reader(state) == 0 && start_log() ? 0 : -1;
}

static int close_reader(void **state)
{
	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(reader);
	return 0;
}

static int close_log(void **state)
{
	log_close(PATIENCE_MS);
	return close_reader(state);
}

static void lines_of_a_turn_are_one_write(void **state)
{
	(void)state;
	log_hold();
	log_line(LOG_LEVEL_INFO, "One.");
	log_hold();
	log_line(LOG_LEVEL_INFO, "Two.");
	log_release();
	log_line(LOG_LEVEL_INFO, "Three.");
	assert_string_equal(written(20), "");
	log_release();
	assert_string_equal(written(PATIENCE_MS), "2023-12-13T15:00:00.000000Z  INFO slacd: One.\n"
						  "2023-12-13T15:00:00.000000Z  INFO slacd: Two.\n"
						  "2023-12-13T15:00:00.000000Z  INFO slacd: Three.\n");
}

static void a_line_that_nothing_holds_is_written(void **state)
{
	(void)state;
	log_hold();
	log_release();
	log_line(LOG_LEVEL_INFO, "One.");
	assert_non_null(strstr(written(PATIENCE_MS), " One.\n"));
}

static void a_warning_does_not_wait_nor_what_came_before_it(void **state)
{
	(void)state;
	log_hold();
	log_line(LOG_LEVEL_INFO, "One.");
	log_line(LOG_LEVEL_WARN, "Two.");
	assert_string_equal(written(PATIENCE_MS), "2023-12-13T15:00:00.000000Z  INFO slacd: One.\n"
						  "2023-12-13T15:00:00.000000Z  WARN slacd: Two.\n");
	log_release();
}

static void many_lines_do_not_wait_for_the_end_of_a_turn(void **state)
{
	(void)state;
	log_hold();
	for (int i = 0; i < 63; i++)
		log_line(LOG_LEVEL_INFO, "Line %d.", i);
	assert_string_equal(written(20), "");
	log_line(LOG_LEVEL_INFO, "Line 63.");
	assert_non_null(strstr(written(PATIENCE_MS), " Line 0.\n"));
	log_release();
}

static void a_line_has_the_time_at_which_it_happened(void **state)
{
	(void)state;
	log_hold();
	log_set_time(AT_US + 999999);
	log_line(LOG_LEVEL_INFO, "One.");
	log_set_time(AT_US + 86400000000);
	log_line(LOG_LEVEL_INFO, "Two.");
	log_set_time(AT_US + 10);
	log_line(LOG_LEVEL_INFO, "Three.");
	log_release();
	assert_string_equal(written(PATIENCE_MS), "2023-12-13T15:00:00.999999Z  INFO slacd: One.\n"
						  "2023-12-14T15:00:00.000000Z  INFO slacd: Two.\n"
						  "2023-12-13T15:00:00.000010Z  INFO slacd: Three.\n");
}

static void a_line_of_now_has_the_time_of_the_clock(void **state)
{
	char before[CLOCK_TEXT_SIZE];
	char after[CLOCK_TEXT_SIZE];

	(void)state;
	clock_utc_text(clock_wall_us(), before);
	log_set_time(0);
	log_line(LOG_LEVEL_INFO, "One.");
	const char *line = written(PATIENCE_MS);
	clock_utc_text(clock_wall_us(), after);
	assert_true(strncmp(before, line, strlen(before)) <= 0);
	assert_true(strncmp(line, after, strlen(after)) <= 0);
}

/* A process that logs within a turn, and dies in it. cmocka has handlers of its own. */
static pid_t start_victim(int number)
{
	const pid_t victim = fork();

	assert_int_not_equal(victim, -1);
	if (victim > 0)
		return victim;
	setrlimit(RLIMIT_CORE, &(struct rlimit){0});
	signal(number, SIG_DFL);
	if (!start_log())
		_exit(1);
	log_hold();
	log_line(LOG_LEVEL_INFO, "One.");
	log_line(LOG_LEVEL_INFO, "Two.");
	if (number == SIGABRT)
		abort();
	raise(number);
	_exit(1);
}

static void expect_death(pid_t victim, int number)
{
	int status;

	assert_int_equal(waitpid(victim, &status, 0), victim);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), number);
}

static void lines_of_the_turn_in_which_a_process_dies_are_written(void **state)
{
	static const int numbers[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		expect_death(start_victim(numbers[i]), numbers[i]);
		assert_string_equal(written(20), "2023-12-13T15:00:00.000000Z  INFO slacd: One.\n"
						 "2023-12-13T15:00:00.000000Z  INFO slacd: Two.\n");
	}
}

static void a_reader_that_takes_nothing_does_not_keep_a_process_from_dying(void **state)
{
	(void)state;
	while (send(STDERR_FILENO, "full", 4, MSG_DONTWAIT) == 4)
		;
	expect_death(start_victim(SIGABRT), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_of_a_turn_are_one_write, open_log, close_log),
		cmocka_unit_test_setup_teardown(a_line_that_nothing_holds_is_written, open_log, close_log),
		cmocka_unit_test_setup_teardown(a_warning_does_not_wait_nor_what_came_before_it, open_log, close_log),
		cmocka_unit_test_setup_teardown(many_lines_do_not_wait_for_the_end_of_a_turn, open_log, close_log),
		cmocka_unit_test_setup_teardown(a_line_has_the_time_at_which_it_happened, open_log, close_log),
		cmocka_unit_test_setup_teardown(a_line_of_now_has_the_time_of_the_clock, open_log, close_log),
		cmocka_unit_test_setup_teardown(lines_of_the_turn_in_which_a_process_dies_are_written, open_reader,
						close_reader),
		cmocka_unit_test_setup_teardown(a_reader_that_takes_nothing_does_not_keep_a_process_from_dying,
						open_reader, close_reader),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

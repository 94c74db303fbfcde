/* SPDX-License-Identifier: Apache-2.0 */
/* The log with a reader that is slow, late or gone: nobody waits, nothing dies, and what was lost is counted. */
#include "service/clock.h"
#include "service/log_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define READ_MAX     (4u * 1024u * 1024u)
#define PATIENCE_MS  10000
#define MANY_LINES   20000u
#define AT_US        UINT64_C(1702479600000001)
#define AT_TEXT      "2023-12-13T15:00:00.000001Z"
#define LOST_PATTERN "were dropped. count="

struct pipe_ends {
	int reader;
	int writer;
};

static struct pipe_ends new_pipe(void)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	return (struct pipe_ends){ends[0], ends[1]};
}

static struct log_writer *start_writer(int fd)
{
	struct log_writer *writer = log_writer_new(fd);

	assert_non_null(writer);
	assert_true(log_writer_start(writer));
	return writer;
}

static void add_line(struct log_writer *writer, unsigned number)
{
	struct log_record record = {.level = LOG_LEVEL_INFO, .wall_us = AT_US};
	char text[128];

	record.len =
		(uint16_t)snprintf(text, sizeof(text), "line %u, as long as lines of the log are used to be", number);
	log_writer_add(writer, &record, text);
	log_writer_wake(writer);
}

static void add_lines(struct log_writer *writer, unsigned from, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		add_line(writer, from + i);
}

/* Reads a piece; false at the end, or after PATIENCE_MS without anything. */
static bool read_piece(int fd, char *text, size_t *len, size_t piece)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};

	assert_true(*len + piece < READ_MAX);
	if (poll(&ready, 1, PATIENCE_MS) <= 0)
		return false;
	const ssize_t got = read(fd, text + *len, piece);
	if (got <= 0)
		return false;
	*len += (size_t)got;
	text[*len] = '\0';
	return true;
}

static void read_until(int fd, char *text, size_t *len, size_t piece, const char *wanted)
{
	while (strstr(text, wanted) == NULL)
		assert_true(read_piece(fd, text, len, piece));
}

/* Until nothing has come for a while. */
static void read_what_comes(int fd, char *text, size_t *len)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};

	while (poll(&ready, 1, 100) > 0)
		assert_true(read_piece(fd, text, len, 65536));
}

/* Every line has its place: each number follows the one before it, or a count of what is missing between them. */
static unsigned assert_all_accounted_for(char *text)
{
	unsigned expected = 0;
	unsigned long long total;
	unsigned long long count;
	unsigned number;
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		const char *lost = strstr(line, LOST_PATTERN);
		if (lost != NULL) {
			assert_int_equal(sscanf(lost, LOST_PATTERN "%llu total=%llu", &count, &total), 2);
			expected += (unsigned)count;
			continue;
		}
		assert_int_equal(sscanf(line, AT_TEXT "  INFO slacd: line %u,", &number), 1);
		assert_int_equal(number, expected);
		expected++;
	}
	return expected;
}

/* The total that was told last. */
static unsigned long long told_as_lost(const char *text)
{
	unsigned long long total = 0;

	for (const char *at = text; (at = strstr(at, LOST_PATTERN)) != NULL; at++)
		assert_int_equal(sscanf(at, LOST_PATTERN "%*u total=%llu", &total), 1);
	return total;
}

static void a_pipe_that_nobody_reads_keeps_nobody_waiting_and_the_loss_is_told_at_its_place(void **state)
{
	struct pipe_ends ends = new_pipe();
	struct log_writer *writer = start_writer(ends.writer);
	char *text = calloc(1, READ_MAX);
	size_t len = 0;

	(void)state;
	add_lines(writer, 0, MANY_LINES); /* hangs for ever where somebody waits */
	const uint64_t lost = log_writer_lost(writer);
	assert_in_range(lost, MANY_LINES / 2, MANY_LINES - 1);
	/* No further line is needed to hear of the loss. */
	read_until(ends.reader, text, &len, 65536, LOST_PATTERN);
	read_what_comes(ends.reader, text, &len);
	add_line(writer, MANY_LINES);
	read_until(ends.reader, text, &len, 65536, "line 20000,");
	assert_true(log_writer_stop(writer, PATIENCE_MS));
	assert_int_equal(told_as_lost(text), lost);
	assert_int_equal(assert_all_accounted_for(text), MANY_LINES + 1);
	close(ends.writer);
	close(ends.reader);
	free(text);
}

static void a_slow_reader_is_told_one_count_for_many_lines(void **state)
{
	struct pipe_ends ends = new_pipe();
	struct log_writer *writer = start_writer(ends.writer);
	char *text = calloc(1, READ_MAX);
	unsigned counts = 0;
	size_t len = 0;

	(void)state;
	for (unsigned i = 0; i < MANY_LINES; i++) {
		add_line(writer, i);
		if (i % 10 == 9) /* it reads one line of ten */
			assert_true(read_piece(ends.reader, text, &len, 96));
	}
	read_until(ends.reader, text, &len, 65536, LOST_PATTERN);
	read_what_comes(ends.reader, text, &len);
	for (const char *at = text; (at = strstr(at, LOST_PATTERN)) != NULL; at++)
		counts++;
	assert_in_range(counts, 1, 20);
	assert_true(log_writer_stop(writer, PATIENCE_MS));
	close(ends.writer);
	close(ends.reader);
	free(text);
}

static void what_was_logged_last_is_written_before_the_end(void **state)
{
	struct pipe_ends ends = new_pipe();
	struct log_writer *writer = start_writer(ends.writer);
	char *text = calloc(1, READ_MAX);
	size_t len = 0;

	(void)state;
	add_lines(writer, 0, 200); /* fit into the pipe */
	assert_true(log_writer_stop(writer, PATIENCE_MS));
	close(ends.writer);
	while (read_piece(ends.reader, text, &len, 65536))
		;
	assert_int_equal(assert_all_accounted_for(text), 200);
	close(ends.reader);
	free(text);
}

static uint64_t stop_us(struct log_writer *writer, unsigned timeout_ms)
{
	const uint64_t began_us = clock_now_us();

	assert_false(log_writer_stop(writer, timeout_ms));
	return clock_now_us() - began_us;
}

static void the_end_waits_for_a_reader_as_long_as_it_was_told_and_no_longer(void **state)
{
	struct pipe_ends ends = new_pipe();
	struct log_writer *writer = start_writer(ends.writer);

	(void)state;
	add_lines(writer, 0, MANY_LINES);
	assert_in_range(stop_us(writer, 50), 50000, 5000000);
	/* The thread that was left behind comes back with errors, and frees what it has. Its descriptor stays its own. */
	close(ends.reader);
}

static void a_reader_that_is_gone_kills_nobody(void **state)
{
	struct pipe_ends ends = new_pipe();
	struct log_writer *writer = start_writer(ends.writer);

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	close(ends.reader);
	add_lines(writer, 0, 100);
	assert_true(log_writer_stop(writer, PATIENCE_MS));
	close(ends.writer);
}

static void lines_that_a_full_disk_refuses_are_counted_and_told_when_there_is_room(void **state)
{
	struct pipe_ends ends = new_pipe();
	int fd = open("/dev/full", O_WRONLY);
	struct log_writer *writer = start_writer(fd);
	char text[4096] = "";
	size_t len = 0;

	(void)state;
	assert_true(fd >= 0);
	add_lines(writer, 0, 3);
	usleep(50000); /* the disk has refused them; where it has not yet, the count is smaller and all is well */
	dup2(ends.writer, fd);
	add_line(writer, 3);
	read_until(ends.reader, text, &len, 1, "line 3,");
	assert_true(log_writer_stop(writer, PATIENCE_MS));
	assert_int_equal(assert_all_accounted_for(text), 4);
	close(fd);
	close(ends.writer);
	close(ends.reader);
}

static void the_descriptor_that_others_share_stays_as_it_is(void **state)
{
	struct pipe_ends ends = new_pipe();
	const int flags = fcntl(ends.writer, F_GETFL);
	struct log_writer *writer = start_writer(ends.writer);

	(void)state;
	add_line(writer, 0);
	assert_true(log_writer_stop(writer, PATIENCE_MS));
	assert_int_equal(fcntl(ends.writer, F_GETFL), flags);
	close(ends.writer);
	close(ends.reader);
}

static void a_descriptor_that_somebody_else_made_non_blocking_loses_no_line(void **state)
{
	struct pipe_ends ends = new_pipe();
	char *text = calloc(1, READ_MAX);
	size_t len = 0;

	(void)state;
	fcntl(ends.writer, F_SETFL, O_NONBLOCK);
	struct log_writer *writer = start_writer(ends.writer);
	add_lines(writer, 0, 1500); /* more than the pipe holds, less than the ring */
	read_until(ends.reader, text, &len, 65536, "line 1499,");
	assert_true(log_writer_stop(writer, PATIENCE_MS));
	assert_null(strstr(text, LOST_PATTERN));
	assert_int_equal(assert_all_accounted_for(text), 1500);
	close(ends.writer);
	close(ends.reader);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_that_nobody_reads_keeps_nobody_waiting_and_the_loss_is_told_at_its_place),
		cmocka_unit_test(a_slow_reader_is_told_one_count_for_many_lines),
		cmocka_unit_test(what_was_logged_last_is_written_before_the_end),
		cmocka_unit_test(the_end_waits_for_a_reader_as_long_as_it_was_told_and_no_longer),
		cmocka_unit_test(a_reader_that_is_gone_kills_nobody),
		cmocka_unit_test(lines_that_a_full_disk_refuses_are_counted_and_told_when_there_is_room),
		cmocka_unit_test(the_descriptor_that_others_share_stays_as_it_is),
		cmocka_unit_test(a_descriptor_that_somebody_else_made_non_blocking_loses_no_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

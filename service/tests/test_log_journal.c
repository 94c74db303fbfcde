/* SPDX-License-Identifier: Apache-2.0 */
/* What the journal is given, and when. libsystemd is played by the test. */
#include "service/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 10000

static char told[8192]; /* "NAME=value\n" of every field of every entry; written by the thread of the log */
static int refuse;      /* so many entries are refused first */
static bool is_missing; /* libsystemd */

void *__wrap_dlopen(const char *name, int flags);
void *__wrap_dlsym(void *library, const char *symbol);

static int send_entry(const struct iovec *fields, int count)
{
	for (int i = 0; i < count; i++) {
		strncat(told, fields[i].iov_base, fields[i].iov_len);
		strcat(told, "\n");
	}
	return refuse-- > 0 ? -11 : 0;
}

void *__wrap_dlopen(const char *name, int flags)
{
	assert_string_equal(name, "libsystemd.so.0");
	(void)flags;
	return is_missing ? NULL : told;
}

void *__wrap_dlsym(void *library, const char *symbol)
{
	int (*const function)(const struct iovec *, int) = send_entry;
	void *address;

	assert_ptr_equal(library, told);
	assert_string_equal(symbol, "sd_journal_sendv");
	memcpy(&address, &function, sizeof(address));
	return address;
}

static int saved_stderr;
static int ends[2];

/* Standard error is a pipe; JOURNAL_STREAM names it, or another one. The journal refuses the first entries. */
static void open_log(bool matching, int refusals)
{
	char stream[64];
	struct stat info;

	assert_int_equal(pipe(ends), 0);
	saved_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	assert_int_equal(fstat(STDERR_FILENO, &info), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)info.st_dev,
		 (unsigned long long)info.st_ino + (matching ? 0 : 1));
	setenv("JOURNAL_STREAM", stream, 1);
	memset(told, 0, sizeof(told));
	refuse = refusals;
	assert_true(log_open());
	assert_true(log_start_writing());
}

/* What was written to standard error. */
static const char *close_log(void)
{
	static char text[4096];

	log_close(PATIENCE_MS);
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(ends[1]);
	const ssize_t len = read(ends[0], text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	close(ends[0]);
	return text;
}

static void a_line_has_a_priority_and_its_fields(void **state)
{
	(void)state;
	open_log(true, 0);
	log_line(LOG_LEVEL_WARN, "SLAC status. evse_id=%s status=%s reason=%s run_id=%s ev=%s%s", "DE*ABC*E1", "failed",
		 "no_match_req", "0x0102030405060708", "00:18:87:00:A1:D6", "");
	assert_string_equal(close_log(), "");
	assert_string_equal(told, "MESSAGE=SLAC status. evse_id=DE*ABC*E1 status=failed reason=no_match_req "
				  "run_id=0x0102030405060708 ev=00:18:87:00:A1:D6\n"
				  "PRIORITY=4\nSYSLOG_IDENTIFIER=slacd\nEVSE_ID=DE*ABC*E1\nREASON=no_match_req\n"
				  "RUN_ID=0x0102030405060708\nEV_MAC=00:18:87:00:A1:D6\n");
}

static void each_level_has_its_priority(void **state)
{
	static const char *const priorities[] = {"PRIORITY=7\n", "PRIORITY=7\n", "PRIORITY=6\n", "PRIORITY=4\n",
						 "PRIORITY=3\n"};

	(void)state;
	log_set_level(LOG_LEVEL_TRACE);
	for (int level = LOG_LEVEL_TRACE; level <= LOG_LEVEL_ERROR; level++) {
		open_log(true, 0);
		log_line((enum log_level)level, "Something. count=%d", level);
		(void)close_log();
		assert_non_null(strstr(told, priorities[level]));
		assert_null(strstr(told, "EVSE_ID="));
	}
	log_set_level(LOG_LEVEL_INFO);
}

static void what_an_argument_says_is_no_field(void **state)
{
	(void)state;
	open_log(true, 0);
	log_line(LOG_LEVEL_INFO, "Said. info=%s evse_id=%s", "x evse_id=FORGED reason=forged", "DE*ABC*E1");
	(void)close_log();
	assert_non_null(strstr(told, "\nEVSE_ID=DE*ABC*E1\n"));
	assert_null(strstr(told, "EVSE_ID=FORGED"));
	assert_null(strstr(told, "REASON="));
}

static void a_field_that_the_cut_takes_away_is_left_out(void **state)
{
	static char much[6000];

	(void)state;
	memset(much, 'x', sizeof(much) - 1);
	open_log(true, 0);
	log_line(LOG_LEVEL_INFO, "Said. evse_id=%s info=%s reason=%s", "DE*ABC*E1", much, "lost");
	(void)close_log();
	assert_non_null(strstr(told, "\nEVSE_ID=DE*ABC*E1\n"));
	assert_null(strstr(told, "REASON="));
}

static void standard_error_that_is_not_the_journal_gets_the_classic_line(void **state)
{
	(void)state;
	open_log(false, 0);
	log_line(LOG_LEVEL_INFO, "Vehicle is connected. evse_id=%s", "DE*ABC*E1");
	assert_non_null(strstr(close_log(), "Z  INFO slacd: Vehicle is connected. evse_id=DE*ABC*E1\n"));
	assert_string_equal(told, "");
}

static void without_libsystemd_the_journal_gets_classic_lines_and_is_told_why(void **state)
{
	(void)state;
	is_missing = true;
	open_log(true, 0);
	log_line(LOG_LEVEL_INFO, "Vehicle is connected. evse_id=%s", "DE*ABC*E1");
	is_missing = false;
	const char *text = close_log();
	assert_non_null(strstr(text, " WARN slacd: libsystemd.so.0 cannot be loaded"));
	assert_non_null(strstr(text, "Z  INFO slacd: Vehicle is connected. evse_id=DE*ABC*E1\n"));
	assert_string_equal(told, "");
}

static void lines_that_the_journal_refuses_are_counted(void **state)
{
	(void)state;
	open_log(true, 1);
	log_line(LOG_LEVEL_INFO, "Lost.");
	log_line(LOG_LEVEL_INFO, "Taken.");
	(void)close_log();
	assert_non_null(strstr(told, "count=1 total=1"));
	assert_non_null(strstr(told, "MESSAGE=Taken."));
}

static void nothing_is_logged_after_the_end(void **state)
{
	(void)state;
	open_log(false, 0);
	assert_string_equal(close_log(), "");
	log_line(LOG_LEVEL_ERROR, "Standard error may be read by nobody any more.");
	open_log(false, 0);
	assert_string_equal(close_log(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_a_priority_and_its_fields),
		cmocka_unit_test(each_level_has_its_priority),
		cmocka_unit_test(what_an_argument_says_is_no_field),
		cmocka_unit_test(a_field_that_the_cut_takes_away_is_left_out),
		cmocka_unit_test(standard_error_that_is_not_the_journal_gets_the_classic_line),
		cmocka_unit_test(without_libsystemd_the_journal_gets_classic_lines_and_is_told_why),
		cmocka_unit_test(lines_that_the_journal_refuses_are_counted),
		cmocka_unit_test(nothing_is_logged_after_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Rows on disk: their order, their bound, and what is left of files that a kill or a bad disk has cut. */
#include "tools/history/history_spool.h"
#include "tools/history/tests/history_rows.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BOUND      (256u * 1024u)
#define FIRST_FILE "0000000000000001.rows"

struct bench {
	char directory[TEST_PATH_SIZE];
	char path[TEST_PATH_SIZE + 8];
	struct history_spool *spool;
	struct history_batch batch;
	char why[HISTORY_SPOOL_WHY_SIZE];
};

static void open_spool(struct bench *bench)
{
	bench->spool = history_spool_open(bench->path, BOUND, bench->why);
	assert_non_null(bench->spool);
}

static int begin(void **state)
{
	static struct bench bench;

	make_directory(bench.directory);
	snprintf(bench.path, sizeof(bench.path), "%s/spool", bench.directory);
	bench.batch = new_batch();
	open_spool(&bench);
	*state = &bench;
	return 0;
}

static int end(void **state)
{
	struct bench *bench = *state;

	history_spool_close(bench->spool);
	history_batch_free(&bench->batch);
	remove_directory(bench->directory);
	return 0;
}

static void append(struct bench *bench, unsigned first, unsigned count)
{
	history_batch_clear(&bench->batch);
	add_rows(&bench->batch, first, count);
	assert_true(history_spool_append(bench->spool, &bench->batch, bench->why));
}

/* The next rows begin with this one. Returns how many there are. */
static unsigned assert_first(struct bench *bench, unsigned first, size_t rows_max)
{
	struct history_row row;
	unsigned count = 0;

	history_batch_clear(&bench->batch);
	assert_true(history_spool_first(bench->spool, &bench->batch, rows_max, bench->why));
	for (size_t at = 0; history_batch_next(&bench->batch, &at, &row); count++)
		assert_int_equal(number_of(&row), first + count);
	return count;
}

/* All rows up to this one, and then the spool is empty. */
static void assert_rest(struct bench *bench, unsigned first, unsigned end_of_rows)
{
	while (first < end_of_rows) {
		first += assert_first(bench, first, 100);
		history_spool_forget(bench->spool);
	}
	assert_int_equal(first, end_of_rows);
	history_batch_clear(&bench->batch);
	assert_false(history_spool_first(bench->spool, &bench->batch, 100, bench->why));
	assert_true(history_spool_is_empty(bench->spool));
	assert_int_equal(history_spool_octets(bench->spool), 0);
}

static void rows_come_out_in_their_order(void **state)
{
	struct bench *bench = *state;

	assert_true(history_spool_is_empty(bench->spool));
	append(bench, 0, 250);
	append(bench, 250, 1);
	assert_int_equal(assert_first(bench, 0, 100), 100);
	assert_int_equal(assert_first(bench, 0, 100), 100); /* they were not forgotten */
	history_spool_forget(bench->spool);
	append(bench, 251, 49);
	assert_rest(bench, 100, 300);
	append(bench, 300, 5);
	assert_rest(bench, 300, 305);
}

static void rows_outlive_the_process(void **state)
{
	struct bench *bench = *state;

	append(bench, 0, 10);
	history_spool_close(bench->spool);
	open_spool(bench);
	append(bench, 10, 10);
	history_spool_close(bench->spool);
	open_spool(bench);
	assert_rest(bench, 0, 20);
}

static void several_files_come_in_their_order(void **state)
{
	struct bench *bench = *state;

	for (unsigned i = 0; i < 8; i++)
		append(bench, 500 * i, 500);
	history_spool_close(bench->spool);
	open_spool(bench);
	assert_rest(bench, 0, 4000);
	assert_int_equal(history_spool_broken(bench->spool), 0);
	assert_int_equal(history_spool_given_up(bench->spool), 0);
}

static void full_spool_gives_the_oldest_rows_up(void **state)
{
	struct bench *bench = *state;
	unsigned rows = 0;

	while (history_spool_given_up(bench->spool) == 0) {
		append(bench, rows, 100);
		rows += 100;
		assert_true(history_spool_octets(bench->spool) <= BOUND);
	}
	const unsigned given_up = (unsigned)history_spool_given_up(bench->spool);
	assert_true(given_up >= 100 && given_up < rows / 2);
	assert_rest(bench, given_up, rows);
}

static void smaller_bound_gives_up_what_is_more(void **state)
{
	struct bench *bench = *state;

	for (unsigned i = 0; i < 8; i++)
		append(bench, 500 * i, 500);
	history_spool_close(bench->spool);
	bench->spool = history_spool_open(bench->path, 65536, bench->why);
	assert_non_null(bench->spool);
	assert_true(history_spool_octets(bench->spool) <= 65536);
	assert_true(history_spool_given_up(bench->spool) >= 3000);
}

/* As a process leaves it that is killed while it writes: the rows were not acknowledged. */
static void rows_before_a_cut_are_there(void **state)
{
	struct bench *bench = *state;
	char file[2 * TEST_PATH_SIZE];
	struct stat info;

	append(bench, 0, 10);
	history_spool_close(bench->spool);
	snprintf(file, sizeof(file), "%s/" FIRST_FILE, bench->path);
	assert_int_equal(stat(file, &info), 0);
	assert_int_equal(truncate(file, info.st_size - 1), 0);
	open_spool(bench);
	append(bench, 9, 5);
	assert_rest(bench, 0, 14);
	assert_int_equal(history_spool_broken(bench->spool), info.st_size / 10 - 1);
}

static void damage(struct bench *bench, off_t at, const void *octets, size_t len)
{
	char file[2 * TEST_PATH_SIZE];

	history_spool_close(bench->spool);
	snprintf(file, sizeof(file), "%s/" FIRST_FILE, bench->path);
	const int fd = open(file, O_WRONLY);
	assert_true(pwrite(fd, octets, len, at) == (ssize_t)len);
	close(fd);
	open_spool(bench);
}

/* Those of the first file, up to `end_of_rows`, without one. */
static void assert_all_but(struct bench *bench, unsigned missing, unsigned end_of_rows)
{
	struct history_row row;
	unsigned next = 0;

	while (next < end_of_rows) {
		history_batch_clear(&bench->batch);
		assert_true(history_spool_first(bench->spool, &bench->batch, 100, bench->why));
		for (size_t at = 0; history_batch_next(&bench->batch, &at, &row); next++) {
			next += next == missing;
			assert_int_equal(number_of(&row), next);
		}
		history_spool_forget(bench->spool);
	}
	assert_true(history_spool_is_empty(bench->spool));
}

/* What a row says, and its length: in both cases the next row is found. */
static void bad_octets_cost_their_row_only(void **state)
{
	struct bench *bench = *state;

	append(bench, 0, 300);
	const size_t len = bench->batch.len / 300;
	damage(bench, (off_t)len + 12, "\xff", 1);
	assert_all_but(bench, 1, 300);
	assert_int_equal(history_spool_broken(bench->spool), len);
	append(bench, 0, 300);
	damage(bench, 7 * (off_t)len, "\xff\x0f", 2);
	assert_all_but(bench, 7, 300);
	append(bench, 0, 300);
	damage(bench, 0, "\xff\xff\xff\xff", 4);
	assert_all_but(bench, 0, 300);
}

/* A whole block, longer than what is looked at in one piece. */
static void rows_behind_a_bad_block_are_found(void **state)
{
	struct bench *bench = *state;
	static const char block[100000];
	struct history_row row;
	unsigned rows = 0;

	append(bench, 0, 2500);
	damage(bench, 10000, block, sizeof(block));
	for (; !history_spool_is_empty(bench->spool); history_spool_forget(bench->spool)) {
		history_batch_clear(&bench->batch);
		assert_true(history_spool_first(bench->spool, &bench->batch, 100, bench->why));
		for (size_t at = 0; history_batch_next(&bench->batch, &at, &row); rows++)
			continue;
	}
	assert_int_equal(number_of(&row), 2499);
	const size_t lost = history_spool_broken(bench->spool);
	assert_true(lost >= sizeof(block) && lost < sizeof(block) + 1000 && rows < 2500 && rows > 500);
}

/* Without a free descriptor rows stay where they are. */
static void part_that_cannot_be_opened_stays(void **state)
{
	struct bench *bench = *state;
	struct rlimit before;

	append(bench, 0, 10);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	history_batch_clear(&bench->batch);
	const bool done = history_spool_first(bench->spool, &bench->batch, 100, bench->why);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(done);
	assert_non_null(strstr(bench->why, bench->path));
	assert_rest(bench, 0, 10);
}

static void rows_do_not_go_into_a_file_that_was_removed(void **state)
{
	struct bench *bench = *state;
	char file[2 * TEST_PATH_SIZE];

	append(bench, 0, 10);
	snprintf(file, sizeof(file), "%s/" FIRST_FILE, bench->path);
	assert_int_equal(unlink(file), 0);
	append(bench, 10, 10);
	assert_rest(bench, 10, 20);
}

/* A disk that is full: the rows are not in it, those before and after are. */
static void rows_that_cannot_be_written_are_refused(void **state)
{
	struct bench *bench = *state;
	struct rlimit before;

	append(bench, 0, 10);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	const struct rlimit small = {.rlim_cur = 10000, .rlim_max = before.rlim_max};
	history_batch_clear(&bench->batch);
	add_rows(&bench->batch, 10, 300);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	const bool done = history_spool_append(bench->spool, &bench->batch, bench->why);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	history_spool_close(bench->spool);
	assert_false(done);
	assert_non_null(strstr(bench->why, bench->path));
	open_spool(bench);
	history_batch_clear(&bench->batch);
	add_rows(&bench->batch, 10, 300);
	assert_true(history_spool_append(bench->spool, &bench->batch, bench->why));
	assert_rest(bench, 0, 310);
	assert_int_equal(history_spool_broken(bench->spool), 0);
}

static void second_process_is_refused(void **state)
{
	struct bench *bench = *state;

	assert_null(history_spool_open(bench->path, BOUND, bench->why));
	assert_non_null(strstr(bench->why, "another slac-history uses it"));
}

static void directory_that_cannot_be_made_is_named(void **state)
{
	struct bench *bench = *state;

	assert_null(history_spool_open("/proc/nowhere/spool", BOUND, bench->why));
	assert_non_null(strstr(bench->why, "/proc/nowhere/spool: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_come_out_in_their_order, begin, end),
		cmocka_unit_test_setup_teardown(rows_outlive_the_process, begin, end),
		cmocka_unit_test_setup_teardown(several_files_come_in_their_order, begin, end),
		cmocka_unit_test_setup_teardown(full_spool_gives_the_oldest_rows_up, begin, end),
		cmocka_unit_test_setup_teardown(smaller_bound_gives_up_what_is_more, begin, end),
		cmocka_unit_test_setup_teardown(rows_before_a_cut_are_there, begin, end),
		cmocka_unit_test_setup_teardown(bad_octets_cost_their_row_only, begin, end),
		cmocka_unit_test_setup_teardown(rows_behind_a_bad_block_are_found, begin, end),
		cmocka_unit_test_setup_teardown(part_that_cannot_be_opened_stays, begin, end),
		cmocka_unit_test_setup_teardown(rows_do_not_go_into_a_file_that_was_removed, begin, end),
		cmocka_unit_test_setup_teardown(rows_that_cannot_be_written_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(second_process_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(directory_that_cannot_be_made_is_named, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

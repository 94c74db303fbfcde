/* SPDX-License-Identifier: Apache-2.0 */
/* The store that is a SQLite file, and the reader of it. */
#include "tools/history/history_reader.h"
#include "tools/history/history_store.h"
#include "tools/history/tests/history_rows.h"

#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define TEXT_SIZE 4096

struct bench {
	char directory[TEST_PATH_SIZE];
	char path[TEST_PATH_SIZE + 16];
	struct history_store *store;
	struct history_batch batch;
	char why[HISTORY_STORE_WHY_SIZE];
};

static int begin(void **state)
{
	static struct bench bench;

	make_directory(bench.directory);
	snprintf(bench.path, sizeof(bench.path), "%s/h.sqlite", bench.directory);
	bench.batch = new_batch();
	const struct history_store_options options = {.database = bench.path, .refused_max = 3};
	bench.store = history_store_new(&options, bench.why);
	assert_non_null(bench.store);
	*state = &bench;
	return 0;
}

static int end(void **state)
{
	struct bench *bench = *state;

	history_store_free(bench->store);
	history_batch_free(&bench->batch);
	remove_directory(bench->directory);
	return 0;
}

static void open_store(struct bench *bench)
{
	if (!bench->store->class->open(bench->store, bench->why))
		fail_msg("%s", bench->why);
}

static enum history_stored write_batch(struct bench *bench)
{
	return bench->store->class->write(bench->store, &bench->batch, bench->why);
}

static void add(struct bench *bench, struct history_row row)
{
	assert_true(history_batch_add(&bench->batch, &row));
}

/* Somebody else's command. */
static void run(struct bench *bench, const char *sql)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(bench->path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

struct text {
	char octets[TEXT_SIZE];
	size_t len;
};

static bool take_row(void *context, const char *const *columns)
{
	struct text *text = context;

	for (size_t i = 0; i < HISTORY_READER_COLUMNS_MAX && columns[i] != NULL; i++)
		text->len += (size_t)snprintf(text->octets + text->len, TEXT_SIZE - text->len, "%s%s", i > 0 ? "|" : "",
					      columns[i]);
	text->len += (size_t)snprintf(text->octets + text->len, TEXT_SIZE - text->len, ";");
	return true;
}

static void assert_rows(struct bench *bench, const char *sql, const char *expected)
{
	struct text text = {.len = 0};
	char error[HISTORY_READER_ERROR_SIZE];
	struct history_reader *reader = history_reader_open(bench->path, error);

	assert_non_null(reader);
	assert_false(history_reader_is_postgres(reader));
	if (!history_reader_query(reader, sql, NULL, 0, take_row, &text, error))
		fail_msg("%s", error);
	assert_string_equal(text.octets, expected);
	history_reader_close(reader);
}

static void rows_of_each_kind_are_stored_as_they_are(void **state)
{
	struct bench *bench = *state;
	struct history_row row = telemetry_row(1);

	open_store(bench);
	add(bench, row);
	row.as.telemetry.sampling_us++;
	row.as.telemetry.has_number = false;
	add(bench, row);
	row.as.telemetry.sampling_us++;
	row.as.telemetry.has_text = true;
	strcpy(row.as.telemetry.text, "it's \"matched\"");
	add(bench, row);
	add(bench, status_row(1));
	add(bench, refused_row(1));
	assert_int_equal(write_batch(bench), HISTORY_STORED);
	assert_rows(
		bench,
		"SELECT station, evse_id, name, sampling_time, ifnull(number, 'null'), ifnull(text, 'null') FROM telemetry",
		"S1|DE*SIM*E1|sessions_matched|1795770611123001|1.0|null;"
		"S1|DE*SIM*E1|sessions_matched|1795770611123002|null|null;"
		"S1|DE*SIM*E1|sessions_matched|1795770611123003|null|it's \"matched\";");
	assert_rows(bench,
		    "SELECT station, message_id, evse_id, sampling_time, received_time, status, reason, run_id, ev_mac,"
		    " attenuation_db, record FROM status",
		    "S1|id-1|DE*SIM*E1|1795770611123001|1795770612123001|failed|no_sounds|0x0011223344556677|"
		    "00:18:87:00:A1:D6|20.5|20261127T091011.123456Z-E1.pcapng;");
	assert_rows(bench, "SELECT received_time, topic, hex(payload), reason FROM refused",
		    "1795770611123001|a/\"b\\c|00FF27|it's bad;");
	assert_rows(bench, "SELECT version FROM schema_version", "1;");
	/* Who reads it is not held up. */
	assert_rows(bench, "PRAGMA journal_mode", "wal;");
}

static void rows_that_come_again_are_there_once(void **state)
{
	struct bench *bench = *state;

	open_store(bench);
	add_rows(&bench->batch, 0, 10);
	add(bench, status_row(1));
	assert_int_equal(write_batch(bench), HISTORY_STORED);
	bench->store->class->close(bench->store);
	open_store(bench);
	add_rows(&bench->batch, 5, 10);
	assert_int_equal(write_batch(bench), HISTORY_STORED);
	assert_rows(bench, "SELECT count(*), sum(number) FROM telemetry", "15|105.0;");
	assert_rows(bench, "SELECT count(*) FROM status", "1;");
}

static void newest_of_the_refused_are_kept(void **state)
{
	struct bench *bench = *state;

	open_store(bench);
	for (unsigned i = 0; i < 10; i++) {
		history_batch_clear(&bench->batch);
		add(bench, refused_row(2 * i));
		add(bench, refused_row(2 * i + 1));
		assert_int_equal(write_batch(bench), HISTORY_STORED);
	}
	assert_rows(bench, "SELECT received_time % 1000 FROM refused ORDER BY id", "17;18;19;");
}

static void row_that_somebody_forbids_is_refused_with_its_batch(void **state)
{
	struct bench *bench = *state;

	open_store(bench);
	run(bench,
	    "CREATE TRIGGER t BEFORE INSERT ON telemetry WHEN new.number = 4 BEGIN SELECT raise(ABORT, 'no four'); END");
	add_rows(&bench->batch, 0, 10);
	assert_int_equal(write_batch(bench), HISTORY_STORE_UNWILLING);
	assert_non_null(strstr(bench->why, "no four"));
	assert_rows(bench, "SELECT count(*) FROM telemetry", "0;");
	history_batch_clear(&bench->batch);
	add_rows(&bench->batch, 5, 5);
	assert_int_equal(write_batch(bench), HISTORY_STORED);
}

static void tables_of_a_later_version_are_not_touched(void **state)
{
	struct bench *bench = *state;
	char error[HISTORY_READER_ERROR_SIZE];

	open_store(bench);
	bench->store->class->close(bench->store);
	run(bench, "UPDATE schema_version SET version = 2");
	assert_false(bench->store->class->open(bench->store, bench->why));
	assert_non_null(strstr(bench->why, "tables of version 2, and this slac-history knows version 1"));
	assert_null(history_reader_open(bench->path, error));
	assert_non_null(strstr(error, "tables of version 2"));
}

static void file_that_is_no_database_is_named(void **state)
{
	struct bench *bench = *state;
	char error[HISTORY_READER_ERROR_SIZE];
	FILE *file = fopen(bench->path, "w");

	for (int i = 0; i < 1000; i++)
		fputs("no database", file);
	fclose(file);
	assert_false(bench->store->class->open(bench->store, bench->why));
	assert_non_null(strstr(bench->why, bench->path));
	assert_non_null(strstr(bench->why, "not a database"));
	assert_null(history_reader_open(bench->path, error));
	assert_null(history_reader_open("/proc/nowhere", error));
	assert_non_null(strstr(error, "/proc/nowhere"));
}

static void file_that_is_taken_away_is_missed(void **state)
{
	struct bench *bench = *state;

	open_store(bench);
	add_rows(&bench->batch, 0, 10);
	assert_int_equal(write_batch(bench), HISTORY_STORED);
	assert_int_equal(unlink(bench->path), 0);
	assert_int_equal(write_batch(bench), HISTORY_STORE_AWAY);
	assert_non_null(strstr(bench->why, "taken away"));
	bench->store->class->close(bench->store);
	open_store(bench);
	assert_int_equal(write_batch(bench), HISTORY_STORED);
	assert_rows(bench, "SELECT count(*) FROM telemetry", "10;");
}

/* As a rotation does it, or whoever puts a backup in its place: the log of one file is not taken for that of another. */
static void file_that_is_moved_takes_its_rows_along(void **state)
{
	struct bench *bench = *state;
	char moved[TEST_PATH_SIZE + 16];

	open_store(bench);
	add_rows(&bench->batch, 0, 10);
	assert_int_equal(write_batch(bench), HISTORY_STORED);
	snprintf(moved, sizeof(moved), "%s/old.sqlite", bench->directory);
	assert_int_equal(rename(bench->path, moved), 0);
	history_batch_clear(&bench->batch);
	add_rows(&bench->batch, 10, 5);
	assert_int_equal(write_batch(bench), HISTORY_STORE_AWAY);
	bench->store->class->close(bench->store);
	open_store(bench);
	assert_int_equal(write_batch(bench), HISTORY_STORED);
	assert_rows(bench, "SELECT count(*) FROM telemetry", "5;");
	snprintf(bench->path, sizeof(bench->path), "%s", moved);
	assert_rows(bench, "SELECT count(*) FROM telemetry", "10;");
}

static void full_disk_is_a_database_that_is_away(void **state)
{
	struct bench *bench = *state;
	struct rlimit before;

	open_store(bench);
	add_rows(&bench->batch, 0, 10);
	assert_int_equal(write_batch(bench), HISTORY_STORED);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	const struct rlimit small = {.rlim_cur = 20000, .rlim_max = before.rlim_max};
	history_batch_clear(&bench->batch);
	add_rows(&bench->batch, 10, 2000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	const enum history_stored stored = write_batch(bench);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(stored, HISTORY_STORE_AWAY);
	assert_non_null(strstr(bench->why, bench->path));
	bench->store->class->close(bench->store);
	open_store(bench);
	assert_rows(bench, "SELECT count(*) FROM telemetry", "10;");
	assert_int_equal(write_batch(bench), HISTORY_STORED);
	assert_rows(bench, "SELECT count(*) FROM telemetry", "2010;");
}

static bool take_one(void *context, const char *const *columns)
{
	(void)columns;
	++*(unsigned *)context;
	return false;
}

static void query_has_parameters_and_ends_when_it_is_told(void **state)
{
	struct bench *bench = *state;
	const char *const parameters[] = {"S1", "12"};
	char error[HISTORY_READER_ERROR_SIZE];
	char micros[HISTORY_READER_MICROS_SIZE];
	char sql[256];
	struct text text = {.len = 0};
	unsigned count = 0;

	open_store(bench);
	add_rows(&bench->batch, 10, 5);
	assert_int_equal(write_batch(bench), HISTORY_STORED);
	struct history_reader *reader = history_reader_open(bench->path, error);
	snprintf(sql, sizeof(sql), "SELECT %s FROM telemetry WHERE number > CAST($2 AS BIGINT) AND station = $1",
		 history_reader_micros(reader, "sampling_time", micros));
	assert_true(history_reader_query(reader, sql, parameters, 2, take_row, &text, error));
	assert_string_equal(text.octets, "1795770611123013;1795770611123014;");
	assert_true(history_reader_query(reader, "SELECT 1 FROM telemetry", NULL, 0, take_one, &count, error));
	assert_int_equal(count, 1);
	assert_false(history_reader_query(reader, "SELECT nothing", NULL, 0, take_one, &count, error));
	assert_non_null(strstr(error, "nothing"));
	assert_false(history_reader_query(reader, "DELETE FROM telemetry", NULL, 0, take_one, &count, error));
	history_reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_of_each_kind_are_stored_as_they_are, begin, end),
		cmocka_unit_test_setup_teardown(rows_that_come_again_are_there_once, begin, end),
		cmocka_unit_test_setup_teardown(newest_of_the_refused_are_kept, begin, end),
		cmocka_unit_test_setup_teardown(row_that_somebody_forbids_is_refused_with_its_batch, begin, end),
		cmocka_unit_test_setup_teardown(tables_of_a_later_version_are_not_touched, begin, end),
		cmocka_unit_test_setup_teardown(file_that_is_no_database_is_named, begin, end),
		cmocka_unit_test_setup_teardown(file_that_is_taken_away_is_missed, begin, end),
		cmocka_unit_test_setup_teardown(file_that_is_moved_takes_its_rows_along, begin, end),
		cmocka_unit_test_setup_teardown(full_disk_is_a_database_that_is_away, begin, end),
		cmocka_unit_test_setup_teardown(query_has_parameters_and_ends_when_it_is_told, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

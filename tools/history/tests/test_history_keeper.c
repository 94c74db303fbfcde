/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows with a database that fails in every way that a database has: each row is stored once, in the end, unless it was
 * given up, and each trouble is said once.
 */
#include "tools/history/history_keeper.h"
#include "tools/history/tests/history_rows.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#define ROWS_MAX  8192
#define LINES_MAX 32
#define SPOOL     65536u
#define SECOND    1000000u

/* A database that does as it is told. */
struct fake_store {
	struct history_store store;
	bool away;          /* it cannot be opened */
	unsigned writes;    /* until it is away in the middle of one; 0: never */
	bool loses_answer;  /* then: the rows are there, but nobody is told */
	int unwilling;      /* the number of the row that it does not take, -1: none */
	bool rejects_aside; /* nor what is put aside in its place */
	bool ascii_aside;   /* nor that, as long as its topic has other characters */
	const char *why;
	bool takes_nothing; /* it is opened, and no more */
	size_t rows_max;    /* it is too slow for more at once; 0: for none */
	bool is_open;
	unsigned opened;
	unsigned transactions;
	uint8_t times[ROWS_MAX]; /* that a row was written */
	unsigned refused;
};

struct bench {
	char directory[TEST_PATH_SIZE];
	struct fake_store fake;
	struct history_keeper keeper;
	struct history_batch batch;
	char lines[LINES_MAX][256];
	unsigned line_count;
	uint64_t now_us;
};

static bool open_fake(struct history_store *store, char why[HISTORY_STORE_WHY_SIZE])
{
	struct fake_store *fake = (struct fake_store *)store;

	assert_false(fake->is_open);
	snprintf(why, HISTORY_STORE_WHY_SIZE, "%s", fake->why);
	fake->is_open = !fake->away;
	fake->opened += fake->is_open;
	return fake->is_open;
}

static void keep_rows(struct fake_store *fake, const struct history_batch *batch)
{
	struct history_row row;

	for (size_t at = 0; history_batch_next(batch, &at, &row);) {
		if (row.kind == HISTORY_REFUSED)
			fake->refused++;
		else
			fake->times[number_of(&row)]++;
	}
}

static bool rejects(const struct fake_store *fake, const char *topic)
{
	return fake->rejects_aside || (fake->ascii_aside && strchr(topic, '\xc3') != NULL);
}

static bool is_welcome(const struct fake_store *fake, const struct history_batch *batch)
{
	struct history_row row;

	for (size_t at = 0; history_batch_next(batch, &at, &row);)
		if (row.kind == HISTORY_REFUSED ? rejects(fake, row.as.refused.topic)
						: (int)number_of(&row) == fake->unwilling)
			return false;
	return true;
}

static enum history_stored write_fake(struct history_store *store, const struct history_batch *batch,
				      char why[HISTORY_STORE_WHY_SIZE])
{
	struct fake_store *fake = (struct fake_store *)store;

	assert_true(fake->is_open);
	snprintf(why, HISTORY_STORE_WHY_SIZE, "%s", fake->why);
	if (fake->writes > 0 && --fake->writes == 0) {
		fake->away = true;
		if (fake->loses_answer)
			keep_rows(fake, batch);
		return HISTORY_STORE_AWAY;
	}
	if (fake->takes_nothing || (fake->rows_max > 0 && batch->rows > fake->rows_max))
		return HISTORY_STORE_AWAY;
	if (!is_welcome(fake, batch))
		return HISTORY_STORE_UNWILLING;
	fake->transactions++;
	keep_rows(fake, batch);
	return HISTORY_STORED;
}

static void close_fake(struct history_store *store)
{
	((struct fake_store *)store)->is_open = false;
}

static void say(void *context, enum log_level level, const char *text)
{
	struct bench *bench = context;

	assert_true(bench->line_count < LINES_MAX);
	assert_null(strchr(text, '\n'));
	snprintf(bench->lines[bench->line_count++], sizeof(bench->lines[0]), "%s %s", log_level_texts[level], text);
}

static int begin(void **state)
{
	static const struct history_store_class class = {open_fake, write_fake, close_fake, NULL};
	static struct bench bench;
	char path[TEST_PATH_SIZE + 8];
	char why[HISTORY_SPOOL_WHY_SIZE];

	memset(&bench, 0, sizeof(bench));
	make_directory(bench.directory);
	snprintf(path, sizeof(path), "%s/spool", bench.directory);
	bench.batch = new_batch();
	bench.now_us = 77;
	bench.fake = (struct fake_store){.store = {&class}, .unwilling = -1, .why = "no answer"};
	bench.keeper = (struct history_keeper){.store = &bench.fake.store,
					       .spool = history_spool_open(path, SPOOL, why),
					       .rows_max = 20,
					       .say = say,
					       .context = &bench};
	assert_non_null(bench.keeper.spool);
	assert_true(history_keeper_init(&bench.keeper));
	*state = &bench;
	return 0;
}

static int end(void **state)
{
	struct bench *bench = *state;

	history_keeper_end(&bench->keeper);
	assert_false(bench->fake.is_open);
	history_spool_close(bench->keeper.spool);
	history_batch_free(&bench->batch);
	remove_directory(bench->directory);
	return 0;
}

static bool take(struct bench *bench, unsigned first, unsigned count)
{
	history_batch_clear(&bench->batch);
	add_rows(&bench->batch, first, count);
	return history_keeper_take(&bench->keeper, &bench->batch, bench->now_us);
}

/* Until there is nothing to do, or nothing before this time. */
static void work_until(struct bench *bench, uint64_t until_us)
{
	uint64_t next_us;

	while ((next_us = history_keeper_work(&bench->keeper, bench->now_us)) <= until_us)
		if (next_us > bench->now_us)
			bench->now_us = next_us;
}

static void assert_stored_once(const struct bench *bench, unsigned first, unsigned end_of_rows)
{
	for (unsigned i = first; i < end_of_rows; i++)
		assert_int_equal(bench->fake.times[i], 1);
}

/* So many lines that begin so, and no others. */
static void assert_lines(struct bench *bench, const char *const *begins, unsigned count)
{
	for (unsigned i = 0; i < bench->line_count && i < count; i++)
		if (strncmp(bench->lines[i], begins[i], strlen(begins[i])) != 0)
			fail_msg("line %u: '%s' does not begin with '%s'", i, bench->lines[i], begins[i]);
	assert_int_equal(bench->line_count, count);
	bench->line_count = 0;
}
#define ASSERT_LINES(bench, ...)                                                                                       \
	assert_lines(bench, (const char *const[]){__VA_ARGS__},                                                        \
		     sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void rows_go_to_the_database(void **state)
{
	struct bench *bench = *state;

	work_until(bench, 0);
	assert_true(take(bench, 0, 10));
	assert_int_equal(history_keeper_work(&bench->keeper, bench->now_us), HISTORY_KEEPER_NEVER);
	assert_stored_once(bench, 0, 10);
	assert_int_equal(bench->fake.transactions, 1);
	assert_true(history_spool_is_empty(bench->keeper.spool));
	ASSERT_LINES(bench, "INFO The database is there.");
}

static void database_that_comes_late_gets_all_in_order(void **state)
{
	struct bench *bench = *state;

	bench->fake.away = true;
	work_until(bench, bench->now_us);
	for (unsigned i = 0; i < 10; i++)
		assert_true(take(bench, 10 * i, 10));
	work_until(bench, bench->now_us + 40 * SECOND);
	assert_int_equal(bench->fake.opened, 0);
	ASSERT_LINES(bench, "WARN The database is away, rows wait in the spool. reason=no answer");
	bench->fake.away = false;
	work_until(bench, bench->now_us + HISTORY_BACKOFF_MAX_US);
	assert_stored_once(bench, 0, 100);
	assert_int_equal(bench->fake.transactions, 5); /* of 20 rows */
	ASSERT_LINES(bench, "INFO The database is there, rows of the spool follow. octets=",
		     "INFO The spool is empty. spooled=100 given_up=0");
}

static void attempts_become_rarer(void **state)
{
	struct bench *bench = *state;
	uint64_t wait_us = HISTORY_BACKOFF_MIN_US;

	bench->fake.away = true;
	for (int i = 0; i < 10; i++) {
		const uint64_t next_us = history_keeper_work(&bench->keeper, bench->now_us);
		assert_int_equal(next_us - bench->now_us, wait_us);
		wait_us = 2 * wait_us < HISTORY_BACKOFF_MAX_US ? 2 * wait_us : HISTORY_BACKOFF_MAX_US;
		assert_int_equal(history_keeper_work(&bench->keeper, next_us - 1), next_us);
		bench->now_us = next_us;
	}
}

static void each_reason_is_said_once(void **state)
{
	struct bench *bench = *state;

	bench->fake.away = true;
	work_until(bench, bench->now_us + 100 * SECOND);
	bench->fake.why = "wrong password";
	work_until(bench, bench->now_us + 100 * SECOND);
	ASSERT_LINES(bench, "WARN The database is away, rows wait in the spool. reason=no answer",
		     "WARN The database is away, rows wait in the spool. reason=wrong password");
}

static void batch_in_which_the_database_is_lost_is_safe(void **state)
{
	struct bench *bench = *state;

	work_until(bench, 0);
	assert_true(take(bench, 0, 10));
	bench->fake.writes = 1;
	assert_true(take(bench, 10, 10));
	assert_false(history_spool_is_empty(bench->keeper.spool));
	bench->fake.away = false;
	work_until(bench, bench->now_us);
	assert_stored_once(bench, 0, 20);
	ASSERT_LINES(bench, "INFO The database is there.", "WARN The database is away",
		     "INFO The database is there, rows of the spool follow.", "INFO The spool is empty.");
	/* It is opened again at once: most often it was restarted. */
	assert_int_equal(bench->fake.opened, 2);
}

/* A table that is missing, a role without rights, a disk that is full: it can be opened each time. */
static void database_that_takes_nothing_is_tried_ever_more_rarely(void **state)
{
	struct bench *bench = *state;

	bench->fake.takes_nothing = true;
	bench->fake.why = "no such table";
	work_until(bench, bench->now_us);
	assert_true(take(bench, 0, 10));
	work_until(bench, bench->now_us + 100 * SECOND);
	assert_true(bench->fake.opened <= 8);
	ASSERT_LINES(bench, "INFO The database is there.",
		     "WARN The database is away, rows wait in the spool. reason=no such table");
	bench->fake.takes_nothing = false;
	work_until(bench, bench->now_us + HISTORY_BACKOFF_MAX_US);
	assert_stored_once(bench, 0, 10);
	ASSERT_LINES(bench, "INFO The database is there, rows of the spool follow.", "INFO The spool is empty.");
}

static void slow_database_gets_fewer_rows_at_once(void **state)
{
	struct bench *bench = *state;

	bench->fake.rows_max = 3;
	work_until(bench, bench->now_us);
	assert_true(take(bench, 0, 100));
	work_until(bench, bench->now_us + 600 * SECOND);
	assert_stored_once(bench, 0, 100);
	assert_true(history_spool_is_empty(bench->keeper.spool));
}

static void answer_that_is_lost_brings_rows_twice_and_none_is_missing(void **state)
{
	struct bench *bench = *state;

	work_until(bench, 0);
	bench->fake.writes = 1;
	bench->fake.loses_answer = true;
	assert_true(take(bench, 0, 10));
	bench->fake.away = false;
	work_until(bench, bench->now_us + HISTORY_BACKOFF_MIN_US);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(bench->fake.times[i], 2); /* a database takes each once, by its key */
}

static void database_that_is_lost_while_the_spool_follows_loses_nothing(void **state)
{
	struct bench *bench = *state;

	bench->fake.away = true;
	work_until(bench, bench->now_us);
	assert_true(take(bench, 0, 100));
	bench->fake.away = false;
	bench->fake.writes = 3;
	work_until(bench, bench->now_us + 10 * SECOND);
	assert_stored_once(bench, 0, 40);
	assert_int_equal(bench->fake.times[40], 0);
	bench->fake.away = false;
	work_until(bench, bench->now_us + HISTORY_BACKOFF_MAX_US);
	assert_stored_once(bench, 0, 100);
}

static void new_rows_do_not_wait_for_those_of_the_spool(void **state)
{
	struct bench *bench = *state;

	bench->fake.away = true;
	work_until(bench, bench->now_us);
	assert_true(take(bench, 0, 100));
	bench->fake.away = false;
	bench->now_us += SECOND;
	assert_int_equal(history_keeper_work(&bench->keeper, bench->now_us), bench->now_us);
	assert_true(take(bench, 100, 10));
	assert_stored_once(bench, 100, 110);
	assert_int_equal(bench->fake.times[99], 0);
	work_until(bench, bench->now_us);
	assert_stored_once(bench, 0, 110);
}

static void row_that_the_database_does_not_take_holds_nothing_up(void **state)
{
	struct bench *bench = *state;

	work_until(bench, 0);
	bench->fake.unwilling = 4;
	bench->fake.why = "a constraint of somebody else's";
	assert_true(take(bench, 0, 10));
	assert_true(take(bench, 0, 5));
	assert_int_equal(bench->fake.times[4], 0);
	for (unsigned i = 5; i < 10; i++)
		assert_int_equal(bench->fake.times[i], 1);
	assert_int_equal(bench->fake.refused, 2);
	assert_int_equal(history_keeper_counts(&bench->keeper).unwilling, 2);
	assert_int_equal(history_keeper_counts(&bench->keeper).stored, 13);
	ASSERT_LINES(
		bench, "INFO The database is there.",
		"WARN The database does not take a row, which is put aside. reason=a constraint of somebody else's");
	bench->fake.rejects_aside = true;
	assert_true(take(bench, 0, 10));
	assert_true(history_spool_is_empty(bench->keeper.spool));
}

/* PostgreSQL with the encoding LATIN2, say, and a station whose name it cannot write. */
static void row_is_put_aside_in_ascii_where_it_must_be(void **state)
{
	struct bench *bench = *state;
	struct history_row row = {.kind = HISTORY_TELEMETRY,
				  .as.telemetry = {.has_number = true, .station = "\xc3\xbc"}};

	work_until(bench, 0);
	bench->fake.unwilling = 0;
	bench->fake.ascii_aside = true;
	history_batch_clear(&bench->batch);
	assert_true(history_batch_add(&bench->batch, &row));
	assert_true(history_keeper_take(&bench->keeper, &bench->batch, bench->now_us));
	assert_int_equal(bench->fake.refused, 1);
}

static void full_spool_gives_up_the_oldest_and_says_so_once(void **state)
{
	struct bench *bench = *state;
	unsigned rows = 0;

	bench->fake.away = true;
	work_until(bench, bench->now_us);
	for (; rows < 4000; rows += 100)
		assert_true(take(bench, rows, 100));
	ASSERT_LINES(bench, "WARN The database is away",
		     "ERROR The spool is full: the oldest rows are given up. total=");
	const unsigned given_up = (unsigned)history_keeper_counts(&bench->keeper).given_up;
	assert_true(given_up > 0 && given_up < rows);
	bench->fake.away = false;
	work_until(bench, bench->now_us + HISTORY_BACKOFF_MAX_US);
	assert_int_equal(bench->fake.times[given_up - 1], 0);
	assert_stored_once(bench, given_up, rows);
	ASSERT_LINES(bench, "INFO The database is there, rows of the spool follow.",
		     "INFO The spool is empty. spooled=4000");
}

static void rows_that_nobody_keeps_are_not_safe(void **state)
{
	struct bench *bench = *state;
	struct rlimit before;

	bench->fake.away = true;
	work_until(bench, bench->now_us);
	bench->line_count = 0;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	const struct rlimit none = {.rlim_cur = 100, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	const bool safe[] = {take(bench, 0, 10), take(bench, 0, 10)};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_false(safe[0] || safe[1]);
	ASSERT_LINES(bench, "ERROR Rows cannot be kept, and wait at the broker as far as it has room. reason=");
	assert_true(take(bench, 0, 10));
	ASSERT_LINES(bench, "INFO Rows can be kept again.");
	bench->fake.away = false;
	work_until(bench, bench->now_us + HISTORY_BACKOFF_MAX_US);
	assert_stored_once(bench, 0, 10);
}

/* Without a free descriptor: nothing is thrown away, and it is not tried without end. */
static void spool_that_cannot_be_read_is_tried_again_later(void **state)
{
	struct bench *bench = *state;
	struct rlimit before;

	bench->fake.away = true;
	work_until(bench, bench->now_us);
	assert_true(take(bench, 0, 10));
	bench->fake.away = false;
	bench->now_us += SECOND;
	bench->line_count = 0;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	const uint64_t next_us = history_keeper_work(&bench->keeper, bench->now_us);
	work_until(bench, bench->now_us + 5 * SECOND);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_true(next_us < bench->now_us);
	ASSERT_LINES(bench, "INFO The database is there, rows of the spool follow.", "ERROR The spool cannot be read");
	work_until(bench, bench->now_us + 2 * SECOND);
	assert_stored_once(bench, 0, 10);
}

/* Any order of what can happen: a row that was taken is stored in the end. */
static void by_chance_nothing_is_lost(void **state)
{
	struct bench *bench = *state;
	unsigned rows = 0;

	srand(1);
	while (rows < 600) {
		const int chance = rand() % 8;
		if (chance == 0)
			bench->fake.away = !bench->fake.away;
		else if (chance == 1)
			bench->fake.writes = 1 + (unsigned)rand() % 4;
		else if (chance == 2)
			bench->now_us += SECOND;
		else if (chance == 3)
			history_keeper_work(&bench->keeper, bench->now_us);
		else if (take(bench, rows, 7))
			rows += 7;
		bench->line_count = 0;
	}
	bench->fake.away = false;
	bench->fake.writes = 0;
	while (history_keeper_work(&bench->keeper, bench->now_us += SECOND) != HISTORY_KEEPER_NEVER)
		bench->line_count = 0;
	assert_int_equal(history_keeper_counts(&bench->keeper).given_up, 0);
	assert_stored_once(bench, 0, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_go_to_the_database, begin, end),
		cmocka_unit_test_setup_teardown(database_that_comes_late_gets_all_in_order, begin, end),
		cmocka_unit_test_setup_teardown(attempts_become_rarer, begin, end),
		cmocka_unit_test_setup_teardown(each_reason_is_said_once, begin, end),
		cmocka_unit_test_setup_teardown(batch_in_which_the_database_is_lost_is_safe, begin, end),
		cmocka_unit_test_setup_teardown(database_that_takes_nothing_is_tried_ever_more_rarely, begin, end),
		cmocka_unit_test_setup_teardown(slow_database_gets_fewer_rows_at_once, begin, end),
		cmocka_unit_test_setup_teardown(answer_that_is_lost_brings_rows_twice_and_none_is_missing, begin, end),
		cmocka_unit_test_setup_teardown(database_that_is_lost_while_the_spool_follows_loses_nothing, begin,
						end),
		cmocka_unit_test_setup_teardown(new_rows_do_not_wait_for_those_of_the_spool, begin, end),
		cmocka_unit_test_setup_teardown(row_that_the_database_does_not_take_holds_nothing_up, begin, end),
		cmocka_unit_test_setup_teardown(row_is_put_aside_in_ascii_where_it_must_be, begin, end),
		cmocka_unit_test_setup_teardown(full_spool_gives_up_the_oldest_and_says_so_once, begin, end),
		cmocka_unit_test_setup_teardown(rows_that_nobody_keeps_are_not_safe, begin, end),
		cmocka_unit_test_setup_teardown(spool_that_cannot_be_read_is_tried_again_later, begin, end),
		cmocka_unit_test_setup_teardown(by_chance_nothing_is_lost, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

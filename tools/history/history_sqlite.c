/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file, with a write-ahead log: who reads it is not held up. A transaction is on disk when it is over (synchronous =
 * FULL), since the broker forgets a message that is told to be stored.
 */
#include "tools/history/history_sqlite.h"
#include "tools/history/history_schema.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum statement {
	STATEMENT_TELEMETRY,
	STATEMENT_STATUS,
	STATEMENT_REFUSED,
	STATEMENT_TRIM, /* of the refused */
	STATEMENTS
};

static const char *const statements[STATEMENTS] = {
	[STATEMENT_TELEMETRY] = "INSERT OR IGNORE INTO telemetry (station, evse_id, name, sampling_time, number, text)"
				" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[STATEMENT_STATUS] = "INSERT OR IGNORE INTO status (station, message_id, evse_id, sampling_time, received_time,"
			     " status, reason, run_id, ev_mac, attenuation_db, record)"
			     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[STATEMENT_REFUSED] = "INSERT INTO refused (received_time, topic, payload, reason) VALUES (?1, ?2, ?3, ?4)",
	[STATEMENT_TRIM] = "DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - ?1",
};

struct sqlite_store {
	struct history_store store;
	char *path;
	unsigned refused_max;
	sqlite3 *database; /* NULL: it is not open */
	sqlite3_stmt *statements[STATEMENTS];
};

static struct sqlite_store *own(struct history_store *store)
{
	return (struct sqlite_store *)store;
}

static bool say(const struct sqlite_store *store, char why[HISTORY_STORE_WHY_SIZE])
{
	snprintf(why, HISTORY_STORE_WHY_SIZE, "%s: %s", store->path,
		 store->database != NULL ? sqlite3_errmsg(store->database) : "no memory");
	return false;
}

static bool run(struct sqlite_store *store, const char *sql)
{
	return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* --- opening --- */

/* The whole number that a query gives. False: it cannot be asked. */
static bool ask(struct sqlite_store *store, const char *sql, long long *number)
{
	sqlite3_stmt *statement = NULL;
	bool is_there = sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) == SQLITE_OK &&
			sqlite3_step(statement) == SQLITE_ROW;

	if (is_there)
		*number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return is_there;
}

/* Within a transaction: of two that find no tables one makes them. */
static bool make_tables(struct sqlite_store *store, char why[HISTORY_STORE_WHY_SIZE])
{
	long long number = 0;

	if (!ask(store, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'", &number))
		return say(store, why);
	if (number == 0)
		return run(store, history_schema_sqlite) || say(store, why);
	if (!ask(store, "SELECT max(version) FROM schema_version", &number))
		return say(store, why);
	if (number == HISTORY_SCHEMA_VERSION)
		return true;
	const int len = snprintf(why, HISTORY_STORE_WHY_SIZE, "%.256s: ", store->path);
	snprintf(why + len, HISTORY_STORE_WHY_SIZE - (size_t)len, HISTORY_SCHEMA_ERROR, number, HISTORY_SCHEMA_VERSION);
	return false;
}

static bool prepare(struct sqlite_store *store)
{
	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(store->database, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &store->statements[i], NULL) != SQLITE_OK)
			return false;
	return true;
}

static void close_database(struct history_store *base)
{
	struct sqlite_store *store = own(base);

	for (int i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(store->statements[i]);
		store->statements[i] = NULL;
	}
	sqlite3_close(store->database);
	store->database = NULL;
}

static bool open_file(struct sqlite_store *store, char why[HISTORY_STORE_WHY_SIZE])
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

	if (sqlite3_open_v2(store->path, &store->database, flags, NULL) != SQLITE_OK)
		return say(store, why);
	sqlite3_busy_timeout(store->database, HISTORY_STORE_PATIENCE_MS);
	if (!run(store, "PRAGMA journal_mode = WAL") || !run(store, "PRAGMA synchronous = FULL") ||
	    !run(store, "BEGIN IMMEDIATE"))
		return say(store, why);
	if (!make_tables(store, why)) {
		run(store, "ROLLBACK");
		return false;
	}
	return (run(store, "COMMIT") && prepare(store)) || say(store, why);
}

static bool open_database(struct history_store *base, char why[HISTORY_STORE_WHY_SIZE])
{
	if (open_file(own(base), why))
		return true;
	close_database(base);
	return false;
}

/* --- writing --- */

static void bind_text(sqlite3_stmt *statement, int number, const char *text)
{
	sqlite3_bind_text(statement, number, text, -1, SQLITE_STATIC);
}

static void bind_text_or_null(sqlite3_stmt *statement, int number, const char *text)
{
	if (*text != '\0')
		bind_text(statement, number, text);
	else
		sqlite3_bind_null(statement, number);
}

static void bind_telemetry(sqlite3_stmt *statement, const struct history_telemetry *row)
{
	bind_text(statement, 1, row->station);
	bind_text(statement, 2, row->evse_id);
	bind_text(statement, 3, row->name);
	sqlite3_bind_int64(statement, 4, row->sampling_us);
	if (row->has_number)
		sqlite3_bind_double(statement, 5, row->number);
	else
		sqlite3_bind_null(statement, 5);
	if (row->has_text)
		bind_text(statement, 6, row->text);
	else
		sqlite3_bind_null(statement, 6);
}

static void bind_status(sqlite3_stmt *statement, const struct history_status *row)
{
	bind_text(statement, 1, row->station);
	bind_text(statement, 2, row->message_id);
	bind_text(statement, 3, row->evse_id);
	sqlite3_bind_int64(statement, 4, row->sampling_us);
	sqlite3_bind_int64(statement, 5, row->received_us);
	bind_text(statement, 6, row->status);
	bind_text(statement, 7, row->reason);
	bind_text(statement, 8, row->run_id);
	bind_text(statement, 9, row->ev_mac);
	if (row->has_attenuation)
		sqlite3_bind_double(statement, 10, row->attenuation_db);
	else
		sqlite3_bind_null(statement, 10);
	bind_text_or_null(statement, 11, row->record);
}

static void bind_refused(sqlite3_stmt *statement, const struct history_refused *row)
{
	sqlite3_bind_int64(statement, 1, row->received_us);
	bind_text(statement, 2, row->topic);
	sqlite3_bind_blob(statement, 3, row->payload, (int)row->len, SQLITE_STATIC);
	bind_text(statement, 4, row->why);
}

static bool step(sqlite3_stmt *statement)
{
	const bool done = sqlite3_step(statement) == SQLITE_DONE;

	sqlite3_reset(statement);
	return done;
}

static bool insert(struct sqlite_store *store, const struct history_row *row)
{
	switch (row->kind) {
	case HISTORY_TELEMETRY:
		bind_telemetry(store->statements[STATEMENT_TELEMETRY], &row->as.telemetry);
		return step(store->statements[STATEMENT_TELEMETRY]);
	case HISTORY_STATUS:
		bind_status(store->statements[STATEMENT_STATUS], &row->as.status);
		return step(store->statements[STATEMENT_STATUS]);
	case HISTORY_REFUSED:
		break;
	}
	bind_refused(store->statements[STATEMENT_REFUSED], &row->as.refused);
	return step(store->statements[STATEMENT_REFUSED]);
}

static bool insert_all(struct sqlite_store *store, const struct history_batch *batch)
{
	struct history_row row;
	bool has_refused = false;

	for (size_t at = 0; history_batch_next(batch, &at, &row);) {
		if (!insert(store, &row))
			return false;
		has_refused = has_refused || row.kind == HISTORY_REFUSED;
	}
	if (!has_refused)
		return true;
	sqlite3_bind_int64(store->statements[STATEMENT_TRIM], 1, store->refused_max);
	return step(store->statements[STATEMENT_TRIM]);
}

/* What somebody has taken away, or put another one in its place of, would be written to all the same, and lost. */
static bool is_gone(struct sqlite_store *store)
{
	int moved = 0;

	return sqlite3_file_control(store->database, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved;
}

/*
 * The log stayed behind, by its name: its rows belong into the file that was moved, and into no other that has its name
 * now.
 */
static void settle_log(struct sqlite_store *store)
{
	sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static bool is_about_rows(int code)
{
	return code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH || code == SQLITE_TOOBIG;
}

static enum history_stored write_batch(struct history_store *base, const struct history_batch *batch,
				       char why[HISTORY_STORE_WHY_SIZE])
{
	struct sqlite_store *store = own(base);

	if (is_gone(store)) {
		settle_log(store);
		snprintf(why, HISTORY_STORE_WHY_SIZE, "%s: the file was taken away", store->path);
		return HISTORY_STORE_AWAY;
	}
	if (!run(store, "BEGIN IMMEDIATE")) {
		say(store, why);
		return HISTORY_STORE_AWAY;
	}
	if (insert_all(store, batch) && run(store, "COMMIT"))
		return HISTORY_STORED;
	const int code = sqlite3_errcode(store->database);
	say(store, why);
	run(store, "ROLLBACK");
	return is_about_rows(code) ? HISTORY_STORE_UNWILLING : HISTORY_STORE_AWAY;
}

static void free_store(struct history_store *base)
{
	close_database(base);
	free(own(base)->path);
	free(base);
}

struct history_store *history_sqlite_new(const struct history_store_options *options)
{
	static const struct history_store_class class = {open_database, write_batch, close_database, free_store};
	struct sqlite_store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store->store.class = &class;
	store->refused_max = options->refused_max;
	store->path = strdup(options->database);
	if (store->path != NULL)
		return &store->store;
	free(store);
	return NULL;
}

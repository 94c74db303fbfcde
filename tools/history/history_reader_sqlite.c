/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_reader_class.h"
#include "tools/history/history_store.h"

#include <sqlite3.h>
#include <stdio.h>

static bool say(sqlite3 *database, char *error)
{
	const char *path = sqlite3_db_filename(database, "main");

	snprintf(error, HISTORY_READER_ERROR_SIZE, "%s: %s", path != NULL ? path : "SQLite", sqlite3_errmsg(database));
	return false;
}

static void close_database(void *database)
{
	sqlite3_close(database);
}

static bool run(sqlite3 *database, sqlite3_stmt *statement, const struct history_reader_query *query, char *error)
{
	const char *columns[HISTORY_READER_COLUMNS_MAX] = {NULL};
	const int count = sqlite3_column_count(statement);
	int result = SQLITE_DONE;

	for (size_t i = 0; i < query->count; i++) {
		char name[8];
		snprintf(name, sizeof(name), "$%u", (unsigned)(i + 1) % 100);
		sqlite3_bind_text(statement, sqlite3_bind_parameter_index(statement, name), query->parameters[i], -1,
				  SQLITE_STATIC);
	}
	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		for (int i = 0; i < count && i < HISTORY_READER_COLUMNS_MAX; i++)
			columns[i] = (const char *)sqlite3_column_text(statement, i);
		if (!query->row(query->context, columns))
			return true;
	}
	return result == SQLITE_DONE || say(database, error);
}

static bool query_database(void *database, const struct history_reader_query *query, char *error)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(database, query->sql, -1, &statement, NULL) != SQLITE_OK)
		return say(database, error);
	const bool done = run(database, statement, query, error);
	sqlite3_finalize(statement);
	return done;
}

const struct history_reader_class history_sqlite_reader = {close_database, query_database};

void *history_sqlite_reader_open(const char *path, char error[HISTORY_READER_ERROR_SIZE])
{
	sqlite3 *database = NULL;

	if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(database, HISTORY_STORE_PATIENCE_MS);
		return database;
	}
	snprintf(error, HISTORY_READER_ERROR_SIZE, "%s: %s", path,
		 database != NULL ? sqlite3_errmsg(database) : "no memory");
	sqlite3_close(database);
	return NULL;
}

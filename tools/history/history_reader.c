/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_reader.h"
#include "tools/history/history_reader_class.h"
#include "tools/history/history_schema.h"
#include "tools/history/history_store.h"

#include <stdio.h>
#include <stdlib.h>

struct history_reader {
	const struct history_reader_class *class;
	void *database;
	bool is_postgres;
};

static bool open_database(struct history_reader *reader, const char *database, char error[HISTORY_READER_ERROR_SIZE])
{
	reader->is_postgres = history_database_is_postgres(database);
	snprintf(error, HISTORY_READER_ERROR_SIZE, "this slac-history was built without %s",
		 reader->is_postgres ? "PostgreSQL (libpq)" : "SQLite (sqlite3)");
	if (reader->is_postgres) {
#ifdef HISTORY_POSTGRES
		reader->class = &history_postgres_reader;
		reader->database = history_postgres_reader_open(database, error);
#endif
	} else {
#ifdef HISTORY_SQLITE
		reader->class = &history_sqlite_reader;
		reader->database = history_sqlite_reader_open(database, error);
#endif
	}
	return reader->database != NULL;
}

static bool take_version(void *context, const char *const *columns)
{
	*(long long *)context = columns[0] != NULL ? strtoll(columns[0], NULL, 10) : 0;
	return true;
}

static bool has_known_tables(struct history_reader *reader, char error[HISTORY_READER_ERROR_SIZE])
{
	long long version = 0;

	if (!history_reader_query(reader, "SELECT max(version) FROM schema_version", NULL, 0, take_version, &version,
				  error))
		return false;
	if (version == HISTORY_SCHEMA_VERSION)
		return true;
	snprintf(error, HISTORY_READER_ERROR_SIZE, HISTORY_SCHEMA_ERROR, version, HISTORY_SCHEMA_VERSION);
	return false;
}

struct history_reader *history_reader_open(const char *database, char error[HISTORY_READER_ERROR_SIZE])
{
	struct history_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL) {
		snprintf(error, HISTORY_READER_ERROR_SIZE, "no memory");
		return NULL;
	}
	if (open_database(reader, database, error) && has_known_tables(reader, error))
		return reader;
	history_reader_close(reader);
	return NULL;
}

void history_reader_close(struct history_reader *reader)
{
	if (reader != NULL && reader->database != NULL)
		reader->class->close(reader->database);
	free(reader);
}

bool history_reader_is_postgres(const struct history_reader *reader)
{
	return reader->is_postgres;
}

const char *history_reader_micros(const struct history_reader *reader, const char *column,
				  char out[HISTORY_READER_MICROS_SIZE])
{
	snprintf(out, HISTORY_READER_MICROS_SIZE,
		 reader->is_postgres ? "CAST(extract(epoch FROM %s) * 1000000 AS BIGINT)" : "%s", column);
	return out;
}

bool history_reader_query(struct history_reader *reader, const char *sql, const char *const *parameters, size_t count,
			  bool (*row)(void *context, const char *const *columns), void *context,
			  char error[HISTORY_READER_ERROR_SIZE])
{
	const struct history_reader_query query = {sql, parameters, count, row, context};

	return reader->class->query(reader->database, &query, error);
}

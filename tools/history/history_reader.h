/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries of a history, for reports: the same calls for a SQLite file and for PostgreSQL. It changes nothing, and does
 * not hold up who writes. A call may block.
 */
#ifndef TOOLS_HISTORY_HISTORY_READER_H
#define TOOLS_HISTORY_HISTORY_READER_H

#include <stdbool.h>
#include <stddef.h>

#define HISTORY_READER_ERROR_SIZE  512
#define HISTORY_READER_PARAMETERS  8
#define HISTORY_READER_COLUMNS_MAX 16
#define HISTORY_READER_MICROS_SIZE 128

struct history_reader;

/*
 * Opens the database (as --database names it). NULL, and `error` is one line: it cannot be read, or has no tables of
 * the version that is known.
 */
struct history_reader *history_reader_open(const char *database, char error[HISTORY_READER_ERROR_SIZE]);
/* NULL: does nothing. */
void history_reader_close(struct history_reader *reader);

bool history_reader_is_postgres(const struct history_reader *reader);

/*
 * SQL for the microseconds since 1970, UTC, of a column with a time, which is an integer in one database and a
 * timestamptz in the other. Writes into out and returns it.
 */
const char *history_reader_micros(const struct history_reader *reader, const char *column,
				  char out[HISTORY_READER_MICROS_SIZE]);

/*
 * Runs one SELECT. Its parameters are texts, which it names $1, $2 and so on; CAST($1 AS BIGINT) makes a number of one,
 * in both databases. `row` is called for each row with its columns as texts (NULL: null), which are valid during the
 * call; it returns false to have no more of them. False, and `error` is one line: the query failed.
 */
bool history_reader_query(struct history_reader *reader, const char *sql, const char *const *parameters, size_t count,
			  bool (*row)(void *context, const char *const *columns), void *context,
			  char error[HISTORY_READER_ERROR_SIZE]);

#endif

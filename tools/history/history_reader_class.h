/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader is made of in each database. Internal to history_reader*.c. */
#ifndef TOOLS_HISTORY_HISTORY_READER_CLASS_H
#define TOOLS_HISTORY_HISTORY_READER_CLASS_H

#include "tools/history/history_reader.h"

struct history_reader_query {
	const char *sql;
	const char *const *parameters;
	size_t count;
	bool (*row)(void *context, const char *const *columns);
	void *context;
};

struct history_reader_class {
	void (*close)(void *database);
	bool (*query)(void *database, const struct history_reader_query *query, char *error);
};

/* Each opens the database. NULL, and `error` says why. */
void *history_sqlite_reader_open(const char *path, char error[HISTORY_READER_ERROR_SIZE]);
void *history_postgres_reader_open(const char *database, char error[HISTORY_READER_ERROR_SIZE]);

extern const struct history_reader_class history_sqlite_reader;
extern const struct history_reader_class history_postgres_reader;

#endif

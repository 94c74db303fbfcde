/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_store.h"

#include "tools/history/history_postgres.h"
#include "tools/history/history_sqlite.h"

#include <stdio.h>
#include <string.h>

bool history_database_is_postgres(const char *database)
{
	return strncmp(database, "postgresql://", strlen("postgresql://")) == 0 ||
	       strncmp(database, "postgres://", strlen("postgres://")) == 0;
}

static bool is_path(const char *database)
{
	const char first = database[strcspn(database, ":=/")];

	return first != ':' && first != '=';
}

static bool is_address(const char *database)
{
#ifdef HISTORY_POSTGRES
	return history_postgres_address_is_valid(database);
#else
	(void)database;
	return true; /* history_store_new and the reader say what is missing */
#endif
}

bool history_database_check(const char *database, const char *program)
{
	if (history_database_is_postgres(database) ? is_address(database) : is_path(database))
		return true;
	fprintf(stderr,
		"%s: --database (SLAC_HISTORY_DATABASE): expected the path of a SQLite file, with ./ before a name that has"
		" : or =, or postgresql://USER@HOST/NAME as libpq reads it\n",
		program);
	return false;
}

struct history_store *history_store_new(const struct history_store_options *options, char why[HISTORY_STORE_WHY_SIZE])
{
	struct history_store *store = NULL;

	snprintf(why, HISTORY_STORE_WHY_SIZE, "no memory");
	if (history_database_is_postgres(options->database)) {
#ifdef HISTORY_POSTGRES
		store = history_postgres_new(options);
#else
		snprintf(why, HISTORY_STORE_WHY_SIZE, "this slac-history was built without PostgreSQL (libpq)");
#endif
	} else {
#ifdef HISTORY_SQLITE
		store = history_sqlite_new(options);
#else
		snprintf(why, HISTORY_STORE_WHY_SIZE, "this slac-history was built without SQLite (sqlite3)");
#endif
	}
	return store;
}

void history_store_free(struct history_store *store)
{
	if (store != NULL)
		store->class->free(store);
}

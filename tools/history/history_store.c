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

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to PostgreSQL on which nothing waits longer than HISTORY_STORE_PATIENCE_MS: libpq's own calls would wait
 * for a server that has gone silent as long as TCP does, which is minutes.
 */
#ifndef TOOLS_HISTORY_HISTORY_POSTGRES_LINK_H
#define TOOLS_HISTORY_HISTORY_POSTGRES_LINK_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Connects. NULL, and `why` is one line that names server and database, but no password. The caller ends it with
 * PQfinish.
 */
PGconn *postgres_connect(const char *database, char *why, size_t size);

/*
 * Runs one statement with parameters as texts (NULL: null), or several without parameters. The caller clears the result.
 * NULL, and `why` is one line: it failed, or has not ended in time, and then the connection is of no more use
 * (PQstatus). `sqlstate`, six octets, becomes the server's code, "" where it said none; NULL where it is not wanted.
 */
PGresult *postgres_run(PGconn *connection, const char *sql, int count, const char *const *parameters, char *sqlstate,
		       char *why, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_postgres_link.h"
#include "tools/history/history_reader_class.h"

#include <stdio.h>
#include <string.h>

static bool say(const char *text, char *error)
{
	snprintf(error, HISTORY_READER_ERROR_SIZE, "PostgreSQL: %.*s", (int)strcspn(text, "\n"), text);
	return false;
}

static void close_database(void *database)
{
	PQfinish(database);
}

static void hand_over(const PGresult *result, const struct history_reader_query *query)
{
	const char *columns[HISTORY_READER_COLUMNS_MAX] = {NULL};

	for (int row = 0; row < PQntuples(result); row++) {
		for (int i = 0; i < PQnfields(result) && i < HISTORY_READER_COLUMNS_MAX; i++)
			columns[i] = PQgetisnull(result, row, i) ? NULL : PQgetvalue(result, row, i);
		if (!query->row(query->context, columns))
			return;
	}
}

static bool query_database(void *database, const struct history_reader_query *query, char *error)
{
	PGresult *result =
		PQexecParams(database, query->sql, (int)query->count, NULL, query->parameters, NULL, NULL, 0);
	const bool done = PQresultStatus(result) == PGRES_TUPLES_OK;

	if (done)
		hand_over(result, query);
	else
		say(PQerrorMessage(database), error);
	PQclear(result);
	return done;
}

const struct history_reader_class history_postgres_reader = {close_database, query_database};

void *history_postgres_reader_open(const char *database, char error[HISTORY_READER_ERROR_SIZE])
{
	char why[HISTORY_READER_ERROR_SIZE - 16];
	PGconn *connection = postgres_connect(database, why, sizeof(why));

	if (connection == NULL) {
		say(why, error);
		return NULL;
	}
	/* A report may take its time. */
	PQsetnonblocking(connection, 0);
	PGresult *result = PQexec(connection, "SET default_transaction_read_only = on");
	const bool is_set = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	if (is_set)
		return connection;
	say(PQerrorMessage(connection), error);
	PQfinish(connection);
	return NULL;
}

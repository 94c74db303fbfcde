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

/* False: no more rows are wanted. */
static bool hand_over(const PGresult *result, const struct history_reader_query *query)
{
	const char *columns[HISTORY_READER_COLUMNS_MAX] = {NULL};

	for (int row = 0; row < PQntuples(result); row++) {
		for (int i = 0; i < PQnfields(result) && i < HISTORY_READER_COLUMNS_MAX; i++)
			columns[i] = PQgetisnull(result, row, i) ? NULL : PQgetvalue(result, row, i);
		if (!query->row(query->context, columns))
			return false;
	}
	return true;
}

/* Row by row as the server sends them: libpq would otherwise hold all of them at once. */
static bool take_results(PGconn *connection, const struct history_reader_query *query, char *error)
{
	bool is_wanted = true;
	bool is_done = false;

	for (PGresult *result; (result = PQgetResult(connection)) != NULL; PQclear(result)) {
		const ExecStatusType status = PQresultStatus(result);
		is_done = status == PGRES_TUPLES_OK;
		if (status != PGRES_SINGLE_TUPLE && !is_done)
			say(PQresultErrorMessage(result), error);
		else
			is_wanted = is_wanted && hand_over(result, query);
	}
	return is_done;
}

static bool query_database(void *database, const struct history_reader_query *query, char *error)
{
	if (PQsendQueryParams(database, query->sql, (int)query->count, NULL, query->parameters, NULL, NULL, 0) != 1)
		return say(PQerrorMessage(database), error);
	PQsetSingleRowMode(database);
	return take_results(database, query, error);
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/history_postgres_link.h"

#include "service/clock.h"
#include "tools/history/history_store.h"

#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char silent[] = "it does not answer";

/* libpq says several lines, and what matters in the first. It ends where nothing has come that could be told. */
static void take_line(const char *text, char *why, size_t size)
{
	const size_t len = strcspn(text, "\n");
	const bool is_over = len > 0 && text[len - 1] != ' ';

	snprintf(why, size, "%.*s%s", (int)len, text, is_over ? "" : silent);
}

/* False: not in time. */
static bool await_socket(const PGconn *connection, short events, uint64_t until_us)
{
	struct pollfd fd = {.fd = PQsocket(connection), .events = events};
	const uint64_t now_us = clock_now_us();

	return now_us < until_us && poll(&fd, 1, (int)((until_us - now_us) / 1000) + 1) > 0;
}

PGconn *postgres_connect(const char *database, char *why, size_t size)
{
	/* The database's own settings go before the first two: what is in the text of the connection goes last. */
	static const char *const names[] = {"client_encoding", "application_name", "dbname", NULL};
	const char *const values[] = {"UTF8", "slac-history", database, NULL};
	const uint64_t until_us = clock_now_us() + HISTORY_STORE_PATIENCE_MS * 1000u;
	PGconn *connection = PQconnectStartParams(names, values, 1);
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	if (connection == NULL) {
		snprintf(why, size, "no memory");
		return NULL;
	}
	while (PQstatus(connection) != CONNECTION_BAD && status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
		if (!await_socket(connection, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_us))
			break;
		status = PQconnectPoll(connection);
	}
	if (status == PGRES_POLLING_OK && PQsetnonblocking(connection, 1) == 0)
		return connection;
	take_line(PQerrorMessage(connection), why, size);
	PQfinish(connection);
	return NULL;
}

/* Sends what is left of the statement, and takes answers meanwhile: the server might wait for that. */
static bool flush(PGconn *connection, uint64_t until_us)
{
	int left;

	while ((left = PQflush(connection)) == 1)
		if (!await_socket(connection, POLLIN | POLLOUT, until_us) || !PQconsumeInput(connection))
			return false;
	return left == 0;
}

static bool await_result(PGconn *connection, uint64_t until_us)
{
	while (PQisBusy(connection))
		if (!await_socket(connection, POLLIN, until_us) || !PQconsumeInput(connection))
			return false;
	return true;
}

static bool is_good(const PGresult *result)
{
	const ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Of several statements the first that fails, or the last one. */
static PGresult *collect(PGconn *connection, uint64_t until_us)
{
	PGresult *kept = NULL;

	for (;;) {
		if (!await_result(connection, until_us)) {
			PQclear(kept);
			return NULL;
		}
		PGresult *result = PQgetResult(connection);
		if (result == NULL)
			return kept;
		if (kept != NULL && !is_good(kept)) {
			PQclear(result);
			continue;
		}
		PQclear(kept);
		kept = result;
	}
}

PGresult *postgres_run(PGconn *connection, const char *sql, int count, const char *const *parameters, char *sqlstate,
		       char *why, size_t size)
{
	const uint64_t until_us = clock_now_us() + HISTORY_STORE_PATIENCE_MS * 1000u;
	const int sent = count > 0 ? PQsendQueryParams(connection, sql, count, NULL, parameters, NULL, NULL, 0)
				   : PQsendQuery(connection, sql);
	PGresult *result = NULL;

	if (sqlstate != NULL)
		*sqlstate = '\0';
	if (sent && flush(connection, until_us))
		result = collect(connection, until_us);
	if (result == NULL) {
		take_line(PQerrorMessage(connection), why, size);
		return NULL;
	}
	if (is_good(result))
		return result;
	take_line(PQresultErrorMessage(result), why, size);
	const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (sqlstate != NULL && code != NULL)
		snprintf(sqlstate, 6, "%s", code);
	PQclear(result);
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A batch is one transaction, and of each table one statement: its columns go as arrays. */
#include "tools/history/history_postgres.h"
#include "tools/history/history_postgres_link.h"
#include "tools/history/history_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of slac-history alone: two that make the tables at the same time wait for each other. */
#define ADVISORY_LOCK "7165243851"
#define COLUMNS_MAX   11
/*
 * Microseconds since 1970 become a time. An interval is multiplied as a floating-point number, which whole seconds, and
 * what is less than one, pass through unchanged.
 */
#define TIME(parameter)                                                                                                \
	"'epoch'::timestamptz + interval '1 second' * (" parameter                                                     \
	" / 1000000) + interval '1 microsecond' * (" parameter " % 1000000)"

/* A table, and how its columns are inserted. */
struct table {
	const char *insert;
	int columns;
};

static const struct table tables[] = {
	[HISTORY_TELEMETRY] =
		{"INSERT INTO telemetry (station, evse_id, name, sampling_time, number, text)"
		 " SELECT s, e, n, " TIME(
			 "t") ", d, x FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[],"
			      " $5::double precision[], $6::text[]) AS r(s, e, n, t, d, x) ON CONFLICT DO NOTHING",
		 6},
	[HISTORY_STATUS] =
		{"INSERT INTO status (station, message_id, evse_id, sampling_time, received_time, status, reason,"
		 " run_id, ev_mac, attenuation_db, record) SELECT s, m, e, " TIME("t") ", " TIME(
			 "u") ", a, w, i, c, d, f"
			      " FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],"
			      " $8::text[], $9::text[], $10::double precision[], $11::text[]) AS r(s, m, e, t, u, a, w, i, c, d, f)"
			      " ON CONFLICT DO NOTHING",
		 11},
	[HISTORY_REFUSED] = {"INSERT INTO refused (received_time, topic, payload, reason)"
			     " SELECT " TIME(
				     "t") ", o, decode(p, 'hex'), w FROM unnest($1::bigint[], $2::text[], $3::text[],"
					  " $4::text[]) AS r(t, o, p, w)",
			     4},
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* The text of an array: {"a","b",NULL}. */
struct array {
	char *text;
	size_t len;
	size_t size;
};

struct postgres_store {
	struct history_store store;
	char *database;
	unsigned refused_max;
	PGconn *connection; /* NULL: it is not open */
	struct array arrays[TABLES][COLUMNS_MAX];
	size_t rows[TABLES];
	bool no_memory;
};

static struct postgres_store *own(struct history_store *store)
{
	return (struct postgres_store *)store;
}

/* --- statements --- */

static bool run(struct postgres_store *store, const char *sql, char *sqlstate, char why[HISTORY_STORE_WHY_SIZE])
{
	PGresult *result = postgres_run(store->connection, sql, 0, NULL, sqlstate, why, HISTORY_STORE_WHY_SIZE);

	PQclear(result);
	return result != NULL;
}

/* The whole number that a query gives, -1: it gives no row. False: it cannot be asked. */
static bool ask(struct postgres_store *store, const char *sql, long long *number, char why[HISTORY_STORE_WHY_SIZE])
{
	PGresult *result = postgres_run(store->connection, sql, 0, NULL, NULL, why, HISTORY_STORE_WHY_SIZE);

	if (result == NULL)
		return false;
	*number = PQntuples(result) > 0 ? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : -1;
	PQclear(result);
	return true;
}

/* --- opening --- */

static bool make_hypertable(struct postgres_store *store, char why[HISTORY_STORE_WHY_SIZE])
{
	long long is_there;

	if (!ask(store, history_schema_has_timescale, &is_there, why))
		return false;
	return is_there < 0 || run(store, history_schema_hypertable, NULL, why);
}

static bool make_tables(struct postgres_store *store, char why[HISTORY_STORE_WHY_SIZE])
{
	long long number;

	if (!run(store, "BEGIN; SELECT pg_advisory_xact_lock(" ADVISORY_LOCK ")", NULL, why) ||
	    !ask(store, "SELECT 1 WHERE to_regclass('schema_version') IS NOT NULL", &number, why))
		return false;
	if (number < 0)
		return run(store, history_schema_postgres, NULL, why) && make_hypertable(store, why) &&
		       run(store, "COMMIT", NULL, why);
	if (!ask(store, "SELECT max(version) FROM schema_version", &number, why))
		return false;
	if (number == HISTORY_SCHEMA_VERSION)
		return run(store, "COMMIT", NULL, why);
	snprintf(why, HISTORY_STORE_WHY_SIZE, HISTORY_SCHEMA_ERROR, number, HISTORY_SCHEMA_VERSION);
	return false;
}

static void close_database(struct history_store *base)
{
	PQfinish(own(base)->connection);
	own(base)->connection = NULL;
}

static bool open_database(struct history_store *base, char why[HISTORY_STORE_WHY_SIZE])
{
	struct postgres_store *store = own(base);

	store->connection = postgres_connect(store->database, why, HISTORY_STORE_WHY_SIZE);
	if (store->connection == NULL)
		return false;
	/* The server gives up, too, what nobody waits for any more. */
	if (run(store, "SET statement_timeout = 4500; SET lock_timeout = 4000", NULL, why) && make_tables(store, why))
		return true;
	close_database(base);
	return false;
}

/* --- arrays --- */

/* Room for `len` more octets, and a NUL. */
static bool make_room(struct postgres_store *store, struct array *array, size_t len)
{
	const size_t wanted = array->len + len + 1;
	size_t size = array->size > 0 ? array->size : 1024;

	while (size < wanted)
		size *= 2;
	if (size == array->size)
		return true;
	char *text = realloc(array->text, size);
	if (text == NULL) {
		store->no_memory = true;
		return false;
	}
	array->text = text;
	array->size = size;
	return true;
}

static void begin_element(struct array *array)
{
	array->text[array->len] = array->len == 0 ? '{' : ',';
	array->len++;
}

static void add_bare(struct postgres_store *store, struct array *array, const char *text)
{
	const size_t len = strlen(text);

	if (!make_room(store, array, len + 2))
		return;
	begin_element(array);
	memcpy(array->text + array->len, text, len);
	array->len += len;
}

static void add_text(struct postgres_store *store, struct array *array, const char *text)
{
	if (!make_room(store, array, 2 * strlen(text) + 4))
		return;
	begin_element(array);
	array->text[array->len++] = '"';
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			array->text[array->len++] = '\\';
		array->text[array->len++] = *text;
	}
	array->text[array->len++] = '"';
}

static void add_hex(struct postgres_store *store, struct array *array, const uint8_t *octets, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	if (!make_room(store, array, 2 * len + 4))
		return;
	begin_element(array);
	array->text[array->len++] = '"';
	for (size_t i = 0; i < len; i++) {
		array->text[array->len++] = digits[octets[i] >> 4];
		array->text[array->len++] = digits[octets[i] & 15];
	}
	array->text[array->len++] = '"';
}

static void add_time(struct postgres_store *store, struct array *array, int64_t time_us)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)time_us);
	add_bare(store, array, text);
}

static void add_number(struct postgres_store *store, struct array *array, bool is_there, double number)
{
	char text[32];

	snprintf(text, sizeof(text), "%.17g", number);
	add_bare(store, array, is_there ? text : "NULL");
}

static void add_telemetry(struct postgres_store *store, const struct history_telemetry *row)
{
	struct array *array = store->arrays[HISTORY_TELEMETRY];

	add_text(store, &array[0], row->station);
	add_text(store, &array[1], row->evse_id);
	add_text(store, &array[2], row->name);
	add_time(store, &array[3], row->sampling_us);
	add_number(store, &array[4], row->has_number, row->number);
	if (row->has_text)
		add_text(store, &array[5], row->text);
	else
		add_bare(store, &array[5], "NULL");
}

static void add_status(struct postgres_store *store, const struct history_status *row)
{
	struct array *array = store->arrays[HISTORY_STATUS];

	add_text(store, &array[0], row->station);
	add_text(store, &array[1], row->message_id);
	add_text(store, &array[2], row->evse_id);
	add_time(store, &array[3], row->sampling_us);
	add_time(store, &array[4], row->received_us);
	add_text(store, &array[5], row->status);
	add_text(store, &array[6], row->reason);
	add_text(store, &array[7], row->run_id);
	add_text(store, &array[8], row->ev_mac);
	add_number(store, &array[9], row->has_attenuation, row->attenuation_db);
	if (row->record[0] != '\0')
		add_text(store, &array[10], row->record);
	else
		add_bare(store, &array[10], "NULL");
}

static void add_refused(struct postgres_store *store, const struct history_refused *row)
{
	struct array *array = store->arrays[HISTORY_REFUSED];

	add_time(store, &array[0], row->received_us);
	add_text(store, &array[1], row->topic);
	add_hex(store, &array[2], row->payload, row->len);
	add_text(store, &array[3], row->why);
}

/* False without memory. */
static bool fill_arrays(struct postgres_store *store, const struct history_batch *batch)
{
	struct history_row row;

	store->no_memory = false;
	memset(store->rows, 0, sizeof(store->rows));
	for (size_t i = 0; i < TABLES * COLUMNS_MAX; i++)
		store->arrays[i / COLUMNS_MAX][i % COLUMNS_MAX].len = 0;
	for (size_t at = 0; history_batch_next(batch, &at, &row);) {
		store->rows[row.kind]++;
		if (row.kind == HISTORY_TELEMETRY)
			add_telemetry(store, &row.as.telemetry);
		else if (row.kind == HISTORY_STATUS)
			add_status(store, &row.as.status);
		else
			add_refused(store, &row.as.refused);
	}
	return !store->no_memory;
}

/* --- writing --- */

static bool insert(struct postgres_store *store, size_t table, char *sqlstate, char why[HISTORY_STORE_WHY_SIZE])
{
	const char *parameters[COLUMNS_MAX];

	for (int i = 0; i < tables[table].columns; i++) {
		struct array *array = &store->arrays[table][i];
		if (!make_room(store, array, 1)) {
			snprintf(why, HISTORY_STORE_WHY_SIZE, "no memory");
			return false;
		}
		memcpy(array->text + array->len, "}", 2);
		parameters[i] = array->text;
	}
	PGresult *result = postgres_run(store->connection, tables[table].insert, tables[table].columns, parameters,
					sqlstate, why, HISTORY_STORE_WHY_SIZE);
	PQclear(result);
	return result != NULL;
}

static bool trim(struct postgres_store *store, char *sqlstate, char why[HISTORY_STORE_WHY_SIZE])
{
	char sql[128];

	snprintf(sql, sizeof(sql), "DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - %u",
		 store->refused_max);
	return run(store, sql, sqlstate, why);
}

static bool insert_all(struct postgres_store *store, char *sqlstate, char why[HISTORY_STORE_WHY_SIZE])
{
	if (!run(store, "BEGIN", sqlstate, why))
		return false;
	for (size_t i = 0; i < TABLES; i++)
		if (store->rows[i] > 0 && !insert(store, i, sqlstate, why))
			return false;
	if (store->rows[HISTORY_REFUSED] > 0 && !trim(store, sqlstate, why))
		return false;
	return run(store, "COMMIT", sqlstate, why);
}

/* What the rows have said: data exceptions (22), constraints that are not the tables' own (23), a trigger's RAISE (P0). */
static bool is_about_rows(const char *sqlstate)
{
	return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 || strncmp(sqlstate, "P0", 2) == 0;
}

static enum history_stored write_batch(struct history_store *base, const struct history_batch *batch,
				       char why[HISTORY_STORE_WHY_SIZE])
{
	struct postgres_store *store = own(base);
	char ignored[HISTORY_STORE_WHY_SIZE];
	char sqlstate[6] = "";

	if (!fill_arrays(store, batch)) {
		snprintf(why, HISTORY_STORE_WHY_SIZE, "no memory");
		return HISTORY_STORE_AWAY;
	}
	if (insert_all(store, sqlstate, why))
		return HISTORY_STORED;
	if (!is_about_rows(sqlstate) || !run(store, "ROLLBACK", NULL, ignored))
		return HISTORY_STORE_AWAY;
	return HISTORY_STORE_UNWILLING;
}

bool history_postgres_address_is_valid(const char *database)
{
	PQconninfoOption *options = PQconninfoParse(database, NULL);

	PQconninfoFree(options);
	return options != NULL;
}

static void free_store(struct history_store *base)
{
	struct postgres_store *store = own(base);

	close_database(base);
	for (size_t i = 0; i < TABLES * COLUMNS_MAX; i++)
		free(store->arrays[i / COLUMNS_MAX][i % COLUMNS_MAX].text);
	if (store->database != NULL)
		explicit_bzero(store->database, strlen(store->database));
	free(store->database);
	free(store);
}

struct history_store *history_postgres_new(const struct history_store_options *options)
{
	static const struct history_store_class class = {open_database, write_batch, close_database, free_store};
	struct postgres_store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store->store.class = &class;
	store->refused_max = options->refused_max;
	store->database = strdup(options->database);
	if (store->database != NULL)
		return &store->store;
	free(store);
	return NULL;
}

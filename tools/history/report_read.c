/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/report_read.h"
#include "service/log_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQL_SIZE 1536

/* Columns of the query of statuses. */
enum { STATION, EVSE_ID, MESSAGE_ID, AT, STATUS, REASON, RUN_ID, EV_MAC, ATTENUATION };

static const char *text_of(const char *column)
{
	return column != NULL ? column : "";
}

static bool take_status(void *context, const char *const *columns)
{
	report_sessions_take(context, &(struct report_status){
					      .station = text_of(columns[STATION]),
					      .evse_id = text_of(columns[EVSE_ID]),
					      .message_id = text_of(columns[MESSAGE_ID]),
					      .at_us = strtoll(text_of(columns[AT]), NULL, 10),
					      .status = text_of(columns[STATUS]),
					      .reason = text_of(columns[REASON]),
					      .run_id = text_of(columns[RUN_ID]),
					      .ev_mac = text_of(columns[EV_MAC]),
					      .has_attenuation = columns[ATTENUATION] != NULL,
					      .attenuation_db = strtod(text_of(columns[ATTENUATION]), NULL),
				      });
	return true;
}

static void take_session(void *context, const struct report_session *session)
{
	report_model_take(context, session);
}

struct times {
	struct report_model *model;
	char station[REPORT_NAME_SIZE];
};

static bool take_time(void *context, const char *const *columns)
{
	struct times *times = context;
	char station[REPORT_NAME_SIZE];

	log_text_line(station, sizeof(station), text_of(columns[0]), strlen(text_of(columns[0])));
	if (strcmp(station, times->station) != 0)
		report_model_end_station(times->model, times->station);
	strcpy(times->station, station);
	report_model_take_duration(times->model, strtod(text_of(columns[1]), NULL));
	return true;
}

/* A text such as "AND sampling_time >= ...", with the parameters $1 and $2, in seconds, and $3, the station. */
static const char *condition(const struct history_reader *reader, const char *station)
{
	if (history_reader_is_postgres(reader))
		return station != NULL ? "sampling_time >= to_timestamp(CAST($1 AS BIGINT))"
					 " AND sampling_time < to_timestamp(CAST($2 AS BIGINT)) AND station = $3"
				       : "sampling_time >= to_timestamp(CAST($1 AS BIGINT))"
					 " AND sampling_time < to_timestamp(CAST($2 AS BIGINT))";
	return station != NULL ? "sampling_time >= CAST($1 AS BIGINT) * 1000000"
				 " AND sampling_time < CAST($2 AS BIGINT) * 1000000 AND station = $3"
			       : "sampling_time >= CAST($1 AS BIGINT) * 1000000"
				 " AND sampling_time < CAST($2 AS BIGINT) * 1000000";
}

struct range {
	char from[24];
	char to[24];
};

static struct range range_of(int64_t from_s, int64_t to_s)
{
	struct range range;

	snprintf(range.from, sizeof(range.from), "%lld", (long long)from_s);
	snprintf(range.to, sizeof(range.to), "%lld", (long long)to_s);
	return range;
}

/* slacd tells its count of matches as 0 when it starts, and never again: by that a start is known. */
static bool read_statuses(struct report_model *model, struct history_reader *reader, const char *station, char *error)
{
	const struct report_query *query = &model->query;
	const struct range range = range_of(query->from_s - REPORT_MARGIN_S, query->to_s + REPORT_MARGIN_S);
	const char *const parameters[] = {range.from, range.to, station};
	struct report_sessions sessions = {.take = take_session, .context = model};
	char micros[HISTORY_READER_MICROS_SIZE];
	char sql[SQL_SIZE];

	snprintf(
		sql, sizeof(sql),
		"SELECT station, evse_id, message_id, %s, status, reason, run_id, ev_mac, attenuation_db FROM"
		" (SELECT station, evse_id, message_id, sampling_time, received_time, status, reason, run_id, ev_mac,"
		" attenuation_db FROM status WHERE %s UNION ALL SELECT station, evse_id, '', sampling_time, sampling_time,"
		" '" REPORT_STATUS_START "', '', '', '', NULL FROM telemetry"
		" WHERE name = 'sessions_matched' AND number = 0 AND %s) AS told"
		" ORDER BY station, evse_id, sampling_time, received_time, message_id",
		history_reader_micros(reader, "sampling_time", micros), condition(reader, station),
		condition(reader, station));
	if (!history_reader_query(reader, sql, parameters, station != NULL ? 3 : 2, take_status, &sessions, error))
		return false;
	report_sessions_end(&sessions);
	model->unknown_beginnings = sessions.unknown_beginnings;
	return true;
}

static bool read_times(struct report_model *model, struct history_reader *reader, const char *station, char *error)
{
	const struct range range = range_of(model->query.from_s, model->query.to_s);
	const char *const parameters[] = {range.from, range.to, station};
	struct times times = {.model = model};
	char sql[SQL_SIZE];

	snprintf(sql, sizeof(sql),
		 "SELECT station, number FROM telemetry WHERE name = 'last_match_ms' AND number IS NOT NULL AND %s"
		 " ORDER BY station",
		 condition(reader, station));
	if (!history_reader_query(reader, sql, parameters, station != NULL ? 3 : 2, take_time, &times, error))
		return false;
	report_model_end_station(model, times.station);
	return true;
}

bool report_read(struct report_model *model, struct history_reader *reader, const char *station,
		 char error[HISTORY_READER_ERROR_SIZE])
{
	return read_statuses(model, reader, station, error) && read_times(model, reader, station, error);
}

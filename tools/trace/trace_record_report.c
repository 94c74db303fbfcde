/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/trace/trace_record_report.h"

#include "service/log_text.h"
#include "tools/trace/trace_report_parts.h"

#include <inttypes.h>
#include <string.h>

/* --- settings --- */

/* The value of "slac.link_loss" in the settings in force. */
static const char *value_of(struct json_object *settings, const char *path)
{
	char part[64];

	while (settings != NULL && *path != '\0') {
		const size_t len = strcspn(path, ".");
		snprintf(part, sizeof(part), "%.*s", (int)len, path);
		if (!json_object_is_type(settings, json_type_object) ||
		    !json_object_object_get_ex(settings, part, &settings))
			return "";
		path += len + (path[len] == '.');
	}
	return settings == NULL ? "" : json_object_get_string(settings);
}

/* NULL: none, or no JSON in UTF-8. */
static struct json_object *parse_settings(const struct trace_record *record)
{
	struct json_tokener *tokener = record->settings == NULL ? NULL : json_tokener_new();
	struct json_object *settings;

	if (tokener == NULL)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	settings = json_tokener_parse_ex(tokener, record->settings, (int)strlen(record->settings) + 1);
	json_tokener_free(tokener);
	return settings;
}

void trace_record_settings(const struct trace_record *record,
			   void (*each)(void *context, const char *path, const char *value), void *context)
{
	struct json_object *settings = parse_settings(record);
	const char *place = record->about.given;
	char path[128], value[512];

	while (*place != '\0') {
		const size_t len = strcspn(place, ",");
		snprintf(path, sizeof(path), "%.*s", (int)len, place);
		const char *text = value_of(settings, path);
		log_text_line(value, sizeof(value), text, strlen(text));
		each(context, path, value);
		place += len + (place[len] == ',');
	}
	json_object_put(settings);
}

static void print_setting(void *context, const char *path, const char *value)
{
	fprintf(context, "  given: %s%s%s\n", path, *value == '\0' ? "" : " = ", value);
}

/* --- text --- */

static void print_row(FILE *out, const struct trace_row *row, const struct trace_row *before,
		      const struct trace_event *event_before)
{
	const uint64_t before_us = before != NULL ? before->time_us : row->time_us;

	if (row->event != NULL) {
		trace_report_event(out, row->event, event_before, before_us, 0);
		return;
	}
	fprintf(out, "  %12.6f  %+10.3f ms  #%-6" PRIu64 " %-7s %s%s\n", (double)row->time_us / 1e6,
		(double)(row->time_us - before_us) / 1e3, row->number, trace_row_kind_text(row->kind),
		trace_row_direction(row), row->text);
}

static void print_rows(FILE *out, const struct trace_record *record)
{
	const struct trace_event *event = NULL;

	for (size_t i = 0; i < record->row_count; i++) {
		const struct trace_row *row = &record->rows[i];
		print_row(out, row, i > 0 ? row - 1 : NULL, event);
		event = row->event != NULL ? row->event : event;
	}
	if (record->rows_left_out > 0)
		fprintf(out, "  ... and %" PRIu64 " further lines\n", record->rows_left_out);
}

static void print_attempts(FILE *out, const struct trace_record *record)
{
	char mac[MAC_TEXT_SIZE], run_id[RUN_ID_TEXT_SIZE];
	struct trace_verdict verdict;

	for (size_t i = 0; i < record->attempt_count; i++) {
		const struct trace_session *session = &record->attempts[i].session;
		trace_judge_attempt(record, &record->attempts[i], &verdict);
		fprintf(out, "  attempt %zu: car %s, run_id %s, from %.6f s: %s. %s\n", i + 1,
			mac_text(session->ev_mac, mac), run_id_text(session->run_id, run_id),
			(double)session->first_us / 1e6, slac_reason_text(verdict.word), verdict.cause);
		trace_report_attenuation(out, session);
	}
	if (record->attempts_left_out > 0)
		fprintf(out, "  ... and %" PRIu64 " attempts before the last one\n", record->attempts_left_out);
}

void trace_record_text(FILE *out, const struct trace_record *record, unsigned number)
{
	struct trace_verdict verdict;

	trace_judge_record(record, &verdict);
	fprintf(out, "session %u: record of outlet %s, %s, by %s\n", number, record->about.evse_id,
		record->about.outcome, record->about.program);
	trace_record_settings(record, print_setting, out);
	if (record->pilot_is_known)
		fprintf(out, "  pilot at the begin: %s\n", cp_state_text(record->pilot.state));
	print_rows(out, record);
	print_attempts(out, record);
	trace_report_verdict(out, &verdict, trace_record_is_match(record));
	fputc('\n', out);
}

void trace_record_line(FILE *out, const struct trace_record *record, const char *file)
{
	struct trace_verdict verdict;

	trace_judge_record(record, &verdict);
	fprintf(out, "%s: 0.000000 %s %s: %s\n", file, record->about.evse_id, slac_reason_text(verdict.word),
		verdict.cause);
}

/* --- JSON --- */

static void add_given(void *context, const char *path, const char *value)
{
	trace_json_add(context, path, json_object_new_string(value));
}

static struct json_object *of_about(const struct trace_record *record)
{
	struct json_object *about = json_object_new_object();
	struct json_object *given = json_object_new_object();

	trace_record_settings(record, add_given, given);
	trace_json_add(about, "program", json_object_new_string(record->about.program));
	trace_json_add(about, "evse_id", json_object_new_string(record->about.evse_id));
	trace_json_add(about, "outcome", json_object_new_string(record->about.outcome));
	trace_json_add(about, "given", given);
	trace_json_add(about, "settings", parse_settings(record));
	trace_json_add(about, "inputs_left_out", json_object_new_int64((int64_t)record->gap));
	return about;
}

static struct json_object *of_rows(const struct trace_record *record)
{
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < record->row_count; i++) {
		const struct trace_row *row = &record->rows[i];
		struct json_object *item = json_object_new_object();
		trace_json_add(item, "kind", json_object_new_string(trace_row_kind_text(row->kind)));
		if (row->event != NULL) {
			trace_json_add_event(item, row->event, 0);
		} else {
			trace_json_add(item, "frame", json_object_new_int64((int64_t)row->number));
			trace_json_add(item, "time_s", trace_json_us(row->time_us));
			trace_json_add(item, "message", json_object_new_string(row->text));
		}
		if (row->tells_pilot) {
			trace_json_add(item, "state", json_object_new_string(cp_state_text(row->pilot.state)));
			if (row->pilot.has_duty)
				trace_json_add(item, "duty", json_object_new_int64(row->pilot.duty));
		}
		json_object_array_add(rows, item);
	}
	return rows;
}

static struct json_object *of_attempts(const struct trace_record *record)
{
	struct json_object *attempts = json_object_new_array();
	char mac[MAC_TEXT_SIZE], run_id[RUN_ID_TEXT_SIZE];
	struct trace_verdict verdict;

	for (size_t i = 0; i < record->attempt_count; i++) {
		const struct trace_session *session = &record->attempts[i].session;
		struct json_object *item = json_object_new_object();
		trace_judge_attempt(record, &record->attempts[i], &verdict);
		trace_json_add(item, "ev_mac", json_object_new_string(mac_text(session->ev_mac, mac)));
		trace_json_add(item, "run_id", json_object_new_string(run_id_text(session->run_id, run_id)));
		trace_json_add(item, "begin_s", trace_json_us(session->first_us));
		trace_json_add_verdict(item, &verdict, trace_word_is_match(verdict.word));
		trace_json_add(item, "stations", trace_json_stations(session));
		json_object_array_add(attempts, item);
	}
	return attempts;
}

void trace_record_json(FILE *out, const struct trace_record *record, const char *file)
{
	struct json_object *root = json_object_new_object();
	struct trace_verdict verdict;

	trace_judge_record(record, &verdict);
	trace_json_add(root, "file", json_object_new_string(file));
	trace_json_add(root, "record", of_about(record));
	trace_json_add_verdict(root, &verdict, trace_record_is_match(record));
	trace_json_add(root, "attempts", of_attempts(record));
	trace_json_add(root, "events", of_rows(record));
	trace_json_print(out, root);
}

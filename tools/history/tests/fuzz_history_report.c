/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each line of the input is a line of a list of makers, and a row of statuses with tabs between its texts: station,
 * outlet, id, status, reason, run, MAC and attenuation. What is written of them holds no markup and no formula of theirs.
 */
#include "tools/history/report_document.h"
#include "tools/history/report_model.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 8

static void take_session(void *context, const struct report_session *session)
{
	report_model_take(context, session);
}

static void take_row(struct report_sessions *sessions, char *line, int64_t at_us)
{
	const char *fields[FIELDS] = {"", "", "", "", "", "", "", ""};

	for (size_t i = 0; i < FIELDS && line != NULL; i++)
		fields[i] = strsep(&line, "\t");
	report_sessions_take(sessions, &(struct report_status){
					       .station = fields[0],
					       .evse_id = fields[1],
					       .message_id = fields[2],
					       .status = fields[3],
					       .reason = fields[4],
					       .run_id = fields[5],
					       .ev_mac = fields[6],
					       .has_attenuation = *fields[7] != '\0',
					       .attenuation_db = strtod(fields[7], NULL),
					       .at_us = at_us,
				       });
}

static void require(bool holds)
{
	if (!holds)
		abort();
}

static char *written(const struct report_document *document,
		     void (*write)(const struct report_document *document, FILE *out))
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	write(document, out);
	fclose(out);
	require(strlen(text) == len);
	return text;
}

/* The first cell of each row is a text of others. */
static void check_csv(const char *csv)
{
	for (const char *row = csv; row != NULL; row = strchr(row, '\n')) {
		row += *row == '\n';
		row += *row == '"';
		require(*row == '\0' || strchr("=+-@\t\r", *row) == NULL);
	}
}

static void write_all(struct report_model *model)
{
	struct report_document document;

	require(report_document_make(&document, model, "fuzz"));
	char *csv = written(&document, report_write_csv);
	char *html = written(&document, report_write_html);
	char *text = written(&document, report_write_text);
	check_csv(csv);
	require(strstr(html, "<script") == NULL);
	free(csv);
	free(html);
	free(text);
	report_document_free(&document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct report_query query = {
		.by = {REPORT_BY_STATION, REPORT_BY_REASON, REPORT_BY_MAKER}, .by_count = 3, .to_s = REPORT_BEYOND_S};
	struct report_model *model = report_model_new(&query);
	struct report_sessions sessions = {.take = take_session, .context = model};
	char *input = strndup((const char *)data, size);
	char *rest = input;
	int64_t at_us = 0;

	require(model != NULL && input != NULL);
	for (char *line; (line = strsep(&rest, "\n")) != NULL; at_us += 3600000000) {
		report_makers_take_line(&model->makers, line);
		report_model_take_duration(model, strtod(line, NULL));
		take_row(&sessions, line, at_us);
	}
	report_sessions_end(&sessions);
	report_model_end_station(model, "S");
	write_all(model);
	report_model_free(model);
	free(input);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/report.h"
#include "tools/history/history_store.h"
#include "tools/history/report_document.h"
#include "tools/history/report_options.h"
#include "tools/history/report_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "slac-history report"

static bool fail(const char *what, const char *why)
{
	fprintf(stderr, NAME ": %s: %s\n", what, why);
	return false;
}

/* Where the list that was not asked for is missing, the report says so. */
static bool read_makers(struct report_makers *makers, const char *path)
{
	static const char *const usual[] = {"/usr/share/ieee-data/oui.txt", "/usr/share/ieee-data/oui.csv",
					    "/var/lib/ieee-data/oui.txt"};
	FILE *file = NULL;

	if (path != NULL) {
		file = fopen(path, "re");
		if (file == NULL)
			return fail(path, strerror(errno));
	}
	for (size_t i = 0; file == NULL && i < sizeof(usual) / sizeof(usual[0]); i++)
		file = fopen(usual[i], "re");
	if (file == NULL)
		return true;
	const bool is_read = report_makers_read(makers, file);
	const int error = errno;
	fclose(file);
	if (!is_read)
		return fail(path != NULL ? path : "the list of makers", strerror(error));
	if (path != NULL && makers->count == 0)
		return fail(path, "expected a list of MAC prefixes as IEEE publishes it, oui.txt or oui.csv");
	return true;
}

static bool read_rows(struct report_model *model, const struct report_options *options)
{
	char error[HISTORY_READER_ERROR_SIZE];
	struct history_reader *reader = history_reader_open(options->database, error);
	const bool is_read = reader != NULL && report_read(model, reader, options->station, error);

	history_reader_close(reader);
	if (!is_read)
		fprintf(stderr, NAME ": %s\n", error);
	return is_read;
}

static void write_format(const struct report_document *document, enum report_format format, FILE *out)
{
	switch (format) {
	case REPORT_FORMAT_TABLE:
		report_write_text(document, out);
		break;
	case REPORT_FORMAT_CSV:
		report_write_csv(document, out);
		break;
	case REPORT_FORMAT_HTML:
		report_write_html(document, out);
		break;
	}
}

static bool write_stream(const struct report_document *document, enum report_format format, FILE *out)
{
	write_format(document, format, out);
	return fflush(out) == 0 && ferror(out) == 0;
}

static bool write_document(const struct report_document *document, const struct report_options *options)
{
	if (options->output == NULL)
		return write_stream(document, options->format, stdout) || fail("standard output", strerror(errno));
	FILE *out = fopen(options->output, "we");
	if (out == NULL)
		return fail(options->output, strerror(errno));
	const bool is_written = write_stream(document, options->format, out);
	const bool is_closed = fclose(out) == 0;
	return (is_written && is_closed) || fail(options->output, "it cannot be written");
}

static bool write_model(struct report_model *model, const struct report_options *options)
{
	struct report_document document = {.table_count = 0};
	/* A server's address may have a password. */
	const char *place = history_database_is_postgres(options->database) ? "PostgreSQL" : options->database;
	char about[REPORT_NOTE_SIZE];

	snprintf(about, sizeof(about), "%s%s%s", place, options->station != NULL ? ", station " : "",
		 options->station != NULL ? options->station : "");
	const bool is_made = report_model_is_whole(model) && report_document_make(&document, model, about);
	const bool is_written = is_made ? write_document(&document, options) : fail("the report", "no memory");
	report_document_free(&document);
	return is_written;
}

enum exit_code history_report(int argc, char **argv)
{
	struct report_options options;
	const enum command_line_action action = report_options_read(argc, argv, &options);

	if (action != COMMAND_LINE_RUN)
		return action == COMMAND_LINE_EXIT ? EXIT_CODE_OK : EXIT_CODE_USAGE;
	struct report_model *model = report_model_new(&options.query);
	const bool is_done = model != NULL && read_makers(&model->makers, options.makers) &&
			     read_rows(model, &options) && write_model(model, &options);
	if (model == NULL)
		fail("the report", "no memory");
	report_model_free(model);
	return is_done ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}

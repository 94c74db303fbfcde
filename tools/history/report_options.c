/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/report_options.h"
#include "mqtt/api/api_time.h"
#include "tools/history/history_store.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NAME    "slac-history report"
#define DAY_S   86400
#define DAY_LEN 10

static const char help[] =
	"Tells what is in the database of slac-history: matches and failures of charging sessions\n\n"
	"Usage: " NAME " [OPTIONS]\n\nOptions:\n"
	"      --database DATABASE  path of a SQLite file, or postgresql://USER@HOST/NAME; it is only read\n"
	"                           [env: SLAC_HISTORY_DATABASE] [slac-history.sqlite]\n"
	"      --by WORDS           rows of the first table: station, reason, maker, day, or several of them with\n"
	"                           commas [station]\n"
	"      --from DATE          the first day, such as 2026-11-27 (UTC)\n"
	"      --to DATE            the last day\n"
	"      --station NAME       of this station only\n"
	"      --format FORMAT      table, csv (the first table) or html (a page with plots) [table]\n"
	"      --makers FILE        list of MAC prefixes as IEEE publishes it, oui.txt or oui.csv\n"
	"                           [/usr/share/ieee-data/oui.txt]\n"
	"      --output FILE        where the report is written [standard output]\n"
	"  -h, --help               this text\n"
	"  -V, --version            the version\n";

enum option_id {
	OPTION_DATABASE = 256,
	OPTION_BY,
	OPTION_FROM,
	OPTION_TO,
	OPTION_STATION,
	OPTION_FORMAT,
	OPTION_MAKERS,
	OPTION_OUTPUT
};

static const struct option long_options[] = {
	{"database", required_argument, NULL, OPTION_DATABASE},
	{"by", required_argument, NULL, OPTION_BY},
	{"from", required_argument, NULL, OPTION_FROM},
	{"to", required_argument, NULL, OPTION_TO},
	{"station", required_argument, NULL, OPTION_STATION},
	{"format", required_argument, NULL, OPTION_FORMAT},
	{"makers", required_argument, NULL, OPTION_MAKERS},
	{"output", required_argument, NULL, OPTION_OUTPUT},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static const struct command_line_variable variables[] = {
	{"SLAC_HISTORY_DATABASE", OPTION_DATABASE},
	{NULL, 0},
};

/* Midnight at its beginning, or `days` later. */
static const char *read_day(const char *text, int days, int64_t *out)
{
	char time[API_TIME_SIZE];
	int64_t at;

	if (strlen(text) != DAY_LEN)
		return "a date such as 2026-11-27";
	snprintf(time, sizeof(time), "%sT00:00:00Z", text);
	if (!api_time_read(time, &at))
		return "a date such as 2026-11-27";
	*out = at + (int64_t)days * DAY_S;
	return NULL;
}

static bool read_word(const char *word, size_t len, struct report_query *query)
{
	for (size_t i = 0; i < query->by_count; i++)
		if (strncmp(report_by_names[query->by[i]], word, len) == 0 &&
		    report_by_names[query->by[i]][len] == '\0')
			return false;
	for (int by = 0; by < REPORT_BY_KINDS; by++) {
		if (strncmp(report_by_names[by], word, len) != 0 || report_by_names[by][len] != '\0')
			continue;
		query->by[query->by_count++] = (enum report_by)by;
		return true;
	}
	return false;
}

static const char *read_by(const char *text, struct report_query *query)
{
	query->by_count = 0;
	for (const char *word = text;; word++) {
		const size_t len = strcspn(word, ",");
		if (!read_word(word, len, query))
			return "station, reason, maker and day, each once at most, with commas between them";
		word += len;
		if (*word == '\0')
			return NULL;
	}
}

static const char *read_format(const char *text, enum report_format *format)
{
	static const char *const words[] = {"table", "csv", "html"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], text) != 0)
			continue;
		*format = (enum report_format)i;
		return NULL;
	}
	return "table, csv or html";
}

static const char *take(void *context, int option, char *value)
{
	struct report_options *options = context;

	switch (option) {
	case OPTION_DATABASE:
		return command_line_take_text(value, &options->database);
	case OPTION_BY:
		return read_by(value, &options->query);
	case OPTION_FROM:
		return read_day(value, 0, &options->query.from_s);
	case OPTION_TO:
		return read_day(value, 1, &options->query.to_s);
	case OPTION_STATION:
		return command_line_take_text(value, &options->station);
	case OPTION_FORMAT:
		return read_format(value, &options->format);
	case OPTION_MAKERS:
		return command_line_take_text(value, &options->makers);
	default:
		return command_line_take_text(value, &options->output);
	}
}

/* What is written would take its place. */
static bool is_database(const char *output, const char *database)
{
	struct stat written;
	struct stat read;

	return stat(output, &written) == 0 && stat(database, &read) == 0 && written.st_dev == read.st_dev &&
	       written.st_ino == read.st_ino;
}

enum command_line_action report_options_read(int argc, char **argv, struct report_options *options)
{
	static const struct command_line line = {NAME, help, long_options, take};

	*options = (struct report_options){
		.query = {.by = {REPORT_BY_STATION}, .by_count = 1, .from_s = REPORT_FIRST_S, .to_s = REPORT_BEYOND_S},
		.database = "slac-history.sqlite",
	};
	struct report_options unread = *options;
	const enum command_line_action action =
		command_line_read_with_environment(&line, variables, argc, argv, options, &unread);
	if (action != COMMAND_LINE_RUN)
		return action;
	if (!history_database_check(options->database, NAME))
		return COMMAND_LINE_BAD;
	if (options->output != NULL && is_database(options->output, options->database)) {
		fprintf(stderr, NAME ": --output '%s': expected another file than the database\n", options->output);
		return COMMAND_LINE_BAD;
	}
	if (options->query.from_s < options->query.to_s)
		return COMMAND_LINE_RUN;
	fprintf(stderr, NAME ": --from and --to: expected the first day not to be after the last\n");
	return COMMAND_LINE_BAD;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* slac-trace: what happened in a capture, and why. */
#include "service/log_text.h"
#include "tools/replay/record_load.h"
#include "tools/trace/trace_html.h"
#include "tools/trace/trace_record_html.h"
#include "tools/trace/trace_record_report.h"
#include "tools/trace/trace_report.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum exit_code { EXIT_CODE_MATCHED = 0, EXIT_CODE_UNREADABLE = 1, EXIT_CODE_USAGE = 2, EXIT_CODE_NOT_MATCHED = 3 };
enum form { FORM_TEXT, FORM_LINE, FORM_JSON, FORM_HTML };

struct trace {
	enum form form;
	FILE *page;      /* FORM_HTML */
	char file[4096]; /* its name, for people */
	uint64_t origin_us;
	bool has_origin;
	unsigned sessions;
	unsigned matched;
};

static void print_help(void)
{
	puts("usage: slac-trace [--quiet | --json | --html PAGE] FILE...\n"
	     "\n"
	     "Says of each SLAC session in the captures what happened, when, and why it went as it did.\n"
	     "FILE is a session record of slacd, or pcap or pcapng of Ethernet or of Linux \"any\"; \"-\" is a capture on\n"
	     "standard input.\n"
	     "\n"
	     "  -q, --quiet    one line a session\n"
	     "  -j, --json     one JSON object a session, a line each\n"
	     "      --html PAGE  a page for a browser with all sessions, written to PAGE\n"
	     "  -h, --help     this text\n"
	     "  -V, --version  the version");
	printf("\nFiles compressed with gzip are %s.\n",
	       trace_file_understands_gzip() ? "read as well" : "not read: built without zlib");
	puts("Exit code: 0 all sessions matched, 3 some did not, 1 a file cannot be read, 2 wrong usage");
}

static void on_session(void *context, const struct trace_session *session)
{
	struct trace *trace = context;
	struct trace_verdict verdict;

	trace_judge(session, &verdict);
	trace->sessions++;
	trace->matched += trace_word_is_match(verdict.word);
	switch (trace->form) {
	case FORM_TEXT:
		trace_report_text(stdout, session, &verdict, trace->origin_us, trace->sessions);
		break;
	case FORM_LINE:
		trace_report_line(stdout, session, &verdict, trace->origin_us, trace->file);
		break;
	case FORM_JSON:
		trace_report_json(stdout, session, &verdict, trace->origin_us, trace->file);
		break;
	case FORM_HTML:
		trace_html_session(trace->page, session, &verdict, trace->origin_us, trace->file, trace->sessions);
		trace_report_line(stdout, session, &verdict, trace->origin_us, trace->file);
		break;
	}
}

/* What a file without a session can still tell. */
static void explain_nothing(const struct trace *trace, const struct trace_file *file,
			    const struct trace_sessions *sessions)
{
	const struct trace_file_counts *counts = trace_file_counts(file);
	FILE *out = trace->form == FORM_JSON ? stderr : stdout;

	if (counts->packets == 0)
		fprintf(out, "%s: the capture is empty.\n", trace->file);
	else if (counts->frames == 0)
		fprintf(out,
			"%s: none of the %llu packets is of HomePlug (EtherType 0x88E1): see which interface leads to the modem.\n",
			trace->file, (unsigned long long)counts->packets);
	else if (trace_sessions_modem_frames(sessions) > 0)
		fprintf(out,
			"%s: frames of modems, and none between a car and a station: no car has spoken, or it was not heard.\n",
			trace->file);
	else
		fprintf(out, "%s: frames of HomePlug, and none of SLAC.\n", trace->file);
}

/* False where it could not be read to its end. */
static bool read_all(struct trace *trace, struct trace_file *file, struct trace_sessions *sessions)
{
	enum trace_file_result result;
	struct trace_frame frame;

	while ((result = trace_file_next(file, &frame)) == TRACE_FILE_FRAME) {
		if (!trace->has_origin)
			trace->origin_us = frame.time_us;
		trace->has_origin = true;
		trace_sessions_take(sessions, &frame);
	}
	explicit_bzero(&frame, sizeof(frame)); /* it may hold the key */
	trace_sessions_end(sessions, trace_file_end_us(file));
	if (result == TRACE_FILE_DAMAGED)
		fprintf(stderr, "slac-trace: %s: read up to there\n", trace_file_error(file));
	return result == TRACE_FILE_END;
}

static void on_record(struct trace *trace, const struct trace_record *record)
{
	trace->sessions++;
	trace->matched += trace_record_is_match(record);
	switch (trace->form) {
	case FORM_TEXT:
		trace_record_text(stdout, record, trace->sessions);
		break;
	case FORM_JSON:
		trace_record_json(stdout, record, trace->file);
		break;
	case FORM_HTML:
		trace_record_html(trace->page, record, trace->file, trace->sessions);
		trace_record_line(stdout, record, trace->file);
		break;
	case FORM_LINE:
		trace_record_line(stdout, record, trace->file);
		break;
	}
}

static void name_file(struct trace *trace, const char *path)
{
	log_text_line(trace->file, sizeof(trace->file), path, strlen(path));
}

static bool take_record(struct trace *trace, const char *path)
{
	char error[RECORD_ERROR_MAX] = "";
	struct trace_record record;
	size_t len;
	uint8_t *octets = record_load(path, &len);

	name_file(trace, path);
	if (octets == NULL) {
		fprintf(stderr, "slac-trace: %s: %s\n", path, strerror(errno));
		return false;
	}
	const bool is_whole = trace_record_read(&record, octets, len, error);
	if (record.row_count > 0)
		on_record(trace, &record);
	if (!is_whole)
		fprintf(stderr, "slac-trace: %s: %s: read up to there\n", path, error);
	trace_record_free(&record);
	free(octets);
	return is_whole;
}

static bool take_capture(struct trace *trace, const char *path)
{
	char error[TRACE_ERROR_SIZE];
	struct trace_file *file = trace_file_open(path, error);
	const unsigned before = trace->sessions;
	struct trace_sessions *sessions;
	bool is_whole;

	if (file == NULL) {
		fprintf(stderr, "slac-trace: %s\n", error);
		return false;
	}
	name_file(trace, path);
	trace->has_origin = false;
	sessions = trace_sessions_new(on_session, trace);
	if (sessions == NULL) {
		fprintf(stderr, "slac-trace: %s: no memory\n", path);
		trace_file_close(file);
		return false;
	}
	is_whole = read_all(trace, file, sessions);
	if (trace->sessions == before)
		explain_nothing(trace, file, sessions);
	if (trace->form == FORM_TEXT)
		trace_report_file(stdout, trace_file_counts(file));
	trace_sessions_free(sessions);
	trace_file_close(file);
	return is_whole;
}

static int run(struct trace *trace, char **files)
{
	bool all_read = true;

	if (trace->form == FORM_HTML)
		trace_html_begin(trace->page);
	for (; *files != NULL; files++)
		all_read = (record_is_one(*files) ? take_record : take_capture)(trace, *files) && all_read;
	if (trace->form == FORM_HTML)
		trace_html_end(trace->page);
	if (trace->form == FORM_HTML && (ferror(trace->page) != 0 || fclose(trace->page) != 0)) {
		fprintf(stderr, "slac-trace: the page: %s\n", strerror(errno));
		return EXIT_CODE_UNREADABLE;
	}
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		fprintf(stderr, "slac-trace: standard output: %s\n", strerror(errno));
		return EXIT_CODE_UNREADABLE;
	}
	if (!all_read)
		return EXIT_CODE_UNREADABLE;
	return trace->matched == trace->sessions && trace->sessions > 0 ? EXIT_CODE_MATCHED : EXIT_CODE_NOT_MATCHED;
}

/* What is there already may be a capture: only an earlier page is overwritten. */
static bool is_page(const char *path)
{
	static const char begin[] = "<!DOCTYPE html>";
	char octets[sizeof(begin) - 1];
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return true;
	const size_t len = fread(octets, 1, sizeof(octets), file);
	fclose(file);
	return len == 0 || (len == sizeof(octets) && memcmp(octets, begin, len) == 0);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"quiet", no_argument, NULL, 'q'},      {"json", no_argument, NULL, 'j'},
		{"html", required_argument, NULL, 'p'}, {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},    {NULL, 0, NULL, 0}};
	struct trace trace = {.form = FORM_TEXT};
	const char *page = NULL;
	int id;

	opterr = 0;
	while ((id = getopt_long(argc, argv, ":qjhV", options, NULL)) != -1) {
		switch (id) {
		case 'q':
			trace.form = FORM_LINE;
			break;
		case 'j':
			trace.form = FORM_JSON;
			break;
		case 'p':
			if (trace.form == FORM_TEXT)
				trace.form = FORM_HTML;
			page = optarg;
			break;
		case ':':
			fprintf(stderr, "slac-trace: value missing after '%s', expected PAGE\n", argv[optind - 1]);
			return EXIT_CODE_USAGE;
		case 'h':
			print_help();
			return EXIT_CODE_MATCHED;
		case 'V':
			printf("slac-trace %s\n", SLACD_VERSION);
			return EXIT_CODE_MATCHED;
		default:
			fprintf(stderr, "slac-trace: unknown option '%s', see --help\n", argv[optind - 1]);
			return EXIT_CODE_USAGE;
		}
	}
	if (optind == argc) {
		fputs("slac-trace: no capture given, expected FILE...\n", stderr);
		return EXIT_CODE_USAGE;
	}
	if (page != NULL && (trace.form != FORM_HTML || !is_page(page))) {
		fprintf(stderr, "slac-trace: --html %s: %s\n", page,
			trace.form != FORM_HTML ? "not together with --json and --quiet"
						: "exists, and is no page of slac-trace");
		return EXIT_CODE_USAGE;
	}
	if (page != NULL && (trace.page = fopen(page, "we")) == NULL) {
		fprintf(stderr, "slac-trace: %s: %s\n", page, strerror(errno));
		return EXIT_CODE_UNREADABLE;
	}
	return run(&trace, argv + optind);
}

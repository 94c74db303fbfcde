/* SPDX-License-Identifier: Apache-2.0 */
/* The real captures of ../shared/traces get the verdicts that their page tells of. Skipped where they are not there. */
#include "tools/trace/trace_html.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* In the order of their files: the verdicts of the sessions, separated by spaces. */
static const struct {
	const char *file;
	const char *verdicts;
} captures[] = {
	{"audi-q4-pyplc-foccicape-three-sessions-matched", "matched_foreign_nid matched_key_reused matched_key_reused"},
	{"evsim-openplcutils-phytec-stale-buffers-matched", "start_atten_char_lost matched"},
	{"foccci-pyplc-listener-01-evse-half", "matched_station_half"},
	{"foccci-pyplc-listener-02-evse-half", "matched_station_half"},
	{"foccci-pyplc-listener-04-evse-half-no-join", "matched_station_half"},
	{"foccci-pyplc-listener-05-evse-half-no-join", "matched_station_half"},
	{"ioniq-alpitronic-hyc150-spi-matched-neighbour-crosstalk", "matched"},
	{"ioniq-alpitronic-wp4-sniffed-evse-half-matched", "matched_station_half"},
	{"ioniq-pyplc-foccicape-two-sessions-matched", "matched_foreign_nid matched_key_reused"},
	{"ioniq-pyplc-home-2022-11-09-matched", "matched_foreign_nid"},
	{"ioniq-pyplc-home-2023-04-16-matched", "matched_foreign_nid"},
	{"ioniq-pyplc-home-2023-04-24-three-sessions-matched",
	 "matched_foreign_nid matched_foreign_nid matched_key_reused"},
	{"polestar2-pyplc-2024-06-11-matched-then-telemetry", "matched_foreign_nid"},
	{"pyplcev-alpitronic-2022-12-20-unanswered-parm-then-matched", "matched_slowly"},
	{"pyplcev-alpitronic-dehner-matched", "matched capture_ended"},
	{"pyplcev-compleo-2022-12-13-two-sessions-matched", "matched_slowly matched"},
	{"pyplcev-compleo-2023-04-19-matched-then-9-sounds-char-retries",
	 "matched_slowly matched_slowly parm_req_unanswered"},
	{"pyplcev-tesla-supercharger-matched-then-no-atten-char-failed",
	 "matched_slowly no_profiles_from_modem parm_req_unanswered"},
	{"taycan-right-pyplc-wrong-runid-failed",
	 "parm_req_unanswered parm_cnf_other_run_id parm_cnf_other_run_id parm_cnf_other_run_id parm_cnf_other_run_id"},
	{"tesla-model-y-pyplc-matched", "matched_foreign_nid"},
};

static char verdicts[512];
static FILE *page;
static unsigned sessions_shown;

static void on_session(void *context, const struct trace_session *session)
{
	struct trace_verdict verdict;
	size_t len = strlen(verdicts);

	(void)context;
	trace_judge(session, &verdict);
	trace_html_session(page, session, &verdict, session->first_us, "a<b>&\"c\"", ++sessions_shown);
	snprintf(verdicts + len, sizeof(verdicts) - len, "%s%s", len > 0 ? " " : "", slac_reason_text(verdict.word));
}

static void read_capture(const char *path)
{
	char error[TRACE_ERROR_SIZE] = "";
	struct trace_file *file = trace_file_open(path, error);
	struct trace_sessions *sessions = trace_sessions_new(on_session, NULL);
	struct trace_frame frame;

	if (file == NULL)
		fail_msg("%s", error);
	verdicts[0] = '\0';
	while (trace_file_next(file, &frame) == TRACE_FILE_FRAME)
		trace_sessions_take(sessions, &frame);
	trace_sessions_end(sessions, trace_file_end_us(file));
	trace_sessions_free(sessions);
	trace_file_close(file);
}

static void real_captures_get_the_verdicts_of_their_page(void **state)
{
	const char *directory = getenv("SLACD_TRACES");
	struct stat status;
	char path[512];

	(void)state;
	if (directory == NULL || stat(directory, &status) != 0) {
		print_message("no real captures (SLACD_TRACES): skipped\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s.pcap", directory, captures[i].file);
		read_capture(path);
		if (strcmp(verdicts, captures[i].verdicts) != 0)
			fail_msg("%s: %s", captures[i].file, verdicts);
	}
}

static unsigned count(const char *text, const char *what)
{
	unsigned found = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
		found++;
	return found;
}

static bool is_listed(const char *name)
{
	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++)
		if (strncmp(name, captures[i].file, strlen(captures[i].file)) == 0 &&
		    strcmp(name + strlen(captures[i].file), ".pcap") == 0)
			return true;
	return false;
}

static void no_real_capture_is_without_a_verdict_here(void **state)
{
	const char *directory = getenv("SLACD_TRACES");
	DIR *opened = directory != NULL ? opendir(directory) : NULL;
	const struct dirent *entry;
	unsigned found = 0;

	(void)state;
	if (opened == NULL)
		skip();
	while ((entry = readdir(opened)) != NULL) {
		if (strstr(entry->d_name, ".pcap") == NULL)
			continue;
		if (!is_listed(entry->d_name))
			fail_msg("%s is not in the list of this test", entry->d_name);
		found++;
	}
	closedir(opened);
	assert_int_equal(found, sizeof(captures) / sizeof(captures[0]));
}

static void page_has_each_session_and_every_element_is_closed(void **state)
{
	static const char *const elements[] = {"svg", "div", "h2", "title", "html", "body"};
	char *text;
	char begin[16], end[16];

	(void)state;
	if (sessions_shown == 0)
		skip();
	trace_html_end(page);
	long len = ftell(page);
	text = calloc((size_t)len + 1, 1);
	rewind(page);
	assert_int_equal(fread(text, 1, (size_t)len, page), len);
	assert_int_equal(count(text, "<h2>"), sessions_shown);
	assert_int_equal(count(text, "aria-label=\"sequence of messages\""), sessions_shown);
	assert_null(strstr(text, "a<b>"));
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "http"));
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		snprintf(begin, sizeof(begin), "<%s", elements[i]);
		snprintf(end, sizeof(end), "</%s>", elements[i]);
		assert_int_equal(count(text, begin), count(text, end));
	}
	free(text);
}

static int open_page(void **state)
{
	(void)state;
	page = tmpfile();
	if (page != NULL)
		trace_html_begin(page);
	return page == NULL ? -1 : 0;
}

static int close_page(void **state)
{
	(void)state;
	return fclose(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(real_captures_get_the_verdicts_of_their_page),
					   cmocka_unit_test(no_real_capture_is_without_a_verdict_here),
					   cmocka_unit_test(page_has_each_session_and_every_element_is_closed)};

	return cmocka_run_group_tests(tests, open_page, close_page);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a report counts of sessions, and how it is written. */
#include "tools/history/report_document.h"
#include "tools/history/report_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN_US 1795737600000000 /* 2026-11-27 */
#define DAY_US   86400000000

static const struct report_query by_station = {.by = {REPORT_BY_STATION}, .by_count = 1, .to_s = REPORT_BEYOND_S};

static int begin(void **state)
{
	*state = report_model_new(&by_station);
	return *state == NULL;
}

static int end(void **state)
{
	report_model_free(*state);
	return 0;
}

static struct report_session session_of(const char *station, const char *mac, enum report_outcome outcome)
{
	struct report_session session = {.begun_us = BEGIN_US, .outcome = outcome};

	snprintf(session.station, sizeof(session.station), "%s", station);
	snprintf(session.ev_mac, sizeof(session.ev_mac), "%s", mac);
	snprintf(session.reason, sizeof(session.reason), "%s", outcome == REPORT_FAILED ? "no_sounds" : "");
	return session;
}

static void take(struct report_model *model, const char *station, const char *mac, enum report_outcome outcome)
{
	const struct report_session session = session_of(station, mac, outcome);

	report_model_take(model, &session);
}

/* The report as one of the writers has it. The caller frees it. */
static char *written(struct report_model *model, void (*write)(const struct report_document *document, FILE *out))
{
	struct report_document document;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_true(report_document_make(&document, model, "a test"));
	write(&document, out);
	fclose(out);
	report_document_free(&document);
	return text;
}

static void assert_written(struct report_model *model, void (*write)(const struct report_document *document, FILE *out),
			   const char *expected)
{
	char *text = written(model, write);

	if (strstr(text, expected) == NULL)
		fail_msg("expected '%s' in:\n%s", expected, text);
	free(text);
}

static void assert_not_written(struct report_model *model,
			       void (*write)(const struct report_document *document, FILE *out), const char *unwanted)
{
	char *text = written(model, write);

	if (strstr(text, unwanted) != NULL)
		fail_msg("'%s' is in:\n%s", unwanted, text);
	free(text);
}

static void outcomes_are_counted_by_what_is_asked_for(void **state)
{
	struct report_model *model = *state;
	struct report_session session = session_of("S1", "00:18:87:00:A1:D6", REPORT_MATCHED);

	model->query =
		(struct report_query){.by = {REPORT_BY_DAY, REPORT_BY_STATION}, .by_count = 2, .to_s = REPORT_BEYOND_S};
	session.is_lost = true;
	session.failures = 1;
	report_model_take(model, &session);
	session.begun_us += DAY_US - 1;
	report_model_take(model, &session);
	session.begun_us++;
	report_model_take(model, &session);
	take(model, "S2", "", REPORT_FAILED);
	take(model, "S2", "", REPORT_BASIC);
	take(model, "S2", "", REPORT_BROKEN_OFF);
	take(model, "S2", "", REPORT_OPEN);
	assert_written(model, report_write_csv,
		       "day,station,sessions,matched,failed,success %,lost,retried,basic,broken off,open\r\n"
		       "2026-11-27,S1,2,2,0,100.0,2,2,0,0,0\r\n"
		       "2026-11-27,S2,4,0,1,0.0,0,0,1,1,1\r\n"
		       "2026-11-28,S1,1,1,0,100.0,1,1,0,0,0\r\n");
	assert_int_equal(model->total.sessions, 7);
}

static void sessions_that_begin_outside_of_the_days_are_not_counted(void **state)
{
	struct report_model *model = *state;
	struct report_session session = session_of("S1", "", REPORT_MATCHED);

	model->query.from_s = BEGIN_US / 1000000;
	model->query.to_s = model->query.from_s + 86400;
	session.begun_us = BEGIN_US - 1;
	report_model_take(model, &session);
	session.begun_us = BEGIN_US + DAY_US;
	report_model_take(model, &session);
	assert_int_equal(model->total.sessions, 0);
	session.begun_us--;
	report_model_take(model, &session);
	assert_int_equal(model->total.sessions, 1);
	assert_written(model, report_write_text, "Sessions of a test, from 2026-11-27, to 2026-11-27\n");
}

static void report_of_nothing_says_so(void **state)
{
	assert_written(*state, report_write_text, "Sessions by station\nnone\n");
	assert_written(*state, report_write_html, "None.");
	assert_written(*state, report_write_csv, "station,sessions,");
	assert_not_written(*state, report_write_html, "<svg");
}

static void cars_that_fail_are_told_from_stations_that_do(void **state)
{
	struct report_model *model = *state;

	take(model, "S1", "00:00:00:00:00:01", REPORT_FAILED); /* everywhere */
	take(model, "S1", "00:00:00:00:00:01", REPORT_FAILED);
	take(model, "S1", "00:00:00:00:00:02", REPORT_FAILED);
	take(model, "S2", "00:00:00:00:00:01", REPORT_FAILED);
	take(model, "S2", "00:00:00:00:00:02", REPORT_MATCHED);
	take(model, "S3", "00:00:00:00:00:03", REPORT_FAILED); /* one car, one station: it can be either */
	assert_written(model, report_write_text,
		       "car                maker    stations  failed\n"
		       "00:00:00:00:00:01  unknown         2       3\n\n");
	assert_written(model, report_write_text,
		       "station  cars  failed\n"
		       "S1          2       3\n\n");
}

static void worst_stations_have_enough_attempts(void **state)
{
	struct report_model *model = *state;

	for (int i = 0; i < 5; i++) {
		take(model, "GOOD", "", REPORT_MATCHED);
		take(model, "BAD", "", i == 0 ? REPORT_FAILED : REPORT_MATCHED);
		take(model, "WORST", "", REPORT_FAILED);
	}
	take(model, "FEW", "", REPORT_FAILED);
	assert_written(model, report_write_text,
		       "station  matched  failed  success %  cars that failed  median ms  p95 ms\n"
		       "WORST          0       5        0.0                 0                   \n"
		       "BAD            4       1       80.0                 0                   \n\n");
}

static void durations_are_known_by_station_and_in_all(void **state)
{
	struct report_model *model = *state;

	for (int i = 1; i <= 20; i++)
		report_model_take_duration(model, 100.0 * i);
	report_model_take_duration(model, -1);
	report_model_end_station(model, "S1");
	report_model_take_duration(model, 1e12);
	report_model_end_station(model, "S2");
	take(model, "S1", "", REPORT_MATCHED);
	assert_written(model, report_write_csv, "open,median ms,p95 ms\r\nS1,1,1,0,100.0,0,0,0,0,0,1000,1900\r\n");
	const struct report_station *first = report_index_get(&model->stations, "S1");
	const struct report_station *second = report_index_get(&model->stations, "S2");
	assert_int_equal(first->matches, 20);
	assert_int_equal(first->median_ms, 1000);
	assert_int_equal(first->p95_ms, 1900);
	assert_int_equal(second->median_ms, REPORT_DURATION_MAX_MS);
	assert_written(model, report_write_text, "Time from plug-in to match: median 1100 ms, p95 2000 ms\n");
}

static void attenuation_has_classes(void **state)
{
	struct report_model *model = *state;
	static const double values[] = {4.9, 5.0, 59.9, 60.0, 255.0, -1.0};
	struct report_session session = session_of("S1", "", REPORT_MATCHED);

	session.has_attenuation = true;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		session.attenuation_db = values[i];
		report_model_take(model, &session);
	}
	assert_int_equal(model->attenuation[0][1], 1);
	assert_int_equal(model->attenuation[1][1], 1);
	assert_int_equal(model->attenuation[REPORT_ATTENUATION_STEPS - 2][1], 1);
	assert_int_equal(model->attenuation[REPORT_ATTENUATION_STEPS - 1][1], 2);
}

static void spreadsheet_gets_no_formula(void **state)
{
	static const char *const names[] = {"=1+1", "+1", "-1", "@SUM(A1)", "=A\",\"B", "a,b", "a\"b"};
	struct report_model *model = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		take(model, names[i], "", REPORT_MATCHED);
	assert_written(model, report_write_csv,
		       "'+1,1,1,0,100.0,0,0,0,0,0,,\r\n"
		       "'-1,1,1,0,100.0,0,0,0,0,0,,\r\n"
		       "'=1+1,1,1,0,100.0,0,0,0,0,0,,\r\n"
		       "\"'=A\"\",\"\"B\",1,1,0,100.0,0,0,0,0,0,,\r\n"
		       "'@SUM(A1),1,1,0,100.0,0,0,0,0,0,,\r\n"
		       "\"a\"\"b\",1,1,0,100.0,0,0,0,0,0,,\r\n"
		       "\"a,b\",1,1,0,100.0,0,0,0,0,0,,\r\n");
}

static void page_has_names_as_text(void **state)
{
	static const char name[] = "</title><script>alert('1')</script>&\"";
	struct report_model *model = *state;

	for (int i = 0; i < 5; i++)
		take(model, name, "", REPORT_FAILED);
	assert_not_written(model, report_write_html, "<script");
	assert_written(model, report_write_html,
		       "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;</th>");
	assert_not_written(model, report_write_html, "src=");
	assert_not_written(model, report_write_html, "href=");
}

static void plots_have_a_name_and_a_table(void **state)
{
	struct report_model *model = *state;
	struct report_session session = session_of("S1", "", REPORT_MATCHED);

	for (int day = 0; day < 100; day++) {
		session.begun_us = BEGIN_US + day * DAY_US;
		report_model_take(model, &session);
	}
	assert_written(
		model, report_write_html,
		"<svg role=\"img\" aria-labelledby=\"p2\" viewBox=\"0 0 720 220\"><title id=\"p2\">Day by day (UTC)."
		" The table below has the numbers.</title>");
	assert_written(model, report_write_html, "(the last 92 of 100)");
	assert_written(model, report_write_html, "<table aria-labelledby=\"t2\">");
}

static void groups_beyond_the_bound_are_counted_together(void **state)
{
	struct report_model *model = *state;
	char name[32];

	model->groups.max = 2;
	model->stations.max = 2;
	model->cars.max = 1;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "S%d", i);
		take(model, name, name, REPORT_MATCHED);
	}
	assert_written(model, report_write_csv, "(others),998,998,0,100.0,0,0,0,0,0,,\r\n");
	assert_written(model, report_write_text, "than this report holds");
	assert_int_equal(model->total.sessions, 1000);
}

/* In memory that ends with the line. */
static void take_line(struct report_makers *makers, const char *line)
{
	char *copy = strdup(line);

	assert_non_null(copy);
	report_makers_take_line(makers, copy);
	free(copy);
}

static void makers_are_found_by_prefix(void **state)
{
	struct report_model *model = *state;
	struct report_makers *makers = &model->makers;

	assert_string_equal(report_makers_find(makers, "00:18:87:00:A1:D6"), "unknown");
	take_line(makers, "OUI/MA-L                        Organization\n");
	take_line(makers, "70-B3-D5   (hex)\t\tMaker Two, Ltd. \r\n");
	take_line(makers, "00-18-87   (hex)\t\tMaker One\n");
	take_line(makers, "001887     (base 16)\t\tanother line of it\n");
	take_line(makers, "Registry,Assignment,Organization Name,Organization Address\n");
	take_line(makers, "MA-L,00B052,\"Three, Inc.\",\"A street\"\n");
	take_line(makers, "MA-L,00B053,Four,A street\n");
	take_line(makers, "MA-L,00B0");
	take_line(makers, "00-18-8");
	take_line(makers, "00-18-89   (hex)");
	take_line(makers, "00-18-8A   (hex)\t\t\x1b[2J\n");
	take_line(makers, "");
	assert_int_equal(makers->count, 5);
	assert_string_equal(report_makers_find(makers, "00:18:87:00:A1:D6"), "Maker One");
	assert_string_equal(report_makers_find(makers, "70:b3:d5:00:00:01"), "Maker Two, Ltd.");
	assert_string_equal(report_makers_find(makers, "00:B0:52:00:00:01"), "Three, Inc.");
	assert_string_equal(report_makers_find(makers, "00:B0:53:00:00:01"), "Four");
	assert_string_equal(report_makers_find(makers, "00:18:8A:00:00:01"), "?[2J");
	assert_string_equal(report_makers_find(makers, "00:18:86:00:00:01"), "unknown");
	assert_string_equal(report_makers_find(makers, "02:18:87:00:A1:D6"), "locally administered");
	assert_string_equal(report_makers_find(makers, "=HYPER"), "unknown");
	assert_string_equal(report_makers_find(makers, ""), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(outcomes_are_counted_by_what_is_asked_for, begin, end),
		cmocka_unit_test_setup_teardown(sessions_that_begin_outside_of_the_days_are_not_counted, begin, end),
		cmocka_unit_test_setup_teardown(report_of_nothing_says_so, begin, end),
		cmocka_unit_test_setup_teardown(cars_that_fail_are_told_from_stations_that_do, begin, end),
		cmocka_unit_test_setup_teardown(worst_stations_have_enough_attempts, begin, end),
		cmocka_unit_test_setup_teardown(durations_are_known_by_station_and_in_all, begin, end),
		cmocka_unit_test_setup_teardown(attenuation_has_classes, begin, end),
		cmocka_unit_test_setup_teardown(spreadsheet_gets_no_formula, begin, end),
		cmocka_unit_test_setup_teardown(page_has_names_as_text, begin, end),
		cmocka_unit_test_setup_teardown(plots_have_a_name_and_a_table, begin, end),
		cmocka_unit_test_setup_teardown(groups_beyond_the_bound_are_counted_together, begin, end),
		cmocka_unit_test_setup_teardown(makers_are_found_by_prefix, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

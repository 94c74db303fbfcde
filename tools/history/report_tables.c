/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a report, of what its model has counted. */
#include "mqtt/api/api_time.h"
#include "tools/history/report_document.h"
#include "tools/history/report_model.h"

#include <stdlib.h>
#include <string.h>

#define WORST_MAX      10
#define LISTED_MAX     20
#define ATTEMPTS_MIN   5 /* of a station that can be among the worst */
#define DURATION_STEPS 21
#define MS             1000U

static void add_percent(struct report_document *document, uint64_t part, uint64_t whole)
{
	char text[16] = "";

	/* Rounded down, so that 100.0 is all of them. */
	if (whole > 0)
		snprintf(text, sizeof(text), "%llu.%llu", (unsigned long long)(part * 100 / whole),
			 (unsigned long long)(part * 1000 / whole % 10));
	report_document_cell(document, text);
}

static void add_success(struct report_document *document, const struct report_counts *counts)
{
	add_percent(document, counts->matched, counts->matched + counts->failed);
}

static void add_count_columns(struct report_document *document)
{
	static const char *const heads[] = {"sessions", "matched", "failed",     "success %", "lost",
					    "retried",  "basic",   "broken off", "open"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		report_document_column(document, heads[i], true);
}

static void add_counts(struct report_document *document, const struct report_counts *counts)
{
	report_document_number(document, counts->sessions);
	report_document_number(document, counts->matched);
	report_document_number(document, counts->failed);
	add_success(document, counts);
	report_document_number(document, counts->lost);
	report_document_number(document, counts->retried);
	report_document_number(document, counts->basic);
	report_document_number(document, counts->broken_off);
	report_document_number(document, counts->open);
}

/* --- entries in an order --- */

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct report_entry *)a)->key, ((const struct report_entry *)b)->key);
}

/* The entries of an index in that order; the caller frees them. NULL: there are none, or there is no memory. */
static struct report_entry *sorted(struct report_document *document, const struct report_index *index,
				   int (*order)(const void *, const void *))
{
	struct report_entry *entries = index->count > 0 ? malloc(index->count * sizeof(*entries)) : NULL;

	document->has_no_memory = document->has_no_memory || (entries == NULL && index->count > 0);
	if (entries == NULL)
		return NULL;
	memcpy(entries, index->entries, index->count * sizeof(*entries));
	qsort(entries, index->count, sizeof(*entries), order);
	return entries;
}

/* --- what was asked for --- */

/* NULL: of a station that the model has no place for. */
static void add_durations(struct report_document *document, const struct report_station *station)
{
	if (station == NULL || station->matches == 0) {
		report_document_cell(document, "");
		report_document_cell(document, "");
		return;
	}
	report_document_number(document, station->median_ms);
	report_document_number(document, station->p95_ms);
}

/* Times to match are known by station, and not by what else sessions are told apart. */
static bool has_durations(const struct report_query *query)
{
	return query->by_count == 1 && query->by[0] == REPORT_BY_STATION;
}

static void add_group_texts(struct report_document *document, const char *key)
{
	char text[REPORT_NAME_SIZE];

	for (size_t len; *key != '\0'; key += len + 1) {
		len = strcspn(key, REPORT_KEY_END);
		snprintf(text, sizeof(text), "%.*s", (int)len, key);
		report_document_cell(document, text);
	}
}

static void add_group(struct report_document *document, struct report_model *model, const struct report_entry *entry)
{
	char station[REPORT_NAME_SIZE];

	add_group_texts(document, entry->key);
	add_counts(document, entry->value);
	if (!has_durations(&model->query))
		return;
	snprintf(station, sizeof(station), "%.*s", (int)strcspn(entry->key, REPORT_KEY_END), entry->key);
	add_durations(document, report_index_get(&model->stations, station));
}

static void add_other_groups(struct report_document *document, const struct report_model *model)
{
	if (model->other_groups.sessions == 0)
		return;
	for (size_t i = 0; i < model->query.by_count; i++)
		report_document_cell(document, "(others)");
	add_counts(document, &model->other_groups);
	if (has_durations(&model->query))
		add_durations(document, NULL);
}

static void begin_groups(struct report_document *document, const struct report_query *query)
{
	char title[REPORT_NOTE_SIZE] = "Sessions by";

	for (size_t i = 0; i < query->by_count; i++) {
		const size_t len = strlen(title);
		snprintf(title + len, sizeof(title) - len, "%s%s", i > 0 ? ", " : " ", report_by_names[query->by[i]]);
	}
	report_document_table(document, title, "");
	for (size_t i = 0; i < query->by_count; i++)
		report_document_column(document, report_by_names[query->by[i]], false);
	add_count_columns(document);
	if (!has_durations(query))
		return;
	report_document_column(document, "median ms", true);
	report_document_column(document, "p95 ms", true);
}

static void add_groups(struct report_document *document, struct report_model *model)
{
	struct report_entry *entries = sorted(document, &model->groups, by_key);

	begin_groups(document, &model->query);
	for (size_t i = 0; entries != NULL && i < model->groups.count; i++)
		add_group(document, model, &entries[i]);
	add_other_groups(document, model);
	free(entries);
}

static void draw(struct report_table *table, enum report_plot plot, size_t first, size_t count)
{
	table->plot = plot;
	table->series_count = count;
	for (size_t i = 0; i < count; i++)
		table->series[i] = first + i;
}

static void add_total(struct report_document *document, const struct report_model *model)
{
	report_document_table(document, "All sessions", "");
	add_count_columns(document);
	add_counts(document, &model->total);
}

static void add_days(struct report_document *document, const struct report_model *model)
{
	struct report_entry *entries = sorted(document, &model->days, by_key);

	draw(report_document_table(document, "Day by day (UTC)", ""), REPORT_PLOT_COLUMNS, 1, 2);
	report_document_column(document, "day", false);
	report_document_column(document, "matched", true);
	report_document_column(document, "failed", true);
	report_document_column(document, "success %", true);
	for (size_t i = 0; entries != NULL && i < model->days.count; i++) {
		const struct report_counts *counts = entries[i].value;
		report_document_cell(document, entries[i].key);
		report_document_number(document, counts->matched);
		report_document_number(document, counts->failed);
		add_success(document, counts);
	}
	free(entries);
}

static int by_number_down(const void *a, const void *b)
{
	const uint64_t one = *(const uint64_t *)((const struct report_entry *)a)->value;
	const uint64_t other = *(const uint64_t *)((const struct report_entry *)b)->value;

	if (one != other)
		return one > other ? -1 : 1;
	return by_key(a, b);
}

static void add_reasons(struct report_document *document, const struct report_model *model)
{
	struct report_entry *entries = sorted(document, &model->reasons, by_number_down);

	draw(report_document_table(document, "Why sessions failed", "The README says for each reason what to do."),
	     REPORT_PLOT_BARS, 1, 1);
	report_document_column(document, "reason", false);
	report_document_column(document, "failed", true);
	report_document_column(document, "share %", true);
	for (size_t i = 0; entries != NULL && i < model->reasons.count; i++) {
		const uint64_t failed = *(const uint64_t *)entries[i].value;
		report_document_cell(document, entries[i].key);
		report_document_number(document, failed);
		add_percent(document, failed, model->total.failed);
	}
	free(entries);
}

/* --- stations and cars --- */

static double success_of(const struct report_entry *entry)
{
	const struct report_counts *counts = &((const struct report_station *)entry->value)->counts;
	const uint64_t attempts = counts->matched + counts->failed;

	/* Who has too few attempts to tell, stands behind all others. */
	return attempts < ATTEMPTS_MIN ? 2.0 : (double)counts->matched / (double)attempts;
}

static uint64_t failed_of(const struct report_entry *entry)
{
	return ((const struct report_station *)entry->value)->counts.failed;
}

static int by_success(const void *a, const void *b)
{
	const double one = success_of(a);
	const double other = success_of(b);

	if (one < other || one > other)
		return one < other ? -1 : 1;
	if (failed_of(a) != failed_of(b))
		return failed_of(a) > failed_of(b) ? -1 : 1;
	return by_key(a, b);
}

static void add_worst_stations(struct report_document *document, const struct report_model *model)
{
	struct report_entry *entries = sorted(document, &model->stations, by_success);
	size_t shown = 0;

	draw(report_document_table(
		     document, "The ten worst stations",
		     "By success, of those with five attempts (matched or failed) or more and one failure."),
	     REPORT_PLOT_BARS, 1, 2);
	report_document_column(document, "station", false);
	report_document_column(document, "matched", true);
	report_document_column(document, "failed", true);
	report_document_column(document, "success %", true);
	report_document_column(document, "cars that failed", true);
	report_document_column(document, "median ms", true);
	report_document_column(document, "p95 ms", true);
	for (size_t i = 0; entries != NULL && i < model->stations.count && shown < WORST_MAX; i++) {
		const struct report_station *station = entries[i].value;
		if (success_of(&entries[i]) >= 1.0)
			break;
		report_document_cell(document, entries[i].key);
		report_document_number(document, station->counts.matched);
		report_document_number(document, station->counts.failed);
		add_success(document, &station->counts);
		report_document_number(document, station->failing_cars);
		add_durations(document, station);
		shown++;
	}
	free(entries);
}

static int by_failing_cars(const void *a, const void *b)
{
	const struct report_station *one = ((const struct report_entry *)a)->value;
	const struct report_station *other = ((const struct report_entry *)b)->value;

	if (one->failing_cars != other->failing_cars)
		return one->failing_cars > other->failing_cars ? -1 : 1;
	return by_key(a, b);
}

static void add_stations_that_fail_all(struct report_document *document, const struct report_model *model)
{
	struct report_entry *entries = sorted(document, &model->stations, by_failing_cars);
	size_t shown = 0;

	report_document_table(document, "Stations where every car fails",
			      "No match, and failures of two cars or more: look at the station.");
	report_document_column(document, "station", false);
	report_document_column(document, "cars", true);
	report_document_column(document, "failed", true);
	for (size_t i = 0; entries != NULL && i < model->stations.count && shown < LISTED_MAX; i++) {
		const struct report_station *station = entries[i].value;
		if (station->counts.matched > 0 || station->failing_cars < 2)
			continue;
		report_document_cell(document, entries[i].key);
		report_document_number(document, station->failing_cars);
		report_document_number(document, station->counts.failed);
		shown++;
	}
	free(entries);
}

static int by_failing_stations(const void *a, const void *b)
{
	const struct report_car *one = ((const struct report_entry *)a)->value;
	const struct report_car *other = ((const struct report_entry *)b)->value;

	if (one->failing_stations != other->failing_stations)
		return one->failing_stations > other->failing_stations ? -1 : 1;
	return by_key(a, b);
}

static void add_cars_that_fail_everywhere(struct report_document *document, struct report_model *model)
{
	struct report_entry *entries = sorted(document, &model->cars, by_failing_stations);
	size_t shown = 0;

	report_document_table(document, "Cars that fail everywhere",
			      "No match, and failures at two stations or more: look at the car.");
	report_document_column(document, "car", false);
	report_document_column(document, "maker", false);
	report_document_column(document, "stations", true);
	report_document_column(document, "failed", true);
	for (size_t i = 0; entries != NULL && i < model->cars.count && shown < LISTED_MAX; i++) {
		const struct report_car *car = entries[i].value;
		if (car->matched > 0 || car->failing_stations < 2)
			continue;
		report_document_cell(document, entries[i].key);
		report_document_cell(document, report_makers_find(&model->makers, entries[i].key));
		report_document_number(document, car->failing_stations);
		report_document_number(document, car->failed);
		shown++;
	}
	free(entries);
}

/* --- distributions --- */

/* Classes before the first and behind the last that has anything are left out. */
struct classes {
	size_t first;
	size_t end;
};

static void widen(struct classes *classes, size_t at)
{
	classes->first = classes->end == 0 ? at : classes->first;
	classes->end = at + 1;
}

static void add_class(struct report_document *document, size_t from, size_t to, bool is_last)
{
	char text[48];

	if (is_last)
		snprintf(text, sizeof(text), "%zu or more", from);
	else
		snprintf(text, sizeof(text), "%zu to %zu", from, to);
	report_document_cell(document, text);
}

static void add_attenuation(struct report_document *document, const struct report_model *model)
{
	struct classes classes = {0};

	draw(report_document_table(document, "Mean attenuation, as told to the car",
				   "Of sessions in which it was measured, each class without its upper end."),
	     REPORT_PLOT_COLUMNS, 1, 2);
	report_document_column(document, "dB", false);
	report_document_column(document, "matched", true);
	report_document_column(document, "failed", true);
	for (size_t i = 0; i < REPORT_ATTENUATION_STEPS; i++)
		if (model->attenuation[i][0] + model->attenuation[i][1] > 0)
			widen(&classes, i);
	for (size_t i = classes.first; i < classes.end; i++) {
		add_class(document, i * REPORT_ATTENUATION_STEP_DB, (i + 1) * REPORT_ATTENUATION_STEP_DB,
			  i + 1 == REPORT_ATTENUATION_STEPS);
		report_document_number(document, model->attenuation[i][1]);
		report_document_number(document, model->attenuation[i][0]);
	}
}

/* Matches of each whole second; the last class has all that took longer. */
static struct classes count_seconds(const struct report_durations *durations, uint64_t seconds[DURATION_STEPS])
{
	struct classes classes = {0};
	uint64_t seen = 0;

	for (size_t ms = 0; seen < durations->count; ms++) {
		const size_t at = ms / MS < DURATION_STEPS ? ms / MS : DURATION_STEPS - 1;
		seen += durations->by_ms[ms];
		seconds[at] += durations->by_ms[ms];
		if (durations->by_ms[ms] > 0)
			widen(&classes, at);
	}
	return classes;
}

static void add_match_durations(struct report_document *document, const struct report_model *model)
{
	const struct report_durations *durations = &model->durations;
	uint64_t seconds[DURATION_STEPS] = {0};
	const struct classes classes = count_seconds(durations, seconds);
	char title[REPORT_NOTE_SIZE] = "Time from plug-in to match";
	const size_t len = strlen(title);

	if (durations->count > 0)
		snprintf(title + len, sizeof(title) - len, ": median %u ms, p95 %u ms",
			 report_durations_percentile(durations, 50), report_durations_percentile(durations, 95));
	draw(report_document_table(document, title, "By the telemetry value last_match_ms."), REPORT_PLOT_COLUMNS, 1,
	     1);
	report_document_column(document, "seconds", false);
	report_document_column(document, "matches", true);
	for (size_t i = classes.first; i < classes.end; i++) {
		add_class(document, i, i + 1, i + 1 == DURATION_STEPS);
		report_document_number(document, seconds[i]);
	}
}

/* --- what else is to be known --- */

static void add_notes(struct report_document *document, const struct report_model *model)
{
	report_document_note(
		document,
		"Success is matched of matched and failed. Lost: matched, and the link was lost later. Retried: matched after"
		" a failed attempt. Basic: no car spoke, or nobody asked it to. Broken off: ended before there was a result.");
	if (model->makers.count == 0)
		report_document_note(
			document, "Makers are unknown: no list of MAC prefixes (Debian: ieee-data, or --makers FILE).");
	report_document_note(
		document,
		"A maker is that of the car's power-line modem or network card, often not of the car itself.");
	if (model->unknown_beginnings > 0)
		report_document_note(document,
				     "%llu ends of sessions whose beginning is not in the history are not counted.",
				     (unsigned long long)model->unknown_beginnings);
	if (model->is_cut || model->other_groups.sessions > 0)
		report_document_note(
			document,
			"There are more stations, cars, days, reasons or groups than this report holds: those beyond are in the"
			" sums only. Ask for less with --station, --from and --to.");
}

static void write_title(struct report_document *document, const struct report_model *model, const char *about)
{
	const struct report_query *query = &model->query;
	char from[API_TIME_SIZE];
	char last[API_TIME_SIZE];
	int len = snprintf(document->title, sizeof(document->title), "Sessions of %.200s", about);

	api_time_write(query->from_s, from);
	api_time_write(query->to_s - 1, last);
	if (query->from_s != REPORT_FIRST_S)
		len += snprintf(document->title + len, sizeof(document->title) - (size_t)len, ", from %.10s", from);
	if (query->to_s != REPORT_BEYOND_S)
		snprintf(document->title + len, sizeof(document->title) - (size_t)len, ", to %.10s", last);
}

bool report_document_make(struct report_document *document, struct report_model *model, const char *about)
{
	*document = (struct report_document){.table_count = 0};
	write_title(document, model, about);
	add_groups(document, model);
	add_total(document, model);
	add_days(document, model);
	add_reasons(document, model);
	add_worst_stations(document, model);
	add_match_durations(document, model);
	add_attenuation(document, model);
	add_cars_that_fail_everywhere(document, model);
	add_stations_that_fail_all(document, model);
	add_notes(document, model);
	return !document->has_no_memory;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/history/report_model.h"
#include "mqtt/api/api_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MICROS  1000000
#define DAY_LEN 10 /* of 2026-11-27 */

const char *const report_by_names[REPORT_BY_KINDS] = {"station", "reason", "maker", "day"};

struct report_model *report_model_new(const struct report_query *query)
{
	struct report_model *model = calloc(1, sizeof(*model));

	if (model == NULL)
		return NULL;
	model->query = *query;
	model->groups = (struct report_index){.value_size = sizeof(struct report_counts), .max = REPORT_GROUPS_MAX};
	model->days = (struct report_index){.value_size = sizeof(struct report_counts), .max = REPORT_DAYS_MAX};
	model->reasons = (struct report_index){.value_size = sizeof(uint64_t), .max = REPORT_REASONS_MAX};
	model->stations =
		(struct report_index){.value_size = sizeof(struct report_station), .max = REPORT_STATIONS_MAX};
	model->cars = (struct report_index){.value_size = sizeof(struct report_car), .max = REPORT_CARS_MAX};
	return model;
}

void report_model_free(struct report_model *model)
{
	if (model == NULL)
		return;
	report_index_free(&model->groups);
	report_index_free(&model->days);
	report_index_free(&model->reasons);
	report_index_free(&model->stations);
	report_index_free(&model->cars);
	report_makers_free(&model->makers);
	free(model);
}

bool report_model_is_whole(const struct report_model *model)
{
	return !model->groups.has_no_memory && !model->days.has_no_memory && !model->reasons.has_no_memory &&
	       !model->stations.has_no_memory && !model->cars.has_no_memory && !model->makers.has_no_memory;
}

static void count(struct report_counts *counts, const struct report_session *session)
{
	uint64_t *const by_outcome[] = {
		[REPORT_OPEN] = &counts->open,
		[REPORT_MATCHED] = &counts->matched,
		[REPORT_FAILED] = &counts->failed,
		[REPORT_BASIC] = &counts->basic,
		[REPORT_BROKEN_OFF] = &counts->broken_off,
	};

	counts->sessions++;
	++*by_outcome[session->outcome];
	if (session->outcome != REPORT_MATCHED)
		return;
	counts->lost += session->is_lost;
	counts->retried += session->failures > 0;
}

static void write_day(int64_t at_us, char out[API_TIME_SIZE])
{
	api_time_write(at_us / MICROS, out);
	out[DAY_LEN] = '\0';
}

static const char *text_of(struct report_model *model, enum report_by by, const struct report_session *session,
			   const char *day)
{
	switch (by) {
	case REPORT_BY_STATION:
		return session->station;
	case REPORT_BY_REASON:
		return session->reason;
	case REPORT_BY_MAKER:
		return report_makers_find(&model->makers, session->ev_mac);
	default:
		return day;
	}
}

static void count_group(struct report_model *model, const struct report_session *session, const char *day)
{
	char key[REPORT_BY_KINDS * (REPORT_NAME_SIZE + 1)];
	size_t len = 0;

	for (size_t i = 0; i < model->query.by_count; i++)
		len += (size_t)snprintf(key + len, sizeof(key) - len, "%s" REPORT_KEY_END,
					text_of(model, model->query.by[i], session, day));
	struct report_counts *counts = report_index_get(&model->groups, key);
	count(counts != NULL ? counts : &model->other_groups, session);
}

static struct report_station *station_of(struct report_model *model, const char *name)
{
	struct report_station *station = report_index_get(&model->stations, name);

	if (station != NULL && station->number == 0)
		station->number = (uint32_t)model->stations.count;
	model->is_cut = model->is_cut || station == NULL;
	return station;
}

/* Since the sessions of a station come together, whether a car has failed there before is seen by its last station. */
static void count_failing_car(struct report_station *station, struct report_car *car)
{
	car->failed++;
	if (station == NULL || car->last_station == station->number)
		return;
	car->last_station = station->number;
	car->failing_stations++;
	station->failing_cars++;
}

static void count_car(struct report_model *model, const struct report_session *session, struct report_station *station)
{
	const bool has_result = session->outcome == REPORT_MATCHED || session->outcome == REPORT_FAILED;

	if (*session->ev_mac == '\0' || !has_result)
		return;
	struct report_car *car = report_index_get(&model->cars, session->ev_mac);
	model->is_cut = model->is_cut || car == NULL;
	if (car != NULL && session->outcome == REPORT_MATCHED)
		car->matched++;
	else if (car != NULL)
		count_failing_car(station, car);
}

static void count_attenuation(struct report_model *model, const struct report_session *session)
{
	const double step = session->attenuation_db / REPORT_ATTENUATION_STEP_DB;

	if (!session->has_attenuation || !(step >= 0))
		return;
	const size_t at = step < REPORT_ATTENUATION_STEPS - 1 ? (size_t)step : REPORT_ATTENUATION_STEPS - 1;
	model->attenuation[at][session->outcome == REPORT_MATCHED]++;
}

void report_model_take(struct report_model *model, const struct report_session *session)
{
	char day[API_TIME_SIZE];

	if (session->begun_us < model->query.from_s * MICROS || session->begun_us >= model->query.to_s * MICROS)
		return;
	write_day(session->begun_us, day);
	count(&model->total, session);
	count_group(model, session, day);
	struct report_counts *of_day = report_index_get(&model->days, day);
	if (of_day != NULL)
		count(of_day, session);
	struct report_station *station = station_of(model, session->station);
	if (station != NULL)
		count(&station->counts, session);
	uint64_t *of_reason =
		session->outcome == REPORT_FAILED ? report_index_get(&model->reasons, session->reason) : NULL;
	if (of_reason != NULL)
		++*of_reason;
	model->is_cut = model->is_cut || of_day == NULL || (session->outcome == REPORT_FAILED && of_reason == NULL);
	count_car(model, session, station);
	count_attenuation(model, session);
}

static void count_duration(struct report_durations *durations, double ms)
{
	durations->by_ms[ms < REPORT_DURATION_MAX_MS ? (size_t)ms : REPORT_DURATION_MAX_MS]++;
	durations->count++;
}

void report_model_take_duration(struct report_model *model, double ms)
{
	if (!(ms >= 0))
		return;
	count_duration(&model->durations, ms);
	count_duration(&model->of_station, ms);
}

void report_model_end_station(struct report_model *model, const char *name)
{
	struct report_station *station = model->of_station.count > 0 ? station_of(model, name) : NULL;

	if (station != NULL) {
		station->matches = model->of_station.count;
		station->median_ms = report_durations_percentile(&model->of_station, 50);
		station->p95_ms = report_durations_percentile(&model->of_station, 95);
	}
	if (model->of_station.count > 0)
		memset(&model->of_station, 0, sizeof(model->of_station));
}

uint32_t report_durations_percentile(const struct report_durations *durations, unsigned percent)
{
	const uint64_t wanted = (durations->count * percent + 99) / 100;
	uint64_t seen = 0;

	if (durations->count == 0)
		return 0;
	for (uint32_t ms = 0; ms < REPORT_DURATION_MAX_MS; ms++) {
		seen += durations->by_ms[ms];
		if (seen >= wanted)
			return ms;
	}
	return REPORT_DURATION_MAX_MS;
}

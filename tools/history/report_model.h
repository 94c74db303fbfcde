/* SPDX-License-Identifier: Apache-2.0 */
/* What a report counts: sessions in, numbers out. Pure; its memory has bounds, whatever the number of sessions. */
#ifndef TOOLS_HISTORY_REPORT_MODEL_H
#define TOOLS_HISTORY_REPORT_MODEL_H

#include "tools/history/report_index.h"
#include "tools/history/report_makers.h"
#include "tools/history/report_session.h"

#define REPORT_GROUPS_MAX   100000 /* further ones are counted together */
#define REPORT_STATIONS_MAX 65536  /* further ones are in the sums only */
#define REPORT_CARS_MAX     262144 /* likewise */
#define REPORT_DAYS_MAX     36525
#define REPORT_REASONS_MAX  1024

/* The days that are asked for, where no others are: 1970-01-01 and the first of the year 10000, in seconds. */
#define REPORT_FIRST_S  0LL
#define REPORT_BEYOND_S 253402300800LL

enum report_by { REPORT_BY_STATION, REPORT_BY_REASON, REPORT_BY_MAKER, REPORT_BY_DAY, REPORT_BY_KINDS };
/* "station" and so on. */
extern const char *const report_by_names[REPORT_BY_KINDS];

struct report_query {
	enum report_by by[REPORT_BY_KINDS];
	size_t by_count;
	/* Sessions that begin in [from, to), in seconds since 1970, UTC; whole days. */
	int64_t from_s;
	int64_t to_s;
};

struct report_counts {
	uint64_t sessions;
	uint64_t matched;
	uint64_t lost;    /* of the matched */
	uint64_t retried; /* of the matched: an attempt had failed before */
	uint64_t failed;
	uint64_t basic;
	uint64_t broken_off;
	uint64_t open;
};

/* Matches by their duration, to the millisecond up to a bound. */
#define REPORT_DURATION_MAX_MS 120000

struct report_durations {
	uint64_t count;
	uint32_t by_ms[REPORT_DURATION_MAX_MS + 1]; /* the last one: that, or longer */
};

struct report_station {
	struct report_counts counts;
	uint32_t number;       /* from 1 on */
	uint32_t failing_cars; /* cars that have failed here */
	uint64_t matches;      /* whose duration is known; the others are 0 without one */
	uint32_t median_ms;
	uint32_t p95_ms;
};

struct report_car {
	uint64_t matched;
	uint64_t failed;
	uint32_t failing_stations;
	uint32_t last_station; /* where it has failed last */
};

#define REPORT_ATTENUATION_STEP_DB 5
#define REPORT_ATTENUATION_STEPS   13 /* the last one: 60 dB or more */

struct report_model {
	struct report_query query;
	struct report_makers makers;
	struct report_counts total;
	struct report_index groups; /* of report_counts, by the texts of `by`, each ended by REPORT_KEY_END */
	struct report_counts other_groups;
	struct report_index days;                          /* of report_counts, by 2026-11-27 */
	struct report_index reasons;                       /* of uint64_t: failed sessions */
	struct report_index stations;                      /* of report_station */
	struct report_index cars;                          /* of report_car, by MAC */
	bool is_cut;                                       /* some station, car, day or reason has found no place */
	uint64_t attenuation[REPORT_ATTENUATION_STEPS][2]; /* of sessions that have not matched, and that have */
	struct report_durations durations;
	struct report_durations of_station; /* while one is read */
	uint64_t unknown_beginnings;
};

#define REPORT_KEY_END "\x1f"

/* The caller frees it with report_model_free and free. NULL: no memory. */
struct report_model *report_model_new(const struct report_query *query);
/* NULL: does nothing. */
void report_model_free(struct report_model *model);

/* Counts a session, if it begins within the time that is asked for. The sessions of a station come together. */
void report_model_take(struct report_model *model, const struct report_session *session);

/* Counts how long a match took. Those of a station come together, and report_model_end_station follows them. */
void report_model_take_duration(struct report_model *model, double ms);
void report_model_end_station(struct report_model *model, const char *station);

/* The least duration that `percent` of 100 matches did not exceed; 0 where there is none. */
uint32_t report_durations_percentile(const struct report_durations *durations, unsigned percent);

/* False: there was no memory for some of it. */
bool report_model_is_whole(const struct report_model *model);

#endif

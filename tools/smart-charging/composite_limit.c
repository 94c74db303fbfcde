/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/composite_limit.h"

#include <string.h>

#define DAY_S  INT64_C(86400)
#define WEEK_S (7 * DAY_S)

static void lower_next(int64_t *next_s, int64_t time_s)
{
	if (time_s < *next_s)
		*next_s = time_s;
}

/* --- one profile --- */

static int64_t recurrence_s(const struct charging_profile *profile)
{
	if (profile->kind != CHARGING_RECURRING)
		return COMPOSITE_NEVER;
	return profile->recurrency == CHARGING_WEEKLY ? WEEK_S : DAY_S;
}

/* Where the periods count from, which is after now_s for a schedule that has not started. */
static int64_t start_of(const struct composite_view *view, size_t evse, const struct charging_profile *profile,
			int64_t now_s)
{
	const struct charging_evse *one = evse < view->evses->count ? &view->evses->items[evse] : NULL;
	const int64_t start_s = profile->schedules[0].start_s;

	switch (profile->kind) {
	case CHARGING_RELATIVE:
		return one != NULL && one->has_session ? one->start_s : view->calculation_s;
	case CHARGING_RECURRING:
		return now_s < start_s ? start_s : now_s - (now_s - start_s) % recurrence_s(profile);
	default:
		return start_s;
	}
}

/* The period that is in force elapsed_s, at least 0, after the start. */
static size_t period_at(const struct charging_schedule *schedule, int64_t elapsed_s)
{
	size_t first = 0;
	size_t end = schedule->period_count;

	while (end - first > 1) {
		const size_t middle = first + (end - first) / 2;

		if (schedule->periods[middle].start_s <= elapsed_s)
			first = middle;
		else
			end = middle;
	}
	return first;
}

static bool is_valid_at(const struct charging_profile *profile, int64_t now_s, int64_t *next_s)
{
	if (profile->has_valid_to && now_s >= profile->valid_to_s)
		return false;
	if (profile->has_valid_from && now_s < profile->valid_from_s) {
		lower_next(next_s, profile->valid_from_s);
		return false;
	}
	if (profile->has_valid_to)
		lower_next(next_s, profile->valid_to_s);
	return true;
}

/* The period of the profile that is in force, or NULL. */
static const struct charging_period *period_in_force(const struct composite_view *view, size_t evse,
						     const struct charging_profile *profile, int64_t now_s,
						     int64_t *next_s)
{
	const struct charging_schedule *schedule = &profile->schedules[0];
	const int64_t start_s = start_of(view, evse, profile, now_s);
	size_t index;

	if (!is_valid_at(profile, now_s, next_s))
		return NULL;
	if (now_s < start_s) {
		lower_next(next_s, start_s);
		return NULL;
	}
	if (profile->kind == CHARGING_RECURRING)
		lower_next(next_s, start_s + recurrence_s(profile));
	if (schedule->has_duration && now_s - start_s >= schedule->duration_s)
		return NULL;
	if (schedule->has_duration)
		lower_next(next_s, start_s + schedule->duration_s);
	index = period_at(schedule, now_s - start_s);
	if (index + 1 < schedule->period_count)
		lower_next(next_s, start_s + schedule->periods[index + 1].start_s);
	return &schedule->periods[index];
}

/* --- one purpose --- */

static bool is_in_scope(const struct composite_view *view, size_t evse, enum charging_purpose purpose,
			const struct charging_entry *entry)
{
	if (entry->profile.purpose != purpose)
		return false;
	if (purpose == CHARGING_TX_DEFAULT && entry->evse == CHARGING_WHOLE_STATION)
		return true;
	if (purpose == CHARGING_TX &&
	    strcmp(entry->profile.transaction_id, view->evses->items[entry->evse].transaction_id) != 0)
		return false;
	return entry->evse == evse;
}

/* A period as `evse` takes it, 1/shares of it. */
static struct composite_limit limit_of(const struct charging_evse *evse, const struct charging_profile *profile,
				       const struct charging_period *period, size_t shares)
{
	struct composite_limit limit = {
		.is_limited = true,
		.profile_id = profile->id,
		.unit = profile->schedules[0].unit,
		.limit = (uint32_t)(period->limit / shares),
	};

	limit.limit_ma = limit.unit == CHARGING_A ? limit.limit : charging_ma_from_mw(evse, limit.limit);
	return limit;
}

/* What is below the one in force does not matter before that ends. */
static void lower_to_boundaries(const struct composite_view *view, size_t scope, enum charging_purpose purpose,
				const struct charging_profile *best, int64_t now_s, int64_t *next_s)
{
	for (size_t i = 0; i < view->profiles->count; i++) {
		const struct charging_entry *entry = &view->profiles->entries[i];

		if (is_in_scope(view, scope, purpose, entry) &&
		    (best == NULL || entry->profile.stack_level >= best->stack_level))
			(void)period_in_force(view, scope, &entry->profile, now_s, next_s);
	}
}

/* Of the profiles of `purpose` for `scope`, an EVSE or the whole station, that of the highest stack level in force. */
static struct composite_limit best_in_force(const struct composite_view *view, size_t scope,
					    const struct charging_evse *evse, enum charging_purpose purpose,
					    size_t shares, int64_t now_s, int64_t *next_s)
{
	const struct charging_profile *best = NULL;
	const struct charging_period *best_period = NULL;

	for (size_t i = 0; i < view->profiles->count; i++) {
		const struct charging_entry *entry = &view->profiles->entries[i];
		const struct charging_period *period;
		int64_t unused_s = COMPOSITE_NEVER;

		if (!is_in_scope(view, scope, purpose, entry) ||
		    (best != NULL && best->stack_level > entry->profile.stack_level))
			continue;
		period = period_in_force(view, scope, &entry->profile, now_s, &unused_s);
		if (period == NULL)
			continue;
		best = &entry->profile;
		best_period = period;
	}
	lower_to_boundaries(view, scope, purpose, best, now_s, next_s);
	if (best == NULL)
		return (struct composite_limit){.is_limited = false};
	return limit_of(evse, best, best_period, shares);
}

/* --- all purposes --- */

/*
 * On a tie A, which is rounded down where it was W. At a DC EVSE the voltage is the vehicle's choice: an A that is not the
 * lower one at the highest voltage may be so at another, and A is lower at each.
 */
struct composite_limit composite_lower(const struct charging_evse *evse, const struct composite_limit *a,
				       const struct composite_limit *b)
{
	struct composite_limit lower;

	if (!a->is_limited || !b->is_limited)
		return a->is_limited ? *a : *b;
	if (a->unit == b->unit)
		lower = a->limit_ma < b->limit_ma || (a->limit_ma == b->limit_ma && a->limit <= b->limit) ? *a : *b;
	else if (a->limit_ma == b->limit_ma)
		lower = a->unit == CHARGING_A ? *a : *b;
	else
		lower = a->limit_ma < b->limit_ma ? *a : *b;
	if (evse->is_dc && a->unit != b->unit) {
		lower.unit = CHARGING_A;
		lower.limit = lower.limit_ma;
	}
	return lower;
}

struct composite_limit composite_own_limit(const struct composite_view *view, size_t evse, int64_t now_s,
					   int64_t *next_s)
{
	const struct charging_evse *one = &view->evses->items[evse];
	const struct composite_limit outside =
		best_in_force(view, evse, one, CHARGING_EXTERNAL_CONSTRAINTS, 1, now_s, next_s);
	struct composite_limit own = best_in_force(view, evse, one, CHARGING_TX, 1, now_s, next_s);

	if (!own.is_limited)
		own = best_in_force(view, evse, one, CHARGING_TX_DEFAULT, 1, now_s, next_s);
	return composite_lower(one, &own, &outside);
}

struct composite_limit composite_station_cap(const struct composite_view *view, const struct charging_evse *evse,
					     size_t shares, int64_t now_s, int64_t *next_s)
{
	const struct composite_limit highest =
		best_in_force(view, CHARGING_WHOLE_STATION, evse, CHARGING_STATION_MAX, shares, now_s, next_s);
	const struct composite_limit outside =
		best_in_force(view, CHARGING_WHOLE_STATION, evse, CHARGING_EXTERNAL_CONSTRAINTS, shares, now_s, next_s);

	return composite_lower(evse, &highest, &outside);
}

int64_t composite_limit_at(const struct composite_view *view, size_t evse, int64_t now_s, struct composite_limit *out)
{
	const struct charging_evse *one = &view->evses->items[evse];
	const size_t shares = view->sharers > 0 ? view->sharers : 1;
	int64_t next_s = COMPOSITE_NEVER;
	const struct composite_limit own = composite_own_limit(view, evse, now_s, &next_s);
	const struct composite_limit cap = composite_station_cap(view, one, shares, now_s, &next_s);

	*out = composite_lower(one, &own, &cap);
	return next_s;
}

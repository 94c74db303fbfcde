/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limit of an EVSE, its next boundary and the composite schedules against a slow reference that asks the rules of
 * OCPP for every second by itself, on random sets of profiles. The sets are the same in every run.
 *
 *   SLACD_CHARGING_SETS  so many sets (default 3000, 20 under valgrind)
 *   SLACD_CHARGING_SEED  the first one's seed (default 1); the seed of one that differs is printed
 */
#include "tools/smart-charging/tests/charging_random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SPAN_S 300
#define EVSES  3
#define NOW    AT(6, 12, 0)

/* What was set, as it was set. */
struct set {
	uint64_t seed;
	size_t count;
	struct charging_entry entries[CHARGING_PROFILES_MAX];
	struct charging_evses evses;
	size_t sharers;
	int64_t calculation_s;
};

static struct charging_profiles profiles;
static struct set set;
static unsigned long periods_seen;
static unsigned long limited_seconds;

/* --- the reference: in A and W as they are, from the rules --- */

#define NO_LIMIT INFINITY

/* Whether the profile has a period in force at that second, which is then *period. */
static bool ref_period(const struct charging_entry *entry, const struct charging_evse *evse, int64_t second,
		       struct charging_period *period)
{
	const struct charging_profile *profile = &entry->profile;
	const struct charging_schedule *schedule = &profile->schedules[0];
	const int64_t step_s = profile->recurrency == CHARGING_WEEKLY ? 604800 : 86400;
	int64_t start_s = schedule->start_s;

	if (profile->has_valid_from && second < profile->valid_from_s)
		return false;
	if (profile->has_valid_to && second >= profile->valid_to_s)
		return false;
	if (profile->kind == CHARGING_RELATIVE)
		start_s = evse != NULL && evse->has_session ? evse->start_s : set.calculation_s;
	while (profile->kind == CHARGING_RECURRING && start_s + step_s <= second)
		start_s += step_s;
	if (second < start_s || (schedule->has_duration && second >= start_s + (int64_t)schedule->duration_s))
		return false;
	for (size_t i = 0; i < schedule->period_count; i++) {
		if (start_s + (int64_t)schedule->periods[i].start_s <= second)
			*period = schedule->periods[i];
	}
	return true;
}

/* All that it feeds, whatever number_phases says. */
static double ref_phases(const struct charging_evse *evse)
{
	return evse->is_dc ? 1 : evse->phases;
}

/* The limit in A per phase by the purpose, of the profiles whose EVSE is `scope`, or, where `and_station`, the station. */
static double ref_purpose(enum charging_purpose purpose, size_t scope, bool and_station,
			  const struct charging_evse *evse, const char *transaction, double shares, int64_t second)
{
	int64_t best_level = -1;
	double best_a = NO_LIMIT;

	for (size_t i = 0; i < set.count; i++) {
		const struct charging_entry *entry = &set.entries[i];
		const struct charging_evse *runs = scope == CHARGING_WHOLE_STATION ? NULL : evse;
		struct charging_period period = {0};

		if (entry->profile.purpose != purpose)
			continue;
		if (entry->evse != scope && !(and_station && entry->evse == CHARGING_WHOLE_STATION))
			continue;
		if (purpose == CHARGING_TX && strcmp(entry->profile.transaction_id, transaction) != 0)
			continue;
		if (!ref_period(entry, runs, second, &period) || entry->profile.stack_level <= best_level)
			continue;
		best_level = entry->profile.stack_level;
		best_a = period.limit / 1000.0 / shares;
		if (entry->profile.schedules[0].unit == CHARGING_W)
			best_a /= evse->voltage_mv / 1000.0 * ref_phases(evse);
	}
	return best_a;
}

static double ref_own(size_t index, int64_t second)
{
	const struct charging_evse *evse = &set.evses.items[index];
	double own_a = ref_purpose(CHARGING_TX, index, false, evse, evse->transaction_id, 1, second);

	if (own_a == NO_LIMIT)
		own_a = ref_purpose(CHARGING_TX_DEFAULT, index, true, evse, "", 1, second);
	return fmin(own_a, ref_purpose(CHARGING_EXTERNAL_CONSTRAINTS, index, false, evse, "", 1, second));
}

static double ref_cap(const struct charging_evse *evse, double shares, int64_t second)
{
	return fmin(
		ref_purpose(CHARGING_STATION_MAX, CHARGING_WHOLE_STATION, false, evse, "", shares, second),
		ref_purpose(CHARGING_EXTERNAL_CONSTRAINTS, CHARGING_WHOLE_STATION, false, evse, "", shares, second));
}

static double ref_limit(size_t index, int64_t second)
{
	return fmin(ref_own(index, second), ref_cap(&set.evses.items[index], (double)set.sharers, second));
}

/* --- comparison --- */

/* Each rounding of the code leaves out less than 1 mA. */
static bool is_close(double a, uint64_t ma, double slack_ma)
{
	return fabs(a * 1000 - (double)ma) <= slack_ma;
}

static void differ(const char *what, size_t evse, int64_t second, double expected_a, uint64_t ma)
{
	fail_msg("SLACD_CHARGING_SEED=%llu: %s of EVSE %zd at +%lld s: expected %f A, got %llu mA",
		 (unsigned long long)set.seed, what, (ssize_t)evse, (long long)(second - NOW), expected_a,
		 (unsigned long long)ma);
}

static struct composite_view view(void)
{
	return (struct composite_view){
		.profiles = &profiles, .evses = &set.evses, .sharers = set.sharers, .calculation_s = set.calculation_s};
}

/* Asks at each boundary only; the reference says what holds at each second between. */
static void compare_limits(size_t evse)
{
	const struct composite_view asked = view();
	struct composite_limit limit = {0};
	int64_t next_s = NOW;

	for (int64_t second = NOW; second < NOW + SPAN_S; second++) {
		const double expected_a = ref_limit(evse, second);

		if (second == next_s) {
			next_s = composite_limit_at(&asked, evse, second, &limit);
			assert_true(next_s > second);
		}
		if (limit.is_limited != (expected_a != NO_LIMIT) ||
		    (limit.is_limited && !is_close(expected_a, limit.limit_ma, 1)))
			differ("limit", evse, second, expected_a, limit.is_limited ? limit.limit_ma : 0);
		limited_seconds += limit.is_limited ? 1 : 0;
	}
}

static const struct composite_hardware *hardware(void)
{
	static struct composite_hardware all[EVSES];

	for (size_t i = 0; i < EVSES; i++) {
		const struct charging_evse *evse = &set.evses.items[i];

		all[i].ma = 20000;
		all[i].mw = charging_mw_from_ma(evse, all[i].ma);
	}
	return all;
}

/* In A, lowered to the hardware. */
static double ref_composite(size_t evse, int64_t second)
{
	struct charging_evse supply = {.phases = 1, .voltage_mv = 230000};
	double sum_a = 0;

	if (evse != CHARGING_WHOLE_STATION)
		return fmin(ref_limit(evse, second), 20);
	for (size_t i = 0; i < EVSES; i++) {
		sum_a += fmin(ref_own(i, second), 20);
		supply.phases = set.evses.items[i].phases > supply.phases ? set.evses.items[i].phases : supply.phases;
	}
	return fmin(sum_a, ref_cap(&supply, 1, second));
}

static void compare_schedule(size_t evse)
{
	const struct composite_view asked = view();
	struct composite_schedule schedule;
	size_t index = 0;

	if (composite_schedule(&asked, hardware(), evse, CHARGING_A, SPAN_S, &schedule) != COMPOSITE_ACCEPTED)
		return; /* a station with a DC EVSE */
	assert_int_equal(schedule.duration_s, SPAN_S);
	assert_int_equal(schedule.periods[0].start_s, 0);
	for (uint32_t second = 0; second < SPAN_S; second++) {
		const double expected_a = ref_composite(evse, NOW + second);

		if (index + 1 < schedule.count && schedule.periods[index + 1].start_s == second) {
			index++;
			assert_true(schedule.periods[index].limit != schedule.periods[index - 1].limit);
		}
		if (!is_close(expected_a, schedule.periods[index].limit, EVSES))
			differ("schedule", evse, NOW + second, expected_a, schedule.periods[index].limit);
	}
	assert_int_equal(index + 1, schedule.count);
	periods_seen += schedule.count;
}

/* --- random sets --- */

static void random_evses(struct charging_random *random)
{
	set.evses.count = EVSES;
	for (size_t i = 0; i < EVSES; i++) {
		struct charging_evse *evse = &set.evses.items[i];

		*evse = (struct charging_evse){.phases = 1 + random_below(random, 3), .voltage_mv = 230000};
		if (random_once_in(random, 8))
			*evse = (struct charging_evse){.is_dc = true, .voltage_mv = 920000};
		evse->has_session = random_once_in(random, 2);
		evse->start_s = NOW - random_below(random, SPAN_S);
		if (evse->has_session)
			strcpy(evse->transaction_id, random_once_in(random, 8) ? "T2" : "T1");
	}
}

/* The same id replaces, as the reference has it, too. */
static void keep(size_t evse, const struct charging_profile *profile)
{
	size_t at = 0;

	while (at < set.count && set.entries[at].profile.id != profile->id)
		at++;
	if (at == set.count)
		set.count++;
	set.entries[at] = (struct charging_entry){evse, *profile};
}

static void make_set(uint64_t seed)
{
	struct charging_random random;
	uint32_t wanted;

	random_begin(&random, seed);
	charging_profiles_init(&profiles);
	set.count = 0;
	set.seed = seed;
	set.calculation_s = NOW;
	set.sharers = 1 + random_below(&random, EVSES);
	random_evses(&random);
	wanted = 1 + random_below(&random, 24);
	for (uint32_t i = 0; i < wanted; i++) {
		const struct charging_profile profile = random_profile(&random, 30, NOW, SPAN_S);
		const enum charging_source source =
			profile.purpose == CHARGING_EXTERNAL_CONSTRAINTS ? CHARGING_FROM_STATION : CHARGING_FROM_CSMS;
		const size_t scope = random_scope(&random, profile.purpose, EVSES);

		if (charging_profiles_set(&profiles, &set.evses, source, scope, &profile, NOW) == CHARGING_ACCEPTED)
			keep(scope, &profile);
	}
	assert_int_equal(profiles.count, set.count);
}

static void the_composite_schedule_is_what_the_rules_say_of_each_second(void **state)
{
	const unsigned long sets = number_from("SLACD_CHARGING_SETS", getenv("SLACD_VALGRIND") == NULL ? 3000 : 20);
	const uint64_t first = number_from("SLACD_CHARGING_SEED", 1);

	(void)state;
	for (uint64_t seed = first; seed < first + sets; seed++) {
		make_set(seed);
		for (size_t evse = 0; evse < EVSES; evse++) {
			compare_limits(evse);
			compare_schedule(evse);
		}
		compare_schedule(CHARGING_WHOLE_STATION);
	}
	printf("%lu sets from SLACD_CHARGING_SEED=%llu: %lu periods, %lu seconds with a limit\n", sets,
	       (unsigned long long)first, periods_seen, limited_seconds);
	if (sets >= 3000)
		assert_true(periods_seen > 9 * sets); /* or it proves little */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_composite_schedule_is_what_the_rules_say_of_each_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

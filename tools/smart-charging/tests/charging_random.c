/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/tests/charging_random.h"

#include <stdlib.h>

void random_begin(struct charging_random *random, uint64_t seed)
{
	random->state = seed;
}

/* A counter whose value is mixed: any seed is as good as another. */
static uint64_t next(struct charging_random *random)
{
	uint64_t mixed;

	random->state += UINT64_C(0x9e3779b97f4a7c15);
	mixed = random->state;
	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ (mixed >> 31);
}

uint32_t random_below(struct charging_random *random, uint32_t below)
{
	return (uint32_t)(next(random) % below);
}

bool random_once_in(struct charging_random *random, uint32_t times)
{
	return random_below(random, times) == 0;
}

unsigned long number_from(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoul(text, NULL, 10);
}

static int64_t time_around(struct charging_random *random, int64_t now_s, uint32_t span_s)
{
	return now_s - span_s + random_below(random, 3 * span_s);
}

static void random_periods(struct charging_random *random, struct charging_schedule *schedule, uint32_t span_s)
{
	const uint32_t count = 1 + random_below(random, 5);
	uint32_t start_s = 0;

	for (uint32_t i = 0; i < count; i++) {
		/* In A up to 40, in W up to 27 600, and now and then 0. */
		const uint32_t most = schedule->unit == CHARGING_A ? 400 : 276000;
		struct charging_period *period = &schedule->periods[schedule->period_count++];

		period->start_s = start_s;
		period->limit = random_once_in(random, 10) ? 0 : random_below(random, most) * 100;
		period->phases = (uint8_t)(random_once_in(random, 3) ? 1 + random_below(random, 3) : 0);
		/* The last one after a day, as what a Recurring one must not get to. */
		start_s += random_once_in(random, 20) ? 86400 : 1 + random_below(random, span_s / 2);
	}
}

static void random_kind(struct charging_random *random, struct charging_profile *profile, int64_t now_s,
			uint32_t span_s)
{
	struct charging_schedule *schedule = &profile->schedules[0];

	profile->kind = (enum charging_kind)random_below(random, CHARGING_KINDS);
	schedule->has_start = profile->kind != CHARGING_RELATIVE;
	schedule->start_s = time_around(random, now_s, span_s);
	if (profile->kind != CHARGING_RECURRING)
		return;
	profile->recurrency = random_once_in(random, 2) ? CHARGING_WEEKLY : CHARGING_DAILY;
	schedule->start_s -=
		(int64_t)random_below(random, 4) * (profile->recurrency == CHARGING_DAILY ? 86400 : 604800);
}

struct charging_profile random_profile(struct charging_random *random, uint32_t ids, int64_t now_s, uint32_t span_s)
{
	struct charging_profile profile = {.id = (int32_t)random_below(random, ids), .schedule_count = 1};
	struct charging_schedule *schedule = &profile.schedules[0];

	profile.purpose = (enum charging_purpose)random_below(random, CHARGING_PURPOSES);
	profile.stack_level = random_below(random, 4);
	random_kind(random, &profile, now_s, span_s);
	schedule->unit = random_once_in(random, 2) ? CHARGING_A : CHARGING_W;
	random_periods(random, schedule, span_s);
	schedule->has_duration = random_once_in(random, 2);
	schedule->duration_s = random_once_in(random, 10) ? 90000 : random_below(random, 2 * span_s);
	profile.has_valid_from = random_once_in(random, 4);
	profile.valid_from_s = time_around(random, now_s, span_s);
	profile.has_valid_to = random_once_in(random, 4);
	profile.valid_to_s = profile.valid_from_s + random_below(random, span_s);
	if (profile.purpose == CHARGING_TX && !random_once_in(random, 20))
		profile = of_transaction(profile, random_once_in(random, 8) ? "T2" : "T1");
	return profile;
}

size_t random_scope(struct charging_random *random, enum charging_purpose purpose, size_t count)
{
	const bool is_odd = random_once_in(random, 20);
	const bool is_station =
		purpose == CHARGING_STATION_MAX || (purpose != CHARGING_TX && random_once_in(random, 2));

	return is_station != is_odd ? CHARGING_WHOLE_STATION : random_below(random, (uint32_t)count);
}

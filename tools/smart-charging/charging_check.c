/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/charging_check.h"

#include <string.h>

/* More than any time that can be written (the year 9999, for what never ends); sums with it do not overflow. */
#define WALL_SECONDS_MAX INT64_C(1000000000000)

static bool is_wall_time(int64_t time_s)
{
	return time_s >= -WALL_SECONDS_MAX && time_s <= WALL_SECONDS_MAX;
}

static enum charging_verdict check_ranges(const struct charging_profile *profile)
{
	const bool are_enums = (unsigned)profile->purpose < CHARGING_PURPOSES &&
			       (unsigned)profile->kind < CHARGING_KINDS &&
			       (unsigned)profile->recurrency < CHARGING_RECURRENCIES;
	const bool are_times = (!profile->has_valid_from || is_wall_time(profile->valid_from_s)) &&
			       (!profile->has_valid_to || is_wall_time(profile->valid_to_s));

	if (!are_enums || !are_times)
		return CHARGING_OUT_OF_RANGE;
	if (profile->stack_level > CHARGING_STACK_LEVEL_MAX)
		return CHARGING_STACK_LEVEL;
	if (profile->has_valid_from && profile->has_valid_to && profile->valid_to_s <= profile->valid_from_s)
		return CHARGING_VALIDITY;
	if (profile->schedule_count == 0)
		return CHARGING_NO_SCHEDULE;
	if (profile->schedule_count > CHARGING_SCHEDULES_MAX)
		return CHARGING_TOO_MANY_SCHEDULES;
	return CHARGING_ACCEPTED;
}

static enum charging_verdict check_purpose(const struct charging_evses *evses, enum charging_source source, size_t evse,
					   const struct charging_profile *profile)
{
	if (evse != CHARGING_WHOLE_STATION && evse >= evses->count)
		return CHARGING_UNKNOWN_EVSE;
	if (profile->purpose == CHARGING_EXTERNAL_CONSTRAINTS && source == CHARGING_FROM_CSMS)
		return CHARGING_EXTERNAL_FROM_CSMS;
	if (profile->purpose == CHARGING_STATION_MAX && evse != CHARGING_WHOLE_STATION)
		return CHARGING_MAX_NAMES_EVSE;
	if (profile->purpose == CHARGING_STATION_MAX && profile->kind == CHARGING_RELATIVE)
		return CHARGING_MAX_RELATIVE;
	if (profile->purpose != CHARGING_TX)
		return CHARGING_ACCEPTED;
	if (evse == CHARGING_WHOLE_STATION)
		return CHARGING_TX_WITHOUT_EVSE;
	if (profile->transaction_id[0] == '\0')
		return CHARGING_TX_WITHOUT_TRANSACTION;
	if (strcmp(profile->transaction_id, evses->items[evse].transaction_id) != 0)
		return CHARGING_TX_NOT_FOUND;
	return CHARGING_ACCEPTED;
}

/* What the EVSE, or for the whole station the best of its EVSEs, has. */
struct supply {
	bool has_ac;
	bool has_dc;
	bool dc_voltages_are_known;
	unsigned phases;
};

static struct supply supply_of(const struct charging_evses *evses, size_t evse)
{
	struct supply supply = {.dc_voltages_are_known = true};

	for (size_t i = 0; i < evses->count; i++) {
		const struct charging_evse *one = &evses->items[i];
		const unsigned phases = charging_phases(one);

		if (evse != CHARGING_WHOLE_STATION && i != evse)
			continue;
		supply.has_dc |= one->is_dc;
		supply.has_ac |= !one->is_dc;
		supply.dc_voltages_are_known &= !one->is_dc || one->voltage_mv > 0;
		if (!one->is_dc && phases > supply.phases)
			supply.phases = phases;
	}
	return supply;
}

static enum charging_verdict check_period(const struct charging_period *period, const struct supply *supply)
{
	if (period->limit > CHARGING_LIMIT_MAX || period->start_s > CHARGING_SECONDS_MAX)
		return CHARGING_OUT_OF_RANGE;
	if (supply->has_dc && !supply->has_ac && (period->phases > 0 || period->phase_to_use > 0))
		return CHARGING_DC_PHASES;
	if (period->phases > 3 || (supply->has_ac && period->phases > supply->phases))
		return CHARGING_PHASES;
	return period->phase_to_use > 0 ? CHARGING_PHASE_TO_USE : CHARGING_ACCEPTED;
}

static enum charging_verdict check_periods(const struct charging_schedule *schedule, const struct supply *supply)
{
	if (schedule->period_count == 0)
		return CHARGING_NO_PERIOD;
	if (schedule->period_count > CHARGING_PERIODS_MAX)
		return CHARGING_TOO_MANY_PERIODS;
	if (schedule->periods[0].start_s != 0)
		return CHARGING_FIRST_PERIOD;
	for (size_t i = 0; i < schedule->period_count; i++) {
		const enum charging_verdict verdict = check_period(&schedule->periods[i], supply);

		if (verdict != CHARGING_ACCEPTED)
			return verdict;
		if (i > 0 && schedule->periods[i].start_s <= schedule->periods[i - 1].start_s)
			return CHARGING_PERIOD_ORDER;
	}
	return CHARGING_ACCEPTED;
}

static enum charging_verdict check_schedule(const struct charging_profile *profile,
					    const struct charging_schedule *schedule, const struct supply *supply)
{
	if ((unsigned)schedule->unit >= CHARGING_UNITS)
		return CHARGING_UNIT_UNSUPPORTED;
	if (schedule->unit == CHARGING_A && !supply->dc_voltages_are_known)
		return CHARGING_UNIT_UNSUPPORTED;
	if (profile->kind == CHARGING_RELATIVE && schedule->has_start)
		return CHARGING_RELATIVE_START;
	if (profile->kind != CHARGING_RELATIVE && !schedule->has_start)
		return CHARGING_NO_START;
	if (profile->kind == CHARGING_RECURRING && profile->recurrency == CHARGING_RECURRENCY_ABSENT)
		return CHARGING_NO_RECURRENCY;
	if ((schedule->has_start && !is_wall_time(schedule->start_s)) ||
	    (schedule->has_duration && schedule->duration_s > CHARGING_SECONDS_MAX))
		return CHARGING_OUT_OF_RANGE;
	return check_periods(schedule, supply);
}

enum charging_verdict charging_check(const struct charging_evses *evses, enum charging_source source, size_t evse,
				     const struct charging_profile *profile)
{
	const struct supply supply = supply_of(evses, evse);
	enum charging_verdict verdict = check_ranges(profile);

	if (verdict == CHARGING_ACCEPTED)
		verdict = check_purpose(evses, source, evse, profile);
	for (size_t i = 0; verdict == CHARGING_ACCEPTED && i < profile->schedule_count; i++)
		verdict = check_schedule(profile, &profile->schedules[i], &supply);
	return verdict;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/composite_schedule.h"

#include "tools/smart-charging/composite_limit.h"

/* --- at one moment --- */

/* The lower of a limit by profiles, where there is one, and the hardware, in `unit`. */
static uint64_t lowered_to_hardware(const struct charging_evse *evse, const struct composite_limit *limit,
				    const struct composite_hardware *hardware, enum charging_unit unit)
{
	const uint64_t most = unit == CHARGING_A ? hardware->ma : hardware->mw;
	uint64_t scheduled = most;

	if (limit->is_limited && unit == CHARGING_A)
		scheduled = limit->limit_ma;
	else if (limit->is_limited)
		scheduled = limit->unit == CHARGING_W ? limit->limit : charging_mw_from_ma(evse, limit->limit);
	return scheduled < most ? scheduled : most;
}

/* The station as one supply: the phases and the voltage of its best EVSE. */
static struct charging_evse station_supply(const struct charging_evses *evses)
{
	struct charging_evse supply = {.phases = 1};

	for (size_t i = 0; i < evses->count; i++) {
		const struct charging_evse *one = &evses->items[i];

		if (!one->is_dc && charging_phases(one) > supply.phases)
			supply.phases = charging_phases(one);
		if (!one->is_dc && one->voltage_mv > supply.voltage_mv)
			supply.voltage_mv = one->voltage_mv;
	}
	return supply;
}

struct question {
	const struct composite_view *view;
	const struct composite_hardware *hardware;
	size_t evse;
	enum charging_unit unit;
};

static int64_t period_of_evse(const struct question *question, int64_t now_s, struct composite_period *out)
{
	const struct charging_evse *evse = &question->view->evses->items[question->evse];
	struct composite_limit limit;
	const int64_t next_s = composite_limit_at(question->view, question->evse, now_s, &limit);

	out->limit = lowered_to_hardware(evse, &limit, &question->hardware[question->evse], question->unit);
	out->phases = evse->is_dc ? 0 : charging_phases(evse);
	return next_s;
}

static int64_t period_of_station(const struct question *question, int64_t now_s, struct composite_period *out)
{
	const struct composite_view *view = question->view;
	const struct charging_evse supply = station_supply(view->evses);
	int64_t next_s = COMPOSITE_NEVER;
	const struct composite_limit cap = composite_station_cap(view, &supply, 1, now_s, &next_s);
	struct composite_hardware sum = {0};

	for (size_t i = 0; i < view->evses->count; i++) {
		const struct composite_limit own = composite_own_limit(view, i, now_s, &next_s);
		const uint64_t limit =
			lowered_to_hardware(&view->evses->items[i], &own, &question->hardware[i], question->unit);
		const uint64_t room = (question->unit == CHARGING_A ? UINT32_MAX - sum.ma : UINT64_MAX - sum.mw);
		const uint64_t part = limit < room ? limit : room;

		if (question->unit == CHARGING_A)
			sum.ma += (uint32_t)part;
		else
			sum.mw += part;
	}
	out->limit = lowered_to_hardware(&supply, &cap, &sum, question->unit);
	out->phases = 0;
	return next_s;
}

/* --- from moment to moment --- */

/* Adds a period that starts start_s after the start. False: there is no room for it. */
static bool append(struct composite_schedule *schedule, const struct composite_period *period)
{
	const struct composite_period *last = &schedule->periods[schedule->count == 0 ? 0 : schedule->count - 1];

	if (schedule->count > 0 && last->limit == period->limit)
		return true;
	if (schedule->count == COMPOSITE_PERIODS_MAX)
		return false;
	schedule->periods[schedule->count++] = *period;
	return true;
}

static size_t steps_max(const struct question *question)
{
	const size_t evses = question->evse == CHARGING_WHOLE_STATION ? question->view->evses->count : 1;

	return evses * COMPOSITE_STEPS_MAX > COMPOSITE_LOOKS_MAX ? COMPOSITE_LOOKS_MAX / evses : COMPOSITE_STEPS_MAX;
}

static void fill(const struct question *question, uint32_t duration_s, struct composite_schedule *out)
{
	const size_t most = steps_max(question);
	const int64_t start_s = question->view->calculation_s;
	const int64_t end_s = start_s + duration_s;
	int64_t now_s = start_s;

	for (size_t steps = 0; now_s < end_s && steps < most; steps++) {
		struct composite_period period = {.start_s = (uint32_t)(now_s - start_s)};
		const int64_t next_s = question->evse == CHARGING_WHOLE_STATION
					       ? period_of_station(question, now_s, &period)
					       : period_of_evse(question, now_s, &period);

		if (!append(out, &period))
			break;
		now_s = next_s < end_s ? next_s : end_s;
	}
	out->duration_s = (uint32_t)(now_s - start_s);
}

/* --- the answer --- */

static bool can_be_in_ampere(const struct charging_evses *evses, size_t evse)
{
	if (evse != CHARGING_WHOLE_STATION)
		return !evses->items[evse].is_dc || evses->items[evse].voltage_mv > 0;
	for (size_t i = 0; i < evses->count; i++) {
		if (evses->items[i].is_dc)
			return false;
	}
	return true;
}

enum composite_verdict composite_schedule(const struct composite_view *view, const struct composite_hardware *hardware,
					  size_t evse, enum charging_unit unit, uint32_t duration_s,
					  struct composite_schedule *out)
{
	const struct question question = {.view = view, .hardware = hardware, .evse = evse, .unit = unit};

	if (evse != CHARGING_WHOLE_STATION && evse >= view->evses->count)
		return COMPOSITE_UNKNOWN_EVSE;
	if ((unsigned)unit >= CHARGING_UNITS || (unit == CHARGING_A && !can_be_in_ampere(view->evses, evse)))
		return COMPOSITE_UNKNOWN_UNIT;
	*out = (struct composite_schedule){.evse = evse, .unit = unit, .start_s = view->calculation_s};
	fill(&question, duration_s, out);
	return COMPOSITE_ACCEPTED;
}

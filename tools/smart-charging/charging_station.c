/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/charging_station.h"

#include "tools/smart-charging/current_limit_internal.h"

#include <stdio.h>
#include <string.h>

#define US_PER_S INT64_C(1000000)

void charging_station_init(struct charging_station *station, const struct current_limit_config *config,
			   const struct charging_station_evse *evses, size_t count)
{
	struct current_limit_config own = *config;

	memset(station, 0, sizeof(*station));
	station->evses.count = count < CHARGING_EVSES_MAX ? count : CHARGING_EVSES_MAX;
	station->boundary_s = COMPOSITE_NEVER;
	for (size_t i = 0; i < station->evses.count; i++) {
		own.single_phase = evses[i].single_phase;
		current_limit_init(&station->limits[i], &own);
		station->evses.items[i].is_dc = evses[i].is_dc;
		station->places[i].voltage_mv = evses[i].voltage_mv;
	}
}

/* --- the clocks --- */

/* Rounded down, also before 1970. */
static int64_t whole_seconds(int64_t us)
{
	return us / US_PER_S - (us % US_PER_S < 0 ? 1 : 0);
}

static int64_t wall_s(struct charging_time now)
{
	return whole_seconds(now.wall_us);
}

/* What the wall clock would have said then, if it had always been as it is now. */
static int64_t wall_s_of(uint64_t monotonic_us, struct charging_time now)
{
	return whole_seconds(now.wall_us - (int64_t)(now.monotonic_us - monotonic_us));
}

/* --- sessions and transactions --- */

static void forget_transaction(struct charging_station *station, size_t evse)
{
	station->places[evse].transaction_runs = false;
	station->evses.items[evse].transaction_id[0] = '\0';
	charging_profiles_end_transaction(&station->profiles, evse);
}

/* The vehicle has left, or its match has ended. */
static bool ends_session(const struct current_limit_input *input)
{
	if (input->kind == CURRENT_LIMIT_CP_STATUS)
		return cp_state_is_unplugged(input->state);
	return input->kind == CURRENT_LIMIT_SLAC && input->slac == CURRENT_LIMIT_SLAC_UNMATCHED;
}

/* A session that fails, or that slacd has forgotten, is still the same: only its end makes room for another one. */
static void follow_session(struct charging_station *station, size_t evse, const struct current_limit_input *input,
			   struct charging_time now)
{
	struct charging_place *place = &station->places[evse];

	if (ends_session(input)) {
		place->session_runs = false;
		forget_transaction(station, evse);
	}
	if (place->session_runs || current_limit_session(&station->limits[evse]) == CURRENT_LIMIT_NO_SESSION)
		return;
	place->session_runs = true;
	place->session_us = now.monotonic_us;
}

static void begin_transaction(struct charging_station *station, size_t evse, const char *id, struct charging_time now)
{
	struct charging_place *place = &station->places[evse];
	char *known = station->evses.items[evse].transaction_id;

	if (id[0] == '\0' || (place->transaction_runs && strcmp(known, id) == 0))
		return;
	forget_transaction(station, evse);
	place->transaction_runs = true;
	place->transaction_us = now.monotonic_us;
	snprintf(known, CHARGING_TRANSACTION_ID_MAX, "%s", id);
}

static void end_transaction(struct charging_station *station, const char *id)
{
	for (size_t i = 0; i < station->evses.count; i++) {
		if (station->places[i].transaction_runs && strcmp(station->evses.items[i].transaction_id, id) == 0)
			forget_transaction(station, i);
	}
}

static void take_transaction(struct charging_station *station, const struct charging_station_input *input,
			     struct charging_time now)
{
	if (input->transaction.status == CHARGING_TRANSACTION_ENDED)
		end_transaction(station, input->transaction.id);
	else if (input->evse < station->evses.count)
		begin_transaction(station, input->evse, input->transaction.id, now);
}

/* --- what the profiles come to --- */

static void describe_evses(struct charging_station *station, struct charging_time now)
{
	station->sharers = 0;
	for (size_t i = 0; i < station->evses.count; i++) {
		const struct current_limit *limit = &station->limits[i];
		struct charging_place *place = &station->places[i];
		struct charging_evse *evse = &station->evses.items[i];

		if (limit->hardware_is_known && limit->hardware.voltage_mv > 0)
			place->voltage_mv = limit->hardware.voltage_mv;
		evse->voltage_mv = place->voltage_mv;
		evse->phases = limit->config.single_phase ? 1 : current_limit_phases(limit);
		evse->has_session = place->transaction_runs || place->session_runs;
		evse->start_s = wall_s_of(place->transaction_runs ? place->transaction_us : place->session_us, now);
		station->sharers += current_limit_charges(limit) ? 1 : 0;
	}
}

static struct composite_view view_of(const struct charging_station *station, struct charging_time now)
{
	return (struct composite_view){
		.profiles = &station->profiles,
		.evses = &station->evses,
		.sharers = station->sharers,
		.calculation_s = wall_s(now),
	};
}

/* Whether `scheduled` is less than what was asked for, or told, before. */
static bool is_lower(const struct composite_limit *scheduled, const struct current_limit *limit)
{
	const bool is_said = limit->has_control || limit->told;

	return is_said && scheduled->is_limited &&
	       (!limit->scheduled.is_limited || scheduled->limit_ma < limit->scheduled.limit_ma);
}

/* Gives each EVSE in a session its limit; lowered[i] is set where that is less than before. */
static void schedule_evses(struct charging_station *station, struct charging_time now, bool lowered[CHARGING_EVSES_MAX])
{
	const struct composite_view view = view_of(station, now);

	station->boundary_s = COMPOSITE_NEVER;
	for (size_t i = 0; i < station->evses.count; i++) {
		struct current_limit *limit = &station->limits[i];
		struct composite_limit scheduled;
		int64_t next_s;

		if (current_limit_session(limit) == CURRENT_LIMIT_NO_SESSION)
			continue;
		next_s = composite_limit_at(&view, i, view.calculation_s, &scheduled);
		if (next_s < station->boundary_s)
			station->boundary_s = next_s;
		lowered[i] = is_lower(&scheduled, limit);
		limit->scheduled = scheduled;
	}
}

/* --- what is done about it --- */

static void collect(struct charging_station_effects *out, size_t evse, const struct current_limit_outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		out->items[out->count++] = (struct charging_station_effect){evse, outputs->items[i]};
}

static void act(struct charging_station *station, struct charging_time now, struct charging_station_effects *out)
{
	bool lowered[CHARGING_EVSES_MAX] = {false};

	describe_evses(station, now);
	schedule_evses(station, now, lowered);
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < station->evses.count; i++) {
			struct current_limit_outputs outputs = {0};

			if (lowered[i] != (pass == 0))
				continue;
			current_limit_act(&station->limits[i], now.monotonic_us, &outputs);
			collect(out, i, &outputs);
		}
	}
}

/* --- inputs --- */

static void note(struct charging_station *station, size_t evse, const struct current_limit_input *input,
		 struct charging_time now, struct charging_station_effects *out)
{
	struct current_limit_outputs outputs = {0};

	current_limit_note(&station->limits[evse], input, now.monotonic_us, &outputs);
	follow_session(station, evse, input, now);
	collect(out, evse, &outputs);
}

void charging_station_input(struct charging_station *station, const struct charging_station_input *input,
			    struct charging_time now, struct charging_station_effects *out)
{
	const struct current_limit_input reachable = {.kind = CURRENT_LIMIT_REACHABLE};

	out->count = 0;
	switch (input->kind) {
	case CHARGING_STATION_LIMIT:
		if (input->evse < station->evses.count)
			note(station, input->evse, &input->limit, now, out);
		break;
	case CHARGING_STATION_TRANSACTION:
		take_transaction(station, input, now);
		break;
	case CHARGING_STATION_REACHABLE:
		for (size_t i = 0; i < station->evses.count; i++)
			note(station, i, &reachable, now, out);
		break;
	case CHARGING_STATION_TICK:
		break;
	}
	act(station, now, out);
}

enum charging_verdict charging_station_set_profile(struct charging_station *station, size_t evse,
						   const struct charging_profile *profile, struct charging_time now,
						   struct charging_station_effects *out)
{
	enum charging_verdict verdict;

	out->count = 0;
	describe_evses(station, now);
	verdict = charging_profiles_set(&station->profiles, &station->evses, CHARGING_FROM_CSMS, evse, profile,
					wall_s(now));
	act(station, now, out);
	return verdict;
}

bool charging_station_clear_profiles(struct charging_station *station, const struct charging_clearing *clearing,
				     struct charging_time now, struct charging_station_effects *out)
{
	bool cleared;

	out->count = 0;
	cleared = charging_profiles_clear(&station->profiles, clearing) > 0;
	act(station, now, out);
	return cleared;
}

/* --- the composite schedule --- */

static enum charging_unit first_supported_unit(const struct charging_evses *evses, size_t evse)
{
	if (evse < evses->count)
		return evses->items[evse].is_dc ? CHARGING_W : CHARGING_A;
	for (size_t i = 0; i < evses->count; i++) {
		if (evses->items[i].is_dc)
			return CHARGING_W;
	}
	return CHARGING_A;
}

enum composite_verdict charging_station_composite(struct charging_station *station, size_t evse, bool has_unit,
						  enum charging_unit unit, uint32_t duration_s,
						  struct charging_time now, struct composite_schedule *out)
{
	struct composite_hardware hardware[CHARGING_EVSES_MAX];
	struct composite_view view;

	describe_evses(station, now);
	view = view_of(station, now);
	if (evse < station->evses.count && !current_limit_charges(&station->limits[evse]))
		view.sharers++;
	for (size_t i = 0; i < station->evses.count; i++) {
		hardware[i].ma = current_limit_hardware_ma(&station->limits[i]);
		hardware[i].mw = current_limit_hardware_mw(&station->limits[i]);
	}
	return composite_schedule(&view, hardware, evse, has_unit ? unit : first_supported_unit(&station->evses, evse),
				  duration_s, out);
}

/* --- when --- */

struct charging_station_next charging_station_next(const struct charging_station *station)
{
	struct charging_station_next next = {CHARGING_STATION_NEVER_US, station->boundary_s};

	for (size_t i = 0; i < station->evses.count; i++) {
		const uint64_t deadline_us = current_limit_deadline(&station->limits[i]);

		if (deadline_us < next.monotonic_us)
			next.monotonic_us = deadline_us;
	}
	return next;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/smart-charging/tests/charging_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- profiles --- */

static void parse_periods(struct charging_schedule *schedule, const char *text)
{
	char *at = (char *)text;

	while (*at != '\0') {
		struct charging_period *period = &schedule->periods[schedule->period_count++];

		period->start_s = (uint32_t)strtoul(at, &at, 10);
		period->limit = (uint32_t)(strtod(at + 1, &at) * 1000 + 0.5);
		if (*at == 'x')
			period->phases = (uint8_t)strtoul(at + 1, &at, 10);
		while (*at == ' ')
			at++;
	}
}

struct charging_profile profile_of(int32_t id, enum charging_purpose purpose, uint32_t stack_level,
				   enum charging_kind kind, enum charging_unit unit, const char *periods)
{
	struct charging_profile profile = {
		.id = id, .stack_level = stack_level, .purpose = purpose, .kind = kind, .schedule_count = 1};

	profile.schedules[0].unit = unit;
	parse_periods(&profile.schedules[0], periods);
	return profile;
}

struct charging_profile starting(struct charging_profile profile, int64_t start_s)
{
	profile.schedules[0].has_start = true;
	profile.schedules[0].start_s = start_s;
	return profile;
}

struct charging_profile daily(struct charging_profile profile, int64_t start_s)
{
	profile.kind = CHARGING_RECURRING;
	profile.recurrency = CHARGING_DAILY;
	return starting(profile, start_s);
}

struct charging_profile weekly(struct charging_profile profile, int64_t start_s)
{
	profile.kind = CHARGING_RECURRING;
	profile.recurrency = CHARGING_WEEKLY;
	return starting(profile, start_s);
}

struct charging_profile lasting(struct charging_profile profile, uint32_t duration_s)
{
	profile.schedules[0].has_duration = true;
	profile.schedules[0].duration_s = duration_s;
	return profile;
}

struct charging_profile valid_from(struct charging_profile profile, int64_t time_s)
{
	profile.has_valid_from = true;
	profile.valid_from_s = time_s;
	return profile;
}

struct charging_profile valid_to(struct charging_profile profile, int64_t time_s)
{
	profile.has_valid_to = true;
	profile.valid_to_s = time_s;
	return profile;
}

struct charging_profile of_transaction(struct charging_profile profile, const char *id)
{
	snprintf(profile.transaction_id, sizeof(profile.transaction_id), "%s", id);
	return profile;
}

struct charging_profile example_m(void)
{
	return starting(profile_of(10, CHARGING_STATION_MAX, 0, CHARGING_ABSOLUTE, CHARGING_W, "0:11040"), AT(6, 0, 0));
}

struct charging_profile example_d0(void)
{
	return lasting(daily(profile_of(20, CHARGING_TX_DEFAULT, 0, CHARGING_RECURRING, CHARGING_A, "0:20 14400:13"),
			     AT(1, 22, 0)),
		       28800);
}

struct charging_profile example_d1(void)
{
	return lasting(
		starting(profile_of(21, CHARGING_TX_DEFAULT, 1, CHARGING_ABSOLUTE, CHARGING_A, "0:8"), AT(6, 23, 0)),
		3600);
}

struct charging_profile example_t(void)
{
	return lasting(
		of_transaction(profile_of(30, CHARGING_TX, 0, CHARGING_RELATIVE, CHARGING_W, "0:6900x3 2400:3450x3"),
			       "T1"),
		4800);
}

struct charging_evses ac_evses(size_t count, unsigned phases)
{
	struct charging_evses evses = {.count = count};

	for (size_t i = 0; i < count; i++)
		evses.items[i] = (struct charging_evse){.phases = phases, .voltage_mv = 230000};
	return evses;
}

/* --- a station --- */

void site_input(struct charging_site *site, size_t evse, const struct current_limit_input *input)
{
	const struct charging_station_input station_input = {
		.kind = CHARGING_STATION_LIMIT, .evse = evse, .limit = *input};

	charging_station_input(&site->station, &station_input, site->now, &site->effects);
}

void site_cp(struct charging_site *site, size_t evse, enum cp_state state)
{
	site_input(site, evse, &(struct current_limit_input){.kind = CURRENT_LIMIT_CP_STATUS, .state = state});
}

void site_slac(struct charging_site *site, size_t evse, enum current_limit_slac slac)
{
	site_input(site, evse, &(struct current_limit_input){.kind = CURRENT_LIMIT_SLAC, .slac = slac});
}

void site_hlc(struct charging_site *site, size_t evse, bool active)
{
	site_input(site, evse, &(struct current_limit_input){.kind = CURRENT_LIMIT_HLC_CHARGING, .active = active});
}

void site_limit(struct charging_site *site, size_t evse, uint32_t l1_a, uint32_t l2_a, uint32_t l3_a)
{
	const struct current_limit_hardware hardware = {
		.is_ready = true, .phase_ma = {l1_a * 1000, l2_a * 1000, l3_a * 1000}, .voltage_mv = 230000};

	site_input(site, evse, &(struct current_limit_input){.kind = CURRENT_LIMIT_HARDWARE, .hardware = hardware});
}

void site_transaction(struct charging_site *site, size_t evse, enum charging_transaction_status status, const char *id)
{
	struct charging_station_input input = {.kind = CHARGING_STATION_TRANSACTION, .evse = evse};

	input.transaction.status = status;
	snprintf(input.transaction.id, sizeof(input.transaction.id), "%s", id);
	charging_station_input(&site->station, &input, site->now, &site->effects);
}

enum charging_verdict site_set(struct charging_site *site, size_t evse, struct charging_profile profile)
{
	return charging_station_set_profile(&site->station, evse, &profile, site->now, &site->effects);
}

void site_answer(struct charging_site *site, size_t evse, bool valid)
{
	const uint32_t number = site->station.limits[evse].asking.number;

	site_input(site, evse,
		   &(struct current_limit_input){.kind = CURRENT_LIMIT_ANSWER, .number = number, .active = valid});
}

void site_charge(struct charging_site *site, size_t evse)
{
	site_slac(site, evse, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	site_cp(site, evse, CP_STATE_C2);
}

void site_begin(struct charging_site *site, size_t count, unsigned phases, int64_t wall_s)
{
	struct current_limit_config config;
	struct charging_station_evse evses[CHARGING_EVSES_MAX] = {0};

	for (size_t i = 0; i < count; i++)
		evses[i] = (struct charging_station_evse){.single_phase = phases == 1, .voltage_mv = 230000};
	current_limit_defaults(&config);
	memset(site, 0, sizeof(*site));
	charging_station_init(&site->station, &config, evses, count);
	site->now = (struct charging_time){.monotonic_us = 1000000, .wall_us = wall_s * 1000000};
	for (size_t i = 0; i < count; i++)
		site_limit(site, i, 32, phases > 1 ? 32 : 0, phases > 2 ? 32 : 0);
}

/* Adds to the effects. */
static void advance(struct charging_site *site, uint64_t us)
{
	const struct charging_station_input tick = {.kind = CHARGING_STATION_TICK};
	struct charging_station_effects effects;

	site->now.monotonic_us += us;
	site->now.wall_us += (int64_t)us;
	charging_station_input(&site->station, &tick, site->now, &effects);
	for (size_t i = 0; i < effects.count && site->effects.count < CHARGING_STATION_EFFECTS; i++)
		site->effects.items[site->effects.count++] = effects.items[i];
}

void site_pass_to(struct charging_site *site, int64_t wall_s)
{
	const int64_t end_us = wall_s * 1000000;

	site->effects.count = 0;
	while (site->now.wall_us < end_us) {
		const struct charging_station_next next = charging_station_next(&site->station);
		uint64_t us = (uint64_t)(end_us - site->now.wall_us);

		if (next.wall_s != COMPOSITE_NEVER && next.wall_s * 1000000 < end_us)
			us = (uint64_t)(next.wall_s * 1000000 - site->now.wall_us);
		if (next.monotonic_us - site->now.monotonic_us < us)
			us = next.monotonic_us - site->now.monotonic_us;
		advance(site, us);
	}
}

static int write_effect(char *text, size_t size, const struct charging_station_effect *effect)
{
	const struct current_limit_output *output = &effect->output;

	switch (output->kind) {
	case CURRENT_LIMIT_CP_PWM:
		return snprintf(text, size, "%zu:pwm %u.%u", effect->evse, output->current_da / 10,
				output->current_da % 10);
	case CURRENT_LIMIT_CHARGE_LIMIT:
		return snprintf(text, size, "%zu:limit %g %s", effect->evse, (double)output->limit / 1000,
				output->unit == CHARGING_W ? "W" : "A");
	case CURRENT_LIMIT_REFUSED:
		return snprintf(text, size, "%zu:refused", effect->evse);
	case CURRENT_LIMIT_NO_ANSWER:
		return snprintf(text, size, "%zu:no answer", effect->evse);
	}
	return 0;
}

const char *site_effects(const struct charging_site *site)
{
	static char text[4096];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < site->effects.count; i++) {
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", i > 0 ? ", " : "");
		used += (size_t)write_effect(text + used, sizeof(text) - used, &site->effects.items[i]);
	}
	return text;
}

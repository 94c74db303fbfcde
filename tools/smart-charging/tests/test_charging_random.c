/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must be true of the service whatever it hears, and when: random sequences for a station of three EVSEs. They are
 * the same in every run.
 *
 *   SLACD_CHARGING_SEQUENCES  so many sequences of 400 inputs (default 600, 3 under valgrind)
 *   SLACD_CHARGING_SEED       the first one's seed (default 1); the seed of one that breaks a rule is printed
 */
#include "tools/smart-charging/tests/charging_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EVSES  3
#define INPUTS 400
#define SPAN_S 300

/* What one EVSE was told and has asked for, kept apart from the service. */
struct truth {
	enum current_limit_slac slac;
	bool hlc;
	bool knows_state;
	enum cp_state state;
	bool knows_hardware;
	struct current_limit_hardware hardware;
	bool was_connected[3];
	uint32_t cable_ma;
	uint64_t basic_us; /* when basic charging was said */
	bool pwm_seen;     /* and B2, C2 or D2 since */
	bool has_control;  /* for this vehicle something was asked for */
	bool asked;
	uint32_t asked_ma; /* in this basic charging */
	bool told;
	uint32_t told_ma; /* in this 15118 session */
	uint64_t told_mw; /* likewise, where it was told in W */
};

struct walk {
	uint64_t seed;
	unsigned input;
	struct charging_random random;
	struct charging_site site;
	struct truth truths[EVSES];
};

static struct walk walk; /* too large for the stack */
static unsigned long seen[CURRENT_LIMIT_NO_ANSWER + 1];
static unsigned long shared;
static unsigned long verdicts[CHARGING_VERDICTS];

static void hold(bool holds, const char *otherwise)
{
	if (!holds)
		fail_msg("SLACD_CHARGING_SEED=%llu, input %u: %s; effects: %s", (unsigned long long)walk.seed,
			 walk.input, otherwise, site_effects(&walk.site));
}

/* --- the rules --- */

static bool is_15118(const struct truth *truth)
{
	return truth->hlc || truth->slac == CURRENT_LIMIT_SLAC_MATCHED;
}

static bool is_basic(const struct truth *truth)
{
	return !is_15118(truth) && truth->slac == CURRENT_LIMIT_SLAC_BASIC_CHARGING;
}

static uint32_t hardware_ma(const struct truth *truth)
{
	uint32_t least = UINT32_MAX;

	if (!truth->knows_hardware || !truth->hardware.is_ready || truth->hardware.rcd_error)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (truth->was_connected[i] && truth->hardware.phase_ma[i] < least)
			least = truth->hardware.phase_ma[i];
	}
	if (least == UINT32_MAX)
		return 0;
	return truth->cable_ma > 0 && truth->cable_ma < least ? truth->cable_ma : least;
}

static bool is_in_list(enum cp_state state)
{
	return state == CP_STATE_B2 || state == CP_STATE_C1 || state == CP_STATE_C2 || state == CP_STATE_D1 ||
	       state == CP_STATE_D2;
}

static void judge_pwm(struct truth *truth, const struct current_limit_output *output)
{
	const bool is_held = !truth->pwm_seen && walk.site.now.monotonic_us - truth->basic_us < 6500000;
	const bool is_stale = walk.site.station.limits[truth - walk.truths].pilot_is_stale;
	/* When exactly is for test_current_pause. */
	const bool is_resumed =
		truth->state == CP_STATE_B1 && truth->has_control && (output->current_da > 0 || is_stale);

	hold(is_basic(truth), "cp_pwm outside of basic charging");
	hold(!is_held, "cp_pwm in slacd's F and X1");
	hold(truth->knows_state && (is_in_list(truth->state) || is_resumed), "cp_pwm in a state that forbids it");
	hold(output->current_da == 0 || (output->current_da >= 60 && output->current_da <= 800), "no current at all");
	hold(output->current_da == 0 || !is_stale, "a current for a pilot that is not known");
	hold(output->current_da * 100 <= hardware_ma(truth), "above the hardware limit");
	truth->asked = truth->has_control = true;
	truth->asked_ma = output->current_da * 100;
}

static void judge_told(struct truth *truth, const struct current_limit_output *output)
{
	const bool is_power = output->unit == CHARGING_W;

	hold(is_15118(truth), "a limit for a 15118 session that is none");
	truth->told = true;
	truth->told_mw = is_power ? output->limit : 0;
	truth->told_ma = is_power ? (uint32_t)(output->limit / 690) : (uint32_t)output->limit;
	hold(is_power || output->limit <= hardware_ma(truth), "told more than the hardware limit");
}

/* Three phases at 230 V each, so that a sum in A is one of 690 W each. */
static void judge_sum(void)
{
	const struct composite_view view = {.profiles = &walk.site.station.profiles,
					    .evses = &walk.site.station.evses,
					    .sharers = 1,
					    .calculation_s = walk.site.now.wall_us / 1000000};
	static struct charging_profiles caps;
	struct composite_limit cap;
	uint64_t sum_ma = 0;
	unsigned offering = 0;

	caps.count = 0;
	for (size_t i = 0; i < view.profiles->count; i++) {
		if (view.profiles->entries[i].profile.purpose == CHARGING_STATION_MAX)
			caps.entries[caps.count++] = view.profiles->entries[i];
	}
	composite_limit_at(&(struct composite_view){&caps, view.evses, 1, view.calculation_s}, 0, view.calculation_s,
			   &cap);
	for (size_t i = 0; i < EVSES; i++) {
		const struct truth *truth = &walk.truths[i];
		/* After a connection that was lost X1 is held, and nothing is asked for meanwhile. */
		const bool is_held = walk.site.station.limits[i].held_until_us != CURRENT_LIMIT_NEVER &&
				     (truth->state == CP_STATE_C1 || truth->state == CP_STATE_D1);
		const bool offers = is_basic(truth) && truth->asked && is_in_list(truth->state) && !is_held;

		sum_ma += offers ? truth->asked_ma : 0;
		sum_ma += is_15118(truth) && truth->told ? truth->told_ma : 0;
		offering += offers || is_15118(truth) ? 1 : 0;
	}
	hold(!cap.is_limited || sum_ma <= cap.limit_ma, "the sum is above the cap of the station");
	shared += cap.is_limited && offering > 1 && sum_ma > 0 ? 1 : 0;
}

static void judge_store(void)
{
	const struct charging_profiles *profiles = &walk.site.station.profiles;

	hold(profiles->count <= CHARGING_PROFILES_MAX, "more profiles than there is room for");
	for (size_t i = 0; i < profiles->count; i++) {
		const struct charging_entry *a = &profiles->entries[i];

		if (a->profile.purpose == CHARGING_TX)
			hold(strcmp(a->profile.transaction_id, walk.site.station.evses.items[a->evse].transaction_id) ==
				     0,
			     "a TxProfile without its transaction");
		for (size_t j = 0; j < i; j++)
			hold(profiles->entries[j].profile.id != a->profile.id, "an id that is there twice");
	}
}

static void judge_times(void)
{
	const struct charging_station_next next = charging_station_next(&walk.site.station);

	hold(next.monotonic_us > walk.site.now.monotonic_us, "wants to be called again at once");
	hold(next.wall_s > walk.site.now.wall_us / 1000000, "wants to be called in the past");
}

static void judge(void)
{
	for (size_t i = 0; i < walk.site.effects.count; i++) {
		const struct charging_station_effect *effect = &walk.site.effects.items[i];

		seen[effect->output.kind]++;
		if (effect->output.kind == CURRENT_LIMIT_CP_PWM)
			judge_pwm(&walk.truths[effect->evse], &effect->output);
		if (effect->output.kind == CURRENT_LIMIT_CHARGE_LIMIT)
			judge_told(&walk.truths[effect->evse], &effect->output);
	}
	judge_sum();
	judge_store();
	judge_times();
}

/* --- what is heard --- */

static void forget_basic(struct truth *truth)
{
	truth->asked = false;
}

static void hear_state(size_t evse)
{
	struct truth *truth = &walk.truths[evse];

	truth->state = (enum cp_state)random_below(&walk.random, CP_STATE_COUNT);
	/* Mostly one of a vehicle that stays. */
	if (!random_once_in(&walk.random, 4))
		truth->state = (enum cp_state)(CP_STATE_B1 + random_below(&walk.random, 4));
	truth->knows_state = true;
	truth->pwm_seen |= is_in_list(truth->state) && truth->state != CP_STATE_C1 && truth->state != CP_STATE_D1;
	if (cp_state_is_unplugged(truth->state)) {
		truth->slac = CURRENT_LIMIT_SLAC_NONE;
		truth->hlc = truth->has_control = false;
	}
	if (!is_basic(truth))
		forget_basic(truth);
	site_cp(&walk.site, evse, truth->state);
}

static void hear_slac(size_t evse)
{
	struct truth *truth = &walk.truths[evse];

	truth->slac = random_once_in(&walk.random, 2) ? CURRENT_LIMIT_SLAC_BASIC_CHARGING
						      : (enum current_limit_slac)random_below(&walk.random, 6);
	if (truth->slac == CURRENT_LIMIT_SLAC_UNMATCHED)
		truth->hlc = false;
	if (truth->slac == CURRENT_LIMIT_SLAC_UNMATCHED || truth->slac == CURRENT_LIMIT_SLAC_NONE)
		truth->has_control = false;
	forget_basic(truth);
	truth->basic_us = walk.site.now.monotonic_us;
	truth->pwm_seen = false;
	site_slac(&walk.site, evse, truth->slac);
}

static void hear_hlc(size_t evse)
{
	struct truth *truth = &walk.truths[evse];

	truth->hlc = random_once_in(&walk.random, 2);
	if (!is_basic(truth))
		forget_basic(truth);
	site_hlc(&walk.site, evse, truth->hlc);
}

static void hear_hardware(size_t evse)
{
	struct truth *truth = &walk.truths[evse];
	struct current_limit_hardware *hardware = &truth->hardware;

	*hardware = (struct current_limit_hardware){
		.is_ready = !random_once_in(&walk.random, 8),
		.rcd_error = random_once_in(&walk.random, 8),
		.voltage_mv = 230000,
	};
	for (size_t i = 0; i < 3; i++) {
		hardware->phase_ma[i] = 1000 * (random_once_in(&walk.random, 8) ? 0 : random_below(&walk.random, 90));
		truth->was_connected[i] |= hardware->phase_ma[i] > 0;
	}
	truth->knows_hardware = true;
	site_input(&walk.site, evse,
		   &(struct current_limit_input){.kind = CURRENT_LIMIT_HARDWARE, .hardware = *hardware});
}

static void hear_cable(size_t evse)
{
	walk.truths[evse].cable_ma = random_once_in(&walk.random, 2) ? 0 : 13000 + random_below(&walk.random, 50000);
	site_input(&walk.site, evse,
		   &(struct current_limit_input){.kind = CURRENT_LIMIT_CABLE, .cable_ma = walk.truths[evse].cable_ma});
}

static void hear_transaction(size_t evse)
{
	const size_t named = random_once_in(&walk.random, 8) ? CHARGING_WHOLE_STATION : evse;

	site_transaction(&walk.site, named, (enum charging_transaction_status)random_below(&walk.random, 3),
			 random_once_in(&walk.random, 3) ? "T2" : "T1");
}

static void hear_answer(size_t evse)
{
	const uint32_t number = walk.site.station.limits[evse].asking.number - random_below(&walk.random, 3);
	struct current_limit_input input = {.kind = CURRENT_LIMIT_ANSWER, .number = number};

	input.active = !random_once_in(&walk.random, 4);
	if (random_once_in(&walk.random, 8)) {
		input.kind = CURRENT_LIMIT_NOT_SENT;
		/* What an outbox took back was not asked for. The rules here do not follow that. */
		if (walk.truths[evse].asked)
			return;
	}
	site_input(&walk.site, evse, &input);
}

static void hear_profile(void)
{
	struct charging_profile profile = random_profile(&walk.random, 90, walk.site.now.wall_us / 1000000, SPAN_S);
	const size_t scope = random_scope(&walk.random, profile.purpose, EVSES);

	profile.stack_level = random_below(&walk.random, 40);
	verdicts[site_set(&walk.site, scope, profile)]++;
}

static void hear_clearing(void)
{
	const struct charging_clearing clearing = {
		.has_id = random_once_in(&walk.random, 2),
		.id = (int32_t)random_below(&walk.random, 90),
		.has_criteria = !random_once_in(&walk.random, 20),
		.has_evse = random_once_in(&walk.random, 2),
		.evse = random_below(&walk.random, EVSES),
		.has_purpose = random_once_in(&walk.random, 2),
		.purpose = (enum charging_purpose)random_below(&walk.random, CHARGING_PURPOSES),
		.has_stack_level = random_once_in(&walk.random, 2),
		.stack_level = random_below(&walk.random, 40),
	};
	const size_t before = walk.site.station.profiles.count;
	const bool cleared =
		charging_station_clear_profiles(&walk.site.station, &clearing, walk.site.now, &walk.site.effects);

	hold(cleared == (walk.site.station.profiles.count < before), "cleared is not what was said");
}

static void hear_time(void)
{
	const struct charging_station_input tick = {.kind = CHARGING_STATION_TICK};
	const uint64_t us = random_below(&walk.random, random_once_in(&walk.random, 2) ? 3000000 : 100000000);

	walk.site.now.monotonic_us += us;
	walk.site.now.wall_us += (int64_t)us;
	if (random_once_in(&walk.random, 20))
		walk.site.now.wall_us += ((int64_t)random_below(&walk.random, 3600) - 1800) * 1000000;
	charging_station_input(&walk.site.station, &tick, walk.site.now, &walk.site.effects);
}

static void forget_what_was_told(void)
{
	for (size_t i = 0; i < EVSES; i++) {
		if (!is_15118(&walk.truths[i]))
			walk.truths[i].told = false;
	}
}

static void hear_something(void)
{
	const struct charging_station_input reachable = {.kind = CHARGING_STATION_REACHABLE};
	const size_t evse = random_below(&walk.random, EVSES);

	switch (random_below(&walk.random, 20)) {
	case 0:
		hear_slac(evse);
		break;
	case 1:
		hear_hlc(evse);
		break;
	case 2:
		hear_hardware(evse);
		break;
	case 3:
		hear_cable(evse);
		break;
	case 4:
		hear_transaction(evse);
		break;
	case 5:
		hear_clearing();
		break;
	case 6:
		charging_station_input(&walk.site.station, &reachable, walk.site.now, &walk.site.effects);
		break;
	case 7:
	case 8:
	case 9:
		hear_profile();
		break;
	case 10:
	case 11:
	case 12:
		hear_time();
		break;
	case 13:
	case 14:
	case 15:
		hear_answer(evse);
		break;
	default:
		hear_state(evse);
		break;
	}
}

static void play(uint64_t seed)
{
	memset(&walk.truths, 0, sizeof(walk.truths));
	walk.seed = seed;
	random_begin(&walk.random, seed);
	site_begin(&walk.site, EVSES, 3, AT(6, 12, 0));
	for (size_t i = 0; i < EVSES; i++) {
		struct truth *truth = &walk.truths[i];

		truth->knows_hardware = true;
		truth->hardware = walk.site.station.limits[i].hardware;
		memset(truth->was_connected, true, sizeof(truth->was_connected));
	}
	for (walk.input = 1; walk.input <= INPUTS; walk.input++) {
		walk.site.effects.count = 0;
		hear_something();
		judge();
		forget_what_was_told();
	}
}

static void no_sequence_of_inputs_breaks_a_rule(void **state)
{
	const unsigned long sequences =
		number_from("SLACD_CHARGING_SEQUENCES", getenv("SLACD_VALGRIND") == NULL ? 600 : 3);
	const uint64_t first = number_from("SLACD_CHARGING_SEED", 1);

	(void)state;
	for (uint64_t seed = first; seed < first + sequences; seed++)
		play(seed);
	printf("%lu sequences from SLACD_CHARGING_SEED=%llu: %lu cp_pwm, %lu limits told, %lu refusals, %lu without "
	       "answer; the cap was shared %lu times; %lu profiles were taken, %lu replaced others or were refused as "
	       "duplicates\n",
	       sequences, (unsigned long long)first, seen[CURRENT_LIMIT_CP_PWM], seen[CURRENT_LIMIT_CHARGE_LIMIT],
	       seen[CURRENT_LIMIT_REFUSED], seen[CURRENT_LIMIT_NO_ANSWER], shared, verdicts[CHARGING_ACCEPTED],
	       verdicts[CHARGING_DUPLICATE] + verdicts[CHARGING_DUPLICATE_SCOPE] + verdicts[CHARGING_DUPLICATE_TX]);
	if (sequences < 600)
		return;
	for (size_t i = 0; i <= CURRENT_LIMIT_NO_ANSWER; i++)
		assert_true(seen[i] > 100); /* or it proves little */
	assert_true(shared > 1000);
}

/* Into a store that is full again and again: the bound holds, and what was refused has changed nothing. */
static void a_store_that_is_full_stays_whole(void **state)
{
	static struct charging_profiles profiles, before;
	const struct charging_evses evses = ac_evses(EVSES, 3);
	struct charging_random random;
	const unsigned sets = getenv("SLACD_VALGRIND") == NULL ? 1500 : 20;
	unsigned long full = 0;

	(void)state;
	random_begin(&random, 1);
	charging_profiles_init(&profiles);
	for (unsigned i = 0; i < sets; i++) {
		struct charging_profile profile = random_profile(&random, 1000, AT(6, 12, 0), SPAN_S);
		const size_t scope = random_scope(&random, profile.purpose, EVSES);
		enum charging_verdict verdict;

		profile.stack_level = random_below(&random, CHARGING_STACK_LEVEL_MAX);
		if (!random_once_in(&random, 8))
			profile.purpose = CHARGING_TX_DEFAULT;
		before = profiles;
		verdict = charging_profiles_set(&profiles, &evses, CHARGING_FROM_CSMS, scope, &profile, AT(6, 12, 0));
		assert_true(profiles.count <= CHARGING_PROFILES_MAX);
		if (verdict != CHARGING_ACCEPTED && verdict != CHARGING_TOO_MANY_PROFILES)
			assert_memory_equal(&before, &profiles, sizeof(profiles));
		if (verdict == CHARGING_TOO_MANY_PROFILES)
			full++;
		if (random_once_in(&random, 500))
			charging_profiles_clear(&profiles, &(struct charging_clearing){
								   .has_criteria = true, .has_evse = true, .evse = 1});
	}
	assert_true(sets < 1500 || full > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sequence_of_inputs_breaks_a_rule),
		cmocka_unit_test(a_store_that_is_full_stays_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

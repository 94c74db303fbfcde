/* SPDX-License-Identifier: Apache-2.0 */
/* Which profiles are taken, replaced, refused and cleared. */
#include "tools/smart-charging/tests/charging_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW AT(6, 12, 0)

static struct charging_profiles profiles;

/* Two EVSEs of three phases, the transaction T1 at the first. */
static struct charging_evses two_evses(void)
{
	struct charging_evses evses = ac_evses(2, 3);

	strcpy(evses.items[0].transaction_id, "T1");
	return evses;
}

static enum charging_verdict set(size_t evse, struct charging_profile profile)
{
	const struct charging_evses evses = two_evses();

	return charging_profiles_set(&profiles, &evses, CHARGING_FROM_CSMS, evse, &profile, NOW);
}

/* An Absolute one of 10 A. */
static struct charging_profile plain(int32_t id, enum charging_purpose purpose, uint32_t stack_level)
{
	return starting(profile_of(id, purpose, stack_level, CHARGING_ABSOLUTE, CHARGING_A, "0:10"), AT(6, 0, 0));
}

static struct charging_profile plain_tx(int32_t id, uint32_t stack_level)
{
	return of_transaction(profile_of(id, CHARGING_TX, stack_level, CHARGING_RELATIVE, CHARGING_A, "0:10"), "T1");
}

static int setup(void **state)
{
	(void)state;
	charging_profiles_init(&profiles);
	return 0;
}

static void expect_code(enum charging_verdict verdict, enum charging_verdict expected, const char *code)
{
	assert_int_equal(verdict, expected);
	assert_string_equal(charging_reason_code(verdict), code);
	assert_true(strlen(charging_reason_text(verdict)) > 0);
}

/* --- what a profile is --- */

static void each_purpose_is_taken_where_it_belongs(void **state)
{
	(void)state;
	assert_int_equal(set(CHARGING_WHOLE_STATION, plain(1, CHARGING_STATION_MAX, 0)), CHARGING_ACCEPTED);
	assert_int_equal(set(CHARGING_WHOLE_STATION, plain(2, CHARGING_TX_DEFAULT, 0)), CHARGING_ACCEPTED);
	assert_int_equal(set(1, plain(3, CHARGING_TX_DEFAULT, 1)), CHARGING_ACCEPTED);
	assert_int_equal(set(0, plain_tx(4, 0)), CHARGING_ACCEPTED);
	assert_int_equal(profiles.count, 4);
}

static void a_purpose_is_refused_where_it_does_not_belong(void **state)
{
	const struct charging_profile relative =
		profile_of(1, CHARGING_STATION_MAX, 0, CHARGING_RELATIVE, CHARGING_A, "0:10");

	(void)state;
	expect_code(set(2, plain(1, CHARGING_TX_DEFAULT, 0)), CHARGING_UNKNOWN_EVSE, "InvalidValue");
	expect_code(set(0, plain(1, CHARGING_EXTERNAL_CONSTRAINTS, 0)), CHARGING_EXTERNAL_FROM_CSMS, "InvalidProfile");
	expect_code(set(0, plain(1, CHARGING_STATION_MAX, 0)), CHARGING_MAX_NAMES_EVSE, "InvalidProfile");
	expect_code(set(CHARGING_WHOLE_STATION, relative), CHARGING_MAX_RELATIVE, "InvalidProfile");
	expect_code(set(CHARGING_WHOLE_STATION, plain_tx(1, 0)), CHARGING_TX_WITHOUT_EVSE, "MissingParam");
	expect_code(set(0, of_transaction(plain_tx(1, 0), "")), CHARGING_TX_WITHOUT_TRANSACTION, "InvalidProfile");
	expect_code(set(0, of_transaction(plain_tx(1, 0), "T2")), CHARGING_TX_NOT_FOUND, "TxNotFound");
	expect_code(set(1, plain_tx(1, 0)), CHARGING_TX_NOT_FOUND, "TxNotFound");
	assert_int_equal(profiles.count, 0);
}

static void a_kind_needs_what_it_counts_from(void **state)
{
	struct charging_profile profile = plain(1, CHARGING_TX_DEFAULT, 0);

	(void)state;
	profile.schedules[0].has_start = false;
	expect_code(set(0, profile), CHARGING_NO_START, "MissingParam");
	profile = daily(plain(1, CHARGING_TX_DEFAULT, 0), NOW);
	profile.schedules[0].has_start = false;
	expect_code(set(0, profile), CHARGING_NO_START, "MissingParam");
	profile = daily(plain(1, CHARGING_TX_DEFAULT, 0), NOW);
	profile.recurrency = CHARGING_RECURRENCY_ABSENT;
	expect_code(set(0, profile), CHARGING_NO_RECURRENCY, "MissingParam");
	expect_code(set(0, starting(plain_tx(1, 0), NOW)), CHARGING_RELATIVE_START, "InvalidSchedule");
}

static struct charging_profile with_periods(enum charging_unit unit, const char *periods)
{
	return starting(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_ABSOLUTE, unit, periods), NOW);
}

static void periods_begin_at_0_and_increase(void **state)
{
	(void)state;
	expect_code(set(0, with_periods(CHARGING_A, "")), CHARGING_NO_PERIOD, "InvalidSchedule");
	expect_code(set(0, with_periods(CHARGING_A, "1:10")), CHARGING_FIRST_PERIOD, "InvalidSchedule");
	expect_code(set(0, with_periods(CHARGING_A, "0:10 60:8 60:6")), CHARGING_PERIOD_ORDER, "InvalidSchedule");
	expect_code(set(0, with_periods(CHARGING_A, "0:10 60:8 59:6")), CHARGING_PERIOD_ORDER, "InvalidSchedule");
	assert_int_equal(set(0, with_periods(CHARGING_A, "0:10 60:8 61:6")), CHARGING_ACCEPTED);
}

static void phases_are_those_of_the_supply(void **state)
{
	struct charging_evses evses = two_evses();
	struct charging_profile profile = with_periods(CHARGING_W, "0:2300x2");

	(void)state;
	expect_code(set(0, with_periods(CHARGING_W, "0:2300x4")), CHARGING_PHASES, "InvalidValue");
	assert_int_equal(set(0, with_periods(CHARGING_W, "0:2300x3")), CHARGING_ACCEPTED);
	evses.items[0].phases = 1;
	expect_code(charging_profiles_set(&profiles, &evses, CHARGING_FROM_CSMS, 0, &profile, NOW), CHARGING_PHASES,
		    "InvalidValue");
	profile.schedules[0].periods[0].phases = 1;
	profile.schedules[0].periods[0].phase_to_use = 1;
	expect_code(set(0, profile), CHARGING_PHASE_TO_USE, "InvalidValue");
	evses.items[0].is_dc = true;
	profile.schedules[0].periods[0].phase_to_use = 0;
	expect_code(charging_profiles_set(&profiles, &evses, CHARGING_FROM_CSMS, 0, &profile, NOW), CHARGING_DC_PHASES,
		    "InvalidValue");
}

static void ampere_at_a_dc_outlet_needs_its_voltage(void **state)
{
	struct charging_evses evses = two_evses();
	struct charging_profile profile = with_periods(CHARGING_A, "0:10");

	(void)state;
	evses.items[0] = (struct charging_evse){.is_dc = true};
	expect_code(charging_profiles_set(&profiles, &evses, CHARGING_FROM_CSMS, 0, &profile, NOW),
		    CHARGING_UNIT_UNSUPPORTED, "UnsupportedRateUnit");
	evses.items[0].voltage_mv = 400000;
	assert_int_equal(charging_profiles_set(&profiles, &evses, CHARGING_FROM_CSMS, 0, &profile, NOW),
			 CHARGING_ACCEPTED);
	profile.schedules[0].unit = CHARGING_UNITS;
	expect_code(set(0, profile), CHARGING_UNIT_UNSUPPORTED, "UnsupportedRateUnit");
}

static void values_are_within_their_bounds(void **state)
{
	struct charging_profile profile = plain(1, CHARGING_TX_DEFAULT, CHARGING_STACK_LEVEL_MAX + 1);

	(void)state;
	expect_code(set(0, profile), CHARGING_STACK_LEVEL, "InvalidStackLevel");
	expect_code(set(0, valid_to(valid_from(plain(1, CHARGING_TX_DEFAULT, 0), NOW), NOW)), CHARGING_VALIDITY,
		    "InvalidValue");
	/* 9999-12-31T23:59:59Z: some backends say so where a profile never ends. */
	assert_int_equal(set(0, valid_to(plain(1, CHARGING_TX_DEFAULT, 0), INT64_C(253402300799))), CHARGING_ACCEPTED);
	expect_code(set(0, starting(plain(1, CHARGING_TX_DEFAULT, 0), INT64_MAX)), CHARGING_OUT_OF_RANGE,
		    "InvalidValue");
	expect_code(set(0, valid_to(plain(1, CHARGING_TX_DEFAULT, 0), INT64_MIN)), CHARGING_OUT_OF_RANGE,
		    "InvalidValue");
	expect_code(set(0, plain(1, CHARGING_PURPOSES, 0)), CHARGING_OUT_OF_RANGE, "InvalidValue");
	profile = plain(1, CHARGING_TX_DEFAULT, 0);
	profile.schedules[0].periods[0].limit = UINT32_MAX;
	expect_code(set(0, profile), CHARGING_OUT_OF_RANGE, "InvalidValue");
	expect_code(set(0, lasting(plain(1, CHARGING_TX_DEFAULT, 0), UINT32_MAX)), CHARGING_OUT_OF_RANGE,
		    "InvalidValue");
}

static void schedules_and_periods_have_a_bound(void **state)
{
	struct charging_profile profile = plain(1, CHARGING_TX_DEFAULT, 0);

	(void)state;
	profile.schedule_count = 0;
	expect_code(set(0, profile), CHARGING_NO_SCHEDULE, "InvalidSchedule");
	profile.schedule_count = CHARGING_SCHEDULES_MAX + 1;
	expect_code(set(0, profile), CHARGING_TOO_MANY_SCHEDULES, "TooManyElements");
	profile.schedule_count = CHARGING_SCHEDULES_MAX;
	expect_code(set(0, profile), CHARGING_NO_START, "MissingParam"); /* each is checked */
	profile.schedules[1] = profile.schedules[2] = profile.schedules[0];
	assert_int_equal(set(0, profile), CHARGING_ACCEPTED);
	profile.schedules[2].period_count = CHARGING_PERIODS_MAX + 1;
	expect_code(set(0, profile), CHARGING_TOO_MANY_PERIODS, "TooManyElements");
}

/* --- more than one --- */

static void the_same_id_replaces_wherever_it_was(void **state)
{
	(void)state;
	assert_int_equal(set(0, plain(1, CHARGING_TX_DEFAULT, 0)), CHARGING_ACCEPTED);
	assert_int_equal(set(0, plain(1, CHARGING_TX_DEFAULT, 0)), CHARGING_ACCEPTED);
	assert_int_equal(set(1, plain(1, CHARGING_TX_DEFAULT, 5)), CHARGING_ACCEPTED);
	assert_int_equal(profiles.count, 1);
	assert_int_equal(profiles.entries[0].evse, 1);
	assert_int_equal(profiles.entries[0].profile.stack_level, 5);
}

static void another_id_of_the_same_purpose_level_and_evse_is_refused(void **state)
{
	(void)state;
	set(0, valid_to(plain(1, CHARGING_TX_DEFAULT, 0), NOW));
	expect_code(set(0, plain(2, CHARGING_TX_DEFAULT, 0)), CHARGING_DUPLICATE, "DuplicateProfile");
	expect_code(set(0, valid_from(plain(2, CHARGING_TX_DEFAULT, 0), NOW - 1)), CHARGING_DUPLICATE,
		    "DuplicateProfile");
	assert_int_equal(set(0, valid_from(plain(2, CHARGING_TX_DEFAULT, 0), NOW)), CHARGING_ACCEPTED);
	assert_int_equal(set(0, valid_to(plain(1, CHARGING_TX_DEFAULT, 0), NOW)), CHARGING_ACCEPTED);
	assert_int_equal(set(0, plain(3, CHARGING_TX_DEFAULT, 1)), CHARGING_ACCEPTED);
	assert_int_equal(set(1, plain(4, CHARGING_TX_DEFAULT, 0)), CHARGING_ACCEPTED);
	set(CHARGING_WHOLE_STATION, plain(5, CHARGING_STATION_MAX, 0));
	expect_code(set(CHARGING_WHOLE_STATION, plain(6, CHARGING_STATION_MAX, 0)), CHARGING_DUPLICATE,
		    "DuplicateProfile");
}

static void a_level_of_tx_default_is_the_stations_or_an_evses(void **state)
{
	(void)state;
	set(0, plain(1, CHARGING_TX_DEFAULT, 0));
	expect_code(set(CHARGING_WHOLE_STATION, plain(2, CHARGING_TX_DEFAULT, 0)), CHARGING_DUPLICATE_SCOPE,
		    "DuplicateProfile");
	assert_int_equal(set(CHARGING_WHOLE_STATION, plain(2, CHARGING_TX_DEFAULT, 1)), CHARGING_ACCEPTED);
	expect_code(set(1, plain(3, CHARGING_TX_DEFAULT, 1)), CHARGING_DUPLICATE_SCOPE, "DuplicateProfile");
	/* The same id moves. */
	assert_int_equal(set(CHARGING_WHOLE_STATION, plain(1, CHARGING_TX_DEFAULT, 0)), CHARGING_ACCEPTED);
}

static void another_id_of_the_same_level_and_transaction_is_refused(void **state)
{
	(void)state;
	set(0, plain_tx(1, 0));
	expect_code(set(0, plain_tx(2, 0)), CHARGING_DUPLICATE_TX, "DuplicateProfile");
	expect_code(set(0, valid_from(plain_tx(2, 0), NOW)), CHARGING_DUPLICATE_TX, "DuplicateProfile");
	assert_int_equal(set(0, plain_tx(2, 1)), CHARGING_ACCEPTED);
	assert_int_equal(set(0, plain_tx(1, 0)), CHARGING_ACCEPTED);
}

static void constraints_from_outside_are_the_stations_own(void **state)
{
	const struct charging_evses evses = two_evses();
	const struct charging_profile outside = plain(1, CHARGING_EXTERNAL_CONSTRAINTS, 0);

	(void)state;
	assert_int_equal(
		charging_profiles_set(&profiles, &evses, CHARGING_FROM_STATION, CHARGING_WHOLE_STATION, &outside, NOW),
		CHARGING_ACCEPTED);
	expect_code(set(0, plain(1, CHARGING_TX_DEFAULT, 0)), CHARGING_ID_TAKEN, "DuplicateProfile");
}

static void a_full_store_makes_room_by_what_is_over_and_refuses_otherwise(void **state)
{
	(void)state;
	for (int32_t i = 0; i < CHARGING_PROFILES_MAX; i++) {
		const struct charging_profile profile = plain(i, CHARGING_TX_DEFAULT, (uint32_t)i);

		assert_int_equal(set(0, i == 7 ? valid_to(profile, NOW + 1) : profile), CHARGING_ACCEPTED);
	}
	expect_code(set(0, plain(1000, CHARGING_TX_DEFAULT, 900)), CHARGING_TOO_MANY_PROFILES, "TooManyElements");
	assert_int_equal(set(0, valid_to(plain(7, CHARGING_TX_DEFAULT, 7), NOW)), CHARGING_ACCEPTED);
	assert_int_equal(profiles.count, CHARGING_PROFILES_MAX);
	assert_int_equal(set(0, plain(1000, CHARGING_TX_DEFAULT, 900)), CHARGING_ACCEPTED);
	assert_int_equal(profiles.count, CHARGING_PROFILES_MAX);
	expect_code(set(0, plain(1001, CHARGING_TX_DEFAULT, 901)), CHARGING_TOO_MANY_PROFILES, "TooManyElements");
}

/* --- clearing --- */

/* 1: station max, level 0. 2: default of the station, level 1. 3 and 4: default of EVSE 0 and 1, level 0. 5: tx, level 0.
 * 6: from outside, level 0. */
static void fill(void)
{
	const struct charging_evses evses = two_evses();
	const struct charging_profile outside = plain(6, CHARGING_EXTERNAL_CONSTRAINTS, 0);

	charging_profiles_init(&profiles);
	set(CHARGING_WHOLE_STATION, plain(1, CHARGING_STATION_MAX, 0));
	set(CHARGING_WHOLE_STATION, plain(2, CHARGING_TX_DEFAULT, 1));
	set(0, plain(3, CHARGING_TX_DEFAULT, 0));
	set(1, plain(4, CHARGING_TX_DEFAULT, 0));
	set(0, plain_tx(5, 0));
	charging_profiles_set(&profiles, &evses, CHARGING_FROM_STATION, CHARGING_WHOLE_STATION, &outside, NOW);
	assert_int_equal(profiles.count, 6);
}

static void expect_left(const struct charging_clearing *clearing, size_t cleared, const char *left)
{
	char text[32] = "";

	fill();
	assert_int_equal(charging_profiles_clear(&profiles, clearing), cleared);
	for (int32_t id = 1; id <= 6; id++) {
		for (size_t i = 0; i < profiles.count; i++) {
			if (profiles.entries[i].profile.id == id)
				snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d", id);
		}
	}
	assert_string_equal(text, left);
}

static void an_id_clears_that_profile_only(void **state)
{
	(void)state;
	expect_left(&(struct charging_clearing){.has_id = true, .id = 3}, 1, "12456");
	expect_left(&(struct charging_clearing){.has_id = true, .id = 9}, 0, "123456");
	/* Criteria beside an id say nothing. */
	expect_left(
		&(struct charging_clearing){.has_id = true, .id = 3, .has_criteria = true, .has_evse = true, .evse = 1},
		1, "12456");
}

static void all_given_criteria_must_be_met(void **state)
{
	(void)state;
	expect_left(&(struct charging_clearing){.has_criteria = true, .has_evse = true}, 2, "1246");
	expect_left(&(struct charging_clearing){.has_criteria = true, .has_evse = true, .evse = CHARGING_WHOLE_STATION},
		    2, "3456");
	expect_left(
		&(struct charging_clearing){.has_criteria = true, .has_purpose = true, .purpose = CHARGING_TX_DEFAULT},
		3, "156");
	expect_left(&(struct charging_clearing){.has_criteria = true, .has_stack_level = true, .stack_level = 0}, 4,
		    "26");
	expect_left(&(struct charging_clearing){.has_criteria = true,
						.has_purpose = true,
						.purpose = CHARGING_TX_DEFAULT,
						.has_evse = true,
						.evse = 1,
						.has_stack_level = true},
		    1, "12356");
	expect_left(&(struct charging_clearing){.has_criteria = true, .has_stack_level = true, .stack_level = 9}, 0,
		    "123456");
}

static void criteria_leave_constraints_from_outside_alone(void **state)
{
	(void)state;
	expect_left(&(struct charging_clearing){.has_criteria = true,
						.has_purpose = true,
						.purpose = CHARGING_EXTERNAL_CONSTRAINTS},
		    0, "123456");
}

static void an_empty_criteria_object_clears_nothing_and_no_criteria_all(void **state)
{
	(void)state;
	expect_left(&(struct charging_clearing){.has_criteria = true}, 0, "123456");
	expect_left(&(struct charging_clearing){0}, 6, "");
}

static void the_end_of_a_transaction_deletes_its_profiles(void **state)
{
	(void)state;
	fill();
	assert_int_equal(charging_profiles_end_transaction(&profiles, 1), 0);
	assert_int_equal(charging_profiles_end_transaction(&profiles, 0), 1);
	assert_int_equal(profiles.count, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_purpose_is_taken_where_it_belongs, setup),
		cmocka_unit_test_setup(a_purpose_is_refused_where_it_does_not_belong, setup),
		cmocka_unit_test_setup(a_kind_needs_what_it_counts_from, setup),
		cmocka_unit_test_setup(periods_begin_at_0_and_increase, setup),
		cmocka_unit_test_setup(phases_are_those_of_the_supply, setup),
		cmocka_unit_test_setup(ampere_at_a_dc_outlet_needs_its_voltage, setup),
		cmocka_unit_test_setup(values_are_within_their_bounds, setup),
		cmocka_unit_test_setup(schedules_and_periods_have_a_bound, setup),
		cmocka_unit_test_setup(the_same_id_replaces_wherever_it_was, setup),
		cmocka_unit_test_setup(another_id_of_the_same_purpose_level_and_evse_is_refused, setup),
		cmocka_unit_test_setup(a_level_of_tx_default_is_the_stations_or_an_evses, setup),
		cmocka_unit_test_setup(another_id_of_the_same_level_and_transaction_is_refused, setup),
		cmocka_unit_test_setup(constraints_from_outside_are_the_stations_own, setup),
		cmocka_unit_test_setup(a_full_store_makes_room_by_what_is_over_and_refuses_otherwise, setup),
		cmocka_unit_test_setup(an_id_clears_that_profile_only, setup),
		cmocka_unit_test_setup(all_given_criteria_must_be_met, setup),
		cmocka_unit_test_setup(criteria_leave_constraints_from_outside_alone, setup),
		cmocka_unit_test_setup(an_empty_criteria_object_clears_nothing_and_no_criteria_all, setup),
		cmocka_unit_test_setup(the_end_of_a_transaction_deletes_its_profiles, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

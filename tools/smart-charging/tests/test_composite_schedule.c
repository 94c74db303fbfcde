/* SPDX-License-Identifier: Apache-2.0 */
/* What profiles come to: precedence, stack levels, kinds, validity, units, and the list for a composite schedule. */
#include "tools/smart-charging/tests/charging_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct charging_profiles profiles;
static struct charging_evses evses;
static size_t sharers;
static int64_t calculation_s;

/* Two EVSEs of three phases and 230 V; at the first T1 runs since 12:00. */
static int setup(void **state)
{
	(void)state;
	charging_profiles_init(&profiles);
	evses = ac_evses(2, 3);
	evses.items[0].has_session = true;
	evses.items[0].start_s = AT(6, 12, 0);
	strcpy(evses.items[0].transaction_id, "T1");
	sharers = 1;
	calculation_s = AT(6, 12, 0);
	return 0;
}

static void set(size_t evse, struct charging_profile profile)
{
	const enum charging_source source =
		profile.purpose == CHARGING_EXTERNAL_CONSTRAINTS ? CHARGING_FROM_STATION : CHARGING_FROM_CSMS;

	assert_int_equal(charging_profiles_set(&profiles, &evses, source, evse, &profile, calculation_s),
			 CHARGING_ACCEPTED);
}

static struct composite_view view(void)
{
	return (struct composite_view){
		.profiles = &profiles, .evses = &evses, .sharers = sharers, .calculation_s = calculation_s};
}

/* The limit of an EVSE at a time in mA, or -1; and the distance to the next boundary in s, or -1. */
static void expect_limit(size_t evse, int64_t now_s, int64_t ma, int64_t next_in_s)
{
	const struct composite_view asked = view();
	struct composite_limit limit;
	const int64_t next_s = composite_limit_at(&asked, evse, now_s, &limit);

	assert_int_equal(limit.is_limited ? (int64_t)limit.limit_ma : -1, ma);
	assert_int_equal(next_s == COMPOSITE_NEVER ? -1 : next_s - now_s, next_in_s);
}

static struct charging_profile from_noon(int32_t id, enum charging_purpose purpose, uint32_t stack_level,
					 const char *periods)
{
	return starting(profile_of(id, purpose, stack_level, CHARGING_ABSOLUTE, CHARGING_A, periods), AT(6, 12, 0));
}

/* --- purposes --- */

static void a_tx_profile_replaces_the_default_also_when_it_is_higher(void **state)
{
	(void)state;
	set(0, from_noon(1, CHARGING_TX_DEFAULT, 5, "0:10"));
	expect_limit(0, AT(6, 12, 0), 10000, -1);
	set(0, lasting(of_transaction(from_noon(2, CHARGING_TX, 0, "0:20"), "T1"), 600));
	expect_limit(0, AT(6, 12, 0), 20000, 600);
	expect_limit(0, AT(6, 12, 10), 10000, -1);
}

static void a_tx_profile_of_another_transaction_means_nothing(void **state)
{
	(void)state;
	set(0, of_transaction(from_noon(2, CHARGING_TX, 0, "0:20"), "T1"));
	strcpy(evses.items[0].transaction_id, "T2");
	expect_limit(0, AT(6, 12, 0), -1, -1);
}

static void a_default_of_the_station_is_for_each_evse(void **state)
{
	(void)state;
	set(CHARGING_WHOLE_STATION, from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10"));
	set(1, from_noon(2, CHARGING_TX_DEFAULT, 1, "0:12"));
	expect_limit(0, AT(6, 12, 0), 10000, -1);
	expect_limit(1, AT(6, 12, 0), 12000, -1);
}

static void caps_lower_and_never_raise(void **state)
{
	(void)state;
	set(CHARGING_WHOLE_STATION, from_noon(1, CHARGING_STATION_MAX, 0, "0:16"));
	expect_limit(0, AT(6, 12, 0), 16000, -1);
	set(0, from_noon(2, CHARGING_TX_DEFAULT, 0, "0:20 60:10"));
	expect_limit(0, AT(6, 12, 0), 16000, 60);
	expect_limit(0, AT(6, 12, 1), 10000, -1);
	set(0, from_noon(3, CHARGING_EXTERNAL_CONSTRAINTS, 0, "0:9"));
	expect_limit(0, AT(6, 12, 0), 9000, 60);
	expect_limit(1, AT(6, 12, 0), 16000, -1);
	set(CHARGING_WHOLE_STATION, from_noon(4, CHARGING_EXTERNAL_CONSTRAINTS, 0, "0:14"));
	expect_limit(1, AT(6, 12, 0), 14000, -1);
}

static void caps_of_the_station_are_shared_and_those_of_an_evse_are_not(void **state)
{
	(void)state;
	sharers = 3;
	set(CHARGING_WHOLE_STATION, from_noon(1, CHARGING_STATION_MAX, 0, "0:32"));
	expect_limit(0, AT(6, 12, 0), 10666, -1);
	set(0, from_noon(2, CHARGING_EXTERNAL_CONSTRAINTS, 0, "0:10"));
	expect_limit(0, AT(6, 12, 0), 10000, -1);
	set(CHARGING_WHOLE_STATION, from_noon(3, CHARGING_EXTERNAL_CONSTRAINTS, 0, "0:24"));
	expect_limit(0, AT(6, 12, 0), 8000, -1);
}

/* --- stack levels --- */

static void the_highest_level_in_force_wins_and_lower_ones_fill_its_gaps(void **state)
{
	(void)state;
	set(0, from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10"));
	set(0, lasting(starting(from_noon(2, CHARGING_TX_DEFAULT, 2, "0:20"), AT(6, 12, 10)), 600));
	set(0, lasting(starting(from_noon(3, CHARGING_TX_DEFAULT, 1, "0:8"), AT(6, 12, 10)), 1200));
	expect_limit(0, AT(6, 12, 0), 10000, 600);
	expect_limit(0, AT(6, 12, 10), 20000, 600);
	expect_limit(0, AT(6, 12, 20), 8000, 600);
	expect_limit(0, AT(6, 12, 30), 10000, -1);
}

static void levels_hold_within_a_purpose_only(void **state)
{
	(void)state;
	set(CHARGING_WHOLE_STATION, from_noon(1, CHARGING_STATION_MAX, 9, "0:20"));
	set(0, from_noon(2, CHARGING_TX_DEFAULT, 0, "0:10"));
	set(CHARGING_WHOLE_STATION, from_noon(3, CHARGING_STATION_MAX, 0, "0:6"));
	expect_limit(0, AT(6, 12, 0), 10000, -1);
}

/* --- kinds --- */

static void absolute_counts_from_its_start(void **state)
{
	(void)state;
	set(0, lasting(from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10 600:8"), 1200));
	expect_limit(0, AT(6, 11, 59), -1, 60);
	expect_limit(0, AT(6, 12, 0), 10000, 600);
	expect_limit(0, AT(6, 12, 10) - 1, 10000, 1);
	expect_limit(0, AT(6, 12, 10), 8000, 600);
	expect_limit(0, AT(6, 12, 20) - 1, 8000, 1);
	expect_limit(0, AT(6, 12, 20), -1, -1);
}

static void without_a_duration_the_last_period_goes_on(void **state)
{
	(void)state;
	set(0, from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10 600:8"));
	expect_limit(0, AT(30, 0, 0), 8000, -1);
}

static void recurring_counts_from_its_latest_occurrence(void **state)
{
	(void)state;
	set(0, daily(from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10 3600:8"), AT(6, 22, 0)));
	expect_limit(0, AT(6, 21, 0), -1, 3600); /* before the first there is none */
	expect_limit(0, AT(3, 22, 0), -1, 3 * 86400);
	expect_limit(0, AT(6, 22, 0), 10000, 3600);
	expect_limit(0, AT(6, 23, 0), 8000, 23 * 3600);
	expect_limit(0, AT(7, 21, 59), 8000, 60); /* yesterday's last period */
	expect_limit(0, AT(7, 22, 0), 10000, 3600);
	expect_limit(0, AT(28, 22, 30), 10000, 1800);
}

static void recurring_ends_with_its_duration_and_with_the_next_occurrence(void **state)
{
	(void)state;
	set(0, lasting(daily(from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10"), AT(6, 22, 0)), 7200));
	expect_limit(0, AT(7, 0, 0) - 1, 10000, 1);
	expect_limit(0, AT(7, 0, 0), -1, 22 * 3600);
	set(1, lasting(daily(from_noon(2, CHARGING_TX_DEFAULT, 0, "0:10 86400:6"), AT(6, 22, 0)), 200000));
	expect_limit(1, AT(7, 21, 59), 10000, 60);
	expect_limit(1, AT(7, 22, 0), 10000, 86400);
}

static void weekly_recurs_in_7_days(void **state)
{
	(void)state;
	set(0, lasting(weekly(from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10"), AT(6, 22, 0)), 3600));
	expect_limit(0, AT(6, 22, 0), 10000, 3600);
	expect_limit(0, AT(7, 22, 0), -1, 6 * 86400);
	expect_limit(0, AT(13, 22, 0), 10000, 3600);
}

static void relative_counts_from_the_start_of_what_runs(void **state)
{
	struct charging_profile profile =
		lasting(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_RELATIVE, CHARGING_A, "0:10 600:8"), 1200);

	(void)state;
	set(CHARGING_WHOLE_STATION, profile);
	calculation_s = AT(6, 12, 15);
	expect_limit(0, AT(6, 12, 15), 8000, 300);
	/* Nothing runs there: from the start of the calculation. */
	expect_limit(1, AT(6, 12, 15), 10000, 600);
	expect_limit(1, AT(6, 12, 25), 8000, 600);
}

static void validity_cuts_and_moves_nothing(void **state)
{
	struct charging_profile profile =
		profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_RELATIVE, CHARGING_A, "0:10 600:8");

	(void)state;
	set(0, valid_to(valid_from(profile, AT(6, 12, 5)), AT(6, 12, 20)));
	expect_limit(0, AT(6, 12, 0), -1, 300);
	expect_limit(0, AT(6, 12, 5), 10000, 300);
	expect_limit(0, AT(6, 12, 10), 8000, 600);
	expect_limit(0, AT(6, 12, 20), -1, -1);
}

/* --- units --- */

static void watts_are_of_all_phases_at_the_nominal_voltage(void **state)
{
	(void)state;
	set(0, starting(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_ABSOLUTE, CHARGING_W,
				   "0:6900x3 60:6900 120:6900x1 180:4599.999"),
			AT(6, 12, 0)));
	expect_limit(0, AT(6, 12, 0), 10000, 60);
	expect_limit(0, AT(6, 12, 1), 10000, 60);
	expect_limit(0, AT(6, 12, 2), 10000, 60); /* the vehicle may draw from all three */
	expect_limit(0, AT(6, 12, 3), 6666, -1);
	evses.items[0].phases = 1;
	expect_limit(0, AT(6, 12, 0), 30000, 60);
	evses.items[0].phases = 2;
	expect_limit(0, AT(6, 12, 0), 15000, 60);
	evses.items[0].phases = evses.items[0].voltage_mv = 0; /* nothing is known: three phases and 230 V */
	expect_limit(0, AT(6, 12, 0), 10000, 60);
}

static void the_profile_that_holds_gives_the_unit(void **state)
{
	const struct composite_view asked = view();
	struct composite_limit limit;

	(void)state;
	set(0, from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10 60:20 120:16"));
	set(CHARGING_WHOLE_STATION,
	    starting(profile_of(2, CHARGING_STATION_MAX, 0, CHARGING_ABSOLUTE, CHARGING_W, "0:11040"), AT(6, 12, 0)));
	composite_limit_at(&asked, 0, AT(6, 12, 0), &limit);
	assert_int_equal(limit.profile_id, 1);
	assert_int_equal(limit.unit, CHARGING_A);
	assert_int_equal(limit.limit, 10000);
	composite_limit_at(&asked, 0, AT(6, 12, 1), &limit);
	assert_int_equal(limit.profile_id, 2);
	assert_int_equal(limit.unit, CHARGING_W);
	assert_int_equal(limit.limit, 11040000);
	/* On a tie A: it cannot be above the power. */
	composite_limit_at(&asked, 0, AT(6, 12, 2), &limit);
	assert_int_equal(limit.unit, CHARGING_A);
}

/* --- the list --- */

/* "0:16000x3 600:8000x3" */
static void expect_schedule(size_t evse, enum charging_unit unit, uint32_t duration_s, uint32_t hardware_ma,
			    const char *expected)
{
	const struct composite_view asked = view();
	struct composite_hardware hardware[2];
	struct composite_schedule schedule;
	char text[512] = "";

	for (size_t i = 0; i < 2; i++)
		hardware[i] =
			(struct composite_hardware){hardware_ma, charging_mw_from_ma(&evses.items[i], hardware_ma)};
	assert_int_equal(composite_schedule(&asked, hardware, evse, unit, duration_s, &schedule), COMPOSITE_ACCEPTED);
	assert_int_equal(schedule.duration_s, duration_s);
	for (size_t i = 0; i < schedule.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u:%llux%u", i > 0 ? " " : "",
			 schedule.periods[i].start_s, (unsigned long long)schedule.periods[i].limit,
			 schedule.periods[i].phases);
	assert_string_equal(text, expected);
}

static void nothing_in_force_is_the_hardware_and_it_lowers(void **state)
{
	(void)state;
	expect_schedule(0, CHARGING_A, 3600, 32000, "0:32000x3");
	expect_schedule(0, CHARGING_W, 3600, 32000, "0:22080000x3");
	set(0, lasting(starting(from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10 600:40"), AT(6, 12, 10)), 1200));
	expect_schedule(0, CHARGING_A, 3600, 32000, "0:32000x3 600:10000x3 1200:32000x3");
	expect_schedule(0, CHARGING_W, 3600, 32000, "0:22080000x3 600:6900000x3 1200:22080000x3");
}

static void equal_neighbours_are_one_period_and_the_end_cuts(void **state)
{
	(void)state;
	set(0, from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10 600:10 1200:8"));
	expect_schedule(0, CHARGING_A, 1200, 32000, "0:10000x3");
	expect_schedule(0, CHARGING_A, 1201, 32000, "0:10000x3 1200:8000x3");
	expect_schedule(0, CHARGING_A, 0, 32000, "");
}

static void the_station_is_the_sum_lowered_to_its_cap(void **state)
{
	(void)state;
	set(0, from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10 600:8"));
	expect_schedule(CHARGING_WHOLE_STATION, CHARGING_A, 3600, 16000, "0:26000x0 600:24000x0");
	set(CHARGING_WHOLE_STATION, from_noon(2, CHARGING_STATION_MAX, 0, "0:25"));
	expect_schedule(CHARGING_WHOLE_STATION, CHARGING_A, 3600, 16000, "0:25000x0 600:24000x0");
	expect_schedule(CHARGING_WHOLE_STATION, CHARGING_W, 3600, 16000, "0:17250000x0 600:16560000x0");
}

static void an_unknown_evse_or_unit_is_refused(void **state)
{
	const struct composite_view asked = view();
	const struct composite_hardware hardware[2] = {{0}};
	struct composite_schedule out;

	(void)state;
	assert_int_equal(composite_schedule(&asked, hardware, 2, CHARGING_A, 60, &out), COMPOSITE_UNKNOWN_EVSE);
	assert_int_equal(composite_schedule(&asked, hardware, 0, CHARGING_UNITS, 60, &out), COMPOSITE_UNKNOWN_UNIT);
	evses.items[1] = (struct charging_evse){.is_dc = true};
	assert_int_equal(composite_schedule(&asked, hardware, 1, CHARGING_A, 60, &out), COMPOSITE_UNKNOWN_UNIT);
	assert_int_equal(composite_schedule(&asked, hardware, 1, CHARGING_W, 60, &out), COMPOSITE_ACCEPTED);
	assert_int_equal(composite_schedule(&asked, hardware, CHARGING_WHOLE_STATION, CHARGING_A, 60, &out),
			 COMPOSITE_UNKNOWN_UNIT);
}

/* Each boundary of a schedule of quarters of an hour is looked at, and two of the 96 of a day are seen. */
static void a_week_of_quarters_of_an_hour_is_whole(void **state)
{
	struct charging_profile profile =
		daily(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_RECURRING, CHARGING_A, "0:10"), AT(6, 12, 0));
	const struct composite_view asked = view();
	const struct composite_hardware hardware[2] = {{32000, 22080000}, {32000, 22080000}};
	struct composite_schedule out;

	(void)state;
	profile.schedules[0].period_count = 96;
	for (uint32_t i = 0; i < 96; i++)
		profile.schedules[0].periods[i] =
			(struct charging_period){.start_s = i * 900, .limit = i < 48 ? 10000 : 8000};
	set(CHARGING_WHOLE_STATION, profile);
	assert_int_equal(composite_schedule(&asked, hardware, 0, CHARGING_A, 7 * 86400, &out), COMPOSITE_ACCEPTED);
	assert_int_equal(out.duration_s, 7 * 86400);
	assert_int_equal(out.count, 14);
	assert_int_equal(out.periods[13].start_s, 6 * 86400 + 43200);
	assert_int_equal(composite_schedule(&asked, hardware, CHARGING_WHOLE_STATION, CHARGING_A, 7 * 86400, &out),
			 COMPOSITE_ACCEPTED);
	assert_int_equal(out.duration_s, 7 * 86400);
	assert_int_equal(out.count, 14);
}

/* What another profile hides is not looked at, and wakes nobody. */
static void what_is_hidden_has_no_boundaries(void **state)
{
	(void)state;
	set(0, daily(from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10 3600:8"), AT(6, 12, 0)));
	set(0, lasting(from_noon(2, CHARGING_TX_DEFAULT, 1, "0:6"), 864000));
	set(0, starting(from_noon(3, CHARGING_TX_DEFAULT, 2, "0:7"), AT(15, 12, 0)));
	expect_limit(0, AT(6, 12, 0), 6000, 9 * 86400);
	expect_limit(0, AT(6, 11, 0), -1, 3600);
	set(0, valid_to(starting(from_noon(3, CHARGING_TX_DEFAULT, 2, "0:7"), AT(15, 12, 0)), AT(15, 12, 0)));
	expect_limit(0, AT(16, 11, 0), 6000, 3600);
	expect_limit(0, AT(16, 12, 0), 10000, 3600);
}

/* The work for one answer has a bound. */
static void of_many_evses_fewer_boundaries_are_looked_at(void **state)
{
	static struct composite_hardware hardware[CHARGING_EVSES_MAX];
	const struct composite_view asked = view();
	struct composite_schedule out;

	(void)state;
	evses = ac_evses(CHARGING_EVSES_MAX, 3);
	set(CHARGING_WHOLE_STATION, daily(from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10 3600:8"), AT(6, 12, 0)));
	assert_int_equal(composite_schedule(&asked, hardware, CHARGING_WHOLE_STATION, CHARGING_A, 1000000000, &out),
			 COMPOSITE_ACCEPTED);
	assert_int_equal(out.count, 1); /* the hardware gives nothing */
	assert_int_equal(out.duration_s, 86400 * (COMPOSITE_LOOKS_MAX / CHARGING_EVSES_MAX) / 2);
}

static void a_schedule_that_needs_more_periods_ends_where_they_end(void **state)
{
	const struct composite_view asked = view();
	const struct composite_hardware hardware[2] = {{32000, 22080000}, {32000, 22080000}};
	struct composite_schedule out;

	(void)state;
	set(0, daily(from_noon(1, CHARGING_TX_DEFAULT, 0, "0:10 3600:8"), AT(6, 12, 0)));
	assert_int_equal(composite_schedule(&asked, hardware, 0, CHARGING_A, 86400 * 365, &out), COMPOSITE_ACCEPTED);
	assert_int_equal(out.count, COMPOSITE_PERIODS_MAX);
	assert_int_equal(out.duration_s, 86400 * COMPOSITE_PERIODS_MAX / 2);
	/* The same where nothing of it is seen. */
	set(0, daily(from_noon(2, CHARGING_TX_DEFAULT, 1, "0:6 3600:6"), AT(6, 12, 0)));
	assert_int_equal(composite_schedule(&asked, hardware, 0, CHARGING_A, 1000000000, &out), COMPOSITE_ACCEPTED);
	assert_int_equal(out.count, 1);
	assert_int_equal(out.duration_s, 86400 * COMPOSITE_STEPS_MAX / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_tx_profile_replaces_the_default_also_when_it_is_higher, setup),
		cmocka_unit_test_setup(a_tx_profile_of_another_transaction_means_nothing, setup),
		cmocka_unit_test_setup(a_default_of_the_station_is_for_each_evse, setup),
		cmocka_unit_test_setup(caps_lower_and_never_raise, setup),
		cmocka_unit_test_setup(caps_of_the_station_are_shared_and_those_of_an_evse_are_not, setup),
		cmocka_unit_test_setup(the_highest_level_in_force_wins_and_lower_ones_fill_its_gaps, setup),
		cmocka_unit_test_setup(levels_hold_within_a_purpose_only, setup),
		cmocka_unit_test_setup(absolute_counts_from_its_start, setup),
		cmocka_unit_test_setup(without_a_duration_the_last_period_goes_on, setup),
		cmocka_unit_test_setup(recurring_counts_from_its_latest_occurrence, setup),
		cmocka_unit_test_setup(recurring_ends_with_its_duration_and_with_the_next_occurrence, setup),
		cmocka_unit_test_setup(weekly_recurs_in_7_days, setup),
		cmocka_unit_test_setup(relative_counts_from_the_start_of_what_runs, setup),
		cmocka_unit_test_setup(validity_cuts_and_moves_nothing, setup),
		cmocka_unit_test_setup(watts_are_of_all_phases_at_the_nominal_voltage, setup),
		cmocka_unit_test_setup(the_profile_that_holds_gives_the_unit, setup),
		cmocka_unit_test_setup(nothing_in_force_is_the_hardware_and_it_lowers, setup),
		cmocka_unit_test_setup(equal_neighbours_are_one_period_and_the_end_cuts, setup),
		cmocka_unit_test_setup(the_station_is_the_sum_lowered_to_its_cap, setup),
		cmocka_unit_test_setup(an_unknown_evse_or_unit_is_refused, setup),
		cmocka_unit_test_setup(a_week_of_quarters_of_an_hour_is_whole, setup),
		cmocka_unit_test_setup(what_is_hidden_has_no_boundaries, setup),
		cmocka_unit_test_setup(of_many_evses_fewer_boundaries_are_looked_at, setup),
		cmocka_unit_test_setup(a_schedule_that_needs_more_periods_ends_where_they_end, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

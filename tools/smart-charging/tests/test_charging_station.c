/* SPDX-License-Identifier: Apache-2.0 */
/* The station as a whole: transactions, the shared cap, and its two clocks. */
#include "tools/smart-charging/tests/charging_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define expect(site, text) assert_string_equal(site_effects(site), text)

static struct charging_profile tx(int32_t id, const char *transaction, const char *periods)
{
	return of_transaction(profile_of(id, CHARGING_TX, 0, CHARGING_RELATIVE, CHARGING_A, periods), transaction);
}

static struct charging_profile station_max(enum charging_unit unit, const char *periods)
{
	return starting(profile_of(1, CHARGING_STATION_MAX, 0, CHARGING_ABSOLUTE, unit, periods), AT(6, 0, 0));
}

static void charge_and_answer(struct charging_site *site, size_t evse)
{
	site_charge(site, evse);
	site_answer(site, evse, true);
}

/* --- transactions --- */

static void a_tx_profile_needs_a_transaction_that_was_heard_of(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 2, 3, AT(6, 12, 0));
	charge_and_answer(&site, 0);
	assert_int_equal(site_set(&site, 0, tx(1, "T1", "0:10")), CHARGING_TX_NOT_FOUND);
	site_transaction(&site, 0, CHARGING_TRANSACTION_IN_PROGRESS, "T1");
	assert_int_equal(site_set(&site, 1, tx(1, "T1", "0:10")), CHARGING_TX_NOT_FOUND);
	assert_int_equal(site_set(&site, 0, tx(1, "T1", "0:10")), CHARGING_ACCEPTED);
	expect(&site, "0:pwm 10.0");
}

static void relative_counts_from_the_start_of_the_transaction(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 1, 3, AT(6, 12, 0));
	charge_and_answer(&site, 0);
	site_pass_to(&site, AT(6, 12, 5));
	site_transaction(&site, 0, CHARGING_TRANSACTION_STARTED, "T1");
	site_pass_to(&site, AT(6, 12, 10));
	site_transaction(&site, 0, CHARGING_TRANSACTION_IN_PROGRESS, "T1"); /* moves nothing */
	site_set(&site, 0, tx(1, "T1", "0:10 600:8"));
	expect(&site, "0:pwm 10.0");
	site_answer(&site, 0, true);
	site_pass_to(&site, AT(6, 12, 15) - 1);
	expect(&site, "");
	site_pass_to(&site, AT(6, 12, 15));
	expect(&site, "0:pwm 8.0");
}

static void without_a_transaction_it_counts_from_the_start_of_the_session(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 1, 3, AT(6, 12, 0));
	site_set(&site, 0, profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_RELATIVE, CHARGING_A, "0:10 600:8"));
	site_pass_to(&site, AT(6, 12, 5));
	charge_and_answer(&site, 0);
	site_pass_to(&site, AT(6, 12, 15));
	expect(&site, "0:pwm 8.0");
}

static void the_end_of_a_transaction_ends_its_profiles(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 1, 3, AT(6, 12, 0));
	charge_and_answer(&site, 0);
	site_transaction(&site, 0, CHARGING_TRANSACTION_STARTED, "T1");
	site_set(&site, 0, tx(1, "T1", "0:10"));
	site_transaction(&site, CHARGING_WHOLE_STATION, CHARGING_TRANSACTION_ENDED, "T0");
	expect(&site, "");
	site_transaction(&site, CHARGING_WHOLE_STATION, CHARGING_TRANSACTION_ENDED, "T1");
	expect(&site, "0:pwm 32.0");
	assert_int_equal(site.station.profiles.count, 0);
}

static void another_transaction_ends_the_one_before(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 1, 3, AT(6, 12, 0));
	site_transaction(&site, 0, CHARGING_TRANSACTION_STARTED, "T1");
	site_set(&site, 0, tx(1, "T1", "0:10"));
	site_transaction(&site, 0, CHARGING_TRANSACTION_STARTED, "T2");
	assert_int_equal(site.station.profiles.count, 0);
	assert_int_equal(site_set(&site, 0, tx(1, "T1", "0:10")), CHARGING_TX_NOT_FOUND);
	/* Nothing says where this one is. */
	site_transaction(&site, CHARGING_WHOLE_STATION, CHARGING_TRANSACTION_STARTED, "T3");
	assert_int_equal(site_set(&site, 0, tx(1, "T3", "0:10")), CHARGING_TX_NOT_FOUND);
}

static void an_unplugged_vehicle_takes_its_transaction_and_profiles_along(void **state)
{
	struct charging_site site;

	(void)state;
	for (int by_status = 0; by_status < 2; by_status++) {
		site_begin(&site, 1, 3, AT(6, 12, 0));
		charge_and_answer(&site, 0);
		site_transaction(&site, 0, CHARGING_TRANSACTION_STARTED, "T1");
		site_set(&site, 0, tx(1, "T1", "0:10"));
		if (by_status)
			site_slac(&site, 0, CURRENT_LIMIT_SLAC_UNMATCHED);
		else
			site_cp(&site, 0, CP_STATE_A1);
		expect(&site, "");
		assert_int_equal(site.station.profiles.count, 0);
		assert_int_equal(site_set(&site, 0, tx(1, "T1", "0:10")), CHARGING_TX_NOT_FOUND);
	}
}

static void clearing_acts_at_once_and_says_whether_anything_matched(void **state)
{
	const struct charging_clearing all = {0};
	struct charging_site site;

	(void)state;
	site_begin(&site, 1, 3, AT(6, 12, 0));
	site_set(&site, CHARGING_WHOLE_STATION, station_max(CHARGING_A, "0:10"));
	charge_and_answer(&site, 0);
	assert_true(charging_station_clear_profiles(&site.station, &all, site.now, &site.effects));
	expect(&site, "0:pwm 32.0");
	assert_false(charging_station_clear_profiles(&site.station, &all, site.now, &site.effects));
	expect(&site, "");
}

/* --- the cap of the station --- */

static void the_cap_is_shared_equally_by_those_that_charge(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 3, 3, AT(6, 12, 0));
	site_set(&site, CHARGING_WHOLE_STATION, station_max(CHARGING_W, "0:22080")); /* 32 A */
	site_charge(&site, 1);
	expect(&site, "1:pwm 32.0");
	site_answer(&site, 1, true);
	/* The one that is lowered comes before the one that begins. */
	site_slac(&site, 0, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	expect(&site, "1:pwm 16.0");
	site_answer(&site, 1, true);
	site_cp(&site, 0, CP_STATE_C2);
	expect(&site, "0:pwm 16.0");
	site_answer(&site, 0, true);
	site_hlc(&site, 2, true);
	expect(&site, "0:pwm 10.6, 1:pwm 10.6, 2:limit 7360 W");
	site_answer(&site, 0, true);
	site_answer(&site, 1, true);
	site_cp(&site, 1, CP_STATE_A1);
	expect(&site, "0:pwm 16.0, 2:limit 11040 W");
}

/* Somebody charges there, although nobody has told what session that is. */
static void a_vehicle_in_c2_has_its_share_without_a_session_that_was_heard(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 2, 3, AT(6, 12, 0));
	site_set(&site, CHARGING_WHOLE_STATION, station_max(CHARGING_A, "0:32"));
	charge_and_answer(&site, 0);
	site_cp(&site, 1, CP_STATE_B2);
	expect(&site, "");
	site_cp(&site, 1, CP_STATE_C2);
	expect(&site, "0:pwm 16.0");
}

static void a_composite_schedule_counts_its_own_evse_among_the_sharers(void **state)
{
	struct charging_site site;
	struct composite_schedule schedule;

	(void)state;
	site_begin(&site, 2, 3, AT(6, 12, 0));
	site_set(&site, CHARGING_WHOLE_STATION, station_max(CHARGING_A, "0:32"));
	charge_and_answer(&site, 0);
	for (size_t evse = 0; evse < 2; evse++) {
		assert_int_equal(
			charging_station_composite(&site.station, evse, false, CHARGING_W, 60, site.now, &schedule),
			COMPOSITE_ACCEPTED);
		assert_int_equal(schedule.unit, CHARGING_A); /* the first supported one */
		assert_int_equal(schedule.periods[0].limit, evse == 0 ? 32000 : 16000);
	}
	assert_int_equal(charging_station_composite(&site.station, CHARGING_WHOLE_STATION, false, CHARGING_W, 60,
						    site.now, &schedule),
			 COMPOSITE_ACCEPTED);
	assert_int_equal(schedule.periods[0].limit, 32000);
	assert_int_equal(charging_station_composite(&site.station, 2, false, CHARGING_W, 60, site.now, &schedule),
			 COMPOSITE_UNKNOWN_EVSE);
}

/* --- the clocks --- */

static void tick(struct charging_site *site)
{
	const struct charging_station_input input = {.kind = CHARGING_STATION_TICK};

	charging_station_input(&site->station, &input, site->now, &site->effects);
}

static void a_wall_clock_that_jumps_moves_absolute_schedules_at_once(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 1, 3, AT(6, 12, 0));
	site_set(&site, 0,
		 starting(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_ABSOLUTE, CHARGING_A, "0:10"), AT(6, 13, 0)));
	charge_and_answer(&site, 0);
	assert_int_equal(charging_station_next(&site.station).wall_s, AT(6, 13, 0));
	site.now.wall_us = AT(6, 14, 0) * 1000000;
	tick(&site);
	expect(&site, "0:pwm 10.0");
	site.now.wall_us = AT(6, 11, 0) * 1000000;
	tick(&site);
	expect(&site, "0:pwm 32.0");
	assert_int_equal(charging_station_next(&site.station).wall_s, AT(6, 13, 0));
}

static void and_leaves_relative_ones_and_repeats_alone(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 1, 3, AT(6, 12, 0));
	site_set(&site, 0, profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_RELATIVE, CHARGING_A, "0:10 600:8"));
	site_charge(&site, 0);
	site.now.wall_us = AT(20, 0, 0) * 1000000;
	tick(&site);
	expect(&site, "");
	assert_int_equal(charging_station_next(&site.station).wall_s, AT(20, 0, 10));
	assert_int_equal(charging_station_next(&site.station).monotonic_us, site.now.monotonic_us + 2000000);
	site.now.wall_us = -AT(6, 0, 0) * 1000000 - 1;
	tick(&site);
	expect(&site, "");
	assert_int_equal(charging_station_next(&site.station).wall_s, -AT(6, 0, 0) - 1 + 600);
}

static void an_idle_station_wants_no_call(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 2, 3, AT(6, 12, 0));
	site_set(&site, CHARGING_WHOLE_STATION, daily(station_max(CHARGING_A, "0:10 3600:8"), AT(6, 0, 0)));
	assert_int_equal(charging_station_next(&site.station).wall_s, COMPOSITE_NEVER);
	assert_true(charging_station_next(&site.station).monotonic_us == CHARGING_STATION_NEVER_US);
	charge_and_answer(&site, 0);
	assert_int_equal(charging_station_next(&site.station).wall_s, AT(7, 0, 0));
	site_cp(&site, 0, CP_STATE_A1);
	assert_int_equal(charging_station_next(&site.station).wall_s, COMPOSITE_NEVER);
}

static void what_names_no_evse_of_the_station_is_ignored(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 1, 3, AT(6, 12, 0));
	site_charge(&site, 1);
	expect(&site, "");
	site_transaction(&site, 1, CHARGING_TRANSACTION_STARTED, "T1");
	site_charge(&site, CHARGING_WHOLE_STATION);
	expect(&site, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tx_profile_needs_a_transaction_that_was_heard_of),
		cmocka_unit_test(relative_counts_from_the_start_of_the_transaction),
		cmocka_unit_test(without_a_transaction_it_counts_from_the_start_of_the_session),
		cmocka_unit_test(the_end_of_a_transaction_ends_its_profiles),
		cmocka_unit_test(another_transaction_ends_the_one_before),
		cmocka_unit_test(an_unplugged_vehicle_takes_its_transaction_and_profiles_along),
		cmocka_unit_test(clearing_acts_at_once_and_says_whether_anything_matched),
		cmocka_unit_test(the_cap_is_shared_equally_by_those_that_charge),
		cmocka_unit_test(a_vehicle_in_c2_has_its_share_without_a_session_that_was_heard),
		cmocka_unit_test(a_composite_schedule_counts_its_own_evse_among_the_sharers),
		cmocka_unit_test(a_wall_clock_that_jumps_moves_absolute_schedules_at_once),
		cmocka_unit_test(and_leaves_relative_ones_and_repeats_alone),
		cmocka_unit_test(an_idle_station_wants_no_call),
		cmocka_unit_test(what_names_no_evse_of_the_station_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

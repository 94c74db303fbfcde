/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A night of charging, minute by minute. One EVSE of three phases, 230 V and 32 A; a cap of the station (M, 11 040 W),
 * a night tariff (D0, 22:00 to 06:00: 20 A, from 02:00 on 13 A), an hour of 8 A above it (D1), and a TxProfile (T, 6900 W,
 * after 40 minutes 3450 W, 80 minutes in all) that comes 30 minutes after the start of its transaction at 22:50.
 */
#include "tools/smart-charging/tests/charging_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define E 0 /* the EVSE */

/* Up to T, which is installed at 23:20; nothing of it is asserted here. */
static void begin_night(struct charging_site *site, unsigned phases)
{
	site_begin(site, 1, phases, AT(6, 22, 0));
	assert_int_equal(site_set(site, CHARGING_WHOLE_STATION, example_m()), CHARGING_ACCEPTED);
	assert_int_equal(site_set(site, E, example_d0()), CHARGING_ACCEPTED);
	assert_int_equal(site_set(site, E, example_d1()), CHARGING_ACCEPTED);
	site_pass_to(site, AT(6, 22, 50));
	site_transaction(site, E, CHARGING_TRANSACTION_STARTED, "T1");
}

/* What is asked of the pilot at this minute; every minute before it is silent. */
static void expect_pwm(struct charging_site *site, int64_t wall_s, const char *effects)
{
	while (site->now.wall_us + 60 * INT64_C(1000000) < wall_s * 1000000) {
		site_pass_to(site, site->now.wall_us / 1000000 + 60);
		assert_string_equal(site_effects(site), "");
	}
	site_pass_to(site, wall_s);
	assert_string_equal(site_effects(site), effects);
	if (effects[0] != '\0')
		site_answer(site, E, true);
}

static void the_pilot_follows_the_profiles_minute_by_minute(void **state)
{
	struct charging_site site;

	(void)state;
	begin_night(&site, 3);
	site_charge(&site, E);
	assert_string_equal(site_effects(&site), "0:pwm 16.0");
	site_answer(&site, E, true);
	expect_pwm(&site, AT(6, 23, 0), "0:pwm 8.0");
	expect_pwm(&site, AT(6, 23, 20), "");
	assert_int_equal(site_set(&site, E, example_t()), CHARGING_ACCEPTED);
	assert_string_equal(site_effects(&site), "0:pwm 10.0");
	site_answer(&site, E, true);
	expect_pwm(&site, AT(6, 23, 30), "0:pwm 0.0");
	site_cp(&site, E, CP_STATE_C1);
	site_cp(&site, E, CP_STATE_B1);
	expect_pwm(&site, AT(7, 0, 0), "");
	expect_pwm(&site, AT(7, 0, 10), "0:pwm 16.0");
	site_cp(&site, E, CP_STATE_B2);
	site_cp(&site, E, CP_STATE_C2);
	assert_string_equal(site_effects(&site), "");
	expect_pwm(&site, AT(7, 2, 0), "0:pwm 13.0");
	expect_pwm(&site, AT(7, 3, 0), "");
	site_limit(&site, E, 10, 10, 10);
	assert_string_equal(site_effects(&site), "0:pwm 10.0");
	site_answer(&site, E, true);
	expect_pwm(&site, AT(7, 4, 0), "");
	site_limit(&site, E, 32, 32, 32);
	assert_string_equal(site_effects(&site), "0:pwm 13.0");
	site_answer(&site, E, true);
	expect_pwm(&site, AT(7, 6, 0), "0:pwm 16.0");
	expect_pwm(&site, AT(7, 12, 0), "");
}

static void a_15118_session_is_told_what_the_profiles_say(void **state)
{
	struct charging_site site;

	(void)state;
	begin_night(&site, 3);
	site_hlc(&site, E, true);
	assert_string_equal(site_effects(&site), "0:limit 11040 W");
	site_pass_to(&site, AT(6, 23, 0));
	assert_string_equal(site_effects(&site), "0:limit 8 A");
	site_pass_to(&site, AT(6, 23, 20));
	assert_int_equal(site_set(&site, E, example_t()), CHARGING_ACCEPTED);
	assert_string_equal(site_effects(&site), "0:limit 6900 W");
	site_pass_to(&site, AT(6, 23, 30));
	assert_string_equal(site_effects(&site), "0:limit 3450 W");
}

/* M gives 48 A on one phase: the hardware holds. */
static void on_a_single_phase_the_hardware_holds(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 1, 1, AT(6, 12, 0));
	assert_int_equal(site_set(&site, CHARGING_WHOLE_STATION, example_m()), CHARGING_ACCEPTED);
	site_charge(&site, E);
	assert_string_equal(site_effects(&site), "0:pwm 32.0");
}

static void expect_composite(struct charging_site *site, enum charging_unit unit, const uint32_t expected[3][2])
{
	struct composite_schedule schedule;

	assert_int_equal(charging_station_composite(&site->station, E, true, unit, 3600, site->now, &schedule),
			 COMPOSITE_ACCEPTED);
	assert_int_equal(schedule.start_s, AT(6, 23, 20));
	assert_int_equal(schedule.duration_s, 3600);
	assert_int_equal(schedule.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(schedule.periods[i].start_s, expected[i][0]);
		assert_int_equal(schedule.periods[i].limit, expected[i][1]);
		assert_int_equal(schedule.periods[i].phases, 3);
	}
}

static void the_composite_schedule_tells_the_scheduled_limit(void **state)
{
	static const uint32_t watts[3][2] = {{0, 6900000}, {600, 3450000}, {3000, 11040000}};
	static const uint32_t amperes[3][2] = {{0, 10000}, {600, 5000}, {3000, 16000}};
	struct charging_site site;

	(void)state;
	begin_night(&site, 3);
	site_charge(&site, E);
	site_pass_to(&site, AT(6, 23, 20));
	assert_int_equal(site_set(&site, E, example_t()), CHARGING_ACCEPTED);
	expect_composite(&site, CHARGING_W, watts);
	expect_composite(&site, CHARGING_A, amperes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pilot_follows_the_profiles_minute_by_minute),
		cmocka_unit_test(a_15118_session_is_told_what_the_profiles_say),
		cmocka_unit_test(on_a_single_phase_the_hardware_holds),
		cmocka_unit_test(the_composite_schedule_tells_the_scheduled_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

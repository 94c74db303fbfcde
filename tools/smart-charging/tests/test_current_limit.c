/* SPDX-License-Identifier: Apache-2.0 */
/* When the pilot is asked for which current: one EVSE. */
#include "tools/smart-charging/tests/one_evse.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* --- the table --- */

static void only_basic_charging_with_a_vehicle_at_its_pilot_is_asked_for(void **state)
{
	const bool in_list[CP_STATE_COUNT] = {[CP_STATE_B2] = true,
					      [CP_STATE_C1] = true,
					      [CP_STATE_C2] = true,
					      [CP_STATE_D1] = true,
					      [CP_STATE_D2] = true};

	(void)state;
	for (int slac = CURRENT_LIMIT_SLAC_NONE; slac <= CURRENT_LIMIT_SLAC_BASIC_CHARGING; slac++) {
		for (int cp = 0; cp < CP_STATE_COUNT; cp++) {
			const bool is_basic = slac == CURRENT_LIMIT_SLAC_BASIC_CHARGING;
			struct charging_site site;

			begin_one_evse(&site);
			site_slac(&site, E, (enum current_limit_slac)slac);
			expect(&site, slac == CURRENT_LIMIT_SLAC_MATCHED ? "0:limit 32 A" : "");
			pass_ms(&site, 7000);
			site_cp(&site, E, (enum cp_state)cp);
			expect(&site, is_basic && in_list[cp] ? "0:pwm 32.0" : "");
		}
	}
}

static void hlc_charging_is_a_15118_session_whatever_matching_says(void **state)
{
	(void)state;
	for (int slac = CURRENT_LIMIT_SLAC_NONE; slac <= CURRENT_LIMIT_SLAC_BASIC_CHARGING; slac++) {
		struct charging_site site;

		begin_one_evse(&site);
		if (slac == CURRENT_LIMIT_SLAC_MATCHED || slac == CURRENT_LIMIT_SLAC_UNMATCHED)
			continue; /* one already, or none any more */
		site_slac(&site, E, (enum current_limit_slac)slac);
		site_hlc(&site, E, true);
		expect(&site, "0:limit 32 A");
		pass_ms(&site, 7000);
		site_cp(&site, E, CP_STATE_C2);
		expect(&site, "");
	}
}

static void after_a_start_nothing_is_sent_before_a_session_is_heard(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	for (int cp = 0; cp < CP_STATE_COUNT; cp++) {
		site_cp(&site, E, (enum cp_state)cp);
		expect(&site, "");
	}
	site_cp(&site, E, CP_STATE_C2);
	cap_evse(&site, "0:8");
	expect(&site, "");
	tell_reachable(&site);
	expect(&site, "");
	site_limit(&site, E, 10, 10, 10);
	expect(&site, "");
	expect_no_deadline(&site);
}

static void slacd_that_starts_again_knows_of_no_session_either(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_NONE);
	site_limit(&site, E, 10, 10, 10);
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, "");
	site_charge(&site, E);
	expect(&site, "0:pwm 10.0");
}

/* --- the wait --- */

static void the_first_request_waits_for_pwm_after_basic_charging(void **state)
{
	const enum cp_state ends[] = {CP_STATE_B2, CP_STATE_C2, CP_STATE_D2};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct charging_site site;

		begin_one_evse(&site);
		site_cp(&site, E, CP_STATE_C2);
		site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
		expect(&site, "");
		site_cp(&site, E, CP_STATE_F);
		expect(&site, "");
		site_cp(&site, E, CP_STATE_C1);
		expect(&site, "");
		site_cp(&site, E, ends[i]);
		expect(&site, "0:pwm 32.0");
	}
}

static void or_for_its_time(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_cp(&site, E, CP_STATE_C2);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	pass_ms(&site, 6499);
	expect(&site, "");
	assert_int_equal(pass_to_next_ms(&site), 1);
	expect(&site, "0:pwm 32.0");
}

static void a_second_basic_charging_waits_again(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	cap_evse(&site, "0:10");
	expect(&site, "");
	site_cp(&site, E, CP_STATE_C2);
	expect(&site, "0:pwm 10.0");
}

/* Where the station tells the duty cycle: 5 % is of slacd, or of the ISO 15118 service. */
static void five_percent_is_no_pilot_of_basic_charging(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	cp_with_duty(&site, CP_STATE_B2, 500);
	expect(&site, "");
	pass_ms(&site, 6500);
	expect(&site, "");
	cp_with_duty(&site, CP_STATE_B2, 5333);
	expect(&site, "0:pwm 32.0");
	site_answer(&site, E, true);
	cp_with_duty(&site, CP_STATE_B2, 500);
	cap_evse(&site, "0:10");
	expect(&site, "");
}

/* A station may leave the duty cycle out: 5 % is not over for that, and no current follows it straight away. */
static void five_percent_is_not_over_because_the_duty_is_not_told_any_more(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	site_hlc(&site, E, true);
	cp_with_duty(&site, CP_STATE_C2, 500);
	pass_ms(&site, 7000);
	site_hlc(&site, E, false);
	expect(&site, "");
	site_cp(&site, E, CP_STATE_C2);
	expect(&site, "0:pwm 0.0");
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, "");
	assert_int_equal(pass_to_next_ms(&site), 2000);
	expect(&site, "0:no answer, 0:pwm 0.0");
	site_answer(&site, E, true);
	expect(&site, "");
	assert_int_equal(pass_to_next_ms(&site), 3000);
	expect(&site, "0:pwm 32.0");
}

static void nor_does_it_end_the_wait(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	cp_with_duty(&site, CP_STATE_B2, 500);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, "");
	site_cp(&site, E, CP_STATE_F);
	site_cp(&site, E, CP_STATE_B1);
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, "0:pwm 32.0");
}

static void x1_after_five_percent_lasts_3_s(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	cp_with_duty(&site, CP_STATE_C2, 500);
	pass_ms(&site, 7000);
	site_cp(&site, E, CP_STATE_C1);
	expect(&site, "");
	assert_int_equal(pass_to_next_ms(&site), 3000);
	expect(&site, "0:pwm 32.0");
}

/* --- the current --- */

static void a_current_is_asked_for_once(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	expect(&site, "0:pwm 32.0");
	site_answer(&site, E, true);
	expect_no_deadline(&site);
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, "");
	site_limit(&site, E, 32, 32, 32);
	expect(&site, "");
	cap_evse(&site, "0:40");
	expect(&site, "");
	cap_evse(&site, "0:10");
	expect(&site, "0:pwm 10.0");
	cap_evse(&site, "0:12");
	expect(&site, "0:pwm 12.0");
}

static void it_is_rounded_down_and_0_below_6_and_80_at_most(void **state)
{
	static const char *const cases[][2] = {
		{"0:10.099", "0:pwm 10.0"}, {"0:6", "0:pwm 6.0"},   {"0:5.999", "0:pwm 0.0"}, {"0:0", "0:pwm 0.0"},
		{"0:79.95", "0:pwm 79.9"},  {"0:80", "0:pwm 80.0"}, {"0:99", "0:pwm 80.0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct charging_site site;

		begin_one_evse(&site);
		site_limit(&site, E, 100, 100, 100);
		cap_evse(&site, cases[i][0]);
		site_charge(&site, E);
		expect(&site, cases[i][1]);
	}
}

static void the_hardware_limit_is_that_of_the_least_connected_phase(void **state)
{
	static const struct {
		uint32_t l1, l2, l3;
		const char *effects;
	} cases[] = {{32, 20, 25, "0:pwm 20.0"},
		     {16, 0, 0, "0:pwm 16.0"},
		     {0, 0, 20, "0:pwm 20.0"},
		     {0, 0, 0, "0:pwm 0.0"},
		     {90, 90, 90, "0:pwm 80.0"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct current_limit_config config;
		const struct charging_station_evse evse = {.voltage_mv = 230000};
		struct charging_site site = {.now = {.monotonic_us = 1000000}};

		current_limit_defaults(&config);
		charging_station_init(&site.station, &config, &evse, 1);
		site_charge(&site, E);
		expect(&site, ""); /* no limit is no permission, and nothing is asked for that is not known */
		site_limit(&site, E, cases[i].l1, cases[i].l2, cases[i].l3);
		expect(&site, cases[i].effects);
	}
}

/* As slacd has it: otherwise it would lower what is asked for here. */
static void a_phase_that_was_connected_and_falls_to_0_gives_0(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	site_limit(&site, E, 32, 0, 32);
	expect(&site, "0:pwm 0.0");
}

static void at_a_single_phase_outlet_the_others_mean_nothing(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 1, 1, AT(6, 12, 0));
	site_charge(&site, E);
	expect(&site, "0:pwm 32.0");
	site_limit(&site, E, 20, 6, 6);
	expect(&site, "0:pwm 20.0");
}

static void what_is_not_ready_or_leaks_gives_0_at_once(void **state)
{
	const struct current_limit_hardware good = {
		.is_ready = true, .phase_ma = {16000, 16000, 16000}, .voltage_mv = 230000};
	struct current_limit_hardware bad = good;
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	bad.is_ready = false;
	tell_hardware(&site, bad);
	expect(&site, "0:pwm 0.0");
	tell_hardware(&site, good);
	expect(&site, "0:pwm 16.0");
	bad.is_ready = bad.rcd_error = true;
	tell_hardware(&site, bad);
	expect(&site, "0:pwm 0.0");
}

static void the_cable_limits_as_the_hardware_does(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	site_input(&site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_CABLE, .cable_ma = 20000});
	expect(&site, "0:pwm 20.0");
	site_input(&site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_CABLE});
	expect(&site, "0:pwm 32.0");
}

/* --- the end of a session --- */

static void an_unplugged_or_unmatched_vehicle_gets_nothing_more(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	site_cp(&site, E, CP_STATE_A2);
	expect(&site, "");
	expect_no_deadline(&site);
	site_cp(&site, E, CP_STATE_C2);
	expect(&site, "");
	site_charge(&site, E);
	expect(&site, "0:pwm 32.0");
	site_slac(&site, E, CURRENT_LIMIT_SLAC_UNMATCHED);
	expect(&site, "");
	cap_evse(&site, "0:10");
	expect(&site, "");
	site_hlc(&site, E, true);
	expect(&site, "0:limit 10 A");
	site_slac(&site, E, CURRENT_LIMIT_SLAC_UNMATCHED);
	cap_evse(&site, "0:8");
	expect(&site, "");
}

static void a_late_car_that_is_matched_ends_basic_charging(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHING);
	cap_evse(&site, "0:10");
	expect(&site, "");
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHED);
	expect(&site, "0:limit 10 A");
	site_cp(&site, E, CP_STATE_C2);
	expect(&site, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_basic_charging_with_a_vehicle_at_its_pilot_is_asked_for),
		cmocka_unit_test(hlc_charging_is_a_15118_session_whatever_matching_says),
		cmocka_unit_test(after_a_start_nothing_is_sent_before_a_session_is_heard),
		cmocka_unit_test(slacd_that_starts_again_knows_of_no_session_either),
		cmocka_unit_test(the_first_request_waits_for_pwm_after_basic_charging),
		cmocka_unit_test(or_for_its_time),
		cmocka_unit_test(a_second_basic_charging_waits_again),
		cmocka_unit_test(five_percent_is_no_pilot_of_basic_charging),
		cmocka_unit_test(five_percent_is_not_over_because_the_duty_is_not_told_any_more),
		cmocka_unit_test(nor_does_it_end_the_wait),
		cmocka_unit_test(x1_after_five_percent_lasts_3_s),
		cmocka_unit_test(a_current_is_asked_for_once),
		cmocka_unit_test(it_is_rounded_down_and_0_below_6_and_80_at_most),
		cmocka_unit_test(the_hardware_limit_is_that_of_the_least_connected_phase),
		cmocka_unit_test(a_phase_that_was_connected_and_falls_to_0_gives_0),
		cmocka_unit_test(at_a_single_phase_outlet_the_others_mean_nothing),
		cmocka_unit_test(what_is_not_ready_or_leaks_gives_0_at_once),
		cmocka_unit_test(the_cable_limits_as_the_hardware_does),
		cmocka_unit_test(an_unplugged_or_unmatched_vehicle_gets_nothing_more),
		cmocka_unit_test(a_late_car_that_is_matched_ends_basic_charging),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

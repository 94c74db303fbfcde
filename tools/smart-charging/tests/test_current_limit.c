/* SPDX-License-Identifier: Apache-2.0 */
/* When the pilot is asked for which current, and when a 15118 session is told of a limit: one EVSE. */
#include "tools/smart-charging/tests/charging_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define E 0 /* the EVSE */

#define expect(site, text) assert_string_equal(site_effects(site), text)

static void begin(struct charging_site *site)
{
	site_begin(site, 1, 3, AT(6, 12, 0));
}

static void pass_ms(struct charging_site *site, uint64_t ms)
{
	const struct charging_station_input tick = {.kind = CHARGING_STATION_TICK};

	site->now.monotonic_us += ms * 1000;
	site->now.wall_us += (int64_t)ms * 1000;
	charging_station_input(&site->station, &tick, site->now, &site->effects);
}

/* Passes to when the service wants to be called, and says how long that was. */
static uint64_t pass_to_next_ms(struct charging_site *site)
{
	const struct charging_station_next next = charging_station_next(&site->station);
	const uint64_t us = next.monotonic_us - site->now.monotonic_us;

	assert_true(next.monotonic_us != CHARGING_STATION_NEVER_US);
	pass_ms(site, us / 1000);
	return us / 1000;
}

static void expect_no_deadline(const struct charging_site *site)
{
	assert_true(charging_station_next(&site->station).monotonic_us == CHARGING_STATION_NEVER_US);
}

static void cp_with_duty(struct charging_site *site, enum cp_state state, uint32_t duty)
{
	site_input(site, E,
		   &(struct current_limit_input){
			   .kind = CURRENT_LIMIT_CP_STATUS, .state = state, .has_duty = true, .duty = duty});
}

static void cap(struct charging_site *site, const char *periods)
{
	const struct charging_profile profile =
		starting(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_ABSOLUTE, CHARGING_A, periods), AT(6, 0, 0));

	assert_int_equal(site_set(site, E, profile), CHARGING_ACCEPTED);
}

static void not_sent(struct charging_site *site, bool connected)
{
	site_input(site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_NOT_SENT, .active = connected});
}

static void reachable(struct charging_site *site)
{
	const struct charging_station_input input = {.kind = CHARGING_STATION_REACHABLE};

	charging_station_input(&site->station, &input, site->now, &site->effects);
}

static void hardware(struct charging_site *site, struct current_limit_hardware hardware)
{
	site_input(site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_HARDWARE, .hardware = hardware});
}

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

			begin(&site);
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

		begin(&site);
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
	begin(&site);
	for (int cp = 0; cp < CP_STATE_COUNT; cp++) {
		site_cp(&site, E, (enum cp_state)cp);
		expect(&site, "");
	}
	site_cp(&site, E, CP_STATE_C2);
	cap(&site, "0:8");
	expect(&site, "");
	reachable(&site);
	expect(&site, "");
	site_limit(&site, E, 10, 10, 10);
	expect(&site, "");
	expect_no_deadline(&site);
}

static void slacd_that_starts_again_knows_of_no_session_either(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
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

		begin(&site);
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
	begin(&site);
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
	begin(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	cap(&site, "0:10");
	expect(&site, "");
	site_cp(&site, E, CP_STATE_C2);
	expect(&site, "0:pwm 10.0");
}

/* Where the station tells the duty cycle: 5 % is of slacd, or of the ISO 15118 service. */
static void five_percent_is_no_pilot_of_basic_charging(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	cp_with_duty(&site, CP_STATE_B2, 500);
	expect(&site, "");
	pass_ms(&site, 6500);
	expect(&site, "");
	cp_with_duty(&site, CP_STATE_B2, 5333);
	expect(&site, "0:pwm 32.0");
	site_answer(&site, E, true);
	cp_with_duty(&site, CP_STATE_B2, 500);
	cap(&site, "0:10");
	expect(&site, "");
}

/* A station may leave the duty cycle out: 5 % is not over for that, and no current follows it straight away. */
static void five_percent_is_not_over_because_the_duty_is_not_told_any_more(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
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
	begin(&site);
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
	begin(&site);
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
	begin(&site);
	site_charge(&site, E);
	expect(&site, "0:pwm 32.0");
	site_answer(&site, E, true);
	expect_no_deadline(&site);
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, "");
	site_limit(&site, E, 32, 32, 32);
	expect(&site, "");
	cap(&site, "0:40");
	expect(&site, "");
	cap(&site, "0:10");
	expect(&site, "0:pwm 10.0");
	cap(&site, "0:12");
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

		begin(&site);
		site_limit(&site, E, 100, 100, 100);
		cap(&site, cases[i][0]);
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
	begin(&site);
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
	begin(&site);
	site_charge(&site, E);
	bad.is_ready = false;
	hardware(&site, bad);
	expect(&site, "0:pwm 0.0");
	hardware(&site, good);
	expect(&site, "0:pwm 16.0");
	bad.is_ready = bad.rcd_error = true;
	hardware(&site, bad);
	expect(&site, "0:pwm 0.0");
}

static void the_cable_limits_as_the_hardware_does(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_input(&site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_CABLE, .cable_ma = 20000});
	expect(&site, "0:pwm 20.0");
	site_input(&site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_CABLE});
	expect(&site, "0:pwm 32.0");
}

/* --- 0, and on from there --- */

static void begin_paused(struct charging_site *site)
{
	begin(site);
	cap(site, "0:5");
	site_charge(site, E);
	expect(site, "0:pwm 0.0");
}

static void b1_after_our_0_is_a_state_to_raise_in(void **state)
{
	struct charging_site site;

	(void)state;
	begin_paused(&site);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_C1);
	site_cp(&site, E, CP_STATE_B1);
	expect(&site, "");
	expect_no_deadline(&site);
	cap(&site, "0:4");
	expect(&site, "");
	cap(&site, "0:10");
	expect(&site, "0:pwm 10.0");
	assert_int_equal(pass_to_next_ms(&site), 2000);
	expect(&site, "0:no answer, 0:pwm 10.0");
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, ""); /* it is in force */
	site_cp(&site, E, CP_STATE_C2);
	cap(&site, "0:12");
	expect(&site, "0:pwm 12.0");
}

static void b1_after_the_raise_was_accepted_is_none_any_more(void **state)
{
	struct charging_site site;

	(void)state;
	begin_paused(&site);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_B1);
	cap(&site, "0:10");
	site_answer(&site, E, true);
	cap(&site, "0:12");
	expect(&site, "");
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, "0:pwm 12.0");
}

/* The 0 was carried out after the raise: it is asked for again, in B1 as before. */
static void a_0_that_overtakes_the_raise_is_ended_once_more(void **state)
{
	struct charging_site site;
	struct current_limit_input answer = {.kind = CURRENT_LIMIT_ANSWER, .active = true};

	(void)state;
	begin_paused(&site);
	answer.number = site.effects.items[0].output.number;
	site_cp(&site, E, CP_STATE_B1);
	cap(&site, "0:10");
	site_answer(&site, E, true);
	expect_no_deadline(&site);
	site_input(&site, E, &answer);
	expect(&site, "0:pwm 10.0");
}

static void a_raise_that_was_accepted_is_not_trusted_after_another_pilot(void **state)
{
	struct charging_site site;

	(void)state;
	begin_paused(&site);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_B1);
	cap(&site, "0:10");
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_E);
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, "0:pwm 10.0");
}

static void b1_is_no_state_to_ask_in_without_a_0_of_ours(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_B1);
	cap(&site, "0:10");
	expect(&site, "");
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, "0:pwm 10.0");
}

static void a_0_whose_answer_was_lost_ends_nothing_for_good(void **state)
{
	struct charging_site site;

	(void)state;
	begin_paused(&site);
	site_cp(&site, E, CP_STATE_B1);
	expect_no_deadline(&site);
	cap(&site, "0:10");
	expect(&site, "0:pwm 10.0");
}

static void a_current_without_an_answer_is_asked_for_in_b1_as_well(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_cp(&site, E, CP_STATE_B1); /* somebody has switched the PWM off */
	expect(&site, "");
	pass_to_next_ms(&site);
	expect(&site, "0:no answer, 0:pwm 32.0");
	site_answer(&site, E, true);
	cap(&site, "0:10");
	expect(&site, "");
	expect_no_deadline(&site);
}

static void five_percent_that_another_asks_for_ends_basic_charging(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_input(&site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_HLC_REQUEST});
	expect(&site, "");
	expect_no_deadline(&site);
	site_cp(&site, E, CP_STATE_C2);
	expect(&site, "");
	site_charge(&site, E);
	expect(&site, "0:pwm 32.0");
	site_hlc(&site, E, true);
	site_input(&site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_HLC_REQUEST});
	cap(&site, "0:10");
	expect(&site, "0:limit 10 A");
}

static void a_raise_on_its_way_when_the_vehicle_goes_to_b1_is_asked_for_there(void **state)
{
	struct charging_site site;

	(void)state;
	begin_paused(&site);
	cap(&site, "0:10");
	expect(&site, "0:pwm 10.0");
	site_cp(&site, E, CP_STATE_B1);
	pass_to_next_ms(&site);
	expect(&site, "0:no answer, 0:pwm 10.0");
}

/* slacd has lowered to X1 before the fallen limit was heard here. */
static void a_0_of_slacd_is_ended_as_one_of_ours(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_B1);
	site_limit(&site, E, 0, 0, 0);
	expect(&site, "");
	site_limit(&site, E, 16, 16, 16);
	expect(&site, "0:pwm 16.0");
}

/* slacd, too, leaves the current to the service as long as the vehicle stays. */
static void a_0_is_ended_after_another_basic_charging_of_the_same_vehicle(void **state)
{
	struct charging_site site;

	(void)state;
	begin_paused(&site);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_B1);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHING);
	cap(&site, "0:10");
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	site_cp(&site, E, CP_STATE_F);
	site_cp(&site, E, CP_STATE_B1);
	expect(&site, "");
	pass_ms(&site, 6500);
	expect(&site, "0:pwm 10.0");
}

static void a_0_of_the_session_before_means_nothing(void **state)
{
	struct charging_site site;

	(void)state;
	begin_paused(&site);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_A1);
	site_cp(&site, E, CP_STATE_B1);
	cap(&site, "0:10");
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	pass_ms(&site, 7000);
	expect(&site, "");
}

static void a_pilot_that_was_lost_is_asked_for_again(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_E);
	expect(&site, "");
	site_cp(&site, E, CP_STATE_C1);
	expect(&site, "0:pwm 32.0");
}

/* --- answers --- */

static void what_may_lower_is_repeated_every_2_s(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	cap(&site, "0:10"); /* below the 32 A that slacd may be offering */
	site_charge(&site, E);
	for (size_t i = 0; i < 50; i++) {
		assert_int_equal(pass_to_next_ms(&site), 2000);
		expect(&site, "0:no answer, 0:pwm 10.0");
	}
	site_answer(&site, E, true);
	expect_no_deadline(&site);
}

static void what_raises_is_repeated_with_back_off_and_a_new_number(void **state)
{
	const uint64_t waits_ms[] = {2000, 4000, 8000, 16000, 30000, 30000};
	struct charging_site site;
	uint32_t number = 0;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(pass_to_next_ms(&site), waits_ms[i]);
		expect(&site, "0:no answer, 0:pwm 32.0");
		assert_true(site.effects.items[1].output.number > number);
		assert_int_equal(site.effects.items[1].output.sendings, i + 2);
		number = site.effects.items[1].output.number;
	}
}

static void a_refusal_is_said_and_repeated(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_answer(&site, E, false);
	expect(&site, "0:refused");
	assert_int_equal(pass_to_next_ms(&site), 2000);
	expect(&site, "0:pwm 32.0");
	site_answer(&site, E, true);
	expect(&site, "");
	expect_no_deadline(&site);
}

static void an_answer_to_an_older_request_confirms_nothing(void **state)
{
	struct charging_site site;
	struct current_limit_input answer = {.kind = CURRENT_LIMIT_ANSWER, .active = true};

	(void)state;
	begin(&site);
	site_charge(&site, E);
	answer.number = site.effects.items[0].output.number;
	cap(&site, "0:10");
	site_input(&site, E, &answer);
	expect(&site, "");
	assert_int_equal(pass_to_next_ms(&site), 2000);
	expect(&site, "0:no answer, 0:pwm 10.0");
}

static void an_older_request_that_was_carried_out_last_makes_the_present_one_go_out_again(void **state)
{
	struct charging_site site;
	struct current_limit_input answer = {.kind = CURRENT_LIMIT_ANSWER, .active = true};

	(void)state;
	begin(&site);
	site_charge(&site, E);
	answer.number = site.effects.items[0].output.number;
	cap(&site, "0:10");
	site_answer(&site, E, true);
	site_input(&site, E, &answer);
	expect(&site, "0:pwm 10.0");
}

static void a_pilot_that_shows_more_than_was_asked_for_is_asked_again(void **state)
{
	struct charging_site site;

	(void)state;
	begin_paused(&site);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_C2);
	expect(&site, "0:pwm 0.0");
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_C2); /* again, but not without end */
	expect(&site, "");
	assert_int_equal(pass_to_next_ms(&site), 2000);
	expect(&site, "0:pwm 0.0");
	site_answer(&site, E, true);
	cap(&site, "0:10");
	site_answer(&site, E, true);
	cp_with_duty(&site, CP_STATE_C2, 1683); /* 10.1 A */
	expect(&site, "");
	cp_with_duty(&site, CP_STATE_C2, 2666); /* 16 A */
	expect(&site, "0:pwm 10.0");
}

static void one_evse_without_an_answer_keeps_no_other_waiting(void **state)
{
	struct charging_site site;

	(void)state;
	site_begin(&site, 2, 3, AT(6, 12, 0));
	site_charge(&site, 0);
	site_charge(&site, 1);
	expect(&site, "1:pwm 32.0");
	site_answer(&site, 1, true);
	site_limit(&site, 1, 16, 16, 16);
	expect(&site, "1:pwm 16.0");
}

static void what_was_not_handed_over_goes_out_when_it_can(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	not_sent(&site, true);
	expect(&site, "");
	assert_int_equal(pass_to_next_ms(&site), 100);
	expect(&site, "0:pwm 32.0");
	not_sent(&site, false);
	expect_no_deadline(&site);
	reachable(&site);
	/* The pilot is not known any more. */
	expect(&site, "0:pwm 0.0");
}

static void what_is_confirmed_is_not_asked_for_again_when_the_broker_is_back(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	reachable(&site);
	expect(&site, "");
}

/* There may be another vehicle at 5 % by now, which was not heard. */
static void another_current_goes_by_x1_after_a_connection_that_was_lost(void **state)
{
	struct charging_site site;

	(void)state;
	for (int raised = 0; raised <= 1; raised++) {
		begin(&site);
		cap(&site, "0:10");
		site_charge(&site, E);
		site_answer(&site, E, true);
		reachable(&site);
		cap(&site, raised ? "0:16" : "0:8");
		expect(&site, "0:pwm 0.0");
		assert_int_equal(pass_to_next_ms(&site), 2000); /* for ever, as each X1 */
		site_answer(&site, E, true);
		expect(&site, "");
		site_cp(&site, E, CP_STATE_C1);
		expect(&site, "");
		assert_int_equal(pass_to_next_ms(&site), 3000);
		expect(&site, raised ? "0:pwm 16.0" : "0:pwm 8.0");
	}
}

static void slacd_takes_a_pilot_of_its_own_back_from_that_x1(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	reachable(&site);
	cap(&site, "0:10");
	expect(&site, "0:pwm 0.0");
	site_cp(&site, E, CP_STATE_C1);
	expect(&site, "");
	site_input(&site, E, &(struct current_limit_input){.kind = CURRENT_LIMIT_HLC_REQUEST});
	expect(&site, "");
	expect_no_deadline(&site);
}

static void a_pilot_that_is_told_again_is_asked_as_before_the_connection_was_lost(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	reachable(&site);
	cp_with_duty(&site, CP_STATE_C2, 5333);
	cap(&site, "0:10");
	expect(&site, "0:pwm 10.0");
	site_answer(&site, E, true);
	reachable(&site);
	cp_with_duty(&site, CP_STATE_C2, 500);
	cap(&site, "0:8");
	expect(&site, "");
}

/* --- the end of a session --- */

static void an_unplugged_or_unmatched_vehicle_gets_nothing_more(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
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
	cap(&site, "0:10");
	expect(&site, "");
	site_hlc(&site, E, true);
	expect(&site, "0:limit 10 A");
	site_slac(&site, E, CURRENT_LIMIT_SLAC_UNMATCHED);
	cap(&site, "0:8");
	expect(&site, "");
}

static void a_late_car_that_is_matched_ends_basic_charging(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_charge(&site, E);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHING);
	cap(&site, "0:10");
	expect(&site, "");
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHED);
	expect(&site, "0:limit 10 A");
	site_cp(&site, E, CP_STATE_C2);
	expect(&site, "");
}

/* --- 15118 --- */

static void a_15118_session_is_told_of_every_change_and_no_6_a(void **state)
{
	struct charging_site site;

	(void)state;
	begin(&site);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHED);
	expect(&site, "0:limit 32 A");
	cap(&site, "0:5.5");
	expect(&site, "0:limit 5.5 A");
	cap(&site, "0:5.5");
	expect(&site, "");
	site_limit(&site, E, 4, 4, 4);
	expect(&site, "0:limit 4 A");
	reachable(&site);
	expect(&site, "0:limit 4 A");
	hardware(&site, (struct current_limit_hardware){.phase_ma = {16000, 16000, 16000}});
	expect(&site, "0:limit 0 A");
	expect_no_deadline(&site);
}

static void a_15118_session_is_told_nothing_before_the_hardware_is_known(void **state)
{
	struct current_limit_config config;
	const struct charging_station_evse evse = {.voltage_mv = 230000};
	struct charging_site site = {.now = {.monotonic_us = 1000000}};

	(void)state;
	current_limit_defaults(&config);
	charging_station_init(&site.station, &config, &evse, 1);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHED);
	expect(&site, "");
	site_limit(&site, E, 16, 16, 16);
	expect(&site, "0:limit 16 A");
}

static void begin_dc(struct charging_site *site, uint64_t max_power_mw)
{
	const struct charging_station_evse evse = {.is_dc = true};
	struct current_limit_config config;

	current_limit_defaults(&config);
	*site = (struct charging_site){.now = {.monotonic_us = 1000000, .wall_us = AT(6, 12, 0) * 1000000}};
	charging_station_init(&site->station, &config, &evse, 1);
	hardware(site, (struct current_limit_hardware){.is_ready = true,
						       .is_dc = true,
						       .phase_ma = {200000, 0, 0},
						       .max_power_mw = max_power_mw,
						       .voltage_mv = 1000000});
}

static void a_dc_session_is_told_the_power(void **state)
{
	struct charging_site site;
	const struct charging_profile watts =
		starting(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_ABSOLUTE, CHARGING_W, "0:50000"), AT(6, 0, 0));
	const struct charging_profile amperes =
		starting(profile_of(2, CHARGING_STATION_MAX, 0, CHARGING_ABSOLUTE, CHARGING_A, "0:80"), AT(6, 0, 0));

	(void)state;
	begin_dc(&site, 150000000);
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHED);
	expect(&site, "0:limit 150000 W");
	site_set(&site, E, watts);
	expect(&site, "0:limit 50000 W");
	site_set(&site, CHARGING_WHOLE_STATION, amperes);
	/* 50 kW are 50 A at 1000 V. At less they are more, maybe more than 80 A. */
	expect(&site, "0:limit 50 A");
}

static void a_dc_session_whose_power_is_not_told_is_told_the_current(void **state)
{
	const struct charging_profile watts =
		starting(profile_of(1, CHARGING_TX_DEFAULT, 0, CHARGING_ABSOLUTE, CHARGING_W, "0:50000"), AT(6, 0, 0));
	struct charging_site site;

	(void)state;
	begin_dc(&site, 0);
	hardware(&site, (struct current_limit_hardware){.is_ready = true, .is_dc = true, .phase_ma = {200000, 0, 0}});
	site_slac(&site, E, CURRENT_LIMIT_SLAC_MATCHED);
	expect(&site, "0:limit 200 A");
	site_set(&site, E, watts);
	expect(&site, "0:limit 50000 W");
	hardware(&site, (struct current_limit_hardware){.is_dc = true, .phase_ma = {200000, 0, 0}});
	expect(&site, "0:limit 0 W");
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
		cmocka_unit_test(b1_after_our_0_is_a_state_to_raise_in),
		cmocka_unit_test(b1_after_the_raise_was_accepted_is_none_any_more),
		cmocka_unit_test(a_0_that_overtakes_the_raise_is_ended_once_more),
		cmocka_unit_test(a_raise_that_was_accepted_is_not_trusted_after_another_pilot),
		cmocka_unit_test(b1_is_no_state_to_ask_in_without_a_0_of_ours),
		cmocka_unit_test(a_0_whose_answer_was_lost_ends_nothing_for_good),
		cmocka_unit_test(a_current_without_an_answer_is_asked_for_in_b1_as_well),
		cmocka_unit_test(five_percent_that_another_asks_for_ends_basic_charging),
		cmocka_unit_test(a_raise_on_its_way_when_the_vehicle_goes_to_b1_is_asked_for_there),
		cmocka_unit_test(a_0_of_slacd_is_ended_as_one_of_ours),
		cmocka_unit_test(a_0_is_ended_after_another_basic_charging_of_the_same_vehicle),
		cmocka_unit_test(a_0_of_the_session_before_means_nothing),
		cmocka_unit_test(a_pilot_that_was_lost_is_asked_for_again),
		cmocka_unit_test(what_may_lower_is_repeated_every_2_s),
		cmocka_unit_test(what_raises_is_repeated_with_back_off_and_a_new_number),
		cmocka_unit_test(a_refusal_is_said_and_repeated),
		cmocka_unit_test(an_answer_to_an_older_request_confirms_nothing),
		cmocka_unit_test(an_older_request_that_was_carried_out_last_makes_the_present_one_go_out_again),
		cmocka_unit_test(a_pilot_that_shows_more_than_was_asked_for_is_asked_again),
		cmocka_unit_test(one_evse_without_an_answer_keeps_no_other_waiting),
		cmocka_unit_test(what_was_not_handed_over_goes_out_when_it_can),
		cmocka_unit_test(what_is_confirmed_is_not_asked_for_again_when_the_broker_is_back),
		cmocka_unit_test(another_current_goes_by_x1_after_a_connection_that_was_lost),
		cmocka_unit_test(slacd_takes_a_pilot_of_its_own_back_from_that_x1),
		cmocka_unit_test(a_pilot_that_is_told_again_is_asked_as_before_the_connection_was_lost),
		cmocka_unit_test(an_unplugged_or_unmatched_vehicle_gets_nothing_more),
		cmocka_unit_test(a_late_car_that_is_matched_ends_basic_charging),
		cmocka_unit_test(a_15118_session_is_told_of_every_change_and_no_6_a),
		cmocka_unit_test(a_15118_session_is_told_nothing_before_the_hardware_is_known),
		cmocka_unit_test(a_dc_session_is_told_the_power),
		cmocka_unit_test(a_dc_session_whose_power_is_not_told_is_told_the_current),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* 0 A, and how the current goes on from there: the vehicle may be in B1 by then. */
#include "tools/smart-charging/tests/one_evse.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

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
	cap_evse(&site, "0:4");
	expect(&site, "");
	cap_evse(&site, "0:10");
	expect(&site, "0:pwm 10.0");
	assert_int_equal(pass_to_next_ms(&site), 2000);
	expect(&site, "0:no answer, 0:pwm 10.0");
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, ""); /* it is in force */
	site_cp(&site, E, CP_STATE_C2);
	cap_evse(&site, "0:12");
	expect(&site, "0:pwm 12.0");
}

static void b1_after_the_raise_was_accepted_is_none_any_more(void **state)
{
	struct charging_site site;

	(void)state;
	begin_paused(&site);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_B1);
	cap_evse(&site, "0:10");
	site_answer(&site, E, true);
	cap_evse(&site, "0:12");
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
	cap_evse(&site, "0:10");
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
	cap_evse(&site, "0:10");
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_E);
	site_cp(&site, E, CP_STATE_B2);
	expect(&site, "0:pwm 10.0");
}

static void b1_is_no_state_to_ask_in_without_a_0_of_ours(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_B1);
	cap_evse(&site, "0:10");
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
	cap_evse(&site, "0:10");
	expect(&site, "0:pwm 10.0");
}

static void a_current_without_an_answer_is_asked_for_in_b1_as_well(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	site_cp(&site, E, CP_STATE_B1); /* somebody has switched the PWM off */
	expect(&site, "");
	pass_to_next_ms(&site);
	expect(&site, "0:no answer, 0:pwm 32.0");
	site_answer(&site, E, true);
	cap_evse(&site, "0:10");
	expect(&site, "");
	expect_no_deadline(&site);
}

static void five_percent_that_another_asks_for_ends_basic_charging(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
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
	cap_evse(&site, "0:10");
	expect(&site, "0:limit 10 A");
}

static void a_raise_on_its_way_when_the_vehicle_goes_to_b1_is_asked_for_there(void **state)
{
	struct charging_site site;

	(void)state;
	begin_paused(&site);
	cap_evse(&site, "0:10");
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
	begin_one_evse(&site);
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
	cap_evse(&site, "0:10");
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
	cap_evse(&site, "0:10");
	site_slac(&site, E, CURRENT_LIMIT_SLAC_BASIC_CHARGING);
	pass_ms(&site, 7000);
	expect(&site, "");
}

static void a_pilot_that_was_lost_is_asked_for_again(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	site_cp(&site, E, CP_STATE_E);
	expect(&site, "");
	site_cp(&site, E, CP_STATE_C1);
	expect(&site, "0:pwm 32.0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a request for a current: repeats, refusals, late answers, a connection that was lost. */
#include "tools/smart-charging/tests/one_evse.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void what_may_lower_is_repeated_every_2_s(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	cap_evse(&site, "0:10"); /* below the 32 A that slacd may be offering */
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
	begin_one_evse(&site);
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
	begin_one_evse(&site);
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
	begin_one_evse(&site);
	site_charge(&site, E);
	answer.number = site.effects.items[0].output.number;
	cap_evse(&site, "0:10");
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
	begin_one_evse(&site);
	site_charge(&site, E);
	answer.number = site.effects.items[0].output.number;
	cap_evse(&site, "0:10");
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
	cap_evse(&site, "0:10");
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
	begin_one_evse(&site);
	site_charge(&site, E);
	tell_not_sent(&site, true);
	expect(&site, "");
	assert_int_equal(pass_to_next_ms(&site), 100);
	expect(&site, "0:pwm 32.0");
	tell_not_sent(&site, false);
	expect_no_deadline(&site);
	tell_reachable(&site);
	/* The pilot is not known any more. */
	expect(&site, "0:pwm 0.0");
}

static void what_is_confirmed_is_not_asked_for_again_when_the_broker_is_back(void **state)
{
	struct charging_site site;

	(void)state;
	begin_one_evse(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	tell_reachable(&site);
	expect(&site, "");
}

/* There may be another vehicle at 5 % by now, which was not heard. */
static void another_current_goes_by_x1_after_a_connection_that_was_lost(void **state)
{
	struct charging_site site;

	(void)state;
	for (int raised = 0; raised <= 1; raised++) {
		begin_one_evse(&site);
		cap_evse(&site, "0:10");
		site_charge(&site, E);
		site_answer(&site, E, true);
		tell_reachable(&site);
		cap_evse(&site, raised ? "0:16" : "0:8");
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
	begin_one_evse(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	tell_reachable(&site);
	cap_evse(&site, "0:10");
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
	begin_one_evse(&site);
	site_charge(&site, E);
	site_answer(&site, E, true);
	tell_reachable(&site);
	cp_with_duty(&site, CP_STATE_C2, 5333);
	cap_evse(&site, "0:10");
	expect(&site, "0:pwm 10.0");
	site_answer(&site, E, true);
	tell_reachable(&site);
	cp_with_duty(&site, CP_STATE_C2, 500);
	cap_evse(&site, "0:8");
	expect(&site, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

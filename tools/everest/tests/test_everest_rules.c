/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule of EVerest's slac interface: kept, and broken. */
#include "tools/everest/everest_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000)
#define MAC    "\"00:B0:52:00:00:01\""
#define FAULT  "{\"type\":\"CommunicationFault\",\"sub_type\":\"modem\",\"message\":\"silent\"}"

static struct rules rules;
static uint64_t now_us;

static void hear(const char *name, const char *payload)
{
	if (!rules_hear(&rules, name, payload, false, now_us))
		fail_msg("%s %s: %s", name, payload, rules.why);
}

static void breaks(const char *name, const char *payload, const char *why)
{
	const struct rules before = rules;

	assert_false(rules_hear(&rules, name, payload, false, now_us));
	assert_non_null(strstr(rules.why, why));
	rules = before;
}

static void wait_for(uint64_t us, bool is_kept)
{
	now_us += us;
	assert_true(rules_tick(&rules, now_us) == is_kept);
}

static void match(void)
{
	rules_say(&rules, RULES_ENTER, now_us);
	hear("state", "\"MATCHING\"");
	hear("ev_mac_address", MAC);
	hear("state", "\"MATCHED\"");
	hear("dlink_ready", "true");
}

static int begin(void **state)
{
	(void)state;
	memset(&rules, 0, sizeof(rules));
	now_us = 100 * SECOND;
	rules_begin(&rules, 5 * SECOND, now_us);
	hear("communication_check", "true");
	hear("dlink_ready", "false");
	hear("state", "\"UNMATCHED\"");
	return 0;
}

static void a_whole_match_keeps_them(void **state)
{
	(void)state;
	match();
	wait_for(2 * SECOND, true);
	rules_say(&rules, RULES_LEAVE, now_us);
	hear("dlink_ready", "false");
	hear("state", "\"UNMATCHED\"");
	wait_for(2 * SECOND, true);
	match();
	hear("request_error_routine", "null");
	assert_int_equal(rules.routines, 1);
}

static void the_order_of_state_and_dlink_ready(void **state)
{
	(void)state;
	breaks("dlink_ready", "true", "before state MATCHED");
	breaks("state", "\"MATCHING\"", "not in B, C or D");
	rules_say(&rules, RULES_ENTER, now_us);
	hear("state", "\"MATCHING\"");
	breaks("dlink_ready", "true", "before state MATCHED");
	breaks("state", "\"MATCHED\"", "without the car's MAC");
	hear("ev_mac_address", MAC);
	hear("state", "\"MATCHED\"");
	breaks("state", "\"MATCHING\"", "left without UNMATCHED");
	hear("dlink_ready", "true");
	breaks("state", "\"UNMATCHED\"", "while dlink_ready is true");
	hear("dlink_ready", "false");
	hear("state", "\"UNMATCHED\"");
}

static void the_mac_once_a_match_and_in_capitals(void **state)
{
	(void)state;
	breaks("ev_mac_address", "\"00:b0:52:00:00:01\"", "is not ^");
	breaks("ev_mac_address", "\"00B052000001\"", "is not ^");
	breaks("ev_mac_address", "null", "is not ^");
	match();
	breaks("ev_mac_address", MAC, "more than once");
}

static void payloads_are_strict(void **state)
{
	static const char *const names[] = {"state",       "dlink_ready",         "ev_mac_address",       "raise_error",
					    "clear_error", "communication_check", "request_error_routine"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		breaks(names[i], "", "");
		breaks(names[i], "0", "");
		breaks(names[i], "{'a':1", "");
		breaks(names[i], "{}", "");
	}
	breaks("state", "\"matched\"", "none of UNMATCHED");
	breaks("slac_service_status", "{}", "nobody in EVerest subscribes");
	assert_false(rules_hear(&rules, "state", "\"UNMATCHED\"", true, now_us));
	assert_non_null(strstr(rules.why, "retained"));
}

static void errors_are_raised_once_and_cleared_as_they_were_raised(void **state)
{
	(void)state;
	hear("clear_error", FAULT); /* an earlier slacd may have raised it */
	hear("raise_error", FAULT);
	breaks("raise_error", FAULT, "is active");
	hear("clear_error", "{\"type\":\"CommunicationFault\"}");
	hear("clear_error", "{\"type\":\"VendorError\",\"sub_type\":\"modem\"}");
	assert_int_equal(rules.error_count, 1); /* neither names it */
	hear("clear_error", "{\"type\":\"CommunicationFault\",\"sub_type\":\"modem\"}");
	breaks("raise_error", "{\"type\":\"Fault\"}", "no error");
	breaks("raise_error", "{\"type\":\"VendorError\",\"sub_type\":1}", "no error");
	breaks("raise_error", "{\"type\":\"VendorError\",\"more\":\"x\"}", "no error");
}

static void checks_come_in_time_and_end_when_that_is_wanted(void **state)
{
	(void)state;
	wait_for(4 * SECOND, true);
	hear("communication_check", "true");
	wait_for(4 * SECOND, true);
	breaks("communication_check", "false", "nobody wants the end");
	wait_for(SECOND, false);
	rules.may_end = true;
	hear("communication_check", "false");
	wait_for(100 * SECOND, true);
}

static void what_must_follow_follows_at_once(void **state)
{
	(void)state;
	rules_say(&rules, RULES_ENTER, now_us);
	wait_for(SECOND, false);
	assert_non_null(strstr(rules.why, "MATCHING after enter_bcd"));
	hear("state", "\"MATCHING\"");
	wait_for(0, true);
	rules_say(&rules, RULES_RESET, now_us);
	wait_for(SECOND, false);
	assert_non_null(strstr(rules.why, "no UNMATCHED"));
	hear("state", "\"UNMATCHED\"");
	wait_for(0, true);
	hear("ev_mac_address", MAC);
	hear("state", "\"MATCHED\"");
	wait_for(SECOND, false);
	assert_non_null(strstr(rules.why, "dlink_ready true"));
}

static void after_a_start_all_is_said_again(void **state)
{
	(void)state;
	match();
	hear("raise_error", FAULT);
	rules_restart(&rules, now_us);
	wait_for(SECOND, false);
	assert_non_null(strstr(rules.why, "the state is not"));
	hear("state", "\"MATCHED\"");
	wait_for(0, false);
	assert_non_null(strstr(rules.why, "dlink_ready is not"));
	hear("dlink_ready", "true");
	wait_for(0, false);
	assert_non_null(strstr(rules.why, "an active error is not"));
	hear("raise_error", FAULT);
	wait_for(0, true);
	breaks("ev_mac_address", MAC, "more than once");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_whole_match_keeps_them, begin),
		cmocka_unit_test_setup(the_order_of_state_and_dlink_ready, begin),
		cmocka_unit_test_setup(the_mac_once_a_match_and_in_capitals, begin),
		cmocka_unit_test_setup(payloads_are_strict, begin),
		cmocka_unit_test_setup(errors_are_raised_once_and_cleared_as_they_were_raised, begin),
		cmocka_unit_test_setup(checks_come_in_time_and_end_when_that_is_wanted, begin),
		cmocka_unit_test_setup(what_must_follow_follows_at_once, begin),
		cmocka_unit_test_setup(after_a_start_all_is_said_again, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

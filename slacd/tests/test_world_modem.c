/* SPDX-License-Identifier: Apache-2.0 */
/* A modem that is silent, slow, refuses, restarts, loses its key or its link; and what the outlet makes of it. */
#include "slacd/tests/world/story.h"
#include "slacd/tests/world/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define SET_KEY  "> CM_SET_KEY.REQ"
#define SILENT   "log      WARN Outlet cannot serve: no answer within 1000 ms"
#define SERVABLE "log      INFO Modem has confirmed its key"

static void every_car_gets_a_new_key_that_the_modem_confirmed_before(void **state)
{
	(void)state;
	play("boot\n" MATCHED "cs unplug\ncar plc0 unplug\nrun 500\n" MATCHED "cs unplug\nrun 500");
	assert_in_order(0, (const char *[]){"> CM_SET_KEY.REQ*<nid1>*<nmk1>", "< CM_SET_KEY.CNF", "> CM_SLAC_PARM.CNF",
					    "> CM_SLAC_MATCH.CNF*<nid1>*<nmk1>", "> CM_SET_KEY.REQ*<nid2>*<nmk2>",
					    "< CM_SET_KEY.CNF", "> CM_SLAC_MATCH.CNF*<nid2>*<nmk2>", NULL});
	assert_none(0, "log *<nmk");
	assert_none(0, "josev*<nmk");
}

static void car_is_not_answered_while_the_modem_takes_its_key(void **state)
{
	(void)state;
	play("boot / --modem-delay-ms 700\n" MATCHED "cs unplug\ncar plc0 unplug\nrun 20");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\nrun 5000");
	assert_in_order(from, (const char *[]){"< CM_SLAC_PARM.REQ", "< CM_SET_KEY.CNF", "> CM_SLAC_PARM.CNF", NULL});
	assert_count(from, "> CM_SLAC_PARM.CNF", 1);
	assert_statuses(from, E1, "matching matched");
}

static void contact_that_bounces_makes_no_key_and_its_car_is_answered_at_once(void **state)
{
	(void)state;
	play("boot\n");
	size_t from = mark();
	play("cs plug\nrun 300\ncs unplug\nrun 50\ncs plug\nrun 50\ncs unplug\nrun 50\ncs plug\nrun 50\ncs unplug\nrun 20");
	size_t last = mark();
	play("cs plug\nrun 5\ncar plc0 plug\nawait \"matched\"");
	assert_none(from, SET_KEY);
	assert_count(last, "< CM_SLAC_PARM.REQ", 1);
	from = mark();
	play("cs unplug\ncar plc0 unplug\nrun 50\ncs plug\nrun 5\ncs unplug\nrun 5\ncs plug\nrun 5\n"
	     "car plc0 plug\nawait \"matched\"");
	assert_count(from, SET_KEY, 1);
	assert_count(from, "< CM_SLAC_PARM.REQ", 1);
}

static void matched_is_said_when_the_link_is_up(void **state)
{
	(void)state;
	play("boot / --join-ms 3000\n" MATCHED);
	size_t given = line_of(0, "> CM_SLAC_MATCH.CNF");
	size_t up = line_of(given, "modem: hears the EV's modem");
	assert_in_order(up, (const char *[]){"slacd *\"matched\"", NULL});
	assert_none(given, "slacd *\"unmatched\"");
}

static void link_that_does_not_come_fails_after_12_s_with_a_fresh_key(void **state)
{
	(void)state;
	play("boot / --modem-fault no-link");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\nrun 20000");
	assert_statuses(from, E1, "matching failed:no_power_line_link");
	size_t failed = line_of(from, "\"failed\"");
	assert_later_ms(failed, line_of(from, "> CM_SLAC_MATCH.CNF"), 12000);
	assert_later_ms(line_of(failed, SET_KEY), failed, 0);
	play("car plc0 fault none\ncar plc0 plug\nrun 5000");
	assert_statuses(from, E1, "matching failed:no_power_line_link matching matched");
}

static void lost_link_ends_the_session_once_and_wakes_the_car_where_configured(void **state)
{
	(void)state;
	play("boot\n" MATCHED);
	size_t from = mark();
	play("car plc0 fault link-lost\nrun 15000");
	assert_statuses(from, E1, "unmatched:power_line_link_lost");
	assert_pilots(from, E1, "");
	assert_later_ms(line_of(from, SET_KEY), line_of(from, "\"unmatched\""), 0);
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("set slac.link_loss retry\nboot\n" MATCHED);
	from = mark();
	play("car plc0 fault link-lost\nrun 15000");
	assert_statuses(from, E1, "unmatched:power_line_link_lost");
	assert_pilots(from, E1, "x1 f hlc");
	assert_later_ms(line_of(from, "\"fault_state\":true"), line_of(from, "\"current\":0.0"), 3000);
	assert_later_ms(line_of(from, "\"hlc\":true"), line_of(from, "\"fault_state\":true"), 5000);
}

/* The modem answers both its questions each time, and nobody hears it before the next time. */
static void link_that_stays_up_wakes_nobody(void **state)
{
	(void)state;
	play("boot\n" MATCHED "run 3000");
	size_t from = mark();
	const unsigned given = wire_given("evse0");
	play("run 60000");
	assert_count(from, "> VS_PL_LNK_STATUS.REQ", 50);
	assert_count(from, "> CM_NW_STATS.REQ", 50);
	assert_int_equal(wire_given("evse0"), given);
	assert_statuses(from, E1, "");
	play("log DEBUG\nrun 6000");
	assert_in_range(wire_given("evse0"), given + 8, given + 12); /* each has its line when it comes */
	play("log INFO\nrun 3000");
	const unsigned again = wire_given("evse0");
	play("run 6000");
	assert_int_equal(wire_given("evse0"), again);
}

static void link_loss_and_a_silent_modem_are_found_as_soon_as_said(void **state)
{
	static const struct {
		const char *fault;
		double after_ms; /* the first question that nobody answers with "up" */
	} cases[] = {{"link-lost", 600}, {"silent", 3200}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char script[64];
		if (i > 0)
			story_begin(state);
		play("boot\n" MATCHED "run 2900");
		size_t from = mark();
		snprintf(script, sizeof(script), "car plc0 fault %s\nrun 15000", cases[i].fault);
		play(script);
		assert_statuses(from, E1, "unmatched:power_line_link_lost");
		const size_t asked = line_of(from, "> VS_PL_LNK_STATUS.REQ");
		assert_later_ms(line_of(from, "\"unmatched\""), asked, cases[i].after_ms);
		if (i == 0)
			assert_int_equal(story_end(state), 0);
	}
}

/* The kernel keeps a copy of what was waited for and heard. It is no answer to the next question. */
static void answer_that_was_heard_is_not_taken_for_that_to_the_next_question(void **state)
{
	/* NSCM_D_LINK_READY.IND with 0, of the modem. */
	static const char is_down[] = "frame plc0 02457600000102504c00000188e10102a000000016e80000\n";

	(void)state;
	play("boot / --modem-family lumissil\n" MATCHED
	     "run 2000\ncar plc0 fault silent\nrun 1500\ncar plc0 fault none");
	play("run 700\ncar plc0 fault link-lost");
	size_t from = mark();
	play(is_down);
	play("run 15000");
	assert_statuses(from, E1, "unmatched:power_line_link_lost");
	assert_later_ms(line_of(from, "\"unmatched\""), line_of(from, "> NSCM_GET_D_LINK_STATUS.REQ"), 600);
}

static void pause_keeps_the_key_and_resume_gives_the_same_one(void **state)
{
	(void)state;
	play("boot\n" MATCHED "run 500");
	size_t from = mark();
	play("cs data_link pause\ncar plc0 fault no-link\nrun 10000\ncs request link_status\nrun 10");
	assert_statuses(from, E1, "");
	assert_none(from, SET_KEY);
	line_of(from, "slacd *slac_link_status*\"unknown\"");
	play("car plc0 fault none\ncs data_link resume\nrun 5000");
	line_of(from, "> CM_SET_KEY.REQ*<nmk1>");
	assert_statuses(from, E1, "matched");
	play("cs request link_status\nrun 10");
	line_of(from, "slacd *slac_link_status*\"connected\"");
}

static void car_that_wakes_with_b_c_b_finds_its_link_again(void **state)
{
	(void)state;
	play("boot\n" MATCHED "run 500");
	size_t from = mark();
	play("cs data_link pause\nrun 60000");
	assert_pilots(from, E1, "x1");
	play("cs state C1\nrun 300\ncs state B1\nrun 5000");
	assert_pilots(from, E1, "x1 hlc");
	assert_statuses(from, E1, "matched");
	line_of(from, "> CM_SET_KEY.REQ*<nmk1>");
}

static void car_that_wakes_in_another_network_gets_f_and_a_new_matching(void **state)
{
	(void)state;
	play("boot\n" MATCHED "run 500");
	size_t from = mark();
	play("cs data_link pause\ncar plc0 fault no-link\nrun 60000\ncs state C1\nrun 300\ncs state B1\nrun 20000");
	assert_pilots(from, E1, "x1 hlc f hlc");
	assert_statuses(from, E1, "failed:no_power_line_link");
	assert_later_ms(line_of(from, F), line_of(from, HLC), 6000);
	play("car plc0 fault none\ncar plc0 unplug\ncar plc0 plug\nrun 5000");
	assert_statuses(from, E1, "failed:no_power_line_link matching matched");
}

static void terminate_puts_the_car_out_and_it_may_match_again(void **state)
{
	(void)state;
	play("boot\n" MATCHED);
	size_t from = mark();
	play("cs data_link terminate\nrun 1000");
	assert_statuses(from, E1, "unmatched:terminated");
	line_of(from, "> CM_SET_KEY.REQ*<nmk2>");
	play("car plc0 unplug\ncar plc0 plug\nrun 5000");
	assert_statuses(from, E1, "unmatched:terminated matching matched");
}

static void silent_modem_is_said_once_makes_the_service_busy_and_serves_when_it_speaks(void **state)
{
	(void)state;
	play("boot / --modem-fault silent\nrun 60000");
	assert_count(0, SILENT, 1);
	assert_services(0, "starting ready busy");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\nrun 5000");
	assert_none(from, "> CM_SLAC_PARM.CNF");
	play("run 55000");
	assert_statuses(from, E1, "basic_charging:key_not_set");
	play("car plc0 fault none\nrun 60000");
	assert_services(0, "starting ready busy ready");
	from = mark();
	play("cs unplug\ncar plc0 unplug\nrun 1000\n" MATCHED);
	assert_statuses(from, E1, "unmatched:vehicle_left matching matched");
	assert_count(0, SILENT, 1);
}

static void modem_that_died_while_idle_is_missed_at_the_plug_in(void **state)
{
	(void)state;
	play("boot\ncar plc0 fault silent\nrun 10000");
	assert_none(0, SILENT);
	size_t from = mark();
	play("cs plug\nrun 5000");
	assert_later_ms(line_of(from, SILENT), line_of(from, "Vehicle is connected"), 2000);
	assert_count(from, "> CM_GET_KEY.REQ", 2);
}

static void refusing_modem_is_said_once_and_serves_when_it_takes_the_key(void **state)
{
	(void)state;
	play("boot / --modem-fault refuse\nrun 60000");
	assert_count(0, "log      WARN Outlet cannot serve: the modem refuses its key with result 0", 1);
	assert_none(0, "<nmk2>"); /* it is asked to take the same one */
	play("car plc0 fault none\nrun 60000");
	line_of(0, SERVABLE);
	size_t from = mark();
	play(MATCHED);
	assert_statuses(from, E1, "matching matched");
}

static void modem_that_does_not_echo_the_nonce_is_verified_and_serves(void **state)
{
	static const char *const modems[] = {"no-echo", "no-echo,no-get-key", "no-echo,no-network-info",
					     "no-echo --modem-family standard"};
	char boot[128];

	for (size_t i = 0; i < sizeof(modems) / sizeof(modems[0]); i++) {
		snprintf(boot, sizeof(boot), "set slac.profile strict\nboot / --modem-fault %s\n" MATCHED, modems[i]);
		play(boot);
		play("cs unplug\ncar plc0 unplug\nrun 500\n" MATCHED);
		assert_count(0, "log      WARN The modem answers CM_SET_KEY without the nonce", 1);
		assert_none(0, "Outlet cannot serve");
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

static void key_that_nobody_can_verify_is_taken_in_the_field_and_refused_in_strict(void **state)
{
	(void)state;
	play("boot / --modem-family standard --modem-fault no-echo,no-get-key\nrun 5000");
	line_of(0,
		"log      WARN Outlet cannot serve: the modem refuses its key with result 1"); /* not known to be ours */
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("boot / --modem-fault no-echo,no-get-key,no-network-info\n" MATCHED
	     "cs unplug\ncar plc0 unplug\nrun 2000\n" MATCHED);
	assert_count(0, "log      WARN The modem does not tell its key, it is taken as set", 1);
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("set slac.profile strict\nboot / --modem-fault no-echo,no-get-key,no-network-info\nrun 5000");
	assert_count(0, "log      WARN Outlet cannot serve: the modem refuses its key with result 1", 1);
	assert_none(0, SERVABLE);
}

static void modem_without_a_firmware_is_named_and_serves_when_it_has_one(void **state)
{
	(void)state;
	play("boot / --modem-fault boot-loader\nrun 20000");
	assert_count(0, "log      WARN Outlet cannot serve: the modem is in its boot loader, it has no firmware", 1);
	assert_count(0, "log      WARN Outlet cannot serve", 1);
	play("car plc0 fault none\nrun 5000\n" MATCHED);
}

/* It has lost its firmware without a word, and still tells a version. */
static void modem_that_fell_into_its_boot_loader_is_missed_at_the_plug_in(void **state)
{
	(void)state;
	play("boot\ncar plc0 fault boot-loader\nrun 5000");
	size_t from = mark();
	play("cs plug\nrun 5000");
	line_of(from, "log      WARN Outlet cannot serve: the modem is in its boot loader, it has no firmware");
}

static void key_that_was_lost_is_set_again_before_the_car_is_answered(void **state)
{
	(void)state;
	play("boot\ncar plc0 fault lose-key\nrun 100");
	size_t from = mark();
	play("cs plug\nrun 10\ncar plc0 plug\nrun 5000");
	assert_in_order(from, (const char *[]){"> CM_GET_KEY.REQ", "> CM_SET_KEY.REQ*<nmk1>", "< CM_SET_KEY.CNF",
					       "> CM_SLAC_PARM.CNF", NULL});
	assert_count(from, "log      WARN The modem has another key than it was given", 1);
	assert_statuses(from, E1, "matching matched");
}

/* A restart at a step of the match. */
static void restart_at(const char *boot, const char *statuses)
{
	play(boot);
	size_t from = mark();
	play("cs plug\nrun 10\ncar plc0 plug\nrun 15000");
	assert_statuses(from, E1, statuses);
}

static void restart_in_a_match_is_bridged_or_ends_it_by_what_it_costs(void **state)
{
	static const struct {
		const char *boot;
		const char *statuses;
	} cases[] = {
		{"boot / --modem-fault reboot-at:parm:120", "matching matched"},
		{"boot / --modem-fault reboot-at:start:120", "matching matched"},
		{"boot / --modem-fault reboot-at:sound:120", "matching matched"},
		{"boot / --modem-fault reboot-at:match:120", "matching matched"},
		{"boot / --modem-fault reboot-at:matched:400", "matching matched"},
		{"boot / --modem-fault reboot-at:match:120:lose-key:announce", "matching matched"},
		{"boot / --modem-fault reboot-at:parm:120:lose-key:announce",
		 "matching failed:modem_restarted matching matched"},
		{"boot / --modem-fault reboot-at:sound:50:lose-key", "matching failed:no_power_line_link"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		restart_at(cases[i].boot, cases[i].statuses);
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

static void reset_after_each_key_is_over_when_the_modem_answers_again(void **state)
{
	(void)state;
	play("set modem.reset_after_key true\nboot / --modem-reset-ms 300\nrun 5000");
	assert_count(0, "> VS_RS_DEV.REQ", 1);
	assert_count(0, SERVABLE, 1);
	play(MATCHED "cs unplug\ncar plc0 unplug\nrun 10000");
	assert_count(0, "> VS_RS_DEV.REQ", 2);
	assert_count(0, SERVABLE, 2);
}

static void no_random_octets_leave_no_key_and_the_outlet_says_so(void **state)
{
	(void)state;
	play("boot\n" MATCHED "random fail");
	size_t from = mark();
	play("cs unplug\ncar plc0 unplug\nrun 1000\ncs plug\ncar plc0 plug\nrun 3000");
	line_of(from, "log      ERROR Outlet cannot serve: no random octets");
	assert_none(from, SET_KEY);
	assert_none(from, "> CM_SLAC_PARM.CNF");
	play("random work\ncs unplug\ncar plc0 unplug\nrun 3000");
	from = mark();
	play(MATCHED);
	assert_statuses(from, E1, "matching matched");
}

static void profiles_that_are_missing_fail_the_match_or_are_replaced_where_configured(void **state)
{
	(void)state;
	play("boot / --modem-fault no-groups");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\nrun 5000\ncs unplug\nrun 500\ncar plc0 fault no-profiles");
	play("cs plug\ncar plc0 plug\nrun 5000");
	assert_statuses(
		from, E1,
		"matching failed:profiles_without_groups unmatched:vehicle_left matching failed:no_profiles_from_modem");
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("set slac.missing_profile 7\nboot / --modem-fault no-groups\n" MATCHED);
	line_of(0, "log      WARN The modem has measured nothing, slac.missing_profile is reported instead");
	line_of(0, "> CM_ATTEN_CHAR.IND *3a07070707");
}

static void network_information_is_that_of_the_modem_and_none_when_it_is_silent(void **state)
{
	(void)state;
	play("boot\ncs request network_info\nrun 10");
	line_of(0, "slacd *slac_network_info*\"networks\":?{\"network_id\":\"<nid1>\"");
	size_t from = mark();
	play("car plc0 fault silent\ncs request network_info\nrun 1500");
	line_of(from, "slacd *slac_network_info*\"networks\":??}");
	assert_count(from, "log      WARN The modem does not tell its network", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(every_car_gets_a_new_key_that_the_modem_confirmed_before),
		STORY(car_is_not_answered_while_the_modem_takes_its_key),
		STORY(contact_that_bounces_makes_no_key_and_its_car_is_answered_at_once),
		STORY(matched_is_said_when_the_link_is_up),
		STORY(link_that_does_not_come_fails_after_12_s_with_a_fresh_key),
		STORY(lost_link_ends_the_session_once_and_wakes_the_car_where_configured),
		STORY(link_that_stays_up_wakes_nobody),
		STORY(link_loss_and_a_silent_modem_are_found_as_soon_as_said),
		STORY(answer_that_was_heard_is_not_taken_for_that_to_the_next_question),
		STORY(pause_keeps_the_key_and_resume_gives_the_same_one),
		STORY(car_that_wakes_with_b_c_b_finds_its_link_again),
		STORY(car_that_wakes_in_another_network_gets_f_and_a_new_matching),
		STORY(terminate_puts_the_car_out_and_it_may_match_again),
		STORY(silent_modem_is_said_once_makes_the_service_busy_and_serves_when_it_speaks),
		STORY(modem_that_died_while_idle_is_missed_at_the_plug_in),
		STORY(refusing_modem_is_said_once_and_serves_when_it_takes_the_key),
		STORY(modem_that_does_not_echo_the_nonce_is_verified_and_serves),
		STORY(key_that_nobody_can_verify_is_taken_in_the_field_and_refused_in_strict),
		STORY(modem_without_a_firmware_is_named_and_serves_when_it_has_one),
		STORY(modem_that_fell_into_its_boot_loader_is_missed_at_the_plug_in),
		STORY(key_that_was_lost_is_set_again_before_the_car_is_answered),
		STORY(restart_in_a_match_is_bridged_or_ends_it_by_what_it_costs),
		STORY(reset_after_each_key_is_over_when_the_modem_answers_again),
		STORY(no_random_octets_leave_no_key_and_the_outlet_says_so),
		STORY(profiles_that_are_missing_fail_the_match_or_are_replaced_where_configured),
		STORY(network_information_is_that_of_the_modem_and_none_when_it_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

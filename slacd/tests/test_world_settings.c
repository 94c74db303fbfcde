/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration is read again while slacd runs. */
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CHANGED "log      INFO Setting has changed. setting="
#define RESTART "log      WARN Setting has changed and needs a restart. setting="
#define WRONG   "log      ERROR Configuration is wrong, everything stays as it was: "

static void timers_hold_for_the_next_vehicle_where_none_is_there(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("set slac.tt_evse_slac_init_ms 30000\nset pilot.step_f_ms 6000\nslacd reload");
	line_of(from, CHANGED "slac.tt_evse_slac_init_ms");
	line_of(from, CHANGED "pilot.step_f_ms");
	assert_none(from, RESTART);
	play("run 1000");
	assert_none(from, "slacd "); /* nothing is asked of anybody */
	play("cs plug\nrun 50000");
	assert_later_ms(line_of(from, F), line_of(from, B2), 30000);
	assert_later_ms(line_of(from, X1), line_of(from, B2), 36000);
}

static void a_vehicle_that_is_there_keeps_the_settings_it_came_with(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("cs plug\nrun 10000\nset slac.tt_evse_slac_init_ms 30000\nset pilot.step_f_ms 6000\nslacd reload\nrun 40000");
	assert_later_ms(line_of(from, F), line_of(from, B2), 20000);
	assert_later_ms(line_of(from, X1), line_of(from, B2), 25000);
	play("cs unplug\nrun 5000");
	from = mark();
	play("cs plug\nrun 50000");
	assert_later_ms(line_of(from, F), line_of(from, B2), 30000);
	assert_later_ms(line_of(from, X1), line_of(from, B2), 36000);
}

static void a_matched_car_does_not_notice_and_the_next_one_matches(void **state)
{
	(void)state;
	play("boot\n" MATCHED);
	size_t from = mark();
	play("set slac.profile strict\nset slac.parallel_runs 7\nslacd reload\nrun 30000");
	line_of(from, CHANGED "slac.profile");
	line_of(from, CHANGED "slac.any_ids"); /* the profile's other defaults come with it */
	line_of(from, RESTART "modem.unverified_key");
	assert_statuses(from, E1, "");
	play("cs unplug\ncar plc0 unplug\nrun 5000");
	from = mark();
	play(MATCHED);
	assert_statuses(from, E1, "matching matched");
}

/* What strict does where a link is lost at 5 % and slac.link_loss says wait. */
static void what_a_profile_chooses_beside_the_settings_comes_with_it(void **state)
{
	(void)state;
	play("set slac.link_loss wait\nboot\nset slac.profile strict\nslacd reload\n" MATCHED);
	size_t from = mark();
	play("car plc0 fault link-lost\nrun 15000");
	assert_pilots(from, E1, "x1 f hlc");
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("set slac.link_loss wait\nset slac.profile strict\nboot\nset slac.profile field\nslacd reload\n" MATCHED);
	from = mark();
	play("car plc0 fault link-lost\nrun 15000");
	assert_pilots(from, E1, "");
}

static void an_outlet_with_its_own_settings_takes_them_but_no_other_interface(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("set outlets {\"DE*TST*E1\":{\"interface\":\"other0\",\"nominal_current_a\":10}}\nslacd reload");
	line_of(from, RESTART "outlets.DE*TST*E1.interface");
	line_of(from, CHANGED "outlets.DE*TST*E1.nominal_current_a");
	play("cs plug\nrun 40000");
	assert_pilots(from, E1, "f x1 x2:10.0");
}

static void what_needs_a_restart_is_named_and_stays_as_it_was(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("set mqtt.port 1884\nset mqtt.topic_from_station x/y\nset modem.response_ms 500\n"
	     "set pilot.hlc_at_start false\nslacd reload");
	line_of(from, RESTART "mqtt.port");
	line_of(from, RESTART "mqtt.topic_from_station");
	line_of(from, RESTART "modem.response_ms");
	line_of(from, RESTART "pilot.hlc_at_start");
	line_of(from, "log      INFO Configuration was read again. changes=4");
	assert_none(from, CHANGED);
	from = mark();
	play(MATCHED);
	assert_statuses(from, E1, "matching matched");
	/* It is still said: it still differs from what is in use. */
	play("slacd reload");
	line_of(from, RESTART "mqtt.port");
}

static void a_wrong_configuration_changes_nothing(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("set slac.tt_evse_slac_init_ms 30000\nset pilot.step_f_ms 1\nslacd reload");
	line_of(from, WRONG "*pilot.step_f_ms*");
	assert_none(from, CHANGED);
	play("cs plug\nrun 40000");
	assert_later_ms(line_of(from, F), line_of(from, B2), 20000);
}

static void a_configuration_that_is_the_same_changes_nothing(void **state)
{
	(void)state;
	play("set mqtt.topics_to_station [\"josev/cs\",\"other/topic\"]\nset mqtt.client_id x\nboot");
	size_t from = mark();
	play("slacd reload\nrun 1000");
	line_of(from, "log      INFO Configuration was read again. changes=0");
	assert_none(from, CHANGED);
	assert_none(from, RESTART);
}

static void a_log_level_is_in_force_at_once(void **state)
{
	(void)state;
	play("boot\nset service.log_level DEBUG\nslacd reload");
	size_t from = mark();
	play("cs plug\nrun 10");
	line_of(from, "log      DEBUG Pilot state.*");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(timers_hold_for_the_next_vehicle_where_none_is_there),
		STORY(a_vehicle_that_is_there_keeps_the_settings_it_came_with),
		STORY(a_matched_car_does_not_notice_and_the_next_one_matches),
		STORY(what_a_profile_chooses_beside_the_settings_comes_with_it),
		STORY(an_outlet_with_its_own_settings_takes_them_but_no_other_interface),
		STORY(what_needs_a_restart_is_named_and_stays_as_it_was),
		STORY(a_wrong_configuration_changes_nothing),
		STORY(a_configuration_that_is_the_same_changes_nothing),
		STORY(a_log_level_is_in_force_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Another service, smart charging for one, asks the station for the current of basic charging. */
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ASKED       "slacd *cp_pwm*"
#define LIMIT       "station *cs_status_and_limits*"
#define HANDED_OVER "log *Another service answers for the current of basic charging*"
#define CHARGING    "boot\ncs plug\nrun 30000\n" /* basic charging with 32 A */

static void service_that_asks_for_10_a_keeps_them_when_the_limit_rises(void **state)
{
	(void)state;
	play(CHARGING);
	size_t from = mark();
	play("cs other_pwm 10\nrun 1000\ncs limit 40\nrun 60000\ncs limit 63\nrun 60000\ncs state C2\nrun 60000");
	assert_pilots(from, E1, "");
	assert_count(from, HANDED_OVER, 1);
	line_of(from, "station *\"duty_cycle\":16.6");
	assert_none(from, "log      WARN *");
	play("cs other_pwm 40\nrun 60000"); /* more is for the service to ask for */
	assert_pilots(from, E1, "");
}

static void limit_below_what_the_service_asked_for_is_asked_for_at_once(void **state)
{
	(void)state;
	play(CHARGING "cs other_pwm 10\nrun 1000\n");
	size_t from = mark();
	play("cs limit 8\nrun 60000");
	assert_pilots(from, E1, "x2:8.0");
	assert_count(from, ASKED, 1);
	assert_later_ms(line_of(from, ASKED), line_of(from, LIMIT), 0);
	play("cs limit 32\nrun 60000");
	assert_pilots(from, E1, "x2:8.0"); /* the service raises it again, nobody else */
	from = mark();
	play("cs other_pwm 10\nrun 1000\ncs limit 5\nrun 60000");
	assert_pilots(from, E1, "x1");
}

static void service_that_asks_for_more_than_the_limit_is_lowered_to_it(void **state)
{
	(void)state;
	play(CHARGING "cs limit 16\nrun 1000\n");
	size_t from = mark();
	play("cs other_pwm 20\nrun 60000");
	assert_pilots(from, E1, "x2:16.0");
	assert_later_ms(line_of(from, ASKED), line_of(from, "station *cp_pwm*\"current\":20.0"), 0);
	from = mark();
	play("cs other_pwm 16\nrun 60000");
	assert_pilots(from, E1, "");
}

static void handover_ends_with_its_vehicle_and_there_is_none_before_basic_charging(void **state)
{
	(void)state;
	play(CHARGING "cs other_pwm 10\nrun 1000\ncs unplug\nrun 1000\n");
	size_t from = mark();
	play("cs plug\nrun 5000\ncs other_pwm 10\nrun 5000");
	assert_pilots(from, E1, "hlc");
	line_of(from, "log      WARN *");
	play("run 30000");
	assert_pilots(from, E1, "hlc f x1 x2:32.0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(service_that_asks_for_10_a_keeps_them_when_the_limit_rises),
		STORY(limit_below_what_the_service_asked_for_is_asked_for_at_once),
		STORY(service_that_asks_for_more_than_the_limit_is_lowered_to_it),
		STORY(handover_ends_with_its_vehicle_and_there_is_none_before_basic_charging),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

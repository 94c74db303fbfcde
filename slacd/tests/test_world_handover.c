/* SPDX-License-Identifier: Apache-2.0 */
/* Another service, smart charging for one, asks the station for the current of basic charging. */
#include "slacd/tests/world/record.h"
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

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

/* Both hear of the limit at the same time, and the answer to slacd comes behind what the service asks for. */
static void limit_that_both_follow_is_asked_for_once(void **state)
{
	(void)state;
	play("boot --answer-delay-ms 100\ncs plug\nrun 32000\ncs other_pwm 10\nrun 1000\n");
	size_t from = mark();
	play("cs limit 8\nrun 20\ncs other_pwm 8\nrun 60000");
	assert_pilots(from, E1, "x2:8.0");
	assert_count(from, ASKED, 1);
	assert_none(from, "log      WARN *");
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

#define SERVICE_IS(status)                                                                                             \
	"publish josev/cs {\"id\":\"s\",\"name\":\"service_status\",\"type\":\"update\",\"data\":{\"service\":"        \
	"\"smart_charging\",\"software_version\":\"0.1.0\",\"api_version\":\"3.11\",\"status\":\"" status "\"}}\n"
#define SAYS(status) "slacd    josev/cs *slac_service_status*\"status\":\"" status "\""

/* It keeps no state, and a status is said when it changes. */
static void service_that_becomes_ready_is_told_the_last_status_under_its_id(void **state)
{
	(void)state;
	play("boot --evse DE*TST*E1=evse0 --evse DE*TST*E2=none\ncs plug\nrun 30000\n");
	const size_t first = line_of(0, SAYS("basic_charging"));
	size_t from = mark();
	play(SERVICE_IS("starting") SERVICE_IS("busy") "run 5000");
	assert_none(from, SAYS("*"));
	play(SERVICE_IS("ready") "run 5000");
	assert_count(from, SAYS("*"), 1); /* the other outlet has said nothing yet */
	const char *again = strchr(record_text(line_of(from, SAYS("basic_charging"))), '{');
	assert_memory_equal(again, strchr(record_text(first), '{'),
			    strlen(again) - strlen("}}")); /* but for its record */
	assert_pilots(from, E1, "");
	from = mark();
	play("cs unplug\nrun 1000\n" SERVICE_IS("ready") "run 1000");
	assert_count(from, SAYS("unmatched"), 2);
}

static void flood_of_ready_services_is_answered_every_2_s(void **state)
{
	(void)state;
	play("boot\ncs plug\ncar plc0 plug\nrun 5000\n");
	size_t from = mark();
	for (int i = 0; i < 500; i++)
		play(SERVICE_IS("ready") "run 10");
	play("run 10000");
	assert_count(from, SAYS("matched"), 4); /* at once, and 2 s after each other */
}

/* The car speaks late, and is at 5 %: that is no basic charging any more, whatever was said last. */
static void service_is_not_told_of_basic_charging_that_a_late_car_has_ended(void **state)
{
	(void)state;
	play("boot\ncs plug\nrun 30000\ncar plc0 behaviour parm-repeats:12\ncar plc0 plug\nrun 8000\n");
	size_t from = mark();
	assert_pilots(0, E1, "hlc f x1 x2:32.0 x1 hlc");
	play(SERVICE_IS("ready") "run 100");
	assert_none(from, SAYS("*"));
}

/* What slacd said while the broker was away may have come before the service listened again. */
static void known_service_is_told_again_after_a_loss_of_the_broker(void **state)
{
	(void)state;
	play("boot\ncs plug\nrun 30000\nbroker down\nrun 1000\nbroker up\nrun 10000\n");
	assert_count(0, SAYS("basic_charging"), 1);
	play(SERVICE_IS("ready") "run 5000\n");
	size_t from = mark();
	play("broker down\nrun 1000\nbroker up\nrun 10000");
	assert_count(from, SAYS("basic_charging"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(service_that_asks_for_10_a_keeps_them_when_the_limit_rises),
		STORY(limit_below_what_the_service_asked_for_is_asked_for_at_once),
		STORY(limit_that_both_follow_is_asked_for_once),
		STORY(service_that_asks_for_more_than_the_limit_is_lowered_to_it),
		STORY(handover_ends_with_its_vehicle_and_there_is_none_before_basic_charging),
		STORY(service_that_becomes_ready_is_told_the_last_status_under_its_id),
		STORY(flood_of_ready_services_is_answered_every_2_s),
		STORY(service_is_not_told_of_basic_charging_that_a_late_car_has_ended),
		STORY(known_service_is_told_again_after_a_loss_of_the_broker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

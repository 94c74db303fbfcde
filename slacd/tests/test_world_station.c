/* SPDX-License-Identifier: Apache-2.0 */
/* A station that does not answer, answers late, wrongly or not at all, or restarts in the middle. */
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PARAMETERS "slacd    josev/cs *cs_parameters*request"
#define IMPATIENT  "set mqtt.request_timeout_ms 200\nset mqtt.request_backoff_max_ms 400\n"

static void boot_requests_are_repeated_with_new_ids_and_back_off_until_answered(void **state)
{
	(void)state;
	play(IMPATIENT "boot --answer none");
	size_t first = line_of(0, PARAMETERS);
	size_t second = line_of(first + 1, PARAMETERS);
	size_t third = line_of(second + 1, PARAMETERS);
	size_t fourth = line_of(third + 1, PARAMETERS);
	assert_later_ms(second, first, 200);
	assert_later_ms(third, second, 400);
	assert_later_ms(fourth, third, 400);
	assert_count(0, "slacd    josev/cs {\"id\":\"#4\"", 1); /* each id is used once */
	assert_pilots(0, E1, "");
	assert_services(0, "starting");
	play("cs answer valid\nrun 2000");
	assert_services(0, "starting ready");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\nrun 3000");
	assert_statuses(from, E1, "matching matched");
}

static void car_that_came_during_the_boot_is_served_by_a_station_that_says_so_only_once(void **state)
{
	(void)state;
	play("set pilot.hlc_at_start false\nboot --answer none\ncs plug\nrun 1000");
	assert_none(0, "Vehicle is connected");
	play("cs answer valid\nrun 20000\ncar plc0 plug\nrun 3000");
	assert_statuses(0, E1, "matching matched");
	assert_none(0, "not run ignored");
}

static void car_at_an_outlet_whose_pilot_was_never_reported_is_said_once(void **state)
{
	static const char unreported[] = "log      WARN A car speaks, and the station has not reported the pilot";

	(void)state;
	play("boot\ncs plug\nrun 500\nslacd stop\ncs report off\nslacd start\nrun 2000");
	size_t from = mark();
	play("car plc0 plug\nrun 10000");
	assert_count(from, unreported, 1);
	assert_none(from, "> CM_SLAC_PARM.CNF");
	play("car plc0 unplug\ncar plc0 plug\nrun 3000");
	assert_count(from, unreported, 1);
	play("cs report on\nrun 100\ncar plc0 unplug\ncar plc0 plug\nrun 3000");
	assert_statuses(from, E1, "matching matched");
	assert_count(from, unreported, 1);
}

static void car_that_is_not_plugged_in_here_is_nothing_to_warn_of(void **state)
{
	(void)state;
	play("boot\ncar plc0 plug\nrun 5000"); /* the station has said A */
	assert_none(0, "has not reported the pilot");
}

static void unanswered_f_is_repeated_and_leads_to_no_current(void **state)
{
	(void)state;
	play(IMPATIENT "boot\ncs answer none");
	size_t from = mark();
	play("cs plug\nrun 30000");
	assert_pilots(from, E1, "f x1");
	assert_statuses(from, E1, "basic_charging:no_parm_req failed:pilot_unconfirmed");
	size_t f = line_of(from, F);
	assert_later_ms(line_of(f + 1, F), f, 200);
	from = mark();
	play("cs unplug\ncs answer valid\nrun 2000\ncs plug\ncar plc0 plug\nrun 3000");
	assert_statuses(from, E1, "unmatched:vehicle_left matching matched");
}

static void refused_pilot_request_is_repeated_until_it_is_valid(void **state)
{
	(void)state;
	play(IMPATIENT "set pilot.step_f_ms 20000\nboot\ncs answer error");
	size_t from = mark();
	play("cs plug");
	size_t f = play_until(F);
	play("run 950");
	line_of(from, "log      ERROR The station refuses a pilot request");
	assert_later_ms(line_of(f + 1, F), f, 200);
	assert_pilots(from, E1, "f");
	play("cs answer valid\nrun 500");
	from = mark();
	play("run 10000");
	assert_count(from, F, 0);
}

static void late_answer_counts_when_its_request_is_the_one_in_force(void **state)
{
	(void)state;
	play("boot --answer-delay-ms 700\nrun 3000");
	assert_services(0, "starting ready");
	size_t from = mark();
	play("cs plug\nrun 40000");
	assert_pilots(from, E1, "f x1 x2:32.0");
	assert_none(from, "is not answered, repeating it");
}

static void answer_after_its_repetition_is_not_taken_until_the_repetitions_are_slower_than_the_station(void **state)
{
	(void)state;
	play("set mqtt.request_timeout_ms 300\nset mqtt.request_backoff_max_ms 300\nboot --answer-delay-ms 400\nrun 10000");
	assert_services(0, "starting");
	assert_pilots(0, E1, "");
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("set mqtt.request_timeout_ms 300\nset mqtt.request_backoff_max_ms 1000\nboot --answer-delay-ms 400\nrun 10000");
	assert_services(0, "starting ready");
	assert_pilots(0, E1, "hlc");
}

static void station_that_comes_long_after_slacd_is_served(void **state)
{
	(void)state;
	play("wire evse0 plc0\nev plc0\nslacd start\nrun 120000\nstation --evse DE*TST*E1=evse0\nrun 60000");
	assert_services(0, "starting ready");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\nrun 3000");
	assert_statuses(from, E1, "matching matched");
}

/* Its pilots are off when it comes back; slacd's request in force is repeated. */
static void restart_with(const char *script, const char *in_force, const char *statuses)
{
	play("boot");
	size_t from = mark();
	play(script);
	size_t restart = mark();
	play("cs restart\nrun 30000");
	assert_statuses(from, E1, statuses);
	if (in_force != NULL)
		line_of(restart, in_force);
}

static void restart_with_a_matched_car_costs_nothing(void **state)
{
	(void)state;
	restart_with("cs plug\ncar plc0 plug\nawait \"matched\"", NULL, "matching matched");
}

static void restart_in_a_match_costs_nothing(void **state)
{
	(void)state;
	restart_with("cs plug\ncar plc0 plug\nawait CM_ATTEN_CHAR.IND", NULL, "matching matched");
}

static void wrong_answers_are_named_and_change_nothing(void **state)
{
	(void)state;
	play("boot --answer none");
	play("publish cs/josev {\"id\":\"1\",\"name\":\"cs_parameters\",\"type\":\"response\",\"data\":{\"parameters\":{}}}\n"
	     "publish cs/josev {\"id\":\"1\",\"name\":\"cs_parameters\",\"type\":\"response\"}\n"
	     "publish cs/josev not json\nrun 1000");
	line_of(0, "log      WARN MQTT message refused. topic=cs/josev name=cs_parameters member=data.parameters");
	line_of(0, "log      WARN MQTT message refused. topic=cs/josev name= member= expected");
	assert_pilots(0, E1, "");
	play("cs answer valid\nrun 20000");
	assert_services(0, "starting ready");
}

static void answer_for_another_outlet_or_with_a_wrong_status_leaves_the_request_open(void **state)
{
	(void)state;
	play(IMPATIENT "boot\ncs answer none\ncs plug");
	play_until(F);
	size_t from = mark();
	play("publish cs/josev {\"id\":\"1\",\"name\":\"cp_pwm\",\"type\":\"response\",\"data\":{\"evse_id\":\"" E1
	     "\",\"status\":\"fine\"}}\n"
	     "publish cs/josev {\"id\":\"1\",\"name\":\"cp_pwm\",\"type\":\"response\",\"data\":{\"evse_id\":\"DE*OTHER\","
	     "\"status\":\"valid\"}}\nrun 1000");
	line_of(from, "log      WARN MQTT message refused*name=cp_pwm member=data.status");
	line_of(from, "log      WARN cp_pwm for an outlet that does not run ignored. evse_id=DE*OTHER");
	line_of(from, F);
}

static void station_that_reports_without_end_does_not_fill_the_log(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	for (int i = 0; i < 100; i++)
		play("cs plug\nrun 100\ncs unplug\nrun 100");
	line_of(from, "log      WARN More than 120 events of the pilot and statuses in a minute, *. evse_id=DE*TST*E1");
	assert_count(from, "log      INFO Vehicle is connected.", 40);
	assert_count(from, "slacd *\"unmatched\"", 100);
	play("run 60000\ncs plug\nrun 100");
	line_of(from, "log      WARN Not logged were events of the pilot and statuses. *count=1*");
}

/* A silent car at its nominal duty, which somebody may pay for. */
#define BASIC_CHARGING "boot\ncs plug\nrun 27000\ncs state C2\n"
#define CLOSED         "station *cs_contactor_status*closed"
#define OPENED         "station *cs_contactor_status*opened"

static void card_that_is_accepted_closes_the_contactor_whoever_accepts_it(void **state)
{
	(void)state;
	play(BASIC_CHARGING "run 100");
	assert_none(0, CLOSED);
	play("cs authorize\nrun 100");
	assert_count(0, CLOSED, 1);
	play("cs deauthorize\nrun 100");
	assert_count(0, OPENED, 1);
	play("cs tap rejected\nrun 100");
	assert_count(0, CLOSED, 1);
	play("cs tap accepted\nrun 100");
	assert_count(0, CLOSED, 2);
}

/* The bound of the simulated station itself. */
static void station_that_answers_late_keeps_so_many_answers_and_no_more(void **state)
{
	static const char question[] =
		"publish josev/cs {\"id\":\"q\",\"name\":\"cs_parameters\",\"type\":\"request\",\"data\":{}}";
	static const char error[] = "station  a request is not answered: 1024 answers wait";

	(void)state;
	play("boot --answer-delay-ms 60000");
	size_t from = mark();
	for (int i = 0; i < 1020; i++) {
		play(question);
		play("run 1");
	}
	assert_none(from, error);
	for (int i = 0; i < 10; i++) {
		play(question);
		play("run 1");
	}
	line_of(from, error);
	play("run 65000");
	from = mark();
	play(question);
	play("run 61000");
	assert_count(from, "station *\"q\"*cs_parameters*response", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(station_that_reports_without_end_does_not_fill_the_log),
		STORY(card_that_is_accepted_closes_the_contactor_whoever_accepts_it),
		STORY(station_that_answers_late_keeps_so_many_answers_and_no_more),
		STORY(boot_requests_are_repeated_with_new_ids_and_back_off_until_answered),
		STORY(car_that_came_during_the_boot_is_served_by_a_station_that_says_so_only_once),
		STORY(car_at_an_outlet_whose_pilot_was_never_reported_is_said_once),
		STORY(car_that_is_not_plugged_in_here_is_nothing_to_warn_of),
		STORY(unanswered_f_is_repeated_and_leads_to_no_current),
		STORY(refused_pilot_request_is_repeated_until_it_is_valid),
		STORY(late_answer_counts_when_its_request_is_the_one_in_force),
		STORY(answer_after_its_repetition_is_not_taken_until_the_repetitions_are_slower_than_the_station),
		STORY(station_that_comes_long_after_slacd_is_served),
		STORY(restart_with_a_matched_car_costs_nothing),
		STORY(restart_in_a_match_costs_nothing),
		STORY(wrong_answers_are_named_and_change_nothing),
		STORY(answer_for_another_outlet_or_with_a_wrong_status_leaves_the_request_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A broker that is away, restarts at any step, hangs or comes late never keeps a car waiting. */
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SLOW_CAR "boot / --parm-to-start-ms 300 --sound-spacing-ms 50 --rsp-to-match-ms 1500\n"
#define RESTART  "broker down\nrun 10\nbroker up\nrun 60000"
#define F_SENT   "slacd    josev/cs *cp_pwm*\"fault_state\":true"

/* A match in whose step the broker is killed and started again. */
static void restart_in_match(const char *step)
{
	play(SLOW_CAR);
	size_t from = mark();
	play("cs plug\ncar plc0 plug");
	play_until(step);
	play(RESTART "\ncs unplug\nrun 1000");
	assert_statuses(from, E1, "matching matched unmatched:vehicle_left");
}

static void restart_at_any_step_of_a_match_costs_no_status_and_doubles_none(void **state)
{
	static const char *const steps[] = {
		"Vehicle is connected", "\"matching\"",      "CM_START_ATTEN_CHAR.IND",
		"CM_ATTEN_CHAR.IND",    "CM_SLAC_MATCH.CNF",
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		restart_in_match(steps[i]);
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

/* A fallback in whose step the broker is killed and started again: it goes on, or begins again with F. */
static void restart_in_fallback(const char *step)
{
	play("boot");
	size_t from = mark();
	play("cs plug");
	play_until(step);
	play(RESTART);
	assert_statuses(from, E1, "basic_charging:no_parm_req");
	line_of(from, "station *\"state\":\"B2\"*\"duty_cycle\":53.3"); /* 32 A in the end */
	play("cs unplug\nrun 1000");
	assert_statuses(from, E1, "basic_charging:no_parm_req unmatched:vehicle_left");
}

static void restart_at_any_step_of_a_fallback_ends_in_the_right_pilot(void **state)
{
	static const char *const steps[] = {"\"basic_charging\"", "station *\"state\":\"F\"",
					    "\"current\":0.0,\"error_state\":false,\"fault_state\":false",
					    "\"current\":32.0"};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		restart_in_fallback(steps[i]);
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

static void fallback_that_the_station_did_not_hear_begins_again_with_f(void **state)
{
	(void)state;
	play("boot\ncs plug\nrun 1000");
	size_t from = mark();
	play("broker down\nrun 40000");
	assert_pilots(from, E1, "");
	size_t back = mark();
	play("broker up\nrun 60000");
	assert_pilots(back, E1, "f x1 x2:32.0");
	assert_statuses(from, E1, "basic_charging:no_parm_req");
	size_t f = line_of(back, F_SENT);
	assert_later_ms(line_of(back, "\"current\":0.0,\"error_state\":false,\"fault_state\":false"), f, 5000);
	assert_later_ms(line_of(back, "\"current\":32.0"), f, 5500);
}

static void statuses_of_a_time_without_a_broker_arrive_in_order_and_requests_never_late(void **state)
{
	(void)state;
	play("boot\nbroker down\nrun 1000");
	size_t from = mark();
	play("cs plug\nrun 1000");
	assert_none(from, "Vehicle is connected"); /* nobody has told */
	play("broker up\nrun 6000\ncar plc0 plug");
	play_until("\"matching\"");
	play("broker down\nrun 3000");
	assert_count(from, "slacd    (kept) josev/cs *\"matched\"", 1);
	play("broker up\nrun 10000\ncs unplug\nrun 1000");
	assert_statuses(from, E1, "matching matched unmatched:vehicle_left");
}

static void service_status_is_told_again_to_a_broker_that_came_back(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("broker down\nrun 3000\nbroker up\nrun 6000");
	assert_services(from, "ready");
	assert_count(from, "log      WARN No connection to the MQTT broker", 1);
}

static void hanging_broker_does_not_delay_the_answer_to_a_car(void **state)
{
	(void)state;
	play("boot\ncs plug\nrun 100");
	size_t from = mark();
	play("broker hang\ncar plc0 plug\nrun 3000");
	assert_later_ms(line_of(from, "> CM_SLAC_PARM.CNF"), line_of(from, "< CM_SLAC_PARM.REQ"), 0);
	line_of(from, "EV: link up");
	play("broker go\nrun 100");
	assert_statuses(from, E1, "matching matched");
}

static void broker_that_starts_ten_seconds_late_finds_everything_working(void **state)
{
	(void)state;
	play("broker down\nwire evse0 plc0\nstation --evse DE*TST*E1=evse0\nev plc0\nslacd start\nrun 10000");
	assert_count(0, "log      WARN No connection to the MQTT broker", 1);
	play("broker up\nrun 10000");
	assert_services(0, "starting ready");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\nrun 3000");
	assert_statuses(from, E1, "matching matched");
}

static void stop_says_so_and_leaves_no_last_will_a_kill_does(void **state)
{
	(void)state;
	play("boot\nslacd stop\nrun 10\nslacd start\nrun 3000");
	assert_services(0, "starting ready stopping starting ready");
	assert_count(0, "will ", 0);
	play("slacd kill\nrun 10");
	assert_count(0, "will     josev/cs *\"error\"", 1);
	size_t from = mark();
	play("cs plug\nslacd start\nrun 3000\ncar plc0 plug\nrun 3000");
	assert_statuses(from, E1, "matching matched");
}

/* What lowers a current is not lost where the client refuses it while it is connected: it comes as soon as there is room. */
static void request_that_is_refused_is_sent_when_there_is_room(void **state)
{
	(void)state;
	play("boot\ncs plug");
	play_until("station *\"state\":\"B2\"*\"duty_cycle\":53.3");
	const size_t from = mark();
	play("broker full\ncs limit 10\nrun 5000");
	assert_none(from, "slacd *cp_pwm");
	assert_count(from, "log      WARN Request was not taken by the broker client.", 1);
	play("broker room\nrun 150");
	line_of(from, "slacd *cp_pwm*\"current\":10.0");
	line_of(from, "station *\"state\":\"B2\"*\"duty_cycle\":16.66");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(request_that_is_refused_is_sent_when_there_is_room),
		STORY(restart_at_any_step_of_a_match_costs_no_status_and_doubles_none),
		STORY(restart_at_any_step_of_a_fallback_ends_in_the_right_pilot),
		STORY(fallback_that_the_station_did_not_hear_begins_again_with_f),
		STORY(statuses_of_a_time_without_a_broker_arrive_in_order_and_requests_never_late),
		STORY(service_status_is_told_again_to_a_broker_that_came_back),
		STORY(hanging_broker_does_not_delay_the_answer_to_a_car),
		STORY(broker_that_starts_ten_seconds_late_finds_everything_working),
		STORY(stop_says_so_and_leaves_no_last_will_a_kill_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

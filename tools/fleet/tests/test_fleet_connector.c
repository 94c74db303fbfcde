/* SPDX-License-Identifier: Apache-2.0 */
/* What a connector tells cs-sim and slac-ev, when, and what its status says, on a clock of its own. */
#include "tools/fleet/fleet_connector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fleet_connector connector;
static struct fleet_commands commands;
static uint64_t now_us;

/* The commands that are due, those to the car behind a '>'. */
static void expect(const char *expected)
{
	char said[1024] = "";
	size_t used = 0;

	fleet_connector_take_commands(&connector, true, true, now_us, &commands);
	for (size_t i = 0; i < commands.count; i++)
		used += (size_t)snprintf(said + used, sizeof(said) - used, "%s%s", commands.lines[i].to_car ? ">" : "",
					 commands.lines[i].text);
	assert_string_equal(said, expected);
}

/* Both programs know of a car that is away. */
static int begin(void **state)
{
	(void)state;
	now_us = 5000000;
	fleet_connector_init(&connector, "S1", 2);
	expect(">behaviour normal\n>attenuation 20\n"
	       "car consumes 16.0 0.0 0.0 DE*SIM*ES1*2\ncar ready on DE*SIM*ES1*2\n");
	now_us += FLEET_COMMANDS_US;
	expect("");
	assert_true(fleet_connector_due(&connector, true, true, now_us) == FLEET_NEVER_US);
	return 0;
}

static void set_plugged(bool plugged)
{
	struct fleet_car car = connector.wanted;

	car.plugged = plugged;
	fleet_connector_set_car(&connector, &car);
}

static void show_pilot(enum api_cp_state cp_state, double duty_percent)
{
	const struct api_cp_status pilot = {
		.state = cp_state, .has_duty_cycle = true, .duty_cycle_percent = duty_percent};

	fleet_connector_hear_pilot(&connector, &pilot);
}

static void show_slac(enum api_slac_state slac_state, const char *run_id)
{
	struct api_station_slac_status slac = {.state = slac_state, .has_attenuation = true, .attenuation_ddb = 203};

	snprintf(slac.run_id, sizeof(slac.run_id), "%s", run_id);
	fleet_connector_hear_slac(&connector, &slac);
}

static const char *status(void)
{
	static char text[FLEET_STATUS_SIZE];

	assert_true(fleet_connector_build_status(&connector, now_us, "now", text, sizeof(text)) > 0);
	return text;
}

static void inputs_go_at_once_and_then_together(void **state)
{
	struct fleet_car car = connector.wanted;

	(void)state;
	car.cable_a = 32;
	fleet_connector_set_car(&connector, &car);
	expect("cable 32 DE*SIM*ES1*2\n");
	/* A flood: only what is wanted last is told, once its time has come. */
	for (int i = 0; i < 10000; i++) {
		car.consumption_a[0] = i % 32;
		car.attenuation_db = i % 100;
		car.ready = i % 2 == 0;
		fleet_connector_set_car(&connector, &car);
		expect("");
	}
	assert_true(fleet_connector_due(&connector, true, true, now_us) == now_us + FLEET_COMMANDS_US);
	now_us += FLEET_COMMANDS_US;
	expect(">attenuation 99\ncar consumes 15.0 0.0 0.0 DE*SIM*ES1*2\ncar ready off DE*SIM*ES1*2\n");
}

static void car_speaks_once_the_pilot_shows_5_percent(void **state)
{
	(void)state;
	set_plugged(true);
	expect("plug DE*SIM*ES1*2\n");
	now_us += FLEET_COMMANDS_US;
	show_pilot(API_CP_B1, 100);
	expect("");
	show_pilot(API_CP_B2, 5);
	expect(">plug\n");
	now_us += FLEET_COMMANDS_US;
	show_pilot(API_CP_C2, 5);
	expect("");
	/* Matching has failed: the pilot was at F, and is at 5 % again. */
	show_pilot(API_CP_F, 0);
	show_pilot(API_CP_B2, 5);
	expect(">plug\n");
	now_us += FLEET_COMMANDS_US;
	/* A matched car that was asleep has its link still. */
	show_slac(API_SLAC_MATCHED, "0x1");
	show_pilot(API_CP_B1, 100);
	show_pilot(API_CP_B2, 5);
	expect("");
	set_plugged(false);
	expect(">unplug\nunplug DE*SIM*ES1*2\n");
}

static void car_does_not_speak_at_a_current(void **state)
{
	(void)state;
	set_plugged(true);
	expect("plug DE*SIM*ES1*2\n");
	now_us += FLEET_COMMANDS_US;
	show_pilot(API_CP_B2, 26.6);
	expect("");
	assert_non_null(strstr(status(), "\"offered_current_a\":15.9"));
}

static void car_that_comes_again_is_unplugged_in_between(void **state)
{
	(void)state;
	set_plugged(true);
	expect("plug DE*SIM*ES1*2\n");
	set_plugged(false);
	set_plugged(true);
	expect("");
	now_us += FLEET_COMMANDS_US;
	expect(">unplug\nunplug DE*SIM*ES1*2\nplug DE*SIM*ES1*2\n");
	now_us += FLEET_COMMANDS_US;
	expect("");
	/* One that was never there needs not leave. */
	set_plugged(false);
	expect(">unplug\nunplug DE*SIM*ES1*2\n");
	set_plugged(true);
	set_plugged(false);
	now_us += FLEET_COMMANDS_US;
	expect("");
}

static void set_cable(int cable_a)
{
	struct fleet_car car = connector.wanted;

	car.cable_a = cable_a;
	fleet_connector_set_car(&connector, &car);
	now_us += FLEET_COMMANDS_US;
}

/* cs-sim forgets it when the car leaves. */
static void cable_stays_until_it_is_taken_out(void **state)
{
	(void)state;
	set_plugged(true);
	set_cable(32);
	expect("cable 32 DE*SIM*ES1*2\nplug DE*SIM*ES1*2\n");
	now_us += FLEET_COMMANDS_US;
	set_plugged(false);
	expect(">unplug\nunplug DE*SIM*ES1*2\ncable 32 DE*SIM*ES1*2\n");
	set_cable(0);
	expect("unplug DE*SIM*ES1*2\n");
	set_cable(20);
	set_plugged(true);
	expect("cable 20 DE*SIM*ES1*2\nplug DE*SIM*ES1*2\n");
	/* Not from under a car. */
	set_cable(0);
	assert_true(fleet_connector_due(&connector, true, true, now_us) == FLEET_NEVER_US);
	set_plugged(false);
	expect(">unplug\nunplug DE*SIM*ES1*2\n");
	now_us += FLEET_COMMANDS_US;
	expect("");
}

static void behaviour_is_told_before_the_car_comes(void **state)
{
	struct fleet_car car = connector.wanted;

	(void)state;
	car.plugged = true;
	strcpy(car.behaviour, "silent");
	show_pilot(API_CP_A2, 5);
	fleet_connector_set_car(&connector, &car);
	expect(">behaviour silent\nplug DE*SIM*ES1*2\n");
}

static void fault_and_card_are_told(void **state)
{
	struct fleet_fault fault = {.faulted = true, .code = API_EVSE_SHUTDOWN};

	(void)state;
	fleet_connector_set_fault(&connector, &fault);
	fleet_connector_show_card(&connector, "04A2");
	expect("status_code evse_shutdown DE*SIM*ES1*2\ncard 04A2 DE*SIM*ES1*2\n");
	assert_non_null(strstr(status(), "\"faulted\":true,\"status_code\":\"evse_shutdown\",\"id_tag\":\"04A2\""));
	now_us += FLEET_COMMANDS_US;
	fault.faulted = false;
	fleet_connector_set_fault(&connector, &fault);
	fleet_connector_show_card(&connector, "04A2");
	expect("status_code evse_ready DE*SIM*ES1*2\ncard 04A2 DE*SIM*ES1*2\n");
}

static void new_programs_are_told_all_that_matters(void **state)
{
	(void)state;
	set_plugged(true);
	expect("plug DE*SIM*ES1*2\n");
	show_pilot(API_CP_B2, 5);
	now_us += FLEET_COMMANDS_US;
	expect(">plug\n");
	now_us += FLEET_COMMANDS_US;
	fleet_connector_new_car(&connector);
	expect(">behaviour normal\n>attenuation 20\n>plug\n");
	now_us += FLEET_COMMANDS_US;
	fleet_connector_new_station(&connector);
	expect("car consumes 16.0 0.0 0.0 DE*SIM*ES1*2\ncar ready on DE*SIM*ES1*2\nplug DE*SIM*ES1*2\n");
	now_us += FLEET_COMMANDS_US;
	show_slac(API_SLAC_MATCHED, "0x1");
	assert_non_null(strstr(status(), "\"state\":\"matched\""));
	fleet_connector_new_slacd(&connector);
	assert_non_null(strstr(status(), "\"state\":\"\""));
}

static void program_that_takes_nothing_is_waited_for(void **state)
{
	(void)state;
	set_plugged(true);
	assert_true(fleet_connector_due(&connector, false, true, now_us) == FLEET_NEVER_US);
	fleet_connector_take_commands(&connector, false, true, now_us, &commands);
	assert_int_equal(commands.count, 0);
	assert_true(fleet_connector_due(&connector, true, true, now_us) == now_us);
	expect("plug DE*SIM*ES1*2\n");
}

static void status_counts_each_session_once(void **state)
{
	(void)state;
	show_slac(API_SLAC_MATCHING, "0x1");
	show_slac(API_SLAC_MATCHED, "0x1");
	show_slac(API_SLAC_MATCHED, "0x1");
	show_slac(API_SLAC_UNMATCHED, "0x1");
	show_slac(API_SLAC_FAILED, "0x2");
	assert_int_equal(connector.sessions_matched, 1);
	assert_int_equal(connector.sessions_failed, 1);
	assert_non_null(strstr(status(), "\"state\":\"failed\""));
	assert_non_null(strstr(status(), "\"attenuation_db\":20.3"));
}

static void status_is_told_when_it_changes_and_not_too_often(void **state)
{
	(void)state;
	assert_true(fleet_connector_status_due(&connector, now_us) == now_us);
	status();
	assert_true(fleet_connector_status_due(&connector, now_us) == FLEET_NEVER_US);
	show_pilot(API_CP_B2, 5);
	assert_true(fleet_connector_status_due(&connector, now_us) == now_us + FLEET_STATUS_US);
	now_us += FLEET_STATUS_US;
	status();
	show_pilot(API_CP_B2, 5);
	assert_true(fleet_connector_status_due(&connector, now_us) == FLEET_NEVER_US);
}

static void current_of_a_session_is_heard(void **state)
{
	const double drawn_a[FLEET_PHASES] = {13, 0, 0};
	struct api_session_message message = {.kind = API_SESSION_SETPOINT, .type = API_REQUEST};

	(void)state;
	show_pilot(API_CP_C2, 5);
	message.data.setpoint.ac_current_a = (struct api_amount){true, 10};
	fleet_connector_hear_session(&connector, &message);
	fleet_connector_hear_drawn(&connector, drawn_a);
	assert_non_null(strstr(status(), "\"offered_current_a\":10.0,\"drawn_a\":[13.0,0.0,0.0]"));
	message = (struct api_session_message){.kind = API_SESSION_HLC, .type = API_UPDATE};
	fleet_connector_hear_session(&connector, &message);
	assert_non_null(strstr(status(), "\"offered_current_a\":0.0"));
}

static void longest_texts_fit(void **state)
{
	struct fleet_car car = connector.wanted;

	(void)state;
	fleet_connector_init(&connector, "abcdefghijklmnopqrstuvwxyz_-0123", 256);
	memset(car.behaviour, 'a', sizeof(car.behaviour) - 1);
	car.plugged = true;
	car.cable_a = FLEET_CURRENT_MAX_A;
	for (size_t i = 0; i < FLEET_PHASES; i++)
		car.consumption_a[i] = 999.9;
	fleet_connector_set_car(&connector, &car);
	fleet_connector_show_card(&connector, "123456789012345678901234567890123456");
	connector.fault.faulted = true;
	show_pilot(API_CP_B2, 5);
	fleet_connector_take_commands(&connector, true, true, now_us, &commands);
	assert_true(commands.count <= FLEET_COMMANDS_MAX);
	for (size_t i = 0; i < commands.count; i++)
		assert_int_equal(commands.lines[i].text[strlen(commands.lines[i].text) - 1], '\n');
	status();
}

#define test(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(inputs_go_at_once_and_then_together),    test(car_speaks_once_the_pilot_shows_5_percent),
		test(car_does_not_speak_at_a_current),        test(car_that_comes_again_is_unplugged_in_between),
		test(behaviour_is_told_before_the_car_comes), test(fault_and_card_are_told),
		test(new_programs_are_told_all_that_matters), test(program_that_takes_nothing_is_waited_for),
		test(status_counts_each_session_once),        test(status_is_told_when_it_changes_and_not_too_often),
		test(current_of_a_session_is_heard),          test(longest_texts_fit),
		test(cable_stays_until_it_is_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

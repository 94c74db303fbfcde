/* SPDX-License-Identifier: Apache-2.0 */
/* Topics, commands, inputs, statuses and setups: what is read, and how the rest is refused. */
#include "tools/fleet/fleet_command.h"
#include "tools/fleet/fleet_input.h"
#include "tools/fleet/fleet_setup.h"
#include "tools/fleet/fleet_slacd_config.h"
#include "tools/fleet/fleet_status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char error[FLEET_ERROR_SIZE];

static void topics_of_stations_are_read(void **state)
{
	static const char *const wrong[] = {"fleet/stations/S 1/cmd",
					    "fleet/stations//cmd",
					    "fleet/stations/S1",
					    "fleet/stations/S1/",
					    "fleet/stations/S1/connectors/0/car",
					    "fleet/stations/S1/connectors/257/car",
					    "fleet/stations/S1/connectors/99999999999999999999/car",
					    "fleet/stations/S1/connectors/01/car",
					    "fleet/stations/S1/connectors/1",
					    "fleet/stations/S1/connectors/1/a/b",
					    "fleet/stations/S123456789012345678901234567890123/cmd",
					    "fleet/launcher/cmd"};
	struct fleet_topic topic;
	char text[FLEET_TOPIC_SIZE];

	(void)state;
	fleet_connector_topic("a-b_C", 256, "id_tag", text);
	assert_string_equal(text, "fleet/stations/a-b_C/connectors/256/id_tag");
	assert_true(fleet_topic_read(text, &topic));
	assert_string_equal(topic.id, "a-b_C");
	assert_int_equal(topic.connector, 256);
	assert_string_equal(topic.what, "id_tag");
	assert_true(fleet_topic_read("fleet/stations/S1/status", &topic));
	assert_int_equal(topic.connector, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(fleet_topic_read(wrong[i], &topic));
}

static void evse_id_has_no_letter_that_none_may_have(void **state)
{
	char evse_id[FLEET_EVSE_ID_SIZE];

	(void)state;
	fleet_evse_id("park-house_3b", 12, evse_id);
	assert_string_equal(evse_id, "DE*SIM*EPARK*HOUSE*3B*12");
}

static bool read_command(const char *text, struct fleet_command *command)
{
	return fleet_launcher_command_read(text, strlen(text), command, error);
}

static void commands_are_read(void **state)
{
	struct fleet_command command;

	(void)state;
	assert_true(read_command("{\"command\":\"start\",\"id\":\"S1\",\"connectors\":2,\"link\":\"veth\"}", &command));
	assert_int_equal(command.kind, FLEET_START);
	assert_string_equal(command.id, "S1");
	assert_int_equal(command.connectors, 2);
	assert_true(command.has_link && command.link == FLEET_LINK_VETH);
	assert_true(read_command("{\"command\":\"start\"}", &command));
	assert_string_equal(command.id, "");
	assert_int_equal(command.connectors, 0);
	assert_false(command.has_link);
	assert_true(read_command("{\"command\":\"kill\",\"id\":\"*\"}", &command));
	assert_string_equal(command.id, "");
	assert_true(read_command("{\"command\":\"save\",\"name\":\"demo\"}", &command));
	assert_string_equal(command.name, "demo");
	assert_true(fleet_station_command_read("{\"command\":\"restart\"}", 21, &command, error));
	assert_int_equal(command.kind, FLEET_RESTART);
}

static void wrong_commands_are_refused_with_what_was_expected(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} wrong[] = {
		{"", "expected a JSON object"},
		{"[1]", "expected a JSON object"},
		{"{\"command\":1}", "command: expected start, kill"},
		{"{}", "command: expected start, kill"},
		{"{\"command\":\"fly\"}", "command: expected start, kill"},
		{"{\"command\":\"start\",\"connectors\":1000000}", "a whole number from 1 to 256, not 1000000"},
		{"{\"command\":\"start\",\"connectors\":0}", "from 1 to 256"},
		{"{\"command\":\"start\",\"connectors\":1.5}", "a whole number"},
		{"{\"command\":\"start\",\"connectors\":\"2\"}", "a whole number"},
		{"{\"command\":\"start\",\"id\":\"a/b\"}", "id: expected 1 to 32 of the characters"},
		{"{\"command\":\"start\",\"id\":\"*\"}", "id: expected 1 to 32 of the characters"},
		{"{\"command\":\"start\",\"id\":\"\"}", "id: expected 1 to 32 of the characters"},
		{"{\"command\":\"start\",\"id\":\"S1\\u0000x\"}", "id: expected 1 to 32 of the characters"},
		/* An absent id would be all stations. */
		{"{\"command\":\"kill\",\"id\":null}", "id: expected 1 to 32 of the characters"},
		{"{\"command\":\"start\",\"connectors\":null}",
		 "connectors: expected a whole number from 1 to 256, not null"},
		{"{\"command\":\"start\",\"link\":\"usb\"}", "link: expected unix or veth, not \"usb\""},
		{"{\"command\":\"start\",\"outlets\":2}",
		 "outlets: expected one of the members command, id, connectors"},
		{"{\"command\":\"kill\",\"command\":\"start\"}", "twice"},
		{"{\"command\":\"save\"}", "name: expected 1 to 64"},
		{"{\"command\":\"load\",\"name\":\"../x\"}", "name: expected 1 to 64"},
		{"{\"command\":\"close_launcher\",\"id\":\"S1\"}", "id: expected one of the members command"},
		{"{\"command\":\"kill\"} x", "expected a JSON object"},
		{"{\"command\":\"\xff\"}", "in UTF-8"},
	};
	struct fleet_command command = {.connectors = 77};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(read_command(wrong[i].text, &command));
		if (strstr(error, wrong[i].expected) == NULL)
			fail_msg("%s: %s", wrong[i].text, error);
	}
	assert_int_equal(command.connectors, 77);
	assert_false(fleet_station_command_read("{\"command\":\"start\"}", 19, &command, error));
	assert_non_null(strstr(error, "expected kill, restart or close"));
}

static void error_message_is_json_whatever_was_sent(void **state)
{
	static const char payload[] = "{\"a\":\"\x1b[31m\xff\"}\n";
	char out[2048];

	(void)state;
	const size_t len = fleet_error_build("a\xff\n: expected b", FLEET_LAUNCHER_CMD, payload, strlen(payload), out,
					     sizeof(out));
	assert_int_equal(len, strlen(out));
	assert_null(strchr(out, 0x1b));
	assert_null(strchr(out, 0xff));
	assert_non_null(strstr(out, "\"topic\":\"fleet/launcher/cmd\""));
	assert_int_equal(fleet_error_build("a", "b", payload, strlen(payload), out, 8), 0);
}

static bool read_car(const char *text, struct fleet_car *car)
{
	return fleet_car_read(text, strlen(text), car, error);
}

static void members_of_a_car_that_are_absent_stay(void **state)
{
	struct fleet_car car;

	(void)state;
	fleet_car_init(&car);
	assert_true(read_car("{\"plugged\":true,\"cable\":20,\"consumption_l2\":7.5}", &car));
	assert_true(read_car("{\"behaviour\":\"stop-at:sound\",\"attenuation\":33,\"ready\":false}", &car));
	assert_true(car.plugged && !car.ready);
	assert_int_equal(car.cable_a, 20);
	assert_int_equal(car.attenuation_db, 33);
	assert_true(car.consumption_a[0] > 15.9 && car.consumption_a[1] > 7.4 && car.consumption_a[1] < 7.6);
	assert_string_equal(car.behaviour, "stop-at:sound");
}

static void wrong_inputs_change_nothing(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} wrong[] = {
		{"{\"plugged\":1}", "plugged: expected true or false, not 1"},
		{"{\"plugged\":true,\"cable\":-1}", "cable: expected a whole number from 0 to 1000"},
		{"{\"plugged\":true,\"consumption_l1\":1e400}", "consumption_l1"},
		{"{\"plugged\":true,\"consumption_l4\":1}", "consumption_l4: expected one of the members plugged"},
		{"{\"plugged\":true,\"behaviour\":\"dance\"}",
		 "behaviour: expected words of slac-ev --print-behaviours"},
		{"{\"plugged\":true,\"behaviour\":\"normal\\nquit\"}", "behaviour: expected words"},
		{"{\"plugged\":true,\"ready\":null}", "ready: expected true or false, not null"},
		{"{\"plugged\":true,\"consumption_l2\":null}",
		 "consumption_l2: expected a number from 0 to 1000, not null"},
		{"{\"plugged\":true,\"attenuation\":128}", "attenuation: expected a whole number from 0 to 127"},
	};
	struct fleet_car car;

	(void)state;
	fleet_car_init(&car);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(read_car(wrong[i].text, &car));
		if (strstr(error, wrong[i].expected) == NULL)
			fail_msg("%s: %s", wrong[i].text, error);
		assert_false(car.plugged);
	}
}

static void faults_and_cards_are_read(void **state)
{
	static const char fault_text[] = "{\"faulted\":true,\"status_code\":\"evse_shutdown\"}";
	static const char ready[] = "{\"faulted\":true,\"status_code\":\"evse_ready\"}";
	static const char card[] = "{\"id_tag\":\"04A2\"}", spaced[] = "{\"id_tag\":\"04 A2\"}";
	char token[FLEET_TOKEN_SIZE] = "";
	struct fleet_fault fault = {0};

	(void)state;
	assert_true(fleet_fault_read("{\"faulted\":true}", 16, &fault, error));
	assert_true(fault.faulted && fault.code == API_EVSE_MALFUNCTION);
	assert_true(fleet_fault_read(fault_text, strlen(fault_text), &fault, error));
	assert_int_equal(fault.code, API_EVSE_SHUTDOWN);
	assert_false(fleet_fault_read(ready, strlen(ready), &fault, error));
	assert_non_null(strstr(error, "status_code: expected"));
	assert_false(fleet_fault_read("{}", 2, &fault, error));
	assert_true(fleet_card_read(card, strlen(card), token, error));
	assert_string_equal(token, "04A2");
	assert_false(fleet_card_read(spaced, strlen(spaced), token, error));
	assert_false(fleet_card_read("{}", 2, token, error));
	assert_string_equal(token, "04A2");
}

static void status_is_read_as_it_was_written(void **state)
{
	struct fleet_identity identity = {.connectors = 2, .link = FLEET_LINK_VETH}, read;
	struct fleet_programs *programs = calloc(1, sizeof(*programs));
	struct fleet_station_status status = {.life = FLEET_ALIVE,
					      .slacd = "ready",
					      .programs = programs,
					      .keeper = 7,
					      .version = "1",
					      .started = "now",
					      .by = "now desk 7"};
	enum fleet_life life = FLEET_DEAD;
	char text[FLEET_STATION_STATUS_SIZE];

	(void)state;
	assert_non_null(programs);
	strcpy(identity.id, "S1");
	strcpy(identity.host, "desk");
	fleet_programs_init(programs, 2);
	programs->items[FLEET_PROGRAM_SLACD].is_stopped = true;
	size_t len = fleet_status_build(&identity, &status, text, sizeof(text));
	assert_non_null(strstr(text, "\"stopped\":[\"slacd\"]"));
	assert_true(fleet_status_read(text, len, "S1", &read, &life, error));
	assert_int_equal(fleet_rival_read(text, len, status.by), FLEET_RIVAL_NONE);
	assert_int_equal(life, FLEET_ALIVE);
	assert_int_equal(read.connectors, 2);
	assert_int_equal(read.link, FLEET_LINK_VETH);
	assert_string_equal(read.host, "desk");
	/* The largest station fits. */
	fleet_programs_init(programs, FLEET_CONNECTORS_MAX);
	for (size_t i = 0; i < programs->count; i++)
		programs->items[i].pid = 4194304;
	assert_true(fleet_status_build(&identity, &status, text, sizeof(text)) > 0);
	status.programs = NULL;
	status.life = FLEET_DEAD;
	len = fleet_status_build(&identity, &status, text, sizeof(text));
	assert_true(fleet_status_read(text, len, "S1", &read, &life, error));
	assert_int_equal(life, FLEET_DEAD);
	assert_false(fleet_status_read("{\"status\":\"Well\",\"connectors\":1}", 32, "S1", &read, &life, error));
	assert_false(fleet_status_read("{\"status\":\"Alive\"}", 18, "S1", &read, &life, error));
	free(programs);
}

static enum fleet_rival rival_of(const char *by, const char *other)
{
	char text[256];

	snprintf(text, sizeof(text), "{\"status\":\"Alive\",\"by\":\"%s\"}", other);
	return fleet_rival_read(text, strlen(text), by);
}

static void of_two_that_tell_the_same_the_later_one_stays(void **state)
{
	static const char dead[] = "{\"status\":\"Dead\"}";
	char one[FLEET_BY_SIZE], other[FLEET_BY_SIZE];

	(void)state;
	fleet_by_make("2026-11-27T09:10:11.999999Z", "b", 9, one);
	fleet_by_make("2026-11-27T09:10:12.000000Z", "a", 8, other);
	assert_int_equal(rival_of(one, other), FLEET_RIVAL_NEWER);
	assert_int_equal(rival_of(other, one), FLEET_RIVAL_OLDER);
	assert_int_equal(rival_of(one, one), FLEET_RIVAL_NONE);
	assert_int_equal(fleet_rival_read(dead, strlen(dead), one), FLEET_RIVAL_DEAD);
	assert_int_equal(fleet_rival_read("x", 1, one), FLEET_RIVAL_NONE);
	assert_int_equal(fleet_rival_read("", 0, one), FLEET_RIVAL_NONE);
}

static struct fleet_setup setup;

static void setup_is_read_as_it_was_written(void **state)
{
	char path[] = "/tmp/test_fleet_XXXXXX";
	char file[64], names[FLEET_SETUPS_MAX][FLEET_NAME_SIZE];

	(void)state;
	assert_non_null(mkdtemp(path));
	snprintf(file, sizeof(file), "%s/demo.json", path);
	setup = (struct fleet_setup){.count = 2};
	setup.stations[0] = (struct fleet_setup_station){.id = "S1", .connectors = 2};
	setup.stations[1] = (struct fleet_setup_station){.id = "S2", .has_link = true, .link = FLEET_LINK_VETH};
	assert_true(fleet_setup_save(file, &setup, error));
	setup.count = 0;
	assert_true(fleet_setup_load(file, &setup, error));
	assert_int_equal(setup.count, 2);
	assert_string_equal(setup.stations[0].id, "S1");
	assert_int_equal(setup.stations[0].connectors, 2);
	assert_false(setup.stations[0].has_link);
	assert_int_equal(setup.stations[1].connectors, 0);
	assert_int_equal(setup.stations[1].link, FLEET_LINK_VETH);
	/* Nothing else was left there. */
	assert_int_equal(fleet_setup_names(path, names), 1);
	assert_string_equal(names[0], "demo");
	unlink(file);
	assert_int_equal(rmdir(path), 0);
	assert_false(fleet_setup_save(file, &setup, error));
	assert_non_null(strstr(error, "cannot be written"));
	assert_false(fleet_setup_load(file, &setup, error));
	assert_int_equal(fleet_setup_names(path, names), 0);
}

static void wrong_setup_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} wrong[] = {
		{"{}", "stations: expected an array"},
		{"{\"stations\":1}", "expected an array"},
		{"{\"stations\":[],\"more\":1}", "more: expected one of the members stations"},
		{"{\"stations\":[1]}", "stations[0]: expected an object"},
		{"{\"stations\":[{\"id\":\"S1\"},{\"id\":\"S1\"}]}", "stations[1].id: expected an id of its own"},
		{"{\"stations\":[{\"id\":\"S1\",\"connectors\":300}]}",
		 "stations[0].connectors: expected a whole number from 1 to 256, not 300"},
		{"{\"stations\":[{\"id\":\"S1\",\"linq\":\"unix\"}]}",
		 "stations[0].linq: expected one of the members id"},
		{"{\"stations\":[{\"id\":\"S1\"", "not valid JSON at line 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(fleet_setup_read(wrong[i].text, strlen(wrong[i].text), &setup, error));
		if (strstr(error, wrong[i].expected) == NULL)
			fail_msg("%s: %s", wrong[i].text, error);
	}
}

static void settings_of_the_user_stay_beside_those_of_the_fleet(void **state)
{
	static const char settings[] = "{\"slac\":{\"strict\":true},\"mqtt\":{\"host\":\"elsewhere\",\"user\":\"u\"}}";
	const struct fleet_slacd slacd = {
		.id = "S1", .connectors = 2, .mqtt_host = "here", .mqtt_port = 1883, .port_prefix = "unix:/d/line"};
	char *text = fleet_slacd_config(&slacd, settings, strlen(settings), error);

	(void)state;
	assert_non_null(text);
	assert_non_null(strstr(text, "\"strict\":true"));
	assert_non_null(strstr(text, "\"user\":\"u\""));
	assert_non_null(strstr(text, "\"host\":\"here\""));
	assert_null(strstr(text, "elsewhere"));
	assert_non_null(strstr(text, "\"telemetry\":\"fleet\\/telemetry\\/S1\""));
	assert_non_null(strstr(text, "DE*SIM*ES1*2"));
	assert_non_null(strstr(text, "unix:\\/d\\/line2"));
	free(text);
	assert_null(fleet_slacd_config(&slacd, "[]", 2, error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topics_of_stations_are_read),
		cmocka_unit_test(evse_id_has_no_letter_that_none_may_have),
		cmocka_unit_test(commands_are_read),
		cmocka_unit_test(wrong_commands_are_refused_with_what_was_expected),
		cmocka_unit_test(error_message_is_json_whatever_was_sent),
		cmocka_unit_test(members_of_a_car_that_are_absent_stay),
		cmocka_unit_test(wrong_inputs_change_nothing),
		cmocka_unit_test(faults_and_cards_are_read),
		cmocka_unit_test(status_is_read_as_it_was_written),
		cmocka_unit_test(of_two_that_tell_the_same_the_later_one_stays),
		cmocka_unit_test(setup_is_read_as_it_was_written),
		cmocka_unit_test(wrong_setup_is_refused_with_its_place),
		cmocka_unit_test(settings_of_the_user_stay_beside_those_of_the_fleet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

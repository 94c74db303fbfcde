/* SPDX-License-Identifier: Apache-2.0 */
/* What the fleet's page may ask for, and what is sent for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants them first. */
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tools/monitor/monitor_behaviours.h"
#include "tools/monitor/monitor_fleet_command.h"
#include "tools/monitor/monitor_guard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct monitor_fleet *fleet;

static bool check(const char *list, char error[MONITOR_FLEET_TEXT_SIZE])
{
	snprintf(error, MONITOR_FLEET_TEXT_SIZE, "'%.48s'", list);
	return strcmp(list, "normal") == 0 || strcmp(list, "stop-at:parm,modem-silent") == 0;
}

static const struct monitor_fleet_behaviours behaviours = {.check = check};

static void hear(const char *topic, const char *payload)
{
	assert_true(monitor_fleet_take(fleet, topic, payload, strlen(payload), 1));
}

static int set_up(void **state)
{
	(void)state;
	fleet = monitor_fleet_new(&behaviours);
	if (fleet == NULL)
		return -1;
	hear("fleet/launcher/status", "{\"status\":\"Alive\"}");
	hear("fleet/stations/S1/status", "{\"status\":\"Alive\"}");
	hear("fleet/stations/S1/connectors/2/status", "{\"state\":\"unmatched\"}");
	hear("fleet/stations/S2/status", "{\"status\":\"Dead\"}");
	hear("fleet/stations/S2/connectors/1/status", "{\"state\":\"unmatched\"}");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	monitor_fleet_free(fleet);
	return 0;
}

static void sends(const char *path, const char *body, const char *topic, const char *payload)
{
	struct monitor_fleet_command command;
	struct api_error error;
	const enum monitor_fleet_result result =
		monitor_fleet_command(fleet, path, body, strlen(body), &command, &error);

	if (result != MONITOR_FLEET_DONE)
		fail_msg("%s %s: %s: expected %s", path, body, error.member, error.expected);
	assert_string_equal(command.topic, topic);
	assert_string_equal(command.payload, payload);
}

static void is_refused(const char *path, const char *body, enum monitor_fleet_result expected, const char *member,
		       const char *why)
{
	struct monitor_fleet_command command;
	struct api_error error;
	const enum monitor_fleet_result result =
		monitor_fleet_command(fleet, path, body, strlen(body), &command, &error);

	if (result != expected)
		fail_msg("%s %s: result %d, not %d", path, body, (int)result, (int)expected);
	assert_string_equal(error.member, member);
	if (strstr(error.expected, why) == NULL)
		fail_msg("'%s' is not in '%s'", why, error.expected);
}

static void the_launcher_is_told(void **state)
{
	(void)state;
	sends("launcher", "{\"command\":\"start\",\"connectors\":2}", "fleet/launcher/cmd",
	      "{\"command\":\"start\",\"connectors\":2}");
	sends("launcher", "{\"link\":\"veth\",\"id\":\"new-1\",\"connectors\":256,\"command\":\"start\"}",
	      "fleet/launcher/cmd", "{\"command\":\"start\",\"id\":\"new-1\",\"connectors\":256,\"link\":\"veth\"}");
	sends("launcher", "{\"command\":\"kill\",\"id\":\"S1\"}", "fleet/launcher/cmd",
	      "{\"command\":\"kill\",\"id\":\"S1\"}");
	sends("launcher", "{\"command\":\"close\",\"id\":\"S2\"}", "fleet/launcher/cmd",
	      "{\"command\":\"close\",\"id\":\"S2\"}");
	sends("launcher", "{\"command\":\"close\",\"id\":\"*\"}", "fleet/launcher/cmd",
	      "{\"command\":\"close\",\"id\":\"*\"}");
	sends("launcher", "{\"command\":\"save\",\"name\":\"demo\"}", "fleet/launcher/cmd",
	      "{\"command\":\"save\",\"name\":\"demo\"}");
}

static void without_a_launcher_the_keeper_is_told(void **state)
{
	(void)state;
	hear("fleet/launcher/status", "{\"status\":\"Dead\"}");
	sends("launcher", "{\"command\":\"restart\",\"id\":\"S1\"}", "fleet/stations/S1/cmd",
	      "{\"command\":\"restart\"}");
	is_refused("launcher", "{\"command\":\"restart\",\"id\":\"S2\"}", MONITOR_FLEET_NOT_NOW, "", "is dead");
	is_refused("launcher", "{\"command\":\"start\",\"connectors\":2}", MONITOR_FLEET_NOT_NOW, "", "no launcher");
	is_refused("launcher", "{\"command\":\"restart\",\"id\":\"*\"}", MONITOR_FLEET_NOT_NOW, "", "no launcher");
	is_refused("launcher", "{\"command\":\"load\",\"name\":\"demo\"}", MONITOR_FLEET_NOT_NOW, "", "no launcher");
}

static void a_connector_is_told(void **state)
{
	(void)state;
	sends("stations/S1/connectors/2/car", "{\"plugged\":true}", "fleet/stations/S1/connectors/2/car",
	      "{\"plugged\":true}");
	sends("stations/S1/connectors/2/car",
	      "{\"cable\":32,\"ready\":false,\"consumption_l1\":16.04,\"behaviour\":\"stop-at:parm,modem-silent\"}",
	      "fleet/stations/S1/connectors/2/car",
	      "{\"cable\":32,\"ready\":false,\"consumption_l1\":16.0,\"behaviour\":\"stop-at:parm,modem-silent\"}");
	sends("stations/S1/connectors/2/faulted", "{\"faulted\":true,\"status_code\":\"evse_malfunction\"}",
	      "fleet/stations/S1/connectors/2/faulted", "{\"faulted\":true,\"status_code\":\"evse_malfunction\"}");
	sends("stations/S1/connectors/2/id_tag", "{\"id_tag\":\"04:A2\"}", "fleet/stations/S1/connectors/2/id_tag",
	      "{\"id_tag\":\"04:A2\"}");
}

static void what_is_wrong_is_named_with_what_was_expected(void **state)
{
	static const struct {
		const char *path, *body, *member, *why;
	} bad[] = {
		{"launcher", "", "", "UTF-8"},
		{"launcher", "no JSON", "", "one JSON object"},
		{"launcher", "[1]", "", "a JSON object"},
		{"launcher", "{}", "command", "one of start, kill, restart, close, save, load"},
		{"launcher", "{\"command\":\"close_launcher\"}", "command", "one of start"},
		{"launcher", "{\"command\":\"start\"}", "connectors", "a whole number from 1 to 256"},
		{"launcher", "{\"command\":\"start\",\"connectors\":257}", "connectors",
		 "a whole number from 1 to 256"},
		{"launcher", "{\"command\":\"start\",\"connectors\":1.5}", "connectors", "a whole number"},
		{"launcher", "{\"command\":\"start\",\"connectors\":1,\"link\":\"tun\"}", "link", "one of unix, veth"},
		{"launcher", "{\"command\":\"start\",\"connectors\":1,\"id\":\"a/b\"}", "id", "A-Z a-z 0-9 _ -"},
		{"launcher", "{\"command\":\"start\",\"connectors\":1,\"id\":\"#\"}", "id", "A-Z a-z 0-9 _ -"},
		{"launcher", "{\"command\":\"start\",\"connectors\":1,\"evil\":1}", "evil", "id, connectors, link"},
		{"launcher", "{\"command\":\"kill\"}", "id", "a text"},
		{"launcher", "{\"command\":\"kill\",\"id\":\"S*\"}", "id", "or * for all stations"},
		{"launcher", "{\"command\":\"start\",\"connectors\":1,\"id\":\"*\"}", "id", "A-Z a-z 0-9 _ -"},
		{"launcher", "{\"command\":\"save\",\"name\":\"../../etc/passwd\"}", "name", "1 to 64"},
		{"stations/S1/connectors/2/car", "{}", "plugged", "another input of the car"},
		{"stations/S1/connectors/2/car", "{\"plugged\":\"yes\"}", "plugged", "true or false"},
		{"stations/S1/connectors/2/car", "{\"cable\":1.5}", "cable", "a whole number from 0 to 1000"},
		{"stations/S1/connectors/2/car", "{\"consumption_l3\":-1}", "consumption_l3", "0 to 1000 A"},
		{"stations/S1/connectors/2/car", "{\"attenuation\":1e9}", "attenuation", "0 to 127"},
		{"stations/S1/connectors/2/car", "{\"behaviour\":\"dance\"}", "behaviour",
		 "--print-behaviours names, not 'dance'"},
		{"stations/S1/connectors/2/car", "{\"faulted\":true}", "faulted", "plugged, cable"},
		{"stations/S1/connectors/2/faulted", "{\"status_code\":\"evse_ready\"}", "faulted", "true or false"},
		{"stations/S1/connectors/2/faulted", "{\"faulted\":true,\"status_code\":\"evse_ready\"}", "status_code",
		 "one of"},
		{"stations/S1/connectors/2/id_tag", "{\"id_tag\":\"\"}", "id_tag", "a text of 1"},
		{"stations/S1/connectors/2/id_tag", "{\"id_tag\":\"a b\"}", "id_tag", "1 to 36 of the characters"},
		{"stations/S1/connectors/2/id_tag", "{\"id_tag\":\"0123456789012345678901234567890123456\"}", "id_tag",
		 "1 to 36"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		is_refused(bad[i].path, bad[i].body, MONITOR_FLEET_BAD, bad[i].member, bad[i].why);
}

static void what_is_not_there_cannot_be_told(void **state)
{
	static const struct {
		const char *path, *why;
	} missing[] = {{"", "no such path"},
		       {"launcher/cmd", "no such path"},
		       {"stations/S1", "no such path"},
		       {"stations/S1/car", "no such path"},
		       {"stations/S1/connectors/2", "no such path"},
		       {"stations/S1/connectors/2/status", "no such path"},
		       {"stations/S1/connectors/2/car/more", "no such path"},
		       {"stations/+/connectors/2/car", "no such path"},
		       {"stations/S3/connectors/2/car", "no such station"},
		       {"stations/S1/connectors/1/car", "no such outlet"}};

	(void)state;
	for (size_t i = 0; i < COUNT(missing); i++)
		is_refused(missing[i].path, "{\"plugged\":true}", MONITOR_FLEET_MISSING, "", missing[i].why);
	is_refused("launcher", "{\"command\":\"kill\",\"id\":\"S3\"}", MONITOR_FLEET_MISSING, "", "no such station");
	is_refused("stations/S2/connectors/1/car", "{\"plugged\":true}", MONITOR_FLEET_NOT_NOW, "", "is dead");
}

static const struct monitor_fleet_behaviour *find_behaviour(const struct monitor_fleet_behaviours *all,
							    const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->words[i].name, name) == 0)
			return &all->words[i];
	fail_msg("no %s", name);
	return NULL;
}

static void behaviours_are_those_of_slac_ev(void **state)
{
	const struct monitor_fleet_behaviours *all = monitor_behaviours();
	char error[MONITOR_FLEET_TEXT_SIZE];

	(void)state;
	assert_string_equal(all->words[0].name, "normal");
	assert_null(find_behaviour(all, "silent")->argument);
	assert_string_equal(find_behaviour(all, "stop-at")->argument, "STEP");
	assert_string_equal(find_behaviour(all, "modem-slow")->argument, "MS");
	assert_string_equal(find_behaviour(all, "modem-link-lost")->argument, "[:MS]");
	assert_string_equal(find_behaviour(all, "modem-silent")->help, "answers nothing");
	for (size_t i = 0; i < all->count; i++)
		if ((all->words[i].argument == NULL || *all->words[i].argument == '[') &&
		    !all->check(all->words[i].name, error))
			fail_msg("%s: %s", all->words[i].name, error);
	assert_true(all->check("stop-at:parm,modem-slow:300", error));
	assert_false(all->check("stop-at", error));
	assert_non_null(strstr(error, "stop-at:STEP"));
}

/* --- who may ask --- */

#define TOKEN "000102030405060708090a0b0c0d0e0f"

static void a_token_is_made_of_all_octets(void **state)
{
	char token[MONITOR_TOKEN_SIZE];
	uint8_t octets[16];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		octets[i] = i;
	monitor_token_write(octets, token);
	assert_string_equal(token, TOKEN);
}

static void only_a_page_of_this_server_may_ask(void **state)
{
	static const struct monitor_post good = {.host = "127.0.0.1:8015",
						 .origin = "http://127.0.0.1:8015",
						 .site = "same-origin",
						 .content_type = "application/json",
						 .token = TOKEN};
	static const struct {
		const char *origin, *site;
	} others[] = {{"http://evil.example", NULL},
		      {"http://127.0.0.1:8016", NULL},
		      {"http://127.0.0.1:80150", NULL},
		      {"null", NULL},
		      {"", NULL},
		      {"http://127.0.0.1:8015", "cross-site"},
		      {NULL, "same-site"},
		      {NULL, "none"}};
	static const char *const types[] = {NULL, "", "text/plain", "application/jsonp",
					    "application/x-www-form-urlencoded"};
	static const char *const tokens[] = {NULL, "", "0", TOKEN "0", "100102030405060708090a0b0c0d0e0f"};
	struct monitor_post post = good;

	(void)state;
	assert_int_equal(monitor_guard_check(&post, TOKEN), MONITOR_GUARD_PASSED);
	for (size_t i = 0; i < COUNT(others); i++) {
		post.origin = others[i].origin;
		post.site = others[i].site;
		assert_int_equal(monitor_guard_check(&post, TOKEN), MONITOR_GUARD_ORIGIN);
	}
	post = good;
	for (size_t i = 0; i < COUNT(types); i++) {
		post.content_type = types[i];
		assert_int_equal(monitor_guard_check(&post, TOKEN), MONITOR_GUARD_TYPE);
	}
	post = good;
	for (size_t i = 0; i < COUNT(tokens); i++) {
		post.token = tokens[i];
		assert_int_equal(monitor_guard_check(&post, TOKEN), MONITOR_GUARD_TOKEN);
	}
	post = good;
	post.host = NULL;
	assert_int_equal(monitor_guard_check(&post, TOKEN), MONITOR_GUARD_ORIGIN);
}

static void a_proxy_and_a_program_may_ask_too(void **state)
{
	static const struct monitor_post behind_proxy = {.host = "Station.example",
							 .origin = "https://station.example",
							 .content_type = "application/json; charset=utf-8",
							 .token = TOKEN};
	static const struct monitor_post program = {
		.host = "localhost", .content_type = "Application/JSON", .token = TOKEN};

	(void)state;
	assert_int_equal(monitor_guard_check(&behind_proxy, TOKEN), MONITOR_GUARD_PASSED);
	assert_int_equal(monitor_guard_check(&program, TOKEN), MONITOR_GUARD_PASSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_launcher_is_told),
		TEST(without_a_launcher_the_keeper_is_told),
		TEST(a_connector_is_told),
		TEST(what_is_wrong_is_named_with_what_was_expected),
		TEST(what_is_not_there_cannot_be_told),
		cmocka_unit_test(behaviours_are_those_of_slac_ev),
		cmocka_unit_test(a_token_is_made_of_all_octets),
		cmocka_unit_test(only_a_page_of_this_server_may_ask),
		cmocka_unit_test(a_proxy_and_a_program_may_ask_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

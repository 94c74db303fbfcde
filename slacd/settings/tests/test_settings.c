/* SPDX-License-Identifier: Apache-2.0 */
/* Where a value comes from, and what is no value: file, environment, command line. */
#include "slacd/settings/tests/settings_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void defaults_are_the_documented_ones(void **state)
{
	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	assert_string_equal(settings.mqtt_host.text, "localhost");
	assert_int_equal(settings.mqtt_port, 1883);
	assert_string_equal(settings.topics_to_station.topic[0].text, "josev/cs");
	assert_string_equal(settings.topic_from_station.text, "cs/josev");
	assert_string_equal(settings.topic_from_iso15118.text, "iso15118/slac");
	assert_int_equal(settings.status_message, API_NAME_SLAC_SERVICE_STATUS);
	assert_int_equal(settings.profile, SETTINGS_FIELD);
	assert_int_equal(settings.outlet.slac.tt_evse_slac_init_ms, 20000);
	assert_int_equal(settings.outlet.pilot.step_f_ms, 5000);
	assert_int_equal(settings.outlet.pilot.step_x1_ms, 500);
	assert_int_equal(settings.outlet.slac.missing_profile_db, -1);
	assert_true(settings.outlet.pilot.hlc_at_start);
	assert_false(settings.allow_nonstandard_timers);
	assert_true(settings_check(&settings, path, complaint));
}

static void a_file_sets_values_topics_and_outlets(void **state)
{
	(void)state;
	assert_true(read_text("{\"mqtt\":{\"host\":\"broker\",\"port\":8883,\"topics_to_station\":[\"a/b\",\"c/d\"]},"
			      "\"slac\":{\"tt_evse_slac_init_ms\":30000},\"pilot\":{\"nominal_current_a\":16.5},"
			      "\"outlets\":{\"E1\":{\"interface\":\"eth1\",\"nominal_current_a\":10}}}"));
	assert_string_equal(settings.mqtt_host.text, "broker");
	assert_int_equal(settings.mqtt_port, 8883);
	assert_int_equal(settings.topics_to_station.count, 2);
	assert_string_equal(settings.topics_to_station.topic[1].text, "c/d");
	assert_int_equal(settings.outlet.slac.tt_evse_slac_init_ms, 30000);
	assert_int_equal(settings.outlet.pilot.nominal_current_da, 165);
	assert_string_equal(settings_outlet(&settings, "E1")->interface, "eth1");
	assert_int_equal(settings_outlet(&settings, "E1")->nominal_current_da, 100);
	assert_null(settings_outlet(&settings, "E2"));
}

static void a_wrong_member_is_named_with_file_path_and_expectation(void **state)
{
	static const struct {
		const char *text;
		const char *member;
		const char *expected;
	} cases[] = {
		{"{\"mqtt\":{\"port\":\"x\"}}", "mqtt.port", "a whole number"},
		{"{\"mqtt\":{\"port\":70000}}", "mqtt.port", "0 to 65535"},
		{"{\"mqtt\":{\"port\":1.5}}", "mqtt.port", "a whole number"},
		{"{\"mqtt\":{\"prot\":1}}", "mqtt.prot", "no such setting"},
		{"{\"mqtt\":{\"topics_to_station\":[]}}", "mqtt.topics_to_station", "1 to 4 topics"},
		{"{\"mqtt\":{\"topics_to_station\":[1]}}", "mqtt.topics_to_station", "topics"},
		{"{\"mqtt\":{\"topics_to_station\":[\"a\",\"b\",\"a\"]}}", "mqtt.topics_to_station", "each once"},
		{"{\"mqtt\":{\"topics_to_station\":[\"a/#\"]}}", "mqtt.topics_to_station", "without wildcards"},
		{"{\"mqtt\":{\"topics_from_services\":[\"a\",\"\"]}}", "mqtt.topics_from_services", "1 to 255 octets"},
		{"{\"mqtt\":{\"topics_from_services\":[\"a\\u0000b\"]}}", "mqtt.topics_from_services", "topics"},
		{"{\"mqtt\":{\"topic_from_station\":\"\"}}", "mqtt.topic_from_station", "1 to 255 octets"},
		{"{\"mqtt\":{\"topic_from_station\":\"+/josev\"}}", "mqtt.topic_from_station", "without wildcards"},
		{"{\"mqtt\":{\"topic_from_station\":\"cs/josev\\n\"}}", "mqtt.topic_from_station",
		 "control characters"},
		{"{\"mqtt\":{\"topic_from_station\":\"cs/josev\\u0000\"}}", "mqtt.topic_from_station", "a topic"},
		{"{\"mqtt\":{\"topic_from_station\":\"" OCTETS256 "\"}}", "mqtt.topic_from_station", "1 to 255"},
		{"{\"mqtt\":{\"topic_from_iso15118\":\"\xc0\xaf\"}}", "mqtt.topic_from_iso15118", "a topic"},
		{"{\"mqtt\":{\"host\":\"a\\u0000b\"}}", "mqtt.host", "a text"},
		{"{\"mqtt\":{\"host\":\"broker\\n\"}}", "mqtt.host",
		 "a text of at most 255 octets without control characters"},
		{"{\"mqtt\":{\"client_id\":\"a\\u001fb\"}}", "mqtt.client_id", "without control characters"},
		{"{\"mqtt\":{\"username\":\"\\tu\"}}", "mqtt.username", "without control characters"},
		{"{\"mqtt\":{\"password\":\"p\\r\"}}", "mqtt.password", "without control characters"},
		{"{\"mqtt\":{\"tls_ca\":\"/ca\\u007f\"}}", "mqtt.tls_ca", "without control characters"},
		{"{\"service\":{\"cs_config_file\":\"/c\\u0001\"}}", "service.cs_config_file",
		 "without control characters"},
		{"{\"record\":{\"directory\":\"/r\\u001b[2J\"}}", "record.directory", "without control characters"},
		{"{\"outlets\":{\"interfaces\":[\"eth*\",\"eth1\\n\"]}}", "outlets.interfaces",
		 "patterns of 1 to 255 octets without control characters"},
		{"{\"outlets\":{\"interfaces\":[\"\"]}}", "outlets.interfaces", "patterns of 1 to 255 octets"},
		{"{\"outlets\":{\"E1\":{\"interface\":\"eth1\\n\"}}}", "outlets.E1.interface",
		 "the name of an interface, or unix:PATH, without control characters"},
		{"{\"outlets\":{\"E1\":{\"interface\":\"eth1\\u0000x\"}}}", "outlets.E1.interface",
		 "the name of an interface"},
		{"{\"outlets\":{\"E1\\n\":{}}}", "outlets.E1",
		 "an evse_id of 1 to 63 octets without control characters"},
		{"{\"outlets\":{\"\\u007f\":{}}}", "outlets.",
		 "an evse_id of 1 to 63 octets without control characters"},
		{"{\"mqtt\":{\"status_message\":\"status\"}}", "mqtt.status_message",
		 "slac_service_status|slac_status"},
		{"{\"mqtt\":[]}", "mqtt", "an object"},
		{"{\"slac\":{\"allow_nonstandard_timers\":1}}", "slac.allow_nonstandard_timers", "true or false"},
		{"{\"slac\":{\"missing_profile\":256}}", "slac.missing_profile",
		 "\"fail\", or a whole number from 0 to 255 dB"},
		{"{\"slac\":{\"missing_profile\":\"ignore\"}}", "slac.missing_profile", "\"fail\""},
		{"{\"pilot\":{\"nominal_current_a\":3}}", "pilot.nominal_current_a", "6 to 80 A"},
		{"{\"pilots\":{}}", "pilots", "mqtt, slac, pilot, modem, service, record, outlets or bench"},
		{"{\"outlets\":{\"E1\":{\"iface\":\"x\"}}}", "outlets.E1.iface",
		 "interface, everest_module, nominal_current_a or attn_rx_db"},
		{"{\"outlets\":{\"E1\":{\"everest_module\":\"a/b\"}}}", "outlets.E1.everest_module",
		 "the id of EVerest's module"},
		{"{\"outlets\":{\"E1\":{\"nominal_current_a\":5.9}}}", "outlets.E1.nominal_current_a", "6 to 80 A"},
		{"{\"slac\":{\"attn_rx_db\":256}}", "slac.attn_rx_db", "-255 to 255 dB"},
		{"{\"slac\":{\"attn_rx_db\":[1,2]}}", "slac.attn_rx_db", "an array of 58"},
		{"{\"slac\":{\"attn_rx_db\":\"1\"}}", "slac.attn_rx_db", "a whole number"},
		{"{\"slac\":{\"any_ids\":1}}", "slac.any_ids", "true or false"},
		{"{\"slac\":{\"parallel_runs\":65}}", "slac.parallel_runs", "5 to 64"},
		{"{\"modem\":{\"family\":\"intel\"}}", "modem.family", "auto|qualcomm|lumissil|standard"},
		{"{\"outlets\":{\"E1\":{\"attn_rx_db\":1.5}}}", "outlets.E1.attn_rx_db", "a whole number"},
		{"{\"outlets\":{\"E1\":[]}}", "outlets.E1", "an object"},
		{"{\"modem\":{\"poll_ms\":100}}", "modem.poll_ms", "expected bench.poll_ms"},
		{"{\"slac\":{\"tt_match_join_ms\":1}}", "slac.tt_match_join_ms", "expected bench.tt_match_join_ms"},
		{"{\"bench\":{\"amp_map_amplitude\":16}}", "bench.amp_map_amplitude", "from 0 to 15"},
		{"[]", "the file", "one JSON object"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(read_text(cases[i].text));
		assert_non_null(strstr(complaint, path));
		assert_non_null(strstr(complaint, cases[i].member));
		assert_non_null(strstr(complaint, cases[i].expected));
	}
}

static bool holds_text(const struct setting *setting)
{
	return setting->type == SETTING_TEXT || setting->type == SETTING_TOPIC || setting->type == SETTING_TOPICS ||
	       setting->type == SETTING_INTERFACES;
}

static void no_setting_takes_a_control_character(void **state)
{
	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	for (size_t i = 0; i < settings_table_count; i++) {
		const char *setting = settings_table[i].path;
		if (!holds_text(&settings_table[i]))
			continue;
		for (int octet = 1; octet <= 0x7f; octet++) {
			const char text[] = {'a', (char)octet, 'b', '\0'};
			const bool is_control = octet < 0x20 || octet == 0x7f;
			if (settings_set(&settings, setting, text, setting, complaint) && is_control)
				fail_msg("%s takes 0x%02x", setting, octet);
			if (is_control)
				assert_non_null(strstr(complaint, "without"));
		}
		assert_true(settings_set(&settings, setting, "/\x20~\xc3\xa4", setting, complaint));
	}
}

static void a_control_character_of_an_option_or_the_environment_is_refused(void **state)
{
	(void)state;
	assert_int_equal(OPTIONS("--mqtt-host", "broker\n"), OPTIONS_BAD);
	assert_non_null(strstr(complaint, "--mqtt-host: "));
	assert_non_null(strstr(complaint, "expected a text of at most 255 octets without control characters"));
	assert_int_equal(OPTIONS("--cs-limits-file=/l\x7f"), OPTIONS_BAD);
	assert_non_null(strstr(complaint, "--cs-limits-file: "));
	setenv("CS_CONFIG_FILE", "/c\t", 1);
	assert_int_equal(OPTIONS("--mqtt-port", "1"), OPTIONS_BAD);
	assert_non_null(strstr(complaint, "CS_CONFIG_FILE: "));
}

static void a_file_that_is_no_json_or_missing_is_named(void **state)
{
	(void)state;
	assert_false(read_text("{\"mqtt\":"));
	assert_non_null(strstr(complaint, "not valid JSON"));
	assert_false(read_text("{} x"));
	assert_false(settings_read_file(&settings, "/nonexistent/slacd.json", complaint));
	assert_non_null(strstr(complaint, "/nonexistent/slacd.json"));
	assert_non_null(strstr(complaint, "No such file"));
}

static void the_init_timer_must_be_20_to_50_s_unless_allowed(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} cases[] = {
		{"{\"slac\":{\"tt_evse_slac_init_ms\":19999}}", false},
		{"{\"slac\":{\"tt_evse_slac_init_ms\":20000}}", true},
		{"{\"slac\":{\"tt_evse_slac_init_ms\":50000}}", true},
		{"{\"slac\":{\"tt_evse_slac_init_ms\":50001}}", false},
		{"{\"slac\":{\"tt_evse_slac_init_ms\":500,\"allow_nonstandard_timers\":true}}", true},
		{"{\"pilot\":{\"step_f_ms\":3999}}", false},
		{"{\"pilot\":{\"step_f_ms\":4000}}", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(read_text(cases[i].text));
		assert_int_equal(settings_check(&settings, path, complaint), cases[i].valid);
	}
	assert_true(read_text(cases[0].text));
	assert_false(settings_check(&settings, path, complaint));
	assert_non_null(strstr(complaint, path));
	assert_non_null(strstr(complaint, "slac.tt_evse_slac_init_ms"));
	assert_non_null(strstr(complaint, "20000 ... 50000 ms"));
}

static void options_go_before_environment_before_file(void **state)
{
	(void)state;
	assert_true(read_text("{\"mqtt\":{\"host\":\"from-file\",\"port\":1},\"service\":{\"log_level\":\"ERROR\"}}"));
	setenv("MQTT_HOST", "from-environment", 1);
	setenv("MQTT_PORT", "2", 1);
	assert_int_equal(OPTIONS("--config", path, "--mqtt-port=3"), OPTIONS_RUN);
	assert_int_equal(settings.log_level, LOG_LEVEL_ERROR);
	assert_string_equal(settings.mqtt_host.text, "from-environment");
	assert_int_equal(settings.mqtt_port, 3);
}

static void services_are_heard_where_slacd_speaks_unless_topics_are_set(void **state)
{
	(void)state;
	assert_true(read_text("{\"mqtt\":{\"topics_to_station\":[\"site/cs\",\"c/d\"]}}"));
	settings_apply_profile(&settings);
	assert_int_equal(settings.topics_from_services.count, 2);
	assert_string_equal(settings.topics_from_services.topic[0].text, "site/cs");
	assert_string_equal(settings.topics_from_services.topic[1].text, "iso15118/ocpp");
	assert_true(read_text("{\"mqtt\":{\"topics_to_station\":[\"site/cs\"],\"topics_from_services\":[\"x\"]}}"));
	settings_apply_profile(&settings);
	assert_int_equal(settings.topics_from_services.count, 1);
	assert_string_equal(settings.topics_from_services.topic[0].text, "x");
	assert_true(read_text("{\"mqtt\":{\"topics_to_station\":[\"iso15118/ocpp\"]}}"));
	settings_apply_profile(&settings);
	assert_int_equal(settings.topics_from_services.count, 1);
}

static void nobody_but_the_services_speaks_where_slacd_does(void **state)
{
	static const struct {
		const char *text;
		const char *member; /* NULL: allowed */
	} cases[] = {
		{"{\"mqtt\":{\"topics_to_station\":[\"x\",\"cs/josev\"]}}", "mqtt.topic_from_station"},
		{"{\"mqtt\":{\"topic_from_station\":\"josev/cs\"}}", "mqtt.topic_from_station"},
		{"{\"mqtt\":{\"topic_from_iso15118\":\"josev/cs\"}}", "mqtt.topic_from_iso15118"},
		{"{\"mqtt\":{\"topic_from_iso15118\":\"cs/josev\"}}", NULL},
		{"{\"mqtt\":{\"topics_from_services\":[\"cs/josev\",\"josev/cs\"]}}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(read_text(cases[i].text));
		settings_apply_profile(&settings);
		assert_int_equal(settings_check(&settings, "file", complaint), cases[i].member == NULL);
		if (cases[i].member != NULL)
			assert_non_null(strstr(complaint, cases[i].member));
	}
}

static void unix_socket_is_told_from_a_host(void **state)
{
	static const struct {
		const char *host;
		uint32_t port;
		const char *path;
	} cases[] = {{"localhost", 1883, NULL},
		     {"::1", 1883, NULL},
		     {"/run/mosquitto.sock", 1883, "/run/mosquitto.sock"},
		     {"unix:/run/mosquitto.sock", 1883, "/run/mosquitto.sock"},
		     {"/run/mosquitto.sock", 0, "/run/mosquitto.sock"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		settings_defaults(&settings, SETTINGS_FIELD);
		strcpy(settings.mqtt_host.text, cases[i].host);
		settings.mqtt_port = cases[i].port;
		assert_true(settings_check(&settings, "x", complaint));
		if (cases[i].path == NULL)
			assert_null(settings_mqtt_socket(&settings));
		else
			assert_string_equal(settings_mqtt_socket(&settings), cases[i].path);
	}
}

static void path_of_a_socket_is_absolute_and_short_enough(void **state)
{
	static const char long_path[] = "/0123456789012345678901234567890123456789012345678901234567890123456789"
					"012345678901234567890123456789012345";

	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	strcpy(settings.mqtt_host.text, long_path);
	assert_true(settings_check(&settings, "x", complaint));
	strcat(settings.mqtt_host.text, "6");
	assert_false(settings_check(&settings, "x", complaint));
	assert_non_null(
		strstr(complaint, "x: mqtt.host: expected the absolute path of a Unix socket, of at most 107 octets"));
	strcpy(settings.mqtt_host.text, "unix:run/mosquitto.sock");
	assert_false(settings_check(&settings, "x", complaint));
}

static void an_empty_environment_variable_counts_as_unset(void **state)
{
	(void)state;
	setenv("MQTT_PORT", "", 1);
	assert_int_equal(OPTIONS("--log-level", "DEBUG"), OPTIONS_RUN);
	assert_int_equal(settings.mqtt_port, 1883);
}

static void a_log_level_is_taken_in_lower_case_too_but_no_other_word(void **state)
{
	(void)state;
	setenv("LOG_LEVEL", "debug", 1);
	assert_int_equal(OPTIONS("--mqtt-host", "h"), OPTIONS_RUN);
	assert_int_equal(settings.log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(OPTIONS("--log-level", "Warn"), OPTIONS_RUN);
	assert_int_equal(settings.log_level, LOG_LEVEL_WARN);
	assert_true(read_text("{\"service\":{\"log_level\":\"error\"}}"));
	assert_int_equal(settings.log_level, LOG_LEVEL_ERROR);
	assert_false(read_text("{\"slac\":{\"profile\":\"STRICT\"}}"));
}

static void wrong_options_are_named(void **state)
{
	(void)state;
	assert_int_equal(OPTIONS("--mqtt-prot", "1"), OPTIONS_BAD);
	assert_non_null(strstr(complaint, "--mqtt-prot"));
	assert_int_equal(OPTIONS("--mqtt-port"), OPTIONS_BAD);
	assert_non_null(strstr(complaint, "missing argument of option '--mqtt-port'"));
	assert_int_equal(OPTIONS("--mqtt-port", "65536"), OPTIONS_BAD);
	assert_non_null(
		strstr(complaint, "--mqtt-port: '65536' is not valid, expected a whole number from 0 to 65535"));
	assert_int_equal(OPTIONS("--mqtt-port", "0"), OPTIONS_BAD);
	assert_non_null(strstr(complaint, "mqtt.host: expected the absolute path of a Unix socket"));
	assert_non_null(strstr(complaint, "as mqtt.port is 0"));
	assert_int_equal(OPTIONS("file.json"), OPTIONS_BAD);
	assert_non_null(strstr(complaint, "unexpected argument 'file.json'"));
	setenv("LOG_LEVEL", "LOUD", 1);
	assert_int_equal(OPTIONS("--mqtt-port", "1"), OPTIONS_BAD);
	assert_non_null(
		strstr(complaint, "LOG_LEVEL: 'LOUD' is not valid, expected one of TRACE|DEBUG|INFO|WARN|ERROR"));
}

static void what_print_config_prints_can_be_read_back(void **state)
{
	char *text;
	size_t len;

	(void)state;
	assert_true(
		read_text("{\"mqtt\":{\"password\":\"secret\",\"topics_to_station\":[\"x\",\"y\"]},"
			  "\"slac\":{\"attn_rx_db\":-3,\"missing_profile\":7},\"pilot\":{\"nominal_current_a\":10.5},"
			  "\"bench\":{\"poll_ms\":77},"
			  "\"outlets\":{\"E1\":{\"interface\":\"eth1\",\"attn_rx_db\":" DB58 "}}}"));
	FILE *out = open_memstream(&text, &len);
	settings_print(&settings, out);
	fclose(out);
	assert_null(strstr(text, "secret"));
	assert_non_null(strstr(text, "\"poll_ms\": 77"));
	assert_null(strstr(text, "supervise_ms")); /* for benches, and not set */
	struct settings before = settings;
	assert_true(read_text(text));
	free(text);
	memset(&before.mqtt_password, 0, sizeof(before.mqtt_password));
	memcpy(before.given, settings.given, sizeof(before.given)); /* what is printed is all given */
	assert_memory_equal(&before, &settings, sizeof(settings));
}

/* --- comments --- */

static void comments_are_allowed_outside_of_strings(void **state)
{
	(void)state;
	assert_true(read_text("// the broker\n{/* \"mqtt\":{\"port\":1},*/\"mqtt\": // of the station\n"
			      "{\"host\":\"a\" /**/,/***/\"port\":2}}\n/* // */ // the end"));
	assert_string_equal(settings.mqtt_host.text, "a");
	assert_int_equal(settings.mqtt_port, 2);
}

static void what_looks_like_a_comment_in_a_string_is_text(void **state)
{
	(void)state;
	assert_true(read_text("{\"mqtt\":{\"host\":\"a//b\",\"username\":\"/*c\\\"/*\",\"password\":\"d*/\\\\\"}}"));
	assert_string_equal(settings.mqtt_host.text, "a//b");
	assert_string_equal(settings.mqtt_username.text, "/*c\"/*");
	assert_string_equal(settings.mqtt_password.text, "d*/\\");
}

static void a_comment_without_an_end_is_refused_with_its_place(void **state)
{
	static const char *const texts[] = {"{} /* x", "{} /*/", "{} /* x *", "{} /*"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(read_text(texts[i]));
		assert_non_null(strstr(complaint, "not valid JSON at line 1, column 4: this comment does not end"));
	}
	assert_false(read_text("{} / x"));
	assert_false(read_text("{} */"));
}

static void an_error_after_a_comment_names_its_place_in_the_file(void **state)
{
	(void)state;
	assert_false(read_text("/* 012 */ // 456\n{x}"));
	assert_non_null(strstr(complaint, "not valid JSON at line 2, column 2: "));
}

static void what_is_given_twice_is_named(void **state)
{
	static const char *const texts[][2] = {
		{"{\"mqtt\":{\"port\":1},\n  \"mqtt\":{}}", ": mqtt: given twice, the second time at line 2, column 3"},
		{"{\"mqtt\":{\"port\":1,\"port\":1}}",
		 ": mqtt.port: given twice, the second time at line 1, column 19"},
		{"{\"outlets\":{\"E1\":{},/* the same */\"E1\":{}}}",
		 ": outlets.E1: given twice, the second time at line 1, column 35"},
		{"{\"outlets\":{\"E1\":{\"interface\":\"a\",\"interface\":\"a\"}}}",
		 ": outlets.E1.interface: given twice"},
		/* The first one has been wrong. */
		{"{\"mqtt\":{\"port\":\"x\",\"p\\u006frt\":1}}", ": mqtt.port: given twice"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(read_text(texts[i][0]));
		if (strstr(complaint, texts[i][1]) == NULL)
			fail_msg("%s is not in %s", texts[i][1], complaint);
	}
	assert_true(read_text("{\"mqtt\":{},\"outlets\":{\"mqtt\":{},\"port\":{}}}"));
}

static void the_rest_of_the_file_is_strict_json(void **state)
{
	static const char *const texts[] = {"{\"mqtt\":{\"port\":1,}}", "{\"pilot\":{\"hlc_at_start\":True}}",
					    "{\"mqtt\":{\"port\":01}}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(read_text(texts[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_log_level_is_taken_in_lower_case_too_but_no_other_word, clear_environment),
		cmocka_unit_test_setup(defaults_are_the_documented_ones, clear_environment),
		cmocka_unit_test_setup(a_file_sets_values_topics_and_outlets, clear_environment),
		cmocka_unit_test_setup(services_are_heard_where_slacd_speaks_unless_topics_are_set, clear_environment),
		cmocka_unit_test_setup(nobody_but_the_services_speaks_where_slacd_does, clear_environment),
		cmocka_unit_test_setup(unix_socket_is_told_from_a_host, clear_environment),
		cmocka_unit_test_setup(path_of_a_socket_is_absolute_and_short_enough, clear_environment),
		cmocka_unit_test_setup(a_wrong_member_is_named_with_file_path_and_expectation, clear_environment),
		cmocka_unit_test_setup(a_file_that_is_no_json_or_missing_is_named, clear_environment),
		cmocka_unit_test_setup(the_init_timer_must_be_20_to_50_s_unless_allowed, clear_environment),
		cmocka_unit_test_setup(options_go_before_environment_before_file, clear_environment),
		cmocka_unit_test_setup(no_setting_takes_a_control_character, clear_environment),
		cmocka_unit_test_setup(a_control_character_of_an_option_or_the_environment_is_refused,
				       clear_environment),
		cmocka_unit_test_setup(an_empty_environment_variable_counts_as_unset, clear_environment),
		cmocka_unit_test_setup(wrong_options_are_named, clear_environment),
		cmocka_unit_test_setup(what_print_config_prints_can_be_read_back, clear_environment),
		cmocka_unit_test_setup(comments_are_allowed_outside_of_strings, clear_environment),
		cmocka_unit_test_setup(what_looks_like_a_comment_in_a_string_is_text, clear_environment),
		cmocka_unit_test_setup(a_comment_without_an_end_is_refused_with_its_place, clear_environment),
		cmocka_unit_test_setup(an_error_after_a_comment_names_its_place_in_the_file, clear_environment),
		cmocka_unit_test_setup(what_is_given_twice_is_named, clear_environment),
		cmocka_unit_test_setup(the_rest_of_the_file_is_strict_json, clear_environment),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}

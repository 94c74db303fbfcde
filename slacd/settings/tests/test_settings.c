/* SPDX-License-Identifier: Apache-2.0 */
#include "homeplug/slac/slac_profile.h"
#include "slacd/evse_setup.h"
#include "slacd/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* 58 values: 1, 56 zeros, -2. */
#define ZEROS8 "0,0,0,0,0,0,0,0,"
#define DB58   "[1," ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8 "-2]"

static struct settings settings;
static char error[SETTINGS_ERROR_SIZE];
static char path[] = "/tmp/slacd-settings-XXXXXX";

static int clear_environment(void **state)
{
	static const char *const names[] = {"MQTT_HOST", "MQTT_PORT", "LOG_LEVEL", "CS_CONFIG_FILE", "CS_LIMITS_FILE"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	error[0] = '\0';
	return 0;
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static bool read_text(const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	settings_defaults(&settings);
	return settings_read_file(&settings, path, error);
}

static enum options_action read_options(int argc, const char *const *argv)
{
	const char *config_file;

	return options_read(argc, (char **)argv, &settings, &config_file, error);
}

#define OPTIONS(...)                                                                                                   \
	read_options(sizeof((const char *[]){"slacd", __VA_ARGS__}) / sizeof(char *),                                  \
		     (const char *[]){"slacd", __VA_ARGS__})

static void defaults_are_the_documented_ones(void **state)
{
	(void)state;
	settings_defaults(&settings);
	assert_string_equal(settings.mqtt_host.text, "localhost");
	assert_int_equal(settings.mqtt_port, 1883);
	assert_string_equal(settings.topics_to_station[0].text, "josev/cs");
	assert_string_equal(settings.topic_from_station.text, "cs/josev");
	assert_string_equal(settings.topic_from_iso15118.text, "iso15118/slac");
	assert_string_equal(settings.status_message.text, "slac_service_status");
	assert_string_equal(settings.slac_profile.text, "field");
	assert_int_equal(settings.tt_evse_slac_init_ms, 20000);
	assert_int_equal(settings.step_f_ms, 5000);
	assert_int_equal(settings.step_x1_ms, 500);
	assert_int_equal(settings.missing_profile_db, -1);
	assert_true(settings.hlc_at_start);
	assert_false(settings.allow_nonstandard_timers);
	assert_true(settings_check(&settings, path, error));
}

static void a_file_sets_values_topics_and_outlets(void **state)
{
	(void)state;
	assert_true(read_text("{\"mqtt\":{\"host\":\"broker\",\"port\":8883,\"topics_to_station\":[\"a/b\",\"c/d\"]},"
			      "\"slac\":{\"tt_evse_slac_init_ms\":30000},\"pilot\":{\"nominal_current_a\":16.5},"
			      "\"outlets\":{\"E1\":{\"interface\":\"eth1\",\"nominal_current_a\":10}}}"));
	assert_string_equal(settings.mqtt_host.text, "broker");
	assert_int_equal(settings.mqtt_port, 8883);
	assert_int_equal(settings.topics_to_station_count, 2);
	assert_string_equal(settings.topics_to_station[1].text, "c/d");
	assert_int_equal(settings.tt_evse_slac_init_ms, 30000);
	assert_true(settings.nominal_current_a == 16.5);
	assert_string_equal(settings_outlet(&settings, "E1")->interface, "eth1");
	assert_true(settings_outlet(&settings, "E1")->nominal_current_a == 10);
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
		{"{\"mqtt\":{\"port\":70000}}", "mqtt.port", "1 to 65535"},
		{"{\"mqtt\":{\"port\":1.5}}", "mqtt.port", "a whole number"},
		{"{\"mqtt\":{\"prot\":1}}", "mqtt.prot", "no such setting"},
		{"{\"mqtt\":{\"topics_to_station\":[]}}", "mqtt.topics_to_station", "1 to 4 topics"},
		{"{\"mqtt\":{\"topics_to_station\":[1]}}", "mqtt.topics_to_station", "topics"},
		{"{\"mqtt\":{\"status_message\":\"status\"}}", "mqtt.status_message",
		 "slac_service_status|slac_status"},
		{"{\"mqtt\":[]}", "mqtt", "an object"},
		{"{\"slac\":{\"allow_nonstandard_timers\":1}}", "slac.allow_nonstandard_timers", "true or false"},
		{"{\"slac\":{\"missing_profile\":256}}", "slac.missing_profile",
		 "\"fail\", or a whole number from 0 to 255 dB"},
		{"{\"slac\":{\"missing_profile\":\"ignore\"}}", "slac.missing_profile", "\"fail\""},
		{"{\"pilot\":{\"nominal_current_a\":3}}", "pilot.nominal_current_a", "6 to 80 A"},
		{"{\"pilots\":{}}", "pilots", "mqtt, slac, pilot"},
		{"{\"outlets\":{\"E1\":{\"iface\":\"x\"}}}", "outlets.E1.iface",
		 "interface, nominal_current_a or attn_rx_db"},
		{"{\"outlets\":{\"E1\":{\"nominal_current_a\":5.9}}}", "outlets.E1.nominal_current_a", "6 to 80 A"},
		{"{\"slac\":{\"attn_rx_db\":256}}", "slac.attn_rx_db", "-255 to 255 dB"},
		{"{\"slac\":{\"attn_rx_db\":[1,2]}}", "slac.attn_rx_db", "an array of 58"},
		{"{\"slac\":{\"attn_rx_db\":\"1\"}}", "slac.attn_rx_db", "a whole number"},
		{"{\"slac\":{\"any_ids\":1}}", "slac.any_ids", "true or false"},
		{"{\"slac\":{\"parallel_runs\":6}}", "slac.parallel_runs", "1 to 5"},
		{"{\"modem\":{\"family\":\"intel\"}}", "modem.family", "auto|qualcomm|lumissil|standard"},
		{"{\"outlets\":{\"E1\":{\"attn_rx_db\":1.5}}}", "outlets.E1.attn_rx_db", "a whole number"},
		{"[]", "the file", "one JSON object"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(read_text(cases[i].text));
		assert_non_null(strstr(error, path));
		assert_non_null(strstr(error, cases[i].member));
		assert_non_null(strstr(error, cases[i].expected));
	}
}

static void a_file_that_is_no_json_or_missing_is_named(void **state)
{
	(void)state;
	assert_false(read_text("{\"mqtt\":"));
	assert_non_null(strstr(error, "not valid JSON"));
	assert_false(read_text("{} x"));
	assert_false(settings_read_file(&settings, "/nonexistent/slacd.json", error));
	assert_non_null(strstr(error, "/nonexistent/slacd.json"));
	assert_non_null(strstr(error, "No such file"));
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
		assert_int_equal(settings_check(&settings, path, error), cases[i].valid);
	}
	assert_true(read_text(cases[0].text));
	assert_false(settings_check(&settings, path, error));
	assert_non_null(strstr(error, path));
	assert_non_null(strstr(error, "slac.tt_evse_slac_init_ms"));
	assert_non_null(strstr(error, "20000 ... 50000 ms"));
}

static void options_go_before_environment_before_file(void **state)
{
	(void)state;
	assert_true(read_text("{\"mqtt\":{\"host\":\"from-file\",\"port\":1},\"service\":{\"log_level\":\"ERROR\"}}"));
	setenv("MQTT_HOST", "from-environment", 1);
	setenv("MQTT_PORT", "2", 1);
	assert_int_equal(OPTIONS("--config", path, "--mqtt-port=3"), OPTIONS_RUN);
	assert_string_equal(settings.log_level.text, "ERROR");
	assert_string_equal(settings.mqtt_host.text, "from-environment");
	assert_int_equal(settings.mqtt_port, 3);
}

static void an_empty_environment_variable_counts_as_unset(void **state)
{
	(void)state;
	setenv("MQTT_PORT", "", 1);
	assert_int_equal(OPTIONS("--log-level", "DEBUG"), OPTIONS_RUN);
	assert_int_equal(settings.mqtt_port, 1883);
}

static void wrong_options_are_named(void **state)
{
	(void)state;
	assert_int_equal(OPTIONS("--mqtt-prot", "1"), OPTIONS_BAD);
	assert_non_null(strstr(error, "--mqtt-prot"));
	assert_int_equal(OPTIONS("--mqtt-port"), OPTIONS_BAD);
	assert_non_null(strstr(error, "missing argument of option '--mqtt-port'"));
	assert_int_equal(OPTIONS("--mqtt-port", "0"), OPTIONS_BAD);
	assert_non_null(strstr(error, "--mqtt-port: '0' is not valid, expected a whole number from 1 to 65535"));
	assert_int_equal(OPTIONS("file.json"), OPTIONS_BAD);
	assert_non_null(strstr(error, "unexpected argument 'file.json'"));
	setenv("LOG_LEVEL", "LOUD", 1);
	assert_int_equal(OPTIONS("--mqtt-port", "1"), OPTIONS_BAD);
	assert_non_null(strstr(error, "LOG_LEVEL: 'LOUD' is not valid, expected one of TRACE|DEBUG|INFO|WARN|ERROR"));
}

static void what_print_config_prints_can_be_read_back(void **state)
{
	char *text;
	size_t len;

	(void)state;
	assert_true(read_text("{\"mqtt\":{\"password\":\"secret\",\"topics_to_station\":[\"x\",\"y\"]},"
			      "\"slac\":{\"attn_rx_db\":-3},\"pilot\":{\"nominal_current_a\":10.5},"
			      "\"outlets\":{\"E1\":{\"interface\":\"eth1\",\"attn_rx_db\":" DB58 "}}}"));
	FILE *out = open_memstream(&text, &len);
	settings_print(&settings, out);
	fclose(out);
	assert_null(strstr(text, "secret"));
	struct settings before = settings;
	assert_true(read_text(text));
	free(text);
	memset(&before.mqtt_password, 0, sizeof(before.mqtt_password));
	memcpy(before.given, settings.given, sizeof(before.given)); /* what is printed is all given */
	assert_memory_equal(&before, &settings, sizeof(settings));
}

/* --- profiles --- */

static void read_profile(const char *text)
{
	assert_true(read_text(text));
	settings_apply_profile(&settings);
}

static void switches_follow_the_profile_and_each_can_be_set_on_its_own(void **state)
{
	(void)state;
	read_profile("{}");
	assert_true(settings.any_ids);
	assert_int_equal(settings.slac_init_retries, 0);
	read_profile("{\"slac\":{\"profile\":\"strict\"}}");
	assert_false(settings.any_ids);
	assert_int_equal(settings.slac_init_retries, 2);
	read_profile("{\"slac\":{\"any_ids\":true,\"profile\":\"strict\"},\"pilot\":{\"slac_init_retries\":1}}");
	assert_true(settings.any_ids);
	assert_false(settings.any_sound_counts);
	assert_int_equal(settings.slac_init_retries, 1);
	read_profile("{\"slac\":{\"any_ids\":false}}");
	assert_false(settings.any_ids);
	assert_true(settings.any_sound_counts);
}

/* The switches are written down twice: for users in the table of settings, for the core in slac_profile.c. */
static void settings_of_a_profile_are_those_of_the_matching_core(void **state)
{
	static const char *const texts[] = {"{}", "{\"slac\":{\"profile\":\"strict\"}}"};

	(void)state;
	for (size_t strict = 0; strict < 2; strict++) {
		struct slac_evse_config from_settings, core;
		read_profile(texts[strict]);
		memset(&from_settings, 0, sizeof(from_settings));
		memset(&core, 0, sizeof(core));
		struct outlet_config all;
		settings_outlet_config(&settings, "E9", true, &all);
		from_settings = all.slac;
		slac_evse_defaults(&core, strict == 1);
		core.await_link = true; /* where the modem can tell */
		assert_memory_equal(&from_settings, &core, sizeof(core));
	}
}

static void every_switch_of_a_profile_is_a_setting_that_print_config_prints(void **state)
{
	char *text;
	size_t len;

	(void)state;
	read_profile("{}");
	FILE *out = open_memstream(&text, &len);
	settings_print(&settings, out);
	fclose(out);
	for (size_t i = 0; i < slac_switches_count; i++) {
		char line[64];
		snprintf(line, sizeof(line), "\"%s\": %s", slac_switches[i].name,
			 slac_switches[i].field ? "true" : "false");
		assert_non_null(strstr(text, line));
	}
	free(text);
}

static void receive_path_is_one_value_or_58_and_an_outlet_may_have_its_own(void **state)
{
	struct slac_evse_config config;

	(void)state;
	read_profile("{\"slac\":{\"attn_rx_db\":7},\"outlets\":{\"E1\":{\"attn_rx_db\":" DB58 "}}}");
	struct outlet_config all;
	settings_outlet_config(&settings, "E9", true, &all);
	config = all.slac;
	assert_int_equal(config.attn_rx_db[0], 7);
	assert_int_equal(config.attn_rx_db[57], 7);
	settings_outlet_config(&settings, "E1", true, &all);
	config = all.slac;
	assert_int_equal(config.attn_rx_db[0], 1);
	assert_int_equal(config.attn_rx_db[57], -2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(defaults_are_the_documented_ones, clear_environment),
		cmocka_unit_test_setup(a_file_sets_values_topics_and_outlets, clear_environment),
		cmocka_unit_test_setup(a_wrong_member_is_named_with_file_path_and_expectation, clear_environment),
		cmocka_unit_test_setup(a_file_that_is_no_json_or_missing_is_named, clear_environment),
		cmocka_unit_test_setup(the_init_timer_must_be_20_to_50_s_unless_allowed, clear_environment),
		cmocka_unit_test_setup(options_go_before_environment_before_file, clear_environment),
		cmocka_unit_test_setup(an_empty_environment_variable_counts_as_unset, clear_environment),
		cmocka_unit_test_setup(wrong_options_are_named, clear_environment),
		cmocka_unit_test_setup(switches_follow_the_profile_and_each_can_be_set_on_its_own, clear_environment),
		cmocka_unit_test_setup(settings_of_a_profile_are_those_of_the_matching_core, clear_environment),
		cmocka_unit_test_setup(every_switch_of_a_profile_is_a_setting_that_print_config_prints,
				       clear_environment),
		cmocka_unit_test_setup(receive_path_is_one_value_or_58_and_an_outlet_may_have_its_own,
				       clear_environment),
		cmocka_unit_test_setup(what_print_config_prints_can_be_read_back, clear_environment),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/options.h"
#include "slacd/settings/settings_table.h"

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

#define OCTETS16  "0123456789abcdef"
#define OCTETS64  OCTETS16 OCTETS16 OCTETS16 OCTETS16
#define OCTETS256 OCTETS64 OCTETS64 OCTETS64 OCTETS64

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
	settings_defaults(&settings, SETTINGS_FIELD);
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
		 "interface, nominal_current_a or attn_rx_db"},
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
		assert_non_null(strstr(error, path));
		assert_non_null(strstr(error, cases[i].member));
		assert_non_null(strstr(error, cases[i].expected));
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
			if (settings_set(&settings, setting, text, setting, error) && is_control)
				fail_msg("%s takes 0x%02x", setting, octet);
			if (is_control)
				assert_non_null(strstr(error, "without"));
		}
		assert_true(settings_set(&settings, setting, "/\x20~\xc3\xa4", setting, error));
	}
}

static void a_control_character_of_an_option_or_the_environment_is_refused(void **state)
{
	(void)state;
	assert_int_equal(OPTIONS("--mqtt-host", "broker\n"), OPTIONS_BAD);
	assert_non_null(strstr(error, "--mqtt-host: "));
	assert_non_null(strstr(error, "expected a text of at most 255 octets without control characters"));
	assert_int_equal(OPTIONS("--cs-limits-file=/l\x7f"), OPTIONS_BAD);
	assert_non_null(strstr(error, "--cs-limits-file: "));
	setenv("CS_CONFIG_FILE", "/c\t", 1);
	assert_int_equal(OPTIONS("--mqtt-port", "1"), OPTIONS_BAD);
	assert_non_null(strstr(error, "CS_CONFIG_FILE: "));
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
		assert_int_equal(settings_check(&settings, "file", error), cases[i].member == NULL);
		if (cases[i].member != NULL)
			assert_non_null(strstr(error, cases[i].member));
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
		assert_true(settings_check(&settings, "x", error));
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
	assert_true(settings_check(&settings, "x", error));
	strcat(settings.mqtt_host.text, "6");
	assert_false(settings_check(&settings, "x", error));
	assert_non_null(
		strstr(error, "x: mqtt.host: expected the absolute path of a Unix socket, of at most 107 octets"));
	strcpy(settings.mqtt_host.text, "unix:run/mosquitto.sock");
	assert_false(settings_check(&settings, "x", error));
}

static void password_and_tls_settings_that_do_not_go_together_are_named(void **state)
{
	static const struct {
		const char *mqtt;
		const char *error; /* NULL: they go together */
	} cases[] = {
		{"\"username\":\"u\",\"password\":\"p\"", NULL},
		{"\"username\":\"u\",\"password_file\":\"/p\"", NULL},
		{"\"username\":\"u\",\"password\":\"p\",\"password_file\":\"/p\"",
		 "mqtt.password_file: expected none beside mqtt.password"},
		{"\"password_file\":\"/p\"", "mqtt.username: expected a user name"},
		{"\"password\":\"p\"", "mqtt.username: expected a user name"},
		{"\"tls_ca\":\"/c\"", NULL},
		{"\"tls_ca\":\"/c\",\"tls_certificate\":\"/x\",\"tls_key\":\"/k\"", NULL},
		{"\"tls_ca\":\"/c\",\"tls_certificate\":\"/x\"", "mqtt.tls_key: expected certificate and key"},
		{"\"tls_ca\":\"/c\",\"tls_key\":\"/k\"", "mqtt.tls_certificate: expected certificate and key"},
		{"\"tls_certificate\":\"/x\",\"tls_key\":\"/k\"", "mqtt.tls_ca: expected the CA"},
		{"\"host\":\"/run/b.sock\",\"tls_ca\":\"/c\"", "Unix socket, which has no TLS"},
		{"\"host\":\"unix:/run/b.sock\",\"tls_key\":\"/k\"", "Unix socket, which has no TLS"},
		{"\"host\":\"/run/b.sock\",\"port\":0,\"username\":\"u\",\"password\":\"p\"", NULL},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "{\"mqtt\":{%s}}", cases[i].mqtt);
		assert_true(read_text(text));
		if (settings_check(&settings, "file", error) != (cases[i].error == NULL))
			fail_msg("%s", cases[i].mqtt);
		if (cases[i].error != NULL && strstr(error, cases[i].error) == NULL)
			fail_msg("%s: %s", cases[i].mqtt, error);
	}
}

static bool read_password_of(const void *content, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, len, file), len);
	fclose(file);
	settings_defaults(&settings, SETTINGS_FIELD);
	strcpy(settings.mqtt_password_file.text, path);
	return settings_read_credentials(&settings, "file", error);
}

static void password_file_holds_one_password(void **state)
{
	static const char *const passwords[] = {"secret", "secret\n", "secret\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(passwords) / sizeof(passwords[0]); i++) {
		assert_true(read_password_of(passwords[i], strlen(passwords[i])));
		assert_string_equal(settings.mqtt_password.text, "secret");
	}
	assert_true(read_password_of(" two\nlines \n\n", 13));
	assert_string_equal(settings.mqtt_password.text, " two\nlines \n");
	assert_true(read_password_of(OCTETS256, 255));
}

static void password_file_that_holds_none_is_named(void **state)
{
	(void)state;
	assert_false(read_password_of("", 0));
	assert_non_null(strstr(error, "file: mqtt.password_file: "));
	assert_non_null(strstr(error, path));
	assert_non_null(strstr(error, "expected a password of 1 to 255 octets"));
	assert_false(read_password_of("\n", 1));
	assert_false(read_password_of("a\0b", 3));
	assert_false(read_password_of(OCTETS256, 256));
	assert_null(strstr(error, OCTETS16)); /* no error says the password */
	settings_defaults(&settings, SETTINGS_FIELD);
	strcpy(settings.mqtt_password_file.text, "/none/password");
	assert_false(settings_read_credentials(&settings, "file", error));
	assert_string_equal(error,
			    "file: mqtt.password_file: /none/password: cannot be read: No such file or directory");
}

static void tls_file_that_cannot_be_used_is_named_with_its_setting(void **state)
{
	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	strcpy(settings.mqtt_tls_ca.text, "/none/ca.pem");
	assert_false(settings_read_credentials(&settings, "file", error));
	assert_string_equal(error, "file: mqtt.tls_ca: /none/ca.pem: cannot be read: No such file or directory");
	assert_false(read_text("no certificate"));
	strcpy(settings.mqtt_tls_ca.text, path);
	assert_false(settings_read_credentials(&settings, "file", error));
	assert_non_null(strstr(error, "holds no certificate in the form PEM"));
}

static void files_are_read_for_a_run_only(void **state)
{
	(void)state;
	assert_true(read_text("{\"mqtt\":{\"username\":\"u\",\"password_file\":\"/none\",\"tls_ca\":\"/none\"}}"));
	assert_int_equal(OPTIONS("--config", path, "--print-config"), OPTIONS_PRINT_CONFIG);
	assert_int_equal(OPTIONS("--config", path), OPTIONS_BAD);
	assert_non_null(strstr(error, "mqtt.password_file: /none: cannot be read"));
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
	assert_non_null(strstr(error, "--mqtt-prot"));
	assert_int_equal(OPTIONS("--mqtt-port"), OPTIONS_BAD);
	assert_non_null(strstr(error, "missing argument of option '--mqtt-port'"));
	assert_int_equal(OPTIONS("--mqtt-port", "65536"), OPTIONS_BAD);
	assert_non_null(strstr(error, "--mqtt-port: '65536' is not valid, expected a whole number from 0 to 65535"));
	assert_int_equal(OPTIONS("--mqtt-port", "0"), OPTIONS_BAD);
	assert_non_null(strstr(error, "mqtt.host: expected the absolute path of a Unix socket"));
	assert_non_null(strstr(error, "as mqtt.port is 0"));
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
		assert_non_null(strstr(error, "not valid JSON at line 1, column 4: this comment does not end"));
	}
	assert_false(read_text("{} / x"));
	assert_false(read_text("{} */"));
}

static void an_error_after_a_comment_names_its_place_in_the_file(void **state)
{
	(void)state;
	assert_false(read_text("/* 012 */ // 456\n{x}"));
	assert_non_null(strstr(error, "not valid JSON at line 2, column 2: "));
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
		if (strstr(error, texts[i][1]) == NULL)
			fail_msg("%s is not in %s", texts[i][1], error);
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

/* --- the words of a choice are the values of its enum --- */

/* It was a boolean once. */
static void validation_is_one_of_three_words(void **state)
{
	static const char *const words[] = {"on", "not_required", "off"};
	static const char *const booleans[] = {"true", "false", "\"true\""};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_true(settings_set(&settings, "slac.validation", words[i], "", error));
		assert_int_equal(settings.outlet.slac.validation, i);
	}
	for (size_t i = 0; i < sizeof(booleans) / sizeof(booleans[0]); i++) {
		char text[64];
		snprintf(text, sizeof(text), "{\"slac\":{\"validation\":%s}}", booleans[i]);
		assert_false(read_text(text));
		assert_non_null(strstr(error, "slac.validation"));
		assert_non_null(strstr(error, "expected one of on|not_required|off"));
	}
}

static void every_word_of_a_choice_is_its_value(void **state)
{
	(void)state;
	for (enum modem_family family = MODEM_AUTO; family <= MODEM_STANDARD; family++) {
		assert_true(settings_set(&settings, "modem.family", modem_family_text(family), "", error));
		assert_int_equal(settings.outlet.modem.family, family);
	}
	for (enum api_slac_status_name name = API_NAME_SLAC_SERVICE_STATUS; name <= API_NAME_SLAC_STATUS; name++) {
		assert_true(settings_set(&settings, "mqtt.status_message", api_slac_status_name_text(name), "", error));
		assert_int_equal(settings.status_message, name);
	}
	assert_true(read_text(
		"{\"slac\":{\"profile\":\"strict\",\"link_loss\":\"retry\"},\"service\":{\"log_level\":\"WARN\"},"
		"\"modem\":{\"link_detection\":\"off\",\"key_result_0\":\"taken\"}}"));
	assert_int_equal(settings.profile, SETTINGS_STRICT);
	assert_string_equal(settings_profile_text(settings.profile), "strict");
	assert_true(settings.outlet.pilot.pulse_on_link_loss);
	assert_int_equal(settings.log_level, LOG_LEVEL_WARN);
	assert_int_equal(settings.outlet.modem.link_detection, MODEM_LINK_OFF);
	assert_true(settings.outlet.modem.unclear_key_is_taken);
	assert_true(read_text("{\"slac\":{\"profile\":\"field\",\"link_loss\":\"wait\"},"
			      "\"modem\":{\"link_detection\":\"on\",\"key_result_0\":\"verify\"}}"));
	assert_false(settings.outlet.pilot.pulse_on_link_loss);
	assert_int_equal(settings.outlet.modem.link_detection, MODEM_LINK_ON);
	assert_false(settings.outlet.modem.unclear_key_is_taken);
}

/* --- the table --- */

/* Every setting has its own value: none is written over by another one's. */
static void no_two_settings_share_a_member_or_a_path(void **state)
{
	(void)state;
	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *a = &settings_table[i];
		assert_true(a->offset + a->size <= sizeof(settings));
		for (size_t j = 0; j < i; j++) {
			const struct setting *b = &settings_table[j];
			assert_string_not_equal(a->path, b->path);
			assert_true(a->offset + a->size <= b->offset || b->offset + b->size <= a->offset);
		}
	}
}

static void every_default_is_a_value_that_is_taken(void **state)
{
	static const enum settings_profile profiles[] = {SETTINGS_FIELD, SETTINGS_STRICT};
	char text[SETTING_FORMAT_SIZE];

	(void)state;
	for (size_t profile = 0; profile < 2; profile++) {
		settings_defaults(&settings, profiles[profile]);
		assert_true(settings_check(&settings, path, error));
		for (size_t i = 0; i < settings_table_count; i++) {
			char again[SETTING_FORMAT_SIZE];
			setting_format(&settings, &settings_table[i], text);
			assert_true(settings_set(&settings, settings_table[i].path, text, "default", error));
			assert_string_equal(setting_format(&settings, &settings_table[i], again), text);
		}
	}
}

static void every_number_takes_its_least_and_its_most(void **state)
{
	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	for (size_t i = 0; i < settings_table_count; i++) {
		const struct setting *setting = &settings_table[i];
		const int64_t wrong[] = {(int64_t)setting->min - 1, (int64_t)setting->max + 1};
		const uint32_t right[] = {setting->min, setting->max};
		char text[32];
		if (setting->type != SETTING_WHOLE)
			continue;
		for (size_t k = 0; k < 2; k++) {
			snprintf(text, sizeof(text), "%lld", (long long)wrong[k]);
			assert_false(settings_set(&settings, setting->path, text, "test", error));
			snprintf(text, sizeof(text), "%u", right[k]);
			assert_true(settings_set(&settings, setting->path, text, "test", error));
			assert_int_equal(setting_number(&settings, setting), right[k]);
		}
	}
}

/* --- settings for benches --- */

static void what_is_set_for_a_bench_is_named(void **state)
{
	char names[SETTINGS_BENCH_SIZE];

	(void)state;
	assert_true(read_text("{\"slac\":{\"tt_evse_slac_init_ms\":30000}}"));
	assert_false(settings_bench_used(&settings, names));
	assert_true(read_text("{\"bench\":{\"poll_ms\":100,\"amp_map_carriers\":5,\"amp_map_amplitude\":3}}"));
	assert_true(settings_bench_used(&settings, names));
	assert_string_equal(names, "bench.poll_ms,bench.amp_map_carriers,bench.amp_map_amplitude");
	assert_int_equal(settings.outlet.modem.poll_ms, 100);
	assert_int_equal(settings.outlet.amp_map.carriers, 5);
	assert_int_equal(settings.outlet.amp_map.amplitude, 3);
}

static void the_names_of_all_bench_settings_fit(void **state)
{
	char names[SETTINGS_BENCH_SIZE];
	const char *last = NULL;

	(void)state;
	settings_defaults(&settings, SETTINGS_FIELD);
	for (size_t i = 0; i < settings_table_count; i++) {
		settings.given[i] = true;
		last = settings_table[i].path;
	}
	assert_true(settings_bench_used(&settings, names));
	assert_string_equal(strrchr(names, ',') + 1, last);
}

static void help_shows_the_bench_section_last(void **state)
{
	char *text;
	size_t len;

	(void)state;
	FILE *out = open_memstream(&text, &len);
	settings_print_help(out);
	fclose(out);
	const char *bench = strstr(text, "For benches and tests only");
	assert_non_null(bench);
	for (size_t i = 0; i < settings_table_count; i++) {
		const char *row = strstr(text, settings_table[i].path);
		assert_non_null(row);
		assert_int_equal(row > bench, setting_is_for_benches(&settings_table[i]));
	}
	assert_true(strstr(text, "outlets.<evse_id>.interface") < bench);
	assert_non_null(strstr(text, "[true; strict: false]"));
	assert_non_null(strstr(text, "[20000 ms]"));
	free(text);
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
	assert_true(settings.outlet.slac.any_ids);
	assert_int_equal(settings.outlet.pilot.init_retries, 0);
	assert_false(settings.outlet.pilot.nominal_needs_eim);
	read_profile("{\"slac\":{\"profile\":\"strict\"}}");
	assert_false(settings.outlet.slac.any_ids);
	assert_int_equal(settings.outlet.pilot.init_retries, 2);
	assert_true(settings.outlet.pilot.nominal_needs_eim);
	read_profile("{\"slac\":{\"any_ids\":true,\"profile\":\"strict\"},\"pilot\":{\"slac_init_retries\":1}}");
	assert_true(settings.outlet.slac.any_ids);
	assert_false(settings.outlet.slac.any_sound_counts);
	assert_int_equal(settings.outlet.pilot.init_retries, 1);
	read_profile("{\"slac\":{\"any_ids\":false}}");
	assert_false(settings.outlet.slac.any_ids);
	assert_true(settings.outlet.slac.any_sound_counts);
}

static void a_profile_leaves_alone_what_the_file_says(void **state)
{
	(void)state;
	read_profile("{\"mqtt\":{\"topics_to_station\":[\"x\",\"y\"]},\"slac\":{\"attn_rx_db\":" DB58
		     ",\"missing_profile\":3,"
		     "\"profile\":\"strict\",\"link_loss\":\"retry\"},\"pilot\":{\"nominal_current_a\":6}}");
	assert_int_equal(settings.topics_to_station.count, 2);
	assert_string_equal(settings.topics_to_station.topic[1].text, "y");
	assert_int_equal(settings.outlet.slac.attn_rx_db[57], -2);
	assert_int_equal(settings.outlet.slac.missing_profile_db, 3);
	assert_true(settings.outlet.pilot.pulse_on_link_loss);
	assert_int_equal(settings.outlet.pilot.nominal_current_da, 60);
}

static void every_switch_of_a_profile_is_a_setting_that_print_config_prints(void **state)
{
	static const char *const lines[] = {"\"any_sound_counts\": true",      "\"any_ids\": true",
					    "\"rematch_matched_ev\": true",    "\"listen_after_failure\": true",
					    "\"dc_listens_after_init\": true", "\"refuse_as_not_required\": true",
					    "\"slow_after_validation\": true", "\"any_forwarding_sta\": true",
					    "\"nominal_needs_eim\": false",    "\"slac_init_retries\": 0"};
	char *text;
	size_t len;

	(void)state;
	read_profile("{}");
	FILE *out = open_memstream(&text, &len);
	settings_print(&settings, out);
	fclose(out);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_non_null(strstr(text, lines[i]));
	free(text);
}

/* --- the configuration of one outlet --- */

static struct outlet_config outlet_of(const char *text, const char *evse_id, bool has_ac)
{
	struct outlet_config config;

	read_profile(text);
	settings_outlet_config(&settings, evse_id, has_ac, &config);
	return config;
}

static void an_outlet_begins_with_the_defaults_of_its_parts(void **state)
{
	static const char *const texts[] = {"{}", "{\"slac\":{\"profile\":\"strict\"}}"};

	(void)state;
	for (size_t strict = 0; strict < 2; strict++) {
		const struct outlet_config config = outlet_of(texts[strict], "E1", true);
		struct outlet_config parts;
		memset(&parts, 0, sizeof(parts));
		slac_evse_defaults(&parts.slac, strict == 1);
		parts.slac.await_link = true; /* where the modem can tell */
		modem_defaults(&parts.modem, strict == 1);
		control_pilot_defaults(&parts.pilot, strict == 1);
		parts.pilot.has_ac = true;
		amp_map_defaults(&parts.amp_map);
		assert_memory_equal(&config.slac, &parts.slac, sizeof(parts.slac));
		assert_memory_equal(&config.modem, &parts.modem, sizeof(parts.modem));
		assert_memory_equal(&config.pilot, &parts.pilot, sizeof(parts.pilot));
		assert_memory_equal(&config.amp_map, &parts.amp_map, sizeof(parts.amp_map));
		assert_int_equal(config.pilot.request_timeout_ms, 2000);
		assert_int_equal(config.pilot.request_backoff_max_ms, 30000);
	}
}

static void an_outlet_without_ac_is_dc_only(void **state)
{
	(void)state;
	const struct outlet_config dc = outlet_of("{}", "E1", false);
	assert_true(dc.slac.dc_only);
	assert_false(dc.pilot.has_ac);
	const struct outlet_config ac = outlet_of("{}", "E1", true);
	assert_false(ac.slac.dc_only);
	assert_true(ac.pilot.has_ac);
}

static void a_link_that_is_not_asked_for_is_not_awaited(void **state)
{
	(void)state;
	assert_true(outlet_of("{\"modem\":{\"link_detection\":\"on\"}}", "E1", true).slac.await_link);
	assert_false(outlet_of("{\"modem\":{\"link_detection\":\"off\"}}", "E1", true).slac.await_link);
}

static void the_amplitude_map_keeps_the_times_of_matching(void **state)
{
	(void)state;
	const struct outlet_config config =
		outlet_of("{\"bench\":{\"tt_match_join_ms\":900,\"tt_match_response_ms\":90}}", "E1", true);
	assert_int_equal(config.amp_map.tt_match_response_ms, 90);
}

static void receive_path_is_one_value_or_58_and_an_outlet_may_have_its_own(void **state)
{
	static const char text[] = "{\"slac\":{\"attn_rx_db\":7},\"outlets\":{\"E1\":{\"attn_rx_db\":" DB58 "}}}";

	(void)state;
	const struct outlet_config other = outlet_of(text, "E2", true);
	assert_int_equal(other.slac.attn_rx_db[0], 7);
	assert_int_equal(other.slac.attn_rx_db[57], 7);
	const struct outlet_config own = outlet_of(text, "E1", true);
	assert_int_equal(own.slac.attn_rx_db[0], 1);
	assert_int_equal(own.slac.attn_rx_db[57], -2);
}

static void an_outlet_may_have_its_own_current_also_none(void **state)
{
	static const char text[] =
		"{\"pilot\":{\"nominal_current_a\":16.39},"
		"\"outlets\":{\"E1\":{\"nominal_current_a\":16.3},\"E2\":{\"nominal_current_a\":0}}}";

	(void)state;
	assert_int_equal(outlet_of(text, "E0", true).pilot.nominal_current_da, 163);
	assert_int_equal(outlet_of(text, "E1", true).pilot.nominal_current_da, 163);
	assert_int_equal(outlet_of(text, "E2", true).pilot.nominal_current_da, 0);
}

struct search {
	const char *what;
	size_t found;
};

static void compare_value(void *context, const char *what)
{
	struct search *search = context;

	search->found += strcmp(what, search->what) == 0;
}

static size_t count_tried(const char *what)
{
	struct search search = {.what = what};

	settings_each_outlet_value(compare_value, &search);
	return search.found;
}

static void each_kind_of_value_of_an_outlet_is_tried_once(void **state)
{
	static const char *const tried[] = {
		"slac.profile=strict",       "slac.amp_map=true",         "slac.tt_evse_slac_init_ms=50000",
		"slac.missing_profile=fail", "slac.missing_profile=0",    "slac.missing_profile=255",
		"pilot.nominal_current_a=0", "pilot.nominal_current_a=6", "pilot.nominal_current_a=80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
		if (count_tried(tried[i]) != 1)
			fail_msg("%s: tried %zu times", tried[i], count_tried(tried[i]));
	}
	assert_int_equal(count_tried("mqtt.port=0"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_value_of_an_outlet_is_tried_once),
		cmocka_unit_test_setup(a_log_level_is_taken_in_lower_case_too_but_no_other_word, clear_environment),
		cmocka_unit_test_setup(defaults_are_the_documented_ones, clear_environment),
		cmocka_unit_test_setup(a_file_sets_values_topics_and_outlets, clear_environment),
		cmocka_unit_test_setup(services_are_heard_where_slacd_speaks_unless_topics_are_set, clear_environment),
		cmocka_unit_test_setup(password_and_tls_settings_that_do_not_go_together_are_named, clear_environment),
		cmocka_unit_test_setup(password_file_holds_one_password, clear_environment),
		cmocka_unit_test_setup(password_file_that_holds_none_is_named, clear_environment),
		cmocka_unit_test_setup(tls_file_that_cannot_be_used_is_named_with_its_setting, clear_environment),
		cmocka_unit_test_setup(files_are_read_for_a_run_only, clear_environment),
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
		cmocka_unit_test_setup(every_word_of_a_choice_is_its_value, clear_environment),
		cmocka_unit_test_setup(no_two_settings_share_a_member_or_a_path, clear_environment),
		cmocka_unit_test_setup(every_default_is_a_value_that_is_taken, clear_environment),
		cmocka_unit_test_setup(every_number_takes_its_least_and_its_most, clear_environment),
		cmocka_unit_test_setup(what_is_set_for_a_bench_is_named, clear_environment),
		cmocka_unit_test_setup(the_names_of_all_bench_settings_fit, clear_environment),
		cmocka_unit_test_setup(help_shows_the_bench_section_last, clear_environment),
		cmocka_unit_test_setup(switches_follow_the_profile_and_each_can_be_set_on_its_own, clear_environment),
		cmocka_unit_test_setup(a_profile_leaves_alone_what_the_file_says, clear_environment),
		cmocka_unit_test_setup(validation_is_one_of_three_words, clear_environment),
		cmocka_unit_test_setup(every_switch_of_a_profile_is_a_setting_that_print_config_prints,
				       clear_environment),
		cmocka_unit_test_setup(an_outlet_begins_with_the_defaults_of_its_parts, clear_environment),
		cmocka_unit_test_setup(an_outlet_without_ac_is_dc_only, clear_environment),
		cmocka_unit_test_setup(a_link_that_is_not_asked_for_is_not_awaited, clear_environment),
		cmocka_unit_test_setup(the_amplitude_map_keeps_the_times_of_matching, clear_environment),
		cmocka_unit_test_setup(receive_path_is_one_value_or_58_and_an_outlet_may_have_its_own,
				       clear_environment),
		cmocka_unit_test_setup(an_outlet_may_have_its_own_current_also_none, clear_environment),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}

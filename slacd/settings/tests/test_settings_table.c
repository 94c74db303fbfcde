/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for each setting of the table: words, numbers, defaults; those for benches. */
#include "slacd/settings/tests/settings_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the words of a choice are the values of its enum --- */

/* It was a boolean once. */
static void validation_is_one_of_three_words(void **state)
{
	static const char *const words[] = {"on", "not_required", "off"};
	static const char *const booleans[] = {"true", "false", "\"true\""};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_true(settings_set(&settings, "slac.validation", words[i], "", complaint));
		assert_int_equal(settings.outlet.slac.validation, i);
	}
	for (size_t i = 0; i < sizeof(booleans) / sizeof(booleans[0]); i++) {
		char text[64];
		snprintf(text, sizeof(text), "{\"slac\":{\"validation\":%s}}", booleans[i]);
		assert_false(read_text(text));
		assert_non_null(strstr(complaint, "slac.validation"));
		assert_non_null(strstr(complaint, "expected one of on|not_required|off"));
	}
}

static void every_word_of_a_choice_is_its_value(void **state)
{
	(void)state;
	for (enum modem_family family = MODEM_AUTO; family <= MODEM_STANDARD; family++) {
		assert_true(settings_set(&settings, "modem.family", modem_family_text(family), "", complaint));
		assert_int_equal(settings.outlet.modem.family, family);
	}
	for (enum api_slac_status_name name = API_NAME_SLAC_SERVICE_STATUS; name <= API_NAME_SLAC_STATUS; name++) {
		assert_true(
			settings_set(&settings, "mqtt.status_message", api_slac_status_name_text(name), "", complaint));
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
		assert_true(settings_check(&settings, path, complaint));
		for (size_t i = 0; i < settings_table_count; i++) {
			char again[SETTING_FORMAT_SIZE];
			setting_format(&settings, &settings_table[i], text);
			assert_true(settings_set(&settings, settings_table[i].path, text, "default", complaint));
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
			assert_false(settings_set(&settings, setting->path, text, "test", complaint));
			snprintf(text, sizeof(text), "%u", right[k]);
			assert_true(settings_set(&settings, setting->path, text, "test", complaint));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_word_of_a_choice_is_its_value, clear_environment),
		cmocka_unit_test_setup(no_two_settings_share_a_member_or_a_path, clear_environment),
		cmocka_unit_test_setup(every_default_is_a_value_that_is_taken, clear_environment),
		cmocka_unit_test_setup(every_number_takes_its_least_and_its_most, clear_environment),
		cmocka_unit_test_setup(what_is_set_for_a_bench_is_named, clear_environment),
		cmocka_unit_test_setup(the_names_of_all_bench_settings_fit, clear_environment),
		cmocka_unit_test_setup(help_shows_the_bench_section_last, clear_environment),
		cmocka_unit_test_setup(validation_is_one_of_three_words, clear_environment),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
